/* What curses writes, in fewer bytes. Colours and attributes are told when something is drawn with them, and only what differs from what
 * the terminal has; a blank needs its background only. A line further down is a line feed. What is drawn where stays as it was.
 *
 * The looks are those of ECMA-48 (SGR), with the colours 38;5;N and 38;2;R;G;B of xterm. */
#ifndef TUI_SGR_H
#define TUI_SGR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sgr_look {
	uint32_t foreground, background; /* 0: the terminal's own */
	unsigned attributes;		 /* bit N: the attribute with the number N */
};

struct sgr {
	struct sgr_look shown, wanted; /* what the terminal has, and what was asked for */
	bool is_known;		       /* what it has */
	bool feeds;		       /* the cursor stays in its row when a row is full (xenl), and a line feed leads down (no ONLCR) */
	int row;		       /* from 0; -1: not known */
	char *bytes;		       /* what goes to the terminal */
	size_t used, room;
};

void sgr_init(struct sgr *sgr, bool feeds);
void sgr_release(struct sgr *sgr);
/* Puts in `bytes` what these come to; what was there is gone. Whole sequences only. */
void sgr_thin(struct sgr *sgr, const char *bytes, size_t size);
/* Puts in `bytes` what is owed, for whoever comes after us on the terminal, and forgets what it has. */
void sgr_settle(struct sgr *sgr);

#endif
