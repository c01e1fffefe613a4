/* Charts on a grid finer than cells: two columns and four dots in each (braille), or one column of eight steps (blocks, ASCII). */
#ifndef TUI_AREA_H
#define TUI_AREA_H

#include "tui/glyphs.h"

enum area_style { AREA_BRAILLE, AREA_BLOCK };

/* How many columns there are in so many cells, and steps in so many rows. */
int area_columns(const struct glyphs *glyphs, enum area_style style, int width);
int area_steps(const struct glyphs *glyphs, enum area_style style, int height);

struct area_column {
	int steps; /* filled from the bottom; -1: nothing is known there */
	uint8_t role;
};
/* Fills the columns, the newest at the right. */
void area_draw(const struct glyphs *glyphs, enum area_style style, struct canvas *canvas, struct rect rect, const struct area_column *columns);
/* A line across at so many steps; what is filled there changes its role. */
void area_line(const struct glyphs *glyphs, enum area_style style, struct canvas *canvas, struct rect rect, int steps, enum role role);

#endif
