/* The rules in force, as a CONFIG record tells them, and what is different in those of a journal. */
#ifndef APP_RULES_H
#define APP_RULES_H

#include "config/meaning.h"

#define RULES_ROOM MEANING_TEXT

struct rules {
	char *text; /* of settings_write() */
	struct meaning meaning; /* of settings that outlive it */
	struct record_config config; /* without feeds; a view of the text */
};

/* False: the zone cannot be read. */
bool rules_open(struct rules *rules, const struct settings *settings, struct error *err);
void rules_close(struct rules *rules);
/* While a journal is folded: says in the log when a CONFIG record tells other rules, with the first rule that means something else. `told` (""
 * at first): what was said last; runs with the same rules say it once. Other records are passed over. */
void rules_note(const struct rules *rules, const struct record *record, char told[RULES_ROOM]);

#endif
