#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "app/journal_command.h"
#include "app/progress.h"
#include "base/map.h"
#include "base/memory.h"
#include "feed/ndjson.h"
#include "journal/reader.h"
#include "journal/record.h"

#define OUTPUT_SIZE (256 * 1024)
#define SHOW 4096

/* The numbers of a publisher that came: each event counts once, however often it was sent. */
struct span {
	uint64_t from, to;
};
struct seen {
	struct span *spans; /* ascending, apart from each other */
	size_t count, room;
};

struct export {
	struct reader *reader;
	struct record_room room;
	struct wire_buffer output;
	struct map sources; /* src and boot: the place in `seen` */
	struct seen *seen;
	size_t seen_count, seen_room;
	int64_t from, to;
	uint64_t records, events;
	bool is_damaged;
};

/* True the first time. */
static bool note_seen(struct seen *seen, uint64_t seq)
{
	size_t at = seen->count;
	while (at > 0 && seen->spans[at - 1].from > seq)
		at--;
	struct span *before = at ? &seen->spans[at - 1] : NULL, *after = at < seen->count ? &seen->spans[at] : NULL;
	if (before && seq <= before->to)
		return false;
	if (before && before->to + 1 == seq) {
		before->to = seq;
		if (after && after->from == seq + 1) {
			before->to = after->to;
			memmove(after, after + 1, (seen->count - at - 1) * sizeof *after);
			seen->count--;
		}
	} else if (after && after->from == seq + 1) {
		after->from = seq;
	} else {
		seen->spans = memory_grow(seen->spans, &seen->room, seen->count + 1, sizeof *seen->spans);
		memmove(seen->spans + at + 1, seen->spans + at, (seen->count - at) * sizeof *seen->spans);
		seen->spans[at] = (struct span){seq, seq};
		seen->count++;
	}
	return true;
}

static struct seen *find_seen(struct export *export, const struct batch *batch)
{
	char key[ID_MAX + 8];
	const size_t size = batch->src.size < ID_MAX ? batch->src.size : ID_MAX;
	memcpy(key, &batch->boot, 8);
	memcpy(key + 8, batch->src.data, size);
	const struct view name = {key, size + 8};
	uint32_t number = map_find(&export->sources, name);
	if (number == MAP_NONE) {
		export->seen = memory_grow(export->seen, &export->seen_room, export->seen_count + 1, sizeof *export->seen);
		number = (uint32_t)export->seen_count++;
		export->seen[number] = (struct seen){.spans = NULL};
		map_put(&export->sources, name, number);
	}
	return &export->seen[number];
}

static bool write_output(struct export *export, struct error *err)
{
	const bool good = export->output.size == 0 || fwrite(export->output.data, 1, export->output.size, stdout) == export->output.size;
	export->output.size = 0;
	return good || fail(err, "standard output cannot be written: %s", strerror(errno));
}

static void take_batch(struct export *export, const struct batch *batch)
{
	struct seen *seen = batch->src.size ? find_seen(export, batch) : NULL;
	for (uint32_t i = 0; i < batch->count; i++) {
		const struct event *event = &batch->events[i];
		const bool is_new = !seen || event->seq == 0 || note_seen(seen, event->seq);
		if (!is_new || event->fault != FAULT_NONE || event->ts < export->from || event->ts > export->to)
			continue;
		ndjson_write(&export->output, event);
		export->events++;
	}
}

static bool take_record(struct export *export, const struct frame *frame, struct error *err)
{
	struct record record;
	if (export->records++ % SHOW == 0)
		progress_show("writing events", "events", -1, export->events);
	if (frame->type == FRAME_BATCH && record_read(frame, &record, &export->room, NULL))
		take_batch(export, record.batch);
	return export->output.size < OUTPUT_SIZE || write_output(export, err);
}

static bool take_all(struct export *export, struct error *err)
{
	for (;;) {
		struct frame frame;
		struct damage damage;
		char text[400];
		switch (reader_next(export->reader, &frame, &damage, err)) {
		case READER_RECORD:
			if (!take_record(export, &frame, err))
				return false;
			break;
		case READER_DAMAGE:
			damage_describe(&damage, text, sizeof text);
			progress_done();
			fprintf(stderr, "tablo: %s\n", text);
			export->is_damaged = true;
			break;
		case READER_END:
			return write_output(export, err) && (fflush(stdout) == 0 || fail(err, "standard output cannot be written: %s", strerror(errno)));
		case READER_FAILED:
			return false;
		}
	}
}

static void finish(struct export *export)
{
	for (size_t i = 0; i < export->seen_count; i++)
		free(export->seen[i].spans);
	free(export->seen);
	map_finish(&export->sources);
	reader_close(export->reader);
	record_room_finish(&export->room);
	wire_buffer_finish(&export->output);
}

int journal_export(const struct journal_call *call)
{
	struct export export = {.reader = NULL};
	struct error err;
	if (!journal_range(call, &export.from, &export.to, &err))
		return report_usage(call->arguments, &err);
	/* Nothing of it can be masked: it is there to be imported again. */
	if (call->settings->display == DISPLAY_FOR_PUBLIC) {
		fail(&err, "an export has every name and id as it came, and display is \"public\" here: give --display desk to have it nevertheless");
		return report(&err);
	}
	export.reader = reader_open(NULL, call->directory, SEGMENT_JOURNAL, &err);
	const bool good = export.reader && take_all(&export, &err);
	const bool is_damaged = export.is_damaged;
	progress_done();
	finish(&export);
	return !good ? report(&err) : is_damaged ? EXIT_FAILED : EXIT_DONE;
}
