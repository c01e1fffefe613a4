#include <stdlib.h>
#include <string.h>

#include "app/bridge_run.h"
#include "app/bridge_trial.h"
#include "app/commands.h"
#include "app/option_checks.h"
#include "app/salt.h"
#include "app/setup.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/words.h"
#include "config/suggest.h"
#include "feed/mapping/source.h"

#define TEST "test"
#define NONE "none"
#define DEFAULT_BIND "tcp://127.0.0.1:5570"
#define DEFAULT_REPLAY "tcp://127.0.0.1:5571"
#define CLASSES_MOST 32

static const struct option bridge_options[] = {
	{"--state", "DIR", N_("what the bridge has made and remembers (default: of the service, else ~/.local/state/tablo/bridge-SRC)"), false,
		option_is_folder},
	{"--bind", "URL", N_("where subscribers connect (default tcp://127.0.0.1:5570)"), false, option_is_address},
	{"--replay", "URL", N_("where they ask again for what they missed, or none (default tcp://127.0.0.1:5571)"), false},
	{"--site", "NAME", N_("the site in the topic (default default)"), false},
	{"--src", "NAME", N_("this publisher's name; one per bridge (default: the format)"), false},
	{"--salt-file", "FILE", N_("16 bytes or more that customers' numbers are hashed with (default: this machine's id)"), false},
	{"--sync", NULL, N_("publish and acknowledge only what is on the disk (fdatasync)"), false},
	{"--recorded", NULL, N_("what the source tells is past: a board takes the time of the events (--clock feed)"), false},
	{"--wait", "N", N_("begin when N subscribers are there (default 0)"), false},
	{"--linger", "TIME", N_("where the source ends: stay for those who catch up (default 2s)"), false, option_is_duration},
	{"--json", NULL, N_("test: one object a line"), false},
	{0},
};

/* Of single classes, which say themselves which of them they take. */
static const struct option class_options[] = {
	{"--queue-log", "FILE", N_("ami: the queue_log of the same Asterisk, which then leads"), false},
	{"--map", "FILE", N_("the mapping, which says what the source means"), true},
	{"--listen", "ADDRESS", N_("where it is called (default 127.0.0.1:8480)"), false},
	{"--secret-file", "FILE", N_("lines \"NAME = SECRET\", one for each source; mode 0600, or credential:NAME"), false},
	{"--unsigned", "NAME", N_("for trials at a loopback address: takes this source from anybody"), true},
	{"--public-url", "URL", N_("what stands before the path where the source calls, as in https://hooks.example.org"), false},
	{"--behind-proxy", NULL, N_("a reverse proxy with TLS stands before it: any address may be listened at"), false},
	{"--tls-certificate", "FILE", N_("a certificate of its own, in PEM"), false},
	{"--tls-key", "FILE", N_("and its key, mode 0600, or credential:NAME"), false},
	{"--login", "FILE", N_("what it logs in with, mode 0600 or credential:NAME: of ami user = NAME and secret = TEXT, a line each; of freeswitch the password"), false},
	{"--zone", "ZONE", N_("the zone of times without one"), false, option_is_zone},
	{"--once", NULL, N_("end at the end of the file in place of following it"), false},
	{"--from", "WHEN", N_("the first time: pass over what is older than this date or time"), false, option_is_instant},
	{"--from-end", NULL, N_("the first time: pass over what the file holds already"), false},
	{0},
};

/* ---- which class ---- */

static const char *class_name(int index)
{
	return bridge_classes[index] ? bridge_classes[index]->name : NULL;
}

/* The classes, and the sources whose documents can be looked at. */
static const char *trial_name(int index)
{
	int classes = 0;
	while (bridge_classes[classes])
		classes++;
	return index < classes ? class_name(index) : source_texts[index - classes].name;
}

static void name_classes(const char *name, const char *(*name_at)(int index), struct error *err)
{
	const char *known[CLASSES_MOST] = {0};
	char list[300] = "";
	int count = 0;
	while (count < CLASSES_MOST - 1 && (known[count] = name_at(count)))
		count++;
	for (int i = 0; i < count; i++)
		snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", i ? ", " : "", known[i]);
	const char *meant = suggest(name, known);
	fail(err, "'%.60s' is no format%s%s%s; there are: %s", name, meant ? ": did you mean '" : "", meant ? meant : "", meant ? "'?" : "", list);
}

static bool takes(const struct bridge_class *class, const char *name)
{
	for (int i = 0; class->options[i]; i++)
		if (strcmp(class->options[i], name) == 0)
			return true;
	return false;
}

static bool check_options(const struct bridge_class *class, const struct arguments *arguments, struct error *err)
{
	for (const struct option *option = class_options; option->name; option++)
		if (arguments_flag(arguments, option->name) && !takes(class, option->name))
			return fail(err, "tablo bridge %s takes no %s: %s", class->name, option->name, _(option->help));
	return true;
}

/* FORMAT and what follows it, from `begin` on. */
static const struct bridge_class *read_class(const struct arguments *arguments, int begin, struct error *err)
{
	const char *name = arguments->positional_count > begin ? arguments->positional[begin] : "";
	const struct bridge_class *class = bridge_class_find(name);
	if (!class && begin == 0 && source_text_find(name))
		fail(err, "%s calls: tablo bridge webhook listens to it; tablo bridge test %s FILE shows what becomes of a document", name, name);
	else if (!class)
		name_classes(name, begin ? trial_name : class_name, err);
	return class && check_options(class, arguments, err) ? class : NULL;
}

static bool read_target(const struct bridge_class *class, const struct arguments *arguments, const char **target, struct error *err)
{
	const char *const wanted = class->positional;
	*target = arguments->positional_count > 1 ? arguments->positional[1] : "";
	if (arguments->positional_count > 2)
		return fail(err, "'%.200s' is one too many", arguments->positional[2]);
	if (!*wanted && **target)
		return fail(err, "tablo bridge %s takes no '%.200s'", class->name, *target);
	return !*wanted || *wanted == '[' || **target || fail(err, "tablo bridge %s wants a %s", class->name, wanted);
}

/* ---- bridge test ---- */

static void count_nothing(void *context, enum bridge_count which, const char *why)
{
	(void)context, (void)which, (void)why;
}

static void say_text(void *context, const char *text)
{
	(void)context;
	log_line(LOG_LEVEL_INFO, "%s", text);
}

static void end_nothing(void *context)
{
	(void)context;
}

/* A class, or the name of a mapping of documents that the program holds. */
static int run_trial(const struct bridge_class *class, const char *source, const struct arguments *arguments, const struct pseudonym *pseudonym)
{
	struct error err;
	const struct outbox_options options = {.src = source, .report = say_text};
	const struct bridge_host host = {
		.outbox = outbox_open(&options, &err),
		.pseudonym = *pseudonym,
		.option = bridge_option,
		.option_nth = bridge_option_nth,
		.arguments = arguments,
		.count = count_nothing,
		.say = say_text,
		.done = end_nothing,
	};
	if (!host.outbox)
		return report(&err);
	struct bridge_trial_run *run = bridge_trial_open(arguments_flag(arguments, "--json"));
	const struct bridge_trial trial = bridge_trial_of(run);
	const struct source_options documents = {.name = source, .zone = bridge_option(arguments, "--zone"), .pseudonym = pseudonym};
	const char *path = arguments->positional[2];
	const bool good = class ? class->test(&host, path, &trial, &err) : source_test(&documents, path, &trial, &err);
	const bool sound = bridge_trial_close(run);
	outbox_close(host.outbox);
	if (!good)
		return report(&err);
	return sound ? EXIT_DONE : EXIT_FAILED;
}

static bool read_pseudonym(const struct arguments *arguments, struct pseudonym *pseudonym, struct error *err)
{
	struct salt salt;
	if (!salt_read(&salt, arguments_value(arguments, "--salt-file"), err))
		return false;
	if (!salt.size)
		log_line(LOG_LEVEL_WARNING, SALT_MISSING);
	pseudonym_init(pseudonym, (struct view){salt.bytes, salt.size});
	return true;
}

static int test(const struct arguments *arguments)
{
	struct error err;
	struct pseudonym pseudonym;
	const char *name = arguments->positional_count > 1 ? arguments->positional[1] : "";
	const bool document = !bridge_class_find(name) && source_text_find(name);
	const struct bridge_class *class = document ? NULL : read_class(arguments, 1, &err);
	if (!class && !document)
		return report_usage(arguments, &err);
	if (arguments->positional_count != 3) {
		fail(&err, "tablo bridge test %s wants one FILE", name);
		return report_usage(arguments, &err);
	}
	return read_pseudonym(arguments, &pseudonym, &err) ? run_trial(class, name, arguments, &pseudonym) : report(&err);
}

/* ---- bridge ---- */

/* The service manager's first; else one's own, by the publisher's name. */
static char *state_folder(const struct arguments *arguments, const char *src)
{
	const char *given = arguments_value(arguments, "--state"), *service = getenv("STATE_DIRECTORY");
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	if (given)
		return memory_text(given);
	if (service && *service == '/')
		return memory_format("%.*s", (int)strcspn(service, ":"), service);
	if (state && *state == '/')
		return memory_format("%s/tablo/bridge-%s", state, src);
	return home && *home == '/' ? memory_format("%s/.local/state/tablo/bridge-%s", home, src) : NULL;
}

static bool read_numbers(struct bridge_choices *choices, const struct arguments *arguments, struct error *err)
{
	double wait = 0;
	const char *linger = arguments_value(arguments, "--linger");
	if (!arguments_number(arguments, "--wait", 0, 10000, &wait, err) || (linger && !duration_parse(view_of(linger), &choices->linger, err)))
		return false;
	choices->wait = (int)wait;
	return true;
}

static bool read_choices(struct bridge_choices *choices, const struct arguments *arguments, struct error *err)
{
	const char *bind = arguments_value(arguments, "--bind"), *replay = arguments_value(arguments, "--replay");
	const char *src = arguments_value(arguments, "--src");
	*choices = (struct bridge_choices){
		.class = read_class(arguments, 0, err),
		.arguments = arguments,
		.bind = bind ? bind : DEFAULT_BIND,
		.replay = replay ? replay : DEFAULT_REPLAY,
		.site = arguments_value(arguments, "--site"),
		.recorded = arguments_flag(arguments, "--recorded"),
		.sync = arguments_flag(arguments, "--sync"),
		.linger = 2 * SECOND_MS,
	};
	if (!choices->class || !read_target(choices->class, arguments, &choices->target, err) || !read_numbers(choices, arguments, err))
		return false;
	if (arguments_flag(arguments, "--json"))
		return fail(err, "--json is for tablo bridge test");
	if (strcmp(choices->replay, NONE) == 0)
		choices->replay = NULL;
	else if (!option_is_address(choices->replay, err))
		return false;
	choices->src = src ? src : choices->class->name;
	return (*choices->src && !strchr(choices->src, '/')) || fail(err, "--src is a name, without '/'");
}

static int run_with_settings(struct bridge_choices *choices, const struct arguments *arguments)
{
	struct error err;
	bool usage;
	struct settings *settings = setup_settings(arguments, &usage, &err);
	if (!settings)
		return usage ? report_usage(arguments, &err) : report(&err);
	char *state = state_folder(arguments, choices->src);
	choices->state = state;
	const bool good = state ? bridge_run(choices, settings, &err)
		: fail(&err, "there is no home folder to keep the bridge's state in: give --state DIR");
	free(state);
	settings_destroy(settings);
	return good ? EXIT_DONE : report(&err);
}

static int run(const struct arguments *arguments)
{
	struct error err;
	struct bridge_choices choices;
	if (arguments->positional_count && strcmp(arguments->positional[0], TEST) == 0)
		return test(arguments);
	if (!read_choices(&choices, arguments, &err))
		return report_usage(arguments, &err);
	return read_pseudonym(arguments, &choices.pseudonym, &err) ? run_with_settings(&choices, arguments) : report(&err);
}

/* ---- help ---- */

static void print_options(FILE *to, const struct bridge_class *class)
{
	for (int i = 0; class->options[i]; i++)
		fprintf(to, " %s", class->options[i]);
}

static void print_classes(FILE *to, const struct arguments *arguments)
{
	(void)arguments;
	for (int i = 0; bridge_classes[i]; i++) {
		const struct bridge_class *class = bridge_classes[i];
		fprintf(to, "  %s%*s%s\n               %s\n", class->name, *class->positional ? 13 - (int)strlen(class->name) : 0, "", class->positional, _(class->help));
		if (class->options[0]) {
			fputs("              ", to);
			print_options(to, class);
			fputc('\n', to);
		}
	}
	fputc('\n', to);
}

static const char *class_word(int index)
{
	return index == 0 ? TEST : class_name(index - 1);
}

const struct command bridge_command = {
	.name = "bridge",
	.positional = "[test] FORMAT [TARGET]",
	.word = class_word,
	.after = TEST,
	.second = trial_name,
	.summary = N_("follows another system as it runs, and publishes what happens there"),
	.about = N_("Reads what FORMAT says of TARGET as it comes, converts it to events and publishes them, each exactly once: what was made, how far\n"
		 "the source was read and what must be remembered are written together, and a bridge that was killed goes on where it was. Readers\n"
		 "that missed something ask for it again. A salted hash stands in for customers' numbers, and free text is left out.\n"
		 "`tablo bridge test FORMAT FILE` publishes nothing: it shows what captured content becomes, field by field, and exits 1 if something of\n"
		 "it was damaged."),
	.options = (const struct option *const[]){bridge_options, class_options, common_options, help_options, NULL},
	.help = print_classes,
	.run = run,
};
