#include <stdlib.h>
#include <string.h>

#include <zmq.h>

#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"
#include "feed/catch_up.h"
#include "feed/feed_classes.h"
#include "feed/message.h"
#include "feed/subscription.h"
#include "feed/topic.h"
#include "feed/wire.h"

#define HEARTBEAT_MAX 512 /* bytes: only payloads this small are looked into, in search of heartbeats */

struct zmq_feed {
	struct feed feed;
	struct feed_sink sink;
	char *prefix; /* "<site>/", or "" for everything */
	struct subscription subscription;
	struct watchdog watchdog;
	enum link_state state;
	struct catch_up *catch_up;
	struct batch batch; /* scratch */
};

static struct zmq_feed *own(struct feed *feed)
{
	return (struct zmq_feed *)feed;
}

static void refuse(struct zmq_feed *zmq, enum feed_fault fault, const char *why)
{
	zmq->sink.refused(zmq->sink.context, &zmq->feed, fault, why);
}

/* libzmq tells of every handshake that fails; without a known reason the link's state says enough. */
static void note_refusal(void *context, enum feed_fault fault, const char *why)
{
	if (fault != FAULT_NONE)
		refuse(context, fault, why);
}

/* ---- opening and closing ---- */

static void zmq_feed_close(struct feed *feed)
{
	struct zmq_feed *zmq = own(feed);
	subscription_close(&zmq->subscription);
	catch_up_destroy(zmq->catch_up);
	batch_finish(&zmq->batch);
	free(zmq->prefix);
	free(zmq->feed.endpoint);
	free(zmq);
}

static struct feed *zmq_feed_open(const char *url, const struct feed_options *options, const struct feed_sink *sink,
	struct error *err)
{
	struct zmq_feed *zmq = memory_new(1, sizeof *zmq);
	bool any_site = !options->site || !*options->site;
	zmq->feed.endpoint = memory_text(url);
	zmq->sink = *sink;
	zmq->prefix = any_site ? memory_text("") : memory_format("%s/", options->site);
	zmq->state = LINK_CONNECTING;
	zmq->catch_up = catch_up_create(&zmq->feed, options, &zmq->sink);
	watchdog_init(&zmq->watchdog, options, strncmp(url, "inproc:", 7) != 0, clock_monotonic());
	zmq->subscription = (struct subscription){.name = "feed", .peer = "publisher", .url = zmq->feed.endpoint,
		.topics = {zmq->prefix}, .options = *options, .context = zmq, .refused = note_refusal};
	if (subscription_open(&zmq->subscription, err))
		return &zmq->feed;
	zmq_feed_close(&zmq->feed);
	return NULL;
}

/* ---- what comes in ---- */

static void learn(struct zmq_feed *zmq, const void *payload, size_t size)
{
	if (size > HEARTBEAT_MAX || wire_decode(payload, size, &zmq->batch, NULL) != FAULT_NONE || zmq->batch.count)
		return;
	watchdog_heartbeat(&zmq->watchdog);
	if (zmq->batch.replay.size)
		catch_up_learn(zmq->catch_up, zmq->batch.src, zmq->batch.replay);
}

static bool acceptable(struct zmq_feed *zmq, const struct message *message)
{
	size_t prefix = strlen(zmq->prefix);
	if (message->frames != 2)
		refuse(zmq, FAULT_FRAMES,
			message->frames == 1 ? "one frame; a message is [topic][payload]"
					     : "more than two frames; a message is [topic][payload]");
	else if (message->first_size > TOPIC_MAX)
		refuse(zmq, FAULT_FRAMES, "the topic is longer than 200 bytes");
	else if (message->first_size < prefix || memcmp(message->first, zmq->prefix, prefix) != 0)
		refuse(zmq, FAULT_SITE, "the topic names another site");
	else if (message->payload_size > PAYLOAD_MAX)
		refuse(zmq, FAULT_TOO_LARGE, "the payload is over 1 MiB");
	else
		return true;
	return false;
}

/* False: nothing is there. */
static bool take_message(struct zmq_feed *zmq, int64_t now)
{
	struct message message;
	enum message_state state = message_receive(zmq->subscription.socket, &message);
	if (state != MESSAGE_HERE)
		return state == MESSAGE_SKIPPED;
	if (acceptable(zmq, &message)) {
		watchdog_heard(&zmq->watchdog, now);
		learn(zmq, message.payload, message.payload_size);
		zmq->sink.batch(zmq->sink.context, &zmq->feed, message.payload, message.payload_size, INSTANT_NONE);
	}
	message_finish(&message);
	return true;
}

/* ---- the watchdog ---- */

static void tell_state(struct zmq_feed *zmq, int64_t now)
{
	enum link_state state = watchdog_state(&zmq->watchdog, now);
	if (state == zmq->state)
		return;
	zmq->state = state;
	zmq->sink.link(zmq->sink.context, &zmq->feed, state, now - zmq->watchdog.heard);
}

static bool take_messages(struct zmq_feed *zmq, int most)
{
	int64_t now = clock_monotonic();
	for (int i = 0; i < most; i++)
		if (!take_message(zmq, now))
			return false;
	return true;
}

static bool zmq_feed_next(struct feed *feed, int most)
{
	struct zmq_feed *zmq = own(feed);
	subscription_listen(&zmq->subscription, &zmq->watchdog, clock_monotonic());
	bool more = zmq->subscription.socket && take_messages(zmq, most);
	int64_t now = clock_monotonic();
	watchdog_look(&zmq->watchdog, now);
	tell_state(zmq, now);
	if (!more)
		subscription_revive(&zmq->subscription, &zmq->watchdog, now);
	bool more_answers = catch_up_next(zmq->catch_up, most);
	return more || more_answers;
}

static int zmq_feed_items(struct feed *feed, struct zmq_pollitem_t *items)
{
	struct zmq_feed *zmq = own(feed);
	int count = subscription_items(&zmq->subscription, items);
	return count + catch_up_items(zmq->catch_up, items + count);
}

static int64_t zmq_feed_due(struct feed *feed)
{
	struct zmq_feed *zmq = own(feed);
	int64_t watch = watchdog_due(&zmq->watchdog), catching = catch_up_due(zmq->catch_up);
	return watch < catching ? watch : catching;
}

static bool zmq_feed_catch_up(struct feed *feed, struct view src, uint64_t boot, uint64_t from, uint64_t to)
{
	return catch_up_ask(own(feed)->catch_up, src, boot, from, to);
}

static int zmq_feed_progress(struct feed *feed)
{
	(void)feed;
	return -1;
}

#define ZMQ_FEED(name, about)                                                                                      \
	{.scheme = (name),                                                                                         \
		.help = (about),                                                                                   \
		.open = zmq_feed_open,                                                                             \
		.close = zmq_feed_close,                                                                           \
		.items = zmq_feed_items,                                                                           \
		.due = zmq_feed_due,                                                                               \
		.next = zmq_feed_next,                                                                             \
		.catch_up = zmq_feed_catch_up,                                                                     \
		.progress = zmq_feed_progress}

const struct feed_class tcp_feed_class = ZMQ_FEED("tcp", "a publisher elsewhere: tcp://HOST:PORT");
const struct feed_class ipc_feed_class = ZMQ_FEED("ipc", "a publisher on this machine: ipc://PATH");
const struct feed_class inproc_feed_class = ZMQ_FEED("inproc", "a publisher in this process: inproc://NAME");
