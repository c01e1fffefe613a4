/* The tables of settings: of the board, and of each section. Everything that reads, checks or prints settings goes over them. */
#ifndef CONFIG_TABLES_H
#define CONFIG_TABLES_H

#include "config/setting.h"
#include "config/settings.h"

struct setting_table {
	const char *name; /* of the section; "" for the board's own */
	const char *title; /* what the title of a section is, as an example prints it; NULL: it has none */
	const char *help;
	const struct setting *settings;
	size_t count;
};

extern const struct setting_table board_table, feed_table, site_table, queue_table, level_table, alert_table, calendar_table, sla_table, market_table,
	card_table, right_table, page_table, row_table, widget_table /* what can be set of every kind of widget */;

/* Names of channels as events have them, in the order of enum channel. */
extern const char *const channel_names[CHANNEL_COUNT];

/* As settings_write() does, without the name; false: it has no value, nothing is written. */
bool setting_write_value(const struct setting *setting, const void *base, FILE *to);

/* NAME = its default, as a file has it. */
void setting_print_default(FILE *to, const struct setting *setting);
/* Which words or what range it takes, each as a line after `before`; nothing where anything goes. */
void setting_print_limits(FILE *to, const char *before, const struct setting *setting);

bool sla_clock_known(const char *name, struct error *err);
bool setting_is_right(const char *value, struct error *err);
bool right_settings_check(const struct right_settings *right, const char *title, struct error *err);
bool setting_is_zone(const char *value, struct error *err);
/* cards.c: is it a card, with a text, and the first of its language? */
bool card_settings_check(const struct settings *settings, const struct card_settings *card, const char *title, struct error *err);

#endif
