#include <math.h>

#include "metrics/forecast.h"
#include "metrics/values.h"

#define PARTS 1000000 /* shares are told in millionths */

static void put_rounded(struct figure *figure, double value, int64_t denominator)
{
	const double scaled = value * (double)denominator;
	figure->known = fabs(scaled) < 1e15; /* neither NAN nor INFINITY */
	figure->numerator = figure->known ? llround(scaled) : 0;
	figure->denominator = denominator;
}

#define FORECAST_VALUE(name, field, denominator)                                                                        \
	void value_##name(const struct query *query, struct figure *figure)                                             \
	{                                                                                                               \
		struct forecast forecast;                                                                               \
		forecast_of(&forecast, query);                                                                          \
		put_rounded(figure, forecast.known ? forecast.field : NAN, denominator);                                \
	}

FORECAST_VALUE(forecast_15m, next_15m, 1)
FORECAST_VALUE(forecast_30m, next_30m, 1)
FORECAST_VALUE(forecast_60m, next_60m, 1)
FORECAST_VALUE(expected_service_level, staffing.service_level, PARTS)
FORECAST_VALUE(expected_abandon_rate, staffing.abandons, PARTS)
FORECAST_VALUE(expected_occupancy, staffing.occupancy, PARTS)
FORECAST_VALUE(expected_wait, staffing.wait, 1)

void value_agents_needed(const struct query *query, struct figure *figure)
{
	struct forecast forecast;
	forecast_of(&forecast, query);
	if (forecast.known && forecast.staffing.needed >= 0)
		figure_count(figure, forecast.staffing.needed);
}

void value_staffing_gap(const struct query *query, struct figure *figure)
{
	struct forecast forecast;
	forecast_of(&forecast, query);
	const struct staffing *staffing = &forecast.staffing;
	if (forecast.known && staffing->needed >= 0 && staffing->agents >= 0)
		figure_count(figure, staffing->agents - staffing->needed);
}
