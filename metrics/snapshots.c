/* The publisher tells its present state between snapshot.begin and snapshot.end: what it does not name is gone. */
#include "metrics/state.h"

static uint16_t queue_of_scope(const struct source *source)
{
	return (uint16_t)(source->snapshot_scope - 1);
}

static bool concerns(const struct engine *engine, const struct contact *contact, uint16_t queue)
{
	return contact->id[0] && contact->phase <= PHASE_HELD && contact->source == engine->source &&
		(queue == NAME_NONE || contact->queue == queue);
}

static bool begin(struct engine *engine, struct view scope)
{
	struct source *source = &engine->sources[engine->source];
	uint16_t queue = (uint16_t)names_intern(&engine->queues, scope);
	source->snapshot_running = true;
	source->snapshot_void = false;
	source->snapshot_scope = queue + 1u;
	source->snapshot_number++;
	for (size_t i = 1; i < engine->contact_count; i++)
		if (concerns(engine, &engine->contacts[i], queue))
			engine->contacts[i].named = false;
	cases_snapshot_begin(engine, engine->source, queue);
	return true;
}

static bool end(struct engine *engine, struct view scope)
{
	struct source *source = &engine->sources[engine->source];
	uint16_t queue = (uint16_t)names_intern(&engine->queues, scope);
	if (!source->snapshot_running || queue_of_scope(source) != queue)
		return false;
	source->snapshot_running = false;
	if (source->snapshot_void) /* a hole: what was not named may have been in it */
		return true;
	for (size_t i = 1; i < engine->contact_count; i++)
		if (concerns(engine, &engine->contacts[i], queue) && !engine->contacts[i].named)
			contact_lose(engine, (uint32_t)i);
	cases_snapshot_end(engine, engine->source, queue);
	return true;
}

bool snapshots_apply(struct engine *engine, const struct event *event)
{
	struct view scope = event_text(event, KEY_SCOPE);
	return event->type == EVENT_SNAPSHOT_BEGIN ? begin(engine, scope) : end(engine, scope);
}
