#include "app/journal_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/command.h"
#include "journal/reader.h"
#include "journal/record.h"
#include "journal/state_file.h"
#include "store/redis_sink.h"
#include "store/redis_verify.h"

#define DIFFERENCES 10

/* A journal that is folded record by record. */
struct folding {
	const struct settings *settings;
	struct reader *reader;
	struct record_room room;
	struct engine *engine;
	uint8_t id[JOURNAL_ID_SIZE];
	uint64_t last; /* LSN that was applied */
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
	if (state_file_load(NULL, directory, folding->id, most, &state, &skipped, &why)) {
		folding->engine = engine_unpack(folding->settings, state.bytes.data, state.bytes.size, &differs, &why);
		free((void *)(uintptr_t)state.bytes.data);
		folding->last = folding->engine ? state.lsn : 0;
	}
	if (!folding->engine)
		folding->engine = engine_create(folding->settings, err);
	if (!folding->engine)
		return false;
	engine_keep_long(folding->engine);
	return reader_seek(folding->reader, folding->last + 1, err);
}

static bool apply(struct folding *folding, const struct frame *frame, struct error *err)
{
	struct record record;
	if (!record_read(frame, &record, &folding->room, err))
		return false;
	engine_apply(folding->engine, &record);
	folding->last = frame->lsn;
	return true;
}

static bool fold_to(struct folding *folding, uint64_t lsn, struct error *err)
{
	while (folding->last < lsn) {
		struct frame frame;
		struct damage damage;
		char text[400];
		switch (reader_next(folding->reader, &frame, &damage, err)) {
		case READER_RECORD:
			if (!apply(folding, &frame, err))
				return false;
			break;
		case READER_DAMAGE:
			damage_describe(&damage, text, sizeof text);
			return fail(err, "the journal is not whole, so nothing can be compared: %s", text);
		case READER_END:
			return fail(err, "Redis stands for record %llu, and the journal ends with %llu", (unsigned long long)lsn,
				(unsigned long long)folding->last);
		case READER_FAILED:
			return false;
		}
	}
	return true;
}

static int compare(struct folding *folding, struct redis_link *link, struct redis_verify *verify, struct error *err)
{
	struct redis_difference differences[DIFFERENCES];
	uint64_t compared;
	char text[900], journal[65];
	redis_journal_text(folding->id, journal);
	verify->journal = journal;
	const int count = redis_store_verify(link, verify, differences, DIFFERENCES, &compared, err);
	for (int i = 0; i < count && i < DIFFERENCES; i++) {
		redis_difference_describe(&differences[i], text, sizeof text);
		puts(text);
	}
	if (count > DIFFERENCES)
		printf("and %d more\n", count - DIFFERENCES);
	return count < 0 ? -1 : count == 0;
}

static int fold_and_compare(struct folding *folding, const char *directory, struct redis_link *link, struct error *err)
{
	struct redis_meta meta;
	struct redis_verify verify = {.settings = folding->settings};
	uint64_t state_lsn;
	size_t size;
	if (!find_id(folding, directory, err) || !redis_verify_look(link, folding->settings, &meta, &state_lsn, err))
		return -1;
	if (!meta.whole) {
		fail(err, "%s for the site %s", meta.there ? "everything is just being written anew" : "nothing is stored", redis_site(folding->settings));
		return -1;
	}
	if (state_lsn > meta.watermark) {
		fail(err, "the packed state is of record %llu, the watermark of %llu", (unsigned long long)state_lsn, (unsigned long long)meta.watermark);
		return -1;
	}
	if (!begin(folding, directory, state_lsn ? state_lsn : meta.watermark, err) || !fold_to(folding, state_lsn, err))
		return -1;
	uint8_t *state = state_lsn ? engine_pack(folding->engine, redis_state_since(folding->engine), &size) : NULL;
	if (state) {
		verify.state = (struct view){(const char *)state, size};
		verify.state_lsn = state_lsn;
	}
	const bool folded = fold_to(folding, meta.watermark, err);
	verify.engine = folding->engine;
	const int equal = folded ? compare(folding, link, &verify, err) : -1;
	free(state);
	return equal;
}

int journal_store_verify(const char *directory, const char *url, const struct settings *settings, struct error *err)
{
	struct folding folding = {.settings = settings};
	struct redis_link *link = redis_verify_link(url, err);
	if (!link)
		return -1;
	folding.reader = reader_open(NULL, directory, SEGMENT_JOURNAL, err);
	const int equal = folding.reader ? fold_and_compare(&folding, directory, link, err) : -1;
	record_room_finish(&folding.room);
	engine_destroy(folding.engine);
	reader_close(folding.reader);
	redis_link_destroy(link);
	return equal;
}
