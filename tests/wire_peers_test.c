/* Our batches read by msgpack-c and by Python's msgpack, and theirs by us. */
#include <unistd.h>

#include "wire_samples.h"

/* What we encode of one event of every type with all its keys. */
static struct wire_buffer encode_everything(void)
{
	struct sample sample;
	struct batch batch = {0};
	struct wire_buffer events = {0}, payload = {0};
	sample_begin(&sample);
	sample_header(&sample, EVENT_TYPE_COUNT);
	for (int type = 0; type < EVENT_TYPE_COUNT; type++)
		sample_event(&sample, type, event_types[type].allowed, -1);
	assert_int_equal(sample_decode(&sample, &batch), FAULT_NONE);
	for (uint32_t i = 0; i < batch.count; i++)
		wire_encode_event(&events, &batch.events[i]);
	struct wire_header header = {.src = batch.src, .boot = batch.boot, .seq = batch.seq, .sent = SAMPLE_TS,
		.replay = view_of("tcp://*:5557")};
	wire_encode_batch(&payload, &header, batch.count, events.data, events.size);
	sample_end(&sample);
	batch_finish(&batch);
	wire_buffer_finish(&events);
	return payload;
}

static void assert_same_batch(const void *ours, size_t size, const void *theirs, size_t their_size)
{
	struct batch left = {0}, right = {0};
	assert_int_equal(wire_decode(ours, size, &left, NULL), FAULT_NONE);
	assert_int_equal(wire_decode(theirs, their_size, &right, NULL), FAULT_NONE);
	assert_int_equal(left.count, right.count);
	assert_int_equal(left.seq, right.seq);
	assert_int_equal(left.boot, right.boot);
	assert_int_equal(left.sent, right.sent);
	assert_true(view_equals(left.replay, right.replay));
	for (uint32_t i = 0; i < left.count; i++) {
		assert_int_equal(left.events[i].fault, FAULT_NONE);
		assert_same_event(&left.events[i], &right.events[i]);
	}
	batch_finish(&left);
	batch_finish(&right);
}

static void agrees_with_msgpack_c(void **state)
{
	(void)state;
	struct wire_buffer payload = encode_everything();
	msgpack_unpacked tree;
	msgpack_unpacked_init(&tree);
	size_t offset = 0;
	assert_int_equal(msgpack_unpack_next(&tree, (const char *)payload.data, payload.size, &offset), MSGPACK_UNPACK_SUCCESS);
	assert_int_equal(offset, payload.size);
	struct sample again;
	sample_begin(&again);
	msgpack_pack_object(&again.pack, tree.data);
	/* Both write the shortest form, so the very bytes agree. */
	assert_int_equal(again.bytes.size, payload.size);
	assert_memory_equal(again.bytes.data, payload.data, payload.size);
	assert_same_batch(payload.data, payload.size, again.bytes.data, again.bytes.size);
	sample_end(&again);
	msgpack_unpacked_destroy(&tree);
	wire_buffer_finish(&payload);
}

static void assert_shortest(const struct event *event, int64_t score, const char *survey)
{
	struct wire_buffer own = {0};
	struct sample sample;
	wire_encode_event(&own, event);
	sample_begin(&sample);
	msgpack_pack_map(&sample.pack, 4);
	sample_text(&sample, "type");
	sample_text(&sample, "survey.answered");
	sample_text(&sample, "ts");
	msgpack_pack_int64(&sample.pack, event->ts);
	sample_text(&sample, "survey");
	sample_text(&sample, survey);
	sample_text(&sample, "score");
	msgpack_pack_int64(&sample.pack, score);
	assert_int_equal(own.size, sample.bytes.size);
	assert_memory_equal(own.data, sample.bytes.data, own.size);
	sample_end(&sample);
	wire_buffer_finish(&own);
}

/* Numbers and lengths round every edge where the form changes: byte for byte what msgpack-c writes. */
static void writes_shortest_forms(void **state)
{
	(void)state;
	static char text[70000];
	for (int bits = 0; bits <= 33; bits++)
		for (int64_t off = -2; off <= 2; off++) {
			int64_t number = (INT64_C(1) << bits) + off;
			size_t length = number < 0 || number >= (int64_t)sizeof text ? 7 : (size_t)number;
			memset(text, 'x', sizeof text);
			text[length] = 0;
			struct event event = {.type = EVENT_SURVEY_ANSWERED, .ts = number,
				.present = KEY_BIT(KEY_SURVEY) | KEY_BIT(KEY_SCORE)};
			event.text[KEY_SURVEY] = view_of(text);
			event.number[KEY_SCORE - KEY_TEXT_COUNT] = -number * 1000;
			assert_shortest(&event, -number, text);
		}
}

/* Writes through Python: unpacked, every integer under "ts" made a float, packed again. */
static size_t through_python(const char *script, const struct wire_buffer *payload, uint8_t *to, size_t room)
{
	char from_name[] = "/tmp/tablo-peers-XXXXXX", to_name[] = "/tmp/tablo-peers-XXXXXX", command[1024];
	int from = mkstemp(from_name), back = mkstemp(to_name);
	assert_true(from >= 0 && back >= 0);
	assert_int_equal(write(from, payload->data, payload->size), payload->size);
	snprintf(command, sizeof command, "/usr/bin/python3 -c '%s' <%s >%s", script, from_name, to_name);
	int status = system(command);
	ssize_t size = read(back, to, room);
	close(from);
	close(back);
	unlink(from_name);
	unlink(to_name);
	assert_int_equal(status, 0);
	assert_true(size > 0);
	return (size_t)size;
}

static void agrees_with_python(void **state)
{
	(void)state;
	if (system("/usr/bin/python3 -c 'import msgpack' 2>/dev/null") != 0)
		skip();
	struct wire_buffer payload = encode_everything();
	static uint8_t back[1 << 16];
	size_t size = through_python("import sys, msgpack; b = msgpack.unpackb(sys.stdin.buffer.read());"
				     " sys.stdout.buffer.write(msgpack.packb(b))",
		&payload, back, sizeof back);
	assert_int_equal(size, payload.size);
	assert_memory_equal(back, payload.data, size);
	size = through_python("import sys, msgpack; b = msgpack.unpackb(sys.stdin.buffer.read());"
			      " [e.update(ts=float(e[\"ts\"])) for e in b[\"events\"]]; b[\"sent\"] = float(b[\"sent\"]);"
			      " sys.stdout.buffer.write(msgpack.packb(b))",
		&payload, back, sizeof back);
	assert_true(size > payload.size - 64);
	assert_same_batch(payload.data, payload.size, back, size);
	wire_buffer_finish(&payload);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_msgpack_c),
		cmocka_unit_test(writes_shortest_forms),
		cmocka_unit_test(agrees_with_python),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
