#include <stdlib.h>

#include "app/collector_state.h"
#include "base/log.h"
#include "journal/reader.h"
#include "journal/record.h"

void collector_report_damage(void *context, const struct damage *damage)
{
	char text[400];
	(void)context;
	damage_describe(damage, text, sizeof text);
	log_line(LOG_LEVEL_ERROR, "journal: %s", text);
}

/* The newest state that can be read, or an empty engine. */
static struct engine *begin_engine(struct collector *collector, struct error *err)
{
	const char *directory = collector->settings->journal;
	struct state_file file = {0};
	int skipped = 0;
	bool differs = false;
	struct error why = {0};
	uint64_t last = journal_state(collector->journal).appended;
	if (!state_file_load(NULL, directory, journal_id(collector->journal), last, INT64_MAX, &file, &skipped, &why)) {
		if (why.text[0])
			log_line(LOG_LEVEL_WARNING, "%s: no state can be read, everything is folded: %s", directory, why.text);
		return historian_recall(directory, collector->settings, last, &collector->health.recalled, err);
	}
	struct engine *engine = engine_unpack(collector->settings, file.bytes.data, file.bytes.size, &differs, &why);
	free((char *)(uintptr_t)file.bytes.data);
	if (!engine) {
		log_line(LOG_LEVEL_WARNING, "%s: state %llu is passed over, everything is folded: %s", directory, (unsigned long long)file.lsn, why.text);
		return historian_recall(directory, collector->settings, last, &collector->health.recalled, err);
	}
	if (engine_zone_differs(engine))
		log_line(LOG_LEVEL_WARNING, "zone data of %s differ from those of state %llu: what was counted before stays as it was counted",
			collector->settings->zone, (unsigned long long)file.lsn);
	else if (differs)
		log_line(LOG_LEVEL_WARNING, "the rules in the configuration changed: what was counted before stays as it was counted");
	collector->health.recovered_from = file.lsn;
	collector->weight = file.weight;
	return engine;
}

static bool fold(struct collector *collector, struct reader *reader, struct engine *engine, struct error *err)
{
	struct record_room room = {0};
	struct frame frame;
	struct damage damage;
	struct record record;
	bool good = true;
	char told[RULES_ROOM] = "";
	for (;;) {
		enum reader_result result = reader_next(reader, &frame, &damage, err);
		if (result == READER_DAMAGE) {
			collector_report_damage(NULL, &damage);
			continue;
		}
		good = result != READER_FAILED;
		if (result != READER_RECORD)
			break;
		struct error why;
		collector->weight += frame_size(frame.payload.size);
		if (record_read(&frame, &record, &room, &why)) {
			rules_note(&collector->rules, &record, told);
			record.lsn = frame.lsn;
			engine_apply(engine, &record);
			collector->events += record.batch ? record.batch->count : 0;
			collector->health.recovered++;
		} else {
			log_line(LOG_LEVEL_ERROR, "journal: record %llu cannot be read and is passed over: %s", (unsigned long long)frame.lsn, why.text);
		}
	}
	record_room_finish(&room);
	return good;
}

bool collector_recover(struct collector *collector, struct error *err)
{
	struct engine *engine = begin_engine(collector, err);
	if (engine)
		engine_keep_long(engine);
	struct reader *reader = engine ? reader_open(NULL, collector->settings->journal, SEGMENT_JOURNAL, err) : NULL;
	uint64_t from = collector->health.recovered_from;
	bool good = reader && reader_seek(reader, from ? from + 1 : 0, err) && fold(collector, reader, engine, err);
	reader_close(reader);
	if (!good) {
		engine_destroy(engine);
		return false;
	}
	collector->engine = engine;
	collector->state_lsn = from;
	collector->rebase = collector->health.recalled > 0; /* no state says yet what the engine is, and Redis has it otherwise */
	if (collector->rebase)
		log_line(LOG_LEVEL_WARNING, "%s: without a state and the first records; what was counted up to record %llu comes from the history",
			collector->settings->journal, (unsigned long long)collector->health.recalled);
	if (from || collector->health.recovered)
		log_line(LOG_LEVEL_INFO, "%s: the state of record %llu and %llu records after it", collector->settings->journal,
			(unsigned long long)from, (unsigned long long)collector->health.recovered);
	return true;
}
