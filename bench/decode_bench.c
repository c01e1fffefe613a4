/* How long a 12-key event takes from the wire into struct event, beside msgpack-c's msgpack_unpack_next filling the same
 * struct; how fast the worst payloads are refused; and ten million damaged ones. Lines: name value unit ratio limit ok|OVER. */
#include <msgpack.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "feed/rules.h"
#include "feed/wire.h"

#define EVENTS 100
#define REPEATS 50
#define ROUNDS 61
#define BOMB_ROUNDS 101
#define DAMAGED 10000000

static int by_value(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

static double median(double *values, size_t count)
{
	qsort(values, count, sizeof *values, by_value);
	return values[count / 2];
}

/* Prints a line; true if the limit is kept. */
static bool report(const char *name, double value, const char *unit, double ratio, double limit, bool is_kept)
{
	printf("%s %.2f %s %.2f %.2f %s\n", name, value, unit, ratio, limit, is_kept ? "ok" : "OVER");
	return is_kept;
}

/* contact.queued with all it can have: twelve keys. */
static void add_event(struct wire_buffer *events, int i)
{
	static const char *const queues[] = {"Billing", "Technical support", "Sales", "Claims"};
	char contact[32], customer[32], ticket[32];
	struct event event = {.type = EVENT_CONTACT_QUEUED, .ts = INT64_C(1790000000000) + i * 137};
	snprintf(contact, sizeof contact, "pbx-1-%08d", 41000000 + i);
	snprintf(customer, sizeof customer, "c%016x", 0x5eedu + (unsigned)i);
	snprintf(ticket, sizeof ticket, "zammad-%d", 88000 + i);
	event.text[KEY_CONTACT] = view_of(contact);
	event.text[KEY_CUSTOMER] = view_of(customer);
	event.text[KEY_CASE] = view_of(ticket);
	event.text[KEY_QUEUE] = view_of(queues[i % 4]);
	event.text[KEY_CHANNEL] = view_of(i % 3 ? "phone" : "chat");
	event.text[KEY_TOPIC] = view_of("invoice/wrong amount");
	event.text[KEY_MARKET] = view_of("DE");
	event.number[KEY_PRIORITY - KEY_TEXT_COUNT] = 1 + i % 5;
	event.number[KEY_RESUMED - KEY_TEXT_COUNT] = 0;
	event.number[KEY_SNAPSHOT - KEY_TEXT_COUNT] = 0;
	event.present = event_types[EVENT_CONTACT_QUEUED].allowed;
	wire_encode_event(events, &event);
}

static struct wire_buffer make_payload(void)
{
	struct wire_buffer events = {0}, payload = {0};
	for (int i = 0; i < EVENTS; i++)
		add_event(&events, i);
	struct wire_header header = {.src = view_of("pbx-1"), .boot = 1790000000000, .seq = 1, .sent = INT64_C(1790000001000)};
	wire_encode_batch(&payload, &header, EVENTS, events.data, events.size);
	wire_buffer_finish(&events);
	return payload;
}

static struct view view_of_object(const msgpack_object *object)
{
	return (struct view){object->via.str.ptr, object->via.str.size};
}

/* Takes one pair of an event's map, by the same tables as our decoder. */
static void take_pair(struct event *event, uint64_t *wrong, const msgpack_object_kv *pair)
{
	struct view name = view_of_object(&pair->key);
	const msgpack_object *value = &pair->val;
	if (view_is(name, "type") && value->type == MSGPACK_OBJECT_STR) {
		event->type_name = view_of_object(value);
		event->type = event_type_find(event->type_name);
		return;
	}
	if (view_is(name, "ts") && value->type == MSGPACK_OBJECT_POSITIVE_INTEGER) {
		event->ts = (int64_t)value->via.u64;
		return;
	}
	int key = event_key_find(name);
	if (key < 0)
		return;
	bool is_text = key < KEY_TEXT_COUNT;
	if (is_text && value->type == MSGPACK_OBJECT_STR && value->via.str.size <= text_limits[key])
		event->text[key] = view_of_object(value);
	else if (!is_text && value->type == MSGPACK_OBJECT_POSITIVE_INTEGER)
		event->number[key - KEY_TEXT_COUNT] = (int64_t)value->via.u64;
	else if (!is_text && value->type == MSGPACK_OBJECT_BOOLEAN)
		event->number[key - KEY_TEXT_COUNT] = value->via.boolean;
	else
		*wrong |= KEY_BIT(key);
	event->present |= KEY_BIT(key);
}

static uint32_t take_tree(const msgpack_object *root, struct event *events)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < root->via.map.size; i++) {
		const msgpack_object_kv *pair = &root->via.map.ptr[i];
		for (uint32_t k = 0; view_is(view_of_object(&pair->key), "events") && k < pair->val.via.array.size; k++) {
			const msgpack_object_map *map = &pair->val.via.array.ptr[k].via.map;
			struct event *event = &events[count++];
			uint64_t wrong = 0;
			event->type = EVENT_UNKNOWN;
			event->fault = FAULT_NONE;
			event->present = 0;
			event->ts = 0;
			for (uint32_t p = 0; p < map->size; p++)
				take_pair(event, &wrong, &map->ptr[p]);
			rules_settle(event, wrong, 0, NULL);
		}
	}
	return count;
}

static double round_msgpack(const struct wire_buffer *payload, struct event *events)
{
	int64_t start = clock_monotonic_ns();
	uint32_t count = 0;
	for (int i = 0; i < REPEATS; i++) {
		msgpack_unpacked unpacked;
		msgpack_unpacked_init(&unpacked);
		size_t offset = 0;
		if (msgpack_unpack_next(&unpacked, (const char *)payload->data, payload->size, &offset) == MSGPACK_UNPACK_SUCCESS)
			count += take_tree(&unpacked.data, events);
		msgpack_unpacked_destroy(&unpacked);
	}
	return (double)(clock_monotonic_ns() - start) / (count ? count : 1);
}

static double round_own(const struct wire_buffer *payload, struct batch *batch)
{
	int64_t start = clock_monotonic_ns();
	uint32_t count = 0;
	for (int i = 0; i < REPEATS; i++)
		count += wire_decode(payload->data, payload->size, batch, NULL) == FAULT_NONE ? batch->count : 0;
	return (double)(clock_monotonic_ns() - start) / (count ? count : 1);
}

static bool same(const struct event *left, const struct event *right)
{
	return left->fault == FAULT_NONE && right->fault == FAULT_NONE && left->type == right->type && left->ts == right->ts
		&& left->present == right->present && view_equals(left->text[KEY_CONTACT], right->text[KEY_CONTACT])
		&& left->number[KEY_PRIORITY - KEY_TEXT_COUNT] == right->number[KEY_PRIORITY - KEY_TEXT_COUNT];
}

static bool bench_events(void)
{
	static struct event reference[EVENTS];
	double own[ROUNDS], theirs[ROUNDS];
	struct wire_buffer payload = make_payload();
	struct batch batch = {0};
	for (int i = 0; i < ROUNDS; i++) {
		own[i] = round_own(&payload, &batch);
		theirs[i] = round_msgpack(&payload, reference);
	}
	bool is_good = batch.count == EVENTS;
	for (uint32_t i = 0; is_good && i < EVENTS; i++)
		is_good = same(&batch.events[i], &reference[i]);
	if (!is_good)
		fputs("decode_bench: the two decoders disagree\n", stderr);
	double ours = median(own, ROUNDS), other = median(theirs, ROUNDS);
	is_good &= report("decode", ours, "ns/event", other / ours, 120, ours <= 120);
	is_good &= report("decode_gain", other / ours, "times", other / ours, 3, other / ours >= 3);
	batch_finish(&batch);
	wire_buffer_finish(&payload);
	return is_good;
}

struct bomb {
	const char *name;
	const char *head; /* the bytes it begins with */
	size_t head_size;
	uint8_t fill; /* and what it is filled up with */
	size_t size;
};
#define BYTES(text) text, sizeof(text) - 1
#define TO_EVENTS "\x81\xa6" "events"

static const struct bomb bombs[] = {
	{"array32 of 4 billion", BYTES("\xdd\xff\xff\xff\xff"), 0, 5},
	{"map32 of 4 billion", BYTES("\xdf\xff\xff\xff\xff"), 0, 5},
	{"map16 of 65535", BYTES("\xde\xff\xff"), 0xc0, 4096},
	{"text of 4 GiB", BYTES("\x81\xdb\xff\xff\xff\xff"), 'a', 64},
	{"bytes of 4 GiB", BYTES("\x81\xa1x\xc6\xff\xff\xff\xff"), 'a', 64},
	{"extension of 4 GiB", BYTES("\x81\xa1x\xc9\xff\xff\xff\xff\x01"), 'a', 64},
	{"nested arrays", BYTES("\x81\xa1x"), 0x91, 1000000},
	{"nested maps", BYTES("\x81\xa1x"), 0x81, 1000000},
	{"nested array32", BYTES("\x81\xa1x\xdd\x00\x00\x10\x00\xdd\x00\x00\x10\x00\xdd\xff\xff\xff\xff"), 0xdd, 100000},
	{"events of 4 billion", BYTES(TO_EVENTS "\xdd\xff\xff\xff\xff"), 0x80, 5000},
	{"events of 4097", BYTES(TO_EVENTS "\xdc\x10\x01"), 0x80, 5000},
	{"events that are numbers", BYTES(TO_EVENTS "\xdc\x0f\xff"), 0x01, 5000},
	{"an event of 4 billion keys", BYTES(TO_EVENTS "\x91\xdf\xff\xff\xff\xff"), 0xa1, 5000},
	{"keys that are arrays", BYTES(TO_EVENTS "\x91\x81\x91"), 0x91, 5000},
	{"the byte 0xc1", BYTES("\x81\xa1x\xc1"), 0xc1, 1000},
	{"a payload over 1 MiB", BYTES(TO_EVENTS "\x90"), 0xc0, 1048577},
	{"trailing bytes", BYTES(TO_EVENTS "\x90"), 0xc0, 1000000},
	{"nothing but nil", BYTES("\xc0"), 0xc0, 1000000},
	{"a newer version", BYTES("\x82\xa1v\x02"), 0xc0, 1000},
	{"nothing", BYTES(""), 0, 0},
};

static bool bench_bombs(void)
{
	double worst = 0;
	bool is_good = true;
	struct batch batch = {0};
	for (size_t i = 0; i < sizeof bombs / sizeof bombs[0]; i++) {
		uint8_t *bytes = calloc(1, bombs[i].size + 1);
		if (!bytes)
			return false;
		memset(bytes, bombs[i].fill, bombs[i].size);
		memcpy(bytes, bombs[i].head, bombs[i].head_size);
		double times[BOMB_ROUNDS];
		for (int k = 0; k < BOMB_ROUNDS; k++) {
			int64_t start = clock_monotonic_ns();
			enum feed_fault fault = wire_decode(bytes, bombs[i].size, &batch, NULL);
			times[k] = (double)(clock_monotonic_ns() - start) / 1000;
			is_good &= fault != FAULT_NONE;
		}
		double took = median(times, BOMB_ROUNDS);
		if (took > 10)
			fprintf(stderr, "decode_bench: refusing %s took %.1f us\n", bombs[i].name, took);
		worst = took > worst ? took : worst;
		free(bytes);
	}
	is_good &= report("decode_bomb", worst, "us", worst / 10, 10, worst <= 10);
	batch_finish(&batch);
	return is_good;
}

static uint64_t draw(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Half of it noise that begins like a batch, half of it a good batch with a few bytes changed. */
static size_t damage(uint8_t *to, size_t room, const struct wire_buffer *good, uint64_t *state)
{
	uint64_t dice = draw(state);
	if (dice & 1) {
		size_t size = good->size < room ? good->size : room;
		memcpy(to, good->data, size);
		for (uint64_t i = 0; i <= (dice >> 1) % 4; i++)
			to[draw(state) % size] = (uint8_t)draw(state);
		return size;
	}
	size_t size = (dice >> 8) % 64;
	for (size_t i = 0; i < size; i += 8) {
		uint64_t word = draw(state);
		memcpy(to + i, &word, 8);
	}
	if (dice & 2 && size >= 9)
		memcpy(to, TO_EVENTS "\x91", 9);
	return size;
}

static bool bench_damaged(int count)
{
	struct wire_buffer events = {0}, good = {0};
	add_event(&events, 1);
	struct wire_header header = {.src = view_of("a"), .boot = 1, .seq = 1, .sent = 1};
	wire_encode_batch(&good, &header, 1, events.data, events.size);
	struct batch batch = {0};
	uint64_t state = 88172645463325252u;
	uint8_t bytes[512];
	int accepted = 0;
	int64_t start = clock_monotonic_ns();
	for (int i = 0; i < count; i++) {
		size_t size = damage(bytes, sizeof bytes, &good, &state);
		accepted += wire_decode(bytes, size, &batch, NULL) == FAULT_NONE;
	}
	double each = (double)(clock_monotonic_ns() - start) / count;
	double share = (double)accepted / count;
	bool is_good = report("decode_damaged", each, "ns/payload", share, 1000, each <= 1000 && batch.room <= 4096);
	batch_finish(&batch);
	wire_buffer_finish(&events);
	wire_buffer_finish(&good);
	return is_good;
}

int main(int count, char **arguments)
{
	int damaged = count > 1 ? atoi(arguments[1]) : DAMAGED;
	bool is_good = bench_events();
	is_good &= bench_bombs();
	is_good &= damaged <= 0 || bench_damaged(damaged);
	return is_good ? 0 : 1;
}
