#include <stdlib.h>
#include <string.h>

#include "app/option_checks.h"
#include "app/setup.h"
#include "app/sites.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"
#include "base/words.h"
#include "tui/theme.h"
#include "widgets/board.h"
#include "widgets/widget.h"

const struct option feed_options[] = {
	{"--feed", "URL", N_("tcp://..., ipc://..., file:EVENTS.ndjson[.gz], journal:DIR or sim:[SEED]"), true, option_is_feed},
	{"--site", "NAME", N_("take only this site's topics"), false},
	{"--clock", "wall|feed", N_("whose clock counts: this machine's, or the feed's (recorded and simulated ones)"), false},
	{"--store", "URL",
		N_("where rolling figures are kept: memory (nowhere else), redis://HOST/DB, unix://PATH ... (docs/REDIS.md)"), false, option_is_store},
	{"--speed", "X", N_("file:, sim: times real time; 0: as fast as it goes (default: sim: 1; files on a board 1, else 0)"), false},
	{"--at", "TIME", N_("files: what happened until then at once, then by --speed; snapshot: the instant (repeatable)"), true, option_is_instant},
	{0},
};

const struct option follow_options[] = {
	{"--attach", "URL",
		N_("follow a collector (its --publish) instead of feeds: tcp://HOST:PORT, ipc://PATH; a pair: URL,URL; sites: SITE=URL,SITE=URL"), false, option_is_attach},
	{"--sites", "NAME,...",
		N_("a board over several sites: from --store, --attach SITE=URL,... or the configuration's collector sections"), false},
	{0},
};

const struct option figure_options[] = {
	{"--window", "W", N_("now, 5m, 15m, 30m, 60m, today, 24h, 7d or 35d"), true},
	{"--by", "outcome|arrival", N_("the minute a contact's end counts in: its own, or that of its arrival"), false},
	{"--conduct", "all|without", N_("handling times and CSAT of all contacts, or without those flagged as rude"), false},
	{"--scope", "KEY=NAME,...", N_("only this queue, channel, market, team or agent; of several sites, this site"), true, option_is_scope},
	{0},
};

const struct option rule_options[] = {
	{"--formula", "CODE", N_("service level: SL2sv, SL1, SL2, SL2s, SL3, SL4 or SLO"), false},
	{"--target", "TIME", N_("service level: answered within this wait, for every queue (\"20s\")"), false, option_is_duration},
	{"--short", "TIME", N_("abandons up to this wait are short ones (\"5s\")"), false, option_is_duration},
	{"--zone", "ZONE", N_("time zone of the board and its days (\"Europe/Moscow\", \"UTC\")"), false, option_is_zone},
	{0},
};

const struct option screen_options[] = {
	{"--wall", NULL, N_("nobody sits at it: pages turn by themselves, large; what the public may see, unless `display` is set"), false},
	{"--ascii", NULL, N_("draw with plain ASCII"), false},
	{"--colours", "N", N_("truecolor, 256, 16, 8 or none"), false},
	{"--desk", NULL, N_("somebody sits at it: all keys (so it is without --wall)"), false},
	{"--page", "NAME",
		N_("begin with this page: one of the configuration, or overview, queues, sla, conduct, agents, voice, learning, forecast, feeds, alerts"), false},
	{"--theme", "NAME|FILE", N_("dark, light, deuteranopia, protanopia, high-contrast, mono, night, or a file of your own"), false},
	{"--frugal", NULL, N_("for a bad line: at most some 250 bytes a second, levels and keys at once"), false},
	{"--plain", NULL, N_("no full screen: speaks what changes, a sentence a line, and all of it on Enter; for screen readers"), false},
	{"--every", "TIME", N_("with --plain: all of it so often, too (\"5m\")"), false, option_is_duration},
	{0},
};

static bool set_from(struct settings *settings, const struct arguments *arguments, const char *option, const char *setting, struct error *err)
{
	const char *value = arguments_value(arguments, option);
	struct error why;
	if (!value || settings_set(settings, setting, value, &why))
		return true;
	return fail(err, "%s: %.500s", option, why.text);
}

bool setup_set_pair(struct settings *settings, const char *pair, struct error *err)
{
	const char *equals = strchr(pair, '=');
	char name[64];
	if (!equals || equals == pair || (size_t)(equals - pair) >= sizeof name)
		return fail(err, "--set wants NAME=VALUE, not \"%.200s\"", pair);
	view_copy((struct view){pair, (size_t)(equals - pair)}, name, sizeof name);
	return settings_set(settings, name, equals + 1, err);
}

static bool set_named(struct settings *settings, const struct arguments *arguments, struct error *err)
{
	const char *pair;
	for (int i = 0; (pair = arguments_nth(arguments, "--set", i)); i++)
		if (!setup_set_pair(settings, pair, err))
			return false;
	return true;
}

/* What every command has that reads settings. */
static bool set_common(struct settings *settings, const struct arguments *arguments, struct error *err)
{
	return set_named(settings, arguments, err) && set_from(settings, arguments, "--display", "display", err) &&
	       set_from(settings, arguments, "--language", "language", err);
}

void setup_feeds(struct settings *settings, const struct arguments *arguments)
{
	if (!arguments_nth(arguments, "--feed", 0))
		return;
	for (int i = 0; i < settings->feed_count; i++)
		free(settings->feeds[i]);
	free(settings->feeds);
	settings->feeds = NULL;
	settings->feed_count = 0;
	for (const char *url; (url = arguments_nth(arguments, "--feed", settings->feed_count));) {
		settings->feeds = memory_resize(settings->feeds, (size_t)settings->feed_count + 1, sizeof *settings->feeds);
		settings->feeds[settings->feed_count++] = memory_text(url);
	}
}

/* One target for every channel and queue: what a comparison with another system's figures wants. */
static bool set_target(struct settings *settings, const struct arguments *arguments, struct error *err)
{
	const char *target = arguments_value(arguments, "--target"), *brief = arguments_value(arguments, "--short");
	int64_t ms;
	struct error why;
	if (target) {
		if (!duration_parse(view_of(target), &ms, &why))
			return fail(err, "--target: %.500s", why.text);
		for (int i = 0; i < CHANNEL_COUNT; i++)
			settings->target[i] = ms;
		for (int i = 0; i < settings->queue_count; i++)
			settings->queues[i].target = -1;
		for (int i = 0; i < settings->market_count; i++)
			for (int channel = 0; channel < CHANNEL_COUNT; channel++)
				settings->markets[i].target[channel] = -1;
	}
	if (brief) {
		if (!duration_parse(view_of(brief), &ms, &why))
			return fail(err, "--short: %.500s", why.text);
		settings->short_abandon = ms;
		for (int i = 0; i < settings->queue_count; i++)
			settings->queues[i].short_abandon = -1;
	}
	return true;
}

bool setup_rules(struct settings *settings, const struct arguments *arguments, struct error *err)
{
	return set_from(settings, arguments, "--formula", "formula", err) && set_from(settings, arguments, "--zone", "zone", err) &&
		set_target(settings, arguments, err);
}

static bool set_windows(struct setup *setup, const struct arguments *arguments, struct error *err)
{
	setup->windows = memory_new(WINDOW_COUNT, sizeof *setup->windows);
	for (const char *name; (name = arguments_nth(arguments, "--window", setup->window_count)) && setup->window_count < WINDOW_COUNT;) {
		int window = window_find(name);
		if (window < 0)
			return fail(err, "no window is called '%s': there are now, 5m, 15m, 30m, 60m, today, 24h, 7d, 35d", name);
		setup->windows[setup->window_count++] = (enum window)window;
	}
	if (setup->window_count == 0) {
		setup->windows[setup->window_count++] = (enum window)setup->settings->window;
		/* What the board shows for the day (CSAT, FCR, conduct) belongs to it too. */
		if (setup->settings->window != WINDOW_TODAY)
			setup->windows[setup->window_count++] = WINDOW_TODAY;
	}
	setup->request.window = setup->windows[0] == WINDOW_NOW ? (enum window)setup->settings->window : setup->windows[0];
	return true;
}

static int ascending(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
	return left < right ? -1 : left > right;
}

bool setup_instants(struct setup *setup, const struct arguments *arguments, int64_t now, struct error *err)
{
	now -= now % SECOND_MS;
	setup->instant_count = 0;
	/* Without feeds there is another clock that short times are meant by. */
	if (!arguments_takes(arguments, "--feed"))
		return true;
	for (const char *text; (text = arguments_nth(arguments, "--at", setup->instant_count));) {
		int64_t at;
		struct error why;
		if (!instant_parse(view_of(text), setup->zone, now, &at, &why))
			return fail(err, "--at: %.500s", why.text);
		if (at % SECOND_MS)
			return fail(err, "--at: \"%s\" is not a whole second, and only those are looked at", text);
		setup->instants = memory_resize(setup->instants, (size_t)setup->instant_count + 1, sizeof *setup->instants);
		setup->instants[setup->instant_count++] = at;
	}
	if (setup->instant_count)
		qsort(setup->instants, (size_t)setup->instant_count, sizeof *setup->instants, ascending);
	return true;
}

static bool set_screen(struct setup *setup, const struct arguments *arguments, struct error *err)
{
	const char *every = arguments_value(arguments, "--every");
	struct error why;
	if (arguments_flag(arguments, "--frugal") && !settings_set(setup->settings, "line", "slow", err))
		return false;
	if (every && (!duration_parse(view_of(every), &setup->every, &why) || setup->every <= 0))
		return fail(err, "--every: \"%.60s\" is no time such as \"5m\"", every);
	return true;
}

static bool read_options(struct setup *setup, const struct arguments *arguments, struct error *err)
{
	struct settings *settings = setup->settings;
	if (!set_common(settings, arguments, err) || !set_from(settings, arguments, "--site", "site", err) ||
		!set_from(settings, arguments, "--sites", "sites", err) ||
		!set_from(settings, arguments, "--clock", "clock", err) || !set_from(settings, arguments, "--by", "by", err) ||
		!set_from(settings, arguments, "--conduct", "conduct", err) ||
		!set_from(settings, arguments, "--colours", "colours", err) || !set_from(settings, arguments, "--theme", "theme", err) ||
		!set_screen(setup, arguments, err) || !setup_rules(settings, arguments, err))
		return false;
	if (arguments_flag(arguments, "--ascii") && !settings_set(setup->settings, "glyphs", "ascii", err))
		return false;
	setup_feeds(setup->settings, arguments);
	setup->zone = zone_open(setup->settings->zone, err);
	setup->speed = -1;
	setup->request = (struct snapshot_request){.scope = SCOPE_ALL, .by = (enum attribution)setup->settings->by,
		.formula = arguments_flag(arguments, "--formula") ? setup->settings->formula : -1, .conduct = setup->settings->conduct};
	return setup->zone && set_windows(setup, arguments, err) && setup_instants(setup, arguments, clock_wall(), err) &&
	       arguments_number(arguments, "--speed", 0, 1e6, &setup->speed, err);
}

const char *setup_chosen(const struct arguments *arguments, const char *option, const char *setting)
{
	const char *given = arguments_value(arguments, option);
	const char *url = given ? given : setting;
	return url[0] && strcmp(url, "memory") != 0 ? url : NULL;
}

static bool has_flag(const struct arguments *arguments, const char *option)
{
	return arguments_takes(arguments, option) && arguments_flag(arguments, option);
}

/* Who looks at the board. */
static bool set_mode(struct setup *setup, const struct arguments *arguments, struct error *err)
{
	if (has_flag(arguments, "--desk") && has_flag(arguments, "--wall"))
		return fail(err, "--desk and --wall: it is one or the other");
	setup->hints = !has_flag(arguments, "--wall");
	return true;
}

/* What he sees first: the pages of the configuration are known by now. */
static bool set_page(struct setup *setup, const struct arguments *arguments, bool *usage, struct error *err)
{
	setup->page = arguments_takes(arguments, "--page") ? arguments_value(arguments, "--page") : NULL;
	*usage = setup->page && !board_is_page(setup->settings, setup->page);
	return !*usage || fail(err, "--page: no page is called '%.100s'", setup->page);
}

/* Everybody sees a wall, and nobody sits there: so these begin otherwise, and whatever is set later counts. */
static void begin_wall(struct settings *settings, const struct arguments *arguments)
{
	static const struct { const char *setting, *value; } walls[] = {{"display", "public"}, {"bell", "none"}, {"notify", "none"}};
	struct error err;
	settings->wall = has_flag(arguments, "--wall");
	for (size_t i = 0; settings->wall && i < sizeof walls / sizeof *walls; i++)
		settings_set(settings, walls[i].setting, walls[i].value, &err);
}

bool setup_load(struct settings *settings, const char *path, struct error *err)
{
	return settings_load(settings, path, &(struct settings_names){.metrics = metric_names(), .kind = widget_kind}, err);
}

bool setup_load_boards(struct settings *settings, struct error *err)
{
	return settings_load_boards(settings, &(struct settings_names){.metrics = metric_names(), .kind = widget_kind}, err);
}

bool setup_open(struct setup *setup, const struct arguments *arguments, bool *usage, struct error *err)
{
	*setup = (struct setup){.settings = settings_create()};
	const char *file = arguments_value(arguments, "--config");
	*usage = false;
	begin_wall(setup->settings, arguments);
	if (file && !setup_load(setup->settings, file, err)) {
		setup_close(setup);
		return false;
	}
	if (!set_mode(setup, arguments, err) || !read_options(setup, arguments, err)) {
		*usage = true;
		setup_close(setup);
		return false;
	}
	if (arguments_takes(arguments, "--theme") && !theme_open(setup->settings->theme, &(struct theme){.ground = 0}, err)) {
		*usage = arguments_value(arguments, "--theme") != NULL;
		setup_close(setup);
		return false;
	}
	if (!setup_load_boards(setup->settings, err) || !set_page(setup, arguments, usage, err) || !board_wall_check(setup->settings, err) || !display_prepare(setup->settings, err) ||
		(*setup->settings->shifts && !(setup->shifts = shifts_read(setup->settings->shifts, err)))) {
		setup_close(setup);
		return false;
	}
	words_open(setup->settings->language);
	setup->request.shifts = setup->shifts;
	setup->attach = setup_chosen(arguments, "--attach", setup->settings->attach);
	setup->store = setup_chosen(arguments, "--store", setup->settings->store);
	setup->several = setup->settings->shown_count > 0 || sites_named(setup->attach);
	return true;
}

struct settings *setup_again(const struct arguments *arguments, struct error *err)
{
	struct setup setup = {.settings = settings_create()};
	const char *file = arguments_value(arguments, "--config");
	begin_wall(setup.settings, arguments);
	const bool good = (!file || setup_load(setup.settings, file, err)) && read_options(&setup, arguments, err) &&
			  setup_load_boards(setup.settings, err) && board_wall_check(setup.settings, err);
	struct settings *settings = good ? settings_hold(setup.settings) : NULL;
	setup_close(&setup);
	return settings;
}

struct settings *setup_settings(const struct arguments *arguments, bool *usage, struct error *err)
{
	struct settings *settings = settings_create();
	const char *file = arguments_value(arguments, "--config");
	*usage = false;
	if (!file || setup_load(settings, file, err)) {
		*usage = !set_common(settings, arguments, err);
		if (!*usage && setup_load_boards(settings, err) && display_prepare(settings, err)) {
			words_open("en"); /* what these commands print is read by programs too */
			return settings;
		}
	}
	settings_destroy(settings);
	return NULL;
}

void setup_close(struct setup *setup)
{
	free(setup->windows);
	free(setup->instants);
	zone_close(setup->zone);
	shifts_free(setup->shifts);
	settings_destroy(setup->settings);
	*setup = (struct setup){0};
}

bool setup_endless(const struct setup *setup)
{
	for (int i = 0; i < setup->settings->feed_count; i++)
		if (strncmp(setup->settings->feeds[i], "sim:", 4) == 0)
			return true;
	return false;
}

static bool brings_own_time(const char *url)
{
	static const char *const schemes[] = {"file:", "journal:", "sim:"};
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
		if (strncmp(url, schemes[i], strlen(schemes[i])) == 0)
			return true;
	return false;
}

bool setup_own_time(const struct setup *setup)
{
	for (int i = 0; i < setup->settings->feed_count; i++)
		if (!brings_own_time(setup->settings->feeds[i]))
			return false;
	return true;
}

bool setup_instant(const struct arguments *arguments, const char *option, const struct zone *zone, int64_t now, int64_t *at, struct error *err)
{
	const char *text = arguments_value(arguments, option);
	struct error why;
	return !text || instant_parse(view_of(text), zone, now, at, &why) || fail(err, "%s: %.500s", option, why.text);
}
