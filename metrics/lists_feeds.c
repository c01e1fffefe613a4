#include "metrics/lists_feeds.h"

#include <stdio.h>

#include "config/display.h"
#include "metrics/state.h"

static const struct feed_status *status_of(const struct engine *engine, int feed)
{
	return feed >= 0 && feed < engine->feed_count ? &engine->feeds[feed] : NULL;
}

static void tell_about(const struct engine *engine, const struct fault_example *example, char *to, size_t room)
{
	if (example->key >= KEY_COUNT) { /* the name of an unknown type, or nothing: harmless since it was kept */
		snprintf(to, room, "%s", example->about);
		return;
	}
	const enum display_field field = display_of_key((enum event_key)example->key);
	char shown[ID_MAX + 1];
	if (field == DISPLAY_FIELD_COUNT)
		snprintf(shown, sizeof shown, "%s", example->about);
	else
		lists_show(engine, field, example->about, shown, sizeof shown);
	snprintf(to, room, "%s %s", event_key_names[example->key], shown);
}

int list_feed_faults(const struct engine *engine, int feed, struct list_feed_fault *items, int room)
{
	const struct feed_status *status = status_of(engine, feed);
	int count = 0;
	for (int fault = FAULT_NONE + 1; status && fault < FAULT_COUNT && count < room; fault++) {
		const struct fault_example *example = &status->examples[fault];
		if (!status->faults[fault])
			continue;
		struct list_feed_fault *item = &items[count++];
		*item = (struct list_feed_fault){.fault = (enum feed_fault)fault, .count = status->faults[fault], .at = example->at, .ts = example->ts,
			.type = example->at && example->type < EVENT_TYPE_COUNT ? event_types[example->type].name : ""};
		if (example->at)
			tell_about(engine, example, item->about, sizeof item->about);
	}
	return count;
}

static int add_holes(const struct engine *engine, const struct source *source, struct list_hole *items, int room)
{
	int count = 0;
	for (int b = 0; b < source->boot_count; b++)
		for (size_t h = 0; h < source->boots[b].holes && count < room; h++) {
			const struct span *span = &source->boots[b].missing[h];
			items[count] = (struct list_hole){.from = span->from, .to = span->to, .since = span->since};
			lists_show(engine, DISPLAY_SOURCE, names_text(&engine->sources_names, source->name), items[count].src, sizeof items->src);
			count++;
		}
	return count;
}

int list_feed_holes(const struct engine *engine, int feed, struct list_hole *items, int room)
{
	int count = 0;
	for (size_t i = 1; i < engine->source_count && count < room; i++)
		if (engine->sources[i].known && engine->sources[i].feed == feed)
			count += add_holes(engine, &engine->sources[i], items + count, room - count);
	return count;
}
