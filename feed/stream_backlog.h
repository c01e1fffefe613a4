/* Records that came before their turn: while a state is fetched, or behind a hole. A queue, bounded in records and bytes. Part of
 * stream_client.c. */
#ifndef FEED_STREAM_BACKLOG_H
#define FEED_STREAM_BACKLOG_H

#include "journal/frame.h"

struct stream_backlog {
	struct stream_held {
		struct frame frame;
		char *payload;
	} *list; /* a ring of `room` */
	size_t room, begin, count, bytes;
	size_t most_records, most_bytes;
};

void stream_backlog_init(struct stream_backlog *backlog, size_t most_records, size_t most_bytes);
void stream_backlog_clear(struct stream_backlog *backlog);
void stream_backlog_finish(struct stream_backlog *backlog);
/* Copies the payload. False: it is full, and nothing was added. */
bool stream_backlog_add(struct stream_backlog *backlog, const struct frame *frame);
/* NULL: it is empty. */
const struct frame *stream_backlog_first(const struct stream_backlog *backlog);
void stream_backlog_drop(struct stream_backlog *backlog);

#endif
