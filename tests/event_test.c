/* The tables of the protocol: keys, types, words, and the hash tables over them. */
#include <inttypes.h>

#include "wire_samples.h"

static void finds_every_name(void **state)
{
	(void)state;
	for (int key = 0; key < KEY_COUNT; key++)
		assert_int_equal(event_key_find(view_of(event_key_names[key])), key);
	for (int type = 0; type < EVENT_TYPE_COUNT; type++)
		assert_int_equal(event_type_find(view_of(event_types[type].name)), type);
}

/* Every name cut short, made longer, or with one letter changed is not found, or is another name. */
static void finds_nothing_else(void **state)
{
	(void)state;
	for (int type = 0; type < EVENT_TYPE_COUNT; type++) {
		char name[40];
		struct view view = view_of(event_types[type].name);
		assert_true(view.size + 2 < sizeof name);
		for (size_t i = 0; i < view.size; i++) {
			memcpy(name, view.data, view.size + 1);
			assert_int_equal(event_type_find((struct view){name, i}), EVENT_UNKNOWN);
			name[i] = (char)(name[i] ^ 0x20);
			assert_int_equal(event_type_find((struct view){name, view.size}), EVENT_UNKNOWN);
		}
		memcpy(name, view.data, view.size + 1);
		strcpy(name + view.size, "x");
		assert_int_equal(event_type_find(view_of(name)), EVENT_UNKNOWN);
	}
	assert_int_equal(event_key_find(view_of("type")), -1);
	assert_int_equal(event_key_find(view_of("ts")), -1);
	assert_int_equal(event_key_find(view_of("")), -1);
	assert_int_equal(event_key_find(view_of("contac")), -1);
	assert_int_equal(event_key_find(view_of("a name that is much longer than any key there is")), -1);
	assert_int_equal(event_type_find((struct view){"sla.met\0", 8}), EVENT_UNKNOWN);
}

static void tables_agree(void **state)
{
	(void)state;
	for (int type = 0; type < EVENT_TYPE_COUNT; type++) {
		const struct event_type_info *info = &event_types[type];
		assert_non_null(info->name);
		assert_true(strlen(info->summary) > 10);
		assert_int_equal(info->required & ~info->allowed, 0);
		assert_true(info->rank <= 5);
		for (int i = 0; i < 3 && info->words[i].vocabulary; i++)
			assert_true(info->allowed & KEY_BIT(info->words[i].key));
	}
	for (int fault = 0; fault < FAULT_COUNT; fault++)
		assert_true(strlen(feed_fault_names[fault]) > 2);
}

static void words_are_numbered(void **state)
{
	(void)state;
	assert_int_equal(word_number(WORDS_CHANNEL, view_of("other")), CHANNEL_OTHER);
	assert_int_equal(word_number(WORDS_LEFT_WHY, view_of("lost")), LEFT_LOST);
	assert_int_equal(word_number(WORDS_CASE_STATE, view_of("merged")), CASE_MERGED);
	assert_int_equal(word_number(WORDS_SLA_CLOCK, view_of("resolve")), SLA_RESOLVE);
	assert_int_equal(word_number(WORDS_CONDUCT_KIND, view_of("other")), CONDUCT_OTHER);
	assert_int_equal(word_number(WORDS_CONDUCT_STEP, view_of("request")), STEP_REQUEST);
	assert_int_equal(word_number(WORDS_CONDUCT_STEP, view_of("ended")), STEP_ENDED);
	assert_int_equal(word_number(WORDS_CONDUCT_STEP, view_of("")), -1);
	assert_int_equal(word_number(WORDS_AVAILABILITY, view_of("Available")), -1);
	assert_int_equal(word_number(WORDS_NONE, view_of("phone")), -1);
	assert_string_equal(word_text(WORDS_RELEASED_BY, RELEASED_TRANSFER), "transfer");
	assert_string_equal(word_text(WORDS_RELEASED_BY, 99), "");
	assert_string_equal(word_text(WORDS_CONDUCT_STEP, STEP_NONE), "");
	assert_string_equal(word_text(WORDS_NONE, 0), "");
}

static void ranks_order_an_instant(void **state)
{
	(void)state;
	assert_true(event_types[EVENT_CONTACT_QUEUED].rank < event_types[EVENT_CONTACT_OFFERED].rank);
	assert_true(event_types[EVENT_CONTACT_OFFERED].rank < event_types[EVENT_CONTACT_ANSWERED].rank);
	assert_int_equal(event_types[EVENT_CONTACT_ANSWERED].rank, event_types[EVENT_CONTACT_LEFT].rank);
	assert_true(event_types[EVENT_CONTACT_ANSWERED].rank < event_types[EVENT_CONTACT_HELD].rank);
	assert_true(event_types[EVENT_CONTACT_HELD].rank < event_types[EVENT_CONTACT_RELEASED].rank);
	assert_true(event_types[EVENT_CONTACT_RELEASED].rank < event_types[EVENT_CONTACT_WRAPPED].rank);
}

/* The keys named in backticks in a table's cell; moves *at behind the cell. */
static uint64_t read_keys(char **at)
{
	uint64_t keys = 0;
	char *end = strchr(*at, '|');
	assert_non_null(end);
	for (char *open = strchr(*at, '`'); open && open < end; open = strchr(open, '`')) {
		char *close = strchr(open + 1, '`');
		assert_non_null(close);
		int key = event_key_find((struct view){open + 1, (size_t)(close - open - 1)});
		assert_true(key >= 0);
		keys |= KEY_BIT(key);
		open = close + 1;
	}
	*at = end + 1;
	return keys;
}

enum table { TABLE_OTHER, TABLE_KEYS, TABLE_TYPES, TABLE_WORDS, TABLE_COUNT };

/* The table that a row with column names begins; else the one that stands. */
static enum table begin_table(const char *line, enum table table)
{
	if (*line != '|')
		return TABLE_OTHER;
	if (strncmp(line, "| key | kind |", 14) == 0)
		return TABLE_KEYS;
	if (strncmp(line, "| type | needs |", 16) == 0)
		return TABLE_TYPES;
	return strncmp(line, "| type | key | words |", 22) == 0 ? TABLE_WORDS : table;
}

static void check_type(enum event_type type, char *cell)
{
	uint64_t required = read_keys(&cell), optional = read_keys(&cell);
	assert_int_equal(required, event_types[type].required);
	assert_int_equal(required | optional | KEY_BIT(KEY_SNAPSHOT), event_types[type].allowed);
}

static void check_words(enum event_type type, char *cell)
{
	int key = __builtin_ctzll(read_keys(&cell));
	enum vocabulary vocabulary = sample_vocabulary((int)type, key);
	assert_true(vocabulary != WORDS_NONE);
	/* All the words, in their order, and nothing after. */
	char expected[300] = "";
	for (int i = 0; i < 10; i++) {
		size_t used = strlen(expected);
		if (*word_text(vocabulary, i))
			snprintf(expected + used, sizeof expected - used, " `%s`", word_text(vocabulary, i));
	}
	assert_int_equal(strncmp(cell, expected, strlen(expected)), 0);
	assert_string_equal(cell + strlen(expected), " |\n");
}

static void check_key(int key, const char *cell)
{
	char kind[40];
	int64_t low, high;
	assert_int_equal(sscanf(cell, " %39s", kind), 1);
	if (key < KEY_TEXT_COUNT) {
		int limit = !strcmp(kind, "id") ? 64 : !strcmp(kind, "label") ? 200 : !strcmp(kind, "note") ? 800 : 0;
		assert_int_equal(text_limits[key], limit);
		return;
	}
	const struct number_rule *rule = &number_rules[key - KEY_TEXT_COUNT];
	if (sscanf(cell, " %" SCNd64 " to %" SCNd64 " |", &low, &high) == 2)
		assert_true(rule->low == low && rule->high == high);
	else if (rules_is_flag(key))
		assert_string_equal(kind, "flag");
	else if (rules_in_thousandths(key))
		assert_string_equal(kind, "score");
	else
		assert_string_equal(kind, rule->high == RULES_DURATION_MAX ? "duration" : "instant");
}

static void check_row(enum table table, char *line, int *checked)
{
	char name[40];
	if (table == TABLE_OTHER || sscanf(line, "| `%39[^`]` |", name) != 1)
		return;
	char *cell = strchr(line + 2, '|') + 1;
	enum event_type type = event_type_find(view_of(name));
	int key = event_key_find(view_of(name));
	assert_true(table == TABLE_KEYS ? key >= 0 : type != EVENT_UNKNOWN);
	if (table == TABLE_KEYS)
		check_key(key, cell);
	else if (table == TABLE_TYPES)
		check_type(type, cell);
	else
		check_words(type, cell);
	checked[table]++;
}

static void document_agrees(void **state)
{
	(void)state;
	const char *source = getenv("TABLO_SOURCE");
	char path[512], line[2048];
	snprintf(path, sizeof path, "%s/docs/FEED.md", source && *source ? source : ".");
	FILE *file = fopen(path, "r");
	if (!file)
		skip();
	int checked[TABLE_COUNT] = {0}, vocabularies = 0;
	enum table table = TABLE_OTHER;
	while (fgets(line, sizeof line, file)) {
		table = begin_table(line, table);
		check_row(table, line, checked);
	}
	fclose(file);
	for (int type = 0; type < EVENT_TYPE_COUNT; type++)
		for (int i = 0; i < 3; i++)
			vocabularies += event_types[type].words[i].vocabulary != WORDS_NONE;
	assert_int_equal(checked[TABLE_TYPES], EVENT_TYPE_COUNT);
	assert_int_equal(checked[TABLE_KEYS], KEY_COUNT);
	assert_int_equal(checked[TABLE_WORDS], vocabularies);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_every_name),
		cmocka_unit_test(finds_nothing_else),
		cmocka_unit_test(tables_agree),
		cmocka_unit_test(words_are_numbered),
		cmocka_unit_test(ranks_order_an_instant),
		cmocka_unit_test(document_agrees),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
