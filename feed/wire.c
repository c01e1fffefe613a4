#include "feed/wire.h"

#include <stdlib.h>

#include "base/instant.h"
#include "base/memory.h"
#include "feed/lookup.h"
#include "feed/pack.h"
#include "feed/rules.h"

#define HEADER_DEPTH 1
#define EVENT_DEPTH 3 /* the batch, its events, the event */
#define TYPE_NAME_MAX 64
#define ENDPOINT_MAX 256
#define PROTOCOL_VERSION 1
/* Far enough from the end of the type that seq + count cannot pass it. */
#define SEQ_MAX (UINT64_MAX / 2 - BATCH_EVENTS_MAX)

/* What is known of an event's map before its type is. */
struct draft {
	uint64_t seen, wrong, nils; /* masks of keys: there at all; of a wrong kind; explicitly nil */
	uint32_t repeated;
};

ALWAYS_INLINE bool read_key(struct pack *pack, struct view *key)
{
	if (pack->at == pack->end)
		return pack_fail(pack, FAULT_MALFORMED, "it ends where a key is due");
	uint8_t tag = *pack->at;
	if (tag >= 0xa0 && tag <= 0xbf) {
		pack->at++;
		return pack_bytes(pack, tag & 0x1f, key);
	}
	struct pack_value value;
	if (!pack_read(pack, 0, &value))
		return false;
	*key = value.text;
	return value.kind == PACK_TEXT || pack_fail(pack, FAULT_MALFORMED, "a key that is no text");
}

/* A value that is not wanted: a container's head was read, what is in it is passed over. */
static bool pass_over(struct pack *pack, const struct pack_value *value)
{
	if (value->kind != PACK_ARRAY && value->kind != PACK_MAP)
		return true;
	uint32_t left = value->kind == PACK_MAP ? 2 * value->count : value->count;
	while (left--)
		if (!pack_skip(pack, EVENT_DEPTH + 1, PACK_ELEMENTS_MAX))
			return false;
	return true;
}

ALWAYS_INLINE bool take_text(struct pack *pack, struct event *event, struct draft *draft, int key)
{
	struct pack_value value;
	if (!pack_read(pack, PACK_ELEMENTS_MAX, &value))
		return false;
	uint64_t bit = KEY_BIT(key);
	if (__builtin_expect(value.kind == PACK_TEXT, 1)) {
		event->text[key] = value.text;
		if (value.text.size > text_limits[key])
			draft->wrong |= bit;
		else if ((value.text.size && value.text.data[0]) || key == KEY_SCOPE) /* an empty id is none; an empty scope is everything */
			event->present |= bit;
		return true;
	}
	if (value.kind == PACK_NIL)
		draft->nils |= bit;
	else if (value.kind != PACK_UNDEFINED)
		draft->wrong |= bit;
	return pass_over(pack, &value);
}

ALWAYS_INLINE bool take_number(struct pack *pack, struct event *event, struct draft *draft, int key)
{
	struct pack_value value;
	if (!pack_read(pack, PACK_ELEMENTS_MAX, &value))
		return false;
	uint64_t bit = KEY_BIT(key);
	if (rules_convert(&value, key, &event->number[key - KEY_TEXT_COUNT]))
		event->present |= bit;
	else if (value.kind != PACK_NIL && value.kind != PACK_UNDEFINED)
		draft->wrong |= bit;
	return pass_over(pack, &value);
}

ALWAYS_INLINE bool take_type(struct pack *pack, struct event *event)
{
	struct pack_value value;
	if (!pack_read(pack, PACK_ELEMENTS_MAX, &value))
		return false;
	if (value.kind != PACK_TEXT || value.text.size > TYPE_NAME_MAX)
		return pass_over(pack, &value);
	event->type_name = value.text;
	size_t readable = (size_t)(pack->end - (const uint8_t *)value.text.data);
	int number = lookup_find(&lookup_types, value.text, readable);
	if (number != LOOKUP_NONE)
		event->type = (enum event_type)number;
	return true;
}

ALWAYS_INLINE bool take_ts(struct pack *pack, struct event *event)
{
	struct pack_value value;
	if (!pack_read(pack, PACK_ELEMENTS_MAX, &value))
		return false;
	if (value.kind == PACK_INTEGER && value.number > 0 && value.number < RULES_INSTANT_MAX)
		event->ts = value.number;
	return pass_over(pack, &value);
}

/* The raw value is handed on. It is skipped first, so that a wrong shape costs the event and not the batch. */
static bool take_calendar(struct pack *pack, struct event *event, struct draft *draft, int key)
{
	const uint8_t *start = pack->at;
	if (!pack_skip(pack, EVENT_DEPTH, key == KEY_HOLIDAYS ? PACK_HOLIDAYS_MAX : PACK_ELEMENTS_MAX))
		return false;
	struct view raw = {(const char *)start, (size_t)(pack->at - start)};
	bool is_absent = *start == 0xc0 || *start == 0xd4;
	if (!is_absent && !rules_calendar(key, raw))
		draft->wrong |= KEY_BIT(key);
	else if (!is_absent)
		event->present |= KEY_BIT(key);
	event->text[key] = raw;
	return true;
}

ALWAYS_INLINE bool take_value(struct pack *pack, struct event *event, struct draft *draft, int key)
{
	if (key == LOOKUP_TYPE)
		return take_type(pack, event);
	if (key == LOOKUP_TS)
		return take_ts(pack, event);
	if (key >= KEY_TEXT_COUNT)
		return take_number(pack, event, draft, key);
	if (rules_is_calendar(key))
		return take_calendar(pack, event, draft, key);
	return take_text(pack, event, draft, key);
}

/* Sets only what is there: the struct is far larger than most events. */
static bool read_event(struct pack *pack, struct event *event, uint32_t *repeated)
{
	struct pack_value head;
	if (!pack_read(pack, PACK_ELEMENTS_MAX, &head))
		return false;
	if (head.kind != PACK_MAP)
		return pack_fail(pack, FAULT_MALFORMED, "an event that is no map");
	event->type = EVENT_UNKNOWN;
	event->fault = FAULT_NONE;
	event->present = 0;
	event->type_name = (struct view){0};
	event->ts = 0;
	struct draft draft = {0};
	for (uint32_t pairs = head.count; pairs; pairs--) {
		struct view name;
		if (!read_key(pack, &name))
			return false;
		int key = lookup_find(&lookup_keys, name, (size_t)(pack->end - (const uint8_t *)name.data));
		bool is_repeated = key != LOOKUP_NONE && draft.seen & KEY_BIT(key);
		draft.repeated += is_repeated;
		if (key == LOOKUP_NONE || is_repeated) {
			if (!pack_skip(pack, EVENT_DEPTH, PACK_ELEMENTS_MAX))
				return false;
			continue;
		}
		draft.seen |= KEY_BIT(key);
		if (!take_value(pack, event, &draft, key))
			return false;
	}
	*repeated += draft.repeated;
	rules_settle(event, draft.wrong, draft.nils, false, NULL);
	return true;
}

static bool read_events(struct pack *pack, struct batch *batch, struct batch *draft)
{
	struct pack_value head;
	if (!pack_read(pack, BATCH_EVENTS_MAX, &head))
		return false;
	if (head.kind != PACK_ARRAY)
		return pack_fail(pack, FAULT_MALFORMED, "events is no array");
	for (uint32_t i = 0; i < head.count; i++) {
		/* Room for what is there, not for what is claimed. */
		batch->events = memory_grow(batch->events, &batch->room, i + 1, sizeof *batch->events);
		if (!read_event(pack, &batch->events[i], &draft->repeated))
			return false;
	}
	draft->count = head.count;
	return true;
}

enum header_key { HEADER_V, HEADER_SRC, HEADER_BOOT, HEADER_SEQ, HEADER_REPLAY, HEADER_SENT, HEADER_EVENTS, HEADER_NONE };
static const char *const header_names[HEADER_NONE] = {"v", "src", "boot", "seq", "replay", "sent", "events"};

static enum header_key find_header(struct view name)
{
	int key = 0;
	while (key < HEADER_NONE && !view_is(name, header_names[key]))
		key++;
	return (enum header_key)key;
}

static bool take_header(struct pack *pack, enum header_key key, const struct pack_value *value, struct batch *draft)
{
	bool is_number = value->kind == PACK_INTEGER && value->number >= 0;
	switch (key) {
	case HEADER_V:
		if (is_number && value->number > PROTOCOL_VERSION)
			return pack_fail(pack, FAULT_VERSION, "a newer version of the protocol than this program knows (1): update it");
		return (is_number && value->number == PROTOCOL_VERSION) || pack_fail(pack, FAULT_MALFORMED, "v is not 1");
	case HEADER_SRC:
		draft->src = value->text;
		return (value->kind == PACK_TEXT && value->text.size <= ID_MAX)
			|| pack_fail(pack, FAULT_MALFORMED, "src is not a text of at most 64 bytes");
	case HEADER_BOOT:
		draft->boot = (uint64_t)value->number;
		return is_number || pack_fail(pack, FAULT_MALFORMED, "boot is not a positive number");
	case HEADER_SEQ:
		draft->seq = (uint64_t)value->number;
		return (is_number && draft->seq <= SEQ_MAX)
			|| pack_fail(pack, FAULT_MALFORMED, "seq is not a positive number");
	case HEADER_REPLAY:
		draft->replay = value->text;
		return (value->kind == PACK_TEXT && value->text.size <= ENDPOINT_MAX)
			|| pack_fail(pack, FAULT_MALFORMED, "replay is not a text of at most 256 bytes");
	case HEADER_SENT:
		draft->sent = value->number;
		return (is_number && value->number < RULES_INSTANT_MAX)
			|| pack_fail(pack, FAULT_MALFORMED, "sent is not a time in ms");
	default:
		return true;
	}
}

static bool read_header_value(struct pack *pack, enum header_key key, struct batch *draft, uint32_t *seen)
{
	struct pack_value value = {0};
	if (!pack_read(pack, PACK_ELEMENTS_MAX, &value))
		return false;
	if (value.kind == PACK_NIL || value.kind == PACK_UNDEFINED) {
		*seen &= ~(1u << key);
		return true;
	}
	return take_header(pack, key, &value, draft);
}

static bool read_batch(struct pack *pack, struct batch *batch, struct batch *draft)
{
	struct pack_value head;
	if (!pack_read(pack, PACK_ELEMENTS_MAX, &head))
		return false;
	if (head.kind != PACK_MAP)
		return pack_fail(pack, FAULT_MALFORMED, "it is no map");
	uint32_t taken = 0, seen = 0;
	for (uint32_t pairs = head.count; pairs; pairs--) {
		struct view name;
		if (!read_key(pack, &name))
			return false;
		enum header_key key = find_header(name);
		bool is_repeated = taken >> key & 1;
		taken |= key == HEADER_NONE ? 0 : 1u << key;
		seen |= is_repeated || key == HEADER_NONE ? 0 : 1u << key;
		draft->repeated += is_repeated;
		bool done = key == HEADER_NONE || is_repeated ? pack_skip(pack, HEADER_DEPTH, PACK_ELEMENTS_MAX)
			: key == HEADER_EVENTS		      ? read_events(pack, batch, draft)
							      : read_header_value(pack, key, draft, &seen);
		if (!done)
			return false;
	}
	if (!(seen >> HEADER_EVENTS & 1))
		return pack_fail(pack, FAULT_MALFORMED, "events is missing");
	if (pack->at != pack->end)
		return pack_fail(pack, FAULT_MALFORMED, "bytes follow the map");
	uint32_t numbered = 1u << HEADER_SRC | 1u << HEADER_BOOT | 1u << HEADER_SEQ;
	if ((seen & numbered) != numbered || draft->src.size == 0 || draft->seq == 0) {
		draft->src = (struct view){0};
		draft->boot = draft->seq = 0;
	}
	return true;
}

enum feed_fault wire_decode(const void *payload, size_t size, struct batch *batch, struct error *err)
{
	if (size > PAYLOAD_MAX) {
		fail(err, "a payload of %zu bytes; at most %d are allowed: send smaller batches", size, PAYLOAD_MAX);
		return FAULT_TOO_LARGE;
	}
	struct pack pack = pack_of(payload, size);
	struct batch draft = {.sent = INSTANT_NONE};
	if (!read_batch(&pack, batch, &draft)) {
		fail(err, "a payload of %zu bytes is refused at byte %td: %s", size, pack.at - pack.begin, pack.why);
		return pack.fault;
	}
	draft.events = batch->events;
	draft.room = batch->room;
	*batch = draft;
	for (uint32_t i = 0; i < batch->count; i++)
		batch->events[i].seq = batch->seq ? batch->seq + i : 0;
	return FAULT_NONE;
}

void batch_finish(struct batch *batch)
{
	free(batch->events);
	*batch = (struct batch){0};
}
