#include "feed/hold_back.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"

#define QUEUES_MAX 16 /* publishers that are waited for at once; what follows a hole of one more is not held */
#define BYTES_MOST ((size_t)64 * 1024 * 1024)
#define STILL (10 * SECOND_MS)
#define UNASKED 2500
#define TIME (60 * SECOND_MS)

struct held {
	struct held *next;
	struct feed *feed;
	uint64_t boot, seq;
	char src[ID_MAX + 1]; /* "": unsequenced, it only waits for what is before it */
	size_t size;
	uint8_t payload[];
};

/* In the order in which they came. With one clock there is only one queue, else one for each publisher's boot. */
struct queue {
	struct held *first, **last;
	int64_t since, moved; /* monotonic: since when it waits, and when the hole shrank last */
	struct span_of_numbers hole; /* the one that is waited for */
	bool hopeless;	      /* the publisher says that it cannot be asked */
};

/* Holes of a publisher before this number are not waited for any more. */
struct waived {
	char src[ID_MAX + 1];
	uint64_t boot, seq;
};

struct hold_back {
	struct hold_back_options options;
	struct hold_back_sink sink;
	struct queue queues[QUEUES_MAX];
	struct waived waived[QUEUES_MAX];
	int next_waived;
	size_t bytes;
};

struct hold_back *hold_back_create(const struct hold_back_options *options, const struct hold_back_sink *sink)
{
	struct hold_back *hold_back = memory_new(1, sizeof *hold_back);
	hold_back->options = *options;
	hold_back->options.most = options->most ? options->most : BYTES_MOST;
	hold_back->options.still = options->still ? options->still : STILL;
	hold_back->options.unasked = options->unasked ? options->unasked : UNASKED;
	hold_back->options.time = options->time ? options->time : TIME;
	hold_back->sink = *sink;
	return hold_back;
}

static struct held *pop(struct hold_back *hold_back, struct queue *queue)
{
	struct held *held = queue->first;
	queue->first = held->next;
	hold_back->bytes -= held->size;
	return held;
}

void hold_back_destroy(struct hold_back *hold_back)
{
	if (!hold_back)
		return;
	for (int i = 0; i < QUEUES_MAX; i++)
		while (hold_back->queues[i].first)
			free(pop(hold_back, &hold_back->queues[i]));
	free(hold_back);
}

size_t hold_back_bytes(const struct hold_back *hold_back)
{
	return hold_back->bytes;
}

/* ---- what is missing ---- */

static struct waived *find_waived(struct hold_back *hold_back, const char *src, uint64_t boot)
{
	for (int i = 0; i < QUEUES_MAX; i++)
		if (hold_back->waived[i].seq && hold_back->waived[i].boot == boot && strcmp(hold_back->waived[i].src, src) == 0)
			return &hold_back->waived[i];
	return NULL;
}

static void waive(struct hold_back *hold_back, const struct held *held)
{
	struct waived *waived = find_waived(hold_back, held->src, held->boot);
	if (!held->src[0])
		return;
	if (!waived) {
		waived = &hold_back->waived[hold_back->next_waived++ % QUEUES_MAX];
		*waived = (struct waived){.boot = held->boot};
		memcpy(waived->src, held->src, sizeof waived->src);
	}
	waived->seq = held->seq;
}

static bool lacks(struct hold_back *hold_back, const char *src, uint64_t boot, uint64_t seq, struct span_of_numbers *hole)
{
	const struct waived *waived = find_waived(hold_back, src, boot);
	return hold_back->sink.lacks(hold_back->sink.context, view_of(src), boot, waived ? waived->seq : 0, seq, hole);
}

/* ---- taking ---- */

static uint64_t expects(const struct hold_back *hold_back, struct view src, uint64_t boot)
{
	return src.size && src.size <= ID_MAX ? hold_back->sink.expects(hold_back->sink.context, src, boot) : 0;
}

static struct queue *find_queue(struct hold_back *hold_back, const struct batch *batch)
{
	if (hold_back->options.one_clock)
		return hold_back->queues[0].first ? &hold_back->queues[0] : NULL;
	for (int i = 0; i < QUEUES_MAX; i++) {
		const struct held *first = hold_back->queues[i].first;
		if (first && first->boot == batch->boot && view_is(batch->src, first->src))
			return &hold_back->queues[i];
	}
	return NULL;
}

static struct queue *new_queue(struct hold_back *hold_back)
{
	for (int i = 0; i < QUEUES_MAX; i++)
		if (!hold_back->queues[i].first) {
			const int64_t now = clock_monotonic();
			hold_back->queues[i] = (struct queue){.since = now, .moved = now};
			return &hold_back->queues[i];
		}
	return NULL;
}

static void pass_first(struct hold_back *hold_back, struct queue *queue)
{
	struct held *held = pop(hold_back, queue);
	hold_back->sink.pass(hold_back->sink.context, held->feed, held->payload, held->size);
	free(held);
}

/* Whatever is still missing before it: nobody waits for that again. */
static void release(struct hold_back *hold_back, struct queue *queue)
{
	while (queue->first) {
		waive(hold_back, queue->first);
		pass_first(hold_back, queue);
	}
}

static void push(struct hold_back *hold_back, struct queue *queue, struct feed *feed, const struct batch *batch, const void *payload, size_t size)
{
	struct held *held = memory_new(1, sizeof *held + size);
	*held = (struct held){.feed = feed, .boot = batch->boot, .seq = batch->seq, .size = size};
	if (batch->src.size <= ID_MAX)
		view_copy(batch->src, held->src, sizeof held->src);
	memcpy(held->payload, payload, size);
	*(queue->first ? queue->last : &queue->first) = held;
	queue->last = &held->next;
	hold_back->bytes += size;
}

/* Is something missing before it, be it since before our start? */
static bool follows_hole(struct hold_back *hold_back, const struct feed *feed, const struct batch *batch, uint64_t next)
{
	char src[ID_MAX + 1];
	struct span_of_numbers hole;
	if (!next || !feed->class->catch_up)
		return false;
	view_copy(batch->src, src, sizeof src);
	return batch->seq > next || lacks(hold_back, src, batch->boot, batch->seq, &hole);
}

bool hold_back_take(struct hold_back *hold_back, struct feed *feed, const struct batch *batch, const void *payload, size_t size)
{
	const uint64_t next = expects(hold_back, batch->src, batch->boot);
	struct queue *queue = find_queue(hold_back, batch);
	if (next && batch->seq < next) /* what is waited for, or known already */
		return false;
	if (!queue && !follows_hole(hold_back, feed, batch, next))
		return false;
	if (queue && hold_back->bytes + size > hold_back->options.most) {
		release(hold_back, queue);
		return false;
	}
	if (!queue) {
		queue = new_queue(hold_back);
		if (!queue)
			return false;
		if (batch->seq > next)
			hold_back->sink.missing(hold_back->sink.context, feed, batch->src, batch->boot, batch->seq);
	} else if (!batch->count && !batch->replay.size && view_is(batch->src, queue->first->src) && batch->boot == queue->first->boot) {
		queue->hopeless = true;
	}
	push(hold_back, queue, feed, batch, payload, size);
	return true;
}

/* ---- passing on ---- */

static bool has_patience(const struct hold_back *hold_back, struct queue *queue, const struct held *held, struct span_of_numbers hole)
{
	const int64_t now = clock_monotonic();
	if (hole.from != queue->hole.from || hole.to != queue->hole.to) {
		queue->hole = hole;
		queue->moved = now;
	}
	const bool asked = held->feed->class->catch_up(held->feed, view_of(held->src), held->boot, hole.from, hole.to);
	const int64_t still = asked ? hold_back->options.still : queue->hopeless ? 0 : hold_back->options.unasked;
	return now < queue->moved + still && now < queue->since + hold_back->options.time;
}

/* Whether the first of the queue may count now. What it holds back may have a hole of its own, which shows only now. */
enum turn { TURN_WAIT, TURN_PASS, TURN_GIVE_UP };

static enum turn turn_of_first(struct hold_back *hold_back, struct queue *queue)
{
	const struct held *held = queue->first;
	const uint64_t next = expects(hold_back, view_of(held->src), held->boot);
	struct span_of_numbers hole;
	if (!next || !held->feed->class->catch_up)
		return TURN_PASS;
	if (held->seq > next)
		hold_back->sink.missing(hold_back->sink.context, held->feed, view_of(held->src), held->boot, held->seq);
	if (!lacks(hold_back, held->src, held->boot, held->seq, &hole))
		return TURN_PASS;
	return has_patience(hold_back, queue, held, hole) ? TURN_WAIT : TURN_GIVE_UP;
}

void hold_back_turn(struct hold_back *hold_back)
{
	for (int i = 0; i < QUEUES_MAX && hold_back->bytes; i++) {
		struct queue *queue = &hold_back->queues[i];
		while (queue->first) {
			const enum turn turn = turn_of_first(hold_back, queue);
			if (turn == TURN_WAIT)
				break;
			if (turn == TURN_PASS)
				pass_first(hold_back, queue);
			else
				release(hold_back, queue);
		}
	}
}

static bool holds(const struct queue *queue, const struct feed *feed)
{
	for (const struct held *held = queue->first; held; held = held->next)
		if (!feed || held->feed == feed)
			return true;
	return false;
}

void hold_back_release(struct hold_back *hold_back, const struct feed *feed)
{
	for (int i = 0; i < QUEUES_MAX; i++)
		if (holds(&hold_back->queues[i], feed))
			release(hold_back, &hold_back->queues[i]);
}
