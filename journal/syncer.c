#include "journal/syncer.h"

#include <string.h>

static void *run(void *argument)
{
	struct syncer *syncer = argument;
	pthread_mutex_lock(syncer->mutex);
	for (;;) {
		while (syncer->stage != SYNCER_WANTED && !syncer->is_stopping)
			pthread_cond_wait(&syncer->wanted, syncer->mutex);
		if (syncer->stage != SYNCER_WANTED)
			break;
		int file = syncer->file;
		pthread_mutex_unlock(syncer->mutex);
		int result = disk_sync(syncer->disk, file);
		pthread_mutex_lock(syncer->mutex);
		syncer->result = result;
		syncer->stage = SYNCER_DONE;
		pthread_cond_signal(syncer->owner);
	}
	pthread_mutex_unlock(syncer->mutex);
	return NULL;
}

bool syncer_start(struct syncer *syncer, const struct disk *disk, pthread_mutex_t *mutex, pthread_cond_t *owner, struct error *err)
{
	*syncer = (struct syncer){.disk = disk, .mutex = mutex, .owner = owner};
	pthread_cond_init(&syncer->wanted, NULL);
	int result = pthread_create(&syncer->thread, NULL, run, syncer);
	return result == 0 || fail(err, "the journal's thread cannot be started: %s", strerror(result));
}

void syncer_stop(struct syncer *syncer)
{
	pthread_mutex_lock(syncer->mutex);
	syncer->is_stopping = true;
	pthread_cond_signal(&syncer->wanted);
	pthread_mutex_unlock(syncer->mutex);
	pthread_join(syncer->thread, NULL);
	pthread_cond_destroy(&syncer->wanted);
}

void syncer_begin(struct syncer *syncer, int file)
{
	syncer->file = file;
	syncer->stage = SYNCER_WANTED;
	pthread_cond_signal(&syncer->wanted);
}
