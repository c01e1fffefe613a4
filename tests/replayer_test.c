/* The replay's side that has the journal, with an imported journal of two weeks: the time compared with, and moments between records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/import_journal.h"
#include "app/replay_compare.h"
#include "app/replayer.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"
#include "metrics/engine.h"

#include <cmocka.h> /* last: it makes a macro of fail */

#define MONDAY INT64_C(1790553600000) /* 2026-09-28T00:00:00Z */
#define WEEK (7 * DAY_MS)
#define SOON (10 * SECOND_MS) /* far above what is needed */

struct month {
	struct settings *settings;
	struct zone *zone;
	char directory[80];
};

static void add(struct import_journal *import, const char *id, int64_t at)
{
	struct error err;
	struct event event = {.type = EVENT_CONTACT_QUEUED, .ts = at};
	event.present = KEY_BIT(KEY_CONTACT) | KEY_BIT(KEY_QUEUE) | KEY_BIT(KEY_CHANNEL);
	event.text[KEY_CONTACT] = view_of(id);
	event.text[KEY_QUEUE] = view_of("Billing");
	event.text[KEY_CHANNEL] = view_of("phone");
	event.word[KEY_CHANNEL] = CHANNEL_PHONE;
	assert_true(import_journal_add(import, &event, &err));
}

/* On two Mondays somebody begins to wait at ten, and somebody else at half past. */
static int write_journal(void **state)
{
	struct month *month = memory_new(1, sizeof *month);
	struct error err;
	month->settings = settings_create();
	assert_true(settings_set(month->settings, "zone", "UTC", &err));
	month->zone = zone_open("UTC", &err);
	snprintf(month->directory, sizeof month->directory, "/tmp/tablo-replayer-XXXXXX");
	assert_non_null(mkdtemp(month->directory));
	struct import_journal *import = import_journal_open(month->directory, month->settings, &err);
	assert_non_null(import);
	add(import, "c1", MONDAY + 10 * HOUR_MS);
	add(import, "c2", MONDAY + 10 * HOUR_MS + 30 * MINUTE_MS);
	add(import, "c3", MONDAY + WEEK + 10 * HOUR_MS);
	add(import, "c4", MONDAY + WEEK + 10 * HOUR_MS + 30 * MINUTE_MS);
	assert_true(import_journal_finish(import, &err));
	import_journal_close(import);
	*state = month;
	return 0;
}

static int remove_journal(void **state)
{
	struct month *month = *state;
	char words[120];
	snprintf(words, sizeof words, "rm -rf %s", month->directory);
	assert_int_equal(system(words), 0);
	settings_destroy(month->settings);
	zone_close(month->zone);
	free(month);
	return 0;
}

static struct replayer *open_at(const struct month *month, int64_t at, const char *compare)
{
	struct error err;
	const struct replayer_options options = {.journal = month->directory, .settings = month->settings, .zone = month->zone, .from = INSTANT_NONE,
		.to = INT64_MAX, .at = at, .speed = 1, .compare = compare, .paused = true};
	struct replayer *replayer = replayer_open(&options, &err);
	if (!replayer)
		fail_msg("%s", err.text);
	return replayer;
}

/* What is shown once nothing is under way any more. */
static struct snapshot *settle(struct replayer *replayer)
{
	const struct snapshot_request request = {.window = WINDOW_30M, .scope = SCOPE_ALL, .formula = -1};
	const int64_t until = clock_monotonic() + SOON;
	while (replayer_due(replayer) <= clock_monotonic()) {
		replayer_turn(replayer);
		assert_true(clock_monotonic() < until);
	}
	return replayer_snapshot(replayer, &request);
}

static int64_t longest(const struct snapshot *snapshot)
{
	const struct figure *figure = &snapshot->figures[metric_find("longest_wait")];
	return figure->known ? figure->numerator : -1;
}

static void expect_beside(const struct month *month, int64_t at, const char *compare, const char *day, int64_t wait)
{
	struct replayer *replayer = open_at(month, at, compare);
	if (!compare) {
		const struct wish wish = {.kind = WISH_COMPARE};
		replayer_wish(replayer, &wish);
	}
	struct snapshot *snapshot = settle(replayer);
	assert_string_equal(snapshot->timeline->other, day);
	assert_int_equal(snapshot->timeline->other_missing, wait < 0);
	if (wait < 0)
		assert_null(snapshot->other);
	else
		assert_int_equal(longest(snapshot->other), wait);
	snapshot_destroy(snapshot);
	replayer_close(replayer);
}

static void waits_grow_between_records(void **state)
{
	const struct month *month = *state;
	struct replayer *replayer = open_at(month, MONDAY + 10 * HOUR_MS + 5 * MINUTE_MS + 250, NULL);
	struct snapshot *snapshot = settle(replayer);
	assert_int_equal(snapshot->at, snapshot->timeline->cursor);
	assert_int_equal(longest(snapshot), 5 * MINUTE_MS + 250);
	snapshot_destroy(snapshot);
	/* Back a little: what was gone past is not in it. */
	const struct wish back = {.kind = WISH_MOVE, .value = -4 * MINUTE_MS};
	replayer_wish(replayer, &back);
	snapshot = settle(replayer);
	assert_int_equal(longest(snapshot), MINUTE_MS + 250);
	snapshot_destroy(snapshot);
	replayer_close(replayer);
}

static void a_week_before_where_there_is_one(void **state)
{
	expect_beside(*state, MONDAY + WEEK + 10 * HOUR_MS + 3 * MINUTE_MS, NULL, "2026-09-28", 3 * MINUTE_MS);
}

static void else_a_week_after(void **state)
{
	expect_beside(*state, MONDAY + 10 * HOUR_MS + 7 * MINUTE_MS, NULL, "2026-10-05", 7 * MINUTE_MS);
}

static void what_was_asked_for_is_not_turned_round(void **state)
{
	expect_beside(*state, MONDAY + 10 * HOUR_MS + 7 * MINUTE_MS, "-7d", "2026-09-21: before its beginning", -1);
	expect_beside(*state, MONDAY + WEEK + 10 * HOUR_MS, "+7d", "2026-10-12: after its end", -1);
}

static void a_later_time_is_asked_for_with_a_plus(void **state)
{
	expect_beside(*state, MONDAY + 10 * HOUR_MS + 2 * MINUTE_MS, "+7d", "2026-10-05", 2 * MINUTE_MS);
}

/* Turns over the bytes of a text in the journal's only file. */
static void tear(const struct month *month, const char *text)
{
	char path[160];
	static char bytes[1 << 16];
	snprintf(path, sizeof path, "%s/J-00000000000000000001.wbj", month->directory);
	FILE *file = fopen(path, "r+b");
	assert_non_null(file);
	const size_t size = fread(bytes, 1, sizeof bytes, file), length = strlen(text);
	const char *found = memmem(bytes, size, text, length);
	assert_non_null(found);
	fseek(file, found - bytes, SEEK_SET);
	for (size_t i = 0; i < length; i++)
		fputc(found[i] ^ 0x11, file);
	fclose(file);
}

/* The last test: what was lost is said from there on, until a state stands behind it; not before. */
static void behind_damage_it_is_said(void **state)
{
	const struct month *month = *state;
	char words[160];
	snprintf(words, sizeof words, "rm -f %s/S-*", month->directory);
	assert_int_equal(system(words), 0);
	tear(month, "c3");
	struct replayer *replayer = open_at(month, MONDAY + 10 * HOUR_MS + 5 * MINUTE_MS, NULL);
	struct snapshot *snapshot = settle(replayer);
	assert_string_equal(snapshot->timeline->damage, "");
	snapshot_destroy(snapshot);
	const struct wish on = {.kind = WISH_MOVE, .value = WEEK + 25 * MINUTE_MS}, back = {.kind = WISH_MOVE, .value = -WEEK - 25 * MINUTE_MS};
	for (int round = 0; round < 2; round++) {
		replayer_wish(replayer, &on);
		snapshot = settle(replayer);
		assert_non_null(strstr(snapshot->timeline->damage, "may have shown other figures"));
		snapshot_destroy(snapshot);
		replayer_wish(replayer, &back);
		snapshot = settle(replayer);
		assert_string_equal(snapshot->timeline->damage, "");
		snapshot_destroy(snapshot);
	}
	replayer_close(replayer);
}

static void no_other_time_is_refused(void **state)
{
	(void)state;
	static const char *const wrong[] = {"-0s", "+0s", "+", "-soon"}, *const right[] = {"-7d", "+7d", "+24h", "yesterday"};
	struct error err;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		assert_false(replay_compare_check(wrong[i], &err));
		assert_non_null(strstr(err.text, "no other time"));
		assert_true(replay_compare_check(right[i], &err));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(waits_grow_between_records), cmocka_unit_test(a_week_before_where_there_is_one),
		cmocka_unit_test(else_a_week_after), cmocka_unit_test(what_was_asked_for_is_not_turned_round),
		cmocka_unit_test(a_later_time_is_asked_for_with_a_plus), cmocka_unit_test(no_other_time_is_refused),
		cmocka_unit_test(behind_damage_it_is_said)};
	return cmocka_run_group_tests(tests, write_journal, remove_journal);
}
