#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#undef fail
#include <zmq.h>

#include "base/clock.h"
#include "base/memory.h"
#include "feed/wire.h"
#include "tests/recorder.h"

static void failed(const struct error *err)
{
	print_error("%s\n", err->text);
	assert_true(false);
}

struct recorder *recorder_create(void)
{
	return memory_new(1, sizeof(struct recorder));
}

void recorder_destroy(struct recorder *recorder)
{
	batch_finish(&recorder->batch);
	free(recorder);
}

static void take_batch(void *context, struct feed *feed, const void *payload, size_t size, int64_t at)
{
	(void)feed;
	struct recorder *recorder = context;
	if (wire_decode(payload, size, &recorder->batch, NULL) != FAULT_NONE) {
		recorder->malformed++;
		return;
	}
	const struct batch *batch = &recorder->batch;
	if (batch->count == 0) {
		recorder->heartbeats++;
		recorder->heartbeat_seq = batch->seq;
		recorder->heartbeat_boot = batch->boot;
		return;
	}
	recorder->events += batch->count;
	for (uint64_t seq = batch->seq; seq < batch->seq + batch->count && seq < RECORDED_MAX; seq++)
		recorder->times[seq]++;
	if (recorder->batch_count == RECORDED_MAX)
		return;
	int number = recorder->batch_count++;
	recorder->batches[number].boot = batch->boot;
	recorder->batches[number].seq = batch->seq;
	recorder->batches[number].count = batch->count;
	recorder->batches[number].at = at;
	view_copy(batch->src, recorder->batches[number].src, sizeof recorder->batches[number].src);
}

static void take_link(void *context, struct feed *feed, enum link_state state, int64_t silent)
{
	(void)feed;
	struct recorder *recorder = context;
	assert_true(silent >= 0);
	if (recorder->link_count < 100)
		recorder->links[recorder->link_count++] = state;
}

static void take_refusal(void *context, struct feed *feed, enum feed_fault fault, const char *why)
{
	(void)feed;
	struct recorder *recorder = context;
	recorder->refused[fault]++;
	snprintf(recorder->why, sizeof recorder->why, "%s", why);
}

static void take_gap(void *context, struct feed *feed, struct view src, uint64_t boot, uint64_t from, uint64_t to)
{
	(void)feed, (void)src;
	struct recorder *recorder = context;
	assert_true(recorder->gap_count < 100);
	int number = recorder->gap_count++;
	recorder->gaps[number].boot = boot;
	recorder->gaps[number].from = from;
	recorder->gaps[number].to = to;
}

struct feed_sink recorder_sink(struct recorder *recorder)
{
	return (struct feed_sink){recorder, take_batch, take_link, take_refusal, take_gap};
}

enum link_state recorder_link(const struct recorder *recorder)
{
	return recorder->link_count ? recorder->links[recorder->link_count - 1] : LINK_CONNECTING;
}

bool recorder_saw_link(const struct recorder *recorder, enum link_state state)
{
	for (int i = 0; i < recorder->link_count; i++)
		if (recorder->links[i] == state)
			return true;
	return false;
}

bool recorder_complete(const struct recorder *recorder, uint64_t from, uint64_t to)
{
	for (uint64_t seq = from; seq <= to; seq++)
		if (recorder->times[seq] != 1)
			return false;
	return true;
}

void stand_open(struct stand *stand)
{
	*stand = (struct stand){.folder = "/tmp/tablo-test-XXXXXX", .zmq = zmq_ctx_new(), .recorder = recorder_create()};
	assert_non_null(mkdtemp(stand->folder));
	snprintf(stand->url, sizeof stand->url, "ipc://%s/feed", stand->folder);
	snprintf(stand->replay, sizeof stand->replay, "ipc://%s/replay", stand->folder);
	stand->options = (struct feed_options){.site = "here", .silence = 3000, .stale = 1500, .reconnect = 2000,
		.start = INT64_MIN, .stop = INT64_MAX, .zmq = stand->zmq};
}

void stand_close(struct stand *stand)
{
	feed_close(stand->feed);
	publisher_close(stand->publisher);
	for (int i = 0; i < 2; i++)
		if (stand->raw[i])
			zmq_close(stand->raw[i]);
	zmq_ctx_term(stand->zmq);
	recorder_destroy(stand->recorder);
	char command[128];
	snprintf(command, sizeof command, "rm -r '%s'", stand->folder);
	assert_int_equal(system(command), 0);
}

int stand_setup(void **state)
{
	static struct stand stand;
	stand_open(&stand);
	*state = &stand;
	return 0;
}

int stand_teardown(void **state)
{
	stand_close(*state);
	return 0;
}

void stand_feed(struct stand *stand)
{
	struct error err;
	struct feed_sink sink = recorder_sink(stand->recorder);
	stand->feed = feed_open(stand->url, &stand->options, &sink, &err);
	if (!stand->feed)
		failed(&err);
}

void stand_publisher(struct stand *stand, struct publisher_options change)
{
	struct error err;
	if (!change.bind)
		change.bind = stand->url;
	if (!change.src)
		change.src = "test";
	if (!change.site)
		change.site = "here";
	change.zmq = stand->zmq;
	stand->publisher = publisher_open(&change, &err);
	if (!stand->publisher)
		failed(&err);
}

void stand_publish(struct stand *stand, int count)
{
	struct wire_buffer buffer = {0};
	struct error err;
	for (int i = 0; i < count; i++) {
		struct event event = {.type = EVENT_CONTACT_QUEUED, .ts = 1000000 + i};
		event.present = KEY_BIT(KEY_CONTACT) | KEY_BIT(KEY_QUEUE) | KEY_BIT(KEY_CHANNEL);
		char contact[32];
		snprintf(contact, sizeof contact, "c%d", i);
		event.text[KEY_CONTACT] = view_of(contact);
		event.text[KEY_QUEUE] = view_of("Billing");
		event.text[KEY_CHANNEL] = view_of("phone");
		buffer.size = 0;
		wire_encode_event(&buffer, &event);
		assert_true(publisher_add(stand->publisher, buffer.data, buffer.size, event.text[KEY_QUEUE], INT64_MIN, &err));
	}
	assert_true(publisher_flush(stand->publisher, &err));
	wire_buffer_finish(&buffer);
}

void stand_turn(struct stand *stand)
{
	struct error err;
	zmq_pollitem_t items[FEED_POLL_MAX + 2];
	int count = 0;
	bool more = stand->feed && stand->feed->class->next(stand->feed, 100);
	if (stand->publisher)
		assert_true(publisher_serve(stand->publisher, INT64_MIN, &err));
	if (more)
		return;
	if (stand->feed)
		count = stand->feed->class->items(stand->feed, items);
	if (stand->publisher)
		count += publisher_items(stand->publisher, items + count);
	zmq_poll(items, count, 10);
}
