#include "app/export.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include <zmq.h>

#include "app/commands.h"
#include "app/option_checks.h"
#include "app/stop_signals.h"
#include "base/instant.h"
#include "base/words.h"
#include "config/suggest.h"

static const struct option export_options[] = {
	{"--listen", "ADDRESS", N_("prometheus: where it is scraped (default 127.0.0.1:9570)"), false, option_is_listen},
	{"--tls-certificate", "FILE", N_("prometheus: HTTPS, with --tls-key"), false},
	{"--tls-key", "FILE", N_("prometheus: the key of the certificate"), false},
	{"--behind-proxy", NULL, N_("prometheus: plain HTTP on an address that others reach; a proxy or a private network guards it"), false},
	{"--once", NULL, N_("prometheus: print the figures and exit"), false},
	{"--wait", "TIME", N_("prometheus --once: how long to wait for the first batch (default 10s)"), false, option_is_duration},
	{0},
};

/* The only place where they are listed. */
static const struct export_kind *const kinds[] = {&export_prometheus, &export_alerts};
#define KINDS (sizeof kinds / sizeof *kinds)

bool export_stopped(const struct export *export)
{
	struct pollfd item = {.fd = export->stop, .events = POLLIN};
	return poll(&item, 1, 0) > 0;
}

static const char *kind_word(int index)
{
	return (size_t)index < KINDS ? kinds[index]->name : NULL;
}

static const struct export_kind *find_kind(const char *name, struct error *err)
{
	const char *known[KINDS + 1] = {NULL};
	for (size_t i = 0; i < KINDS; i++) {
		if (strcmp(kinds[i]->name, name) == 0)
			return kinds[i];
		known[i] = kinds[i]->name;
	}
	const char *meant = suggest(name, known);
	fail(err, "'%.60s' is nothing that can be exported%s%s%s; there are: %s, %s", name, meant ? ": did you mean '" : "", meant ? meant : "",
		meant ? "'?" : "", kinds[0]->name, kinds[1]->name);
	return NULL;
}

/* An option of another kind is a mistake. */
static bool takes_options(const struct export_kind *kind, const struct arguments *arguments, struct error *err)
{
	for (const struct option *option = export_options; option->name; option++) {
		if (!arguments_value(arguments, option->name) && !arguments_flag(arguments, option->name))
			continue;
		bool taken = false;
		for (int i = 0; kind->options[i]; i++)
			taken = taken || strcmp(kind->options[i], option->name) == 0;
		if (!taken)
			return fail(err, "%s is not for %s", option->name, kind->name);
	}
	return true;
}

static void print_kinds(FILE *to, const struct arguments *arguments)
{
	(void)arguments;
	for (size_t i = 0; i < KINDS; i++)
		fprintf(to, "  %-12s %s\n", kinds[i]->name, _(kinds[i]->help));
	fputc('\n', to);
}

static bool run_kind(const struct export_kind *kind, struct setup *setup, const struct arguments *arguments, struct error *err)
{
	struct export export = {.arguments = arguments, .setup = setup, .stop = stop_signals_open()};
	void *zmq = zmq_ctx_new();
	const bool files = !setup->attach && !setup->store && !setup->several && setup_own_time(setup) && !setup_endless(setup);
	const struct desk_options options = {.settings = setup->settings, .feeds = (const char *const *)setup->settings->feeds,
		.feed_count = setup->settings->feed_count, .speed = setup->speed >= 0 ? setup->speed : files ? 0 : 1, .start = INSTANT_NONE,
		.stop = INT64_MAX, .zmq = zmq, .attach = setup->attach, .store = setup->store, .several = setup->several};
	export.desk = desk_open(&options, err);
	const bool good = export.desk && kind->run(&export, err);
	desk_close(export.desk);
	zmq_ctx_term(zmq);
	close(export.stop);
	return good;
}

static int run(const struct arguments *arguments)
{
	struct error err;
	struct setup setup;
	bool usage;
	const char *name = arguments->positional_count ? arguments->positional[0] : "";
	const struct export_kind *kind = find_kind(name, &err);
	if (!kind || !takes_options(kind, arguments, &err))
		return report_usage(arguments, &err);
	if (arguments->positional_count > 1) {
		fail(&err, "'%.60s' is one word too many", arguments->positional[1]);
		return report_usage(arguments, &err);
	}
	if (!setup_open(&setup, arguments, &usage, &err))
		return usage ? report_usage(arguments, &err) : report(&err);
	words_open("en"); /* for programs: the same everywhere */
	int code = EXIT_USAGE;
	if (setup.settings->feed_count == 0 && !setup.attach && !setup.store && !setup.several) {
		fail(&err, "there is nothing to export: give --attach URL, --store URL or --feed URL");
		report_usage(arguments, &err);
	} else {
		code = run_kind(kind, &setup, arguments, &err) ? EXIT_DONE : report(&err);
	}
	setup_close(&setup);
	return code;
}

const struct command export_command = {
	.name = "export",
	.positional = "prometheus|alerts",
	.word = kind_word,
	.help = print_kinds,
	.summary = N_("figures and alerts for other programs, while they happen"),
	.about = N_("Follows a collector (--attach), reads Redis (--store) or listens to feeds, as a board does, and tells other programs.\n"
		 "What is not known has no sample, and nor has what is stale. No names of agents or customers are in it, unless --scope\n"
		 "asks for an agent."),
	.options = (const struct option *const[]){export_options, feed_options, follow_options, figure_options, rule_options, common_options, help_options, NULL},
	.run = run,
};
