/* How each figure is calculated from what query_run() gathered: one function a metric, named as the metric. For the tables of
 * the catalogue only. */
#ifndef METRICS_VALUES_H
#define METRICS_VALUES_H

#include "metrics/query.h"

/* X(name): every metric there is; the tables give each its words. */
#define QUEUE_VALUES(X)                                                                                                 \
	X(queue_depth) X(longest_wait) X(longest_wait_total) X(longest_wait_async) X(busy) X(queue_depth_peak)          \
	X(busy_peak) X(worst_wait) X(offered) X(offered_closed) X(answered) X(answered_in_time) X(abandoned) X(short_abandoned)           \
	X(flowed_out) X(lost) X(abandon_rate) X(service_level) X(asa) X(asa_p50) X(asa_p90) X(asa_p95)                  \
	X(callbacks_due) X(callbacks_scheduled) X(callbacks_done) X(callbacks_dropped) X(missed)
#define HANDLING_VALUES(X)                                                                                              \
	X(aht) X(aht_p90) X(talk_mean) X(hold_mean) X(wrap_mean) X(legs) X(aht_contact) X(legs_per_contact)             \
	X(aht_running) X(chat_aht) X(chat_work_aht) X(email_aht) X(occupancy) X(load) X(agents_free) X(agents_on)       \
	X(agents_away) X(agents_wrap) X(agents_help)
#define QUALITY_VALUES(X)                                                                                               \
	X(csat) X(csat_low) X(csat_mean) X(csat_response) X(nps) X(ces) X(iqs) X(csat_quality_gap) X(detractors)               \
	X(followup_open) X(followup_oldest) X(followup_reached_rate) X(followup_declined) X(followup_tried) X(reopen_rate) X(refusals)      \
	X(praises) X(mistakes) X(churn_rate)
#define FCR_VALUES(X) X(fcr) X(fcr_24h) X(fcr_72h) X(fcr_open) X(fcr_no_customer) X(fcr_excluded) X(recontacts)
#define SLA_VALUES(X)                                                                                                   \
	X(sla_breached) X(sla_breached_open) X(sla_due_soon) X(sla_met_rate) X(sla_running) X(sla_paused)               \
	X(sla_withdrawn) X(sla_disagreed) X(sla_confirmed) X(backlog) X(backlog_oldest) X(backlog_p50) X(backlog_p90) X(backlog_under_1d) \
	X(backlog_1d) X(backlog_3d) X(backlog_7d) X(backlog_30d)                                                        \
	X(sla_met_first_reply) X(sla_met_next_reply) X(sla_met_update) X(sla_met_resolve)                               \
	X(sla_met_p1) X(sla_met_p2) X(sla_met_p3) X(sla_met_p4) X(sla_met_p5) X(sla_due_apart)                          \
	X(cases_opened) X(cases_solved) X(cases_closed) X(cases_reopened)
#define CONDUCT_VALUES(X)                                                                                               \
	X(rude_now) X(rude_count) X(rude_ended) X(rude_unresolved) X(rude_faults) X(rude_false_rate)                    \
	X(anger_at_company) X(safety) X(rude_signalled) X(rude_request) X(rude_demand) X(rude_warning) X(rude_oldest_step) \
	X(rude_unclear) X(rude_false_agent) X(rude_false_lead) X(rude_false_engine) X(rude_legs) X(aht_calm) X(csat_calm) X(fcr_calm) \
	X(care_open) X(care_suggested) X(care_taken) X(care_missed) X(care_taken_rate)
#define FORECAST_VALUES(X)                                                                                              \
	X(forecast_15m) X(forecast_30m) X(forecast_60m) X(agents_needed) X(staffing_gap) X(expected_service_level)      \
	X(expected_wait) X(expected_abandon_rate) X(expected_occupancy)

#define VALUE(name) void value_##name(const struct query *query, struct figure *figure);
QUEUE_VALUES(VALUE)
HANDLING_VALUES(VALUE)
QUALITY_VALUES(VALUE)
FCR_VALUES(VALUE)
SLA_VALUES(VALUE)
CONDUCT_VALUES(VALUE)
FORECAST_VALUES(VALUE)
#undef VALUE

static inline int64_t counted(const struct query *query, enum counter counter)
{
	return query->tally.value[counter];
}

/* A number of things; always known. */
static inline void figure_count(struct figure *figure, int64_t count)
{
	figure->known = true;
	figure->numerator = count;
	figure->denominator = 1;
}

/* A gauge in ms that is -1 where there is nothing to measure. */
static inline void figure_duration(struct figure *figure, int64_t duration)
{
	figure->known = duration >= 0;
	figure->numerator = figure->known ? duration : 0;
	figure->denominator = 1;
}

/* A ratio or a mean; 0/0 is unknown. n is the denominator. */
static inline void figure_ratio(struct figure *figure, int64_t numerator, int64_t denominator)
{
	figure->n = denominator > 0 ? denominator : 0;
	figure->known = denominator > 0;
	figure->numerator = figure->known ? numerator : 0;
	figure->denominator = figure->known ? denominator : 1;
}

/* A share of a survey's answers, with its interval: values_quality.c. */
void figure_survey(struct figure *figure, int64_t hits, int64_t n);

/* A metric that is a counter of the window, a gauge of now, or a gauge in ms. */
#define COUNT_VALUE(name, COUNTER)                                                                                      \
	void value_##name(const struct query *query, struct figure *figure)                                             \
	{                                                                                                               \
		figure_count(figure, counted(query, COUNT_##COUNTER));                                                  \
	}
#define GAUGE_VALUE(name, field)                                                                                        \
	void value_##name(const struct query *query, struct figure *figure)                                             \
	{                                                                                                               \
		figure_count(figure, query->gauges.field);                                                              \
	}
#define DURATION_VALUE(name, field)                                                                                     \
	void value_##name(const struct query *query, struct figure *figure)                                             \
	{                                                                                                               \
		figure_duration(figure, query->gauges.field);                                                           \
	}

#endif
