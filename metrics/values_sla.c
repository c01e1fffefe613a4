#include "metrics/values.h"

#define AGE_VALUE(name, field)                                                                                          \
	void value_##name(const struct query *query, struct figure *figure)                                             \
	{                                                                                                               \
		figure_duration(figure, query->gauges.cases_open > 0 ? query->gauges.field : -1);                       \
		figure->n = query->gauges.cases_open;                                                                   \
	}

COUNT_VALUE(sla_breached, SLA_BREACHED)
COUNT_VALUE(sla_withdrawn, SLA_WITHDRAWN)
COUNT_VALUE(sla_disagreed, SLA_DISAGREED)
COUNT_VALUE(sla_confirmed, SLA_CONFIRMED)
GAUGE_VALUE(sla_breached_open, sla_breached_open)
GAUGE_VALUE(sla_due_soon, sla_due_soon)
GAUGE_VALUE(sla_running, sla_running)
GAUGE_VALUE(sla_paused, sla_paused)
GAUGE_VALUE(backlog, cases_open)
GAUGE_VALUE(backlog_under_1d, case_ages[0])
GAUGE_VALUE(backlog_1d, case_ages[1])
GAUGE_VALUE(backlog_3d, case_ages[2])
GAUGE_VALUE(backlog_7d, case_ages[3])
GAUGE_VALUE(backlog_30d, case_ages[4])
AGE_VALUE(backlog_oldest, case_oldest)
AGE_VALUE(backlog_p50, case_age_p50)
AGE_VALUE(backlog_p90, case_age_p90)

void value_sla_met_rate(const struct query *query, struct figure *figure)
{
	int64_t met = counted(query, COUNT_SLA_MET);
	figure_ratio(figure, met, met + counted(query, COUNT_SLA_BREACHED));
}

/* The same for the clocks of one kind, or of cases of one priority. */
#define MET_VALUE(name, NAME)                                                                                           \
	void value_sla_met_##name(const struct query *query, struct figure *figure)                                     \
	{                                                                                                               \
		int64_t met = counted(query, COUNT_SLA_MET_##NAME);                                                     \
		figure_ratio(figure, met, met + counted(query, COUNT_SLA_BREACHED_##NAME));                             \
	}
MET_VALUE(first_reply, FIRST_REPLY)
MET_VALUE(next_reply, NEXT_REPLY)
MET_VALUE(update, UPDATE)
MET_VALUE(resolve, RESOLVE)
MET_VALUE(p1, P1)
MET_VALUE(p2, P2)
MET_VALUE(p3, P3)
MET_VALUE(p4, P4)
MET_VALUE(p5, P5)
COUNT_VALUE(sla_due_apart, SLA_DUE_APART)
COUNT_VALUE(cases_opened, CASES_OPENED)
COUNT_VALUE(cases_solved, CASES_SOLVED)
COUNT_VALUE(cases_closed, CASES_CLOSED)
COUNT_VALUE(cases_reopened, CASES_REOPENED)
