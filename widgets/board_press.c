#include "widgets/board_press.h"

#include "tui/keys.h"
#include "widgets/board_alerts.h"
#include "widgets/board_evidence.h"
#include "widgets/board_export.h"
#include "widgets/board_lists.h"
#include "widgets/board_move.h"
#include "widgets/board_pages.h"
#include "widgets/board_palette.h"
#include "widgets/board_replay.h"
#include "widgets/tour.h"

#define CONTROL_C 3

/* While typing, letters are letters: only what is no letter goes through the table. */
static bool filter_takes(struct board *board, int key, enum board_action *action)
{
	*action = BOARD_REDRAW;
	switch (key) {
	case SCREEN_KEY_UP:
	case SCREEN_KEY_DOWN:
		filter_move(&board->filter, key == SCREEN_KEY_UP ? -1 : 1);
		return true;
	case SCREEN_KEY_PAGE_UP:
	case SCREEN_KEY_PAGE_DOWN:
		filter_move(&board->filter, key == SCREEN_KEY_PAGE_UP ? -move_page_length(board) : move_page_length(board));
		return true;
	case SCREEN_KEY_BACKSPACE:
		filter_rub_out(&board->filter);
		return true;
	case SCREEN_KEY_ESCAPE:
		if (!*board->filter.typed)
			return false;
		filter_begin(&board->filter, board->request.scope, board->request.site);
		return true;
	default:
		return filter_type(&board->filter, key);
	}
}

bool press_is_meant(const struct board *board, const struct snapshot *snapshot, const struct board_key_info *entry)
{
	const enum board_mode mode = snapshot->timeline ? BOARD_REPLAY : BOARD_LIVE;
	return !entry->modes || (entry->modes & mode && entry->pages & 1u << board->page);
}

static enum board_action press(struct board *board, const struct snapshot *snapshot, int key)
{
	enum board_action action;
	if (board->entry.kind == ENTRY_FIND && key != CONTROL_C)
		return lists_entry_key(board, snapshot, key);
	if ((board->entry.kind == ENTRY_ACKNOWLEDGE || board->entry.kind == ENTRY_MUTE) && key != CONTROL_C)
		return alerts_entry_key(board, snapshot, key);
	if ((board->entry.kind == ENTRY_EXPORT || board->entry.kind == ENTRY_OVERWRITE) && key != CONTROL_C)
		return export_entry_key(board, snapshot, key);
	if (board->entry.kind == ENTRY_COMMAND && key != CONTROL_C)
		return palette_entry_key(board, snapshot, key);
	if (board->entry.kind != ENTRY_NONE && snapshot->timeline && key != CONTROL_C)
		return replay_entry_key(board, snapshot, key);
	const int hint = board->tour;
	board->tour = tour_after(hint, key);
	const bool said = *board->said || hint != board->tour;
	*board->said = 0;
	if (hint != board->tour && key == SCREEN_KEY_ESCAPE)
		return BOARD_REDRAW;
	if (board->page == BOARD_MARKS && !snapshot->timeline)
		board->page = BOARD_OVERVIEW;
	if (board->page == BOARD_FILTER && filter_takes(board, key, &action))
		return action;
	for (const struct board_key_info *entry = board_keys; entry->keys; entry++)
		for (int i = 0; i < 4 && entry->codes[i]; i++)
			if (entry->codes[i] == key && press_is_meant(board, snapshot, entry)) {
				action = entry->act(board, snapshot, key);
				if (action == BOARD_REQUEST && board->page == BOARD_EVIDENCE && entry->act != pages_back && entry->act != evidence_open)
					evidence_again(board);
				return action == BOARD_NOTHING && said ? BOARD_REDRAW : action;
			}
	return said ? BOARD_REDRAW : BOARD_NOTHING;
}

enum board_action board_key(struct board *board, const struct snapshot *snapshot, int key)
{
	const enum board_action action = press(board, snapshot, key);
	own_request(board, &board->asked_for);
	return action;
}
