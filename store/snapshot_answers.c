/* What widgets ask beside the board's own scope and window: as few sums as there are different scopes and windows. */
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "base/words.h"
#include "metrics/waits.h"
#include "metrics/week.h"
#include "store/answer_memory.h"
#include "store/snapshot_parts.h"

struct answering {
	struct snapshot *snapshot;
	const struct engine *engine; /* NULL where several are joined */
	const struct joined *joined;
	bool is_done[ASKS_MOST];
	struct query *query;
};

bool snapshot_ask_equal(const struct snapshot_ask *a, const struct snapshot_ask *b)
{
	return a->kind == b->kind && a->window == b->window && a->metric == b->metric && scope_equal(a->scope, b->scope);
}

const struct snapshot_answer *snapshot_answer(const struct snapshot *snapshot, const struct snapshot_ask *ask)
{
	for (int i = 0; i < snapshot->answer_count; i++)
		if (snapshot_ask_equal(&snapshot->answers[i].ask, ask))
			return &snapshot->answers[i];
	return NULL;
}

static struct scope scope_of(const struct answering *answering, int i)
{
	return snapshot_scope(&answering->snapshot->request, answering->snapshot->answers[i].ask.scope);
}

static enum window window_of(const struct snapshot_ask *ask)
{
	return ask->metric < 0 ? ask->window : snapshot_window(&metrics[ask->metric], ask->window);
}

static bool is_gauge(const struct snapshot_ask *ask)
{
	return ask->kind == ASK_FIGURE && metrics[ask->metric].kind == KIND_GAUGE;
}

/* A queue has its own formula whether a widget or the rows of the table ask. */
static enum sl_formula formula_of(const struct answering *answering, struct scope scope)
{
	const struct engine *names = answering->joined ? answering->joined->names : answering->engine;
	return snapshot_formula_asked(answering->snapshot->settings, &answering->snapshot->request, list_scope_name(names, scope, "queue"));
}

/* ---- what cannot be told ---- */

static const char *why_not(const struct snapshot *snapshot, const struct snapshot_ask *ask)
{
	const bool of_waits = ask->kind == ASK_WAITS || ask->kind == ASK_WAITING;
	if (snapshot->at == INSTANT_NONE)
		return N_("nothing has come yet");
	if (!of_waits && (ask->metric < 0 || ask->metric >= metric_count))
		return N_("there is no such figure");
	if (scope_of_people(ask->scope) && (of_waits || !metrics[ask->metric].people))
		return of_waits ? N_("contacts wait in queues, not for people") : N_("this figure is of queues, not of people");
	if ((ask->kind == ASK_SPARK || ask->kind == ASK_WEEK) && metrics[ask->metric].kind == KIND_GAUGE && !metrics[ask->metric].gauge)
		return N_("nobody keeps what this figure was");
	return NULL;
}

static void refuse_the_rest(struct answering *answering)
{
	for (int i = 0; i < answering->snapshot->answer_count; i++) {
		struct snapshot_answer *answer = &answering->snapshot->answers[i];
		answer->why = why_not(answering->snapshot, &answer->ask);
		answering->is_done[i] = answer->why != NULL;
	}
}

/* ---- figures and waits ---- */

/* The board has it already. */
static bool take_figure(const struct answering *answering, int i)
{
	struct snapshot *snapshot = answering->snapshot;
	const struct snapshot_request *request = &snapshot->request;
	struct snapshot_answer *answer = &snapshot->answers[i];
	if (answer->ask.kind != ASK_FIGURE || !scope_equal(answer->ask.scope, request->scope))
		return false;
	const struct metric *metric = &metrics[answer->ask.metric];
	if (snapshot_window(metric, answer->ask.window) != snapshot_window(metric, request->window) ||
		formula_of(answering, answer->ask.scope) != snapshot_formula_asked(snapshot->settings, request, NULL))
		return false;
	answer->figure = snapshot->figures[answer->ask.metric];
	answer->known = true;
	return true;
}

static const int64_t bands[] = {5 * SECOND_MS, 10 * SECOND_MS, 20 * SECOND_MS, 30 * SECOND_MS, MINUTE_MS, 2 * MINUTE_MS, 5 * MINUTE_MS,
	10 * MINUTE_MS, 30 * MINUTE_MS, HOUR_MS, 4 * HOUR_MS, DAY_MS, 7 * DAY_MS, INT64_MAX};

/* One of them ends at the target, so that what came too late stands apart. */
static void make_bands(struct snapshot_answer *answer, int64_t target)
{
	int count = 0;
	for (size_t i = 0; i < sizeof bands / sizeof *bands; i++) {
		if (target && target < bands[i] && (count == 0 || answer->waits.up_to[count - 1] < target))
			answer->waits.up_to[count++] = target;
		answer->waits.up_to[count++] = bands[i];
	}
	answer->waits.count = count;
	answer->waits.target = target;
	memset(answer->waits.contacts, 0, sizeof answer->waits.contacts);
}

/* Of several engines: what all of them have in common. */
static int64_t target_of(const struct answering *answering, struct scope scope)
{
	int64_t target = 0;
	if (!answering->joined)
		return waits_target(answering->engine, scope);
	for (int i = 0; i < answering->joined->count; i++) {
		struct scope own;
		if (!joined_scope_in(answering->joined, i, scope, &own))
			continue;
		const int64_t part = waits_target(answering->joined->parts[i], own);
		if (!part || (target && part != target))
			return 0;
		target = part;
	}
	return target;
}

static struct waits waits_of(struct snapshot_answer *answer)
{
	return (struct waits){answer->waits.up_to, answer->waits.count, answer->waits.contacts};
}

static void tell(struct answering *answering, int i)
{
	struct snapshot_answer *answer = &answering->snapshot->answers[i];
	if (answer->ask.kind == ASK_FIGURE) {
		query_figure(answering->query, answer->ask.metric, &answer->figure);
	} else {
		make_bands(answer, target_of(answering, scope_of(answering, i)));
		const struct waits waits = waits_of(answer);
		waits_answered(&answering->query->tally, &waits);
	}
	answer->known = answering->is_done[i] = true;
}

static bool is_counted(const struct answering *answering, int i)
{
	const enum ask_kind kind = answering->snapshot->answers[i].ask.kind;
	return !answering->is_done[i] && (kind == ASK_FIGURE || kind == ASK_WAITS);
}

static bool rides_along(const struct answering *answering, int i, int leader, enum window window)
{
	const struct snapshot_ask *ask = &answering->snapshot->answers[i].ask;
	return is_counted(answering, i) && scope_equal(scope_of(answering, i), scope_of(answering, leader)) && (is_gauge(ask) || window_of(ask) == window);
}

/* One question to the engine for all that have its scope and window. */
static void ask_for(struct answering *answering, int leader, enum window window)
{
	const struct snapshot *snapshot = answering->snapshot;
	const struct scope scope = scope_of(answering, leader);
	bool bins = false;
	for (int i = leader; i < snapshot->answer_count; i++) {
		const struct snapshot_ask *ask = &snapshot->answers[i].ask;
		bins = bins || (rides_along(answering, i, leader, window) && (ask->kind == ASK_WAITS || metrics[ask->metric].bins));
	}
	if (answering->joined)
		joined_query(answering->query, answering->joined, scope, window, snapshot->request.by, formula_of(answering, scope), bins);
	else
		query_run(answering->query, answering->engine, scope, window, snapshot->request.by, formula_of(answering, scope), bins);
	for (int i = leader; i < snapshot->answer_count; i++)
		if (i == leader || rides_along(answering, i, leader, window))
			tell(answering, i);
}

static void answer_figures(struct answering *answering)
{
	const int count = answering->snapshot->answer_count;
	for (int i = 0; i < count; i++)
		answering->is_done[i] = answering->is_done[i] || take_figure(answering, i);
	for (int gauges = 0; gauges < 2; gauges++) /* those stand in every window: first the windows that are needed anyway */
		for (int i = 0; i < count; i++)
			if (is_counted(answering, i) && is_gauge(&answering->snapshot->answers[i].ask) == (gauges == 1))
				ask_for(answering, i, window_of(&answering->snapshot->answers[i].ask));
}

static void answer_waiting(struct answering *answering, int i)
{
	struct snapshot_answer *answer = &answering->snapshot->answers[i];
	const struct scope scope = scope_of(answering, i);
	make_bands(answer, target_of(answering, scope));
	const struct waits waits = waits_of(answer);
	if (!answering->joined) {
		answer->known = waits_present(answering->engine, scope, &waits);
		return;
	}
	for (int part = 0; part < answering->joined->count; part++) {
		struct scope own;
		if (joined_scope_in(answering->joined, part, scope, &own))
			answer->known = waits_present(answering->joined->parts[part], own, &waits) || answer->known;
	}
}

/* ---- the past ---- */

static struct answer_of memory_key(const struct answering *answering, enum sl_formula formula, int64_t holds)
{
	const int64_t at = answering->snapshot->at;
	return (struct answer_of){.parts = answering->joined ? answering->joined->parts : NULL, .from = at - at % holds, .formula = (int)formula};
}

static struct snapshot_ask as_asked(const struct answering *answering, int i)
{
	struct snapshot_ask ask = answering->snapshot->answers[i].ask;
	ask.scope = scope_of(answering, i);
	return ask;
}

static void answer_week(struct answering *answering, int i)
{
	struct snapshot_answer *answer = &answering->snapshot->answers[i];
	const struct snapshot_ask ask = as_asked(answering, i);
	const enum sl_formula formula = formula_of(answering, ask.scope);
	/* Only whole hours are in it. */
	const struct answer_of key = memory_key(answering, formula, QUARTER_MS);
	struct answer_memory *memory = answering->snapshot->request.memory;
	if (answer_recall(memory, &key, &ask, answer))
		return;
	struct week week;
	answer->known = answering->joined ? joined_week(answering->joined, ask.scope, formula, ask.metric, &week)
					  : week_run(answering->engine, ask.scope, formula, ask.metric, &week);
	if (!answer->known)
		answer->why = N_("nobody watched this scope");
	memcpy(answer->week.value, week.value, sizeof answer->week.value);
	memcpy(answer->week.weeks, week.hours, sizeof answer->week.weeks);
	answer_keep(memory, &key, &ask, answer);
}

static bool take_spark(const struct answering *answering, int i, const struct spark_span *span)
{
	struct snapshot *snapshot = answering->snapshot;
	struct snapshot_answer *answer = &snapshot->answers[i];
	if (span != snapshot->span || !scope_equal(answer->ask.scope, snapshot->request.scope) ||
		formula_of(answering, answer->ask.scope) != snapshot_formula_asked(snapshot->settings, &snapshot->request, NULL))
		return false;
	for (int spark = 0; spark < snapshot->spark_count; spark++)
		if (snapshot->sparks[spark].metric == answer->ask.metric) {
			answer->course.span = span;
			answer->course.spark = snapshot->sparks[spark];
			answer->known = true;
			return true;
		}
	return false;
}

static bool is_spark_of(const struct answering *answering, int i, struct scope scope, const struct spark_span *span)
{
	const struct snapshot_ask *ask = &answering->snapshot->answers[i].ask;
	return ask->kind == ASK_SPARK && !answering->is_done[i] && spark_span(ask->window) == span && scope_equal(scope_of(answering, i), scope);
}

static void answer_sparks(struct answering *answering, int leader)
{
	struct snapshot *snapshot = answering->snapshot;
	const struct scope scope = scope_of(answering, leader);
	const struct spark_span *span = spark_span(snapshot->answers[leader].ask.window);
	const enum sl_formula formula = formula_of(answering, scope);
	const struct answer_of key = memory_key(answering, formula, MINUTE_MS);
	const bool slow = span->step != MINUTE_MS;
	int places[ASKS_MOST], count = 0;
	for (int i = leader; i < snapshot->answer_count; i++) {
		if (!is_spark_of(answering, i, scope, span))
			continue;
		const struct snapshot_ask ask = as_asked(answering, i);
		answering->is_done[i] = true;
		if (!take_spark(answering, i, span) && (!slow || !answer_recall(snapshot->request.memory, &key, &ask, &snapshot->answers[i])))
			places[count++] = i;
	}
	struct spark *sparks = memory_new((size_t)count + 1, sizeof *sparks);
	for (int i = 0; i < count; i++)
		sparks[i].metric = snapshot->answers[places[i]].ask.metric;
	if (count && answering->joined)
		joined_sparks(answering->joined, scope, formula, span, sparks, count);
	else if (count)
		spark_run(answering->engine, scope, formula, span, sparks, count);
	for (int i = 0; i < count; i++) {
		struct snapshot_answer *answer = &snapshot->answers[places[i]];
		const struct snapshot_ask ask = as_asked(answering, places[i]);
		answer->course.span = span;
		answer->course.spark = sparks[i];
		answer->known = true;
		if (slow)
			answer_keep(snapshot->request.memory, &key, &ask, answer);
	}
	free(sparks);
}

static void answer_past(struct answering *answering)
{
	for (int i = 0; i < answering->snapshot->answer_count; i++) {
		const enum ask_kind kind = answering->snapshot->answers[i].ask.kind;
		if (answering->is_done[i])
			continue;
		if (kind == ASK_SPARK)
			answer_sparks(answering, i);
		else if (kind == ASK_WEEK)
			answer_week(answering, i);
		else if (kind == ASK_WAITING)
			answer_waiting(answering, i);
	}
}

void snapshot_fill_answers(struct snapshot *snapshot, const struct engine *engine, const struct joined *joined)
{
	const struct snapshot_request *request = &snapshot->request;
	const int count = request->ask_count < 0 ? 0 : request->ask_count < ASKS_MOST ? request->ask_count : ASKS_MOST;
	if (!count)
		return;
	struct answering answering = {.snapshot = snapshot, .engine = engine, .joined = joined};
	snapshot->answers = memory_new((size_t)count, sizeof *snapshot->answers);
	snapshot->answer_count = count;
	for (int i = 0; i < count; i++)
		snapshot->answers[i].ask = request->asks[i];
	refuse_the_rest(&answering);
	if (snapshot->at == INSTANT_NONE)
		return;
	answering.query = memory_new(1, sizeof *answering.query);
	answer_figures(&answering);
	answer_past(&answering);
	free(answering.query);
}
