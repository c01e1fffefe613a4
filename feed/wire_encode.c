#include "feed/wire.h"

#include <stdlib.h>

#include "feed/pack_write.h"
#include "feed/rules.h"

void wire_buffer_finish(struct wire_buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct wire_buffer){0};
}

static void put_value(struct wire_buffer *to, const struct event *event, int key)
{
	int64_t number = key >= KEY_TEXT_COUNT ? event->number[key - KEY_TEXT_COUNT] : 0;
	if (rules_is_calendar(key))
		pack_put_bytes(to, event->text[key].data, event->text[key].size);
	else if (key < KEY_TEXT_COUNT && !event->text[key].data)
		pack_put_nil(to);
	else if (key < KEY_TEXT_COUNT)
		pack_put_text(to, event->text[key]);
	else if (rules_is_flag(key))
		pack_put_flag(to, number);
	else if (rules_in_thousandths(key))
		pack_put_thousandths(to, number);
	else
		pack_put_integer(to, number);
}

void wire_encode_event(struct wire_buffer *to, const struct event *event)
{
	uint64_t keys = rules_written(event);
	pack_put_map(to, 2 + (uint32_t)__builtin_popcountll(keys));
	pack_put_text(to, view_of("type"));
	pack_put_text(to, rules_type_name(event));
	pack_put_text(to, view_of("ts"));
	pack_put_integer(to, event->ts);
	for (; keys; keys &= keys - 1) {
		int key = __builtin_ctzll(keys);
		pack_put_text(to, view_of(event_key_names[key]));
		put_value(to, event, key);
	}
}

void wire_encode_batch(struct wire_buffer *to, const struct wire_header *header, uint32_t count, const void *events, size_t size)
{
	bool is_sequenced = header->src.size > 0, has_sent = header->sent != INT64_MIN;
	to->size = 0;
	pack_put_map(to, 2u + (is_sequenced ? 3 : 0) + has_sent + (header->replay.size > 0));
	pack_put_text(to, view_of("v"));
	pack_put_unsigned(to, 1);
	if (is_sequenced) {
		pack_put_text(to, view_of("src"));
		pack_put_text(to, header->src);
		pack_put_text(to, view_of("boot"));
		pack_put_unsigned(to, header->boot);
		pack_put_text(to, view_of("seq"));
		pack_put_unsigned(to, header->seq);
	}
	if (has_sent) {
		pack_put_text(to, view_of("sent"));
		pack_put_integer(to, header->sent);
	}
	if (header->replay.size) {
		pack_put_text(to, view_of("replay"));
		pack_put_text(to, header->replay);
	}
	pack_put_text(to, view_of("events"));
	pack_put_array(to, count);
	pack_put_bytes(to, events, size);
}
