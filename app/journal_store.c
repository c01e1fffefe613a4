#include "app/journal_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/command.h"
#include "app/historian.h"
#include "app/outlets.h"
#include "app/progress.h"
#include "app/rules.h"
#include "base/clock.h"
#include "journal/reader.h"
#include "journal/record.h"
#include "journal/state_file.h"
#include "store/redis_sink.h"
#include "store/redis_sites.h"
#include "store/redis_verify.h"

#define DIFFERENCES 10
#define TRIES 20 /* while a collector goes on writing */
#define AHEAD_PAUSE 100 /* ms */
#define CONFIG_WITHIN 100000 /* records: some tenths of a second */
#define SHOW 4096 /* records between two looks at the progress */

/* A journal that is folded record by record. */
struct folding {
	struct settings *settings; /* ours, with the site that is looked for */
	const char *whose;	   /* who says that it is this site */
	struct reader *reader;
	struct record_room room;
	struct engine *engine;
	uint8_t id[JOURNAL_ID_SIZE];
	uint64_t last; /* LSN that was applied */
	bool ended;    /* the journal did, before what Redis stands for */
	struct rules rules;
	char told[RULES_ROOM]; /* of other rules */
	struct veil key;
	const struct veil *veil; /* with which a collector of these settings writes; NULL: with none */
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

static bool fail_missing(const struct folding *folding, struct redis_link *link, struct error *err)
{
	char others[300];
	const bool any = redis_sites_text(link, others, sizeof others) > 0;
	return fail(err, "nothing is stored for the site %s, which %s; %s", redis_site(folding->settings), folding->whose,
		any ? others : "nor for any other");
}

/* What is stored for a site may come from another collector's journal: then no field of it means anything. */
static bool is_ours(const struct folding *folding, const char *directory, const char *journal, const struct looked *looked, struct error *err)
{
	if (strcmp(looked->meta.journal, journal) == 0)
		return true;
	return fail(err, "Redis holds for the site %s (which %s) another journal than this: %s, and %s is %s", redis_site(folding->settings), folding->whose,
		*looked->meta.journal ? looked->meta.journal : "one without a name", directory, journal);
}

static bool look(struct folding *folding, struct redis_link *link, struct looked *looked, struct error *err)
{
	if (!redis_verify_look(link, folding->settings, &looked->meta, &looked->state_lsn, err))
		return false;
	if (!looked->meta.there)
		return fail_missing(folding, link, err);
	if (!looked->meta.whole)
		return fail(err, "everything is just being written anew for the site %s", redis_site(folding->settings));
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
		state->data = (const char *)engine_pack_veiled(folding->engine, folding->veil, redis_state_since(folding->engine), &state->size);
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
	char journal[65];
	redis_journal_text(folding->id, journal);
	if (!look(folding, link, &before, err) || !is_ours(folding, directory, journal, &before, err))
		return FAILED;
	struct redis_difference differences[DIFFERENCES];
	uint64_t compared;
	int count = -1;
	folding->ended = false;
	if (fold_for(folding, directory, &before, &state, err)) {
		const struct redis_verify verify = {.settings = folding->settings, .engine = folding->engine, .veil = folding->veil, .journal = journal, .state = state,
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

/* The site in the rules that a collector wrote down at its start; the first of them is among the journal's first records, where those are kept. */
static bool find_site(const char *directory, struct settings *settings)
{
	struct reader *reader = reader_open(NULL, directory, SEGMENT_JOURNAL, NULL);
	struct record_room room = {0};
	struct settings *then = settings_create();
	struct record record;
	struct frame frame;
	struct damage damage;
	bool found = false;
	for (int i = 0; reader && !found && i < CONFIG_WITHIN; i++) {
		const enum reader_result result = reader_next(reader, &frame, &damage, NULL);
		if (result == READER_END || result == READER_FAILED)
			break;
		found = result == READER_RECORD && frame.type == FRAME_CONFIG && record_read(&frame, &record, &room, NULL) &&
			record.config->settings.size && settings_read(then, record.config->settings, directory, NULL, NULL);
	}
	found = found && settings_set(settings, "site", then->site, NULL);
	settings_destroy(then);
	record_room_finish(&room);
	reader_close(reader);
	return found;
}

static bool choose_site(struct folding *folding, const char *directory, const char *site, struct error *err)
{
	folding->whose = site ? "--site names" : "the configuration names";
	if (site)
		return settings_set(folding->settings, "site", site, err);
	if (find_site(directory, folding->settings))
		folding->whose = "the journal says it is of";
	return true;
}

/* What leaves the site of a market whose identifiers stay is compared with hashes. */
static bool choose_veil(struct folding *folding, const char *url, struct error *err)
{
	if (!outlets_store_leaves(folding->settings, url))
		return true;
	folding->veil = &folding->key;
	return outlets_allowed(folding->settings, NULL, url, err) && outlets_veil(folding->settings, &folding->key, err);
}

int journal_store_verify(const char *directory, const char *url, const char *site, const struct settings *settings, struct error *err)
{
	struct folding folding = {.settings = settings_copy(settings)};
	struct redis_link *link = choose_site(&folding, directory, site, err) && choose_veil(&folding, url, err) ? redis_verify_link(url, err) : NULL;
	if (link && rules_open(&folding.rules, folding.settings, err))
		folding.reader = reader_open(NULL, directory, SEGMENT_JOURNAL, err);
	const int equal = folding.reader ? fold_and_compare(&folding, directory, link, err) : -1;
	progress_done();
	record_room_finish(&folding.room);
	engine_destroy(folding.engine);
	reader_close(folding.reader);
	rules_close(&folding.rules);
	redis_link_destroy(link);
	settings_destroy(folding.settings);
	return equal;
}
