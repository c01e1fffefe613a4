/* One way to write a state down and to read it back: the same function walks the state for both, so that the two cannot differ.
 * Numbers are varints (zigzag), texts and bytes carry their length. What is read is hostile until proved otherwise: every number
 * must fit where it goes, every index must lie below its limit; the first thing wrong ends the reading. */
#ifndef METRICS_ARCHIVE_H
#define METRICS_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/view.h"

struct veil;

struct archive {
	bool reading;
	const struct veil *veil; /* writing for elsewhere: what names somebody is hashed with it; NULL: it is written as it is */
	const char *wrong; /* reading: what was found wrong first, or NULL */
	uint8_t *bytes;	   /* writing: owned by whoever began */
	size_t size, room;
	const uint8_t *from, *end; /* reading: what is left */
};

void archive_signed(struct archive *archive, int64_t *value, int64_t least, int64_t most);
void archive_unsigned(struct archive *archive, uint64_t *value, uint64_t most);
/* A text in an array of `room` bytes, its NUL included. */
void archive_text(struct archive *archive, char *text, size_t room);
/* A number of which every bit counts, such as a hash: eight bytes. */
void archive_word(struct archive *archive, uint64_t *value);
/* Bytes: writing, those of the view; reading, the view is into what is read. */
void archive_view(struct archive *archive, struct view *view);
/* Writing: bytes as they are, without their length. */
void archive_raw(struct archive *archive, const void *bytes, size_t size);
/* How many of something follow: each takes at least one byte, so more than there are bytes left is wrong. */
size_t archive_count(struct archive *archive, size_t count);
/* Reading: notes that something is wrong. Always false. */
bool archive_wrong(struct archive *archive, const char *what);
bool archive_good(const struct archive *archive);

/* A number of any integer type, in its place. */
#define KEEP_SIGNED(type, least, most)                                                                                  \
	static inline void keep_##type(struct archive *archive, type *value)                                            \
	{                                                                                                               \
		int64_t wide = *value;                                                                                  \
		archive_signed(archive, &wide, least, most);                                                            \
		if (archive->reading)                                                                                   \
			*value = (type)wide;                                                                            \
	}
#define KEEP_UNSIGNED(type, most)                                                                                       \
	static inline void keep_##type(struct archive *archive, type *value)                                            \
	{                                                                                                               \
		uint64_t wide = *value;                                                                                 \
		archive_unsigned(archive, &wide, most);                                                                 \
		if (archive->reading)                                                                                   \
			*value = (type)wide;                                                                            \
	}
KEEP_SIGNED(int8_t, INT8_MIN, INT8_MAX)
KEEP_SIGNED(int16_t, INT16_MIN, INT16_MAX)
KEEP_SIGNED(int32_t, INT32_MIN, INT32_MAX)
KEEP_SIGNED(int64_t, INT64_MIN, INT64_MAX)
KEEP_UNSIGNED(bool, 1)
KEEP_UNSIGNED(uint8_t, UINT8_MAX)
KEEP_UNSIGNED(uint16_t, UINT16_MAX)
KEEP_UNSIGNED(uint32_t, UINT32_MAX)
KEEP_UNSIGNED(uint64_t, UINT64_MAX)
#define KEEP(archive, place)                                                                                            \
	_Generic((place), int8_t: keep_int8_t, int16_t: keep_int16_t, int32_t: keep_int32_t, int64_t: keep_int64_t,     \
		bool: keep_bool, uint8_t: keep_uint8_t, uint16_t: keep_uint16_t, uint32_t: keep_uint32_t,               \
		uint64_t: keep_uint64_t)((archive), &(place))
/* The same, of a value that must be below a limit: an index, or a word of a list. */
#define KEEP_BELOW(archive, place, limit)                                                                               \
	do {                                                                                                            \
		KEEP((archive), (place));                                                                               \
		if ((archive)->reading && (uint64_t)(place) >= (uint64_t)(limit)) {                                     \
			archive_wrong((archive), #place);                                                               \
			(place) = 0;                                                                                    \
		}                                                                                                       \
	} while (0)

#endif
