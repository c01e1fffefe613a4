/* A configuration that was read again while the program runs: what can be in force at once, and what waits for the next start. */
#ifndef CONFIG_RENEW_H
#define CONFIG_RENEW_H

#include "config/settings.h"

/* What runs, with what of `fresh` holds at once in the place of its own: looks, pages, levels, cards, settings with `at_once`. `first`: what
 * the file said when the program started; where `fresh` says otherwise in something else, `waits` names it ("feeds, queue"), else it is "".
 * `fresh` is spent, and stays the caller's to destroy. */
struct settings *settings_renew(const struct settings *running, const struct settings *first, struct settings *fresh, char *waits, size_t room);

#endif
