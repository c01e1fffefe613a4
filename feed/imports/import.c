#include "feed/imports/import.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"
#include "feed/imports/in_order.h"
#include "feed/imports/packed.h"
#include "feed/imports/store.h"

const struct import_format *const import_formats[] = {&import_queue_log, &import_csv, &import_ndjson, NULL};

const char *const import_count_help[IMPORT_COUNT_COUNT] = {
#define HELP(COUNT, name, help) [IMPORT_##COUNT] = help,
	IMPORT_COUNTS(HELP)
#undef HELP
};

/* How far ahead of its turn an event is fetched into the processor's memory, and how much of it. */
#define EVENTS_AHEAD 8
#define EVENT_BYTES 192

struct importer {
	const struct import_format *format;
	struct import_sink sink;
	void *state; /* of the format */
	struct input *input;
	const char *path;    /* of the file whose line is taken */
	int64_t line;
	struct in_order held; /* struct packed: events waiting for their turn */
	struct store store;   /* where they are */
	struct event event;   /* the one whose turn it is: only what is present in it holds */
	size_t window;
	uint64_t counts[IMPORT_COUNT_COUNT];
};

const struct import_format *import_format_find(const char *name)
{
	for (int i = 0; import_formats[i]; i++)
		if (strcmp(import_formats[i]->name, name) == 0)
			return import_formats[i];
	return NULL;
}

struct importer *importer_open(const struct import_format *format, const struct import_options *options,
	const struct import_sink *sink, struct error *err)
{
	struct importer *importer = memory_new(1, sizeof *importer);
	importer->format = format;
	importer->sink = *sink;
	importer->state = format->open(importer, options, err);
	if (importer->state)
		return importer;
	free(importer);
	return NULL;
}

void importer_close(struct importer *importer)
{
	if (!importer)
		return;
	importer->format->close(importer->state);
	if (importer->input)
		input_close(importer->input);
	while (in_order_count(&importer->held))
		store_give(&importer->store, in_order_pop(&importer->held));
	in_order_finish(&importer->held);
	store_finish(&importer->store);
	free(importer);
}

static void close_input(struct importer *importer)
{
	if (importer->input)
		input_close(importer->input);
	importer->input = NULL;
	importer->path = NULL;
}

bool importer_file(struct importer *importer, const char *path, struct error *err)
{
	close_input(importer);
	importer->input = input_open(path, err);
	if (!importer->input)
		return false;
	importer->path = input_name(importer->input);
	importer->line = 0;
	importer->format->begin(importer->state);
	return true;
}

void importer_begin(struct importer *importer, const char *path)
{
	close_input(importer);
	importer->path = path;
	importer->format->begin(importer->state);
}

bool importer_take(struct importer *importer, int64_t number, struct view line, struct error *err)
{
	importer->line = number;
	importer->counts[IMPORT_LINES]++;
	return importer->format->line(importer->state, line, err);
}

static enum import_step end_file(struct importer *importer, struct error *err)
{
	bool good = importer->format->end(importer->state, err);
	close_input(importer);
	return good ? IMPORT_FILE_END : IMPORT_FAILED;
}

enum import_step importer_step(struct importer *importer, int most, struct error *err)
{
	struct view line;
	for (int i = 0; i < most; i++) {
		switch (input_next(importer->input, &line, err)) {
		case INPUT_LINE:
			if (importer_take(importer, input_line(importer->input), line, err))
				break;
			close_input(importer);
			return IMPORT_FAILED;
		case INPUT_TOO_LONG:
			importer->line = input_line(importer->input);
			importer->counts[IMPORT_LINES]++;
			importer_report(importer, IMPORT_DAMAGED, "longer than a line can be");
			break;
		case INPUT_WAIT:
			return IMPORT_MORE;
		case INPUT_END:
			return end_file(importer, err);
		case INPUT_FAILED:
			importer->format->end(importer->state, NULL);
			close_input(importer);
			return IMPORT_FAILED;
		}
	}
	return IMPORT_MORE;
}

static bool release(struct importer *importer, struct error *err)
{
	struct packed *packed = in_order_pop(&importer->held);
	struct packed *later = in_order_ahead(&importer->held, EVENTS_AHEAD);
	struct view queue;
	if (later)
		memory_expect(later, EVENT_BYTES);
	event_unpack(packed, &importer->event, &queue);
	bool good = importer->sink.event(importer->sink.context, &importer->event, queue, err);
	store_give(&importer->store, packed);
	importer->counts[IMPORT_EVENTS] += good;
	return good;
}

static bool release_all(struct importer *importer, struct error *err)
{
	while (in_order_count(&importer->held))
		if (!release(importer, err))
			return false;
	return true;
}

bool importer_settle(struct importer *importer, struct error *err)
{
	return (!importer->format->settle || importer->format->settle(importer->state, err)) && release_all(importer, err);
}

bool importer_finish(struct importer *importer, struct error *err)
{
	return importer->format->finish(importer->state, err) && release_all(importer, err);
}

void *importer_state(const struct importer *importer)
{
	return importer->state;
}

uint64_t importer_count(const struct importer *importer, enum import_count which)
{
	return importer->counts[which];
}

uint64_t importer_skipped(const struct importer *importer)
{
	return importer->counts[IMPORT_DAMAGED] + importer->counts[IMPORT_DUPLICATE] + importer->counts[IMPORT_ORPHAN];
}

int importer_progress(const struct importer *importer)
{
	if (!importer->input || input_size(importer->input) <= 0)
		return -1;
	int64_t size = input_size(importer->input), position = input_position(importer->input);
	return position >= size ? 1000 : (int)((double)position * 1000 / (double)size);
}

const char *importer_path(const struct importer *importer)
{
	return importer->path ? importer->path : "";
}

int64_t importer_line(const struct importer *importer)
{
	return importer->path ? importer->line : 0;
}

void importer_add(struct importer *importer, enum import_count which, uint64_t n)
{
	importer->counts[which] += n;
}

static void report(struct importer *importer, enum import_count which, const char *file, int64_t line, const char *format,
	va_list arguments)
{
	char reason[400];
	importer->counts[which]++;
	if (!importer->sink.report)
		return;
	vsnprintf(reason, sizeof reason, format, arguments);
	importer->sink.report(importer->sink.context, which, file, line, reason);
}

void importer_report(struct importer *importer, enum import_count which, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	report(importer, which, importer_path(importer), importer_line(importer), format, arguments);
	va_end(arguments);
}

void importer_report_at(struct importer *importer, enum import_count which, const char *file, int64_t line, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	report(importer, which, file, line, format, arguments);
	va_end(arguments);
}

void importer_set_window(struct importer *importer, size_t window)
{
	importer->window = window;
}

bool importer_emit(struct importer *importer, const struct event *event, struct view queue, struct error *err)
{
	struct packed *packed = store_take(&importer->store, event_packed_size(event, queue));
	event_pack(event, queue, packed);
	in_order_push(&importer->held, event->ts, event_types[event->type].rank, packed);
	return importer->window == 0 || in_order_count(&importer->held) <= importer->window || release(importer, err);
}

bool importer_pass(struct importer *importer, const struct event *event, struct view queue, struct error *err)
{
	importer->counts[IMPORT_EVENTS]++;
	return importer->sink.event(importer->sink.context, event, queue, err);
}

bool import_blank(struct view line)
{
	for (size_t i = 0; i < line.size; i++)
		if (line.data[i] != ' ' && line.data[i] != '\t' && line.data[i] != '\r')
			return false;
	return true;
}

struct event import_event(enum event_type type, int64_t ts)
{
	return (struct event){.type = type, .ts = ts, .type_name = view_of(event_types[type].name)};
}

void import_begin(struct event *event, enum event_type type, int64_t ts)
{
	event->type = type;
	event->fault = FAULT_NONE;
	event->present = 0;
	event->type_name = view_of(event_types[type].name);
	event->ts = ts;
	event->seq = 0;
}

static enum vocabulary vocabulary_of(enum event_type type, enum event_key key)
{
	for (size_t i = 0; i < sizeof event_types[type].words / sizeof event_types[type].words[0]; i++)
		if (event_types[type].words[i].vocabulary != WORDS_NONE && event_types[type].words[i].key == key)
			return (enum vocabulary)event_types[type].words[i].vocabulary;
	return WORDS_NONE;
}

bool import_text(struct event *event, enum event_key key, struct view text)
{
	if (text.size == 0)
		return true;
	const enum vocabulary vocabulary = vocabulary_of(event->type, key);
	event->word[key] = 0;
	if (vocabulary != WORDS_NONE) {
		int number = word_number(vocabulary, text);
		if (number < 0 && vocabulary == WORDS_CHANNEL) {
			text = view_of("other");
			number = CHANNEL_OTHER;
		}
		if (number < 0)
			return false;
		event->word[key] = (uint8_t)number;
	}
	event->text[key] = text;
	event->present |= KEY_BIT(key);
	return true;
}

void import_word(struct event *event, enum event_key key, unsigned number)
{
	event->text[key] = view_of(word_text(vocabulary_of(event->type, key), (int)number));
	event->word[key] = (uint8_t)number;
	event->present |= KEY_BIT(key);
}

void import_number(struct event *event, enum event_key key, int64_t number)
{
	event->number[key - KEY_TEXT_COUNT] = number;
	event->present |= KEY_BIT(key);
}

/* Most ids: nothing in them has to be made harmless. */
static bool is_plain(struct view text)
{
	unsigned odd = 0;
	for (size_t i = 0; i < text.size; i++)
		odd |= (unsigned char)(text.data[i] - '!') > '~' - '!';
	return !odd;
}

#define HASH_DIGITS 16
struct view import_id(struct view from, char to[ID_MAX + 1])
{
	char harmless[ID_MAX * 4 + 1];
	if (from.size <= ID_MAX && is_plain(from)) {
		view_copy(from, to, ID_MAX + 1);
		return (struct view){to, from.size};
	}
	size_t size = text_harmless(from, harmless, sizeof harmless);
	if (size == 0 && from.size) /* nothing that can be seen, and yet a name: it must not pass for none */
		size = (size_t)snprintf(harmless, sizeof harmless, "\uFFFD");
	if (size <= ID_MAX && from.size <= ID_MAX) {
		memcpy(to, harmless, size);
		to[size] = 0;
		return (struct view){to, size};
	}
	size_t kept = text_harmless((struct view){harmless, size}, to, ID_MAX - HASH_DIGITS);
	int rest = snprintf(to + kept, ID_MAX + 1 - kept, "~%016llx", (unsigned long long)map_hash(from));
	return (struct view){to, kept + (size_t)rest};
}
