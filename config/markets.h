/* Markets: where customers live. What the settings say of one: its clock, its calendar, its targets, and how people there are addressed. */
#ifndef CONFIG_MARKETS_H
#define CONFIG_MARKETS_H

#include "config/settings.h"

/* The section of that name (capitals matter, as they do in events), or NULL. */
const struct market_settings *market_find(const struct settings *settings, const char *name);
const struct calendar_settings *market_calendar(const struct settings *settings, const struct market_settings *market); /* or NULL */
/* Its own zone, else that of its calendar, else the board's. */
const char *market_zone(const struct settings *settings, const struct market_settings *market);
/* What the board calls it. */
const char *market_title(const struct market_settings *market);

/* How people there are addressed and answered: a heading and the text, in the order of a card; false: the settings do not say. */
enum custom { CUSTOM_ADDRESS, CUSTOM_LAUGH, CUSTOM_NO, CUSTOM_MORE, CUSTOM_COUNT };
const char *market_custom(const struct market_settings *market, enum custom custom); /* or NULL */

#endif
