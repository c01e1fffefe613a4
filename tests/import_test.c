/* The imports: every verb of a queue_log, every kind of damage, mappings, and the counts of real logs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#undef fail /* of cmocka; base/error.h has one, too */
#include <zlib.h>

#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"
#include "feed/imports/import.h"
#include "feed/imports/pseudonym.h"
#include "feed/imports/record.h"
#include "feed/mapping/mapping.h"

#define SALT "sixteen bytes and more"

/* ---- a run: a text in, descriptions of events and reports out ---- */

struct lines {
	char **texts;
	size_t count, room;
};

struct outcome {
	struct lines events, reports;
	uint64_t counts[IMPORT_COUNT_COUNT];
	uint64_t types[EVENT_TYPE_COUNT];
	int64_t wait, talk; /* sums of wait_ms of answers, and of talk_ms */
	int64_t last;
	uint8_t last_rank;
	bool sorted;
	char error[600];
};

static void add_line(struct lines *lines, char *text)
{
	if (lines->count == lines->room)
		lines->texts = memory_grow(lines->texts, &lines->room, lines->count + 1, sizeof *lines->texts);
	lines->texts[lines->count++] = text;
}

/* "12 contact.left contact=... why=abandoned wait_ms=3000 @queue": seconds, the keys in the order of the protocol's list. */
static char *describe(const struct event *event, struct view queue)
{
	char text[2000];
	int size = snprintf(text, sizeof text, event->ts % 1000 ? "%lldms %s" : "%lld %s",
		(long long)(event->ts % 1000 ? event->ts : event->ts / 1000), event_types[event->type].name);
	for (int key = 0; key < KEY_COUNT; key++) {
		if (!event_has(event, (enum event_key)key))
			continue;
		if (key < KEY_TEXT_COUNT)
			size += snprintf(text + size, sizeof text - (size_t)size, " %s=%.*s", event_key_names[key],
				(int)event->text[key].size, event->text[key].data);
		else
			size += snprintf(text + size, sizeof text - (size_t)size, " %s=%lld", event_key_names[key],
				(long long)event->number[key - KEY_TEXT_COUNT]);
	}
	if (queue.size)
		snprintf(text + size, sizeof text - (size_t)size, " @%.*s", (int)queue.size, queue.data);
	return memory_text(text);
}

static bool take_event(void *context, const struct event *event, struct view queue, struct error *err)
{
	(void)err;
	struct outcome *outcome = context;
	add_line(&outcome->events, describe(event, queue));
	outcome->types[event->type]++;
	if (event->type == EVENT_CONTACT_ANSWERED)
		outcome->wait += event_number(event, KEY_WAIT_MS, 0);
	outcome->talk += event_number(event, KEY_TALK_MS, 0);
	uint8_t rank = event_types[event->type].rank;
	if (event->ts < outcome->last || (event->ts == outcome->last && rank < outcome->last_rank))
		outcome->sorted = false;
	outcome->last = event->ts;
	outcome->last_rank = rank;
	return true;
}

static void take_report(void *context, enum import_count kind, const char *file, int64_t line, const char *reason)
{
	(void)kind;
	struct outcome *outcome = context;
	const char *slash = strrchr(file, '/');
	add_line(&outcome->reports, memory_format("%s:%lld: %s", slash ? slash + 1 : file, (long long)line, reason));
}

static struct outcome run_files(const char *format, const struct import_options *options, const char *const *paths)
{
	struct outcome outcome = {.last = INSTANT_NONE, .sorted = true};
	struct outcome *kept = memory_new(1, sizeof *kept);
	struct import_sink sink = {kept, take_event, take_report};
	struct error err = {0};
	*kept = outcome;
	struct importer *importer = importer_open(import_format_find(format), options, &sink, &err);
	for (int i = 0; importer && paths[i]; i++) {
		enum import_step step = IMPORT_FAILED;
		if (importer_file(importer, paths[i], &err))
			while ((step = importer_step(importer, 3, &err)) == IMPORT_MORE)
				continue;
		if (step == IMPORT_FAILED)
			break;
	}
	if (importer) {
		struct error ignored;
		assert_true(importer_finish(importer, &ignored));
		for (int i = 0; i < IMPORT_COUNT_COUNT; i++)
			kept->counts[i] = importer_count(importer, (enum import_count)i);
	}
	importer_close(importer);
	snprintf(kept->error, sizeof kept->error, "%s", err.text);
	outcome = *kept;
	free(kept);
	return outcome;
}

static void write_file(char *path, const char *text)
{
	int file = mkstemp(path);
	assert_true(file >= 0);
	assert_int_equal(write(file, text, strlen(text)), strlen(text));
	close(file);
}

static struct outcome run_log_window(const char *text, size_t window)
{
	char path[] = "/tmp/tablo-import-XXXXXX";
	write_file(path, text);
	struct import_options options = {.salt = view_of(SALT), .window = window};
	struct outcome outcome = run_files("queue_log", &options, (const char *const[]){path, NULL});
	unlink(path);
	return outcome;
}

static struct outcome run_log(const char *text)
{
	return run_log_window(text, 0);
}

static struct outcome run_table(const char *mapping, const char *text)
{
	char path[] = "/tmp/tablo-import-XXXXXX", map[] = "/tmp/tablo-mapping-XXXXXX";
	write_file(path, text);
	write_file(map, mapping);
	struct import_options options = {.map = map, .salt = view_of(SALT)};
	struct outcome outcome = run_files("csv", &options, (const char *const[]){path, NULL});
	unlink(path);
	unlink(map);
	return outcome;
}

static void finish_lines(struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		free(lines->texts[i]);
	free(lines->texts);
}

static void finish(struct outcome *outcome)
{
	finish_lines(&outcome->events);
	finish_lines(&outcome->reports);
}

static char *joined(const struct lines *lines)
{
	char *text = memory_text("");
	for (size_t i = 0; i < lines->count; i++) {
		char *longer = memory_format("%s%s\n", text, lines->texts[i]);
		free(text);
		text = longer;
	}
	return text;
}

static void expect_events(const struct outcome *outcome, const char *expected)
{
	char *text = joined(&outcome->events);
	assert_string_equal(text, expected);
	free(text);
}

static void expect_report(const struct outcome *outcome, const char *part)
{
	for (size_t i = 0; i < outcome->reports.count; i++)
		if (strstr(outcome->reports.texts[i], part))
			return;
	char *text = joined(&outcome->reports);
	print_error("no report says '%s', but:\n%s", part, text);
	free(text);
	assert_non_null(NULL);
}

/* ---- queue_log: verbs ---- */

#define ENTER "100|c1|sales|NONE|ENTERQUEUE|||1\n"
#define QUEUED "100 contact.queued contact=sales/c1@100 queue=sales channel=phone @sales\n"
#define TALK ENTER "107|c1|sales|Ann|CONNECT|7|ch2|3\n"
#define ANSWERED                                                                                                        \
	QUEUED "104 contact.offered contact=sales/c1@100 agent=Ann @sales\n"                                            \
	       "107 contact.answered contact=sales/c1@100 agent=Ann wait_ms=7000 @sales\n"

static const struct verb_case {
	const char *log, *events;
} verb_cases[] = {
	{ENTER, QUEUED},
	{TALK, ANSWERED},
	{ENTER "107|c1|sales|Ann|CONNECT|7|ch2\n",
		QUEUED "107 contact.answered contact=sales/c1@100 agent=Ann wait_ms=7000 @sales\n"},
	{TALK "150|c1|sales|Ann|COMPLETEAGENT|7|43|1\n",
		ANSWERED "150 contact.released contact=sales/c1@100 agent=Ann by=agent talk_ms=43000 wrap_ms=0 @sales\n"},
	{TALK "150|c1|sales|Ann|COMPLETECALLER|7|43|1\n",
		ANSWERED "150 contact.released contact=sales/c1@100 agent=Ann by=customer talk_ms=43000 wrap_ms=0 @sales\n"},
	{TALK "150|c1|sales|Ann|BLINDTRANSFER|200|default|7|43|1\n",
		ANSWERED "150 contact.released contact=sales/c1@100 agent=Ann by=transfer talk_ms=43000 wrap_ms=0 @sales\n"},
	{TALK "150|c1|sales|Ann|ATTENDEDTRANSFER|BRIDGE|b1|7|43|1\n",
		ANSWERED "150 contact.released contact=sales/c1@100 agent=Ann by=transfer talk_ms=43000 wrap_ms=0 @sales\n"},
	{TALK "150|c1|sales|Ann|ATTENDEDTRANSFER|LINK|a|b|7|43|1\n",
		ANSWERED "150 contact.released contact=sales/c1@100 agent=Ann by=transfer talk_ms=43000 wrap_ms=0 @sales\n"},
	{TALK "150|c1|sales|Ann|TRANSFER|200|default|7|43|1\n",
		ANSWERED "150 contact.released contact=sales/c1@100 agent=Ann by=transfer talk_ms=43000 wrap_ms=0 @sales\n"},
	{ENTER "130|c1|sales|NONE|ABANDON|1|1|30\n", QUEUED "130 contact.left contact=sales/c1@100 why=abandoned wait_ms=30000 @sales\n"},
	{ENTER "130|c1|sales|NONE|EXITWITHTIMEOUT|1|1|30\n",
		QUEUED "130 contact.left contact=sales/c1@100 why=timeout wait_ms=30000 @sales\n"},
	{ENTER "130|c1|sales|NONE|EXITWITHTIMEOUT|1\n", QUEUED "130 contact.left contact=sales/c1@100 why=timeout @sales\n"},
	{ENTER "130|c1|sales|NONE|EXITEMPTY|1|1|30\n", QUEUED "130 contact.left contact=sales/c1@100 why=overflow wait_ms=30000 @sales\n"},
	{ENTER "130|c1|sales|NONE|EXITWITHKEY|9|1|1|30\n", QUEUED "130 contact.left contact=sales/c1@100 why=key wait_ms=30000 @sales\n"},
	{ENTER "130|c1|sales|NONE|WITHDRAW|1|1|30|x\n", QUEUED "130 contact.left contact=sales/c1@100 why=withdrawn wait_ms=30000 @sales\n"},
	{ENTER "130|c1|sales|Ann|SYSCOMPAT|\n", QUEUED "130 contact.left contact=sales/c1@100 why=abandoned @sales\n"},
	{ENTER "130|c1|sales|Ann|RINGNOANSWER|15500\n",
		QUEUED "114500ms contact.offered contact=sales/c1@100 agent=Ann @sales\n"
		       "130 contact.missed contact=sales/c1@100 agent=Ann why=noanswer ring_ms=15500 @sales\n"},
	{ENTER "110|c1|sales|Ann|RINGNOANSWER|15000\n", /* it cannot have rung before the call was there */
		QUEUED "100 contact.offered contact=sales/c1@100 agent=Ann @sales\n"
		       "110 contact.missed contact=sales/c1@100 agent=Ann why=noanswer ring_ms=15000 @sales\n"},
	{ENTER "130|c1|sales|Ann|RINGCANCELED|5000\n", QUEUED "125 contact.offered contact=sales/c1@100 agent=Ann @sales\n"},
	{ENTER "130|c1|sales|Ann|AGENTDUMP|\n",
		QUEUED "130 contact.offered contact=sales/c1@100 agent=Ann @sales\n"
		       "130 contact.missed contact=sales/c1@100 agent=Ann why=rejected @sales\n"},
	{"100|NONE|sales|Ann|ADDMEMBER|\n", "100 agent.member queue=sales agent=Ann in=1 @sales\n"},
	{"100|NONE|sales|Ann|ADDMEMBER|PAUSED\n",
		"100 agent.member queue=sales agent=Ann in=1 @sales\n100 agent.state agent=Ann state=away\n"},
	{"100|NONE|sales|Ann|REMOVEMEMBER|\n", "100 agent.member queue=sales agent=Ann in=0 @sales\n"},
	{"100|NONE|sales|Ann|PENALTY|5\n", "100 agent.member queue=sales agent=Ann penalty=5 in=1 @sales\n"},
	{"100|NONE|sales|Ann|PAUSE|Lunch\n", "100 agent.state agent=Ann reason=Lunch state=away\n"},
	{"100|NONE|NONE|Ann|PAUSEALL|Lunch\n", "100 agent.state agent=Ann reason=Lunch state=away\n"},
	{"100|NONE|sales|Ann|UNPAUSE|\n", "100 agent.state agent=Ann state=available\n"},
	{"100|NONE|NONE|Ann|UNPAUSEALL|\n", "100 agent.state agent=Ann state=available\n"},
	{"100|c9|NONE|Ann|AGENTLOGIN|SIP/7\n", "100 agent.state agent=Ann state=available\n"},
	{"100|c9|NONE|Ann|AGENTLOGOFF|SIP/7|3600\n", "100 agent.state agent=Ann state=offline\n"},
	{"100|c9|NONE|Ann|AGENTCALLBACKLOGIN|7@in\n", "100 agent.state agent=Ann state=available\n"},
	{"100|c9|NONE|Ann|AGENTCALLBACKLOGOFF|7@in|3600|Autologoff\n", "100 agent.state agent=Ann reason=Autologoff state=offline\n"},
	{"100|NONE|NONE|NONE|CONFIGRELOAD|\n", ""},
	{"100|NONE|NONE|NONE|QUEUESTART|\n", ""},
	{"100|c1|sales|NONE|DID|555\n", ""},
	{"100|c1|sales|NONE|INFO|x\n", ""},
	{"100|NONE|sales|Ann|RINGINUSE|1\n", ""},
	{"100|c1|sales|Ann|OUTCALL|ANSWER|30|x\n", ""},
	{"100|c1|sales|Ann|OUTWEIRD|x\n", ""},
};

static void test_verbs(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof verb_cases / sizeof verb_cases[0]; i++) {
		struct outcome outcome = run_log(verb_cases[i].log);
		char *text = joined(&outcome.events);
		if (strcmp(text, verb_cases[i].events) != 0)
			print_error("%s", verb_cases[i].log);
		assert_string_equal(text, verb_cases[i].events);
		assert_true(outcome.sorted);
		assert_int_equal(outcome.counts[IMPORT_DAMAGED] + outcome.counts[IMPORT_ORPHAN] + outcome.counts[IMPORT_DUPLICATE], 0);
		free(text);
		finish(&outcome);
	}
}

static void test_known_and_unknown(void **state)
{
	(void)state;
	struct outcome outcome = run_log("1|NONE|NONE|NONE|CONFIGRELOAD|\n1|NONE|NONE|NONE|QUEUESTART|\n2|c|q|a|OUTWEIRD|x\n"
					 "3|c|q|a|+15550001|x\n");
	assert_int_equal(outcome.counts[IMPORT_PASSED], 2);
	assert_int_equal(outcome.counts[IMPORT_UNKNOWN], 2);
	expect_report(&outcome, ":3: unknown verb 'OUTWEIRD'");
	for (size_t i = 0; i < outcome.reports.count; i++)
		assert_null(strstr(outcome.reports.texts[i], "555"));
	finish(&outcome);
}

/* ---- queue_log: customers ---- */

static char *customer_in(const char *caller)
{
	char *log = memory_format("100|c1|sales|NONE|ENTERQUEUE||%s|1\n", caller);
	struct outcome outcome = run_log(log);
	assert_int_equal(outcome.events.count, 1);
	assert_null(strstr(outcome.events.texts[0], "5550"));
	char *at = strstr(outcome.events.texts[0], "customer=");
	char *customer = at ? memory_text(at) : NULL;
	finish(&outcome);
	free(log);
	return customer;
}

static void test_customers(void **state)
{
	(void)state;
	static const char *const none[] = {"", "anonymous", "Anonymous", "unknown", "<unknown>", "private", "Restricted", " "};
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
		assert_null(customer_in(none[i]));
	char *a = customer_in("+15550000002"), *b = customer_in("+1 (555) 000-0002"), *c = customer_in("+15550000003");
	assert_non_null(a);
	assert_string_equal(a, b);
	assert_string_not_equal(a, c);
	free(a);
	free(b);
	free(c);
}

static void test_salt(void **state)
{
	(void)state;
	struct pseudonym one, two, none;
	char a[PSEUDONYM_SIZE], b[PSEUDONYM_SIZE], c[PSEUDONYM_SIZE];
	pseudonym_init(&one, view_of(SALT));
	pseudonym_init(&two, view_of(SALT "."));
	pseudonym_init(&none, (struct view){0});
	struct view first = pseudonym_of(&one, view_of("5550001"), a);
	assert_true(view_equals(first, pseudonym_of(&one, view_of("555-0001"), b)));
	assert_false(view_equals(first, pseudonym_of(&two, view_of("5550001"), c)));
	assert_int_equal(first.size, 16);
	assert_int_equal(pseudonym_of(&none, view_of("5550001"), c).size, 0);
}

/* ---- queue_log: damage ---- */

static void test_damage(void **state)
{
	(void)state;
	struct outcome outcome = run_log("\n   \n"
					 "hello world\n"
					 "abc|c1|sales|NONE|ENTERQUEUE||x|1\n"
					 "100|c1|sales\n"
					 "100|c1|Ann|COMPLETEAGENT|\n"
					 "100|c1|sales|extra|NONE|ENTERQUEUE|\n"
					 "100|c1|sales|NONE||\n"
					 "99999999999999|c1|sales|NONE|ENTERQUEUE||x|1\n"
					 "0|c1|sales|NONE|ENTERQUEUE||x|1\n"
					 "100|NONE|sales|NONE|ENTERQUEUE||x|1\n"
					 "100|c1|sales|NONE|PAUSE|x\n" ENTER "101|c1|sales|NONE|CONNECT|7|ch2|3\n"
					 "102|c1|sales|Ann|CONNECT|many|ch2|few\n");
	expect_events(&outcome, QUEUED "102 contact.answered contact=sales/c1@100 agent=Ann @sales\n");
	assert_int_equal(outcome.counts[IMPORT_BLANK], 2);
	assert_int_equal(outcome.counts[IMPORT_DAMAGED], 11);
	assert_int_equal(outcome.counts[IMPORT_LINES], 15);
	expect_report(&outcome, ":1: blank");
	expect_report(&outcome, ":3: damaged: the first field is no time");
	expect_report(&outcome, ":5: damaged: fewer than five fields");
	expect_report(&outcome, ":6: damaged: the fields are shifted: the verb stands in field 4");
	expect_report(&outcome, ":7: damaged: the fields are shifted: the verb stands in field 6");
	expect_report(&outcome, ":8: damaged: no verb");
	finish(&outcome);
}

static void test_duplicates(void **state)
{
	(void)state;
	/* An orphan said twice is one orphan and one duplicate; whatever the data; two agents may miss in one second. */
	struct outcome outcome = run_log(ENTER ENTER "100|c1|sales|NONE|ENTERQUEUE||other|9\n"
					       "101|c2|sales|Ann|COMPLETEAGENT|1|2|3\n101|c2|sales|Ann|COMPLETEAGENT|1|2|4\n"
					       "102|c1|sales|Ann|RINGNOANSWER|0\n102|c1|sales|Bob|RINGNOANSWER|0\n"
					       "102|c1|sales|Bob|RINGNOANSWER|0\n");
	assert_int_equal(outcome.counts[IMPORT_DUPLICATE], 4);
	assert_int_equal(outcome.counts[IMPORT_ORPHAN], 1);
	assert_int_equal(outcome.events.count, 5);
	expect_report(&outcome, ":2: duplicate: ENTERQUEUE");
	expect_report(&outcome, ":5: duplicate: COMPLETEAGENT");
	finish(&outcome);
}

static void test_orphans(void **state)
{
	(void)state;
	struct outcome outcome = run_log("100|c1|sales|Ann|CONNECT|1|x|1\n101|c1|sales|Ann|COMPLETEAGENT|1|2|3\n"
					 "102|c1|sales|NONE|ABANDON|1|1|5\n103|c1|sales|Ann|RINGNOANSWER|1000\n"
					 "200|c2|sales|NONE|ENTERQUEUE||x|1\n201|c2|sales|Ann|CONNECT|1|x\n"
					 "202|c2|sales|NONE|ABANDON|1|1|2\n203|c2|sales|Bob|CONNECT|3|x\n"
					 "204|c2|sales|Ann|COMPLETEAGENT|1|3|1\n205|c2|sales|Ann|COMPLETECALLER|1|4|1\n");
	assert_int_equal(outcome.counts[IMPORT_ORPHAN], 7);
	assert_int_equal(outcome.events.count, 3);
	expect_report(&outcome, ":1: orphan: CONNECT, but no such call waits");
	expect_report(&outcome, ":7: orphan: ABANDON, but the call is in talk");
	expect_report(&outcome, ":10: orphan: COMPLETECALLER, but no such call is in talk");
	finish(&outcome);
}

static void test_reentry(void **state)
{
	(void)state;
	/* The dialplan puts him back into the same queue in the second of the time-out, then into another one. */
	struct outcome outcome = run_log(ENTER "130|c1|sales|NONE|EXITWITHTIMEOUT|1|1|30\n130|c1|sales|NONE|ENTERQUEUE|||1\n"
					       "140|c1|help|NONE|ENTERQUEUE|||1\n");
	expect_events(&outcome, QUEUED "130 contact.queued contact=sales/c1@130 queue=sales channel=phone @sales\n"
				       "130 contact.left contact=sales/c1@100 why=timeout wait_ms=30000 @sales\n"
				       "140 contact.queued contact=help/c1@140 queue=help channel=phone @help\n");
	assert_int_equal(outcome.counts[IMPORT_WAITING], 2);
	finish(&outcome);
}

static void test_repairs(void **state)
{
	(void)state;
	struct outcome outcome = run_log(ENTER "150|c1|sales|NONE|ENTERQUEUE|||1\n"
					       "190|c1|sales|Ann|COMPLETEAGENT|10|20|1\n");
	expect_events(&outcome, QUEUED "150 contact.queued contact=sales/c1@150 queue=sales channel=phone @sales\n"
				       "150 contact.left contact=sales/c1@100 why=lost @sales\n"
				       "170 contact.answered contact=sales/c1@150 agent=Ann wait_ms=10000 @sales\n"
				       "190 contact.released contact=sales/c1@150 agent=Ann by=agent talk_ms=20000 wrap_ms=0 @sales\n");
	assert_int_equal(outcome.counts[IMPORT_REPAIRED], 2);
	finish(&outcome);
	outcome = run_log(TALK "150|c1|sales|NONE|ENTERQUEUE|||1\n");
	assert_string_equal(outcome.events.texts[4], "150 contact.released contact=sales/c1@100 agent=Ann by=system wrap_ms=0 @sales");
	finish(&outcome);
}

static void test_order(void **state)
{
	(void)state;
	static const char *const log = "200|c2|sales|NONE|ENTERQUEUE|||1\n130|c1|sales|NONE|ABANDON|1|1|30\n" ENTER
				       "210|c2|sales|NONE|ABANDON|1|1|10\n";
	static const char *const story = QUEUED "130 contact.left contact=sales/c1@100 why=abandoned wait_ms=30000 @sales\n"
						"200 contact.queued contact=sales/c2@200 queue=sales channel=phone @sales\n"
						"210 contact.left contact=sales/c2@200 why=abandoned wait_ms=10000 @sales\n";
	struct outcome outcome = run_log(log);
	expect_events(&outcome, story);
	assert_int_equal(outcome.counts[IMPORT_OUT_OF_ORDER], 2);
	assert_int_equal(outcome.counts[IMPORT_LATE], 0);
	expect_report(&outcome, ":3: out of order: 100 s earlier");
	finish(&outcome);
	/* With a window of one line the third is too late: said, but written. */
	outcome = run_log_window("200|c2|sales|NONE|ENTERQUEUE|||1\n201|c3|sales|NONE|ENTERQUEUE|||1\n202|c4|sales|NONE|ENTERQUEUE|||1\n"
				 "100|c1|sales|NONE|ENTERQUEUE|||1\n",
		1);
	assert_int_equal(outcome.counts[IMPORT_LATE], 1);
	assert_int_equal(outcome.counts[IMPORT_EVENTS], 4);
	expect_report(&outcome, ":4: out of order: over 1 lines too late");
	finish(&outcome);
}

static void test_rotated(void **state)
{
	(void)state;
	char older[] = "/tmp/tablo-import-XXXXXX", newer[] = "/tmp/tablo-import-XXXXXX";
	write_file(older, "100|c1|sales|NONE|ENTERQUEUE|||1");
	write_file(newer, "130|c1|sales|NONE|ABANDON|1|1|30");
	struct import_options options = {.salt = view_of(SALT)};
	struct outcome outcome = run_files("queue_log", &options, (const char *const[]){older, newer, NULL});
	expect_events(&outcome, QUEUED "130 contact.left contact=sales/c1@100 why=abandoned wait_ms=30000 @sales\n");
	unlink(older);
	unlink(newer);
	finish(&outcome);
}

static void test_ids(void **state)
{
	(void)state;
	char to[ID_MAX + 1], other[ID_MAX + 1];
	char longer[] = "a queue with a very long name indeed/1266833905.2@1266833911 and more1";
	struct view id = import_id(view_of(longer), to);
	assert_int_equal(id.size, ID_MAX);
	longer[sizeof longer - 2] = '2';
	assert_false(view_equals(id, import_id(view_of(longer), other)));
	assert_memory_equal(to, other, 40);
	assert_true(view_is(import_id(view_of("short"), to), "short"));
	assert_true(text_valid(import_id(view_of("bad \xff\x1b[2J"), to)));
	assert_null(strchr(to, '\x1b'));
}

/* ---- csv ---- */

static void test_records(void **state)
{
	(void)state;
	struct record_reader reader = {.delimiter = ';'};
	const char *why = NULL;
	assert_int_equal(csv_read(&reader, view_of("a;;\"b;\"\"c\"\"\";"), &why), RECORD_READ);
	assert_int_equal(reader.count, 4);
	assert_true(view_is(reader.fields[2], "b;\"c\""));
	assert_true(view_is(reader.fields[3], ""));
	assert_int_equal(csv_read(&reader, view_of("x;\"one"), &why), RECORD_MORE);
	assert_int_equal(csv_read(&reader, view_of("two\";y"), &why), RECORD_READ);
	assert_int_equal(reader.count, 3);
	assert_true(view_is(reader.fields[1], "one\ntwo"));
	assert_int_equal(csv_read(&reader, view_of("\"a\"b;c"), &why), RECORD_BROKEN);
	assert_int_equal(csv_read(&reader, view_of("a\"b;c"), &why), RECORD_READ);
	assert_true(view_is(reader.fields[0], "a\"b"));
	assert_int_equal(csv_read(&reader, view_of("\"open"), &why), RECORD_MORE);
	assert_true(csv_end(&reader));
	enum record_state state_now = RECORD_MORE;
	int lines = 0;
	for (; state_now == RECORD_MORE; lines++)
		state_now = csv_read(&reader, view_of("\"\""), &why) == RECORD_READ ? RECORD_READ : csv_read(&reader, view_of("\"x"), &why);
	assert_int_equal(state_now, RECORD_READ);
	for (lines = 0, state_now = csv_read(&reader, view_of("\"x"), &why); state_now == RECORD_MORE; lines++)
		state_now = csv_read(&reader, view_of("x"), &why);
	assert_int_equal(state_now, RECORD_BROKEN);
	assert_in_range(lines, 1, RECORD_LINES_MAX);
	csv_finish(&reader);
}

static void test_times(void **state)
{
	(void)state;
	static const struct {
		const char *format, *text;
		int64_t local;
		bool zoned;
	} cases[] = {
		{"%Y-%m-%d %H:%M:%S", "1999-08-01 0:10:10", 933466210000, false},
		{"%Y/%m/%d %H:%M:%S.%f", "2012/10/09 14:50:17.250", 1349794217250, false},
		{"%d.%m.%y %H:%M", "01.08.99 00:10", 933466200000, false},
		{"%d %b %Y %I:%M %p", "1 August 1999 12:10 AM", 933466200000, false},
		{"%m/%d/%Y %I:%M %p", "08/01/1999 01:10 pm", 933513000000, false},
		{"%Y-%m-%d %H:%M:%S %z", "1999-08-01 03:10:10 +0300", 933477010000, true},
		{"epoch", "933466210", 933466210000, true},
		{"epoch", "933466210.5", 933466210500, true},
		{"epoch_ms", "933466210123", 933466210123, true},
		{"iso", "1999-08-01T00:10:10Z", 933466210000, true},
		{"iso", "1999-08-01T00:10:10.123", 933466210123, false},
		{"iso", "1999-08-01", 933465600000, false},
		{"iso", "31.12.1999", INSTANT_NONE, false},
		{"%Y-%m-%d", "1999-02-29", INSTANT_NONE, false},
		{"%Y-%m-%d", "1999-08-01 and", INSTANT_NONE, false},
		{"%H:%M", "25:00", INSTANT_NONE, false},
		{"epoch", "now", INSTANT_NONE, false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int64_t local = INSTANT_NONE, utc = INSTANT_NONE;
		assert_int_equal(mapping_time(cases[i].format, view_of(cases[i].text), &local, &utc), cases[i].local != INSTANT_NONE);
		if (cases[i].local == INSTANT_NONE)
			continue;
		assert_int_equal(local, cases[i].local);
		assert_int_equal(utc != INSTANT_NONE, cases[i].zoned);
	}
	int64_t local, utc;
	assert_true(mapping_time("iso", view_of("1999-08-01T03:10:10+03:00"), &local, &utc));
	assert_int_equal(utc, 933466210000);
}

static void test_numbers(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t unit, value;
	} cases[] = {{"90", 1000, 90000}, {"1.5", 60000, 90000}, {"1,5", 1000, 1500}, {"-3", 1000, -3000}, {"1:02:03", 1000, 3723000},
		{"2:03", 1, 123000}, {" 7 ", 1, 7}, {"0.0004", 1000, 0}, {"4.5", 1000, 4500}, {"x", 1, -1}, {"1x", 1, -1}, {"", 1, -1},
		{"99999999999999999999", 1, -1}, {"1::2", 1, -1}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int64_t value = -1;
		assert_int_equal(mapping_number(view_of(cases[i].text), cases[i].unit, &value), cases[i].value != -1);
		if (cases[i].value != -1)
			assert_int_equal(value, cases[i].value);
	}
}

#define CASES                                                                                                           \
	"delimiter = \";\"\nzone = \"Europe/Berlin\"\ncustomers = \"pseudonyms\"\nno_customer = {\"0\"}\n"                 \
	"table \"states\" {\n from = {\"new\", \"done\"}\n to = {\"open\", \"solved\"}\n otherwise = \"pending\"\n}\n"         \
	"instant \"at\" {\n value = \"{day} {time}\"\n format = \"%d.%m.%Y %H:%M\"\n}\n"                                   \
	"drop {\n when = {\"test ~ y*\"}\n}\n"                                                                             \
	"event \"opened\" {\n once = \"{no}\"\n type = \"case.opened\"\n at = \"at\"\n case = \"T-{no}\"\n"                      \
	" queue = \"{#6}\"\n channel = \"{via}\"\n customer = \"{who}\"\n}\n"                                              \
	"event \"step\" {\n type = \"case.state\"\n at = \"at\"\n case = \"T-{no}\"\n to = \"{state|states}\"\n}\n"

static void test_table(void **state)
{
	(void)state;
	struct outcome outcome = run_table(CASES, "\xef\xbb\xbfno;day;time;state;who;team;via;test;team\n"
						  "1;01.07.2020;12:00;new;77;\"Help; desk\";email;;x\n"
						  "1;01.07.2020;12:30;done;77;Help;email;;x\n"
						  "\n"
						  "2;01.01.2020;12:00;else;0;Help;pigeon;no;x\n"
						  "3;01.01.2020;12:00;new;5;Help;email;yes;x\n"
						  "4;01.01.2020;noon;new;5;Help;email;;x\n"
						  "5;01.01.2020;12:00;new;5;;email;;x\n"
						  "6;01.01.2020\n");
	expect_events(&outcome, "1577876400 case.opened case=T-2 queue=Help channel=other\n"
				"1577876400 case.state case=T-2 to=pending\n"
				"1593597600 case.opened case=T-1 queue=Help; desk channel=email customer=77\n"
				"1593597600 case.state case=T-1 to=open\n"
				"1593599400 case.state case=T-1 to=solved\n");
	assert_int_equal(outcome.counts[IMPORT_BLANK], 1);
	assert_int_equal(outcome.counts[IMPORT_DROPPED], 1);
	assert_int_equal(outcome.counts[IMPORT_DAMAGED], 3);
	expect_report(&outcome, ":7: damaged: event 'opened': instant 'at': '01.01.2020 noon' is not of the form");
	expect_report(&outcome, ":8: damaged: event 'opened': queue is empty");
	expect_report(&outcome, ":9: damaged: 2 columns in place of 9");
	finish(&outcome);
}

static void test_call_rows(void **state)
{
	(void)state;
	static const char *const mapping =
		"route = \"{q}\"\n"
		"let \"wait\" {\n when = {\"queued != 0\"}\n value = \"{w}\"\n otherwise = \"0\"\n}\n"
		"instant \"entry\" {\n value = \"{date} {in}\"\n format = \"%Y-%m-%d %H:%M:%S\"\n}\n"
		"instant \"start\" {\n value = \"{date} {begin}\"\n format = \"%Y-%m-%d %H:%M:%S\"\n wraps_after = \"entry\"\n}\n"
		"instant \"end\" {\n from = \"start\"\n plus = {\"{wait} s\", \"{talk} min\"}\n}\n"
		"event \"q\" {\n type = \"contact.queued\"\n at = \"start\"\n contact = \"{id}\"\n queue = \"{q}\"\n channel = \"phone\"\n"
		" customer = \"{who}\"\n}\n"
		"event \"l\" {\n type = \"contact.left\"\n at = \"end\"\n contact = \"{id}\"\n why = \"abandoned\"\n wait_ms = \"{wait} s\"\n}\n";
	struct outcome outcome = run_table(mapping, "id,q,date,in,begin,queued,w,talk,who\n"
						    "a,S,1999-08-01,23:59:50,0:00:10,1,20,0.5,+15550001\n"
						    "b,S,1999-08-01,10:00:00,09:59:59,0,-7,0,\n"
						    "c,S,1999-08-01,10:00:00,10:00:01,1,-7,0,\n");
	assert_int_equal(outcome.events.count, 6);
	assert_string_equal(outcome.events.texts[0], "933501599 contact.queued contact=b queue=S channel=phone @S");
	assert_string_equal(outcome.events.texts[3], "933501601 contact.left contact=c why=abandoned wait_ms=0 @S");
	assert_string_equal(outcome.events.texts[5], "933552060 contact.left contact=a why=abandoned wait_ms=20000 @S");
	assert_non_null(strstr(outcome.events.texts[4], "933552010 contact.queued contact=a"));
	assert_non_null(strstr(outcome.events.texts[4], "customer="));
	assert_null(strstr(outcome.events.texts[4], "5550001"));
	assert_int_equal(outcome.counts[IMPORT_REPAIRED], 1);
	finish(&outcome);
}

static const struct {
	const char *mapping, *message;
} bad_mappings[] = {
	{"", "cannot be read"},
	{"zone = \"UTC\"\n", "no 'event' section"},
	{"zome = \"UTC\"\n", ":1: no such option 'zome'"},
	{"delimiter = \"ab\"\n", "delimiter"},
	{"event \"e\" {\n type = \"contact.que\"\n at = \"x\"\n}\n", "event 'e': type = 'contact.que' is no event"},
	{"event \"e\" {\n type = \"contact.queued\"\n at = \"x\"\n}\n", "at = 'x': no instant of that name"},
	{"instant \"i\" {\n value = \"{x}\"\n format = \"%Q\"\n}\n", "instant 'i': format = '%Q'"},
	{"instant \"i\" {\n from = \"i\"\n plus = {\"3 s\"}\n}\n", "no instant of that name stands before"},
	{"instant \"i\" {\n value = \"{x\"\n format = \"iso\"\n}\n", "a { without its }"},
	{"instant \"i\" {\n value = \"{x|y}\"\n format = \"iso\"\n}\n", "no table is called 'y'"},
	{"drop {\n when = {\"x is y\"}\n}\n", "is no condition"},
	{"drop {\n}\n", "every row would be left out"},
	{"table \"t\" {\n from = {\"a\"}\n}\n", "1 values in 'from', but 0 in 'to'"},
	{"instant \"i\" {\n value = \"{x}\"\n format = \"iso\"\n}\nevent \"e\" {\n type = \"contact.left\"\n at = \"i\"\n contact = \"{c}\"\n}\n",
		"contact.left needs the key 'why'"},
	{"instant \"i\" {\n value = \"{x}\"\n format = \"iso\"\n}\nevent \"e\" {\n type = \"contact.left\"\n at = \"i\"\n why = \"bored\"\n}\n",
		"why = 'bored': the protocol has no such word"},
	{"instant \"i\" {\n value = \"{x}\"\n format = \"iso\"\n}\nevent \"e\" {\n type = \"contact.left\"\n at = \"i\"\n agent = \"{a}\"\n}\n",
		"contact.left has no key 'agent'"},
};

static void test_bad_mappings(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad_mappings / sizeof bad_mappings[0]; i++) {
		struct error err = {0};
		struct mapping *mapping = mapping_parse(bad_mappings[i].mapping, "x.conf", &err);
		assert_null(mapping);
		if (!strstr(err.text, bad_mappings[i].message) || strncmp(err.text, "x.conf", 6) != 0)
			print_error("'%s' lacks '%s'\n", err.text, bad_mappings[i].message);
		assert_non_null(strstr(err.text, bad_mappings[i].message));
	}
}

static void test_bad_columns(void **state)
{
	(void)state;
	struct outcome outcome = run_table(CASES, "no;day;time;state;who;team;via\n1;1;1;1;1;1;1\n");
	assert_non_null(strstr(outcome.error, "no column is called 'test'"));
	assert_int_equal(outcome.events.count, 0);
	finish(&outcome);
	outcome = run_table(CASES, "no;day;time;state;who;team;via;test;no\n1;1;1;1;1;1;1;1;1\n");
	assert_non_null(strstr(outcome.error, "columns 1 and 9 are both called 'no'"));
	finish(&outcome);
}

/* ---- real logs ---- */

static char *data_path(const char *name)
{
	const char *root = getenv("TABLO_DATA");
	char *path = memory_format("%s/%s", root && *root ? root : "../shared/data", name);
	if (access(path, R_OK) == 0)
		return path;
	free(path);
	skip();
	return NULL;
}

/* A value of truth_summary.csv; 0 where it is not there. */
static uint64_t truth(const char *file, const char *name)
{
	char *path = data_path(file), line[200];
	FILE *from = fopen(path, "r");
	uint64_t value = 0;
	assert_non_null(from);
	while (fgets(line, sizeof line, from))
		if (strncmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ',')
			value = strtoull(line + strlen(name) + 1, NULL, 10);
	fclose(from);
	free(path);
	return value;
}

static void check_log(const char *log, const char *summary, const char *events, uint64_t duplicates, uint64_t orphans, uint64_t damaged)
{
	char *path = data_path(log);
	struct import_options options = {.salt = view_of(SALT)};
	struct outcome outcome = run_files("queue_log", &options, (const char *const[]){path, NULL});
	assert_true(outcome.sorted);
	assert_int_equal(outcome.types[EVENT_CONTACT_QUEUED], truth(summary, "offered"));
	assert_int_equal(outcome.types[EVENT_CONTACT_ANSWERED], truth(summary, "answered"));
	assert_int_equal(outcome.types[EVENT_CONTACT_LEFT], truth(summary, "abandoned") + truth(summary, "timeout"));
	assert_int_equal(outcome.types[EVENT_CONTACT_RELEASED], truth(summary, "talk_known"));
	assert_int_equal(outcome.types[EVENT_CONTACT_MISSED], truth(events, "RINGNOANSWER"));
	assert_int_equal(outcome.counts[IMPORT_WAITING], truth(summary, "open_at_end"));
	assert_int_equal(outcome.counts[IMPORT_TALKING], truth(summary, "answered") - truth(summary, "talk_known"));
	assert_int_equal(outcome.counts[IMPORT_LINES], truth(summary, "lines"));
	assert_int_equal(outcome.counts[IMPORT_BLANK], truth(summary, "skipped_lines"));
	assert_int_equal(outcome.counts[IMPORT_DUPLICATE], truth(summary, "duplicate_call_events"));
	assert_int_equal(outcome.counts[IMPORT_DUPLICATE], duplicates);
	assert_int_equal(outcome.counts[IMPORT_ORPHAN], orphans);
	assert_int_equal(outcome.counts[IMPORT_DAMAGED], damaged);
	assert_int_equal(outcome.counts[IMPORT_PASSED], truth(events, "CONFIGRELOAD") + truth(events, "QUEUESTART") + truth(events, "DID"));
	finish(&outcome);
	free(path);
}

static void test_real_logs(void **state)
{
	(void)state;
	check_log("queuelog-dmrz-2010/queue_log", "queuelog-dmrz-2010/truth_summary.csv", "queuelog-dmrz-2010/truth_events.csv", 0, 0, 0);
	check_log("queuelog-dmrz-2010/queue_log.broken", "queuelog-dmrz-2010/broken/truth_summary.csv",
		"queuelog-dmrz-2010/broken/truth_events.csv", 0, 0, 1);
	check_log("queuelog-a2s-fixture/queue_log", "queuelog-a2s-fixture/truth_summary.csv", "queuelog-a2s-fixture/truth_events.csv", 9, 3, 0);
}

static char *mapping_path(const char *name)
{
	const char *root = getenv("TABLO_SOURCE");
	return memory_format("%s/data/mappings/%s", root && *root ? root : ".", name);
}

static struct outcome import_month(const char *table, const char *map)
{
	char *path = data_path(table), *mapping = mapping_path(map);
	struct import_options options = {.map = mapping};
	struct outcome outcome = run_files("csv", &options, (const char *const[]){path, NULL});
	assert_string_equal(outcome.error, "");
	free(path);
	free(mapping);
	return outcome;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void check_month(const struct outcome *outcome)
{
	static const char *const summary = "anonbank-1999-08/truth_summary.csv";
	assert_true(outcome->sorted);
	assert_int_equal(outcome->events.count, 108824);
	assert_int_equal(outcome->types[EVENT_CONTACT_QUEUED], truth(summary, "offered"));
	assert_int_equal(outcome->types[EVENT_CONTACT_ANSWERED], truth(summary, "answered"));
	assert_int_equal(outcome->types[EVENT_CONTACT_LEFT], truth(summary, "abandoned"));
	assert_int_equal(outcome->types[EVENT_CONTACT_RELEASED], truth(summary, "answered"));
	assert_int_equal(outcome->wait, truth(summary, "sum_wait_ans_s") * 1000);
	assert_int_equal(outcome->talk, truth(summary, "sum_talk_s") * 1000);
	assert_int_equal(outcome->counts[IMPORT_DAMAGED], 0);
	uint64_t customers = 0;
	for (size_t i = 0; i < outcome->events.count; i++)
		customers += strstr(outcome->events.texts[i], " customer=") != NULL;
	assert_int_equal(customers, truth(summary, "identified_offered"));
}

static void test_month(void **state)
{
	(void)state;
	struct outcome events = import_month("anonbank-1999-08/events.csv.gz", "anonbank-events.conf");
	struct outcome calls = import_month("anonbank-1999-08/calls_1999-08.csv.gz", "anonbank-calls.conf");
	check_month(&events);
	check_month(&calls);
	assert_int_equal(calls.counts[IMPORT_DROPPED],
		truth("anonbank-1999-08/truth_summary.csv", "phantom_dropped") + truth("anonbank-1999-08/truth_summary.csv", "vru_only_hang"));
	qsort(events.events.texts, events.events.count, sizeof(char *), compare);
	qsort(calls.events.texts, calls.events.count, sizeof(char *), compare);
	for (size_t i = 0; i < events.events.count; i++)
		assert_string_equal(events.events.texts[i], calls.events.texts[i]);
	finish(&events);
	finish(&calls);
}

/* How often a text occurs among the events. */
static uint64_t occurrences(const struct outcome *outcome, const char *text)
{
	uint64_t count = 0;
	for (size_t i = 0; i < outcome->events.count; i++)
		count += strstr(outcome->events.texts[i], text) != NULL;
	return count;
}

/* The last state of each ticket, and how many went on after they were closed. */
static void follow_tickets(const struct outcome *outcome, uint64_t *closed, uint64_t *reopened)
{
	struct map last = {0}, again = {0};
	size_t position = 0;
	*closed = 0;
	for (size_t i = 0; i < outcome->events.count; i++) {
		const char *at = strstr(outcome->events.texts[i], " case=");
		const char *to = strstr(outcome->events.texts[i], " to=");
		if (!strstr(outcome->events.texts[i], " case.state ") || !at || !to)
			continue;
		struct view ticket = {at + 6, (size_t)(to - at - 6)};
		if (map_find(&last, ticket) == 1)
			map_put(&again, ticket, 1);
		map_put(&last, ticket, strncmp(to, " to=closed", 10) == 0);
	}
	for (const struct map_entry *entry; (entry = map_next(&last, &position));)
		*closed += entry->value;
	*reopened = again.used;
	map_finish(&last);
	map_finish(&again);
}

static void test_tickets(void **state)
{
	(void)state;
	static const char *const summary = "helpdesk-it/truth_summary.csv";
	struct outcome outcome = import_month("helpdesk-it/helpdesk.csv.gz", "helpdesk-it.conf");
	assert_true(outcome.sorted);
	assert_int_equal(outcome.types[EVENT_CASE_OPENED], truth(summary, "cases"));
	assert_int_equal(outcome.types[EVENT_CASE_STATE], truth(summary, "events"));
	assert_int_equal(outcome.types[EVENT_CASE_ASSIGNED], occurrences(&outcome, "reason=Take in charge ticket"));
	uint64_t closed, reopened;
	follow_tickets(&outcome, &closed, &reopened);
	assert_int_equal(closed, truth(summary, "final_closed"));
	assert_int_equal(reopened, truth(summary, "reopened"));
	assert_int_equal(outcome.counts[IMPORT_DAMAGED], 0);
	finish(&outcome);
}

/* A gzip stream that breaks off gives what is there, and says so. */
static void test_cut_gzip(void **state)
{
	(void)state;
	char path[] = "/tmp/tablo-import-XXXXXX";
	write_file(path, "");
	gzFile to = gzopen(path, "wb0"); /* not compressed, so that half the bytes are half the lines */
	for (int i = 0; i < 20000; i++)
		gzprintf(to, "%d|c%d|sales|NONE|ENTERQUEUE|||1\n", 1000 + i, i);
	gzclose(to);
	assert_int_equal(truncate(path, 300000), 0);
	struct import_options options = {.salt = view_of(SALT)};
	struct outcome outcome = run_files("queue_log", &options, (const char *const[]){path, NULL});
	assert_string_not_equal(outcome.error, "");
	assert_in_range(outcome.events.count, 1000, 19999);
	unlink(path);
	finish(&outcome);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verbs), cmocka_unit_test(test_known_and_unknown), cmocka_unit_test(test_customers),
		cmocka_unit_test(test_salt), cmocka_unit_test(test_damage), cmocka_unit_test(test_duplicates),
		cmocka_unit_test(test_orphans), cmocka_unit_test(test_reentry), cmocka_unit_test(test_repairs),
		cmocka_unit_test(test_order), cmocka_unit_test(test_rotated), cmocka_unit_test(test_ids),
		cmocka_unit_test(test_records), cmocka_unit_test(test_times), cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_table), cmocka_unit_test(test_call_rows), cmocka_unit_test(test_bad_mappings),
		cmocka_unit_test(test_bad_columns), cmocka_unit_test(test_cut_gzip), cmocka_unit_test(test_real_logs),
		cmocka_unit_test(test_month), cmocka_unit_test(test_tickets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
