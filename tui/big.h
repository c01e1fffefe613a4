/* Text as large as fits, for walls: dots of 7 rows (words and figures) or 5 (figures), drawn in half blocks and enlarged. A dot of scale 1
 * is half a cell high and one wide, which is square on most fonts. In ASCII, where there are no half blocks, dots are whole cells high. */
#ifndef TUI_BIG_H
#define TUI_BIG_H

#include "tui/glyphs.h"

struct big_size {
	int font, scale; /* cells that a dot is wide; 0: it does not fit at all */
	int stretch;	 /* half rows that it is higher than square */
};

/* The smallest one that words can be written in: 4 rows, in ASCII 7. */
extern const struct big_size big_words_least;

/* Can all of it be written big? Letters without a shape of their own lose accents and case first. */
bool big_can(struct big_size size, const char *text);
int big_height(const struct glyphs *glyphs, struct big_size size);
int big_width(struct big_size size, const char *text);
/* The largest that fits on one line; where height is left, dots are up to half as high again. */
struct big_size big_fit(const struct glyphs *glyphs, const char *text, int width, int height);
/* Nothing beyond `room` cells. Returns the cells used. */
int big_draw(const struct glyphs *glyphs, struct canvas *canvas, int x, int y, int room, struct big_size size, enum role role, const char *text);

/* The same for words, broken at blanks where need be, with a blank row between lines. False of height 0: they do not fit. */
struct big_size big_fit_words(const struct glyphs *glyphs, const char *text, int width, int height);
/* Returns the rows used. */
int big_draw_words(const struct glyphs *glyphs, struct canvas *canvas, struct rect rect, struct big_size size, enum role role, const char *text);
/* How many bytes of the text fit on one line, up to the end of a word; 0: not even the first one. */
int big_line(struct big_size size, int width, const char *text);

#endif
