#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "config/suggest.h"

#define NAME_MOST 48 /* longer ones are no typing errors of ours */

static int least(int a, int b)
{
	return a < b ? a : b;
}

/* Optimal string alignment; three rows suffice. */
static int distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
	int rows[3][NAME_MOST + 1];
	int *before = rows[0], *above = rows[1], *row = rows[2];
	for (size_t j = 0; j <= b_size; j++)
		above[j] = (int)j;
	for (size_t i = 1; i <= a_size; i++) {
		row[0] = (int)i;
		for (size_t j = 1; j <= b_size; j++) {
			const int other =
				tolower((unsigned char)a[i - 1]) != tolower((unsigned char)b[j - 1]);
			row[j] = least(above[j - 1] + other, least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
		int *free_row = before;
		before = above;
		above = row;
		row = free_row;
	}
	return above[b_size];
}

const char *suggest(const char *wrong, const char *const *names)
{
	const size_t size = strlen(wrong);
	if (size == 0 || size > NAME_MOST)
		return NULL;
	const char *nearest = NULL;
	int best = (int)(size + 4) / 3; /* one error in three letters, at most */
	for (; *names; names++) {
		const size_t other = strlen(*names);
		if (other > NAME_MOST)
			continue;
		const int far = distance(wrong, size, *names, other);
		if (far < best || (far == best && !nearest)) {
			best = far;
			nearest = *names;
		}
	}
	return nearest;
}
