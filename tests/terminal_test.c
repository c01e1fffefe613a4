/* The built program on a terminal: its keys, sizes, signals and kinds of terminal, and how it leaves the terminal behind. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "tests/stage.h"

#define SOON 5000 /* ms: what a user waits for without a thought; far above what is needed, for slow machines */

/* ---- what is seen ---- */

static bool has_queues(struct pty *pty, const void *nothing)
{
	(void)nothing;
	return pty_shows(pty, "queues \u00B7 sorted by worst") && !pty_shows(pty, "\u2500 0 queues") && pty_shows(pty, "phone");
}

static void the_demo_shows_a_helpdesk(void **state)
{
	struct pty *pty = START(*state, OPTIONS(0), "demo", "--seed", "7", "--speed", "60");
	SEE(pty, "IN QUEUE", 10000);
	SEE(pty, "LONGEST", 10000);
	SEE(pty, "live", 10000);
	assert_true(pty_wait(pty, has_queues, NULL, 10000));
	assert_true(pty_alternate(pty));
	assert_false(pty_cursor_shown(pty));
	pty_send(pty, "q");
	ENDS(pty, 0);
}

static void keys_do_what_the_footer_says(void **state)
{
	struct pty *pty = stage_show_file(*state, (struct pty_options){0});
	SEE(pty, "3 queues", SOON);
	pty_send(pty, "?");
	SEE(pty, "keys and marks", SOON);
	pty_send(pty, "\033");
	SEE_NO(pty, "keys and marks", SOON);
	pty_send(pty, "\t\r");
	SEE(pty, "comes from", SOON);
	pty_send(pty, "\033");
	SEE_NO(pty, "comes from", SOON);
	SEE(pty, "last 30 min", SOON);
	pty_send(pty, "w");
	SEE(pty, "last 60 min", SOON);
	pty_send(pty, "W");
	SEE(pty, "last 30 min", SOON);
	pty_send(pty, "h");
	SEE(pty, "3 events received", SOON);
	pty_send(pty, "h");
	SEE_NO(pty, "3 events received", SOON);
	pty_send(pty, "q");
	ENDS(pty, 0);
}

/* Every page is there by its key, and the same key leads back. */
static void pages_stand_on_digits(void **state)
{
	static const struct {
		const char *key, *shows;
	} pages[] = {{"2", "\u2500 QUEUES"}, {"3", "\u2500 CLOCKS"}, {"5", "\u2500 AGENTS"}, {"6", "\u2500 VOICE OF"}, {"7", "\u2500 THANKS"},
		{"9", "\u2500 FEEDS"}};
	struct pty *pty = stage_show_file(*state, (struct pty_options){0});
	SEE(pty, "IN QUEUE", SOON);
	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
		pty_send(pty, pages[i].key);
		SEE_NO(pty, "IN QUEUE", SOON);
		SEE(pty, pages[i].shows, SOON);
		pty_send(pty, pages[i].key);
		SEE(pty, "IN QUEUE", SOON);
	}
	pty_send(pty, "2\r");
	SEE(pty, "EVIDENCE", SOON);
	pty_send(pty, "\033");
	SEE(pty, pages[0].shows, SOON);
	pty_send(pty, "q");
	ENDS(pty, 0);
}

static void the_filter_narrows_and_lets_go(void **state)
{
	struct pty *pty = stage_show_file(*state, (struct pty_options){0});
	SEE(pty, "3 queues", SOON);
	SEE(pty, "all queues", SOON);
	pty_send(pty, "f");
	SEE(pty, "type to narrow", SOON);
	pty_send(pty, "tech");
	SEE(pty, "find: tech", SOON);
	SEE_NO(pty, "Billing", SOON);
	pty_send(pty, "\r");
	SEE(pty, "1 queue ", SOON);
	SEE_NO(pty, "all queues", SOON);
	assert_false(pty_shows(pty, "Billing"));
	pty_send(pty, "\033\033");
	SEE(pty, "all queues", SOON);
	SEE(pty, "3 queues", SOON);
	SEE(pty, "Billing", SOON);
}

/* Arrow keys come as escape sequences, perhaps in pieces, and must not be taken for Esc. */
static void cursor_keys_are_keys(void **state)
{
	struct pty *pty = stage_show_file(*state, (struct pty_options){0});
	SEE(pty, "3 queues", SOON);
	pty_send(pty, "?");
	SEE(pty, "keys and marks", SOON);
	pty_send(pty, "\033OB\033OB\033[6~");
	SEE_NO(pty, "Shift-Tab the one before", SOON);
	assert_true(pty_shows(pty, "keys and marks"));
	pty_send(pty, "\033");
	SEE_NO(pty, "keys and marks", SOON);
}

/* ---- sizes ---- */

static bool fits(struct pty *pty, const void *size)
{
	const int *wanted = size;
	char first[2000], last[2000];
	pty_row(pty, 0, first, sizeof first);
	pty_row(pty, wanted[1] - 1, last, sizeof last);
	return strstr(first, "TABLO") && strstr(last, "q quit");
}

static void see_whole_page(struct pty *pty, int width, int height)
{
	const int size[] = {width, height};
	if (!pty_wait(pty, fits, size, SOON)) {
		print_error("%d x %d is not whole; the screen:\n", width, height);
		stage_print(pty);
		fail();
	}
}

static void every_size_is_drawn_right(void **state)
{
	struct pty *pty = stage_show_file(*state, (struct pty_options){.width = 300, .height = 100});
	SEE(pty, "3 queues", SOON);
	see_whole_page(pty, 300, 100);
	pty_resize(pty, 80, 24);
	see_whole_page(pty, 80, 24);
	SEE(pty, "IN QUEUE", SOON);
	pty_resize(pty, 20, 5);
	SEE(pty, "IN QUEUE", SOON);
	SEE_NO(pty, "Billing", SOON);
	pty_resize(pty, 10, 3);
	SEE_NO(pty, "TABLO", SOON);
	pty_resize(pty, 1, 1);
	pty_watch(pty, 300);
	pty_resize(pty, 140, 40);
	see_whole_page(pty, 140, 40);
	SEE(pty, "3 queues", SOON);
	SEE(pty, "LONGEST WAIT", SOON);
	assert_int_equal(pty_exit_code(pty), -1);
}

/* A screen that was resized is that of a fresh start at the size. */
static void a_resized_screen_is_a_fresh_one(void **state)
{
	struct pty *pty = stage_show_file(*state, (struct pty_options){.width = 100, .height = 30});
	SEE(pty, "3 queues", SOON);
	pty_resize(pty, 40, 12);
	SEE_NO(pty, "3 queues", SOON);
	pty_resize(pty, 140, 40);
	see_whole_page(pty, 140, 40);
	pty_watch(pty, 500);
	char *resized = memory_text(pty_screen(pty));
	pty = stage_show_file(*state, (struct pty_options){0});
	SEE(pty, "3 queues", SOON);
	see_whole_page(pty, 140, 40);
	pty_watch(pty, 500);
	assert_string_equal(resized, pty_screen(pty));
	free(resized);
}

/* ---- leaving ---- */

static void expect_as_found(struct pty *pty)
{
	assert_true(pty_mode_as_found(pty));
	assert_false(pty_alternate(pty));
	assert_true(pty_cursor_shown(pty));
}

static void leave_by_signal(struct stage *stage, int number, int code)
{
	struct pty *pty = stage_show_file(stage, (struct pty_options){0});
	SEE(pty, "3 queues", SOON);
	assert_false(pty_mode_as_found(pty));
	assert_true(pty_alternate(pty));
	pty_signal(pty, number);
	ENDS(pty, code);
	expect_as_found(pty);
}

static void the_terminal_is_left_as_found(void **state)
{
	struct pty *pty = stage_show_file(*state, (struct pty_options){0});
	SEE(pty, "3 queues", SOON);
	pty_send(pty, "q");
	ENDS(pty, 0);
	expect_as_found(pty);
	pty = stage_show_file(*state, (struct pty_options){0});
	SEE(pty, "3 queues", SOON);
	pty_send(pty, "\003");
	ENDS(pty, 0);
	expect_as_found(pty);
	leave_by_signal(*state, SIGTERM, 0);
	leave_by_signal(*state, SIGINT, 0);
	leave_by_signal(*state, SIGHUP, 128 + SIGHUP);
	leave_by_signal(*state, SIGSEGV, 128 + SIGSEGV);
	leave_by_signal(*state, SIGABRT, 128 + SIGABRT);
}

/* The demo has a second thread and a socket to put away too. */
static void the_demo_leaves_as_found(void **state)
{
	struct pty *pty = START(*state, OPTIONS(0), "demo", "--speed", "60");
	SEE(pty, "LONGEST", 10000);
	pty_signal(pty, SIGTERM);
	ENDS(pty, 0);
	expect_as_found(pty);
}

static void a_vanished_terminal_ends_it(void **state)
{
	struct pty *pty = stage_show_file(*state, (struct pty_options){0});
	SEE(pty, "3 queues", SOON);
	pty_hang_up(pty);
	ENDS(pty, 128 + SIGHUP);
}

static void suspended_and_resumed(void **state)
{
	struct pty *pty = stage_show_file(*state, (struct pty_options){0});
	SEE(pty, "3 queues", SOON);
	for (int i = 0; i < 2; i++) {
		pty_send(pty, "\032");
		assert_true(pty_wait_state(pty, PTY_STOPPED, SOON));
		expect_as_found(pty);
		pty_resize(pty, 120 - i, 36);
		pty_signal(pty, SIGCONT);
		see_whole_page(pty, 120 - i, 36);
		SEE(pty, "3 queues", SOON);
		assert_true(pty_alternate(pty));
		assert_false(pty_cursor_shown(pty));
		assert_false(pty_mode_as_found(pty));
	}
	pty_send(pty, "?");
	SEE(pty, "keys and marks", SOON);
}

/* ---- kinds of terminals ---- */

static void common_terminals_work(void **state)
{
	static const char *const terms[] = {"TERM=linux", "TERM=vt100", "TERM=vt220", "TERM=xterm", "TERM=screen-256color", "TERM=tmux-256color"};
	for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
		const char *environment[] = {terms[i], NULL};
		struct pty *pty = stage_show_file(*state, (struct pty_options){.environment = environment});
		print_message("%s\n", terms[i]);
		SEE(pty, "3 queues", SOON);
		see_whole_page(pty, 140, 40);
		pty_send(pty, "?");
		SEE(pty, "keys and marks", SOON);
		pty_send(pty, "q");
		ENDS(pty, 0);
		assert_true(pty_mode_as_found(pty));
	}
}

/* A terminal nobody knows is taken for its nearest relative; one that cannot place the cursor gets lines. */
static void odd_terminals_get_something(void **state)
{
	const char *unknown[] = {"TERM=nosuchterm", NULL}, *dumb[] = {"TERM=dumb", NULL}, *none[] = {"TERM", NULL};
	struct pty *pty = stage_show_file(*state, (struct pty_options){.environment = unknown});
	SEE(pty, "3 queues", SOON);
	pty_send(pty, "q");
	ENDS(pty, 0);
	const char *const *lines[] = {dumb, none};
	for (int i = 0; i < 2; i++) {
		pty = stage_show_file(*state, (struct pty_options){.environment = lines[i]});
		SEE(pty, "In queue", SOON);
		const char *bytes;
		assert_null(memchr((pty_bytes(pty, &bytes), bytes), '\033', pty_bytes(pty, &bytes)));
		pty_signal(pty, SIGTERM);
		ENDS(pty, 0);
		assert_true(pty_mode_as_found(pty));
	}
}

/* Is there a parameter 3x, 4x, 9x or 10x (a colour) in this sequence "ESC [ ... m"? */
static bool sets_colour(const char *parameters, const char *end)
{
	while (parameters < end) {
		char *next;
		const long number = strtol(parameters, &next, 10);
		if ((number >= 30 && number <= 38) || (number >= 40 && number <= 48) || (number >= 90 && number <= 107))
			return true;
		parameters = next + 1;
	}
	return false;
}

static int count_colours(const struct pty *pty)
{
	const char *bytes;
	const size_t count = pty_bytes(pty, &bytes);
	int colours = 0;
	for (size_t i = 0; i + 2 < count; i++) {
		if (bytes[i] != '\033' || bytes[i + 1] != '[')
			continue;
		size_t end = i + 2;
		while (end < count && (bytes[end] == ';' || bytes[end] == ':' || (bytes[end] >= '0' && bytes[end] <= '9')))
			end++;
		if (end < count && bytes[end] == 'm')
			colours += sets_colour(bytes + i + 2, bytes + end);
	}
	return colours;
}

static void no_color_means_no_colour(void **state)
{
	const char *environment[] = {"NO_COLOR=1", NULL};
	struct pty *pty = stage_show_file(*state, (struct pty_options){0});
	SEE(pty, "3 queues", SOON);
	assert_true(count_colours(pty) > 0);
	pty = stage_show_file(*state, (struct pty_options){.environment = environment});
	SEE(pty, "3 queues", SOON);
	pty_send(pty, "\t\r");
	SEE(pty, "comes from", SOON);
	pty_send(pty, "q");
	ENDS(pty, 0);
	assert_int_equal(count_colours(pty), 0);
}

static void colours_are_on_the_screen(void **state)
{
	struct pty *pty = stage_show_file(*state, (struct pty_options){0});
	struct pty_colour header, ground, ink;
	bool reverse, reversed;
	SEE(pty, "3 queues", SOON);
	pty_cell(pty, 60, 0, &ink, &header, &reverse);
	pty_cell(pty, 60, 1, &ink, &ground, &reversed);
	assert_true(reverse != reversed || memcmp(&header, &ground, sizeof header) != 0);
}

static void without_utf8_only_ascii(void **state)
{
	const char *environment[] = {"LC_ALL=C", NULL};
	struct pty *pty = stage_show_file(*state, (struct pty_options){.environment = environment});
	SEE(pty, "3 queues", SOON);
	pty_send(pty, "?");
	SEE(pty, "keys and marks", SOON);
	pty_send(pty, "\033f");
	SEE(pty, "type to narrow", SOON);
	const char *bytes;
	const size_t count = pty_bytes(pty, &bytes);
	for (size_t i = 0; i < count; i++)
		assert_false(bytes[i] & 0x80);
	assert_false(pty_shows(pty, "?Billing"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

static void a_figure_shows_its_rows(void **state)
{
	struct pty *pty = stage_show_file(*state, (struct pty_options){0});
	SEE(pty, "3 queues", SOON);
	pty_send(pty, "\t\r\r");
	SEE(pty, "3 rows", SOON);
	SEE(pty, "c0 ", SOON);
	SEE(pty, "Technical \u00B7 phone", SOON);
	pty_send(pty, "/techn");
	SEE(pty, "1 of 3 rows", SOON);
	SEE_NO(pty, "c0 ", SOON);
	pty_send(pty, "\r\r");
	SEE(pty, "LIFE \u00B7 c2", SOON);
	SEE(pty, "give --journal or --attach", SOON);
	pty_send(pty, "\033");
	SEE(pty, "EVIDENCE", SOON);
	pty_send(pty, "\033\033");
	SEE(pty, "3 queues", SOON);
	/* What a window counted is not in the engine. */
	pty_send(pty, "\t\t\r\r");
	SEE(pty, "EVIDENCE \u00B7 Service level", SOON);
	SEE(pty, "what was counted is in the collector's journal", SOON);
	pty_send(pty, "q");
	ENDS(pty, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {CASE(keys_do_what_the_footer_says), CASE(the_filter_narrows_and_lets_go), CASE(cursor_keys_are_keys),
		CASE(every_size_is_drawn_right), CASE(a_resized_screen_is_a_fresh_one), CASE(the_terminal_is_left_as_found),
		CASE(a_vanished_terminal_ends_it), CASE(suspended_and_resumed), CASE(common_terminals_work), CASE(odd_terminals_get_something),
		CASE(no_color_means_no_colour), CASE(colours_are_on_the_screen), CASE(without_utf8_only_ascii), CASE(the_demo_shows_a_helpdesk),
		CASE(the_demo_leaves_as_found), CASE(a_figure_shows_its_rows), CASE(pages_stand_on_digits)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
