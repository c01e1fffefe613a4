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
	BOARD_OWN /* a page of the configuration */, BOARD_WIDGET /* one of its widgets alone */,
#define PAGE_WORD(word, name, digit, help) BOARD_##word,
	KEYED_PAGES(PAGE_WORD)
#undef PAGE_WORD
	BOARD_PAGES
};
enum board_action { BOARD_NOTHING, BOARD_REDRAW, BOARD_REQUEST /* the request changed: a new snapshot is due */, BOARD_QUIT,
	BOARD_WISH /* board_wish() is for the player */, BOARD_MOUSE /* on or off */, BOARD_LOOK_BACK, BOARD_RETURN /* to the live board */,
	BOARD_THEME /* board_theme() is to be used */, BOARD_LANGUAGE /* board_language() is to be spoken */, BOARD_EXPORT /* board_file() is to be written */, BOARD_RELOAD /* the configuration is to be read again */ };

/* Does the file name pages for a wall that there are not? err names those there are. */
bool board_wall_check(const struct settings *settings, struct error *err);
struct board *board_create(const struct settings *settings, const struct snapshot_request *request);
void board_destroy(struct board *board);
const struct snapshot_request *board_request(const struct board *board);
/* Draws everything for the canvas' size; wall: the wall clock now (for the age of the picture), feeds by their state. */
void board_draw(struct board *board, const struct snapshot *snapshot, const struct glyphs *glyphs, struct canvas *canvas);
enum board_action board_key(struct board *board, const struct snapshot *snapshot, int key);
enum board_action board_click(struct board *board, const struct snapshot *snapshot, int x, int y);
/* Before each picture: a wall's pages turn by this time (monotonic ms). BOARD_NOTHING on every other board. */
enum board_action board_wall_turn(struct board *board, const struct snapshot *snapshot, int64_t now);
/* Somebody is at the keyboard: a wall stands still for a minute, and its footer shows the keys. */
void board_wall_touched(struct board *board, int64_t now);
const struct wish *board_wish(const struct board *board);
/* The theme that was chosen, one of theme_names; NULL: none was. */
const char *board_theme(const struct board *board);
/* The language that was chosen, one of words_languages; NULL: none was. */
const char *board_language(const struct board *board);
/* What is to be written into a file, and what came of it: `why` is said. */
struct board_file {
	char path[120];
	char *text;
	int rows;
	bool over; /* a file of that name may be written over: somebody said so */
};
enum board_filed { BOARD_FILE_WRITTEN, BOARD_FILE_EXISTS, BOARD_FILE_FAILED };
const struct board_file *board_file(const struct board *board);
void board_filed(struct board *board, enum board_filed result, const char *why);
/* Four hints, one after the other. */
void board_tour(struct board *board);
/* The page of this name, of the configuration or built in ("overview", "queues" ...); false: there is none. What is shown first, then. */
bool board_is_page(const struct settings *settings, const char *name);
enum board_action board_open_page(struct board *board, const char *name);
/* How many columns the timeline of the last picture had room for; 0: none was drawn. */
int board_columns(const struct board *board);
/* What became of an action: snapshot->words. */
void board_hear(struct board *board, const struct snapshot *snapshot);
/* The settings have changed, and stay the caller's: pages, the cursor and the lists' order are kept by their names. A new snapshot is due. */
void board_reload(struct board *board, const struct settings *settings);
/* What is wrong with the configuration: stands in place of the footer while nothing else does; "": nothing is. */
void board_warn(struct board *board, const char *text);
/* True once where what the board asks for has changed by what the snapshot tells: names that a page uses are known now. */
bool board_learn(struct board *board, const struct snapshot *snapshot);
/* To a page by its name: of the configuration, else "overview" or a built-in one ("queues"). False: there is none. */
bool board_turn(struct board *board, const char *name);
/* In place of the footer until the next key. */
void board_say(struct board *board, const char *text);

/* Where a key does something: 0: on every board; one of a mode only on its pages. */
enum board_mode { BOARD_LIVE = 1, BOARD_REPLAY = 2 };

/* One table for the footer, the help page, the man page and what keys do. */
struct board_key_info {
	const char *keys;  /* as people read them: "Tab", "?", "w" */
	const char *label; /* for the footer; NULL: not there */
	const char *command; /* for the palette; NULL: the label */
	const char *help;
	int codes[4]; /* ends with 0 */
	unsigned modes; /* bits of enum board_mode; 0: all */
	unsigned pages; /* bits (1 << enum board_page): where the footer shows it */
	bool always;	/* the footer leaves out others first */
	unsigned needs; /* bits of enum right, any of which will do; the footer hides it from those who have none. 0: nobody is asked */
	enum board_action (*act)(struct board *board, const struct snapshot *snapshot, int key);
};
extern const struct board_key_info board_keys[]; /* ends with keys NULL */

#endif
