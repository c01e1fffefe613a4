#include <string.h>

#include "base/instant.h"
#include "widgets/tile.h"
#include "widgets/wall.h"

#define SHIFT_MS (10 * MINUTE_MS)
#define RETURN_LEAST (5 * SECOND_MS) /* a page that was interrupted is worth looking at for so long */

/* ---- alerts that nobody has answered ---- */
/* That a feed is silent stands below every page in large words: the round goes on. */
static bool holds(const struct list_alert *alert)
{
	return list_alert_is_alarm(alert) && alert->kind != LIST_ALERT_FEED;
}

static int find_alarm(const struct wall *wall, const struct list_alert *alert)
{
	for (int i = 0; i < wall->alarm_count; i++)
		if (wall->alarms[i].id == alert->id && wall->alarms[i].site == alert->site)
			return i;
	return -1;
}

static int page_showing(const struct wall *wall, unsigned what)
{
	for (int i = 0; i < wall->page_count; i++)
		if (wall->pages[i].turns && wall->pages[i].shows & what)
			return i;
	return -1;
}

static bool is_of_everything(struct scope scope)
{
	return scope.queue == SCOPE_ANY && scope.channel == SCOPE_ANY && scope.market == SCOPE_ANY && !scope_of_people(scope);
}

/* The first page of the round that shows what it is about; else one with the alerts in words; else whichever stands. */
static int page_of(const struct wall *wall, const struct list_alert *alert)
{
	int page = -1;
	if (alert->metric >= 0 && is_of_everything(alert->scope) && tile_find(metrics[alert->metric].name))
		page = page_showing(wall, WALL_SHOWS_TOTALS);
	else if (alert->metric >= 0 && alert->scope.queue != SCOPE_ANY)
		page = page_showing(wall, WALL_SHOWS_QUEUES);
	for (int i = 0; page < 0 && i < wall->page_count; i++)
		page = wall->pages[i].shows & WALL_SHOWS_ALERTS ? i : -1;
	return page < 0 ? wall->turning : page;
}

static const struct list_alert *find_in(const struct snapshot *snapshot, const struct wall_alarm *alarm)
{
	for (int i = 0; i < snapshot->alert_count; i++)
		if (snapshot->alerts[i].id == alarm->id && snapshot->alerts[i].site == alarm->site)
			return holds(&snapshot->alerts[i]) ? &snapshot->alerts[i] : NULL;
	return NULL;
}

/* Those that were answered or have cleared go; the held one's place may move, or be lost. */
static void forget_answered(struct wall *wall, const struct snapshot *snapshot)
{
	int kept = 0, held = -1;
	for (int i = 0; i < wall->alarm_count; i++) {
		if (!find_in(snapshot, &wall->alarms[i]))
			continue;
		if (i == wall->held)
			held = kept;
		wall->alarms[kept++] = wall->alarms[i];
	}
	wall->alarm_count = kept;
	wall->held = held;
}

/* The list has the newest first; the oldest get a place first. */
static void learn_alarms(struct wall *wall, const struct snapshot *snapshot, int64_t now)
{
	for (int i = snapshot->alert_count - 1; i >= 0 && wall->alarm_count < WALL_ALARMS_MOST; i--) {
		const struct list_alert *alert = &snapshot->alerts[i];
		if (holds(alert) && find_alarm(wall, alert) < 0)
			wall->alarms[wall->alarm_count++] = (struct wall_alarm){.id = alert->id, .site = alert->site, .page = page_of(wall, alert),
				.raised = alert->raised, .unseen_since = now};
	}
}

/* Unseen for longest; of those the oldest. */
static int next_alarm(const struct wall *wall)
{
	int best = -1;
	for (int i = 0; i < wall->alarm_count; i++) {
		if (i == wall->held)
			continue;
		const struct wall_alarm *a = &wall->alarms[i], *b = best < 0 ? NULL : &wall->alarms[best];
		if (!b || a->unseen_since < b->unseen_since || (a->unseen_since == b->unseen_since && a->raised < b->raised))
			best = i;
	}
	return best;
}

static bool any_unseen(const struct wall *wall)
{
	for (int i = 0; i < wall->alarm_count; i++)
		if (!wall->alarms[i].seen)
			return true;
	return false;
}

static void hold(struct wall *wall, int alarm, int64_t now)
{
	if (wall->held >= 0)
		wall->alarms[wall->held].unseen_since = now;
	wall->held = alarm;
	wall->held_since = now;
	wall->alarms[alarm].seen = true;
}

static int hold_alarms(struct wall *wall, int64_t now)
{
	const int64_t glance = wall->alarm_stay < WALL_GLANCE_MS ? wall->alarm_stay : WALL_GLANCE_MS;
	if (wall->held < 0 || (wall->alarm_count > 1 && now - wall->held_since >= (any_unseen(wall) ? glance : wall->alarm_stay)))
		hold(wall, next_alarm(wall), now);
	return wall->alarms[wall->held].page;
}

/* ---- the round ---- */
static int64_t stay_of(const struct wall *wall)
{
	return wall->pages[wall->turning].stay;
}

static void next_page(struct wall *wall, int64_t now)
{
	for (int i = 0; i < wall->page_count; i++) {
		wall->turning = (wall->turning + 1) % wall->page_count;
		if (wall->pages[wall->turning].turns)
			break;
	}
	wall->since = now;
}

/* Back to where it was, for what was left of its turn. */
static void resume(struct wall *wall, int64_t now)
{
	const int64_t least = stay_of(wall) < RETURN_LEAST ? stay_of(wall) : RETURN_LEAST;
	wall->since = now - stay_of(wall) + (wall->left < least ? least : wall->left);
	wall->left = -1;
}

int wall_turn(struct wall *wall, const struct snapshot *snapshot, int64_t now)
{
	if (!wall->begun) {
		wall->begun = true;
		wall->since = now;
		wall->left = wall->held = -1;
	}
	forget_answered(wall, snapshot);
	learn_alarms(wall, snapshot, now);
	if (wall_paused(wall, now))
		return wall->held >= 0 ? wall->alarms[wall->held].page : wall->turning;
	if (wall->alarm_count) {
		if (wall->left < 0)
			wall->left = now - wall->since < stay_of(wall) ? stay_of(wall) - (now - wall->since) : 0;
		return hold_alarms(wall, now);
	}
	if (wall->left >= 0)
		resume(wall, now);
	if (now - wall->since >= stay_of(wall))
		next_page(wall, now);
	return wall->turning;
}

void wall_touch(struct wall *wall, int64_t now)
{
	wall->paused_until = now + WALL_PAUSE_MS;
}

bool wall_paused(const struct wall *wall, int64_t now)
{
	return now < wall->paused_until;
}

const struct list_alert *wall_held(const struct wall *wall, const struct snapshot *snapshot)
{
	return wall->begun && wall->held >= 0 ? find_in(snapshot, &wall->alarms[wall->held]) : NULL;
}

bool wall_place(const struct wall *wall, int page, int *number, int *count)
{
	*number = *count = 0;
	for (int i = 0; i < wall->page_count; i++) {
		*count += wall->pages[i].turns;
		*number += wall->pages[i].turns && i <= page;
	}
	return wall->pages[page].turns && *count > 1;
}

/* ---- by the hour ---- */
const char *wall_theme(const struct settings *settings, const struct zone *zone, int64_t at)
{
	int from, to;
	if (at == INSTANT_NONE || !night_parse(settings->night, &from, &to))
		return NULL;
	const struct civil civil = instant_civil(at, zone);
	const int minute = civil.hour * 60 + civil.minute;
	const bool night = from <= to ? minute >= from && minute < to : minute >= from || minute < to;
	return night ? "night" : NULL;
}

void wall_shift(int64_t now, int *x, int *y)
{
	static const int pattern[4][2] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}};
	const int step = (int)(now / SHIFT_MS % 4);
	*x = pattern[step][0];
	*y = pattern[step][1];
}
