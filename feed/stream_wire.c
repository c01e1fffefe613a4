#include "feed/stream_wire.h"

#include "feed/pack.h"
#include "feed/pack_write.h"

#define HEARTBEAT_SIZE_MAX 768
#define PAIRS_MAX 16 /* of a heartbeat, or appended */
#define TAIL_HEAD "\xa4head"
#define TAIL_ORIGINAL "\xa8original\xce"
#define TAIL_SIZE (sizeof TAIL_HEAD - 1 + 1 + sizeof TAIL_ORIGINAL - 1 + 4)
#define FIXED_PAIRS_MAX 15

bool stream_origin_equals(const struct stream_origin *a, const struct stream_origin *b)
{
	return a->epoch == b->epoch && memcmp(a->journal, b->journal, JOURNAL_ID_SIZE) == 0;
}

void stream_hex(const uint8_t journal[JOURNAL_ID_SIZE], char to[STREAM_HEX_ROOM])
{
	static const char digits[] = "0123456789abcdef";
	for (int i = 0; i < JOURNAL_ID_SIZE; i++) {
		to[2 * i] = digits[journal[i] >> 4];
		to[2 * i + 1] = digits[journal[i] & 15];
	}
	to[2 * JOURNAL_ID_SIZE] = 0;
}

static int digit_of(char byte)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

bool stream_unhex(struct view text, uint8_t journal[JOURNAL_ID_SIZE])
{
	uint8_t bytes[JOURNAL_ID_SIZE];
	if (text.size != 2 * JOURNAL_ID_SIZE)
		return false;
	for (int i = 0; i < JOURNAL_ID_SIZE; i++) {
		int high = digit_of(text.data[2 * i]), low = digit_of(text.data[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	memcpy(journal, bytes, sizeof bytes);
	return true;
}

/* ---- the head of a map ---- */

struct head {
	size_t size; /* bytes: 1, 3 or 5 */
	uint32_t pairs;
};

static bool read_head(const uint8_t *bytes, size_t size, struct head *head)
{
	if (size >= 1 && (bytes[0] & 0xf0) == 0x80)
		*head = (struct head){1, bytes[0] & 0x0f};
	else if (size >= 3 && bytes[0] == 0xde)
		*head = (struct head){3, (uint32_t)pack_big_endian(bytes + 1, 2)};
	else if (size >= 5 && bytes[0] == 0xdf)
		*head = (struct head){5, (uint32_t)pack_big_endian(bytes + 1, 4)};
	else
		return false;
	return true;
}

static uint32_t most_pairs(size_t head)
{
	return head == 1 ? FIXED_PAIRS_MAX : head == 3 ? UINT16_MAX : UINT32_MAX;
}

/* In the form of the given size, whether it is the shortest or not. */
static void put_head(struct wire_buffer *to, struct head head)
{
	uint8_t bytes[5] = {(uint8_t)(0x80 | head.pairs)};
	if (head.size > 1)
		bytes[0] = head.size == 3 ? 0xde : 0xdf;
	for (size_t i = 1; i < head.size; i++)
		bytes[i] = (uint8_t)(head.pairs >> (8 * (head.size - 1 - i)));
	pack_put_bytes(to, bytes, head.size);
}

/* ---- writing ---- */

static void put_number(struct wire_buffer *to, const char *key, uint64_t number)
{
	pack_put_text(to, view_of(key));
	pack_put_unsigned(to, number);
}

static void put_position(struct wire_buffer *to, uint64_t lsn, int64_t recv, const struct stream_origin *origin)
{
	char hex[STREAM_HEX_ROOM];
	stream_hex(origin->journal, hex);
	put_number(to, "lsn", lsn);
	pack_put_text(to, view_of("recv"));
	pack_put_integer(to, recv);
	pack_put_text(to, view_of("journal"));
	pack_put_text(to, view_of(hex));
	put_number(to, "epoch", origin->epoch);
}

static void put_tail(struct wire_buffer *to, struct head head, size_t original)
{
	uint8_t size = (uint8_t)head.size, bytes[4];
	for (int i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(original >> (24 - 8 * i));
	pack_put_bytes(to, TAIL_HEAD, sizeof TAIL_HEAD - 1);
	pack_put_bytes(to, &size, 1);
	pack_put_bytes(to, TAIL_ORIGINAL, sizeof TAIL_ORIGINAL - 1);
	pack_put_bytes(to, bytes, sizeof bytes);
}

bool stream_encode(struct wire_buffer *to, const struct frame *frame, const struct stream_origin *origin, struct error *err)
{
	struct head head;
	struct view payload = frame->payload;
	if (payload.size > FRAME_PAYLOAD_MAX || !read_head((const uint8_t *)payload.data, payload.size, &head))
		return fail(err, "record %llu cannot be sent: its payload of %zu bytes is no map", (unsigned long long)frame->lsn,
			payload.size);
	const uint32_t added = 8;
	if (head.pairs > UINT32_MAX - added)
		return fail(err, "record %llu cannot be sent: its map claims %u pairs", (unsigned long long)frame->lsn, head.pairs);
	struct head longer = {head.size, head.pairs + added};
	while (longer.pairs > most_pairs(longer.size))
		longer.size += 2;
	to->size = 0;
	put_head(to, longer);
	pack_put_bytes(to, payload.data + head.size, payload.size - head.size);
	put_position(to, frame->lsn, frame->recv, origin);
	put_number(to, "feed", frame->feed);
	put_number(to, "type", frame->type);
	put_tail(to, head, payload.size);
	return true;
}

void stream_encode_heartbeat(struct wire_buffer *to, uint64_t lsn, int64_t recv, const struct stream_origin *origin, struct view ask)
{
	to->size = 0;
	pack_put_map(to, ask.size ? 7 : 6);
	put_number(to, "v", 1);
	pack_put_text(to, view_of("events"));
	pack_put_array(to, 0);
	put_position(to, lsn, recv, origin);
	if (!ask.size)
		return;
	pack_put_text(to, view_of("ask"));
	pack_put_text(to, ask);
}

/* ---- reading ---- */

enum field {
	FIELD_LSN, FIELD_RECV, FIELD_JOURNAL, FIELD_EPOCH, FIELD_FEED, FIELD_TYPE, FIELD_V, FIELD_ASK, FIELD_NONE
};
static const char *const field_names[FIELD_NONE] = {"lsn", "recv", "journal", "epoch", "feed", "type", "v", "ask"};
#define BIT(field) (1u << (field))
#define POSITION (BIT(FIELD_LSN) | BIT(FIELD_RECV) | BIT(FIELD_JOURNAL) | BIT(FIELD_EPOCH))

static bool wrong(struct pack *pack, const char *why)
{
	return pack_fail(pack, FAULT_MALFORMED, why);
}

static int find_field(struct view name)
{
	int field = 0;
	while (field < FIELD_NONE && !view_is(name, field_names[field]))
		field++;
	return field;
}

static bool take_text(struct pack *pack, int field, const struct pack_value *value, struct stream_message *message)
{
	if (value->kind != PACK_TEXT)
		return wrong(pack, "a text is due");
	if (field == FIELD_JOURNAL)
		return stream_unhex(value->text, message->origin.journal) || wrong(pack, "journal is not 32 hex digits");
	message->ask = value->text;
	return value->text.size <= STREAM_ENDPOINT_MAX || wrong(pack, "ask is longer than 256 bytes");
}

static bool take_number(struct pack *pack, int field, const struct pack_value *value, struct stream_message *message)
{
	struct frame *frame = &message->frame;
	if (value->kind != PACK_INTEGER || (value->number < 0 && field != FIELD_RECV))
		return wrong(pack, "a positive number is due");
	switch (field) {
	case FIELD_LSN:
		frame->lsn = (uint64_t)value->number;
		return true;
	case FIELD_RECV:
		frame->recv = value->number;
		return true;
	case FIELD_EPOCH:
		message->origin.epoch = (uint64_t)value->number;
		return true;
	case FIELD_FEED:
		frame->feed = (uint16_t)value->number;
		return value->number <= UINT16_MAX || wrong(pack, "feed is over 65535");
	case FIELD_TYPE:
		if (value->number < FRAME_BATCH || value->number >= FRAME_SEGMENT)
			return wrong(pack, "type is none of a record");
		frame->type = (enum frame_type)value->number;
		return true;
	default:
		return value->number == 1 || wrong(pack, "v is not 1: a newer program wrote it");
	}
}

static bool read_pair(struct pack *pack, struct stream_message *message, uint32_t *seen)
{
	struct pack_value name = {0}, value = {0};
	if (!pack_read(pack, 0, &name))
		return false;
	if (name.kind != PACK_TEXT)
		return wrong(pack, "a key that is no text");
	int field = find_field(name.text);
	if (field == FIELD_NONE)
		return pack_skip(pack, 1, PAIRS_MAX);
	if (*seen & BIT(field))
		return wrong(pack, "a key twice");
	*seen |= BIT(field);
	if (!pack_read(pack, 0, &value))
		return false;
	if (field == FIELD_JOURNAL || field == FIELD_ASK)
		return take_text(pack, field, &value, message);
	return take_number(pack, field, &value, message);
}

static bool read_heartbeat(struct pack *pack, struct stream_message *message)
{
	struct pack_value head = {0};
	uint32_t seen = 0;
	if (pack_left(pack) > HEARTBEAT_SIZE_MAX)
		return wrong(pack, "neither a record nor a heartbeat");
	if (!pack_read(pack, PAIRS_MAX, &head))
		return false;
	if (head.kind != PACK_MAP)
		return wrong(pack, "it is no map");
	for (uint32_t i = 0; i < head.count; i++)
		if (!read_pair(pack, message, &seen))
			return false;
	uint32_t needed = POSITION | BIT(FIELD_V);
	if ((seen & needed) != needed || seen & (BIT(FIELD_TYPE) | BIT(FIELD_FEED)))
		return wrong(pack, "neither a record nor a heartbeat");
	return pack->at == pack->end || wrong(pack, "bytes follow the map");
}

/* Where the last bytes are a tail: the sizes in it. */
static bool find_tail(const uint8_t *bytes, size_t size, size_t *head, size_t *original)
{
	if (size < TAIL_SIZE)
		return false;
	const uint8_t *tail = bytes + size - TAIL_SIZE, *second = tail + sizeof TAIL_HEAD;
	if (memcmp(tail, TAIL_HEAD, sizeof TAIL_HEAD - 1) != 0 || memcmp(second, TAIL_ORIGINAL, sizeof TAIL_ORIGINAL - 1) != 0)
		return false;
	*head = tail[sizeof TAIL_HEAD - 1];
	*original = (size_t)pack_big_endian(bytes + size - 4, 4);
	return true;
}

/* The pairs between the original and the tail; counts all that were appended. */
static bool read_added(struct pack *pack, struct stream_message *message, uint32_t *added)
{
	uint32_t seen = 0;
	*added = 2;
	while (pack->at < pack->end) {
		if (++*added > PAIRS_MAX)
			return wrong(pack, "too many pairs appended");
		if (!read_pair(pack, message, &seen))
			return false;
	}
	uint32_t needed = POSITION | BIT(FIELD_FEED) | BIT(FIELD_TYPE);
	if ((seen & needed) != needed || seen & (BIT(FIELD_ASK) | BIT(FIELD_V)) || message->frame.lsn == 0)
		return wrong(pack, "not what a record is appended");
	return true;
}

static bool read_record(struct pack *pack, size_t size, struct head original, size_t bytes, struct stream_message *message,
	struct wire_buffer *room)
{
	struct head head;
	uint32_t added;
	if (bytes == 0 || bytes > FRAME_PAYLOAD_MAX || !read_head(pack->begin, size, &head))
		return wrong(pack, "it is no map, or too large");
	bool is_known = original.size == 1 || original.size == 3 || original.size == 5;
	size_t end = size - TAIL_SIZE, seam = bytes + head.size - original.size;
	if (!is_known || original.size > head.size || original.size > bytes || seam > end)
		return wrong(pack, "the sizes of the original do not fit");
	pack->at = pack->begin + seam;
	pack->end = pack->begin + end;
	if (!read_added(pack, message, &added))
		return false;
	if (head.pairs < added || head.pairs - added > most_pairs(original.size))
		return wrong(pack, "the count of pairs does not fit");
	original.pairs = head.pairs - added;
	room->size = 0;
	put_head(room, original);
	pack_put_bytes(room, pack->begin + head.size, seam - head.size);
	message->frame.payload = (struct view){(const char *)room->data, room->size};
	return true;
}

bool stream_decode(const void *bytes, size_t size, struct stream_message *message, struct wire_buffer *room, struct error *err)
{
	struct pack pack = pack_of(bytes, size);
	struct stream_message draft = {0};
	struct head head = {0};
	size_t original;
	if (size > STREAM_MESSAGE_MAX)
		return fail(err, "a message of the stream of %zu bytes; at most %d are allowed", size, STREAM_MESSAGE_MAX);
	draft.is_heartbeat = !find_tail(pack.begin, size, &head.size, &original);
	bool is_good = draft.is_heartbeat ? read_heartbeat(&pack, &draft) : read_record(&pack, size, head, original, &draft, room);
	if (!is_good)
		return fail(err, "a message of the stream of %zu bytes is refused at byte %td: %s", size, pack.at - pack.begin, pack.why);
	*message = draft;
	return true;
}
