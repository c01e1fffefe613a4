/* 24-bit colours for terminals whose description knows only 256: curses is given numbers of the palette, and what it writes is written
 * anew with the colours that they stand for. */
#ifndef TUI_TRUECOLOR_H
#define TUI_TRUECOLOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRUECOLOR_FIRST 16
#define TRUECOLOR_MOST (256 - TRUECOLOR_FIRST)

struct truecolor {
	int32_t rgb[TRUECOLOR_MOST]; /* by number - TRUECOLOR_FIRST */
	int count;
};

/* The number to use for the colour; -1: there are too many. */
int truecolor_number(struct truecolor *colours, int32_t rgb);
/* Appends what curses wrote to `to` (room: at least truecolor_room() of the size); returns how many bytes. */
size_t truecolor_room(size_t size);
size_t truecolor_expand(const struct truecolor *colours, const char *bytes, size_t size, char *to);

#endif
