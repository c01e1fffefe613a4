/* What a stranger may send: headers of every kind, every limit from both sides, cut and damaged payloads, published vectors. */
#include "wire_samples.h"

#define RANDOM_PAYLOADS 200000

static struct batch batch;

static int finish(void **state)
{
	(void)state;
	batch_finish(&batch);
	return 0;
}

#define DECODE(literal) wire_decode(literal, sizeof(literal) - 1, &batch, NULL)
#define HEARTBEAT "\xa6" "events\x90"

static void reads_headers(void **state)
{
	(void)state;
	assert_int_equal(DECODE("\x81" HEARTBEAT), FAULT_NONE);
	assert_int_equal(batch.count, 0);
	assert_int_equal(batch.src.size, 0);
	assert_true(batch.sent == INT64_MIN);
	assert_int_equal(DECODE("\x87\xa3src\xa1" "a\xa4" "boot\x05\xa3seq\x09" HEARTBEAT "\xa6replay\xa5tcp:1\xa4sent\x08\xa1v\x01"), FAULT_NONE);
	assert_true(view_is(batch.src, "a"));
	assert_true(view_is(batch.replay, "tcp:1"));
	assert_int_equal(batch.boot, 5);
	assert_int_equal(batch.seq, 9);
	assert_int_equal(batch.sent, 8);
	assert_round_trip(&batch);
	/* Times as float64, an unknown key, nils. */
	assert_int_equal(DECODE("\x85\xa4sent\xcb\x40\x14\x00\x00\x00\x00\x00\x00\xa3new\x91\x80\xa1v\xc0\xa3src\xd4\x00\x00" HEARTBEAT), FAULT_NONE);
	assert_int_equal(batch.sent, 5);
}

static void takes_what_is_not_numbered(void **state)
{
	(void)state;
	static const char *const payloads[] = {"\x83\xa4" "boot\x05\xa3seq\x09" HEARTBEAT, "\x83\xa3src\xa1" "a\xa3seq\x09" HEARTBEAT,
		"\x83\xa3src\xa1" "a\xa4" "boot\x05" HEARTBEAT, "\x84\xa3src\xc0\xa4" "boot\x05\xa3seq\x09" HEARTBEAT,
		"\x84\xa3src\xa0\xa4" "boot\x05\xa3seq\x09" HEARTBEAT};
	for (size_t i = 0; i < sizeof payloads / sizeof payloads[0]; i++) {
		assert_int_equal(wire_decode(payloads[i], strlen(payloads[i]), &batch, NULL), FAULT_NONE);
		assert_int_equal(batch.src.size, 0);
		assert_int_equal(batch.boot, 0);
		assert_int_equal(batch.seq, 0);
	}
}

static void refuses_wrong_headers(void **state)
{
	(void)state;
	struct error err;
	assert_int_equal(DECODE("\x82\xa1v\x02" HEARTBEAT), FAULT_VERSION);
	assert_int_equal(wire_decode("\x82\xa1v\x02\xc1", 5, &batch, &err), FAULT_VERSION);
	assert_non_null(strstr(err.text, "newer version"));
	assert_int_equal(DECODE("\x82\xa1v\x00" HEARTBEAT), FAULT_MALFORMED);
	assert_int_equal(DECODE("\x82\xa1v\xa1" "1" HEARTBEAT), FAULT_MALFORMED);
	assert_int_equal(DECODE("\x82\xa3src\x05" HEARTBEAT), FAULT_MALFORMED);
	assert_int_equal(DECODE("\x82\xa4" "boot\xff" HEARTBEAT), FAULT_MALFORMED);
	assert_int_equal(DECODE("\x82\xa3seq\xcf\xff\xff\xff\xff\xff\xff\xff\xff" HEARTBEAT), FAULT_MALFORMED);
	assert_int_equal(DECODE("\x82\xa3seq\xcf\x7f\xff\xff\xff\xff\xff\xff\xff" HEARTBEAT), FAULT_MALFORMED);
	assert_int_equal(DECODE("\x82\xa4sent\xa1" "5" HEARTBEAT), FAULT_MALFORMED);
	assert_int_equal(DECODE("\x82\xa6replay\x05" HEARTBEAT), FAULT_MALFORMED);
	assert_int_equal(DECODE("\x80"), FAULT_MALFORMED);
	assert_int_equal(DECODE("\x81\xa6" "events\x80"), FAULT_MALFORMED);
	assert_int_equal(DECODE("\x81\xa6" "events\xc0"), FAULT_MALFORMED);
	assert_int_equal(DECODE("\x81\xa6" "events\x91\xc0"), FAULT_MALFORMED);
	assert_int_equal(DECODE("\x81\x05\x06"), FAULT_MALFORMED);
	assert_int_equal(DECODE("\x90"), FAULT_MALFORMED);
	assert_int_equal(DECODE(""), FAULT_MALFORMED);
	assert_int_equal(DECODE("\x81" HEARTBEAT "\xc0"), FAULT_MALFORMED);
	assert_int_equal(DECODE("\x82" HEARTBEAT HEARTBEAT), FAULT_NONE);
	assert_int_equal(batch.repeated, 1);
}

/* {x: <value>, events: []} */
static enum feed_fault decode_unknown(const void *value, size_t size, const void *more, size_t more_size)
{
	struct sample sample;
	sample_begin(&sample);
	sample_literal(&sample, "\x82" HEARTBEAT "\xa1x");
	sample_raw(&sample, value, size);
	sample_raw(&sample, more, more_size);
	enum feed_fault fault = sample_decode(&sample, &batch);
	sample_end(&sample);
	return fault;
}

static void keeps_every_limit(void **state)
{
	(void)state;
	uint8_t *zeros = calloc(1, PAYLOAD_MAX + 1);
	assert_non_null(zeros);
	assert_int_equal(decode_unknown("\xda\x40\x00", 3, zeros, 16384), FAULT_NONE);
	assert_int_equal(decode_unknown("\xda\x40\x01", 3, zeros, 16385), FAULT_TOO_LARGE);
	assert_int_equal(decode_unknown("\xc5\x40\x01", 3, zeros, 16385), FAULT_TOO_LARGE);
	assert_int_equal(decode_unknown("\xdc\x10\x00", 3, zeros, 4096), FAULT_NONE);
	assert_int_equal(decode_unknown("\xdc\x10\x01", 3, zeros, 4097), FAULT_TOO_LARGE);
	assert_int_equal(decode_unknown("\xde\x10\x00", 3, zeros, 8192), FAULT_NONE);
	assert_int_equal(decode_unknown("\xde\x10\x01", 3, zeros, 8194), FAULT_TOO_LARGE);
	/* The batch is the first level, so seven more. */
	assert_int_equal(decode_unknown("\x91\x91\x91\x91\x91\x91\x91", 7, "\x05", 1), FAULT_NONE);
	assert_int_equal(decode_unknown("\x91\x91\x91\x91\x91\x91\x91", 7, "\x90", 1), FAULT_TOO_LARGE);
	zeros[0] = 0x80;
	assert_int_equal(wire_decode(zeros, PAYLOAD_MAX, &batch, NULL), FAULT_MALFORMED);
	assert_int_equal(wire_decode(zeros, PAYLOAD_MAX + 1, &batch, NULL), FAULT_TOO_LARGE);
	free(zeros);
}

/* `arrays` of 4096 zeros each under an unknown key: 4097 items each with themselves. */
static enum feed_fault decode_items(int arrays)
{
	static uint8_t zeros[4096];
	struct sample sample;
	sample_begin(&sample);
	sample_literal(&sample, "\x82" HEARTBEAT "\xa1x\xdc\x00");
	sample_raw(&sample, &(uint8_t){(uint8_t)arrays}, 1);
	for (int i = 0; i < arrays; i++) {
		sample_literal(&sample, "\xdc\x10\x00");
		sample_raw(&sample, zeros, sizeof zeros);
	}
	enum feed_fault fault = sample_decode(&sample, &batch);
	sample_end(&sample);
	return fault;
}

static void counts_items(void **state)
{
	(void)state;
	assert_int_equal(decode_items(63), FAULT_NONE);
	assert_int_equal(decode_items(64), FAULT_TOO_LARGE);
}

static void takes_so_many_events(void **state)
{
	(void)state;
	for (uint32_t count = 4095; count <= 4097; count++) {
		struct sample sample;
		sample_begin(&sample);
		sample_header(&sample, count);
		for (uint32_t i = 0; i < count; i++)
			sample_event(&sample, EVENT_CONTACT_HELD, event_types[EVENT_CONTACT_HELD].required, -1);
		assert_int_equal(sample_decode(&sample, &batch), count <= 4096 ? FAULT_NONE : FAULT_TOO_LARGE);
		if (count <= 4096)
			assert_int_equal(batch.events[count - 1].seq, 7 + count - 1);
		sample_end(&sample);
	}
}

static void believes_no_count(void **state)
{
	(void)state;
	struct batch fresh = {0};
	uint8_t payload[4110] = "\x81\xa6" "events\xdc\x10\x00";
	memset(payload + 11, 0xc1, sizeof payload - 11);
	assert_int_equal(wire_decode(payload, sizeof payload, &fresh, NULL), FAULT_MALFORMED);
	assert_true(fresh.room <= 8);
	batch_finish(&fresh);
}

static void limits_ids(void **state)
{
	(void)state;
	for (size_t length = 63; length <= 65; length++) {
		char id[70] = {0};
		memset(id, 'x', length);
		struct event event = {.type = EVENT_AGENT_HELP, .ts = 1, .present = event_types[EVENT_AGENT_HELP].required};
		event.text[KEY_AGENT] = view_of(id);
		struct wire_buffer one = {0}, payload = {0};
		wire_encode_event(&one, &event);
		wire_encode_batch(&payload, &(struct wire_header){.src = view_of(id), .boot = 1, .seq = 1, .sent = 1}, 0, NULL, 0);
		assert_int_equal(wire_decode(payload.data, payload.size, &batch, NULL), length <= 64 ? FAULT_NONE : FAULT_MALFORMED);
		wire_encode_batch(&payload, &(struct wire_header){.sent = 1}, 1, one.data, one.size);
		assert_int_equal(wire_decode(payload.data, payload.size, &batch, NULL), FAULT_NONE);
		assert_int_equal(batch.events[0].fault, length <= 64 ? FAULT_NONE : FAULT_BAD_EVENT);
		wire_buffer_finish(&one);
		wire_buffer_finish(&payload);
	}
}

/* One event of every type with all its keys. */
static struct sample sample_of_everything(void)
{
	struct sample sample;
	sample_begin(&sample);
	sample_header(&sample, EVENT_TYPE_COUNT);
	sample.pack.data = &sample.bytes;
	for (int type = 0; type < EVENT_TYPE_COUNT; type++)
		sample_event(&sample, type, event_types[type].allowed, -1);
	return sample;
}

/* In a room of its own size, so that a byte read too far is seen. */
static enum feed_fault decode_copy(const void *bytes, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);
	assert_non_null(copy);
	memcpy(copy, bytes, size);
	enum feed_fault fault = wire_decode(copy, size, &batch, NULL);
	if (fault == FAULT_NONE)
		assert_round_trip(&batch);
	free(copy);
	return fault;
}

static void refuses_every_cut(void **state)
{
	(void)state;
	struct sample sample = sample_of_everything();
	assert_int_equal(decode_copy(sample.bytes.data, sample.bytes.size), FAULT_NONE);
	assert_int_equal(batch.count, EVENT_TYPE_COUNT);
	for (size_t size = 0; size < sample.bytes.size; size++)
		assert_int_equal(decode_copy(sample.bytes.data, size), FAULT_MALFORMED);
	sample_end(&sample);
}

static void survives_every_flip(void **state)
{
	(void)state;
	struct sample sample = sample_of_everything();
	size_t refused = 0;
	for (size_t bit = 0; bit < 8 * sample.bytes.size; bit++) {
		sample.bytes.data[bit / 8] = (char)(sample.bytes.data[bit / 8] ^ (1 << bit % 8));
		enum feed_fault fault = decode_copy(sample.bytes.data, sample.bytes.size);
		assert_true(fault == FAULT_NONE || fault == FAULT_MALFORMED || fault == FAULT_TOO_LARGE || fault == FAULT_VERSION);
		refused += fault != FAULT_NONE;
		sample.bytes.data[bit / 8] = (char)(sample.bytes.data[bit / 8] ^ (1 << bit % 8));
	}
	assert_true(refused > sample.bytes.size / 2);
	assert_int_equal(sample_decode(&sample, &batch), FAULT_NONE);
	sample_end(&sample);
}

static uint64_t draw(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static void survives_noise(void **state)
{
	(void)state;
	struct sample sample;
	sample_begin(&sample);
	sample_header(&sample, 1);
	sample_event(&sample, EVENT_CONTACT_QUEUED, event_types[EVENT_CONTACT_QUEUED].allowed, -1);
	uint64_t dice = 88172645463325252u;
	uint8_t bytes[512];
	assert_true(sample.bytes.size <= sizeof bytes);
	int accepted = 0;
	for (int i = 0; i < RANDOM_PAYLOADS; i++) {
		size_t size = i % 2 ? sample.bytes.size : draw(&dice) % 64;
		for (size_t k = 0; k < size; k++)
			bytes[k] = (uint8_t)draw(&dice);
		if (i % 2)
			memcpy(bytes, sample.bytes.data, size);
		for (uint64_t k = 0; i % 2 && k <= (uint64_t)i % 4; k++)
			bytes[draw(&dice) % size] = (uint8_t)draw(&dice);
		accepted += decode_copy(bytes, size) == FAULT_NONE;
	}
	assert_in_range(accepted, 1000, RANDOM_PAYLOADS / 2);
	sample_end(&sample);
}

/* A file of the published test data; skips the test where it is not there. */
static FILE *open_data(const char *name)
{
	const char *folder = getenv("TABLO_DATA");
	char path[512];
	snprintf(path, sizeof path, "%s/msgpack-suite/%s", folder && *folder ? folder : "../shared/data", name);
	FILE *file = fopen(path, "rb");
	if (!file)
		skip();
	return file;
}

/* The bytes of "de-ad-be-ef", up to a comma. */
static size_t read_hex(const char *text, uint8_t *to, size_t room)
{
	size_t size = 0;
	unsigned byte;
	while (size < room && sscanf(text, "%2x", &byte) == 1) {
		to[size++] = (uint8_t)byte;
		text += 2;
		if (*text++ != '-')
			break;
	}
	return size;
}

/* The vector as the value of a key nobody knows: all of it is passed over, and not a byte more. */
static void check_vector(const uint8_t *value, size_t size, const char *json)
{
	assert_int_equal(decode_unknown(value, size, "", 0), FAULT_NONE);
	assert_int_equal(decode_unknown(value, size - 1, "", 0), FAULT_MALFORMED);
	assert_int_equal(decode_unknown(value, size, "\xc0", 1), FAULT_MALFORMED);
	struct sample sample;
	sample_begin(&sample);
	sample_literal(&sample, "\x81\xa6" "events\x91\x83\xa4type\xaf" "customer.joined\xa2ts\x05\xa1n");
	sample_raw(&sample, value, size);
	assert_int_equal(sample_decode(&sample, &batch), FAULT_NONE);
	char *end;
	long long number = strtoll(json, &end, 10);
	bool is_count = *json && *json != '"' && (*end == ',' || (*end == '.' && end[1] == '0' && end[2] == ',')) && number >= 0
		&& number <= 1000000000000 && end > json;
	if (is_count && batch.events[0].fault == FAULT_NONE)
		assert_int_equal(event_number(&batch.events[0], KEY_N, -1), number);
	else if (is_count)
		assert_true(value[0] == 0xca && number >= 16777216);
	sample_end(&sample);
}

static void agrees_with_published_vectors(void **state)
{
	(void)state;
	FILE *file = open_data("vectors.csv");
	char line[4096];
	int vectors = 0;
	assert_non_null(fgets(line, sizeof line, file));
	while (fgets(line, sizeof line, file)) {
		/* The last column but one; the value before it may hold commas of its own. */
		char *last = strrchr(line, ',');
		assert_non_null(last);
		char *hex = last - 1;
		while (*hex != ',')
			hex--;
		char *json = line;
		for (int comma = 0; comma < 3; comma++)
			json = strchr(json, ',') + 1;
		uint8_t value[1024];
		size_t size = read_hex(hex + 1, value, sizeof value);
		assert_in_range(size, 1, sizeof value - 1);
		check_vector(value, size, json);
		vectors++;
	}
	fclose(file);
	assert_int_equal(vectors, 233);
}

static void refuses_published_bombs(void **state)
{
	(void)state;
	static const char *const names[] = {"cases.mpac", "cases_compact.mpac", "fuzz_seed/EmptyArray", "fuzz_seed/EmptyObject",
		"fuzz_seed/ExcessiveNesting", "fuzz_seed/OpenWeatherMap", "fuzz_seed/WeatherUnderground",
		"fuzz_regressions/clusterfuzz-testcase-minimized-unpack_pack_fuzzer-5656982724804608",
		"fuzz_regressions/clusterfuzz-testcase-minimized-unpack_pack_fuzzer-6022481354686464"};
	struct batch fresh = {0};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		FILE *file = open_data(names[i]);
		uint8_t *bytes = malloc(PAYLOAD_MAX);
		assert_non_null(bytes);
		size_t size = fread(bytes, 1, PAYLOAD_MAX, file);
		fclose(file);
		assert_true(size > 0);
		enum feed_fault fault = wire_decode(bytes, size, &fresh, NULL);
		assert_true(fault == FAULT_MALFORMED || fault == FAULT_TOO_LARGE);
		assert_int_equal(fresh.room, 0);
		free(bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_headers),
		cmocka_unit_test(takes_what_is_not_numbered),
		cmocka_unit_test(refuses_wrong_headers),
		cmocka_unit_test(keeps_every_limit),
		cmocka_unit_test(counts_items),
		cmocka_unit_test(takes_so_many_events),
		cmocka_unit_test(believes_no_count),
		cmocka_unit_test(limits_ids),
		cmocka_unit_test(refuses_every_cut),
		cmocka_unit_test(survives_every_flip),
		cmocka_unit_test(survives_noise),
		cmocka_unit_test(agrees_with_published_vectors),
		cmocka_unit_test(refuses_published_bombs),
	};
	return cmocka_run_group_tests(tests, NULL, finish);
}
