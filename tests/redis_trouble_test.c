#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/redis_backoff.h"
#include "store/redis_trouble.h"

#include <cmocka.h> /* last: it makes a macro of fail */

static const struct {
	const char *reply;
	enum redis_trouble trouble;
} replies[] = {
	{"NOAUTH Authentication required.", TROUBLE_NOAUTH},
	{"WRONGPASS invalid username-password pair or user is disabled.", TROUBLE_WRONGPASS},
	{"ERR invalid password", TROUBLE_WRONGPASS},
	{"ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?",
		TROUBLE_WRONGPASS},
	{"NOPERM this user has no permissions to run the 'flushall' command", TROUBLE_NOPERM},
	{"NOPERM this user has no permissions to access one of the keys used as arguments", TROUBLE_NOPERM},
	{"LOADING Redis is loading the dataset in memory", TROUBLE_LOADING},
	{"READONLY You can't write against a read only replica.", TROUBLE_READONLY},
	{"READONLY You can't write against a read only replica. script: 4ca2, on @user_script:1.", TROUBLE_READONLY},
	{"MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", TROUBLE_MASTERDOWN},
	{"NOREPLICAS Not enough good replicas to write.", TROUBLE_NOREPLICAS},
	{"CLUSTERDOWN The cluster is down", TROUBLE_CLUSTERDOWN},
	{"CLUSTERDOWN Hash slot not served", TROUBLE_CLUSTERDOWN},
	{"TRYAGAIN Multiple keys request during rehashing of slot", TROUBLE_TRYAGAIN},
	{"OOM command not allowed when used memory > 'maxmemory'.", TROUBLE_OOM},
	{"OOM command not allowed when used memory > 'maxmemory'. script: 9d1f, on @user_script:1.", TROUBLE_OOM},
	{"ERR Error running script (call to f_9d1f): @user_script:1: @user_script: 1: -OOM command not allowed when used memory > 'maxmemory'.",
		TROUBLE_OOM},
	{"ERR Error running script (call to f_12ab): @user_script:5: WRONGTYPE Operation against a key holding the wrong kind of value",
		TROUBLE_WRONGTYPE},
	{"MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.", TROUBLE_MISCONF},
	{"BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.", TROUBLE_BUSY},
	{"BUSYGROUP Consumer Group name already exists", TROUBLE_UNKNOWN},
	{"NOSCRIPT No matching script. Please use EVAL.", TROUBLE_NOSCRIPT},
	{"EXECABORT Transaction discarded because of previous errors.", TROUBLE_EXECABORT},
	{"WRONGTYPE Operation against a key holding the wrong kind of value", TROUBLE_WRONGTYPE},
	{"ERR value is not an integer or out of range", TROUBLE_NOT_A_NUMBER},
	{"ERR hash value is not an integer", TROUBLE_NOT_A_NUMBER},
	{"ERR increment or decrement would overflow", TROUBLE_NOT_A_NUMBER},
	{"ERR max number of clients reached", TROUBLE_MAX_CLIENTS},
	{"ERR DB index is out of range", TROUBLE_SETUP},
	{"ERR SELECT is not allowed in cluster mode", TROUBLE_SETUP},
	{"ERR unknown command 'ROLE', with args beginning with: ", TROUBLE_SETUP},
	{"ERR unknown command `ROLE`, with args beginning with: ", TROUBLE_SETUP},
	{"DENIED Redis is running in protected mode because protected mode is enabled", TROUBLE_PROTECTED},
	{"MOVED 3999 127.0.0.1:6381", TROUBLE_MOVED},
	{"ASK 3999 127.0.0.1:6381", TROUBLE_ASK},
	{"CROSSSLOT Keys in request don't hash to the same slot", TROUBLE_CROSSSLOT},
	{"FENCED 00000000000000000007", TROUBLE_FENCED},
	{"FOREIGN 8b1f", TROUBLE_FOREIGN},
	{"AHEAD 00000000000000000100", TROUBLE_AHEAD},
	{"BEHIND 00000000000000000000", TROUBLE_BEHIND},
	{"SCHEMA 00000000000000000002", TROUBLE_SCHEMA},
	{"WRONGKEY {acme}:now", TROUBLE_WRONGKEY},
	{"HELD host-2 1200", TROUBLE_HELD},
	{"BADCALL an operation", TROUBLE_BADCALL},
	{"ERR syntax error", TROUBLE_UNKNOWN},
	{"", TROUBLE_UNKNOWN},
	{"OO", TROUBLE_UNKNOWN},
	{"OOMPH", TROUBLE_UNKNOWN},
	{"ERR Error running script", TROUBLE_UNKNOWN},
	{"ERR Error running script (call to f_1): @user_script:", TROUBLE_UNKNOWN},
};

static void test_each_reply_is_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
		const enum redis_trouble found = redis_trouble_of(view_of(replies[i].reply));
		if (found != replies[i].trouble)
			fail_msg("'%s' is %s", replies[i].reply, redis_troubles[found].name);
	}
}

static void test_the_table_is_whole(void **state)
{
	(void)state;
	for (int i = 0; i < TROUBLE_COUNT; i++) {
		const struct redis_trouble_entry *entry = &redis_troubles[i];
		assert_non_null(entry->name);
		assert_non_null(entry->means);
		assert_non_null(entry->remedy);
		for (int j = 0; j < i; j++)
			assert_string_not_equal(entry->name, redis_troubles[j].name);
		assert_true(entry->retry <= entry->retry_most);
		assert_true(!entry->again || entry->retry >= 250);
		assert_true(!entry->again || entry->retry_most <= 2000); /* with 5/4 of it, and a commit, five seconds are kept */
	}
}

static void test_the_sentence_is_harmless(void **state)
{
	(void)state;
	struct redis_fault fault;
	assert_false(redis_fail_reply(&fault, view_of("WRONGKEY {acme}:\x1b[31mevil\r\nline")));
	assert_int_equal(fault.trouble, TROUBLE_WRONGKEY);
	assert_null(strchr(fault.error.text, '\x1b'));
	assert_null(strchr(fault.error.text, '\n'));
	assert_non_null(strstr(fault.error.text, "DEL"));
	assert_false(redis_fail_reply(NULL, view_of("OOM")));
}

/* ---- pauses ---- */

static void test_pauses_grow_and_end(void **state)
{
	(void)state;
	struct redis_backoff backoff = {.seed = 7}, same = {.seed = 7}, other = {.seed = 8};
	int64_t before = 0, differ = 0;
	for (int i = 0; i < 40; i++) {
		const int64_t pause = redis_backoff_next(&backoff, TROUBLE_RESET);
		assert_true(pause >= 100 && pause <= 1250);
		assert_int_equal(pause, redis_backoff_next(&same, TROUBLE_RESET));
		differ += pause != redis_backoff_next(&other, TROUBLE_RESET);
		if (i == 0)
			assert_in_range(pause, 187, 313);
		if (i == 1)
			assert_true(pause > before);
		before = pause;
	}
	assert_true(differ > 30);
	redis_backoff_calm(&backoff);
	assert_in_range(redis_backoff_next(&backoff, TROUBLE_RESET), 187, 313);
}

static void test_no_trouble_is_tried_in_a_tight_loop(void **state)
{
	(void)state;
	struct redis_backoff backoff = {.seed = 0};
	for (int trouble = 0; trouble < TROUBLE_COUNT; trouble++)
		assert_true(redis_backoff_next(&backoff, (enum redis_trouble)trouble) >= 100);
}

/* ---- the document ---- */

static void write_row(FILE *to, const struct redis_trouble_entry *entry)
{
	fprintf(to, "| %s | ", entry->name);
	for (const char *const *prefix = entry->prefixes; *prefix; prefix++)
		fprintf(to, "%s`%s…`", prefix == entry->prefixes ? "" : ", ", *prefix);
	fprintf(to, "%s | %s | %s | ", *entry->prefixes ? "" : "(no reply)", entry->means, entry->remedy);
	if (entry->again)
		fprintf(to, "%g s to %g s |\n", entry->retry / 1000.0, entry->retry_most / 1000.0);
	else
		fprintf(to, "no |\n");
}

static char *table(void)
{
	char *text;
	size_t size;
	FILE *to = open_memstream(&text, &size);
	fprintf(to, "| trouble | Redis says | it means | to do | tried again |\n|---|---|---|---|---|\n");
	for (int i = 1; i < TROUBLE_COUNT; i++)
		if (i != TROUBLE_STOPPED)
			write_row(to, &redis_troubles[i]);
	fclose(to);
	return text;
}

/* TABLO_GOLDEN=write puts the table in its place. */
static void test_the_document_shows_the_table(void **state)
{
	(void)state;
	static char document[65536];
	char path[4096];
	const char *source = getenv("TABLO_SOURCE"), *golden = getenv("TABLO_GOLDEN");
	snprintf(path, sizeof path, "%s/docs/REDIS.md", source ? source : ".");
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	document[fread(document, 1, sizeof document - 1, file)] = 0;
	fclose(file);
	char *wanted = table(), *heading = strstr(document, "| trouble | Redis says");
	if (golden && strcmp(golden, "write") == 0) {
		file = fopen(path, "w");
		assert_non_null(file);
		fprintf(file, "%.*s%s", heading ? (int)(heading - document) : (int)strlen(document), document, wanted);
		fclose(file);
	} else {
		assert_non_null(heading);
		assert_string_equal(heading, wanted); /* it is the document's end */
	}
	free(wanted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_reply_is_known),
		cmocka_unit_test(test_the_table_is_whole),
		cmocka_unit_test(test_the_sentence_is_harmless),
		cmocka_unit_test(test_pauses_grow_and_end),
		cmocka_unit_test(test_no_trouble_is_tried_in_a_tight_loop),
		cmocka_unit_test(test_the_document_shows_the_table),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
