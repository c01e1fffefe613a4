/* The built program on terminals of all kinds and on bad lines: what it sends, what it understands, how it leaves. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "tests/stage.h"

#include <cmocka.h> /* last: it makes a macro of fail */

#define SOON 5000 /* ms */
#define COUNT(array) (sizeof array / sizeof *array)

static int rounds(int few, int many)
{
	return getenv("TABLO_SOAK") ? many : few;
}

static bool was_sent(const struct pty *pty, const char *what)
{
	const char *bytes;
	const size_t count = pty_bytes(pty, &bytes);
	return memmem(bytes, count, what, strlen(what)) != NULL;
}

static struct pty *show(void **state, const char *const *environment)
{
	struct pty *pty = stage_show_file(*state, (struct pty_options){.environment = environment});
	SEE(pty, "3 queues", SOON);
	return pty;
}

static void leave(struct pty *pty)
{
	pty_send(pty, "q");
	ENDS(pty, 0);
	assert_true(pty_mode_as_found(pty));
}

/* ---- kinds of terminals ---- */
static void every_kind_shows_the_page(void **state)
{
	static const char *const terms[] = {"TERM=xterm-256color", "TERM=screen", "TERM=tmux", "TERM=linux", "TERM=vt220"};
	for (size_t i = 0; i < COUNT(terms); i++)
		for (int c_locale = 0; c_locale < 2; c_locale++) {
			const char *environment[] = {terms[i], c_locale ? "LC_ALL=C" : "LC_ALL=C.UTF-8", NULL};
			print_message("%s %s\n", environment[0], environment[1]);
			struct pty *pty = show(state, environment);
			pty_send(pty, "\033[B\033OB?");
			SEE(pty, "keys and marks", SOON);
			leave(pty);
			assert_false(was_sent(pty, "\033]9;"));
			assert_false(was_sent(pty, "\033]777;"));
		}
}

/* A terminal that says it is nothing gets no sequence that only some understand. */
static void the_poorest_get_no_more_than_they_know(void **state)
{
	static const char *const terms[] = {"TERM=linux", "TERM=vt220", "TERM=unknown", "TERM=dumb"};
	for (size_t i = 0; i < COUNT(terms); i++) {
		const char *environment[] = {terms[i], NULL};
		struct pty *pty = stage_show_file(*state, (struct pty_options){.environment = environment});
		SEE(pty, i < 3 ? "3 queues" : "In queue", SOON);
		pty_signal(pty, SIGTERM);
		ENDS(pty, 0);
		assert_false(was_sent(pty, "\033]"));
		assert_false(was_sent(pty, "\033[22;2t"));
	}
}

static void the_title_is_lent(void **state)
{
	struct pty *pty = show(state, NULL);
	assert_true(was_sent(pty, "\033[22;2t"));
	assert_true(was_sent(pty, "\033]2;tablo: "));
	assert_false(was_sent(pty, "\033[23;2t"));
	pty_send(pty, "\032");
	assert_true(pty_wait_state(pty, PTY_STOPPED, SOON));
	pty_watch(pty, 50);
	assert_true(was_sent(pty, "\033[23;2t"));
	pty_signal(pty, SIGCONT);
	SEE(pty, "3 queues", SOON);
	leave(pty);
}

static void colours_of_24_bits(void **state)
{
	const char *rich[] = {"COLORTERM=truecolor", NULL}, *poor[] = {"COLORTERM", NULL};
	struct pty *pty = stage_start(*state, (struct pty_options){.environment = rich}, (const char *const[]){"demo", "--theme", "light", NULL});
	SEE(pty, "LONGEST", 2 * SOON);
	assert_true(was_sent(pty, "8;2;"));
	assert_false(was_sent(pty, "8;5;"));
	leave(pty);
	pty = stage_start(*state, (struct pty_options){.environment = poor}, (const char *const[]){"demo", "--theme", "light", NULL});
	SEE(pty, "LONGEST", 2 * SOON);
	assert_false(was_sent(pty, "8;2;"));
	assert_true(was_sent(pty, "8;5;"));
	leave(pty);
}

static void every_theme_is_drawn(void **state)
{
	static const char *const names[] = {"light", "deuteranopia", "protanopia", "high-contrast", "mono", "night"};
	static const char *const colours[] = {"256", "16", "8"};
	for (size_t i = 0; i < COUNT(names); i++) {
		struct pty *pty = START(*state, OPTIONS(0), "demo", "--theme", names[i], "--colours", colours[i % COUNT(colours)]);
		SEE(pty, "LONGEST", 2 * SOON);
		struct pty_colour ink, ground;
		bool reverse;
		pty_cell(pty, 70, 1, &ink, &ground, &reverse);
		assert_true(ground.is_default == (strcmp(names[i], "mono") == 0));
		leave(pty);
	}
	/* And at run time, from the palette of commands. */
	struct pty *pty = START(*state, OPTIONS(0), "demo");
	SEE(pty, "LONGEST", 2 * SOON);
	struct pty_colour ink, ground;
	bool reverse;
	pty_cell(pty, 70, 1, &ink, &ground, &reverse);
	assert_true(ground.is_default);
	pty_send(pty, ":theme light\r");
	SEE_NO(pty, "COMMANDS", SOON);
	pty_watch(pty, 500);
	pty_cell(pty, 70, 2, &ink, &ground, &reverse);
	assert_true(!ground.is_default && ground.red > 200);
	leave(pty);
	pty = START(*state, OPTIONS(0), "demo", "--theme", "sepia");
	ENDS(pty, 2);
	assert_true(was_sent(pty, "no theme is called 'sepia'"));
}

/* What is pasted is no key: "q" would end the board, "a" would answer an alert. */
static void what_is_pasted_is_no_key(void **state)
{
	struct pty *pty = show(state, NULL);
	pty_send(pty, "\033[200~q?q\033[201~");
	pty_watch(pty, 200);
	assert_int_equal(pty_exit_code(pty), -1);
	assert_false(pty_shows(pty, "keys and marks"));
	pty_send(pty, "?");
	SEE(pty, "keys and marks", SOON);
	leave(pty);
}

/* ---- how it ends ---- */
static void the_demo_gives_the_terminal_back_when_it_crashes(void **state)
{
	static const int numbers[] = {SIGSEGV, SIGABRT};
	for (size_t i = 0; i < COUNT(numbers); i++) {
		struct pty *pty = START(*state, OPTIONS(0), "demo", "--seed", "7");
		SEE(pty, "LONGEST", 2 * SOON);
		pty_signal(pty, numbers[i]);
		ENDS(pty, 128 + numbers[i]);
		assert_true(pty_mode_as_found(pty));
		assert_false(pty_alternate(pty));
		assert_true(pty_cursor_shown(pty));
		assert_true(was_sent(pty, "\033[23;2t"));
	}
}

/* ---- bad lines ---- */
static int64_t resident(pid_t process)
{
	char path[64], line[200];
	int64_t kib = -1;
	snprintf(path, sizeof path, "/proc/%d/status", process);
	FILE *file = fopen(path, "re");
	while (file && fgets(line, sizeof line, file))
		if (strncmp(line, "VmRSS:", 6) == 0)
			kib = strtol(line + 6, NULL, 10);
	if (file)
		fclose(file);
	return kib;
}

/* What it holds once it has begun: the demo opens its journal behind the first picture, late on a busy machine. */
static int64_t settled(struct pty *pty)
{
	int64_t before = 0, now = resident(pty_process(pty));
	for (const int64_t until = clock_monotonic() + 2 * SOON; (now > before + 256 || now < before - 256) && clock_monotonic() < until;) {
		before = now;
		pty_watch(pty, 700);
		now = resident(pty_process(pty));
	}
	return now;
}

/* Sanitizers keep what was freed for a while. */
static bool is_flat(pid_t process, int64_t before)
{
	const char *sanitized = getenv("TABLO_SANITIZED");
	return (sanitized && strcmp(sanitized, "1") == 0) || resident(process) < before + 4096;
}

static void a_storm_of_sizes(void **state)
{
	struct pty *pty = START(*state, OPTIONS(0), "demo", "--seed", "7");
	SEE(pty, "LONGEST", 2 * SOON);
	int64_t before = 0;
	for (int i = 0, all = rounds(200, 20000); i < all; i++) {
		pty_resize(pty, i % 2 ? 300 : 1, i % 2 ? 100 : 1);
		pty_watch(pty, 2);
		if (i == all / 2)
			before = resident(pty_process(pty));
	}
	pty_resize(pty, 140, 40);
	SEE(pty, "LONGEST WAIT", 2 * SOON);
	SEE(pty, "q quit", SOON);
	assert_int_equal(pty_exit_code(pty), -1);
	assert_true(is_flat(pty_process(pty), before));
	leave(pty);
}

/* A reader that stands still holds up nobody; when it goes on the picture is whole. */
static void a_reader_that_stops(void **state)
{
	struct pty *pty = START(*state, OPTIONS(.width = 300, .height = 100), "demo", "--seed", "7", "--speed", "60");
	SEE(pty, "LONGEST WAIT", 2 * SOON);
	pty_stop_reading(pty);
	const int64_t until = clock_monotonic() + SOON;
	while (!pty_full(pty) && clock_monotonic() < until)
		pty_watch(pty, 20);
	const int64_t before = settled(pty);
	pty_watch(pty, rounds(3000, 600000));
	assert_true(is_flat(pty_process(pty), before));
	assert_int_equal(pty_exit_code(pty), -1);
	pty_resume_reading(pty);
	SEE(pty, "q quit", 2 * SOON);
	pty_send(pty, "?");
	SEE(pty, "keys and marks", 2 * SOON);
	leave(pty);
}

static void a_frugal_board_keeps_its_word(void **state)
{
	struct pty *pty = START(*state, OPTIONS(.width = 80, .height = 24), "demo", "--seed", "7", "--frugal");
	const char *bytes;
	const int seconds = rounds(8, 60);
	SEE(pty, "LONGEST", 2 * SOON);
	pty_watch(pty, 2500);
	const size_t before = pty_bytes(pty, &bytes);
	pty_watch(pty, 1000 * seconds);
	const size_t sent = pty_bytes(pty, &bytes) - before;
	print_message("%.0f bytes a second\n", (double)sent / seconds);
	assert_in_range(sent, 1, 300 * seconds);
	/* A key is answered at once all the same. */
	const int64_t then = clock_monotonic();
	pty_send(pty, "?");
	SEE(pty, "keys and marks", SOON);
	assert_true(clock_monotonic() - then < 1000);
	leave(pty);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {CASE(every_kind_shows_the_page), CASE(the_poorest_get_no_more_than_they_know), CASE(the_title_is_lent),
		CASE(colours_of_24_bits), CASE(every_theme_is_drawn), CASE(what_is_pasted_is_no_key), CASE(the_demo_gives_the_terminal_back_when_it_crashes),
		CASE(a_storm_of_sizes), CASE(a_reader_that_stops), CASE(a_frugal_board_keeps_its_word)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
