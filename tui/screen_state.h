/* What the files of the screen share; nobody else includes this. */
#ifndef TUI_SCREEN_STATE_H
#define TUI_SCREEN_STATE_H

#include <stdint.h>
#include <stdio.h>
#include <wchar.h>

#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <term.h>

#include "tui/flow.h"
#include "tui/pump.h"
#include "tui/screen.h"
#include "tui/sgr.h"
#include "tui/signal_out.h"
#include "tui/terminal.h"
#include "tui/truecolor.h"

struct screen {
	struct terminal terminal;
	struct pump pump;
	FILE *memory, *input; /* curses writes into memory and reads from the terminal */
	SCREEN *curses;
	WINDOW *keys;	      /* a pad: reading a key from a window would draw it */
	int width, height, colours;
	int click_x, click_y;
	bool utf8, synchronised, all /* cells are to be handed over */, suspended, rings /* with the next frame */;
	bool hurries /* the next frame goes at once */, titles, frugal, pasting /* what comes is no key */;
	bool rewrites;		    /* 24-bit colours that the terminal's description does not know */
	struct truecolor truecolor; /* those */
	struct sgr sgr;
	struct flow flow;
	char title[SIGNAL_ROOM]; /* as it was sent */
	char aside[3 * SIGNAL_ROOM]; /* what goes with the next frame beside the picture: titles, notes */
	size_t aside_size;
	int notes;		 /* 9, 777 or 0 */
	int64_t sparks_sent; /* monotonic ms; a frugal screen's sparks stand still for a minute */
	int64_t dropped_since; /* monotonic ms of the first frame dropped; 0: none is owed */
	struct cell *shown;    /* what curses was given last */
	attr_t attributes[ROLE_COUNT];
};

/* A string of the terminal's description; NULL: it has none. */
const char *screen_capability(const char *name);
/* $TERM, or the nearest relative that this machine's terminfo knows; NULL: none can place the cursor. */
const char *screen_choose_terminal(struct error *err);
/* Once curses runs: the keys that terminfo does not name as they are sent. */
void screen_prepare_keys(void);
/* What curses has written since goes to the terminal with the next frame. */
void screen_collect(struct screen *screen);

#endif
