/* Where customers live: the opening hours of a market and of a queue, and what day it is there. What the settings say of calendars is
 * made into hours when it is first asked for; it is no part of the state. */
#ifndef METRICS_MARKETS_H
#define METRICS_MARKETS_H

#include "metrics/engine.h"

struct calendar;
struct open_hours;

struct house *house_create(const struct settings *settings);
void house_destroy(struct house *house);

/* The calendar of that name: of the settings, else of a feed; NULL: nobody defined it. */
const struct calendar *calendar_named(const struct engine *engine, const char *name);
/* Name of the calendar that the settings give the queue, or the market of that number; NULL: none. */
const char *calendar_set_for_queue(const struct engine *engine, uint16_t queue);
const char *calendar_set_for_market(const struct engine *engine, uint16_t market);
/* When contacts of the slot's queue are expected: its own calendar, else its market's; NULL: at any time. */
const struct open_hours *work_hours(const struct engine *engine, uint16_t queue, uint16_t market);

enum day_state { DAY_UNKNOWN /* it has no calendar */, DAY_OPEN, DAY_CLOSED, DAY_HOLIDAY };
/* "Today is ..." of a market. Readings are what its clocks show, as ms since the epoch as if UTC. */
struct market_day {
	int64_t reading;
	int64_t change; /* when it opens or closes next; INT64_MAX: not within ten years */
	uint8_t weekday; /* 0 = Monday, of `reading` */
	uint8_t state;	 /* enum day_state */
};
struct market_day market_day(const struct engine *engine, const struct market_settings *market, int64_t at);

#endif
