#include "widgets/board_request.h"

#include "base/words.h"

enum board_action request_window(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)snapshot;
	const int by = key == 'W' ? WINDOW_COUNT - 1 : 1;
	board->request.window = (enum window)(((int)board->request.window + by) % WINDOW_COUNT);
	return BOARD_REQUEST;
}

/* All sites, then each alone. */
enum board_action request_site(struct board *board, const struct snapshot *snapshot, int key)
{
	const int count = snapshot->site_count + 1, by = key == 'O' ? count - 1 : 1;
	if (snapshot->site_count == 0)
		return BOARD_NOTHING;
	board->request.site = (board->request.site + by) % count;
	return BOARD_REQUEST;
}

enum board_action request_attribution(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)snapshot;
	(void)key;
	board->request.by = board->request.by == BY_OUTCOME ? BY_ARRIVAL : BY_OUTCOME;
	return BOARD_REQUEST;
}

enum board_action request_conduct(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)snapshot;
	(void)key;
	board->request.conduct = board->request.conduct == CONDUCT_ALL ? CONDUCT_WITHOUT : CONDUCT_ALL;
	return BOARD_REQUEST;
}

enum board_action request_formula(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)snapshot;
	(void)key;
	board->request.formula = board->request.formula + 1 >= SL_FORMULA_COUNT ? -1 : board->request.formula + 1;
	return BOARD_REQUEST;
}

enum board_action request_scope_changed(struct board *board)
{
	board->row = 0;
	for (int i = 0; i < FOCUS_COUNT; i++)
		board->scroll[i] = 0;
	return BOARD_REQUEST;
}

enum board_action request_widen(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)snapshot;
	(void)key;
	return chips_take_off(&board->request, CHIP_LAST) ? request_scope_changed(board) : BOARD_NOTHING;
}

/* Figures of a team or an agent cannot be parted by queue, channel or market: what cannot stand together makes room. */
enum board_action request_narrow(struct board *board, const struct filter_choice *choice)
{
	struct scope *scope = &board->request.scope, chosen = choice->scope;
	if (choice->site || !chips_any(&(struct snapshot_request){.scope = chosen}))
		board->request.site = choice->site;
	if (!choice->site && !chips_any(&(struct snapshot_request){.scope = chosen}))
		*scope = SCOPE_ALL;
	const bool parts = chips_any(&(struct snapshot_request){.scope = *scope}) && chips_any(&(struct snapshot_request){.scope = chosen});
	if (parts && scope_of_people(chosen) != scope_of_people(*scope)) {
		*scope = SCOPE_ALL;
		board_say(board, _("figures of a team are not known by queue, channel or market: the other filters were taken off"));
	}
	for (int part = 0; part < SCOPE_PARTS; part++) {
		const uint16_t number = *snapshot_scope_part(&chosen, (enum scope_part)part);
		if (number != SCOPE_ANY)
			*snapshot_scope_part(scope, (enum scope_part)part) = number;
	}
	return request_scope_changed(board);
}
