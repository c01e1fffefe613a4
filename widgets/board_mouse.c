#include "tui/keys.h"
#include "widgets/board_lists.h"
#include "widgets/board_replay.h"
#include "widgets/board_request.h"
#include "widgets/evidence_table.h"

static bool is_in(struct rect rect, int x, int y)
{
	return x >= rect.x && x < rect.x + rect.width && y >= rect.y && y < rect.y + rect.height;
}

/* What Tab would come to at this place; FOCUS_NONE: nothing. */
static int focus_at(const struct layout *layout, int x, int y)
{
	for (int i = 0; i < TILE_COUNT; i++)
		if (is_in(layout->tiles[i], x, y))
			return i;
	for (int i = 0; i < PANEL_COUNT; i++)
		if (is_in(layout->panels[i], x, y))
			return FOCUS_PANELS + i;
	return is_in(layout->header, x, y) ? FOCUS_HEADER : FOCUS_NONE;
}

/* A second click on the same does what Enter does. */
static enum board_action choose_focus(struct board *board, const struct snapshot *snapshot, int focus)
{
	if (focus == FOCUS_NONE)
		return BOARD_NOTHING;
	if (board->focus == focus)
		return board_key(board, snapshot, SCREEN_KEY_ENTER);
	board->focus = focus;
	return BOARD_REDRAW;
}

static enum board_action choose_row(struct board *board, const struct snapshot *snapshot, int *row, int chosen)
{
	if (*row == chosen)
		return board_key(board, snapshot, SCREEN_KEY_ENTER);
	*row = chosen;
	return BOARD_REDRAW;
}

static enum board_action click_list(struct board *board, const struct snapshot *snapshot, int x, int y)
{
	const struct page_class *class = board_page_classes[board->page];
	for (int i = 0; i < board->seen.count; i++) {
		const struct list_seen *seen = &board->seen.items[i];
		int begin = 0, index = 0;
		if (!is_in(seen->rows, x, y))
			continue;
		if (seen->list == &evidence_table)
			return choose_row(board, snapshot, &board->list.selected, seen->first + y - seen->rows.y);
		for (; class && page_list(class, index) && page_list(class, index) != seen->list; index++)
			begin += list_count(page_list(class, index), snapshot, &board->states);
		if (class && page_list(class, index))
			return choose_row(board, snapshot, &board->row, begin + seen->first + y - seen->rows.y);
	}
	return BOARD_NOTHING;
}

static enum board_action click_footer(struct board *board, const struct snapshot *snapshot, int x, int y)
{
	for (int i = 0; i < board->footer.count; i++)
		if (is_in(board->footer.rects[i], x, y))
			return board_key(board, snapshot, board->footer.keys[i]->codes[0]);
	return BOARD_NOTHING;
}

/* A page of the configuration: its widgets are chosen and opened like tiles. */
static enum board_action click_own(struct board *board, const struct snapshot *snapshot, int x, int y)
{
	const struct placing *placing = &board->own.placing;
	for (int i = 0; i < placing->count; i++) {
		if (!is_in(placing->rects[i], x, y))
			continue;
		if (board->own.focus == i)
			return board_key(board, snapshot, SCREEN_KEY_ENTER);
		board->own.focus = i;
		return BOARD_REDRAW;
	}
	return BOARD_NOTHING;
}

static enum board_action click(struct board *board, const struct snapshot *snapshot, int x, int y)
{
	const int chip = chips_at(&board->chips, x, y);
	if (board->layout.line || board->entry.kind != ENTRY_NONE)
		return BOARD_NOTHING;
	if (chip != CHIP_LAST && chips_take_off(&board->request, chip))
		return request_scope_changed(board);
	if (is_in(board->layout.footer, x, y))
		return click_footer(board, snapshot, x, y);
	if (board->page == BOARD_OWN)
		return click_own(board, snapshot, x, y);
	if (board->page != BOARD_OVERVIEW)
		return click_list(board, snapshot, x, y);
	const enum board_action action = replay_click(board, snapshot, x, y);
	return action != BOARD_NOTHING ? action : choose_focus(board, snapshot, focus_at(&board->layout, x, y));
}

enum board_action board_click(struct board *board, const struct snapshot *snapshot, int x, int y)
{
	const enum board_action action = click(board, snapshot, x, y);
	own_request(board, &board->asked_for);
	return action;
}
