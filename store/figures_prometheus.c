#include "store/figures_prometheus.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/words.h"
#include "store/json_text.h"

/* The samples of one family stand together in the text, but are made scope by scope. */
struct family {
	char *text;
	size_t size;
	FILE *to; /* NULL: none yet */
};

struct exposition {
	struct family *families; /* by metric index */
	bool openmetrics;
};

static const char *const suffixes[] = {
	[UNIT_COUNT] = "", [UNIT_DURATION] = "_seconds", [UNIT_RATIO] = "_ratio", [UNIT_POINTS] = "_points", [UNIT_SCORE] = "_score", [UNIT_NAME] = "",
};

/* The name in full: the unit stands at its end, once; a gauge may not end as a histogram's parts do. Returns where the unit begins. */
static size_t name_family(const struct metric *metric, char *to, size_t room)
{
	const char *suffix = suffixes[metric->unit];
	const size_t name = strlen(metric->name), size = strlen(suffix);
	if (name > 6 && strcmp(metric->name + name - 6, "_count") == 0)
		return (size_t)snprintf(to, room, "%sed", metric->name);
	if (name > size && strcmp(metric->name + name - size, suffix) == 0)
		suffix = "";
	snprintf(to, room, "%s%s", metric->name, suffix);
	return strlen(to) - size;
}

/* A label; all texts are harmless already, so a new line cannot be in it. */
static void put_label(FILE *to, const char **comma, const char *key, const char *text)
{
	fprintf(to, "%s%s=", *comma, key);
	put_text(to, text);
	*comma = ",";
}

/* A text for HELP: in one line. */
static void put_help(FILE *to, const char *text)
{
	for (; *text; text++)
		fputs(*text == '\n' ? " " : *text == '\\' ? "\\\\" : (char[]){*text, 0}, to);
}

/* `name` without "tablo_"; `unit`: of its last letters, "" for none. */
static void put_head(const struct exposition *exposition, FILE *to, const char *name, const char *unit, const char *type, const char *help)
{
	/* Of a counter the older format names the sample, the newer one the family. */
	const char *total = strcmp(type, "counter") == 0 && !exposition->openmetrics ? "_total" : "";
	fprintf(to, "# HELP tablo_%s%s ", name, total);
	put_help(to, help);
	fprintf(to, "\n# TYPE tablo_%s%s %s\n", name, total, type);
	if (exposition->openmetrics && *unit)
		fprintf(to, "# UNIT tablo_%s %s\n", name, unit);
}

/* ---- figures ---- */

static const char *kind_of(struct scope scope)
{
	struct scope queue = SCOPE_ALL, line = SCOPE_ALL;
	queue.queue = line.queue = scope.queue;
	line.channel = scope.channel;
	if (memcmp(&scope, &SCOPE_ALL, sizeof scope) == 0)
		return "all";
	if (scope.queue != SCOPE_ANY && memcmp(&scope, &queue, sizeof scope) == 0)
		return "queue";
	return scope.queue != SCOPE_ANY && scope.channel != SCOPE_ANY && memcmp(&scope, &line, sizeof scope) == 0 ? "line" : "asked";
}

static void put_labels(FILE *to, const struct figures_walk *walk, const struct metric *metric)
{
	const char *comma = "{";
	put_label(to, &comma, "scope", kind_of(walk->scope));
	if (walk->site)
		put_label(to, &comma, "site", walk->snapshot->sites[walk->site - 1].name);
	for (int i = 0; figures_scope_keys[i]; i++) {
		char name[200];
		if (list_scope_shown(walk->engine, walk->scope, figures_scope_keys[i], name, sizeof name))
			put_label(to, &comma, figures_scope_keys[i], name);
	}
	if (!walk->gauges)
		put_label(to, &comma, "window", window_names[walk->window]);
	if (strcmp(metric->name, "service_level") == 0)
		put_label(to, &comma, "formula", sl_formula_codes[walk->query->formula]);
	fputs("} ", to);
}

/* What is of a day has no value over minutes: the board shows that of today there. */
static bool fits(const struct metric *metric, const struct figures_walk *walk)
{
	return metric->unit != UNIT_NAME && (metric->kind != KIND_DAY || walk->window >= WINDOW_TODAY);
}

/* A queue's own feed may be quiet while others are not. */
static bool is_stale(const struct figures_walk *walk)
{
	const struct snapshot *snapshot = walk->snapshot;
	if (walk->site && snapshot->sites[walk->site - 1].stale)
		return true;
	if (!snapshot->stale || walk->scope.queue == SCOPE_ANY)
		return snapshot->stale;
	for (int i = 0; i < snapshot->row_count; i++)
		if (snapshot->rows[i].scope.queue == walk->scope.queue && snapshot->rows[i].stale)
			return true;
	return false;
}

static void take_figures(void *context, struct figures_walk *walk)
{
	struct exposition *exposition = context;
	if (is_stale(walk))
		return;
	for (int i = 0; i < metric_count; i++) {
		struct family *family = &exposition->families[i];
		if (!figures_wanted(walk->request, walk->scope, i, walk->gauges) || !fits(&metrics[i], walk))
			continue;
		const struct figure figure = figures_figure(walk, i);
		if (!figure.known)
			continue;
		if (!family->to && !(family->to = open_memstream(&family->text, &family->size)))
			abort();
		char name[80];
		name_family(&metrics[i], name, sizeof name);
		fprintf(family->to, "tablo_%s", name);
		put_labels(family->to, walk, &metrics[i]);
		put_number(family->to, metrics[i].unit, figure_value(&metrics[i], &figure));
		fputc('\n', family->to);
	}
}

static void put_figures(struct exposition *exposition, FILE *to, struct figures_walk *walk)
{
	if (walk->snapshot->at != INSTANT_NONE)
		figures_walk(walk, take_figures, exposition);
	for (int i = 0; i < metric_count; i++) {
		struct family *family = &exposition->families[i];
		if (!family->to)
			continue;
		fclose(family->to);
		char help[600], name[80];
		const size_t unit = name_family(&metrics[i], name, sizeof name);
		snprintf(help, sizeof help, "%s: %s", _(metrics[i].title), _(metrics[i].formula));
		put_head(exposition, to, name, name[unit] == '_' ? name + unit + 1 : "", "gauge", help);
		fwrite(family->text, 1, family->size, to);
		free(family->text);
	}
}

/* ---- feeds, sites, alerts ---- */

/* One entry for each family about feeds. */
static const struct feed_family {
	const char *name, *type, *help;
	uint64_t (*value)(const struct list_feed *feed);
} feed_families[];

static uint64_t feed_is_up(const struct list_feed *feed)
{
	return feed->link == LINK_LIVE || feed->link == LINK_QUIET || feed->link == LINK_ENDED;
}

static uint64_t feed_received(const struct list_feed *feed)
{
	return feed->received;
}

static uint64_t feed_lost(const struct list_feed *feed)
{
	return feed->lost;
}

static uint64_t feed_missing(const struct list_feed *feed)
{
	return feed->missing;
}

static uint64_t feed_duplicate(const struct list_feed *feed)
{
	return feed->duplicate;
}

static uint64_t feed_rejected(const struct list_feed *feed)
{
	uint64_t all = 0;
	for (int i = 1; i < FAULT_COUNT; i++)
		all += feed->faults[i];
	return all;
}

static const struct feed_family feed_families[] = {
	{"feed_up", "gauge", "1 while the feed is heard", feed_is_up},
	{"feed_received_events", "counter", "Events received since the board or its collector began", feed_received},
	{"feed_lost_events", "counter", "Events that nobody can bring any more", feed_lost},
	{"feed_missing_events", "gauge", "Events that are missing and asked for", feed_missing},
	{"feed_duplicate_events", "counter", "Events that came again and counted once", feed_duplicate},
	{"feed_rejected_events", "counter", "Events, batches and peers that were refused, of all kinds", feed_rejected},
};

static void put_feed_name(FILE *to, const struct snapshot *snapshot, const struct list_feed *feed)
{
	char endpoint[200] = "";
	const char *comma = "{";
	if (feed->feed < snapshot->settings->feed_count)
		text_harmless(view_of(snapshot->settings->feeds[feed->feed]), endpoint, sizeof endpoint);
	char number[20];
	snprintf(number, sizeof number, "%d", feed->feed + 1);
	put_label(to, &comma, "feed", number);
	if (*endpoint)
		put_label(to, &comma, "endpoint", endpoint);
	fputs("} ", to);
}

static void put_feeds(const struct exposition *exposition, FILE *to, const struct snapshot *snapshot)
{
	for (size_t i = 0; snapshot->feed_count && i < sizeof feed_families / sizeof *feed_families; i++) {
		const struct feed_family *family = &feed_families[i];
		const bool counter = strcmp(family->type, "counter") == 0;
		put_head(exposition, to, family->name, "", family->type, family->help);
		for (int j = 0; j < snapshot->feed_count; j++) {
			fprintf(to, "tablo_%s%s", family->name, counter ? "_total" : "");
			put_feed_name(to, snapshot, &snapshot->feeds[j]);
			fprintf(to, "%" PRIu64 "\n", family->value(&snapshot->feeds[j]));
		}
	}
}

static void put_sites(const struct exposition *exposition, FILE *to, const struct snapshot *snapshot)
{
	if (snapshot->site_count == 0)
		return;
	put_head(exposition, to, "site_up", "", "gauge", "1 while the site is followed");
	for (int i = 0; i < snapshot->site_count; i++) {
		const char *comma = "{";
		fputs("tablo_site_up", to);
		put_label(to, &comma, "site", snapshot->sites[i].name);
		fprintf(to, "} %d\n", snapshot->sites[i].known && !snapshot->sites[i].stale);
	}
}

/* The words of an alert name no case, contact or person here: a series would stay in the database for months. */
static void put_alerts(const struct exposition *exposition, FILE *to, const struct figures_walk *walk)
{
	const struct snapshot *snapshot = walk->snapshot;
	bool begun = false;
	for (int i = 0; i < snapshot->alert_count; i++) {
		const struct list_alert *alert = &snapshot->alerts[i];
		if (alert->cleared)
			continue;
		if (!begun)
			put_head(exposition, to, "alert_raised_timestamp_seconds", "seconds", "gauge", "When an alert that stands was raised");
		begun = true;
		char id[20];
		const char *comma = "{";
		snprintf(id, sizeof id, "%016" PRIx64, alert->id);
		fputs("tablo_alert_raised_timestamp_seconds", to);
		put_label(to, &comma, "alert", id);
		put_label(to, &comma, "severity", alert->severity == SEVERITY_CRITICAL ? "critical" : "warning");
		put_label(to, &comma, "answered", alert->answer ? "yes" : "no");
		if (alert->metric >= 0)
			put_label(to, &comma, "metric", metrics[alert->metric].name);
		if (alert->rule >= 0 && alert->rule < snapshot->settings->alert_count)
			put_label(to, &comma, "rule", snapshot->settings->alerts[alert->rule].name);
		static const char *const keys[] = {"queue", "channel"};
		char name[200];
		for (int k = 0; k < 2; k++)
			if (list_scope_shown(walk->engine, alert->scope, keys[k], name, sizeof name))
				put_label(to, &comma, keys[k], name);
		fprintf(to, "} %.3f\n", (double)alert->raised / 1000);
	}
}

static void put_single(const struct exposition *exposition, FILE *to, const char *name, const char *unit, const char *help, double value)
{
	put_head(exposition, to, name, unit, "gauge", help);
	fprintf(to, "tablo_%s %.3f\n", name, value);
}

void figures_prometheus(FILE *to, const struct engine *engine, const struct snapshot *snapshot, const struct figures_request *request,
	const char *version, bool openmetrics)
{
	struct figures_walk walk = {.engine = engine, .snapshot = snapshot, .request = request};
	struct exposition exposition = {.openmetrics = openmetrics, .families = memory_new((size_t)metric_count, sizeof *exposition.families)};
	const char *comma = "{";
	put_head(&exposition, to, "build_info", "", "gauge", "The version of the program");
	fputs("tablo_build_info", to);
	put_label(to, &comma, "version", version);
	fputs("} 1\n", to);
	put_single(&exposition, to, "stale", "", "1 while a feed that counts is stale: its figures have no samples then", snapshot->stale || snapshot->nothing);
	if (snapshot->at != INSTANT_NONE)
		put_single(&exposition, to, "figures_timestamp_seconds", "seconds", "The time by which the figures are so", (double)snapshot->at / 1000);
	put_figures(&exposition, to, &walk);
	put_feeds(&exposition, to, snapshot);
	put_sites(&exposition, to, snapshot);
	put_alerts(&exposition, to, &walk);
	if (openmetrics)
		fputs("# EOF\n", to);
	free(exposition.families);
}
