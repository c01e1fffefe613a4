/* The kinds of sections, and those of a file while it is read: one draft of each kind, taken into the settings at its closing brace. */
#ifndef CONFIG_SECTIONS_H
#define CONFIG_SECTIONS_H

#include "config/tables.h"

#define SECTIONS_MOST 2000 /* of each kind: every new one is compared with those before */
#define SECTION_KINDS 10

enum section_part {
	SECTION_RULE,	/* figures may depend on it */
	SECTION_BESIDE, /* written down with the settings, but no figure depends on it */
	SECTION_OUTSIDE /* where others are to be found: is not written down */
};

struct sections;
/* One kind, in the order in which they are printed and written. Everything that reads, copies, checks, prints or compares sections goes
 * over these. */
struct section_kind {
	const struct setting_table *table;
	enum section_part part;
	size_t size;		    /* of one section */
	size_t list, count;	    /* in struct settings: where the array stands, and how many there are */
	size_t title, line;	    /* in the section: its title, which it owns, and its line in the file */
	const char *noun, *remedy;  /* "the queue 'x' was set in line 3 already; put both together"; noun NULL: check() sees to that */
	bool is_ordered;	    /* the first that fits wins, or they are known by their number: their order is a rule, too */
	bool exists;		    /* that there is one is a rule, whatever it says */
	/* The draft as a whole, and what follows from its values; NULL: as it is. */
	bool (*check)(const struct sections *sections, const struct settings *settings, void *draft, const char *title, struct error *err);
};
extern const struct section_kind section_kinds[SECTION_KINDS];

int section_count(const struct section_kind *kind, const struct settings *settings);
void *section_at(const struct section_kind *kind, const struct settings *settings, int index);
const char *section_title(const struct section_kind *kind, const void *section);
/* All of every kind: what they own goes; copies take the place of what is still shared with the settings they come from. */
void sections_release(struct settings *settings);
void sections_duplicate(struct settings *settings);

struct sections {
	const char *const *metrics; /* ends with NULL; NULL: any name will do */
	void *drafts[SECTION_KINDS];
	size_t rooms[SECTION_KINDS]; /* of the settings' arrays */
};

void sections_init(struct sections *sections, const char *const *metrics);
void sections_finish(struct sections *sections);
/* The table of a section and, in *base, the draft its values go to; NULL if there is no such section. */
const struct setting_table *sections_draft(struct sections *sections, const char *name, void **base);
/* Checks the draft as a whole and moves it to the settings; an empty draft follows. The message is without
 * file and line. */
bool sections_take(struct sections *sections, struct settings *settings, const char *name, const char *title,
	int line, struct error *err);

#endif
