#include "app/desk_state.h"
#include "app/memory_watch.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/log.h"
#include "base/map.h"

#define HOLES_A_TURN 16
#define HOLE_PATIENCE (30 * SECOND_MS)	      /* until a hole that nobody fills is given up */
#define HOLE_PATIENCE_ALONE (5 * SECOND_MS)   /* the same where the publisher offers no replay */

static void tell_refusals(struct desk *desk)
{
	for (int i = 0; i < desk->feed_count; i++)
		for (int fault = 1; fault < FAULT_COUNT; fault++) {
			uint64_t *count = &desk->feeds[i].refused[fault];
			if (*count)
				desk_apply_at(desk, (struct record){.kind = RECORD_LINK, .recv = desk_present(desk), .feed = (uint16_t)i,
					.fault = (enum feed_fault)fault, .count = *count});
			*count = 0;
		}
}

/* How long a hole has been known; one that shrinks is new, for somebody is filling it. */
static int64_t hole_age(struct desk *desk, const struct hole *hole)
{
	uint64_t key = map_hash(hole->src) ^ (hole->boot * 31 + hole->from * 1000003 + hole->to) ^ hole->feed;
	struct hole_watch *watch = &desk->holes[key % DESK_HOLES_WATCHED];
	if (watch->key != key)
		*watch = (struct hole_watch){key, clock_monotonic()};
	return clock_monotonic() - watch->since;
}

/* Asks for what is missing, and gives up what nobody can send again. */
static void mind_holes(struct desk *desk)
{
	struct hole holes[HOLES_A_TURN];
	int count = 0;
	while (count < HOLES_A_TURN && engine_hole(desk->engine, count, &holes[count]))
		count++;
	for (int i = 0; i < count; i++) {
		struct hole *hole = &holes[i];
		struct feed *feed = hole->feed < desk->feed_count ? desk->feeds[hole->feed].feed : NULL;
		bool asked = feed && feed->class->catch_up && feed->class->catch_up(feed, hole->src, hole->boot, hole->from, hole->to);
		if (hole_age(desk, hole) < (asked ? HOLE_PATIENCE : HOLE_PATIENCE_ALONE))
			continue;
		/* The view belongs to the engine, which changes with the record. */
		char src[ID_MAX + 1];
		view_copy(hole->src, src, sizeof src);
		desk_apply_at(desk, (struct record){.kind = RECORD_GAP, .recv = desk_present(desk), .feed = hole->feed, .src = view_of(src),
			.boot = hole->boot, .from = hole->from, .to = hole->to});
	}
}

/* libzmq cannot bound a message of many frames: over the limit the feed that sent most is dropped, and named. */
static void mind_memory(struct desk *desk)
{
	int64_t now = clock_monotonic();
	if (now - desk->memory_looked < SECOND_MS)
		return;
	desk->memory_looked = now;
	int worst = -1;
	bool over = memory_watch_resident() > desk->options.settings->memory_limit * 1024 * 1024;
	for (int i = 0; i < desk->feed_count; i++) {
		if (desk->feeds[i].feed && (worst < 0 || desk->feeds[i].bytes > desk->feeds[worst].bytes))
			worst = i;
	}
	if (over && worst >= 0) {
		log_line(LOG_LEVEL_ERROR, "%s: dropped, for memory is over memory_limit", desk->feeds[worst].feed->endpoint);
		hold_back_release(desk->hold_back, desk->feeds[worst].feed);
		feed_close(desk->feeds[worst].feed);
		desk->feeds[worst].feed = NULL;
		desk_apply_at(desk, (struct record){.kind = RECORD_LINK, .recv = desk_present(desk), .feed = (uint16_t)worst, .link = LINK_REFUSED});
	}
	for (int i = 0; i < desk->feed_count; i++)
		desk->feeds[i].bytes = 0;
}

void desk_upkeep(struct desk *desk)
{
	tell_refusals(desk);
	mind_holes(desk);
	hold_back_turn(desk->hold_back);
	mind_memory(desk);
}
