/* What a collector keeps in Redis, against a real server: exactly what the engine says, whatever happens to either. */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/instant.h"
#include "metrics/lists.h"
#include "metrics/query.h"
#include "metrics/series.h"
#include "store/redis_board.h"
#include "store/redis_inbox.h"
#include "store/redis_store.h"
#include "store/redis_verify.h"
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
	link_ = redis_server_begin(&server);
	return 0;
}

static int finish(void **state)
{
	(void)state;
	redis_server_end(&server, link_);
	settings_destroy(settings);
	return 0;
}

#define NEEDS_REDIS                                                                                                \
	do {                                                                                                       \
		NEEDS_REDIS_SERVER;                                                                                \
		ask("FLUSHALL");                                                                                   \
	} while (0)

/* ---- a collector in small ---- */

struct collector {
	struct redis_store *store;
	struct engine *engine;
	struct redis_day day;
};

static struct redis_store_options options_of(const char *journal)
{
	return (struct redis_store_options){.url = server.url, .settings = settings, .journal = journal, .interval = 1, .state_interval = 50};
}

static void begin(struct collector *collector, uint64_t seed)
{
	struct error err;
	struct redis_store_options options = options_of("j1");
	collector->engine = redis_day_engine(settings);
	redis_day_start(&collector->day, seed);
	collector->store = redis_store_open(&options, &err);
	assert_non_null(collector->store);
}

static void turn(struct collector *collector)
{
	struct pollfd wait = {.fd = redis_store_descriptor(collector->store), .events = POLLIN};
	redis_store_commit(collector->store, collector->engine, engine_lsn(collector->engine), clock_monotonic());
	poll(&wait, 1, 2);
}

/* Until all is stored, the packed state too. */
static void settle(struct collector *collector)
{
	redis_store_hurry(collector->store);
	for (const int64_t until = clock_monotonic() + PATIENCE; !redis_store_settled(collector->store, engine_lsn(collector->engine));) {
		turn(collector);
		const struct redis_store_status status = redis_store_status(collector->store);
		if (clock_monotonic() > until || status.state == STORE_STOPPED)
			fail_msg("%s: %s", redis_store_states[status.state], status.fault.error.text);
	}
}

static void end(struct collector *collector)
{
	redis_store_close(collector->store);
	engine_destroy(collector->engine);
	redis_day_finish(&collector->day);
}

static int differences_of(const struct engine *engine, struct redis_difference *differences, int room, uint64_t *compared)
{
	struct error err;
	struct redis_link *link = redis_verify_link(server.url, &err);
	if (!link)
		fail_msg("%s", err.text);
	struct redis_verify verify = {.engine = engine, .settings = settings, .journal = "j1", .state_lsn = engine_lsn(engine)};
	size_t size;
	uint8_t *state = engine_pack(engine, redis_state_since(engine), &size);
	verify.state = (struct view){(const char *)state, size};
	const int count = redis_store_verify(link, &verify, differences, room, compared, &err);
	free(state);
	redis_link_destroy(link);
	if (count < 0)
		fail_msg("%s", err.text);
	return count;
}

static uint64_t expect_same(const struct engine *engine)
{
	struct redis_difference differences[5];
	uint64_t compared = 0;
	const int count = differences_of(engine, differences, 5, &compared);
	for (int i = 0; i < count && i < 5; i++) {
		char text[800];
		redis_difference_describe(&differences[i], text, sizeof text);
		print_error("%s\n", text);
	}
	if (count)
		fail_msg("%d differences at %llu", count, (unsigned long long)engine_lsn(engine));
	return compared;
}

/* ---- what is stored ---- */

static void what_is_stored_is_what_the_engine_says(void **state)
{
	NEEDS_REDIS;
	struct collector collector;
	begin(&collector, 1);
	for (int i = 0; i < 12; i++) {
		redis_day_play(&collector.day, collector.engine, 400);
		for (int turns = 0; turns < 3; turns++)
			turn(&collector);
		settle(&collector);
		assert_true(expect_same(collector.engine) > 200);
	}
	redis_day_wait(&collector.day, collector.engine, 3 * DAY_MS); /* minutes vanish, days are settled */
	settle(&collector);
	expect_same(collector.engine);
	assert_string_equal(ask("HGET", "{acme}:meta", "journal"), "j1");
	assert_true(atoi(ask("HGET", "{acme}:now", "queue_depth")) >= 0);
	assert_true(atoi(ask("HLEN", "{acme}:today")) > 30);
	end(&collector);
}

static void a_difference_is_named(void **state)
{
	NEEDS_REDIS;
	struct collector collector;
	struct redis_difference differences[8];
	uint64_t compared;
	char text[800];
	begin(&collector, 2);
	redis_day_play(&collector.day, collector.engine, 800);
	settle(&collector);
	ask("HSET", "{acme}:now", "queue_depth", "77");
	ask("HSET", "{acme}:now:nobody", "queue_depth", "1");
	ask("SET", "{acme}:strange", "1");
	ask("HDEL", "{acme}:counters", "3");
	ask("PERSIST", "{acme}:today");
	assert_int_equal(differences_of(collector.engine, differences, 8, &compared), 6); /* what has no place is one, and one has no expiry */
	redis_difference_describe(&differences[0], text, sizeof text);
	assert_non_null(strstr(text, "{acme}:now, field queue_depth: wanted "));
	assert_non_null(strstr(text, "found 77"));
	end(&collector);
}

/* Every key of the table is written, every key that is written is in the table, of its type, with an expiry. */
static void the_table_is_what_is_written(void **state)
{
	NEEDS_REDIS;
	struct collector collector;
	struct error err;
	begin(&collector, 3);
	int seen[REDIS_KEYS] = {0};
	ask("RPUSH", "{acme}:inbox", "x");
	for (int i = 0; i < 40; i++) {
		redis_day_play(&collector.day, collector.engine, 300);
		turn(&collector);
		for (int key = 0; key < REDIS_KEYS; key++) {
			char name[REDIS_KEY_ROOM];
			redis_schema_key(name, "acme", (enum redis_key)key, NULL);
			seen[key] += strcmp(ask("TYPE", name), redis_schema[key].type) == 0;
		}
	}
	redis_day_wait(&collector.day, collector.engine, 2 * DAY_MS);
	settle(&collector);
	struct redis_link *link = redis_verify_link(server.url, &err);
	struct redis_commands commands = {.bytes = NULL};
	struct redis_replies replies = {.list = NULL};
	redis_commands_add(&commands, "KEYS", "*", NULL);
	assert_true(redis_link_run(link, &commands, &replies, NULL));
	const struct redis_reply *keys = replies.list[0];
	for (size_t i = 0; i < keys->count; i++) {
		struct view rest;
		const char *name = keys->elements[i]->data;
		const int key = redis_schema_find("acme", view_of(name), &rest);
		if (key < 0)
			fail_msg("%s is in no table", name);
		assert_string_equal(ask("TYPE", name), redis_schema[key].type);
		if (key != STORED_INBOX)
			assert_true(atoll(ask("PTTL", name)) > 0);
		seen[key]++;
	}
	for (int key = 0; key < REDIS_KEYS; key++)
		if (!seen[key] && key != STORED_CONDUCT) /* nobody need be rude */
			fail_msg("%s was never written", redis_schema[key].pattern);
	redis_commands_finish(&commands);
	redis_replies_finish(&replies);
	redis_link_destroy(link);
	end(&collector);
}

static void the_docs_show_the_table(void **state)
{
	(void)state;
	static char text[100000];
	char path[300], line[500];
	const char *source = getenv("TABLO_SOURCE");
	snprintf(path, sizeof path, "%s/docs/REDIS.md", source ? source : ".");
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	text[fread(text, 1, sizeof text - 1, file)] = 0;
	fclose(file);
	for (int i = 0; i < REDIS_KEYS; i++) {
		const struct redis_schema_entry *entry = &redis_schema[i];
		const long long days = entry->expires / 86400;
		snprintf(line, sizeof line, "| `{acme}:%s` | %s | %lld %s | %s |\n", entry->pattern, entry->type, days ? days : 2, days ? "d" : "s", entry->what);
		if (!strstr(text, line))
			fail_msg("docs/REDIS.md has no line %s", line);
	}
}

/* ---- reading it ---- */

static void expect_figures(const struct engine *a, const struct engine *b)
{
	static struct query x, y;
	struct scope rows[200];
	const int count = list_rows(a, SCOPE_ALL, rows, 199);
	assert_true(count > 2);
	rows[count] = SCOPE_ALL;
	for (int row = 0; row <= count; row++)
		for (int window = 0; window < WINDOW_COUNT; window++)
			for (int by = BY_OUTCOME; by <= BY_ARRIVAL; by++) {
				query_run(&x, a, rows[row], (enum window)window, (enum attribution)by, SL_FORMULA_SL2SV, true);
				query_run(&y, b, rows[row], (enum window)window, (enum attribution)by, SL_FORMULA_SL2SV, true);
				assert_memory_equal(&x.tally, &y.tally, sizeof x.tally);
				assert_memory_equal(&x.gauges, &y.gauges, sizeof x.gauges);
			}
}

static void a_board_has_all_figures(void **state)
{
	NEEDS_REDIS;
	struct collector collector;
	struct error err;
	begin(&collector, 4);
	for (int day = 0; day < 3; day++) {
		redis_day_play(&collector.day, collector.engine, 1500);
		redis_day_wait(&collector.day, collector.engine, 7 * HOUR_MS);
		turn(&collector);
	}
	redis_day_play(&collector.day, collector.engine, 500);
	settle(&collector);
	struct engine *engine = redis_store_load(server.url, settings, &err);
	if (!engine)
		fail_msg("%s", err.text);
	assert_int_equal(engine_lsn(engine), engine_lsn(collector.engine));
	expect_figures(collector.engine, engine);
	redis_day_play(&collector.day, collector.engine, 200); /* and a later state is a fresh engine */
	struct redis_board *board = redis_board_open(server.url, settings, &err);
	bool moved;
	struct engine *first = redis_board_poll(board, 24, &moved, &err);
	assert_true(moved && first);
	assert_null(redis_board_poll(board, 24, &moved, &err));
	assert_false(moved);
	settle(&collector);
	struct engine *second = redis_board_poll(board, 0, &moved, &err);
	assert_true(moved && second);
	expect_figures(collector.engine, second);
	engine_destroy(engine);
	engine_destroy(first);
	engine_destroy(second);
	redis_board_close(board);
	end(&collector);
}

static void damage_is_said(void **state)
{
	NEEDS_REDIS;
	struct collector collector;
	struct error err;
	assert_null(redis_store_load(server.url, settings, &err));
	assert_non_null(strstr(err.text, "nothing is stored"));
	begin(&collector, 5);
	redis_day_play(&collector.day, collector.engine, 900);
	settle(&collector);
	ask("HSET", "{acme}:state", "size", "12");
	assert_null(redis_store_load(server.url, settings, &err));
	assert_non_null(strstr(err.text, "not whole"));
	ask("HSET", "{acme}:meta", "rewriting", "abc.3");
	assert_null(redis_store_load(server.url, settings, &err));
	assert_non_null(strstr(err.text, "written anew"));
	end(&collector);
}

/* ---- what happens to it ---- */

/* The store is closed and opened again, Redis is emptied, its connections are cut: afterwards all is as it should be. */
static void whatever_happens_it_is_right(void **state)
{
	NEEDS_REDIS;
	const char *rounds = getenv("TABLO_ROUNDS");
	for (int seed = 1; seed <= 2 * (rounds ? atoi(rounds) : 1); seed++) {
		struct collector collector;
		struct error err;
		ask("FLUSHALL");
		begin(&collector, (uint64_t)seed + 10);
		for (int i = 0; i < 40; i++) {
			redis_day_play(&collector.day, collector.engine, (int)redis_day_random(&collector.day, 150));
			for (uint32_t turns = redis_day_random(&collector.day, 6); turns; turns--)
				turn(&collector);
			switch (redis_day_random(&collector.day, 9)) {
			case 0:
				ask("FLUSHALL");
				break;
			case 1:
				ask("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
				break;
			case 2: {
				redis_store_close(collector.store);
				struct redis_store_options options = options_of("j1");
				options.journal_end = engine_lsn(collector.engine);
				collector.store = redis_store_open(&options, &err);
				break;
			}
			case 3: {
				size_t size;
				bool differs;
				uint8_t *bytes = engine_pack(collector.engine, INT64_MIN, &size);
				engine_destroy(collector.engine);
				collector.engine = engine_unpack(settings, bytes, size, &differs, &err);
				engine_keep_long(collector.engine);
				free(bytes);
				break;
			}
			case 4:
				redis_day_wait(&collector.day, collector.engine, redis_day_random(&collector.day, 12) * HOUR_MS);
				break;
			case 5:
				settle(&collector);
				expect_same(collector.engine);
				break;
			default:
				break;
			}
		}
		settle(&collector);
		expect_same(collector.engine);
		end(&collector);
	}
}

/* kill -9 with an AOF of which the end is lost. */
static void a_killed_server_is_mended(void **state)
{
	NEEDS_REDIS;
	static const char *const aof[] = {"--appendonly", "yes", "--appendfsync", "everysec", NULL};
	struct redis_server mine = {.folder = ""}, before = server;
	struct collector collector;
	redis_server_start(&mine, aof);
	server = mine;
	begin(&collector, 30);
	for (int i = 0; i < 3; i++) {
		redis_day_play(&collector.day, collector.engine, 400);
		settle(&collector);
		redis_day_play(&collector.day, collector.engine, 100);
		turn(&collector);
		redis_server_kill(&server);
		redis_day_play(&collector.day, collector.engine, 100);
		turn(&collector);
		redis_server_launch(&server, aof);
		redis_day_wait(&collector.day, collector.engine, HOUR_MS);
		settle(&collector);
		expect_same(collector.engine);
	}
	end(&collector);
	redis_server_finish(&server);
	server = before;
}

/* ---- who writes ---- */

static void wait_for(struct collector *collector, enum redis_store_state wanted)
{
	for (const int64_t until = clock_monotonic() + PATIENCE; redis_store_status(collector->store).state != wanted; turn(collector))
		if (clock_monotonic() > until)
			fail_msg("still %s", redis_store_states[redis_store_status(collector->store).state]);
}

static void the_older_writer_is_fenced(void **state)
{
	NEEDS_REDIS;
	struct collector old, new;
	struct error err;
	begin(&old, 6);
	redis_day_play(&old.day, old.engine, 500);
	settle(&old);
	begin(&new, 6);
	redis_store_close(new.store);
	struct redis_store_options options = options_of("j1");
	options.force = options.rewrite = true;
	new.store = redis_store_open(&options, &err);
	redis_day_play(&new.day, new.engine, 450); /* a fork: fewer records than Redis has */
	settle(&new);
	expect_same(new.engine);
	redis_day_play(&old.day, old.engine, 10);
	wait_for(&old, STORE_STOPPED);
	const struct redis_store_status status = redis_store_status(old.store);
	assert_int_equal(status.fault.trouble, TROUBLE_FENCED);
	assert_non_null(strstr(status.fault.error.text, "another writer"));
	assert_true(*status.remedy);
	redis_day_play(&new.day, new.engine, 100);
	settle(&new);
	expect_same(new.engine);
	end(&old);
	end(&new);
}

static void another_journal_is_refused(void **state)
{
	NEEDS_REDIS;
	struct collector collector;
	struct error err;
	begin(&collector, 7);
	redis_day_play(&collector.day, collector.engine, 300);
	settle(&collector);
	redis_store_close(collector.store);
	struct redis_store_options options = options_of("j2");
	collector.store = redis_store_open(&options, &err);
	wait_for(&collector, STORE_STOPPED);
	assert_int_equal(redis_store_status(collector.store).fault.trouble, TROUBLE_FOREIGN);
	end(&collector);
}

/* The journal lost its end with a power cut, and goes on: what Redis has beyond is not relied on. */
static void a_lost_end_is_written_anew(void **state)
{
	NEEDS_REDIS;
	struct collector collector;
	struct error err;
	begin(&collector, 8);
	redis_day_play(&collector.day, collector.engine, 600);
	settle(&collector);
	end(&collector);
	begin(&collector, 8);
	redis_store_close(collector.store);
	redis_day_play(&collector.day, collector.engine, 500);
	struct redis_store_options options = options_of("j1");
	options.journal_end = engine_lsn(collector.engine);
	redis_day_random(&collector.day, 2); /* from here on things go otherwise */
	redis_day_play(&collector.day, collector.engine, 300);
	collector.store = redis_store_open(&options, &err);
	settle(&collector);
	assert_non_null(strstr(redis_store_status(collector.store).note, "journal lost"));
	expect_same(collector.engine);
	/* What is only gone on from is not written anew. */
	redis_store_close(collector.store);
	options.journal_end = engine_lsn(collector.engine);
	collector.store = redis_store_open(&options, &err);
	redis_day_play(&collector.day, collector.engine, 100);
	settle(&collector);
	assert_int_equal(redis_store_status(collector.store).rewrites, 0);
	expect_same(collector.engine);
	end(&collector);
}

static void a_key_that_holds_something_else_is_named(void **state)
{
	NEEDS_REDIS;
	struct collector collector;
	begin(&collector, 9);
	redis_day_play(&collector.day, collector.engine, 300);
	settle(&collector);
	ask("DEL", "{acme}:now");
	ask("SET", "{acme}:now", "mine");
	redis_day_play(&collector.day, collector.engine, 300);
	for (const int64_t until = clock_monotonic() + PATIENCE; redis_store_status(collector.store).fault.trouble != TROUBLE_WRONGKEY; turn(&collector))
		assert_true(clock_monotonic() < until);
	assert_non_null(strstr(redis_store_status(collector.store).fault.error.text, "{acme}:now"));
	ask("DEL", "{acme}:now");
	end(&collector);
}

/* ---- actions of people ---- */

struct taking { int count; char last[16]; };

static bool take(void *context, struct view payload)
{
	struct taking *taking = context;
	taking->count++;
	view_copy(payload, taking->last, sizeof taking->last);
	return true;
}

static void actions_are_taken_once(void **state)
{
	NEEDS_REDIS;
	struct collector collector;
	struct taking taking = {0};
	struct error err;
	begin(&collector, 20);
	redis_store_close(collector.store);
	struct redis_store_options options = options_of("j1");
	options.inbox = take;
	options.context = &taking;
	collector.store = redis_store_open(&options, &err);
	redis_day_play(&collector.day, collector.engine, 300);
	settle(&collector);
	for (int i = 0; i < 100; i++) {
		char payload[16];
		snprintf(payload, sizeof payload, "action %d", i);
		assert_true(redis_inbox_push(link_, "acme", view_of(payload), &err));
	}
	assert_true(atoi(ask("TTL", "{acme}:inbox")) > 1000);
	for (const int64_t until = clock_monotonic() + PATIENCE; strcmp(ask("LLEN", "{acme}:inbox"), "0") != 0;) {
		redis_day_play(&collector.day, collector.engine, 2);
		turn(&collector);
		assert_true(clock_monotonic() < until);
	}
	assert_int_equal(taking.count, 100);
	assert_string_equal(taking.last, "action 99");
	end(&collector);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_stored_is_what_the_engine_says), cmocka_unit_test(a_difference_is_named),
		cmocka_unit_test(the_table_is_what_is_written), cmocka_unit_test(the_docs_show_the_table), cmocka_unit_test(a_board_has_all_figures), cmocka_unit_test(damage_is_said),
		cmocka_unit_test(whatever_happens_it_is_right), cmocka_unit_test(a_killed_server_is_mended),
		cmocka_unit_test(the_older_writer_is_fenced), cmocka_unit_test(another_journal_is_refused),
		cmocka_unit_test(a_lost_end_is_written_anew), cmocka_unit_test(a_key_that_holds_something_else_is_named),
		cmocka_unit_test(actions_are_taken_once)};
	return cmocka_run_group_tests(tests, start, finish);
}
