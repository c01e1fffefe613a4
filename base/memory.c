#include <malloc.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/memory.h"

#define HUGE_PAGE ((uintptr_t)2 << 20)
#define LARGE (8 * HUGE_PAGE)
#define ALONE (256 << 10)

static void *checked(void *memory)
{
	if (memory)
		return memory;
	fputs("tablo: out of memory\n", stderr);
	abort();
}

/* In a large array nearly every access needs a page of its own looked up: with huge pages there are few of them. */
static void *in_huge_pages(void *memory, size_t bytes)
{
	if (bytes < LARGE)
		return memory;
	uintptr_t from = ((uintptr_t)memory + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1), to = ((uintptr_t)memory + bytes) & ~(HUGE_PAGE - 1);
	madvise((void *)from, to - from, MADV_HUGEPAGE); /* a hint: without it things are only slower */
	return memory;
}

void *memory_new(size_t count, size_t size)
{
	void *memory = checked(calloc(count ? count : 1, size ? size : 1));
	return in_huge_pages(memory, count * size);
}

void *memory_aligned(size_t count, size_t size, size_t alignment)
{
	size_t bytes = (count * size + alignment - 1) & ~(alignment - 1);
	return in_huge_pages(checked(size && count > SIZE_MAX / 2 / size ? NULL : aligned_alloc(alignment, bytes)), bytes);
}

void *memory_resize(void *old, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size)
		return checked(NULL);
	size_t bytes = count * size;
	return in_huge_pages(checked(realloc(old, bytes ? bytes : 1)), bytes);
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

void memory_give_back(void)
{
#ifdef M_MMAP_THRESHOLD
	/* Else the C library raises the bound after the first one that is freed, and pieces of that size leave holes. */
	mallopt(M_MMAP_THRESHOLD, ALONE);
#endif
}
