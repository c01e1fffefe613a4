#include "app/journal_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/command.h"
#include "app/historian.h"
#include "app/progress.h"
#include "app/rules.h"
#include "base/clock.h"
#include "journal/reader.h"
#include "journal/record.h"
#include "journal/state_file.h"
#include "store/redis_sink.h"
#include "store/redis_verify.h"

#define DIFFERENCES 10
#define TRIES 20 /* while a collector goes on writing */
#define AHEAD_PAUSE 100 /* ms */
#define SHOW 4096 /* records between two looks at the progress */

/* A journal that is folded record by record. */
struct folding {
	const struct settings *settings;
	struct reader *reader;
	struct record_room room;
	struct engine *engine;
	uint8_t id[JOURNAL_ID_SIZE];
	uint64_t last; /* LSN that was applied */
	bool ended;    /* the journal did, before what Redis stands for */
	struct rules rules;
	char told[RULES_ROOM]; /* of other rules */
};

/* The id stands at the head of a file: one must be read. */
static bool find_id(struct folding *folding, const char *directory, struct error *err)
{
	struct frame frame;
	struct damage damage;
	while (!reader_id(folding->reader))
		switch (reader_next(folding->reader, &frame, &damage, err)) {
		case READER_FAILED:
			return false;
		case READER_END:
			if (!reader_id(folding->reader))
				return fail(err, "%s holds no records", directory);
			break;
		default:
			break;
		}
	memcpy(folding->id, reader_id(folding->reader), sizeof folding->id);
	return true;
}

/* From the newest state that is not newer than what is to be compared, else from the first record. */
static bool begin(struct folding *folding, const char *directory, uint64_t most, struct error *err)
{
	struct state_file state = {.lsn = 0};
	struct error why = {.text = ""};
	bool differs;
	int skipped;
	if (state_file_load(NULL, directory, folding->id, most, INT64_MAX, &state, &skipped, &why)) {
		folding->engine = engine_unpack(folding->settings, state.bytes.data, state.bytes.size, &differs, &why);
		free((void *)(uintptr_t)state.bytes.data);
		folding->last = folding->engine ? state.lsn : 0;
	}
	uint64_t recalled = 0;
	if (!folding->engine)
		folding->engine = historian_recall(directory, folding->settings, most, &recalled, err);
	if (!folding->engine)
		return false;
	engine_keep_long(folding->engine);
	return reader_seek(folding->reader, recalled ? 0 : folding->last + 1, err);
}

static bool apply(struct folding *folding, const struct frame *frame, struct error *err)
{
	struct record record;
	if (!record_read(frame, &record, &folding->room, err))
		return false;
	rules_note(&folding->rules, &record, folding->told);
	engine_apply(folding->engine, &record);
	folding->last = frame->lsn;
	return true;
}

static bool fold_to(struct folding *folding, uint64_t lsn, struct error *err)
{
	const uint64_t first = folding->last;
	while (folding->last < lsn) {
		struct frame frame;
		struct damage damage;
		char text[400];
		switch (reader_next(folding->reader, &frame, &damage, err)) {
		case READER_RECORD:
			if (!apply(folding, &frame, err))
				return false;
			if (folding->last % SHOW == 0)
				progress_show("folding the journal", "records", progress_share((int64_t)first, (int64_t)folding->last, (int64_t)lsn), folding->last - first);
			break;
		case READER_DAMAGE:
			damage_describe(&damage, text, sizeof text);
			return fail(err, "the journal is not whole, so nothing can be compared: %s", text);
		case READER_END:
			folding->ended = true;
			return fail(err, "Redis stands for record %llu, and the journal ends with %llu", (unsigned long long)lsn,
				(unsigned long long)folding->last);
		case READER_FAILED:
			return false;
		}
	}
	return true;
}

/* How Redis was when it was looked at. */
struct looked {
	struct redis_meta meta;
	uint64_t state_lsn;
};

static bool look(struct folding *folding, struct redis_link *link, struct looked *looked, struct error *err)
{
	if (!redis_verify_look(link, folding->settings, &looked->meta, &looked->state_lsn, err))
		return false;
	if (!looked->meta.whole)
		return fail(err, "%s for the site %s", looked->meta.there ? "everything is just being written anew" : "nothing is stored",
			redis_site(folding->settings));
	if (looked->state_lsn > looked->meta.watermark)
		return fail(err, "the packed state is of record %llu, the watermark of %llu", (unsigned long long)looked->state_lsn,
			(unsigned long long)looked->meta.watermark);
	return true;
}

/* The engine after the record of the packed state is packed, then it goes on to the watermark. What was folded for an earlier look
 * serves as far as it is not beyond. */
static bool fold_for(struct folding *folding, const char *directory, const struct looked *looked, struct view *state, struct error *err)
{
	if (folding->engine && folding->last > (looked->state_lsn ? looked->state_lsn : looked->meta.watermark)) {
		engine_destroy(folding->engine);
		folding->engine = NULL;
		folding->last = 0;
	}
	if (!folding->engine && !begin(folding, directory, looked->state_lsn ? looked->state_lsn : looked->meta.watermark, err))
		return false;
	if (!fold_to(folding, looked->state_lsn, err))
		return false;
	if (looked->state_lsn)
		state->data = (const char *)engine_pack(folding->engine, redis_state_since(folding->engine), &state->size);
	return fold_to(folding, looked->meta.watermark, err);
}

static void print(const struct redis_difference *differences, int count)
{
	char text[900];
	for (int i = 0; i < count && i < DIFFERENCES; i++) {
		redis_difference_describe(&differences[i], text, sizeof text);
		puts(text);
	}
	if (count > DIFFERENCES)
		printf("and %d more\n", count - DIFFERENCES);
}

enum { EQUAL = 1, DIFFERS = 0, FAILED = -1, MOVED = -2, AHEAD = -3 };

/* MOVED: a collector committed meanwhile, so that the differences mean nothing. AHEAD: the journal ends too soon; a busy collector's
 * newest records are on their way to its disk. */
static int look_and_compare(struct folding *folding, const char *directory, struct redis_link *link, struct error *err)
{
	struct looked before, after;
	struct view state = {0};
	if (!look(folding, link, &before, err))
		return FAILED;
	struct redis_difference differences[DIFFERENCES];
	char journal[65];
	uint64_t compared;
	int count = -1;
	redis_journal_text(folding->id, journal);
	folding->ended = false;
	if (fold_for(folding, directory, &before, &state, err)) {
		const struct redis_verify verify = {.settings = folding->settings, .engine = folding->engine, .journal = journal, .state = state,
			.state_lsn = state.data ? before.state_lsn : 0};
		count = redis_store_verify(link, &verify, differences, DIFFERENCES, &compared, err);
	}
	free((void *)(uintptr_t)state.data);
	if (count <= 0)
		return !count ? EQUAL : folding->ended ? AHEAD : FAILED;
	if (!look(folding, link, &after, err))
		return FAILED;
	if (after.meta.watermark != before.meta.watermark || after.state_lsn != before.state_lsn)
		return MOVED;
	print(differences, count);
	return DIFFERS;
}

static int fold_and_compare(struct folding *folding, const char *directory, struct redis_link *link, struct error *err)
{
	if (!find_id(folding, directory, err))
		return FAILED;
	int found = MOVED;
	for (int i = 0; i < TRIES && (found == MOVED || found == AHEAD); i++) {
		if (found == AHEAD)
			clock_sleep(AHEAD_PAUSE);
		found = look_and_compare(folding, directory, link, err);
	}
	if (found != MOVED)
		return found == AHEAD ? FAILED : found;
	fail(err, "Redis moves on faster than it can be compared: ask again at a quieter time, or stop the collector");
	return FAILED;
}

int journal_store_verify(const char *directory, const char *url, const struct settings *settings, struct error *err)
{
	struct folding folding = {.settings = settings};
	struct redis_link *link = redis_verify_link(url, err);
	if (!link)
		return -1;
	if (rules_open(&folding.rules, settings, err))
		folding.reader = reader_open(NULL, directory, SEGMENT_JOURNAL, err);
	const int equal = folding.reader ? fold_and_compare(&folding, directory, link, err) : -1;
	progress_done();
	record_room_finish(&folding.room);
	engine_destroy(folding.engine);
	reader_close(folding.reader);
	rules_close(&folding.rules);
	redis_link_destroy(link);
	return equal;
}
