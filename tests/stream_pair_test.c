/* What the stream has for a pair of collectors: one that is mute until it leads, who wrote which records, going on from the last record
 * that both have, and acknowledgements. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zmq.h>

#include "base/clock.h"
#include "tests/stream_rig.h"

#include <cmocka.h> /* last: it makes a macro of fail */

#define DEADLINE 10000

struct side {
	void *zmq;
	char bind[64], ask[64];
	struct stream_server *server;
	struct stream_client *client;
	struct stream_origin origin;
	struct wire_buffer room;
	uint64_t lsn;	 /* written by the server */
	uint64_t resume; /* what the client's owner says */
	char epochs[64]; /* as it was asked with */
	int asked, states;
	uint64_t first, last; /* records that came */
	uint64_t acked;
	int acks;
};

static bool give_state(void *context, struct wire_buffer *to, uint64_t *lsn, int64_t *recv)
{
	struct side *side = context;
	wire_buffer_finish(to);
	to->data = memcpy(calloc(1, 8), "state", 5);
	to->size = to->room = 5;
	*lsn = side->lsn;
	*recv = 0;
	return true;
}

static void give_range(void *context, uint64_t from, uint64_t to, stream_emit *emit, void *emit_to)
{
	struct side *side = context;
	for (uint64_t lsn = from; lsn <= to; lsn++) {
		struct frame frame;
		rig_record(&side->origin, lsn, &side->room, &frame);
		if (!emit(emit_to, &frame))
			return;
	}
}

static void take_ack(void *context, uint64_t lsn)
{
	struct side *side = context;
	side->acked = lsn;
	side->acks++;
}

static uint64_t resume(void *context, const struct stream_origin *origin, struct view epochs)
{
	struct side *side = context;
	assert_true(stream_origin_equals(origin, &side->origin));
	view_copy(epochs.data ? epochs : view_of("(none)"), side->epochs, sizeof side->epochs);
	side->asked++;
	return side->resume;
}

static bool take_state(void *context, const struct stream_state *state, struct error *err)
{
	struct side *side = context;
	(void)err;
	side->states++;
	side->last = state->lsn;
	return true;
}

static void take_record(void *context, const struct frame *frame, const struct stream_origin *origin)
{
	struct side *side = context;
	(void)origin;
	if (!side->first)
		side->first = frame->lsn;
	else
		assert_int_equal(frame->lsn, side->last + 1);
	side->last = frame->lsn;
}

static void take_link(void *context, enum link_state state, const char *why, int64_t silent)
{
	(void)context;
	(void)state;
	(void)why;
	(void)silent;
}

static void write_records(struct side *side, int count)
{
	for (int i = 0; i < count; i++) {
		struct frame frame;
		rig_record(&side->origin, ++side->lsn, &side->room, &frame);
		assert_true(stream_server_publish(side->server, &frame, NULL));
	}
}

static void turn(struct side *side)
{
	stream_server_serve(side->server);
	stream_client_next(side->client, 100);
	zmq_pollitem_t items[6];
	int count = stream_server_items(side->server, items);
	count += stream_client_items(side->client, items + count);
	zmq_poll(items, count, 5);
}

#define UNTIL(side, condition)                                                                                             \
	do {                                                                                                               \
		int64_t until_ = clock_monotonic() + DEADLINE;                                                             \
		while (!(condition) && clock_monotonic() < until_)                                                         \
			turn(side);                                                                                        \
		assert_true(condition);                                                                                    \
	} while (0)

static void open_side(struct side *side, bool mute, uint64_t resumes)
{
	static int number;
	struct error err = {""};
	*side = (struct side){.zmq = zmq_ctx_new(), .resume = resumes, .origin = {.journal = {4}, .epoch = 7}};
	snprintf(side->bind, sizeof side->bind, "inproc://pair-%d", ++number);
	snprintf(side->ask, sizeof side->ask, "inproc://pair-%d.ask", number);
	const struct stream_source source = {.context = side, .state = give_state, .range = give_range, .ack = take_ack};
	side->server = stream_server_open(&(struct stream_server_options){.bind = side->bind, .ask = side->ask, .mute = mute, .origin = side->origin,
		.zmq = side->zmq}, &source, &err);
	const struct stream_sink sink = {.context = side, .resume = resume, .state = take_state, .record = take_record, .link = take_link};
	side->client = stream_client_open(&(struct stream_client_options){.url = side->bind, .range_most = UINT64_MAX,
		.feed = {.site = "default", .stale = 5000, .silence = 60000, .reconnect = 10000, .zmq = side->zmq}}, &sink, &err);
	if (!side->server || !side->client)
		fail_msg("%s", err.text);
}

static void close_side(struct side *side)
{
	stream_client_close(side->client);
	stream_server_close(side->server);
	wire_buffer_finish(&side->room);
	zmq_ctx_term(side->zmq);
}

static void one_that_stands_by_is_mute_until_it_leads(void **state)
{
	(void)state;
	struct side side;
	bool ever;
	open_side(&side, true, 3);
	for (int64_t until = clock_monotonic() + 1300; clock_monotonic() < until;)
		turn(&side);
	stream_client_heard(side.client, &ever);
	assert_false(ever);
	assert_int_equal(stream_server_counts(side.server).subscribers, 1);
	side.lsn = 3;
	stream_server_lead(side.server, &side.origin, "1:1 7:4", 3, 0);
	int64_t began = clock_monotonic();
	UNTIL(&side, side.asked == 1);
	assert_true(clock_monotonic() - began < 900); /* nobody waits for the next heartbeat */
	assert_string_equal(side.epochs, "1:1 7:4");
	write_records(&side, 5);
	UNTIL(&side, side.last == 8);
	assert_int_equal(side.first, 4);
	assert_int_equal(side.states, 0);
	stream_client_heard(side.client, &ever);
	assert_true(ever);
	close_side(&side);
}

static void what_both_have_is_not_fetched_and_another_epoch_is_asked_about(void **state)
{
	(void)state;
	struct side side;
	open_side(&side, false, 100);
	write_records(&side, 1000);
	UNTIL(&side, side.last == 1000);
	assert_int_equal(side.first, 101);
	assert_int_equal(side.states, 0);
	assert_string_equal(side.epochs, "(none)");
	assert_int_equal(stream_client_newest(side.client), 1000);
	side.resume = 1000;
	side.origin.epoch = 8;
	stream_server_lead(side.server, &side.origin, "7:1 8:1001", 1000, 0);
	UNTIL(&side, side.asked == 2);
	write_records(&side, 50);
	UNTIL(&side, side.last == 1050);
	assert_string_equal(side.epochs, "7:1 8:1001");
	assert_int_equal(side.states, 0);
	close_side(&side);
}

static void without_anything_in_common_a_state_comes(void **state)
{
	(void)state;
	struct side side;
	open_side(&side, false, 0);
	write_records(&side, 10);
	UNTIL(&side, side.states == 1);
	assert_int_equal(side.last, 10);
	write_records(&side, 3);
	UNTIL(&side, side.last == 13);
	close_side(&side);
}

static void one_who_holds_asks_for_nothing(void **state)
{
	(void)state;
	struct side side;
	open_side(&side, false, STREAM_HOLD);
	write_records(&side, 10);
	UNTIL(&side, side.asked == 1);
	for (int64_t until = clock_monotonic() + 300; clock_monotonic() < until;)
		turn(&side);
	assert_int_equal(side.states, 0);
	assert_int_equal(side.first, 0);
	close_side(&side);
}

static void acknowledgements_are_counted_beyond_any_allowance_and_only_of_this_journal(void **state)
{
	(void)state;
	struct side side;
	open_side(&side, false, 0);
	write_records(&side, 2000);
	UNTIL(&side, side.last == 2000);
	for (uint64_t lsn = 1; lsn <= 1000; lsn++) {
		stream_client_ack(side.client, lsn);
		if (lsn % 20 == 0)
			turn(&side);
	}
	UNTIL(&side, side.acked == 1000);
	assert_int_equal(side.acks, 1000);
	uint64_t refused = stream_server_counts(side.server).refused;
	stream_client_ack(side.client, 2001); /* not written yet */
	UNTIL(&side, stream_server_counts(side.server).refused == refused + 1);
	side.origin.epoch = 9;
	stream_server_restart(side.server, &side.origin, 2000, 0);
	stream_client_ack(side.client, 1500); /* the client knows nothing of the new epoch yet */
	UNTIL(&side, stream_server_counts(side.server).refused == refused + 2);
	assert_int_equal(side.acked, 1000);
	close_side(&side);
}

/* libzmq tells a monitor of it with its own thread, which waits for ever where nobody is there to be told. */
static void a_link_can_be_closed_in_the_middle_of_its_handshake(void **state)
{
	(void)state;
	struct error err;
	void *zmq = zmq_ctx_new();
	struct side side = {.origin = {.journal = {4}, .epoch = 7}};
	const struct stream_source source = {.context = &side, .state = give_state, .range = give_range};
	struct stream_server *server = stream_server_open(&(struct stream_server_options){.bind = "tcp://127.0.0.1:*", .ask = "tcp://127.0.0.1:*",
		.origin = side.origin, .zmq = zmq}, &source, &err);
	assert_non_null(server);
	const struct stream_sink sink = {.context = &side, .state = take_state, .record = take_record, .link = take_link};
	alarm(60); /* there is no other way out of a lock that is never given back */
	for (int i = 0; i < 1500; i++) {
		struct stream_client *client = stream_client_open(&(struct stream_client_options){.url = stream_server_endpoint(server),
			.feed = {.site = "default", .stale = 5000, .silence = 60000, .reconnect = 10000, .zmq = zmq}}, &sink, &err);
		assert_non_null(client);
		usleep((useconds_t)(i * 7 % 600));
		stream_client_close(client);
	}
	stream_server_close(server);
	zmq_ctx_term(zmq);
	alarm(0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_stands_by_is_mute_until_it_leads),
		cmocka_unit_test(what_both_have_is_not_fetched_and_another_epoch_is_asked_about),
		cmocka_unit_test(without_anything_in_common_a_state_comes),
		cmocka_unit_test(one_who_holds_asks_for_nothing),
		cmocka_unit_test(a_link_can_be_closed_in_the_middle_of_its_handshake),
		cmocka_unit_test(acknowledgements_are_counted_beyond_any_allowance_and_only_of_this_journal),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
