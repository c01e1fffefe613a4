/* Calendars of SLA clocks: for the files of metrics/ only. What a feed or the settings say of one, and the opening hours made of it. */
#ifndef METRICS_CALENDARS_H
#define METRICS_CALENDARS_H

#include "base/open_hours.h"
#include "metrics/engine.h"

/* By the number of its name: 0, none, is the one that is always open. What can be derived, `hours`, is no part of the state. */
struct calendar {
	char zone[65];
	uint64_t rules; /* hash of the zone's */
	struct open_block *blocks;
	int32_t *holidays;
	size_t block_count, holiday_count;
	struct open_hours *hours; /* NULL: nobody defined it */
	bool set; /* in the settings: what feeds say of it does not count */
};

void calendars_finish(struct engine *engine);
bool calendars_apply(struct engine *engine, const struct event *event); /* calendar.defined */
const struct open_hours *calendar_hours(const struct engine *engine, uint16_t number);
uint16_t calendar_number(struct engine *engine, struct view name);
const char *calendar_name(const struct engine *engine, uint16_t number);
/* By the calendar of the queue, else of the market, else the general one; without one it is always open. */
bool queue_is_open(struct engine *engine, uint16_t queue, uint16_t market, int64_t at);
/* The calendar of a clock that starts on a case of the queue and market: the one it names, else the queue's, else the market's, else the general one,
 * else none.
 * *wanted: the first of these that nobody defined yet, or 0. */
uint16_t calendar_choose(struct engine *engine, uint16_t queue, uint16_t market, struct view named, uint16_t *wanted);
/* Room for every name there is, and what the settings say of them. */
void calendars_know(struct engine *engine);
/* The opening hours of what is told. False: a zone that is none. */
void calendar_finish(struct calendar *calendar);
bool calendar_make(struct engine *engine, struct calendar *calendar);
void calendar_from_settings(const struct settings *settings, const struct calendar_settings *from, struct calendar *calendar);

#endif
