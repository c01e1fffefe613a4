#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "app/commands.h"
#include "app/doctor.h"
#include "app/option_checks.h"
#include "app/setup.h"
#include "base/instant.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/words.h"

#define LISTEN (3 * SECOND_MS)
#define LINE_ROOM 1200

static const struct option doctor_options[] = {
	{"--feed", "URL", N_("look at this feed instead of the configured ones"), true, option_is_feed},
	{"--journal", "DIR", N_("the directory of a journal: its disk is looked at"), false, option_is_journal},
	{"--store", "URL", N_("the Redis of a store: redis://HOST/DB, unix://PATH"), false, option_is_store},
	{"--for", "TIME", N_("how long to listen to the feeds (default 3s)"), false, option_is_duration},
	{"--json", NULL, N_("one JSON document"), false},
	{0},
};

/* One entry a check, in the order of the report. */
static const struct check checks[] = {
	{"terminal", "the terminal: known, how many colours, how large", check_terminal},
	{"locale", "the locale's characters", check_locale},
	{"zones", "time-zone data", check_zones},
	{"limits", "open files, memory", check_limits},
	{"disk", "the journal's disk: room, and how long a write takes to be safe", check_disk},
	{"zmq", "libzmq: its version, and what it can do", check_zmq},
	{"keys", "key files", check_keys},
	{"store", "Redis: its version, policy and persistence, what we may do there, how fast it answers", check_store},
	{"feeds", "each feed: security, port, link, heartbeats, clock", check_feeds},
};

struct report {
	const struct check *check; /* the one that looks now */
	json_t *lines;		   /* NULL: printed as they come */
	enum finding worst;
};

static void print_line(const struct report *report, enum finding finding, const char *text, const char *remedy)
{
	char line[LINE_ROOM], harmless[LINE_ROOM];
	snprintf(line, sizeof line, "%s%s%s", text, remedy ? ": " : "", remedy ? remedy : "");
	text_harmless(view_of(line), harmless, sizeof harmless);
	printf("%-4s  %-8s  %s\n", finding_names[finding], report->check->name, harmless);
	fflush(stdout);
}

static void add_text(json_t *line, const char *key, const char *text)
{
	char harmless[LINE_ROOM];
	text_harmless(view_of(text), harmless, sizeof harmless);
	json_object_set_new(line, key, json_string(harmless));
}

static void take(void *context, enum finding finding, const char *text, const char *remedy)
{
	struct report *report = context;
	if (finding > report->worst)
		report->worst = finding;
	if (!report->lines) {
		print_line(report, finding, text, remedy);
		return;
	}
	json_t *line = json_object();
	add_text(line, "check", report->check->name);
	add_text(line, "state", finding_names[finding]);
	add_text(line, "text", text);
	if (remedy)
		add_text(line, "remedy", remedy);
	json_array_append_new(report->lines, line);
}

static void print_json(struct report *report)
{
	json_t *document = json_object();
	json_object_set_new(document, "state", json_string(finding_names[report->worst]));
	json_object_set_new(document, "lines", report->lines);
	json_dumpf(document, stdout, JSON_INDENT(1));
	putchar('\n');
	json_decref(document);
}

static int examine(const struct examination *examination, bool as_json)
{
	struct report report = {.lines = as_json ? json_array() : NULL};
	struct findings findings = {.context = &report, .take = take};
	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
		report.check = &checks[i];
		report.check->look(examination, &findings);
	}
	if (as_json)
		print_json(&report);
	return report.worst == FINDING_BAD ? EXIT_FAILED : EXIT_DONE;
}

static int run(const struct arguments *arguments)
{
	struct error err;
	bool usage;
	const char *listen = arguments_value(arguments, "--for");
	struct examination examination = {.journal = arguments_value(arguments, "--journal"), .store = arguments_value(arguments, "--store"), .listen = LISTEN};
	if (listen && !duration_parse(view_of(listen), &examination.listen, &err))
		return report_usage(arguments, &err);
	struct settings *settings = setup_settings(arguments, &usage, &err);
	if (!settings)
		return usage ? report_usage(arguments, &err) : report(&err);
	setup_feeds(settings, arguments);
	examination.settings = settings;
	if (!examination.store && settings->store[0])
		examination.store = settings->store;
	if (!examination.journal && settings->journal[0])
		examination.journal = settings->journal;
	int code = examine(&examination, arguments_flag(arguments, "--json"));
	settings_destroy(settings);
	return code;
}

const struct command doctor_command = {
	.name = "doctor",
	.positional = "",
	.summary = N_("is this machine, and are the feeds, as the board needs them?"),
	.about = N_("Looks at the terminal, the locale, time zones, limits, the journal's disk, libzmq, keys and every feed, and says in a line each\n"
		 "what is right, what is doubtful, and how to mend it. The exit status is 1 if anything is bad."),
	.options = (const struct option *const[]){doctor_options, common_options, help_options, NULL},
	.run = run,
};
