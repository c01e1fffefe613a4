#include "feed/veiled.h"

#include "base/text.h"
#include "feed/pack_write.h"

#define NOTE_ROOM 201	   /* as the engine keeps a note */
#define REPEATED_MOST 4000 /* a map has at most 4096 pairs */

#define NAMING (KEY_BIT(KEY_CONTACT) | KEY_BIT(KEY_CASE) | KEY_BIT(KEY_AGENT) | KEY_BIT(KEY_CUSTOMER) | KEY_BIT(KEY_BY) | KEY_BIT(KEY_REASON) | \
	KEY_BIT(KEY_SURVEY) | KEY_BIT(KEY_KIND) | KEY_BIT(KEY_CALLBACK) | KEY_BIT(KEY_TEXT))
/* Ids that are kept as texts with an end. */
#define ENDED (KEY_BIT(KEY_CONTACT) | KEY_BIT(KEY_CASE) | KEY_BIT(KEY_SURVEY))

static enum vocabulary words_of(enum event_type type, enum event_key key)
{
	const struct event_type_info *info = &event_types[type];
	for (size_t i = 0; i < sizeof info->words / sizeof *info->words; i++)
		if (info->words[i].vocabulary && info->words[i].key == key)
			return (enum vocabulary)info->words[i].vocabulary;
	return WORDS_NONE;
}

bool veiled_key(enum event_type type, enum event_key key)
{
	return (NAMING & KEY_BIT(key)) && words_of(type, key) == WORDS_NONE;
}

/* An alert's id is a hash already; what is no id of an alert could be anything. */
static bool is_alert(struct view id)
{
	bool good = id.size > 0 && id.size < VEIL_ROOM;
	for (size_t i = 0; good && i < id.size; i++)
		good = (id.data[i] >= '0' && id.data[i] <= '9') || (id.data[i] >= 'a' && id.data[i] <= 'f');
	return good;
}

struct view veiled_text(const struct veil *veil, enum event_type type, enum event_key key, struct view text, char to[VEIL_ROOM])
{
	char note[NOTE_ROOM];
	if (key == KEY_ALERT ? is_alert(text) : !veiled_key(type, key))
		return text;
	if (key == KEY_CUSTOMER) {
		veil_pseudonym(veil, pseudonym_hash(text), to);
		return view_of(to);
	}
	if (key == KEY_REASON || key == KEY_KIND) /* which are names of one list */
		return veil_reason(veil, text, to);
	if (KEY_BIT(key) & ENDED)
		text = event_id(text);
	if (key == KEY_TEXT) { /* what is remembered of a note is what is shown of it */
		text_harmless(text, note, sizeof note);
		text = view_of(note);
	}
	veil_text(veil, text, to);
	return view_of(to);
}

/* ---- batches ---- */

void veiled_room_finish(struct veiled_room *room)
{
	batch_finish(&room->batch);
	wire_buffer_finish(&room->events);
	wire_buffer_finish(&room->payload);
}

/* As bad as it was, or as unknown, and nothing else: an event without a time is bad. */
static void put_useless(struct wire_buffer *to, const struct veil *veil, const struct event *event)
{
	char type[VEIL_ROOM];
	const bool unknown = event->type == EVENT_UNKNOWN, timed = event->fault == FAULT_UNKNOWN_EVENT;
	veil_text(veil, event->type_name, type);
	pack_put_map(to, 1 + timed);
	pack_put_text(to, view_of("type"));
	pack_put_text(to, unknown ? view_of(type) : view_of(event_types[event->type].name));
	if (!timed)
		return;
	pack_put_text(to, view_of("ts"));
	pack_put_integer(to, event->ts);
}

static void put_event(struct wire_buffer *to, const struct veil *veil, struct event *event)
{
	char texts[KEY_TEXT_COUNT][VEIL_ROOM];
	/* A score off its scale is a fault of its own, and nothing else is wrong with the event. */
	const bool whole = event->fault == FAULT_NONE || event->fault == FAULT_SCORE;
	if (!whole || event->type >= EVENT_UNKNOWN) {
		put_useless(to, veil, event);
		return;
	}
	for (uint64_t keys = event->present & (KEY_BIT(KEY_TEXT_COUNT) - 1); keys; keys &= keys - 1) {
		const enum event_key key = (enum event_key)__builtin_ctzll(keys);
		const enum vocabulary words = words_of(event->type, key);
		if (!event->text[key].data || key == KEY_WEEK || key == KEY_HOLIDAYS)
			continue;
		/* A channel that is in no list is another one: what it is called is not repeated. */
		event->text[key] = words ? view_of(word_text(words, event->word[key])) :
			veiled_text(veil, event->type, key, event->text[key], texts[key]);
	}
	wire_encode_event(to, event);
}

/* Keys that came twice are counted: so many come twice again. */
static void put_batch(struct wire_buffer *to, const struct batch *batch, struct view src, const struct wire_buffer *events)
{
	const uint32_t repeated = batch->repeated < REPEATED_MOST ? batch->repeated : REPEATED_MOST;
	const bool sequenced = src.size > 0, sent = batch->sent != INT64_MIN;
	to->size = 0;
	pack_put_map(to, 2 + repeated + (sequenced ? 3 : 0) + sent);
	for (uint32_t i = 0; i <= repeated; i++) {
		pack_put_text(to, view_of("v"));
		pack_put_unsigned(to, 1);
	}
	if (sequenced) {
		pack_put_text(to, view_of("src"));
		pack_put_text(to, src);
		pack_put_text(to, view_of("boot"));
		pack_put_unsigned(to, batch->boot);
		pack_put_text(to, view_of("seq"));
		pack_put_unsigned(to, batch->seq);
	}
	if (sent) {
		pack_put_text(to, view_of("sent"));
		pack_put_integer(to, batch->sent);
	}
	pack_put_text(to, view_of("events"));
	pack_put_array(to, batch->count);
	pack_put_bytes(to, events->data, events->size);
}

struct view veiled_payload(const struct veil *veil, struct view payload, struct veiled_room *room, struct error *err)
{
	char source[VEIL_SOURCE_ROOM];
	struct batch *batch = &room->batch;
	if (wire_decode(payload.data, payload.size, batch, err) != FAULT_NONE)
		return (struct view){0};
	room->events.size = 0;
	for (uint32_t i = 0; i < batch->count; i++)
		put_event(&room->events, veil, &batch->events[i]);
	put_batch(&room->payload, batch, veil_source(veil, batch->src, source), &room->events);
	if (room->payload.size > PAYLOAD_MAX) {
		fail(err, "with hashes for names a batch of %zu bytes takes %zu; at most %d can be sent", payload.size, room->payload.size, PAYLOAD_MAX);
		return (struct view){0};
	}
	return (struct view){(const char *)room->payload.data, room->payload.size};
}
