/* A setting as the table describes it: read from text into the field of a struct it belongs to. The board's
 * settings and those within a section (queue, level, alert) are tables of the same kind. */
#ifndef CONFIG_SETTING_H
#define CONFIG_SETTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum setting_type {
	SETTING_TEXT,     /* char *, made harmless */
	SETTING_KEY,      /* char *, as it comes: compared with what feeds send, or handed to the system */
	SETTING_CHOICE,   /* char *, one of the words */
	SETTING_WORD,     /* int, the number of the word; -1 without a fallback */
	SETTING_DURATION, /* int64_t ms; -1 without a fallback */
	SETTING_DAYTIME,  /* int64_t ms after midnight, in whole quarter hours */
	SETTING_NUMBER,   /* int */
	SETTING_LARGE,    /* int64_t */
	SETTING_REAL,     /* double */
	SETTING_LIMIT,    /* double; a figure as people write it: 80, "80 %", "20s" (seconds); "none" and no
			     fallback: NAN */
	SETTING_FLAG,     /* bool */
	SETTING_LIST,     /* char **, with an int count */
};

struct setting {
	const char *name;
	const char *group;    /* printed before the first of a group; NULL: still the same */
	const char *help;     /* one sentence or two */
	const char *fallback; /* the default, as it would be written; NULL: none */
	enum setting_type type;
	size_t offset, count_offset /* SETTING_LIST */;
	int64_t least, most; /* of numbers; ms of durations; entries of a list. 0, 0: whatever fits */
	const char *const *words;
	int word_count;
	bool (*check)(const char *value, struct error *err); /* says only what it must be: "a name of ..." */
	bool was_flag;   /* "true" and "false" are understood too: as the second and the first word */
	bool counts;     /* a rule: with another value the same events give other figures */
	bool at_once;	 /* a running board that reads its configuration again goes by the new value; else the next start does */
	bool is_private; /* may hold a secret by mistake (a password in a URL, a token in a command): is never written down */
};

/* Reads the value into the field; a list gets its entries separated by commas. The message says
 * "'target' must be a duration such as "20s", not "fast"". The field keeps its value on failure. */
bool setting_assign(const struct setting *setting, void *base, const char *value, struct error *err);
/* One more entry of a list. */
bool setting_append(const struct setting *setting, void *base, const char *value, struct error *err);
void setting_clear(const struct setting *setting, void *base);

/* For a whole table of `count`: the fallbacks into a zeroed struct; what the fields own; a copy of it over a
 * shallow copy. */
void setting_fill(const struct setting *table, size_t count, void *base);
void setting_release(const struct setting *table, size_t count, void *base);
void setting_duplicate(const struct setting *table, size_t count, void *base);
/* One field of two structs, with what it owns. */
void setting_swap(const struct setting *setting, void *a, void *b);
const struct setting *setting_find(const struct setting *table, size_t count, const char *name);

/* "20s", "1h30m", "0s": what duration_parse reads. */
void setting_write_duration(int64_t ms, char *to, size_t room);

#endif
