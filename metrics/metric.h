/* The catalogue: one entry is all there is to know of a metric. Engine, board, help, JSON, man page read it. */
#ifndef METRICS_METRIC_H
#define METRICS_METRIC_H

#include <stdbool.h>
#include <stdint.h>

#include "config/settings.h"
#include "metrics/scope.h"

struct engine;

enum unit { UNIT_COUNT, UNIT_DURATION /* ms */, UNIT_RATIO /* 0..1, shown as % */, UNIT_POINTS /* -100..100 */, UNIT_SCORE /* thousandths */, UNIT_NAME };
extern const char *const unit_names[]; /* "count" "s" "ratio" "points" "score" */
enum worse { WORSE_NEITHER, WORSE_HIGHER, WORSE_LOWER };
enum window_kind {
	KIND_GAUGE,  /* now; the window does not matter */
	KIND_WINDOW, /* any window */
	KIND_DAY     /* today and longer ones: with a shorter window it is shown for today */
};

enum level { LEVEL_NONE /* no limit, or no value */, LEVEL_OK, LEVEL_WARN, LEVEL_CRIT, LEVEL_UNSURE /* a survey whose interval spans the limit */ };

struct figure { /* snapshots hold thousands: no room is lost between the fields */
	bool known;	       /* false: 0/0, shown as "–" */
	bool at_least;	       /* aht_running: marked ≥ */
	bool nominal;	       /* aht: some wrap-up was from a timer or not known */
	enum level level;
	int64_t numerator, denominator; /* value = numerator / denominator, in ms, thousandths or counts by unit; never 0 */
	int64_t n;	       /* how many contacts, legs, answers it rests on; -1: does not apply */
	int64_t low, high;     /* an interval in millionths (csat: Wilson 95 %; fcr: high = "at most"); -1: none */
	int64_t reached;       /* peaks: the first second that reached it, ms; 0: does not apply */
};

#define SURVEY_LEAST 10

struct query; /* metrics/query.h: a tally of the window and the gauges of the scope, gathered once for all metrics */

struct metric {
	const char *name, *title, *short_title; /* short: for tiles at 80x24, at most 10 cells */
	enum unit unit;
	enum window_kind kind;
	enum worse worse;
	const char *formula; /* in words */
	const char *source;  /* which events it comes from */
	const char *note;    /* what it is not; "" */
	double warn, crit;   /* default limits in the unit as people write it (s, %, counts); NAN: none */
	double target;	     /* printed on the tile; NAN: warn is the target */
	bool people;	     /* has a meaning for agents and teams too */
	bool survey;	     /* rests on answers: under SURVEY_LEAST of them it says nothing, and has no level */
	bool bins;	     /* a percentile: rests on the bins of a sketch */
	void (*value)(const struct query *query, struct figure *figure);
	/* The same for one minute or one stretch, for sparks; NULL: `value` on that tally. Gauges: the sampled maximum. */
	uint8_t gauge; /* enum gauge + 1 for sampled gauges, 0 otherwise */
};

extern const struct metric metrics[];
extern const int metric_count;
int metric_find(const char *name);		/* index or -1 */
#define METRICS_MOST 160
const char *const *metric_names(void); /* NULL-terminated, for settings_load */

/* value as a plain double in people's units: seconds, ratio 0..1, counts, points, score. */
double figure_value(const struct metric *metric, const struct figure *figure);

#endif
