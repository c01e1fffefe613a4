/* What is asked of a collector and what it answers: flat maps, each side's the same shape, absent keys left out.
 *
 *	{op:"hello", id}              → {op, id, journal, epoch, lsn, recv, program, epochs, formats:[…]}
 *	{op:"state", id}              → {op, id, journal, epoch, lsn, recv, size, at:0} and its first bytes
 *	{op:"state", id, lsn, at}     → the bytes from `at` on of the state of that LSN
 *	{op:"past", id, recv, from}   → the same of a state kept with the journal, and the first bytes of its file
 *	{op:"past", id, lsn, at}      → the bytes of that file from `at` on
 *	{op:"range", id, from, to}    → {op, id, first, count, lsn} and messages of the stream
 *	{op:"may", id}                → {op, id, may, as}
 *	{op:"act", id, event:{…}}     → {op, id, lsn}; where it is refused also `whose`, who may do it
 *	{op:"ack", id, lsn}           (no answer)
 *
 * or, to any of them, {op, id, error:"word", why:"…"}. `id` is the asker's own. */
#ifndef FEED_STREAM_TALK_H
#define FEED_STREAM_TALK_H

#include "feed/stream_wire.h"

#define STREAM_CHUNK (512 * 1024)    /* bytes of a state an answer holds */
#define STREAM_EVENT_MAX (16 * 1024) /* bytes of an action's event */
#define STREAM_TALK_MAX (STREAM_EVENT_MAX + 1024)
#define STREAM_FORMATS_MAX 8
#define STREAM_RANGE_RECORDS 256	  /* of one answer */
#define STREAM_RANGE_BYTES (1024 * 1024) /* after which an answer takes no more */

#define STREAM_TALK_NUMBERS(X)                                                                                                      \
	X(id) X(epoch) X(lsn) X(recv) X(size) X(at) X(from) X(to) X(first) X(count)
#define STREAM_TALK_TEXTS(X) X(op) X(journal) X(program) X(epochs) X(error) X(why) X(may) X(as) X(whose)

struct stream_talk {
	struct view op, journal /* hex */, program, epochs, error, why, may, as, whose; /* data NULL: absent */
	struct view event;					/* raw MessagePack, one map */
	int64_t id, epoch, lsn, recv, size, at, from, to, first, count;
	uint32_t has; /* STREAM_HAS_… of the numbers that are there */
	struct view formats[STREAM_FORMATS_MAX];
	uint32_t format_count;
};

enum stream_talk_number {
#define NUMBER(name) STREAM_NUMBER_##name,
	STREAM_TALK_NUMBERS(NUMBER) STREAM_NUMBER_COUNT
#undef NUMBER
};
#define STREAM_HAS(name) (1u << STREAM_NUMBER_##name)

/* Bounded; numbers are 0 to INT64_MAX. Views point into the bytes. On failure `talk` is untouched. */
bool stream_talk_read(const void *bytes, size_t size, struct stream_talk *talk, struct error *err);
/* Into `to`, emptied first. */
void stream_talk_write(struct wire_buffer *to, const struct stream_talk *talk);

#endif
