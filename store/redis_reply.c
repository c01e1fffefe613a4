#include <stdlib.h>

#include <hiredis/hiredis.h>

#include "base/memory.h"
#include "store/redis_reply.h"

#if HIREDIS_MAJOR >= 1
typedef size_t array_length;
#else
typedef int array_length;
#endif

void redis_reply_destroy(struct redis_reply *reply)
{
	if (!reply)
		return;
	for (size_t i = 0; i < reply->count; i++)
		redis_reply_destroy(reply->elements[i]); /* at most REDIS_DEPTH_MOST deep */
	free(reply->elements);
	free(reply->data);
	free(reply);
}

struct view redis_reply_text(const struct redis_reply *reply)
{
	return reply && reply->data ? (struct view){reply->data, reply->size} : (struct view){NULL, 0};
}

const struct redis_reply *redis_reply_at(const struct redis_reply *reply, size_t index)
{
	return reply && index < reply->count ? reply->elements[index] : NULL;
}

struct view redis_reply_field(const struct redis_reply *reply, const char *name)
{
	for (size_t i = 0; reply && i + 1 < reply->count; i += 2)
		if (view_is(redis_reply_text(reply->elements[i]), name))
			return redis_reply_text(reply->elements[i + 1]);
	return (struct view){NULL, 0};
}

void redis_replies_finish(struct redis_replies *replies)
{
	for (size_t i = 0; i < replies->count; i++)
		redis_reply_destroy(replies->list[i]);
	free(replies->list);
	*replies = (struct redis_replies){.list = NULL};
}

void redis_replies_add(struct redis_replies *replies, struct redis_reply *reply)
{
	replies->list = memory_grow(replies->list, &replies->room, replies->count + 1, sizeof *replies->list);
	replies->list[replies->count++] = reply;
}

/* ---- what the parser calls ---- */

static struct redis_reply *make(const redisReadTask *task, enum redis_kind kind)
{
	struct redis_reply *reply = memory_new(1, sizeof *reply);
	reply->kind = kind;
	if (task->parent) {
		struct redis_reply *parent = task->parent->obj;
		parent->elements[task->idx] = reply;
	}
	return reply;
}

static void *make_text(const redisReadTask *task, char *text, size_t size)
{
	struct redis_reply *reply = make(task,
		task->type == REDIS_REPLY_ERROR ? REPLY_ERROR : task->type == REDIS_REPLY_STATUS ? REPLY_STATUS : REPLY_TEXT);
	reply->data = memory_new(size + 1, 1);
	memcpy(reply->data, text, size);
	reply->size = size;
	return reply;
}

/* The guard has looked at the length: it is no more than the limit. */
static void *make_array(const redisReadTask *task, array_length length)
{
	struct redis_reply *reply = make(task, REPLY_ARRAY);
	reply->count = length > 0 ? (size_t)length : 0;
	reply->elements = memory_new(reply->count, sizeof *reply->elements);
	return reply;
}

static void *make_integer(const redisReadTask *task, long long value)
{
	struct redis_reply *reply = make(task, REPLY_INTEGER);
	reply->integer = value;
	return reply;
}

static void *make_nil(const redisReadTask *task)
{
	return make(task, REPLY_NIL);
}

static void destroy(void *reply)
{
	redis_reply_destroy(reply);
}

struct redisReader *redis_reply_reader(void)
{
	static redisReplyObjectFunctions functions = {
		.createString = make_text,
		.createArray = make_array,
		.createInteger = make_integer,
		.createNil = make_nil,
		.freeObject = destroy,
	};
	return redisReaderCreateWithFunctions(&functions);
}
