#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "app/alert_trial.h"
#include "app/commands.h"
#include "app/option_checks.h"
#include "app/setup.h"
#include "base/instant.h"
#include "base/words.h"
#include "metrics/lists.h"
#include "replay/player.h"

static const struct option alert_options[] = {
	{"--from", "TIME",
		N_("only what was raised from then on: \"2026-11-20 14:05\", or \"14:05\", \"-2h\" before the journal's end"), false, option_is_instant},
	{"--to", "TIME", N_("read up to then (default: the journal's end)"), false, option_is_instant},
	{"--zone", "ZONE", N_("time zone of the site and its days (\"Europe/Moscow\", \"UTC\")"), false, option_is_zone},
	{"--json", NULL, N_("as JSON: alerts, and gone: those that only the rules of then raised"), false},
	{0},
};

struct print {
	const struct zone *zone;
	int64_t now;
};

/* "2026-11-20 14:05:02  critical  12:05     longest wait 04:12 in Billing, limit 03:00" */
static void print_alert(const struct print *print, const char *mark, const struct trial_alert *alert)
{
	char at[40], lasted[40];
	instant_format(alert->raised.at, print->zone, at, sizeof at);
	lists_duration((alert->cleared ? alert->cleared : print->now) - alert->raised.at, lasted, sizeof lasted);
	printf("%s %s  %-8s  %8s%s  %s\n", mark, at, alert->raised.severity == SEVERITY_CRITICAL ? "critical" : "warning", lasted, alert->cleared ? " " : "+",
		alert->raised.text);
}

static void print_text(const struct print *print, const struct trial *trial)
{
	size_t fresh = 0;
	for (size_t i = 0; i < trial->count; i++) {
		const bool is_new = trial->is_held && !trial->alerts[i].is_shared;
		print_alert(print, is_new ? "+" : " ", &trial->alerts[i]);
		fresh += is_new;
	}
	for (size_t i = 0; i < trial->gone_count; i++)
		print_alert(print, "-", &trial->gone[i]);
	printf("%zu alerts", trial->count);
	if (trial->is_held)
		printf("; by the rules of then %zu: %zu more (+), %zu less (-)", trial->count - fresh + trial->gone_count, fresh, trial->gone_count);
	puts("");
}

static void set_instant(json_t *object, const char *key, int64_t at, const struct zone *zone)
{
	char text[40];
	instant_format(at, zone, text, sizeof text);
	json_object_set_new(object, key, json_string(text));
}

static json_t *alert_json(const struct print *print, const struct trial *trial, const struct trial_alert *alert)
{
	json_t *object = json_object();
	char id[20];
	snprintf(id, sizeof id, "%016" PRIx64, alert->raised.id);
	json_object_set_new(object, "id", json_string(id));
	json_object_set_new(object, "severity", json_string(alert->raised.severity == SEVERITY_CRITICAL ? "critical" : "warning"));
	if (alert->raised.metric >= 0)
		json_object_set_new(object, "metric", json_string(metrics[alert->raised.metric].name));
	json_object_set_new(object, "where", json_string(alert->where));
	json_object_set_new(object, "text", json_string(alert->raised.text));
	set_instant(object, "raised", alert->raised.at, print->zone);
	if (alert->cleared)
		set_instant(object, "cleared", alert->cleared, print->zone);
	json_object_set_new(object, "lasted", json_real((double)((alert->cleared ? alert->cleared : print->now) - alert->raised.at) / 1000));
	if (trial->is_held)
		json_object_set_new(object, "then", json_boolean(alert->is_shared));
	return object;
}

static void print_json(const struct print *print, const struct trial *trial)
{
	json_t *root = json_object(), *alerts = json_array(), *gone = json_array();
	for (size_t i = 0; i < trial->count; i++)
		json_array_append_new(alerts, alert_json(print, trial, &trial->alerts[i]));
	for (size_t i = 0; i < trial->gone_count; i++)
		json_array_append_new(gone, alert_json(print, trial, &trial->gone[i]));
	if (print->now != INSTANT_NONE)
		set_instant(root, "at", print->now, print->zone);
	json_object_set_new(root, "alerts", alerts);
	if (trial->is_held)
		json_object_set(root, "gone", gone);
	json_decref(gone);
	json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
	puts("");
	json_decref(root);
}

static bool read_stretch(const struct arguments *arguments, const char *journal, const struct settings *settings, const struct zone *zone, int64_t *from,
	int64_t *to, struct error *err)
{
	struct player *player = player_open(journal, settings, err);
	struct player_span span;
	const bool is_there = player && player_span(player, &span, err);
	player_close(player);
	*from = INT64_MIN;
	*to = INT64_MAX;
	return is_there && setup_instant(arguments, "--from", zone, span.to, from, err) && setup_instant(arguments, "--to", zone, span.to, to, err);
}

static bool try_rules(const struct arguments *arguments, const char *journal, const struct settings *settings, const struct zone *zone, struct error *err)
{
	int64_t from, to;
	struct trial trial = {0};
	if (!read_stretch(arguments, journal, settings, zone, &from, &to, err))
		return false;
	const bool good = trial_run(&trial, journal, settings, from, to, err);
	const struct print print = {zone, trial.now};
	if (good && arguments_flag(arguments, "--json"))
		print_json(&print, &trial);
	else if (good)
		print_text(&print, &trial);
	trial_finish(&trial);
	return good;
}

static int test_journal(const struct arguments *arguments, struct settings *settings)
{
	struct error err;
	const char *journal = arguments->positional_count > 1 ? arguments->positional[1] : settings->journal;
	const char *chosen = arguments_value(arguments, "--zone");
	if (arguments->positional_count < 1 || strcmp(arguments->positional[0], "test") != 0)
		fail(&err, "what about alerts? tablo alert test JOURNAL");
	else if (arguments->positional_count > 2)
		fail(&err, "one journal at a time: tablo alert test JOURNAL");
	else if (!*journal)
		fail(&err, "which journal? tablo alert test JOURNAL, or the setting `journal`");
	else if (option_is_journal(journal, &err) && (!chosen || settings_set(settings, "zone", chosen, &err))) {
		struct zone *zone = zone_open(settings->zone, &err);
		const bool good = zone && try_rules(arguments, journal, settings, zone, &err);
		zone_close(zone);
		return good ? EXIT_DONE : report(&err);
	}
	return report_usage(arguments, &err);
}

static int run(const struct arguments *arguments)
{
	struct error err;
	bool usage = false;
	struct settings *settings = setup_settings(arguments, &usage, &err);
	if (!settings)
		return usage ? report_usage(arguments, &err) : report(&err);
	const int code = test_journal(arguments, settings);
	settings_destroy(settings);
	return code;
}

static const char *only_word(int index)
{
	return index == 0 ? "test" : NULL;
}

const struct command alert_command = {
	.name = "alert",
	.positional = "test [JOURNAL]",
	.word = only_word,
	.summary = N_("tries the alert rules of a configuration on a journal"),
	.about = N_("Reads a journal (a collector's directory; default: the setting `journal`) under the rules of this configuration, and prints each alert\n"
		 "that would have been raised: when, how bad, how long it stood (+: it still does), what. Where the collector noted its rules, it is\n"
		 "held against what they raised: + is new by these rules, - was raised then and is not any more. Nothing is run and nothing changed.\n"
		 "  tablo alert test /var/lib/tablo --config new.conf"),
	.options = (const struct option *const[]){alert_options, common_options, help_options, NULL},
	.run = run,
};
