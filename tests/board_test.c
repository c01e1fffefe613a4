#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#undef fail /* ours returns false */

#include "base/memory.h"
#include "tests/golden.h"
#include "tests/sample_snapshot.h"
#include "tui/dump.h"
#include "tui/keys.h"
#include "widgets/board.h"

#define NO_KEYS ((const int[]){0})

static struct canvas *draw_after(struct sample *sample, int width, int height, bool ascii, const int *keys)
{
	struct board *board = board_create(&sample->settings, &sample->snapshot.request);
	struct canvas *canvas = canvas_create(width, height);
	const struct glyphs glyphs = {.ascii = ascii};
	board_draw(board, &sample->snapshot, &glyphs, canvas);
	for (; *keys; keys++)
		board_key(board, &sample->snapshot, *keys);
	board_draw(board, &sample->snapshot, &glyphs, canvas);
	board_destroy(board);
	return canvas;
}

static void check(struct sample *sample, int width, int height, bool ascii, const int *keys, const char *name)
{
	struct canvas *canvas = draw_after(sample, width, height, ascii, keys);
	golden_check(canvas, name);
	canvas_destroy(canvas);
	sample_destroy(sample);
}

static void sizes_have_their_pictures(void **state)
{
	(void)state;
	static const struct {
		int width, height;
	} sizes[] = {{140, 40}, {80, 24}, {100, 30}, {200, 60}, {60, 20}, {20, 5}, {19, 4}, {1, 1}};
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		char name[32];
		snprintf(name, sizeof name, "board_%dx%d", sizes[i].width, sizes[i].height);
		check(sample_create(), sizes[i].width, sizes[i].height, false, NO_KEYS, name);
	}
}

static void ascii_has_its_pictures(void **state)
{
	(void)state;
	check(sample_create(), 140, 40, true, NO_KEYS, "board_ascii_140x40");
	check(sample_create(), 80, 24, true, NO_KEYS, "board_ascii_80x24");
	check(sample_create(), 120, 1, true, NO_KEYS, "board_line_120x1");
}

static void a_silent_feed_dims_the_page(void **state)
{
	(void)state;
	struct sample *sample = sample_create();
	sample->snapshot.stale = true;
	sample->snapshot.stale_ms = 42000;
	check(sample, 140, 40, false, NO_KEYS, "board_stale_140x40");
}

static void nothing_yet_is_said(void **state)
{
	(void)state;
	struct sample *sample = sample_create();
	sample_empty(sample);
	check(sample, 80, 24, false, NO_KEYS, "board_empty_80x24");
}

static void foreign_names_keep_the_columns(void **state)
{
	(void)state;
	struct sample *sample = sample_create();
	snprintf(sample->snapshot.rows[0].queue, sizeof sample->snapshot.rows[0].queue,
		"\u041F\u043B\u0430\u0442\u0435\u0436\u0438 \u0438 \u0432\u043E\u0437\u0432\u0440\u0430\u0442\u044B \u0434\u0435\u043D\u0435\u0433");
	snprintf(sample->snapshot.rows[1].queue, sizeof sample->snapshot.rows[1].queue, "\u8FD4\u54C1\u4E0E\u9000\u6B3E\u8FD4\u54C1\u4E0E\u9000\u6B3E");
	snprintf(sample->snapshot.rows[2].queue, sizeof sample->snapshot.rows[2].queue, "Cafe\u0301 \uAC00\uB098");
	check(sample, 100, 30, false, NO_KEYS, "board_names_100x30");
}

static void pages_have_their_pictures(void **state)
{
	(void)state;
	static const int help[] = {'?', 0}, feeds[] = {'h', 0}, filter[] = {'f', 'i', 0};
	static const int tile[] = {SCREEN_KEY_TAB, SCREEN_KEY_RIGHT, SCREEN_KEY_RIGHT, SCREEN_KEY_ENTER, 0};
	static const int queues[] = {SCREEN_KEY_TAB, SCREEN_KEY_DOWN, SCREEN_KEY_DOWN, SCREEN_KEY_DOWN, SCREEN_KEY_ENTER, 0};
	check(sample_create(), 100, 30, false, help, "page_help_100x30");
	check(sample_create(), 80, 24, false, filter, "page_filter_80x24");
	check(sample_create(), 100, 30, false, tile, "page_tile_100x30");
	check(sample_create(), 100, 30, false, queues, "page_queues_100x30");
	struct sample *sample = sample_create();
	sample->snapshot.feeds[1].lost = 12;
	sample->snapshot.feeds[1].link = LINK_STALE;
	sample->snapshot.feeds[1].silent = 42000;
	sample->snapshot.feeds[1].faults[FAULT_BAD_EVENT] = 3;
	sample->snapshot.faults[FAULT_BAD_EVENT] = 3;
	sample->snapshot.unknown = memory_new(1, sizeof *sample->snapshot.unknown);
	sample->snapshot.unknown_count = 1;
	sample->snapshot.impossible = memory_new(1, sizeof *sample->snapshot.impossible);
	sample->snapshot.impossible_count = 1;
	sample->snapshot.impossible[0] = (struct list_named){.name = "sla.met", .count = 3};
	sample->snapshot.unknown[0] = (struct list_named){.name = "contact.teleported", .count = 2};
	check(sample, 80, 24, false, feeds, "page_feeds_80x24");
}

static char *text_of(const struct canvas *canvas)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	dump_text(canvas, to);
	fclose(to);
	return text;
}

static void a_moved_focus_changes_no_letter(void **state)
{
	(void)state;
	static const int keys[] = {SCREEN_KEY_TAB, SCREEN_KEY_TAB, SCREEN_KEY_BACKTAB, 0};
	struct sample *sample = sample_create();
	struct canvas *before = draw_after(sample, 140, 40, false, NO_KEYS), *after = draw_after(sample, 140, 40, false, keys);
	char *first = text_of(before), *second = text_of(after);
	assert_string_equal(first, second);
	assert_int_equal(canvas_cell(after, 4, 1)->role, ROLE_FOCUS);
	assert_int_equal(canvas_cell(before, 4, 1)->role, ROLE_CRIT_STRONG);
	free(first);
	free(second);
	canvas_destroy(before);
	canvas_destroy(after);
	sample_destroy(sample);
}

static void keys_change_the_request(void **state)
{
	(void)state;
	struct sample *sample = sample_create();
	struct board *board = board_create(&sample->settings, &sample->snapshot.request);
	const struct snapshot_request *request = board_request(board);
	assert_int_equal(request->spark_count, 8);
	assert_int_equal(board_key(board, &sample->snapshot, 'w'), BOARD_REQUEST);
	assert_int_equal(request->window, WINDOW_60M);
	assert_int_equal(board_key(board, &sample->snapshot, 'W'), BOARD_REQUEST);
	assert_int_equal(request->window, WINDOW_30M);
	assert_int_equal(board_key(board, &sample->snapshot, 'b'), BOARD_REQUEST);
	assert_int_equal(request->by, BY_ARRIVAL);
	assert_int_equal(board_key(board, &sample->snapshot, 'C'), BOARD_REQUEST);
	assert_int_equal(request->conduct, CONDUCT_WITHOUT);
	assert_int_equal(board_key(board, &sample->snapshot, 'C'), BOARD_REQUEST);
	assert_int_equal(request->conduct, CONDUCT_ALL);
	for (int formula = 0; formula < SL_FORMULA_COUNT; formula++) {
		assert_int_equal(board_key(board, &sample->snapshot, 'F'), BOARD_REQUEST);
		assert_int_equal(request->formula, formula);
	}
	board_key(board, &sample->snapshot, 'F');
	assert_int_equal(request->formula, -1);
	for (int window = 0; window < WINDOW_COUNT; window++)
		board_key(board, &sample->snapshot, 'w');
	assert_int_equal(request->window, WINDOW_30M);
	assert_int_equal(board_key(board, &sample->snapshot, 'q'), BOARD_QUIT);
	assert_int_equal(board_key(board, &sample->snapshot, 3), BOARD_QUIT);
	assert_int_equal(board_key(board, &sample->snapshot, 'z'), BOARD_NOTHING);
	board_destroy(board);
	sample_destroy(sample);
}

static void press(struct board *board, const struct sample *sample, const int *keys)
{
	for (; *keys; keys++)
		board_key(board, &sample->snapshot, *keys);
}

static void a_filter_is_chosen_by_typing(void **state)
{
	(void)state;
	struct sample *sample = sample_create();
	struct board *board = board_create(&sample->settings, &sample->snapshot.request);
	const struct snapshot_request *request = board_request(board);
	press(board, sample, (const int[]){'f', 'D', 'e', 'l', 'q', SCREEN_KEY_BACKSPACE, 0});
	assert_int_equal(board_key(board, &sample->snapshot, SCREEN_KEY_ENTER), BOARD_REQUEST);
	assert_int_equal(request->scope.queue, 3);
	assert_int_equal(request->scope.channel, SCOPE_ANY);
	/* With the rows of one queue only, the others can still be chosen. */
	sample->snapshot.row_count = 1;
	press(board, sample, (const int[]){'/', 'v', 'i', 'p', SCREEN_KEY_ENTER, 0});
	assert_int_equal(request->scope.queue, 5);
	press(board, sample, (const int[]){'f', 'c', 'h', 'a', 't', SCREEN_KEY_ENTER, 0});
	assert_int_equal(request->scope.channel, CHANNEL_CHAT);
	assert_int_equal(request->scope.queue, 5); /* both together: two chips, the last one goes first */
	assert_int_equal(board_key(board, &sample->snapshot, SCREEN_KEY_BACKSPACE), BOARD_REQUEST);
	assert_int_equal(request->scope.channel, SCOPE_ANY);
	assert_int_equal(request->scope.queue, 5);
	assert_int_equal(board_key(board, &sample->snapshot, SCREEN_KEY_BACKSPACE), BOARD_REQUEST);
	assert_int_equal(board_key(board, &sample->snapshot, SCREEN_KEY_BACKSPACE), BOARD_NOTHING);
	press(board, sample, (const int[]){'f', 'c', 'h', 'a', 't', SCREEN_KEY_ENTER, 0});
	/* Letters are letters while typing; a first Esc takes them back, a second leaves, a third lifts the filter. */
	press(board, sample, (const int[]){'f', 'q', 'w', SCREEN_KEY_ESCAPE, SCREEN_KEY_ESCAPE, 0});
	assert_int_equal(request->scope.channel, CHANNEL_CHAT);
	assert_int_equal(board_key(board, &sample->snapshot, SCREEN_KEY_ESCAPE), BOARD_REQUEST);
	assert_int_equal(request->scope.channel, SCOPE_ANY);
	board_destroy(board);
	sample_destroy(sample);
}

/* The cells lie in a block of exactly their size, so that the address sanitizer sees a step outside. */
static void random_pictures_stay_inside(void **state)
{
	(void)state;
	static const int keys[] = {'?', 'h', 'f', '1', '2', '3', '4', '5', '6', '7', '8', '9', '0', 'w', 's', 'b', 'x', 'F', 'C', 'S', '/', ':', 'a', 'u', 'M', 'i', SCREEN_KEY_TAB, SCREEN_KEY_BACKTAB, SCREEN_KEY_UP, SCREEN_KEY_DOWN, SCREEN_KEY_LEFT,
		SCREEN_KEY_RIGHT, SCREEN_KEY_ENTER, SCREEN_KEY_ESCAPE, SCREEN_KEY_PAGE_DOWN, SCREEN_KEY_PAGE_UP, SCREEN_KEY_HOME, SCREEN_KEY_END,
		SCREEN_KEY_BACKSPACE, 0x44F};
	uint64_t seed = 88172645463325252u;
	struct sample *sample = sample_create();
	struct board *board = board_create(&sample->settings, &sample->snapshot.request);
	for (int round = 0; round < 1500; round++) {
		if (round % 10 == 0)
			sample_randomise(sample, &seed);
		const int width = 1 + (int)sample_random(&seed, round % 3 ? 60 : 240), height = 1 + (int)sample_random(&seed, round % 3 ? 30 : 80);
		struct canvas *canvas = canvas_create(width, height);
		board_draw(board, &sample->snapshot, &(struct glyphs){.ascii = sample_random(&seed, 2)}, canvas);
		for (int i = 0; i < width * height; i++) {
			assert_true(canvas->cells[i].role < ROLE_COUNT);
			assert_true(canvas->cells[i].character >= ' ' || (canvas->cells[i].character == 0 && i % width > 0));
			if (canvas->ascii)
				assert_in_range(canvas->cells[i].character, ' ', '~');
		}
		canvas_destroy(canvas);
		board_key(board, &sample->snapshot, keys[sample_random(&seed, sizeof keys / sizeof *keys)]);
		sample->snapshot.request = *board_request(board);
	}
	board_destroy(board);
	sample_destroy(sample);
}

/* Keys of a mode are asked first, on their pages only; two of them may share a code where they have no page in common. */
static bool compete(const struct board_key_info *key, const struct board_key_info *other)
{
	if (!key->modes || !other->modes)
		return !key->modes && !other->modes;
	return key->modes & other->modes && key->pages & other->pages;
}

static void every_key_is_said_once(void **state)
{
	(void)state;
	for (const struct board_key_info *key = board_keys; key->keys; key++) {
		assert_non_null(key->help);
		assert_non_null(key->act);
		for (const struct board_key_info *other = board_keys; other != key; other++)
			for (int i = 0; i < 4 && key->codes[i]; i++)
				for (int j = 0; j < 4 && other->codes[j]; j++)
					assert_false(key->codes[i] == other->codes[j] && compete(key, other));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_have_their_pictures), cmocka_unit_test(ascii_has_its_pictures), cmocka_unit_test(a_silent_feed_dims_the_page),
		cmocka_unit_test(nothing_yet_is_said), cmocka_unit_test(foreign_names_keep_the_columns), cmocka_unit_test(pages_have_their_pictures),
		cmocka_unit_test(a_moved_focus_changes_no_letter), cmocka_unit_test(keys_change_the_request),
		cmocka_unit_test(a_filter_is_chosen_by_typing), cmocka_unit_test(random_pictures_stay_inside), cmocka_unit_test(every_key_is_said_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
