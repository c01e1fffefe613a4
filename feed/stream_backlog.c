#include "feed/stream_backlog.h"

#include <stdlib.h>

#include "base/memory.h"

void stream_backlog_init(struct stream_backlog *backlog, size_t most_records, size_t most_bytes)
{
	*backlog = (struct stream_backlog){.most_records = most_records, .most_bytes = most_bytes};
}

static struct stream_held *at(const struct stream_backlog *backlog, size_t number)
{
	return &backlog->list[(backlog->begin + number) % backlog->room];
}

void stream_backlog_clear(struct stream_backlog *backlog)
{
	while (backlog->count)
		stream_backlog_drop(backlog);
}

void stream_backlog_finish(struct stream_backlog *backlog)
{
	stream_backlog_clear(backlog);
	free(backlog->list);
	backlog->list = NULL;
	backlog->room = 0;
}

static void widen(struct stream_backlog *backlog)
{
	size_t room = backlog->room ? 2 * backlog->room : 64;
	struct stream_held *list = memory_new(room, sizeof *list);
	for (size_t i = 0; i < backlog->count; i++)
		list[i] = *at(backlog, i);
	free(backlog->list);
	backlog->list = list;
	backlog->room = room;
	backlog->begin = 0;
}

bool stream_backlog_add(struct stream_backlog *backlog, const struct frame *frame)
{
	size_t size = frame->payload.size;
	if (backlog->count >= backlog->most_records || size > backlog->most_bytes - backlog->bytes)
		return false;
	if (backlog->count == backlog->room)
		widen(backlog);
	struct stream_held *held = at(backlog, backlog->count++);
	held->payload = memory_new(size ? size : 1, 1);
	if (size)
		memcpy(held->payload, frame->payload.data, size);
	held->frame = *frame;
	held->frame.payload.data = held->payload;
	backlog->bytes += size;
	return true;
}

const struct frame *stream_backlog_first(const struct stream_backlog *backlog)
{
	return backlog->count ? &at(backlog, 0)->frame : NULL;
}

void stream_backlog_drop(struct stream_backlog *backlog)
{
	struct stream_held *held = at(backlog, 0);
	backlog->bytes -= held->frame.payload.size;
	free(held->payload);
	backlog->begin = (backlog->begin + 1) % backlog->room;
	backlog->count--;
}
