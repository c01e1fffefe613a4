#include "report/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "base/text.h"
#include "metrics/lists.h"
#include "metrics/query.h"
#include "report/formats.h"

const char *const report_columns[] = {"offered", "answered", "abandoned", "abandon_rate", "service_level", "asa", "worst_wait", "aht", "sla_breached",
	"csat", "rude_count", NULL};

const struct report_format report_formats[] = {
	{"md", "Markdown, for a ticket or a wiki", markdown_write, true}, {"html", "one page with charts, for a browser and for paper", html_write, true},
	{"csv", "every figure of every interval", csv_write, false}, {"json", "everything, for programs", json_write, false}, {NULL, NULL, NULL, false},
};

static void add_scope(struct report *report, struct scope scope)
{
	const struct engine *engine = report->look->engine;
	for (int i = 0; i < report->scope_count; i++)
		if (memcmp(&report->scopes[i].scope, &scope, sizeof scope) == 0)
			return;
	if (report->scope_count == REPORT_SCOPES_MOST)
		return;
	struct report_scope *added = &report->scopes[report->scope_count++];
	const char *queue = list_scope_name(engine, scope, "queue"), *channel = list_scope_name(engine, scope, "channel");
	added->scope = scope;
	text_harmless(view_of(queue ? queue : ""), added->queue, sizeof added->queue);
	text_harmless(view_of(channel ? channel : ""), added->channel, sizeof added->channel);
}

static void add_scopes(struct report *report)
{
	struct scope *rows = memory_new(REPORT_SCOPES_MOST, sizeof *rows);
	const int count = report->look->engine ? list_rows(report->look->engine, SCOPE_ALL, rows, REPORT_SCOPES_MOST) : 0;
	report->scopes = memory_new(REPORT_SCOPES_MOST, sizeof *report->scopes);
	if (report->look->engine)
		add_scope(report, SCOPE_ALL);
	for (int i = 0; i < count; i++) {
		struct scope queue = SCOPE_ALL;
		queue.queue = rows[i].queue;
		add_scope(report, queue);
	}
	for (int i = 0; i < count; i++)
		add_scope(report, rows[i]);
	free(rows);
}

static int by_time(const void *left, const void *right)
{
	const struct trouble_stretch *a = left, *b = right;
	return (a->from > b->from) - (a->from < b->from);
}

/* A report of few hours is about one incident; of a longer stretch the worst ones are told. */
static void find_troubles(struct report *report)
{
	const struct report_options *options = &report->options;
	struct trouble_stretch stretches[64];
	int count = onset_stretches(report->look, options->from, options->to, stretches, 64);
	if (options->to - options->from <= 6 * HOUR_MS) {
		stretches[0] = (struct trouble_stretch){options->from, options->to, 0};
		count = 1;
	}
	count = count < REPORT_STRETCHES_MOST ? count : REPORT_STRETCHES_MOST;
	qsort(stretches, (size_t)count, sizeof *stretches, by_time);
	for (int i = 0; i < count; i++) {
		struct report_trouble *trouble = &report->troubles[report->trouble_count++];
		trouble->stretch = stretches[i];
		trouble->onset_count = onsets_find(report->look->minutes, report->look->minute_count, stretches[i].from, stretches[i].to,
			trouble->onsets, &trouble->basis);
	}
}

static uint64_t count_lost(const struct engine *engine)
{
	struct list_feed *feeds = memory_new(64, sizeof *feeds);
	const int count = engine ? list_feeds(engine, engine_now(engine), feeds, 64) : 0;
	uint64_t lost = 0;
	for (int i = 0; i < count; i++)
		lost += feeds[i].lost;
	free(feeds);
	return lost;
}

static void find_topics(struct report *report)
{
	const int64_t from = report->options.from - 1, to = report->options.to - 1;
	const struct period period = {from, to, from - (to - from), from};
	if (report->look->engine)
		report->topic_count = list_topics(report->look->engine, &period, report->topics, REPORT_TOPICS_MOST, NULL);
}

struct report *report_create(const struct report_options *options, const struct chronicle_look *look)
{
	struct report *report = memory_new(1, sizeof *report);
	report->options = *options;
	report->look = look;
	add_scopes(report);
	find_troubles(report);
	find_topics(report);
	report->events_lost = count_lost(look->engine);
	return report;
}

void report_destroy(struct report *report)
{
	if (!report)
		return;
	free(report->scopes);
	free(report);
}

void report_figures(const struct report *report, struct scope scope, int64_t from, int64_t to, struct figure figures[METRICS_MOST])
{
	struct query *query = memory_new(1, sizeof *query);
	query_interval(query, report->look->engine, scope, from, to, report->options.attribution, report->options.formula);
	for (int i = 0; i < metric_count; i++) {
		figures[i] = (struct figure){.known = false, .denominator = 1, .n = -1, .low = -1, .high = -1};
		if (metrics[i].kind != KIND_GAUGE)
			query_figure(query, i, &figures[i]);
	}
	free(query);
}

int64_t report_interval_end(const struct report *report, int64_t from)
{
	const struct report_options *options = &report->options;
	return instant_interval_end(from, options->by, options->zone, options->settings->day_start);
}

const struct incident *report_incident(const struct report *report, size_t *place)
{
	while (*place < report->look->incident_count) {
		const struct incident *incident = &report->look->incidents[(*place)++];
		if (incident->at >= report->options.from && incident->at < report->options.to)
			return incident;
	}
	return NULL;
}

struct report_alert report_alert_fate(const struct report *report, const struct incident *alert)
{
	struct report_alert fate = {0};
	for (size_t i = (size_t)(alert - report->look->incidents); i < report->look->incident_count; i++) {
		const struct incident *incident = &report->look->incidents[i];
		if (incident->id != alert->id)
			continue;
		if (incident->kind == INCIDENT_CLEARED && !fate.cleared)
			fate.cleared = incident->at;
		if (incident->kind != INCIDENT_ACKNOWLEDGED || fate.acknowledged)
			continue;
		fate.acknowledged = incident->at;
		view_copy(view_of(incident->text), fate.by, sizeof fate.by);
	}
	return fate;
}

/* Within: what was in force when it began counts, too. */
static bool is_within(const struct report *report, size_t number)
{
	const struct chronicle_rules *rules = &report->look->rules[number];
	const bool is_last = number + 1 == report->look->rules_count;
	return rules->at < report->options.to && (is_last || rules[1].at > report->options.from);
}

const struct chronicle_rules *report_rules(const struct report *report, size_t *more)
{
	const struct chronicle_rules *first = NULL;
	*more = 0;
	for (size_t i = 0; i < report->look->rules_count; i++) {
		const struct chronicle_rules *rules = &report->look->rules[i];
		if (!*rules->differs || !is_within(report, i))
			continue;
		*more += first != NULL;
		first = first ? first : rules;
	}
	return first;
}

int64_t report_highest(const struct report *report, const char *metric, int64_t *at)
{
	const int place = chronicle_metric(metric);
	int64_t highest = INT64_MIN;
	for (size_t i = 0; place >= 0 && i < report->look->minute_count; i++) {
		const struct chronicle_minute *minute = &report->look->minutes[i];
		if (minute->start < report->options.from || minute->start >= report->options.to || minute->value[place] <= highest)
			continue;
		highest = minute->value[place];
		*at = minute->start;
	}
	return highest;
}
