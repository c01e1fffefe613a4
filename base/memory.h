/* Allocation that never returns NULL: out of memory ends the program in this one place. */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stddef.h>

/* Zeroed. */
void *memory_new(size_t count, size_t size);
/* Not zeroed; `alignment`: a power of two. */
void *memory_aligned(size_t count, size_t size, size_t alignment);
/* New room beyond the old contents is not zeroed. */
void *memory_resize(void *old, size_t count, size_t size);
char *memory_text(const char *text);
char *memory_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Room for at least `wanted` elements in a growing array: doubles *capacity, keeps the contents. */
void *memory_grow(void *old, size_t *capacity, size_t wanted, size_t size);

/* Tells the processor that these bytes will be wanted soon. */
static inline void memory_expect(const void *memory, size_t size)
{
	for (size_t at = 0; at < size; at += 64)
		__builtin_prefetch((const char *)memory + at, 1);
}

/* For programs that make and free large pieces all the time: each goes back to the system when it is freed. Before any thread begins. */
void memory_give_back(void);

#endif
