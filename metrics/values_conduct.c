#include "metrics/values.h"

GAUGE_VALUE(rude_now, rude_now)
GAUGE_VALUE(rude_signalled, rude_by_step[STEP_NONE])
GAUGE_VALUE(rude_request, rude_by_step[STEP_REQUEST])
GAUGE_VALUE(rude_demand, rude_by_step[STEP_DEMAND])
GAUGE_VALUE(rude_warning, rude_by_step[STEP_WARNING])
GAUGE_VALUE(rude_unclear, rude_unclear)
GAUGE_VALUE(care_open, care_open)
COUNT_VALUE(rude_count, RUDE)
COUNT_VALUE(rude_ended, RUDE_ENDED)
COUNT_VALUE(rude_unresolved, RUDE_UNRESOLVED)
COUNT_VALUE(rude_faults, RUDE_FAULTS)
COUNT_VALUE(rude_legs, RUDE_LEGS)
COUNT_VALUE(anger_at_company, ANGER_AT_COMPANY)
COUNT_VALUE(safety, SAFETY)
COUNT_VALUE(care_suggested, CARE_SUGGESTED)
COUNT_VALUE(care_taken, CARE_TAKEN)
COUNT_VALUE(care_missed, CARE_MISSED)

void value_rude_oldest_step(const struct query *query, struct figure *figure)
{
	figure_duration(figure, query->gauges.rude_now > 0 ? query->gauges.rude_oldest_step : -1);
}

/* A flag that was taken back is no longer among the raised ones: the whole is both together. */
static void false_rate(struct figure *figure, int64_t withdrawn, int64_t stands)
{
	figure_ratio(figure, withdrawn, withdrawn + stands);
}

void value_rude_false_rate(const struct query *query, struct figure *figure)
{
	false_rate(figure, counted(query, COUNT_RUDE_WITHDRAWN), counted(query, COUNT_RUDE));
}

void value_rude_false_lead(const struct query *query, struct figure *figure)
{
	false_rate(figure, counted(query, COUNT_WITHDRAWN_BY_LEAD), counted(query, COUNT_RUDE_BY_LEAD));
}

void value_rude_false_engine(const struct query *query, struct figure *figure)
{
	false_rate(figure, counted(query, COUNT_WITHDRAWN_BY_ENGINE), counted(query, COUNT_RUDE_BY_ENGINE));
}

void value_rude_false_agent(const struct query *query, struct figure *figure)
{
	int64_t others = counted(query, COUNT_RUDE_BY_LEAD) + counted(query, COUNT_RUDE_BY_ENGINE);
	int64_t withdrawn = counted(query, COUNT_WITHDRAWN_BY_LEAD) + counted(query, COUNT_WITHDRAWN_BY_ENGINE);
	false_rate(figure, counted(query, COUNT_RUDE_WITHDRAWN) - withdrawn, counted(query, COUNT_RUDE) - others);
}

/* What is left without flagged contacts; where they are set aside already, it is all there is. */
static int64_t calm(const struct query *query, enum counter all, enum counter rude)
{
	return counted(query, all) - (query->scope.calm ? 0 : counted(query, rude));
}

void value_aht_calm(const struct query *query, struct figure *figure)
{
	int64_t handled = calm(query, COUNT_TALK_MS, COUNT_RUDE_TALK_MS) + calm(query, COUNT_HOLD_MS, COUNT_RUDE_HOLD_MS) +
		calm(query, COUNT_WRAP_MS, COUNT_RUDE_WRAP_MS);
	figure_ratio(figure, handled, calm(query, COUNT_LEGS, COUNT_RUDE_LEGS));
	figure->nominal = calm(query, COUNT_LEGS_NOMINAL, COUNT_RUDE_LEGS_NOMINAL) > 0;
}

void value_csat_calm(const struct query *query, struct figure *figure)
{
	figure_survey(figure, calm(query, COUNT_CSAT_TOP, COUNT_RUDE_CSAT_TOP), calm(query, COUNT_CSAT_N, COUNT_RUDE_CSAT_N));
}

void value_fcr_calm(const struct query *query, struct figure *figure)
{
	figure_ratio(figure, calm(query, COUNT_FCR_KEPT, COUNT_RUDE_FCR_KEPT), calm(query, COUNT_FCR_SETTLED, COUNT_RUDE_FCR_SETTLED));
}

/* Of the breaks that were suggested and can no longer be taken or missed. */
void value_care_taken_rate(const struct query *query, struct figure *figure)
{
	int64_t taken = counted(query, COUNT_CARE_TAKEN);
	figure_ratio(figure, taken, taken + counted(query, COUNT_CARE_MISSED));
}
