/* The post-incident report of a journal: gathered once, written in any of the forms of `report_formats`. Figures are what is known at
 * the journal's end. Who is named is up to `display` in the settings that the look was made with. */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdio.h>

#include "base/zone.h"
#include "metrics/lists_learning.h"
#include "replay/chronicle.h"
#include "replay/onset.h"

#define REPORT_STRETCHES_MOST 5
#define REPORT_SCOPES_MOST 400
#define REPORT_TOPICS_MOST 20

struct report_scope {
	struct scope scope;
	char queue[64], channel[24]; /* "" : not restricted */
};

struct report_trouble {
	struct trouble_stretch stretch;
	struct onset onsets[ONSETS_MOST];
	int onset_count;
	enum onset_basis basis;
};

struct report_mark {
	int64_t at;
	const char *text; /* harmless */
};

struct report_options {
	const char *name; /* of the journal, as it is shown */
	const struct settings *settings;
	const struct zone *zone;
	int64_t from, to; /* whole quarter hours, from < to */
	int64_t by;	  /* length of an interval: whole quarter hours */
	enum attribution attribution;
	enum sl_formula formula;
	const struct report_mark *marks; /* ascending */
	int mark_count;
};

struct report {
	struct report_options options;
	const struct chronicle_look *look; /* held by the caller until the report is destroyed */
	struct report_scope *scopes; /* everything, queues, then (queue, channel) */
	int scope_count;
	struct report_trouble troubles[REPORT_STRETCHES_MOST]; /* in the order of time */
	int trouble_count;
	struct list_topic topics[REPORT_TOPICS_MOST]; /* with as long a time before; the most re-contacts first */
	int topic_count;
	uint64_t events_lost; /* given up by feeds in all */
};

/* `look`: of the whole journal. */
struct report *report_create(const struct report_options *options, const struct chronicle_look *look);
void report_destroy(struct report *report);
/* The figures of a scope in [from, to): those of windows; gauges are not known. */
void report_figures(const struct report *report, struct scope scope, int64_t from, int64_t to, struct figure figures[METRICS_MOST]);
/* Where the interval that begins at `from` ends: the report's own end, for the last one. */
int64_t report_interval_end(const struct report *report, int64_t from);
/* The incidents of the stretch; walks on from `*place` (0 to begin), NULL at the end. */
const struct incident *report_incident(const struct report *report, size_t *place);
/* When and by whom an alert was acknowledged, and when it ended; 0, "" where it was not. */
struct report_alert {
	int64_t acknowledged, cleared;
	char by[64]; /* as the display policy lets it be */
};
struct report_alert report_alert_fate(const struct report *report, const struct incident *alert);
/* The first rules within the stretch that were others than those the report is counted by; *more: how many later ones were. NULL: none. */
const struct chronicle_rules *report_rules(const struct report *report, size_t *more);
/* The highest value of a chronicle's metric in the stretch and when; INT64_MIN: none. */
int64_t report_highest(const struct report *report, const char *metric, int64_t *at);

/* The metrics of the tables that people read, by name; ends with NULL. CSV and JSON have all of the catalogue's that have a window. */
extern const char *const report_columns[];

struct report_format {
	const char *name; /* "md" */
	const char *help;
	void (*write)(const struct report *report, FILE *to);
	bool language; /* for people: it speaks theirs, if that is on before the journal is read; else English */
};
extern const struct report_format report_formats[]; /* ends with name NULL */

#endif
