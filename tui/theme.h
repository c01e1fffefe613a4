/* Which colours and attributes a role has on terminals of 256, 16, 8 colours or none. */
#ifndef TUI_THEME_H
#define TUI_THEME_H

#include "tui/canvas.h"

struct style {
	int16_t foreground, background; /* palette numbers below `colours`; -1: the terminal's own */
	bool bold, dim, reverse, underline;
};

/* colours: 256, 16, 8 or 0; anything between is taken as the next lower one. */
struct style theme_style(enum role role, int colours);
/* Lines, blocks and bars are ink themselves: reversed they would show their opposite, underlined they would grow. */
bool theme_is_ink(int32_t character);

#endif
