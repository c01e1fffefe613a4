#include "widgets/board_lists.h"

#include <stdio.h>

#include "base/words.h"
#include "tui/keys.h"
#include "widgets/board_evidence.h"

const struct list_class *lists_here(const struct board *board, const struct snapshot *snapshot)
{
	const struct page_class *class = board_page_classes[board->page];
	struct page_place place;
	if (!class)
		return NULL;
	return page_place(class, snapshot, &board->states, board_row(board, snapshot), &place) ? place.list : page_list(class, 0);
}

/* The state of the list here, or NULL with a word about why there is none. */
static struct list_state *state_here(struct board *board, const struct snapshot *snapshot)
{
	const struct list_class *list = lists_here(board, snapshot);
	if (list)
		return list_state_of(&board->states, list);
	board_say(board, board_page_classes[board->page] ? _("this page has no list to put in order") :
		_("lists are on the pages of digits: Enter opens the one under the cursor"));
	return NULL;
}

/* The cursor goes to the first row of its list, which it would lose otherwise. */
static void go_to_list(struct board *board, const struct snapshot *snapshot, const struct list_class *list)
{
	const struct page_class *class = board_page_classes[board->page];
	board->row = 0;
	for (int i = 0; page_list(class, i) && page_list(class, i) != list; i++)
		board->row += list_count(page_list(class, i), snapshot, &board->states);
}

/* Columns that the last picture had no room for are passed over: nobody could see what the list is sorted by. */
static bool is_seen(const struct board *board, const struct list_class *list, int column)
{
	for (int i = 0; i < board->seen.count; i++)
		if (board->seen.items[i].list == list && board->seen.items[i].columns)
			return board->seen.items[i].columns & 1u << column;
	return true;
}

enum board_action lists_sort(struct board *board, const struct snapshot *snapshot, int key)
{
	if (board->page == BOARD_EVIDENCE)
		return evidence_order(board, snapshot, key);
	struct list_state *state = state_here(board, snapshot);
	if (!state)
		return BOARD_REDRAW;
	do
		state->column = state->list->columns[state->column].header ? state->column + 1 : 0;
	while (state->column && !is_seen(board, state->list, state->column - 1));
	state->turned = false;
	go_to_list(board, snapshot, state->list);
	return BOARD_REDRAW;
}

enum board_action lists_turn(struct board *board, const struct snapshot *snapshot, int key)
{
	if (board->page == BOARD_EVIDENCE)
		return evidence_turn(board, snapshot, key);
	struct list_state *state = state_here(board, snapshot);
	if (!state)
		return BOARD_REDRAW;
	state->turned = !state->turned;
	go_to_list(board, snapshot, state->list);
	return BOARD_REDRAW;
}

enum board_action lists_find(struct board *board, const struct snapshot *snapshot, int key)
{
	if (board->page == BOARD_EVIDENCE)
		return evidence_find(board, snapshot, key);
	const struct list_state *state = state_here(board, snapshot);
	if (!state)
		return BOARD_REDRAW;
	entry_begin(&board->entry, ENTRY_FIND);
	board->finding = state->list;
	snprintf(board->entry.typed, sizeof board->entry.typed, "%s", state->typed);
	return BOARD_REDRAW;
}

enum board_action lists_entry_key(struct board *board, const struct snapshot *snapshot, int key)
{
	if (board->page == BOARD_EVIDENCE || !board->finding)
		return evidence_entry_key(board, key);
	struct list_state *state = list_state_of(&board->states, board->finding);
	const enum entry_step step = entry_narrow(&board->entry, key);
	if (step != ENTRY_NARROWED)
		return step == ENTRY_ENDED ? BOARD_REDRAW : BOARD_NOTHING;
	snprintf(state->typed, sizeof state->typed, "%s", board->entry.typed);
	go_to_list(board, snapshot, state->list);
	return BOARD_REDRAW;
}

bool lists_widen(struct board *board, const struct snapshot *snapshot)
{
	const struct page_class *class = board_page_classes[board->page];
	bool widened = false;
	for (int i = 0; class && page_list(class, i); i++)
		if (list_state_find(&board->states, page_list(class, i))) {
			struct list_state *state = list_state_of(&board->states, page_list(class, i));
			widened = widened || *state->typed;
			*state->typed = 0;
		}
	if (widened)
		go_to_list(board, snapshot, lists_here(board, snapshot));
	return widened;
}
