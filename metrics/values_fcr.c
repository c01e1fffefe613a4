#include "metrics/values.h"

#define MILLION INT64_C(1000000)

/* high: what it will be at most, if nobody of the open ones comes back. */
static void resolution(const struct query *query, enum fcr_window window, enum counter settled, enum counter kept, struct figure *figure)
{
	figure_ratio(figure, counted(query, kept), counted(query, settled));
	const int64_t all = counted(query, settled) + query->gauges.fcr_open[window];
	if (figure->known && all > 0)
		figure->high = (counted(query, kept) + query->gauges.fcr_open_kept[window]) * MILLION / all;
}

void value_fcr(const struct query *query, struct figure *figure)
{
	resolution(query, FCR_WITHIN, COUNT_FCR_SETTLED, COUNT_FCR_KEPT, figure);
}

void value_fcr_24h(const struct query *query, struct figure *figure)
{
	resolution(query, FCR_24H, COUNT_FCR_SETTLED_24H, COUNT_FCR_KEPT_24H, figure);
}

void value_fcr_72h(const struct query *query, struct figure *figure)
{
	resolution(query, FCR_72H, COUNT_FCR_SETTLED_72H, COUNT_FCR_KEPT_72H, figure);
}

GAUGE_VALUE(fcr_open, fcr_open[FCR_WITHIN])
COUNT_VALUE(fcr_no_customer, FCR_NO_CUSTOMER)
COUNT_VALUE(fcr_excluded, FCR_EXCLUDED)
COUNT_VALUE(recontacts, RECONTACTS)
