#include "feed/imports/record.h"

#include <stdlib.h>

#include "base/memory.h"

static bool add_field(struct record_reader *reader, struct view field)
{
	if (reader->count == RECORD_FIELDS_MAX)
		return false;
	if (reader->count == reader->room)
		reader->fields = memory_grow(reader->fields, &reader->room, reader->count + 1, sizeof *reader->fields);
	reader->fields[reader->count++] = field;
	return true;
}

/* Without a quote in it a line is cut where it lies. */
static bool cut(struct record_reader *reader, struct view line)
{
	for (;;) {
		const char *end = line.size ? memchr(line.data, reader->delimiter, line.size) : NULL;
		size_t size = end ? (size_t)(end - line.data) : line.size;
		if (!add_field(reader, (struct view){line.data, size}))
			return false;
		if (!end)
			return true;
		line.data += size + 1;
		line.size -= size + 1;
	}
}

static void keep_line(struct record_reader *reader, struct view line)
{
	size_t wanted = reader->raw_size + line.size + 1;
	if (wanted > reader->raw_room)
		reader->raw = memory_grow(reader->raw, &reader->raw_room, wanted, 1);
	if (reader->lines > 0)
		reader->raw[reader->raw_size++] = '\n';
	if (line.size)
		memcpy(reader->raw + reader->raw_size, line.data, line.size);
	reader->raw_size += line.size;
	reader->lines++;
}

/* Reads a field in quotes that begins after *at; writes it at `to`. False: the quote is still open at the end. */
static bool unquote(const struct record_reader *reader, size_t *at, char **to)
{
	size_t i = *at + 1;
	for (; i < reader->raw_size; i++) {
		if (reader->raw[i] != '"') {
			*(*to)++ = reader->raw[i];
		} else if (i + 1 < reader->raw_size && reader->raw[i + 1] == '"') {
			*(*to)++ = '"';
			i++;
		} else {
			*at = i + 1;
			return true;
		}
	}
	return false;
}

/* A quote inside a field that does not begin with one stands for itself, as spreadsheets read it. */
static enum record_state take_apart(struct record_reader *reader, const char **why)
{
	if (reader->raw_size + 1 > reader->text_room)
		reader->text = memory_grow(reader->text, &reader->text_room, reader->raw_size + 1, 1);
	char *to = reader->text;
	for (size_t at = 0;; at++) {
		const char *begin = to;
		bool quoted = at < reader->raw_size && reader->raw[at] == '"';
		if (quoted && !unquote(reader, &at, &to))
			return RECORD_MORE;
		if (quoted && at < reader->raw_size && reader->raw[at] != reader->delimiter)
			return *why = "text after a closing quote", RECORD_BROKEN;
		while (at < reader->raw_size && reader->raw[at] != reader->delimiter)
			*to++ = reader->raw[at++];
		if (!add_field(reader, (struct view){begin, (size_t)(to - begin)}))
			return *why = "more columns than any table has", RECORD_BROKEN;
		if (at >= reader->raw_size)
			return RECORD_READ;
	}
}

static void forget(struct record_reader *reader)
{
	reader->raw_size = 0;
	reader->lines = 0;
}

enum record_state csv_read(struct record_reader *reader, struct view line, const char **why)
{
	reader->count = 0;
	if (reader->lines == 0 && (line.size == 0 || !memchr(line.data, '"', line.size))) {
		if (cut(reader, line))
			return RECORD_READ;
		*why = "more columns than any table has";
		return RECORD_BROKEN;
	}
	keep_line(reader, line);
	enum record_state state = take_apart(reader, why);
	if (state == RECORD_MORE && (reader->lines >= RECORD_LINES_MAX || reader->raw_size > RECORD_SIZE_MAX)) {
		*why = "a quote that is not closed";
		state = RECORD_BROKEN;
	}
	if (state != RECORD_MORE)
		forget(reader);
	return state;
}

bool csv_end(struct record_reader *reader)
{
	bool inside = reader->lines > 0;
	forget(reader);
	return inside;
}

void csv_finish(struct record_reader *reader)
{
	free(reader->fields);
	free(reader->raw);
	free(reader->text);
	*reader = (struct record_reader){0};
}
