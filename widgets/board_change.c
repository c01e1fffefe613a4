/* What changes at the board without a key: its configuration, what it asks for, the page of a wall. */
#include <stdio.h>
#include <string.h>

#include "widgets/board_move.h"
#include "widgets/board_state.h"
#include "widgets/board_wall.h"

void board_reload(struct board *board, const struct settings *settings)
{
	const struct settings *before = board->settings;
	board->settings = settings;
	header_clocks_close(&board->clocks);
	header_clocks_open(&board->clocks, settings);
	own_reload(board, before);
	board_wall_reload(board);
	own_request(board, &board->asked_for);
}

void board_warn(struct board *board, const char *text)
{
	snprintf(board->warned, sizeof board->warned, "%s", text);
}

static bool same_asks(const struct snapshot_request *a, const struct snapshot_request *b)
{
	bool same = a->ask_count == b->ask_count && a->lists == b->lists && a->window == b->window && scope_equal(a->scope, b->scope);
	for (int i = 0; same && i < a->ask_count; i++)
		same = snapshot_ask_equal(&a->asks[i], &b->asks[i]);
	return same;
}

bool board_learn(struct board *board, const struct snapshot *snapshot)
{
	const struct snapshot_request before = board->asked_for;
	filter_learn(&board->filter, snapshot);
	own_request(board, &board->asked_for);
	return !same_asks(&before, &board->asked_for);
}

bool board_turn(struct board *board, const char *name)
{
	static const struct { const char *name; enum board_page page; } built_in[] = {{"overview", BOARD_OVERVIEW},
#define PAGE_NAME(word, name, digit, help) {#name, BOARD_##word},
		KEYED_PAGES(PAGE_NAME)
#undef PAGE_NAME
	};
	const int page = layout_find(&board->settings->layout, name);
	bool found = page >= 0;
	if (found)
		own_go(board, page);
	for (size_t i = 0; !found && i < sizeof built_in / sizeof *built_in; i++) {
		found = strcmp(built_in[i].name, name) == 0;
		if (found)
			move_to(board, built_in[i].page);
	}
	own_request(board, &board->asked_for);
	return found;
}
