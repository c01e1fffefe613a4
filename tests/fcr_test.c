/* First contact resolution: which contact is a further one, when it is settled, what corrects it; and a real month. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/input.h"
#include "base/instant.h"
#include "base/memory.h"
#include "teller.h"

#include <cmocka.h> /* last: its macro fail() would hide ours */

/* A call of two minutes, or one that was given up after ten seconds. */
static void call(struct teller *t, int number, int64_t at, const char *keys, bool answered)
{
	char text[200];
	snprintf(text, sizeof text, "contact=c%d channel=phone %s", number, keys);
	tell(t, at, "contact.queued", text);
	snprintf(text, sizeof text, "contact=c%d agent=ana", number);
	if (!answered) {
		snprintf(text, sizeof text, "contact=c%d why=abandoned", number);
		tell(t, at + 10 * S, "contact.left", text);
		return;
	}
	tell(t, at + 10 * S, "contact.answered", text);
	snprintf(text, sizeof text, "contact=c%d agent=ana by=agent wrap_ms=0", number);
	tell(t, at + 2 * M, "contact.released", text);
}

static void match_queue(struct settings *settings)
{
	long_history(settings);
	settings->fcr_match = FCR_MATCH_QUEUE;
}

static void match_customer(struct settings *settings)
{
	long_history(settings);
	settings->fcr_match = FCR_MATCH_CUSTOMER;
}

static void from_released(struct settings *settings)
{
	long_history(settings);
	settings->fcr_from = FCR_FROM_RELEASED;
}

/* Two calls of one customer: which rule makes the second a further contact to the first? */
static void fcr_rules(void **state)
{
	(void)state;
	const struct { const char *first, *second; void (*change)(struct settings *); int64_t apart; bool answered; int64_t kept, settled; } cases[] = {
		{"queue=A customer=x", "queue=A customer=x", NULL, D, true, 1, 2},
		{"queue=A customer=x", "queue=A customer=y", NULL, D, true, 2, 2},
		{"queue=A customer=x", "queue=A customer=x", NULL, 7 * D, true, 1, 2},	      /* R itself is within */
		{"queue=A customer=x", "queue=A customer=x", NULL, 7 * D + 1, true, 2, 2},
		{"queue=A customer=x", "queue=A customer=x", NULL, D, false, 0, 1},	      /* giving up is a further contact too */
		{"queue=A customer=x topic=bill", "queue=A customer=x topic=sim", NULL, D, true, 2, 2},
		{"queue=A customer=x topic=bill", "queue=B customer=x topic=bill", NULL, D, true, 1, 2},
		{"queue=A customer=x topic=bill", "queue=A customer=x", NULL, D, true, 1, 2}, /* an absent topic matches any */
		{"queue=A customer=x", "queue=A customer=x topic=sim", NULL, D, true, 1, 2},
		{"queue=A customer=x topic=bill", "queue=A customer=x topic=sim", match_queue, D, true, 1, 2},
		{"queue=A customer=x", "queue=B customer=x", match_queue, D, true, 2, 2},
		{"queue=A customer=x topic=bill", "queue=B customer=x topic=sim", match_customer, D, true, 1, 2},
		{"queue=A customer=x", "queue=A customer=x", from_released, 7 * D + M, true, 1, 2}, /* from 2 min later on */
		{"queue=A customer=x", "queue=A customer=x", from_released, 7 * D + 2 * M + 1, true, 2, 2},
		{"queue=A", "queue=A", NULL, D, true, 0, 0},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct teller t;
		teller_open(&t, cases[i].change ? cases[i].change : long_history);
		call(&t, 1, T0, cases[i].first, true);
		call(&t, 2, T0 + cases[i].apart, cases[i].second, cases[i].answered);
		pass(&t, T0 + 16 * D);
		struct figure fcr = figure_in(&t, "fcr", WINDOW_35D, BY_ARRIVAL, SCOPE_ALL);
		if (fcr.n != cases[i].settled || fcr.numerator != cases[i].kept)
			fail_msg("case %zu: %lld of %lld", i, (long long)fcr.numerator, (long long)fcr.n);
		assert_int_equal(fcr.known, cases[i].settled > 0);
		if (!strstr(cases[i].first, "customer"))
			assert_int_equal(figure_in(&t, "fcr_no_customer", WINDOW_35D, BY_OUTCOME, SCOPE_ALL).numerator, 2);
		teller_close(&t);
	}
}

/* "74 % of 412 settled, 96 open, at most 78 %" */
static void fcr_open_and_at_most(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	call(&t, 1, T0, "queue=A customer=x", true);
	call(&t, 2, T0 + D, "queue=A customer=x", true);
	call(&t, 3, T0 + 2 * D, "queue=A customer=y", true);
	assert_int_equal(gauge(&t, "fcr_open"), 3);
	assert_false(figure_in(&t, "fcr", WINDOW_7D, BY_OUTCOME, SCOPE_ALL).known);
	pass(&t, T0 + 7 * D); /* q + R is not over yet */
	assert_int_equal(gauge(&t, "fcr_open"), 3);
	pass(&t, T0 + 7 * D + 1);
	struct figure fcr = figure_of(&t, "fcr", WINDOW_7D);
	assert_int_equal(fcr.n, 1);
	assert_int_equal(fcr.numerator, 0);
	assert_int_equal(gauge(&t, "fcr_open"), 2);
	assert_int_equal(fcr.high, 666666);
	teller_close(&t);
}

static void fcr_late_correction(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	call(&t, 1, T0, "queue=A customer=x", true);
	pass(&t, T0 + 7 * D + H);
	struct figure fcr = figure_of(&t, "fcr", WINDOW_7D);
	assert_int_equal(fcr.numerator, 1);
	/* He had called within the week: we hear of it only now. */
	tell_late(&t, T0 + 7 * D + 2 * H, T0 + 7 * D - H, "contact.queued", "contact=late channel=chat queue=B customer=x");
	fcr = figure_of(&t, "fcr", WINDOW_7D);
	assert_int_equal(fcr.n, 1);
	assert_int_equal(fcr.numerator, 0);
	teller_close(&t);
}

/* We hear late of a contact whose further contact we know already. */
static void fcr_late_first_contact(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, long_history);
	call(&t, 2, T0 + 2 * H, "queue=A customer=x", true);
	tell_late(&t, T0 + 3 * H, T0, "contact.queued", "contact=c1 channel=phone queue=A customer=x");
	tell_late(&t, T0 + 3 * H, T0 + S, "contact.answered", "contact=c1 agent=ana");
	tell_late(&t, T0 + 3 * H, T0 + M, "contact.released", "contact=c1 agent=ana by=agent wrap_ms=0");
	pass(&t, T0 + 8 * D);
	struct figure fcr = figure_in(&t, "fcr", WINDOW_35D, BY_ARRIVAL, SCOPE_ALL);
	assert_int_equal(fcr.n, 2);
	assert_int_equal(fcr.numerator, 1);
	teller_close(&t);
}

static void fcr_waits_for_the_case(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, long_history);
	tell(&t, T0, "case.opened", "case=k queue=A channel=phone customer=x");
	call(&t, 1, T0, "queue=A customer=x case=k", true);
	assert_int_equal(gauge(&t, "fcr_open"), 0);
	tell(&t, T0 + D, "case.state", "case=k to=solved");
	assert_int_equal(gauge(&t, "fcr_open"), 1);
	/* Opened again: a further contact. */
	tell(&t, T0 + 2 * D, "case.state", "case=k to=open");
	pass(&t, T0 + 7 * D + 1);
	struct figure fcr = figure_of(&t, "fcr", WINDOW_7D);
	assert_int_equal(fcr.n, 1);
	assert_int_equal(fcr.numerator, 0);
	/* Solved only after R: settled then, and nobody came back. */
	tell(&t, T0 + 8 * D, "case.opened", "case=l queue=A channel=phone customer=z");
	call(&t, 2, T0 + 8 * D, "queue=A customer=z case=l", true);
	pass(&t, T0 + 18 * D);
	assert_int_equal(figure_in(&t, "fcr", WINDOW_35D, BY_OUTCOME, SCOPE_ALL).n, 1);
	tell(&t, T0 + 18 * D, "case.state", "case=l to=closed");
	pass(&t, T0 + 18 * D + S);
	fcr = figure_in(&t, "fcr", WINDOW_35D, BY_OUTCOME, SCOPE_ALL);
	assert_int_equal(fcr.n, 2);
	assert_int_equal(fcr.numerator, 1);
	teller_close(&t);
}

static void fcr_transfers_are_one_contact(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	tell(&t, T0, "contact.queued", "contact=c channel=phone queue=A customer=x");
	tell(&t, T0 + S, "contact.answered", "contact=c agent=ana");
	tell(&t, T0 + M, "contact.released", "contact=c agent=ana by=transfer wrap_ms=0");
	assert_int_equal(gauge(&t, "fcr_open"), 0);
	tell(&t, T0 + M, "contact.queued", "contact=c channel=phone queue=B customer=x");
	tell(&t, T0 + 2 * M, "contact.answered", "contact=c agent=bob");
	tell(&t, T0 + 3 * M, "contact.released", "contact=c agent=bob by=customer wrap_ms=0");
	assert_int_equal(gauge(&t, "fcr_open"), 1);
	pass(&t, T0 + 8 * D);
	struct figure fcr = figure_of(&t, "fcr", WINDOW_7D);
	assert_int_equal(fcr.n, 1);
	assert_int_equal(fcr.numerator, 1);
	teller_close(&t);
}

/* One customer who calls all the time costs no more than many who call once. */
static void fcr_of_a_busy_customer(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, long_history);
	const int calls = 3000;
	for (int i = 0; i < calls; i++)
		call(&t, i, T0 + i * 3 * M, "queue=A customer=x", true);
	pass(&t, T0 + 15 * D);
	struct figure fcr = figure_in(&t, "fcr", WINDOW_35D, BY_ARRIVAL, SCOPE_ALL);
	assert_int_equal(fcr.n, calls);
	assert_int_equal(fcr.numerator, 1);
	assert_int_equal(gauge(&t, "fcr_open"), 0);
	teller_close(&t);
}

/* The second call is a further contact in those windows that are long enough, whatever fcr_within is. */
static void fcr_three_windows(void **state)
{
	(void)state;
	const struct { const char *within; int64_t apart, day, three, own; } cases[] = {
		{"7d", D, 1, 1, 1}, {"7d", D + 1, 2, 1, 1}, {"7d", 3 * D, 2, 1, 1}, {"7d", 3 * D + 1, 2, 2, 1}, {"7d", 7 * D + 1, 2, 2, 2},
		{"1h", H, 1, 1, 1}, {"1h", H + 1, 1, 1, 2}, {"1h", 3 * D, 2, 1, 2}, {"14d", 10 * D, 2, 2, 1}, {"24h", D, 1, 1, 1},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct teller t;
		teller_open(&t, long_history);
		assert_true(settings_set(t.settings, "fcr_within", cases[i].within, NULL));
		engine_destroy(t.engine);
		t.engine = engine_create(t.settings, NULL);
		call(&t, 1, T0, "queue=A customer=x", true);
		call(&t, 2, T0 + cases[i].apart, "queue=B customer=x", true);
		pass(&t, T0 + 30 * D);
		const int64_t kept[] = {cases[i].day, cases[i].three, cases[i].own};
		const char *const names[] = {"fcr_24h", "fcr_72h", "fcr"};
		for (int m = 0; m < 3; m++) {
			struct figure fcr = figure_in(&t, names[m], WINDOW_35D, BY_OUTCOME, SCOPE_ALL);
			if (fcr.n != 2 || fcr.numerator != kept[m])
				fail_msg("case %zu, %s: %lld of %lld", i, names[m], (long long)fcr.numerator, (long long)fcr.n);
		}
		teller_close(&t);
	}
}

/* Each window is settled when it is over, to the millisecond. */
static void fcr_settles_window_by_window(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, long_history);
	call(&t, 1, T0 + 321, "queue=A customer=x", true);
	const struct { const char *metric; int64_t after; } windows[] = {{"fcr_24h", D}, {"fcr_72h", 3 * D}, {"fcr", 7 * D}};
	for (int i = 0; i < 3; i++) {
		pass(&t, T0 + 321 + windows[i].after);
		assert_int_equal(figure_in(&t, windows[i].metric, WINDOW_35D, BY_OUTCOME, SCOPE_ALL).n, 0);
		pass(&t, T0 + 322 + windows[i].after);
		assert_int_equal(figure_in(&t, windows[i].metric, WINDOW_35D, BY_OUTCOME, SCOPE_ALL).n, 1);
	}
	assert_int_equal(gauge(&t, "fcr_open"), 0);
	teller_close(&t);
}

static void exclusions(struct settings *settings)
{
	long_history(settings);
	assert_true(settings_set(settings, "fcr_exclude_topics", "wrong number,Spam", NULL));
	assert_true(settings_set(settings, "fcr_exclude_reasons", "duplicate", NULL));
}

static void expect_fcr(const struct teller *t, int64_t kept, int64_t settled, int64_t excluded)
{
	struct figure fcr = figure_in(t, "fcr", WINDOW_35D, BY_ARRIVAL, SCOPE_ALL);
	assert_int_equal(fcr.n, settled);
	assert_int_equal(fcr.numerator, kept);
	assert_int_equal(figure_in(t, "fcr_excluded", WINDOW_35D, BY_OUTCOME, SCOPE_ALL).numerator, excluded);
}

/* A contact of an excluded topic is neither resolved nor a further one. */
static void fcr_excluded_topics(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, exclusions);
	call(&t, 1, T0, "queue=A customer=x", true);
	call(&t, 2, T0 + D, "queue=A customer=x topic=spam", true);
	call(&t, 3, T0 + D, "queue=A customer=x topic=spam", false);
	pass(&t, T0 + 16 * D);
	expect_fcr(&t, 1, 1, 1);
	assert_int_equal(figure_in(&t, "fcr_no_customer", WINDOW_35D, BY_OUTCOME, SCOPE_ALL).numerator, 0);
	teller_close(&t);
}

/* What was settled is taken back in its minute when its case turns out to be none. */
static void fcr_excluded_cases(void **state)
{
	(void)state;
	const char *const ends[] = {"to=merged", "to=deleted", "to=closed reason=Duplicate", "to=closed reason=done"};
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		const bool excluded = i < 3;
		struct teller t;
		char keys[60];
		teller_open(&t, exclusions);
		tell(&t, T0, "case.opened", "case=k queue=A channel=phone customer=x");
		call(&t, 1, T0, "queue=A customer=x case=k", true);
		tell(&t, T0 + H, "case.state", "case=k to=solved");
		pass(&t, T0 + 7 * D + M);
		expect_fcr(&t, 1, 1, 0);
		snprintf(keys, sizeof keys, "case=k %s", ends[i]);
		tell(&t, T0 + 7 * D + H, "case.state", keys);
		pass(&t, T0 + 7 * D + 2 * H);
		expect_fcr(&t, !excluded, !excluded, excluded);
		assert_int_equal(gauge(&t, "fcr_open"), 0);
		pass(&t, T0 + 20 * D);
		expect_fcr(&t, !excluded, !excluded, excluded);
		teller_close(&t);
	}
}

/* An agent's own call to the customer is no contact of this figure. */
static void fcr_leaves_out_what_no_queue_saw(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, long_history);
	call(&t, 1, T0, "queue=A customer=x", true);
	tell(&t, T0 + D, "contact.answered", "contact=own agent=ana queue=A direct=1");
	tell(&t, T0 + D + M, "contact.released", "contact=own agent=ana by=transfer wrap_ms=0");
	tell(&t, T0 + D + M, "contact.answered", "contact=own agent=bob queue=A");
	tell(&t, T0 + D + 2 * M, "contact.released", "contact=own agent=bob by=agent wrap_ms=0");
	pass(&t, T0 + 16 * D);
	expect_fcr(&t, 1, 1, 0);
	assert_int_equal(figure_in(&t, "fcr_no_customer", WINDOW_35D, BY_OUTCOME, SCOPE_ALL).numerator, 0);
	teller_close(&t);
}

/* ---- a real month ---- */

static int split(struct view line, char (*fields)[64])
{
	int count = 0;
	size_t from = 0;
	while (count < 10) {
		const char *comma = memchr(line.data + from, ',', line.size - from);
		size_t end = comma ? (size_t)(comma - line.data) : line.size;
		view_copy((struct view){line.data + from, end - from}, fields[count++], 64);
		if (!comma)
			break;
		from = end + 1;
	}
	return count;
}

static void tell_row(struct teller *t, char (*f)[64])
{
	char keys[300];
	int64_t at = strtoll(f[0], NULL, 10) * 1000;
	if (strcmp(f[2], "offered") == 0) {
		snprintf(keys, sizeof keys, "contact=%s queue=%s channel=phone%s%s", f[3], f[4], *f[5] ? " customer=" : "", f[5]);
		tell(t, at, "contact.queued", keys);
	} else if (strcmp(f[2], "answered") == 0) {
		snprintf(keys, sizeof keys, "contact=%s agent=%s wait_ms=%s000", f[3], f[7], f[8]);
		tell(t, at, "contact.answered", keys);
	} else if (strcmp(f[2], "abandoned") == 0) {
		snprintf(keys, sizeof keys, "contact=%s why=abandoned wait_ms=%s000", f[3], f[8]);
		tell(t, at, "contact.left", keys);
	} else {
		snprintf(keys, sizeof keys, "contact=%s agent=%s by=customer talk_ms=%s000 wrap_ms=0", f[3], f[7], f[9]);
		tell(t, at, "contact.released", keys);
	}
}

/* The same by sorting: the next call of a customer is the first further one. */
struct month_call { char customer[64]; int64_t offered; bool resolved; };
static struct month_call calls[40000];
static size_t call_count;

static int by_customer(const void *left, const void *right)
{
	const struct month_call *a = left, *b = right;
	int order = strcmp(a->customer, b->customer);
	return order ? order : a->offered < b->offered ? -1 : a->offered > b->offered;
}

/* Which call an event is of: those of the file are numbered as they come in. */
static void note_row(char (*f)[64])
{
	static char ids[40000][40];
	size_t i = call_count;
	if (strcmp(f[2], "offered") == 0) {
		assert_true(call_count < sizeof calls / sizeof *calls && strlen(f[3]) < sizeof *ids);
		strcpy(ids[call_count], f[3]);
		calls[call_count] = (struct month_call){.offered = strtoll(f[0], NULL, 10) * 1000};
		strcpy(calls[call_count++].customer, f[5]);
		return;
	}
	while (strcmp(f[2], "ended") == 0 && i-- > 0)
		if (strcmp(ids[i], f[3]) == 0) {
			calls[i].resolved = true;
			return;
		}
}

static void expect_by_sorting(const struct teller *t, const char *metric, int64_t span)
{
	const int64_t end = engine_now(t->engine); /* the last calls of the month end after it */
	int64_t settled = 0, kept = 0;
	for (size_t i = 0; i < call_count; i++) {
		size_t next = i + 1;
		while (next < call_count && calls[next].offered == calls[i].offered && strcmp(calls[next].customer, calls[i].customer) == 0)
			next++;
		const bool again = next < call_count && strcmp(calls[next].customer, calls[i].customer) == 0 && calls[next].offered <= calls[i].offered + span;
		const bool counts = calls[i].resolved && *calls[i].customer && calls[i].offered + span < end;
		settled += counts;
		kept += counts && !again;
	}
	struct figure fcr = figure_in(t, metric, WINDOW_35D, BY_ARRIVAL, SCOPE_ALL);
	assert_int_equal(fcr.n, settled);
	assert_int_equal(fcr.numerator, kept);
	assert_true(settled > 10000);
}

static void month(void (*change)(struct settings *), int64_t *settled, int64_t *repeats)
{
	call_count = 0;
	const char *folder = getenv("TABLO_DATA");
	char *path = memory_format("%s/anonbank-1999-08/events.csv.gz", folder && *folder ? folder : "../shared/data");
	struct input *input = access(path, R_OK) == 0 ? input_open(path, NULL) : NULL;
	free(path);
	if (!input)
		skip();
	struct teller t;
	teller_open(&t, change);
	struct view line;
	char fields[10][64];
	while (input_next(input, &line, NULL) == INPUT_LINE)
		if (split(line, fields) >= 10 && strcmp(fields[0], "ts") != 0) {
			tell_row(&t, fields);
			note_row(fields);
		}
	input_close(input);
	pass(&t, INT64_C(936144000000)); /* 1999-09-01T00:00:00Z */
	struct figure fcr = figure_in(&t, "fcr", WINDOW_35D, BY_ARRIVAL, SCOPE_ALL);
	struct figure outcome = figure_in(&t, "fcr", WINDOW_35D, BY_OUTCOME, SCOPE_ALL);
	assert_int_equal(fcr.n, outcome.n);
	assert_int_equal(fcr.numerator, outcome.numerator);
	if (change == long_history) { /* of any queue */
		qsort(calls, call_count, sizeof *calls, by_customer);
		expect_by_sorting(&t, "fcr_24h", D);
		expect_by_sorting(&t, "fcr_72h", 3 * D);
		expect_by_sorting(&t, "fcr", 7 * D);
	}
	*settled = fcr.n;
	*repeats = fcr.n - fcr.numerator;
	teller_close(&t);
}

static void fcr_of_a_real_month(void **state)
{
	(void)state;
	int64_t settled, repeats;
	month(long_history, &settled, &repeats);
	assert_int_equal(settled, 13037);
	assert_int_equal(repeats, 8833);
	month(match_queue, &settled, &repeats);
	assert_int_equal(settled, 13037);
	assert_int_equal(repeats, 8635);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fcr_rules), cmocka_unit_test(fcr_open_and_at_most), cmocka_unit_test(fcr_late_correction),
		cmocka_unit_test(fcr_late_first_contact), cmocka_unit_test(fcr_waits_for_the_case), cmocka_unit_test(fcr_transfers_are_one_contact),
		cmocka_unit_test(fcr_of_a_busy_customer), cmocka_unit_test(fcr_three_windows), cmocka_unit_test(fcr_settles_window_by_window),
		cmocka_unit_test(fcr_excluded_topics), cmocka_unit_test(fcr_excluded_cases), cmocka_unit_test(fcr_leaves_out_what_no_queue_saw),
		cmocka_unit_test(fcr_of_a_real_month),
	};
	return cmocka_run_group_tests_name("fcr", tests, NULL, NULL);
}
