#include "replay/spool.h"

#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "journal/record.h"
#include "journal/state_pieces.h"
#include "journal/writer.h"
#include "metrics/engine.h"
#include "replay/spool_place.h"

#define CHUNK (64 * 1024)
#define FLUSH_BYTES (256 * 1024)
#define FILES 8		  /* that it is made of, at least */
#define STATE_WORTH 2	  /* times a state's size: records of a file, at least */
#define FILLED_PERCENT 75 /* of its room, before somebody reads: the rest is for what comes then */

/* A file that is finished, and the state it begins with. */
struct spool_file {
	uint64_t first;
	int64_t recv;
	uint64_t bytes, state_bytes;
};

struct spool {
	struct spool_options options;
	struct spool_place place;
	struct disk disk;
	uint8_t id[JOURNAL_ID_SIZE];
	struct engine *engine;
	struct record_room room;
	struct writer writer;
	struct chunks chunks;
	bool writes, settled, is_cut, differs; /* writes: records are kept */
	uint64_t begun, last;
	int64_t to;
	struct spool_file *files, file; /* finished; the one that is written */
	size_t file_count, file_room;
};

/* A power cut takes the whole of it: nothing waits for the disk. */
static int not_safe(void *context, int file)
{
	(void)context;
	(void)file;
	return 0;
}

static int directory_not_safe(void *context, const char *path)
{
	(void)context;
	(void)path;
	return 0;
}

struct spool *spool_open(const struct spool_options *options, struct error *err)
{
	struct spool *spool = memory_new(1, sizeof *spool);
	spool->options = *options;
	spool->disk = disk_real;
	spool->disk.sync = not_safe;
	spool->disk.sync_directory = directory_not_safe;
	spool->to = spool->file.recv = INSTANT_NONE;
	if (spool_place_open(&spool->place, err))
		return spool;
	spool_close(spool);
	return NULL;
}

void spool_close(struct spool *spool)
{
	if (!spool)
		return;
	if (spool->writes)
		writer_finish(&spool->writer);
	chunks_finish(&spool->chunks);
	spool_place_close(&spool->place);
	engine_destroy(spool->engine);
	record_room_finish(&spool->room);
	free(spool->files);
	free(spool);
}

/* ---- the state to begin with ---- */

static bool load(struct spool *spool, uint64_t lsn, struct view file, struct error *err)
{
	struct state_file state;
	int skipped;
	const char *directory = spool->place.directory;
	if (!state_pieces_write(&spool->disk, directory, lsn, file, err))
		return false;
	const bool found = state_file_load(&spool->disk, directory, spool->id, lsn, INT64_MAX, &state, &skipped, err);
	state_files_remove(&spool->disk, directory, 0, NULL);
	if (!found)
		return err->text[0] ? false : fail(err, "the collector's state after record %llu came damaged", (unsigned long long)lsn);
	spool->engine = engine_unpack(spool->options.settings, state.bytes.data, state.bytes.size, &spool->differs, err);
	free((void *)(uintptr_t)state.bytes.data);
	return spool->engine != NULL;
}

bool spool_begin(struct spool *spool, const uint8_t *id, uint64_t lsn, struct view file, struct error *err)
{
	memcpy(spool->id, id, sizeof spool->id);
	spool->begun = spool->last = lsn;
	if (lsn == 0)
		spool->engine = engine_create(spool->options.settings, err);
	else if (!load(spool, lsn, file, err))
		return false;
	if (!spool->engine)
		return false;
	engine_keep_long(spool->engine);
	return true;
}

/* ---- files ---- */

/* The state before the record that comes next, which begins a file. */
static bool begin_file(struct spool *spool, int64_t recv, struct error *err)
{
	size_t size;
	uint8_t first_byte;
	spool->file = (struct spool_file){.first = spool->last + 1, .recv = recv};
	if (spool->last == 0 || engine_now(spool->engine) == INSTANT_NONE)
		return true;
	uint8_t *packed = engine_pack(spool->engine, INT64_MIN, &size);
	struct state_file state = {.lsn = spool->last, .recv = engine_now(spool->engine), .bytes = {(const char *)packed, size}};
	memcpy(state.id, spool->id, sizeof state.id);
	const bool good = state_file_add(&spool->disk, spool->place.directory, &state, err);
	free(packed);
	if (good)
		state_piece_read(&spool->disk, spool->place.directory, state.lsn, 0, &first_byte, 1, &spool->file.state_bytes);
	return good;
}

static bool begin_writing(struct spool *spool, const struct frame *frame, struct error *err)
{
	struct writer_options options = {.kind = SEGMENT_JOURNAL, .segment_bytes = UINT64_MAX / 2, .segment_time = INT64_MAX};
	memcpy(options.id, spool->id, sizeof options.id);
	if (!begin_file(spool, frame->recv, err))
		return false;
	writer_init(&spool->writer, &spool->disk, spool->place.directory, &options, spool->last, 0, 0);
	spool->writes = true;
	return true;
}

static uint64_t file_bytes(const struct spool *spool)
{
	return spool->writer.file < 0 ? 0 : (uint64_t)spool->writer.offset;
}

static uint64_t all_bytes(const struct spool *spool)
{
	uint64_t bytes = spool->file.state_bytes + (spool->writes ? file_bytes(spool) : 0);
	for (size_t i = 0; i < spool->file_count; i++)
		bytes += spool->files[i].bytes + spool->files[i].state_bytes;
	return bytes;
}

static void let_go(struct spool *spool)
{
	const struct spool_file *oldest = &spool->files[0];
	struct segment segment = {.first = oldest->first};
	char name[STATE_NAME_SIZE];
	segment_set_name(&segment, SEGMENT_JOURNAL);
	state_file_name(oldest->first - 1, name);
	char *records = disk_path(spool->place.directory, segment.name), *state = disk_path(spool->place.directory, name);
	hints_remove(&spool->disk, spool->place.directory, &segment);
	spool->disk.remove(spool->disk.context, records);
	spool->disk.remove(spool->disk.context, state);
	free(records);
	free(state);
	memmove(spool->files, spool->files + 1, --spool->file_count * sizeof *spool->files);
	spool->is_cut = true;
}

/* The file is closed, and the next begins with a state. */
static bool turn_file(struct spool *spool, const struct frame *next, struct error *err)
{
	spool->file.bytes = file_bytes(spool);
	spool->files = memory_grow(spool->files, &spool->file_room, spool->file_count + 1, sizeof *spool->files);
	spool->files[spool->file_count++] = spool->file;
	if (writer_rotate(&spool->writer) < 0)
		return fail(err, "%s/%s", spool->place.directory, spool->writer.failure);
	spool->file.state_bytes = 0;
	if (!begin_file(spool, next->recv, err))
		return false;
	const uint64_t most = spool->options.most / 100 * FILLED_PERCENT;
	while (!spool->settled && spool->file_count && all_bytes(spool) > most)
		let_go(spool);
	return true;
}

static bool is_file_full(const struct spool *spool)
{
	const uint64_t share = spool->options.most / FILES, worth = STATE_WORTH * spool->file.state_bytes, half = spool->options.most / 2;
	const uint64_t most = worth > share ? worth < half ? worth : half : share;
	return file_bytes(spool) + spool->chunks.bytes > most;
}

bool spool_flush(struct spool *spool, struct error *err)
{
	if (!spool->writes || !spool->chunks.head)
		return true;
	writer_add(&spool->writer, &spool->chunks);
	if (writer_write(&spool->writer) >= 0 && writer_sync(&spool->writer) >= 0)
		return true;
	return fail(err, "%s/%s: look_back_size says how much the collector's records may take there", spool->place.directory, spool->writer.failure);
}

/* ---- records ---- */

static void fold(struct spool *spool, const struct frame *frame)
{
	struct record record;
	struct error why;
	if (record_read(frame, &record, &spool->room, &why)) { /* else nobody can read it, and it is kept as it is */
		record.lsn = frame->lsn;
		engine_apply(spool->engine, &record);
	}
	spool->last = frame->lsn;
	spool->to = frame->recv;
}

static bool keep(struct spool *spool, const struct frame *frame, struct error *err)
{
	if (spool->settled && all_bytes(spool) + spool->chunks.bytes > spool->options.most)
		return fail(err, "the room for fetched records is full (look_back_size)");
	if (is_file_full(spool) && !(spool_flush(spool, err) && turn_file(spool, frame, err)))
		return false;
	struct frame kept = *frame;
	kept.durable = frame->lsn - 1;
	chunks_put(&spool->chunks, &kept, CHUNK);
	return spool->chunks.bytes < FLUSH_BYTES || spool_flush(spool, err);
}

bool spool_add(struct spool *spool, const struct frame *frame, struct error *err)
{
	if (!spool->engine || frame->lsn != spool->last + 1)
		return fail(err, "record %llu does not follow record %llu", (unsigned long long)frame->lsn, (unsigned long long)spool->last);
	if (!spool->writes && (frame->recv > spool->options.since || spool->options.since == INSTANT_NONE) && !begin_writing(spool, frame, err))
		return false;
	if (spool->writes && !keep(spool, frame, err))
		return false;
	fold(spool, frame);
	return true;
}

void spool_settle(struct spool *spool)
{
	spool->settled = true;
}

struct spool_look spool_look(const struct spool *spool)
{
	return (struct spool_look){.directory = spool->place.directory, .begun = spool->begun, .last = spool->last,
		.from = spool->file_count ? spool->files[0].recv : spool->file.recv, .to = spool->to, .bytes = all_bytes(spool), .is_cut = spool->is_cut,
		.differs = spool->differs};
}
