/* Asterisk's queue_log: time|callid|queue|member|VERB|data... with stamps of whole seconds. Lines wait in a window until their
 * place in time is sure; then duplicates are sorted out, then the table of verbs makes events of them. */
#include <stdlib.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/memory.h"
#include "base/text.h"
#include "feed/imports/in_order.h"
#include "feed/imports/queue_log.h"
#include "feed/imports/store.h"

/* Events may be older than their line (a ring is logged when it ends), by less than these many. */
#define EVENTS_HELD 20000
/* Lines remembered to know their duplicates: twice this many at most. */
#define SEEN_MOST 200000
/* How far ahead of its turn a line is fetched into the processor's memory. */
#define LINES_AHEAD 8
#define LINE_BYTES 88 /* of its text, as most are */

struct held {
	const char *file;
	int64_t number; /* of the line in the file */
	int64_t behind; /* ms it is older than a line before it */
	struct digest key;  /* of the queue and the call id */
	struct digest said; /* of what lines have in common that say the same */
	struct queue_log_line line;
	char text[];
};

struct reader {
	struct queue_log log; /* first: the verbs see no more than this */
	struct in_order window; /* struct held */
	struct store store;	/* where they are */
	size_t window_most;
	int64_t newest, written; /* the latest instant read, and written */
	char **files; /* names of the files, for reports about lines that were held back */
	size_t file_count, file_room;
};

/* ---- calls ---- */

struct call *call_find(struct queue_log *log, const struct entry *entry)
{
	const uint32_t number = digests_find(&log->numbers, entry->key);
	return number == DIGESTS_NONE ? NULL : &log->calls[number];
}

void queue_log_forget(struct queue_log *log, int64_t now)
{
	for (size_t i = 0; i < log->count; i++) {
		struct call *call = &log->calls[i];
		const int64_t age = now - (call->talking ? call->answered : call->entered);
		if (!call->used || (age < DAY_MS && age > -DAY_MS)) /* one of days to come has a damaged stamp */
			continue;
		importer_add(log->importer, call->talking ? IMPORT_TALKING : IMPORT_WAITING, 1);
		call_forget(log, call);
	}
}

static struct call *free_call(struct queue_log *log, int64_t now)
{
	if (log->used == log->count && log->count >= 1024 && log->count == log->room)
		queue_log_forget(log, now);
	if (log->used == log->count) {
		if (log->count == log->room)
			log->calls = memory_grow(log->calls, &log->room, log->count + 1, sizeof *log->calls);
		return &log->calls[log->count++];
	}
	struct call *call = &log->calls[log->free];
	log->free = call->free_after;
	return call;
}

static void add_call(struct queue_log *log, const struct call *call)
{
	digests_put(&log->numbers, call->key, (uint32_t)(call - log->calls));
	log->used++;
}

/* queue/callid@second */
static struct view contact_text(const struct entry *entry, char *to)
{
	size_t size = 0;
	memcpy(to, entry->queue.data, entry->queue.size);
	size += entry->queue.size;
	to[size++] = '/';
	memcpy(to + size, entry->call.data, entry->call.size);
	size += entry->call.size;
	to[size++] = '@';
	return (struct view){to, size + text_integer(entry->ts / SECOND_MS, to + size)};
}

struct call *call_enter(struct queue_log *log, const struct entry *entry)
{
	char contact[QUEUE_LOG_LINE_MAX + TEXT_INTEGER_SIZE];
	struct call *call = free_call(log, entry->ts);
	call->used = true;
	call->talking = false;
	call->entered = entry->ts;
	call->answered = 0;
	call->key = entry->key;
	call->agent[0] = 0;
	import_id(entry->queue, call->queue);
	import_id(contact_text(entry, contact), call->contact);
	add_call(log, call);
	if (log->memory)
		log->memory->keep(log->memory->context, call);
	return call;
}

void queue_log_restore(struct queue_log *log, const struct call *call)
{
	struct call *room = free_call(log, call->entered);
	*room = *call;
	add_call(log, room);
}

void call_forget(struct queue_log *log, struct call *call)
{
	if (log->memory)
		log->memory->drop(log->memory->context, call->key);
	digests_remove(&log->numbers, call->key);
	call->used = false;
	log->used--;
	call->free_after = log->free;
	log->free = (size_t)(call - log->calls);
}

/* ---- duplicates ---- */

static XXH128_hash_t hash_of(const struct queue_log *log, const void *bytes, size_t size)
{
	return XXH3_128bits_withSecret(bytes, size, log->pseudonym.secret, sizeof log->pseudonym.secret);
}

static struct digest digest_of(XXH128_hash_t hash)
{
	return (struct digest){hash.low64, (uint32_t)hash.high64};
}

/* The fields stand side by side in the line: call id, queue, agent. */
static void find_digests(const struct queue_log *log, struct held *held)
{
	const struct queue_log_line *line = &held->line;
	const struct view call = queue_log_fields(line, held->text, 1, 2);
	const XXH128_hash_t key = hash_of(log, call.data, call.size);
	struct {
		XXH128_hash_t about;
		int64_t ts;
		uint64_t verb;
	} said = {key, line->ts, XXH3_64bits(line->verb->name.data, line->verb->name.size)};
	if (line->verb->kind != VERB_CALL) {
		const struct view all = queue_log_fields(line, held->text, 1, 3);
		said.about = hash_of(log, all.data, all.size);
	}
	held->key = digest_of(key);
	held->said = digest_of(hash_of(log, &said, sizeof said));
}

static bool seen_before(struct queue_log *log, struct digest said)
{
	if (log->memory)
		return !log->memory->note(log->memory->context, said);
	if (digests_find(&log->seen[0], said) != DIGESTS_NONE || digests_find(&log->seen[1], said) != DIGESTS_NONE)
		return true;
	if (log->seen[0].used == SEEN_MOST) {
		const struct digests older = log->seen[1];
		log->seen[1] = log->seen[0];
		log->seen[0] = older;
		digests_clear(&log->seen[0]);
	}
	digests_put(&log->seen[0], said, 1);
	return false;
}

/* ---- lines ---- */

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

static bool handle(struct reader *reader, const struct held *held, const struct entry *entry, struct error *err)
{
	struct importer *importer = reader->log.importer;
	const struct verb *verb = held->line.verb;
	if (!verb) {
		struct view name = verb_may_be_shown(entry->verb) ? entry->verb : view_of("...");
		importer_report_at(importer, IMPORT_UNKNOWN, entry->file, entry->line, "unknown verb '%.*s'", (int)name.size, name.data);
		return true;
	}
	if (verb->kind == VERB_PASSED) {
		importer_add(importer, IMPORT_PASSED, 1);
		return true;
	}
	if (seen_before(&reader->log, held->said)) {
		importer_report_at(importer, IMPORT_DUPLICATE, entry->file, entry->line,
			"duplicate: %s of the same queue and call in the same second came before", verb->name.data);
		return true;
	}
	report_place(reader, entry, held->behind);
	return verb->handle(&reader->log, entry, err);
}

static void enter(const struct held *held, struct entry *entry)
{
	const struct queue_log_line *line = &held->line;
	entry->file = held->file;
	entry->line = held->number;
	entry->ts = line->ts;
	entry->key = held->key;
	entry->call = queue_log_fields(line, held->text, 1, 1);
	entry->queue = queue_log_fields(line, held->text, 2, 2);
	entry->agent = queue_log_fields(line, held->text, 3, 3);
	entry->verb = queue_log_fields(line, held->text, 4, 4);
	for (int i = 5; i < QUEUE_LOG_FIELDS; i++)
		entry->data[i - 5] = i < line->count ? queue_log_fields(line, held->text, i, i) : (struct view){0};
}

static bool release(struct reader *reader, struct error *err)
{
	struct held *held = in_order_pop(&reader->window);
	const struct held *later = in_order_ahead(&reader->window, LINES_AHEAD), *soon = in_order_ahead(&reader->window, LINES_AHEAD / 2);
	struct entry entry;
	/* Here, for gcc takes out a call of a function that only fetches ahead. */
	if (later) {
		memory_expect(later, sizeof *later + LINE_BYTES);
		digests_expect(&reader->log.seen[0], soon->said);
		digests_expect(&reader->log.seen[1], soon->said);
	}
	enter(held, &entry);
	const bool good = handle(reader, held, &entry, err);
	if (entry.ts > reader->written)
		reader->written = entry.ts;
	store_give(&reader->store, held);
	return good;
}

static void hold(struct reader *reader, struct view text, const struct queue_log_line *line)
{
	struct held *held = store_take(&reader->store, sizeof *held + text.size);
	held->file = reader->files[reader->file_count - 1];
	held->number = importer_line(reader->log.importer);
	held->behind = reader->newest - line->ts;
	held->line = *line;
	memcpy(held->text, text.data, text.size);
	if (line->verb && line->verb->kind != VERB_PASSED)
		find_digests(&reader->log, held);
	in_order_push(&reader->window, line->ts, 0, held);
}

static bool take_line(void *state, struct view text, struct error *err)
{
	struct reader *reader = state;
	struct importer *importer = reader->log.importer;
	struct queue_log_line line;
	if (import_blank(text)) {
		importer_report(importer, IMPORT_BLANK, "blank");
		return true;
	}
	const char *why = text.size > QUEUE_LOG_LINE_MAX ? "longer than any line Asterisk writes" : queue_log_line_read(text, &line);
	if (why) {
		importer_report(importer, IMPORT_DAMAGED, "damaged: %s", why);
		return true;
	}
	if (line.ts > reader->newest)
		reader->newest = line.ts;
	hold(reader, text, &line);
	return in_order_count(&reader->window) <= reader->window_most || release(reader, err);
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
	while (in_order_count(&reader->window))
		store_give(&reader->store, in_order_pop(&reader->window));
	in_order_finish(&reader->window);
	store_finish(&reader->store);
	free(reader->log.calls);
	digests_finish(&reader->log.numbers);
	digests_finish(&reader->log.seen[0]);
	digests_finish(&reader->log.seen[1]);
	for (size_t i = 0; i < reader->file_count; i++)
		free(reader->files[i]);
	free(reader->files);
	free(reader);
}

static void begin_file(void *state)
{
	struct reader *reader = state;
	if (reader->file_count && strcmp(reader->files[reader->file_count - 1], importer_path(reader->log.importer)) == 0)
		return;
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

static bool settle_log(void *state, struct error *err)
{
	struct reader *reader = state;
	while (in_order_count(&reader->window))
		if (!release(reader, err))
			return false;
	return true;
}

static bool finish_log(void *state, struct error *err)
{
	const struct reader *reader = state;
	if (!settle_log(state, err))
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
	.settle = settle_log,
	.finish = finish_log,
};
