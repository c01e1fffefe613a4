#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/redis_commit.h"
#include "store/redis_lease.h"
#include "tests/redis_server.h"

#include <cmocka.h> /* last: it makes a macro of fail */

#define META "{acme}:meta"

static struct redis_server server;
static struct redis_link *link_;

static struct redis_commit_head head_of(uint64_t epoch, uint64_t previous, uint64_t watermark)
{
	return (struct redis_commit_head){.meta = META, .journal = "j1", .writer = "w", .epoch = epoch, .schema = 1, .previous = previous,
		.watermark = watermark};
}

static struct redis_commit *commit_of(struct redis_commit_head head)
{
	return redis_commit_create(&head);
}

static void put(struct redis_commit *commit, const char *key, const char *field, const char *value)
{
	redis_commit_field(commit, view_of(key), view_of(field), view_of(value));
}

/* Sends it and forgets it. TROUBLE_NONE: stored. */
static enum redis_trouble send(struct redis_commit *commit, const char **words)
{
	static struct redis_fault fault;
	struct redis_call call = {.script = NULL};
	redis_commit_encode(commit, &call);
	redis_commit_destroy(commit);
	struct redis_reply *reply = redis_link_call(link_, &call, &fault);
	redis_call_finish(&call);
	const bool good = reply != NULL;
	redis_reply_destroy(reply);
	if (words)
		*words = fault.error.text;
	return good ? TROUBLE_NONE : fault.trouble;
}

static enum redis_trouble send_one(struct redis_commit_head head, const char *value)
{
	struct redis_commit *commit = commit_of(head);
	put(commit, "{acme}:now", "aht", value);
	return send(commit, NULL);
}

#define ask(...) redis_server_ask(link_, __VA_ARGS__, NULL)

static int start(void **state)
{
	(void)state;
	link_ = redis_server_begin(&server);
	return 0;
}

static int finish(void **state)
{
	(void)state;
	redis_server_end(&server, link_);
	return 0;
}

#define NEEDS_REDIS                                                                                                \
	do {                                                                                                       \
		NEEDS_REDIS_SERVER;                                                                                \
		ask("FLUSHALL");                                                                                   \
	} while (0)

/* ---- operations ---- */

static void test_operations(void **state)
{
	NEEDS_REDIS;
	ask("HSET", "{acme}:old", "a", "1");
	ask("HSET", "{acme}:h", "gone", "1", "kept", "2");
	struct redis_commit *commit = commit_of(head_of(1, 0, 7));
	redis_commit_remove(commit, view_of("{acme}:old"));
	put(commit, "{acme}:h", "x", "10");
	put(commit, "{acme}:h", "x", "11");
	redis_commit_drop_field(commit, view_of("{acme}:h"), view_of("gone"));
	redis_commit_value(commit, view_of("{acme}:series"), (struct view){"a\0b", 3});
	redis_commit_expire(commit, view_of("{acme}:series"), 1000);
	put(commit, "{acme}:again", "before", "1");
	redis_commit_remove(commit, view_of("{acme}:again"));
	put(commit, "{acme}:again", "after", "1");
	put(commit, "{acme}:again", "dropped", "1");
	redis_commit_drop_field(commit, view_of("{acme}:again"), view_of("dropped"));
	redis_commit_drop_field(commit, view_of("{acme}:again"), view_of("put"));
	put(commit, "{acme}:again", "put", "1");
	assert_int_equal(send(commit, NULL), TROUBLE_NONE);
	assert_string_equal(ask("EXISTS", "{acme}:old"), "0");
	assert_string_equal(ask("HGET", "{acme}:h", "x"), "11");
	assert_string_equal(ask("HGET", "{acme}:h", "gone"), "(nil)");
	assert_string_equal(ask("HGET", "{acme}:h", "kept"), "2");
	assert_string_equal(ask("STRLEN", "{acme}:series"), "3");
	assert_true(atoi(ask("TTL", "{acme}:series")) > 900);
	assert_string_equal(ask("HEXISTS", "{acme}:again", "before"), "0");
	assert_string_equal(ask("HGET", "{acme}:again", "after"), "1");
	assert_string_equal(ask("HEXISTS", "{acme}:again", "dropped"), "0");
	assert_string_equal(ask("HGET", "{acme}:again", "put"), "1");
	assert_string_equal(ask("HGET", META, "watermark"), "00000000000000000007");
	assert_string_equal(ask("HGET", META, "epoch"), "00000000000000000001");
	assert_string_equal(ask("HGET", META, "journal"), "j1");
}

/* More fields than Lua's stack takes at once. */
static void test_many_fields(void **state)
{
	NEEDS_REDIS;
	struct redis_commit *commit = commit_of(head_of(1, 0, 1));
	for (int i = 0; i < 30000; i++) {
		char name[16];
		snprintf(name, sizeof name, "f%d", i);
		put(commit, "{acme}:big", name, "v");
	}
	assert_true(redis_commit_size(commit) > 30000 * 5);
	assert_int_equal(send(commit, NULL), TROUBLE_NONE);
	assert_string_equal(ask("HLEN", "{acme}:big"), "30000");
	commit = commit_of(head_of(1, 1, 2));
	for (int i = 0; i < 30000; i += 2) {
		char name[16];
		snprintf(name, sizeof name, "f%d", i);
		redis_commit_drop_field(commit, view_of("{acme}:big"), view_of(name));
	}
	assert_int_equal(send(commit, NULL), TROUBLE_NONE);
	assert_string_equal(ask("HLEN", "{acme}:big"), "15000");
}

/* ---- who may write, and upon what ---- */

static void test_watermarks(void **state)
{
	NEEDS_REDIS;
	assert_int_equal(send_one(head_of(1, 5, 10), "a"), TROUBLE_BEHIND); /* emptied: a rewrite is due */
	assert_string_equal(ask("EXISTS", META), "0");
	assert_int_equal(send_one(head_of(1, 0, 10), "a"), TROUBLE_NONE);
	assert_int_equal(send_one(head_of(1, 10, 20), "b"), TROUBLE_NONE);
	assert_int_equal(send_one(head_of(1, 10, 20), "b"), TROUBLE_NONE); /* once more: its fate was not known */
	assert_int_equal(send_one(head_of(1, 15, 30), "c"), TROUBLE_NONE); /* builds upon less than is there */
	assert_int_equal(send_one(head_of(1, 31, 40), "d"), TROUBLE_BEHIND);
	assert_int_equal(send_one(head_of(1, 10, 20), "b"), TROUBLE_AHEAD); /* late */
	assert_int_equal(send_one(head_of(1, 0, 20), "b"), TROUBLE_AHEAD);
	assert_string_equal(ask("HGET", "{acme}:now", "aht"), "c");
	assert_string_equal(ask("HGET", META, "watermark"), "00000000000000000030");
	assert_int_equal(send_one(head_of(2, 10, 20), "fork"), TROUBLE_AHEAD);
	assert_int_equal(send_one(head_of(2, 0, 20), "rewritten"), TROUBLE_NONE); /* a newer epoch over the fork of the old one */
	assert_string_equal(ask("HGET", META, "watermark"), "00000000000000000020");
	assert_int_equal(send_one(head_of(2, 30, 20), "x"), TROUBLE_BADCALL);
}

static void test_fenced(void **state)
{
	NEEDS_REDIS;
	struct redis_commit_head head = head_of(3, 0, 1);
	const char *words;
	assert_int_equal(send_one(head, "new"), TROUBLE_NONE);
	assert_int_equal(send(commit_of(head_of(2, 1, 2)), &words), TROUBLE_FENCED);
	assert_non_null(strstr(words, "00000000000000000003"));
	strcpy(head.writer, "other"); /* the same epoch, from a Redis that lost the take-over */
	assert_int_equal(send_one(head, "x"), TROUBLE_FENCED);
	assert_string_equal(ask("HGET", "{acme}:now", "aht"), "new");
}

static void test_foreign_and_schema(void **state)
{
	NEEDS_REDIS;
	struct redis_commit_head head = head_of(1, 0, 1);
	const char *words;
	assert_int_equal(send_one(head, "a"), TROUBLE_NONE);
	strcpy(head.journal, "j2");
	head.epoch = 9;
	assert_int_equal(send(commit_of(head), &words), TROUBLE_FOREIGN);
	assert_non_null(strstr(words, "j1"));
	head = head_of(1, 0, 2);
	head.schema = 2;
	assert_int_equal(send_one(head, "b"), TROUBLE_NONE);
	head.schema = 1;
	assert_int_equal(send_one(head, "c"), TROUBLE_SCHEMA);
	assert_string_equal(ask("HGET", "{acme}:now", "aht"), "b");
}

static void test_numbers_beyond_doubles(void **state)
{
	NEEDS_REDIS;
	const uint64_t edge = (uint64_t)1 << 53;
	assert_int_equal(send_one(head_of(edge, 0, UINT64_MAX - 2), "a"), TROUBLE_NONE);
	assert_int_equal(send_one(head_of(edge + 1, UINT64_MAX - 2, UINT64_MAX - 1), "b"), TROUBLE_NONE);
	assert_int_equal(send_one(head_of(edge, UINT64_MAX - 2, UINT64_MAX - 1), "c"), TROUBLE_FENCED);
	assert_int_equal(send_one(head_of(edge + 1, UINT64_MAX - 1, UINT64_MAX), "d"), TROUBLE_NONE);
	assert_int_equal(send_one(head_of(edge + 1, UINT64_MAX - 2, UINT64_MAX - 1), "e"), TROUBLE_AHEAD);
	assert_string_equal(ask("HGET", META, "watermark"), "18446744073709551615");
}

/* Whatever stands in one of our keys, nothing at all is written. */
static void test_wrong_key_writes_nothing(void **state)
{
	NEEDS_REDIS;
	static const char *const foreign[][4] = {
		{"SET", "{acme}:b", "text"}, {"RPUSH", "{acme}:b", "x"}, {"SADD", "{acme}:b", "x"}, {"HSET", "{acme}:c", "x", "y"}};
	for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
		const char *words;
		ask("FLUSHALL");
		redis_server_ask(link_, foreign[i][0], foreign[i][1], foreign[i][2], foreign[i][3], NULL);
		struct redis_commit *commit = commit_of(head_of(1, 0, 1));
		put(commit, "{acme}:a", "f", "1");
		put(commit, "{acme}:b", "f", "1");
		redis_commit_value(commit, view_of("{acme}:c"), view_of("text"));
		assert_int_equal(send(commit, &words), TROUBLE_WRONGKEY);
		assert_non_null(strstr(words, foreign[i][1]));
		assert_string_equal(ask("EXISTS", "{acme}:a"), "0");
		assert_string_equal(ask("EXISTS", META), "0");
		assert_string_equal(ask("DBSIZE"), "1");
		commit = commit_of(head_of(1, 0, 1)); /* removed first, it is ours again */
		redis_commit_remove(commit, view_of(foreign[i][1]));
		put(commit, foreign[i][1], "f", "1");
		assert_int_equal(send(commit, NULL), TROUBLE_NONE);
	}
	ask("FLUSHALL");
	ask("SET", META, "text");
	assert_int_equal(send_one(head_of(1, 0, 1), "x"), TROUBLE_WRONGKEY);
	ask("DEL", META);
	ask("HSET", META, "epoch", "12");
	assert_int_equal(send_one(head_of(1, 0, 1), "x"), TROUBLE_WRONGKEY);
	assert_string_equal(ask("DBSIZE"), "1");
}

/* Every length at which the form of a text changes, with bytes of all kinds. */
static void test_lengths(void **state)
{
	NEEDS_REDIS;
	static const size_t sizes[] = {0, 1, 31, 32, 33, 255, 256, 257, 65535, 65536, 65537, 600000};
	char *bytes = malloc(600000);
	struct redis_commit *commit = commit_of(head_of(1, 0, 1));
	assert_non_null(bytes);
	for (size_t i = 0; i < 600000; i++)
		bytes[i] = (char)(i * 7 + (i >> 8));
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		char name[300], key[32];
		snprintf(key, sizeof key, "{acme}:text%zu", sizes[i]);
		snprintf(name, sizeof name, "%0*zu", (int)(sizes[i] % 290 + 1), i);
		redis_commit_field(commit, view_of("{acme}:lengths"), view_of(name), (struct view){bytes, sizes[i]});
		redis_commit_value(commit, view_of(key), (struct view){bytes, sizes[i]});
	}
	assert_int_equal(send(commit, NULL), TROUBLE_NONE);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct redis_commands commands = {.bytes = NULL};
		struct redis_replies replies = {.list = NULL};
		char name[300], key[32];
		snprintf(key, sizeof key, "{acme}:text%zu", sizes[i]);
		snprintf(name, sizeof name, "%0*zu", (int)(sizes[i] % 290 + 1), i);
		redis_commands_add(&commands, "HGET", "{acme}:lengths", name, NULL);
		redis_commands_add(&commands, "GET", key, NULL);
		assert_true(redis_link_run(link_, &commands, &replies, NULL));
		for (size_t n = 0; n < 2; n++) {
			const struct view got = redis_reply_text(replies.list[n]);
			assert_int_equal(got.size, sizes[i]);
			assert_memory_equal(got.data, bytes, sizes[i]);
		}
		redis_commands_finish(&commands);
		redis_replies_finish(&replies);
	}
	free(bytes);
}

/* A call that our C would never make: the script does not half of it. Each is one bundle, its words one behind the other. */
static void test_malformed_calls(void **state)
{
	NEEDS_REDIS;
	static const struct view bundles[] = {
#define BUNDLE(bytes) {bytes, sizeof bytes - 1}
		BUNDLE("\xa1H\x02\x03\xa1" "a\xa1" "b\xa1" "c"), BUNDLE("\xa1H\x02\x04\xa1" "a\xa1" "b"), BUNDLE("\xa1H\x09\x02\xa1" "a\xa1" "b"),
		BUNDLE("\xa1H\x01\x02\xa5" "epoch\xa1" "b"), BUNDLE("\xa1H\x02\x00"), BUNDLE("\xa1H\x02\xa1x\xa1" "a\xa1" "b"),
		BUNDLE("\xa1H\xa1" "2\x02\xa1" "a\xa1" "b"), BUNDLE("\xa1" "E\x02\x00"), BUNDLE("\xa1" "E\x02\xff"), BUNDLE("\xa1" "E\x02\xa1" "5"),
		BUNDLE("\xa1" "E\x02\xcf\x00\x00\x00\xff\x00\x00\x00\x00"), BUNDLE("\xa1S\x02"), BUNDLE("\xa1X\x02\xa1" "1"), BUNDLE("\xa1H"),
		BUNDLE("\xa1" "F\x02\x02\xa1" "a"), BUNDLE("\xa1H\x02\x02\xa1" "a\xd9\xff" "b"), BUNDLE("\xc1"), BUNDLE("\xa5" "ab"),
		BUNDLE("\xa1" "D"), BUNDLE("\x01\x02\x03"), BUNDLE("\xc0\xc0"), BUNDLE("\xa1H\x02\xcd\xff\xfe\xa1" "a\xa1" "b"),
#undef BUNDLE
	};
	for (size_t i = 0; i < sizeof bundles / sizeof *bundles; i++) {
		struct redis_call call = {.script = NULL};
		struct redis_fault fault = {.trouble = TROUBLE_NONE};
		struct redis_commit *commit = commit_of(head_of(1, 0, 1));
		put(commit, "{acme}:a", "good", "1");
		redis_commit_encode(commit, &call);
		redis_call_word(&call, bundles[i]);
		struct redis_reply *reply = redis_link_call(link_, &call, &fault);
		if (reply || fault.trouble != TROUBLE_BADCALL)
			fail_msg("call %zu: %s", i, fault.error.text);
		assert_string_equal(ask("DBSIZE"), "0");
		redis_call_finish(&call);
		redis_commit_destroy(commit);
	}
}

/* ---- what is put later ---- */

struct later {
	int puts, forgotten;
};

static void put_later(void *context, struct redis_commit *commit)
{
	struct later *later = context;
	later->puts++;
	put(commit, "{acme}:later", "f", "1");
}

static void forget_later(void *context)
{
	struct later *later = context;
	later->forgotten++;
}

static void test_the_rest_is_put_once(void **state)
{
	(void)state;
	struct later later = {0};
	const struct redis_commit_rest rest = {.put = put_later, .forget = forget_later, .context = &later};
	struct redis_commit *older = commit_of(head_of(1, 0, 1)), *newer = commit_of(head_of(1, 1, 2));
	redis_commit_defer(older, &rest);
	assert_false(redis_commit_absorb(older, newer));
	const size_t empty = redis_commit_size(older);
	redis_commit_complete(older);
	redis_commit_complete(older);
	assert_true(redis_commit_size(older) > empty);
	assert_int_equal(later.puts, 1);
	assert_int_equal(later.forgotten, 1);
	assert_true(redis_commit_absorb(older, newer));
	redis_commit_defer(newer, &rest);
	redis_commit_destroy(newer); /* never sent */
	assert_int_equal(later.puts, 1);
	assert_int_equal(later.forgotten, 2);
	redis_commit_destroy(older);
}

/* ---- two into one ---- */

static void fill(struct redis_commit *commit, unsigned *seed, int *model)
{
	for (int i = 0; i < 6; i++) {
		char key[16], field[8], value[16];
		const int k = rand_r(seed) % 4, f = rand_r(seed) % 4, v = rand_r(seed) % 1000 + 1;
		snprintf(key, sizeof key, "{acme}:%d", k);
		snprintf(field, sizeof field, "%d", f);
		snprintf(value, sizeof value, "%d", v);
		if (v % 7 == 0) {
			redis_commit_remove(commit, view_of(key));
			memset(&model[k * 4], 0, 4 * sizeof *model);
		} else if (v % 5 == 0) {
			redis_commit_drop_field(commit, view_of(key), view_of(field));
			model[k * 4 + f] = 0;
		} else {
			put(commit, key, field, value);
			model[k * 4 + f] = v;
		}
	}
}

/* Commits put together in any grouping leave what they would have left one by one. */
static void test_absorbed_is_equal(void **state)
{
	NEEDS_REDIS;
	unsigned seed = 3;
	int model[16] = {0};
	uint64_t watermark = 0;
	for (int round = 0; round < 200; round++) {
		const uint64_t previous = watermark;
		struct redis_commit *older = commit_of(head_of(1, previous, watermark + 1));
		fill(older, &seed, model);
		watermark++;
		for (int more = rand_r(&seed) % 4; more > 0; more--) {
			struct redis_commit *newer = commit_of(head_of(1, watermark, watermark + 1));
			fill(newer, &seed, model);
			watermark++;
			assert_true(redis_commit_absorb(older, newer));
			redis_commit_destroy(newer);
		}
		assert_int_equal(redis_commit_head(older)->previous, previous);
		assert_int_equal(redis_commit_head(older)->watermark, watermark);
		assert_int_equal(send(older, NULL), TROUBLE_NONE);
		for (int i = 0; i < 16; i++) {
			char key[16], field[8], value[16];
			snprintf(key, sizeof key, "{acme}:%d", i / 4);
			snprintf(field, sizeof field, "%d", i % 4);
			snprintf(value, sizeof value, "%d", model[i]);
			assert_string_equal(ask("HGET", key, field), model[i] ? value : "(nil)");
		}
	}
}

static void test_what_does_not_follow_is_not_absorbed(void **state)
{
	(void)state;
	struct redis_commit *older = commit_of(head_of(1, 0, 10));
	struct redis_commit_head heads[] = {head_of(2, 10, 20), head_of(1, 11, 20), head_of(1, 0, 9)};
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
		struct redis_commit *newer = commit_of(heads[i]);
		assert_false(redis_commit_absorb(older, newer));
		redis_commit_destroy(newer);
	}
	assert_int_equal(redis_commit_head(older)->watermark, 10);
	redis_commit_destroy(older);
}

/* A day without Redis: memory follows the number of fields, not that of commits. */
static void test_absorbing_does_not_grow(void **state)
{
	(void)state;
	struct redis_commit *older = commit_of(head_of(1, 0, 1));
	size_t size = 0;
	for (uint64_t i = 1; i < 5000; i++) {
		struct redis_commit *newer = commit_of(head_of(1, i, i + 1));
		for (int f = 0; f < 10; f++) {
			char name[8], value[24];
			snprintf(name, sizeof name, "%d", f);
			snprintf(value, sizeof value, "%020llu", (unsigned long long)i);
			put(newer, "{acme}:a", name, value);
		}
		if (i % 3 == 0)
			redis_commit_remove(newer, view_of("{acme}:b"));
		put(newer, "{acme}:b", "x", "12345");
		assert_true(redis_commit_absorb(older, newer));
		redis_commit_destroy(newer);
		if (i == 10)
			size = redis_commit_size(older);
	}
	assert_int_equal(redis_commit_size(older), size);
	redis_commit_destroy(older);
}

/* ---- the lease ---- */

static struct redis_lease lease_of(const char *owner)
{
	struct redis_lease lease = {.meta = META, .key = "{acme}:lease", .journal = "j1", .schema = 1};
	snprintf(lease.owner, sizeof lease.owner, "%s", owner);
	return lease;
}

static void test_lease(void **state)
{
	NEEDS_REDIS;
	struct redis_fault fault;
	struct redis_lease a = lease_of("a"), b = lease_of("b");
	assert_true(redis_lease_run(&a, LEASE_TAKE, link_, &fault));
	assert_int_equal(a.epoch, 1);
	assert_int_equal(a.watermark, 0);
	assert_true(atoi(ask("PTTL", "{acme}:lease")) <= REDIS_LEASE_MS);
	assert_false(redis_lease_run(&b, LEASE_TAKE, link_, &fault));
	assert_int_equal(fault.trouble, TROUBLE_HELD);
	assert_non_null(strstr(fault.error.text, "HELD a "));
	assert_true(redis_lease_run(&a, LEASE_RENEW, link_, &fault));
	assert_int_equal(a.epoch, 1);
	assert_true(redis_lease_run(&b, LEASE_TAKE_BY_FORCE, link_, &fault));
	assert_int_equal(b.epoch, 2);
	assert_false(redis_lease_run(&a, LEASE_RENEW, link_, &fault));
	assert_int_equal(fault.trouble, TROUBLE_FENCED);
	struct redis_commit_head head = head_of(a.epoch, 0, 1);
	strcpy(head.writer, "a");
	assert_int_equal(send_one(head, "x"), TROUBLE_FENCED);
	head.epoch = b.epoch;
	strcpy(head.writer, "b");
	assert_int_equal(send_one(head, "y"), TROUBLE_NONE);
	assert_true(redis_lease_run(&b, LEASE_RELEASE, link_, &fault));
	assert_int_equal(b.epoch, 0);
	assert_true(redis_lease_run(&a, LEASE_TAKE, link_, &fault));
	assert_int_equal(a.epoch, 3);
	assert_int_equal(a.watermark, 1);
}

/* It runs out by itself; renewing it then is all right while nobody else took it. */
static void test_lease_runs_out(void **state)
{
	NEEDS_REDIS;
	struct redis_fault fault;
	struct redis_lease a = lease_of("a"), b = lease_of("b");
	assert_true(redis_lease_run(&a, LEASE_TAKE, link_, &fault));
	ask("PEXPIRE", "{acme}:lease", "20"); /* as if it were nearly over */
	const int64_t until = clock_monotonic() + 3000;
	while (!redis_lease_run(&b, LEASE_TAKE, link_, &fault))
		assert_true(fault.trouble == TROUBLE_HELD && clock_monotonic() < until);
	assert_int_equal(b.epoch, 2);
	ask("DEL", "{acme}:lease");
	assert_true(redis_lease_run(&b, LEASE_RENEW, link_, &fault));
	assert_string_equal(ask("GET", "{acme}:lease"), "b");
}

static void test_lease_refused(void **state)
{
	NEEDS_REDIS;
	struct redis_fault fault;
	struct redis_lease a = lease_of("a");
	assert_int_equal(send_one(head_of(1, 0, 1), "x"), TROUBLE_NONE);
	strcpy(a.journal, "another");
	assert_false(redis_lease_run(&a, LEASE_TAKE_BY_FORCE, link_, &fault));
	assert_int_equal(fault.trouble, TROUBLE_FOREIGN);
	a = lease_of("a");
	a.schema = 0;
	assert_false(redis_lease_run(&a, LEASE_TAKE, link_, &fault));
	assert_int_equal(fault.trouble, TROUBLE_SCHEMA);
	ask("HSET", META, "epoch", "00000000000000000999");
	a.schema = 1;
	assert_true(redis_lease_run(&a, LEASE_TAKE, link_, &fault));
	assert_int_equal(a.epoch, 1000); /* carried over */
	ask("RPUSH", "{acme}:list", "x");
	strcpy(a.key, "{acme}:list");
	assert_false(redis_lease_run(&a, LEASE_RENEW, link_, &fault));
	assert_int_equal(fault.trouble, TROUBLE_WRONGKEY);
}

/* The new writer's journal may end before the fork of the old one: it rewrites all. */
static void test_take_over_of_a_fork(void **state)
{
	NEEDS_REDIS;
	struct redis_fault fault;
	struct redis_lease lease = lease_of("w");
	assert_true(redis_lease_run(&lease, LEASE_TAKE, link_, &fault));
	assert_int_equal(send_one(head_of(1, 0, 100), "old"), TROUBLE_NONE);
	assert_true(redis_lease_run(&lease, LEASE_TAKE, link_, &fault));
	assert_int_equal(lease.epoch, 2);
	assert_int_equal(lease.watermark, 100);
	assert_int_equal(send_one(head_of(2, 80, 90), "half"), TROUBLE_AHEAD);
	assert_int_equal(send_one(head_of(2, 0, 90), "all"), TROUBLE_NONE);
	assert_int_equal(send_one(head_of(2, 0, 89), "back"), TROUBLE_AHEAD);
	assert_string_equal(ask("HGET", "{acme}:now", "aht"), "all");
	assert_string_equal(ask("HGET", META, "watermark"), "00000000000000000090");
}

/* ---- two that race ---- */

#define TAKES 60

struct racer {
	pthread_t thread;
	struct redis_link *link;
	char owner[8];
	uint64_t epochs[TAKES];
	int stored, fenced, others;
};

/* Takes the site over and over and writes its own name to two keys at once. */
static void *race(void *argument)
{
	struct racer *racer = argument;
	struct redis_lease lease = lease_of(racer->owner);
	for (int i = 0; i < TAKES; i++) {
		struct redis_fault fault;
		struct redis_call call = {.script = NULL};
		if (!redis_lease_run(&lease, LEASE_TAKE_BY_FORCE, racer->link, &fault)) {
			racer->others++;
			continue;
		}
		racer->epochs[i] = lease.epoch;
		struct redis_commit_head head = head_of(lease.epoch, 0, (uint64_t)i + 1);
		strcpy(head.writer, racer->owner);
		struct redis_commit *commit = commit_of(head);
		put(commit, "{acme}:one", "who", racer->owner);
		put(commit, "{acme}:two", "who", racer->owner);
		redis_commit_encode(commit, &call);
		redis_commit_destroy(commit);
		struct redis_reply *reply = redis_link_call(racer->link, &call, &fault);
		racer->stored += reply != NULL;
		racer->fenced += !reply && fault.trouble == TROUBLE_FENCED;
		racer->others += !reply && fault.trouble != TROUBLE_FENCED;
		redis_reply_destroy(reply);
		redis_call_finish(&call);
	}
	return NULL;
}

static void test_race(void **state)
{
	NEEDS_REDIS;
	static struct racer racers[2] = {{.owner = "a"}, {.owner = "b"}};
	bool seen[2 * TAKES + 1] = {false};
	for (int i = 0; i < 2; i++) {
		racers[i].link = redis_server_link(&server, NULL, 3000);
		assert_true(redis_link_connect(racers[i].link, NULL));
		assert_int_equal(pthread_create(&racers[i].thread, NULL, race, &racers[i]), 0);
	}
	for (int i = 0; i < 2; i++)
		pthread_join(racers[i].thread, NULL);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(racers[i].others, 0);
		assert_int_equal(racers[i].stored + racers[i].fenced, TAKES);
		for (int j = 0; j < TAKES; j++) { /* no epoch is given out twice */
			assert_in_range(racers[i].epochs[j], 1, 2 * TAKES);
			assert_false(seen[racers[i].epochs[j]]);
			seen[racers[i].epochs[j]] = true;
		}
		redis_link_destroy(racers[i].link);
	}
	char one[64];
	snprintf(one, sizeof one, "%s", ask("HGET", "{acme}:one", "who"));
	assert_string_equal(ask("HGET", "{acme}:two", "who"), one);
	assert_string_equal(ask("HGET", META, "epoch"), "00000000000000000120");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_operations),
		cmocka_unit_test(test_many_fields),
		cmocka_unit_test(test_watermarks),
		cmocka_unit_test(test_fenced),
		cmocka_unit_test(test_foreign_and_schema),
		cmocka_unit_test(test_numbers_beyond_doubles),
		cmocka_unit_test(test_wrong_key_writes_nothing),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_malformed_calls),
		cmocka_unit_test(test_the_rest_is_put_once),
		cmocka_unit_test(test_absorbed_is_equal),
		cmocka_unit_test(test_what_does_not_follow_is_not_absorbed),
		cmocka_unit_test(test_absorbing_does_not_grow),
		cmocka_unit_test(test_lease),
		cmocka_unit_test(test_lease_runs_out),
		cmocka_unit_test(test_lease_refused),
		cmocka_unit_test(test_take_over_of_a_fork),
		cmocka_unit_test(test_race),
	};
	return cmocka_run_group_tests(tests, start, finish);
}
