#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "base/text.h"
#include "store/figures_json.h"
#include "store/forecast_json.h"
#include "store/json_text.h"
#include "store/markets_json.h"
#include "store/snapshot_parts.h"

struct writer {
	struct figures_walk walk; /* first: what is at hand */
	FILE *to;
	const char *comma;
	struct compared *compared; /* of the scope and window at hand, by comparison; NULL: none */
};

static void put_instant(const struct writer *writer, const char *key, int64_t at)
{
	char text[40];
	instant_format(at, writer->walk.snapshot->zone, text, sizeof text);
	put_pair(writer->to, key, text);
}

static void put_scope(const struct writer *writer, struct scope scope)
{
	const char *comma = "";
	fputs("\"scope\": {", writer->to);
	if (writer->walk.site) {
		put_pair(writer->to, "site", writer->walk.snapshot->sites[writer->walk.site - 1].name);
		comma = ", ";
	}
	for (int i = 0; figures_scope_keys[i]; i++) {
		const char *key = figures_scope_keys[i];
		char name[200];
		if (!list_scope_shown(writer->walk.engine, scope, key, name, sizeof name))
			continue;
		fputs(comma, writer->to);
		put_pair(writer->to, key, name);
		comma = ", ";
	}
	fputs("}", writer->to);
}

static const char *level_name(enum level level)
{
	static const char *const names[] = {"none", "ok", "warn", "crit", "unsure"};
	return names[level];
}

static void put_within(const struct writer *writer, struct scope scope)
{
	const int64_t within = figures_within(&writer->walk, scope);
	if (within >= 0)
		fprintf(writer->to, ", \"within\": %.3f", (double)within / 1000);
}

/* What it was before, and what it is to be held against that: over as many whole quarter hours. */
static void put_compared(const struct writer *writer, int number, const struct figure *present)
{
	const struct metric *metric = &metrics[number];
	const char *comma = ", \"compared\": {";
	for (int i = 0; writer->compared && i < COMPARISON_COUNT; i++) {
		const struct figure then = writer->compared[i].then[number];
		struct figure now = writer->compared[i].now[number];
		if (!then.known)
			continue;
		fprintf(writer->to, "%s\"%s\": {\"then\": ", comma, comparisons[i].name);
		put_number(writer->to, metric->unit, figure_value(metric, &then));
		now = metric->kind == KIND_GAUGE ? *present : now;
		if (now.known) {
			fputs(", \"now\": ", writer->to);
			put_number(writer->to, metric->unit, figure_value(metric, &now));
		}
		fputs("}", writer->to);
		comma = ", ";
	}
	fputs(strcmp(comma, ", ") == 0 ? "}" : "", writer->to);
}

static void put_figure(struct writer *writer, int number, struct scope scope, const char *window, const struct query *query,
	const struct figure *figure)
{
	const struct metric *metric = &metrics[number];
	FILE *to = writer->to;
	fprintf(to, "%s{\"metric\": \"%s\", ", writer->comma, metric->name);
	writer->comma = ",\n  ";
	put_scope(writer, scope);
	fprintf(to, ", \"window\": \"%s\", \"by\": \"%s\"", window, query->by == BY_ARRIVAL ? "arrival" : "outcome");
	if (query->scope.calm)
		fputs(", \"conduct\": \"without\"", to);
	if (strcmp(metric->name, "service_level") == 0) {
		fprintf(to, ", \"formula\": \"%s\"", sl_formula_codes[query->formula]);
		put_within(writer, scope);
	}
	if (!isnan(figures_limit(metric))) {
		fputs(", \"target\": ", to);
		put_number(to, metric->unit, figures_limit(metric));
	}
	if (figure->known) {
		fputs(", \"value\": ", to);
		put_number(to, metric->unit, figure_value(metric, figure));
		if (metric->unit == UNIT_RATIO) /* exact, for whoever rounds it otherwise */
			fprintf(to, ", \"of\": [%" PRId64 ", %" PRId64 "]", figure->numerator, figure->denominator);
	}
	if (figure->n >= 0)
		fprintf(to, ", \"n\": %" PRId64, figure->n);
	if (figure->known && figure->low >= 0)
		fprintf(to, ", \"low\": %.6f", (double)figure->low / 1e6);
	if (figure->known && figure->high >= 0)
		fprintf(to, ", \"high\": %.6f", (double)figure->high / 1e6);
	if (figure->known && figure->reached) {
		fputs(", ", to);
		put_instant(writer, "reached", figure->reached);
	}
	if (figure->at_least)
		fputs(", \"at_least\": true", to);
	if (figure->nominal)
		fputs(", \"nominal\": true", to);
	put_compared(writer, number, figure);
	fprintf(to, ", \"unit\": \"%s\", \"level\": \"%s\"}", unit_names[metric->unit], level_name(figure->level));
}

static void put_figures(struct writer *writer, const struct figures_walk *walk, const char *window)
{
	for (int i = 0; i < metric_count; i++) {
		if (!figures_wanted(walk->request, walk->scope, i, walk->gauges))
			continue;
		const struct figure figure = figures_figure(walk, i);
		put_figure(writer, i, walk->scope, window, walk->query, &figure);
	}
}

static void compare(struct writer *writer, const struct query *query)
{
	const struct joined *joined = &writer->walk.joined;
	for (int i = 0; i < COMPARISON_COUNT; i++)
		if (joined->count)
			joined_compare(joined, query->scope, query->window, (enum comparison)i, query->by, query->formula, writer->compared[i].then,
				writer->compared[i].now);
		else
			comparing_all(&writer->compared[i], writer->walk.engine, query->scope, query->window, (enum comparison)i, query->by,
				query->formula, query->window != WINDOW_NOW);
}

static void take_figures(void *context, struct figures_walk *walk)
{
	struct writer *writer = context;
	compare(writer, walk->query);
	put_figures(writer, walk, window_names[walk->window]);
}

static void put_all_figures(struct writer *writer)
{
	writer->comma = "\n  ";
	writer->compared = memory_new(COMPARISON_COUNT, sizeof *writer->compared);
	fputs("\"figures\": [", writer->to);
	figures_walk(&writer->walk, take_figures, writer);
	fputs("]", writer->to);
	free(writer->compared);
	writer->compared = NULL;
}

static void put_alert(const struct writer *writer, const struct list_alert *alert)
{
	static const char *const words[] = {"raised", "acknowledged", "cleared"};
	fprintf(writer->to, "\"id\": \"%016" PRIx64 "\", \"severity\": \"%s\", \"state\": \"%s\", ", alert->id,
		alert->severity == SEVERITY_CRITICAL ? "critical" : "warning", words[alert->state]);
	if (alert->metric >= 0) {
		put_pair(writer->to, "metric", metrics[alert->metric].name);
		fputs(", ", writer->to);
	}
	put_scope(writer, alert->scope);
	fputs(", ", writer->to);
	put_instant(writer, "raised", alert->raised);
	if (alert->cleared) {
		fputs(", ", writer->to);
		put_instant(writer, "cleared", alert->cleared);
	}
	fputs(", ", writer->to);
	put_pair(writer->to, "text", alert->text);
}

static void put_alerts(const struct writer *writer)
{
	const struct snapshot *snapshot = writer->walk.snapshot;
	fputs(", \"alerts\": [", writer->to);
	for (int i = 0; i < snapshot->alert_count; i++) {
		fputs(i ? ",\n  {" : "\n  {", writer->to);
		put_alert(writer, &snapshot->alerts[i]);
		fputs("}", writer->to);
	}
	fputs("]", writer->to);
}

void alert_json(FILE *to, const struct engine *engine, const struct snapshot *snapshot, const struct list_alert *alert, const char *change)
{
	const struct writer writer = {.to = to, .walk = {.engine = engine, .snapshot = snapshot}};
	fputs("{", to);
	put_instant(&writer, "at", snapshot->at);
	fputs(", ", to);
	put_pair(to, "change", change);
	fputs(", ", to);
	put_alert(&writer, alert);
	if (alert->answer) {
		fputs(", ", to);
		put_instant(&writer, "answered", alert->answered);
		fputs(", ", to);
		put_pair(to, "by", alert->by);
	}
	if (alert->answer && alert->until) {
		fputs(", ", to);
		put_instant(&writer, "until", alert->until);
	}
	fputs("}\n", to);
}

static void put_faults(FILE *to, const uint64_t *faults)
{
	const char *comma = "";
	fputs("\"rejected\": {", to);
	for (int i = 1; i < FAULT_COUNT; i++)
		if (faults[i]) {
			fprintf(to, "%s\"%s\": %" PRIu64, comma, feed_fault_names[i], faults[i]);
			comma = ", ";
		}
	fputs("}", to);
}

static const char *const states[] = {"connecting", "live", "no heartbeat", "stale", "refused", "ended"};

static void put_sites(const struct writer *writer)
{
	const struct snapshot *snapshot = writer->walk.snapshot;
	if (snapshot->site_count == 0)
		return;
	fputs(", \"sites\": [", writer->to);
	for (int i = 0; i < snapshot->site_count; i++) {
		const struct snapshot_site *site = &snapshot->sites[i];
		fprintf(writer->to, "%s\n  {", i ? "," : "");
		put_pair(writer->to, "name", site->name);
		fprintf(writer->to, ", \"state\": \"%s\", \"from\": \"%s\", \"known\": %s, \"silent\": %.3f, \"behind\": %.3f", states[site->link],
			site->from_store ? "redis" : "collector", site->known ? "true" : "false", (double)site->silent / 1000, (double)site->behind / 1000);
		if (*site->why) {
			fputs(", ", writer->to);
			put_pair(writer->to, "why", site->why);
		}
		fputs("}", writer->to);
	}
	fprintf(writer->to, "], \"sites_missing\": %d", snapshot->sites_stale);
}

static void put_feeds(const struct writer *writer)
{
	const struct snapshot *snapshot = writer->walk.snapshot;
	fputs(", \"feeds\": [", writer->to);
	for (int i = 0; i < snapshot->feed_count; i++) {
		const struct list_feed *feed = &snapshot->feeds[i];
		fprintf(writer->to, "%s\n  {", i ? "," : "");
		char endpoint[200] = "";
		if (feed->feed < snapshot->settings->feed_count)
			text_harmless(view_of(snapshot->settings->feeds[feed->feed]), endpoint, sizeof endpoint);
		put_pair(writer->to, "endpoint", endpoint);
		fputs(", ", writer->to);
		put_pair(writer->to, "src", feed->src);
		fprintf(writer->to, ", \"state\": \"%s\", \"received\": %" PRIu64 ", \"lost\": %" PRIu64 ", \"missing\": %" PRIu64
			", \"duplicate\": %" PRIu64 ", ", link_states[feed->link], feed->received, feed->lost, feed->missing, feed->duplicate);
		if (feed->refusal) {
			put_pair(writer->to, "why", feed->refusal);
			fputs(", ", writer->to);
		}
		put_faults(writer->to, feed->faults);
		fputs("}", writer->to);
	}
	fputs("]", writer->to);
}

static void put_where(FILE *to, const char *queue, const char *key, const char *text)
{
	put_pair(to, "queue", queue);
	fputs(", ", to);
	put_pair(to, key, text);
}

static void put_due(const struct writer *writer)
{
	fputs(", \"due\": [", writer->to);
	for (int i = 0; i < writer->walk.snapshot->due_count; i++) {
		const struct list_due *due = &writer->walk.snapshot->due[i];
		const struct { const char *key; bool holds; } marks[] = {{"breached", due->breached}, {"paused", due->paused},
			{"paused_by_state", due->by_state}, {"open", due->is_open}, {"calendar_unknown", due->calendar_unknown}, {"disagreed", due->disagreed}};
		fprintf(writer->to, "%s\n  {\"clock\": \"%s\", \"left\": %.3f, \"target\": %.3f, \"priority\": %d, \"calendar\": ", i ? "," : "",
			due->clock, (double)due->left / 1000, (double)due->target / 1000, due->priority);
		put_text(writer->to, due->calendar);
		for (size_t j = 0; j < sizeof marks / sizeof *marks; j++)
			fprintf(writer->to, ", \"%s\": %s", marks[j].key, marks[j].holds ? "true" : "false");
		fputs(", ", writer->to);
		put_where(writer->to, due->queue, "case", due->case_id);
		fputs(due->due ? ", " : "", writer->to);
		if (due->due)
			put_instant(writer, "due", due->due);
		fputs("}", writer->to);
	}
	fputs("]", writer->to);
}

static void put_named(const struct writer *writer, const char *key, const struct list_named *items, int count)
{
	fprintf(writer->to, ", \"%s\": [", key);
	for (int i = 0; i < count; i++) {
		fputs(i ? ", {" : "{", writer->to);
		put_pair(writer->to, "name", items[i].name);
		fprintf(writer->to, ", \"count\": %" PRId64 ", \"before\": %" PRId64 "}", items[i].count, items[i].before);
	}
	fputs("]", writer->to);
}

static void put_points(const struct writer *writer, const struct metric *metric, const int64_t *points, int count)
{
	const char *comma = "";
	for (int i = 0; i < count; i++) {
		if (points[i] == INT64_MIN)
			continue;
		const struct figure figure = {.known = true, .numerator = points[i], .denominator = metric->unit == UNIT_DURATION || metric->unit == UNIT_SCORE ? 1 : 1000};
		fprintf(writer->to, "%s[%d, ", comma, i);
		put_number(writer->to, metric->unit, figure_value(metric, &figure));
		fputs("]", writer->to);
		comma = ", ";
	}
}

static void run_sparks(const struct writer *writer, const struct joined *joined, const struct spark_span *span, struct spark *sparks,
	int64_t starts[SPARK_MOST + 1])
{
	const struct snapshot_request *request = &writer->walk.snapshot->request;
	const enum sl_formula formula = snapshot_formula(writer->walk.snapshot->settings, NULL);
	if (joined) {
		const struct joined shown = request->site ? joined_alone(joined, request->site - 1) : *joined;
		joined_sparks(&shown, snapshot_scope(request, request->scope), formula, span, sparks, request->spark_count);
		spark_starts(joined->names, span, joined->now, starts);
	} else {
		spark_run(writer->walk.engine, snapshot_scope(request, request->scope), formula, span, sparks, request->spark_count);
		spark_starts(writer->walk.engine, span, engine_now(writer->walk.engine), starts);
	}
}

/* One line a metric and span, for the board's scope: the points that are known with their places, and where the first place begins. */
static void put_span(const struct writer *writer, const struct joined *joined, const struct spark_span *span, bool first)
{
	const struct snapshot *snapshot = writer->walk.snapshot;
	const struct snapshot_request *request = &snapshot->request;
	struct spark *sparks = memory_new(SPARKS_MOST, sizeof *sparks);
	int64_t starts[SPARK_MOST + 1];
	for (int i = 0; i < request->spark_count; i++)
		sparks[i].metric = request->sparks[i];
	run_sparks(writer, joined, span, sparks, starts);
	for (int i = 0; i < request->spark_count; i++) {
		const struct metric *metric = &metrics[sparks[i].metric];
		fprintf(writer->to, "%s\n  {\"metric\": \"%s\", \"span\": \"%s\", ", first && i == 0 ? "" : ",", metric->name, span->name);
		put_instant(writer, "from", starts[0]);
		fprintf(writer->to, ", \"places\": %d, \"unit\": \"%s\", \"points\": [", span->count, unit_names[metric->unit]);
		put_points(writer, metric, sparks[i].points, span->count);
		fputs("]}", writer->to);
	}
	free(sparks);
}

static void put_sparks(const struct writer *writer, const struct figures_request *request)
{
	const struct spark_span *told[WINDOW_COUNT];
	int count = 0;
	fputs(", \"sparks\": [", writer->to);
	for (int w = 0; writer->walk.snapshot->at != INSTANT_NONE && w < request->window_count; w++) {
		const struct spark_span *span = spark_span(request->windows[w]);
		bool is_told = false;
		for (int i = 0; i < count; i++)
			is_told = is_told || told[i] == span;
		if (is_told)
			continue;
		put_span(writer, request->joined, span, count == 0);
		told[count++] = span;
	}
	fputs("]", writer->to);
}

void figures_json(FILE *to, const struct engine *engine, const struct snapshot *snapshot, const struct figures_request *request)
{
	struct writer writer = {.to = to, .walk = {.engine = engine, .snapshot = snapshot, .request = request}};
	fputs("{", to);
	if (snapshot->at != INSTANT_NONE) {
		put_instant(&writer, "at", snapshot->at);
		fputs(", ", to);
	}
	put_pair(to, "zone", snapshot->zone_name);
	fputs(", ", to);
	put_all_figures(&writer);
	put_sparks(&writer, request);
	put_alerts(&writer);
	figures_json_conduct(to, snapshot);
	put_due(&writer);
	markets_json(to, snapshot);
	put_named(&writer, "refusals", snapshot->refusals, snapshot->refusal_count);
	put_named(&writer, "mistakes", snapshot->mistakes, snapshot->mistake_count);
	put_named(&writer, "praises", snapshot->praises, snapshot->praise_count);
	put_named(&writer, "unknown_events", snapshot->unknown, snapshot->unknown_count);
	figures_json_learning(to, snapshot);
	forecast_json(to, snapshot);
	put_named(&writer, "impossible_events", snapshot->impossible, snapshot->impossible_count);
	put_sites(&writer);
	put_feeds(&writer);
	fputs("}\n", to);
}

static bool has_counts(const struct tally *tally)
{
	for (int i = 0; i < COUNTER_COUNT; i++)
		if (tally->value[i])
			return true;
	return false;
}

void figures_json_intervals(FILE *to, const struct engine *engine, const struct snapshot *snapshot, const struct figures_request *request,
	int64_t from, int64_t until, int64_t length)
{
	struct writer writer = {.to = to, .walk = {.engine = engine, .snapshot = snapshot, .request = request}};
	struct query *query = memory_new(1, sizeof *query);
	writer.walk.query = query;
	const struct zone *zone = snapshot->zone;
	const int64_t day_start = snapshot->settings->day_start;
	int64_t end;
	for (int64_t start = instant_interval_begin(from, length, zone, day_start); start < until; start = end) {
		end = instant_interval_end(start, length, zone, day_start);
		fputs("{", to);
		put_instant(&writer, "from", start);
		fputs(", ", to);
		put_instant(&writer, "to", end);
		fputs(", \"figures\": [", to);
		writer.comma = "\n  ";
		for (int i = 0; i < request->scope_count; i++) {
			writer.walk.scope = request->scopes[i];
			query_interval(query, engine, snapshot_scope(&snapshot->request, request->scopes[i]), start, end, request->by,
				figures_formula(&writer.walk, request->scopes[i]));
			if (has_counts(&query->tally))
				put_figures(&writer, &writer.walk, "interval");
		}
		fputs("]}\n", to);
	}
	free(query);
}
