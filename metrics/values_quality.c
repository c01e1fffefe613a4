#include <math.h>

#include "metrics/values.h"

#define MILLION INT64_C(1000000)

/* Wilson's score interval for `hits` of `n` at 95 %, in millionths, rounded to the nearest. */
static void wilson(int64_t hits, int64_t n, int64_t *low, int64_t *high)
{
	const double z = 1.959963984540054, square = z * z;
	double count = (double)n, share = (double)hits / count;
	double scale = 1 + square / count, middle = (share + square / (2 * count)) / scale;
	double half = z / scale * sqrt(share * (1 - share) / count + square / (4 * count * count));
	*low = llround(fmax(0, middle - half) * (double)MILLION);
	*high = llround(fmin(1, middle + half) * (double)MILLION);
}

void figure_survey(struct figure *figure, int64_t hits, int64_t n)
{
	figure_ratio(figure, hits, n);
	if (figure->known)
		wilson(hits, n, &figure->low, &figure->high);
}

void value_csat(const struct query *query, struct figure *figure)
{
	figure_survey(figure, counted(query, COUNT_CSAT_TOP), counted(query, COUNT_CSAT_N));
}

void value_csat_low(const struct query *query, struct figure *figure)
{
	figure_survey(figure, counted(query, COUNT_CSAT_BOTTOM), counted(query, COUNT_CSAT_N));
}

void value_csat_mean(const struct query *query, struct figure *figure)
{
	figure_ratio(figure, counted(query, COUNT_CSAT_SUM), counted(query, COUNT_CSAT_SUM_N));
}

void value_csat_response(const struct query *query, struct figure *figure)
{
	figure_ratio(figure, counted(query, COUNT_CSAT_N), counted(query, COUNT_CSAT_SENT));
}

void value_nps(const struct query *query, struct figure *figure)
{
	int64_t balance = counted(query, COUNT_NPS_PROMOTERS) - counted(query, COUNT_NPS_DETRACTORS);
	figure_ratio(figure, balance * 100, counted(query, COUNT_NPS_N));
}

void value_ces(const struct query *query, struct figure *figure)
{
	figure_ratio(figure, counted(query, COUNT_CES_SUM), counted(query, COUNT_CES_N));
}

void value_iqs(const struct query *query, struct figure *figure)
{
	figure_ratio(figure, counted(query, COUNT_IQS_SUM), counted(query, COUNT_IQS_N));
}

/* top/n·100 − Σscore/1000/m, over the common denominator 1000·n·m. n: the smaller sample. */
void value_csat_quality_gap(const struct query *query, struct figure *figure)
{
	int64_t n = counted(query, COUNT_CSAT_N), reviews = counted(query, COUNT_IQS_N);
	if (n <= 0 || reviews <= 0)
		return;
	int64_t gap = counted(query, COUNT_CSAT_TOP) * 100000 * reviews - counted(query, COUNT_IQS_SUM) * n;
	figure_ratio(figure, gap, 1000 * n * reviews);
	figure->n = n < reviews ? n : reviews;
}

void value_reopen_rate(const struct query *query, struct figure *figure)
{
	figure_ratio(figure, counted(query, COUNT_CASES_REOPENED), counted(query, COUNT_CASES_SOLVED));
}

void value_followup_oldest(const struct query *query, struct figure *figure)
{
	figure_duration(figure, query->gauges.followup_open > 0 ? query->gauges.followup_oldest : -1);
}

void value_followup_reached_rate(const struct query *query, struct figure *figure)
{
	int64_t reached = counted(query, COUNT_FOLLOWUPS_REACHED);
	figure_ratio(figure, reached, reached + counted(query, COUNT_FOLLOWUPS_UNREACHED));
}

void value_churn_rate(const struct query *query, struct figure *figure)
{
	figure_ratio(figure, counted(query, COUNT_CUSTOMERS_CHURNED), query->gauges.customers);
}

COUNT_VALUE(refusals, REFUSALS)
COUNT_VALUE(detractors, NPS_DETRACTORS)
COUNT_VALUE(praises, PRAISES)
COUNT_VALUE(mistakes, MISTAKES)
COUNT_VALUE(followup_declined, FOLLOWUPS_DECLINED)
COUNT_VALUE(followup_tried, FOLLOWUPS_TRIED)

void value_followup_open(const struct query *query, struct figure *figure)
{
	figure_count(figure, query->gauges.followup_open);
}
