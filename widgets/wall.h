/* Which page a wall shows: the pages in turn, and while a critical alert stands that nobody has answered, the page that shows it. It knows
 * no clock: `now` is ms of a clock that never goes back. */
#ifndef WIDGETS_WALL_H
#define WIDGETS_WALL_H

#include "store/snapshot.h"

#define WALL_PAGES_MOST 20
#define WALL_ALARMS_MOST 64  /* that are held in turn; the oldest first */
#define WALL_PAUSE_MS 60000  /* of quiet after a key */
#define WALL_GLANCE_MS 10000 /* an alert is seen for so long before one that was never seen comes */

/* What an alert may be about: bits of wall_page.shows. */
enum wall_shows { WALL_SHOWS_TOTALS = 1, WALL_SHOWS_QUEUES = 2, WALL_SHOWS_ALERTS = 4 };

struct wall_page {
	char name[64];
	int64_t stay; /* ms */
	unsigned shows;
	bool turns; /* one of the round; else only held */
};

struct wall_alarm {
	uint64_t id;
	int site;
	int page;
	int64_t raised;
	int64_t unseen_since; /* `now` when it was first heard of, or last on the wall */
	bool seen;
};

struct wall {
	struct wall_page pages[WALL_PAGES_MOST + 1];
	int page_count;
	int64_t alarm_stay; /* ms each of several alerts is shown */
	struct wall_alarm alarms[WALL_ALARMS_MOST];
	int alarm_count;
	int turning;   /* the page whose turn it is; stays while an alert is held */
	int64_t since; /* when its turn began */
	int64_t left;  /* ms its turn had left when the first alert came */
	int held;      /* index of alarms; -1: none */
	int64_t held_since, paused_until;
	bool begun;
};

/* The page of the wall at this moment: an index of pages. */
int wall_turn(struct wall *wall, const struct snapshot *snapshot, int64_t now);
/* Somebody pressed a key. */
void wall_touch(struct wall *wall, int64_t now);
bool wall_paused(const struct wall *wall, int64_t now);
/* The alert that is held, in this snapshot; NULL: none. */
const struct list_alert *wall_held(const struct wall *wall, const struct snapshot *snapshot);
/* The page's number in the round and how many there are, both from 1; false: it is not one of the round, or the only one. */
bool wall_place(const struct wall *wall, int page, int *number, int *count);

/* The theme of this hour, by the clocks of the zone: "night", or NULL: the usual one. */
const char *wall_theme(const struct settings *settings, const struct zone *zone, int64_t at);
/* Where the picture stands now, 0 or 1 cells from the corner each way: so that no edge burns in. */
void wall_shift(int64_t now, int *x, int *y);

#endif
