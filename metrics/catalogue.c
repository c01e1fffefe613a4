#include <math.h>

#include "base/words.h"
#include "metrics/state.h"
#include "metrics/values.h"

const char *const unit_names[] = {"count", "s", "ratio", "points", "score", "name"};

const struct metric metrics[] = {
#include "metrics/catalogue_queue.h"
#include "metrics/catalogue_handling.h"
#include "metrics/catalogue_quality.h"
#include "metrics/catalogue_fcr.h"
#include "metrics/catalogue_sla.h"
#include "metrics/catalogue_conduct.h"
#include "metrics/catalogue_forecast.h"
};
#define METRICS (sizeof metrics / sizeof *metrics)
_Static_assert(METRICS <= METRICS_MOST, "snapshots have room for METRICS_MOST");
const int metric_count = METRICS;

#define NAME(name) #name,
static const char *const names[] = {
	QUEUE_VALUES(NAME) HANDLING_VALUES(NAME) QUALITY_VALUES(NAME) FCR_VALUES(NAME) SLA_VALUES(NAME) CONDUCT_VALUES(NAME)
	FORECAST_VALUES(NAME) NULL};
_Static_assert(sizeof names / sizeof *names == METRICS + 1, "one entry for each value function");

int metric_find(const char *name)
{
	for (int i = 0; name && i < metric_count; i++)
		if (strcmp(metrics[i].name, name) == 0)
			return i;
	return -1;
}

const char *const *metric_names(void)
{
	return names;
}
