#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "app/board_memory.h"
#include "app/exchange.h"
#include "app/export_file.h"
#include "app/picture.h"
#include "app/reload.h"
#include "app/view.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/log.h"
#include "base/notify.h"
#include "base/words.h"
#include "tui/console.h"
#include "tui/screen.h"
#include "tui/theme.h"
#include "widgets/bell.h"
#include "widgets/board.h"
#include "widgets/changes.h"
#include "widgets/signals.h"
#include "widgets/spoken.h"
#include "widgets/wall.h"

#define KEY_CTRL_Z 26
#define KEYS_A_TURN 64
#define ANSWER_MS 500 /* what comes so soon after a key, or the start, is what it asked for */
#define AWAITED_EVERY 200 /* ms between looks at a past that is being fetched */

/* One source with its thread, and what of it is on the screen. */
struct scene {
	struct view_source source;
	struct exchange exchange;
	pthread_t thread;
	struct board *board;
	struct snapshot *snapshot;
	struct bell bell;
	struct changes changes;
	int columns; /* of the timeline, as the source knows them */
	int said;    /* snapshot->said, as the board was told */
};

struct screen_side {
	struct screen *screen;
	struct picture picture;
	char theme[256]; /* the name of the one it is drawn in; "": it is to be opened again */
	struct glyphs glyphs;
	struct setup *setup;
	int64_t key_at; /* monotonic ms: what a key asked for is shown as soon as it comes */
	struct scene live, back, *scene; /* the one that is shown; back: while looking back */
	struct reload *reload;	   /* NULL: there is no configuration to be read again */
	struct settings *settings; /* held: as they were read again last; NULL: the setup's */
	bool redraw, leave, mouse;
	bool awaits; /* a past that is being fetched */
	int exit_code;
};

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
		board_wall_touched(side->back.board, clock_monotonic());
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

static const struct settings *settings_of(const struct screen_side *side)
{
	return side->settings ? side->settings : side->setup->settings;
}

/* The snapshot that is shown keeps the settings it was made by; a look back ends before others come. */
static void reload(struct screen_side *side)
{
	struct settings *renewed = NULL;
	struct theme theme;
	struct error err;
	char words[300];
	enum reload_result result = side->scene == &side->live
		? reload_take(side->reload, clock_monotonic(), &renewed, words, sizeof words) : RELOAD_NOTHING;
	if (result == RELOAD_NOTHING)
		return;
	if (result == RELOAD_DONE && !theme_open(renewed->theme, &theme, &err)) {
		snprintf(words, sizeof words, "%.299s", err.text);
		settings_destroy(renewed);
		result = RELOAD_WRONG;
	}
	side->redraw = true;
	board_warn(side->live.board, result == RELOAD_WRONG ? words : "");
	if (result == RELOAD_WRONG)
		return;
	board_say(side->live.board, words);
	*side->theme = 0;
	board_reload(side->live.board, renewed);
	settings_destroy(side->settings);
	side->settings = renewed;
	exchange_renew(&side->live.exchange, settings_hold(renewed));
	exchange_ask(&side->live.exchange, board_request(side->live.board));
}

/* With its terminal gone a board ends; where it is still there, somebody wants the configuration read again. */
static bool is_wish(const struct screen_side *side)
{
	struct termios line;
	return side->reload && tcgetattr(screen_input(side->screen), &line) == 0;
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
		} else if (signal.ssi_signo == SIGHUP && is_wish(side)) {
			reload_wish(side->reload, clock_monotonic());
		} else if (signal.ssi_signo != SIGCONT) {
			side->leave = true;
			side->exit_code = signal.ssi_signo == SIGHUP ? 128 + SIGHUP : EXIT_DONE;
		}
	}
}

/* Sentences of the snapshot are asked for anew too. */
static void speak(struct screen_side *side)
{
	struct scene *scene = side->scene;
	if (!screen_utf8(side->screen)) {
		board_say(scene->board, "this screen has only ASCII: the board stays English");
		return;
	}
	words_change(board_language(scene->board));
	exchange_ask(&scene->exchange, board_request(scene->board));
}

static void act(struct screen_side *side, enum board_action action)
{
	struct scene *scene = side->scene;
	switch (action) {
	case BOARD_NOTHING:
		return;
	case BOARD_REDRAW:
	case BOARD_THEME:
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
		board_say(scene->board, side->mouse ? _("the mouse is on: a click chooses, a second one opens (M: off)") : _("the mouse is off"));
		break;
	case BOARD_EXPORT:
		view_export(scene->board);
		break;
	case BOARD_LANGUAGE:
		speak(side);
		break;
	case BOARD_LOOK_BACK:
		if (side->awaits)
			stop_awaiting(side);
		else
			look_back(side);
		break;
	case BOARD_RELOAD:
		reload_wish(side->reload, clock_monotonic());
		if (!side->reload)
			board_say(scene->board, _("there is no configuration to read again: --config names one"));
		break;
	case BOARD_RETURN:
		return_to_live(side);
		break;
	}
	side->redraw = true;
}

/* A wall is dark at night, by the clocks of the board; else what was chosen by a command, or is set. */
static void fit_theme(struct screen_side *side)
{
	struct error err;
	struct theme theme;
	const struct settings *settings = settings_of(side);
	const char *night = settings->wall ? wall_theme(settings, side->setup->zone, side->scene->snapshot->at) : NULL;
	const char *chosen = board_theme(side->scene->board), *wanted = night ? night : chosen ? chosen : settings->theme;
	if (strncmp(wanted, side->theme, sizeof side->theme - 1) == 0)
		return;
	snprintf(side->theme, sizeof side->theme, "%s", wanted);
	if (theme_open(wanted, &theme, &err))
		screen_theme(side->screen, &theme);
	else
		board_say(side->scene->board, err.text);
}

static void draw(struct screen_side *side)
{
	int width, height;
	const int64_t now = clock_monotonic();
	screen_size(side->screen, &width, &height);
	act(side, board_wall_turn(side->scene->board, side->scene->snapshot, now));
	fit_theme(side);
	struct scene *scene = side->scene;
	board_draw(scene->board, scene->snapshot, &side->glyphs, picture_canvas(&side->picture, width, height));
	if (!screen_draw(side->screen, picture_hang(&side->picture, now))) {
		side->leave = true;
		side->exit_code = 128 + SIGHUP;
	}
	side->redraw = screen_owes(side->screen);
	exchange_pace(&scene->exchange, screen_interval(side->screen));
	if (board_columns(scene->board) == scene->columns || !scene->snapshot->timeline)
		return;
	scene->columns = board_columns(scene->board);
	exchange_wish(&scene->exchange, &(struct wish){.kind = WISH_COLUMNS, .value = scene->columns});
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
	board_wall_touched(scene->board, clock_monotonic());
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
		side->key_at = clock_monotonic();
		screen_hurry(side->screen);
		take_key(side, key);
	}
}

/* What is told beside the picture: the bell, the title, a note on the desktop. */
static void tell_outside(struct screen_side *side, const struct snapshot *snapshot)
{
	char title[200], text[200];
	const int kind = settings_of(side)->bell;
	struct bell *bell = &side->scene->bell;
	signals_title(snapshot, title, sizeof title);
	screen_title(side->screen, title);
	bell->all = kind == BELL_ALL;
	if (snapshot->timeline || !bell_rings(bell, snapshot))
		return;
	if (kind != BELL_NONE)
		screen_bell(side->screen);
	if (bell->rang->severity != SEVERITY_CRITICAL)
		return;
	spoken_text(bell->rang->text, text, sizeof text);
	screen_note(side->screen, *snapshot->title ? snapshot->title : "tablo", text);
}

static void take_snapshot(struct screen_side *side)
{
	struct scene *scene = side->scene;
	struct snapshot *snapshot = exchange_take(&scene->exchange);
	if (!snapshot)
		return;
	const bool is_first = scene->snapshot->at == INSTANT_NONE && snapshot->at != INSTANT_NONE; /* that has figures */
	snapshot_destroy(scene->snapshot);
	scene->snapshot = snapshot;
	if (snapshot->said != scene->said)
		board_hear(scene->board, snapshot);
	scene->said = snapshot->said;
	if (board_learn(scene->board, snapshot))
		exchange_ask(&scene->exchange, board_request(scene->board));
	if (changes_tell(&scene->changes, snapshot, NULL, NULL) || is_first || clock_monotonic() - side->key_at < ANSWER_MS)
		screen_hurry(side->screen);
	tell_outside(side, snapshot);
	side->redraw = true;
}

/* ms that poll(2) may wait; -1: for ever. */
static int waits_for(const struct screen_side *side)
{
	if (side->redraw) {
		const int64_t left = screen_due(side->screen) - clock_monotonic();
		return left > 0 ? (int)left : 0;
	}
	const int settles = side->scene == &side->live ? reload_wait(side->reload, clock_monotonic()) : -1;
	return side->awaits && (settles < 0 || settles > AWAITED_EVERY) ? AWAITED_EVERY : settles;
}

static void run_screen(struct screen_side *side, int signals)
{
	while (!side->leave) {
		if (side->redraw && clock_monotonic() >= screen_due(side->screen))
			draw(side);
		struct pollfd items[] = {{.fd = screen_input(side->screen), .events = POLLIN}, {.fd = signals, .events = POLLIN},
			{.fd = side->scene->exchange.to_screen, .events = POLLIN},
			{.fd = screen_pending(side->screen) ? screen_output(side->screen) : -1, .events = POLLOUT},
			{.fd = side->scene == &side->live ? -1 : side->live.exchange.to_screen, .events = POLLIN},
			{.fd = reload_descriptor(side->reload), .events = POLLIN}};
		if (side->leave || (poll(items, sizeof items / sizeof *items, waits_for(side)) < 0 && errno != EINTR))
			return;
		exchange_answer(&side->live.exchange); /* of the live board, for its desk runs on behind a look back */
		if (items[3].revents && !screen_pump(side->screen)) {
			side->exit_code = 128 + SIGHUP;
			return;
		}
		if (items[1].revents)
			take_signals(side, signals);
		if (items[5].revents)
			reload_hear(side->reload, clock_monotonic());
		reload(side);
		if (items[0].revents)
			take_keys(side);
		take_snapshot(side);
		if (side->awaits) {
			look_back(side);
			side->redraw = true;
		}
	}
}

/* Hints are for whoever sits at a live board for the first time: a wall has nobody, a replay has keys of its own. */
static void begin_board(struct screen_side *side, const struct setup *setup)
{
	if (setup->page)
		act(side, board_open_page(side->live.board, setup->page));
	if (setup->hints && side->live.source.look_back && board_memory_first())
		board_tour(side->live.board);
}

/* Everything that has to do with the terminal; curses writes elsewhere, so standard error must not reach it. */
static int run_on_terminal(struct setup *setup, const struct view_source *source, struct screen *screen, int signals, struct reload *reloaded)
{
	struct error err;
	if (!screen_utf8(screen))
		words_open("en"); /* ASCII alone: other letters would be question marks */
	struct screen_side side = {.screen = screen, .redraw = true, .key_at = clock_monotonic(), .setup = setup, .reload = reloaded,
		.glyphs = {.ascii = !screen_utf8(screen), .calm = setup->settings->line == LINE_SLOW},
		.picture = {.wall = setup->settings->wall, .console = console_wanted(setup->settings->glyphs, getenv("TERM"))}};
	snprintf(side.theme, sizeof side.theme, "%s", setup->settings->theme);
	const bool opened = open_scene(&side.live, setup, source, &err);
	if (opened) {
		side.scene = &side.live;
		begin_board(&side, setup);
		tell_outside(&side, side.live.snapshot);
		run_screen(&side, signals);
		return_to_live(&side);
		close_scene(&side.live);
	}
	screen_close(screen);
	picture_release(&side.picture);
	settings_destroy(side.settings);
	return opened ? side.exit_code : report(&err);
}

int view_show(struct setup *setup, const struct view_source *source, const struct arguments *arguments)
{
	struct error err;
	sigset_t set;
	view_signals(&set);
	int signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (arguments_flag(arguments, "--plain"))
		return source->plain(source->context, setup, signals);
	const struct settings *settings = setup->settings;
	struct theme theme;
	if (!theme_open(settings->theme, &theme, &err))
		return report(&err);
	static const int notes[NOTIFY_KINDS] = {[NOTIFY_NONE] = -1, [NOTIFY_AUTO] = 0, [NOTIFY_OSC9] = 9, [NOTIFY_OSC777] = 777};
	struct screen *screen = screen_open(&(struct screen_options){.colours = settings->colours, .glyphs = settings->glyphs, .theme = &theme,
		.frames = settings->frames, .frugal = settings->line == LINE_SLOW, .titles = !settings->wall, .notes = notes[settings->notify]}, &err);
	if (!screen) {
		report(&err);
		return isatty(STDOUT_FILENO) ? source->plain(source->context, setup, signals) : EXIT_FAILED;
	}
	const char *log = *settings->log ? settings->log : "/dev/null";
	if (!log_open(log, &err)) {
		screen_close(screen);
		return report(&err);
	}
	struct reload *reloaded = reload_open(settings, arguments);
	const int code = run_on_terminal(setup, source, screen, signals, reloaded);
	reload_close(reloaded);
	log_open(NULL, NULL);
	close(signals);
	return code;
}
