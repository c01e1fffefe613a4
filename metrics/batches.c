/* A batch: who sent it, what of it is new, in which order it happened. */
#include <stdlib.h>

#include "base/instant.h"
#include "base/memory.h"
#include "base/text.h"
#include "metrics/state.h"
#include "metrics/witness_tell.h"

void fault_count(struct engine *engine, uint16_t source, uint16_t feed, enum feed_fault fault, uint64_t count)
{
	engine->faults[fault] += count;
	engine->feeds[feed < 32 ? feed : 31].faults[fault] += count;
	if (source < engine->source_count)
		engine->sources[source].faults[fault] += count;
}

static void keep_example(struct fault_example *example, const struct engine *engine, const struct event *event)
{
	static const enum event_key ids[] = {KEY_CONTACT, KEY_CASE, KEY_CALLBACK, KEY_SURVEY, KEY_CALENDAR, KEY_ALERT, KEY_QUEUE, KEY_AGENT};
	struct view about = event->type == EVENT_UNKNOWN ? event->type_name : (struct view){0};
	*example = (struct fault_example){.at = engine->now, .ts = event->ts, .type = (uint8_t)event->type, .key = KEY_COUNT};
	for (size_t i = 0; i < sizeof ids / sizeof *ids && !about.size; i++) {
		about = event_text(event, ids[i]);
		example->key = (uint8_t)(about.size ? ids[i] : KEY_COUNT);
	}
	text_harmless(about, example->about, sizeof example->about);
}

void fault_event(struct engine *engine, enum feed_fault fault, const struct event *event)
{
	fault_count(engine, engine->source, engine->feed, fault, 1);
	keep_example(&engine->feeds[engine->feed < 32 ? engine->feed : 31].examples[fault], engine, event);
}

static void count_unknown(struct engine *engine, struct view name)
{
	uint32_t number = names_intern(&engine->unknown_types, name);
	size_t known = engine->unknown_room;
	if (number >= known) {
		engine->unknown_counts = memory_grow(engine->unknown_counts, &engine->unknown_room, number + 1, sizeof(uint64_t));
		for (size_t i = known; i < engine->unknown_room; i++)
			engine->unknown_counts[i] = 0;
	}
	engine->unknown_counts[number]++;
}

/* ---- one event ---- */

bool event_apply(struct engine *engine, const struct event *event)
{
	witness_event(engine, event);
	if (event->type <= EVENT_CONTACT_WORKED)
		return contacts_apply(engine, event);
	if (event->type <= EVENT_CALLBACK_DROPPED)
		return callbacks_apply(engine, event);
	if (event->type <= EVENT_CALENDAR_DEFINED)
		return cases_apply(engine, event);
	if (event->type <= EVENT_FOLLOWUP_DONE)
		return surveys_apply(engine, event);
	if (event->type <= EVENT_AGENT_HELP)
		return agents_apply(engine, event);
	if (event->type >= EVENT_CONDUCT_SIGNALLED && event->type <= EVENT_CONDUCT_SAFETY)
		return conduct_apply(engine, event);
	if (event->type >= EVENT_SNAPSHOT_BEGIN)
		return snapshots_apply(engine, event);
	return notes_apply(engine, event);
}

/* Whether an impossible event may become possible by what still comes. */
static bool can_wait(enum event_type type)
{
	return type <= EVENT_CALENDAR_DEFINED || (type >= EVENT_CONDUCT_SIGNALLED && type <= EVENT_CONDUCT_SAFETY);
}

static void set_time(struct engine *engine, const struct event *event)
{
	int64_t now = engine->now, limit = engine->settings->ahead_limit;
	engine->from_snapshot = event_number(event, KEY_SNAPSHOT, 0) != 0;
	engine->ts = event->ts < now ? event->ts : now;
	engine->too_old = false;
	if (event->ts > now + limit)
		fault_event(engine, FAULT_AHEAD, event);
	if (engine->from_snapshot) /* old by nature: it tells how things stand */
		return;
	engine->too_old = event->ts < now - engine->settings->late_limit;
	if (engine->too_old)
		fault_event(engine, FAULT_TOO_OLD, event);
	else if (event->ts < now - limit)
		fault_event(engine, FAULT_LATE, event);
}

static void take_event(struct engine *engine, const struct event *event)
{
	uint16_t source = engine->source, feed = engine->feed;
	set_time(engine, event);
	if (event_apply(engine, event))
		held_retry(engine, event_subject(event));
	else if (can_wait(event->type))
		held_add(engine, event);
	else {
		engine->source = source;
		engine->feed = feed;
		fault_event(engine, FAULT_IMPOSSIBLE, event);
		engine->impossible[event->type]++;
	}
	engine->source = source;
	engine->feed = feed;
}

/* ---- the batch ---- */

static int compare(const void *left, const void *right)
{
	const struct batch_entry *a = left, *b = right;
	if (a->ts != b->ts)
		return a->ts < b->ts ? -1 : 1;
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

#define NEARLY_SORTED_MOST 64

/* Small batches are nearly sorted as a rule: only what happened in one instant stands in another order. */
static void sort(struct batch_entry *entries, uint32_t count)
{
	if (count > NEARLY_SORTED_MOST) {
		qsort(entries, count, sizeof *entries, compare);
		return;
	}
	for (uint32_t i = 1; i < count; i++) {
		struct batch_entry entry = entries[i];
		uint32_t at = i;
		for (; at && compare(&entry, &entries[at - 1]) < 0; at--)
			entries[at] = entries[at - 1];
		entries[at] = entry;
	}
}

/* What of the batch is new and sound, in the order in which it happened. Numbers are taken in the order of the wire, or every
 * batch that is not sorted would seem to have holes. */
static uint32_t choose_events(struct engine *engine, const struct batch *batch)
{
	engine->order = memory_grow(engine->order, &engine->order_room, batch->count, sizeof *engine->order);
	uint32_t count = 0;
	bool sorted = true;
	if (batch->repeated)
		fault_count(engine, engine->source, engine->feed, FAULT_DUPLICATE_KEY, batch->repeated);
	for (uint32_t i = 0; i < batch->count; i++) {
		const struct event *event = &batch->events[i];
		if (!source_take(engine, engine->source, batch->boot, batch->seq + i)) {
			fault_event(engine, FAULT_DUPLICATE, event);
			continue;
		}
		if (event->type == EVENT_UNKNOWN)
			count_unknown(engine, event->type_name);
		if (event->fault != FAULT_NONE || event->type >= EVENT_UNKNOWN) {
			fault_event(engine, event->fault ? event->fault : FAULT_UNKNOWN_EVENT, event);
			continue;
		}
		struct batch_entry *entry = &engine->order[count];
		*entry = (struct batch_entry){.ts = event->ts, .index = i, .rank = event_types[event->type].rank};
		sorted = sorted && (count == 0 || compare(entry - 1, entry) <= 0);
		count++;
	}
	if (!sorted)
		sort(engine->order, count);
	return count;
}

static void note_feed(struct engine *engine, const struct record *record)
{
	if (record->feed == FEED_NONE)
		return;
	uint16_t number = record->feed < 32 ? record->feed : 31;
	struct feed_status *feed = &engine->feeds[number];
	const struct batch *batch = record->batch;
	if (engine->feed_count <= number)
		engine->feed_count = number + 1;
	feed->heard = engine->now;
	feed->received += batch->count;
	feed->batches++;
	feed->lag = batch->sent == INSTANT_NONE ? -1 : engine->now > batch->sent ? engine->now - batch->sent : 0;
}

#define AHEAD_MAP 8
#define AHEAD_PLACE 4

/* With 100,000 open contacts most of an event's cost is waiting for memory: so what an event will touch is asked for some events
 * ahead, first the entries of the maps, then, when those have come, the things themselves. */
static void expect(const struct engine *engine, const struct event *event)
{
	if (event_has(event, KEY_CONTACT))
		contact_expect(engine, event->text[KEY_CONTACT]);
	if (event_has(event, KEY_CASE))
		case_expect(engine, event->text[KEY_CASE]);
	if (event->type == EVENT_CONTACT_QUEUED && event_has(event, KEY_CUSTOMER))
		fcr_expect(engine, event->text[KEY_CUSTOMER]);
}

static void expect_place(const struct engine *engine, const struct event *event)
{
	if (event_has(event, KEY_CONTACT))
		contact_expect_place(engine, event->text[KEY_CONTACT]);
	if (event_has(event, KEY_CASE))
		case_expect_place(engine, event->text[KEY_CASE]);
	if (event->type == EVENT_CONTACT_QUEUED && event_has(event, KEY_CUSTOMER))
		fcr_expect_place(engine, event->text[KEY_CUSTOMER]);
}

void batch_apply(struct engine *engine, const struct record *record)
{
	engine->feed = record->feed;
	note_feed(engine, record);
	engine->source = source_batch(engine, record);
	if (!record->batch->count)
		return;
	uint32_t count = choose_events(engine, record->batch), mapped = 0, placed = 0;
	const struct event *events = record->batch->events;
	for (uint32_t i = 0; i < count; i++) {
		for (; mapped < count && mapped <= i + AHEAD_MAP; mapped++)
			expect(engine, &events[engine->order[mapped].index]);
		for (; placed < count && placed <= i + AHEAD_PLACE; placed++)
			expect_place(engine, &events[engine->order[placed].index]);
		take_event(engine, &events[engine->order[i].index]);
	}
	engine->dirty = true;
}
