/* Do two sets of rules mean the same? What figures are counted by, each rule alone: a rule that is written though it says what would hold without
 * it is none, and zones are held against each other by their data, not by their names. */
#ifndef CONFIG_MEANING_H
#define CONFIG_MEANING_H

#include "config/settings.h"

#define MEANING_TEXT 240 /* bytes of what differs */

/* How many rules mean something else; `first`: one of them in words, 'fcr_within (then "3d", now "7d")'. The zone is not among them. */
int meaning_differences(const struct settings *then, const struct settings *now, char *first, size_t room);
/* The same number where meaning_differences() finds none. */
uint64_t meaning_hash(const struct settings *settings);

/* Ours, that what a journal tells is held against. */
struct meaning {
	const struct settings *settings;
	uint64_t fingerprint;	   /* settings_fingerprint() */
	uint64_t zone, zone_alike; /* zone_hash(), zone_hash_alike(); 0: it cannot be read */
};
void meaning_init(struct meaning *meaning, const struct settings *settings);
/* How many rules of a CONFIG record mean something else, the zone's data among them; `text` (MEANING_TEXT): the first and how many more, harmless.
 * Equal hashes are equal rules; else the text that was written down is read as this program reads it. */
int meaning_compare(const struct meaning *meaning, const struct record_config *then, char *text);

#endif
