/* How one of a pair gets the lease, against a real server; and what it does not let through to Redis. */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/instant.h"
#include "store/redis_meta.h"
#include "store/redis_store.h"
#include "tests/redis_day.h"
#include "tests/redis_server.h"

#include <cmocka.h> /* last: it makes a macro of fail */

#define PATIENCE 20000

static struct redis_server server;
static struct redis_link *link_;
static struct settings *settings;

#define ask(...) redis_server_ask(link_, __VA_ARGS__, NULL)

static int start(void **state)
{
	(void)state;
	settings = redis_day_settings();
	if (!redis_server_there())
		return 0;
	redis_server_start(&server, NULL);
	link_ = redis_server_link(&server, NULL, 3000);
	return redis_link_connect(link_, NULL) ? 0 : -1;
}

static int finish(void **state)
{
	(void)state;
	redis_link_destroy(link_);
	if (server.process.id)
		redis_server_finish(&server);
	settings_destroy(settings);
	return 0;
}

#define NEEDS_REDIS                                                                                                \
	do {                                                                                                       \
		(void)state;                                                                                       \
		if (!redis_server_there())                                                                         \
			skip();                                                                                    \
		ask("FLUSHALL");                                                                                   \
	} while (0)

static struct redis_store *open_store(const char *journal)
{
	struct error err;
	const struct redis_store_options options = {.url = server.url, .settings = settings, .journal = journal, .interval = 1, .rewrite = true};
	struct redis_store *store = redis_store_open(&options, &err);
	if (!store)
		fail_msg("%s", err.text);
	return store;
}

/* Until it is said; claims all the while. */
static void claim_until(struct redis_store *store, uint64_t lsn, uint64_t epoch, enum redis_claim wanted)
{
	enum redis_claim claim = CLAIM_WAITING;
	for (const int64_t until = clock_monotonic() + PATIENCE; claim != wanted && clock_monotonic() < until;) {
		claim = redis_store_claim(store, lsn, epoch, true, clock_monotonic());
		struct pollfd wait = {.fd = redis_store_descriptor(store), .events = POLLIN};
		poll(&wait, 1, 5);
	}
	assert_int_equal(claim, wanted);
}

/* What the meta hash says. */
static uint64_t stored(const char *field)
{
	struct redis_commands commands = {.bytes = NULL};
	struct redis_replies replies = {.list = NULL};
	struct redis_fault fault;
	uint64_t number = 0;
	redis_commands_add(&commands, "HGET", "{acme}:meta", field, NULL);
	assert_true(redis_link_run(link_, &commands, &replies, &fault));
	redis_decimal_read(redis_reply_text(replies.list[0]), &number);
	redis_commands_finish(&commands);
	redis_replies_finish(&replies);
	return number;
}

static void one_of_two_gets_the_lease_and_the_other_when_it_is_over(void **state)
{
	NEEDS_REDIS;
	struct redis_store *a = open_store("j1"), *b = open_store("j1");
	claim_until(a, 10, 0, CLAIM_TAKEN);
	claim_until(b, 10, 1, CLAIM_HELD);
	assert_int_equal(redis_store_status(a).epoch, 1);
	assert_int_equal(redis_store_status(b).epoch, 0);
	assert_true(redis_store_confirm(a, clock_monotonic() + PATIENCE));
	int64_t began = clock_monotonic();
	claim_until(b, 10, 1, CLAIM_TAKEN);
	assert_in_range(clock_monotonic() - began, 1500, 5000);
	assert_int_equal(redis_store_status(b).epoch, 2);
	assert_false(redis_store_confirm(a, clock_monotonic() + PATIENCE));
	assert_int_equal(redis_store_status(a).state, STORE_STOPPED);
	assert_int_equal(redis_store_status(a).fault.trouble, TROUBLE_FENCED);
	assert_true(redis_store_confirm(b, clock_monotonic() + PATIENCE));
	redis_store_close(b);
	redis_store_close(a);
}

static void what_is_not_wanted_is_not_asked_for(void **state)
{
	NEEDS_REDIS;
	struct redis_store *a = open_store("j1");
	for (const int64_t until = clock_monotonic() + 400; clock_monotonic() < until; clock_sleep(5))
		assert_int_equal(redis_store_claim(a, 10, 0, false, clock_monotonic()), CLAIM_WAITING);
	assert_int_equal(stored("epoch"), 0);
	redis_store_close(a);
}

static void nobody_takes_over_without_what_redis_has(void **state)
{
	NEEDS_REDIS;
	ask("HSET", "{acme}:meta", "epoch", "00000000000000000005", "written", "00000000000000000004", "watermark", "00000000000000000100", "journal", "j1",
		"schema", "00000000000000000001");
	struct redis_store *a = open_store("j1");
	claim_until(a, 99, 5, CLAIM_AHEAD);
	claim_until(a, 200, 3, CLAIM_AHEAD); /* more records, and of another epoch */
	assert_int_equal(stored("epoch"), 5);
	claim_until(a, 100, 4, CLAIM_TAKEN);
	assert_int_equal(stored("epoch"), 6);
	redis_store_close(a);
	ask("FLUSHALL"); /* Redis has forgotten the epochs, we have not */
	struct redis_store *again = open_store("j1");
	claim_until(again, 100, 6, CLAIM_TAKEN);
	assert_int_equal(stored("epoch"), 7);
	redis_store_close(again);
	struct redis_store *other = open_store("j2");
	claim_until(other, 1000, 0, CLAIM_REFUSED);
	redis_store_close(other);
}

static void nothing_beyond_what_is_safe_reaches_redis(void **state)
{
	NEEDS_REDIS;
	struct redis_store *store = open_store("j1");
	struct engine *engine = redis_day_engine(settings);
	struct redis_day day;
	redis_day_start(&day, 3);
	claim_until(store, 1, 0, CLAIM_TAKEN);
	redis_store_release(store, 40);
	uint64_t most = 0;
	for (int i = 0; i < 100; i++) {
		redis_day_play(&day, engine, 1);
		for (int j = 0; j < 5; j++) {
			redis_store_commit(store, engine, engine_lsn(engine), clock_monotonic());
			clock_sleep(1);
		}
		uint64_t mark = stored("watermark");
		most = mark > most ? mark : most;
		assert_in_range(most, 0, 40);
	}
	assert_true(most > 0 && engine_lsn(engine) > 40);
	redis_store_release(store, engine_lsn(engine));
	redis_store_hurry(store);
	const int64_t until = clock_monotonic() + PATIENCE;
	for (; !redis_store_settled(store, engine_lsn(engine)) && clock_monotonic() < until; clock_sleep(1))
		redis_store_commit(store, engine, engine_lsn(engine), clock_monotonic());
	assert_int_equal(stored("watermark"), engine_lsn(engine));
	redis_store_release(store, 1); /* one that is still parked goes with the store */
	redis_day_play(&day, engine, 5);
	clock_sleep(5);
	redis_store_commit(store, engine, engine_lsn(engine), clock_monotonic());
	redis_store_close(store);
	engine_destroy(engine);
	redis_day_finish(&day);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_of_two_gets_the_lease_and_the_other_when_it_is_over),
		cmocka_unit_test(what_is_not_wanted_is_not_asked_for),
		cmocka_unit_test(nobody_takes_over_without_what_redis_has),
		cmocka_unit_test(nothing_beyond_what_is_safe_reaches_redis),
	};
	return cmocka_run_group_tests(tests, start, finish);
}
