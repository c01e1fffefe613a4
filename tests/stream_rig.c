#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <zmq.h>

#include "base/clock.h"
#include "feed/pack_write.h"
#include "tests/stream_rig.h"

#include <cmocka.h> /* last: it makes a macro of fail */

static uint64_t mix(uint64_t number)
{
	number *= UINT64_C(0x9e3779b97f4a7c15);
	number ^= number >> 29;
	return number * UINT64_C(0xbf58476d1ce4e5b9) ^ number >> 32;
}

/* A map of 1 to 40 pairs with its head in one of the three forms. */
static void put_head(struct wire_buffer *to, uint64_t form, uint8_t pairs)
{
	const uint8_t wide[] = {0xdf, 0, 0, 0, pairs}, middle[] = {0xde, 0, pairs}, small = (uint8_t)(0x80 | pairs);
	if (form == 0)
		pack_put_bytes(to, wide, sizeof wide);
	else if (form == 1 || pairs > 15)
		pack_put_bytes(to, middle, sizeof middle);
	else
		pack_put_bytes(to, &small, 1);
}

void rig_record(const struct stream_origin *origin, uint64_t lsn, struct wire_buffer *to, struct frame *frame)
{
	uint64_t chance = mix(lsn + mix(origin->epoch) + origin->journal[0]);
	uint8_t pairs = (uint8_t)(1 + chance % 40);
	to->size = 0;
	put_head(to, (chance >> 8) % 5, pairs);
	for (uint8_t i = 0; i < pairs; i++) {
		pack_put_text(to, view_of(i % 7 == 3 ? "lsn" : "key"));
		pack_put_unsigned(to, chance >> (i % 40));
	}
	*frame = (struct frame){.type = (chance >> 20) % 3 ? FRAME_BATCH : FRAME_CLOCK, .feed = (uint16_t)(chance >> 24), .lsn = lsn,
		.recv = (int64_t)(1700000000000 + lsn), .payload = {(const char *)to->data, to->size}};
}

/* ---- what the server calls ---- */

static uint8_t state_byte(const struct stream_origin *origin, uint64_t lsn, size_t at)
{
	return (uint8_t)(mix(lsn + at / 4096) + origin->epoch + origin->journal[0] + at);
}

static bool give_state(void *context, struct wire_buffer *to, uint64_t *lsn, int64_t *recv)
{
	struct rig *rig = context;
	if (!rig->has_state)
		return false;
	*lsn = rig->lsn;
	*recv = (int64_t)(1700000000000 + rig->lsn);
	for (size_t i = 0; i < rig->state_size; i++) {
		uint8_t byte = state_byte(&rig->origin, rig->lsn, i);
		pack_put_bytes(to, &byte, 1);
	}
	rig->states_taken++;
	return true;
}

static void give_range(void *context, uint64_t from, uint64_t to, stream_emit *emit, void *emit_to)
{
	struct rig *rig = context;
	struct wire_buffer room = {0};
	assert_true(to <= rig->lsn);
	for (uint64_t lsn = from < rig->kept_from ? rig->kept_from : from; lsn <= to; lsn++) {
		struct frame frame;
		rig_record(&rig->origin, lsn, &room, &frame);
		if (!emit(emit_to, &frame))
			break;
	}
	wire_buffer_finish(&room);
}

static uint64_t take_act(void *context, struct view event, const struct stream_person *who, struct stream_refusal *refusal)
{
	struct rig *rig = context;
	snprintf(rig->act_who, sizeof rig->act_who, "%s", who->key ? who->key : "");
	if (event.size < 5) {
		refusal->word = "forbidden";
		return 0;
	}
	rig->acts++;
	rig_write(rig, 1);
	return rig->lsn;
}

/* ---- what an owner is called ---- */

static bool take_state(void *context, const struct stream_state *state, struct error *err)
{
	struct rig_owner *owner = context;
	const struct rig *rig = owner->rig;
	if (owner->refuses) {
		snprintf(err->text, sizeof err->text, "the state is of another world");
		return false;
	}
	assert_int_equal(state->bytes.size, rig->state_size);
	for (size_t i = 0; i < state->bytes.size; i++)
		if ((uint8_t)state->bytes.data[i] != state_byte(&state->origin, state->lsn, i))
			fail_msg("byte %zu of the state of %llu is wrong", i, (unsigned long long)state->lsn);
	assert_int_equal(state->recv, 1700000000000 + (int64_t)state->lsn);
	assert_true(state->why != NULL || owner->states == 0);
	owner->states++;
	owner->position = state->lsn;
	owner->origin = state->origin;
	snprintf(owner->why, sizeof owner->why, "%s", state->why ? state->why : "");
	return true;
}

static void take_record(void *context, const struct frame *frame, const struct stream_origin *origin)
{
	struct rig_owner *owner = context;
	struct frame wanted;
	assert_true(frame->lsn == owner->position + 1);
	assert_true(stream_origin_equals(origin, &owner->origin));
	rig_record(origin, frame->lsn, &owner->rig->payload, &wanted);
	assert_true(view_equals(frame->payload, wanted.payload));
	assert_true(frame->type == wanted.type && frame->feed == wanted.feed && frame->recv == wanted.recv);
	owner->position++;
	owner->records++;
}

static void take_link(void *context, enum link_state state, const char *why, int64_t silent)
{
	struct rig_owner *owner = context;
	assert_true(silent >= 0);
	owner->link = state;
	owner->links[state]++;
	snprintf(owner->link_why, sizeof owner->link_why, "%s", why);
}

static void take_answer(void *context, int64_t id, uint64_t lsn, const char *error, struct view whose)
{
	struct rig_owner *owner = context;
	(void)whose;
	assert_true((lsn == 0) == (error != NULL));
	owner->answers++;
	owner->answer_id = id;
	owner->answer_lsn = lsn;
	snprintf(owner->answer_error, sizeof owner->answer_error, "%s", error ? error : "");
}

/* ---- the rig ---- */

void rig_set_journal(struct rig *rig, uint8_t number, uint64_t epoch)
{
	memset(rig->origin.journal, number, sizeof rig->origin.journal);
	rig->origin.epoch = epoch;
}

void rig_open(struct rig *rig, const char *kind)
{
	static int count;
	*rig = (struct rig){.state_size = 4000, .kept_from = 1, .has_state = true};
	rig->zmq = zmq_ctx_new();
	snprintf(rig->folder, sizeof rig->folder, "/tmp/tablo-stream-XXXXXX");
	assert_non_null(mkdtemp(rig->folder));
	if (strcmp(kind, "ipc") == 0) {
		snprintf(rig->url, sizeof rig->url, "ipc://%s/s", rig->folder);
		snprintf(rig->ask, sizeof rig->ask, "ipc://%s/a", rig->folder);
	} else if (strcmp(kind, "tcp") == 0) {
		snprintf(rig->url, sizeof rig->url, "tcp://127.0.0.1:*");
		snprintf(rig->ask, sizeof rig->ask, "tcp://127.0.0.1:*");
	} else {
		snprintf(rig->url, sizeof rig->url, "inproc://stream-%d", ++count);
		snprintf(rig->ask, sizeof rig->ask, "inproc://ask-%d", count);
	}
	rig->feed = (struct feed_options){.site = "here", .silence = 2000, .stale = 1500, .reconnect = 150, .zmq = rig->zmq};
	rig->options = (struct stream_server_options){.bind = rig->url, .ask = rig->ask, .site = "here", .program = "0.1.0", .fresh = 1, .linger = 200,
		.zmq = rig->zmq};
	rig_set_journal(rig, 1, 1);
	rig_start(rig);
}

void rig_start(struct rig *rig)
{
	const struct stream_source source = {rig, give_state, give_range, take_act};
	int64_t until = clock_monotonic() + RIG_DEADLINE;
	struct error err = {""};
	rig->options.origin = rig->origin;
	rig->options.lsn = rig->lsn;
	rig->options.recv = (int64_t)(1700000000000 + rig->lsn);
	/* The name of a socket that was just closed is free only a moment later. */
	do
		rig->server = stream_server_open(&rig->options, &source, &err);
	while (!rig->server && clock_monotonic() < until);
	if (!rig->server)
		fail_msg("%s", err.text);
	snprintf(rig->url, sizeof rig->url, "%s", stream_server_endpoint(rig->server));
	snprintf(rig->ask, sizeof rig->ask, "%s", stream_server_ask_endpoint(rig->server));
}

void rig_stop(struct rig *rig)
{
	stream_server_close(rig->server);
	rig->server = NULL;
}

void rig_detach(struct rig_owner *owner)
{
	stream_client_close(owner->client);
	owner->client = NULL;
}

void rig_open_narrow(struct rig *rig, int queue)
{
	rig_open(rig, "ipc");
	rig_stop(rig);
	rig->options.queue = queue;
	rig_start(rig);
}

void rig_close(struct rig *rig)
{
	for (int i = 0; i < rig->owner_count; i++)
		rig_detach(&rig->owners[i]);
	rig_stop(rig);
	zmq_ctx_term(rig->zmq);
	wire_buffer_finish(&rig->payload);
	char path[128];
	for (const char *name = "sa"; *name; name++) {
		snprintf(path, sizeof path, "%s/%c", rig->folder, *name);
		unlink(path);
	}
	rmdir(rig->folder);
}

struct rig_owner *rig_attach(struct rig *rig, struct stream_client_options change)
{
	const struct stream_sink sink = {NULL, take_state, take_record, take_link, take_answer};
	struct rig_owner *owner = &rig->owners[rig->owner_count++];
	struct stream_sink own = sink;
	struct error err = {""};
	*owner = (struct rig_owner){.rig = rig, .position = change.lsn, .origin = change.origin, .states = change.lsn > 0};
	own.context = owner;
	if (!change.url)
		change.url = rig->url;
	if (!change.feed.zmq)
		change.feed = rig->feed;
	if (!change.timeout)
		change.timeout = 200;
	owner->client = stream_client_open(&change, &own, &err);
	if (!owner->client)
		fail_msg("%s", err.text);
	return owner;
}

void rig_write(struct rig *rig, int count)
{
	struct wire_buffer room = {0};
	for (int i = 0; i < count; i++) {
		struct frame frame;
		struct error err;
		rig_record(&rig->origin, ++rig->lsn, &room, &frame);
		if (rig->server && !stream_server_publish(rig->server, &frame, &err))
			fail_msg("%s", err.text);
	}
	wire_buffer_finish(&room);
}

void rig_serve(struct rig *rig)
{
	if (rig->server)
		stream_server_serve(rig->server);
}

void rig_read(struct rig_owner *owner, int most)
{
	if (owner->client)
		stream_client_next(owner->client, most);
}

void rig_turn(struct rig *rig)
{
	struct zmq_pollitem_t items[2 + 3 * RIG_CLIENTS_MAX];
	int count = rig->server ? stream_server_items(rig->server, items) : 0;
	int64_t due = rig->server ? stream_server_due(rig->server) : INT64_MAX, now = clock_monotonic();
	for (int i = 0; i < rig->owner_count; i++) {
		if (!rig->owners[i].client)
			continue;
		count += stream_client_items(rig->owners[i].client, items + count);
		int64_t own = stream_client_due(rig->owners[i].client);
		due = own < due ? own : due;
	}
	int64_t wait = due <= now ? 0 : due - now < 10 ? due - now : 10;
	zmq_poll(items, count, (long)wait);
	rig_serve(rig);
	for (int i = 0; i < rig->owner_count; i++)
		rig_read(&rig->owners[i], 1000);
}

bool rig_is_level(const struct rig *rig)
{
	for (int i = 0; i < rig->owner_count; i++) {
		const struct rig_owner *owner = &rig->owners[i];
		if (!owner->client)
			continue;
		bool is_level = owner->position == rig->lsn && owner->states && stream_origin_equals(&owner->origin, &rig->origin);
		if (!is_level || owner->link != LINK_LIVE)
			return false;
	}
	return true;
}

struct rig_owner *rig_attach_level(struct rig *rig, struct stream_client_options change)
{
	struct rig_owner *owner = rig_attach(rig, change);
	RIG_UNTIL(rig, rig_is_level(rig));
	return owner;
}
