#include <stdlib.h>
#include <string.h>

#include <zmq.h>

#include "app/commands.h"
#include "app/option_checks.h"
#include "app/progress.h"
#include "app/scopes.h"
#include "app/setup.h"
#include "app/sites.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"
#include "base/words.h"
#include "replay/player.h"
#include "store/figures_json.h"
#include "tui/dump.h"
#include "widgets/board.h"

#define SCOPES_MOST 6000 /* of several sites together; of one a thousand lines */

static const struct option snapshot_options[] = {
	{"--json", NULL, N_("every figure as JSON, one document a line for each --at (the default)"), false},
	{"--text", NULL, N_("the board as text"), false},
	{"--ansi", NULL, N_("the board as text with colours"), false},
	{"--metric", "NAME", N_("only this metric (repeatable; tablo --list-metrics)"), true},
	{"--size", "WxH", N_("of the board (default 140x40)"), false},
	{"--journal", "DIR", N_("a collector's journal instead of a feed: as it was at each --at, or at its end"), false, option_is_journal},
	{"--for", "TIME", N_("live feeds: how long to listen after the first batch (default 1s)"), false, option_is_duration},
	{"--wait", "TIME", N_("live feeds: how long to wait for the first batch (default 10s)"), false, option_is_duration},
	{"--intervals", "TIME",
		N_("one document for each stretch of this length (whole quarter hours), as known at the end"), false, option_is_quarters},
	{0},
};

enum form { FORM_JSON, FORM_TEXT, FORM_ANSI };

struct look {
	const struct arguments *arguments;
	struct setup *setup;
	const struct desk *desk; /* of several sites; else NULL */
	enum form form;
	int width, height;
	int64_t interval; /* 0: none */
	int64_t first;	  /* the instant of the first event, for intervals */
	bool wanted[METRICS_MOST]; /* by --metric */
	bool some_wanted;
	int looks;	  /* taken so far */
	bool failed;
	struct error err;
};

/* The names of a scope may come with a later look: until the last one it has no figures yet, but is no mistake. */
static bool comes_later(const struct look *look)
{
	return look->looks < look->setup->instant_count;
}

static int choose_asked(struct look *look, const struct engine *engine, struct scope *scopes)
{
	int count = 0;
	for (int i = 0; i < SCOPES_MOST; i++) {
		if (scopes_nth(look->arguments, engine, i, &scopes[count], &look->err))
			count++;
		else if (!look->err.text[0])
			break;
		else if (!comes_later(look))
			return -1;
	}
	return count;
}

/* What is asked for; else everything, each queue, and each (queue, channel) that has a line on the board. */
static int choose_scopes(struct look *look, const struct engine *engine, struct scope *scopes)
{
	int count = choose_asked(look, engine, scopes);
	if (count < 0) {
		look->failed = true;
		return 0;
	}
	if (count || arguments_nth(look->arguments, "--scope", 0))
		return count;
	return scopes_default(engine, scopes, SCOPES_MOST);
}

static void choose_sites(struct look *look, struct figures_request *request, struct scope *scopes, int *sites)
{
	request->scope_count = scopes_of_sites(look->arguments, look->desk, scopes, sites, SCOPES_MOST, &look->err);
	request->sites = sites;
	request->joined = &sites_merge(desk_sites(look->desk))->joined;
	look->failed = request->scope_count < 0;
}

static void write_json(struct look *look, const struct engine *engine, const struct snapshot *snapshot)
{
	struct scope *scopes = memory_new(SCOPES_MOST, sizeof *scopes);
	struct figures_request request = {.scopes = scopes, .windows = look->setup->windows, .window_count = look->setup->window_count,
		.by = look->setup->request.by, .formula = look->setup->request.formula,
		.wanted = look->some_wanted ? look->wanted : NULL};
	int *sites = memory_new(SCOPES_MOST, sizeof *sites);
	if (look->desk)
		choose_sites(look, &request, scopes, sites);
	else
		request.scope_count = choose_scopes(look, engine, scopes);
	if (look->failed)
		report(&look->err);
	else if (look->interval && look->first != INSTANT_NONE)
		figures_json_intervals(stdout, engine, snapshot, &request, look->first, snapshot->at, look->interval);
	else
		figures_json(stdout, engine, snapshot, &request);
	free(sites);
	free(scopes);
}

static void write_board(const struct look *look, const struct snapshot *snapshot, struct board *board)
{
	struct canvas *canvas = canvas_create(look->width, look->height);
	struct glyphs glyphs = {.ascii = strcmp(look->setup->settings->glyphs, "ascii") == 0};
	if (glyphs.ascii)
		words_open("en"); /* other letters would be question marks */
	board_draw(board, snapshot, &glyphs, canvas);
	if (look->form == FORM_ANSI)
		dump_ansi(canvas, stdout);
	else
		dump_text(canvas, stdout);
	canvas_destroy(canvas);
}

static void take_look(void *context, const struct engine *engine)
{
	struct look *look = context;
	struct setup *setup = look->setup;
	struct error err;
	const struct desk *desk = look->desk;
	look->looks++;
	if (look->form == FORM_JSON && !desk && comes_later(look) && !scopes_read(look->arguments, engine, &setup->request.scope, &err))
		scopes_read(look->arguments, NULL, &setup->request.scope, &err); /* a name nobody has yet */
	else if (desk ? !scopes_read_sites(look->arguments, desk, &setup->request, &err) : !scopes_read(look->arguments, engine, &setup->request.scope, &err)) {
		look->failed = true;
		report(&err);
		return;
	}
	struct board *board = board_create(setup->settings, &setup->request);
	struct snapshot_request request = *board_request(board);
	if (look->form == FORM_JSON)
		request.lists |= 1u << SNAPSHOT_FORECAST | 1u << SNAPSHOT_CONDUCT | 1u << SNAPSHOT_VOICE | 1u << SNAPSHOT_LEARNING;
	struct snapshot *snapshot = desk ? desk_snapshot(desk, setup->zone, &request) : snapshot_create(engine, setup->settings, setup->zone, &request);
	if (look->form == FORM_JSON)
		write_json(look, engine, snapshot);
	else
		write_board(look, snapshot, board);
	snapshot_destroy(snapshot);
	board_destroy(board);
	fflush(stdout);
}

static bool read_metrics(struct look *look, struct error *err)
{
	const char *name;
	for (int i = 0; (name = arguments_nth(look->arguments, "--metric", i)); i++) {
		int metric = metric_find(name);
		if (metric < 0)
			return fail(err, "no metric is called '%s': tablo --list-metrics names them", name);
		look->wanted[metric] = look->some_wanted = true;
	}
	return true;
}

static bool read_look(struct look *look, int64_t *listen, int64_t *patience, struct error *err)
{
	const struct arguments *arguments = look->arguments;
	const char *size = arguments_value(arguments, "--size"), *text;
	look->form = arguments_flag(arguments, "--ansi") ? FORM_ANSI : arguments_flag(arguments, "--text") ? FORM_TEXT : FORM_JSON;
	look->width = 140;
	look->height = 40;
	char rest;
	if (size && (sscanf(size, "%dx%d%c", &look->width, &look->height, &rest) != 2 || look->width < 1 || look->height < 1 ||
		look->width > 1000 || look->height > 1000))
		return fail(err, "--size must be like 140x40, at most 1000x1000, not \"%s\"", size);
	if ((text = arguments_value(arguments, "--for")) && !duration_parse(view_of(text), listen, err))
		return false;
	if ((text = arguments_value(arguments, "--wait")) && !duration_parse(view_of(text), patience, err))
		return false;
	if ((text = arguments_value(arguments, "--intervals")) && !duration_parse(view_of(text), &look->interval, err))
		return false;
	return read_metrics(look, err);
}

/* Files, or a feed by its own clock with instants to look at: until all has been seen. */
static void run_through(struct desk *desk, struct look *look, bool live)
{
	const struct setup *setup = look->setup;
	bool to_end = setup->instant_count == 0;
	while (!desk_ended(desk)) {
		if (live && !to_end && engine_now(desk_engine(desk)) > setup->instants[setup->instant_count - 1])
			return;
		desk_turn(desk, -1, INT64_MAX);
		look->first = desk_first(desk);
		progress_show("reading", "events", desk_progress(desk), desk_events(desk));
	}
	progress_done();
	if (to_end)
		take_look(look, desk_engine(desk));
}

/* Why no feed at all will tell anything, in `err`; false: at least one still may. */
static bool all_refused(const struct desk *desk, const struct setup *setup, struct error *err)
{
	const struct settings *settings = setup->settings;
	struct desk_link link;
	if (desk_link(desk, &link)) {
		if (link.state == LINK_REFUSED)
			fail(err, "%s: refused: %s", setup->attach, link.why);
		return link.state == LINK_REFUSED;
	}
	struct list_feed feeds[64];
	int count = list_feeds(desk_engine(desk), engine_now(desk_engine(desk)), feeds, 64);
	for (int i = 0; i < count; i++)
		if (feeds[i].link != LINK_REFUSED || !feeds[i].refusal)
			return false;
	if (count < settings->feed_count)
		return false;
	fail(err, "%s: refused: %s", settings->feeds[0], feeds[0].refusal);
	return true;
}

static const char *source_of(const struct setup *setup)
{
	return setup->attach ? setup->attach : setup->store ? "Redis" : setup->settings->feeds[0];
}

/* Waiting for a site that is not there, in a Redis that holds others, is of use only to whoever says so. */
static bool is_mistaken(const struct desk *desk, const struct look *look)
{
	struct desk_link link;
	return !arguments_flag(look->arguments, "--wait") && desk_link(desk, &link) && link.mistaken;
}

static bool fail_silent(const struct desk *desk, const struct look *look, int64_t patience, struct error *err)
{
	const struct setup *setup = look->setup;
	struct desk_link link;
	const char *source = source_of(setup);
	if (desk_link(desk, &link) && *link.why)
		return fail(err, "%.100s: %.450s", source, link.why);
	return fail(err, "%s: nothing came for %lld s: is %s running, and --site right?", source, (long long)(patience / 1000),
		setup->attach || setup->store ? "the collector" : "the publisher");
}

static bool listen_for(struct desk *desk, struct look *look, int64_t listen, int64_t patience, struct error *err)
{
	int64_t until = clock_monotonic() + patience;
	while (!desk_heard(desk)) {
		if (all_refused(desk, look->setup, err)) {
			take_look(look, desk_engine(desk));
			return false;
		}
		if (clock_monotonic() > until || is_mistaken(desk, look))
			return fail_silent(desk, look, patience, err);
		desk_turn(desk, -1, until);
	}
	until = clock_monotonic() + listen;
	while (clock_monotonic() < until)
		desk_turn(desk, -1, until);
	look->first = query_oldest(desk_engine(desk));
	take_look(look, desk_engine(desk));
	return true;
}

/* All sites, while patience lasts; then those that came, and the picture says who is missing. */
static bool listen_to_sites(struct desk *desk, struct look *look, int64_t listen, int64_t patience, struct error *err)
{
	struct sites *sites = desk_sites(desk);
	int64_t until = clock_monotonic() + patience;
	while (sites_known(sites) < sites_count(sites) && clock_monotonic() < until)
		desk_turn(desk, -1, until);
	if (sites_known(sites) == 0) {
		char missing[700];
		sites_missing_text(sites, missing, sizeof missing);
		return fail(err, "nothing came for %lld s from any site: %s; are their collectors running?", (long long)(patience / 1000), missing);
	}
	until = clock_monotonic() + listen;
	while (clock_monotonic() < until)
		desk_turn(desk, -1, until);
	take_look(look, desk_engine(desk));
	return true;
}

static int look_at(struct setup *setup, struct look *look, int64_t listen, int64_t patience)
{
	struct error err;
	bool by_instants = setup->instant_count > 0, followed = setup->attach || setup->store || setup->several;
	bool files = !followed && setup_own_time(setup) && (by_instants || !setup_endless(setup));
	void *zmq = zmq_ctx_new();
	struct desk_options options = {.settings = setup->settings, .feeds = (const char *const *)setup->settings->feeds,
		.feed_count = setup->settings->feed_count, .speed = setup->speed >= 0 ? setup->speed : files ? 0 : 1, .start = INSTANT_NONE,
		.stop = by_instants ? setup->instants[setup->instant_count - 1] : INT64_MAX, .zmq = zmq, .instants = setup->instants,
		.instant_count = setup->instant_count, .attach = setup->attach, .store = setup->store, .several = setup->several,
		.look = take_look, .context = look};
	struct desk *desk = desk_open(&options, &err);
	bool good = desk != NULL;
	look->desk = good && desk_sites(desk) ? desk : NULL;
	if (good && look->desk)
		good = listen_to_sites(desk, look, listen, patience, &err);
	else if (good && (files || by_instants))
		run_through(desk, look, !files);
	else if (good)
		good = listen_for(desk, look, listen, patience, &err);
	desk_close(desk);
	zmq_ctx_term(zmq);
	if (!good)
		report(&err);
	return good && !look->failed ? EXIT_DONE : EXIT_FAILED;
}

/* What was known at each instant, from the nearest state of the journal on. */
static bool look_at_journal(struct setup *setup, struct look *look, const char *journal, struct error *err)
{
	struct player_span span;
	struct player *player = player_open(journal, setup->settings, err);
	/* Short times are meant by the journal's end. */
	bool good = player && player_span(player, &span, err) && setup_instants(setup, look->arguments, span.to, err);
	const int count = setup->instant_count ? setup->instant_count : 1;
	for (int i = 0; good && i < count; i++) {
		const int64_t at = setup->instant_count ? setup->instants[i] : INT64_MAX;
		good = player_seek(player, at, err) && progress_arrive(player, at, err);
		if (good && at != INT64_MAX)
			player_pass(player, at);
		if (good)
			take_look(look, player_engine(player));
	}
	player_close(player);
	return good;
}

static int report_journal(struct setup *setup, struct look *look, const char *journal)
{
	struct error err;
	if (!look_at_journal(setup, look, journal, &err))
		return report(&err);
	return look->failed ? EXIT_FAILED : EXIT_DONE;
}

static int run(const struct arguments *arguments)
{
	struct error err;
	struct setup setup;
	bool usage;
	if (!setup_open(&setup, arguments, &usage, &err))
		return usage ? report_usage(arguments, &err) : report(&err);
	struct look look = {.arguments = arguments, .setup = &setup, .first = INSTANT_NONE};
	int64_t listen = SECOND_MS, patience = 10 * SECOND_MS;
	const char *journal = arguments_value(arguments, "--journal");
	int code = EXIT_USAGE;
	if (!arguments_flag(arguments, "--text") && !arguments_flag(arguments, "--ansi"))
		words_open("en"); /* JSON is the same everywhere */
	if (!read_look(&look, &listen, &patience, &err))
		report_usage(arguments, &err);
	else if (journal && look.interval) {
		fail(&err, "--intervals is for feeds, not for --journal");
		report_usage(arguments, &err);
	} else if (journal) {
		code = report_journal(&setup, &look, journal);
	} else if (setup.settings->feed_count == 0 && !setup.attach && !setup.store && !setup.several) {
		fail(&err, "there is no feed to look at: give --feed URL");
		report_usage(arguments, &err);
	} else {
		if (look.interval)
			setup.settings->history_days = 400; /* a whole file's intervals */
		code = look_at(&setup, &look, listen, patience);
	}
	setup_close(&setup);
	return code;
}

const struct command snapshot_command = {
	.name = "snapshot",
	.positional = "",
	.summary = N_("one look at the figures, as JSON, text or colours, and exit"),
	.about = N_("Looks once and exits. From files: at each --at (what happened at that second is in), or at the end. From a live feed: it\n"
		 "waits for the first batch, listens --for a while, and looks; or, with --clock feed and --at, when the feed's clock passes it."),
	.options = (const struct option *const[]){snapshot_options, feed_options, follow_options, figure_options, rule_options, screen_options, common_options,
		help_options, NULL},
	.run = run,
};
