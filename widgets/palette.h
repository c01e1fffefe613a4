/* The command palette: everything a board can do by its name, found by parts of it. */
#ifndef WIDGETS_PALETTE_H
#define WIDGETS_PALETTE_H

#include "widgets/filter.h"

#define PALETTE_SHOWN 8
#define PALETTE_HISTORY 20
#define PALETTE_TYPED 120

enum palette_kind { PALETTE_KEY, PALETTE_PAGE, PALETTE_OWN /* of the configuration */, PALETTE_WINDOW, PALETTE_FORMULA,
	PALETTE_SCOPE, PALETTE_THEME, PALETTE_LANGUAGE, PALETTE_TOUR, PALETTE_RELOAD, PALETTE_POST /* a text follows the name */ };

struct board_key_info;
struct palette_command {
	char name[96];
	const char *help; /* constant; NULL: the name says it */
	enum palette_kind kind;
	int value;			  /* of a page, a window, a formula, a theme, a language */
	const struct board_key_info *key; /* of PALETTE_KEY */
	struct filter_choice choice;	  /* of PALETTE_SCOPE */
};

struct palette {
	struct palette_command *commands;
	size_t count, room;
	char stem[PALETTE_TYPED]; /* what was typed before Tab completed it */
	int chosen;		  /* among the matches of the stem, by Tab; -1: none */
	char history[PALETTE_HISTORY][PALETTE_TYPED]; /* the newest last */
	int history_count, at;	  /* at: how far back; 0: not in it */
};

void palette_finish(struct palette *palette);
/* Without commands, the history kept. */
void palette_begin(struct palette *palette);
struct palette_command *palette_add(struct palette *palette, enum palette_kind kind, int value, const char *name, const char *help);
/* The best matches of what was typed, best first: every word must be part of the name, or, for want of such, its letters in order. */
int palette_find(const struct palette *palette, const char *typed, const struct palette_command *matches[PALETTE_SHOWN]);
/* The command of exactly this name, else the best match; NULL: there is none. */
const struct palette_command *palette_meant(const struct palette *palette, const char *typed);
/* The name nearest to what was typed by mistake; NULL: there are no commands. */
const char *palette_nearest(const struct palette *palette, const char *typed);
/* Tab (by 1) and Shift-Tab: the next match in place of what was typed. */
void palette_complete(struct palette *palette, char typed[PALETTE_TYPED], int by);
/* Up (by 1) and down: what was run before. */
void palette_recall(struct palette *palette, char typed[PALETTE_TYPED], int by);
void palette_remember(struct palette *palette, const char *typed);
/* The matches in a box that ends above the line `bottom`. */
void palette_draw(const struct palette *palette, const char *typed, const struct widget_view *view, int bottom);

#endif
