/* lost+tail/: what is no part of the journal any more and is kept all the same. */
#ifndef JOURNAL_ASIDE_H
#define JOURNAL_ASIDE_H

#include "journal/disk.h"

#define ASIDE_DIRECTORY "lost+tail"

/* Copies so many bytes of an open file, under `name`, and waits until they are safe. 0 or -errno. */
int aside_copy(const struct disk *disk, const char *directory, const char *name, int file, int64_t offset, int64_t size);
/* Moves a file of the directory there, under the name `as`. 0 or -errno. */
int aside_move(const struct disk *disk, const char *directory, const char *name, const char *as);

#endif
