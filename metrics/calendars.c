#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "config/opening.h"
#include "feed/opening.h"
#include "metrics/markets.h"
#include "metrics/state.h"

void calendar_finish(struct calendar *calendar)
{
	free(calendar->blocks);
	free(calendar->holidays);
	open_hours_destroy(calendar->hours);
	*calendar = (struct calendar){0};
}

void calendars_finish(struct engine *engine)
{
	for (size_t i = 0; i < engine->calendar_count; i++)
		calendar_finish(&engine->calendars[i]);
	free(engine->calendars);
	names_finish(&engine->calendar_names);
}

static bool make_hours(struct calendar *calendar)
{
	struct zone *zone = zone_open(calendar->zone, NULL);
	if (!zone)
		return false;
	calendar->rules = zone_hash(zone);
	calendar->hours = open_hours_create(zone, calendar->blocks, calendar->block_count, calendar->holidays, calendar->holiday_count);
	zone_close(zone);
	return true;
}

bool calendar_make(struct engine *engine, struct calendar *calendar)
{
	const uint64_t rules = calendar->rules; /* those when it was written down */
	if (!make_hours(calendar))
		return false;
	engine->zone_differs = engine->zone_differs || (rules && rules != calendar->rules);
	return true;
}

void calendar_from_settings(const struct settings *settings, const struct calendar_settings *from, struct calendar *calendar)
{
	*calendar = (struct calendar){.set = true};
	text_harmless(view_of(from->zone ? from->zone : settings->zone), calendar->zone, sizeof calendar->zone);
	calendar->block_count = calendar_settings_blocks(from, &calendar->blocks);
	calendar->holiday_count = calendar_settings_holidays(from, &calendar->holidays);
	if (!make_hours(calendar))
		calendar_finish(calendar);
}

/* ---- by name ---- */

static const struct calendar_settings *settings_of(const struct engine *engine, const char *name)
{
	for (int i = 0; i < engine->settings->calendar_count; i++)
		if (strcmp(engine->settings->calendars[i].name, name) == 0)
			return &engine->settings->calendars[i];
	return NULL;
}

static void take_settings(struct engine *engine, uint16_t number)
{
	const struct calendar_settings *settings = settings_of(engine, names_text(&engine->calendar_names, number));
	if (settings)
		calendar_from_settings(engine->settings, settings, &engine->calendars[number]);
}

void calendars_know(struct engine *engine)
{
	const size_t known = engine->calendar_count, count = engine->calendar_names.count;
	if (count <= known)
		return;
	engine->calendars = memory_grow(engine->calendars, &engine->calendar_room, count, sizeof *engine->calendars);
	for (size_t i = known; i < count; i++) {
		engine->calendars[i] = (struct calendar){0};
		if (i > NAME_OTHER)
			take_settings(engine, (uint16_t)i);
	}
	engine->calendar_count = count;
}

uint16_t calendar_number(struct engine *engine, struct view name)
{
	const uint16_t number = (uint16_t)names_intern(&engine->calendar_names, name);
	calendars_know(engine);
	return number;
}

const char *calendar_name(const struct engine *engine, uint16_t number)
{
	return names_text(&engine->calendar_names, number);
}

const struct open_hours *calendar_hours(const struct engine *engine, uint16_t number)
{
	return number < engine->calendar_count ? engine->calendars[number].hours : NULL;
}

/* The queue's section of the settings comes before what the feed says, as for its target. */
static uint16_t calendar_of_queue(struct engine *engine, uint16_t queue)
{
	const char *name = calendar_set_for_queue(engine, queue);
	if (name)
		return calendar_number(engine, view_of(name));
	return queue < engine->queue_info_room ? engine->queue_info[queue].calendar : 0;
}

uint16_t calendar_choose(struct engine *engine, uint16_t queue, uint16_t market, struct view named, uint16_t *wanted)
{
	const char *of_market = calendar_set_for_market(engine, market);
	const uint16_t candidates[] = {calendar_number(engine, named), calendar_of_queue(engine, queue),
		calendar_number(engine, view_of(of_market ? of_market : "")), calendar_number(engine, view_of(engine->settings->sla_calendar))};
	*wanted = 0;
	for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++) {
		if (candidates[i] && engine->calendars[candidates[i]].hours)
			return candidates[i];
		*wanted = *wanted ? *wanted : candidates[i];
	}
	return 0;
}

bool queue_is_open(struct engine *engine, uint16_t queue, uint16_t market, int64_t at)
{
	if (!engine->settings->calendar_count && engine->calendar_count <= NAME_OTHER + 1)
		return true; /* most boards know none: nothing to look for */
	uint16_t wanted;
	return open_at(calendar_hours(engine, calendar_choose(engine, queue, market, (struct view){0}, &wanted)), at);
}

/* ---- defined by a feed ---- */

static bool read(const struct event *event, struct calendar *calendar)
{
	const struct view week = event_text(event, KEY_WEEK), holidays = event_text(event, KEY_HOLIDAYS);
	if (!opening_week(week, NULL, 0, &calendar->block_count) || !opening_holidays(holidays, NULL, 0, &calendar->holiday_count))
		return false;
	calendar->blocks = memory_new(calendar->block_count + 1, sizeof *calendar->blocks);
	calendar->holidays = memory_new(calendar->holiday_count + 1, sizeof *calendar->holidays);
	opening_week(week, calendar->blocks, calendar->block_count, &calendar->block_count);
	opening_holidays(holidays, calendar->holidays, calendar->holiday_count, &calendar->holiday_count);
	view_copy(event_text(event, KEY_ZONE), calendar->zone, sizeof calendar->zone);
	return true;
}

static bool same_blocks(const struct calendar *a, const struct calendar *b)
{
	for (size_t i = 0; i < a->block_count && i < b->block_count; i++)
		if (a->blocks[i].weekday != b->blocks[i].weekday || a->blocks[i].from != b->blocks[i].from || a->blocks[i].to != b->blocks[i].to)
			return false;
	return a->block_count == b->block_count;
}

static bool same(const struct calendar *a, const struct calendar *b)
{
	return a->hours && strcmp(a->zone, b->zone) == 0 && same_blocks(a, b) && a->holiday_count == b->holiday_count &&
	       memcmp(a->holidays, b->holidays, a->holiday_count * sizeof *a->holidays) == 0;
}

bool calendars_apply(struct engine *engine, const struct event *event)
{
	struct calendar calendar = {0};
	const uint16_t number = calendar_number(engine, event_text(event, KEY_CALENDAR));
	if (number <= NAME_OTHER || engine->calendars[number].set || !read(event, &calendar)) {
		calendar_finish(&calendar);
		return number > NAME_OTHER && engine->calendars[number].set;
	}
	if (same(&engine->calendars[number], &calendar)) {
		calendar_finish(&calendar);
		return true;
	}
	if (strcmp(calendar.zone, "local") == 0 || !calendar_make(engine, &calendar)) { /* "local" is another place at each board */
		fault_event(engine, FAULT_UNKNOWN_ZONE, event);
		calendar_finish(&calendar);
		return true;
	}
	engine->calendars_version++;
	sla_calendar_ends(engine, number);
	calendar_finish(&engine->calendars[number]);
	engine->calendars[number] = calendar;
	sla_calendar_begins(engine, number);
	return true;
}
