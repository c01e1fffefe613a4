#include "journal/sealer.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"

#define LOOK (30 * SECOND_MS) /* between two looks at the files */
/* linux/ioprio.h is not everywhere: of this thread, the class that gets the disk when nobody else wants it. */
#define IOPRIO_THREAD 1
#define IOPRIO_IDLE (3 << 13)

struct sealer {
	pthread_t thread;
	pthread_mutex_t door;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t changed;
	bool is_woken;
	uint64_t won;
	atomic_bool stop;
	/* the thread's own */
	const struct disk *disk;
	char *directory;
	int64_t after;
	struct segment_list left; /* those that cannot be sealed */
	bool has_looked;
};

/* A sealing that was cut off after its last step but one leaves both forms: then it is done again, and the old one goes. */
static bool has_twin(const struct disk *disk, const char *directory, const struct segment *segment)
{
	const struct segment raw = segment_raw(segment);
	char *path = disk_path(directory, raw.name);
	const int file = segment->is_sealed ? disk->open(disk->context, path, O_RDONLY) : -1;
	free(path);
	if (file >= 0)
		disk->close(disk->context, file);
	return file >= 0;
}

static bool is_left(const struct sealer *sealer, const struct segment *segment)
{
	for (size_t i = 0; i < sealer->left.count; i++)
		if (segment_same(&sealer->left.segments[i], segment))
			return true;
	return false;
}

static void note_left(struct sealer *sealer, const struct segment *segment)
{
	struct segment_list *left = &sealer->left;
	left->segments = memory_grow(left->segments, &left->room, left->count + 1, sizeof *left->segments);
	left->segments[left->count++] = *segment;
}

/* A file was closed when the next one was begun. One whose records all stand in the next one too is only kept aside. */
static bool is_due(const struct sealer *sealer, const struct segment *segment)
{
	struct segment_head next;
	if (segment->is_sealed)
		return !sealer->has_looked && has_twin(sealer->disk, sealer->directory, segment);
	if (is_left(sealer, segment) || segment[1].first == segment->first)
		return false;
	return segment_head_load(sealer->disk, sealer->directory, &segment[1], SEGMENT_JOURNAL, &next) && clock_wall() - next.created >= sealer->after;
}

static void seal_one(struct sealer *sealer, const struct segment *segment)
{
	struct sealing sealing = {.disk = sealer->disk, .directory = sealer->directory, .level = SEAL_LEVEL, .door = &sealer->door,
		.stop = &sealer->stop};
	const struct segment raw = segment_raw(segment);
	struct error err;
	const enum seal_result result = seal_file(&sealing, &raw, &err);
	if (result == SEAL_LEFT)
		note_left(sealer, segment);
	if (result != SEAL_DONE || sealing.after >= sealing.before)
		return;
	pthread_mutex_lock(&sealer->lock);
	sealer->won += sealing.before - sealing.after;
	pthread_mutex_unlock(&sealer->lock);
}

static void look(struct sealer *sealer)
{
	struct segment_list list = {0};
	if (segments_list(&list, sealer->disk, sealer->directory, SEGMENT_JOURNAL, NULL))
		for (size_t i = 0; i + 1 < list.count && !atomic_load(&sealer->stop); i++)
			if (is_due(sealer, &list.segments[i]))
				seal_one(sealer, &list.segments[i]);
	sealer->has_looked = true;
	segments_finish(&list);
}

/* With the lock held. */
static void await_work(struct sealer *sealer)
{
	const int64_t until = clock_monotonic() + LOOK;
	const struct timespec when = {.tv_sec = until / SECOND_MS, .tv_nsec = until % SECOND_MS * 1000000};
	while (!sealer->is_woken && !atomic_load(&sealer->stop) && clock_monotonic() < until)
		pthread_cond_timedwait(&sealer->changed, &sealer->lock, &when);
	sealer->is_woken = false;
}

static void *run(void *argument)
{
	struct sealer *sealer = argument;
	const struct sched_param lowest = {0};
	pthread_setschedparam(pthread_self(), SCHED_IDLE, &lowest);
	syscall(SYS_ioprio_set, IOPRIO_THREAD, 0, IOPRIO_IDLE); /* where it is refused, the disk is shared evenly */
	seal_tidy(sealer->disk, sealer->directory);
	pthread_mutex_lock(&sealer->lock);
	while (!atomic_load(&sealer->stop)) {
		pthread_mutex_unlock(&sealer->lock);
		look(sealer);
		pthread_mutex_lock(&sealer->lock);
		await_work(sealer);
	}
	pthread_mutex_unlock(&sealer->lock);
	return NULL;
}

static void destroy(struct sealer *sealer)
{
	pthread_cond_destroy(&sealer->changed);
	pthread_mutex_destroy(&sealer->lock);
	pthread_mutex_destroy(&sealer->door);
	segments_finish(&sealer->left);
	free(sealer->directory);
	free(sealer);
}

struct sealer *sealer_start(const struct disk *disk, const char *directory, int64_t after, struct error *err)
{
	struct sealer *sealer = memory_new(1, sizeof *sealer);
	pthread_condattr_t attributes;
	sealer->disk = disk;
	sealer->directory = memory_text(directory);
	sealer->after = after;
	pthread_mutex_init(&sealer->door, NULL);
	pthread_mutex_init(&sealer->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&sealer->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	const int failed = pthread_create(&sealer->thread, NULL, run, sealer);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!failed)
		return sealer;
	fail(err, "no thread to seal the journal's files: %s", strerror(failed));
	destroy(sealer);
	return NULL;
}

void sealer_stop(struct sealer *sealer)
{
	if (!sealer)
		return;
	pthread_mutex_lock(&sealer->lock);
	atomic_store(&sealer->stop, true);
	pthread_cond_signal(&sealer->changed);
	pthread_mutex_unlock(&sealer->lock);
	pthread_join(sealer->thread, NULL);
	destroy(sealer);
}

void sealer_wake(struct sealer *sealer)
{
	pthread_mutex_lock(&sealer->lock);
	sealer->is_woken = true;
	pthread_cond_signal(&sealer->changed);
	pthread_mutex_unlock(&sealer->lock);
}

pthread_mutex_t *sealer_door(struct sealer *sealer)
{
	return &sealer->door;
}

uint64_t sealer_won(struct sealer *sealer)
{
	pthread_mutex_lock(&sealer->lock);
	const uint64_t won = sealer->won;
	sealer->won = 0;
	pthread_mutex_unlock(&sealer->lock);
	return won;
}

bool sealer_seal_all(struct sealing *sealing, bool with_last, void (*each)(void *context, const struct segment *segment, enum seal_result result,
	const struct error *err), void *context, struct error *err)
{
	struct segment_list list = {0};
	bool good = segments_list(&list, sealing->disk, sealing->directory, SEGMENT_JOURNAL, err);
	if (good)
		seal_tidy(sealing->disk, sealing->directory);
	for (size_t i = 0; i < list.count; i++) {
		const struct segment raw = segment_raw(&list.segments[i]);
		struct error why = {""};
		if (list.segments[i].is_sealed ? !has_twin(sealing->disk, sealing->directory, &list.segments[i]) : i + 1 == list.count && !with_last)
			continue;
		sealing->before = sealing->after = 0;
		const enum seal_result result = seal_file(sealing, &raw, &why);
		each(context, &raw, result, &why);
		if (result != SEAL_DONE && good)
			good = fail(err, "%s", why.text);
	}
	segments_finish(&list);
	return good;
}
