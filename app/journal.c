#include <stdlib.h>
#include <string.h>

#include "app/commands.h"
#include "app/journal_command.h"
#include "app/option_checks.h"
#include "app/setup.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/words.h"
#include "config/suggest.h"
#include "journal/lock.h"
#include "journal/segment.h"

#define REST_MOST 1000

static const struct option journal_command_options[] = {
	{"--store", "URL", N_("verify: compare what this Redis holds with the journal"), false, option_is_store},
	{"--site", "NAME", N_("verify --store: which site there (default: the one the journal says it is of)"), false},
	{"--from", "TIME", N_("export: only what happened then or later"), false, option_is_instant},
	{"--to", "TIME", N_("export: only what happened then or earlier"), false, option_is_instant},
	{"--at", "TIME", N_("mark: the instant (default now)"), false, option_is_instant},
	{"--zone", "ZONE", N_("times are read and printed in it (default: the setting)"), false, option_is_zone},
	{0},
};

/* The only place where they are listed. */
static const struct journal_verb verbs[] = {
	{"ls", "[DIR|FILE]", N_("the files: which records, of when, how many events, how large, sealed or not, states, damage"), true, 0, 0, journal_list},
	{"rules", "[DIR|FILE]", N_("the settings in force from each start on"), true, 0, 0, journal_rules},
	{"verify", "[DIR|FILE] [--store URL [--site NAME]]",
		N_("reads every record and prints what is damaged; exit 1 if anything is. With --store: folds the journal up to the watermark of\n"
		"          that Redis and compares every key and field; silent and exit 0 where all is equal, else the first differences and exit 1"),
		true, 0, 0, journal_verify},
	{"repair", "[DIR]",
		N_("cuts aside what a power cut left at the end, makes hints and indexes anew and the states that are missing; loses no record\n"
		"          that can be read, and says what cannot"), false, 0, 0, journal_repair},
	{"export", "[DIR|FILE] [--from T] [--to T]",
		N_("the events as lines of JSON on standard output, each once: what `tablo import ndjson` and file: feeds read"),
		true, 0, 0, journal_export},
	{"mark", "DIR [--at T] [TEXT]", N_("notes TEXT at an instant of the time line, in the file `marks`; without TEXT lists what is noted"),
		false, 0, REST_MOST, journal_mark},
	{"seal", "[DIR]", N_("compresses the closed files to about a fifth now, as a collector does after journal_seal"), false, 0, 0, journal_seal},
};
#define VERBS (sizeof verbs / sizeof *verbs)

static const char *verb_word(int index)
{
	return (size_t)index < VERBS ? verbs[index].name : NULL;
}

static const struct journal_verb *find_verb(const char *name)
{
	for (size_t i = 0; i < VERBS; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

static void print_verbs(FILE *to, const struct arguments *arguments)
{
	const struct journal_verb *only = arguments->positional_count ? find_verb(arguments->positional[0]) : NULL;
	for (size_t i = 0; i < VERBS; i++)
		if (!only || only == &verbs[i])
			fprintf(to, "  %-7s %s\n          %s\n", verbs[i].name, verbs[i].positional, _(verbs[i].help));
	fputs("\n", to);
}

void journal_tell_damage(const struct damage *damage)
{
	char text[400];
	damage_describe(damage, text, sizeof text);
	puts(text);
}

static bool read_instant(const struct journal_call *call, const char *option, int64_t *at, struct error *err)
{
	const char *text = arguments_value(call->arguments, option);
	struct error why;
	if (!text || instant_parse(view_of(text), call->zone, clock_wall(), at, &why))
		return true;
	return fail(err, "%s: %.500s", option, why.text);
}

bool journal_range(const struct journal_call *call, int64_t *from, int64_t *to, struct error *err)
{
	*from = INT64_MIN;
	*to = INT64_MAX;
	return read_instant(call, "--from", from, err) && read_instant(call, "--to", to, err);
}

bool journal_instant(const struct journal_call *call, int64_t *at, struct error *err)
{
	*at = clock_wall();
	return read_instant(call, "--at", at, err);
}

bool journal_is_file(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct segment segment;
	return segment_read_name(slash ? slash + 1 : path, SEGMENT_JOURNAL, &segment);
}

/* Options stand in the pattern of the verb that they are for; the zone is for all. */
static bool takes_options(const struct journal_verb *verb, const struct arguments *arguments, struct error *err)
{
	for (const struct option *option = journal_command_options; option->name; option++)
		if (strcmp(option->name, "--zone") != 0 && arguments_flag(arguments, option->name) && !strstr(verb->positional, option->name))
			return fail(err, "tablo journal %s takes no %s: %s", verb->name, option->name, option->help);
	return true;
}

int journal_lock(const char *directory, struct error *err)
{
	struct segment_list list = {.segments = NULL};
	const bool is_there = segments_list(&list, &disk_real, directory, SEGMENT_JOURNAL, err) &&
		(list.count || fail(err, "%s: holds no records", directory));
	segments_finish(&list);
	return is_there ? lock_take(&disk_real, directory, err) : -1;
}

static bool check(const struct journal_verb *verb, const struct journal_call *call, struct error *err)
{
	if (!takes_options(verb, call->arguments, err) || !option_is_journal(call->directory, err))
		return false;
	if (!*call->directory)
		return fail(err, "which journal? tablo journal %s DIR, or the setting `journal`", verb->name);
	if (!verb->takes_file && journal_is_file(call->directory))
		return fail(err, "%s: tablo journal %s takes the directory, not one file of it", call->directory, verb->name);
	if (call->rest_count < verb->rest_least || call->rest_count > verb->rest_most)
		return fail(err, "tablo journal %s %s", verb->name, verb->positional);
	return true;
}

static int run_verb(const struct journal_verb *verb, const struct arguments *arguments)
{
	bool usage = false;
	struct error err;
	struct settings *settings = setup_settings(arguments, &usage, &err);
	if (!settings)
		return usage ? report_usage(arguments, &err) : report(&err);
	const char *zone_given = arguments_value(arguments, "--zone");
	struct zone *zone = zone_open(zone_given ? zone_given : settings->zone, &err);
	const int count = arguments->positional_count;
	const struct journal_call call = {.arguments = arguments, .settings = settings, .zone = zone,
		.directory = count > 1 ? arguments->positional[1] : settings->journal, .rest = arguments->positional + 2,
		.rest_count = count > 2 ? count - 2 : 0};
	int code;
	if (!zone)
		code = report(&err);
	else if (!check(verb, &call, &err))
		code = report_usage(arguments, &err);
	else
		code = verb->run(&call);
	zone_close(zone);
	settings_destroy(settings);
	return code;
}

/* Which verbs there are, and which was probably meant. */
static bool fail_verb(const char *wrong, struct error *err)
{
	const char *names[VERBS + 1] = {NULL};
	char list[200] = "";
	for (size_t i = 0; i < VERBS; i++) {
		names[i] = verbs[i].name;
		snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", i ? "|" : "", verbs[i].name);
	}
	if (!wrong)
		return fail(err, "what is to be done with the journal? tablo journal %s", list);
	const char *meant = suggest(wrong, names);
	return fail(err, "tablo journal knows no '%.200s'%s%s%s; it knows %s", wrong,
		meant ? ": did you mean '" : "", meant ? meant : "", meant ? "'?" : "", list);
}

static int run(const struct arguments *arguments)
{
	const char *name = arguments->positional_count ? arguments->positional[0] : NULL;
	const struct journal_verb *verb = name ? find_verb(name) : NULL;
	struct error err;
	if (verb)
		return run_verb(verb, arguments);
	fail_verb(name, &err);
	return report_usage(arguments, &err);
}

const struct command journal_command = {
	.name = "journal",
	.positional = "COMMAND [DIR] ...",
	.word = verb_word,
	.summary = N_("looks at a journal, mends, exports, marks and seals it"),
	.about = N_("DIR: the setting `journal`, if it is not given. The zone and the rules are those of the configuration, which must be the\n"
		 "collector's where states are made or compared. Who writes the journal is named where a command cannot be run beside it."),
	.options = (const struct option *const[]){journal_command_options, common_options, help_options, NULL},
	.help = print_verbs,
	.run = run,
};
