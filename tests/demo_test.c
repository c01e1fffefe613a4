/* The demo with a Redis of its own: collector and board in one. Boards beside it, attached and on Redis, show what it shows, cell for
 * cell; one that is killed is no loss to anybody. Its simulated time stands all but still, so that there is something to compare. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#undef fail

#include "tests/pty.h"
#include "tests/redis_server.h"
#include "tests/stage.h"

#define SOON 20000
#define WIDTH 140
#define HEIGHT 40
#define ROW (4 * WIDTH + 1)

static struct redis_server server;

/* The header says how each board gets its figures; timeline and footer are a board's own. */
static bool figure_row(const char *row)
{
	return !strstr(row, "LIVE") && !strstr(row, "Redis");
}

struct comparison {
	struct pty *other;
	int rows, first; /* that are figures and equal; the first that is not, or -1 */
};

static bool shows_the_same(struct pty *pty, const void *what)
{
	struct comparison *comparison = (struct comparison *)what;
	pty_watch(comparison->other, 20);
	comparison->rows = 0;
	comparison->first = -1;
	for (int y = 1; y < HEIGHT - 2; y++) {
		char one[ROW], two[ROW];
		pty_row(pty, y, one, sizeof one);
		pty_row(comparison->other, y, two, sizeof two);
		if (!figure_row(one) || !figure_row(two))
			continue;
		if (strcmp(one, two) == 0)
			comparison->rows++;
		else if (comparison->first < 0)
			comparison->first = y;
	}
	return comparison->first < 0 && comparison->rows > 20;
}

static void expect_the_same(struct pty *pty, struct pty *other)
{
	struct comparison comparison = {.other = other};
	if (pty_wait(pty, shows_the_same, &comparison, SOON))
		return;
	print_error("row %d differs:\n", comparison.first);
	stage_print(pty);
	stage_print(other);
	_fail(__FILE__, __LINE__);
}

static struct pty *board(const struct stage *stage, const char *option, const char *value)
{
	const char *const words[] = {stage->program, option, value, "--site", "demo", "--set", "fcr_within=1h", NULL};
	return pty_start(&(struct pty_options){.words = words, .width = WIDTH, .height = HEIGHT});
}

static void boards_beside_the_demo_show_what_it_shows(void **state)
{
	if (!redis_server_there()) {
		skip();
		return;
	}
	struct stage *stage = *state;
	redis_server_start(&server, NULL);
	const char *const words[] = {stage->program, "demo", "--store", server.url, "--publish", stage->feed, "--speed", "0.001", "--set", "fcr_within=1h", NULL};
	struct pty *demo = pty_start(&(struct pty_options){.words = words, .width = WIDTH, .height = HEIGHT});
	SEE(demo, "clocks running", SOON); /* the two hours before the start have been told */
	struct pty *attached = board(stage, "--attach", stage->feed), *stored = board(stage, "--store", server.url);
	expect_the_same(demo, attached);
	expect_the_same(demo, stored);
	pty_signal(attached, SIGKILL);
	assert_true(pty_wait_state(attached, PTY_ENDED, SOON));
	struct pty *next = board(stage, "--attach", stage->feed);
	expect_the_same(demo, next);
	pty_send(demo, "q");
	assert_true(pty_wait_state(demo, PTY_ENDED, SOON));
	assert_int_equal(pty_exit_code(demo), 0);
	pty_finish(demo);
	pty_finish(attached);
	pty_finish(stored);
	pty_finish(next);
	redis_server_finish(&server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(boards_beside_the_demo_show_what_it_shows, stage_set_up, stage_tear_down)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
