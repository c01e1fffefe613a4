#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "app/saver.h"
#include "base/memory.h"

struct saver {
	pthread_t thread;
	pthread_mutex_t lock; /* of everything below */
	pthread_cond_t changed;
	char *directory;
	uint8_t id[JOURNAL_ID_SIZE];
	uint8_t *bytes; /* to be written; NULL: nothing */
	size_t size;
	uint64_t lsn, saved, weight;
	int share;
	int64_t recv;
	bool stop;
	struct error err;
};

/* Called with the lock held, which it gives back while it writes. */
static void write_state(struct saver *saver)
{
	struct state_file file = {.lsn = saver->lsn, .recv = saver->recv, .weight = saver->weight, .share = saver->share, .bytes = {(const char *)saver->bytes, saver->size}};
	struct error err = {0};
	memcpy(file.id, saver->id, sizeof file.id);
	pthread_mutex_unlock(&saver->lock);
	bool good = state_file_save(NULL, saver->directory, &file, &err);
	pthread_mutex_lock(&saver->lock);
	saver->saved = good ? file.lsn : saver->saved;
	saver->err = good ? (struct error){0} : err;
	free(saver->bytes);
	saver->bytes = NULL;
}

static void *run(void *argument)
{
	struct saver *saver = argument;
	pthread_mutex_lock(&saver->lock);
	while (!saver->stop || saver->bytes) {
		if (saver->bytes)
			write_state(saver);
		else
			pthread_cond_wait(&saver->changed, &saver->lock);
	}
	pthread_mutex_unlock(&saver->lock);
	return NULL;
}

struct saver *saver_create(const char *directory, const uint8_t *id, int share, struct error *err)
{
	struct saver *saver = memory_new(1, sizeof *saver);
	saver->directory = memory_text(directory);
	memcpy(saver->id, id, sizeof saver->id);
	saver->share = share;
	pthread_mutex_init(&saver->lock, NULL);
	pthread_cond_init(&saver->changed, NULL);
	int failed = pthread_create(&saver->thread, NULL, run, saver);
	if (!failed)
		return saver;
	fail(err, "no thread for the states of the engine: %s", strerror(failed));
	free(saver->directory);
	free(saver);
	return NULL;
}

void saver_destroy(struct saver *saver)
{
	if (!saver)
		return;
	pthread_mutex_lock(&saver->lock);
	saver->stop = true;
	pthread_cond_signal(&saver->changed);
	pthread_mutex_unlock(&saver->lock);
	pthread_join(saver->thread, NULL);
	pthread_cond_destroy(&saver->changed);
	pthread_mutex_destroy(&saver->lock);
	free(saver->directory);
	free(saver);
}

bool saver_busy(struct saver *saver)
{
	pthread_mutex_lock(&saver->lock);
	bool busy = saver->bytes != NULL;
	pthread_mutex_unlock(&saver->lock);
	return busy;
}

void saver_save(struct saver *saver, uint8_t *bytes, size_t size, uint64_t lsn, int64_t recv, uint64_t weight)
{
	pthread_mutex_lock(&saver->lock);
	saver->bytes = bytes;
	saver->size = size;
	saver->lsn = lsn;
	saver->recv = recv;
	saver->weight = weight;
	pthread_cond_signal(&saver->changed);
	pthread_mutex_unlock(&saver->lock);
}

uint64_t saver_saved(struct saver *saver, struct error *err)
{
	pthread_mutex_lock(&saver->lock);
	uint64_t saved = saver->saved;
	if (err)
		*err = saver->err;
	pthread_mutex_unlock(&saver->lock);
	return saved;
}
