#include "feed/bridges/import.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"
#include "feed/bridges/heap.h"
#include "feed/bridges/packed.h"

const struct import_format *const import_formats[] = {&import_queue_log, &import_csv, &import_ndjson, NULL};

const char *const import_count_help[IMPORT_COUNT_COUNT] = {
#define HELP(COUNT, name, help) [IMPORT_##COUNT] = help,
	IMPORT_COUNTS(HELP)
#undef HELP
};

struct importer {
	const struct import_format *format;
	struct import_sink sink;
	void *state; /* of the format */
	struct input *input;
	struct heap held; /* struct packed: events waiting for their turn */
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
	heap_finish(&importer->held);
	free(importer);
}

static void close_input(struct importer *importer)
{
	if (importer->input)
		input_close(importer->input);
	importer->input = NULL;
}

bool importer_file(struct importer *importer, const char *path, struct error *err)
{
	close_input(importer);
	importer->input = input_open(path, err);
	if (!importer->input)
		return false;
	importer->format->begin(importer->state);
	return true;
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
			importer->counts[IMPORT_LINES]++;
			if (importer->format->line(importer->state, line, err))
				break;
			close_input(importer);
			return IMPORT_FAILED;
		case INPUT_TOO_LONG:
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
	struct packed *packed = heap_pop(&importer->held).item;
	struct event event;
	struct view queue;
	event_unpack(packed, &event, &queue);
	bool good = importer->sink.event(importer->sink.context, &event, queue, err);
	free(packed);
	importer->counts[IMPORT_EVENTS] += good;
	return good;
}

bool importer_finish(struct importer *importer, struct error *err)
{
	if (!importer->format->finish(importer->state, err))
		return false;
	while (importer->held.count)
		if (!release(importer, err))
			return false;
	return true;
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
	return importer->input ? input_name(importer->input) : "";
}

int64_t importer_line(const struct importer *importer)
{
	return importer->input ? input_line(importer->input) : 0;
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
	heap_push(&importer->held, event->ts, event_types[event->type].rank, event_pack(event, queue));
	if (importer->window == 0 || importer->held.count <= importer->window)
		return true;
	return release(importer, err);
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
	enum vocabulary vocabulary = vocabulary_of(event->type, key);
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

void import_number(struct event *event, enum event_key key, int64_t number)
{
	event->number[key - KEY_TEXT_COUNT] = number;
	event->present |= KEY_BIT(key);
}

#define HASH_DIGITS 16
struct view import_id(struct view from, char to[ID_MAX + 1])
{
	char harmless[ID_MAX * 4 + 1];
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
