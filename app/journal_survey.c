#include "app/journal_survey.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "feed/wire_slice.h"
#include "journal/lock.h"
#include "journal/reader.h"

#define THREADS_MOST 8
#define LOOK_MS 50
#define RECORDS_AT_ONCE 4096 /* between two looks at the progress */

struct work {
	struct survey *survey;
	const char *path;
	uint8_t id[JOURNAL_ID_SIZE];
	bool has_id;
	atomic_size_t next;   /* the file nobody took yet */
	atomic_int left;      /* threads */
	atomic_ullong records, passed; /* bytes of files that were read */
	uint64_t bytes;	      /* of all files */
};

bool survey_is_damage(const struct damage *damage)
{
	return damage->kind != DAMAGE_MISSING || damage->from > 1;
}

/* The LSN at which the next file takes over. */
static uint64_t end_of(const struct survey *survey, size_t number)
{
	return number + 1 < survey->count ? survey->files[number + 1].segment.first : UINT64_MAX;
}

static void take_record(struct survey_file *file, const struct frame *frame)
{
	struct wire_slicer slicer;
	if (file->first == 0) {
		file->first = frame->lsn;
		file->from = frame->recv;
	}
	file->last = frame->lsn;
	file->to = frame->recv;
	file->records++;
	if (frame->type == FRAME_BATCH && wire_slicer_begin(&slicer, frame->payload))
		file->events += slicer.left;
}

static void take_damage(struct survey_file *file, const struct damage *damage)
{
	if (!survey_is_damage(damage))
		return;
	if (file->damaged < SURVEY_DAMAGES)
		file->damages[file->damaged] = *damage;
	file->damaged++;
	file->lost += damage->from <= damage->to ? damage->to - damage->from + 1 : 0;
}

/* What stands behind the last record: of a file that is written, what is just put down or was torn; of a sealed one its index. */
static void take_tail(struct survey_file *file, int64_t tail)
{
	if (!file->segment.is_sealed) {
		file->tail = tail;
		return;
	}
	struct damage damage = {.kind = DAMAGE_BAD, .offset = file->bytes - tail, .bytes = (uint64_t)tail, .from = file->last + 1, .to = file->last};
	memcpy(damage.name, file->segment.name, sizeof damage.name);
	if (tail > 0)
		take_damage(file, &damage);
}

/* What follows belongs to the next file. */
static bool is_beyond(const struct survey_file *file, uint64_t end, const struct damage *damage)
{
	if (damage->from <= damage->to)
		return damage->from >= end;
	return strcmp(damage->name, file->segment.name) != 0;
}

static void read_file(struct work *work, size_t number, struct reader *reader)
{
	struct survey_file *file = &work->survey->files[number];
	const uint64_t end = end_of(work->survey, number);
	if (work->has_id)
		reader_expect(reader, work->id);
	if (end == file->segment.first || !reader_seek(reader, number ? file->segment.first : 0, &file->err))
		return; /* another one has all of its records, too */
	for (uint64_t count = 0;; count++) {
		struct frame frame;
		struct damage damage;
		const enum reader_result result = reader_next(reader, &frame, &damage, &file->err);
		if (result == READER_FAILED)
			return;
		if (result == READER_END) {
			take_tail(file, reader_tail(reader));
			return;
		}
		if (result == READER_RECORD ? frame.lsn >= end : is_beyond(file, end, &damage))
			return;
		if (result == READER_RECORD)
			take_record(file, &frame);
		else
			take_damage(file, &damage);
		if (count % RECORDS_AT_ONCE == 0)
			atomic_fetch_add(&work->records, RECORDS_AT_ONCE);
	}
}

static void *run(void *argument)
{
	struct work *work = argument;
	struct reader *reader = NULL;
	for (size_t number; (number = atomic_fetch_add(&work->next, 1)) < work->survey->count;) {
		struct survey_file *file = &work->survey->files[number];
		if (!reader)
			reader = reader_open(NULL, work->path, SEGMENT_JOURNAL, &file->err);
		if (reader)
			read_file(work, number, reader);
		atomic_fetch_add(&work->passed, file->bytes > 0 ? (unsigned long long)file->bytes : 0);
	}
	reader_close(reader);
	atomic_fetch_sub(&work->left, 1);
	return NULL;
}

int64_t survey_size(const char *directory, const char *name)
{
	char *path = disk_path(directory, name);
	const int file = disk_real.open(disk_real.context, path, 0 /* O_RDONLY */);
	free(path);
	const int64_t size = file < 0 ? -1 : disk_real.size(disk_real.context, file);
	if (file >= 0)
		disk_real.close(disk_real.context, file);
	return size;
}

static bool list_files(struct work *work, struct error *err)
{
	struct survey *survey = work->survey;
	struct reader *reader = reader_open(NULL, work->path, SEGMENT_JOURNAL, err);
	if (!reader)
		return false;
	const char *directory = reader_directory(reader);
	struct segment_list list = reader_files(reader);
	struct segment_head head;
	survey->is_written = lock_held(&disk_real, directory);
	survey->count = list.count;
	survey->files = memory_new(list.count + 1, sizeof *survey->files);
	for (size_t i = 0; i < list.count; i++) {
		survey->files[i].segment = list.segments[i];
		survey->files[i].bytes = survey_size(directory, list.segments[i].name);
		work->bytes += survey->files[i].bytes > 0 ? (uint64_t)survey->files[i].bytes : 0;
		if (!work->has_id && segment_head_load(&disk_real, directory, &list.segments[i], SEGMENT_JOURNAL, &head)) {
			memcpy(work->id, head.id, sizeof work->id);
			work->has_id = true;
		}
	}
	reader_close(reader);
	return true;
}

static void wait_for(struct work *work, void (*progress)(int permille, uint64_t records))
{
	while (atomic_load(&work->left) > 0) {
		progress(work->bytes ? (int)(atomic_load(&work->passed) * 1000 / work->bytes) : 1000, atomic_load(&work->records));
		clock_sleep(LOOK_MS);
	}
}

bool survey_take(struct survey *survey, const char *path, void (*progress)(int permille, uint64_t records), struct error *err)
{
	struct work work = {.survey = survey, .path = path};
	pthread_t threads[THREADS_MOST];
	*survey = (struct survey){0};
	if (!list_files(&work, err))
		return false;
	const long processors = sysconf(_SC_NPROCESSORS_ONLN);
	int count = 0;
	for (; count < THREADS_MOST && count < processors && (size_t)count < survey->count; count++) {
		atomic_fetch_add(&work.left, 1);
		if (pthread_create(&threads[count], NULL, run, &work) != 0) {
			atomic_fetch_sub(&work.left, 1);
			break;
		}
	}
	if (count == 0) {
		atomic_fetch_add(&work.left, 1);
		run(&work);
	}
	if (progress)
		wait_for(&work, progress);
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	return true;
}

void survey_finish(struct survey *survey)
{
	free(survey->files);
	*survey = (struct survey){0};
}

bool survey_is_sound(const struct survey *survey)
{
	for (size_t i = 0; i < survey->count; i++) {
		const struct survey_file *file = &survey->files[i];
		if (file->damaged || file->err.text[0] || (file->tail > 0 && !survey->is_written))
			return false;
	}
	return true;
}
