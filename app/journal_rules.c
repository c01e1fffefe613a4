#include "app/journal_command.h"
#include "app/progress.h"
#include "base/instant.h"
#include "journal/reader.h"
#include "journal/record.h"

#define SHOW 4096 /* records between two looks at the progress */

int journal_rules(const struct journal_call *call)
{
	struct error err;
	struct reader *reader = reader_open(NULL, call->directory, SEGMENT_JOURNAL, &err);
	struct record_room room = {0};
	enum reader_result result = READER_RECORD;
	uint64_t records = 0;
	if (!reader)
		return report(&err);
	while (result == READER_RECORD || result == READER_DAMAGE) {
		struct frame frame;
		struct damage damage;
		struct record record;
		char at[40] = "before any time was told";
		result = reader_next(reader, &frame, &damage, &err);
		if (++records % SHOW == 0)
			progress_show("reading the journal", "records", -1, records);
		if (result != READER_RECORD || frame.type != FRAME_CONFIG || !record_read(&frame, &record, &room, NULL))
			continue;
		if (record.recv != INSTANT_NONE)
			instant_format(record.recv, call->zone, at, sizeof at);
		printf("# from record %llu on, %s, tablo %.*s\n%.*s", (unsigned long long)frame.lsn, at, (int)record.config->program.size,
			record.config->program.data, (int)record.config->settings.size, record.config->settings.data);
	}
	progress_done();
	record_room_finish(&room);
	reader_close(reader);
	return result == READER_FAILED ? report(&err) : EXIT_DONE;
}
