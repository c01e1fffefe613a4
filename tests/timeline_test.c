/* A replay's page: the timeline's pictures, and what its keys wish. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "replay/outline.h"
#include "tests/golden.h"
#include "tests/sample_snapshot.h"
#include "tui/keys.h"
#include "widgets/board.h"
#include "widgets/classes.h"
#include "widgets/timeline.h"

#include <cmocka.h> /* last: it makes a macro of fail */

#define MORNING INT64_C(933490800000) /* 1999-08-01T07:00:00Z */

/* A rush between ten and half past eleven, and what came of it. */
static void fill_columns(struct timeline *timeline, int count)
{
	timeline->column_count = count;
	for (int i = 0; i < count; i++) {
		const int part = i * 120 / count;
		const bool rush = part >= 30 && part < 52;
		timeline->columns[i] = (struct timeline_column){.value = {rush ? (part - 28) * 1000 : 3000, rush ? 400 : part < 8 ? INT64_MIN : 900},
			.other = {part % 7 * 1000, INT64_MIN}, .level = {rush ? part > 35 ? LEVEL_CRIT : LEVEL_WARN : LEVEL_OK, rush ? LEVEL_CRIT : LEVEL_OK}};
	}
	static const struct {
		int part, step;
		unsigned events;
	} things[] = {{33, 0, TIMELINE_ALERT_WARN}, {37, 0, TIMELINE_ALERT_CRIT}, {40, 3, 0}, {45, 2, TIMELINE_NOTE}, {47, 1, TIMELINE_FAULT},
		{60, 0, TIMELINE_MARK},
		{66, 0, TIMELINE_NOTE}, {70, 0, TIMELINE_GAP}, {75, 0, TIMELINE_LINK}, {80, 0, TIMELINE_BREACH}, {90, 4, TIMELINE_GAP}};
	for (size_t i = 0; i < sizeof things / sizeof *things; i++) {
		struct timeline_column *column = &timeline->columns[things[i].part * count / 120];
		column->step = (uint8_t)things[i].step;
		column->events = (uint16_t)things[i].events;
	}
}

static struct sample *replay_sample(int columns)
{
	struct sample *sample = sample_create();
	sample->snapshot.zone_name = "UTC";
	struct timeline *timeline = sample->snapshot.timeline = memory_new(1, sizeof *timeline);
	*timeline = (struct timeline){.journal = "incident-0801", .first = MORNING, .last = MORNING + 12 * HOUR_MS, .from = MORNING,
		.to = MORNING + 12 * HOUR_MS, .cursor = MORNING + 4 * HOUR_MS, .state = TIMELINE_PLAYING, .goal = INT64_MIN, .speed = 60, .events = 3511,
		.read = 100, .can_mark = true, .other = "1999-07-25", .note = "IVR deploy", .note_at = MORNING + 4 * HOUR_MS + 120000,
		.next = "longest wait over 3:00", .next_at = MORNING + 4 * HOUR_MS + 83000, .mark_count = 2,
		.marks = {{.at = MORNING + 2 * HOUR_MS, .text = "before the deploy"}, {.at = MORNING + 6 * HOUR_MS, .text = "card payments are back"}}};
	fill_columns(timeline, columns);
	return sample;
}

static void finish(struct sample *sample)
{
	free(sample->snapshot.timeline);
	sample->snapshot.timeline = NULL;
	sample->snapshot.other = NULL;
	sample_destroy(sample);
}

static void check(struct sample *sample, struct rect rect, bool bare, bool ascii, const char *name)
{
	struct canvas *canvas = canvas_create(rect.width, rect.height);
	const struct glyphs glyphs = {.ascii = ascii};
	const struct widget_view view = {.canvas = canvas, .glyphs = &glyphs, .rect = rect, .selected = -1, .bare = bare};
	canvas->ascii = ascii;
	timeline_class.draw(&sample->snapshot, &view);
	golden_check(canvas, name);
	canvas_destroy(canvas);
	finish(sample);
}

static void test_sizes_have_their_pictures(void **state)
{
	(void)state;
	const struct rect wide = {0, 0, 140, 8}, high = {0, 0, 140, 14}, low = {0, 0, 100, 7}, small = {0, 0, 80, 2};
	struct sample *sample = replay_sample(timeline_columns(wide, false));
	check(sample, wide, false, false, "timeline_140x8");
	check(replay_sample(timeline_columns(low, false)), low, false, true, "timeline_ascii_100x7");
	check(replay_sample(timeline_columns(small, true)), small, true, false, "timeline_bare_80x2");
	sample = replay_sample(timeline_columns(high, false));
	sample->snapshot.timeline->compares = true;
	sample->snapshot.timeline->read = 43;
	snprintf(sample->snapshot.timeline->said, sizeof sample->snapshot.timeline->said, "no later incident in what was read so far");
	check(sample, high, false, false, "timeline_compare_140x14");
}

static void test_days_have_dates(void **state)
{
	(void)state;
	const struct rect wide = {0, 0, 140, 8};
	struct sample *sample = replay_sample(timeline_columns(wide, false));
	sample->snapshot.timeline->from -= 26 * HOUR_MS;
	sample->snapshot.timeline->to += 5 * DAY_MS;
	check(sample, wide, false, false, "timeline_days_140x8");
}

static struct canvas *draw_board(struct sample *sample, struct board *board, int width, int height)
{
	struct canvas *canvas = canvas_create(width, height);
	board_draw(board, &sample->snapshot, &(struct glyphs){.ascii = false}, canvas);
	return canvas;
}

static void check_board(int width, int height, const int *keys, struct snapshot *other, const char *name)
{
	struct sample *sample = replay_sample(100);
	struct board *board = board_create(&sample->settings, &sample->snapshot.request);
	sample->snapshot.other = other;
	sample->snapshot.timeline->compares = other != NULL;
	canvas_destroy(draw_board(sample, board, width, height));
	sample->snapshot.timeline->column_count = board_columns(board);
	fill_columns(sample->snapshot.timeline, board_columns(board));
	for (; *keys; keys++)
		board_key(board, &sample->snapshot, *keys);
	struct canvas *canvas = draw_board(sample, board, width, height);
	golden_check(canvas, name);
	canvas_destroy(canvas);
	board_destroy(board);
	finish(sample);
}

static void test_boards_have_their_pictures(void **state)
{
	(void)state;
	static const int none[] = {0}, typing[] = {'g', '2', '5', ':', '0', '0', SCREEN_KEY_ENTER, 0}, marks[] = {'\'', SCREEN_KEY_DOWN, 0};
	check_board(140, 40, none, NULL, "replay_140x40");
	check_board(80, 24, none, NULL, "replay_80x24");
	check_board(100, 30, typing, NULL, "replay_go_to_100x30");
	check_board(80, 24, marks, NULL, "replay_marks_80x24");
	check_board(120, 1, none, NULL, "replay_line_120x1");
	struct sample *other = sample_create();
	sample_set(other->snapshot.figures, "queue_depth", 14, 1, LEVEL_OK);
	sample_set(other->snapshot.figures, "longest_wait", 300000, 1, LEVEL_CRIT);
	sample_set(other->snapshot.figures, "service_level", 88, 100, LEVEL_OK);
	other->snapshot.figures[metric_find("fcr")].known = false;
	check_board(140, 40, none, &other->snapshot, "replay_compare_140x40");
	sample_destroy(other);
}

/* What the figures lack behind damage is said on both sizes, in amber. */
static void test_damage_is_said(void **state)
{
	(void)state;
	static const int sizes[][2] = {{140, 40}, {80, 24}};
	for (size_t i = 0; i < 2; i++) {
		struct sample *sample = replay_sample(100);
		struct board *board = board_create(&sample->settings, &sample->snapshot.request);
		snprintf(sample->snapshot.timeline->damage, sizeof sample->snapshot.timeline->damage, "Records are lost");
		struct canvas *canvas = draw_board(sample, board, sizes[i][0], sizes[i][1]);
		bool found = false;
		for (int y = 0; y < canvas->height; y++)
			for (int x = 0; x < 8; x++)
				found = found || (canvas_cell(canvas, x, y)->role == ROLE_WARN && canvas_cell(canvas, x, y)->character == 'R');
		assert_true(found);
		canvas_destroy(canvas);
		board_destroy(board);
		finish(sample);
	}
}

/* ---- keys ---- */

static void expect_wish(int key, enum wish_kind kind, int64_t value)
{
	struct sample *sample = replay_sample(100);
	struct board *board = board_create(&sample->settings, &sample->snapshot.request);
	assert_int_equal(board_key(board, &sample->snapshot, key), BOARD_WISH);
	assert_int_equal(board_wish(board)->kind, kind);
	assert_int_equal(board_wish(board)->value, value);
	board_destroy(board);
	finish(sample);
}

static void test_keys_are_wishes(void **state)
{
	(void)state;
	expect_wish(' ', WISH_PAUSE, 0);
	expect_wish(SCREEN_KEY_LEFT, WISH_MOVE, -10 * SECOND_MS);
	expect_wish(SCREEN_KEY_RIGHT, WISH_MOVE, 10 * SECOND_MS);
	expect_wish(SCREEN_KEY_UP, WISH_MOVE, -MINUTE_MS);
	expect_wish(SCREEN_KEY_DOWN, WISH_MOVE, MINUTE_MS);
	expect_wish(SCREEN_KEY_SHIFT_LEFT, WISH_MOVE, -10 * MINUTE_MS);
	expect_wish(SCREEN_KEY_SHIFT_DOWN, WISH_MOVE, 10 * MINUTE_MS);
	expect_wish(',', WISH_STEP, -1);
	expect_wish('.', WISH_STEP, 1);
	expect_wish('[', WISH_SPEED, -1);
	expect_wish(']', WISH_SPEED, 1);
	expect_wish('n', WISH_INCIDENT, 1);
	expect_wish('N', WISH_INCIDENT, -1);
	expect_wish(SCREEN_KEY_HOME, WISH_END, -1);
	expect_wish(SCREEN_KEY_END, WISH_END, 1);
	expect_wish('+', WISH_ZOOM, 1);
	expect_wish('-', WISH_ZOOM, -1);
	expect_wish('z', WISH_ZOOM, 0);
	expect_wish('c', WISH_COMPARE, 0);
}

static enum board_action press(struct board *board, struct sample *sample, const char *keys)
{
	enum board_action action = BOARD_NOTHING;
	for (; *keys; keys++)
		action = board_key(board, &sample->snapshot, *keys == '\n' ? SCREEN_KEY_ENTER : *keys);
	return action;
}

static void test_times_are_typed(void **state)
{
	(void)state;
	static const struct {
		const char *typed;
		int64_t at;
	} times[] = {{"14:05", MORNING + 7 * HOUR_MS + 5 * MINUTE_MS}, {"1999-08-02 00:30", MORNING + 17 * HOUR_MS + 30 * MINUTE_MS},
		{"-15m", MORNING + 4 * HOUR_MS - 15 * MINUTE_MS}, {"+1h", MORNING + 5 * HOUR_MS}};
	struct sample *sample = replay_sample(100);
	struct board *board = board_create(&sample->settings, &sample->snapshot.request);
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		press(board, sample, "g");
		press(board, sample, times[i].typed);
		assert_int_equal(press(board, sample, "\n"), BOARD_WISH);
		assert_int_equal(board_wish(board)->kind, WISH_GO);
		assert_int_equal(board_wish(board)->value, times[i].at);
	}
	/* What is no time stays to be mended; letters are letters; Esc gives up. */
	assert_int_equal(press(board, sample, "gqn+-z\n"), BOARD_REDRAW);
	assert_int_equal(board_key(board, &sample->snapshot, SCREEN_KEY_ESCAPE), BOARD_REDRAW);
	assert_int_equal(press(board, sample, "q"), BOARD_QUIT);
	board_destroy(board);
	finish(sample);
}

static void test_marks(void **state)
{
	(void)state;
	struct sample *sample = replay_sample(100);
	struct board *board = board_create(&sample->settings, &sample->snapshot.request);
	assert_int_equal(press(board, sample, "mcards fail\n"), BOARD_WISH);
	assert_int_equal(board_wish(board)->kind, WISH_MARK);
	assert_string_equal(board_wish(board)->text, "cards fail");
	/* The first after the cursor is chosen; one alone needs no list; none is said. */
	assert_int_equal(press(board, sample, "'\n"), BOARD_WISH);
	assert_int_equal(board_wish(board)->value, sample->snapshot.timeline->marks[1].at);
	sample->snapshot.timeline->mark_count = 1;
	assert_int_equal(press(board, sample, "'"), BOARD_WISH);
	assert_int_equal(board_wish(board)->value, sample->snapshot.timeline->marks[0].at);
	sample->snapshot.timeline->mark_count = 0;
	assert_int_equal(press(board, sample, "'"), BOARD_REDRAW);
	sample->snapshot.timeline->can_mark = false;
	assert_int_equal(press(board, sample, "m"), BOARD_REDRAW);
	assert_int_equal(press(board, sample, "q"), BOARD_QUIT);
	board_destroy(board);
	finish(sample);
}

static void test_clicks_and_ways_out(void **state)
{
	(void)state;
	struct sample *sample = replay_sample(100);
	struct board *board = board_create(&sample->settings, &sample->snapshot.request);
	canvas_destroy(draw_board(sample, board, 140, 40));
	assert_int_equal(board_click(board, &sample->snapshot, 3, 3), BOARD_REDRAW); /* the tile is under the cursor */
	assert_int_equal(board_key(board, &sample->snapshot, SCREEN_KEY_ESCAPE), BOARD_REDRAW);
	assert_int_equal(board_click(board, &sample->snapshot, 2 + 12 + board_columns(board) / 2, 33), BOARD_WISH);
	assert_int_equal(board_wish(board)->value, MORNING + 6 * HOUR_MS);
	assert_int_equal(press(board, sample, "M"), BOARD_MOUSE);
	assert_int_equal(press(board, sample, "r"), BOARD_NOTHING);
	assert_int_equal(board_key(board, &sample->snapshot, SCREEN_KEY_ESCAPE), BOARD_NOTHING);
	sample->snapshot.timeline->can_return = true;
	assert_int_equal(board_key(board, &sample->snapshot, SCREEN_KEY_ESCAPE), BOARD_RETURN);
	/* A live board knows none of these. */
	struct timeline *timeline = sample->snapshot.timeline;
	sample->snapshot.timeline = NULL;
	assert_int_equal(press(board, sample, "r"), BOARD_LOOK_BACK);
	assert_int_equal(press(board, sample, "ng,"), BOARD_NOTHING);
	assert_int_equal(board_key(board, &sample->snapshot, SCREEN_KEY_RIGHT), BOARD_REDRAW); /* the focus */
	sample->snapshot.timeline = timeline;
	board_destroy(board);
	finish(sample);
}

/* ---- outlines ---- */

static void test_outlines(void **state)
{
	(void)state;
	struct chronicle_minute minutes[120];
	const int depth = chronicle_metric("queue_depth");
	for (int i = 0; i < 120; i++) {
		minutes[i] = (struct chronicle_minute){.start = MORNING + i * MINUTE_MS, .service_level = i == 30 ? 500 : 900,
			.service_level_level = i == 30 ? LEVEL_CRIT : LEVEL_OK, .waiting_level = i == 61 ? LEVEL_WARN : LEVEL_OK};
		for (int metric = 0; metric < CHRONICLE_METRICS; metric++)
			minutes[i].value[metric] = INT64_MIN;
		minutes[i].value[depth] = i * 1000;
	}
	const struct incident incidents[] = {
		{.kind = INCIDENT_NOTE, .at = MORNING + MINUTE_MS, .text = "first"},
		{.kind = INCIDENT_ALERT, .severity = SEVERITY_CRITICAL, .at = MORNING + 10 * MINUTE_MS, .text = "longest wait"},
		{.kind = INCIDENT_CLEARED, .at = MORNING + 12 * MINUTE_MS, .text = "longest wait"},
		{.kind = INCIDENT_STEP, .detail = 2, .at = MORNING + 20 * MINUTE_MS + 1, .text = "Billing"},
		{.kind = INCIDENT_NOTE, .at = MORNING + 90 * MINUTE_MS, .text = "second"},
	};
	const struct chronicle_look look = {.minutes = minutes, .minute_count = 120, .incidents = incidents, .incident_count = 5};
	struct timeline *timeline = memory_new(1, sizeof *timeline);
	*timeline = (struct timeline){.from = MORNING - 30 * MINUTE_MS, .to = MORNING + 150 * MINUTE_MS, .cursor = MORNING + 15 * MINUTE_MS,
		.column_count = 18};
	outline_fill(timeline, &look, &look, 60 * MINUTE_MS);
	/* Ten minutes a column: nothing before the first and after the last, the worst in between. */
	const struct timeline_column *columns = timeline->columns;
	assert_true(columns[2].value[TIMELINE_WAITING] == INT64_MIN && columns[15].value[TIMELINE_WAITING] == INT64_MIN);
	assert_int_equal(columns[3].value[TIMELINE_WAITING], 9000);
	assert_int_equal(columns[14].value[TIMELINE_WAITING], 119000);
	assert_true(columns[6].value[TIMELINE_SERVICE_LEVEL] == 500 && columns[6].level[TIMELINE_SERVICE_LEVEL] == LEVEL_CRIT);
	assert_true(columns[9].level[TIMELINE_WAITING] == LEVEL_WARN && columns[8].level[TIMELINE_WAITING] == LEVEL_OK);
	assert_true(columns[8].other[TIMELINE_WAITING] == INT64_MIN && columns[9].other[TIMELINE_WAITING] == 9000);
	assert_int_equal(columns[4].events, TIMELINE_ALERT_CRIT);
	assert_int_equal(columns[5].step, 2);
	assert_string_equal(timeline->note, "first");
	assert_string_equal(timeline->next, "conduct: step 2, demand \u00B7 Billing");
	/* From one to the next and back; what is shown at the end of a second is not found again from there. */
	const struct incident *next = outline_incident(&look, MORNING, 1);
	assert_ptr_equal(next, &incidents[1]);
	assert_ptr_equal(outline_incident(&look, outline_shown(next), 1), &incidents[3]);
	assert_null(outline_incident(&look, outline_shown(&incidents[3]), 1));
	assert_ptr_equal(outline_incident(&look, outline_shown(&incidents[3]), -1), &incidents[1]);
	assert_null(outline_incident(&look, outline_shown(&incidents[1]), -1));
	free(timeline);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes_have_their_pictures), cmocka_unit_test(test_days_have_dates), cmocka_unit_test(test_boards_have_their_pictures),
		cmocka_unit_test(test_damage_is_said),
		cmocka_unit_test(test_keys_are_wishes), cmocka_unit_test(test_times_are_typed), cmocka_unit_test(test_marks),
		cmocka_unit_test(test_clicks_and_ways_out), cmocka_unit_test(test_outlines),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
