#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#undef fail

#include "base/clock.h"
#include "base/memory.h"
#include "feed/hold_back.h"
#include "feed/wire.h"

#define PASSED_MAX 64

/* An owner that knows of publishers "a" and "b", each with one boot: what is expected next, and one hole. */
struct publisher {
	const char *name;
	uint64_t next, from, to; /* from 0: no hole */
};

struct owner {
	struct publisher publishers[2];
	struct hold_back *hold_back;
	bool offers; /* somebody to ask is known */
	struct {
		char src;
		uint64_t seq;
	} passed[PASSED_MAX];
	int passed_count, missing_count;
	struct batch batch;
};

static struct owner owner;

static struct publisher *publisher_of(struct view src)
{
	for (int i = 0; i < 2; i++)
		if (view_is(src, owner.publishers[i].name))
			return &owner.publishers[i];
	return NULL;
}

static uint64_t expects(void *context, struct view src, uint64_t boot)
{
	(void)context;
	(void)boot;
	const struct publisher *publisher = publisher_of(src);
	return publisher ? publisher->next : 0;
}

static bool lacks(void *context, struct view src, uint64_t boot, uint64_t least, uint64_t seq, struct span_of_numbers *hole)
{
	(void)context;
	(void)boot;
	const struct publisher *publisher = publisher_of(src);
	if (!publisher || !publisher->from || publisher->from < least || publisher->from >= seq)
		return false;
	*hole = (struct span_of_numbers){publisher->from, publisher->to};
	return true;
}

static void missing(void *context, struct feed *feed, struct view src, uint64_t boot, uint64_t seq)
{
	(void)context;
	(void)feed;
	(void)boot;
	struct publisher *publisher = publisher_of(src);
	if (!publisher->from)
		publisher->from = publisher->next;
	publisher->to = seq - 1;
	publisher->next = seq;
	owner.missing_count++;
}

/* What counts: as the engine does, it fills the hole or moves on. */
static void count(const struct batch *batch)
{
	struct publisher *publisher = publisher_of(batch->src);
	assert_true(owner.passed_count < PASSED_MAX);
	owner.passed[owner.passed_count].src = publisher ? publisher->name[0] : '?';
	owner.passed[owner.passed_count++].seq = batch->seq;
	if (!publisher || !batch->count)
		return;
	if (batch->seq == publisher->from)
		publisher->from = batch->seq + batch->count > publisher->to ? 0 : batch->seq + batch->count;
	if (batch->seq + batch->count > publisher->next)
		publisher->next = batch->seq + batch->count;
}

static void pass(void *context, struct feed *feed, const void *payload, size_t size)
{
	(void)context;
	(void)feed;
	struct batch batch = {0};
	assert_int_equal(wire_decode(payload, size, &batch, NULL), FAULT_NONE);
	count(&batch);
	batch_finish(&batch);
}

static bool catch_up(struct feed *feed, struct view src, uint64_t boot, uint64_t from, uint64_t to)
{
	(void)feed;
	(void)src;
	(void)boot;
	assert_true(from <= to);
	return owner.offers;
}

static const struct feed_class can_ask = {.scheme = "can", .catch_up = catch_up}, cannot_ask = {.scheme = "cannot"};
static struct feed asking = {.class = &can_ask}, mute = {.class = &cannot_ask};

/* A batch of ten events from `seq`; events 0: a heartbeat. */
static void come(struct feed *feed, const char *src, uint64_t seq, uint32_t events)
{
	struct wire_buffer event = {0}, all = {0}, payload = {0};
	const struct event one = {.type = EVENT_CONTACT_QUEUED, .ts = 1700000000000};
	wire_encode_event(&event, &one);
	for (uint32_t i = 0; i < events; i++) {
		all.data = memory_grow(all.data, &all.room, all.size + event.size, 1);
		memcpy(all.data + all.size, event.data, event.size);
		all.size += event.size;
	}
	const struct wire_header header = {.src = view_of(src), .boot = 1, .seq = seq, .sent = INT64_MIN};
	wire_encode_batch(&payload, &header, events, all.data, all.size);
	assert_int_equal(wire_decode(payload.data, payload.size, &owner.batch, NULL), FAULT_NONE);
	if (!hold_back_take(owner.hold_back, feed, &owner.batch, payload.data, payload.size))
		count(&owner.batch);
	wire_buffer_finish(&event);
	wire_buffer_finish(&all);
	wire_buffer_finish(&payload);
}

static void begin(struct hold_back_options options)
{
	const struct hold_back_sink sink = {.context = &owner, .expects = expects, .lacks = lacks, .missing = missing, .pass = pass};
	owner = (struct owner){.publishers = {{.name = "a", .next = 1}, {.name = "b", .next = 1}}, .offers = true};
	owner.hold_back = hold_back_create(&options, &sink);
}

static int end(void **state)
{
	(void)state;
	hold_back_destroy(owner.hold_back);
	batch_finish(&owner.batch);
	return 0;
}

/* "a1 a11 b1": everything that counted so far, in its order. */
static void expect(const char *wanted)
{
	char text[1000] = "";
	for (int i = 0; i < owner.passed_count; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%s%c%llu", i ? " " : "", owner.passed[i].src, (unsigned long long)owner.passed[i].seq);
	assert_string_equal(text, wanted);
}

static void test_what_follows_a_hole_waits_for_it(void **state)
{
	(void)state;
	begin((struct hold_back_options){0});
	come(&asking, "a", 1, 10);
	come(&asking, "a", 31, 10);
	come(&asking, "a", 41, 10);
	come(&asking, "b", 1, 10); /* nobody else's business */
	hold_back_turn(owner.hold_back);
	expect("a1 b1");
	assert_int_equal(owner.missing_count, 1); /* known at once, though what follows waits */
	come(&asking, "a", 11, 10);
	hold_back_turn(owner.hold_back);
	expect("a1 b1 a11");
	come(&asking, "a", 21, 10);
	hold_back_turn(owner.hold_back);
	expect("a1 b1 a11 a21 a31 a41");
	assert_int_equal(hold_back_bytes(owner.hold_back), 0);
	come(&asking, "a", 51, 10);
	expect("a1 b1 a11 a21 a31 a41 a51");
}

static void test_with_one_clock_everybody_waits(void **state)
{
	(void)state;
	begin((struct hold_back_options){.one_clock = true});
	come(&asking, "a", 1, 10);
	come(&asking, "b", 1, 10);
	come(&asking, "a", 21, 10);
	come(&asking, "b", 11, 10);
	come(&asking, "", 0, 10);
	come(&asking, "b", 21, 0); /* its heartbeat tells the time too */
	hold_back_turn(owner.hold_back);
	expect("a1 b1");
	come(&asking, "a", 11, 10);
	hold_back_turn(owner.hold_back);
	expect("a1 b1 a11 a21 b11 ?0 b21");
}

static void test_a_second_hole_is_found_behind_the_first(void **state)
{
	(void)state;
	begin((struct hold_back_options){0});
	come(&asking, "a", 1, 10);
	come(&asking, "a", 21, 10);
	come(&asking, "a", 41, 10);
	come(&asking, "a", 11, 10);
	hold_back_turn(owner.hold_back);
	expect("a1 a11 a21");
	assert_int_equal(owner.missing_count, 2);
	come(&asking, "a", 31, 10);
	hold_back_turn(owner.hold_back);
	expect("a1 a11 a21 a31 a41");
}

static void test_a_hole_from_before_a_start_counts(void **state)
{
	(void)state;
	begin((struct hold_back_options){0});
	owner.publishers[0] = (struct publisher){.name = "a", .next = 21, .from = 11, .to = 20};
	come(&asking, "a", 21, 10);
	hold_back_turn(owner.hold_back);
	expect("");
	assert_int_equal(owner.missing_count, 0);
	come(&asking, "a", 11, 10);
	hold_back_turn(owner.hold_back);
	expect("a11 a21");
}

static void test_nobody_waits_for_ever(void **state)
{
	(void)state;
	begin((struct hold_back_options){.still = 30, .time = 60000});
	come(&asking, "a", 1, 10);
	come(&asking, "a", 21, 10);
	const int64_t until = clock_monotonic() + 5000;
	while (owner.passed_count < 2 && clock_monotonic() < until)
		hold_back_turn(owner.hold_back);
	expect("a1 a21");
	come(&asking, "a", 31, 10); /* the hole is still there, and not waited for again */
	expect("a1 a21 a31");
	come(&asking, "a", 51, 10); /* a new one is */
	expect("a1 a21 a31");
	assert_true(hold_back_bytes(owner.hold_back) > 0);
}

static void test_who_cannot_be_asked_is_not_waited_for(void **state)
{
	(void)state;
	begin((struct hold_back_options){.unasked = 60000});
	owner.offers = false;
	come(&mute, "a", 1, 10);
	come(&mute, "a", 21, 10);
	expect("a1 a21");
	come(&asking, "b", 1, 10);
	come(&asking, "b", 21, 10); /* it may still say where to ask */
	hold_back_turn(owner.hold_back);
	expect("a1 a21 b1");
	come(&asking, "b", 31, 0); /* its heartbeat does not */
	hold_back_turn(owner.hold_back);
	expect("a1 a21 b1 b21 b31");
}

static void test_no_more_is_held_than_may_be(void **state)
{
	(void)state;
	begin((struct hold_back_options){.most = 2000});
	come(&asking, "a", 1, 10);
	for (uint64_t seq = 21; seq < 300 && owner.passed_count < 2; seq += 10) {
		come(&asking, "a", seq, 10);
		assert_true(hold_back_bytes(owner.hold_back) <= 2000);
	}
	assert_true(owner.passed_count > 2);
	for (int i = 2; i < owner.passed_count; i++)
		assert_true(owner.passed[i].seq == owner.passed[i - 1].seq + 10 || i == 1);
}

static void test_a_feed_that_closes_is_passed_on(void **state)
{
	(void)state;
	begin((struct hold_back_options){0});
	come(&asking, "a", 1, 10);
	come(&asking, "a", 21, 10);
	hold_back_release(owner.hold_back, &mute);
	expect("a1");
	hold_back_release(owner.hold_back, &asking);
	expect("a1 a21");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_what_follows_a_hole_waits_for_it, end),
		cmocka_unit_test_teardown(test_with_one_clock_everybody_waits, end),
		cmocka_unit_test_teardown(test_a_second_hole_is_found_behind_the_first, end),
		cmocka_unit_test_teardown(test_a_hole_from_before_a_start_counts, end),
		cmocka_unit_test_teardown(test_nobody_waits_for_ever, end),
		cmocka_unit_test_teardown(test_who_cannot_be_asked_is_not_waited_for, end),
		cmocka_unit_test_teardown(test_no_more_is_held_than_may_be, end),
		cmocka_unit_test_teardown(test_a_feed_that_closes_is_passed_on, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
