#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zmq.h>

#include "base/clock.h"
#include "base/input.h"
#include "base/instant.h"
#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"
#include "feed/feed_classes.h"
#include "feed/ndjson.h"

#define LATER_MAX 4096 /* so many events in a row past `stop`, and nothing earlier is expected: files are nearly in order */

enum reading { READING, READING_WAITS /* for standard input */, READING_OVER };

struct file_feed {
	struct feed feed;
	struct feed_sink sink;
	struct feed_options options;
	struct input *input;
	struct ndjson_reader *reader;
	char src[ID_MAX + 1];
	uint64_t seq; /* of the next batch's first event */
	int64_t at;   /* of the last batch handed on */
	enum reading reading;
	bool told_live;
	int later; /* events past `stop` in a row */
	/* The batch being gathered: encoded events of consecutive lines of one second. The last line read may belong to the next
	 * batch already: its bytes then stand behind the first `size`. */
	struct wire_buffer events;
	size_t size;
	uint32_t count;
	int64_t second, latest; /* of the batch; latest: its largest ts */
	bool full;		/* nothing more goes into it */
	bool held;		/* a line of the next batch waits behind it */
	int64_t held_ts;
	/* Pacing: what happened at paced_from is due at paced_at (monotonic ms). */
	bool paced;
	int64_t paced_from, paced_at;
	struct wire_buffer payload; /* scratch */
};

static struct file_feed *own(struct feed *feed)
{
	return (struct file_feed *)feed;
}

/* The path itself where it fits; else its hash and its end, so that two files are never taken for one publisher. */
static void name_source(struct file_feed *file, const char *path)
{
	size_t length = strlen(path);
	text_harmless(view_of(path), file->src, sizeof file->src);
	if (length && strcmp(file->src, path) == 0)
		return;
	char name[128];
	const char *tail = length > 40 ? path + length - 40 : path;
	snprintf(name, sizeof name, "%016llx:%s", (unsigned long long)map_hash(view_of(path)), tail);
	text_harmless(view_of(name), file->src, sizeof file->src);
}

static void file_feed_close(struct feed *feed)
{
	struct file_feed *file = own(feed);
	if (file->input)
		input_close(file->input);
	if (file->reader)
		ndjson_reader_destroy(file->reader);
	wire_buffer_finish(&file->events);
	wire_buffer_finish(&file->payload);
	free(file->feed.endpoint);
	free(file);
}

static bool open_input(struct file_feed *file, const char *path, struct error *err)
{
	if (!*path)
		return fail(err, "feed '%s': no file is named; give file:PATH, or file:- for standard input",
			file->feed.endpoint);
	file->input = input_open(path, err);
	if (!file->input)
		return false;
	return strcmp(path, "-") != 0 || input_set_nonblocking(file->input, err);
}

static struct feed *file_feed_open(const char *url, const struct feed_options *options, const struct feed_sink *sink,
	struct error *err)
{
	const char *path = url + strlen("file:");
	if (strncmp(path, "///", 3) == 0)
		path += 2;
	struct file_feed *file = memory_new(1, sizeof *file);
	file->feed.endpoint = memory_text(url);
	file->sink = *sink;
	file->options = *options;
	file->reader = ndjson_reader_create();
	file->seq = 1;
	file->at = INSTANT_NONE;
	name_source(file, path);
	if (open_input(file, path, err))
		return &file->feed;
	file_feed_close(&file->feed);
	return NULL;
}

/* ---- reading ---- */

static void refuse(struct file_feed *file, enum feed_fault fault, const char *reason)
{
	char why[700];
	snprintf(why, sizeof why, "%s:%lld: %s", input_name(file->input), (long long)input_line(file->input), reason);
	file->sink.refused(file->sink.context, &file->feed, fault, why);
}

static int64_t second_of(int64_t ts)
{
	int64_t second = ts / SECOND_MS;
	return ts % SECOND_MS < 0 ? second - 1 : second;
}

static void count_in(struct file_feed *file, int64_t ts)
{
	if (file->count == 0)
		file->latest = ts;
	file->second = second_of(ts);
	file->count++;
	file->size = file->events.size;
	if (ts > file->latest)
		file->latest = ts;
	file->full = file->count == NDJSON_BATCH_LINES;
}

/* The bytes of a new event stand behind the batch: are they of it? */
static void place(struct file_feed *file, int64_t ts)
{
	bool fits = file->count == 0 || (second_of(ts) == file->second && file->events.size <= NDJSON_BATCH_BYTES);
	if (fits) {
		count_in(file, ts);
		return;
	}
	file->held = true;
	file->held_ts = ts;
	file->full = true;
}

static bool past_stop(struct file_feed *file, int64_t ts)
{
	if (ts <= file->options.stop) {
		file->later = 0;
		return false;
	}
	if (++file->later >= LATER_MAX)
		file->reading = READING_OVER;
	return true;
}

static void take_line(struct file_feed *file, struct view line)
{
	struct event event;
	struct error err;
	if (line.size == 0)
		return;
	if (!ndjson_read(file->reader, line, &file->events, &event, &err)) {
		refuse(file, event.fault == FAULT_SCORE ? FAULT_SCORE : FAULT_BAD_EVENT, err.text);
		return;
	}
	size_t size = file->events.size - file->size;
	if (size > NDJSON_BATCH_BYTES)
		refuse(file, FAULT_BAD_EVENT, "the event is larger than a payload may be");
	if (size > NDJSON_BATCH_BYTES || past_stop(file, event.ts))
		file->events.size = file->size;
	else
		place(file, event.ts);
}

/* Gathers until a batch is complete, or nothing is there, or `lines` were read. */
static void gather(struct file_feed *file, int *lines)
{
	while (!file->full && file->reading == READING && (*lines)-- > 0) {
		struct view line;
		struct error err;
		switch (input_next(file->input, &line, &err)) {
		case INPUT_LINE:
			take_line(file, line);
			break;
		case INPUT_TOO_LONG:
			refuse(file, FAULT_BAD_EVENT, "the line is longer than 1 MiB");
			break;
		case INPUT_WAIT:
			file->reading = READING_WAITS;
			break;
		case INPUT_FAILED:
			file->sink.refused(file->sink.context, &file->feed, FAULT_BAD_EVENT, err.text);
			file->reading = READING_OVER;
			break;
		case INPUT_END:
			file->reading = READING_OVER;
			break;
		}
	}
}

/* ---- handing on ---- */

static bool complete(const struct file_feed *file)
{
	return file->count && (file->full || file->reading != READING);
}

/* Up to `start` everything is due at once; from there the clock runs `speed` times as fast as ours. */
static int64_t due_at(struct file_feed *file)
{
	if (file->options.speed <= 0 || file->latest <= file->options.start)
		return 0;
	if (!file->paced) {
		file->paced = true;
		file->paced_from = file->options.start == INSTANT_NONE ? file->latest : file->options.start;
		file->paced_at = clock_monotonic();
	}
	double wait = (double)(file->latest - file->paced_from) / file->options.speed;
	return wait > 1e15 ? INT64_MAX : file->paced_at + (int64_t)wait;
}

static void start_next(struct file_feed *file)
{
	size_t rest = file->events.size - file->size;
	if (rest)
		memmove(file->events.data, file->events.data + file->size, rest);
	file->events.size = rest;
	file->size = 0;
	file->count = 0;
	file->full = false;
	if (file->held)
		count_in(file, file->held_ts);
	file->held = false;
}

static void hand_on(struct file_feed *file)
{
	struct wire_header header = {.src = view_of(file->src), .boot = 1, .seq = file->seq, .sent = INSTANT_NONE};
	wire_encode_batch(&file->payload, &header, file->count, file->events.data, file->size);
	file->seq += file->count;
	if (file->latest > file->at)
		file->at = file->latest;
	start_next(file);
	file->sink.batch(file->sink.context, &file->feed, file->payload.data, file->payload.size, file->at);
}

static void tell(struct file_feed *file, enum link_state state)
{
	file->sink.link(file->sink.context, &file->feed, state, 0);
}

static void finish(struct file_feed *file)
{
	if (!file->input || file->reading != READING_OVER || file->count)
		return;
	input_close(file->input);
	file->input = NULL;
	tell(file, LINK_ENDED);
}

static bool file_feed_next(struct feed *feed, int most)
{
	struct file_feed *file = own(feed);
	if (!file->input)
		return false;
	if (!file->told_live)
		tell(file, LINK_LIVE);
	file->told_live = true;
	if (file->reading == READING_WAITS)
		file->reading = READING;
	int lines = most > INT32_MAX / NDJSON_BATCH_LINES ? INT32_MAX : most * NDJSON_BATCH_LINES;
	for (int i = 0; i < most; i++) {
		gather(file, &lines);
		if (!complete(file) || due_at(file) > clock_monotonic())
			break;
		hand_on(file);
	}
	finish(file);
	if (!file->input || (file->reading == READING_WAITS && !complete(file)))
		return false;
	return !complete(file) || due_at(file) <= clock_monotonic();
}

static int file_feed_items(struct feed *feed, struct zmq_pollitem_t *items)
{
	struct file_feed *file = own(feed);
	if (!file->input || file->reading != READING_WAITS || complete(file))
		return 0;
	items[0] = (zmq_pollitem_t){.fd = input_descriptor(file->input), .events = ZMQ_POLLIN};
	return 1;
}

static int64_t file_feed_due(struct feed *feed)
{
	struct file_feed *file = own(feed);
	if (!file->input)
		return INT64_MAX;
	if (complete(file))
		return due_at(file);
	return file->reading == READING_WAITS ? INT64_MAX : 0;
}

/* What is in the file comes; there is nobody to ask. */
static bool file_feed_catch_up(struct feed *feed, struct view src, uint64_t boot, uint64_t from, uint64_t to)
{
	(void)feed, (void)src, (void)boot, (void)from, (void)to;
	return false;
}

static int file_feed_progress(struct feed *feed)
{
	const struct file_feed *file = own(feed);
	if (!file->input)
		return 1000;
	int64_t size = input_size(file->input), position = input_position(file->input);
	if (size <= 0)
		return -1;
	return position >= size ? 1000 : (int)(position * 1000 / size);
}

/* Between two events played by `speed` time goes on, but never past the next one. */
static int64_t file_feed_time(struct feed *feed)
{
	const struct file_feed *file = own(feed);
	if (!file->paced || !file->input)
		return file->at;
	double passed = (double)(clock_monotonic() - file->paced_at) * file->options.speed;
	int64_t now = passed > 1e15 ? INT64_MAX : file->paced_from + (int64_t)passed;
	if (file->count && now > file->latest)
		now = file->latest;
	return now > file->at ? now : file->at;
}

const struct feed_class file_feed_class = {
	.scheme = "file",
	.help = "events as lines of JSON: file:PATH (.gz too), or file:- for standard input",
	.open = file_feed_open,
	.close = file_feed_close,
	.items = file_feed_items,
	.due = file_feed_due,
	.next = file_feed_next,
	.catch_up = file_feed_catch_up,
	.progress = file_feed_progress,
	.time = file_feed_time,
};
