/* Opening hours as people write them in the settings. */
#ifndef CONFIG_OPENING_H
#define CONFIG_OPENING_H

#include "base/open_hours.h"
#include "config/settings.h"

/* "09:00-12:30", "18:00-24:00". */
bool opening_block(const char *text, struct open_block *block, struct error *err);
/* "2026-12-25", as days since 1970-01-01. */
bool opening_holiday(const char *text, int32_t *day, struct error *err);
/* Of a calendar section, into an array that the caller frees; how many there are. */
size_t calendar_settings_blocks(const struct calendar_settings *calendar, struct open_block **blocks);
size_t calendar_settings_holidays(const struct calendar_settings *calendar, int32_t **days);

#endif
