/* The device behind standard output: its size, its mode and its liveness. Curses knows nothing of it. */
#ifndef TUI_TERMINAL_H
#define TUI_TERMINAL_H

#include <termios.h>

#include "base/error.h"

struct terminal {
	int input, output; /* our own descriptions of the device where it could be opened anew, so that O_NONBLOCK touches nobody else */
	bool own_input, own_output;
	struct termios found; /* how it was found */
};

bool terminal_open(struct terminal *terminal, struct error *err);
void terminal_close(struct terminal *terminal);
/* Keys one by one, without echo, bytes out as they are. Signals from the keyboard stay. */
bool terminal_take(const struct terminal *terminal);
void terminal_give_back(const struct terminal *terminal);
void terminal_size(const struct terminal *terminal, int *width, int *height);
/* Hung up, or at its end: no key will ever come again. */
bool terminal_gone(const struct terminal *terminal);
/* Is it one of the families that follow xterm, by $TERM? */
bool terminal_is_modern(const char *term);
/* Does this $TERM know, or ignore without harm, the brackets of a synchronised update? */
bool terminal_synchronises(const char *term);
/* wanted: "auto" (by the locale), "utf-8" (the locale's characters are changed where need be), "ascii". */
bool terminal_utf8(const char *wanted);
/* Does $COLORTERM say that 24-bit colours are understood? */
bool terminal_truecolor(void);
/* wanted: "auto" (what the terminal has, none where $NO_COLOR is set), "truecolor", "256", "16", "8", "none"; most: what its description
 * says; truecolor: it takes 24 bits, too. THEME_DIRECT, 256, 16, 8 or 0. */
int terminal_colours(const char *wanted, int most, bool truecolor);

#endif
