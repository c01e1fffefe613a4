#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "store/redis_command.h"

void redis_commands_finish(struct redis_commands *commands)
{
	free(commands->bytes);
	free(commands->ends);
	*commands = (struct redis_commands){.bytes = NULL};
}

void redis_commands_clear(struct redis_commands *commands)
{
	commands->size = commands->count = 0;
}

void redis_commands_erase(struct redis_commands *commands)
{
	if (commands->room)
		explicit_bzero(commands->bytes, commands->room);
	redis_commands_clear(commands);
}

/* Room for so many more bytes; where they go. */
static char *reserve(struct redis_commands *commands, size_t size)
{
	commands->bytes = memory_grow(commands->bytes, &commands->room, commands->size + size, 1);
	return commands->bytes + commands->size;
}

static void advance(struct redis_commands *commands, const char *to)
{
	commands->size = (size_t)(to - commands->bytes);
	if (commands->count)
		commands->ends[commands->count - 1] = commands->size;
}

static void append(struct redis_commands *commands, struct view bytes)
{
	char *to = reserve(commands, bytes.size);
	if (bytes.size)
		memcpy(to, bytes.data, bytes.size);
	advance(commands, to + bytes.size);
}

#define LENGTH_ROOM 24 /* a mark, a number, CR LF */

static char *write_length(char *to, char mark, size_t length)
{
	char digits[LENGTH_ROOM], *at = digits + sizeof digits;
	do
		*--at = (char)('0' + length % 10);
	while (length /= 10);
	*to++ = mark;
	const size_t size = (size_t)(digits + sizeof digits - at);
	memcpy(to, at, size);
	memcpy(to + size, "\r\n", 2);
	return to + size + 2;
}

static void add_end(struct redis_commands *commands)
{
	commands->ends = memory_grow(commands->ends, &commands->ends_room, commands->count + 1, sizeof *commands->ends);
	commands->ends[commands->count++] = commands->size;
}

void redis_commands_begin(struct redis_commands *commands, size_t words)
{
	add_end(commands);
	advance(commands, write_length(reserve(commands, LENGTH_ROOM), '*', words));
}

void redis_commands_copy(struct redis_commands *commands, struct view command)
{
	add_end(commands);
	append(commands, command);
}

void redis_commands_word(struct redis_commands *commands, struct view word)
{
	char *to = write_length(reserve(commands, LENGTH_ROOM + word.size + 2), '$', word.size);
	if (word.size)
		memcpy(to, word.data, word.size);
	memcpy(to + word.size, "\r\n", 2);
	advance(commands, to + word.size + 2);
}

void redis_commands_text(struct redis_commands *commands, const char *word)
{
	redis_commands_word(commands, view_of(word));
}

void redis_commands_number(struct redis_commands *commands, int64_t number)
{
	char digits[24];
	const int size = snprintf(digits, sizeof digits, "%lld", (long long)number);
	redis_commands_word(commands, (struct view){digits, (size_t)size});
}

void redis_commands_add(struct redis_commands *commands, const char *first, ...)
{
	va_list words, again;
	va_start(words, first);
	va_copy(again, words);
	size_t count = 1;
	while (va_arg(again, const char *))
		count++;
	va_end(again);
	redis_commands_begin(commands, count);
	for (const char *word = first; word; word = va_arg(words, const char *))
		redis_commands_text(commands, word);
	va_end(words);
}

void redis_commands_raw(struct redis_commands *commands, struct view bytes)
{
	append(commands, bytes);
}

struct view redis_commands_at(const struct redis_commands *commands, size_t index)
{
	const size_t from = index ? commands->ends[index - 1] : 0;
	return (struct view){commands->bytes + from, commands->ends[index] - from};
}
