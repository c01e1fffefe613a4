/* A piece of text or bytes that belongs to somebody else. Not terminated. data == NULL: there is none. */
#ifndef BASE_VIEW_H
#define BASE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct view {
	const char *data;
	size_t size;
};

static inline struct view view_of(const char *text)
{
	return (struct view){text, text ? strlen(text) : 0};
}

static inline bool view_equals(struct view a, struct view b)
{
	return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static inline bool view_is(struct view a, const char *text)
{
	return view_equals(a, view_of(text));
}

/* Copies at most room - 1 bytes and terminates; for text already made harmless or known to be short. */
static inline void view_copy(struct view from, char *to, size_t room)
{
	size_t size = from.size < room ? from.size : room - 1;
	if (size)
		memcpy(to, from.data, size);
	to[size] = 0;
}

#endif
