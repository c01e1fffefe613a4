#include <stdio.h>
#include <stdlib.h>

#include "app/attached.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "feed/stream_client.h"
#include "journal/record.h"

struct attached {
	const struct settings *settings;
	struct attached_sink sink;
	struct stream_client *client;
	struct record_room room;
	struct attached_link link;
	char why[400];
};

static bool take_state(void *context, const struct stream_state *state, struct error *err)
{
	struct attached *attached = context;
	bool differs = false;
	struct engine *engine = engine_unpack(attached->settings, state->bytes.data, state->bytes.size, &differs, err);
	if (!engine)
		return false;
	engine_keep_past(engine, INT64_MIN);
	if (state->why)
		log_line(LOG_LEVEL_INFO, "attached anew: %s", state->why);
	if (differs)
		log_line(LOG_LEVEL_WARNING, "the collector counts by other rules than this board's configuration says: give both the same");
	attached->sink.engine(attached->sink.context, engine);
	return true;
}

static void take_record(void *context, const struct frame *frame, const struct stream_origin *origin)
{
	struct attached *attached = context;
	struct record record;
	struct error err;
	(void)origin;
	if (!record_read(frame, &record, &attached->room, &err)) {
		log_line(LOG_LEVEL_ERROR, "record %llu cannot be read and is passed over: %s", (unsigned long long)frame->lsn, err.text);
		return;
	}
	record.lsn = frame->lsn;
	attached->sink.record(attached->sink.context, &record);
}

static void take_link(void *context, enum link_state state, const char *why, int64_t silent)
{
	struct attached *attached = context;
	snprintf(attached->why, sizeof attached->why, "%s", why);
	attached->link = (struct attached_link){state, clock_monotonic() - silent, attached->why};
	if (why[0])
		log_line(LOG_LEVEL_WARNING, "the collector's stream: %s", why);
	attached->sink.link(attached->sink.context);
}

struct attached *attached_open(const char *url, const struct settings *settings, void *zmq, struct curve *curve, const struct attached_sink *sink,
	struct error *err)
{
	struct attached *attached = memory_new(1, sizeof *attached);
	const struct stream_client_options options = {.url = url, .feed = {.site = settings->site, .silence = settings->silence,
		.stale = settings->stale, .reconnect = settings->reconnect, .zmq = zmq, .curve = curve}};
	const struct stream_sink stream = {.context = attached, .state = take_state, .record = take_record, .link = take_link};
	attached->settings = settings;
	attached->sink = *sink;
	attached->link = (struct attached_link){LINK_CONNECTING, clock_monotonic(), attached->why};
	attached->client = stream_client_open(&options, &stream, err);
	if (attached->client)
		return attached;
	attached_close(attached);
	return NULL;
}

void attached_close(struct attached *attached)
{
	if (!attached)
		return;
	stream_client_close(attached->client);
	record_room_finish(&attached->room);
	free(attached);
}

int attached_items(const struct attached *attached, struct zmq_pollitem_t *items)
{
	return stream_client_items(attached->client, items);
}

int64_t attached_due(const struct attached *attached)
{
	return stream_client_due(attached->client);
}

void attached_next(struct attached *attached, int most)
{
	stream_client_next(attached->client, most);
}

struct attached_link attached_link(const struct attached *attached)
{
	return attached->link;
}
