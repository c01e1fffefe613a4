#include "journal/journal.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/eventfd.h>

#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"
#include "base/random.h"
#include "journal/lock.h"
#include "journal/recover.h"
#include "journal/sealer.h"
#include "journal/syncer.h"
#include "journal/writer.h"

#define MILLISECOND_NS INT64_C(1000000)
#define LINGER_NS (2 * MILLISECOND_NS) /* a record waits so long for others; with the write itself less than 5 ms */
#define LINGER_BYTES (256 * 1024)      /* ... unless there is as much as this */
#define RETRY_FULL_NS (250 * MILLISECOND_NS) /* somebody made room? */
#define RETRY_FAILED_NS (500 * MILLISECOND_NS) /* each try writes all that is not safe once more */
#define CHUNK_BYTES (64 * 1024)
#define ALLOCATE (8 * 1024 * 1024)
#define MIB (1024 * 1024)

struct journal {
	struct journal_options options;
	int lock, event;
	int64_t last_recv;
	uint64_t damaged;
	pthread_mutex_t mutex;
	pthread_cond_t work;
	pthread_t thread;
	struct syncer syncer;
	struct sealer *sealer; /* NULL: nothing is sealed */
	/* under the mutex */
	struct chunks waiting;
	size_t chunk_most;
	int64_t arrived;	/* ns: the oldest of what waits */
	struct journal_state state;
	bool is_stopping;
	uint64_t keep_from;	/* for retention; 0: nothing has to stay */
	/* the thread's own */
	struct writer writer;
	int64_t sync_due, retry_due; /* ns, monotonic; INT64_MAX: none */
	int failure;		     /* the last -errno; 0: all is well */
};

struct journal_options journal_options(void)
{
	return (struct journal_options){.sync = 100, .segment_bytes = 64 * MIB, .segment_time = HOUR_MS, .keep_time = 7 * DAY_MS,
		.keep_bytes = UINT64_C(20480) * MIB, .keep_free = INT64_C(1024) * MIB, .waiting_most = 64 * MIB};
}

/* ---- the thread ---- */

static void wake_reader(struct journal *journal)
{
	uint64_t one = 1;
	if (write(journal->event, &one, sizeof one) < 0)
		return; /* full: then it is readable already */
}

static bool is_full(int failure)
{
	return failure == -ENOSPC || failure == -EDQUOT;
}

static void set_health(struct journal *journal)
{
	struct journal_state *state = &journal->state;
	enum journal_health health = journal->failure == 0 ? JOURNAL_OK
		: is_full(journal->failure)		   ? JOURNAL_FULL
							   : JOURNAL_NOT_DURABLE;
	if (health != state->health)
		state->since = clock_wall();
	state->health = health;
	snprintf(state->why, sizeof state->why, "%s", health == JOURNAL_OK ? "" : journal->writer.failure);
}

/* What others see of it. With the mutex held. */
static void publish(struct journal *journal)
{
	const struct writer *writer = &journal->writer;
	struct journal_state *state = &journal->state;
	if (journal->sealer)
		writer_won(&journal->writer, sealer_won(journal->sealer));
	enum journal_health before = state->health;
	bool is_moved = state->written != writer->written || state->durable != writer->durable;
	state->written = writer->written;
	state->durable = writer->durable;
	state->bytes = writer_bytes(writer);
	state->waiting = journal->waiting.bytes + writer->kept.bytes;
	set_health(journal);
	if (is_moved || state->health != before)
		wake_reader(journal);
}

/* A failure puts the next try off; a success ends the trouble only when what waited is safe again. */
static void note(struct journal *journal, int result)
{
	if (result < 0) {
		journal->failure = result;
		journal->retry_due = clock_monotonic_ns() + (is_full(result) ? RETRY_FULL_NS : RETRY_FAILED_NS);
	}
}

static void end_sync(struct journal *journal, int result)
{
	result = writer_sync_end(&journal->writer, result);
	note(journal, result);
	if (result == 0 && !writer_has_work(&journal->writer)) {
		journal->failure = 0;
		journal->retry_due = INT64_MAX;
	}
}

/* Waits until nothing is being made safe. With the mutex held. */
static void await_sync(struct journal *journal)
{
	if (journal->syncer.stage == SYNCER_IDLE)
		return;
	while (journal->syncer.stage != SYNCER_DONE)
		pthread_cond_wait(&journal->work, &journal->mutex);
	journal->syncer.stage = SYNCER_IDLE;
	pthread_mutex_unlock(&journal->mutex);
	end_sync(journal, journal->syncer.result);
	pthread_mutex_lock(&journal->mutex);
}

/* Writes what there is, going from file to file. Without the mutex, which it takes to wait for the other thread. */
static void write_all(struct journal *journal)
{
	struct writer *writer = &journal->writer;
	while (writer_has_work(writer)) {
		int result = writer_write(writer);
		if (result == 0 && writer_is_full(writer)) {
			pthread_mutex_lock(&journal->mutex);
			publish(journal);
			await_sync(journal);
			pthread_mutex_unlock(&journal->mutex);
			result = writer_rotate(writer);
			if (journal->sealer)
				sealer_wake(journal->sealer);
		}
		if (result < 0) {
			note(journal, result);
			if (is_full(result))
				writer_retain(writer);
			return;
		}
	}
	if (writer->is_dirty && journal->sync_due == INT64_MAX)
		journal->sync_due = clock_monotonic_ns() + journal->options.sync * MILLISECOND_NS;
}

/* When there is something to do again. With the mutex held. */
static int64_t due(const struct journal *journal)
{
	int64_t when = journal->retry_due;
	if (journal->waiting.head && journal->retry_due == INT64_MAX)
		when = journal->waiting.bytes >= LINGER_BYTES ? 0 : journal->arrived + LINGER_NS;
	if (journal->syncer.stage == SYNCER_IDLE && journal->sync_due < when)
		when = journal->sync_due;
	return journal->is_stopping || journal->syncer.stage == SYNCER_DONE ? 0 : when;
}

static void await_work(struct journal *journal)
{
	for (;;) {
		int64_t when = due(journal);
		if (when <= clock_monotonic_ns())
			return;
		struct timespec until = {.tv_sec = when / (1000 * MILLISECOND_NS), .tv_nsec = when % (1000 * MILLISECOND_NS)};
		if (when == INT64_MAX)
			pthread_cond_wait(&journal->work, &journal->mutex);
		else
			pthread_cond_timedwait(&journal->work, &journal->mutex, &until);
	}
}

/* One round: what was made safe, what came, what is to be made safe. With the mutex held, but not while the disk works. */
static void turn(struct journal *journal)
{
	writer_add(&journal->writer, &journal->waiting);
	journal->writer.options.keep_from = journal->keep_from;
	if (journal->syncer.stage == SYNCER_DONE)
		await_sync(journal);
	pthread_mutex_unlock(&journal->mutex);
	int64_t now = clock_monotonic_ns();
	if (journal->retry_due <= now)
		journal->retry_due = INT64_MAX;
	if (journal->retry_due == INT64_MAX)
		write_all(journal);
	pthread_mutex_lock(&journal->mutex);
	if (journal->syncer.stage == SYNCER_IDLE && journal->sync_due <= clock_monotonic_ns()) {
		journal->sync_due = INT64_MAX;
		int file = writer_sync_begin(&journal->writer);
		if (file >= 0)
			syncer_begin(&journal->syncer, file);
	}
	publish(journal);
}

/* The last words: everything that can be is written, safe and sealed. With the mutex held. */
static void end(struct journal *journal)
{
	await_sync(journal);
	writer_add(&journal->writer, &journal->waiting);
	journal->writer.options.keep_from = journal->keep_from;
	pthread_mutex_unlock(&journal->mutex);
	write_all(journal);
	pthread_mutex_lock(&journal->mutex);
	await_sync(journal);
	pthread_mutex_unlock(&journal->mutex);
	note(journal, writer_rotate(&journal->writer));
	pthread_mutex_lock(&journal->mutex);
	publish(journal);
}

static void *run(void *argument)
{
	struct journal *journal = argument;
	pthread_mutex_lock(&journal->mutex);
	while (!journal->is_stopping) {
		await_work(journal);
		turn(journal);
	}
	end(journal);
	pthread_mutex_unlock(&journal->mutex);
	return NULL;
}

/* ---- opening and closing ---- */

static bool find_id(struct journal *journal, const struct recovery *recovery, const char *directory, uint8_t *id, struct error *err)
{
	const uint8_t *wanted = journal->options.id;
	if (wanted && recovery->has_id && memcmp(wanted, recovery->id, JOURNAL_ID_SIZE) != 0)
		return fail(err, "%s: holds another journal than the one that is to go on here; choose an empty directory", directory);
	if (recovery->has_id)
		memcpy(id, recovery->id, JOURNAL_ID_SIZE);
	else if (wanted)
		memcpy(id, wanted, JOURNAL_ID_SIZE);
	else
		random_bytes(id, JOURNAL_ID_SIZE);
	return true;
}

static bool prepare(struct journal *journal, const char *directory, struct error *err)
{
	const struct journal_options *options = &journal->options;
	struct recovery recovery = {.report = options->report, .context = options->context};
	struct writer_options writer = {.kind = SEGMENT_JOURNAL, .segment_bytes = options->segment_bytes,
		.segment_time = options->segment_time, .allocate = ALLOCATE, .keep_time = options->keep_time,
		.keep_bytes = options->keep_bytes, .keep_free = options->keep_free};
	if (!recover(&recovery, options->disk, directory, SEGMENT_JOURNAL, err)
		|| !find_id(journal, &recovery, directory, writer.id, err))
		return false;
	if (recovery.last == 0 && options->first > 1)
		recovery.last = options->first - 1;
	writer_init(&journal->writer, options->disk, directory, &writer, recovery.last, recovery.last_crc, recovery.bytes);
	journal->last_recv = recovery.last_recv;
	journal->state = (struct journal_state){.since = clock_wall(), .appended = recovery.last, .written = recovery.last,
		.durable = recovery.last, .bytes = recovery.bytes, .damaged = recovery.damaged};
	return true;
}

/* Both threads; signals are for those who ask for them. */
static bool start(struct journal *journal, struct error *err)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int result = 0;
	bool is_good = syncer_start(&journal->syncer, journal->options.disk, &journal->mutex, &journal->work, err);
	if (is_good && (result = pthread_create(&journal->thread, NULL, run, journal)) != 0) {
		syncer_stop(&journal->syncer);
		is_good = fail(err, "the journal's thread cannot be started: %s", strerror(result));
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return is_good;
}

static void make_lock(struct journal *journal)
{
	pthread_condattr_t attributes;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&journal->work, &attributes);
	pthread_condattr_destroy(&attributes);
	pthread_mutex_init(&journal->mutex, NULL);
}

static void destroy(struct journal *journal)
{
	sealer_stop(journal->sealer);
	chunks_finish(&journal->waiting);
	if (journal->writer.directory)
		writer_finish(&journal->writer);
	if (journal->lock >= 0)
		journal->options.disk->close(journal->options.disk->context, journal->lock);
	if (journal->event >= 0)
		close(journal->event);
	pthread_cond_destroy(&journal->work);
	pthread_mutex_destroy(&journal->mutex);
	free(journal);
}

struct journal *journal_open(const char *directory, const struct journal_options *options, struct error *err)
{
	struct journal *journal = memory_new(1, sizeof *journal);
	journal->options = *options;
	if (!journal->options.disk)
		journal->options.disk = &disk_real;
	/* Several chunks to a file, however small somebody wants them. */
	journal->chunk_most = options->segment_bytes / 4 < CHUNK_BYTES ? (size_t)options->segment_bytes / 4 : CHUNK_BYTES;
	journal->sync_due = journal->retry_due = INT64_MAX;
	make_lock(journal);
	journal->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	journal->lock = lock_take(journal->options.disk, directory, err);
	bool is_good = journal->lock >= 0 && prepare(journal, directory, err);
	if (is_good && journal->event < 0)
		is_good = fail(err, "no descriptor for the journal: %s", strerror(errno));
	if (is_good && journal->options.seal > 0) {
		journal->sealer = sealer_start(journal->options.disk, directory, journal->options.seal, err);
		is_good = journal->sealer != NULL;
		journal->writer.door = is_good ? sealer_door(journal->sealer) : NULL;
	}
	if (is_good && start(journal, err))
		return journal;
	destroy(journal);
	return NULL;
}

bool journal_close(struct journal *journal, struct error *err)
{
	if (!journal)
		return true;
	pthread_mutex_lock(&journal->mutex);
	journal->is_stopping = true;
	pthread_cond_signal(&journal->work);
	pthread_mutex_unlock(&journal->mutex);
	pthread_join(journal->thread, NULL);
	syncer_stop(&journal->syncer);
	const struct writer *writer = &journal->writer;
	bool is_safe = writer->durable == journal->state.appended;
	if (!is_safe)
		fail(err, "%s: records %" PRIu64 " to %" PRIu64 " are not on the disk: %s", writer->directory, writer->durable + 1,
			journal->state.appended, writer->failure);
	destroy(journal);
	return is_safe;
}

/* ---- from the desk ---- */

static enum journal_health refuse(struct journal *journal)
{
	struct journal_state *state = &journal->state;
	state->refused++;
	if (state->health == JOURNAL_OK) {
		state->health = JOURNAL_FULL;
		state->since = clock_wall();
		snprintf(state->why, sizeof state->why, "%zu bytes wait in memory: the disk does not keep up", state->waiting);
		wake_reader(journal);
	}
	return state->health;
}

enum journal_health journal_append(struct journal *journal, struct frame *frame)
{
	size_t size = frame_size(frame->payload.size);
	pthread_mutex_lock(&journal->mutex);
	struct journal_state *state = &journal->state;
	enum journal_health health = state->health;
	frame->lsn = 0;
	if (state->waiting + size > journal->options.waiting_most || frame->payload.size > FRAME_PAYLOAD_MAX || frame->payload.size == 0) {
		health = refuse(journal);
	} else {
		frame->lsn = ++state->appended;
		frame->durable = state->durable;
		bool was_empty = !journal->waiting.head, was_little = journal->waiting.bytes < LINGER_BYTES;
		chunks_put(&journal->waiting, frame, journal->chunk_most);
		state->waiting += size;
		if (was_empty)
			journal->arrived = clock_monotonic_ns();
		if (was_empty || (was_little && journal->waiting.bytes >= LINGER_BYTES))
			pthread_cond_signal(&journal->work);
	}
	pthread_mutex_unlock(&journal->mutex);
	return health;
}

struct journal_state journal_state(struct journal *journal)
{
	uint64_t count;
	if (read(journal->event, &count, sizeof count) < 0)
		count = 0; /* nobody was woken: the state is there all the same */
	pthread_mutex_lock(&journal->mutex);
	struct journal_state state = journal->state;
	pthread_mutex_unlock(&journal->mutex);
	return state;
}

void journal_keep_from(struct journal *journal, uint64_t lsn)
{
	pthread_mutex_lock(&journal->mutex);
	journal->keep_from = lsn;
	pthread_mutex_unlock(&journal->mutex);
}

int journal_descriptor(const struct journal *journal)
{
	return journal->event;
}

const uint8_t *journal_id(const struct journal *journal)
{
	return journal->writer.options.id;
}

int64_t journal_last_recv(const struct journal *journal)
{
	return journal->last_recv;
}
