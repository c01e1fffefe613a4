#include "feed/mapping/form.h"

#include <ctype.h>

static struct view cut(struct view *rest, char at)
{
	const char *end = rest->size ? memchr(rest->data, at, rest->size) : NULL;
	const struct view piece = {rest->data, end ? (size_t)(end - rest->data) : rest->size};
	const size_t used = piece.size + (end != NULL);
	*rest = (struct view){rest->size ? rest->data + used : rest->data, rest->size - used};
	return piece;
}

bool form_next(struct view *rest, struct view *name, struct view *value)
{
	while (rest->size) {
		*value = cut(rest, '&');
		if (value->size == 0)
			continue;
		*name = cut(value, '=');
		return true;
	}
	return false;
}

static int digit_of(char letter)
{
	if (isdigit((unsigned char)letter))
		return letter - '0';
	const int lower = tolower((unsigned char)letter);
	return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

size_t form_decode(struct view from, char *to)
{
	size_t size = 0;
	for (size_t i = 0; i < from.size; i++) {
		const bool escape = from.data[i] == '%' && i + 2 < from.size && digit_of(from.data[i + 1]) >= 0 && digit_of(from.data[i + 2]) >= 0;
		if (escape) {
			to[size++] = (char)(digit_of(from.data[i + 1]) * 16 + digit_of(from.data[i + 2]));
			i += 2;
		} else {
			to[size++] = from.data[i] == '+' ? ' ' : from.data[i];
		}
	}
	return size;
}
