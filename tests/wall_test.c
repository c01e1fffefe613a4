/* The wall: which page stands when, by a table and by random histories of alerts; its pages as pictures at each size; the signs of a
 * console; where the picture hangs, and when it is night. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "config/tables.h"
#include "tests/golden.h"
#include "tests/sample_snapshot.h"
#include "tui/big.h"
#include "tui/console.h"
#include "tui/keys.h"
#include "widgets/board.h"
#include "widgets/wall.h"
#include "widgets/wall_parts.h"

#include <cmocka.h> /* last: it makes a macro of fail */

#define STAY (20 * SECOND_MS)
#define ALERTS_PAGE 2

/* Figures, queues, and the alerts, which are only held. */
static struct wall make_wall(void)
{
	struct wall wall = {.page_count = 3, .alarm_stay = STAY, .pages = {{.name = "figures", .stay = STAY, .shows = WALL_SHOWS_TOTALS, .turns = true},
		{.name = "queues", .stay = 2 * STAY, .shows = WALL_SHOWS_QUEUES, .turns = true}, {.name = "alerts", .stay = STAY, .shows = WALL_SHOWS_ALERTS}}};
	return wall;
}

static struct list_alert alarm_of(uint64_t id, int64_t raised)
{
	return (struct list_alert){.id = id, .raised = raised, .severity = SEVERITY_CRITICAL, .metric = -1, .rule = -1, .scope = SCOPE_ALL};
}

static struct snapshot snapshot_of(struct list_alert *alerts, int count)
{
	return (struct snapshot){.alerts = alerts, .alert_count = count};
}

/* ---- the state machine ---- */
static void pages_turn_and_an_alert_holds_its_own(void **state)
{
	(void)state;
	struct list_alert alarm = alarm_of(7, 5);
	/* At so many seconds: is the alert there, and answered? Which page stands? */
	static const struct { int at; bool stands, answered; int page; } table[] = {
		{0, false, false, 0}, {19, false, false, 0}, {20, false, false, 1}, {59, false, false, 1}, {60, false, false, 0},
		{65, true, false, ALERTS_PAGE}, {85, true, false, ALERTS_PAGE}, {500, true, false, ALERTS_PAGE} /* it alone is held for good */,
		{501, true, true, 0} /* answered: back, for what was left: 15 s */, {515, true, true, 0}, {516, true, true, 1},
		{517, true, false, ALERTS_PAGE} /* raised anew */, {518, false, false, 1}, {556, false, false, 1}, {557, false, false, 0},
	};
	struct wall wall = make_wall();
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		alarm.state = table[i].answered ? LIST_ALERT_ACKNOWLEDGED : LIST_ALERT_RAISED;
		const struct snapshot snapshot = snapshot_of(&alarm, table[i].stands);
		const int page = wall_turn(&wall, &snapshot, table[i].at * SECOND_MS);
		if (page != table[i].page)
			fail_msg("at %d s page %d stands, not %d", table[i].at, page, table[i].page);
	}
}

static void an_alert_brings_the_page_that_shows_it(void **state)
{
	(void)state;
	struct wall wall = make_wall();
	struct list_alert alarm = alarm_of(1, 0);
	const struct snapshot snapshot = snapshot_of(&alarm, 1);
	alarm.metric = metric_find("service_level");
	assert_int_equal(wall_turn(&wall, &snapshot, 0), 0);
	alarm.id = 2;
	alarm.scope.queue = 3;
	assert_int_equal(wall_turn(&wall, &snapshot, 1), 1);
	alarm.id = 3;
	alarm.metric = -1;
	assert_int_equal(wall_turn(&wall, &snapshot, 2), ALERTS_PAGE);
	assert_ptr_equal(wall_held(&wall, &snapshot), &alarm);
	alarm.kind = LIST_ALERT_FEED; /* the round goes on without that feed */
	assert_int_equal(wall_turn(&wall, &snapshot, 3), 0);
	alarm.kind = 0;
	assert_int_equal(wall_turn(&wall, &snapshot, 3), ALERTS_PAGE);
	alarm.severity = SEVERITY_WARNING; /* what is no longer critical holds nothing */
	assert_int_equal(wall_turn(&wall, &snapshot, 3), 0);
	assert_null(wall_held(&wall, &snapshot));
}

static void several_are_shown_in_turn_the_oldest_first(void **state)
{
	(void)state;
	struct wall wall = make_wall();
	/* As the list has them: the newest first. */
	struct list_alert alarms[3] = {alarm_of(30, 300), alarm_of(20, 200), alarm_of(10, 100)};
	const struct snapshot snapshot = snapshot_of(alarms, 3);
	static const struct { int at; uint64_t id; } table[] = {{0, 10}, {9, 10}, {10, 20}, {20, 30}, {39, 30}, {40, 10}, {60, 20}, {80, 30}};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		wall_turn(&wall, &snapshot, table[i].at * SECOND_MS);
		if (wall_held(&wall, &snapshot)->id != table[i].id)
			fail_msg("at %d s alert %d is held", table[i].at, (int)wall_held(&wall, &snapshot)->id);
	}
}

static void a_key_lets_it_stand_for_a_minute(void **state)
{
	(void)state;
	struct wall wall = make_wall();
	const struct snapshot snapshot = snapshot_of(NULL, 0);
	wall_turn(&wall, &snapshot, 0);
	wall_touch(&wall, 10 * SECOND_MS);
	assert_int_equal(wall_turn(&wall, &snapshot, 69 * SECOND_MS), 0);
	assert_true(wall_paused(&wall, 69 * SECOND_MS));
	assert_false(wall_paused(&wall, 70 * SECOND_MS));
	assert_int_equal(wall_turn(&wall, &snapshot, 70 * SECOND_MS), 1);
	int number, count;
	assert_true(wall_place(&wall, 1, &number, &count));
	assert_int_equal(number, 2);
	assert_int_equal(count, 2);
	assert_false(wall_place(&wall, ALERTS_PAGE, &number, &count));
}

/* ---- random histories: nothing critical stays unseen for longer than a turn of all that stand ---- */
#define HISTORY_ALERTS 8
#define STEP_MS 1000

static void step_alerts(struct list_alert *alerts, int *count, uint64_t *next, int64_t now, uint64_t *seed)
{
	if (*count < HISTORY_ALERTS && sample_random(seed, 12) == 0) {
		memmove(alerts + 1, alerts, (size_t)*count * sizeof *alerts);
		alerts[0] = alarm_of((*next)++, now);
		alerts[0].severity = sample_random(seed, 3) ? SEVERITY_CRITICAL : SEVERITY_WARNING;
		(*count)++;
	}
	for (int i = 0; i < *count; i++)
		if (sample_random(seed, 90) == 0) {
			if (sample_random(seed, 2)) {
				alerts[i].state = LIST_ALERT_ACKNOWLEDGED;
			} else {
				memmove(alerts + i, alerts + i + 1, (size_t)(*count - i - 1) * sizeof *alerts);
				(*count)--;
			}
		}
}

static void check_history(uint64_t seed)
{
	struct wall wall = make_wall();
	struct list_alert alerts[HISTORY_ALERTS];
	int64_t unseen[4096] = {0};
	uint64_t next = 0;
	int count = 0;
	for (int64_t now = 0; now < 200 * SECOND_MS; now += STEP_MS) {
		step_alerts(alerts, &count, &next, now, &seed);
		const struct snapshot snapshot = snapshot_of(alerts, count);
		const int page = wall_turn(&wall, &snapshot, now);
		const struct list_alert *held = wall_held(&wall, &snapshot);
		bool any = false;
		for (int i = 0; i < count; i++) {
			if (!list_alert_is_alarm(&alerts[i]))
				continue;
			any = true;
			unseen[alerts[i].id] = held == &alerts[i] ? 0 : unseen[alerts[i].id] + STEP_MS;
			/* Each of those that stand has its turn. */
			if (unseen[alerts[i].id] > HISTORY_ALERTS * STAY + STEP_MS)
				fail_msg("seed %llu: alert %d was not seen for %lld s", (unsigned long long)seed, (int)alerts[i].id,
					(long long)(unseen[alerts[i].id] / 1000));
		}
		if (any != (held != NULL) || (any && page != ALERTS_PAGE) || (!any && page == ALERTS_PAGE))
			fail_msg("page %d stands, %s alert is held", page, held ? "an" : "no");
	}
}

static void no_critical_alert_stays_unseen(void **state)
{
	(void)state;
	const char *soak = getenv("TABLO_SOAK");
	const uint64_t histories = soak && *soak ? 100000 : 10000;
	for (uint64_t seed = 1; seed <= histories; seed++)
		check_history(seed * 0x9E3779B97F4A7C15u);
}

/* With one alert at a time it is on the wall in the same frame. */
static void one_alert_is_seen_at_once(void **state)
{
	(void)state;
	struct wall wall = make_wall();
	for (int i = 0; i < 200; i++) {
		struct list_alert alarm = alarm_of((uint64_t)i, i);
		const struct snapshot with = snapshot_of(&alarm, 1), without = snapshot_of(NULL, 0);
		wall_turn(&wall, &without, i * 7777);
		assert_int_equal(wall_turn(&wall, &with, i * 7777 + 1000), ALERTS_PAGE);
	}
}

static void more_alerts_than_it_can_hold(void **state)
{
	(void)state;
	struct wall wall = make_wall();
	struct list_alert alerts[3 * WALL_ALARMS_MOST];
	for (int i = 0; i < 3 * WALL_ALARMS_MOST; i++)
		alerts[i] = alarm_of((uint64_t)i + 1, 1000 - i);
	const struct snapshot snapshot = snapshot_of(alerts, 3 * WALL_ALARMS_MOST);
	for (int i = 0; i < 5000; i++)
		assert_int_equal(wall_turn(&wall, &snapshot, i * 1000), ALERTS_PAGE);
	assert_int_equal(wall.alarm_count, WALL_ALARMS_MOST);
}

/* ---- by the hour ---- */
static void night_and_the_place_of_the_picture(void **state)
{
	(void)state;
	struct error err;
	struct settings *settings = settings_create();
	struct zone *zone = zone_open("UTC", &err);
	assert_null(wall_theme(settings, zone, 0));
	assert_true(settings_set(settings, "night", "20:00-06:00", &err));
	assert_string_equal(wall_theme(settings, zone, 0), "night");
	assert_string_equal(wall_theme(settings, zone, 6 * HOUR_MS - 1), "night");
	assert_null(wall_theme(settings, zone, 6 * HOUR_MS));
	assert_null(wall_theme(settings, zone, 20 * HOUR_MS - 1));
	assert_string_equal(wall_theme(settings, zone, 20 * HOUR_MS), "night");
	assert_true(settings_set(settings, "night", "01:30-02:00", &err));
	assert_null(wall_theme(settings, zone, HOUR_MS));
	assert_string_equal(wall_theme(settings, zone, 90 * MINUTE_MS), "night");
	static const char *const wrong[] = {"night", "20:00", "20:00-", "24:00-06:00", "20:60-06:00", "20:00-06:00x", "-1:00-06:00"};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_false(settings_set(settings, "night", wrong[i], &err));
	int x, y, seen = 0;
	for (int step = 0; step < 4; step++) {
		wall_shift(step * 10 * MINUTE_MS, &x, &y);
		assert_in_range(x, 0, 1);
		assert_in_range(y, 0, 1);
		seen |= 1 << (2 * y + x);
	}
	assert_int_equal(seen, 15);
	zone_close(zone);
	settings_destroy(settings);
}

static void pages_that_there_are_not(void **state)
{
	(void)state;
	struct error err;
	struct settings *settings = settings_create();
	assert_true(board_wall_check(settings, &err));
	assert_true(settings_set(settings, "wall_pages", "figures,SLA,clocks,overview", &err));
	assert_true(board_wall_check(settings, &err));
	assert_true(settings_set(settings, "wall_pages", "figures,figurs", &err));
	assert_false(board_wall_check(settings, &err));
	assert_non_null(strstr(err.text, "\"figurs\": there are figures, queues, alerts"));
	settings_destroy(settings);
}

/* ---- large text ---- */
static void digits_are_as_large_as_fits(void **state)
{
	(void)state;
	static const struct { const char *text; int width, height, least; } table[] = {
		{"00:00", 54, 20, 7}, {"57", 56, 20, 14}, {"3", 30, 40, 14}, {"86%", 20, 5, 3}, {"00:00", 21, 3, 3},
	};
	for (int ascii = 0; ascii < 2; ascii++)
		for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
			const struct glyphs glyphs = {.ascii = ascii};
			const struct big_size size = big_fit(&glyphs, table[i].text, table[i].width, table[i].height);
			if (size.scale == 0 && ascii)
				continue;
			assert_true(big_width(size, table[i].text) <= table[i].width && big_height(&glyphs, size) <= table[i].height);
			if (!ascii && big_height(&glyphs, size) < table[i].least)
				fail_msg("\"%s\" is %d rows high in %dx%d", table[i].text, big_height(&glyphs, size), table[i].width, table[i].height);
		}
	assert_true(big_can(big_words_least, "Сервис Ёлка · São Paulo, 3h 12"));
	assert_false(big_can(big_words_least, "東京"));
	assert_int_equal(big_fit(&(struct glyphs){0}, "東京", 200, 60).scale, 0);
	assert_int_equal(big_fit(&(struct glyphs){0}, "12", 3, 60).scale, 0);
}

/* ---- pictures ---- */
static void forget(struct sample *sample, const char *setting)
{
	setting_clear(setting_find(board_table.settings, board_table.count, setting), &sample->settings);
}

static struct canvas *draw_wall(struct sample *sample, const char *page, int width, int height, bool ascii)
{
	struct error err;
	struct canvas *canvas = canvas_create(width, height);
	const struct glyphs glyphs = {.ascii = ascii};
	sample->settings.wall = true;
	sample->settings.wall_seconds = STAY;
	assert_true(settings_set(&sample->settings, "wall_pages", page, &err));
	struct board *board = board_create(&sample->settings, &sample->snapshot.request);
	board_wall_turn(board, &sample->snapshot, 1000);
	board_draw(board, &sample->snapshot, &glyphs, canvas);
	board_destroy(board);
	forget(sample, "wall_pages");
	return canvas;
}

static void check(struct sample *sample, const char *page, const char *kind, int width, int height)
{
	char name[80];
	struct canvas *canvas = draw_wall(sample, page, width, height, strcmp(kind, "ascii_") == 0);
	if (strcmp(kind, "console_") == 0)
		console_fold(canvas);
	snprintf(name, sizeof name, "wall_%s_%s%dx%d", page, kind, width, height);
	golden_check(canvas, name);
	canvas_destroy(canvas);
}

static void add_notes(struct sample *sample)
{
	sample->snapshot.notes = memory_new(2, sizeof *sample->snapshot.notes);
	sample->snapshot.note_count = 2;
	snprintf(sample->snapshot.notes[0].text, sizeof sample->snapshot.notes[0].text, "Fire drill at 15:00, please leave by the north stairs");
	snprintf(sample->snapshot.notes[1].text, sizeof sample->snapshot.notes[1].text, "Cake in the kitchen");
}

static const int sizes[][2] = {{240, 67}, {120, 33}, {80, 24}, {60, 20}};
#define SIZES (sizeof sizes / sizeof *sizes)

static void every_page_has_its_pictures(void **state)
{
	(void)state;
	static const char *const pages[] = {"figures", "queues", "alerts", "clocks"};
	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
		struct sample *sample = sample_create();
		struct error err;
		if (strcmp(pages[i], "alerts") != 0)
			sample->snapshot.alert_count = 0;
		add_notes(sample);
		assert_true(settings_set(&sample->settings, "clocks", "Asia/Tokyo,America/Lima,Europe/Lisbon", &err));
		for (size_t size = 0; size < SIZES; size++)
			check(sample, pages[i], "", sizes[size][0], sizes[size][1]);
		check(sample, pages[i], "ascii_", 120, 33);
		check(sample, pages[i], "console_", 120, 33);
		forget(sample, "clocks");
		free(sample->snapshot.notes);
		sample->snapshot.notes = NULL;
		sample->snapshot.note_count = 0;
		sample_destroy(sample);
	}
}

static void critical_old_and_empty(void **state)
{
	(void)state;
	struct sample *sample = sample_create();
	check(sample, "queues", "held_", 160, 50);
	sample->snapshot.alert_count = 0;
	check(sample, "alerts", "calm_", 120, 33);
	sample->snapshot.stale = true;
	sample->snapshot.stale_ms = 192 * SECOND_MS;
	check(sample, "figures", "stale_", 160, 50);
	check(sample, "figures", "stale_", 80, 24);
	sample_empty(sample);
	check(sample, "figures", "empty_", 160, 50);
	check(sample, "queues", "empty_", 80, 24);
	sample_destroy(sample);
}

/* Whatever is told, at whatever size: no page leaves its place, and the clock stays on the wall. */
static void names_that_attack_and_any_size(void **state)
{
	(void)state;
	static const char *const pages[] = {"figures", "queues", "alerts", "clocks", "overview"};
	uint64_t seed = 20260807;
	for (int round = 0; round < 60; round++) {
		struct sample *sample = sample_create();
		sample_randomise(sample, &seed);
		sample->snapshot.stale = sample_random(&seed, 2);
		for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
			const int width = 1 + (int)sample_random(&seed, 300), height = 1 + (int)sample_random(&seed, 100);
			struct canvas *canvas = draw_wall(sample, pages[i], width, height, round % 2);
			console_fold(canvas);
			for (int cell = 0; cell < width * height; cell++) {
				const int32_t character = canvas->cells[cell].character;
				assert_true(character == 0 || character >= ' ');
				assert_int_equal(console_twin(character), character);
			}
			canvas_destroy(canvas);
		}
		sample_destroy(sample);
	}
}

/* At 1080 lines and a font of 8x16 the digits of every figure are seven rows high at least. */
static void digits_on_a_wall_of_1080_lines(void **state)
{
	(void)state;
	struct sample *sample = sample_create();
	sample->snapshot.alert_count = 0;
	struct canvas *canvas = draw_wall(sample, "figures", 239, 66, false);
	for (int tile = 0; tile < 8; tile++) {
		int rows = 0, run = 0;
		for (int y = tile / 4 * 28 + 11; y < tile / 4 * 28 + 28; y++) {
			bool ink = false;
			for (int x = tile % 4 * 59 + 4; x < tile % 4 * 59 + 56; x++) {
				const struct cell *cell = canvas_cell(canvas, x, y);
				ink = ink || cell->character == 0x2588;
			}
			run = ink ? run + 1 : 0;
			rows = run > rows ? run : rows;
		}
		if (rows < 7)
			fail_msg("the digits of tile %d are %d rows high", tile, rows);
	}
	canvas_destroy(canvas);
	sample_destroy(sample);
}

/* Joined again they are the text; none is wider than the place but a word that is alone; where two lines are needed, neither is a leftover. */
static void long_texts_come_in_parts_of_about_the_same_length(void **state)
{
	(void)state;
	static const char *const texts[] = {"service level 75 % in all queues", "СЕРВИС (SL) 75 % ВО ВСЕХ ОЧЕРЕДЯХ", "100 %", "a 5 % b 6 % c 7 %", "x",
		"Donaudampfschifffahrtsgesellschaft 3 % 4 %", ""};
	struct canvas *canvas = canvas_create(200, 5);
	const struct glyphs glyphs = {0};
	const struct widget_view view = {.canvas = canvas, .glyphs = &glyphs};
	char part[200];
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		for (int width = 1; width < 60; width++) {
			char joined[200] = "";
			const int count = wall_parts(&view, width, (struct big_size){0}, texts[i], -1, NULL, 0);
			for (int number = 0; number < count; number++) {
				*part = '\0';
				assert_int_equal(wall_parts(&view, width, (struct big_size){0}, texts[i], number, part, sizeof part), count);
				assert_true(canvas_measure(canvas, part) <= width || !strchr(part, ' '));
				snprintf(joined + strlen(joined), sizeof joined - strlen(joined), "%s%s", number ? " " : "", part);
			}
			assert_string_equal(joined, texts[i]);
		}
	assert_int_equal(wall_parts(&view, 31, (struct big_size){0}, texts[0], 1, part, sizeof part), 2);
	assert_string_equal(part, "in all queues");
	wall_parts(&view, 16, (struct big_size){0}, texts[0], 0, part, sizeof part);
	assert_string_equal(part, "service level");
	wall_parts(&view, big_width(big_words_least, "СЕРВИС (SL) 75 % ВО ВСЕХ ОЧЕРЕДЯХ") - 1, big_words_least, texts[1], 1, part, sizeof part);
	assert_string_equal(part, "ВО ВСЕХ ОЧЕРЕДЯХ");
	canvas_destroy(canvas);
}

static void keys_are_shown_while_somebody_is_there(void **state)
{
	(void)state;
	struct sample *sample = sample_create();
	struct error err;
	char row[400];
	sample->snapshot.alert_count = 0;
	sample->settings.wall = true;
	sample->settings.wall_seconds = STAY;
	assert_true(settings_set(&sample->settings, "wall_pages", "figures,sla", &err));
	struct board *board = board_create(&sample->settings, &sample->snapshot.request);
	struct canvas *canvas = canvas_create(140, 40);
	const struct glyphs glyphs = {0};
	assert_int_equal(board_wall_turn(board, &sample->snapshot, 1000), BOARD_REQUEST);
	assert_int_equal(board_wall_turn(board, &sample->snapshot, 2000), BOARD_NOTHING);
	board_wall_touched(board, 3000);
	assert_int_equal(board_key(board, &sample->snapshot, '2'), BOARD_REDRAW);
	assert_int_equal(board_wall_turn(board, &sample->snapshot, 3000), BOARD_REDRAW);
	board_draw(board, &sample->snapshot, &glyphs, canvas);
	for (int x = 0; x < 140; x++)
		row[x] = (char)(canvas_cell(canvas, x, 39)->character & 0x7F);
	row[140] = 0;
	assert_non_null(strstr(row, "help"));
	/* A minute later the wall has its place again, and its next page. */
	assert_int_equal(board_wall_turn(board, &sample->snapshot, 3000 + WALL_PAUSE_MS), BOARD_REQUEST);
	assert_true(board_request(board)->lists & 1u << SNAPSHOT_CLOCKS);
	canvas_destroy(canvas);
	board_destroy(board);
	forget(sample, "wall_pages");
	sample_destroy(sample);
}

static void when_a_console_is_meant(void **state)
{
	(void)state;
	assert_true(console_wanted("auto", "linux"));
	assert_true(console_wanted("auto", "linux-16color"));
	assert_false(console_wanted("auto", "xterm-256color"));
	assert_false(console_wanted("auto", NULL));
	assert_true(console_wanted("console", "xterm"));
	assert_false(console_wanted("utf-8", "linux"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_turn_and_an_alert_holds_its_own),
		cmocka_unit_test(an_alert_brings_the_page_that_shows_it),
		cmocka_unit_test(several_are_shown_in_turn_the_oldest_first),
		cmocka_unit_test(a_key_lets_it_stand_for_a_minute),
		cmocka_unit_test(no_critical_alert_stays_unseen),
		cmocka_unit_test(one_alert_is_seen_at_once),
		cmocka_unit_test(more_alerts_than_it_can_hold),
		cmocka_unit_test(night_and_the_place_of_the_picture),
		cmocka_unit_test(pages_that_there_are_not),
		cmocka_unit_test(digits_are_as_large_as_fits),
		cmocka_unit_test(every_page_has_its_pictures),
		cmocka_unit_test(critical_old_and_empty),
		cmocka_unit_test(names_that_attack_and_any_size),
		cmocka_unit_test(digits_on_a_wall_of_1080_lines),
		cmocka_unit_test(long_texts_come_in_parts_of_about_the_same_length),
		cmocka_unit_test(keys_are_shown_while_somebody_is_there),
		cmocka_unit_test(when_a_console_is_meant),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
