#include "metrics/markets.h"

#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "config/markets.h"
#include "metrics/state.h"

#define WEEKDAY_OF_EPOCH 3 /* 1970-01-01 was a Thursday */

struct house {
	int calendar_count, market_count;
	struct calendar *calendars; /* as the settings have them; hours NULL: nobody asked yet */
	struct zone **zones;	    /* of the settings' markets; NULL: nobody asked yet */
};

struct house *house_create(const struct settings *settings)
{
	struct house *house = memory_new(1, sizeof *house);
	house->calendar_count = settings->calendar_count;
	house->market_count = settings->market_count;
	house->calendars = memory_new((size_t)settings->calendar_count + 1, sizeof *house->calendars);
	house->zones = memory_new((size_t)settings->market_count + 1, sizeof(struct zone *));
	return house;
}

void house_destroy(struct house *house)
{
	if (!house)
		return;
	for (int i = 0; i < house->calendar_count; i++)
		calendar_finish(&house->calendars[i]);
	for (int i = 0; i < house->market_count; i++)
		zone_close(house->zones[i]);
	free(house->calendars);
	free(house->zones);
	free(house);
}

const struct calendar *calendar_named(const struct engine *engine, const char *name)
{
	const struct settings *settings = engine->settings;
	for (int i = 0; i < engine->house->calendar_count; i++) {
		struct calendar *calendar = &engine->house->calendars[i];
		if (strcmp(settings->calendars[i].name, name) != 0)
			continue;
		if (!calendar->hours)
			calendar_from_settings(settings, &settings->calendars[i], calendar);
		return calendar->hours ? calendar : NULL;
	}
	const uint32_t number = names_find(&engine->calendar_names, view_of(name));
	return number > NAME_OTHER && calendar_hours(engine, (uint16_t)number) ? &engine->calendars[number] : NULL;
}

const char *calendar_set_for_queue(const struct engine *engine, uint16_t queue)
{
	const char *name = names_text(&engine->queues, queue);
	for (int i = 0; i < engine->settings->queue_count; i++)
		if (engine->settings->queues[i].calendar && strcmp(engine->settings->queues[i].name, name) == 0)
			return engine->settings->queues[i].calendar;
	return NULL;
}

const char *calendar_set_for_market(const struct engine *engine, uint16_t market)
{
	const struct market_settings *settings = market > NAME_OTHER ? market_find(engine->settings, names_text(&engine->markets, market)) : NULL;
	return settings ? settings->calendar : NULL;
}

const struct open_hours *work_hours(const struct engine *engine, uint16_t queue, uint16_t market)
{
	const char *of_queue = calendar_set_for_queue(engine, queue), *of_market = calendar_set_for_market(engine, market);
	const uint16_t told = queue < engine->queue_info_room ? engine->queue_info[queue].calendar : 0;
	const char *const names[] = {of_queue, told > NAME_OTHER ? calendar_name(engine, told) : NULL, of_market};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const struct calendar *calendar = names[i] ? calendar_named(engine, names[i]) : NULL;
		if (calendar)
			return calendar->hours;
	}
	return NULL;
}

/* ---- today is ... ---- */

static const struct zone *zone_of(const struct engine *engine, const struct market_settings *market)
{
	const ptrdiff_t number = market - engine->settings->markets;
	if (number < 0 || number >= engine->house->market_count)
		return engine->zone;
	struct zone **zone = &engine->house->zones[number];
	if (!*zone)
		*zone = zone_open(market_zone(engine->settings, market), NULL);
	return *zone ? *zone : engine->zone;
}

static int64_t reading_of(const struct zone *zone, int64_t at)
{
	return at + zone_offset(zone, at) * SECOND_MS;
}

static int64_t day_of(int64_t reading)
{
	return reading / DAY_MS - (reading % DAY_MS < 0);
}

static bool is_holiday(const struct calendar *calendar, const struct zone *otherwise, int64_t at)
{
	struct zone *own = zone_open(calendar->zone, NULL);
	const int64_t day = day_of(reading_of(own ? own : otherwise, at));
	bool found = false;
	zone_close(own);
	for (size_t i = 0; i < calendar->holiday_count && !found; i++)
		found = calendar->holidays[i] == day;
	return found;
}

struct market_day market_day(const struct engine *engine, const struct market_settings *market, int64_t at)
{
	const struct zone *zone = zone_of(engine, market);
	const struct calendar *calendar = market->calendar ? calendar_named(engine, market->calendar) : NULL;
	struct market_day day = {.reading = reading_of(zone, at), .change = INT64_MAX, .state = DAY_UNKNOWN};
	day.weekday = (uint8_t)(((day_of(day.reading) + WEEKDAY_OF_EPOCH) % 7 + 7) % 7);
	if (!calendar)
		return day;
	const int64_t change = open_next_change(calendar->hours, at);
	day.change = change == OPEN_NEVER ? INT64_MAX : reading_of(zone, change);
	day.state = open_at(calendar->hours, at) ? DAY_OPEN : is_holiday(calendar, zone, at) ? DAY_HOLIDAY : DAY_CLOSED;
	return day;
}
