/* A server that means no good, or is none: whatever it answers costs us a bounded time and bounded memory. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <hiredis/hiredis.h>

#include "base/clock.h"
#include "store/redis_link.h"

#include <cmocka.h> /* last: it makes a macro of fail */

#define PATIENCE 300
#define MEMORY_MOST (24 * 1024) /* KiB more than before, sanitizers included */

struct fake {
	pthread_t thread;
	int listener;
	char path[100];
	const char *head; /* sent once */
	size_t head_size;
	const char *again; /* then this, until nobody takes it; NULL: nothing more */
	size_t again_size;
	int64_t pause; /* ms between the bytes of `again` */
	bool close;
	atomic_bool over;
};

static bool say(int client, const char *bytes, size_t size)
{
	while (size) {
		const ssize_t sent = send(client, bytes, size, MSG_NOSIGNAL);
		if (sent <= 0)
			return false;
		bytes += sent;
		size -= (size_t)sent;
	}
	return true;
}

/* Answers the first thing that is said to it, in its own way. */
static void *serve(void *argument)
{
	struct fake *fake = argument;
	char question[4096];
	const int client = accept(fake->listener, NULL, NULL);
	if (client < 0)
		return NULL;
	if (recv(client, question, sizeof question, 0) > 0 && say(client, fake->head, fake->head_size))
		while (fake->again && !atomic_load(&fake->over) && say(client, fake->again, fake->again_size))
			if (fake->pause)
				clock_sleep(fake->pause);
	if (!fake->close)
		while (!atomic_load(&fake->over) && recv(client, question, sizeof question, 0) > 0)
			;
	close(client);
	return NULL;
}

static void start_fake(struct fake *fake)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(fake->path, sizeof fake->path, "/tmp/tablo-fake-%d", (int)getpid());
	unlink(fake->path);
	strcpy(address.sun_path, fake->path);
	fake->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fake->listener, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(fake->listener, 4), 0);
	assert_int_equal(pthread_create(&fake->thread, NULL, serve, fake), 0);
}

static long memory_peak(void)
{
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

/* The greeting meets the fake; says what came of it and that it was cheap. */
static void expect(struct fake fake, enum redis_trouble trouble, int64_t most)
{
	struct redis_link_options options = {.name = "test", .stop = -1, .limits = {.connect_ms = PATIENCE, .command_ms = PATIENCE}};
	struct redis_fault fault;
	char url[120];
	start_fake(&fake);
	snprintf(url, sizeof url, "unix://%s", fake.path);
	assert_true(redis_url_parse(url, &options.url, NULL));
	struct redis_link *link = redis_link_create(&options);
	const long before = memory_peak();
	const int64_t began = clock_monotonic();
	assert_false(redis_link_connect(link, &fault));
	const int64_t took = clock_monotonic() - began;
	redis_link_destroy(link);
	atomic_store(&fake.over, true);
	shutdown(fake.listener, SHUT_RDWR);
	pthread_join(fake.thread, NULL);
	close(fake.listener);
	unlink(fake.path);
	if (fault.trouble != trouble)
		fail_msg("%s instead of %s: %s", redis_troubles[fault.trouble].name, redis_troubles[trouble].name, fault.error.text);
	assert_true(took < most);
	assert_true(memory_peak() - before < MEMORY_MOST);
	assert_true(strspn(fault.error.text, "\x01\x02\x03\x1b\x7f") == 0);
}

#define HEAD(text) .head = (text), .head_size = sizeof(text) - 1
#define SOON 2000

static void test_claims(void **state)
{
	(void)state;
	expect((struct fake){HEAD("*2147483647\r\n")}, TROUBLE_TOO_LARGE, SOON);
	expect((struct fake){HEAD("*9223372036854775807\r\n")}, TROUBLE_PROTOCOL, SOON);
	expect((struct fake){HEAD("*4294967297\r\n")}, TROUBLE_TOO_LARGE, SOON);
	expect((struct fake){HEAD("$2147483647\r\n")}, TROUBLE_TOO_LARGE, SOON);
	expect((struct fake){HEAD("$-5\r\n")}, TROUBLE_PROTOCOL, SOON);
	expect((struct fake){HEAD("*-2\r\n")}, TROUBLE_PROTOCOL, SOON);
	expect((struct fake){HEAD("$\r\n")}, TROUBLE_PROTOCOL, SOON);
	expect((struct fake){HEAD("$1x\r\n")}, TROUBLE_PROTOCOL, SOON);
	expect((struct fake){HEAD("$3\r\nabcd\r\n")}, TROUBLE_PROTOCOL, SOON);
	expect((struct fake){HEAD("*500000000\r\n*500000000\r\n*500000000\r\n*500000000\r\n*500000000\r\n*500000000\r\n*500000000\r\n")},
		TROUBLE_TOO_LARGE, SOON);
	expect((struct fake){HEAD("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n")}, TROUBLE_PROTOCOL, SOON);
	expect((struct fake){HEAD("%1\r\n+a\r\n+b\r\n")}, TROUBLE_PROTOCOL, SOON); /* RESP3, which nobody asked for */
}

static void test_garbage(void **state)
{
	(void)state;
	expect((struct fake){HEAD("HTTP/1.1 400 Bad Request\r\n\r\n")}, TROUBLE_PROTOCOL, SOON);
	expect((struct fake){HEAD("SSH-2.0-OpenSSH_9.2p1\r\n")}, TROUBLE_PROTOCOL, SOON);
	expect((struct fake){HEAD("\0\0\0\0")}, TROUBLE_PROTOCOL, SOON);
	expect((struct fake){HEAD("\x16\x03\x01\x02\x00\x01")}, TROUBLE_PROTOCOL, SOON);
	expect((struct fake){HEAD("+OK\n+OK\n"), .again = "x", .again_size = 1}, TROUBLE_PROTOCOL, SOON);
	expect((struct fake){HEAD(":12\r\n+\r\n+\r\n+\r\n+\r\n")}, TROUBLE_TOO_OLD, SOON); /* harmless, but no Redis 5 */
}

static void test_endless(void **state)
{
	(void)state;
	static char much[65536];
	memset(much, 'a', sizeof much);
	expect((struct fake){HEAD("+"), .again = much, .again_size = sizeof much}, TROUBLE_PROTOCOL, SOON);
	expect((struct fake){HEAD("-"), .again = much, .again_size = sizeof much}, TROUBLE_PROTOCOL, SOON);
	expect((struct fake){HEAD(":"), .again = "1", .again_size = 1}, TROUBLE_PROTOCOL, SOON);
	for (size_t i = 0; i + 4 <= sizeof much; i += 4)
		memcpy(much + i, "+x\r\n", 4);
	expect((struct fake){HEAD("*200000\r\n"), .again = much, .again_size = sizeof much}, TROUBLE_PROTOCOL, SOON);
	expect((struct fake){HEAD(""), .again = much, .again_size = sizeof much}, TROUBLE_PROTOCOL, SOON);
}

static void test_slow(void **state)
{
	(void)state;
	expect((struct fake){HEAD("+OK\r\n"), .again = "$", .again_size = 0, .pause = 50}, TROUBLE_TIMEOUT, SOON + PATIENCE);
	expect((struct fake){HEAD("$1000\r\n"), .again = "x", .again_size = 1, .pause = 20}, TROUBLE_TIMEOUT, SOON + PATIENCE);
	expect((struct fake){HEAD("+OK\r\n"), .close = true}, TROUBLE_RESET, SOON);
	expect((struct fake){HEAD("$10\r\nabc"), .close = true}, TROUBLE_RESET, SOON);
}

/* ---- the guard alone ---- */

static const struct redis_limits limits = {.reply_most = 4096, .exchange_most = 65536, .elements_most = 256};

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* One reply of the kinds there are, nested at random. */
static size_t make_reply(uint64_t *seed, int depth, char *to)
{
	static const char *const simple[] = {"+OK\r\n", "-ERR no\r\n",
		":12\r\n", ":-7\r\n", "$-1\r\n", "$0\r\n\r\n", "$5\r\na\r\nb\r\r\n", "*0\r\n", "*-1\r\n"};
	const uint64_t draw = next_random(seed) >> 8;
	if (depth == 0 || draw % 4)
		return (size_t)(stpcpy(to, simple[draw % 9]) - to);
	const int count = (int)(draw / 16 % 3) + 1;
	size_t size = (size_t)sprintf(to, "*%d\r\n", count);
	for (int i = 0; i < count; i++)
		size += make_reply(seed, depth - 1, to + size);
	return size;
}

/* What passes is counted as hiredis counts it, however it is cut; what is broken never disturbs it. */
static void test_guard_and_parser_agree(void **state)
{
	(void)state;
	uint64_t seed = 11, refused = 0, passed = 0;
	const char *rounds = getenv("TABLO_ROUNDS");
	for (int round = rounds ? 10 * atoi(rounds) : 4000; round > 0; round--) {
		char bytes[8192];
		size_t size = 0;
		for (int i = 0; i < 4; i++)
			size += make_reply(&seed, 4, bytes + size);
		for (uint64_t flips = next_random(&seed) % 3; flips > 0; flips--)
			bytes[next_random(&seed) % size] = "\r\n*$+-:0123x\0\xff"[next_random(&seed) % 15];
		struct redis_guard guard;
		struct redisReader *reader = redis_reply_reader();
		bool good = true;
		size_t parsed = 0;
		redis_guard_begin(&guard, &limits);
		for (size_t at = 0; good && at < size;) {
			size_t step = next_random(&seed) % 9 + 1;
			step = step < size - at ? step : size - at;
			good = redis_guard_pass(&guard, (struct view){bytes + at, step}, NULL);
			if (good)
				redisReaderFeed(reader, bytes + at, step);
			void *reply = NULL;
			while (good && redisReaderGetReply(reader, &reply) == REDIS_OK && reply) {
				parsed++;
				redis_reply_destroy(reply);
				reply = NULL;
			}
			at += step;
		}
		if (good && !reader->err)
			assert_int_equal(parsed, guard.replies);
		refused += !good;
		passed += good;
		redisReaderFree(reader);
	}
	assert_true(refused > 100 && passed > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_claims),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_endless),
		cmocka_unit_test(test_slow),
		cmocka_unit_test(test_guard_and_parser_agree),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
