#include "feed/bridges/made.h"

#include <stdlib.h>

#include "base/memory.h"
#include "feed/imports/packed.h"

void made_keep(struct made *made, const struct event *event, struct view queue)
{
	if (made->count == made->room)
		made->list = memory_grow(made->list, &made->room, made->count + 1, sizeof *made->list);
	struct packed *packed = memory_new(1, event_packed_size(event, queue));
	event_pack(event, queue, packed);
	made->list[made->count++] = packed;
}

void made_tell(struct made *made, const struct bridge_trial *trial)
{
	for (size_t i = 0; i < made->count; i++) {
		struct event event = {0};
		struct view queue;
		event_unpack(made->list[i], &event, &queue);
		trial->made(trial->context, &event, queue);
		free(made->list[i]);
	}
	made->count = 0;
}

void made_finish(struct made *made)
{
	for (size_t i = 0; i < made->count; i++)
		free(made->list[i]);
	free(made->list);
}
