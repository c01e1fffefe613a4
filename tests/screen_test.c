#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include "base/clock.h"
#include "tui/screen.h"

#include <cmocka.h> /* last: its fail() is a macro, and base/error.h has another */

#define LIMIT 10000 /* ms until a test gives up */
#define EXIT_GONE 42
#define EXIT_REFUSED 43

struct session {
	int master;
	pid_t child;
	struct termios before;
	char output[1 << 20];
	size_t used;
};

/* ---- the program on the other side: says each key on a line of its own ---- */
static void draw_key(struct canvas *canvas, int line, int key)
{
	canvas_format(canvas, 2, 1 + line % (canvas->height - 1), 30, line % 2 ? ROLE_CRIT : ROLE_OK, "key=%x", (unsigned)key);
}

static void flood(struct screen *screen, struct canvas *canvas)
{
	for (int frame = 0; frame < 300; frame++) {
		canvas_fill(canvas, (struct rect){0, 1, canvas->width, canvas->height - 1}, frame % 2 ? ROLE_WARN : ROLE_TEXT, 'a' + frame % 26);
		screen_draw(screen, canvas);
	}
	canvas_clear(canvas, ROLE_TEXT);
}

static void act(struct screen *screen, struct canvas *canvas, int key)
{
	if (key == 'F')
		flood(screen, canvas);
	if (key == 'S')
		raise(SIGSEGV);
	if (key == 'Z') {
		screen_suspend(screen);
		screen_resume(screen);
	}
	if (key == 'W')
		screen_resize(screen);
}

static int say_keys(struct screen *screen)
{
	int width, height, lines = 0;
	screen_size(screen, &width, &height);
	struct canvas *canvas = canvas_create(width, height);
	canvas_format(canvas, 0, 0, width, ROLE_HEADER, "ready-%d-%s", screen_colours(screen), screen_utf8(screen) ? "\u25CF" : "ascii");
	for (;;) {
		if (!screen_draw(screen, canvas))
			return EXIT_GONE;
		struct pollfd items[] = {{.fd = screen_input(screen), .events = POLLIN},
			{.fd = screen_pending(screen) ? screen_output(screen) : -1, .events = POLLOUT}};
		poll(items, 2, LIMIT);
		screen_pump(screen);
		for (int key; (key = screen_key(screen)) != SCREEN_KEY_NONE;) {
			if (key == SCREEN_KEY_GONE || key == 'q') {
				canvas_destroy(canvas);
				return key == 'q' ? 0 : EXIT_GONE;
			}
			if (key == '=') /* the same picture again */
				continue;
			act(screen, canvas, key);
			draw_key(canvas, lines++, key);
		}
	}
}

static void run_program(const char *term, const struct screen_options *options)
{
	struct error err = {0};
	signal(SIGHUP, SIG_IGN);
	setenv("TERM", term, 1);
	setlocale(LC_ALL, "C.UTF-8");
	struct screen *screen = screen_open(options, &err);
	if (!screen) {
		printf("refused: %s\n", err.text);
		fflush(stdout);
		_exit(EXIT_REFUSED);
	}
	const int code = say_keys(screen);
	screen_close(screen);
	_exit(code);
}

/* ---- this side ---- */
static struct session *begin(const char *term, const char *colours)
{
	struct session *session = calloc(1, sizeof *session);
	const struct winsize size = {.ws_col = 80, .ws_row = 24};
	const struct screen_options options = {.colours = colours, .glyphs = "auto"};
	int slave;
	assert_int_equal(openpty(&session->master, &slave, NULL, NULL, &size), 0);
	tcgetattr(slave, &session->before);
	session->child = fork();
	if (session->child == 0) {
		close(session->master);
		login_tty(slave);
		run_program(term, &options);
	}
	close(slave);
	return session;
}

/* Takes what is there, waiting at most so long for the first byte. */
static bool receive(struct session *session, int wait)
{
	struct pollfd item = {.fd = session->master, .events = POLLIN};
	if (poll(&item, 1, wait) <= 0)
		return false;
	const ssize_t got = read(session->master, session->output + session->used, sizeof session->output - 1 - session->used);
	if (got <= 0)
		return false;
	session->used += (size_t)got;
	return true;
}

static bool has(const struct session *session, const char *text)
{
	return memmem(session->output, session->used, text, strlen(text));
}

static void wait_for(struct session *session, const char *text)
{
	const int64_t until = clock_monotonic() + LIMIT;
	while (!has(session, text) && clock_monotonic() < until)
		receive(session, 50);
	if (!has(session, text))
		fail_msg("'%s' never came; there was: %s", text, session->output);
}

static void type(struct session *session, const char *keys)
{
	assert_int_equal(write(session->master, keys, strlen(keys)), (ssize_t)strlen(keys));
}

static void forget(struct session *session)
{
	while (receive(session, 100) && session->used < sizeof session->output / 2)
		continue;
	memset(session->output, 0, session->used);
	session->used = 0;
}

static int finish(struct session *session)
{
	int status = 0;
	const int64_t until = clock_monotonic() + LIMIT;
	while (waitpid(session->child, &status, WNOHANG) == 0) {
		receive(session, 10);
		if (clock_monotonic() < until)
			continue;
		kill(session->child, SIGKILL);
		waitpid(session->child, &status, 0);
		fail_msg("%s", "the program did not end");
	}
	while (receive(session, 0))
		continue;
	return status;
}

static void check_restored(const struct session *session)
{
	struct termios after;
	assert_int_equal(tcgetattr(session->master, &after), 0);
	assert_int_equal(after.c_iflag, session->before.c_iflag);
	assert_int_equal(after.c_oflag, session->before.c_oflag);
	assert_int_equal(after.c_lflag, session->before.c_lflag);
	assert_true(has(session, "\033[?1049l"));
	assert_true(has(session, "\033[?25h") || has(session, "\033[?12l\033[?25h"));
}

static void drop(struct session *session)
{
	close(session->master);
	free(session);
}

static void a_picture_goes_there_and_keys_come_back(void **state)
{
	(void)state;
	struct session *session = begin("xterm-256color", "auto");
	wait_for(session, "ready-256-\u25CF");
	assert_true(has(session, "\033[?1049h"));
	assert_true(has(session, "\033[?2026h"));
	type(session, "x");
	wait_for(session, "key=78");
	type(session, "\u044F");
	wait_for(session, "key=44f");
	assert_true(has(session, "38;5;203"));
	type(session, "\033OA");
	wait_for(session, "key=200000");
	type(session, "\t\r");
	wait_for(session, "key=200005");
	wait_for(session, "key=200004");
	type(session, "\033");
	wait_for(session, "key=200007");
	type(session, "q");
	assert_int_equal(finish(session), 0);
	check_restored(session);
	drop(session);
}

static void an_unchanged_picture_sends_nothing(void **state)
{
	(void)state;
	struct session *session = begin("xterm-256color", "auto");
	wait_for(session, "ready-");
	forget(session);
	type(session, "===");
	assert_false(receive(session, 300));
	type(session, "x");
	wait_for(session, "key=78");
	assert_in_range(session->used, 1, 80); /* only the cells that changed */
	type(session, "q");
	assert_int_equal(finish(session), 0);
	drop(session);
}

/* Any SGR sequence with a colour in it, be it the terminal's own. */
static bool has_colour(const struct session *session)
{
	for (const char *at = session->output; (at = strstr(at, "\033[")); at++) {
		const char *parameter = at + 2;
		if (parameter[strspn(parameter, "0123456789;")] != 'm')
			continue;
		for (char *end; *parameter != 'm'; parameter = *end == ';' ? end + 1 : end) {
			const long number = strtol(parameter, &end, 10);
			if (end == parameter || (number >= 30 && number <= 49) || number >= 90)
				return end != parameter;
		}
	}
	return false;
}

static void no_colours_are_none(void **state)
{
	(void)state;
	struct session *session = begin("xterm-256color", "none");
	wait_for(session, "ready-0-");
	type(session, "xy");
	wait_for(session, "key=79");
	assert_false(has_colour(session));
	assert_true(has(session, "[7m") || has(session, ";7m")); /* the header stands out all the same */
	type(session, "q");
	assert_int_equal(finish(session), 0);
	drop(session);
	setenv("NO_COLOR", "1", 1);
	session = begin("xterm-256color", "auto");
	unsetenv("NO_COLOR");
	wait_for(session, "ready-0-");
	type(session, "q");
	assert_int_equal(finish(session), 0);
	assert_false(has_colour(session));
	drop(session);
}

static void terminals_have_the_colours_they_have(void **state)
{
	(void)state;
	static const struct {
		const char *term, *ready;
	} terminals[] = {{"linux", "ready-8-"}, {"vt100", "ready-0-"}, {"xterm-from-the-future", "ready-256-"}, {"screen", "ready-8-"}};
	for (size_t i = 0; i < sizeof terminals / sizeof *terminals; i++) {
		struct session *session = begin(terminals[i].term, "auto");
		wait_for(session, terminals[i].ready);
		type(session, "xq");
		assert_int_equal(finish(session), 0);
		drop(session);
	}
}

static void a_terminal_that_cannot_is_refused_with_a_remedy(void **state)
{
	(void)state;
	struct session *session = begin("dumb", "auto");
	assert_int_equal(WEXITSTATUS(finish(session)), EXIT_REFUSED);
	assert_true(has(session, "'dumb'"));
	assert_true(has(session, "--plain"));
	drop(session);
	session = begin("", "auto");
	assert_int_equal(WEXITSTATUS(finish(session)), EXIT_REFUSED);
	assert_true(has(session, "TERM is not set"));
	drop(session);
}

static void a_stalled_terminal_stalls_nothing(void **state)
{
	(void)state;
	struct session *session = begin("xterm-256color", "auto");
	wait_for(session, "ready-");
	/* 300 frames that nobody reads: the program must still take the keys after them. */
	type(session, "Fq");
	int status = 0;
	const int64_t until = clock_monotonic() + LIMIT;
	while (waitpid(session->child, &status, WNOHANG) == 0 && clock_monotonic() < until)
		clock_sleep(20);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	drop(session);
	session = begin("xterm-256color", "auto");
	wait_for(session, "ready-");
	type(session, "Fx");
	clock_sleep(200);
	wait_for(session, "key=78"); /* after the stall the newest picture comes */
	type(session, "q");
	assert_int_equal(finish(session), 0);
	check_restored(session);
	drop(session);
}

static void a_hang_up_ends_it(void **state)
{
	(void)state;
	struct session *session = begin("xterm-256color", "auto");
	wait_for(session, "ready-");
	close(session->master);
	int status = 0;
	const int64_t until = clock_monotonic() + LIMIT;
	while (waitpid(session->child, &status, WNOHANG) == 0 && clock_monotonic() < until)
		clock_sleep(10);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), EXIT_GONE);
	free(session);
}

static void a_crash_gives_the_terminal_back(void **state)
{
	(void)state;
	struct session *session = begin("xterm-256color", "auto");
	wait_for(session, "ready-");
	type(session, "S");
	const int status = finish(session);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSEGV);
	check_restored(session);
	drop(session);
}

static void suspending_and_resizing_draw_all_again(void **state)
{
	(void)state;
	struct session *session = begin("xterm-256color", "auto");
	wait_for(session, "ready-");
	forget(session);
	type(session, "Z");
	wait_for(session, "\033[?1049l");
	wait_for(session, "ready-");
	wait_for(session, "key=5a");
	forget(session);
	const struct winsize size = {.ws_col = 40, .ws_row = 10};
	ioctl(session->master, TIOCSWINSZ, &size);
	type(session, "W");
	wait_for(session, "ready-");
	assert_true(has(session, "\033[1;10r")); /* margins as high as the screen, or the shell would scroll in a part of it */
	type(session, "q");
	assert_int_equal(finish(session), 0);
	check_restored(session);
	drop(session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_picture_goes_there_and_keys_come_back), cmocka_unit_test(an_unchanged_picture_sends_nothing),
		cmocka_unit_test(no_colours_are_none), cmocka_unit_test(terminals_have_the_colours_they_have),
		cmocka_unit_test(a_terminal_that_cannot_is_refused_with_a_remedy), cmocka_unit_test(a_stalled_terminal_stalls_nothing),
		cmocka_unit_test(a_hang_up_ends_it), cmocka_unit_test(a_crash_gives_the_terminal_back),
		cmocka_unit_test(suspending_and_resizing_draw_all_again),
	};
	unsetenv("NO_COLOR");
	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
