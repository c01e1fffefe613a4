#include "feed/json_flat.h"

bool json_flat(struct view text, int most)
{
	int depth = 0;
	bool in_text = false;
	for (size_t i = 0; i < text.size; i++) {
		char letter = text.data[i];
		if (in_text && letter == '\\')
			i++;
		else if (letter == '"')
			in_text = !in_text;
		else if (!in_text && (letter == '[' || letter == '{') && ++depth > most)
			return false;
		else if (!in_text && (letter == ']' || letter == '}'))
			depth--;
	}
	return true;
}
