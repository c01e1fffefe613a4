/* Batches for the tests of the wire, packed by msgpack-c so that our own encoder is not its own judge. */
#ifndef TESTS_WIRE_SAMPLES_H
#define TESTS_WIRE_SAMPLES_H

#include <msgpack.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "feed/rules.h"
#include "feed/wire.h"

/* Last: it makes a macro of fail. */
#include <cmocka.h>

#define SAMPLE_TS INT64_C(1790000000123)

struct sample {
	msgpack_sbuffer bytes;
	msgpack_packer pack;
};

static inline void sample_begin(struct sample *sample)
{
	msgpack_sbuffer_init(&sample->bytes);
	msgpack_packer_init(&sample->pack, &sample->bytes, msgpack_sbuffer_write);
}

static inline void sample_end(struct sample *sample)
{
	msgpack_sbuffer_destroy(&sample->bytes);
}

static inline void sample_text(struct sample *sample, const char *text)
{
	msgpack_pack_str(&sample->pack, strlen(text));
	msgpack_pack_str_body(&sample->pack, text, strlen(text));
}

static inline void sample_raw(struct sample *sample, const void *bytes, size_t size)
{
	msgpack_sbuffer_write(&sample->bytes, bytes, size);
}

#define sample_literal(sample, literal) sample_raw(sample, literal, sizeof(literal) - 1)

/* {v, src, boot, seq, events: [count of them follow]} */
static inline void sample_header(struct sample *sample, uint32_t count)
{
	msgpack_pack_map(&sample->pack, 5);
	sample_text(sample, "v");
	msgpack_pack_int(&sample->pack, 1);
	sample_text(sample, "src");
	sample_text(sample, "pbx-1");
	sample_text(sample, "boot");
	msgpack_pack_uint64(&sample->pack, 1789999999000);
	sample_text(sample, "seq");
	msgpack_pack_int(&sample->pack, 7);
	sample_text(sample, "events");
	msgpack_pack_array(&sample->pack, count);
}

static inline enum vocabulary sample_vocabulary(int type, int key)
{
	for (int i = 0; type < EVENT_TYPE_COUNT && i < 3; i++)
		if (event_types[type].words[i].vocabulary && event_types[type].words[i].key == key)
			return (enum vocabulary)event_types[type].words[i].vocabulary;
	return WORDS_NONE;
}

static inline void sample_calendar(struct sample *sample, int key)
{
	if (key == KEY_HOLIDAYS) {
		msgpack_pack_array(&sample->pack, 1);
		sample_text(sample, "2026-12-25");
		return;
	}
	msgpack_pack_array(&sample->pack, 7);
	for (int day = 0; day < 7; day++) {
		msgpack_pack_array(&sample->pack, 1);
		msgpack_pack_array(&sample->pack, 2);
		msgpack_pack_int(&sample->pack, 540);
		msgpack_pack_int(&sample->pack, 1080);
	}
}

/* The number a sample of the key has, as struct event keeps it. */
static inline int64_t sample_number(int key)
{
	if (rules_is_flag(key))
		return 1;
	return key == KEY_SCORE ? 4500 : key == KEY_MIN ? 1000 : key == KEY_MAX ? 5000 : key == KEY_PRIORITY ? 3 : 20000 + key;
}

static inline void sample_value(struct sample *sample, int type, int key)
{
	char text[32];
	enum vocabulary words = sample_vocabulary(type, key);
	snprintf(text, sizeof text, "%s-1", event_key_names[key]);
	if (rules_is_calendar(key))
		sample_calendar(sample, key);
	else if (key < KEY_TEXT_COUNT)
		sample_text(sample, words ? word_text(words, 1) : text);
	else if (rules_is_flag(key))
		msgpack_pack_true(&sample->pack);
	else if (key == KEY_SCORE)
		msgpack_pack_double(&sample->pack, 4.5);
	else
		msgpack_pack_int64(&sample->pack, rules_in_thousandths(key) ? sample_number(key) / 1000 : sample_number(key));
}

/* An event of the type with these keys; `odd`: a key that gets an integer for a text and the other way round (-1: none). */
static inline void sample_event(struct sample *sample, int type, uint64_t keys, int odd)
{
	msgpack_pack_map(&sample->pack, (size_t)__builtin_popcountll(keys) + 2);
	for (; keys; keys &= keys - 1) {
		int key = __builtin_ctzll(keys);
		sample_text(sample, event_key_names[key]);
		if (key != odd)
			sample_value(sample, type, key);
		else if (key < KEY_TEXT_COUNT)
			msgpack_pack_int(&sample->pack, 5);
		else
			sample_text(sample, "5");
	}
	sample_text(sample, "ts");
	msgpack_pack_int64(&sample->pack, SAMPLE_TS);
	sample_text(sample, "type");
	sample_text(sample, event_types[type].name);
}

static inline enum feed_fault sample_decode(const struct sample *sample, struct batch *batch)
{
	return wire_decode(sample->bytes.data, sample->bytes.size, batch, NULL);
}

static inline void assert_same_event(const struct event *a, const struct event *b)
{
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->fault, b->fault);
	assert_int_equal(a->ts, b->ts);
	assert_int_equal(a->present, b->present);
	assert_true(view_equals(a->type_name, b->type_name));
	for (uint64_t keys = a->present; keys; keys &= keys - 1) {
		int key = __builtin_ctzll(keys);
		if (key >= KEY_TEXT_COUNT)
			assert_int_equal(a->number[key - KEY_TEXT_COUNT], b->number[key - KEY_TEXT_COUNT]);
		else
			assert_true(view_equals(a->text[key], b->text[key]) && !a->text[key].data == !b->text[key].data);
		if (a->type < EVENT_TYPE_COUNT && sample_vocabulary((int)a->type, key))
			assert_int_equal(a->word[key], b->word[key]);
	}
}

/* Encodes what decoded well and decodes it again: the same. */
static inline void assert_round_trip(const struct batch *batch)
{
	struct wire_buffer events = {0}, payload = {0};
	struct batch again = {0};
	for (uint32_t i = 0; i < batch->count; i++)
		wire_encode_event(&events, &batch->events[i]);
	struct wire_header header = {.src = batch->src, .replay = batch->replay, .boot = batch->boot, .seq = batch->seq,
		.sent = batch->sent};
	wire_encode_batch(&payload, &header, batch->count, events.data, events.size);
	assert_int_equal(wire_decode(payload.data, payload.size, &again, NULL), FAULT_NONE);
	assert_int_equal(again.count, batch->count);
	assert_int_equal(again.boot, batch->boot);
	assert_int_equal(again.seq, batch->seq);
	assert_int_equal(again.sent, batch->sent);
	assert_true(view_equals(again.src, batch->src));
	assert_true(view_equals(again.replay, batch->replay));
	for (uint32_t i = 0; i < batch->count; i++)
		if (batch->events[i].fault == FAULT_NONE)
			assert_same_event(&batch->events[i], &again.events[i]);
	batch_finish(&again);
	wire_buffer_finish(&events);
	wire_buffer_finish(&payload);
}

#endif
