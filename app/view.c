#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "app/exchange.h"
#include "app/plain.h"
#include "app/view.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/log.h"
#include "base/notify.h"
#include "tui/screen.h"
#include "widgets/board.h"

#define KEY_CTRL_Z 26
#define KEYS_A_TURN 64

struct desk_side {
	struct desk *desk;
	const struct setup *setup;
	struct exchange *exchange;
	uint64_t events_then; /* for events a second */
	int64_t then;
	double rate;
};

struct screen_side {
	struct screen *screen;
	struct board *board;
	struct canvas *canvas;
	struct snapshot *snapshot;
	struct glyphs glyphs;
	struct exchange *exchange;
	bool redraw, leave;
	int exit_code;
};

static void measure_rate(struct desk_side *side)
{
	int64_t now = clock_monotonic();
	if (now - side->then < 2 * SECOND_MS)
		return;
	uint64_t events = desk_events(side->desk);
	side->rate = (double)(events - side->events_then) * 1000 / (double)(now - side->then);
	side->events_then = events;
	side->then = now;
}

static void give_snapshot(struct desk_side *side, const struct snapshot_request *request)
{
	struct snapshot *snapshot = desk_snapshot(side->desk, side->setup->zone, request);
	measure_rate(side);
	snapshot->events_per_second = side->rate;
	snapshot->progress = desk_progress(side->desk);
	exchange_give(side->exchange, snapshot);
}

/* An event is shown at once after a quiet time, and at most `frames` times a second under steady change. A frame that only the clock
 * asked for does not make the next event wait. */
static void *run_desk(void *argument)
{
	struct desk_side *side = argument;
	struct snapshot_request request = side->exchange->request;
	int64_t interval = (int64_t)(1000 / side->setup->settings->frames), now = clock_monotonic();
	int64_t next_event = now, next_tick = now;
	struct notify_beats beats = {0};
	uint64_t shown = 0;
	bool changed = true, events = false;
	side->then = now;
	while (!exchange_stopped(side->exchange)) {
		desk_turn(side->desk, side->exchange->to_desk, !changed ? INT64_MAX : events ? next_event : next_tick);
		bool asked = exchange_asked(side->exchange, &request);
		changed = desk_changed(side->desk) || changed;
		events = desk_events(side->desk) != shown;
		now = clock_monotonic();
		notify_beat(&beats, now);
		if (!asked && (!changed || now < (events ? next_event : next_tick)))
			continue;
		shown = desk_events(side->desk);
		give_snapshot(side, &request);
		changed = false;
		next_tick = now + interval;
		if (events)
			next_event = next_tick;
	}
	return NULL;
}

static void fit_canvas(struct screen_side *side)
{
	int width, height;
	screen_size(side->screen, &width, &height);
	if (side->canvas && side->canvas->width == width && side->canvas->height == height)
		return;
	canvas_destroy(side->canvas);
	side->canvas = canvas_create(width, height);
}

static void draw(struct screen_side *side)
{
	fit_canvas(side);
	board_draw(side->board, side->snapshot, &side->glyphs, side->canvas);
	if (!screen_draw(side->screen, side->canvas)) {
		side->leave = true;
		side->exit_code = 128 + SIGHUP;
	}
	side->redraw = false;
}

static void suspend(struct screen_side *side)
{
	screen_suspend(side->screen);
	kill(getpid(), SIGSTOP);
	screen_resume(side->screen);
	side->redraw = true;
}

static void take_signals(struct screen_side *side, int descriptor)
{
	struct signalfd_siginfo signal;
	while (read(descriptor, &signal, sizeof signal) == (ssize_t)sizeof signal) {
		if (signal.ssi_signo == SIGWINCH) {
			screen_resize(side->screen);
			side->redraw = true;
		} else if (signal.ssi_signo == SIGTSTP) {
			suspend(side);
		} else if (signal.ssi_signo != SIGCONT) {
			side->leave = true;
			side->exit_code = signal.ssi_signo == SIGHUP ? 128 + SIGHUP : EXIT_DONE;
		}
	}
}

static void take_key(struct screen_side *side, int key)
{
	if (key == SCREEN_KEY_GONE) {
		side->leave = true;
		side->exit_code = 128 + SIGHUP;
		return;
	}
	if (key == KEY_CTRL_Z) {
		suspend(side);
		return;
	}
	enum board_action action = board_key(side->board, side->snapshot, key);
	if (action == BOARD_QUIT)
		side->leave = true;
	if (action == BOARD_REQUEST)
		exchange_ask(side->exchange, board_request(side->board));
	side->redraw = side->redraw || action != BOARD_NOTHING;
}

static void take_keys(struct screen_side *side)
{
	for (int i = 0; i < KEYS_A_TURN && !side->leave; i++) {
		int key = screen_key(side->screen);
		if (key == SCREEN_KEY_NONE)
			return;
		take_key(side, key);
	}
}

static void take_snapshot(struct screen_side *side)
{
	struct snapshot *snapshot = exchange_take(side->exchange);
	if (!snapshot)
		return;
	snapshot_destroy(side->snapshot);
	side->snapshot = snapshot;
	side->redraw = true;
}

static void run_screen(struct screen_side *side, int signals)
{
	while (!side->leave) {
		if (side->redraw)
			draw(side);
		struct pollfd items[] = {{.fd = screen_input(side->screen), .events = POLLIN}, {.fd = signals, .events = POLLIN},
			{.fd = side->exchange->to_screen, .events = POLLIN},
			{.fd = screen_pending(side->screen) ? screen_output(side->screen) : -1, .events = POLLOUT}};
		if (side->leave || (poll(items, 4, -1) < 0 && errno != EINTR))
			return;
		if (items[3].revents && !screen_pump(side->screen)) {
			side->exit_code = 128 + SIGHUP;
			return;
		}
		if (items[1].revents)
			take_signals(side, signals);
		if (items[0].revents)
			take_keys(side);
		take_snapshot(side);
	}
}

static void fill_signals(sigset_t *set)
{
	static const int signals[] = {SIGWINCH, SIGTERM, SIGINT, SIGHUP, SIGTSTP, SIGCONT};
	sigemptyset(set);
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		sigaddset(set, signals[i]);
}

void view_block_signals(void)
{
	sigset_t set;
	fill_signals(&set);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static int show(struct screen_side *side, struct desk_side *desk_side, int signals)
{
	pthread_t thread;
	if (pthread_create(&thread, NULL, run_desk, desk_side) != 0) {
		struct error err;
		fail(&err, "cannot start a thread for the feeds: %s", strerror(errno));
		return report(&err);
	}
	run_screen(side, signals);
	exchange_stop(side->exchange);
	pthread_join(thread, NULL);
	return side->exit_code;
}

/* Everything that has to do with the terminal; curses writes elsewhere, so standard error must not reach it. */
static int run_on_terminal(struct setup *setup, struct desk *desk, struct screen *screen, struct exchange *exchange, int signals)
{
	struct screen_side side = {.screen = screen, .exchange = exchange, .redraw = true,
		.glyphs = {.ascii = !screen_utf8(screen)}, .board = board_create(setup->settings, &setup->request)};
	struct desk_side desk_side = {.desk = desk, .setup = setup, .exchange = exchange};
	exchange->request = *board_request(side.board);
	side.snapshot = desk_snapshot(desk, setup->zone, board_request(side.board));
	int code = show(&side, &desk_side, signals);
	screen_close(screen);
	snapshot_destroy(side.snapshot);
	canvas_destroy(side.canvas);
	board_destroy(side.board);
	return code;
}

int view_run(struct setup *setup, struct desk *desk, const struct arguments *arguments)
{
	struct error err;
	struct exchange exchange;
	sigset_t set;
	fill_signals(&set);
	int signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (arguments_flag(arguments, "--plain"))
		return plain_run(setup, desk, signals);
	const struct settings *settings = setup->settings;
	struct screen *screen = screen_open(&(struct screen_options){.colours = settings->colours, .glyphs = settings->glyphs}, &err);
	if (!screen) {
		report(&err);
		return isatty(STDOUT_FILENO) ? plain_run(setup, desk, signals) : EXIT_FAILED;
	}
	const char *log = *settings->log ? settings->log : "/dev/null";
	int code = EXIT_FAILED;
	if (!exchange_open(&exchange, &setup->request, &err) || !log_open(log, &err)) {
		screen_close(screen);
		return report(&err);
	}
	code = run_on_terminal(setup, desk, screen, &exchange, signals);
	log_open(NULL, NULL);
	exchange_close(&exchange);
	close(signals);
	return code;
}
