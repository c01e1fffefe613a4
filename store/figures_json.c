#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "base/text.h"
#include "store/figures_json.h"

struct writer {
	FILE *to;
	const struct engine *engine;
	const struct snapshot *snapshot;
	const char *comma;
	const struct comparing *compared; /* of the scope and window at hand; NULL: none */
};

/* All texts are harmless already: only what JSON itself reserves is escaped. */
static void put_text(FILE *to, const char *text)
{
	fputc('"', to);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', to);
		fputc(*text, to);
	}
	fputc('"', to);
}

static void put_pair(FILE *to, const char *key, const char *text)
{
	fprintf(to, "\"%s\": ", key);
	put_text(to, text);
}

static void put_instant(const struct writer *writer, const char *key, int64_t at)
{
	char text[40];
	instant_format(at, writer->snapshot->zone, text, sizeof text);
	put_pair(writer->to, key, text);
}

static void put_scope(const struct writer *writer, struct scope scope)
{
	static const char *const keys[] = {"queue", "channel", "market", "agent", "team"};
	const char *comma = "";
	fputs("\"scope\": {", writer->to);
	for (int i = 0; i < 5; i++) {
		const char *name = list_scope_name(writer->engine, scope, keys[i]);
		if (!name)
			continue;
		fputs(comma, writer->to);
		put_pair(writer->to, keys[i], name);
		comma = ", ";
	}
	fputs("}", writer->to);
}

static void put_number(FILE *to, enum unit unit, double value)
{
	if (unit == UNIT_DURATION || unit == UNIT_SCORE)
		fprintf(to, "%.3f", value);
	else if (unit == UNIT_RATIO)
		fprintf(to, "%.6f", value);
	else if (value == floor(value))
		fprintf(to, "%.0f", value);
	else
		fprintf(to, "%.3f", value);
}

static const char *level_name(enum level level)
{
	static const char *const names[] = {"none", "ok", "warn", "crit", "unsure"};
	return names[level];
}

/* People write limits of ratios in per cent; the file has them from 0 to 1. */
static double limit_value(const struct metric *metric)
{
	double limit = isnan(metric->target) ? metric->warn : metric->target;
	return metric->unit == UNIT_RATIO ? limit / 100 : limit;
}

/* What it was before, and what it is to be held against that: over as many whole quarter hours. */
static void put_compared(const struct writer *writer, int number, const struct figure *present)
{
	const struct metric *metric = &metrics[number];
	const char *comma = ", \"compared\": {";
	for (int i = 0; writer->compared && i < COMPARISON_COUNT; i++) {
		struct figure then, now;
		if (!comparing_figure(&writer->compared[i], number, &then, &now))
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
	if (strcmp(metric->name, "service_level") == 0) {
		fprintf(to, ", \"formula\": \"%s\"", sl_formula_codes[query->formula]);
		if (scope.channel != SCOPE_ANY || scope.queue != SCOPE_ANY)
			fprintf(to, ", \"within\": %.3f", (double)list_target(writer->engine, scope.queue, (uint8_t)scope.channel) / 1000);
	}
	if (!isnan(limit_value(metric))) {
		fputs(", \"target\": ", to);
		put_number(to, metric->unit, limit_value(metric));
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

static bool is_wanted(const struct figures_request *request, struct scope scope, int metric, bool gauges)
{
	if ((metrics[metric].kind == KIND_GAUGE) != gauges || (scope_of_people(scope) && !metrics[metric].people))
		return false;
	return !request->wanted || request->wanted[metric];
}

static void put_figures(struct writer *writer, const struct figures_request *request, struct scope scope, const char *window, bool gauges,
	const struct query *query)
{
	for (int i = 0; i < metric_count; i++) {
		if (!is_wanted(request, scope, i, gauges))
			continue;
		struct figure figure = {.n = -1, .low = -1, .high = -1, .denominator = 1};
		query_figure(query, i, &figure);
		put_figure(writer, i, scope, window, query, &figure);
	}
}

static enum sl_formula formula_for(const struct writer *writer, const struct figures_request *request, struct scope scope)
{
	return request->formula >= 0 ? (enum sl_formula)request->formula
				     : snapshot_formula(writer->snapshot->settings, list_scope_name(writer->engine, scope, "queue"));
}

static void compare(struct writer *writer, struct comparing *compared, const struct query *query)
{
	for (int i = 0; i < COMPARISON_COUNT; i++)
		comparing_run(&compared[i], writer->engine, query->scope, query->window, (enum comparison)i, query->by, query->formula, query->window != WINDOW_NOW);
	writer->compared = compared;
}

static void put_all_figures(struct writer *writer, const struct figures_request *request)
{
	struct query *query = memory_new(1, sizeof *query);
	struct comparing *compared = memory_new(COMPARISON_COUNT, sizeof *compared);
	writer->comma = "\n  ";
	fputs("\"figures\": [", writer->to);
	for (int i = 0; i < request->scope_count; i++) {
		enum sl_formula formula = formula_for(writer, request, request->scopes[i]);
		query_run(query, writer->engine, request->scopes[i], WINDOW_NOW, request->by, formula, true);
		compare(writer, compared, query);
		put_figures(writer, request, request->scopes[i], window_names[WINDOW_NOW], true, query);
		for (int w = 0; w < request->window_count; w++) {
			if (request->windows[w] == WINDOW_NOW)
				continue;
			query_run(query, writer->engine, request->scopes[i], request->windows[w], request->by, formula, true);
			compare(writer, compared, query);
			put_figures(writer, request, request->scopes[i], window_names[request->windows[w]], false, query);
		}
	}
	fputs("]", writer->to);
	writer->compared = NULL;
	free(compared);
	free(query);
}

static void put_alerts(const struct writer *writer)
{
	static const char *const states[] = {"raised", "acknowledged", "cleared"};
	const struct snapshot *snapshot = writer->snapshot;
	fputs(", \"alerts\": [", writer->to);
	for (int i = 0; i < snapshot->alert_count; i++) {
		const struct list_alert *alert = &snapshot->alerts[i];
		fprintf(writer->to, "%s\n  {\"id\": \"%016" PRIx64 "\", \"severity\": \"%s\", \"state\": \"%s\", ", i ? "," : "", alert->id,
			alert->severity == SEVERITY_CRITICAL ? "critical" : "warning", states[alert->state]);
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
		fputs("}", writer->to);
	}
	fputs("]", writer->to);
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

static void put_feeds(const struct writer *writer)
{
	static const char *const states[] = {"connecting", "live", "no heartbeat", "stale", "refused", "ended"};
	const struct snapshot *snapshot = writer->snapshot;
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
			", \"duplicate\": %" PRIu64 ", ", states[feed->link], feed->received, feed->lost, feed->missing, feed->duplicate);
		if (feed->refusal) {
			put_pair(writer->to, "why", feed->refusal);
			fputs(", ", writer->to);
		}
		put_faults(writer->to, feed->faults);
		fputs("}", writer->to);
	}
	fputs("]", writer->to);
}

static void put_conduct(const struct writer *writer)
{
	const struct snapshot *snapshot = writer->snapshot;
	fputs(", \"conduct\": [", writer->to);
	for (int i = 0; i < snapshot->conduct_count; i++) {
		const struct list_conduct *flag = &snapshot->conduct[i];
		fprintf(writer->to, "%s\n  {", i ? "," : "");
		put_pair(writer->to, "queue", flag->queue);
		fputs(", ", writer->to);
		put_pair(writer->to, "channel", flag->channel);
		fputs(", ", writer->to);
		put_pair(writer->to, "agent", flag->agent);
		fprintf(writer->to, ", \"step\": %d, \"fault_step\": %d, \"since\": %.3f, \"open\": %s, \"safety\": %s}", flag->step, flag->fault_step,
			(double)flag->since / 1000, flag->open ? "true" : "false", flag->safety ? "true" : "false");
	}
	fputs("]", writer->to);
}

static void put_due(const struct writer *writer)
{
	const struct snapshot *snapshot = writer->snapshot;
	fputs(", \"due\": [", writer->to);
	for (int i = 0; i < snapshot->due_count; i++) {
		const struct list_due *due = &snapshot->due[i];
		fprintf(writer->to, "%s\n  {", i ? "," : "");
		put_pair(writer->to, "case", due->case_id);
		fprintf(writer->to, ", \"clock\": \"%s\", ", due->clock);
		put_pair(writer->to, "queue", due->queue);
		fprintf(writer->to, ", \"left\": %.3f, \"target\": %.3f, \"breached\": %s, \"paused\": %s}", (double)due->left / 1000,
			(double)due->target / 1000, due->breached ? "true" : "false", due->paused ? "true" : "false");
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

/* One line a metric and span, for the board's scope: the points that are known with their places, and where the first place begins. */
static void put_span(const struct writer *writer, const struct spark_span *span, bool first)
{
	const struct snapshot *snapshot = writer->snapshot;
	const struct snapshot_request *request = &snapshot->request;
	struct spark *sparks = memory_new(SPARKS_MOST, sizeof *sparks);
	int64_t starts[SPARK_MOST + 1];
	for (int i = 0; i < request->spark_count; i++)
		sparks[i].metric = request->sparks[i];
	spark_run(writer->engine, request->scope, snapshot_formula(snapshot->settings, NULL), span, sparks, request->spark_count);
	spark_starts(writer->engine, span, starts);
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
	for (int w = 0; writer->snapshot->at != INSTANT_NONE && w < request->window_count; w++) {
		const struct spark_span *span = spark_span(request->windows[w]);
		bool is_told = false;
		for (int i = 0; i < count; i++)
			is_told = is_told || told[i] == span;
		if (is_told)
			continue;
		put_span(writer, span, count == 0);
		told[count++] = span;
	}
	fputs("]", writer->to);
}

void figures_json(FILE *to, const struct engine *engine, const struct snapshot *snapshot, const struct figures_request *request)
{
	struct writer writer = {.to = to, .engine = engine, .snapshot = snapshot};
	fputs("{", to);
	if (snapshot->at != INSTANT_NONE) {
		put_instant(&writer, "at", snapshot->at);
		fputs(", ", to);
	}
	put_pair(to, "zone", snapshot->zone_name);
	fputs(", ", to);
	put_all_figures(&writer, request);
	put_sparks(&writer, request);
	put_alerts(&writer);
	put_conduct(&writer);
	put_due(&writer);
	put_named(&writer, "refusals", snapshot->refusals, snapshot->refusal_count);
	put_named(&writer, "mistakes", snapshot->mistakes, snapshot->mistake_count);
	put_named(&writer, "praises", snapshot->praises, snapshot->praise_count);
	put_named(&writer, "unknown_events", snapshot->unknown, snapshot->unknown_count);
	put_feeds(&writer);
	fputs("}\n", to);
}

void figures_json_intervals(FILE *to, const struct engine *engine, const struct snapshot *snapshot, const struct figures_request *request,
	int64_t from, int64_t until, int64_t length)
{
	struct writer writer = {.to = to, .engine = engine, .snapshot = snapshot};
	struct query *query = memory_new(1, sizeof *query);
	for (int64_t start = from; start < until; start += length) {
		fputs("{", to);
		put_instant(&writer, "from", start);
		fputs(", ", to);
		put_instant(&writer, "to", start + length);
		fputs(", \"figures\": [", to);
		writer.comma = "\n  ";
		for (int i = 0; i < request->scope_count; i++) {
			query_interval(query, engine, request->scopes[i], start, start + length, request->by,
				formula_for(&writer, request, request->scopes[i]));
			if (query->tally.value[COUNT_OFFERED] == 0)
				continue;
			put_figures(&writer, request, request->scopes[i], "interval", false, query);
		}
		fputs("]}\n", to);
	}
	free(query);
}
