/* The subcommands of `tablo journal`, one file each (app/journal_*.c). */
#ifndef APP_JOURNAL_COMMAND_H
#define APP_JOURNAL_COMMAND_H

#include "app/command.h"
#include "config/settings.h"

struct journal_call {
	const struct arguments *arguments;
	const struct settings *settings;
	const struct zone *zone; /* times are read and printed in it */
	const char *directory;	 /* or one file, where `takes_file` */
	const char **rest; /* what follows it */
	int rest_count;
};

struct journal_verb {
	const char *name, *positional, *help;
	bool takes_file;	    /* one file will do in place of a directory */
	int rest_least, rest_most;
	int (*run)(const struct journal_call *call);
};

int journal_list(const struct journal_call *call);
int journal_verify(const struct journal_call *call);
int journal_rules(const struct journal_call *call);
int journal_repair(const struct journal_call *call);
int journal_export(const struct journal_call *call);
int journal_mark(const struct journal_call *call);
int journal_seal(const struct journal_call *call);

/* --from and --to as instants; INT64_MIN, INT64_MAX where they are not given. */
bool journal_range(const struct journal_call *call, int64_t *from, int64_t *to, struct error *err);
/* --at; without it now. */
bool journal_instant(const struct journal_call *call, int64_t *at, struct error *err);
/* To write in it: as lock_take(), but of a journal that is there; a mistyped directory is not made. */
int journal_lock(const char *directory, struct error *err);
/* One file of a journal, by its name? */
bool journal_is_file(const char *path);
/* What is wrong, as a line on standard output. */
struct damage;
void journal_tell_damage(const struct damage *damage);

#endif
