#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/truecolor.h"

#define LONGEST 20 /* bytes of "ESC[38;2;255;255;255m" less the final one; the shortest that stands for it has 10 */

int truecolor_number(struct truecolor *colours, int32_t rgb)
{
	for (int i = 0; i < colours->count; i++)
		if (colours->rgb[i] == rgb)
			return TRUECOLOR_FIRST + i;
	if (colours->count == TRUECOLOR_MOST)
		return -1;
	colours->rgb[colours->count] = rgb;
	return TRUECOLOR_FIRST + colours->count++;
}

size_t truecolor_room(size_t size)
{
	return 2 * size + LONGEST + 2;
}

/* "ESC[38;5;20m": how many bytes it has; 0: this is something else. The text of cells never holds an ESC. */
static size_t match(const char *at, size_t left, int *number)
{
	size_t digits = 0;
	if (left < 9 || at[0] != '\033' || at[1] != '[' || (at[2] != '3' && at[2] != '4') || memcmp(at + 3, "8;5;", 4) != 0)
		return 0;
	*number = 0;
	while (digits < 3 && 7 + digits < left && at[7 + digits] >= '0' && at[7 + digits] <= '9')
		*number = *number * 10 + (at[7 + digits++] - '0');
	return digits && 7 + digits < left && at[7 + digits] == 'm' ? 8 + digits : 0;
}

size_t truecolor_expand(const struct truecolor *colours, const char *bytes, size_t size, char *to)
{
	size_t used = 0;
	for (size_t i = 0; i < size;) {
		int number = 0;
		const size_t length = match(bytes + i, size - i, &number);
		const int slot = number - TRUECOLOR_FIRST;
		if (!length || slot < 0 || slot >= colours->count) {
			to[used++] = bytes[i++];
			continue;
		}
		const int32_t rgb = colours->rgb[slot];
		used += (size_t)snprintf(to + used, LONGEST + 2, "\033[%c8;2;%d;%d;%dm", bytes[i + 2], (int)(rgb >> 16 & 0xFF), (int)(rgb >> 8 & 0xFF),
			(int)(rgb & 0xFF));
		i += length;
	}
	return used;
}
