/* What Redis answered, as a tree of our own (the parser is hiredis'). */
#ifndef STORE_REDIS_REPLY_H
#define STORE_REDIS_REPLY_H

#include <stddef.h>
#include <stdint.h>

#include "base/view.h"

enum redis_kind { REPLY_NIL, REPLY_TEXT /* $ */, REPLY_STATUS /* + */, REPLY_ERROR, REPLY_INTEGER, REPLY_ARRAY };

struct redis_reply {
	enum redis_kind kind;
	int64_t integer;
	char *data; /* TEXT, STATUS, ERROR: terminated, and may hold NULs; from outside: text_harmless() before it is shown */
	size_t size;
	struct redis_reply **elements; /* ARRAY */
	size_t count;
};

void redis_reply_destroy(struct redis_reply *reply);
struct view redis_reply_text(const struct redis_reply *reply);
/* NULL where it is no array or not that long. */
const struct redis_reply *redis_reply_at(const struct redis_reply *reply, size_t index);
/* In an array of name, value, name, value (HGETALL): the value of a name, or a view of nothing. */
struct view redis_reply_field(const struct redis_reply *reply, const char *name);

/* Those of a pipeline, in order. Zeroed: none. */
struct redis_replies {
	struct redis_reply **list;
	size_t count, room;
};

void redis_replies_finish(struct redis_replies *replies);
void redis_replies_add(struct redis_replies *replies, struct redis_reply *reply); /* takes it */

struct redisReader;
/* A parser that makes these trees; redisReaderGetReply() gives a struct redis_reply. Freed with redisReaderFree(). */
struct redisReader *redis_reply_reader(void);

#endif
