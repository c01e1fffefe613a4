#include "feed/ndjson.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/instant.h"
#include "base/memory.h"
#include "base/text.h"
#include "feed/json_flat.h"
#include "feed/pack_write.h"
#include "feed/rules.h"

#define LINE_MAX_BYTES (256 * 1024) /* as many holidays as a calendar may have */
#define LINE_DEPTH_MAX 8
#define TYPE_NAME_MAX 64

struct ndjson_reader {
	json_t *root;		    /* the last line; the texts of its event point into it */
	struct wire_buffer calendar[2]; /* week and holidays of the last line as MessagePack */
	bool hides; /* what is said of a line repeats no value of it */
};

struct ndjson_reader *ndjson_reader_create(void)
{
	return memory_new(1, sizeof(struct ndjson_reader));
}

void ndjson_reader_hide(struct ndjson_reader *reader)
{
	reader->hides = true;
}

void ndjson_reader_destroy(struct ndjson_reader *reader)
{
	if (!reader)
		return;
	json_decref(reader->root);
	wire_buffer_finish(&reader->calendar[0]);
	wire_buffer_finish(&reader->calendar[1]);
	free(reader);
}

static bool parse(struct ndjson_reader *reader, struct view line, struct error *err)
{
	json_decref(reader->root);
	reader->root = NULL;
	if (line.size > LINE_MAX_BYTES)
		return fail(err, "the line is longer than %d KiB", LINE_MAX_BYTES / 1024);
	if (!json_flat(line, LINE_DEPTH_MAX)) /* the parser recurses */
		return fail(err, "the line is nested deeper than %d", LINE_DEPTH_MAX);
	json_error_t why;
	reader->root = json_loadb(line.data, line.size, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &why);
	if (!reader->root && reader->hides)
		return fail(err, "column %d: not JSON, or a number that is too large", why.column);
	if (!reader->root) {
		char shown[sizeof why.text];
		text_harmless(view_of(why.text), shown, sizeof shown);
		return fail(err, "column %d: not JSON: %s", why.column, shown);
	}
	return json_is_object(reader->root) || fail(err, "the line is JSON, but no object such as {\"type\": ..., \"ts\": ...}");
}

static struct view view_of_json(const json_t *value)
{
	return (struct view){json_string_value(value), json_string_length(value)};
}

#define MIN(a, b) ((a) < (b) ? (a) : (b))

/* Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours. */
static int distance(struct view a, struct view b)
{
	int rows[3][TYPE_NAME_MAX + 1];
	for (int j = 0; j <= (int)b.size; j++)
		rows[0][j] = j;
	for (int i = 1; i <= (int)a.size; i++) {
		int *row = rows[i % 3], *above = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
		row[0] = i;
		for (int j = 1; j <= (int)b.size; j++) {
			int cost = a.data[i - 1] != b.data[j - 1];
			row[j] = MIN(MIN(above[j], row[j - 1]) + 1, above[j - 1] + cost);
			if (i > 1 && j > 1 && a.data[i - 1] == b.data[j - 2] && a.data[i - 2] == b.data[j - 1])
				row[j] = MIN(row[j], before[j - 2] + 1);
		}
	}
	return rows[a.size % 3][b.size];
}

static char letter_after_dot(struct view name)
{
	const char *dot = name.size ? memchr(name.data, '.', name.size - 1) : NULL;
	return dot ? dot[1] : 0;
}

/* The type that was probably meant, or EVENT_UNKNOWN: an unknown type may well be one of a newer version, so only one slip is
 * taken for a mistake, or two where the word after the dot begins alike, or a type that was cut short. */
static enum event_type find_meant(struct view name)
{
	enum event_type meant = EVENT_UNKNOWN;
	int least = 3;
	for (int type = 0; type < EVENT_TYPE_COUNT; type++) {
		struct view known = view_of(event_types[type].name);
		int slips = distance(name, known);
		bool is_cut = name.size >= 6 && name.size < known.size && memcmp(name.data, known.data, name.size) == 0;
		if (is_cut)
			slips = MIN(slips, 2);
		else if (slips == 2 && letter_after_dot(name) != letter_after_dot(known))
			continue;
		if (slips < least) {
			least = slips;
			meant = (enum event_type)type;
		}
	}
	return meant;
}

static bool read_type(const json_t *root, struct event *event, struct error *err)
{
	const json_t *value = json_object_get(root, "type");
	struct view name = view_of_json(value);
	if (!value)
		return fail(err, "type is missing");
	if (!json_is_string(value) || name.size == 0 || name.size > TYPE_NAME_MAX)
		return fail(err, "type is not a text of 1 to %d bytes", TYPE_NAME_MAX);
	event->type_name = name;
	event->type = event_type_find(name);
	if (event->type != EVENT_UNKNOWN)
		return true;
	enum event_type meant = find_meant(name);
	if (meant == EVENT_UNKNOWN)
		return true;
	char shown[TYPE_NAME_MAX + 1];
	text_harmless(name, shown, sizeof shown);
	return fail(err, "no event type is called '%s'; did you mean '%s'?", shown, event_types[meant].name);
}

/* A date first, and Z or an offset at the end: a local time would be another instant on another machine. */
static bool is_complete_time(struct view text)
{
	if (text.size < 17 || text.data[4] != '-' || text.data[7] != '-')
		return false;
	for (size_t i = 16; i < text.size; i++)
		if (strchr("Zz+-", text.data[i]) && text.data[i])
			return true;
	return false;
}

static bool read_instant(const struct ndjson_reader *reader, const json_t *value, const char *key, int64_t *at, struct error *err)
{
	if (!json_is_string(value))
		return fail(err, "%s is neither a number of ms since 1970 nor a text such as \"2026-11-20T14:05:00Z\"", key);
	struct view text = view_of_json(value);
	if (is_complete_time(text) && instant_parse(text, NULL, 0, at, NULL))
		return true;
	char shown[64];
	text_harmless(text, shown, sizeof shown);
	if (reader->hides)
		return fail(err, "%s is no time; write it as \"2026-11-20T14:05:00Z\" or with +03:00 at its end, or as ms since 1970", key);
	return fail(err, "%s is '%s'; write it as \"2026-11-20T14:05:00Z\" or with +03:00 at its end, or as ms since 1970", key, shown);
}

/* The value as if it had come over the wire. */
static struct pack_value pack_value_of(const json_t *json)
{
	struct pack_value value = {.kind = PACK_OTHER};
	if (json_is_integer(json))
		value = (struct pack_value){.kind = PACK_INTEGER, .number = json_integer_value(json)};
	else if (json_is_boolean(json))
		value = (struct pack_value){.kind = PACK_FLAG, .number = json_boolean_value(json)};
	else if (json_is_real(json))
		pack_real(json_real_value(json), (double)PACK_INTEGER_MAX, &value);
	return value;
}

static bool read_ts(const struct ndjson_reader *reader, struct event *event, struct error *err)
{
	const json_t *json = json_object_get(reader->root, "ts");
	if (!json)
		return fail(err, "ts is missing");
	struct pack_value value = pack_value_of(json);
	if (value.kind != PACK_INTEGER && !read_instant(reader, json, "ts", &value.number, err))
		return false;
	event->ts = value.number;
	return (event->ts > 0 && event->ts < RULES_INSTANT_MAX)
		|| fail(err, "ts is not a time after 1970 in ms");
}

static bool fail_number(int key, struct error *err)
{
	const char *name = event_key_names[key];
	const struct number_rule *rule = &number_rules[key - KEY_TEXT_COUNT];
	if (rules_is_flag(key))
		return fail(err, "%s is neither true nor false", name);
	if (rules_in_thousandths(key))
		return fail(err, "%s is not a number", name);
	return fail(err, "%s is not a whole number from %lld to %lld", name, (long long)rule->low, (long long)rule->high);
}

static bool read_number(const struct ndjson_reader *reader, const json_t *json, int key, struct event *event, struct error *err)
{
	struct pack_value value = pack_value_of(json);
	if ((key == KEY_DUE || key == KEY_UNTIL) && value.kind == PACK_OTHER) {
		value.kind = PACK_INTEGER;
		if (!read_instant(reader, json, event_key_names[key], &value.number, err))
			return false;
	}
	if (!rules_convert(&value, key, &event->number[key - KEY_TEXT_COUNT]))
		return fail_number(key, err);
	event->present |= KEY_BIT(key);
	return true;
}

/* Arrays, whole numbers and texts; as deep as is_flat_enough let it be. */
static bool put_json(struct wire_buffer *to, const json_t *json)
{
	if (json_is_integer(json))
		pack_put_integer(to, json_integer_value(json));
	else if (json_is_string(json))
		pack_put_text(to, view_of_json(json));
	else if (!json_is_array(json))
		return false;
	if (!json_is_array(json))
		return true;
	size_t count = json_array_size(json);
	pack_put_array(to, (uint32_t)count);
	for (size_t i = 0; i < count; i++)
		if (!put_json(to, json_array_get(json, i)))
			return false;
	return true;
}

static bool read_calendar(struct ndjson_reader *reader, const json_t *json, int key, struct event *event, struct error *err)
{
	struct wire_buffer *raw = &reader->calendar[key == KEY_HOLIDAYS];
	raw->size = 0;
	if (put_json(raw, json)) {
		event->text[key] = (struct view){(const char *)raw->data, raw->size};
		if (rules_calendar(key, event->text[key])) {
			event->present |= KEY_BIT(key);
			return true;
		}
	}
	return fail(err, key == KEY_WEEK ? "week is not 7 lists (Monday first) of [start, end] in minutes of the day"
					 : "holidays is not a list of texts such as \"2026-12-25\"");
}

static bool read_text(const json_t *json, int key, struct event *event, struct error *err)
{
	struct view text = view_of_json(json);
	if (!json_is_string(json) || text.size > text_limits[key])
		return fail(err, "%s is not a text of at most %d bytes", event_key_names[key], text_limits[key]);
	event->text[key] = text;
	if (text.size || key == KEY_SCOPE)
		event->present |= KEY_BIT(key);
	return true;
}

static bool read_member(struct ndjson_reader *reader, const json_t *json, int key, struct event *event, struct error *err)
{
	if (key >= KEY_TEXT_COUNT)
		return read_number(reader, json, key, event, err);
	if (rules_is_calendar(key))
		return read_calendar(reader, json, key, event, err);
	return read_text(json, key, event, err);
}

bool ndjson_read(struct ndjson_reader *reader, struct view line, struct wire_buffer *to, struct event *event, struct error *err)
{
	event->type = EVENT_UNKNOWN;
	event->fault = FAULT_NONE;
	event->present = 0;
	event->seq = 0;
	if (!parse(reader, line, err) || !read_type(reader->root, event, err) || !read_ts(reader, event, err))
		return false;
	uint64_t allowed = event->type == EVENT_UNKNOWN ? UINT64_MAX : event_types[event->type].allowed, nils = 0;
	const char *name;
	json_t *json;
	json_object_foreach (reader->root, name, json) {
		int key = event_key_find(view_of(name));
		if (key < 0 || !(allowed & KEY_BIT(key)))
			continue;
		if (json_is_null(json))
			nils |= KEY_BIT(key);
		else if (!read_member(reader, json, key, event, err) && event->type != EVENT_UNKNOWN)
			return false;
	}
	rules_settle(event, 0, nils, reader->hides, err);
	if (event->fault != FAULT_NONE && event->fault != FAULT_UNKNOWN_EVENT)
		return false;
	wire_encode_event(to, event);
	return true;
}
