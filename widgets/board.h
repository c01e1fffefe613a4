/* The board and its pages: where each widget stands at each size, which has the focus, and what keys do to that. */
#ifndef WIDGETS_BOARD_H
#define WIDGETS_BOARD_H

#include "store/snapshot.h"
#include "tui/canvas.h"
#include "tui/glyphs.h"
#include "widgets/pages.h"
#include "widgets/wish.h"

struct board;

enum board_page {
	BOARD_OVERVIEW, BOARD_TILE, BOARD_PANEL, BOARD_HELP, BOARD_FILTER, BOARD_MARKS, BOARD_CUSTOM /* the card of a market */,
	BOARD_EVIDENCE /* the rows behind a figure */, BOARD_LIFE /* of one of them */,
#define PAGE_WORD(word, name, digit, help) BOARD_##word,
	KEYED_PAGES(PAGE_WORD)
#undef PAGE_WORD
	BOARD_PAGES
};
enum board_action { BOARD_NOTHING, BOARD_REDRAW, BOARD_REQUEST /* the request changed: a new snapshot is due */, BOARD_QUIT,
	BOARD_WISH /* board_wish() is for the player */, BOARD_MOUSE /* on or off */, BOARD_LOOK_BACK, BOARD_RETURN /* to the live board */ };

struct board *board_create(const struct settings *settings, const struct snapshot_request *request);
void board_destroy(struct board *board);
const struct snapshot_request *board_request(const struct board *board);
/* Draws everything for the canvas' size; wall: the wall clock now (for the age of the picture), feeds by their state. */
void board_draw(struct board *board, const struct snapshot *snapshot, const struct glyphs *glyphs, struct canvas *canvas);
enum board_action board_key(struct board *board, const struct snapshot *snapshot, int key);
enum board_action board_click(struct board *board, const struct snapshot *snapshot, int x, int y);
const struct wish *board_wish(const struct board *board);
/* How many columns the timeline of the last picture had room for; 0: none was drawn. */
int board_columns(const struct board *board);
/* In place of the footer until the next key. */
void board_say(struct board *board, const char *text);

/* Where a key does something: 0: on every board; one of a mode only on its pages. */
enum board_mode { BOARD_LIVE = 1, BOARD_REPLAY = 2 };

/* One table for the footer, the help page, the man page and what keys do. */
struct board_key_info {
	const char *keys;  /* as people read them: "Tab", "?", "w" */
	const char *label; /* for the footer; NULL: only in help */
	const char *help;
	int codes[4]; /* ends with 0 */
	unsigned modes; /* bits of enum board_mode; 0: all */
	unsigned pages; /* bits (1 << enum board_page): where the footer shows it */
	bool always;	/* the footer leaves out others first */
	enum board_action (*act)(struct board *board, const struct snapshot *snapshot, int key);
};
extern const struct board_key_info board_keys[]; /* ends with keys NULL */

#endif
