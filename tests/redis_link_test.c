#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/redis_commit.h"
#include "store/redis_lease.h"
#include "tests/redis_server.h"

#include <cmocka.h> /* last: it makes a macro of fail */

#define PATIENCE 300 /* ms for a connection or command; those who wait for a time-out wait as long */
#define DEADLINE 10000

static struct redis_server server;
static struct redis_link *admin; /* of the default user */

static void expect_text(const char *is, const char *begins)
{
	if (strncmp(is, begins, strlen(begins)) != 0)
		fail_msg("'%s' does not begin with '%s'", is, begins);
}

static void expect_trouble(const struct redis_fault *fault, enum redis_trouble trouble)
{
	if (fault->trouble != trouble)
		fail_msg("%s instead of %s: %s", redis_troubles[fault->trouble].name, redis_troubles[trouble].name, fault->error.text);
	assert_true(strlen(fault->error.text) > 10);
}

static struct redis_link *connected(const char *url)
{
	struct redis_fault fault;
	struct redis_link *link = redis_server_link(&server, url, PATIENCE);
	if (!redis_link_connect(link, &fault))
		fail_msg("%s", fault.error.text);
	return link;
}

static void expect_refusal(const char *url, enum redis_trouble trouble)
{
	struct redis_fault fault;
	struct redis_link *link = redis_server_link(&server, url, PATIENCE);
	assert_false(redis_link_connect(link, &fault));
	expect_trouble(&fault, trouble);
	assert_false(redis_link_connected(link));
	redis_link_destroy(link);
}

/* A commit of one field by writer "w", epoch 1. */
static bool commit(struct redis_link *link, uint64_t previous, uint64_t watermark, const char *value, struct redis_fault *fault)
{
	struct redis_commit_head head = {.meta = "{acme}:meta", .journal = "j1", .writer = "w", .epoch = 1, .schema = 1,
		.previous = previous, .watermark = watermark};
	struct redis_commit *made = redis_commit_create(&head);
	struct redis_call call = {.script = NULL};
	redis_commit_field(made, view_of("{acme}:now"), view_of("aht"), view_of(value));
	redis_commit_encode(made, &call);
	struct redis_reply *reply = redis_link_call(link, &call, fault);
	redis_call_finish(&call);
	redis_commit_destroy(made);
	const bool good = reply != NULL;
	redis_reply_destroy(reply);
	return good;
}

static int start(void **state)
{
	(void)state;
	if (!redis_server_there())
		return 0;
	redis_server_start(&server, (const char *const[]){"--enable-protected-configs", "yes", NULL});
	admin = connected(NULL);
	return 0;
}

static int finish(void **state)
{
	(void)state;
	redis_server_end(&server, admin);
	admin = NULL;
	return 0;
}


/* ---- the greeting ---- */

static void test_greeting(void **state)
{
	NEEDS_REDIS_SERVER;
	struct redis_link *link = connected(NULL);
	const struct redis_about *about = redis_link_about(link);
	assert_true(strtol(about->version, NULL, 10) >= 5);
	assert_int_equal(strlen(about->run_id), 40);
	assert_string_equal(about->policy, "noeviction");
	assert_string_equal(about->warning, "");
	assert_string_equal(redis_server_ask(link, "CLIENT", "GETNAME", NULL), "test");
	redis_link_destroy(link);
	assert_string_equal(redis_server_ask(admin, "CONFIG", "SET", "maxmemory-policy", "allkeys-lru", NULL), "OK");
	link = connected(NULL);
	assert_non_null(strstr(redis_link_about(link)->warning, "allkeys-lru"));
	redis_link_destroy(link);
	redis_server_ask(admin, "CONFIG", "SET", "maxmemory-policy", "noeviction", NULL);
}

static void test_database(void **state)
{
	NEEDS_REDIS_SERVER;
	char url[200];
	snprintf(url, sizeof url, "%s?db=5", server.url);
	struct redis_link *link = connected(url);
	assert_string_equal(redis_server_ask(link, "SET", "where", "five", NULL), "OK");
	assert_string_equal(redis_server_ask(admin, "GET", "where", NULL), "(nil)");
	redis_link_destroy(link);
	snprintf(url, sizeof url, "%s?db=99", server.url);
	expect_refusal(url, TROUBLE_SETUP);
}

static void test_nobody_there(void **state)
{
	NEEDS_REDIS_SERVER;
	expect_refusal("unix:///tmp/tablo-no-such-socket", TROUBLE_REFUSED);
	expect_refusal("redis://127.0.0.1:1", TROUBLE_REFUSED);
	expect_refusal("redis://no-such-host.invalid:6379", TROUBLE_UNREACHABLE);
}

/* ---- who we are ---- */

static const char *password_file(const char *name, const char *password)
{
	static char path[200];
	snprintf(path, sizeof path, "%s/%s", server.folder, name);
	const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_int_equal(write(file, password, strlen(password)), strlen(password));
	close(file);
	return path;
}

static void test_password(void **state)
{
	NEEDS_REDIS_SERVER;
	char url[500];
	assert_string_equal(redis_server_ask(admin, "CONFIG", "SET", "requirepass", "sesame", NULL), "OK");
	expect_refusal(NULL, TROUBLE_NOAUTH);
	snprintf(url, sizeof url, "%s?pass-file=%s", server.url, password_file("wrong", "simsalabim\n"));
	expect_refusal(url, TROUBLE_WRONGPASS);
	snprintf(url, sizeof url, "%s?pass-file=%s", server.url, password_file("right", "sesame\n"));
	redis_link_destroy(connected(url));
	snprintf(url, sizeof url, "%s?pass-file=%s/none", server.url, server.folder);
	expect_refusal(url, TROUBLE_PASSWORD_FILE);
	assert_string_equal(redis_server_ask(admin, "CONFIG", "SET", "requirepass", "", NULL), "OK");
}

/* The line of docs/REDIS.md, as an administrator would type it. */
static void set_documented_user(void)
{
	static char document[65536];
	char path[4096];
	const char *source = getenv("TABLO_SOURCE");
	snprintf(path, sizeof path, "%s/docs/REDIS.md", source ? source : ".");
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	document[fread(document, 1, sizeof document - 1, file)] = 0;
	fclose(file);
	char *line = strstr(document, "\nACL SETUSER ");
	assert_non_null(line);
	struct redis_commands commands = {.bytes = NULL};
	struct redis_replies replies = {.list = NULL};
	const char *words[64];
	size_t count = 0;
	for (char *rest, *word = strtok_r(strndup(line + 1, strcspn(line + 1, "\n")), " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		words[count++] = word;
	redis_commands_begin(&commands, count);
	for (size_t i = 0; i < count; i++)
		redis_commands_text(&commands, strcmp(words[i], ">PASSWORD") == 0 ? ">xyzzy" : words[i]);
	assert_true(redis_link_run(admin, &commands, &replies, NULL));
	assert_string_equal(replies.list[0]->data, "OK");
	redis_commands_finish(&commands);
	redis_replies_finish(&replies);
	free((char *)words[0]);
}

static void test_least_rights(void **state)
{
	NEEDS_REDIS_SERVER;
	char url[500];
	struct redis_fault fault;
	redis_server_ask(admin, "FLUSHALL", NULL);
	redis_server_ask(admin, "SCRIPT", "FLUSH", NULL);
	set_documented_user();
	snprintf(url, sizeof url, "%s?user=tablo&pass-file=%s&db=0", server.url, password_file("acl", "xyzzy"));
	struct redis_link *link = connected(url);
	struct redis_lease lease = {.meta = "{acme}:meta", .key = "{acme}:lease", .owner = "w", .journal = "j1", .schema = 1};
	assert_true(redis_lease_run(&lease, LEASE_TAKE, link, &fault));
	assert_int_equal(lease.epoch, 1);
	assert_true(commit(link, 0, 10, "1", &fault));
	assert_string_equal(redis_server_ask(link, "HGET", "{acme}:now", "aht", NULL), "1");
	assert_string_equal(redis_server_ask(link, "HGETALL", "{acme}:now", NULL), "(2)");
	assert_true(redis_lease_run(&lease, LEASE_RELEASE, link, &fault));
	static const char *const forbidden[][3] = {{"FLUSHALL"}, {"KEYS", "*"}, {"GET", "other"}, {"CONFIG", "GET", "save"}, {"SHUTDOWN"},
		{"PUBLISH", "a", "b"}, {"SET", "{other}:a", "b"}};
	for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++)
		expect_text(redis_server_ask(link, forbidden[i][0], forbidden[i][1], forbidden[i][1] ? forbidden[i][2] : NULL, NULL), "!NOPERM");
	assert_true(redis_link_connected(link));
	redis_link_destroy(link);
	redis_server_ask(admin, "ACL", "DELUSER", "tablo", NULL);
	expect_refusal(url, TROUBLE_WRONGPASS);
}

static void test_max_clients(void **state)
{
	NEEDS_REDIS_SERVER;
	assert_string_equal(redis_server_ask(admin, "CONFIG", "SET", "maxclients", "1", NULL), "OK");
	expect_refusal(NULL, TROUBLE_MAX_CLIENTS);
	assert_string_equal(redis_server_ask(admin, "CONFIG", "SET", "maxclients", "100", NULL), "OK");
	redis_link_destroy(connected(NULL));
}

/* ---- how the server is ---- */

static void test_out_of_memory(void **state)
{
	NEEDS_REDIS_SERVER;
	struct redis_fault fault;
	redis_server_ask(admin, "FLUSHALL", NULL);
	struct redis_link *link = connected(NULL);
	assert_true(commit(link, 0, 1, "before", &fault));
	assert_string_equal(redis_server_ask(admin, "CONFIG", "SET", "maxmemory", "1", NULL), "OK");
	assert_false(commit(link, 1, 2, "while full", &fault));
	expect_trouble(&fault, TROUBLE_OOM);
	assert_true(redis_link_connected(link));
	assert_string_equal(redis_server_ask(admin, "HGET", "{acme}:meta", "watermark", NULL), "00000000000000000001");
	assert_string_equal(redis_server_ask(admin, "CONFIG", "SET", "maxmemory", "0", NULL), "OK");
	assert_true(commit(link, 1, 2, "after", &fault));
	assert_string_equal(redis_server_ask(admin, "HGET", "{acme}:now", "aht", NULL), "after");
	redis_link_destroy(link);
}

static void test_replica(void **state)
{
	NEEDS_REDIS_SERVER;
	struct redis_fault fault;
	struct redis_link *link = connected(NULL), *other = connected(NULL);
	assert_string_equal(redis_server_ask(admin, "REPLICAOF", "127.0.0.1", "1", NULL), "OK");
	assert_false(commit(link, 0, 3, "x", &fault));
	expect_trouble(&fault, TROUBLE_READONLY);
	assert_false(redis_link_connected(link)); /* a new one is to be found */
	expect_refusal(NULL, TROUBLE_REPLICA);
	redis_server_ask(admin, "CONFIG", "SET", "replica-serve-stale-data", "no", NULL);
	expect_text(redis_server_ask(other, "GET", "x", NULL), "!MASTERDOWN");
	redis_link_destroy(other);
	redis_server_ask(admin, "CONFIG", "SET", "replica-serve-stale-data", "yes", NULL);
	assert_string_equal(redis_server_ask(admin, "REPLICAOF", "NO", "ONE", NULL), "OK");
	assert_true(redis_link_connect(link, &fault));
	redis_link_destroy(link);
}

static void test_too_few_replicas(void **state)
{
	NEEDS_REDIS_SERVER;
	struct redis_fault fault;
	struct redis_link *link = connected(NULL);
	redis_server_ask(admin, "FLUSHALL", NULL);
	assert_string_equal(redis_server_ask(admin, "CONFIG", "SET", "min-replicas-to-write", "1", NULL), "OK");
	assert_false(commit(link, 0, 3, "x", &fault));
	expect_trouble(&fault, TROUBLE_NOREPLICAS);
	assert_string_equal(redis_server_ask(admin, "CONFIG", "SET", "min-replicas-to-write", "0", NULL), "OK");
	assert_true(commit(link, 0, 3, "x", &fault));
	redis_link_destroy(link);
}

/* Redis runs in a folder that is gone: it cannot save, and says so before it writes. */
static void test_cannot_save(void **state)
{
	NEEDS_REDIS_SERVER;
	struct redis_fault fault;
	char folder[100];
	struct redis_link *link = connected(NULL);
	snprintf(folder, sizeof folder, "%s/data", server.folder);
	assert_int_equal(mkdir(folder, 0700), 0);
	assert_string_equal(redis_server_ask(admin, "CONFIG", "SET", "dir", folder, NULL), "OK");
	assert_string_equal(redis_server_ask(admin, "CONFIG", "SET", "save", "3600 1", NULL), "OK");
	assert_int_equal(rmdir(folder), 0);
	redis_server_ask(admin, "BGSAVE", NULL);
	const int64_t until = clock_monotonic() + DEADLINE;
	while (!strstr(redis_server_ask(admin, "INFO", "persistence", NULL), "rdb_last_bgsave_status:err"))
		assert_true(clock_monotonic() < until);
	assert_false(commit(link, 3, 4, "x", &fault));
	expect_trouble(&fault, TROUBLE_MISCONF);
	struct redis_link *warned = connected(NULL);
	assert_non_null(strstr(redis_link_about(warned)->warning, "disk"));
	redis_link_destroy(warned);
	assert_string_equal(redis_server_ask(admin, "CONFIG", "SET", "save", "", NULL), "OK");
	assert_string_equal(redis_server_ask(admin, "CONFIG", "SET", "dir", server.folder, NULL), "OK");
	assert_true(commit(link, 3, 4, "x", &fault));
	redis_link_destroy(link);
}

static void test_stopped(void **state)
{
	NEEDS_REDIS_SERVER;
	struct redis_fault fault;
	struct redis_link *link = connected(NULL);
	redis_server_signal(&server, SIGSTOP);
	const int64_t began = clock_monotonic();
	assert_false(commit(link, 4, 5, "late", &fault));
	expect_trouble(&fault, TROUBLE_TIMEOUT);
	assert_in_range(clock_monotonic() - began, PATIENCE - 50, PATIENCE + 2000);
	assert_false(redis_link_connected(link));
	expect_refusal(NULL, TROUBLE_TIMEOUT); /* the kernel still takes connections for it */
	redis_server_signal(&server, SIGCONT);
	assert_true(redis_link_connect(link, &fault));
	/* It may have been done after we hung up; sent again it changes nothing. */
	assert_true(commit(link, 4, 5, "late", &fault));
	assert_string_equal(redis_server_ask(admin, "HGET", "{acme}:meta", "watermark", NULL), "00000000000000000005");
	redis_link_destroy(link);
}

static void test_busy(void **state)
{
	NEEDS_REDIS_SERVER;
	struct redis_fault fault = {.trouble = TROUBLE_NONE};
	struct redis_link *link = connected(NULL);
	redis_server_ask(admin, "CONFIG", "SET", "lua-time-limit", "20", NULL);
	const pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct redis_link *own = connected(NULL);
		redis_server_ask(own, "EVAL", "while true do end", "0", NULL);
		_exit(0);
	}
	const int64_t until = clock_monotonic() + DEADLINE;
	while (fault.trouble != TROUBLE_BUSY) { /* at first it is only slow */
		assert_true(clock_monotonic() < until);
		if (redis_link_connected(link) || redis_link_connect(link, &fault))
			commit(link, 5, 6, "x", &fault);
	}
	while (strcmp(redis_server_ask(admin, "SCRIPT", "KILL", NULL), "OK") != 0) {
		assert_true(clock_monotonic() < until);
		redis_link_connect(admin, NULL);
	}
	waitpid(child, NULL, 0);
	assert_true(redis_link_connected(link) || redis_link_connect(link, &fault));
	assert_true(commit(link, 5, 6, "x", &fault));
	redis_link_destroy(link);
}

static void test_script_forgotten(void **state)
{
	NEEDS_REDIS_SERVER;
	struct redis_fault fault;
	struct redis_link *link = connected(NULL);
	redis_server_ask(admin, "FLUSHALL", NULL);
	for (uint64_t i = 1; i < 4; i++) {
		assert_string_equal(redis_server_ask(admin, "SCRIPT", "FLUSH", NULL), "OK");
		assert_true(commit(link, i - 1, i, "x", &fault));
		assert_string_equal(redis_server_ask(admin, "SCRIPT", "EXISTS", redis_script_commit.sha, NULL), "(1)");
		assert_true(commit(link, i - 1, i, "x", &fault));
	}
	expect_text(redis_server_ask(link, "EVALSHA", "ffffffffffffffffffffffffffffffffffffffff", "0", NULL), "-NOSCRIPT");
	redis_link_destroy(link);
}

static void test_foreign_data(void **state)
{
	NEEDS_REDIS_SERVER;
	struct redis_link *link = connected(NULL);
	assert_string_equal(redis_server_ask(admin, "SET", "{acme}:text", "abc", NULL), "OK");
	expect_text(redis_server_ask(link, "HGETALL", "{acme}:text", NULL), "-WRONGTYPE");
	const char *answer = redis_server_ask(link, "INCR", "{acme}:text", NULL);
	assert_int_equal(redis_trouble_of(view_of(answer + 1)), TROUBLE_NOT_A_NUMBER);
	assert_string_equal(redis_server_ask(link, "MULTI", NULL), "OK");
	redis_server_ask(link, "INCR", NULL);
	expect_text(redis_server_ask(link, "EXEC", NULL), "-EXECABORT");
	assert_true(redis_link_connected(link));
	redis_link_destroy(link);
}

/* Each key takes 2 ms to load, and clients are listened to in between. */
static void test_loading(void **state)
{
	NEEDS_REDIS_SERVER;
	char value[2000];
	struct redis_fault fault = {.trouble = TROUBLE_NONE};
	redis_server_ask(admin, "FLUSHALL", NULL);
	memset(value, 'v', sizeof value - 1);
	value[sizeof value - 1] = 0;
	for (int i = 0; i < 500; i++) {
		char name[16];
		snprintf(name, sizeof name, "k%d", i);
		redis_server_ask(admin, "SET", name, value, NULL);
	}
	redis_server_ask(admin, "CONFIG", "SET", "rdbcompression", "no", NULL);
	assert_string_equal(redis_server_ask(admin, "SAVE", NULL), "OK");
	redis_link_drop(admin);
	redis_server_kill(&server);
	redis_server_launch(&server, (const char *const[]){"--key-load-delay", "2000", "--loading-process-events-interval-bytes", "1024", NULL});
	struct redis_link *link = redis_server_link(&server, NULL, 1000);
	int loading = 0;
	const int64_t until = clock_monotonic() + DEADLINE;
	while (!redis_link_connect(link, &fault)) {
		loading += fault.trouble == TROUBLE_LOADING;
		assert_true(clock_monotonic() < until);
	}
	assert_true(loading > 0);
	assert_string_equal(redis_server_ask(link, "DBSIZE", NULL), "500");
	redis_link_destroy(link);
	assert_true(redis_link_connect(admin, NULL));
	redis_server_ask(admin, "FLUSHALL", NULL);
}

/* ---- pipelines ---- */

static void test_long_pipeline(void **state)
{
	NEEDS_REDIS_SERVER;
	struct redis_commands commands = {.bytes = NULL};
	struct redis_replies replies = {.list = NULL};
	struct redis_fault fault;
	struct redis_link *link = redis_server_link(&server, NULL, 3000);
	char *large = malloc(900000);
	memset(large, 'x', 900000);
	assert_true(redis_link_connect(link, &fault));
	for (int i = 0; i < 500; i++) {
		redis_commands_begin(&commands, 2);
		redis_commands_text(&commands, "ECHO");
		redis_commands_number(&commands, i);
	}
	for (int i = 0; i < 3; i++) { /* larger than any socket's buffer, both ways */
		redis_commands_begin(&commands, 2);
		redis_commands_text(&commands, "ECHO");
		redis_commands_word(&commands, (struct view){large, 900000});
	}
	assert_true(redis_link_run(link, &commands, &replies, &fault));
	assert_int_equal(replies.count, 503);
	for (int i = 0; i < 500; i++)
		assert_int_equal(atoi(replies.list[i]->data), i);
	for (int i = 500; i < 503; i++)
		assert_true(view_equals(redis_reply_text(replies.list[i]), (struct view){large, 900000}));
	redis_commands_finish(&commands);
	redis_replies_finish(&replies);
	free(large);
	assert_string_equal(redis_server_ask(link, "PING", NULL), "PONG");
	redis_link_destroy(link);
}

static void test_binary_values(void **state)
{
	NEEDS_REDIS_SERVER;
	struct redis_commands commands = {.bytes = NULL};
	struct redis_replies replies = {.list = NULL};
	struct redis_fault fault;
	char all[256];
	for (int i = 0; i < 256; i++)
		all[i] = (char)i;
	const struct view value = {all, sizeof all};
	redis_commands_begin(&commands, 3);
	redis_commands_text(&commands, "SET");
	redis_commands_word(&commands, value);
	redis_commands_word(&commands, value);
	redis_commands_begin(&commands, 2);
	redis_commands_text(&commands, "GET");
	redis_commands_word(&commands, value);
	assert_true(redis_link_run(admin, &commands, &replies, &fault));
	assert_true(view_equals(redis_reply_text(replies.list[1]), value));
	redis_commands_finish(&commands);
	redis_replies_finish(&replies);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_greeting),
		cmocka_unit_test(test_database),
		cmocka_unit_test(test_nobody_there),
		cmocka_unit_test(test_password),
		cmocka_unit_test(test_least_rights),
		cmocka_unit_test(test_max_clients),
		cmocka_unit_test(test_out_of_memory),
		cmocka_unit_test(test_replica),
		cmocka_unit_test(test_too_few_replicas),
		cmocka_unit_test(test_cannot_save),
		cmocka_unit_test(test_stopped),
		cmocka_unit_test(test_busy),
		cmocka_unit_test(test_script_forgotten),
		cmocka_unit_test(test_foreign_data),
		cmocka_unit_test(test_long_pipeline),
		cmocka_unit_test(test_binary_values),
		cmocka_unit_test(test_loading),
	};
	return cmocka_run_group_tests(tests, start, finish);
}
