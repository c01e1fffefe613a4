/* One writer to a directory: the file LOCK, held with flock and naming the process. */
#ifndef JOURNAL_LOCK_H
#define JOURNAL_LOCK_H

#include "base/error.h"
#include "journal/disk.h"

/* The file that holds the lock until it is closed, or -1. Creates the directory. */
int lock_take(const struct disk *disk, const char *directory, struct error *err);

/* Does somebody write this journal now? */
bool lock_held(const struct disk *disk, const char *directory);

#endif
