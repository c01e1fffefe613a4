#include "feed/bridges/ami_wire.h"

#include <stdlib.h>
#include <strings.h>

#include "base/memory.h"

#define BANNER "Asterisk Call Manager"
#define COMMAND_END "--END COMMAND--"

void ami_wire_finish(struct ami_wire *wire)
{
	free(wire->bytes);
	*wire = (struct ami_wire){0};
}

void ami_wire_reset(struct ami_wire *wire)
{
	char *const bytes = wire->bytes;
	const size_t room = wire->room;
	*wire = (struct ami_wire){.bytes = bytes, .room = room};
}

static void drop_used(struct ami_wire *wire)
{
	if (!wire->used)
		return;
	memmove(wire->bytes, wire->bytes + wire->used, wire->size - wire->used);
	wire->size -= wire->used;
	wire->line = 0;
	wire->used = 0;
}

void ami_wire_add(struct ami_wire *wire, const char *bytes, size_t size)
{
	drop_used(wire);
	if (!size)
		return;
	wire->bytes = memory_grow(wire->bytes, &wire->room, wire->size + size, 1);
	memcpy(wire->bytes + wire->size, bytes, size);
	wire->size += size;
}

static bool begins(struct view text, const char *with)
{
	const size_t size = strlen(with);
	return text.size >= size && strncasecmp(text.data, with, size) == 0;
}

static struct view trimmed(struct view text)
{
	while (text.size && (text.data[0] == ' ' || text.data[0] == '\t')) {
		text.data++;
		text.size--;
	}
	while (text.size && (text.data[text.size - 1] == ' ' || text.data[text.size - 1] == '\t' || text.data[text.size - 1] == '\r'))
		text.size--;
	return text;
}

static bool is_command_end(struct view line)
{
	const size_t size = strlen(COMMAND_END);
	return line.size >= size && memcmp(line.data + line.size - size, COMMAND_END, size) == 0;
}

static void read_header(struct view line, struct ami_message *message)
{
	const char *colon = line.size ? memchr(line.data, ':', line.size) : NULL;
	const size_t size = colon ? (size_t)(colon - line.data) : 0;
	if (size == 0 || line.size > AMI_LINE_MAX || message->count == AMI_HEADERS_MAX || memchr(line.data, 0, line.size)) {
		message->is_odd = true;
		return;
	}
	message->headers[message->count++] = (struct ami_header){
		trimmed((struct view){line.data, size}),
		trimmed((struct view){colon + 1, line.size - size - 1}),
	};
}

/* The lines of wire->bytes up to `end`. */
static enum ami_step read_block(struct ami_wire *wire, size_t end, struct ami_message *message)
{
	message->count = 0;
	message->is_odd = message->is_banner = false;
	for (size_t at = 0; at < end;) {
		const char *newline = memchr(wire->bytes + at, '\n', end - at);
		const size_t size = newline ? (size_t)(newline - (wire->bytes + at)) : end - at;
		const struct view line = trimmed((struct view){wire->bytes + at, size});
		at += size + 1;
		if (line.size)
			read_header(line, message);
	}
	return message->count ? AMI_MESSAGE : AMI_DAMAGED;
}

static enum ami_step end_block(struct ami_wire *wire, size_t end, size_t after, struct ami_message *message)
{
	const bool is_skipped = wire->is_skipped;
	wire->used = after;
	wire->line = after;
	wire->is_command = wire->is_skipped = false;
	if (is_skipped)
		return AMI_DAMAGED;
	return read_block(wire, end, message);
}

static enum ami_step give_banner(struct ami_wire *wire, struct view line, size_t after, struct ami_message *message)
{
	wire->used = wire->line = after;
	message->count = 1;
	message->headers[0] = (struct ami_header){view_of("Banner"), line};
	message->is_banner = true;
	message->is_odd = false;
	return AMI_MESSAGE;
}

/* A message that is longer than any that Asterisk writes: what was read of it goes, so that it costs no memory. */
static void skip_block(struct ami_wire *wire)
{
	memmove(wire->bytes, wire->bytes + wire->line, wire->size - wire->line);
	wire->size -= wire->line;
	wire->line = 0;
	wire->is_skipped = true;
	if (wire->size > AMI_MESSAGE_MAX) { /* one endless line: an end of it that is short is no empty line */
		wire->size = 1;
		wire->bytes[0] = 'x';
	}
}

enum ami_step ami_wire_next(struct ami_wire *wire, struct ami_message *message)
{
	drop_used(wire);
	while (wire->line < wire->size) {
		const char *newline = memchr(wire->bytes + wire->line, '\n', wire->size - wire->line);
		if (!newline)
			break;
		const size_t begin = wire->line, after = (size_t)(newline - wire->bytes) + 1;
		const struct view line = trimmed((struct view){wire->bytes + begin, after - 1 - begin});
		wire->line = after;
		if (begin == 0 && !wire->is_skipped && begins(line, BANNER))
			return give_banner(wire, line, after, message);
		if (begin == 0 && !wire->is_skipped && begins(line, "Response:") && view_is(trimmed((struct view){line.data + 9, line.size - 9}), "Follows"))
			wire->is_command = true;
		const bool is_end = wire->is_command ? is_command_end(line) : line.size == 0;
		if (is_end && begin == 0 && !wire->is_command && !wire->is_skipped) { /* empty lines between messages */
			wire->used = after;
			drop_used(wire);
			continue;
		}
		if (is_end)
			return end_block(wire, begin, after, message);
		if (wire->line > AMI_MESSAGE_MAX)
			skip_block(wire);
	}
	if (wire->size > AMI_MESSAGE_MAX)
		skip_block(wire);
	return AMI_MORE;
}

enum ami_step ami_wire_rest(struct ami_wire *wire, struct ami_message *message)
{
	drop_used(wire);
	if (wire->size == 0 && !wire->is_skipped)
		return AMI_MORE;
	return end_block(wire, wire->size, wire->size, message);
}

struct view ami_value(const struct ami_message *message, const char *name)
{
	const size_t size = strlen(name);
	for (size_t i = 0; i < message->count; i++)
		if (message->headers[i].name.size == size && strncasecmp(message->headers[i].name.data, name, size) == 0)
			return message->headers[i].value;
	return (struct view){0};
}
