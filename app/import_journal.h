/* Events written straight into a journal, as a collector would have kept them had it read them from a file: batches of a second, received
 * when they happened; states of the engine along the way. */
#ifndef APP_IMPORT_JOURNAL_H
#define APP_IMPORT_JOURNAL_H

#include "config/settings.h"
#include "feed/event.h"

struct import_journal;

/* The directory is created, or holds no records yet. The settings outlive it. */
struct import_journal *import_journal_open(const char *directory, const struct settings *settings, struct error *err);
bool import_journal_add(struct import_journal *import, const struct event *event, struct error *err);
/* Everything is on the disk then. Not after a failure. */
bool import_journal_finish(struct import_journal *import, struct error *err);
void import_journal_close(struct import_journal *import); /* NULL is fine */

#endif
