/* Asterisk's queue_log: time|callid|queue|member|VERB|data... with stamps of whole seconds. Lines wait in a window until their
 * place in time is sure; then duplicates are sorted out, then the table of verbs makes events of them. */
#include "feed/bridges/queue_log.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "feed/bridges/heap.h"

/* Events may be older than their line (a ring is logged when it ends), by less than these many. */
#define EVENTS_HELD 20000
/* Lines remembered to know their duplicates: twice this many at most. */
#define SEEN_MOST 200000
#define SECOND_LAST INT64_C(32503680000) /* the year 3000 */
#define FIELDS_MOST (5 + QUEUE_LOG_DATA)

struct held {
	const char *file;
	int64_t line;
	int64_t behind; /* ms it is older than a line before it */
	size_t size;
	char text[];
};

struct reader {
	struct queue_log log; /* first: the verbs see no more than this */
	struct heap window;
	size_t window_most;
	int64_t newest, written; /* the latest instant read, and written */
	struct map seen[2];	 /* younger and older duplicates; the older go when the younger are many */
	size_t seen_count;
	char **files; /* names of the files, for reports about lines that were held back */
	size_t file_count, file_room;
};

/* ---- calls ---- */

static size_t key_of(const struct entry *entry, char to[QUEUE_LOG_LINE_MAX + 1])
{
	memcpy(to, entry->queue.data, entry->queue.size);
	to[entry->queue.size] = 0;
	memcpy(to + entry->queue.size + 1, entry->call.data, entry->call.size);
	return entry->queue.size + 1 + entry->call.size;
}

struct call *call_find(struct queue_log *log, const struct entry *entry)
{
	char key[QUEUE_LOG_LINE_MAX + 1];
	uint32_t number = map_find(&log->numbers, (struct view){key, key_of(entry, key)});
	return number == MAP_NONE ? NULL : &log->calls[number];
}

/* A call without a sign for a day is over, whatever became of its end; the board closes it as lost by itself. */
static void forget_old(struct queue_log *log, int64_t now)
{
	for (size_t i = 0; i < log->count; i++) {
		struct call *call = &log->calls[i];
		if (!call->used || now - (call->talking ? call->answered : call->entered) < DAY_MS)
			continue;
		importer_add(log->importer, call->talking ? IMPORT_TALKING : IMPORT_WAITING, 1);
		call_forget(log, call);
	}
}

static struct call *free_call(struct queue_log *log, int64_t now)
{
	if (log->used == log->count && log->count >= 1024 && log->count == log->room)
		forget_old(log, now);
	if (log->used == log->count) {
		if (log->count == log->room)
			log->calls = memory_grow(log->calls, &log->room, log->count + 1, sizeof *log->calls);
		return &log->calls[log->count++];
	}
	size_t i = log->free_from;
	while (log->calls[i].used)
		i++;
	log->free_from = i + 1;
	return &log->calls[i];
}

struct call *call_enter(struct queue_log *log, const struct entry *entry)
{
	char key[QUEUE_LOG_LINE_MAX + 1], id[QUEUE_LOG_LINE_MAX + 32];
	struct call *call = free_call(log, entry->ts);
	*call = (struct call){.used = true, .entered = entry->ts, .key_size = key_of(entry, key)};
	call->key = memory_new(1, call->key_size);
	memcpy(call->key, key, call->key_size);
	call->queue = (struct view){call->key, entry->queue.size};
	int size = snprintf(id, sizeof id, "%.*s/%.*s@%lld", (int)entry->queue.size, entry->queue.data, (int)entry->call.size,
		entry->call.data, (long long)(entry->ts / SECOND_MS));
	import_id((struct view){id, (size_t)size}, call->contact);
	map_put(&log->numbers, (struct view){key, call->key_size}, (uint32_t)(call - log->calls));
	log->used++;
	return call;
}

void call_forget(struct queue_log *log, struct call *call)
{
	size_t number = (size_t)(call - log->calls);
	map_remove(&log->numbers, (struct view){call->key, call->key_size});
	free(call->key);
	*call = (struct call){0};
	log->used--;
	if (number < log->free_from)
		log->free_from = number;
}

/* ---- duplicates ---- */

static bool seen_before(struct reader *reader, const struct entry *entry, const struct verb *verb)
{
	char key[QUEUE_LOG_LINE_MAX + 64];
	int size = snprintf(key, sizeof key, "%lld|%.*s|", (long long)(entry->ts / SECOND_MS), (int)entry->verb.size,
		entry->verb.data);
	struct view parts[] = {entry->queue, entry->call, verb->kind == VERB_CALL ? (struct view){0} : entry->agent};
	size_t length = (size_t)size;
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		if (parts[i].size)
			memcpy(key + length, parts[i].data, parts[i].size);
		length += parts[i].size;
		key[length++] = '|';
	}
	struct view whole = {key, length};
	if (map_find(&reader->seen[0], whole) != MAP_NONE || map_find(&reader->seen[1], whole) != MAP_NONE)
		return true;
	if (reader->seen_count++ >= SEEN_MOST) {
		map_finish(&reader->seen[1]);
		reader->seen[1] = reader->seen[0];
		reader->seen[0] = (struct map){0};
		reader->seen_count = 1;
	}
	map_put(&reader->seen[0], whole, 1);
	return false;
}

/* ---- lines ---- */

static int split(struct view line, struct view fields[FIELDS_MOST])
{
	int count = 0;
	while (count < FIELDS_MOST) {
		const char *bar = line.size ? memchr(line.data, '|', line.size) : NULL;
		size_t size = bar ? (size_t)(bar - line.data) : line.size;
		fields[count++] = (struct view){line.data, size};
		if (!bar)
			break;
		line.data += size + 1;
		line.size -= size + 1;
	}
	return count;
}

/* Whole seconds since the epoch; a fraction, as some patched versions write it, is dropped. */
static bool read_second(struct view text, int64_t *ts)
{
	int64_t second = 0;
	size_t i = 0;
	for (; i < text.size && i < 12 && isdigit((unsigned char)text.data[i]); i++)
		second = second * 10 + (text.data[i] - '0');
	if (i == 0 || (i < text.size && text.data[i] != '.'))
		return false;
	for (size_t k = i + 1; k < text.size; k++)
		if (!isdigit((unsigned char)text.data[k]))
			return false;
	*ts = second * SECOND_MS;
	return second > 0 && second <= SECOND_LAST;
}

static bool is_verb(struct view text)
{
	return text.size && verb_find(text);
}

/* NULL: the fields stand where they should. */
static const char *shifted(const struct view *fields, int count)
{
	if (is_verb(fields[4]))
		return NULL;
	if (is_verb(fields[3]))
		return "the fields are shifted: the verb stands in field 4 in place of 5";
	if (count > 5 && is_verb(fields[5]))
		return "the fields are shifted: the verb stands in field 6 in place of 5";
	return fields[4].size ? NULL : "no verb";
}

static const char *parse(struct view line, struct entry *entry)
{
	struct view fields[FIELDS_MOST] = {{0}};
	int count = split(line, fields);
	if (memchr(line.data, 0, line.size))
		return "a NUL byte in the line";
	if (!read_second(fields[0], &entry->ts))
		return "the first field is no time (seconds since 1970)";
	if (count < 5)
		return "fewer than five fields: cut off?";
	const char *why = shifted(fields, count);
	if (why)
		return why;
	entry->call = fields[1];
	entry->queue = fields[2];
	entry->agent = fields[3];
	entry->verb = fields[4];
	memcpy(entry->data, fields + 5, sizeof entry->data);
	return NULL;
}

/* What looks like a number may be a customer's, out of its place. */
static bool may_be_shown(struct view verb)
{
	for (size_t i = 0; i < verb.size; i++)
		if (!isalpha((unsigned char)verb.data[i]) && verb.data[i] != '_')
			return false;
	return verb.size <= 32;
}

/* Said of lines that count for something: that a duplicate stands elsewhere is no news. */
static void report_place(struct reader *reader, const struct entry *entry, int64_t behind)
{
	bool late = entry->ts < reader->written;
	if (late)
		importer_report_at(reader->log.importer, IMPORT_LATE, entry->file, entry->line,
			"out of order: over %zu lines too late to be put in its place; written where it stands", reader->window_most);
	else if (behind > 0)
		importer_report_at(reader->log.importer, IMPORT_OUT_OF_ORDER, entry->file, entry->line,
			"out of order: %lld s earlier than a line before it; put in its place", (long long)(behind / SECOND_MS));
}

static bool handle(struct reader *reader, const struct entry *entry, int64_t behind, struct error *err)
{
	struct importer *importer = reader->log.importer;
	const struct verb *verb = verb_find(entry->verb);
	if (!verb) {
		struct view name = may_be_shown(entry->verb) ? entry->verb : view_of("...");
		importer_report_at(importer, IMPORT_UNKNOWN, entry->file, entry->line, "unknown verb '%.*s'", (int)name.size, name.data);
		return true;
	}
	if (verb->kind == VERB_PASSED) {
		importer_add(importer, IMPORT_PASSED, 1);
		return true;
	}
	if (seen_before(reader, entry, verb)) {
		importer_report_at(importer, IMPORT_DUPLICATE, entry->file, entry->line,
			"duplicate: %s of the same queue and call in the same second came before", verb->name);
		return true;
	}
	report_place(reader, entry, behind);
	return verb->handle(&reader->log, entry, err);
}

static bool release(struct reader *reader, struct error *err)
{
	struct held *held = heap_pop(&reader->window).item;
	struct entry entry = {.file = held->file, .line = held->line};
	parse((struct view){held->text, held->size}, &entry);
	bool good = handle(reader, &entry, held->behind, err);
	if (entry.ts > reader->written)
		reader->written = entry.ts;
	free(held);
	return good;
}

static bool take_line(void *state, struct view line, struct error *err)
{
	struct reader *reader = state;
	struct importer *importer = reader->log.importer;
	struct entry entry = {0};
	if (import_blank(line)) {
		importer_report(importer, IMPORT_BLANK, "blank");
		return true;
	}
	const char *why = line.size > QUEUE_LOG_LINE_MAX ? "longer than any line Asterisk writes" : parse(line, &entry);
	if (why) {
		importer_report(importer, IMPORT_DAMAGED, "damaged: %s", why);
		return true;
	}
	if (entry.ts > reader->newest)
		reader->newest = entry.ts;
	struct held *held = memory_new(1, sizeof *held + line.size);
	held->file = reader->files[reader->file_count - 1];
	held->line = importer_line(importer);
	held->behind = reader->newest - entry.ts;
	held->size = line.size;
	memcpy(held->text, line.data, line.size);
	heap_push(&reader->window, entry.ts, 0, held);
	return reader->window.count <= reader->window_most || release(reader, err);
}

/* ---- the format ---- */

static void *open_log(struct importer *importer, const struct import_options *options, struct error *err)
{
	(void)err;
	struct reader *reader = memory_new(1, sizeof *reader);
	reader->log.importer = importer;
	pseudonym_init(&reader->log.pseudonym, options->salt);
	reader->window_most = options->window ? options->window : IMPORT_WINDOW;
	reader->newest = reader->written = INSTANT_NONE;
	importer_set_window(importer, EVENTS_HELD);
	return reader;
}

static void close_log(void *state)
{
	struct reader *reader = state;
	for (size_t i = 0; i < reader->log.count; i++)
		free(reader->log.calls[i].key);
	free(reader->log.calls);
	map_finish(&reader->log.numbers);
	map_finish(&reader->seen[0]);
	map_finish(&reader->seen[1]);
	heap_finish(&reader->window);
	for (size_t i = 0; i < reader->file_count; i++)
		free(reader->files[i]);
	free(reader->files);
	free(reader);
}

static void begin_file(void *state)
{
	struct reader *reader = state;
	if (reader->file_count == reader->file_room)
		reader->files = memory_grow(reader->files, &reader->file_room, reader->file_count + 1, sizeof *reader->files);
	reader->files[reader->file_count++] = memory_text(importer_path(reader->log.importer));
}

static bool end_file(void *state, struct error *err)
{
	(void)state;
	(void)err;
	return true;
}

static bool finish_log(void *state, struct error *err)
{
	struct reader *reader = state;
	while (reader->window.count)
		if (!release(reader, err))
			return false;
	for (size_t i = 0; i < reader->log.count; i++)
		if (reader->log.calls[i].used)
			importer_add(reader->log.importer, reader->log.calls[i].talking ? IMPORT_TALKING : IMPORT_WAITING, 1);
	return true;
}

const struct import_format import_queue_log = {
	.name = "queue_log",
	.help = "Asterisk's queue_log (time|callid|queue|member|verb|data), rotated files in any number, .gz too",
	.open = open_log,
	.close = close_log,
	.begin = begin_file,
	.line = take_line,
	.end = end_file,
	.finish = finish_log,
};
