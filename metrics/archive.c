#include <string.h>

#include "base/memory.h"
#include "metrics/archive.h"

#define VARINT_MOST 10

bool archive_wrong(struct archive *archive, const char *what)
{
	if (archive->reading && !archive->wrong)
		archive->wrong = what;
	return false;
}

bool archive_good(const struct archive *archive)
{
	return !archive->wrong;
}

static uint8_t *room_for(struct archive *archive, size_t size)
{
	archive->bytes = memory_grow(archive->bytes, &archive->room, archive->size + size, 1);
	return archive->bytes + archive->size;
}

static void put(struct archive *archive, uint64_t value)
{
	uint8_t *to = room_for(archive, VARINT_MOST), *begin = to;
	for (; value >= 0x80; value >>= 7)
		*to++ = (uint8_t)(value | 0x80);
	*to++ = (uint8_t)value;
	archive->size += (size_t)(to - begin);
}

static uint64_t take(struct archive *archive)
{
	uint64_t value = 0;
	for (int shift = 0; shift < 64 && archive->from < archive->end; shift += 7) {
		uint8_t byte = *archive->from++;
		if (shift == 63 && byte > 1)
			break;
		value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return value;
	}
	archive->from = archive->end;
	archive_wrong(archive, "it ends too early, or a number is too long");
	return 0;
}

void archive_unsigned(struct archive *archive, uint64_t *value, uint64_t most)
{
	if (!archive->reading) {
		put(archive, *value);
		return;
	}
	*value = archive->wrong ? 0 : take(archive);
	if (*value > most) {
		archive_wrong(archive, "a number is too large");
		*value = 0;
	}
}

void archive_signed(struct archive *archive, int64_t *value, int64_t least, int64_t most)
{
	if (!archive->reading) {
		put(archive, ((uint64_t)*value << 1) ^ (uint64_t)(*value >> 63));
		return;
	}
	uint64_t bits = archive->wrong ? 0 : take(archive);
	*value = (int64_t)(bits >> 1) ^ -(int64_t)(bits & 1);
	if (*value < least || *value > most) {
		archive_wrong(archive, "a number is out of its range");
		*value = 0;
	}
}

void archive_word(struct archive *archive, uint64_t *value)
{
	if (!archive->reading) {
		uint8_t *to = room_for(archive, sizeof *value);
		for (size_t i = 0; i < sizeof *value; i++)
			to[i] = (uint8_t)(*value >> 8 * i);
		archive->size += sizeof *value;
		return;
	}
	*value = 0;
	if (archive->wrong || (size_t)(archive->end - archive->from) < sizeof *value) {
		archive->from = archive->end;
		archive_wrong(archive, "it ends too early");
		return;
	}
	for (size_t i = 0; i < sizeof *value; i++)
		*value |= (uint64_t)archive->from[i] << 8 * i;
	archive->from += sizeof *value;
}

size_t archive_count(struct archive *archive, size_t count)
{
	uint64_t wide = count;
	archive_unsigned(archive, &wide, SIZE_MAX);
	if (archive->reading && wide > (size_t)(archive->end - archive->from)) {
		archive_wrong(archive, "there are fewer bytes than things are said to follow");
		return 0;
	}
	return (size_t)wide;
}

void archive_raw(struct archive *archive, const void *bytes, size_t size)
{
	memcpy(room_for(archive, size + 1), size ? bytes : "", size);
	archive->size += size;
}

void archive_view(struct archive *archive, struct view *view)
{
	size_t size = archive_count(archive, view->size);
	if (!archive->reading) {
		archive_raw(archive, view->data, size);
		return;
	}
	*view = (struct view){(const char *)archive->from, size};
	archive->from += size;
}

void archive_text(struct archive *archive, char *text, size_t room)
{
	struct view view = {text, archive->reading ? 0 : strnlen(text, room)};
	archive_view(archive, &view);
	if (!archive->reading)
		return;
	if (view.size >= room || (view.size && memchr(view.data, 0, view.size))) {
		archive_wrong(archive, "a text is too long");
		view.size = 0;
	}
	view_copy(view, text, room);
}
