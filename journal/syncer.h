/* A thread that makes one file safe at a time, so that writing goes on meanwhile. Shares the mutex of its owner, and wakes him. */
#ifndef JOURNAL_SYNCER_H
#define JOURNAL_SYNCER_H

#include <pthread.h>

#include "base/error.h"
#include "journal/disk.h"

enum syncer_stage { SYNCER_IDLE, SYNCER_WANTED, SYNCER_DONE };

struct syncer {
	const struct disk *disk;
	pthread_mutex_t *mutex;	 /* the owner's; everything below is under it */
	pthread_cond_t *owner;	 /* signalled when done */
	pthread_cond_t wanted;
	pthread_t thread;
	enum syncer_stage stage;
	int file, result;
	bool is_stopping;
};

bool syncer_start(struct syncer *syncer, const struct disk *disk, pthread_mutex_t *mutex, pthread_cond_t *owner, struct error *err);
/* Without the mutex; after what was begun is done. */
void syncer_stop(struct syncer *syncer);
/* With the mutex held; only while idle. */
void syncer_begin(struct syncer *syncer, int file);

#endif
