/* Big digits, sparks, bars, boxes and marks, each with an ASCII twin. */
#ifndef TUI_GLYPHS_H
#define TUI_GLYPHS_H

#include "tui/canvas.h"

struct glyphs {
	bool ascii;
	bool calm; /* clocks without seconds: each would be a picture of its own on a bad line */
};

/* Big text of "0123456789:%.-+hdms <>≥": three rows of half blocks (5 in ASCII). Returns the width; canvas NULL only measures. */
int glyphs_big(const struct glyphs *glyphs, struct canvas *canvas, int x, int y, int room, enum role role, const char *text);
int glyphs_big_height(const struct glyphs *glyphs);
/* `count` points (INT64_MIN: none), the newest right-aligned in `width` cells; the newest `recent` of them in `recent_role`. */
void glyphs_spark(const struct glyphs *glyphs, struct canvas *canvas, int x, int y, int width, const int64_t *points, int count,
	int recent, enum role role, enum role recent_role);
/* The same in a rectangle of several rows, the lowest value at the bottom. */
void glyphs_chart(const struct glyphs *glyphs, struct canvas *canvas, struct rect rect, const int64_t *points, int count, int recent, enum role role,
	enum role recent_role);
/* One column of a chart from the bottom up, one cell wide: `eighths` of a cell high. */
void glyphs_column(const struct glyphs *glyphs, struct canvas *canvas, struct rect column, int eighths, enum role role);
/* A bar filled to `permille`. */
void glyphs_bar(const struct glyphs *glyphs, struct canvas *canvas, int x, int y, int width, int permille, enum role role);
/* A box with title left and note right in its top border. Nothing below 2x2. */
void glyphs_box(const struct glyphs *glyphs, struct canvas *canvas, struct rect rect, enum role border, const char *title, enum role title_role,
	const char *note);
void glyphs_rule(const struct glyphs *glyphs, struct canvas *canvas, int x, int y, int width, enum role role);
enum mark { MARK_DOT, MARK_RING, MARK_CROSS, MARK_TRIANGLE, MARK_CHECK, MARK_ARROW, MARK_BLOCK, MARK_DASH, MARK_ELLIPSIS, MARK_MIDDOT, MARK_AT_LEAST, MARK_AT_MOST, MARK_MINUS, MARK_TIMES, MARK_PLUS_MINUS,
	MARK_UP, MARK_DOWN /* a list is sorted upwards, downwards */ };
const char *glyphs_mark(const struct glyphs *glyphs, enum mark mark);

#endif
