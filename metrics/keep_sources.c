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
	KEEP(archive, source->flags);
	KEEP(archive, source->false_flags);
	KEEP(archive, source->last_sent);
	KEEP(archive, source->last_recv);
	KEEP(archive, source->snapshot_scope);
	KEEP(archive, source->snapshot_running);
	KEEP(archive, source->snapshot_void);
	KEEP(archive, source->snapshot_number);
	KEEP(archive, source->known);
}

static void keep_example(struct archive *archive, struct fault_example *example)
{
	KEEP(archive, example->at);
	if (!example->at || !archive_good(archive))
		return;
	KEEP(archive, example->ts);
	KEEP_BELOW(archive, example->type, EVENT_TYPE_COUNT + 1);
	KEEP_BELOW(archive, example->key, KEY_COUNT + 1);
	keep_shown_text(archive, example->about, sizeof example->about);
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
	for (int fault = 0; fault < FAULT_COUNT; fault++)
		keep_example(archive, &feed->examples[fault]);
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
	case TIMER_SLA:
	case TIMER_SLA_SOON:
		return engine->sla_count;
	case TIMER_HELD_EVENT:
		return engine->held_count;
	default:
		return SIZE_MAX;
	}
}

static int compare_timers(const void *left, const void *right)
{
	const struct timer *a = left, *b = right;
	if (a->due != b->due)
		return a->due < b->due ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->serial != b->serial)
		return a->serial < b->serial ? -1 : 1;
	if (a->item != b->item)
		return a->item < b->item ? -1 : 1;
	return a->version < b->version ? -1 : a->version > b->version;
}

/* In the order in which they will fire, but for those of first contact resolution, which follow from its entries; the caller frees them. */
static struct timer *kept_timers(const struct engine *engine, size_t *count)
{
	struct timer *timers = memory_new(engine->timer_count, sizeof *timers);
	*count = 0;
	for (size_t i = 0; i < engine->timer_count; i++)
		if (engine->timers[i].kind != TIMER_FCR)
			timers[(*count)++] = engine->timers[i];
	qsort(timers, *count, sizeof *timers, compare_timers);
	return timers;
}

static void keep_timer(struct archive *archive, const struct engine *engine, struct timer *timer, int64_t before)
{
	/* As the difference to the one before, which wraps around where the time is nonsense. */
	uint64_t step = (uint64_t)timer->due - (uint64_t)before;
	KEEP(archive, step);
	timer->due = (int64_t)((uint64_t)before + step);
	KEEP_BELOW(archive, timer->kind, TIMER_KINDS);
	KEEP_BELOW(archive, timer->item, items_of(engine, timer->kind));
	KEEP(archive, timer->version);
	KEEP(archive, timer->serial);
	if (archive->reading && timer->kind == TIMER_FCR)
		archive_wrong(archive, "a timer that is never kept");
}

void keep_timers(struct archive *archive, struct engine *engine)
{
	size_t count = 0;
	struct timer *timers = archive->reading ? NULL : kept_timers(engine, &count);
	count = archive_count(archive, count);
	int64_t before = 0;
	for (size_t i = 0; i < count && archive_good(archive); i++) {
		struct timer timer = timers ? timers[i] : (struct timer){0};
		keep_timer(archive, engine, &timer, before);
		before = timer.due;
		if (archive->reading && archive_good(archive))
			timers_add(engine, timer);
	}
	free(timers);
}
