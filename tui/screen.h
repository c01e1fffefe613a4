/* The terminal: the only file that includes curses. */
#ifndef TUI_SCREEN_H
#define TUI_SCREEN_H

#include "base/error.h"
#include "tui/canvas.h"
#include "tui/keys.h"

struct screen;

/* Is there a description of this $TERM on this machine? colours: the most it says. Not while a screen is open. */
bool screen_knows(const char *term, int *colours);

struct screen_options {
	const char *colours; /* "auto", "256", "16", "8", "none" */
	const char *glyphs;  /* "auto", "utf-8", "ascii" */
	bool wall_shift;     /* reserved */
};

/* Takes over the terminal on standard output (newterm with fall-backs for unknown TERMs). NULL: no terminal can be used; err says
 * why and what to do. Installs the handlers that restore the terminal on SEGV, ABRT ... */
struct screen *screen_open(const struct screen_options *options, struct error *err);
void screen_close(struct screen *screen); /* leaves the terminal as it was found */
void screen_size(const struct screen *screen, int *width, int *height);
bool screen_utf8(const struct screen *screen);
int screen_colours(const struct screen *screen);
/* Draws what changed, as one write(2); nothing at all when nothing changed. Never blocks: while more than one frame is pending
 * at the terminal the frame is dropped and a later call draws all. False: the terminal is gone. */
bool screen_draw(struct screen *screen, const struct canvas *canvas);
void screen_bell(struct screen *screen); /* with the next frame; nothing where the terminal has none */
/* True while output waits for the terminal: poll screen_output() for POLLOUT and call screen_pump(). */
bool screen_pending(const struct screen *screen);
bool screen_pump(struct screen *screen);
int screen_input(const struct screen *screen);	/* descriptor to poll for keys */
int screen_output(const struct screen *screen);
/* The next key: a code point, an enum screen_key, or SCREEN_KEY_NONE when there is none. */
int screen_key(struct screen *screen);
/* Where the key SCREEN_KEY_CLICK was. */
void screen_click(const struct screen *screen, int *x, int *y);
/* Off at first, so that text can be marked as in any other program. False: this terminal tells of no mouse. */
bool screen_mouse(struct screen *screen, bool on);
void screen_resize(struct screen *screen);  /* after SIGWINCH */
void screen_suspend(struct screen *screen); /* before SIGTSTP: terminal given back */
void screen_resume(struct screen *screen);

#endif
