#include "journal/record.h"

#include "base/instant.h"
#include "feed/pack.h"
#include "feed/pack_write.h"

#define DEPTH 2 /* the map, the record in it */
#define SETTINGS_MAX (512 * 1024)

static const char *const kind_names[] = {"batch", "clock", "gap", "link", "config", "history"};
static const char *const link_names[] = {"connecting", "live", "quiet", "stale", "refused", "ended"};
#define COUNT(list) ((int)(sizeof list / sizeof *list))

static int find(const char *const *names, int count, struct view name)
{
	for (int i = 0; i < count; i++)
		if (view_is(name, names[i]))
			return i;
	return -1;
}

/* ---- writing ---- */

static void put_name(struct wire_buffer *to, const char *key)
{
	pack_put_text(to, view_of(key));
}

static void put_number(struct wire_buffer *to, const char *key, uint64_t number)
{
	put_name(to, key);
	pack_put_unsigned(to, number);
}

static void put_text(struct wire_buffer *to, const char *key, struct view text)
{
	put_name(to, key);
	pack_put_text(to, text);
}

static void begin_record(struct wire_buffer *to, enum record_kind kind, uint32_t keys)
{
	to->size = 0;
	pack_put_map(to, 2);
	put_number(to, "v", 1);
	put_name(to, "record");
	pack_put_map(to, 1 + keys);
	put_text(to, "kind", view_of(kind_names[kind]));
}

static void put_link(struct wire_buffer *to, const struct record *record)
{
	begin_record(to, RECORD_LINK, 3);
	put_number(to, "feed", record->feed);
	if (record->count) {
		put_text(to, "fault", view_of(feed_fault_names[record->fault]));
		put_number(to, "count", record->count);
		return;
	}
	put_text(to, "link", view_of(link_names[record->link]));
	put_name(to, "silent_since");
	if (record->silent_since == INSTANT_NONE)
		pack_put_nil(to);
	else
		pack_put_integer(to, record->silent_since);
}

static void put_gap(struct wire_buffer *to, const struct record *record)
{
	begin_record(to, RECORD_GAP, 5);
	put_number(to, "feed", record->feed);
	put_text(to, "src", record->src);
	put_number(to, "boot", record->boot);
	put_number(to, "from", record->from);
	put_number(to, "to", record->to);
}

static void put_config(struct wire_buffer *to, const struct record_config *config)
{
	uint32_t feeds = config->feed_count < RECORD_FEEDS_MAX ? config->feed_count : RECORD_FEEDS_MAX;
	struct view settings = config->settings;
	if (settings.size > SETTINGS_MAX)
		settings.size = SETTINGS_MAX; /* the hash is of all of them */
	begin_record(to, RECORD_CONFIG, 6);
	put_text(to, "program", config->program);
	put_text(to, "settings", settings);
	put_number(to, "settings_hash", config->settings_hash);
	put_number(to, "zone_hash", config->zone_hash);
	put_number(to, "locale_hash", config->locale_hash);
	put_name(to, "feeds");
	pack_put_array(to, feeds);
	for (uint32_t i = 0; i < feeds; i++)
		pack_put_text(to, config->feeds[i]);
}

static void put_record(struct wire_buffer *to, const struct record *record)
{
	switch (record->kind) {
	case RECORD_LINK:
		put_link(to, record);
		break;
	case RECORD_GAP:
		put_gap(to, record);
		break;
	case RECORD_CONFIG:
		put_config(to, record->config);
		break;
	case RECORD_HISTORY:
		begin_record(to, RECORD_HISTORY, 2);
		put_number(to, "from", record->from);
		put_number(to, "to", record->to);
		break;
	default:
		begin_record(to, record->kind, 0);
	}
}

struct frame record_frame(const struct record *record, struct view payload, struct wire_buffer *room)
{
	struct frame frame = {.type = (enum frame_type)(record->kind + 1), .feed = record->feed, .recv = record->recv, .payload = payload};
	if (record->kind != RECORD_BATCH) {
		put_record(room, record);
		frame.payload = (struct view){(const char *)room->data, room->size};
	}
	return frame;
}

/* ---- reading ---- */

enum field {
	FIELD_KIND, FIELD_FEED, FIELD_LINK, FIELD_FAULT, FIELD_COUNT_OF, FIELD_SILENT, FIELD_SRC, FIELD_BOOT, FIELD_FROM, FIELD_TO,
	FIELD_PROGRAM, FIELD_SETTINGS, FIELD_SETTINGS_HASH, FIELD_ZONE_HASH, FIELD_LOCALE_HASH, FIELD_FEEDS, FIELD_MOST
};
static const char *const field_names[FIELD_MOST] = {"kind", "feed", "link", "fault", "count", "silent_since", "src", "boot", "from", "to",
	"program", "settings", "settings_hash", "zone_hash", "locale_hash", "feeds"};

struct draft {
	struct record record;
	struct record_config config;
	uint32_t seen;
};

static bool wrong(struct pack *pack, const char *why)
{
	return pack_fail(pack, FAULT_MALFORMED, why);
}

/* The settings are longer than any text of an event. */
static bool read_long_text(struct pack *pack, struct view *text)
{
	if (pack_left(pack) < 5 || (*pack->at != 0xda && *pack->at != 0xdb)) {
		struct pack_value value = {0};
		if (!pack_read(pack, 0, &value))
			return false;
		*text = value.text;
		return value.kind == PACK_TEXT || wrong(pack, "a text is due");
	}
	uint64_t size;
	if (!pack_number(pack, *pack->at == 0xda ? 2 : 4, &size))
		return false;
	if (size > pack_left(pack))
		return wrong(pack, "it ends within a text");
	*text = (struct view){(const char *)pack->at, (size_t)size};
	pack->at += size;
	return true;
}

/* Also those over INT64_MAX, which an event never has. */
static bool read_unsigned(struct pack *pack, uint64_t *number)
{
	if (pack_left(pack) >= 9 && *pack->at == 0xcf)
		return pack_number(pack, 8, number);
	struct pack_value value = {0};
	if (!pack_read(pack, 0, &value))
		return false;
	*number = (uint64_t)value.number;
	return (value.kind == PACK_INTEGER && value.number >= 0) || wrong(pack, "a positive number is due");
}

static bool read_word(struct pack *pack, const char *const *names, int count, int *number)
{
	struct view word;
	if (!read_long_text(pack, &word))
		return false;
	*number = find(names, count, word);
	return *number >= 0 || wrong(pack, "a word this program does not know: a newer one wrote it");
}

static bool read_feeds(struct pack *pack, struct draft *draft, struct view *feeds)
{
	struct pack_value head = {0};
	if (!pack_read(pack, RECORD_FEEDS_MAX, &head))
		return false;
	if (head.kind != PACK_ARRAY)
		return wrong(pack, "feeds is no array");
	for (uint32_t i = 0; i < head.count; i++)
		if (!read_long_text(pack, &feeds[i]))
			return false;
	draft->config.feeds = feeds;
	draft->config.feed_count = head.count;
	return true;
}

static bool read_silent(struct pack *pack, struct draft *draft)
{
	struct pack_value value = {0};
	if (!pack_read(pack, 0, &value))
		return false;
	draft->record.silent_since = value.kind == PACK_NIL ? INSTANT_NONE : value.number;
	return value.kind == PACK_NIL || value.kind == PACK_INTEGER || wrong(pack, "silent_since is no time");
}

static bool read_feed(struct pack *pack, struct draft *draft)
{
	uint64_t number;
	if (!read_unsigned(pack, &number))
		return false;
	draft->record.feed = (uint16_t)number;
	return number <= UINT16_MAX || wrong(pack, "feed is over 65535");
}

/* A word from a list, which becomes an enum. */
static bool read_choice(struct pack *pack, enum field field, struct record *record)
{
	int number = 0;
	switch (field) {
	case FIELD_KIND:
		if (!read_word(pack, kind_names, COUNT(kind_names), &number))
			return false;
		record->kind = (enum record_kind)number;
		return true;
	case FIELD_LINK:
		if (!read_word(pack, link_names, COUNT(link_names), &number))
			return false;
		record->link = (enum link_state)number;
		return true;
	default:
		if (!read_word(pack, feed_fault_names, FAULT_COUNT, &number))
			return false;
		record->fault = (enum feed_fault)number;
		return true;
	}
}

static bool read_field(struct pack *pack, enum field field, struct draft *draft, struct view *feeds)
{
	struct record *record = &draft->record;
	struct record_config *config = &draft->config;
	switch (field) {
	case FIELD_KIND:
	case FIELD_LINK:
	case FIELD_FAULT:
		return read_choice(pack, field, record);
	case FIELD_FEED:
		return read_feed(pack, draft);
	case FIELD_COUNT_OF:
		return read_unsigned(pack, &record->count);
	case FIELD_SILENT:
		return read_silent(pack, draft);
	case FIELD_SRC:
		return read_long_text(pack, &record->src) && (record->src.size <= ID_MAX || wrong(pack, "src is longer than 64 bytes"));
	case FIELD_BOOT:
		return read_unsigned(pack, &record->boot);
	case FIELD_FROM:
		return read_unsigned(pack, &record->from);
	case FIELD_TO:
		return read_unsigned(pack, &record->to);
	case FIELD_PROGRAM:
		return read_long_text(pack, &config->program);
	case FIELD_SETTINGS:
		return read_long_text(pack, &config->settings);
	case FIELD_SETTINGS_HASH:
		return read_unsigned(pack, &config->settings_hash);
	case FIELD_ZONE_HASH:
		return read_unsigned(pack, &config->zone_hash);
	case FIELD_LOCALE_HASH:
		return read_unsigned(pack, &config->locale_hash);
	default:
		return read_feeds(pack, draft, feeds);
	}
}

/* Without which a record says nothing. */
static bool complete(struct pack *pack, const struct draft *draft)
{
#define HAS(field) (draft->seen >> FIELD_##field & 1)
	if (!HAS(KIND) || draft->record.kind == RECORD_BATCH)
		return wrong(pack, "a record without a kind");
	bool is_good = true;
	if (draft->record.kind == RECORD_LINK)
		is_good = HAS(FEED) && HAS(LINK) != HAS(FAULT) && HAS(FAULT) == HAS(COUNT_OF) && (!HAS(COUNT_OF) || draft->record.count > 0);
	if (draft->record.kind == RECORD_GAP)
		is_good = HAS(SRC) && HAS(BOOT) && HAS(FROM) && HAS(TO) && draft->record.from <= draft->record.to;
	if (draft->record.kind == RECORD_HISTORY)
		is_good = HAS(FROM) && HAS(TO);
	if (draft->record.kind == RECORD_CONFIG)
		is_good = HAS(PROGRAM) && HAS(SETTINGS) && HAS(FEEDS);
	return is_good || wrong(pack, "a record that lacks what its kind must have");
#undef HAS
}

static bool read_inner(struct pack *pack, struct draft *draft, struct view *feeds)
{
	struct pack_value head = {0};
	if (!pack_read(pack, PACK_ELEMENTS_MAX, &head))
		return false;
	if (head.kind != PACK_MAP)
		return wrong(pack, "record is no map");
	for (uint32_t pairs = head.count; pairs; pairs--) {
		struct view name;
		if (!read_long_text(pack, &name))
			return false;
		int field = find(field_names, FIELD_MOST, name);
		bool is_new = field >= 0 && !(draft->seen >> field & 1);
		if (is_new)
			draft->seen |= 1u << field;
		if (is_new ? !read_field(pack, (enum field)field, draft, feeds) : !pack_skip(pack, DEPTH, PACK_ELEMENTS_MAX))
			return false;
	}
	return complete(pack, draft);
}

static bool read_outer(struct pack *pack, struct draft *draft, struct view *feeds)
{
	struct pack_value head = {0};
	if (!pack_read(pack, PACK_ELEMENTS_MAX, &head))
		return false;
	if (head.kind != PACK_MAP)
		return wrong(pack, "it is no map");
	uint64_t version = 0;
	bool has_record = false;
	for (uint32_t pairs = head.count; pairs; pairs--) {
		struct view name;
		if (!read_long_text(pack, &name))
			return false;
		bool is_good = true;
		if (view_is(name, "v") && version == 0)
			is_good = read_unsigned(pack, &version);
		else if (view_is(name, "record") && !has_record)
			is_good = has_record = read_inner(pack, draft, feeds);
		else
			is_good = pack_skip(pack, 1, PACK_ELEMENTS_MAX);
		if (!is_good)
			return false;
	}
	if (version != 1)
		return wrong(pack, version > 1 ? "a newer version than this program knows (1): update it" : "v is not 1");
	return (has_record || wrong(pack, "record is missing")) && (pack->at == pack->end || wrong(pack, "bytes follow the map"));
}

static bool read_own(const struct frame *frame, struct record *record, struct record_room *room, struct error *err)
{
	struct pack pack = pack_of(frame->payload.data, frame->payload.size);
	struct draft draft = {.record = {.silent_since = INSTANT_NONE}};
	bool is_good = read_outer(&pack, &draft, room->feeds);
	if (is_good && draft.record.kind != (enum record_kind)(frame->type - 1))
		is_good = wrong(&pack, "its kind is not that of its head");
	if (!is_good)
		return fail(err, "record %llu is refused at byte %td: %s", (unsigned long long)frame->lsn, pack.at - pack.begin, pack.why);
	room->config = draft.config;
	*record = draft.record;
	if (record->kind == RECORD_CONFIG)
		record->config = &room->config;
	return true;
}

static bool read_batch(const struct frame *frame, struct record *record, struct record_room *room, struct error *err)
{
	struct error why = {""};
	if (wire_decode(frame->payload.data, frame->payload.size, &room->batch, &why) != FAULT_NONE)
		return fail(err, "record %llu: %s", (unsigned long long)frame->lsn, why.text);
	*record = (struct record){.kind = RECORD_BATCH, .batch = &room->batch};
	return true;
}

bool record_read(const struct frame *frame, struct record *record, struct record_room *room, struct error *err)
{
	if (frame->type < FRAME_BATCH || frame->type > FRAME_HISTORY)
		return fail(err, "record %llu is none of a journal", (unsigned long long)frame->lsn);
	bool is_good = frame->type == FRAME_BATCH ? read_batch(frame, record, room, err) : read_own(frame, record, room, err);
	if (!is_good)
		return false;
	record->lsn = frame->lsn;
	record->recv = frame->recv;
	record->feed = frame->feed;
	return true;
}

void record_room_finish(struct record_room *room)
{
	batch_finish(&room->batch);
	*room = (struct record_room){0};
}
