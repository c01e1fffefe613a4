#include "metrics/topics.h"

#include <stdlib.h>

#include "base/memory.h"
#include "metrics/state.h"

void topics_finish(struct engine *engine)
{
	for (size_t i = 0; i < engine->topic_count; i++)
		ledger_finish(&engine->topic_ledgers[i]);
	free(engine->topic_ledgers);
}

static uint16_t place_of(uint16_t topic)
{
	return topic < TOPICS_MOST ? topic : NAME_OTHER;
}

struct view topic_label(const struct engine *engine, uint16_t topic)
{
	return topic ? view_of(names_text(&engine->topics, place_of(topic))) : (struct view){0};
}

struct ledger *topic_ledger(struct engine *engine, size_t place)
{
	if (!place || place >= TOPICS_MOST || place >= engine->topics.count)
		return NULL;
	engine->topic_ledgers = memory_grow(engine->topic_ledgers, &engine->topic_room, place + 1, sizeof *engine->topic_ledgers);
	while (engine->topic_count <= place)
		engine->topic_ledgers[engine->topic_count++] = (struct ledger){0};
	return &engine->topic_ledgers[place];
}

void topic_count(struct engine *engine, uint16_t topic, const struct count *counts, size_t n, int64_t queued)
{
	if (!topic || !n || !queued || engine->too_old || engine->keeping.stamp < engine->keeping.held)
		return;
	struct ledger *ledger = topic_ledger(engine, place_of(topic));
	if (ledger)
		ledger_count(ledger, BY_ARRIVAL, queued, engine->now, &engine->keeping, counts, n);
}
