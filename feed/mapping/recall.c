#include "feed/mapping/recall.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "feed/mapping/recall_kept.h"

void recall_finish(struct recall *recall)
{
	for (size_t i = 0; recall->texts && i < recall->count; i++)
		free((char *)recall->texts[i].data);
	free(recall->texts);
	free(recall->prefix);
	map_finish(&recall->ids);
	*recall = (struct recall){0};
}

bool recall_find(const struct recall *recall, struct view id, struct view *text)
{
	if (recall->keeper)
		return kept_find(recall, id, text);
	const uint32_t place = map_find(&recall->ids, id);
	if (place == MAP_NONE)
		return false;
	*text = recall->texts[place];
	return true;
}

bool recall_has_room(const struct recall *recall, struct view id, struct view text)
{
	if (recall->keeper)
		return kept_fits(recall, id, text);
	return id.size <= RECALL_TEXT_MOST && text.size <= RECALL_TEXT_MOST &&
	       (recall->count < RECALL_IDS_MOST || map_find(&recall->ids, id) != MAP_NONE);
}

static struct view copy_of(struct view text)
{
	if (text.size == 0)
		return (struct view){0};
	char *copy = memory_new(1, text.size);
	memcpy(copy, text.data, text.size);
	return (struct view){copy, text.size};
}

void recall_put(struct recall *recall, struct view id, struct view text)
{
	if (recall->keeper) {
		kept_put(recall, id, text);
		return;
	}
	uint32_t place = map_find(&recall->ids, id);
	if (place == MAP_NONE) {
		if (recall->count == recall->room)
			recall->texts = memory_grow(recall->texts, &recall->room, recall->count + 1, sizeof *recall->texts);
		place = (uint32_t)recall->count++;
		recall->texts[place] = (struct view){0};
		map_put(&recall->ids, id, place);
	}
	struct view *kept = &recall->texts[place];
	if (view_equals(*kept, text))
		return;
	free((char *)kept->data);
	*kept = copy_of(text);
}
