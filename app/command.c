#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "app/command.h"
#include "app/option_checks.h"
#include "app/usage.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/words.h"
#include "config/suggest.h"

#define NAMES_MOST 80 /* options of one command */

const struct option common_options[] = {
	{"--config", "FILE", N_("read this configuration file (tablo --print-config prints one)"), false},
	{"--set", "NAME=VALUE", N_("set one setting, over the file"), true, option_is_setting},
	{"--display", "WHO", N_("who looks on: public, team or desk; what names and ids are shown (docs/PRIVACY.md)"), false, option_is_display},
	{0},
};

const struct option help_options[] = {
	{"--language", "LANG", N_("auto, en or ru: what the board and this help are written in"), false, option_is_language},
	{"--help", NULL, N_("print this help"), false},
	{"--version", NULL, N_("print the version"), false},
	{0},
};

/* The option that was probably meant; NULL: none is near. */
static const char *nearest_option(const struct command *command, struct view word)
{
	const char *names[NAMES_MOST];
	char wrong[60];
	size_t count = 0;
	for (const struct option *const *group = command->options; *group; group++)
		for (const struct option *option = *group; option->name && count + 1 < NAMES_MOST; option++)
			names[count++] = option->name;
	names[count] = NULL;
	view_copy(word, wrong, sizeof wrong);
	return suggest(wrong, names);
}

static const struct option *find_option(const struct command *command, const char *name, size_t length)
{
	for (const struct option *const *group = command->options; *group; group++)
		for (const struct option *option = *group; option->name; option++)
			if (strlen(option->name) == length && strncmp(option->name, name, length) == 0)
				return option;
	return NULL;
}

static void give(struct arguments *arguments, const struct option *option, const char *value)
{
	size_t count = (size_t)arguments->given_count;
	arguments->given = memory_resize(arguments->given, count + 1, sizeof *arguments->given);
	arguments->given[count].option = option;
	arguments->given[count].value = value;
	arguments->given_count++;
}

static void add_positional(struct arguments *arguments, const char *text)
{
	size_t count = (size_t)arguments->positional_count;
	arguments->positional = memory_resize(arguments->positional, count + 1, sizeof *arguments->positional);
	arguments->positional[count] = text;
	arguments->positional_count++;
}

/* One word that starts with "--"; takes the next word where the option wants a value that is not behind "=". */
static bool take_option(struct arguments *arguments, char **words, int count, int *at, struct error *err)
{
	const char *word = words[*at];
	const char *equals = strchr(word, '=');
	size_t length = equals ? (size_t)(equals - word) : strlen(word);
	const struct option *option = find_option(arguments->command, word, length);
	if (!option) {
		const char *meant = nearest_option(arguments->command, (struct view){word, length});
		return fail(err, "there is no option %.*s%s%s%s", length < 200 ? (int)length : 200, word, meant ? "; did you mean " : "", meant ? meant : "",
			meant ? "?" : "");
	}
	if (!option->argument) {
		if (equals)
			return fail(err, "%s takes no value", option->name);
		give(arguments, option, "");
		return true;
	}
	if (!option->repeatable && arguments_value(arguments, option->name))
		return fail(err, "%s is given twice", option->name);
	if (!equals && *at + 1 >= count)
		return fail(err, "%s wants a value: %s %s", option->name, option->name, option->argument);
	give(arguments, option, equals ? equals + 1 : words[++*at]);
	return true;
}

bool arguments_parse(struct arguments *arguments, const struct command *command, char **words, int count, struct error *err)
{
	*arguments = (struct arguments){.command = command};
	bool only_positional = false;
	for (int i = 0; i < count; i++) {
		if (!only_positional && strcmp(words[i], "--") == 0)
			only_positional = true;
		else if (!only_positional && strncmp(words[i], "--", 2) == 0) {
			if (!take_option(arguments, words, count, &i, err))
				return false;
		} else if (!only_positional && words[i][0] == '-' && words[i][1])
			return fail(err, "there is no option %s (options are written in full, with two dashes)", words[i]);
		else
			add_positional(arguments, words[i]);
	}
	return true;
}

/* How many words beside options it takes: those of its pattern; -1: any number. */
static int positional_most(const struct command *command)
{
	int words = *command->positional != 0;
	for (const char *at = command->positional; *at; at++)
		words += *at == ' ';
	return strstr(command->positional, "...") ? -1 : words;
}

bool arguments_check(const struct arguments *arguments, struct error *err)
{
	struct error why;
	const int most = positional_most(arguments->command);
	if (most >= 0 && arguments->positional_count > most)
		return fail(err, "tablo %s takes no \"%.200s\"%s", arguments->command->name, arguments->positional[most], most ? " beside the first" : "");
	for (int i = 0; i < arguments->given_count; i++) {
		const struct option *option = arguments->given[i].option;
		if (!option->check || option->check(arguments->given[i].value, &why))
			continue;
		const bool named = strncmp(why.text, "--", 2) == 0;
		return fail(err, "%s%s%.500s", named ? "" : option->name, named ? "" : ": ", why.text);
	}
	return true;
}

void arguments_finish(struct arguments *arguments)
{
	free(arguments->given);
	free(arguments->positional);
	*arguments = (struct arguments){0};
}

const char *arguments_value(const struct arguments *arguments, const char *option)
{
	const char *value = NULL;
	for (int i = 0; i < arguments->given_count; i++)
		if (strcmp(arguments->given[i].option->name, option) == 0)
			value = arguments->given[i].value;
	return value;
}

const char *arguments_nth(const struct arguments *arguments, const char *option, int index)
{
	for (int i = 0; i < arguments->given_count; i++)
		if (strcmp(arguments->given[i].option->name, option) == 0 && index-- == 0)
			return arguments->given[i].value;
	return NULL;
}

bool arguments_takes(const struct arguments *arguments, const char *option)
{
	return find_option(arguments->command, option, strlen(option)) != NULL;
}

bool arguments_flag(const struct arguments *arguments, const char *option)
{
	return arguments_value(arguments, option) != NULL;
}

bool arguments_number(const struct arguments *arguments, const char *option, double least, double most, double *value, struct error *err)
{
	const char *text = arguments_value(arguments, option);
	if (!text)
		return true;
	char *end;
	errno = 0;
	double number = strtod(text, &end);
	if (errno || end == text || *end || !(number >= least && number <= most))
		return fail(err, "%s must be a number from %g to %g, not \"%s\"", option, least, most, text);
	*value = number;
	return true;
}

static void complain(const char *text)
{
	char harmless[700];
	text_harmless(view_of(text), harmless, sizeof harmless);
	fprintf(stderr, "tablo: %s\n", harmless);
}

int report(const struct error *err)
{
	complain(err->text);
	return EXIT_FAILED;
}

int report_usage(const struct arguments *arguments, const struct error *err)
{
	complain(err->text);
	fprintf(stderr, "see: tablo %s --help\n", arguments->command->name);
	return EXIT_USAGE;
}
