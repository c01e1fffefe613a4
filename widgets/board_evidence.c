#include "widgets/board_evidence.h"

#include <stdio.h>
#include <string.h>

#include "base/words.h"
#include "config/display.h"
#include "tui/keys.h"

const struct proof *evidence_proof(const struct board *board, const struct snapshot *snapshot)
{
	const struct proof *proof = snapshot->evidence;
	return proof && proof->request.number == board->request.evidence.number ? proof : NULL;
}

const struct proof *evidence_life(const struct board *board, const struct snapshot *snapshot)
{
	const struct proof *proof = snapshot->life;
	return proof && proof->request.number == board->request.life.number ? proof : NULL;
}

static enum board_action ask_rows(struct board *board, struct proof_request request)
{
	request.number = ++board->asked;
	board->request.evidence = request;
	evidence_list_begin(&board->list);
	board->page = BOARD_EVIDENCE;
	return BOARD_REQUEST;
}

static enum board_action ask_life(struct board *board, struct proof_request request, bool alone)
{
	request.number = ++board->asked;
	board->request.life = request;
	board->life_alone = alone;
	board->page_scroll = 0;
	board->page = BOARD_LIFE;
	return BOARD_REQUEST;
}

enum board_action evidence_open(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)snapshot;
	(void)key;
	const int metric = board->focus >= 0 && board->focus < FOCUS_PANELS ? metric_find(tile_infos[board->focus].metric) : -1;
	if (metric < 0)
		return BOARD_NOTHING;
	board->behind = BOARD_TILE;
	return ask_rows(board, (struct proof_request){.metric = metric});
}

static bool is_hidden(struct board *board, const char *subject)
{
	if (!display_hides(subject))
		return false;
	board_say(board, _("this display does not show which one it is (the setting `display`)"));
	return true;
}

enum board_action evidence_ask(struct board *board, struct proof_request request)
{
	board->behind = board->page;
	request.metric = request.metric < 0 ? 0 : request.metric;
	if (is_hidden(board, request.subject))
		return BOARD_REDRAW;
	return *request.subject ? ask_life(board, request, true) : ask_rows(board, request);
}

enum board_action evidence_of_row(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)key;
	const struct page_class *class = board_page_classes[board->page];
	const int row = board_row(board, snapshot);
	struct proof_request request = {.metric = -1};
	if (!page_chooses(class) || row < 0)
		return BOARD_NOTHING;
	board->market = page_market(class, snapshot, &board->states, row);
	if (board->market >= 0) {
		board->page = BOARD_CUSTOM;
		return BOARD_REDRAW;
	}
	if (!page_evidence(class, snapshot, &board->states, row, &request) || (request.metric < 0 && !*request.subject)) {
		board_say(board, _("nothing single stands behind this row"));
		return BOARD_REDRAW;
	}
	return evidence_ask(board, request);
}

enum board_action evidence_of_market(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)key;
	for (int i = 0; i < snapshot->market_count; i++) {
		const struct list_market *market = &snapshot->markets[i].of;
		if (market->settings != board->market || !market->told)
			continue;
		board->behind = BOARD_CUSTOM;
		return ask_rows(board, (struct proof_request){.metric = metric_find("csat"), .is_scoped = true, .scope = market->scope});
	}
	board_say(board, _("no event has told of this market yet"));
	return BOARD_REDRAW;
}

enum board_action evidence_choose(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)key;
	const struct proof *proof = evidence_proof(board, snapshot);
	evidence_list_update(&board->list, proof);
	const struct evidence_row *row = evidence_list_selected(&board->list, proof);
	if (!row)
		return BOARD_NOTHING;
	if (!*row->subject) {
		board_say(board, _("its source gave it no name: there is no life to look up"));
		return BOARD_REDRAW;
	}
	if (is_hidden(board, row->subject))
		return BOARD_REDRAW;
	if (strcmp(row->subject, row->agent) == 0) {
		board_say(board, _("lives are told of contacts and cases, not of people"));
		return BOARD_REDRAW;
	}
	struct proof_request life = {.metric = board->request.evidence.metric, .around = row->at};
	memcpy(life.subject, row->subject, sizeof life.subject);
	memcpy(life.site, row->site, sizeof life.site);
	return ask_life(board, life, false);
}

enum board_action evidence_order(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)snapshot;
	(void)key;
	board->list.sort = (enum evidence_sort)((board->list.sort + 1) % EVIDENCE_SORTS);
	board->list.selected = 0;
	return BOARD_REDRAW;
}

enum board_action evidence_turn(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)snapshot;
	(void)key;
	board->list.turned = !board->list.turned;
	board->list.selected = 0;
	return BOARD_REDRAW;
}

enum board_action evidence_find(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)snapshot;
	(void)key;
	entry_begin(&board->entry, ENTRY_FIND);
	memcpy(board->entry.typed, board->list.typed, sizeof board->entry.typed);
	return BOARD_REDRAW;
}

/* The list narrows as one types. */
enum board_action evidence_entry_key(struct board *board, int key)
{
	const enum entry_step step = entry_narrow(&board->entry, key);
	if (step != ENTRY_NARROWED)
		return step == ENTRY_ENDED ? BOARD_REDRAW : BOARD_NOTHING;
	memcpy(board->list.typed, board->entry.typed, sizeof board->list.typed);
	board->list.selected = 0;
	return BOARD_REDRAW;
}

void evidence_again(struct board *board)
{
	board->request.evidence.number = ++board->asked;
	board->list.selected = 0;
}

enum board_action evidence_back(struct board *board)
{
	struct proof_request *given_up = board->page == BOARD_LIFE ? &board->request.life : &board->request.evidence;
	*given_up = (struct proof_request){.number = 0};
	board->page = board->page == BOARD_LIFE && !board->life_alone ? BOARD_EVIDENCE : board->behind;
	return BOARD_REQUEST;
}
