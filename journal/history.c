#include "journal/history.h"

#include <stdlib.h>

#include <xxhash.h>

#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"
#include "journal/reader.h"
#include "journal/recover.h"
#include "journal/writer.h"

#define HEAD 16 /* i64 start, u32 grain, u32 bytes of the scope, before the scope and the bytes */
#define SEGMENT_BYTES (UINT64_C(64) * 1024 * 1024)
#define CHUNK_BYTES (64 * 1024)
#define COMMIT_BYTES (4 * 1024 * 1024) /* of what is carried over at once */

#define MARK_BYTES 8 /* u64 lsn; its instant is the start */
#define CLEAN_FACTOR 2

struct history {
	struct writer writer;
	struct chunks waiting;
	uint64_t last;	/* number of the last bucket put */
	uint64_t clean; /* bytes after the last cleaning; 0: not known */
};

struct history *history_open(const struct disk *disk, const char *directory, const struct history_options *options, uint64_t *damaged,
	struct error *err)
{
	struct recovery recovery = {.report = options->report, .context = options->context};
	disk = disk ? disk : &disk_real;
	if (!recover(&recovery, disk, directory, SEGMENT_HISTORY, err))
		return NULL;
	if (recovery.has_id && memcmp(recovery.id, options->id, JOURNAL_ID_SIZE) != 0) {
		fail(err, "%s: its history is that of another journal; move the files H-*.wbh away", directory);
		return NULL;
	}
	struct writer_options writer = {.kind = SEGMENT_HISTORY, .segment_time = INT64_MAX,
		.segment_bytes = options->segment_bytes ? options->segment_bytes : SEGMENT_BYTES};
	memcpy(writer.id, options->id, JOURNAL_ID_SIZE);
	struct history *history = memory_new(1, sizeof *history);
	history->last = recovery.last;
	*damaged = recovery.damaged;
	writer_init(&history->writer, disk, directory, &writer, recovery.last, recovery.last_crc, recovery.bytes);
	return history;
}

void history_close(struct history *history)
{
	if (!history)
		return;
	if (!writer_has_work(&history->writer))
		writer_rotate(&history->writer);
	writer_finish(&history->writer);
	chunks_finish(&history->waiting);
	free(history);
}

bool history_put(struct history *history, const struct history_bucket *bucket, struct error *err)
{
	size_t size = HEAD + bucket->scope.size + bucket->bytes.size;
	if (size > FRAME_PAYLOAD_MAX)
		return fail(err, "a bucket of %zu bytes is too large for the history", size);
	uint8_t *payload = memory_new(1, size);
	frame_put64(payload, (uint64_t)bucket->start);
	frame_put32(payload + 8, bucket->grain);
	frame_put32(payload + 12, (uint32_t)bucket->scope.size);
	if (bucket->scope.size)
		memcpy(payload + HEAD, bucket->scope.data, bucket->scope.size);
	if (bucket->bytes.size)
		memcpy(payload + HEAD + bucket->scope.size, bucket->bytes.data, bucket->bytes.size);
	struct frame frame = {.type = FRAME_BUCKET, .lsn = ++history->last, .durable = history->writer.durable, .recv = clock_wall(),
		.payload = {(const char *)payload, size}};
	chunks_put(&history->waiting, &frame, CHUNK_BYTES);
	free(payload);
	return true;
}

void history_put_mark(struct history *history, uint64_t lsn, int64_t at)
{
	uint8_t bytes[MARK_BYTES];
	struct error err;
	frame_put64(bytes, lsn);
	history_put(history, &(struct history_bucket){.grain = HISTORY_MARK, .start = at, .bytes = {(const char *)bytes, sizeof bytes}}, &err);
}

bool history_commit(struct history *history, struct error *err)
{
	struct writer *writer = &history->writer;
	writer_add(writer, &history->waiting);
	int result = 0;
	while (result == 0 && writer_has_work(writer)) {
		result = writer_write(writer);
		if (result == 0 && writer_is_full(writer))
			result = writer_rotate(writer);
	}
	if (result == 0)
		result = writer_sync(writer);
	return result == 0 || fail(err, "%s/%s; the history waits in memory", writer->directory, writer->failure);
}

/* ---- reading ---- */

struct mark {
	XXH128_hash_t key;
	uint64_t last; /* number of the bucket that counts; 0: a free place */
};

/* Open addressing, at most half full. */
struct marks {
	struct mark *marks;
	size_t room, count;
};

static struct mark *find_mark(struct marks *marks, XXH128_hash_t key)
{
	size_t at = (size_t)key.low64 & (marks->room - 1);
	while (marks->marks[at].last && !XXH128_isEqual(marks->marks[at].key, key))
		at = (at + 1) & (marks->room - 1);
	return &marks->marks[at];
}

static void grow(struct marks *marks)
{
	struct marks larger = {.room = marks->room ? marks->room * 2 : 1024, .count = marks->count};
	larger.marks = memory_new(larger.room, sizeof *larger.marks);
	for (size_t i = 0; i < marks->room; i++)
		if (marks->marks[i].last)
			*find_mark(&larger, marks->marks[i].key) = marks->marks[i];
	free(marks->marks);
	*marks = larger;
}

static void set_mark(struct marks *marks, XXH128_hash_t key, uint64_t number)
{
	if (marks->count * 2 >= marks->room)
		grow(marks);
	struct mark *mark = find_mark(marks, key);
	marks->count += mark->last == 0;
	*mark = (struct mark){key, number};
}

static bool read_bucket(const struct frame *frame, struct history_bucket *bucket, XXH128_hash_t *key)
{
	const uint8_t *payload = (const uint8_t *)frame->payload.data;
	if (frame->type != FRAME_BUCKET || frame->payload.size < HEAD)
		return false;
	uint32_t scope = frame_get32(payload + 12);
	if (scope > frame->payload.size - HEAD)
		return false;
	*bucket = (struct history_bucket){.scope = {frame->payload.data + HEAD, scope}, .grain = frame_get32(payload + 8),
		.start = (int64_t)frame_get64(payload), .bytes = {frame->payload.data + HEAD + scope, frame->payload.size - HEAD - scope}};
	*key = XXH3_128bits(payload, HEAD + scope); /* start, grain and scope: all of its name */
	return true;
}

struct pass {
	const struct history_walk *walk;
	struct marks marks;
	bool is_second;
};

static void take_bucket(struct pass *pass, const struct frame *frame)
{
	const struct history_walk *walk = pass->walk;
	struct history_bucket bucket;
	XXH128_hash_t key;
	if ((walk->most && frame->lsn > walk->most) || !read_bucket(frame, &bucket, &key) || bucket.grain == HISTORY_MARK)
		return;
	if (bucket.start < walk->from || bucket.start >= walk->to)
		return;
	if (!pass->is_second)
		set_mark(&pass->marks, key, frame->lsn);
	else if (pass->marks.room && find_mark(&pass->marks, key)->last == frame->lsn)
		walk->bucket(walk->context, &bucket);
}

static bool run_pass(struct reader *reader, struct pass *pass, struct error *err)
{
	struct frame frame;
	struct damage damage;
	for (;;) {
		switch (reader_next(reader, &frame, &damage, err)) {
		case READER_RECORD:
			take_bucket(pass, &frame);
			break;
		case READER_DAMAGE:
			if (pass->is_second && pass->walk->damage)
				pass->walk->damage(pass->walk->context, &damage);
			break;
		case READER_END:
			return true;
		default:
			return false;
		}
	}
}

bool history_read(const struct disk *disk, const char *directory, const struct history_walk *walk, struct error *err)
{
	struct reader *reader = reader_open(disk, directory, SEGMENT_HISTORY, err);
	if (!reader)
		return false;
	struct pass pass = {.walk = walk};
	bool is_good = run_pass(reader, &pass, err) && reader_seek(reader, 0, err);
	pass.is_second = true;
	is_good = is_good && run_pass(reader, &pass, err);
	reader_close(reader);
	free(pass.marks.marks);
	return is_good;
}

static bool read_mark(const struct frame *frame, struct history_mark *mark)
{
	struct history_bucket bucket;
	XXH128_hash_t key;
	if (!read_bucket(frame, &bucket, &key) || bucket.grain != HISTORY_MARK || bucket.bytes.size != MARK_BYTES)
		return false;
	*mark = (struct history_mark){frame->lsn, frame_get64((const uint8_t *)bucket.bytes.data), bucket.start};
	return true;
}

bool history_find(const struct disk *disk, const char *directory, uint64_t most, struct history_mark *mark, struct history_mark *end,
	struct error *err)
{
	struct reader *reader = reader_open(disk, directory, SEGMENT_HISTORY, err);
	struct history_mark one, found = {0}, last = {0};
	struct frame frame;
	struct damage damage;
	enum reader_result result = reader ? READER_DAMAGE : READER_FAILED;
	while (result == READER_DAMAGE || result == READER_RECORD) {
		result = reader_next(reader, &frame, &damage, err);
		if (result != READER_RECORD || !read_mark(&frame, &one))
			continue;
		last = one;
		found = one.lsn <= most ? one : found;
	}
	reader_close(reader);
	*mark = found;
	if (end)
		*end = last;
	return result == READER_END;
}

/* ---- cleaning ---- */

bool history_wants_cleaning(const struct history *history)
{
	return writer_bytes(&history->writer) > CLEAN_FACTOR * history->clean + history->writer.options.segment_bytes;
}

struct cleaning {
	struct history *history;
	bool (*is_wanted)(void *context, const struct history_bucket *bucket);
	void *context;
	bool failed;
	struct error *err;
};

static void carry_over(void *context, const struct history_bucket *bucket)
{
	struct cleaning *cleaning = context;
	struct history *history = cleaning->history;
	if (cleaning->failed || !cleaning->is_wanted(cleaning->context, bucket))
		return;
	cleaning->failed = !history_put(history, bucket, cleaning->err) ||
		(history->waiting.bytes > COMMIT_BYTES && !history_commit(history, cleaning->err));
}

/* The files that begin before this number. */
static void remove_before(struct history *history, uint64_t number)
{
	struct writer *writer = &history->writer;
	struct segment_list list = {0};
	if (!segments_list(&list, writer->disk, writer->directory, SEGMENT_HISTORY, NULL))
		return;
	for (size_t i = 0; i < list.count && list.segments[i].first < number; i++) {
		char *path = disk_path(writer->directory, list.segments[i].name);
		const bool is_gone = writer->disk->remove(writer->disk->context, path) >= 0;
		free(path);
		if (!is_gone)
			break;
		writer->removed_files++;
	}
	segments_finish(&list);
}

/* Until the mark at its end is safe the files before count, and what was carried over says the same as they do. */
bool history_clean(struct history *history, bool (*is_wanted)(void *context, const struct history_bucket *bucket), void *context, struct error *err)
{
	struct writer *writer = &history->writer;
	struct cleaning cleaning = {.history = history, .is_wanted = is_wanted, .context = context, .err = err};
	struct history_mark mark;
	if (writer_rotate(writer) != 0)
		return fail(err, "%s/%s", writer->directory, writer->failure);
	if (!history_find(writer->disk, writer->directory, UINT64_MAX, &mark, NULL, err))
		return false;
	const uint64_t first = history->last + 1, before = writer_bytes(writer);
	const struct history_walk walk = {.from = INT64_MIN, .to = INT64_MAX, .most = mark.number, .bucket = carry_over, .context = &cleaning};
	if (!mark.number)
		return true; /* nothing counts yet */
	if (!history_read(writer->disk, writer->directory, &walk, err) || cleaning.failed)
		return false;
	history_put_mark(history, mark.lsn, mark.at);
	if (!history_commit(history, err))
		return false;
	remove_before(history, first);
	writer->closed_bytes -= before < writer->closed_bytes ? before : writer->closed_bytes;
	history->clean = writer_bytes(writer);
	return true;
}
