/* The day by half hours as JSON, a part of `tablo snapshot --json`. */
#ifndef STORE_FORECAST_JSON_H
#define STORE_FORECAST_JSON_H

#include <stdio.h>

#include "store/snapshot.h"

/* ', "forecast": {...}' without anything known: nothing. Times ISO 8601 with zone, durations in seconds, shares 0 to 1; what is not known has
 * no key. */
void forecast_json(FILE *to, const struct snapshot *snapshot);

#endif
