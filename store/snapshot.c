#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/words.h"
#include "metrics/lists.h"
#include "metrics/query.h"
#include "store/snapshot.h"
#include "store/snapshot_parts.h"

enum sl_formula snapshot_formula(const struct settings *settings, const char *queue)
{
	for (int i = 0; queue && i < settings->queue_count; i++)
		if (strcmp(settings->queues[i].name, queue) == 0 && settings->queues[i].formula >= 0)
			return (enum sl_formula)settings->queues[i].formula;
	return (enum sl_formula)settings->formula;
}

enum window snapshot_window(const struct metric *metric, enum window window)
{
	if (metric->kind == KIND_GAUGE)
		return WINDOW_NOW;
	return metric->kind == KIND_DAY && window < WINDOW_TODAY ? WINDOW_TODAY : window;
}

static void ask(struct query *query, const struct snapshot_asked *asked, enum window window)
{
	if (asked->joined)
		joined_query(query, asked->joined, asked->scope, window, asked->by, asked->formula, asked->with_bins);
	else
		query_run(query, asked->engine, asked->scope, window, asked->by, asked->formula, asked->with_bins);
	/* The rows of a table go without: it would be worked out anew for each of them at each picture. */
	query->asks_forecast = query->asks_forecast && asked->with_bins;
}

/* What stands now was asked already. */
static void turn(struct query *query, const struct snapshot_asked *asked, enum window window)
{
	if (asked->joined)
		ask(query, asked, window);
	else
		query_turn(query, window, asked->with_bins);
}

void snapshot_gather(const struct snapshot_request *request, const struct snapshot_asked *asked, struct figure *figures, struct figure *today)
{
	struct query *query = asked->joined ? memory_new(1, sizeof *query) : memory_resize(NULL, 1, sizeof *query); /* a query of one engine fills all it uses */
	ask(query, asked, request->window);
	for (int i = 0; i < metric_count; i++)
		if (snapshot_window(&metrics[i], request->window) == request->window || metrics[i].kind == KIND_GAUGE)
			query_figure(query, i, &figures[i]);
	if (request->window < WINDOW_TODAY || (today && request->window != WINDOW_TODAY))
		turn(query, asked, WINDOW_TODAY);
	for (int i = 0; i < metric_count; i++) {
		if (metrics[i].kind == KIND_DAY && request->window < WINDOW_TODAY)
			query_figure(query, i, &figures[i]);
		if (today)
			query_figure(query, i, &today[i]);
	}
	free(query);
}

static void gather(const struct snapshot *snapshot, const struct engine *engine, struct scope scope, enum sl_formula formula, bool with_bins,
	struct figure *figures, struct figure *today)
{
	const struct snapshot_asked asked = {.engine = engine, .scope = snapshot_scope(&snapshot->request, scope), .by = snapshot->request.by, .formula = formula, .with_bins = with_bins};
	snapshot_gather(&snapshot->request, &asked, figures, today);
}

void snapshot_fill_gauges(struct snapshot *snapshot, enum comparison comparison)
{
	struct compared *compared = &snapshot->compared[comparison];
	for (int i = 0; i < metric_count; i++)
		if (metrics[i].kind == KIND_GAUGE && compared->then[i].known)
			compared->now[i] = snapshot->figures[i];
}

static void gather_compared(struct snapshot *snapshot, const struct engine *engine, enum sl_formula formula)
{
	const struct snapshot_request *request = &snapshot->request;
	for (int c = 0; c < COMPARISON_COUNT; c++) {
		comparing_all(&snapshot->compared[c], engine, snapshot_scope(request, request->scope), request->window, (enum comparison)c, request->by, formula, true);
		snapshot_fill_gauges(snapshot, (enum comparison)c);
	}
}

static void gather_sparks(struct snapshot *snapshot, const struct engine *engine, enum sl_formula formula)
{
	const struct snapshot_request *request = &snapshot->request;
	snapshot->spark_count = request->spark_count;
	for (int i = 0; i < request->spark_count; i++)
		snapshot->sparks[i].metric = request->sparks[i];
	spark_run(engine, snapshot_scope(request, request->scope), formula, snapshot->span, snapshot->sparks, snapshot->spark_count);
}

/* What the eye should go to first: the worst level, then how many wait and how long. */
int snapshot_compare_rows(const void *left, const void *right)
{
	static int waiting = -1, longest = -1;
	if (waiting < 0) {
		waiting = metric_find("queue_depth");
		longest = metric_find("longest_wait");
	}
	const struct snapshot_row *a = left, *b = right;
	int rank_a = a->worst == LEVEL_CRIT ? 2 : a->worst == LEVEL_WARN, rank_b = b->worst == LEVEL_CRIT ? 2 : b->worst == LEVEL_WARN;
	if (rank_a != rank_b)
		return rank_b - rank_a;
	int64_t wait_a = a->figures[longest].known ? a->figures[longest].numerator : -1;
	int64_t wait_b = b->figures[longest].known ? b->figures[longest].numerator : -1;
	if (wait_a != wait_b)
		return wait_a < wait_b ? 1 : -1;
	int64_t depth_a = a->figures[waiting].numerator, depth_b = b->figures[waiting].numerator;
	if (depth_a != depth_b)
		return depth_a < depth_b ? 1 : -1;
	int names = strcmp(a->queue, b->queue);
	int channels = names ? names : strcmp(a->channel, b->channel);
	return channels ? channels : strcmp(a->site, b->site);
}

/* The level of a row is the worst of what its line shows. */
static enum level worst_of(const struct figure *figures)
{
	static const char *const shown[] = {"queue_depth", "longest_wait", "service_level", "aht", "sla_breached_open"};
	enum level worst = LEVEL_NONE;
	for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
		int metric = metric_find(shown[i]);
		enum level level = metric < 0 ? LEVEL_NONE : figures[metric].level;
		if (level != LEVEL_UNSURE && level > worst)
			worst = level;
	}
	return worst;
}

static void fill_rows(struct snapshot *snapshot, const struct engine *engine)
{
	struct scope *scopes = memory_new(ROWS_MOST, sizeof *scopes);
	int count = list_rows(engine, snapshot->request.scope, scopes, ROWS_MOST);
	snapshot->rows = memory_new((size_t)count, sizeof *snapshot->rows);
	snapshot->row_count = count;
	for (int i = 0; i < count; i++) {
		struct snapshot_row *row = &snapshot->rows[i];
		row->scope = scopes[i];
		lists_where(engine, scopes[i].queue, CHANNEL_COUNT, row->queue, sizeof row->queue);
		view_copy(view_of(word_text(WORDS_CHANNEL, scopes[i].channel)), row->channel, sizeof row->channel);
		gather(snapshot, engine, scopes[i], snapshot_formula_asked(snapshot->settings, &snapshot->request, row->queue), false, row->figures, NULL);
		row->target = list_target(engine, scopes[i]);
		row->worst = worst_of(row->figures);
		row->stale = snapshot->stale;
	}
	free(scopes);
	qsort(snapshot->rows, (size_t)count, sizeof *snapshot->rows, snapshot_compare_rows);
}

static void fill_lists(struct snapshot *snapshot, const struct engine *engine)
{
	struct scope scope = snapshot->request.scope;
	int64_t at = snapshot->at;
	const struct period period = period_of(snapshot->request.window, at, snapshot->zone, snapshot->settings->day_start);
	snapshot->named_window = period_window(snapshot->request.window);
	snapshot_fill_conduct(snapshot, engine);
	snapshot->alerts = memory_new(ITEMS_MOST, sizeof *snapshot->alerts);
	snapshot->alert_count = list_alerts(engine, at, snapshot->alerts, ITEMS_MOST);
	snapshot->due = memory_new(ITEMS_MOST, sizeof *snapshot->due);
	snapshot->due_count = list_due(engine, scope, at, snapshot->due, ITEMS_MOST);
	snapshot->due_10m = list_due_within(engine, scope, at, 10 * MINUTE_MS);
	snapshot->refusals = memory_new(NAMED_MOST, sizeof *snapshot->refusals);
	snapshot->refusal_count = list_refusals(engine, &period, snapshot->refusals, NAMED_MOST, &snapshot->refusals_total);
	snapshot->mistakes = memory_new(NAMED_MOST, sizeof *snapshot->mistakes);
	snapshot->mistake_count = list_mistakes(engine, &period, snapshot->mistakes, NAMED_MOST, &snapshot->mistakes_total);
	snapshot->praises = memory_new(NAMED_MOST, sizeof *snapshot->praises);
	snapshot->praise_count = list_praises(engine, &period, snapshot->praises, NAMED_MOST, &snapshot->praises_total);
	snapshot->unknown = memory_new(NAMED_MOST, sizeof *snapshot->unknown);
	snapshot->unknown_count = list_unknown(engine, snapshot->unknown, NAMED_MOST);
	snapshot->notes = memory_new(NOTES_SHOWN, sizeof *snapshot->notes);
	snapshot->note_count = list_notes(engine, at, snapshot->notes, NOTES_SHOWN);
	snapshot->note = snapshot->note_count ? memory_text(snapshot->notes[0].text) : NULL;
}

static void fill_feeds(struct snapshot *snapshot, const struct engine *engine)
{
	snapshot->feeds = memory_new(FEEDS_MOST, sizeof *snapshot->feeds);
	snapshot->feed_count = list_feeds(engine, snapshot->at, snapshot->feeds, FEEDS_MOST);
	snapshot->nothing = true;
	for (int i = 0; i < snapshot->feed_count; i++) {
		const struct list_feed *feed = &snapshot->feeds[i];
		snapshot->nothing = snapshot->nothing && feed->batches == 0;
		if (feed->link == LINK_STALE || feed->link == LINK_REFUSED) {
			snapshot->stale = true;
			snapshot->stale_ms = feed->silent > snapshot->stale_ms ? feed->silent : snapshot->stale_ms;
		}
		for (int fault = 0; fault < FAULT_COUNT; fault++)
			snapshot->faults[fault] += feed->faults[fault];
	}
}

static void fill_queues(struct snapshot *snapshot, const struct engine *engine)
{
	const char *names[ROWS_MOST];
	snapshot->queue_count = list_queues(engine, names, ROWS_MOST);
	snapshot->queues = memory_new((size_t)snapshot->queue_count, sizeof *snapshot->queues);
	for (int i = 0; i < snapshot->queue_count; i++)
		snapshot->queues[i] = memory_text(names[i]);
}

uint16_t *snapshot_scope_part(struct scope *scope, enum scope_part part)
{
	uint16_t *const parts[SCOPE_PARTS] = {[SCOPE_QUEUE] = &scope->queue, [SCOPE_CHANNEL] = &scope->channel, [SCOPE_MARKET] = &scope->market,
		[SCOPE_AGENT] = &scope->agent, [SCOPE_TEAM] = &scope->team};
	return parts[part];
}

void snapshot_name_scope(struct snapshot *snapshot, const struct engine *engine)
{
	for (int part = 0; part < SCOPE_PARTS; part++) {
		struct scope alone = SCOPE_ALL;
		*snapshot->chosen[part] = 0;
		*snapshot_scope_part(&alone, (enum scope_part)part) = *snapshot_scope_part(&snapshot->request.scope, (enum scope_part)part);
		if (*snapshot_scope_part(&alone, (enum scope_part)part) != SCOPE_ANY)
			lists_scope_text(engine, alone, snapshot->chosen[part], sizeof snapshot->chosen[part]);
	}
}

struct snapshot *snapshot_create(const struct engine *engine, const struct settings *settings, const struct zone *zone,
	const struct snapshot_request *request)
{
	struct snapshot *snapshot = memory_new(1, sizeof *snapshot);
	snapshot->settings = settings;
	snapshot->zone = zone;
	snapshot->zone_name = zone_name(zone);
	snapshot->request = *request;
	snapshot->progress = -1;
	snapshot->at = engine_now(engine);
	view_copy(view_of(settings->title), snapshot->title, sizeof snapshot->title);
	lists_scope_text(engine, request->scope, snapshot->scope_text, sizeof snapshot->scope_text);
	snapshot_name_scope(snapshot, engine);
	snapshot->span = spark_span(request->window);
	if (snapshot->at == INSTANT_NONE) {
		snapshot->nothing = true;
		snapshot_fill_answers(snapshot, engine, NULL);
		return snapshot;
	}
	enum sl_formula formula = snapshot_formula_asked(settings, request, NULL);
	fill_feeds(snapshot, engine);
	gather(snapshot, engine, request->scope, formula, true, snapshot->figures, snapshot->today);
	gather_compared(snapshot, engine, formula);
	gather_sparks(snapshot, engine, formula);
	struct list_wait wait;
	if (list_longest_wait(engine, request->scope, snapshot->at, &wait)) {
		view_copy(view_of(wait.contact), snapshot->longest_contact, sizeof snapshot->longest_contact);
		snprintf(snapshot->longest_where, sizeof snapshot->longest_where, "%s%s%s", wait.queue, *wait.queue ? " · " : "", words_of("channel", wait.channel));
	}
	fill_rows(snapshot, engine);
	fill_lists(snapshot, engine);
	fill_queues(snapshot, engine);
	snapshot_fill_forecast(snapshot, engine);
	snapshot_fill_asked(snapshot, engine);
	snapshot_fill_answers(snapshot, engine, NULL);
	return snapshot;
}

void snapshot_attached(struct snapshot *snapshot, enum link_state link, int64_t silent, bool from_store, const char *why)
{
	snapshot->source = from_store ? _("Redis, every second") : _("collector");
	if (link == LINK_LIVE)
		return;
	if (snapshot->nothing)
		text_harmless(view_of(why ? why : ""), snapshot->why, sizeof snapshot->why);
	snapshot->stale = true;
	snapshot->stale_ms = silent > snapshot->stale_ms ? silent : snapshot->stale_ms;
	for (int i = 0; i < snapshot->row_count; i++)
		snapshot->rows[i].stale = true;
}

void snapshot_destroy(struct snapshot *snapshot)
{
	if (!snapshot)
		return;
	settings_destroy(snapshot->held);
	for (int i = 0; i < snapshot->queue_count; i++)
		free(snapshot->queues[i]);
	free(snapshot->queues);
	free(snapshot->sites);
	free(snapshot->rows);
	snapshot_finish_conduct(snapshot);
	snapshot_finish_learning(snapshot);
	free(snapshot->alerts);
	free(snapshot->due);
	free(snapshot->refusals);
	free(snapshot->mistakes);
	free(snapshot->praises);
	free(snapshot->unknown);
	free(snapshot->feeds);
	free(snapshot->forecast);
	free(snapshot->impossible);
	free(snapshot->agents);
	free(snapshot->followups);
	free(snapshot->markets);
	free(snapshot->history);
	free(snapshot->answers);
	free(snapshot->notes);
	free(snapshot->note);
	free(snapshot->timeline);
	proof_release(snapshot->evidence);
	proof_release(snapshot->life);
	snapshot_destroy(snapshot->other);
	free(snapshot);
}

const struct figure *snapshot_figure(const struct snapshot *snapshot, const char *metric)
{
	static const struct figure unknown = {.denominator = 1, .low = -1, .high = -1, .n = -1};
	int index = metric_find(metric);
	return index < 0 ? &unknown : &snapshot->figures[index];
}

int64_t snapshot_count_today(const struct snapshot *snapshot, const char *metric)
{
	int number = metric_find(metric);
	return number >= 0 && snapshot->today[number].known ? snapshot->today[number].numerator : 0;
}

const int64_t *snapshot_spark(const struct snapshot *snapshot, const char *metric)
{
	const int index = metric_find(metric);
	for (int i = 0; i < snapshot->spark_count; i++)
		if (snapshot->sparks[i].metric == index)
			return snapshot->sparks[i].points;
	return NULL;
}

const struct list_alert *snapshot_alarm(const struct snapshot *snapshot)
{
	for (int i = 0; i < snapshot->alert_count; i++)
		if (list_alert_is_alarm(&snapshot->alerts[i]))
			return &snapshot->alerts[i];
	return NULL;
}
