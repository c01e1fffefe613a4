#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "app/journal_command.h"
#include "app/progress.h"
#include "journal/hints.h"
#include "journal/reader.h"
#include "journal/record.h"
#include "journal/recover.h"
#include "journal/seal.h"
#include "replay/keeper.h"

#define SHOW 4096 /* records between two looks at the progress */

static void tell_damage(void *context, const struct damage *damage)
{
	(void)context;
	journal_tell_damage(damage);
}

/* ---- what leads to records ---- */

/* All of the file is covered, and at each place stands the record that is named. */
static bool is_sound(const struct hints *hints, const struct hints *wanted, const struct segment *segment, int file)
{
	struct scan scan;
	bool good = hints->count > 0 && hints->covered == wanted->covered && hints->last == wanted->last;
	segment_scan_init(&scan, &disk_real, file, segment->first - 1);
	for (size_t i = 0; good && i < hints->count; i++)
		good = segment_scan_jump(&scan, hints->hints[i].offset, hints->hints[i].lsn, hints->hints[i].recv);
	segment_scan_finish(&scan);
	return good;
}

static void mend_hints(const char *directory, const struct segment *segment, int file, const uint8_t *id)
{
	struct hints old = {.hints = NULL}, new = {.hints = NULL};
	hints_load(&old, &disk_real, directory, segment, file, id);
	hints_extend(&new, &disk_real, file, segment->first);
	if (new.count > 1 && !is_sound(&old, &new, segment, file) && hints_save(&new, &disk_real, directory, segment, id) == 0)
		printf("%s: its hints were made anew\n", segment->name);
	hints_finish(&old);
	hints_finish(&new);
}

static void mend_index(const char *directory, const struct segment *segment, int file, const uint8_t *id)
{
	struct hints old = {.hints = NULL};
	struct sealing sealing = {.disk = &disk_real, .directory = directory, .level = SEAL_LEVEL};
	struct error err;
	hints_load(&old, &disk_real, directory, segment, file, id);
	const bool is_there = old.count > 0;
	hints_finish(&old);
	if (is_there)
		return;
	if (seal_mend(&sealing, segment, &err) == SEAL_DONE)
		printf("%s: its index was made anew\n", segment->name);
	else
		puts(err.text);
}

static bool mend_files(const char *directory, const uint8_t *id, struct error *err)
{
	struct segment_list list = {.segments = NULL};
	if (!segments_list(&list, &disk_real, directory, SEGMENT_JOURNAL, err))
		return false;
	for (size_t i = 0; i < list.count; i++) {
		const struct segment *segment = &list.segments[i];
		char *path = disk_path(directory, segment->name);
		const int file = disk_real.open(disk_real.context, path, O_RDONLY);
		free(path);
		if (file < 0)
			continue;
		progress_show("looking at indexes", "files", (int)(i * 1000 / list.count), i);
		if (segment->is_sealed)
			mend_index(directory, segment, file, id);
		else
			mend_hints(directory, segment, file, id);
		disk_real.close(disk_real.context, file);
	}
	progress_done();
	segments_finish(&list);
	return true;
}

/* ---- states ---- */

struct fold {
	struct reader *reader;
	struct engine *engine;
	struct record_room room;
	struct keeper keeper;
	uint64_t records, first, last; /* LSNs: folded first, and the journal's last */
};

static bool take_record(struct fold *fold, const struct frame *frame, struct error *err)
{
	struct record record;
	struct error why;
	fold->first = fold->first ? fold->first : frame->lsn;
	if (fold->records++ % SHOW == 0)
		progress_show("folding the journal", "records", progress_share((int64_t)fold->first, (int64_t)frame->lsn, (int64_t)fold->last), fold->records);
	if (!record_read(frame, &record, &fold->room, &why)) {
		printf("record %" PRIu64 " cannot be read and is passed over: %s\n", frame->lsn, why.text);
		return true;
	}
	record.lsn = frame->lsn;
	engine_apply(fold->engine, &record);
	return keeper_take(&fold->keeper, fold->engine, frame, &record, err);
}

static bool fold_all(struct fold *fold, struct error *err)
{
	for (;;) {
		struct frame frame;
		struct damage damage;
		switch (reader_next(fold->reader, &frame, &damage, err)) {
		case READER_RECORD:
			if (!take_record(fold, &frame, err))
				return false;
			break;
		case READER_DAMAGE: /* said by the survey of the files; a start folds over it as well */
			break;
		case READER_END:
			return true;
		case READER_FAILED:
			return false;
		}
	}
}

static bool make_states(const struct journal_call *call, const struct recovery *recovery, struct error *err)
{
	struct fold fold = {.last = recovery->last, .engine = engine_create(call->settings, err)};
	fold.reader = fold.engine ? reader_open(NULL, call->directory, SEGMENT_JOURNAL, err) : NULL;
	bool good = fold.reader != NULL;
	if (good) {
		engine_keep_long(fold.engine);
		keeper_begin(&fold.keeper, call->directory, recovery->id, call->settings);
		good = fold_all(&fold, err);
		progress_done();
		if (!fold.keeper.is_true)
			puts("states are not made: the first records are gone, or other rules were in force than those of this configuration");
		else
			printf("%" PRIu64 " states were made anew\n", fold.keeper.written);
		keeper_finish(&fold.keeper);
	}
	reader_close(fold.reader);
	record_room_finish(&fold.room);
	engine_destroy(fold.engine);
	return good;
}

int journal_repair(const struct journal_call *call)
{
	struct error err;
	struct recovery recovery = {.report = tell_damage};
	const int lock = journal_lock(call->directory, &err);
	if (lock < 0)
		return report(&err);
	seal_tidy(&disk_real, call->directory);
	bool good = recover(&recovery, &disk_real, call->directory, SEGMENT_JOURNAL, &err);
	if (good && recovery.last == 0)
		good = fail(&err, "%s: holds no records", call->directory);
	good = good && mend_files(call->directory, recovery.id, &err) && make_states(call, &recovery, &err);
	disk_real.close(disk_real.context, lock);
	return good ? EXIT_DONE : report(&err);
}
