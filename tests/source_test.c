/* Documents through mappings: paths, elements, what is remembered and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unistd.h>

#include "base/memory.h"
#include "feed/mapping/source.h"

#include <cmocka.h>

#define NOON INT64_C(1772452800000)

/* ---- one row ---- */

static const char *header_of(const void *context, const char *name)
{
	(void)context;
	return strcmp(name, "X-Name") == 0 ? "of the header" : NULL;
}

static const char *const document =
	"{\"type\": \"x\", \"n\": 12345678901234567, \"score\": 4.5, \"tiny\": 0.1, \"yes\": true, \"no\": false, \"nil\": null, \"empty\": {}, \"none\": [],"
	" \"group\": {\"name\": \"Désk\", \"a.b\": 1}, \"list\": [{\"id\": 1}, {\"id\": 2, \"to\": \"two\"}], \"arn\": \"arn:aws:queue/basic/7\","
	" \"inner\": \"{\\\"lang\\\": \\\"en\\\", \\\"deep\\\": \\\"[{\\\\\\\"k\\\\\\\": 5}]\\\"}\", \"plain\": \"{not json\"}";

static struct view column(struct json_row *row, const char *text)
{
	static struct json_path *path;
	struct error err;
	json_path_destroy(path);
	path = NULL;
	if (!text)
		return view_of("");
	path = json_path_create(text, &err);
	if (!path)
		fail_msg("%s", err.text);
	return json_row_column(row, path);
}

static void assert_column(struct json_row *row, const char *path, const char *expected)
{
	const struct view found = column(row, path);
	if (!view_is(found, expected))
		fail_msg("%s: expected '%s', found '%.*s'", path, expected, (int)found.size, found.data);
}

static void paths_lead_to_texts(void **state)
{
	static const char *const cases[][2] = {{"type", "x"}, {"n", "12345678901234567"}, {"score", "4.5"}, {"tiny", "0.1"}, {"yes", "true"}, {"no", "false"},
		{"nil", ""}, {"empty", ""}, {"none", ""}, {"group", "{...}"}, {"list", "[...]"}, {"group.name", "Désk"}, {"group.nothing", ""}, {"list.1.id", "2"},
		{"list.2.id", ""}, {"list.*.to", "two"}, {"*.name", "Désk"}, {"list.id", ""}, {"type.more", ""}, {"inner.lang", "en"}, {"inner.deep.0.k", "5"},
		{"plain.x", ""}, {"plain", "{not json"}, {"header:X-Name", "of the header"}, {"header:Other", ""}, {"query:a", "1 &2"}, {"query:b", ""}, {"query:c", ""},
		{"bridge:received", "1772452800000"}, {"arn", "arn:aws:queue/basic/7"}};
	(void)state;
	struct error err;
	struct json_row *row = json_row_create();
	const struct json_request request = {.body = view_of(document), .query = "x=&a=1+%262&b", .header = header_of, .received = NOON};
	assert_true(json_row_read(row, &request, &err));
	assert_int_equal(json_row_documents(row), 1);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_column(row, cases[i][0], cases[i][1]);
	column(row, NULL);
	json_row_destroy(row);
}

static void forms_are_documents(void **state)
{
	(void)state;
	struct error err;
	struct json_row *row = json_row_create();
	struct json_request request = {.body = view_of("EventType=task.created&Attributes=%7B%22a%22%3A+%22b%22%7D&Odd=%zz"), .type = "application/x-www-form-urlencoded; charset=UTF-8"};
	assert_true(json_row_read(row, &request, &err));
	assert_column(row, "EventType", "task.created");
	assert_column(row, "Attributes.a", "b");
	assert_column(row, "Odd", "%zz");
	request.body = view_of("a=1&secret=2&secret=3");
	assert_false(json_row_read(row, &request, &err));
	assert_null(strstr(err.text, "secret"));
	request.body = view_of("a=%ff");
	assert_false(json_row_read(row, &request, &err));
	assert_int_equal(json_row_documents(row), 0);
	column(row, NULL);
	json_row_destroy(row);
}

/* What is refused, with where it is and never with what it is. */
static void bad_documents_are_refused(void **state)
{
	static const char *const cases[][2] = {{"", "ends too early"}, {"{\"secret\": 1", "ends too early"}, {"{\"secret\": 1, \"secret\": 2}", "line 1"}, {"{\"a\": \"secret\xff\"}", "UTF-8"},
		{"\"secret\"", "neither an object"}, {"[1]", "element 1"}, {"{} secret", "after its end"}, {"{\"a\":\n secret}", "line 2"}, {"{\"n\": 1e}", "after its e"},
		{"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "too deep"}, {"{\"a\": \"\\ud800 secret\"}", "half a character"},
		{"{\"secret\" 1}", "a colon"}, {"{\"a\": \"secret\n\"}", "control"}, {"{\"a\": 01}", "no value"}, {"{\"a\": 1,}", "a key"}, {"{\"a\": tru}", "no value"}};
	(void)state;
	struct error err;
	struct json_row *row = json_row_create();
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct json_request request = {.body = view_of(cases[i][0])};
		assert_false(json_row_read(row, &request, &err));
		if (!strstr(err.text, cases[i][1]) || strstr(err.text, "secret"))
			fail_msg("case %zu: %s", i, err.text);
	}
	json_row_destroy(row);
}

/* ---- a source ---- */

struct taken {
	char text[4000];
	size_t size;
};

static void take_event(void *context, const struct event *event, struct view queue)
{
	struct taken *taken = context;
	const struct view id = event_text(event, event_has(event, KEY_CONTACT) ? KEY_CONTACT : KEY_CASE), to = event_text(event, KEY_TO);
	(void)queue;
	taken->size += (size_t)snprintf(taken->text + taken->size, sizeof taken->text - taken->size, "%s %.*s %.*s;", event_types[event->type].name, (int)id.size, id.data,
		(int)to.size, to.data);
}

static void take_document(void *context, enum bridge_count which, const char *name, const char *why)
{
	struct taken *taken = context;
	taken->size += (size_t)snprintf(taken->text + taken->size, sizeof taken->text - taken->size, "[%s %s%s%s]", bridge_count_names[which], name, why ? ": " : "", why ? why : "");
}

static char *write_map(const char *text)
{
	char *path = memory_text("/tmp/source_test.XXXXXX");
	const int file = mkstemp(path);
	assert_true(file >= 0);
	assert_int_equal(write(file, text, strlen(text)), (ssize_t)strlen(text));
	close(file);
	return path;
}

static struct source *open_text(const char *text, struct outbox *outbox, struct error *err)
{
	static struct pseudonym pseudonym;
	char *path = write_map(text);
	const struct source_options options = {.name = "trial", .map = path, .pseudonym = &pseudonym, .outbox = outbox};
	struct source *source = source_open(&options, err);
	unlink(path);
	free(path);
	return source;
}

static const char *becomes(struct source *source, const char *body)
{
	static struct taken taken;
	struct error err;
	taken = (struct taken){0};
	const struct source_sink sink = {.context = &taken, .event = take_event, .document = take_document};
	const struct json_request request = {.body = view_of(body), .received = NOON};
	if (!source_read(source, &request, &err))
		fail_msg("%s", err.text);
	source_convert(source, &sink);
	return taken.text;
}

static void assert_becomes(struct source *source, const char *body, const char *expected)
{
	const char *found = becomes(source, body);
	if (strcmp(found, expected) != 0)
		fail_msg("%s\n  expected: %s\n  found:    %s", body, expected, found);
}

#define STATES \
	"name = \"{type}\"\n" \
	"let \"state\" { value = \"{state}\" keep = \"last\" per = \"{id}\" }\n" \
	"instant \"at\" { value = \"{at}\" format = \"epoch\" }\n" \
	"ignore \"small talk\" { when = {\"type = chat\"} }\n" \
	"event \"state\" { when = {\"type = t\"} changed = \"{state}\" per = \"{id}\" type = \"case.state\" at = \"at\" case = \"{id}\" to = \"{state}\" }\n"

static void known_ignored_or_unknown(void **state)
{
	(void)state;
	struct error err;
	struct source *source = open_text(STATES, NULL, &err);
	assert_non_null(source);
	assert_becomes(source, "{\"type\": \"t\", \"id\": 7, \"state\": \"open\", \"at\": 1772452800}", "case.state 7 open;[mapped t]");
	assert_becomes(source, "{\"type\": \"t\", \"id\": 7, \"state\": \"open\", \"at\": 1772452801}", "[mapped t]");
	assert_becomes(source, "{\"type\": \"t\", \"id\": 7, \"at\": 1772452801}", "[mapped t]"); /* says nothing of the state */
	assert_becomes(source, "{\"type\": \"t\", \"id\": 7, \"state\": \"closed\", \"at\": 1772452802}", "case.state 7 closed;[mapped t]");
	assert_becomes(source, "{\"type\": \"chat\"}", "[ignored small talk]");
	assert_becomes(source, "{\"type\": \"new\"}", "[unknown new: no event of the mapping is for it, and no 'ignore']");
	assert_becomes(source, "[]", "");
	assert_becomes(source, "{\"type\": \"t\", \"id\": 8, \"state\": \"secret\", \"at\": 1772452802}",
		"[damaged t: event 'state': to: the protocol has no such word here; a table gives it one]");
	assert_becomes(source, "[{\"type\": \"t\", \"id\": 8, \"state\": \"open\", \"at\": \"soon\"}, {\"type\": \"t\", \"id\": 8, \"state\": \"open\", \"at\": 1772452802}]",
		"[damaged t: event 'state': instant 'at': what stands there is not of the form epoch]case.state 8 open;[mapped t]");
	source_close(source);
}

/* Events of our own from strangers: what is wrong with them is logged and answered, and repeats nothing that stands in them. */
static void what_is_wrong_is_said_without_values(void **state)
{
	static const char *const damaged[] = {
		"{\"type\": \"case.message\", \"case\": \"1\", \"by\": \"SECRET\", \"public\": true}",
		"{\"type\": \"contact.abandoned\", \"contact\": \"1\", \"reason\": 1e999, \"x\": \"SECRET\"}",
		"{\"type\": \"contact.queued\", \"ts\": \"SECRET\", \"contact\": \"1\", \"queue\": \"q\", \"channel\": \"phone\"}",
		"{\"type\": \"callback.due\", \"callback\": \"1\", \"queue\": \"q\", \"due\": \"SECRET\"}",
		"{\"type\": \"agent.state\", \"agent\": \"a\", \"state\": \"SECRET\"}",
		"{\"type\": \"contact.queued\", \"contact\": \"SECRET\", \"queue\": {\"a\": \"SECRET\"}, \"channel\": \"phone\"}",
		"{\"type\": \"contact.queued\", \"contact\": \"1\", \"queue\": \"q\", \"channel\": \"phone\", \"priority\": 15551234567}",
	};
	(void)state;
	struct error err;
	struct source *source = open_text("own_events = true\n", NULL, &err);
	assert_non_null(source);
	for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
		const char *said = becomes(source, damaged[i]);
		if (strncmp(said, "[damaged", 8) != 0 || strstr(said, "SECRET") || strstr(said, "1555") || strstr(said, "e999"))
			fail_msg("%s: %s", damaged[i], said);
	}
	source_close(source);
}

static void each_element_is_a_row(void **state)
{
	static const char *const text =
		"name = \"{type}\"\n"
		"table \"words\" { from = {\"RING\", \"MISSED\"} to = {\"offered\", \"missed\"} otherwise = \"\" }\n"
		"let \"word\" { value = \"{.state|words}\" }\n"
		"let \"agent\" { value = \"{agent.arn|last:/}\" }\n"
		"instant \"at\" { value = \"{.since}\" format = \"iso\" }\n"
		"event \"offered\" { each = \"agent.calls\" when = {\"word = offered\"} once = \"{.id}\" type = \"contact.offered\" at = \"at\" contact = \"{.id}\" agent = \"{agent}\" }\n"
		"event \"missed\" { each = \"agent.calls\" when = {\"word = missed\"} once = \"{.id}\" type = \"contact.missed\" at = \"at\" contact = \"{.id}\" agent = \"{agent}\" why = \"noanswer\" }\n";
	(void)state;
	struct error err;
	struct source *source = open_text(text, NULL, &err);
	assert_non_null(source);
	assert_becomes(source,
		"{\"type\": \"beat\", \"agent\": {\"arn\": \"a/b/Ann\", \"calls\": [{\"id\": \"c1\", \"state\": \"RING\", \"since\": \"2026-03-02T12:00:00.250Z\"}, {\"id\": \"c2\", \"state\": \"OTHER\"},"
		" {\"id\": \"c3\", \"state\": \"MISSED\", \"since\": \"2026-03-02T12:00:00Z\"}, {\"id\": \"c1\", \"state\": \"RING\", \"since\": \"2026-03-02T12:00:00Z\"}]}}",
		"contact.offered c1 ;contact.missed c3 ;[mapped beat]");
	assert_becomes(source, "{\"type\": \"beat\", \"agent\": {\"arn\": \"a/b/Ann\", \"calls\": []}}", "[unknown beat: no event of the mapping is for it, and no 'ignore']");
	assert_becomes(source, "{\"type\": \"beat\", \"agent\": {\"calls\": [{\"id\": \"c9\", \"state\": \"RING\", \"since\": \"2026-03-02T12:00:00Z\"}]}}",
		"[damaged beat: event 'offered': agent is empty][unknown beat: no event of the mapping is for it, and no 'ignore']");
	source_close(source);
	assert_null(open_text("instant \"at\" { value = \"{.t}\" format = \"iso\" }\nevent \"a\" { type = \"agent.member\" at = \"at\" queue = \"q\" agent = \"a\" in = \"1\" }\n", NULL, &err));
	assert_non_null(strstr(err.text, "lacks 'each'"));
}

/* ---- what is remembered ---- */

static void bridge_commits(struct source *source, struct outbox *outbox, const char *body, const char *expected, bool keep)
{
	struct error err;
	outbox_begin(outbox);
	assert_becomes(source, body, expected);
	if (!keep)
		outbox_abandon(outbox);
	else if (!outbox_commit(outbox, &err))
		fail_msg("%s", err.text);
}

static void what_is_remembered_is_of_the_commit(void **state)
{
	(void)state;
	struct error err;
	char directory[] = "/tmp/source_test.XXXXXX";
	assert_non_null(mkdtemp(directory));
	const struct outbox_options options = {.directory = directory, .src = "trial"};
	struct outbox *outbox = outbox_open(&options, &err);
	assert_non_null(outbox);
	struct source *source = open_text(STATES, outbox, &err);
	assert_non_null(source);
	bridge_commits(source, outbox, "{\"type\": \"t\", \"id\": 7, \"state\": \"open\", \"at\": 1772452800}", "case.state 7 open;[mapped t]", true);
	bridge_commits(source, outbox, "{\"type\": \"t\", \"id\": 7, \"state\": \"closed\", \"at\": 1772452800}", "case.state 7 closed;[mapped t]", false);
	bridge_commits(source, outbox, "{\"type\": \"t\", \"id\": 7, \"state\": \"closed\", \"at\": 1772452800}", "case.state 7 closed;[mapped t]", true);
	source_close(source);
	outbox_close(outbox);
	outbox = outbox_open(&options, &err);
	assert_non_null(outbox);
	source = open_text(STATES, outbox, &err);
	bridge_commits(source, outbox, "{\"type\": \"t\", \"id\": 7, \"state\": \"closed\", \"at\": 1772452800}", "[mapped t]", true);
	bridge_commits(source, outbox, "{\"type\": \"t\", \"id\": 7, \"at\": 1772452800}", "[mapped t]", true);
	source_close(source);
	outbox_close(outbox);
	char *command = memory_format("rm -r %s", directory);
	assert_int_equal(system(command), 0);
	free(command);
}

/* A keeper of a few ids. */
struct keeper_place {
	char key[64], value[64];
	size_t key_size, value_size;
};

struct few {
	struct keeper_place places[64];
	size_t count, puts;
};

static bool few_find(void *context, struct view key, struct view *value)
{
	const struct few *few = context;
	for (size_t i = 0; i < few->count; i++)
		if (view_equals(key, (struct view){few->places[i].key, few->places[i].key_size})) {
			*value = (struct view){few->places[i].value, few->places[i].value_size};
			return true;
		}
	return false;
}

static void few_remove(void *context, struct view key)
{
	struct few *few = context;
	for (size_t i = 0; i < few->count; i++)
		if (view_equals(key, (struct view){few->places[i].key, few->places[i].key_size}))
			few->places[i--] = few->places[--few->count];
}

static void few_put(void *context, struct view key, struct view value)
{
	struct few *few = context;
	few_remove(few, key);
	few->puts++;
	struct keeper_place *place = &few->places[few->count++];
	memcpy(place->key, key.data, place->key_size = key.size);
	memcpy(place->value, value.data, place->value_size = value.size);
}

static void few_each(void *context, struct view prefix, void (*take)(void *taker, struct view key, struct view value), void *taker)
{
	const struct few *few = context;
	for (size_t i = 0; i < few->count; i++)
		if (few->places[i].key_size >= prefix.size && memcmp(few->places[i].key, prefix.data, prefix.size) == 0)
			take(taker, (struct view){few->places[i].key, few->places[i].key_size}, (struct view){few->places[i].value, few->places[i].value_size});
}

static void the_oldest_are_forgotten(void **state)
{
	(void)state;
	struct few few = {0};
	int64_t hour = 500000;
	const struct recall_keeper keeper = {.context = &few, .find = few_find, .put = few_put, .remove = few_remove, .each = few_each, .most = 16, .hour = &hour};
	struct recall recall = {0}, other = {0};
	struct view text;
	recall_keep(&other, &keeper, view_of("b/"));
	recall_put(&other, view_of("0"), view_of("stays"));
	recall_keep(&recall, &keeper, view_of("a/"));
	for (int i = 0; i < 20; i++, hour++) {
		char id[8];
		snprintf(id, sizeof id, "%d", i);
		assert_true(recall_has_room(&recall, view_of(id), view_of("x")));
		recall_put(&recall, view_of(id), view_of("x"));
	}
	assert_false(recall_find(&recall, view_of("0"), &text));
	assert_true(recall_find(&recall, view_of("19"), &text));
	assert_true(view_is(text, "x"));
	assert_true(recall_find(&other, view_of("0"), &text));
	assert_true(few.count <= 17 && few.count >= 12);
	const size_t puts = few.puts;
	recall_put(&recall, view_of("19"), view_of("x"));
	assert_int_equal(few.puts, puts); /* said again within the day: not written again */
	hour += 48;
	recall_put(&recall, view_of("19"), view_of("x"));
	assert_int_equal(few.puts, puts + 1);
	recall_finish(&recall);
	recall_finish(&other);
}

static void mappings_are_checked(void **state)
{
	static const char *const cases[][2] = {
		{"own_events = true\n" STATES, "own_events takes no"},
		{"instant \"at\" { value = \"{a..b}\" format = \"iso\" }\nevent \"a\" { type = \"agent.member\" at = \"at\" queue = \"q\" agent = \"a\" in = \"1\" }\n", "no path"},
		{"instant \"at\" { value = \"{bridge:now}\" format = \"iso\" }\nevent \"a\" { type = \"agent.member\" at = \"at\" queue = \"q\" agent = \"a\" in = \"1\" }\n", "bridge:received"},
		{"instant \"at\" { value = \"{a|last:ab}\" format = \"iso\" }\nevent \"a\" { type = \"agent.member\" at = \"at\" queue = \"q\" agent = \"a\" in = \"1\" }\n", "no table is called"},
		{"webhook { path = \"/x\" delivery = \"{state}\" }\n" STATES, "not of a 'let'"},
		{"ignore \"x\" { }\n" STATES, "without 'when'"},
	};
	(void)state;
	struct error err;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct source *source = open_text(cases[i][0], NULL, &err);
		if (source || !strstr(err.text, cases[i][1]))
			fail_msg("case %zu: %s", i, source ? "was taken" : err.text);
	}
	struct pseudonym pseudonym = {0};
	assert_null(source_open(&(struct source_options){.name = "nobody", .pseudonym = &pseudonym}, &err));
	assert_non_null(strstr(err.text, "zammad"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_lead_to_texts),
		cmocka_unit_test(forms_are_documents),
		cmocka_unit_test(bad_documents_are_refused),
		cmocka_unit_test(known_ignored_or_unknown),
		cmocka_unit_test(what_is_wrong_is_said_without_values),
		cmocka_unit_test(each_element_is_a_row),
		cmocka_unit_test(what_is_remembered_is_of_the_commit),
		cmocka_unit_test(the_oldest_are_forgotten),
		cmocka_unit_test(mappings_are_checked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
