#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static void *checked(void *memory)
{
	if (memory)
		return memory;
	fputs("tablo: out of memory\n", stderr);
	abort();
}

void *memory_new(size_t count, size_t size)
{
	return checked(calloc(count ? count : 1, size ? size : 1));
}

void *memory_resize(void *old, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size)
		return checked(NULL);
	size_t bytes = count * size;
	return checked(realloc(old, bytes ? bytes : 1));
}

char *memory_text(const char *text)
{
	return checked(strdup(text));
}

char *memory_format(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	char *text = NULL;
	int length = vasprintf(&text, format, arguments);
	va_end(arguments);
	return length < 0 ? checked(NULL) : text;
}

void *memory_grow(void *old, size_t *capacity, size_t wanted, size_t size)
{
	if (wanted <= *capacity)
		return old;
	size_t room = *capacity ? *capacity : 8;
	while (room < wanted)
		room *= 2;
	*capacity = room;
	return memory_resize(old, room, size);
}
