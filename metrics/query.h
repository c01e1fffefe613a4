/* Asking the engine: everything a metric may need for one (scope, window), gathered once. */
#ifndef METRICS_QUERY_H
#define METRICS_QUERY_H

#include "metrics/metric.h"
#include "metrics/tally.h"

struct forecast; /* metrics/forecast.h */
struct joined;	 /* metrics/joined.h */

#define AGE_BANDS 5 /* < 1, 1-3, 3-7, 7-30, > 30 d */

/* The windows in which a further contact counts against the first one. */
enum fcr_window { FCR_24H, FCR_72H, FCR_WITHIN /* the setting fcr_within */, FCR_WINDOWS };
/* Resolved contacts that are not settled in a window, and those of them without a further one so far. */
struct fcr_balance { int32_t open, kept, rude_open, rude_kept; }; /* rude: of them, of flagged contacts */

struct gauges {
	int64_t waiting, longest_wait, longest_wait_total, longest_wait_async; /* ms; -1: nobody waits */
	int64_t over_target;			   /* waiting and already over T (V>T) */
	int64_t busy;				   /* answered and not released */
	int64_t running, running_ms;		   /* legs not complete and their talk + hold + wrap so far */
	int64_t callbacks_due, callbacks_scheduled;
	int64_t agents, agents_free, agents_on;	   /* known; free = available and idle; on = on shift (not offline). For a queue: its members,
						    * where membership is known, else those who took its contacts since they came on shift */
	int64_t agents_away, agents_help, agents_wrap;
	int64_t depth_peak, depth_peak_at, busy_peak, busy_peak_at; /* in the window; at: ms; -1: none */
	int64_t peak_parts; /* engines whose peaks were joined: of several it was at least so much */
	int64_t sla_running, sla_paused, sla_breached_open, sla_due_soon;
	int64_t cases_open, case_oldest, case_ages[AGE_BANDS], case_age_p50, case_age_p90; /* ms */
	int64_t fcr_open[FCR_WINDOWS], fcr_open_kept[FCR_WINDOWS];
	int64_t rude_now, rude_by_step[5], rude_oldest_step; /* ms since the last step of the one that waits longest; -1 */
	int64_t rude_unclear;			   /* records that wait for a word whom it was aimed at */
	int64_t care_open;			   /* agents with a suggested break that is not taken; of queues: 0 */
	int64_t followup_open, followup_oldest;
	int64_t customers;			   /* base; 0: not known */
};

struct query {
	const struct engine *engine;
	struct scope scope;
	enum window window;
	enum attribution by;
	enum sl_formula formula;
	int64_t at;
	int64_t after; /* the window is (after, at] in bucket starts */
	const struct joined *joined; /* asked of several engines; NULL: of `engine` alone */
	bool asks_forecast; /* of now: what is to come may be asked too (metrics/forecast.h) */
	const struct forecast *told; /* ... and was: for whoever has no engine any more; NULL: no */
	bool has_bins; /* the tally has its sketches; else percentiles are unknown */
	struct tally tally;
	struct gauges gauges;
	bool has_arrival; /* whoever asks knows the next two already; else they are summed where they are needed */
	int64_t arrival_offered, arrival_in_time; /* OFFERED and ANSWERED_IN_TIME by arrival */
};

/* Gathers. with_bins false: percentiles are unknown, but it is much cheaper (rows of a table). */
void query_run(struct query *query, const struct engine *engine, struct scope scope, enum window window, enum attribution by,
	enum sl_formula formula, bool with_bins);
/* The window of a query_run() at the engine's present moment becomes another: gauges stay, but for peaks, which are of a window. */
void query_turn(struct query *query, enum window window, bool with_bins);
/* The same as query_run() where time elsewhere has come to `at` already: the window reaches back from there, gauges are of the engine's own time. */
void query_reach(struct query *query, const struct engine *engine, struct scope scope, enum window window, enum attribution by,
	enum sl_formula formula, bool with_bins, int64_t at);
/* As query_run() for a metric over a window: none of those needs the gauges of cases and their clocks. */
void query_without_cases(struct query *query, const struct engine *engine, struct scope scope, enum window window, enum attribution by,
	enum sl_formula formula, bool with_bins);
/* The same question again, with the same sums but gauges of now: for whoever knows that nothing was counted. False: the window has
 * moved on, ask anew. */
bool query_again(struct query *query, const struct engine *engine, enum sl_formula formula);
/* Today is what begins after this instant, the last day boundary before now. */
int64_t query_day_after(const struct engine *engine);
/* The same over the stretch [from, to) of whole quarter hours, without gauges but peaks: for interval tables. */
void query_interval(struct query *query, const struct engine *engine, struct scope scope, int64_t from, int64_t to,
	enum attribution by, enum sl_formula formula);
/* Where the oldest quarter hour begins in which something was counted, and is still kept; INT64_MIN: nowhere. */
int64_t query_oldest(const struct engine *engine);
/* One figure of it, its level (for settings' limits, without hysteresis) included. */
void query_figure(const struct query *query, int metric, struct figure *figure);
/* The level that a value of the metric has by the limits of the query's scope, without hysteresis; `value` as sparks have it. */
enum level query_level(const struct query *query, int metric, int64_t value);

#endif
