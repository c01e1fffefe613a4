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

struct history {
	struct writer writer;
	struct chunks waiting;
	uint64_t last; /* number of the last bucket put */
};

struct history *history_open(const struct disk *disk, const char *directory, const uint8_t *id,
	void (*report)(void *context, const struct damage *damage), void *context, struct error *err)
{
	struct recovery recovery = {.report = report, .context = context};
	disk = disk ? disk : &disk_real;
	if (!recover(&recovery, disk, directory, SEGMENT_HISTORY, err))
		return NULL;
	if (recovery.has_id && memcmp(recovery.id, id, JOURNAL_ID_SIZE) != 0) {
		fail(err, "%s: its history is that of another journal; move the files H-*.wbh away", directory);
		return NULL;
	}
	struct writer_options options = {.kind = SEGMENT_HISTORY, .segment_bytes = SEGMENT_BYTES, .segment_time = INT64_MAX};
	memcpy(options.id, id, JOURNAL_ID_SIZE);
	struct history *history = memory_new(1, sizeof *history);
	history->last = recovery.last;
	writer_init(&history->writer, disk, directory, &options, recovery.last, recovery.last_crc, recovery.bytes);
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

bool history_put(struct history *history, const struct bucket *bucket, struct error *err)
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

static bool read_bucket(const struct frame *frame, struct bucket *bucket, XXH128_hash_t *key)
{
	const uint8_t *payload = (const uint8_t *)frame->payload.data;
	if (frame->type != FRAME_BUCKET || frame->payload.size < HEAD)
		return false;
	uint32_t scope = frame_get32(payload + 12);
	if (scope > frame->payload.size - HEAD)
		return false;
	*bucket = (struct bucket){.scope = {frame->payload.data + HEAD, scope}, .grain = frame_get32(payload + 8),
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
	struct bucket bucket;
	XXH128_hash_t key;
	if (!read_bucket(frame, &bucket, &key) || bucket.start < pass->walk->from || bucket.start >= pass->walk->to)
		return;
	if (!pass->is_second)
		set_mark(&pass->marks, key, frame->lsn);
	else if (pass->marks.room && find_mark(&pass->marks, key)->last == frame->lsn)
		pass->walk->bucket(pass->walk->context, &bucket);
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
