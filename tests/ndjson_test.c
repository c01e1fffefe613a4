/* Lines of JSON into encoded events and back. */
#include "feed/ndjson.h"
#include "wire_samples.h"

static struct ndjson_reader *reader;
static struct wire_buffer bytes;
static struct event event;
static struct error err;

static int begin(void **state)
{
	(void)state;
	reader = ndjson_reader_create();
	return 0;
}

static int finish(void **state)
{
	(void)state;
	ndjson_reader_destroy(reader);
	ndjson_reader_destroy(NULL);
	wire_buffer_finish(&bytes);
	return 0;
}

static bool read_view(struct view line)
{
	err.text[0] = 0;
	bytes.size = 0;
	bool is_read = ndjson_read(reader, line, &bytes, &event, &err);
	assert_true(is_read == (bytes.size > 0));
	assert_true(is_read || err.text[0]);
	return is_read;
}

/* In a room of its own size, so that a byte read too far is seen. */
static bool read_line(const char *line)
{
	size_t size = strlen(line);
	char *copy = malloc(size ? size : 1);
	assert_non_null(copy);
	memcpy(copy, line, size);
	bool is_read = read_view((struct view){copy, size});
	free(copy);
	return is_read;
}

/* Decodes what the last line was encoded to. */
static void decode_bytes(struct batch *batch, struct wire_buffer *payload)
{
	wire_encode_batch(payload, &(struct wire_header){.sent = INT64_MIN}, 1, bytes.data, bytes.size);
	assert_int_equal(wire_decode(payload->data, payload->size, batch, NULL), FAULT_NONE);
	assert_int_equal(batch->count, 1);
}

static void assert_line(const char *line, const char *written)
{
	assert_true(read_line(line));
	struct batch batch = {0};
	struct wire_buffer payload = {0}, text = {0};
	decode_bytes(&batch, &payload);
	assert_same_event(&event, &batch.events[0]);
	ndjson_write(&text, &batch.events[0]);
	assert_int_equal(text.size, strlen(written));
	assert_memory_equal(text.data, written, text.size);
	/* What is written is read again, and written alike. */
	assert_true(read_view((struct view){(const char *)text.data, text.size}));
	text.size = 0;
	ndjson_write(&text, &event);
	assert_int_equal(text.size, strlen(written));
	assert_memory_equal(text.data, written, text.size);
	wire_buffer_finish(&text);
	wire_buffer_finish(&payload);
	batch_finish(&batch);
}

static void reads_and_writes(void **state)
{
	(void)state;
	assert_line("{\"type\":\"contact.queued\",\"ts\":1790000000000,\"priority\":2,\"contact\":\"c1\",\"queue\":\"Billing\",\"channel\":\"phone\"}",
		"{\"ts\": 1790000000000, \"type\": \"contact.queued\", \"contact\": \"c1\", \"queue\": \"Billing\", \"channel\": \"phone\", \"priority\": 2}\n");
	assert_line("{\"ts\":\"2026-11-20T14:05:00.250+03:00\",\"type\":\"survey.answered\",\"survey\":\"s\",\"kind\":\"csat\",\"score\":4.5,\"min\":1,\"max\":5.0}",
		"{\"ts\": 1795172700250, \"type\": \"survey.answered\", \"survey\": \"s\", \"kind\": \"csat\", \"score\": 4.5, \"min\": 1, \"max\": 5}\n");
	assert_line("{\"ts\":1.79e12,\"type\":\"case.assigned\",\"case\":\"1\",\"agent\":null,\"team\":null}",
		"{\"ts\": 1790000000000, \"type\": \"case.assigned\", \"case\": \"1\", \"agent\": null}\n");
	assert_line("{\"ts\":5,\"type\":\"agent.state\",\"agent\":\"a\",\"state\":\"away\",\"until\":\"2026-11-20T14:05:00Z\",\"later\":{\"a\":[1]}}",
		"{\"ts\": 5, \"type\": \"agent.state\", \"agent\": \"a\", \"state\": \"away\", \"until\": 1795183500000}\n");
	assert_line("{\"ts\":5,\"type\":\"agent.member\",\"agent\":\"a\",\"queue\":\"q\",\"in\":false,\"snapshot\":true}",
		"{\"ts\": 5, \"type\": \"agent.member\", \"queue\": \"q\", \"agent\": \"a\", \"in\": false, \"snapshot\": true}\n");
	assert_line("{\"ts\":5,\"type\":\"snapshot.begin\",\"scope\":\"\"}", "{\"ts\": 5, \"type\": \"snapshot.begin\", \"scope\": \"\"}\n");
}

static void writes_calendars(void **state)
{
	(void)state;
	assert_line("{\"ts\":5,\"type\":\"calendar.defined\",\"calendar\":\"c\",\"zone\":\"Europe/Berlin\",\"holidays\":[\"2026-12-25\",\"2026-12-26\"],"
		    "\"week\":[[[540,720],[780,1080]],[],[],[],[],[],[[0,1440]]]}",
		"{\"ts\": 5, \"type\": \"calendar.defined\", \"calendar\": \"c\", \"zone\": \"Europe/Berlin\", \"week\": [[[540, 720], [780, 1080]], "
		"[], [], [], [], [], [[0, 1440]]], \"holidays\": [\"2026-12-25\", \"2026-12-26\"]}\n");
	assert_false(read_line("{\"ts\":5,\"type\":\"calendar.defined\",\"calendar\":\"c\",\"zone\":\"UTC\",\"holidays\":[\"25.12.\"],\"week\":[[],[],[],[],[],[],[]]}"));
	assert_string_equal(err.text, "holidays is not a list of texts such as \"2026-12-25\"");
	assert_false(read_line("{\"ts\":5,\"type\":\"calendar.defined\",\"calendar\":\"c\",\"zone\":\"UTC\",\"holidays\":[],\"week\":[[1.5]]}"));
	assert_non_null(strstr(err.text, "week is not"));
}

static void escapes_what_terminals_obey(void **state)
{
	(void)state;
	event = (struct event){.type = EVENT_NOTE_POSTED, .ts = 5, .present = event_types[EVENT_NOTE_POSTED].required};
	static const char text[] = "\"\\/\b\n\t\x01\x1b[2J\x00\x7f\xc2\x9b\xe2\x80\xae\xff\xc3\xa9\xf0\x9f\x98\x80";
	event.text[KEY_TEXT] = (struct view){text, sizeof text - 1};
	event.text[KEY_BY] = view_of("lead");
	struct wire_buffer line = {0};
	ndjson_write(&line, &event);
	static const char expected[] = "{\"ts\": 5, \"type\": \"note.posted\", \"by\": \"lead\", \"text\": \"\\\"\\\\/\\u0008\\n\\t\\u0001\\u001b[2J\\u0000\\u007f"
				       "\\u009b\\u202e\xef\xbf\xbd\xc3\xa9\xf0\x9f\x98\x80\"}\n";
	assert_int_equal(line.size, sizeof expected - 1);
	assert_memory_equal(line.data, expected, line.size);
	assert_true(read_view((struct view){(const char *)line.data, line.size}));
	/* The same text but for the byte that was no UTF-8. */
	assert_int_equal(event_text(&event, KEY_TEXT).size, sizeof text - 1 + 2);
	wire_buffer_finish(&line);
}

static void assert_refused(const char *line, const char *message)
{
	assert_false(read_line(line));
	if (!strstr(err.text, message))
		print_error("'%s' is not in '%s'\n", message, err.text);
	assert_non_null(strstr(err.text, message));
}

static void says_what_is_wrong(void **state)
{
	(void)state;
	assert_refused("", "not JSON");
	assert_refused("{\"ts\":5,", "not JSON");
	assert_refused("[]", "no object");
	assert_refused("{}", "type is missing");
	assert_refused("{\"type\":5,\"ts\":5}", "type is not a text");
	assert_refused("{\"type\":\"contact.held\"}", "ts is missing");
	assert_refused("{\"type\":\"contact.held\",\"ts\":true}", "ts is neither");
	assert_refused("{\"type\":\"contact.held\",\"ts\":-5}", "ts is not a time");
	assert_refused("{\"type\":\"contact.held\",\"ts\":\"2026-11-20T14:05\"}", "ts is '2026-11-20T14:05'; write it as");
	assert_refused("{\"type\":\"contact.held\",\"ts\":\"now\"}", "ts is 'now'");
	assert_refused("{\"type\":\"contact.held\",\"ts\":\"2026-13-20T14:05:00Z\"}", "ts is '2026-13-20T14:05:00Z'");
	assert_refused("{\"type\":\"contact.held\",\"ts\":5,\"contact\":\"c\"}", "contact.held: agent is missing");
	assert_refused("{\"type\":\"contact.held\",\"ts\":5,\"contact\":7,\"agent\":\"a\"}", "contact is not a text of at most 64 bytes");
	assert_refused("{\"type\":\"contact.worked\",\"ts\":5,\"contact\":\"c\",\"agent\":\"a\",\"work_ms\":-1}", "work_ms is not a whole number from 0");
	assert_refused("{\"type\":\"agent.help\",\"ts\":5,\"agent\":\"a\",\"on\":\"yes\"}", "on is neither true nor false");
	assert_refused("{\"type\":\"review.scored\",\"ts\":5,\"agent\":\"a\",\"case\":\"1\",\"score\":\"5\"}", "score is not a number");
	assert_refused("{\"type\":\"agent.state\",\"ts\":5,\"agent\":\"a\",\"state\":\"lunch\"}",
		"agent.state: state is 'lunch'; it can be available, away, offline");
	assert_refused("{\"type\":\"conduct.step\",\"ts\":5,\"agent\":\"a\",\"contact\":\"c\",\"step\":\"end\"}",
		"step is 'end'; it can be request, demand, warning, ended");
	assert_refused("{\"type\":\"contact.held\",\"ts\":5,\"ts\":6,\"contact\":\"c\",\"agent\":\"a\"}", "duplicate");
	assert_refused("{\"type\":\"agent.state\",\"ts\":5,\"agent\":\"a\",\"state\":\"x\\u001b[2J\"}", "state is 'x");
	assert_null(strchr(err.text, '\x1b'));
}

static void suggests_a_type(void **state)
{
	(void)state;
	assert_refused("{\"type\":\"contact.que\",\"ts\":5}", "no event type is called 'contact.que'; did you mean 'contact.queued'?");
	assert_refused("{\"type\":\"contact.queud\",\"ts\":5}", "did you mean 'contact.queued'?");
	assert_refused("{\"type\":\"contcat.left\",\"ts\":5}", "did you mean 'contact.left'?");
	assert_refused("{\"type\":\"contact.anwserd\",\"ts\":5}", "did you mean 'contact.answered'?");
	assert_refused("{\"type\":\"sla.meet\",\"ts\":5}", "did you mean 'sla.met'?");
	assert_refused("{\"type\":\"Contact.left\",\"ts\":5}", "did you mean 'contact.left'?");
}

static void passes_unknown_types_on(void **state)
{
	(void)state;
	static const char *const names[] = {"contact.parked", "contact.merged", "robot.died", "x", "call.outbound", "."};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char line[200];
		snprintf(line, sizeof line, "{\"type\":\"%s\",\"ts\":5,\"queue\":\"q\",\"agent\":7}", names[i]);
		assert_true(read_line(line));
		assert_int_equal(event.type, EVENT_UNKNOWN);
		assert_true(view_is(event.type_name, names[i]));
		struct batch batch = {0};
		struct wire_buffer payload = {0};
		decode_bytes(&batch, &payload);
		assert_int_equal(batch.events[0].fault, FAULT_UNKNOWN_EVENT);
		assert_int_equal(batch.events[0].present, KEY_BIT(KEY_QUEUE));
		wire_buffer_finish(&payload);
		batch_finish(&batch);
	}
}

static void bounds_lines(void **state)
{
	(void)state;
	static const char start[] = "{\"type\":\"contact.held\",\"ts\":5,\"contact\":\"c\",\"agent\":\"a\",\"x\":\"";
	size_t size = 256 * 1024;
	char *line = malloc(size + 2);
	assert_non_null(line);
	for (size_t more = 0; more < 2; more++) {
		memset(line, 'x', size + 1);
		memcpy(line, start, sizeof start - 1);
		memcpy(line + size + more - 2, "\"}", 2);
		assert_true(read_view((struct view){line, size + more}) == (more == 0));
	}
	assert_non_null(strstr(err.text, "longer than 256 KiB"));
	memset(line, '[', size);
	assert_false(read_view((struct view){line, size}));
	assert_non_null(strstr(err.text, "nested deeper than 8"));
	free(line);
	assert_true(read_line("{\"type\":\"contact.held\",\"ts\":5,\"contact\":\"[[[[[[[[[[[\\\"[[[[[[[[[[[\",\"agent\":\"a\"}"));
}

static void keeps_every_type(void **state)
{
	(void)state;
	struct sample sample;
	struct batch batch = {0}, again = {0};
	sample_begin(&sample);
	sample_header(&sample, EVENT_TYPE_COUNT);
	for (int type = 0; type < EVENT_TYPE_COUNT; type++)
		sample_event(&sample, type, event_types[type].allowed, -1);
	assert_int_equal(sample_decode(&sample, &batch), FAULT_NONE);
	for (uint32_t i = 0; i < batch.count; i++) {
		struct wire_buffer line = {0}, payload = {0};
		ndjson_write(&line, &batch.events[i]);
		assert_true(read_view((struct view){(const char *)line.data, line.size}));
		decode_bytes(&again, &payload);
		assert_same_event(&batch.events[i], &again.events[0]);
		wire_buffer_finish(&line);
		wire_buffer_finish(&payload);
	}
	sample_end(&sample);
	batch_finish(&batch);
	batch_finish(&again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_and_writes),
		cmocka_unit_test(writes_calendars),
		cmocka_unit_test(escapes_what_terminals_obey),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(suggests_a_type),
		cmocka_unit_test(passes_unknown_types_on),
		cmocka_unit_test(bounds_lines),
		cmocka_unit_test(keeps_every_type),
	};
	return cmocka_run_group_tests(tests, begin, finish);
}
