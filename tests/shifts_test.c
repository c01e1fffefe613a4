/* A file of planned shifts: what it says at which time, and what is wrong with it where something is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/instant.h"
#include "config/shifts.h"

#include <cmocka.h> /* last: its macro fail() would hide ours */

static struct shifts *read_text(const char *text, struct error *err)
{
	char path[] = "/tmp/tablo_shifts_XXXXXX";
	const int file = mkstemp(path);
	assert_true(file >= 0);
	assert_int_equal(write(file, text, strlen(text)), (ssize_t)strlen(text));
	close(file);
	struct shifts *shifts = shifts_read(path, err);
	unlink(path);
	return shifts;
}

static int planned(const struct shifts *shifts, const char *queue, const char *from, int minutes, const struct zone *zone)
{
	int64_t at;
	struct error err = {""};
	if (!instant_parse((struct view){from, strlen(from)}, zone, 0, &at, &err))
		fail_msg("%s", err.text);
	return shifts_planned(shifts, queue, at, at + minutes * MINUTE_MS, zone);
}

/* 2026-12-21 is a Monday. */
static void weekdays_dates_and_nights(void **state)
{
	(void)state;
	struct error err = {""};
	struct zone *zone = zone_open("Europe/Berlin", &err);
	struct shifts *shifts = read_text("# days,from,to,queue,agents\n"
		"mon-fri,08:00,16:30,Billing,12\n"
		"mon, 10:00, 14:00, Billing, 3\n"
		"2026-12-24,08:00,12:00,Billing,4\n"
		"\n"
		"sat-mon,22:00,06:00,Night,2\n"
		"mon-sun,00:00,24:00,,1\n", &err);
	assert_non_null(shifts);
	const struct { const char *queue, *from; int minutes, agents; } cases[] = {
		{"Billing", "2026-12-21 08:00", 30, 12}, {"Billing", "2026-12-21 10:30", 30, 15}, {"Billing", "2026-12-21 13:45", 30, 12},
		{"Billing", "2026-12-21 07:45", 30, 0}, {"Billing", "2026-12-21 16:30", 30, 0}, {"Billing", "2026-12-20 10:00", 30, 0},
		{"Billing", "2026-12-24 08:00", 30, 4}, {"Billing", "2026-12-24 12:00", 30, 0}, {"Billing", "2026-12-25 12:00", 30, 12},
		{"Night", "2026-12-19 22:00", 30, 2}, {"Night", "2026-12-20 05:30", 30, 2}, {"Night", "2026-12-22 05:30", 30, 2},
		{"Night", "2026-12-22 22:00", 30, 0}, {"Night", "2026-12-23 05:00", 30, 0}, {"", "2026-12-23 23:30", 30, 1},
		{NULL, "2026-12-21 08:00", 30, 13}, {NULL, "2026-12-21 05:30", 30, 3}, {"Sales", "2026-12-21 08:00", 30, -1},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const int agents = planned(shifts, cases[i].queue, cases[i].from, cases[i].minutes, zone);
		if (agents != cases[i].agents)
			fail_msg("%s at %s: %d, not %d", cases[i].queue ? cases[i].queue : "all", cases[i].from, agents, cases[i].agents);
	}
	shifts_free(shifts);
	zone_close(zone);
}

static void what_is_wrong_is_named(void **state)
{
	(void)state;
	const struct { const char *text, *says; } cases[] = {
		{"mon,08:00,16:00,Billing\n", ":1: "}, {"# x\nmon,08:00,16:00,Billing,1,2\n", ":2: "}, {"mo,08:00,16:00,B,1\n", "'mo' is no day"},
		{"mon-xyz,08:00,16:00,B,1\n", "no day"}, {"2026-13-01,08:00,16:00,B,1\n", "no day"}, {"mon,8:00,16:00,B,1\n", "'8:00' is no time"},
		{"mon,08:00,24:05,B,1\n", "no time"}, {"mon,08:00,16:01,B,1\n", "whole five minutes"}, {"mon,08:00,16:00,B,-1\n", "no number of agents"},
		{"mon,08:00,16:00,B,100001\n", "no number of agents"}, {"mon,08:00,16:00,B,99999999999999\n", "no number of agents"},
		{"mon,08:00,16:00,\x1b[2J,x\n", "'x' is no number"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct error err = {""};
		assert_null(read_text(cases[i].text, &err));
		if (!strstr(err.text, cases[i].says))
			fail_msg("'%s' says '%s', not '%s'", cases[i].text, err.text, cases[i].says);
	}
	struct error err = {""};
	assert_null(shifts_read("/nonexistent/shifts", &err));
	assert_true(*err.text);
}

/* Bytes of all kinds: refused or taken, never more. */
static void whatever_comes(void **state)
{
	(void)state;
	const char base[] = "mon-fri,08:00,16:30,Billing,12\n2026-12-24,08:00,12:00,Billing,4\n";
	uint64_t seed = 88172645463325252u;
	struct error err = {""};
	struct zone *zone = zone_open("UTC", &err);
	int taken = 0;
	for (int round = 0; round < 500; round++) {
		char text[sizeof base];
		memcpy(text, base, sizeof base);
		for (int change = 0; change < 2; change++) {
			seed ^= seed << 13;
			seed ^= seed >> 7;
			seed ^= seed << 17;
			text[seed % (sizeof base - 1)] = (char)(1 + seed / 256 % 255);
		}
		struct shifts *shifts = read_text(text, &err);
		if (!shifts)
			continue;
		assert_true(planned(shifts, NULL, "2026-12-24 08:00", 30, zone) <= 2 * SHIFT_AGENTS_MOST);
		shifts_free(shifts);
		taken++;
	}
	assert_true(taken > 0 && taken < 500);
	zone_close(zone);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(weekdays_dates_and_nights), cmocka_unit_test(what_is_wrong_is_named), cmocka_unit_test(whatever_comes),
	};
	return cmocka_run_group_tests_name("shifts", tests, NULL, NULL);
}
