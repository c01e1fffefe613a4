#include "feed/stream_talk.h"

#include "feed/pack.h"
#include "feed/pack_write.h"

#define PAIRS_MAX 20

/* Where each key's value lies in a struct stream_talk. */
static const struct {
	const char *name;
	size_t offset;
} numbers[] = {
#define NUMBER(name) {#name, offsetof(struct stream_talk, name)},
	STREAM_TALK_NUMBERS(NUMBER)
#undef NUMBER
}, texts[] = {
#define TEXT(name) {#name, offsetof(struct stream_talk, name)},
	STREAM_TALK_TEXTS(TEXT)
#undef TEXT
};
#define TEXT_COUNT (sizeof texts / sizeof *texts)

static bool wrong(struct pack *pack, const char *why)
{
	return pack_fail(pack, FAULT_MALFORMED, why);
}

static bool read_text(struct pack *pack, struct view *text)
{
	struct pack_value value = {0};
	if (!pack_read(pack, 0, &value))
		return false;
	*text = value.text;
	return value.kind == PACK_TEXT || wrong(pack, "a text is due");
}

static bool read_number(struct pack *pack, int64_t *number)
{
	struct pack_value value = {0};
	if (!pack_read(pack, 0, &value))
		return false;
	*number = value.number;
	return (value.kind == PACK_INTEGER && value.number >= 0) || wrong(pack, "a positive number is due");
}

static bool read_formats(struct pack *pack, struct stream_talk *talk)
{
	struct pack_value head = {0};
	if (!pack_read(pack, STREAM_FORMATS_MAX, &head))
		return false;
	if (head.kind != PACK_ARRAY)
		return wrong(pack, "formats is no array");
	talk->format_count = head.count;
	for (uint32_t i = 0; i < head.count; i++)
		if (!read_text(pack, &talk->formats[i]))
			return false;
	return true;
}

static bool read_event(struct pack *pack, struct view *event)
{
	const uint8_t *start = pack->at;
	if (!pack_skip(pack, 1, PACK_ELEMENTS_MAX))
		return false;
	*event = (struct view){(const char *)start, (size_t)(pack->at - start)};
	bool is_map = (*start & 0xf0) == 0x80 || *start == 0xde || *start == 0xdf;
	if (!is_map)
		return wrong(pack, "event is no map");
	return event->size <= STREAM_EVENT_MAX || pack_fail(pack, FAULT_TOO_LARGE, "an event of more than 16 KiB");
}

static bool read_value(struct pack *pack, struct view name, struct stream_talk *talk)
{
	for (unsigned i = 0; i < STREAM_NUMBER_COUNT; i++) {
		if (!view_is(name, numbers[i].name))
			continue;
		talk->has |= 1u << i;
		return read_number(pack, (int64_t *)(void *)((char *)talk + numbers[i].offset));
	}
	for (size_t i = 0; i < TEXT_COUNT; i++)
		if (view_is(name, texts[i].name))
			return read_text(pack, (struct view *)(void *)((char *)talk + texts[i].offset));
	if (view_is(name, "formats"))
		return read_formats(pack, talk);
	if (view_is(name, "event"))
		return read_event(pack, &talk->event);
	return pack_skip(pack, 1, PAIRS_MAX);
}

static bool read_pairs(struct pack *pack, struct stream_talk *talk)
{
	struct pack_value head = {0};
	if (!pack_read(pack, PAIRS_MAX, &head))
		return false;
	if (head.kind != PACK_MAP)
		return wrong(pack, "it is no map");
	for (uint32_t i = 0; i < head.count; i++) {
		struct view name;
		if (!read_text(pack, &name) || !read_value(pack, name, talk))
			return false;
	}
	if (!talk->op.data)
		return wrong(pack, "op is missing");
	return pack->at == pack->end || wrong(pack, "bytes follow the map");
}

bool stream_talk_read(const void *bytes, size_t size, struct stream_talk *talk, struct error *err)
{
	struct stream_talk draft = {0};
	struct pack pack = pack_of(bytes, size);
	if (size > STREAM_TALK_MAX)
		return fail(err, "a request or answer of %zu bytes; at most %d are allowed", size, STREAM_TALK_MAX);
	if (!read_pairs(&pack, &draft))
		return fail(err, "a request or answer is refused at byte %td: %s", pack.at - pack.begin, pack.why);
	*talk = draft;
	return true;
}

static struct view text_at(const struct stream_talk *talk, size_t number)
{
	return *(const struct view *)(const void *)((const char *)talk + texts[number].offset);
}

static uint32_t count_pairs(const struct stream_talk *talk)
{
	uint32_t pairs = (uint32_t)__builtin_popcount(talk->has) + (talk->format_count > 0) + (talk->event.data != NULL);
	for (size_t i = 0; i < TEXT_COUNT; i++)
		pairs += text_at(talk, i).data != NULL;
	return pairs;
}

void stream_talk_write(struct wire_buffer *to, const struct stream_talk *talk)
{
	to->size = 0;
	pack_put_map(to, count_pairs(talk));
	for (size_t i = 0; i < TEXT_COUNT; i++) {
		if (!text_at(talk, i).data)
			continue;
		pack_put_text(to, view_of(texts[i].name));
		pack_put_text(to, text_at(talk, i));
	}
	for (unsigned i = 0; i < STREAM_NUMBER_COUNT; i++) {
		if (!(talk->has >> i & 1))
			continue;
		pack_put_text(to, view_of(numbers[i].name));
		pack_put_integer(to, *(const int64_t *)(const void *)((const char *)talk + numbers[i].offset));
	}
	if (talk->format_count) {
		pack_put_text(to, view_of("formats"));
		pack_put_array(to, talk->format_count);
		for (uint32_t i = 0; i < talk->format_count; i++)
			pack_put_text(to, talk->formats[i]);
	}
	if (!talk->event.data)
		return;
	pack_put_text(to, view_of("event"));
	pack_put_bytes(to, talk->event.data, talk->event.size);
}
