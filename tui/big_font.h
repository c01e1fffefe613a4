/* The letters of big text: dots in columns, 7 rows high for words and figures, 5 rows for figures alone. For tui/big.c only. */
#ifndef TUI_BIG_FONT_H
#define TUI_BIG_FONT_H

#include <stdint.h>

#define BIG_COLUMNS 5

struct big_letter {
	int32_t character;
	uint8_t width;		      /* columns used */
	uint8_t columns[BIG_COLUMNS]; /* the lowest bit is the highest dot */
};

struct big_font {
	int rows;
	const struct big_letter *letters; /* ends with character 0 */
};

#define BIG_FONTS 2
extern const struct big_font big_fonts[BIG_FONTS];

#endif
