#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "app/saver.h"
#include "base/log.h"
#include "base/memory.h"
#include "metrics/engine.h"

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
	/* for boards elsewhere; NULL: there are none */
	const char *outside;
	const struct settings *settings;
	const struct veil *veil;
};

/* The same state with hashes for names. It takes as long as a start, which here holds up nobody. */
static bool write_veiled(const struct saver *saver, const struct state_file *file, struct error *err)
{
	bool differs;
	struct engine *engine = engine_unpack(saver->settings, file->bytes.data, file->bytes.size, &differs, err);
	if (!engine)
		return false;
	struct state_file veiled = *file;
	uint8_t *bytes = engine_pack_veiled(engine, saver->veil, INT64_MIN, &veiled.bytes.size);
	engine_destroy(engine);
	veiled.bytes.data = (const char *)bytes;
	const bool good = state_file_save(NULL, saver->outside, &veiled, err);
	free(bytes);
	return good;
}

/* Called with the lock held, which it gives back while it writes. */
static void write_state(struct saver *saver)
{
	struct state_file file = {.lsn = saver->lsn, .recv = saver->recv, .weight = saver->weight, .share = saver->share, .bytes = {(const char *)saver->bytes, saver->size}};
	struct error err = {0};
	memcpy(file.id, saver->id, sizeof file.id);
	pthread_mutex_unlock(&saver->lock);
	bool good = state_file_save(NULL, saver->directory, &file, &err);
	if (good && saver->veil && !write_veiled(saver, &file, &err))
		log_line(LOG_LEVEL_WARNING, "no state of record %llu for boards elsewhere: %s", (unsigned long long)file.lsn, err.text);
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

void saver_veil(struct saver *saver, const char *directory, const struct settings *settings, const struct veil *veil)
{
	pthread_mutex_lock(&saver->lock);
	saver->outside = directory;
	saver->settings = settings;
	saver->veil = veil;
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
