#include "widgets/board_pages.h"

#include <string.h>

#include "widgets/board_evidence.h"
#include "widgets/board_lists.h"
#include "widgets/board_move.h"
#include "widgets/board_request.h"

/* Where the board begins, and what a page leads back to. */
static enum board_page first_page(const struct board *board)
{
	return own_any(board) ? BOARD_OWN : BOARD_OVERVIEW;
}

/* The page of the configuration on this digit takes the place of the built-in one; pressed once more it leads to the first. */
static bool show_own(struct board *board, int digit, enum board_action *action)
{
	const int own = own_of_digit(board, digit);
	if (own < 0)
		return false;
	*action = own_go(board, board->page == BOARD_OWN && board->own.page == own ? 0 : own);
	return true;
}

static enum board_action show(struct board *board, enum board_page page)
{
	return move_to(board, board->page != page ? page : board_page_classes[page] ? first_page(board) : board->home);
}

static enum board_action choose_scope(struct board *board)
{
	const struct filter_choice *choice = filter_selected(&board->filter);
	if (!choice)
		return BOARD_NOTHING;
	move_to(board, board->home);
	return request_narrow(board, choice);
}

/* The page that has all of what the panel shows; BOARD_PANEL: the panel alone is shown larger. */
static enum board_page page_of_focus(int focus)
{
	static const enum board_page pages[PANEL_COUNT] = {[PANEL_QUEUES] = BOARD_QUEUES, [PANEL_CONDUCT] = BOARD_PANEL, [PANEL_ALERTS] = BOARD_ALERTS,
		[PANEL_DUE] = BOARD_SLA, [PANEL_LEARNING] = BOARD_LEARNING};
	if (focus == FOCUS_HEADER)
		return BOARD_FEEDS;
	return focus < FOCUS_PANELS ? BOARD_TILE : pages[focus - FOCUS_PANELS];
}

enum board_action pages_open(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)key;
	if (board->page == BOARD_FILTER)
		return choose_scope(board);
	if (board->page == BOARD_OWN || board->page == BOARD_WIDGET)
		return own_open(board, snapshot);
	if (board->page != BOARD_OVERVIEW || board->focus == FOCUS_NONE)
		return BOARD_NOTHING;
	return show(board, page_of_focus(board->focus));
}

static enum board_action leave_help(struct board *board)
{
	board->page = board->helped;
	board->page_scroll = board->helped_row;
	return BOARD_REDRAW;
}

/* Back; on the overview it takes the focus away, then the filter; from a look back it leads to the live board. */
enum board_action pages_back(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)key;
	if (board->page == BOARD_HELP)
		return leave_help(board);
	if (board->page == BOARD_EVIDENCE || board->page == BOARD_LIFE)
		return evidence_back(board);
	if (board->page == BOARD_CUSTOM) { /* to its row */
		board->page = BOARD_VOICE;
		return BOARD_REDRAW;
	}
	if (lists_widen(board, snapshot))
		return BOARD_REDRAW;
	if ((board->page == BOARD_OWN && board->own.focus >= 0) || board->page == BOARD_WIDGET)
		return own_back(board);
	if (board->page != BOARD_OVERVIEW && board->page != BOARD_OWN)
		return move_to(board, board_page_classes[board->page] ? first_page(board) : board->home);
	if (board->page == BOARD_OVERVIEW && board->focus != FOCUS_NONE) {
		board->focus = FOCUS_NONE;
		return BOARD_REDRAW;
	}
	if (!chips_any(&board->request))
		return snapshot->timeline && snapshot->timeline->can_return ? BOARD_RETURN : board->page != first_page(board) ? move_to(board, BOARD_OWN)
			: BOARD_NOTHING;
	board->request.scope = SCOPE_ALL;
	board->request.site = 0;
	return BOARD_REQUEST;
}

/* What is asked for stays as it is, so that one comes back to the same row of the same list. */
enum board_action pages_help(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)snapshot;
	(void)key;
	if (board->page == BOARD_HELP)
		return leave_help(board);
	board->helped = board->page;
	board->helped_row = board->page_scroll;
	board->page_scroll = 0;
	board->page = BOARD_HELP;
	return BOARD_REDRAW;
}

enum board_action pages_feeds(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)snapshot;
	(void)key;
	return show(board, BOARD_FEEDS);
}

enum board_action pages_overview(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)snapshot;
	enum board_action action;
	if (show_own(board, key - '0', &action))
		return action;
	return board->page == BOARD_OVERVIEW ? BOARD_NOTHING : move_to(board, BOARD_OVERVIEW);
}

enum board_action pages_show(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)snapshot;
	enum board_action action;
	if (show_own(board, key - '0', &action))
		return action;
	switch (key) {
#define PAGE_CASE(word, name, digit, help) case '0' + (digit): return show(board, BOARD_##word);
		KEYED_PAGES(PAGE_CASE)
#undef PAGE_CASE
	default:
		return BOARD_NOTHING;
	}
}

enum board_action pages_filter(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)key;
	filter_learn(&board->filter, snapshot);
	filter_begin(&board->filter, board->request.scope, board->request.site);
	const enum board_action action = show(board, BOARD_FILTER);
	if (board->page != BOARD_FILTER)
		return action;
	board->request.lists = 1u << SNAPSHOT_AGENTS; /* teams are known from them */
	return BOARD_REQUEST;
}

/* By name; BOARD_PAGES: there is none. */
static enum board_page page_named(const char *name)
{
#define PAGE_NAMED(word, title, digit, help)                                                                           \
	if (strcmp(name, #title) == 0)                                                                                  \
		return BOARD_##word;
	KEYED_PAGES(PAGE_NAMED)
#undef PAGE_NAMED
	return strcmp(name, "overview") == 0 ? BOARD_OVERVIEW : BOARD_PAGES;
}

bool board_is_page(const struct settings *settings, const char *name)
{
	return layout_find(&settings->layout, name) >= 0 || page_named(name) != BOARD_PAGES;
}

enum board_action board_open_page(struct board *board, const char *name)
{
	const int own = layout_find(&board->settings->layout, name);
	const enum board_page page = page_named(name);
	if (own < 0 && page == BOARD_PAGES)
		return BOARD_NOTHING;
	const enum board_action action = own >= 0 ? own_go(board, own) : move_to(board, page);
	own_request(board, &board->asked_for);
	return action;
}
