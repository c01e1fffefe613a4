#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/attached.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "feed/stream_client.h"
#include "journal/record.h"

#define PATIENCE (5 * SECOND_MS / 2) /* without a sign of a collector that sends one each second; then the next address */

struct attached {
	const struct settings *settings;
	struct attached_sink sink;
	char *urls; /* one text, cut at the commas */
	const char *addresses[ATTACHED_ADDRESSES_MOST];
	int address_count, at; /* at: the one in use */
	int64_t patience; /* monotonic: until then it is waited for */
	void *zmq;
	struct curve *curve;
	struct stream_client *client;
	struct record_room room;
	struct attached_link link;
	char why[400];
	int64_t asked; /* the action whose answer is awaited; 0: none */
	bool is_answered;
	struct attached_answer answer;
	struct attached_permit permit;
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
	else if (attached->address_count > 1)
		log_line(LOG_LEVEL_INFO, "attached to %s", attached->addresses[attached->at]);
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
	if (state == LINK_REFUSED && attached->address_count > 1)
		state = LINK_CONNECTING; /* another one may take us */
	attached->link = (struct attached_link){state, clock_monotonic() - silent, attached->why};
	if (why[0])
		log_line(LOG_LEVEL_WARNING, "the collector's stream: %s", why);
	attached->sink.link(attached->sink.context);
}

static void take_answer(void *context, int64_t id, uint64_t lsn, const char *error, struct view whose)
{
	struct attached *attached = context;
	if (id != attached->asked)
		return;
	attached->asked = 0;
	attached->is_answered = true;
	attached->answer.lsn = lsn;
	snprintf(attached->answer.error, sizeof attached->answer.error, "%s", error ? error : "");
	text_harmless(whose, attached->answer.whose, sizeof attached->answer.whose);
	attached->sink.link(attached->sink.context);
}

static void take_permit(void *context, struct view may, struct view as)
{
	struct attached *attached = context;
	char words[RIGHTS_TEXT];
	view_copy(may, words, sizeof words);
	attached->permit.may = rights_read(words);
	text_harmless(as, attached->permit.as, sizeof attached->permit.as);
	attached->sink.link(attached->sink.context);
}

static bool open_client(struct attached *attached, struct error *err)
{
	const struct settings *settings = attached->settings;
	const struct stream_client_options options = {.url = attached->addresses[attached->at], .feed = {.site = settings->site,
		.silence = settings->silence, .stale = settings->stale, .reconnect = settings->reconnect, .zmq = attached->zmq, .curve = attached->curve}};
	const struct stream_sink stream = {.context = attached, .state = take_state, .record = take_record, .link = take_link, .answer = take_answer,
		.permit = take_permit};
	attached->client = stream_client_open(&options, &stream, err);
	return attached->client != NULL;
}

int attached_addresses(char *urls, const char *addresses[ATTACHED_ADDRESSES_MOST])
{
	char *rest = NULL;
	int count = 0;
	for (char *url = strtok_r(urls, ", ", &rest); url; url = strtok_r(NULL, ", ", &rest)) {
		if (count == ATTACHED_ADDRESSES_MOST)
			return -1;
		addresses[count++] = url;
	}
	return count;
}

static bool read_addresses(struct attached *attached, const char *urls, struct error *err)
{
	attached->urls = memory_text(urls);
	attached->address_count = attached_addresses(attached->urls, attached->addresses);
	if (attached->address_count < 0)
		return fail(err, "%s: more than %d collectors to attach to; a site has one, or a pair", urls, ATTACHED_ADDRESSES_MOST);
	return attached->address_count > 0 || fail(err, "'%s' names no collector to attach to: give tcp://HOST:PORT or ipc://PATH", urls);
}

/* Nothing is heard of this one: the other one may be primary now. What is shown stays, and says how old it is. */
static void go_over(struct attached *attached, int64_t now)
{
	struct error err;
	bool ever;
	struct stream_client *before = attached->client;
	const int at = attached->at;
	const int64_t heard = stream_client_heard(before, &ever);
	if (attached->address_count < 2 || now < attached->patience)
		return;
	attached->patience = now + PATIENCE;
	attached->at = (at + 1) % attached->address_count;
	if (!open_client(attached, &err)) {
		log_line(LOG_LEVEL_ERROR, "%s", err.text);
		attached->client = before;
		attached->at = at;
		return;
	}
	if (ever) {
		log_line(LOG_LEVEL_WARNING, "%s is silent: looking for the other collector of the site", attached->addresses[at]);
		attached->link.silent_since = heard;
	}
	stream_client_close(before);
	attached->link.state = LINK_CONNECTING;
	attached->sink.link(attached->sink.context);
}

/* All of them once, so that a wrong address shows at the start; the first one stays open. */
static bool open_first(struct attached *attached, struct error *err)
{
	for (attached->at = attached->address_count - 1; attached->at > 0; attached->at--) {
		if (!open_client(attached, err))
			return false;
		stream_client_close(attached->client);
	}
	attached->client = NULL;
	return open_client(attached, err);
}

struct attached *attached_open(const char *url, const struct settings *settings, void *zmq, struct curve *curve, const struct attached_sink *sink,
	struct error *err)
{
	struct attached *attached = memory_new(1, sizeof *attached);
	attached->settings = settings;
	attached->zmq = zmq;
	attached->curve = curve;
	attached->sink = *sink;
	attached->link = (struct attached_link){LINK_CONNECTING, clock_monotonic(), attached->why};
	attached->permit.may = RIGHTS_ALL; /* until the collector says otherwise, and one that does not say takes what comes */
	if (read_addresses(attached, url, err) && open_first(attached, err))
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
	free(attached->urls);
	free(attached);
}

int attached_items(const struct attached *attached, struct zmq_pollitem_t *items)
{
	return stream_client_items(attached->client, items);
}

int64_t attached_due(const struct attached *attached)
{
	int64_t due = stream_client_due(attached->client), patience = attached->address_count > 1 ? attached->patience : INT64_MAX;
	return due < patience ? due : patience;
}

void attached_next(struct attached *attached, int most)
{
	bool more = stream_client_next(attached->client, most), ever;
	int64_t patience = stream_client_heard(attached->client, &ever) + PATIENCE;
	if (patience > attached->patience)
		attached->patience = patience;
	if (!more)
		go_over(attached, clock_monotonic());
}

struct attached_link attached_link(const struct attached *attached)
{
	return attached->link;
}

bool attached_act(struct attached *attached, struct view payload, struct error *err)
{
	attached->is_answered = false;
	attached->asked = stream_client_act(attached->client, payload.data, payload.size, err);
	return attached->asked != 0;
}

bool attached_answered(struct attached *attached, struct attached_answer *answer)
{
	const bool is_answered = attached->is_answered;
	*answer = attached->answer;
	attached->is_answered = false;
	return is_answered;
}

struct attached_permit attached_permit(const struct attached *attached)
{
	return attached->permit;
}
