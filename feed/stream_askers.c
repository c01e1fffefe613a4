#include "feed/stream_askers.h"

#include <stdlib.h>

#include "base/memory.h"

#define ONE 1000
#define MOST (STREAM_ASKS_A_SECOND * ONE)

void stream_askers_init(struct stream_askers *askers)
{
	*askers = (struct stream_askers){.list = memory_new(STREAM_ASKERS_MAX, sizeof *askers->list)};
}

void stream_askers_finish(struct stream_askers *askers)
{
	free(askers->list);
	*askers = (struct stream_askers){0};
}

static struct stream_asker_tokens *longest_unheard(struct stream_askers *askers)
{
	struct stream_asker_tokens *oldest = &askers->list[0];
	for (int i = 1; i < askers->count; i++)
		if (askers->list[i].at < oldest->at)
			oldest = &askers->list[i];
	return oldest;
}

static struct stream_asker_tokens *find(struct stream_askers *askers, struct view name, int64_t now)
{
	for (int i = 0; i < askers->count; i++) {
		struct stream_asker_tokens *asker = &askers->list[i];
		if (asker->size == name.size && memcmp(asker->name, name.data, name.size) == 0)
			return asker;
	}
	struct stream_asker_tokens *asker =
		askers->count < STREAM_ASKERS_MAX ? &askers->list[askers->count++] : longest_unheard(askers);
	*asker = (struct stream_asker_tokens){.size = (uint8_t)name.size, .tokens = MOST, .at = now};
	memcpy(asker->name, name.data, name.size);
	return asker;
}

bool stream_askers_spend(struct stream_askers *askers, struct view name, int64_t now)
{
	if (name.size == 0 || name.size > sizeof askers->list->name)
		return false;
	struct stream_asker_tokens *asker = find(askers, name, now);
	int64_t passed = now - asker->at < 1000 ? now - asker->at : 1000;
	asker->at = now;
	asker->tokens += passed * STREAM_ASKS_A_SECOND;
	if (asker->tokens > MOST)
		asker->tokens = MOST;
	if (asker->tokens < ONE)
		return false;
	asker->tokens -= ONE;
	return true;
}
