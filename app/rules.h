/* The rules in force, as a CONFIG record tells them, and what is different in those of a journal. */
#ifndef APP_RULES_H
#define APP_RULES_H

#include "config/settings.h"

#define RULES_ROOM 700 /* bytes of what differs */

struct rules {
	char *text; /* of settings_write() */
	struct record_config config; /* without feeds; a view of the text */
};

/* False: the zone cannot be read. */
bool rules_open(struct rules *rules, const struct settings *settings, struct error *err);
void rules_close(struct rules *rules);
/* While a journal is folded: says in the log when a CONFIG record tells other rules, with some of the lines that differ. `told` ("" at first): what was said last; runs
 * with the same rules say it once. Other records are passed over. */
void rules_note(const struct rules *rules, const struct record *record, char told[RULES_ROOM]);

#endif
