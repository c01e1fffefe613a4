#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/redis_worker.h"
#include "tests/redis_server.h"

#include <cmocka.h> /* last: it makes a macro of fail */

#define DEADLINE 15000
#define OWNER_MOST 100 /* ms that a call may take on a busy machine: a time-out would be 300 */

struct seen {
	int stored, refused, stopped, readings;
	uint64_t watermark;
	enum redis_trouble trouble;
	char text[64];
};

static struct redis_server server;

static void committed(void *context, const struct redis_result *result)
{
	struct seen *seen = context;
	seen->stored += result->good;
	seen->stopped += !result->good && result->fault.trouble == TROUBLE_STOPPED;
	seen->refused += !result->good && result->fault.trouble != TROUBLE_STOPPED;
	seen->watermark = result->commit->watermark;
	seen->trouble = result->good ? TROUBLE_NONE : result->fault.trouble;
}

static void answered(void *context, const struct redis_result *result)
{
	struct seen *seen = context;
	seen->readings++;
	seen->trouble = result->good ? TROUBLE_NONE : result->fault.trouble;
	if (result->good)
		view_copy(redis_reply_text(result->replies->list[0]), seen->text, sizeof seen->text);
}

static struct redis_worker *start_worker(struct seen *seen)
{
	struct redis_worker_options options = {.seed = 5, .idle_ms = 100, .committed = committed, .context = seen};
	struct error err;
	options.link.name = "test";
	options.link.limits = (struct redis_limits){.connect_ms = 300, .command_ms = 300};
	assert_true(redis_url_parse(server.url, &options.link.url, &err));
	struct redis_worker *worker = redis_worker_start(&options, &err);
	assert_non_null(worker);
	return worker;
}

static void hand_over(struct redis_worker *worker, uint64_t previous, uint64_t watermark)
{
	struct redis_commit_head head = {.meta = "{acme}:meta", .journal = "j1", .writer = "w", .epoch = 1, .schema = 1, .previous = previous,
		.watermark = watermark};
	char value[24];
	struct redis_commit *commit = redis_commit_create(&head);
	snprintf(value, sizeof value, "%llu", (unsigned long long)watermark);
	redis_commit_field(commit, view_of("{acme}:now"), view_of("n"), view_of(value));
	const int64_t began = clock_monotonic();
	assert_true(redis_worker_commit(worker, commit));
	assert_true(clock_monotonic() - began < OWNER_MOST);
}

static bool ask(struct redis_worker *worker, struct seen *seen, const char *key, const char *field)
{
	struct redis_commands commands = {.bytes = NULL};
	redis_commands_add(&commands, "HGET", key, field, NULL);
	const bool taken = redis_worker_read(worker, &commands, answered, seen);
	redis_commands_finish(&commands);
	return taken;
}

/* Waits on the descriptor, as the desk does, until the condition holds. */
#define WAIT_UNTIL(worker, condition)                                                                              \
	do {                                                                                                       \
		const int64_t until_ = clock_monotonic() + DEADLINE;                                               \
		while (!(condition)) {                                                                             \
			struct pollfd wait_ = {.fd = redis_worker_descriptor(worker), .events = POLLIN};           \
			poll(&wait_, 1, 20);                                                                       \
			const int64_t began_ = clock_monotonic();                                                  \
			redis_worker_poll(worker);                                                                 \
			assert_true(clock_monotonic() - began_ < OWNER_MOST);                                      \
			if (clock_monotonic() > until_)                                                            \
				fail_msg("waited in vain for %s", #condition);                                     \
		}                                                                                                  \
	} while (0)

static int finish(void **state)
{
	(void)state;
	if (*server.folder)
		redis_server_finish(&server);
	return 0;
}

#define NEEDS_REDIS                                                                                                \
	do {                                                                                                       \
		NEEDS_REDIS_SERVER;                                                                                \
		redis_server_start(&server, NULL);                                                                 \
	} while (0)

static void test_commits_and_readings(void **state)
{
	NEEDS_REDIS;
	struct seen seen = {.stored = 0};
	struct redis_worker *worker = start_worker(&seen);
	hand_over(worker, 0, 1);
	WAIT_UNTIL(worker, seen.stored == 1);
	assert_int_equal(redis_worker_status(worker).state, REDIS_READY);
	assert_int_equal(redis_worker_status(worker).connections, 1);
	assert_int_equal(redis_worker_status(worker).committed, 1);
	assert_true(strlen(redis_worker_status(worker).about.run_id) == 40);
	assert_true(ask(worker, &seen, "{acme}:now", "n"));
	WAIT_UNTIL(worker, seen.readings == 1);
	assert_string_equal(seen.text, "1");
	for (uint64_t i = 1; i < 200; i++)
		hand_over(worker, i, i + 1);
	WAIT_UNTIL(worker, seen.watermark == 200);
	assert_int_equal(seen.refused, 0);
	WAIT_UNTIL(worker, redis_worker_idle(worker));
	hand_over(worker, 500, 501); /* a hole */
	WAIT_UNTIL(worker, seen.refused == 1);
	assert_int_equal(seen.trouble, TROUBLE_BEHIND);
	assert_int_equal(redis_worker_status(worker).state, REDIS_READY);
	redis_worker_stop(worker);
}

static void test_call(void **state)
{
	NEEDS_REDIS;
	struct seen seen = {.stored = 0};
	struct redis_worker *worker = start_worker(&seen);
	struct redis_call call = {.script = &redis_script_lease};
	redis_call_key(&call, view_of("{acme}:meta"));
	redis_call_key(&call, view_of("{acme}:lease"));
	redis_call_word(&call, view_of("nonsense"));
	assert_true(redis_worker_call(worker, &call, answered, &seen));
	assert_null(call.script);
	WAIT_UNTIL(worker, seen.readings == 1);
	assert_int_equal(seen.trouble, TROUBLE_BADCALL);
	redis_worker_stop(worker);
}

/* Nobody there; then somebody; then killed with all its data; then back. */
static void test_away_and_back(void **state)
{
	NEEDS_REDIS;
	redis_server_kill(&server);
	struct seen seen = {.stored = 0};
	struct redis_worker *worker = start_worker(&seen);
	WAIT_UNTIL(worker, redis_worker_status(worker).state == REDIS_AWAY);
	struct redis_status status = redis_worker_status(worker);
	assert_int_equal(status.why.trouble, TROUBLE_REFUSED);
	assert_non_null(strstr(status.why.error.text, "redis-server"));
	assert_true(status.since > clock_wall() - DEADLINE && status.since <= clock_wall());
	assert_in_range(status.retry_in, 0, 12500);
	for (uint64_t i = 0; i < 100; i++)
		hand_over(worker, i, i + 1);
	redis_server_start(&server, NULL);
	WAIT_UNTIL(worker, redis_worker_status(worker).state == REDIS_READY && seen.watermark == 100);
	assert_in_range(seen.stored, 1, 3); /* put together while it was away */
	redis_server_kill(&server);
	WAIT_UNTIL(worker, redis_worker_status(worker).state == REDIS_AWAY); /* seen by PING: nothing was to be done */
	redis_server_start(&server, NULL); /* empty */
	hand_over(worker, 100, 101);
	WAIT_UNTIL(worker, seen.refused == 1);
	assert_int_equal(seen.trouble, TROUBLE_BEHIND);
	assert_int_equal(redis_worker_status(worker).connections, 2);
	hand_over(worker, 0, 101);
	WAIT_UNTIL(worker, seen.trouble == TROUBLE_NONE && seen.watermark == 101);
	redis_worker_stop(worker);
}

static void test_full_and_not_full(void **state)
{
	NEEDS_REDIS;
	struct seen seen = {.stored = 0};
	struct redis_worker *worker = start_worker(&seen);
	struct redis_link *admin = redis_server_link(&server, NULL, 3000);
	assert_true(redis_link_connect(admin, NULL));
	redis_server_ask(admin, "CONFIG", "SET", "maxmemory", "1", NULL);
	hand_over(worker, 0, 1);
	WAIT_UNTIL(worker, redis_worker_status(worker).state == REDIS_AWAY);
	assert_int_equal(redis_worker_status(worker).why.trouble, TROUBLE_OOM);
	assert_true(ask(worker, &seen, "{acme}:now", "n")); /* reading goes on */
	WAIT_UNTIL(worker, seen.readings == 1);
	assert_int_equal(seen.stored, 0);
	assert_int_equal(redis_worker_status(worker).state, REDIS_AWAY);
	redis_server_ask(admin, "CONFIG", "SET", "maxmemory", "0", NULL);
	WAIT_UNTIL(worker, seen.stored == 1);
	assert_int_equal(redis_worker_status(worker).state, REDIS_READY);
	redis_link_destroy(admin);
	redis_worker_stop(worker);
}

/* Redis stands still: the owner does not. */
static void test_stopped_server(void **state)
{
	NEEDS_REDIS;
	struct seen seen = {.stored = 0};
	struct redis_worker *worker = start_worker(&seen);
	hand_over(worker, 0, 1);
	WAIT_UNTIL(worker, seen.stored == 1);
	redis_server_signal(&server, SIGSTOP);
	hand_over(worker, 1, 2);
	WAIT_UNTIL(worker, redis_worker_status(worker).state == REDIS_AWAY);
	assert_int_equal(redis_worker_status(worker).why.trouble, TROUBLE_TIMEOUT);
	for (uint64_t i = 2; i < 50; i++)
		hand_over(worker, i, i + 1);
	redis_server_signal(&server, SIGCONT);
	WAIT_UNTIL(worker, seen.watermark == 50);
	assert_int_equal(seen.refused, 0);
	assert_true(ask(worker, &seen, "{acme}:now", "n"));
	WAIT_UNTIL(worker, seen.readings == 1);
	assert_string_equal(seen.text, "50");
	redis_worker_stop(worker);
}

static void test_stop_in_the_middle(void **state)
{
	NEEDS_REDIS;
	struct seen seen = {.stored = 0};
	struct redis_worker *worker = start_worker(&seen);
	WAIT_UNTIL(worker, redis_worker_status(worker).state == REDIS_READY);
	redis_server_signal(&server, SIGSTOP);
	hand_over(worker, 0, 1);
	for (int i = 0; i < 100; i++) {
		if (i < REDIS_REQUESTS_MOST)
			assert_true(ask(worker, &seen, "a", "b"));
		else if (!ask(worker, &seen, "a", "b"))
			i = 100;
	}
	assert_false(ask(worker, &seen, "a", "b") && ask(worker, &seen, "a", "b")); /* bounded: one may be under way */
	const int64_t began = clock_monotonic();
	redis_worker_stop(worker);
	assert_true(clock_monotonic() - began < 2000);
	redis_server_signal(&server, SIGCONT);
	assert_int_equal(seen.stored, 0);
	assert_int_equal(seen.stopped, 1); /* each is called back once */
	assert_in_range(seen.readings, REDIS_REQUESTS_MOST, REDIS_REQUESTS_MOST + 1);
}

static bool never(void *context, struct redis_commit *older, const struct redis_commit *newer)
{
	(void)older;
	(void)newer;
	(*(int *)context)++;
	return false;
}

static void test_commits_are_bounded(void **state)
{
	NEEDS_REDIS;
	redis_server_kill(&server);
	int asked = 0, taken = 0;
	struct redis_worker_options options = {.coalesce = never, .context = &asked, .link.name = "test"};
	struct error err;
	assert_true(redis_url_parse(server.url, &options.link.url, &err));
	struct redis_worker *worker = redis_worker_start(&options, &err);
	for (uint64_t i = 0; i < 20; i++) {
		struct redis_commit_head head = {.meta = "m", .previous = i, .watermark = i + 1};
		struct redis_commit *commit = redis_commit_create(&head);
		if (redis_worker_commit(worker, commit))
			taken++;
		else
			redis_commit_destroy(commit);
	}
	assert_int_equal(taken, REDIS_COMMITS_MOST);
	assert_int_equal(asked, 19);
	redis_worker_stop(worker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_commits_and_readings, finish),
		cmocka_unit_test_teardown(test_call, finish),
		cmocka_unit_test_teardown(test_away_and_back, finish),
		cmocka_unit_test_teardown(test_full_and_not_full, finish),
		cmocka_unit_test_teardown(test_stopped_server, finish),
		cmocka_unit_test_teardown(test_stop_in_the_middle, finish),
		cmocka_unit_test_teardown(test_commits_are_bounded, finish),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
