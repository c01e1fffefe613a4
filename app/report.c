#include <stdlib.h>
#include <string.h>

#include "app/commands.h"
#include "app/option_checks.h"
#include "app/read_through.h"
#include "app/report_file.h"
#include "app/setup.h"
#include "base/instant.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/words.h"
#include "replay/player.h"

static const struct option report_options[] = {
	{"--from", "TIME",
		N_("where the report begins (default: the journal's beginning): \"2026-11-20 14:05\", or \"14:05\", \"-2h\" before its end"), false, option_is_instant},
	{"--to", "TIME", N_("where it ends (default: the journal's end)"), false, option_is_instant},
	{"--by", "TIME", N_("the length of an interval, whole quarter hours (default 30m)"), false, option_is_quarters},
	{"--format", "NAME", N_("md, html, csv or json (default md)"), false, option_is_form},
	{"--out", "FILE", N_("write it there (default: standard output)"), false},
	{"--count-by", "outcome|arrival", N_("the minute a contact's end counts in: its own, or that of its arrival"), false},
	{0},
};

static int64_t quarter_before(int64_t at)
{
	return at - ((at % QUARTER_MS) + QUARTER_MS) % QUARTER_MS;
}

static bool read_stretch(const struct arguments *arguments, const struct player_span *span, struct report_options *options, struct error *err)
{
	int64_t from = span->from, to = span->to + 1;
	const char *by = arguments_value(arguments, "--by");
	options->by = 30 * MINUTE_MS;
	if (!setup_instant(arguments, "--from", options->zone, span->to, &from, err) || !setup_instant(arguments, "--to", options->zone, span->to, &to, err) ||
		(by && !duration_parse(view_of(by), &options->by, err)))
		return false;
	const int64_t day_start = options->settings->day_start;
	from = arguments_flag(arguments, "--from") ? quarter_before(from) : instant_interval_begin(from, options->by, options->zone, day_start);
	to = quarter_before(to + QUARTER_MS - 1);
	if (from >= to) {
		char first[40], last[40];
		instant_format(span->from, options->zone, first, sizeof first);
		instant_format(span->to, options->zone, last, sizeof last);
		return fail(err, "nothing lies between --from and --to: this journal goes from %s to %s", first, last);
	}
	if ((to - from) / options->by > 100000)
		return fail(err, "more than 100000 intervals: take a longer --by");
	int64_t end = from;
	while (end < to)
		end = instant_interval_end(end, options->by, options->zone, day_start);
	to = end;
	options->from = from;
	options->to = to;
	return true;
}

/* The last part of the path, made harmless: it is the report's title. */
static void name_journal(const char *path, char *to, size_t room)
{
	size_t size = strlen(path);
	while (size > 1 && path[size - 1] == '/')
		size--;
	size_t from = size;
	while (from > 0 && path[from - 1] != '/')
		from--;
	text_harmless((struct view){path + from, size - from}, to, room);
}

static bool make_report(const struct arguments *arguments, struct settings *settings, const char *journal, const struct zone *zone, struct error *err)
{
	const char *form = arguments_value(arguments, "--format");
	const struct report_format *format = report_file_format(form ? form : "md", err);
	if (!format)
		return false;
	if (format->language)
		words_open(settings->language);
	struct player *player = player_open(journal, settings, err);
	struct player_span span;
	char name[200];
	if (!player || !player_span(player, &span, err)) {
		player_close(player);
		return false;
	}
	player_close(player);
	name_journal(journal, name, sizeof name);
	struct report_options options = {.name = name, .settings = settings, .zone = zone, .attribution = (enum attribution)settings->by,
		.formula = (enum sl_formula)settings->formula};
	if (!read_stretch(arguments, &span, &options, err))
		return false;
	/* What lies before is not forgotten before the end is read. */
	struct settings *given = settings_copy(settings);
	const int64_t days = (span.to - options.from) / DAY_MS + 2;
	settings->history_days = days > settings->history_days ? (int)days : settings->history_days;
	const struct chronicle_options wanted = {.journal = journal, .settings = settings, .rules = given, .scope = SCOPE_ALL, .from = INT64_MIN,
		.to = INT64_MAX};
	struct chronicle *chronicle = chronicle_open(&wanted, err);
	bool good = chronicle && read_through(chronicle, &span, err);
	if (good) {
		const struct chronicle_look look = chronicle_enter(chronicle);
		const struct report_file file = {.path = arguments_value(arguments, "--out"), .format = format, .journal = journal};
		good = report_file_write(&file, &options, &look, err);
		chronicle_leave(chronicle);
	}
	chronicle_close(chronicle);
	settings_destroy(given);
	return good;
}

static bool read_rules(const struct arguments *arguments, struct settings *settings, struct error *err)
{
	const char *by = arguments_value(arguments, "--count-by");
	if (by && !settings_set(settings, "by", by, err))
		return false;
	return setup_rules(settings, arguments, err);
}

static int run(const struct arguments *arguments)
{
	struct error err;
	bool usage = false;
	struct settings *settings = setup_settings(arguments, &usage, &err);
	if (!settings)
		return usage ? report_usage(arguments, &err) : report(&err);
	const char *journal = arguments->positional_count ? arguments->positional[0] : settings->journal;
	struct zone *zone = NULL;
	int code = EXIT_DONE;
	if (!*journal) {
		fail(&err, "which journal? tablo report DIR, or the setting `journal`");
		code = report_usage(arguments, &err);
	} else if (!option_is_journal(journal, &err)) {
		code = report_usage(arguments, &err);
	} else if (!read_rules(arguments, settings, &err)) {
		code = report_usage(arguments, &err);
	} else if (!(zone = zone_open(settings->zone, &err)) || !make_report(arguments, settings, journal, zone, &err)) {
		code = report(&err);
	}
	zone_close(zone);
	settings_destroy(settings);
	return code;
}

const struct command report_command = {
	.name = "report",
	.positional = "[JOURNAL]",
	.summary = N_("the post-incident report of a journal"),
	.about = N_("Reads a journal (a collector's directory; default: the setting `journal`) and writes what was: a summary, what came first, figures by\n"
		 "interval and by queue, SLA breaches, conduct, alerts and who answered them when, notes, gaps. Figures are those known at the journal's\n"
		 "end. CSV has every figure of every interval; html is one page that needs nothing else. Who is named is up to --display."),
	.options = (const struct option *const[]){report_options, rule_options, common_options, help_options, NULL},
	.run = run,
};
