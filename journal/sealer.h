/* A thread of the lowest priority that seals the files of a journal some time after they were closed. The last file is never sealed: a
 * start mends it. */
#ifndef JOURNAL_SEALER_H
#define JOURNAL_SEALER_H

#include "journal/seal.h"

struct sealer;

/* `after`: ms since a file was closed. */
struct sealer *sealer_start(const struct disk *disk, const char *directory, int64_t after, struct error *err);
/* Gives up what it is at. NULL is fine. */
void sealer_stop(struct sealer *sealer);
/* A file was closed: looks again. */
void sealer_wake(struct sealer *sealer);
/* Who removes files, holds it meanwhile. */
pthread_mutex_t *sealer_door(struct sealer *sealer);
/* Bytes of the disk that sealing won since the last call. */
uint64_t sealer_won(struct sealer *sealer);

/* Seals every file that is not, but for the last unless `with_last`; `each` is told of each file. False: some could not be sealed. */
bool sealer_seal_all(struct sealing *sealing, bool with_last, void (*each)(void *context, const struct segment *segment, enum seal_result result,
	const struct error *err), void *context, struct error *err);

#endif
