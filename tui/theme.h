/* Which colours and attributes a role has, on terminals of any number of colours. A theme is a table by role: some are built in, others
 * are read from a file. */
#ifndef TUI_THEME_H
#define TUI_THEME_H

#include "base/error.h"
#include "tui/canvas.h"

#define THEME_OWN (-1)		  /* a colour: the terminal's own */
#define THEME_NEAREST (-2)	  /* a number of a smaller palette: the nearest to `rgb` that can be read */
#define THEME_DIRECT (1 << 24)	  /* so many colours a terminal has that takes 24 bits; and a bit of style: it is such a colour */

struct theme_colour {
	int32_t rgb;		      /* 0xRRGGBB, or THEME_OWN */
	int16_t many, sixteen, eight; /* of 256, 16 and 8; THEME_OWN, THEME_NEAREST */
	bool exact;		      /* of 256 even where 24 bits could be sent: it is a number of that palette */
};

enum theme_attribute { THEME_PLAIN = 0, THEME_BOLD = 1, THEME_FAINT = 2, THEME_REVERSE = 4, THEME_UNDERLINE = 8 };

struct theme_entry {
	struct theme_colour foreground, background;
	uint8_t rich, eight, none; /* attributes with 16 colours and more, with 8, without any */
};

struct theme {
	char name[64];
	int32_t ground; /* 0xRRGGBB behind everything; where it is the terminal's own: what that is taken for */
	bool mono;	/* colours are never sent */
	struct theme_entry entries[ROLE_COUNT];
};

struct style {
	int32_t foreground, background; /* numbers below `colours`; THEME_DIRECT | 0xRRGGBB; THEME_OWN */
	bool bold, dim, reverse, underline;
};

/* The names of those that are built in, NULL at the end; the first is the default. */
extern const char *const theme_names[];
/* False: none that is built in is called so. */
bool theme_find(const char *name, struct theme *theme);
/* One that is built in, or a file: whatever has a '/' or a '.' in it. */
bool theme_open(const char *wanted, struct theme *theme, struct error *err);
/* colours: THEME_DIRECT, 256, 16, 8 or 0; anything between is taken as the next lower one. theme NULL: the default. */
struct style theme_style(const struct theme *theme, enum role role, int colours);
/* Lines, blocks and bars are ink themselves: reversed they would show their opposite, underlined they would grow. */
bool theme_is_ink(int32_t character);

#endif
