#include "app/historian.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "metrics/past.h"

#define SECOND_NS INT64_C(1000000000)
#define RETRY_NS (5 * SECOND_NS) /* on a disk that fails, or is full */

struct historian {
	pthread_t thread;
	bool is_running;
	struct history *history;
	struct past_since since; /* what was taken; the owner's thread */
	/* One batch at a time: put by the owner's thread until it is ready, then the other thread's. */
	int64_t now;
	uint64_t lsn;
	bool spoiled; /* a piece could not be put: no mark may follow */
	pthread_mutex_t lock; /* of everything below */
	pthread_cond_t changed;
	bool taken, ready, stop;
	uint64_t written;
	struct error err;
};

/* ---- the thread ---- */

static bool is_kept(void *context, const struct history_bucket *bucket)
{
	const int64_t *now = context;
	return bucket->grain < PAST_KINDS && past_is_kept((enum past_kind)bucket->grain, bucket->start, *now);
}

/* What was put stays in memory, and nothing more is taken until it is written. With the lock held. */
static void await_next_try(struct historian *historian)
{
	const int64_t due = clock_monotonic_ns() + RETRY_NS;
	const struct timespec until = {.tv_sec = due / SECOND_NS, .tv_nsec = due % SECOND_NS};
	if (historian->stop)
		historian->ready = false; /* the next start writes it */
	else
		pthread_cond_timedwait(&historian->changed, &historian->lock, &until);
}

/* With the lock held, which it gives back while the disk works. */
static void write_batch(struct historian *historian)
{
	struct error err = {0};
	pthread_mutex_unlock(&historian->lock);
	bool good = history_commit(historian->history, &err);
	if (good && history_wants_cleaning(historian->history))
		history_clean(historian->history, is_kept, &historian->now, &err);
	pthread_mutex_lock(&historian->lock);
	historian->err = err;
	if (!good) {
		await_next_try(historian);
		return;
	}
	historian->written = historian->spoiled ? historian->written : historian->lsn;
	historian->taken = historian->ready = false;
	pthread_cond_broadcast(&historian->changed);
}

static void *run(void *argument)
{
	struct historian *historian = argument;
	pthread_mutex_lock(&historian->lock);
	while (!historian->stop || historian->ready) {
		if (historian->ready)
			write_batch(historian);
		else
			pthread_cond_wait(&historian->changed, &historian->lock);
	}
	pthread_mutex_unlock(&historian->lock);
	return NULL;
}

/* ---- opening and closing ---- */

static void report(void *context, const struct damage *damage)
{
	char text[400];
	(void)context;
	damage_describe(damage, text, sizeof text);
	log_line(LOG_LEVEL_ERROR, "history: %s", text);
}

/* What was written goes on where it ended; where it is not whole, or ahead of the journal, everything is written anew. */
static bool find_end(struct historian *historian, const char *directory, uint64_t last, uint64_t damaged, struct error *err)
{
	struct history_mark mark, end;
	if (!history_find(NULL, directory, last, &mark, &end, err))
		return false;
	historian->written = mark.lsn;
	if (end.lsn > last)
		log_line(LOG_LEVEL_WARNING, "%s: the history is ahead of the journal, which lost records: it is written anew", directory);
	if (!damaged && end.number == mark.number)
		historian->since = (struct past_since){.lsn = mark.lsn, .now = mark.at};
	return true;
}

struct historian *historian_create(const char *directory, const uint8_t *id, uint64_t last, struct error *err)
{
	struct history_options options = {.report = report};
	uint64_t damaged = 0;
	memcpy(options.id, id, sizeof options.id);
	struct historian *historian = memory_new(1, sizeof *historian);
	pthread_mutex_init(&historian->lock, NULL);
	pthread_condattr_t attributes;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&historian->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	historian->history = history_open(NULL, directory, &options, &damaged, err);
	int failed = 0;
	bool good = historian->history && find_end(historian, directory, last, damaged, err);
	if (good && (failed = pthread_create(&historian->thread, NULL, run, historian)) != 0)
		good = fail(err, "no thread for the history: %s", strerror(failed));
	historian->is_running = good;
	if (good)
		return historian;
	historian_destroy(historian);
	return NULL;
}

void historian_destroy(struct historian *historian)
{
	if (!historian)
		return;
	pthread_mutex_lock(&historian->lock);
	historian->stop = true;
	pthread_cond_signal(&historian->changed);
	pthread_mutex_unlock(&historian->lock);
	if (historian->is_running)
		pthread_join(historian->thread, NULL);
	pthread_cond_destroy(&historian->changed);
	pthread_mutex_destroy(&historian->lock);
	history_close(historian->history);
	free(historian);
}

/* ---- what is kept ---- */

static void put(void *context, const struct past_piece *piece)
{
	struct historian *historian = context;
	const struct history_bucket bucket = {piece->name, (uint32_t)piece->kind, piece->start, piece->bytes};
	struct error err = {0};
	if (history_put(historian->history, &bucket, &err))
		return;
	log_line(LOG_LEVEL_ERROR, "history: %s", err.text);
	historian->spoiled = true;
}

void historian_take(struct historian *historian, const struct engine *engine)
{
	if (engine_lsn(engine) == historian->since.lsn || engine_now(engine) == INT64_MIN)
		return;
	past_write(engine, &historian->since, put, historian);
	historian->lsn = historian->since.lsn;
	historian->now = historian->since.now;
	if (!historian->spoiled)
		history_put_mark(historian->history, historian->lsn, historian->now);
	pthread_mutex_lock(&historian->lock);
	historian->taken = true;
	pthread_mutex_unlock(&historian->lock);
}

void historian_write(struct historian *historian)
{
	pthread_mutex_lock(&historian->lock);
	historian->ready = historian->taken;
	pthread_cond_signal(&historian->changed);
	pthread_mutex_unlock(&historian->lock);
}

void historian_finish(struct historian *historian, const struct engine *engine)
{
	historian_write(historian);
	pthread_mutex_lock(&historian->lock);
	while (historian->ready && !historian->err.text[0])
		pthread_cond_wait(&historian->changed, &historian->lock);
	const bool idle = !historian->taken;
	pthread_mutex_unlock(&historian->lock);
	if (!idle || !engine)
		return;
	historian_take(historian, engine);
	historian_write(historian);
}

bool historian_busy(struct historian *historian)
{
	pthread_mutex_lock(&historian->lock);
	const bool busy = historian->taken;
	pthread_mutex_unlock(&historian->lock);
	return busy;
}

struct historian_state historian_state(struct historian *historian)
{
	pthread_mutex_lock(&historian->lock);
	struct historian_state state = {.written = historian->written};
	view_copy(view_of(historian->err.text), state.trouble, sizeof state.trouble);
	pthread_mutex_unlock(&historian->lock);
	return state;
}

/* ---- what comes back ---- */

struct recall {
	struct past_reading *reading;
	bool first; /* names and what the numbers mean; then all that refers to them */
	uint64_t passed_over;
	char example[100]; /* whose the first of them was, harmless */
};

static void take(void *context, const struct history_bucket *bucket)
{
	struct recall *recall = context;
	if (bucket->grain >= PAST_KINDS || past_is_first((enum past_kind)bucket->grain) != recall->first)
		return;
	const struct past_piece piece = {bucket->scope, (enum past_kind)bucket->grain, bucket->start, bucket->bytes};
	if (past_read(recall->reading, &piece))
		return;
	if (recall->passed_over++ == 0)
		text_harmless(piece.name, recall->example, sizeof recall->example);
}

/* In two walks: what comes first may have been written last. */
static bool read_all(const char *directory, struct engine *engine, const struct history_mark *mark, struct error *err)
{
	struct recall recall = {.reading = past_read_begin(engine, mark->lsn), .first = true};
	struct history_walk walk = {.from = INT64_MIN, .to = INT64_MAX, .most = mark->number, .bucket = take, .context = &recall};
	bool good = history_read(NULL, directory, &walk, err);
	recall.first = false;
	walk.damage = report;
	good = good && history_read(NULL, directory, &walk, err);
	past_read_end(recall.reading);
	if (recall.passed_over)
		log_line(LOG_LEVEL_WARNING, "%s: %llu pieces of the history (%s ...) are damaged, or of another version, and are passed over", directory,
			(unsigned long long)recall.passed_over, recall.example);
	return good;
}

/* Where the journal goes back to its first record, it tells everything itself. */
static bool is_cut(const char *directory)
{
	struct segment_list list = {0};
	const bool cut = segments_list(&list, &disk_real, directory, SEGMENT_JOURNAL, NULL) && list.count && list.segments[0].first > 1;
	segments_finish(&list);
	return cut;
}

struct engine *historian_recall(const char *directory, const struct settings *settings, uint64_t most, uint64_t *lsn, struct error *err)
{
	struct engine *engine = engine_create(settings, err);
	struct history_mark mark = {0};
	struct error why = {0};
	*lsn = 0;
	if (!engine || !is_cut(directory))
		return engine;
	engine_keep_long(engine);
	if (history_find(NULL, directory, most, &mark, NULL, &why) && (!mark.number || read_all(directory, engine, &mark, &why))) {
		*lsn = mark.lsn;
		return engine;
	}
	log_line(LOG_LEVEL_ERROR, "%s: the history cannot be read, what the journal no longer has is lost: %s", directory, why.text);
	engine_destroy(engine);
	return engine_create(settings, err);
}
