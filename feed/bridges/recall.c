#include "feed/bridges/recall.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void recall_finish(struct recall *recall)
{
	for (size_t i = 0; i < recall->count; i++)
		free((char *)recall->texts[i].data);
	free(recall->texts);
	map_finish(&recall->ids);
	*recall = (struct recall){0};
}

bool recall_find(const struct recall *recall, struct view id, struct view *text)
{
	const uint32_t place = map_find(&recall->ids, id);
	if (place == MAP_NONE)
		return false;
	*text = recall->texts[place];
	return true;
}

bool recall_has_room(const struct recall *recall, struct view id, struct view text)
{
	return id.size <= RECALL_TEXT_MOST && text.size <= RECALL_TEXT_MOST &&
	       (recall->count < RECALL_IDS_MOST || map_find(&recall->ids, id) != MAP_NONE);
}

void recall_put(struct recall *recall, struct view id, struct view text)
{
	uint32_t place = map_find(&recall->ids, id);
	if (place == MAP_NONE) {
		if (recall->count == recall->room)
			recall->texts = memory_grow(recall->texts, &recall->room, recall->count + 1, sizeof *recall->texts);
		place = (uint32_t)recall->count++;
		recall->texts[place] = (struct view){0};
		map_put(&recall->ids, id, place);
	}
	struct view *kept = &recall->texts[place];
	if (kept->size == text.size && (text.size == 0 || memcmp(kept->data, text.data, text.size) == 0))
		return;
	free((char *)kept->data);
	char *copy = memory_new(1, text.size + 1);
	if (text.size)
		memcpy(copy, text.data, text.size);
	*kept = (struct view){copy, text.size};
}
