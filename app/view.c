#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "app/acts.h"
#include "app/alert_exec.h"
#include "app/exchange.h"
#include "app/inquiry.h"
#include "app/look_back.h"
#include "app/plain.h"
#include "app/sites.h"
#include "app/view.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/log.h"
#include "base/notify.h"
#include "tui/screen.h"
#include "widgets/bell.h"
#include "widgets/board.h"

#define KEY_CTRL_Z 26
#define KEYS_A_TURN 64
#define AWAITED_EVERY 200 /* ms between looks at a past that is being fetched */

struct desk_side {
	struct desk *desk;
	const struct setup *setup;
	struct look_back *back;
	struct exchange *exchange; /* these two set by run_desk() */
	struct inquiry *inquiry;
	struct acts *acts;
	struct alert_exec *exec; /* NULL: a collector decides about alerts, or no rule names a command */
	uint64_t events_then; /* for events a second */
	int64_t then;
	double rate;
};

/* One source with its thread, and what of it is on the screen. */
struct scene {
	struct view_source source;
	struct exchange exchange;
	pthread_t thread;
	struct board *board;
	struct snapshot *snapshot;
	struct bell bell;
	int columns; /* of the timeline, as the source knows them */
	int said;    /* snapshot->said, as the board was told */
};

struct screen_side {
	struct screen *screen;
	struct canvas *canvas;
	struct glyphs glyphs;
	struct setup *setup;
	struct scene live, back, *scene; /* the one that is shown; back: while looking back */
	bool redraw, leave, mouse;
	bool awaits; /* a past that is being fetched */
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
	acts_tell(side->acts, snapshot);
	inquiry_attach(side->inquiry, snapshot);
	exchange_give(side->exchange, snapshot);
}

/* True: there is something to say about what somebody did. */
static bool carry_out(struct desk_side *side)
{
	struct wish wish;
	bool news = acts_answered(side->acts, side->desk);
	while (exchange_wished(side->exchange, &wish))
		news = acts_carry_out(side->acts, side->desk, &wish) || news;
	return news;
}

/* True: a new picture is wanted, for something else is asked or an answer has come. */
static bool hear_questions(struct desk_side *side, struct snapshot_request *request)
{
	const bool asked = exchange_asked(side->exchange, request), news = carry_out(side);
	struct sites *sites = desk_sites(side->desk);
	const struct inquiry_moment moment = {.engine = desk_engine(side->desk), .sites = sites ? sites_merge(sites) : NULL};
	inquiry_ask(side->inquiry, &moment, request);
	return inquiry_answered(side->inquiry) || asked || news;
}

/* An event is shown at once after a quiet time, and at most `frames` times a second under steady change. A frame that only the clock
 * asked for does not make the next event wait. */
static void run_desk(void *context, struct exchange *exchange)
{
	struct desk_side *side = context;
	side->exchange = exchange;
	side->inquiry = inquiry_create(&(struct inquiry_options){.journal = look_back_journal(side->back),
		.distant = look_back_distant(side->back), .settings = side->setup->settings, .exchange = exchange});
	side->acts = acts_create();
	side->exec = desk_has_feeds(side->desk) ? alert_exec_create(side->setup->settings) : NULL;
	struct snapshot_request request = side->exchange->request;
	int64_t interval = (int64_t)(1000 / side->setup->settings->frames), now = clock_monotonic();
	int64_t next_event = now, next_tick = now;
	struct notify_beats beats = {0};
	uint64_t shown = 0;
	bool changed = true, events = false;
	side->then = now;
	while (!exchange_stopped(side->exchange)) {
		desk_turn(side->desk, side->exchange->to_desk, !changed ? INT64_MAX : events ? next_event : next_tick);
		alert_exec_turn(side->exec, desk_engine(side->desk), true);
		bool asked = hear_questions(side, &request);
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
	inquiry_close(side->inquiry);
	acts_destroy(side->acts);
	alert_exec_destroy(side->exec);
}

static struct snapshot *first_of_desk(void *context, const struct snapshot_request *request)
{
	const struct desk_side *side = context;
	return desk_snapshot(side->desk, side->setup->zone, request);
}

static int plain_of_desk(void *context, struct setup *setup, int signals)
{
	const struct desk_side *side = context;
	return plain_run(setup, side->desk, signals);
}

static enum view_back look_back_of_desk(void *context, const struct view_wanted *wanted, struct view_source *back, struct error *err)
{
	const struct desk_side *side = context;
	return look_back_open(side->back, wanted, back, err);
}

/* ---- scenes ---- */

static void *run_scene(void *argument)
{
	struct scene *scene = argument;
	scene->source.run(scene->source.context, &scene->exchange);
	return NULL;
}

static void clear_scene(struct scene *scene)
{
	snapshot_destroy(scene->snapshot);
	board_destroy(scene->board);
	*scene = (struct scene){.columns = 0};
}

static bool open_scene(struct scene *scene, const struct setup *setup, const struct view_source *source, struct error *err)
{
	struct snapshot_request request = setup->request;
	/* Numbers of several sites together are none of one site's. */
	request.scope = source->held && setup->several ? SCOPE_ALL : request.scope;
	request.site = source->held ? 0 : request.site;
	*scene = (struct scene){.source = *source, .board = board_create(setup->settings, &request)};
	if (!exchange_open(&scene->exchange, board_request(scene->board), err)) {
		clear_scene(scene);
		return false;
	}
	scene->snapshot = source->first(source->context, board_request(scene->board));
	const int failed = pthread_create(&scene->thread, NULL, run_scene, scene);
	if (!failed)
		return true;
	exchange_close(&scene->exchange);
	clear_scene(scene);
	return fail(err, "cannot start a thread for the figures: %s", strerror(failed));
}

static void close_source(const struct view_source *source)
{
	if (source->close)
		source->close(source->context);
	if (source->held)
		source->let_go(source->held);
}

static void close_scene(struct scene *scene)
{
	exchange_stop(&scene->exchange);
	pthread_join(scene->thread, NULL);
	exchange_close(&scene->exchange);
	close_source(&scene->source);
	clear_scene(scene);
}

static void stop_awaiting(struct screen_side *side)
{
	struct error err;
	side->live.source.look_back(side->live.source.context, NULL, NULL, &err);
	side->awaits = false;
	board_say(side->live.board, "");
}

static void look_back(struct screen_side *side)
{
	struct error err;
	struct view_source source;
	const struct view_source *live = &side->live.source;
	if (side->scene != &side->live || !live->look_back)
		return;
	const struct view_wanted wanted = {.request = board_request(side->live.board), .at = side->live.snapshot->at};
	const enum view_back result = live->look_back(live->context, &wanted, &source, &err);
	side->awaits = result == VIEW_BACK_LATER;
	if (result == VIEW_BACK_OPEN && open_scene(&side->back, side->setup, &source, &err)) {
		board_say(side->live.board, "");
		side->scene = &side->back;
		return;
	}
	if (result == VIEW_BACK_OPEN)
		close_source(&source);
	board_say(side->live.board, err.text);
}

static void return_to_live(struct screen_side *side)
{
	if (side->scene == &side->live)
		return;
	close_scene(&side->back);
	side->scene = &side->live;
}

/* ---- the screen ---- */

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
	struct scene *scene = side->scene;
	board_draw(scene->board, scene->snapshot, &side->glyphs, side->canvas);
	if (!screen_draw(side->screen, side->canvas)) {
		side->leave = true;
		side->exit_code = 128 + SIGHUP;
	}
	side->redraw = false;
	if (board_columns(scene->board) == scene->columns || !scene->snapshot->timeline)
		return;
	scene->columns = board_columns(scene->board);
	exchange_wish(&scene->exchange, &(struct wish){.kind = WISH_COLUMNS, .value = scene->columns});
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

static void act(struct screen_side *side, enum board_action action)
{
	struct scene *scene = side->scene;
	switch (action) {
	case BOARD_NOTHING:
		return;
	case BOARD_REDRAW:
		break;
	case BOARD_QUIT:
		side->leave = true;
		break;
	case BOARD_REQUEST:
		exchange_ask(&scene->exchange, board_request(scene->board));
		break;
	case BOARD_WISH:
		exchange_wish(&scene->exchange, board_wish(scene->board));
		break;
	case BOARD_MOUSE:
		side->mouse = !side->mouse && screen_mouse(side->screen, true);
		if (!side->mouse)
			screen_mouse(side->screen, false);
		board_say(scene->board, side->mouse ? "the mouse is on: a click on the timeline goes there (M: off)" : "the mouse is off");
		break;
	case BOARD_LOOK_BACK:
		if (side->awaits)
			stop_awaiting(side);
		else
			look_back(side);
		break;
	case BOARD_RETURN:
		return_to_live(side);
		break;
	}
	side->redraw = true;
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
	struct scene *scene = side->scene;
	int x = 0, y = 0;
	if (key == SCREEN_KEY_CLICK)
		screen_click(side->screen, &x, &y);
	act(side, key == SCREEN_KEY_CLICK ? board_click(scene->board, scene->snapshot, x, y) : board_key(scene->board, scene->snapshot, key));
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
	struct scene *scene = side->scene;
	struct snapshot *snapshot = exchange_take(&scene->exchange);
	if (!snapshot)
		return;
	snapshot_destroy(scene->snapshot);
	scene->snapshot = snapshot;
	if (snapshot->said != scene->said)
		board_say(scene->board, snapshot->words);
	scene->said = snapshot->said;
	if (!snapshot->timeline && bell_rings(&scene->bell, snapshot) && side->setup->settings->bell)
		screen_bell(side->screen);
	side->redraw = true;
}

static void run_screen(struct screen_side *side, int signals)
{
	while (!side->leave) {
		if (side->redraw)
			draw(side);
		struct pollfd items[] = {{.fd = screen_input(side->screen), .events = POLLIN}, {.fd = signals, .events = POLLIN},
			{.fd = side->scene->exchange.to_screen, .events = POLLIN},
			{.fd = screen_pending(side->screen) ? screen_output(side->screen) : -1, .events = POLLOUT}};
		if (side->leave || (poll(items, 4, side->awaits ? AWAITED_EVERY : -1) < 0 && errno != EINTR))
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
		if (side->awaits) {
			look_back(side);
			side->redraw = true;
		}
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

/* Everything that has to do with the terminal; curses writes elsewhere, so standard error must not reach it. */
static int run_on_terminal(struct setup *setup, const struct view_source *source, struct screen *screen, int signals)
{
	struct error err;
	struct screen_side side = {.screen = screen, .redraw = true, .setup = setup, .glyphs = {.ascii = !screen_utf8(screen)}};
	const bool opened = open_scene(&side.live, setup, source, &err);
	if (opened) {
		side.scene = &side.live;
		run_screen(&side, signals);
		return_to_live(&side);
		close_scene(&side.live);
	}
	screen_close(screen);
	canvas_destroy(side.canvas);
	return opened ? side.exit_code : report(&err);
}

int view_show(struct setup *setup, const struct view_source *source, const struct arguments *arguments)
{
	struct error err;
	sigset_t set;
	fill_signals(&set);
	int signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (arguments_flag(arguments, "--plain"))
		return source->plain(source->context, setup, signals);
	const struct settings *settings = setup->settings;
	struct screen *screen = screen_open(&(struct screen_options){.colours = settings->colours, .glyphs = settings->glyphs}, &err);
	if (!screen) {
		report(&err);
		return isatty(STDOUT_FILENO) ? source->plain(source->context, setup, signals) : EXIT_FAILED;
	}
	const char *log = *settings->log ? settings->log : "/dev/null";
	if (!log_open(log, &err)) {
		screen_close(screen);
		return report(&err);
	}
	const int code = run_on_terminal(setup, source, screen, signals);
	log_open(NULL, NULL);
	close(signals);
	return code;
}

int view_run(struct setup *setup, struct desk *desk, const struct arguments *arguments)
{
	struct error err;
	struct look_back *back = look_back_create(setup, &err);
	if (!back)
		return report(&err);
	struct desk_side side = {.desk = desk, .setup = setup, .back = back};
	const struct view_source source = {.context = &side, .first = first_of_desk, .run = run_desk, .plain = plain_of_desk,
		.look_back = look_back_of_desk};
	const int code = view_show(setup, &source, arguments);
	look_back_destroy(back);
	return code;
}
