/* Publishers with their numbers, feeds, what was found wrong; and the timers. */
#include <stdlib.h>

#include "base/memory.h"
#include "metrics/keep.h"
#include "metrics/timers.h"

static void keep_faults(struct archive *archive, uint64_t *faults)
{
	for (int fault = 0; fault < FAULT_COUNT; fault++)
		KEEP(archive, faults[fault]);
}

static void keep_boot(struct archive *archive, struct boot *boot)
{
	KEEP(archive, boot->boot);
	KEEP(archive, boot->first);
	KEEP(archive, boot->next);
	KEEP(archive, boot->heard);
	KEEP(archive, boot->since);
	KEEP(archive, boot->received);
	KEEP(archive, boot->lost);
	keep_array(archive, (void **)&boot->missing, &boot->holes, &boot->room, sizeof *boot->missing);
	for (size_t i = 0; i < boot->holes; i++) {
		struct span *span = &boot->missing[i];
		KEEP(archive, span->from);
		KEEP(archive, span->to);
		KEEP(archive, span->since);
		if (archive->reading && (span->from > span->to || (i && span->from <= span[-1].to)))
			archive_wrong(archive, "holes out of order");
	}
	if (archive->reading && boot->holes > SPANS_MOST)
		archive_wrong(archive, "more holes than are kept");
}

static void keep_source(struct archive *archive, struct source *source)
{
	KEEP(archive, source->name);
	KEEP(archive, source->feed);
	int32_t count = source->boot_count;
	KEEP_BELOW(archive, count, BOOTS_KEPT + 1);
	for (int i = 0; i < count; i++)
		keep_boot(archive, &source->boots[i]);
	source->boot_count = count;
	KEEP_BELOW(archive, source->current, count ? count : 1);
	KEEP(archive, source->switches);
	keep_faults(archive, source->faults);
	KEEP(archive, source->received);
	KEEP(archive, source->last_sent);
	KEEP(archive, source->last_recv);
	KEEP(archive, source->snapshot_scope);
	KEEP(archive, source->snapshot_running);
	KEEP(archive, source->snapshot_void);
	KEEP(archive, source->snapshot_number);
	KEEP(archive, source->known);
}

static void keep_feed(struct archive *archive, struct feed_status *feed)
{
	uint8_t link = (uint8_t)feed->link;
	KEEP_BELOW(archive, link, LINK_ENDED + 1);
	feed->link = (enum link_state)link;
	KEEP(archive, feed->link_since);
	KEEP(archive, feed->silent_since);
	KEEP(archive, feed->heard);
	keep_faults(archive, feed->faults);
	KEEP(archive, feed->received);
	KEEP(archive, feed->batches);
	KEEP(archive, feed->lag);
	KEEP_BELOW(archive, feed->refusal, FAULT_COUNT);
}

static void keep_unknown(struct archive *archive, struct engine *engine)
{
	size_t known = engine->unknown_room;
	if (archive->reading && engine->unknown_types.count > 2)
		engine->unknown_counts = memory_grow(engine->unknown_counts, &engine->unknown_room, engine->unknown_types.count, sizeof *engine->unknown_counts);
	for (size_t i = known; i < engine->unknown_room; i++)
		engine->unknown_counts[i] = 0;
	for (size_t i = 1; i < engine->unknown_types.count; i++) {
		uint64_t none = 0;
		KEEP(archive, *(i < engine->unknown_room ? &engine->unknown_counts[i] : &none));
	}
	for (int type = 0; type < EVENT_TYPE_COUNT; type++)
		KEEP(archive, engine->impossible[type]);
}

void keep_sources(struct archive *archive, struct engine *engine)
{
	for (size_t i = 0; i < engine->source_count && archive_good(archive); i++)
		keep_source(archive, &engine->sources[i]);
	int32_t feeds = engine->feed_count;
	KEEP_BELOW(archive, feeds, sizeof engine->feeds / sizeof *engine->feeds + 1);
	engine->feed_count = feeds;
	for (int i = 0; i < feeds; i++)
		keep_feed(archive, &engine->feeds[i]);
	keep_faults(archive, engine->faults);
	keep_unknown(archive, engine);
}

/* ---- timers ---- */

static size_t items_of(const struct engine *engine, uint8_t kind)
{
	switch ((enum timer_kind)kind) {
	case TIMER_WRAP:
		return engine->wrap_count;
	case TIMER_LOST:
		return engine->contact_count;
	case TIMER_FCR:
		return engine->fcr_count;
	case TIMER_SLA:
	case TIMER_SLA_SOON:
		return engine->sla_count;
	case TIMER_HELD_EVENT:
		return engine->held_count;
	default:
		return SIZE_MAX;
	}
}

void keep_timers(struct archive *archive, struct engine *engine)
{
	size_t count = archive_count(archive, engine->timer_count);
	for (size_t i = 0; i < count && archive_good(archive); i++) {
		struct timer timer = {0};
		if (!archive->reading)
			timer = engine->timers[i];
		KEEP(archive, timer.due);
		KEEP_BELOW(archive, timer.kind, TIMER_KINDS);
		KEEP_BELOW(archive, timer.item, items_of(engine, timer.kind));
		KEEP(archive, timer.version);
		KEEP(archive, timer.serial);
		if (archive->reading && archive_good(archive))
			timers_add(engine, timer);
	}
}
