#include "metrics/engine.h"
#include "metrics/joined.h"
#include "metrics/values.h"

/* -1 where nothing was sampled. */
#define PEAK_VALUE(name, field)                                                                                         \
	void value_##name(const struct query *query, struct figure *figure)                                             \
	{                                                                                                               \
		figure_duration(figure, query->gauges.field);                                                           \
		figure->reached = query->gauges.field##_at;                                                             \
		figure->at_least = query->gauges.peak_parts > 1;                                                        \
	}

GAUGE_VALUE(queue_depth, waiting)
GAUGE_VALUE(busy, busy)
GAUGE_VALUE(callbacks_due, callbacks_due)
GAUGE_VALUE(callbacks_scheduled, callbacks_scheduled)
DURATION_VALUE(longest_wait, longest_wait)
DURATION_VALUE(longest_wait_total, longest_wait_total)
DURATION_VALUE(longest_wait_async, longest_wait_async)
PEAK_VALUE(queue_depth_peak, depth_peak)
PEAK_VALUE(busy_peak, busy_peak)
COUNT_VALUE(offered, OFFERED)
COUNT_VALUE(offered_closed, OFFERED_CLOSED)
COUNT_VALUE(answered, ANSWERED)
COUNT_VALUE(answered_in_time, ANSWERED_IN_TIME)
COUNT_VALUE(abandoned, ABANDONED)
COUNT_VALUE(short_abandoned, ABANDONED_SHORT)
COUNT_VALUE(flowed_out, FLOWED_OUT)
COUNT_VALUE(lost, LOST)
COUNT_VALUE(callbacks_done, CALLBACKS_DONE)
COUNT_VALUE(callbacks_dropped, CALLBACKS_DROPPED)
COUNT_VALUE(missed, MISSED)

void value_worst_wait(const struct query *query, struct figure *figure)
{
	int64_t ended = counted(query, COUNT_ANSWERED) + counted(query, COUNT_ABANDONED);
	int64_t worst = counted(query, COUNT_WORST_WAIT);
	figure_duration(figure, ended > 0 || worst > 0 ? worst : -1);
	figure->n = ended;
}

void value_abandon_rate(const struct query *query, struct figure *figure)
{
	int64_t abandoned = counted(query, COUNT_ABANDONED) - counted(query, COUNT_ABANDONED_SHORT);
	figure_ratio(figure, abandoned, counted(query, COUNT_ANSWERED) + abandoned);
}

/* SLO is by arrival, whatever the rest of the board is by: a contact answered now may have been offered before the window. */
static void offered_in_time(const struct query *query, struct figure *figure)
{
	if (query->has_arrival) {
		figure_ratio(figure, query->arrival_in_time, query->arrival_offered);
		return;
	}
	struct query arrival;
	if (query->joined && query->by != BY_ARRIVAL) {
		joined_query(&arrival, query->joined, query->scope, query->window, BY_ARRIVAL, SL_FORMULA_SLO, false);
		figure_ratio(figure, counted(&arrival, COUNT_ANSWERED_IN_TIME), counted(&arrival, COUNT_OFFERED));
		return;
	}
	if (query->by == BY_ARRIVAL || !query->engine || query->at != engine_now(query->engine)) {
		figure_ratio(figure, counted(query, COUNT_ANSWERED_IN_TIME), counted(query, COUNT_OFFERED));
		return;
	}
	query_run(&arrival, query->engine, query->scope, query->window, BY_ARRIVAL, SL_FORMULA_SLO, false);
	figure_ratio(figure, counted(&arrival, COUNT_ANSWERED_IN_TIME), counted(&arrival, COUNT_OFFERED));
}

/* The seven formulas; A answered, B abandoned, s short, T within the target, V waiting now and over it. */
void value_service_level(const struct query *query, struct figure *figure)
{
	int64_t in_time = counted(query, COUNT_ANSWERED_IN_TIME), answered = counted(query, COUNT_ANSWERED);
	int64_t abandoned = counted(query, COUNT_ABANDONED), quick = counted(query, COUNT_ABANDONED_SHORT);
	int64_t abandoned_in_time = counted(query, COUNT_ABANDONED_IN_TIME);
	switch (query->formula) {
	case SL_FORMULA_SL1:
		return figure_ratio(figure, in_time, answered);
	case SL_FORMULA_SL2:
		return figure_ratio(figure, in_time, answered + abandoned);
	case SL_FORMULA_SL2S:
		return figure_ratio(figure, in_time, answered + abandoned - quick);
	case SL_FORMULA_SL3:
		return figure_ratio(figure, in_time + abandoned_in_time, answered + abandoned);
	case SL_FORMULA_SL4:
		return figure_ratio(figure, in_time, answered + abandoned - abandoned_in_time);
	case SL_FORMULA_SLO:
		return offered_in_time(query, figure);
	default:
		return figure_ratio(figure, in_time, answered + abandoned - quick + query->gauges.over_target);
	}
}

void value_asa(const struct query *query, struct figure *figure)
{
	figure_ratio(figure, counted(query, COUNT_WAIT_ANSWERED_MS), counted(query, COUNT_ANSWERED));
}

static void wait_percentile(const struct query *query, int permille, struct figure *figure)
{
	figure_duration(figure, query->has_bins ? sketch_percentile(query->tally.value + KEY_WAIT_BINS, permille) : -1);
	figure->n = counted(query, COUNT_ANSWERED);
}

void value_asa_p50(const struct query *query, struct figure *figure)
{
	wait_percentile(query, 500, figure);
}

void value_asa_p90(const struct query *query, struct figure *figure)
{
	wait_percentile(query, 900, figure);
}

void value_asa_p95(const struct query *query, struct figure *figure)
{
	wait_percentile(query, 950, figure);
}
