#include "app/replay.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/inquiry.h"
#include "app/option_checks.h"
#include "app/plain.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/words.h"
#include "metrics/lists.h"
#include "replay/player.h"
#include "widgets/board.h"

#define LINE_EVERY (5 * SECOND_MS)

static const struct option replay_options[] = {
	{"--from", "TIME",
		N_("nothing before this (\"1999-08-01 10:00\", \"10:00\" of the journal's last day, \"-3h\" before its end)"), false, option_is_instant},
	{"--to", "TIME", N_("nothing after this"), false, option_is_instant},
	{"--at", "TIME", N_("begin here (default: at the beginning)"), false, option_is_instant},
	{"--speed", "X", N_("times real time (default 1); 0: as fast as it goes"), false},
	{"--compare", "-7d|+7d|JOURNAL", N_("beside the figures those of this much before or after (also: yesterday, \"last week\"), "
		"or of another journal at the same time of day"), false, option_is_compare},
	{"--paused", NULL, N_("stand still until Space is pressed"), false},
	{0},
};

/* ---- as a source of the view ---- */

static struct snapshot *first(void *context, const struct snapshot_request *request)
{
	return replayer_snapshot(context, request);
}

static bool carry_out(struct replayer *replayer, struct exchange *exchange)
{
	struct wish wish;
	bool any = false;
	while (exchange_wished(exchange, &wish)) {
		replayer_wish(replayer, &wish);
		any = true;
	}
	return any;
}

static void play(void *context, struct exchange *exchange)
{
	struct replayer *replayer = context;
	struct snapshot_request request = exchange->request;
	const struct replayer_options *options = replayer_options(replayer);
	struct inquiry *inquiry = inquiry_create(&(struct inquiry_options){.journal = options->journal, .settings = options->settings,
		.exchange = exchange});
	while (!exchange_stopped(exchange)) {
		bool asked = exchange_asked(exchange, &request);
		carry_out(replayer, exchange);
		if (!replayer_seeking(replayer))
			inquiry_ask(inquiry, &(struct inquiry_moment){.engine = replayer_engine(replayer), .of_journal = true}, &request);
		asked = inquiry_answered(inquiry) || asked;
		if (replayer_turn(replayer) || asked) {
			struct snapshot *snapshot = replayer_snapshot(replayer, &request);
			inquiry_attach(inquiry, snapshot);
			exchange_give(exchange, snapshot);
		}
		exchange_wait(exchange, replayer_due(replayer));
	}
	inquiry_close(inquiry);
}

static int play_plain(void *context, struct setup *setup, int signals)
{
	struct replayer *replayer = context;
	struct plain *plain = plain_open(setup, signals);
	while (plain_hear(plain)) {
		const int64_t replays = replayer_due(replayer), looks = plain_due(plain), until = replays < looks ? replays : looks;
		const int64_t left = until - clock_monotonic();
		struct pollfd item = {.fd = plain_wakes(plain), .events = POLLIN};
		poll(&item, 1, left < 0 ? 0 : (int)left);
		replayer_turn(replayer);
		if (clock_monotonic() >= plain_due(plain))
			plain_take(plain, replayer_snapshot(replayer, &setup->request));
	}
	plain_close(plain);
	return EXIT_DONE;
}

static void close_source(void *context)
{
	replayer_close(context);
}

bool replay_look_back(const struct replayer_options *options, struct view_source *back, struct error *err)
{
	struct replayer_options end = *options;
	end.from = INSTANT_NONE;
	end.to = end.at = INT64_MAX;
	end.speed = 1;
	end.paused = end.can_return = true;
	struct replayer *replayer = replayer_open(&end, err);
	*back = (struct view_source){.context = replayer, .first = first, .run = play, .plain = play_plain, .close = close_source};
	return replayer != NULL;
}

/* ---- the command ---- */

/* Times without a date are of the journal's last day, and times before now are before its end. */
static bool read_time(const struct arguments *arguments, const char *option, const struct zone *zone, int64_t end, int64_t *at, struct error *err)
{
	const char *text = arguments_value(arguments, option);
	struct error why;
	if (!text || instant_parse(view_of(text), zone, end, at, &why))
		return true;
	return fail(err, "%s: %.500s", option, why.text);
}

static bool journal_end(const char *journal, const struct settings *settings, int64_t *end, struct error *err)
{
	struct player_span span;
	struct player *player = player_open(journal, settings, err);
	const bool good = player && player_span(player, &span, err);
	player_close(player);
	if (good)
		*end = span.to;
	return good;
}

/* A scope is given by names, and they are known where the replay begins, or not at all. */
static bool read_scope(struct replayer *replayer, const struct arguments *arguments, struct scope *scope, struct error *err)
{
	const char *text = arguments_nth(arguments, "--scope", 0);
	if (!text)
		return true;
	while (replayer_due(replayer) <= clock_monotonic())
		replayer_turn(replayer);
	return list_scope_parse(replayer_engine(replayer), text, scope, err);
}

static int replay(struct setup *setup, const struct arguments *arguments, const struct replayer_options *options)
{
	struct error err;
	struct replayer *replayer = replayer_open(options, &err);
	int code = EXIT_FAILED;
	if (!replayer || !read_scope(replayer, arguments, &setup->request.scope, &err)) {
		report(&err);
	} else {
		const struct view_source source = {.context = replayer, .first = first, .run = play, .plain = play_plain};
		code = view_show(setup, &source, arguments);
	}
	replayer_close(replayer);
	return code;
}

static int run(const struct arguments *arguments)
{
	struct error err;
	struct setup setup;
	bool usage;
	int64_t end = 0;
	view_block_signals();
	if (!setup_open(&setup, arguments, &usage, &err))
		return usage ? report_usage(arguments, &err) : report(&err);
	const char *journal = arguments->positional_count ? arguments->positional[0] : setup.settings->journal;
	struct replayer_options options = {.journal = journal, .settings = setup.settings, .zone = setup.zone, .from = INSTANT_NONE, .to = INT64_MAX,
		.at = INSTANT_NONE, .speed = setup.speed < 0 ? 1 : setup.speed, .compare = arguments_value(arguments, "--compare"),
		.paused = arguments_flag(arguments, "--paused")};
	int code = EXIT_FAILED;
	if (!*journal) {
		fail(&err, "which journal? tablo replay JOURNAL, or the setting `journal`");
		code = report_usage(arguments, &err);
	} else if (!option_is_journal(journal, &err)) {
		code = report_usage(arguments, &err);
	} else if (!journal_end(journal, setup.settings, &end, &err)) {
		code = report(&err);
	} else if (!read_time(arguments, "--from", setup.zone, end, &options.from, &err) ||
		!read_time(arguments, "--to", setup.zone, end, &options.to, &err) || !read_time(arguments, "--at", setup.zone, end, &options.at, &err)) {
		code = report_usage(arguments, &err);
	} else {
		code = replay(&setup, arguments, &options);
	}
	setup_close(&setup);
	return code;
}

const struct command replay_command = {
	.name = "replay",
	.positional = "[JOURNAL]",
	.summary = N_("the board on a journal, with a timeline"),
	.about = N_("Shows what the wall showed at any moment of a collector's journal (a directory): plays, steps, seeks, finds the next incident, and\n"
		 "compares with another time. The rules, targets and the zone are those of the configuration given; where the journal was written\n"
		 "under others the board says so. Keys: ? on the board. A journal that still grows is followed.\n"
		 "  tablo replay /var/lib/tablo/journal --at '1999-08-01 10:30' --speed 60 --compare -7d"),
	.options = (const struct option *const[]){replay_options, figure_options, rule_options, screen_options, common_options, help_options, NULL},
	.run = run,
};
