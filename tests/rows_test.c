/* Mappings that know the rows before, take rows in the order of time, and read the stamps of ticket systems. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "feed/imports/import.h"
#include "feed/mapping/mapping.h"

#include <cmocka.h>

/* ---- tables and mappings as texts ---- */

struct imported {
	char events[4000];  /* "seconds type keys\n" of each event, in order */
	char reports[2000]; /* "line: reason\n" */
	char error[600];
};

static bool take_event(void *context, const struct event *event, struct view queue, struct error *err)
{
	(void)queue;
	(void)err;
	struct imported *imported = context;
	size_t size = strlen(imported->events);
	char *to = imported->events;
	size += (size_t)snprintf(to + size, sizeof imported->events - size, "%lld %s", (long long)(event->ts / 1000), event_types[event->type].name);
	for (int key = 0; key < KEY_COUNT && size < sizeof imported->events; key++) {
		if (!event_has(event, (enum event_key)key) || key == KEY_CASE)
			continue;
		if (key < KEY_TEXT_COUNT)
			size += (size_t)snprintf(to + size, sizeof imported->events - size, " %s=%.*s", event_key_names[key], (int)event->text[key].size,
				event->text[key].data);
		else
			size += (size_t)snprintf(to + size, sizeof imported->events - size, " %s=%lld", event_key_names[key],
				(long long)event->number[key - KEY_TEXT_COUNT]);
	}
	if (size < sizeof imported->events)
		snprintf(to + size, sizeof imported->events - size, "\n");
	return true;
}

static void take_report(void *context, enum import_count kind, const char *file, int64_t line, const char *reason)
{
	(void)kind;
	(void)file;
	struct imported *imported = context;
	const size_t size = strlen(imported->reports);
	snprintf(imported->reports + size, sizeof imported->reports - size, "%lld: %s\n", (long long)line, reason);
}

static void write_file(char *path, const char *text)
{
	const int file = mkstemp(path);
	assert_true(file >= 0);
	assert_int_equal(write(file, text, strlen(text)), strlen(text));
	close(file);
}

/* Up to two tables: what is read in one run belongs together. */
static struct imported *import(const char *mapping, const char *table, const char *second)
{
	char map[] = "/tmp/tablo-map-XXXXXX", paths[2][32] = {"/tmp/tablo-csv-XXXXXX", "/tmp/tablo-csv-XXXXXX"};
	struct imported *imported = memory_new(1, sizeof *imported);
	struct error err = {0};
	write_file(map, mapping);
	const struct import_options options = {.map = map};
	const struct import_sink sink = {imported, take_event, take_report};
	struct importer *importer = importer_open(&import_csv, &options, &sink, &err);
	for (int i = 0; importer && i < (second ? 2 : 1); i++) {
		write_file(paths[i], i ? second : table);
		enum import_step step = IMPORT_FAILED;
		if (importer_file(importer, paths[i], &err))
			while ((step = importer_step(importer, 1, &err)) == IMPORT_MORE)
				continue;
		unlink(paths[i]);
	}
	if (importer)
		assert_true(importer_finish(importer, &err));
	importer_close(importer);
	unlink(map);
	snprintf(imported->error, sizeof imported->error, "%s", err.text);
	return imported;
}

static void expect_tables(const char *mapping, const char *table, const char *second, const char *events)
{
	struct imported *imported = import(mapping, table, second);
	assert_string_equal(imported->error, "");
	assert_string_equal(imported->events, events);
	free(imported);
}

static void expect(const char *mapping, const char *table, const char *events)
{
	expect_tables(mapping, table, NULL, events);
}

#define AT "instant \"at\" { value = \"{t}\" format = \"epoch\" }\n"
#define STATE(rest) "event \"e\" { type = \"case.state\" at = \"at\" case = \"{id}\" to = \"{s}\" " rest " }\n"

static void changed_columns(void **state)
{
	(void)state;
	static const char *const table = "t,id,s,x\n10,a,open,1\n11,b,open,1\n12,a,open,2\n13,a,solved,2\n14,b,open,2\n15,a,open,3\n";
	expect(AT STATE("changed = \"{s}\" per = \"{id}\""), table,
		"10 case.state to=open\n11 case.state to=open\n13 case.state to=solved\n15 case.state to=open\n");
	expect(AT STATE("changed = \"{s}\" per = \"{id}\" first = false"), table, "13 case.state to=solved\n15 case.state to=open\n");
	/* Compared are the rows that `when` lets through. */
	expect(AT STATE("changed = \"{s}\" per = \"{id}\" when = {\"s != solved\"}"), table, "10 case.state to=open\n11 case.state to=open\n");
	/* Together with once: the first change of each. */
	expect(AT STATE("changed = \"{s}\" per = \"{id}\" first = false once = \"{id}\""), table, "13 case.state to=solved\n");
}

static void damaged_rows_are_not_remembered(void **state)
{
	(void)state;
	struct imported *imported = import(AT STATE("changed = \"{s}\" per = \"{id}\""),
		"t,id,s\n10,a,open\nnever,a,solved\n12,a,solved\n13,a,nonsense\n14,a,solved\n",
		NULL);
	assert_string_equal(imported->events, "10 case.state to=open\n12 case.state to=solved\n");
	assert_non_null(strstr(imported->reports, "3: damaged: event 'e': instant 'at'"));
	assert_non_null(strstr(imported->reports, "5: damaged: "));
	free(imported);
}

#define BEFORE "let \"before\" { value = \"{s}\" keep = \"previous\" per = \"{id}\" }\n"
#define BEGAN "let \"began\" { value = \"{s}\" keep = \"first\" per = \"{id}\" }\n"

static void rows_before(void **state)
{
	(void)state;
	static const char *const table = "t,id,s\n10,a,open\n11,b,held\n12,a,solved\n13,a,closed\n14,b,open\n15,a,open\n";
	expect(AT BEFORE STATE("when = {\"before = closed\"}"), table, "15 case.state to=open\n");
	expect(AT BEFORE BEGAN STATE("reason = \"{began}>{before}\""), table,
		"10 case.state to=open reason=open>\n11 case.state to=held reason=held>\n12 case.state to=solved reason=open>open\n"
		"13 case.state to=closed reason=open>solved\n14 case.state to=open reason=held>held\n15 case.state to=open reason=open>closed\n");
	/* Rows that are left out are not remembered either. */
	expect(AT BEFORE "drop { when = {\"s = solved\"} }\n" STATE("when = {\"s = closed\"} reason = \"{before}\""), table,
		"13 case.state to=closed reason=open\n");
	/* One that is made of another. */
	expect(AT BEFORE "let \"two\" { value = \"{before}\" keep = \"previous\" per = \"{id}\" }\n" STATE("when = {\"two = solved\"}"), table,
		"15 case.state to=open\n");
}

static void durations_between_instants(void **state)
{
	(void)state;
	static const char *const mapping = AT "instant \"asked\" { value = \"{q}\" format = \"epoch\" }\n"
		"event \"e\" { type = \"contact.answered\" at = \"at\" contact = \"{id}\" agent = \"A\" wait_ms = \"since asked\" }\n"
		"event \"d\" { type = \"sla.started\" at = \"at\" case = \"{id}\" clock = \"resolve\" target_ms = \"1\" due = \"asked\" }\n";
	struct imported *imported = import(mapping, "t,id,q\n100,a,40\n200,b,\n300,c,301\n", NULL);
	assert_string_equal(imported->events, "100 sla.started clock=resolve due=40000 target_ms=1\n100 contact.answered contact=a agent=A wait_ms=60000\n"
		"200 sla.started clock=resolve target_ms=1\n200 contact.answered contact=b agent=A\n"
		"300 sla.started clock=resolve due=301000 target_ms=1\n300 contact.answered contact=c agent=A wait_ms=0\n");
	assert_string_equal(imported->reports, "4: a duration below zero: taken as zero\n");
	free(imported);
}

static void yes_and_no(void **state)
{
	(void)state;
	expect(AT "event \"e\" { type = \"case.message\" at = \"at\" case = \"{id}\" by = \"agent\" public = \"{p}\" }\n",
		"t,id,p\n1,a,Yes\n2,a,FALSE\n3,a,\n4,a,maybe\n",
		"1 case.message by=agent public=1\n2 case.message by=agent public=0\n"); /* required: empty is as bad as anything else */
}

static void rows_by_time(void **state)
{
	(void)state;
	static const char *const rule = STATE("changed = \"{s}\" per = \"{id}\" first = false reason = \"{x}\"");
	char mapping[600];
	/* Ties stay in the order of the file; columns of the second file stand elsewhere. */
	snprintf(mapping, sizeof mapping, "sort_by = \"at\"\n" AT "%s", rule);
	expect_tables(mapping, "t,id,s,x\n30,a,closed,3\n20,a,solved,1\n20,a,open,2\n", "more,x,s,id,t\n,0,open,a,10\n",
		"20 case.state to=solved reason=1\n20 case.state to=open reason=2\n30 case.state to=closed reason=3\n");
	/* The newest row first: those of one minute are turned round, too. */
	snprintf(mapping, sizeof mapping, "sort_by = \"at\"\nnewest_first = true\n" AT "%s", rule);
	expect(mapping, "t,id,s,x\n30,a,closed,4\n20,a,open,3\n20,a,solved,2\n10,a,open,1\n",
		"20 case.state to=solved reason=2\n20 case.state to=open reason=3\n30 case.state to=closed reason=4\n");
	/* What cannot be read is told with its own line, and the rest comes all the same. */
	snprintf(mapping, sizeof mapping, "sort_by = \"at\"\n" AT "%s", rule);
	struct imported *imported = import(mapping, "t,id,s,x\nsoon,a,open,1\n9,a,open\n20,a,bad,1\n10,a,open,1\n21,a,solved,2\n", NULL);
	assert_string_equal(imported->events, "21 case.state to=solved reason=2\n");
	assert_non_null(strstr(imported->reports, "2: damaged: instant 'at': 'soon'"));
	assert_non_null(strstr(imported->reports, "3: damaged: 3 columns"));
	assert_non_null(strstr(imported->reports, "4: damaged: event 'e'"));
	free(imported);
}

static void stamps(void **state)
{
	(void)state;
	static const struct {
		const char *format, *text;
		int64_t local;
	} cases[] = {
		{"%d.%m.%Y %H:%M", "29.02.2024 07:05", 1709190300}, {"%d.%m.%Y %H:%M", " 29.2.2024  7:05 ", 1709190300},
		{"%Y/%m/%d %I:%M %p", "2024/02/29 7:05 AM", 1709190300}, {"%Y/%m/%d %I:%M %p", "2024/02/29 12:05 am", 1709165100},
		{"%Y/%m/%d %I:%M %p", "2024/02/29 12:05 PM", 1709208300}, {"iso", "2024-02-29 07:05 +00:00", 1709190300},
		{"%d.%m.%Y %H:%M:%S|%d.%m.%Y %H:%M", "29.02.2024 07:05", 1709190300},
		{"%d.%m.%Y %H:%M:%S|%d.%m.%Y %H:%M", "29.02.2024 07:05:01", 1709190301}, {"%m/%d/%y %H:%M", "2/29/24 7:05", 1709190300},
		{"epoch", "1709190300", 1709190300}, {"%d.%m.%Y %H:%M", "30.02.2024 07:05", -1}, {"%d.%m.%Y %H:%M", "", -1},
		{"%d.%m.%Y|%Y", "x", -1}, {"iso|epoch", "1709190300", 1709190300}, {"epoch|iso", "2024-02-29T07:05:00Z", 1709190300},
		{"iso|%d.%m.%Y %H:%M|epoch_ms", "29.02.2024 07:05", 1709190300}, {"iso|%d.%m.%Y %H:%M|epoch_ms", "1709190300500", 1709190300}, {"iso|epoch", "x", -1},
	};
	static const char *const none[] = {"", "iso|", "|epoch", "epoch||iso", "isolde", "iso|%Q", "iso|Y", "%Y|%", NULL};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t local = 0, utc;
		const bool read = mapping_time(cases[i].format, view_of(cases[i].text), &local, &utc);
		assert_int_equal(read ? local / 1000 : -1, cases[i].local);
		assert_true(mapping_time_format(cases[i].format));
	}
	for (int i = 0; none[i]; i++)
		assert_false(mapping_time_format(none[i]));
}

static void bad_mappings(void **state)
{
	(void)state;
	static const struct {
		const char *text, *message;
	} cases[] = {
		{AT STATE("changed = \"{s}\""), "m:2: event 'e': 'changed' without 'per'"},
		{AT STATE("per = \"{id}\""), "m:2: event 'e': 'per' without 'changed'"},
		{AT STATE("first = false"), "m:2: event 'e': 'first' without 'changed'"},
		{AT STATE("changed = \"\" per = \"{id}\""), "m:2: event 'e': 'changed' or 'per' is empty"},
		{AT "let \"l\" { value = \"{s}\" keep = \"newest\" per = \"{id}\" }\n" STATE(""), "m:2: let 'l': keep = 'newest': \"previous\""},
		{AT "let \"l\" { value = \"{s}\" keep = \"first\" }\n" STATE(""), "m:2: let 'l': 'keep' without 'per'"},
		{"sort_by = \"when\"\n" AT STATE(""), "m: sort_by = 'when': no instant of that name"},
		{"newest_first = true\n" AT STATE(""), "m: newest_first without sort_by"},
		{"sort_by = \"late\"\n" BEFORE
			"instant \"late\" { value = \"{before}\" format = \"epoch\" }\n" AT STATE(""), "m: sort_by = 'late': this instant depends"},
		{AT "event \"e\" { type = \"contact.answered\" at = \"at\" contact = \"1\" agent = \"A\" wait_ms = \"since then\" }\n",
			"m:2: event 'e': wait_ms = 'since then': no instant"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct error err = {""};
		assert_null(mapping_parse(cases[i].text, "m", &err));
		if (strncmp(err.text, cases[i].message, strlen(cases[i].message)) != 0)
			fail_msg("%s, not %s", err.text, cases[i].message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changed_columns), cmocka_unit_test(damaged_rows_are_not_remembered), cmocka_unit_test(rows_before),
		cmocka_unit_test(durations_between_instants), cmocka_unit_test(yes_and_no), cmocka_unit_test(rows_by_time),
		cmocka_unit_test(stamps), cmocka_unit_test(bad_mappings),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
