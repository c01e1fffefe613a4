/* Logs of ticket systems: mappings that know the rows before, SLA clocks that the board starts itself, the source's word against ours,
 * contacts outside of open hours, and intervals over a change of the clocks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "config/sla_targets.h"
#include "feed/bridges/import.h"
#include "feed/bridges/mapping.h"
#include "teller.h"

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
	struct imported *imported = import(AT STATE("changed = \"{s}\" per = \"{id}\""), "t,id,s\n10,a,open\nnever,a,solved\n12,a,solved\n13,a,nonsense\n14,a,solved\n",
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
		{"%d.%m.%Y|%Y", "x", -1},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t local = 0, utc;
		const bool read = mapping_time(cases[i].format, view_of(cases[i].text), &local, &utc);
		assert_int_equal(read ? local / 1000 : -1, cases[i].local);
		assert_true(mapping_time_format(cases[i].format));
	}
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
		{AT "let \"l\" { value = \"{s}\" keep = \"last\" per = \"{id}\" }\n" STATE(""), "m:2: let 'l': keep = 'last': either"},
		{AT "let \"l\" { value = \"{s}\" keep = \"first\" }\n" STATE(""), "m:2: let 'l': 'keep' without 'per'"},
		{"sort_by = \"when\"\n" AT STATE(""), "m: sort_by = 'when': no instant of that name"},
		{"newest_first = true\n" AT STATE(""), "m: newest_first without sort_by"},
		{"sort_by = \"late\"\n" BEFORE "instant \"late\" { value = \"{before}\" format = \"epoch\" }\n" AT STATE(""), "m: sort_by = 'late': this instant depends"},
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

/* ---- clocks that the board starts ---- */

static void add_rules(struct settings *settings, const char *text)
{
	struct error err = {""};
	if (!settings_read(settings, view_of(text), "rules", NULL, &err))
		fail_msg("%s", err.text);
}

static void starting(struct settings *settings)
{
	add_rules(settings, "sla \"first_reply\" { start = true targets = { \"1: 30m\", \"*: 1h\" } }\n"
			    "sla \"next_reply\" { start = true targets = { \"*: 2h\" } }\n"
			    "sla \"resolve\" { start = true targets = { \"1: 4h\", \"*: 1d\" } pause_in = { \"pending\" } }\n");
}

static void started_by_the_board(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, starting);
	tell(&t, T0, "case.opened", "case=1 queue=Billing channel=email priority=1");
	tell(&t, T0, "case.message", "case=1 by=customer public=1"); /* what the case is about: the first reply's clock tells how long he waits */
	tell(&t, T0, "case.opened", "case=2 queue=Billing channel=email");
	assert_int_equal(gauge(&t, "sla_running"), 4);
	tell(&t, T0 + 10 * M, "case.message", "case=1 by=agent public=0"); /* a note for colleagues is no reply, nor is a robot's */
	tell(&t, T0 + 10 * M, "case.message", "case=1 by=bot public=1");
	pass(&t, T0 + 30 * M - 1);
	assert_int_equal(count_of(&t, "sla_breached"), 0);
	pass(&t, T0 + 30 * M);
	assert_int_equal(count_of(&t, "sla_breached"), 1);
	tell(&t, T0 + 40 * M, "case.message", "case=1 by=agent public=1");
	tell(&t, T0 + 60 * M, "case.message", "case=2 by=agent public=1"); /* at its very due: met */
	assert_int_equal(figure_of(&t, "sla_met_first_reply", WINDOW_24H).numerator, 1);
	assert_int_equal(figure_of(&t, "sla_met_first_reply", WINDOW_24H).denominator, 2);
	/* From now on questions have the next reply's clock; a second question does not set it back. */
	tell(&t, T0 + 2 * H, "case.message", "case=1 by=customer public=1");
	tell(&t, T0 + 3 * H, "case.message", "case=1 by=customer public=1");
	assert_int_equal(gauge(&t, "sla_running"), 3);
	pass(&t, T0 + 4 * H); /* both: the next reply, and resolution by priority */
	assert_int_equal(count_of(&t, "sla_breached"), 3);
	tell(&t, T0 + 5 * H, "case.state", "case=2 to=pending");
	assert_int_equal(gauge(&t, "sla_paused"), 1);
	tell(&t, T0 + 6 * H, "case.state", "case=2 to=solved");
	assert_int_equal(figure_of(&t, "sla_met_resolve", WINDOW_24H).numerator, 1);
	tell(&t, T0 + 6 * H, "sla.met", "case=2 clock=resolve"); /* a source that says so all the same */
	tell(&t, T0 + 6 * H, "sla.met", "case=2 clock=first_reply");
	assert_int_equal(fault_total(&t, FAULT_IMPOSSIBLE), 0);
	teller_close(&t);
}

static void ended_with_the_case(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, starting);
	tell(&t, T0, "case.opened", "case=1 queue=Billing channel=email");
	tell(&t, T0 + M, "case.state", "case=1 to=closed"); /* nobody replied, nobody waits */
	assert_int_equal(gauge(&t, "sla_running"), 0);
	assert_int_equal(figure_of(&t, "sla_met_first_reply", WINDOW_24H).n, 0);
	assert_int_equal(figure_of(&t, "sla_met_resolve", WINDOW_24H).numerator, 1);
	/* He writes again, which opens it again: whichever comes first. */
	tell(&t, T0 + 2 * H, "case.message", "case=1 by=customer public=1");
	assert_int_equal(gauge(&t, "sla_running"), 0);
	tell(&t, T0 + 2 * H, "case.state", "case=1 to=open");
	assert_int_equal(gauge(&t, "sla_running"), 2); /* resolution anew, and the next reply */
	tell(&t, T0 + 3 * H, "case.message", "case=1 by=agent public=1");
	assert_int_equal(figure_of(&t, "sla_met_next_reply", WINDOW_24H).numerator, 1);
	teller_close(&t);
}

static void late_replies(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, starting);
	tell(&t, T0, "case.opened", "case=1 queue=Billing channel=email");
	pass(&t, T0 + 61 * M);
	assert_int_equal(count_of(&t, "sla_breached"), 1);
	tell_late(&t, T0 + 62 * M, T0 + 59 * M, "case.message", "case=1 by=agent public=1"); /* disproves it */
	assert_int_equal(count_of(&t, "sla_breached"), 0);
	assert_int_equal(count_of(&t, "sla_withdrawn"), 1);
	tell(&t, T0 + 2 * H, "case.message", "case=1 by=customer public=1");
	tell_late(&t, T0 + 2 * H + M, T0 + 90 * M, "case.message", "case=1 by=agent public=1"); /* from before he asked */
	assert_int_equal(figure_of(&t, "sla_met_next_reply", WINDOW_24H).n, 0);
	teller_close(&t);
}

static void by_calendar(struct settings *settings)
{
	/* T0 is Tuesday 22:13:20. */
	add_rules(settings, "sla_calendar = \"day\"\ncalendar \"day\" { zone = \"UTC\" wednesday = { \"09:00-17:00\" } }\n"
			    "queue \"Night\" { calendar = \"night\" }\ncalendar \"night\" { zone = \"UTC\" tuesday = { \"20:00-24:00\" } }\n"
			    "sla \"first_reply\" { start = true targets = { \"*: 1h\" } }\n");
}

static void calendars_and_closed_hours(void **state)
{
	(void)state;
	const int64_t ten = INT64_C(1700042400000); /* Wednesday 10:00 */
	struct teller t;
	teller_open(&t, by_calendar);
	tell(&t, T0, "case.opened", "case=1 queue=Billing channel=email");
	tell(&t, T0, "case.opened", "case=2 queue=Night channel=email");
	tell(&t, T0, "contact.queued", "contact=a queue=Billing channel=phone");
	tell(&t, T0, "contact.queued", "contact=b queue=Night channel=phone");
	assert_int_equal(count_of(&t, "offered"), 2);
	assert_int_equal(count_of(&t, "offered_closed"), 1);
	pass(&t, T0 + H);
	assert_int_equal(count_of(&t, "sla_breached"), 1); /* Night is at work */
	pass(&t, ten - 1);
	assert_int_equal(count_of(&t, "sla_breached"), 1);
	pass(&t, ten);
	assert_int_equal(count_of(&t, "sla_breached"), 2);
	tell(&t, ten, "contact.queued", "contact=c queue=Billing channel=phone");
	tell(&t, ten, "contact.queued", "contact=d queue=Night channel=phone");
	assert_int_equal(count_of(&t, "offered_closed"), 2);
	teller_close(&t);
}

/* Packed in the midst of it and unpacked, it goes on as the one that was not. */
static void state_of_started_clocks(void **state)
{
	(void)state;
	struct teller t;
	size_t size, other_size;
	bool differs;
	struct error err = {""};
	teller_open(&t, starting);
	tell(&t, T0, "case.opened", "case=1 queue=Billing channel=email priority=1");
	tell(&t, T0 + 10 * M, "case.message", "case=1 by=agent public=1");
	tell(&t, T0 + 20 * M, "case.message", "case=1 by=customer public=1");
	uint8_t *bytes = engine_pack(t.engine, INT64_MIN, &size);
	struct teller other = {t.settings, engine_unpack(t.settings, bytes, size, &differs, &err), t.lsn, t.seq};
	assert_non_null(other.engine);
	free(bytes);
	struct teller *const both[] = {&t, &other};
	for (int i = 0; i < 2; i++) {
		tell(both[i], T0 + 30 * M, "case.state", "case=1 to=pending");
		pass(both[i], T0 + 3 * H);
		assert_int_equal(count_of(both[i], "sla_breached"), 1); /* the next reply; resolution stands still */
	}
	bytes = engine_pack(t.engine, INT64_MIN, &size);
	uint8_t *others = engine_pack(other.engine, INT64_MIN, &other_size);
	assert_int_equal(size, other_size);
	assert_memory_equal(bytes, others, size);
	free(bytes);
	free(others);
	engine_destroy(other.engine);
	teller_close(&t);
}

/* A snapshot tells that a case is open, not whether it was answered before. */
static void started_in_a_snapshot(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, starting);
	tell(&t, T0, "snapshot.begin", "scope=");
	tell(&t, T0 - 3 * H, "case.opened", "case=1 queue=Billing channel=email snapshot=1");
	tell(&t, T0, "snapshot.end", "scope=");
	assert_int_equal(gauge(&t, "sla_running"), 1); /* resolution only */
	teller_close(&t);
}

static void bad_rules(void **state)
{
	(void)state;
	static const struct {
		const char *text, *message;
	} cases[] = {
		{"sla \"resolve\" { start = true }", "without 'targets'"}, {"sla \"resolve\" { targets = { \"*: 4h\" } }", "without 'start'"},
		{"sla \"update\" { start = true targets = { \"*: 4h\" } }", "cannot be started"},
		{"sla \"resolve\" { start = true targets = { \"1: 4h\", \"1: 5h\" } }", "two targets"},
		{"sla \"resolve\" { start = true targets = { \"6: 4h\" } }", "a priority, 1 to 5"},
		{"sla \"resolve\" { start = true targets = { \"* 4h\" } }", "a priority, 1 to 5"},
		{"sla \"resolve\" { start = true targets = { \"*: 0s\" } }", "a priority, 1 to 5"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct settings *settings = settings_create();
		struct error err = {""};
		assert_false(settings_read(settings, view_of(cases[i].text), "rules", NULL, &err));
		if (!strstr(err.text, cases[i].message))
			fail_msg("%s, not %s", err.text, cases[i].message);
		settings_destroy(settings);
	}
}

/* ---- the source's word against ours ---- */

static void official_flags(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, starting);
	for (int i = 1; i <= 4; i++) {
		char keys[60];
		snprintf(keys, sizeof keys, "case=%d queue=Billing channel=email priority=1", i);
		tell(&t, T0, "case.opened", keys);
	}
	tell(&t, T0 + M, "case.state", "case=1 to=closed");
	tell(&t, T0 + M, "sla.breached", "case=1 clock=resolve"); /* met for us, breached for the source */
	assert_int_equal(count_of(&t, "sla_disagreed"), 1);
	assert_int_equal(count_of(&t, "sla_breached"), 1);
	assert_int_equal(figure_of(&t, "sla_met_resolve", WINDOW_24H).numerator, 0);
	tell(&t, T0 + 2 * M, "sla.breached", "case=1 clock=resolve"); /* told twice, counted once */
	tell(&t, T0 + 4 * H + M, "sla.breached", "case=2 clock=resolve"); /* after our timer */
	tell(&t, T0 + 4 * H + M, "sla.breached", "case=2 clock=resolve");
	tell(&t, T0 + 5 * H, "case.state", "case=3 to=closed"); /* late for us, and in its last row for the source */
	tell(&t, T0 + 5 * H, "sla.breached", "case=3 clock=resolve");
	tell(&t, T0 + 5 * H, "case.state", "case=4 to=closed"); /* late for us alone */
	assert_int_equal(figure_of(&t, "sla_met_resolve", WINDOW_24H).denominator, 4);
	assert_int_equal(figure_of(&t, "sla_met_resolve", WINDOW_24H).numerator, 0);
	assert_int_equal(count_of(&t, "sla_confirmed"), 2);
	assert_int_equal(count_of(&t, "sla_disagreed"), 1);
	assert_int_equal(fault_total(&t, FAULT_IMPOSSIBLE), 0);
	teller_close(&t);
}

/* Opened again three weeks after it was closed, it is still the same case. */
static void closed_cases_are_remembered(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	tell(&t, T0, "case.opened", "case=1 queue=Billing channel=email");
	tell(&t, T0 + H, "case.state", "case=1 to=closed");
	tell(&t, T0 + 21 * D, "case.opened", "case=2 queue=Billing channel=email");
	tell(&t, T0 + 22 * D, "case.state", "case=1 to=open");
	assert_int_equal(gauge(&t, "backlog"), 2);
	tell(&t, T0 + 23 * D, "case.state", "case=1 to=closed");
	tell(&t, T0 + 60 * D, "case.opened", "case=3 queue=Billing channel=email"); /* takes its place */
	tell(&t, T0 + 61 * D, "case.opened", "case=1 queue=Billing channel=email");
	assert_int_equal(gauge(&t, "backlog"), 3);
	assert_int_equal(fault_total(&t, FAULT_IMPOSSIBLE), 0);
	teller_close(&t);
}

/* ---- intervals where the clocks change ---- */

static void intervals_over_a_change(void **state)
{
	(void)state;
	struct error err;
	struct zone *zone = zone_open("Europe/Berlin", &err), *nepal = zone_open("Asia/Kathmandu", &err);
	const int64_t autumn = INT64_C(1792879200000), spring = INT64_C(1774738800000); /* 2026-10-25 and 2026-03-29, 00:00 */
	assert_int_equal(instant_interval_begin(autumn + 5 * H, D, zone, 0), autumn);
	assert_int_equal(instant_interval_begin(autumn, D, zone, 0), autumn);
	assert_int_equal(instant_interval_end(autumn, D, zone, 0) - autumn, 25 * H);
	assert_int_equal(instant_interval_end(spring, D, zone, 0) - spring, 23 * H);
	assert_int_equal(instant_interval_end(spring, 7 * D, zone, 0) - spring, 7 * D - H);
	assert_int_equal(instant_interval_end(autumn + 6 * H, D, zone, 6 * H), autumn + 31 * H); /* after the change */
	assert_int_equal(instant_interval_begin(autumn + 5 * H, D, zone, 6 * H), autumn - 18 * H);
	assert_int_equal(instant_interval_end(autumn - 18 * H, D, zone, 6 * H), autumn + 7 * H);
	assert_int_equal(instant_interval_end(autumn + 2 * H, 30 * M, zone, 0), autumn + 2 * H + 30 * M);
	assert_int_equal(instant_interval_begin(T0, H, nepal, 0) % H, 15 * M); /* 5:45 east: where its clocks read the full hour */
	zone_close(zone);
	zone_close(nepal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changed_columns), cmocka_unit_test(damaged_rows_are_not_remembered), cmocka_unit_test(rows_before),
		cmocka_unit_test(durations_between_instants), cmocka_unit_test(rows_by_time), cmocka_unit_test(stamps), cmocka_unit_test(bad_mappings),
		cmocka_unit_test(started_by_the_board), cmocka_unit_test(ended_with_the_case), cmocka_unit_test(late_replies),
		cmocka_unit_test(calendars_and_closed_hours), cmocka_unit_test(state_of_started_clocks), cmocka_unit_test(started_in_a_snapshot),
		cmocka_unit_test(bad_rules), cmocka_unit_test(official_flags), cmocka_unit_test(closed_cases_are_remembered),
		cmocka_unit_test(intervals_over_a_change),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
