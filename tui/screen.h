/* The terminal: the only file that includes curses. */
#ifndef TUI_SCREEN_H
#define TUI_SCREEN_H

#include "base/error.h"
#include "tui/canvas.h"
#include "tui/keys.h"

struct screen;

/* Is there a description of this $TERM on this machine? colours: the most it says. Not while a screen is open. */
bool screen_knows(const char *term, int *colours);

struct theme;

struct screen_options {
	const char *colours; /* "auto", "truecolor", "256", "16", "8", "none" */
	const char *glyphs;  /* "auto", "utf-8", "ascii" */
	const struct theme *theme; /* copied; NULL: the default */
	double frames;	     /* a second, at most; 0: ten */
	bool titles;	     /* the terminal's title may be changed; it gets its own back */
	int notes;	     /* 9 or 777: how notes reach the desktop; 0: where that is known; -1: not at all */
	bool frugal;	     /* little is to be sent: the line is slow, or paid by the byte */
};

/* Takes over the terminal on standard output (newterm with fall-backs for unknown TERMs). NULL: no terminal can be used; err says
 * why and what to do. Installs the handlers that restore the terminal on SEGV, ABRT ... */
struct screen *screen_open(const struct screen_options *options, struct error *err);
void screen_close(struct screen *screen); /* leaves the terminal as it was found */
void screen_size(const struct screen *screen, int *width, int *height);
bool screen_utf8(const struct screen *screen);
int screen_colours(const struct screen *screen);
/* Another theme, from the next frame on, which draws everything. */
void screen_theme(struct screen *screen, const struct theme *theme);
/* When the next frame may go, monotonic ms: as often as was set, less often where the terminal takes less. */
int64_t screen_due(const struct screen *screen);
/* ms between frames, as the terminal takes them now: more pictures than that are made for nothing. */
int64_t screen_interval(const struct screen *screen);
/* The next frame goes at once: a key was pressed, a level changed. */
void screen_hurry(struct screen *screen);
/* A frame was dropped: draw again once screen_due(). */
bool screen_owes(const struct screen *screen);
/* Draws what changed, as one write(2); nothing at all when nothing changed. Never blocks: while more than one frame is pending
 * at the terminal the frame is dropped and a later call draws all. False: the terminal is gone. */
bool screen_draw(struct screen *screen, const struct canvas *canvas);
/* The title of the terminal, where it has one: with the next frame, and only where it is another one. */
void screen_title(struct screen *screen, const char *text);
/* A note on the desktop, where the terminal can tell it. */
void screen_note(struct screen *screen, const char *title, const char *text);
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
