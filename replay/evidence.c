#include "replay/evidence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"
#include "metrics/lists.h"
#include "metrics/lists_service.h"
#include "metrics/open_items.h"
#include "metrics/query_sums.h"
#include "metrics/series.h"
#include "replay/player.h"

#define COUNTS_A_ROW 16 /* counters of one metric: more than any has */
#define LISTED_MOST 20000
#define RECORDS_AT_ONCE 20000

static struct evidence_row *add_row(struct evidence *evidence, size_t *room)
{
	if (evidence->count == EVIDENCE_MOST) {
		evidence->is_cut = true;
		return NULL;
	}
	evidence->rows = memory_grow(evidence->rows, room, evidence->count + 1, sizeof *evidence->rows);
	struct evidence_row *row = &evidence->rows[evidence->count++];
	*row = (struct evidence_row){.figure = {.denominator = 1, .n = -1, .low = -1, .high = -1}};
	return row;
}

static void put_agent(const struct evidence_request *request, const struct engine *engine, uint16_t number, char *to, size_t room)
{
	struct present_agent agent;
	char name[200];
	to[0] = 0;
	if (!number || !present_agent(engine, number, &agent))
		return;
	text_harmless(view_of(agent.name), name, sizeof name);
	if (request->settings->identify)
		view_copy(view_of(name), to, room);
	else
		text_mask_name(name, to, room);
}

static void set_duration(struct evidence_row *row, int64_t ms)
{
	row->figure.known = true;
	row->figure.numerator = ms;
}

/* ---- what stands now ---- */

struct listing {
	const struct evidence_request *request;
	struct evidence *evidence;
	size_t room;
	int64_t now;
};

static bool is_in_scope(const struct listing *listing, const char *queue, const char *channel)
{
	const struct engine *engine = listing->request->engine;
	const char *wanted_queue = list_scope_name(engine, listing->request->scope, "queue");
	const char *wanted_channel = list_scope_name(engine, listing->request->scope, "channel");
	return (!wanted_queue || strcmp(wanted_queue, queue) == 0) && (!wanted_channel || strcmp(wanted_channel, channel) == 0);
}

static void add_contacts(struct listing *listing, const char *const *phases)
{
	struct open_contact *items = memory_new(LISTED_MOST, sizeof *items);
	const int count = open_contacts(listing->request->engine, items, LISTED_MOST);
	for (int i = 0; i < count; i++) {
		const struct open_contact *item = &items[i];
		bool wanted = false;
		for (int phase = 0; phases[phase]; phase++)
			wanted = wanted || strcmp(phases[phase], item->phase) == 0;
		struct evidence_row *row = wanted && is_in_scope(listing, item->queue, item->channel) ? add_row(listing->evidence, &listing->room) : NULL;
		if (!row)
			continue;
		snprintf(row->subject, sizeof row->subject, "%s", item->id);
		snprintf(row->queue, sizeof row->queue, "%s", item->queue);
		snprintf(row->channel, sizeof row->channel, "%s", item->channel);
		snprintf(row->state, sizeof row->state, "%s", item->phase);
		put_agent(listing->request, listing->request->engine, item->agent, row->agent, sizeof row->agent);
		row->at = strcmp(item->phase, "waiting") == 0 ? item->queued : item->since;
		set_duration(row, listing->now - row->at);
	}
	free(items);
}

static void list_waiting(struct listing *listing)
{
	add_contacts(listing, (const char *const[]){"waiting", NULL});
}

static void list_busy(struct listing *listing)
{
	add_contacts(listing, (const char *const[]){"talking", "held", NULL});
}

static void list_running(struct listing *listing)
{
	add_contacts(listing, (const char *const[]){"talking", "held", "wrapping", NULL});
}

static void list_backlog(struct listing *listing)
{
	struct open_case *items = memory_new(LISTED_MOST, sizeof *items);
	const int count = open_cases(listing->request->engine, items, LISTED_MOST);
	for (int i = 0; i < count; i++) {
		struct evidence_row *row = is_in_scope(listing, items[i].queue, items[i].channel) ? add_row(listing->evidence, &listing->room) : NULL;
		if (!row)
			continue;
		snprintf(row->subject, sizeof row->subject, "%s", items[i].id);
		snprintf(row->queue, sizeof row->queue, "%s", items[i].queue);
		snprintf(row->channel, sizeof row->channel, "%s", items[i].channel);
		snprintf(row->state, sizeof row->state, "%s", items[i].state);
		put_agent(listing->request, listing->request->engine, items[i].agent, row->agent, sizeof row->agent);
		row->at = items[i].opened;
		set_duration(row, listing->now - row->at);
	}
	free(items);
}

/* A clock by its name, or those of cases of a priority. */
static bool is_of_name(const struct evidence_request *request, const struct list_due *item)
{
	const char *name = request->name;
	return !name || !*name || strcmp(name, item->clock) == 0 || strcmp(name, list_priority_name(item->priority)) == 0;
}

static void list_clocks(struct listing *listing)
{
	struct list_due *items = memory_new(LISTED_MOST, sizeof *items);
	const char *metric = metrics[listing->request->metric].name;
	const int count = list_due(listing->request->engine, listing->request->scope, listing->now, items, LISTED_MOST);
	for (int i = 0; i < count; i++) {
		const struct list_due *item = &items[i];
		const bool breached = strcmp(metric, "sla_breached_open") == 0, paused = strcmp(metric, "sla_paused") == 0;
		if ((breached && !item->breached) || (paused && !item->paused) || (!breached && !paused && (item->breached || item->paused)) ||
			(strcmp(metric, "sla_due_soon") == 0 && item->level != LEVEL_WARN) || !is_of_name(listing->request, item))
			continue;
		struct evidence_row *row = add_row(listing->evidence, &listing->room);
		if (!row)
			break;
		snprintf(row->subject, sizeof row->subject, "%s", item->case_id);
		snprintf(row->queue, sizeof row->queue, "%s", item->queue);
		snprintf(row->channel, sizeof row->channel, "%s", item->channel);
		snprintf(row->state, sizeof row->state, "%s%s", item->clock, item->breached ? " breached" : item->paused ? " paused" : "");
		row->at = item->due ? item->due : listing->now;
		set_duration(row, item->left);
	}
	free(items);
}

static void list_flags(struct listing *listing)
{
	struct list_conduct *items = memory_new(1000, sizeof *items);
	static const char *const steps[] = {"no step", "request", "demand", "warning", "ended"};
	const int count = list_conduct(listing->request->engine, listing->request->scope, listing->now, items, 1000);
	for (int i = 0; i < count; i++) {
		struct evidence_row *row = items[i].open ? add_row(listing->evidence, &listing->room) : NULL;
		if (!row)
			continue;
		snprintf(row->subject, sizeof row->subject, "%s", items[i].contact);
		snprintf(row->queue, sizeof row->queue, "%s", items[i].queue);
		snprintf(row->channel, sizeof row->channel, "%s", items[i].channel);
		snprintf(row->state, sizeof row->state, "%s", steps[items[i].step % 5]);
		if (listing->request->settings->identify)
			snprintf(row->agent, sizeof row->agent, "%s", items[i].agent);
		else
			text_mask_name(items[i].agent, row->agent, sizeof row->agent);
		row->at = listing->now - items[i].since;
		set_duration(row, items[i].since);
	}
	free(items);
}

static void list_people(struct listing *listing)
{
	const char *metric = metrics[listing->request->metric].name, *wanted = strrchr(metric, '_') + 1;
	const size_t count = series_count(listing->request->engine, SERIES_AGENT);
	for (uint16_t number = 1; number < count; number++) {
		struct present_agent agent;
		if (!present_agent(listing->request->engine, number, &agent))
			continue;
		const bool on = strcmp(agent.doing, "offline") != 0;
		const bool is_wanted = strcmp(wanted, "on") == 0 ? on : strcmp(wanted, "free") == 0 ? strcmp(agent.doing, "idle") == 0
			: strcmp(wanted, agent.doing) == 0;
		struct evidence_row *row = is_wanted ? add_row(listing->evidence, &listing->room) : NULL;
		if (!row)
			continue;
		put_agent(listing->request, listing->request->engine, number, row->subject, sizeof row->subject);
		snprintf(row->agent, sizeof row->agent, "%s", row->subject);
		snprintf(row->state, sizeof row->state, "%s", agent.doing);
		row->at = agent.since;
		set_duration(row, listing->now - agent.since);
	}
}

static void list_callers_back(struct listing *listing)
{
	struct list_followup *items = memory_new(LISTED_MOST, sizeof *items);
	const int count = list_followups(listing->request->engine, listing->now, items, LISTED_MOST);
	for (int i = 0; i < count; i++) {
		struct evidence_row *row = add_row(listing->evidence, &listing->room);
		if (!row)
			break;
		snprintf(row->subject, sizeof row->subject, "%s", *items[i].case_id ? items[i].case_id : items[i].contact);
		snprintf(row->queue, sizeof row->queue, "%s", items[i].queue);
		snprintf(row->agent, sizeof row->agent, "%s", items[i].agent);
		row->at = listing->now - items[i].since;
		set_duration(row, items[i].since);
	}
	free(items);
}

/* Gauges and who stands behind them; those without an entry are sums of time, or of things that are only counted. */
static const struct {
	const char *metric;
	void (*list)(struct listing *listing);
} presents[] = {
	{"queue_depth", list_waiting}, {"longest_wait", list_waiting}, {"longest_wait_total", list_waiting}, {"longest_wait_async", list_waiting},
	{"busy", list_busy}, {"aht_running", list_running}, {"agents_free", list_people}, {"agents_on", list_people}, {"agents_away", list_people},
	{"agents_help", list_people}, {"agents_wrap", list_people}, {"sla_running", list_clocks}, {"sla_paused", list_clocks},
	{"sla_breached_open", list_clocks}, {"sla_due_soon", list_clocks}, {"backlog", list_backlog}, {"backlog_oldest", list_backlog},
	{"backlog_p50", list_backlog}, {"backlog_p90", list_backlog}, {"rude_now", list_flags}, {"followup_open", list_callers_back},
	{"followup_oldest", list_callers_back},
};

static int by_time(const void *left, const void *right)
{
	const struct evidence_row *a = left, *b = right;
	return a->at != b->at ? (a->at > b->at) - (a->at < b->at) : strcmp(a->subject, b->subject);
}

static bool gather_present(const struct evidence_request *request, struct evidence *evidence)
{
	struct listing listing = {.request = request, .evidence = evidence, .now = engine_now(request->engine)};
	evidence->kind = EVIDENCE_NONE;
	evidence->from = evidence->to = listing.now;
	for (size_t i = 0; i < sizeof presents / sizeof *presents; i++)
		if (strcmp(presents[i].metric, metrics[request->metric].name) == 0) {
			evidence->kind = EVIDENCE_PRESENT;
			presents[i].list(&listing);
		}
	if (evidence->kind == EVIDENCE_NONE)
		snprintf(evidence->why, sizeof evidence->why, "%s is kept as a sum, nothing single stands behind it", metrics[request->metric].title);
	return true;
}

/* ---- what was counted ---- */

bool evidence_rests_on(const struct query *query, int metric, int key)
{
	static const int64_t step = 1000003;
	struct query *tried = memory_new(1, sizeof *tried);
	struct figure before = {.denominator = 1, .n = -1, .low = -1, .high = -1}, after = before;
	*tried = *query;
	/* Nothing is 0, so that no ratio is unknown. */
	for (int i = 0; i < TALLY_KEYS; i++)
		tried->tally.value[i] = 7;
	metrics[metric].value(tried, &before);
	tried->tally.value[key] += step;
	metrics[metric].value(tried, &after);
	free(tried);
	return before.numerator != after.numerator || before.denominator != after.denominator || before.n != after.n || before.low != after.low ||
		before.high != after.high;
}

struct gathering {
	const struct evidence_request *request;
	struct evidence *evidence;
	struct query *query; /* for the metric's function; in the end of the moment */
	size_t room;
	bool wanted[TALLY_KEYS];
	struct map index; /* subject -> row */
	struct sum { struct count counts[COUNTS_A_ROW]; int count; } *sums; /* of each row */
	size_t sum_room;
	int64_t grain;
	int64_t moment, after, at; /* the window is (after, at] in bucket starts */
	uint64_t lsn;
	struct scope scope;
	bool scope_known;
};

static bool is_in_window(const struct gathering *gathering, const struct counting *counting)
{
	const int64_t at = gathering->request->by == BY_ARRIVAL ? counting->arrived : counting->at;
	if (!at)
		return false;
	const int64_t start = at - ((at % gathering->grain) + gathering->grain) % gathering->grain;
	return start > gathering->after && start <= gathering->at;
}

static bool fits(uint16_t wanted, uint16_t number)
{
	return wanted == SCOPE_ANY || wanted == number;
}

/* A name that no event has brought yet is nothing that anything could be counted for. */
static bool know_scope(struct gathering *gathering, const struct engine *engine, struct error *err)
{
	if (!gathering->scope_known)
		gathering->scope_known = list_scope_parse(engine, gathering->request->names, &gathering->scope, err);
	return gathering->scope_known;
}

static bool is_counted_in_scope(struct gathering *gathering, const struct engine *engine, const struct counting *counting)
{
	if (!know_scope(gathering, engine, NULL))
		return false;
	const struct scope wanted = gathering->scope, slot = counting->slot;
	if (scope_of_people(wanted))
		return fits(wanted.agent, counting->agent) && counting->agent;
	return fits(wanted.queue, slot.queue) && fits(wanted.channel, slot.channel) && fits(wanted.market, slot.market);
}

/* As the lists by name have it: what it was about, or else whom (metrics/lists.h). */
static bool is_counted_of_name(const struct gathering *gathering, const struct engine *engine, const struct counting *counting)
{
	const char *wanted = gathering->request->name;
	char name[sizeof(((struct list_named *)0)->name)];
	struct present_agent agent;
	if (!wanted || !*wanted)
		return true;
	if (counting->label.size)
		text_harmless(counting->label, name, sizeof name);
	else if (counting->agent && present_agent(engine, counting->agent, &agent))
		lists_person(engine, agent.name, name, sizeof name);
	else
		lists_person(engine, "", name, sizeof name);
	return strcmp(name, wanted) == 0;
}

static void add_count(struct sum *sum, const struct count *count)
{
	for (int i = 0; i < sum->count; i++)
		if (sum->counts[i].key == count->key) {
			count_into(&sum->counts[i].delta, count->key, count->delta);
			return;
		}
	if (sum->count < COUNTS_A_ROW)
		sum->counts[sum->count++] = *count;
}

/* One row a subject; what has no subject gets a row each time. */
static struct evidence_row *row_of(struct gathering *gathering, const struct engine *engine, const struct counting *counting)
{
	const uint32_t found = counting->subject.size ? map_find(&gathering->index, counting->subject) : MAP_NONE;
	if (found != MAP_NONE)
		return &gathering->evidence->rows[found];
	struct evidence_row *row = add_row(gathering->evidence, &gathering->room);
	if (!row)
		return NULL;
	const size_t number = gathering->evidence->count - 1;
	gathering->sums = memory_grow(gathering->sums, &gathering->sum_room, number + 1, sizeof *gathering->sums);
	gathering->sums[number].count = 0;
	if (counting->subject.size)
		map_put(&gathering->index, counting->subject, (uint32_t)number);
	const char *queue = list_scope_name(engine, counting->slot, "queue"), *channel = list_scope_name(engine, counting->slot, "channel");
	text_harmless(counting->subject, row->subject, sizeof row->subject);
	text_harmless(view_of(queue ? queue : ""), row->queue, sizeof row->queue);
	text_harmless(view_of(channel ? channel : ""), row->channel, sizeof row->channel);
	return row;
}

static void counted(void *context, const struct engine *engine, const struct counting *counting)
{
	struct gathering *gathering = context;
	bool any = false;
	for (size_t i = 0; i < counting->count; i++)
		any = any || (gathering->wanted[counting->counts[i].key] && counting->counts[i].delta);
	if (!any || !is_in_window(gathering, counting) || !is_counted_in_scope(gathering, engine, counting) ||
		!is_counted_of_name(gathering, engine, counting))
		return;
	struct evidence_row *row = row_of(gathering, engine, counting);
	if (!row)
		return;
	row->at = counting->at;
	if (counting->agent)
		put_agent(gathering->request, engine, counting->agent, row->agent, sizeof row->agent);
	for (size_t i = 0; i < counting->count; i++)
		if (gathering->wanted[counting->counts[i].key])
			add_count(&gathering->sums[row - gathering->evidence->rows], &counting->counts[i]);
}

/* The metric of each row alone; what was counted and taken back again goes. */
static void finish_rows(struct gathering *gathering)
{
	struct evidence *evidence = gathering->evidence;
	size_t kept = 0;
	const int64_t over = gathering->query->gauges.over_target;
	if (over > 0 && gathering->request->formula == SL_FORMULA_SL2SV && strcmp(metrics[gathering->request->metric].name, "service_level") == 0)
		snprintf(evidence->why, sizeof evidence->why, "%lld more still wait, over their target already", (long long)over);
	memset(&gathering->query->gauges, 0, sizeof gathering->query->gauges); /* what stands belongs to no single row */
	for (size_t i = 0; i < evidence->count; i++) {
		const struct sum *sum = &gathering->sums[i];
		struct evidence_row *row = &evidence->rows[i];
		bool any = false;
		memset(&gathering->query->tally, 0, sizeof gathering->query->tally);
		for (int c = 0; c < sum->count; c++) {
			gathering->query->tally.value[sum->counts[c].key] = sum->counts[c].delta;
			any = any || sum->counts[c].delta;
		}
		if (!any)
			continue;
		metrics[gathering->request->metric].value(gathering->query, &row->figure);
		row->delta = sum->counts[0].delta;
		evidence->rows[kept++] = *row;
	}
	evidence->count = kept;
	if (kept)
		qsort(evidence->rows, kept, sizeof *evidence->rows, by_time);
}

/* To where the player is to go, in pieces: a question that nobody asks any more holds up nothing. */
static bool arrive(const struct gathering *gathering, struct player *player, struct error *err)
{
	const struct evidence_request *request = gathering->request;
	enum player_state state = PLAYER_UNDERWAY;
	while (state == PLAYER_UNDERWAY) {
		state = player_turn(player, RECORDS_AT_ONCE, err);
		if (request->stop && request->stop(request->context))
			return fail(err, "given up");
	}
	return state != PLAYER_FAILED;
}

/* What a window reaches back to is known before anything is folded, so each record is folded once: up to the window without a look, then with. */
static bool fold_window(struct gathering *gathering, struct player *player, struct error *err)
{
	const struct evidence_request *request = gathering->request;
	if (!player_seek(player, gathering->after, err) || !arrive(gathering, player, err))
		return false;
	query_reach(gathering->query, player_engine(player), SCOPE_ALL, request->window, request->by, request->formula, true, gathering->moment);
	for (int key = 0; key < TALLY_KEYS; key++)
		gathering->wanted[key] = evidence_rests_on(gathering->query, request->metric, key);
	player_watch(player, (struct witness){.context = gathering, .counted = counted});
	if (gathering->lsn)
		player_on(player, gathering->lsn);
	else if (!player_play(player, gathering->moment, err))
		return false;
	if (!arrive(gathering, player, err))
		return false;
	if (engine_now(player_engine(player)) == INSTANT_NONE)
		return fail(err, "the journal has nothing before this moment");
	if (gathering->lsn && player_lsn(player) != gathering->lsn)
		snprintf(gathering->evidence->why, sizeof gathering->evidence->why, "the journal ends before this moment");
	else
		player_pass(player, gathering->moment);
	if (!know_scope(gathering, player_engine(player), err))
		return false;
	query_run(gathering->query, player_engine(player), gathering->scope, request->window, request->by, request->formula, true);
	return true;
}

static bool fold_journal(struct gathering *gathering, struct error *err)
{
	const struct evidence_request *request = gathering->request;
	if (gathering->moment == INSTANT_NONE)
		return fail(err, "the journal has nothing before this moment");
	struct player *player = player_open(request->journal, request->settings, err);
	if (!player)
		return false;
	gathering->after = gathering->evidence->from = query_after(player_engine(player), request->window, gathering->moment);
	const bool good = fold_window(gathering, player, err);
	if (good)
		finish_rows(gathering);
	player_close(player);
	return good;
}

static bool gather_counted(const struct evidence_request *request, struct evidence *evidence, struct error *err)
{
	struct gathering gathering = {.request = request, .evidence = evidence, .query = memory_new(1, sizeof(struct query)),
		.grain = request->window >= WINDOW_TODAY ? QUARTER_MS : MINUTE_MS, .scope = request->scope, .scope_known = !request->names,
		.moment = request->engine ? engine_now(request->engine) : request->moment, .lsn = request->engine ? engine_lsn(request->engine) : request->lsn};
	gathering.at = gathering.moment;
	evidence->kind = EVIDENCE_COUNTED;
	evidence->from = evidence->to = gathering.moment;
	const bool good = !request->journal || fold_journal(&gathering, err);
	if (!request->journal)
		snprintf(evidence->why, sizeof evidence->why, "what was counted is in the collector's journal: give --journal DIR");
	map_finish(&gathering.index);
	free(gathering.sums);
	free(gathering.query);
	return good;
}

bool evidence_gather(const struct evidence_request *request, struct evidence *evidence, struct error *err)
{
	*evidence = (struct evidence){.kind = EVIDENCE_NONE};
	if (metrics[request->metric].kind == KIND_GAUGE)
		return gather_present(request, evidence);
	if (gather_counted(request, evidence, err))
		return true;
	evidence_finish(evidence);
	return false;
}

void evidence_finish(struct evidence *evidence)
{
	free(evidence->rows);
	*evidence = (struct evidence){.kind = EVIDENCE_NONE};
}
