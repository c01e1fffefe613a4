#include "replay/evidence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/words.h"
#include "metrics/lists.h"
#include "metrics/open_items.h"
#include "metrics/query_sums.h"
#include "replay/evidence_rows.h"
#include "replay/player.h"

#define COUNTS_A_ROW 16 /* counters of one metric: more than any has */
#define RECORDS_AT_ONCE 20000

struct evidence_row *evidence_add(struct evidence *evidence, size_t *room)
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

void evidence_agent(const struct evidence_request *request, const struct engine *engine, uint16_t number, char *to, size_t room)
{
	struct present_agent agent;
	to[0] = 0;
	if (number && present_agent(engine, number, &agent))
		display_show(request->settings, DISPLAY_AGENT, agent.name, to, room);
}

/* ---- what was counted ---- */

bool evidence_rests_on(const struct query *query, int metric, int key)
{
	static const int64_t step = 1000003;
	struct query *tried = memory_new(1, sizeof *tried);
	struct figure before = {.denominator = 1, .n = -1, .low = -1, .high = -1}, after = before;
	*tried = *query;
	/* Nothing is 0, and what is part of another counter is less, so that no ratio is unknown; the base may be told only later in the window. */
	for (int i = 0; i < TALLY_KEYS; i++)
		tried->tally.value[i] = i >= COUNT_RUDE_LEGS && i <= COUNT_WITHDRAWN_BY_ENGINE ? 7 : 70;
	tried->gauges.customers = tried->gauges.customers > 0 ? tried->gauges.customers : 1;
	metrics[metric].value(tried, &before);
	tried->tally.value[key] += step;
	metrics[metric].value(tried, &after);
	free(tried);
	return before.numerator != after.numerator || before.denominator != after.denominator || before.n != after.n || before.low != after.low ||
		before.high != after.high;
}

/* Those whose rows are not simply the metric of each contact alone. */
struct particular {
	const char *metric;
	const char *rows_of;	/* a percentile's rows are the values it is one of; NULL: the metric's own */
	bool is_peak, by_agent; /* a moment's; a share of each agent's time */
	const char *why;	/* said below the rows; NULL: nothing */
};
static const struct particular particulars[] = {
	{"asa_p50", .rows_of = "asa"}, {"asa_p90", .rows_of = "asa"}, {"asa_p95", .rows_of = "asa"}, {"aht_p90", .rows_of = "aht"},
	{"queue_depth_peak", .is_peak = true}, {"busy_peak", .is_peak = true}, {"occupancy", .by_agent = true}, {"load", .by_agent = true},
	{"csat_quality_gap", .why = N_("answers and reviews; what each is worth is told by CSAT and IQS")},
};

static const struct particular *particular_of(int metric)
{
	static const struct particular none = {.metric = ""};
	for (size_t i = 0; i < sizeof particulars / sizeof *particulars; i++)
		if (strcmp(particulars[i].metric, metrics[metric].name) == 0)
			return &particulars[i];
	return &none;
}

struct gathering {
	const struct evidence_request *request;
	struct evidence *evidence;
	struct query *query; /* for the metric's function; in the end of the moment */
	int metric;	     /* of the rows */
	enum attribution by;
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
	const int64_t at = gathering->by == BY_ARRIVAL ? counting->arrived : counting->at;
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

/* As the lists by name show it (metrics/lists.h): what it was about, or else whom; of people shown alike his scope tells whom. */
static bool is_counted_of_name(const struct gathering *gathering, const struct engine *engine, const struct counting *counting)
{
	const char *wanted = gathering->request->name;
	char label[200], name[sizeof(((struct list_named *)0)->name)];
	if (!wanted || !*wanted)
		return true;
	view_copy(counting->label, label, sizeof label);
	if (*label)
		display_show(gathering->request->settings, counting->label_field, label, name, sizeof name);
	else
		evidence_agent(gathering->request, engine, counting->agent, name, sizeof name);
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
	char subject[ID_MAX + 1];
	const uint32_t found = counting->subject.size ? map_find(&gathering->index, counting->subject) : MAP_NONE;
	if (found != MAP_NONE)
		return &gathering->evidence->rows[found];
	struct evidence_row *row = evidence_add(gathering->evidence, &gathering->room);
	if (!row)
		return NULL;
	const size_t number = gathering->evidence->count - 1;
	gathering->sums = memory_grow(gathering->sums, &gathering->sum_room, number + 1, sizeof *gathering->sums);
	gathering->sums[number].count = 0;
	if (counting->subject.size)
		map_put(&gathering->index, counting->subject, (uint32_t)number);
	const char *queue = list_scope_name(engine, counting->slot, "queue"), *channel = list_scope_name(engine, counting->slot, "channel");
	view_copy(counting->subject, subject, sizeof subject);
	if (*subject && counting->subject_field < DISPLAY_FIELD_COUNT)
		display_show(gathering->request->settings, counting->subject_field, subject, row->subject, sizeof row->subject);
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
		evidence_agent(gathering->request, engine, counting->agent, row->agent, sizeof row->agent);
	for (size_t i = 0; i < counting->count; i++)
		if (gathering->wanted[counting->counts[i].key])
			add_count(&gathering->sums[row - gathering->evidence->rows], &counting->counts[i]);
}

/* What is in the figure though it was not counted yet, and what the rows do not tell. */
static void say_standing(const struct gathering *gathering)
{
	struct evidence *evidence = gathering->evidence;
	const char *name = metrics[gathering->request->metric].name, *why = particular_of(gathering->request->metric)->why;
	const struct gauges *gauges = &gathering->query->gauges;
	char so_far[32];
	if (why)
		snprintf(evidence->why, sizeof evidence->why, "%s", why);
	if (gauges->over_target > 0 && gathering->request->formula == SL_FORMULA_SL2SV && strcmp(name, "service_level") == 0)
		snprintf(evidence->why, sizeof evidence->why, _("%lld more still wait, over their target already"), (long long)gauges->over_target);
	if (gauges->running <= 0 || strcmp(name, "aht_running") != 0)
		return;
	lists_duration(gauges->running_ms, so_far, sizeof so_far);
	snprintf(evidence->why, sizeof evidence->why, _("%lld more still run, %s together so far"), (long long)gauges->running, so_far);
}

/* The metric of each row alone; what was counted and taken back again goes. */
static void finish_rows(struct gathering *gathering)
{
	struct evidence *evidence = gathering->evidence;
	size_t kept = 0;
	say_standing(gathering);
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
		metrics[gathering->metric].value(gathering->query, &row->figure);
		row->delta = sum->counts[0].delta;
		evidence->rows[kept++] = *row;
	}
	evidence->count = kept;
}

/* To where the player is to go, in pieces: a question that nobody asks any more holds up nothing. */
static bool arrive(const struct gathering *gathering, struct player *player, struct error *err)
{
	const struct evidence_request *request = gathering->request;
	enum player_state state = PLAYER_UNDERWAY;
	while (state == PLAYER_UNDERWAY) {
		state = player_turn(player, RECORDS_AT_ONCE, err);
		if (request->stop && request->stop(request->context))
			return fail(err, _("given up"));
	}
	return state != PLAYER_FAILED;
}

/* What a window reaches back to is known before anything is folded, so each record is folded once: up to the window without a look, then with. */
static bool fold_window(struct gathering *gathering, struct player *player, struct error *err)
{
	const struct evidence_request *request = gathering->request;
	if (!player_seek(player, gathering->after, err) || !arrive(gathering, player, err))
		return false;
	query_reach(gathering->query, player_engine(player), SCOPE_ALL, request->window, gathering->by, request->formula, true, gathering->moment);
	const struct particular *particular = particular_of(request->metric);
	for (int key = 0; key < TALLY_KEYS && !particular->is_peak && !particular->by_agent; key++)
		gathering->wanted[key] = evidence_rests_on(gathering->query, gathering->metric, key);
	player_watch(player, (struct witness){.context = gathering, .counted = counted});
	if (gathering->lsn)
		player_on(player, gathering->lsn);
	else if (!player_play(player, gathering->moment, err))
		return false;
	if (!arrive(gathering, player, err))
		return false;
	if (engine_now(player_engine(player)) == INSTANT_NONE)
		return fail(err, _("the journal has nothing before this moment"));
	if (gathering->lsn && player_lsn(player) != gathering->lsn)
		snprintf(gathering->evidence->why, sizeof gathering->evidence->why, _("the journal ends before this moment"));
	else
		player_pass(player, gathering->moment);
	if (!know_scope(gathering, player_engine(player), err))
		return false;
	query_run(gathering->query, player_engine(player), gathering->scope, request->window, gathering->by, request->formula, true);
	return true;
}

/* The peak is of one moment: who stood there then is told where one stands there. */
static void say_reached(const struct evidence_request *request, const struct query *query, struct evidence *evidence)
{
	struct figure figure;
	struct zone *zone = zone_open(request->settings->zone, NULL);
	char at[40] = "";
	query_figure(query, request->metric, &figure);
	evidence->kind = EVIDENCE_NONE;
	if (figure.known && figure.reached > 0 && zone) {
		instant_format(figure.reached, zone, at, sizeof at);
		snprintf(evidence->why, sizeof evidence->why, _("reached at %s: a replay that stands there tells who it was"), at);
	} else {
		snprintf(evidence->why, sizeof evidence->why, _("nothing was sampled in this window"));
	}
	zone_close(zone);
}

/* Those whose rows are not counted: the engine of the moment tells them. */
static void ask_engine(const struct gathering *gathering, const struct engine *engine)
{
	struct evidence_request request = *gathering->request;
	request.engine = engine;
	request.scope = gathering->scope;
	if (particular_of(request.metric)->is_peak)
		say_reached(&request, gathering->query, gathering->evidence);
	else
		evidence_people(&request, gathering->evidence);
}

/* SLO is by arrival whatever the rest is by. */
static enum attribution attribution_of(const struct evidence_request *request)
{
	const bool offered = request->formula == SL_FORMULA_SLO && strcmp(metrics[request->metric].name, "service_level") == 0;
	return offered ? BY_ARRIVAL : request->by;
}

static bool fold_journal(struct gathering *gathering, struct error *err)
{
	const struct evidence_request *request = gathering->request;
	if (gathering->moment == INSTANT_NONE)
		return fail(err, _("the journal has nothing before this moment"));
	struct player *player = player_open(request->journal, request->settings, err);
	if (!player)
		return false;
	gathering->after = gathering->evidence->from = query_after(player_engine(player), request->window, gathering->moment);
	const struct particular *particular = particular_of(request->metric);
	const bool good = fold_window(gathering, player, err);
	if (good && (particular->is_peak || particular->by_agent))
		ask_engine(gathering, player_engine(player));
	else if (good)
		finish_rows(gathering);
	player_close(player);
	return good;
}

static bool gather_counted(const struct evidence_request *request, struct evidence *evidence, struct error *err)
{
	const char *rows_of = particular_of(request->metric)->rows_of;
	struct gathering gathering = {.request = request, .evidence = evidence, .query = memory_new(1, sizeof(struct query)),
		.metric = rows_of ? metric_find(rows_of) : request->metric, .by = attribution_of(request),
		.grain = request->window >= WINDOW_TODAY ? QUARTER_MS : MINUTE_MS, .scope = request->scope, .scope_known = !request->names,
		.moment = request->engine ? engine_now(request->engine) : request->moment, .lsn = request->engine ? engine_lsn(request->engine) : request->lsn};
	gathering.at = gathering.moment;
	evidence->kind = EVIDENCE_COUNTED;
	evidence->from = evidence->to = gathering.moment;
	const bool good = !request->journal || fold_journal(&gathering, err);
	if (!request->journal)
		snprintf(evidence->why, sizeof evidence->why, _("what was counted is in the collector's journal: give --journal DIR"));
	map_finish(&gathering.index);
	free(gathering.sums);
	free(gathering.query);
	return good;
}

static int by_time(const void *left, const void *right)
{
	const struct evidence_row *a = left, *b = right;
	return a->at != b->at ? (a->at > b->at) - (a->at < b->at) : strcmp(a->subject, b->subject);
}

void evidence_sort(struct evidence *evidence)
{
	if (evidence->count)
		qsort(evidence->rows, evidence->count, sizeof *evidence->rows, by_time);
}

bool evidence_gather(const struct evidence_request *request, struct evidence *evidence, struct error *err)
{
	*evidence = (struct evidence){.kind = EVIDENCE_NONE};
	if (metrics[request->metric].kind == KIND_GAUGE) {
		evidence_present(request, evidence);
	} else if (!gather_counted(request, evidence, err)) {
		evidence_finish(evidence);
		return false;
	}
	evidence_sort(evidence);
	return true;
}

void evidence_finish(struct evidence *evidence)
{
	free(evidence->rows);
	*evidence = (struct evidence){.kind = EVIDENCE_NONE};
}
