/* One entry per subcommand, one file per entry; help, man pages and completions are made from these tables. */
#ifndef APP_COMMAND_H
#define APP_COMMAND_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "base/zone.h"

/* USAGE: the command line cannot be understood, whatever there is on this machine; FAILED: it could not be done. */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

struct option {
	const char *name;     /* "--speed" */
	const char *argument; /* "X" as help prints it; NULL: takes none */
	const char *help;
	bool repeatable;
	bool (*check)(const char *value, struct error *err); /* what a value must look like; NULL: anything, or the command says so */
};

struct arguments;

struct command {
	const char *name;	/* "publish"; the board is "board" and may be left out */
	const char *positional; /* "FORMAT FILE...", "" for none */
	const char *(*word)(int index); /* what its first one may be, from 0 on; NULL past the end. NULL: anything, such as a file */
	const char *after; /* the first one that another word follows, and no file; NULL: none */
	const char *(*second)(int index); /* which that may be */
	const char *summary;	/* one line */
	const char *about;	/* a paragraph or more for --help and the man page */
	void (*help)(FILE *to, const struct arguments *arguments); /* what --help adds before the options, of what was given; or NULL */
	const struct option *const *options; /* groups of options, each ending with name NULL; ends with NULL */
	int (*run)(const struct arguments *arguments);
};

extern const struct command *const commands[]; /* ends with NULL */
extern const struct option common_options[];   /* --config, --set */
extern const struct option help_options[];     /* --help, --version */

struct arguments {
	const struct command *command;
	struct { const struct option *option; const char *value; } *given;
	int given_count;
	const char **positional;
	int positional_count;
};

/* The last value given, or NULL. */
const char *arguments_value(const struct arguments *arguments, const char *option);
/* The `index`-th value of a repeatable one, or NULL. */
const char *arguments_nth(const struct arguments *arguments, const char *option, int index);
/* Is there such an option for this command? */
bool arguments_takes(const struct arguments *arguments, const char *option);
bool arguments_flag(const struct arguments *arguments, const char *option);
/* False and a message where the value is not a number in the range; *value untouched where the option was not given. */
bool arguments_number(const struct arguments *arguments, const char *option, double least, double most, double *value, struct error *err);

/* "tablo: MESSAGE" on standard error (made harmless); returns EXIT_FAILED, so that a command ends `return report(&err)`. */
int report(const struct error *err);
/* The same for wrong usage, with "see tablo NAME --help"; returns EXIT_USAGE. */
int report_usage(const struct arguments *arguments, const struct error *err);

#endif
