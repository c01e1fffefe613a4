#include "app/redactor.h"

#include "base/instant.h"
#include "metrics/engine.h"

void redactor_finish(struct redactor *redactor)
{
	veiled_room_finish(&redactor->batches);
	record_room_finish(&redactor->records);
	wire_buffer_finish(&redactor->own);
}

/* Rules are compared by their hashes; their texts hold addresses, files and commands. */
static bool redact_own(struct redactor *redactor, struct frame *frame, struct error *err)
{
	struct record record;
	struct record_config config;
	struct view feeds[RECORD_FEEDS_MAX] = {{0}};
	char source[VEIL_SOURCE_ROOM];
	if (!record_read(frame, &record, &redactor->records, err))
		return false;
	record.src = veil_source(redactor->veil, record.src, source);
	if (record.kind == RECORD_CONFIG) {
		config = *record.config;
		config.settings = view_of("");
		for (uint32_t i = 0; i < config.feed_count && i < RECORD_FEEDS_MAX; i++)
			feeds[i] = view_of("");
		config.feeds = feeds;
		record.config = &config;
	}
	frame->payload = record_frame(&record, (struct view){0}, &redactor->own).payload;
	return true;
}

bool redactor_frame(struct redactor *redactor, struct frame *frame, struct error *err)
{
	if (frame->type != FRAME_BATCH)
		return redact_own(redactor, frame, err);
	const struct view payload = veiled_payload(redactor->veil, frame->payload, &redactor->batches, err);
	if (!payload.data)
		return false;
	frame->payload = payload;
	return true;
}

/* ---- actions ---- */

/* What somebody elsewhere may say of himself, and what he says. */
#define OWN_WORDS (KEY_BIT(KEY_BY) | KEY_BIT(KEY_REASON) | KEY_BIT(KEY_TEXT) | KEY_BIT(KEY_AGENT))

static const char *why_not(const struct event *event)
{
	for (uint64_t keys = event->present & (KEY_BIT(KEY_TEXT_COUNT) - 1) & ~OWN_WORDS; keys; keys &= keys - 1)
		if (veiled_key(event->type, (enum event_key)__builtin_ctzll(keys)))
			return "names_by_hash";
	return NULL;
}

const char *redactor_take_back(struct redactor *redactor, const struct engine *engine, struct view *payload)
{
	struct batch *batch = &redactor->batches.batch;
	struct error err;
	char agent[ID_MAX];
	if (wire_decode(payload->data, payload->size, batch, &err) != FAULT_NONE || batch->count != 1)
		return "malformed";
	struct event *event = &batch->events[0];
	const char *word = why_not(event);
	if (word || !event_text(event, KEY_AGENT).size)
		return word;
	const size_t size = engine_unveil_agent(engine, redactor->veil, event->text[KEY_AGENT], agent);
	if (!size)
		return "unknown_agent";
	event->text[KEY_AGENT] = (struct view){agent, size};
	redactor->own.size = 0;
	wire_encode_event(&redactor->own, event);
	const struct wire_header header = {.src = batch->src, .boot = batch->boot, .seq = batch->seq, .sent = batch->sent};
	wire_encode_batch(&redactor->batches.payload, &header, 1, redactor->own.data, redactor->own.size);
	*payload = (struct view){(const char *)redactor->batches.payload.data, redactor->batches.payload.size};
	return NULL;
}
