/* What the page of forecasts shows: how the next half hour goes as it stands and with what is changed, the day by half hours, each queue. */
#ifndef STORE_SNAPSHOT_FORECAST_H
#define STORE_SNAPSHOT_FORECAST_H

#include "metrics/forecast.h"

#define FORECAST_QUEUES_MOST 60

struct snapshot_half {
	struct forecast_half half;
	bool planned;		  /* staffing.agents is from the file of shifts; else who is on shift now */
	struct staffing staffing; /* of what is to come; else needed is -1 */
};

struct snapshot_need { /* one queue and channel */
	char queue[64], channel[12];
	struct scope scope;
	bool known;
	struct staffing staffing; /* of the next 30 minutes */
};

struct snapshot_forecast {
	struct forecast forecast;
	bool any_plan;
	bool what_if;		 /* something is changed: all but `as_it_is` is with it */
	struct staffing as_it_is, changed; /* of the next 30 minutes, with who is on shift */
	struct snapshot_half halves[FORECAST_HALVES_MOST]; int half_count;
	struct snapshot_need needs[FORECAST_QUEUES_MOST]; int need_count;
};

#endif
