/* `tablo journal verify --store URL`: is in Redis what the journal says? */
#ifndef APP_JOURNAL_STORE_H
#define APP_JOURNAL_STORE_H

#include "config/settings.h"

/* Folds the journal to the watermark and compares it with what is stored for the site; NULL: the site that the journal says it is of, else the
 * settings'. 1: equal; 0: not, the first differences are printed; -1: it could not be looked. */
int journal_store_verify(const char *directory, const char *url, const char *site, const struct settings *settings, struct error *err);

#endif
