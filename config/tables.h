/* The tables of settings: of the board, and of each section. Everything that reads, checks or prints settings goes over them. */
#ifndef CONFIG_TABLES_H
#define CONFIG_TABLES_H

#include "config/setting.h"
#include "config/settings.h"

struct setting_table {
	const char *name; /* of the section; "" for the board's own */
	const char *title; /* what the title of a section is, as an example prints it */
	const char *help;
	const struct setting *settings;
	size_t count;
};

extern const struct setting_table board_table, feed_table, site_table, queue_table, level_table, alert_table;

/* Names of channels as events have them, in the order of enum channel. */
extern const char *const channel_names[CHANNEL_COUNT];

/* As settings_write() does, without the name; false: it has no value, nothing is written. */
bool setting_write_value(const struct setting *setting, const void *base, FILE *to);

/* Of one element of a section's array, with what it owns. */
void queue_settings_finish(struct queue_settings *queue);
void feed_settings_finish(struct feed_settings *link);
void site_settings_finish(struct site_settings *site);
void level_settings_finish(struct level_settings *level);
void alert_settings_finish(struct alert_settings *alert);
/* Everything copied; for reading a file whole or not at all. */

#endif
