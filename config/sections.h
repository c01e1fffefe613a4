/* The sections of a file while it is read: one draft of each kind, taken into the settings at its closing
 * brace. */
#ifndef CONFIG_SECTIONS_H
#define CONFIG_SECTIONS_H

#include "config/tables.h"

#define SECTIONS_MOST 2000 /* of each kind: every new one is compared with those before */

struct sections {
	const char *const *metrics; /* ends with NULL; NULL: any name will do */
	struct feed_settings link;
	struct site_settings site;
	struct queue_settings queue;
	struct level_settings level;
	struct alert_settings alert;
	struct calendar_settings calendar;
	struct sla_settings sla;
	struct card_settings card;
	size_t taken;                              /* how many, of all kinds */
	size_t link_room, site_room, queue_room, level_room, alert_room, calendar_room, sla_room, card_room; /* of the settings' arrays */
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
