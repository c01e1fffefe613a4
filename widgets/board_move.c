#include "widgets/board_move.h"

#include "tui/keys.h"
#include "widgets/board_evidence.h"
#include "widgets/board_state.h"
#include "widgets/classes.h"
#include "widgets/help.h"
#include "widgets/life.h"

#define WHEEL_LINES 3

static bool can_focus(const struct board *board, int focus)
{
	if (focus == FOCUS_HEADER)
		return true;
	const struct rect *rect = focus < FOCUS_PANELS ? &board->layout.tiles[focus] : &board->layout.panels[focus - FOCUS_PANELS];
	return rect->width > 0 && rect->height > 0;
}

enum board_action move_to(struct board *board, enum board_page page)
{
	const struct page_class *class = board_page_classes[page];
	const unsigned lists = class ? class->lists : 0;
	const bool same = board->request.lists == lists && page != BOARD_OWN && board->home != BOARD_OWN;
	board->page = page;
	board->page_scroll = board->row = 0;
	if (class || page == BOARD_OVERVIEW || page == BOARD_OWN)
		board->home = page;
	board->request.lists = lists;
	return same ? BOARD_REDRAW : BOARD_REQUEST;
}

/* From the last page on to the overview, and from there to the first. */
static enum board_action next_page(struct board *board, int by)
{
	const int first = BOARD_WIDGET + 1, count = BOARD_PAGES - first + 1, now = board->page < first ? 0 : (int)board->page - first + 1;
	const int next = (now + by + count) % count;
	return move_to(board, next ? (enum board_page)(first + next - 1) : BOARD_OVERVIEW);
}

/* Through the lists of a page first. */
static enum board_action next_list(struct board *board, const struct snapshot *snapshot, int by)
{
	const int row = page_beside(board_page_classes[board->page], snapshot, &board->states, board_row(board, snapshot), by);
	if (row < 0)
		return next_page(board, by);
	board->row = row;
	return BOARD_REDRAW;
}

static enum board_action move_focus(struct board *board, const struct snapshot *snapshot, int by)
{
	if (board->page == BOARD_OWN)
		return own_tab(board, snapshot, by);
	if (board_page_classes[board->page])
		return next_list(board, snapshot, by);
	if (board->page != BOARD_OVERVIEW || board->layout.line)
		return BOARD_NOTHING;
	if (board->focus == FOCUS_NONE)
		board->focus = by > 0 ? FOCUS_COUNT - 1 : 0;
	for (int i = 0; i < FOCUS_COUNT; i++) {
		board->focus = (board->focus + by + FOCUS_COUNT) % FOCUS_COUNT;
		if (can_focus(board, board->focus))
			return BOARD_REDRAW;
	}
	return BOARD_NOTHING;
}

enum board_action move_next_focus(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)key;
	return move_focus(board, snapshot, 1);
}

enum board_action move_previous_focus(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)key;
	return move_focus(board, snapshot, -1);
}

/* How many lines the thing under the cursor has, and where its scroll position is kept; NULL: it does not scroll. */
static int *scroll_of(struct board *board, const struct snapshot *snapshot, int *lines)
{
	if (board->page == BOARD_HELP) {
		const struct help_of of = board_help(board, snapshot);
		*lines = help_lines(&of);
		return &board->page_scroll;
	}
	const struct page_class *class = board_page_classes[board->page];
	if (class) {
		*lines = page_rows(class, snapshot, &board->states);
		return &board->row;
	}
	if (board->page == BOARD_EVIDENCE) {
		evidence_list_update(&board->list, evidence_proof(board, snapshot));
		*lines = (int)board->list.count;
		return &board->list.selected;
	}
	if (board->page == BOARD_LIFE) {
		*lines = life_lines(evidence_life(board, snapshot));
		return &board->page_scroll;
	}
	if (board->page == BOARD_OWN || board->page == BOARD_WIDGET)
		return own_scroll(board, snapshot, lines);
	if (board->page == BOARD_FILTER || board->focus < FOCUS_PANELS || board->focus >= FOCUS_HEADER)
		return NULL;
	const struct widget_class *panel = board_panels[board->focus - FOCUS_PANELS];
	if (!panel->lines)
		return NULL;
	*lines = panel->lines(snapshot);
	return &board->scroll[board->focus];
}

static enum board_action scroll_by(struct board *board, const struct snapshot *snapshot, int by)
{
	int lines = 0;
	int *scroll = scroll_of(board, snapshot, &lines);
	if (!scroll)
		return BOARD_NOTHING;
	const int before = *scroll;
	*scroll += by;
	*scroll = *scroll > lines - 1 ? lines - 1 : *scroll;
	*scroll = *scroll < 0 ? 0 : *scroll;
	return *scroll == before ? BOARD_NOTHING : BOARD_REDRAW;
}

int move_page_length(const struct board *board)
{
	return board->layout.body.height > 3 ? board->layout.body.height - 3 : 1;
}

enum board_action move_arrow(struct board *board, const struct snapshot *snapshot, int key)
{
	const int by = key == SCREEN_KEY_DOWN ? 1 : -1;
	if (board->page == BOARD_OWN || board->page == BOARD_WIDGET)
		return own_arrow(board, snapshot, 0, by);
	if (board->page == BOARD_OVERVIEW && board->focus == FOCUS_NONE)
		return move_focus(board, snapshot, by);
	if (board->page != BOARD_OVERVIEW || board->focus >= FOCUS_PANELS)
		return scroll_by(board, snapshot, by);
	const int row = TILE_COUNT / 2, to = board->focus + by * row;
	if (to < 0 || (to < FOCUS_PANELS && !can_focus(board, to)))
		return BOARD_NOTHING;
	board->focus = to < FOCUS_PANELS ? to : FOCUS_PANELS + PANEL_QUEUES;
	if (!can_focus(board, board->focus))
		board->focus = FOCUS_HEADER;
	return BOARD_REDRAW;
}

enum board_action move_sideways(struct board *board, const struct snapshot *snapshot, int key)
{
	const int by = key == SCREEN_KEY_RIGHT ? 1 : -1;
	if (board->page == BOARD_OWN)
		return own_arrow(board, snapshot, by, 0);
	const struct page_class *class = board_page_classes[board->page];
	if (!class)
		return move_focus(board, snapshot, by);
	const int row = page_beside(class, snapshot, &board->states, board_row(board, snapshot), by);
	if (row < 0)
		return BOARD_NOTHING;
	board->row = row;
	return BOARD_REDRAW;
}

enum board_action move_page(struct board *board, const struct snapshot *snapshot, int key)
{
	switch (key) {
	case SCREEN_KEY_PAGE_DOWN:
		return scroll_by(board, snapshot, move_page_length(board));
	case SCREEN_KEY_PAGE_UP:
		return scroll_by(board, snapshot, -move_page_length(board));
	default:
		return BOARD_NOTHING;
	}
}

enum board_action move_jump(struct board *board, const struct snapshot *snapshot, int key)
{
	return scroll_by(board, snapshot, key == SCREEN_KEY_HOME ? -1000000 : 1000000);
}

enum board_action move_wheel(struct board *board, const struct snapshot *snapshot, int key)
{
	return scroll_by(board, snapshot, key == SCREEN_KEY_WHEEL_DOWN ? WHEEL_LINES : -WHEEL_LINES);
}
