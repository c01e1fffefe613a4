/* The report of a journal: its figures are the engine's, whatever the form; what comes from outside stays text in each of them. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/instant.h"
#include "base/memory.h"
#include "base/words.h"
#include "journal/journal.h"
#include "journal/record.h"
#include "report/report.h"
#include "tests/redis_day.h"

#include <cmocka.h> /* last: it makes a macro of fail */

#define HOSTILE "<script>alert(1)</script>|*x*\"="

struct scene {
	struct settings *settings;
	struct zone *zone;
	char directory[80];
	struct chronicle *chronicle;
	struct chronicle_look look;
	struct report *report;
};

static void told(void *context, const struct record *record, struct view payload)
{
	struct wire_buffer room = {0};
	struct frame frame = record_frame(record, payload, &room);
	assert_int_equal(journal_append(context, &frame), JOURNAL_OK);
	wire_buffer_finish(&room);
}

/* A contact in a queue of an evil name, and one note that is no better. */
static void add_hostile(struct journal *journal, uint64_t lsn, int64_t at)
{
	char text[600];
	struct wire_buffer events = {0}, whole = {0};
	struct batch batch = {0};
	struct event event = {.type = EVENT_CONTACT_QUEUED, .ts = at, .present = KEY_BIT(KEY_CONTACT) | KEY_BIT(KEY_QUEUE) | KEY_BIT(KEY_CHANNEL)};
	event.text[KEY_CONTACT] = view_of("c-evil");
	event.text[KEY_QUEUE] = view_of(HOSTILE);
	event.text[KEY_CHANNEL] = view_of("phone");
	wire_encode_event(&events, &event);
	struct event note = {.type = EVENT_NOTE_POSTED, .ts = at, .present = KEY_BIT(KEY_TEXT) | KEY_BIT(KEY_BY)};
	snprintf(text, sizeof text, "%s &amp; <b>deploy</b>", HOSTILE);
	note.text[KEY_TEXT] = view_of(text);
	note.text[KEY_BY] = view_of("Ana Kowalska");
	wire_encode_event(&events, &note);
	const struct wire_header header = {.src = view_of("evil"), .boot = 1, .seq = 1, .sent = at};
	wire_encode_batch(&whole, &header, 2, events.data, events.size);
	assert_int_equal(wire_decode(whole.data, whole.size, &batch, NULL), FAULT_NONE);
	const struct record record = {.kind = RECORD_BATCH, .lsn = lsn, .recv = at, .batch = &batch};
	told(journal, &record, (struct view){(const char *)whole.data, whole.size});
	batch_finish(&batch);
	wire_buffer_finish(&events);
	wire_buffer_finish(&whole);
}

static void write_journal(struct scene *scene)
{
	struct error err;
	struct redis_day day;
	const struct journal_options options = journal_options();
	struct journal *journal = journal_open(scene->directory, &options, &err);
	struct engine *engine = redis_day_engine(scene->settings);
	assert_non_null(journal);
	redis_day_start(&day, 7);
	day.punctual = true;
	day.recv = DAY_START - 2 * HOUR_MS;
	day.told = told;
	day.context = journal;
	redis_day_play(&day, engine, 12000);
	add_hostile(journal, day.lsn + 1, day.recv);
	assert_true(journal_close(journal, &err));
	redis_day_finish(&day);
	engine_destroy(engine);
}

static int open_scene(void **context)
{
	struct scene *scene = memory_new(1, sizeof *scene);
	struct error err;
	snprintf(scene->directory, sizeof scene->directory, "/tmp/tablo-report-XXXXXX");
	assert_non_null(mkdtemp(scene->directory));
	scene->settings = redis_day_settings();
	scene->zone = zone_open("UTC", &err);
	write_journal(scene);
	const struct chronicle_options wanted = {.journal = scene->directory, .settings = scene->settings, .scope = SCOPE_ALL, .from = INT64_MIN,
		.to = INT64_MAX};
	scene->chronicle = chronicle_open(&wanted, &err);
	assert_non_null(scene->chronicle);
	assert_true(chronicle_wait(scene->chronicle, &err));
	scene->look = chronicle_enter(scene->chronicle);
	static const struct report_mark mark = {DAY_START, "the <deploy>"};
	const int64_t from = DAY_START - 2 * HOUR_MS - (DAY_START - 2 * HOUR_MS) % QUARTER_MS;
	const struct report_options options = {.name = "journal <x>", .settings = scene->settings, .zone = scene->zone, .from = from,
		.to = from + 8 * HOUR_MS, .by = 30 * MINUTE_MS, .formula = SL_FORMULA_SL2SV, .marks = &mark, .mark_count = 1};
	scene->report = report_create(&options, &scene->look);
	*context = scene;
	return 0;
}

static int close_scene(void **context)
{
	struct scene *scene = *context;
	char words[120];
	report_destroy(scene->report);
	chronicle_leave(scene->chronicle);
	chronicle_close(scene->chronicle);
	snprintf(words, sizeof words, "rm -rf %s", scene->directory);
	assert_int_equal(system(words), 0);
	zone_close(scene->zone);
	settings_destroy(scene->settings);
	free(scene);
	return 0;
}

static char *written(const struct scene *scene, const char *name)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	for (const struct report_format *format = report_formats; format->name; format++)
		if (strcmp(format->name, name) == 0)
			format->write(scene->report, to);
	fclose(to);
	assert_true(size > 1000);
	return text;
}

static int64_t offered_in_all(const struct scene *scene)
{
	struct figure figures[METRICS_MOST];
	report_figures(scene->report, SCOPE_ALL, scene->report->options.from, scene->report->options.to, figures);
	const struct figure *offered = &figures[metric_find("offered")];
	assert_true(offered->known && offered->numerator > 300);
	return offered->numerator / offered->denominator;
}

/* The intervals of everything sum to the whole, in CSV and in JSON. */
static void test_intervals_sum_to_the_whole(void **context)
{
	const struct scene *scene = *context;
	char *csv = written(scene, "csv"), *rest = NULL;
	int64_t sum = 0;
	assert_int_equal(strncmp(csv, "from,to,queue,channel,", 22), 0);
	int column = 0, wanted = -1;
	char *head = strdup(strtok_r(csv, "\r\n", &rest)), *more = NULL;
	for (char *name = strtok_r(head, ",", &more); name; name = strtok_r(NULL, ",", &more), column++)
		if (strcmp(name, "offered") == 0)
			wanted = column;
	assert_true(wanted > 3);
	for (char *line = strtok_r(NULL, "\r\n", &rest); line; line = strtok_r(NULL, "\r\n", &rest)) {
		char *field = line;
		if (!strstr(line, ",\"\",\"\","))
			continue;
		for (int i = 0; i < wanted; i++)
			field = strchr(field, ',') + 1;
		sum += strtoll(field, NULL, 10);
	}
	assert_int_equal(sum, offered_in_all(scene));
	free(head);
	free(csv);
}

static void test_json_is_whole(void **context)
{
	const struct scene *scene = *context;
	char *text = written(scene, "json");
	json_t *json = json_loads(text, 0, NULL), *interval;
	size_t i;
	assert_non_null(json);
	int64_t sum = 0;
	json_array_foreach(json_object_get(json, "intervals"), i, interval) {
		json_t *all = json_array_get(json_object_get(interval, "scopes"), 0);
		sum += json_integer_value(json_object_get(json_object_get(all, "figures"), "offered"));
	}
	assert_int_equal(sum, offered_in_all(scene));
	assert_int_equal(json_array_size(json_object_get(json, "intervals")), 16);
	assert_true(json_array_size(json_object_get(json, "incidents")) > 10);
	assert_int_equal(json_array_size(json_object_get(json, "marks")), 1);
	const json_t *topics = json_object_get(json, "topics");
	const struct period period = {scene->report->options.from - 1, scene->report->options.to - 1, 0, 0};
	struct list_topic first;
	assert_int_equal(list_topics(scene->look.engine, &period, &first, 1, NULL), 1);
	assert_true(json_array_size(topics) > 2 && first.recontacts > 0);
	assert_string_equal(json_string_value(json_object_get(json_array_get(topics, 0), "name")), first.name);
	assert_int_equal(json_integer_value(json_object_get(json_array_get(topics, 0), "recontacts")), first.recontacts);
	assert_int_equal(json_integer_value(json_object_get(json_array_get(topics, 0), "contacts")), first.contacts);
	json_decref(json);
	free(text);
}

/* Every tag that is opened is closed, and nothing from outside opens one. */
static void test_html_is_well_formed(void **context)
{
	const struct scene *scene = *context;
	char *html = written(scene, "html");
	static const char *const tags[] = {"table", "tr", "td", "th", "ul", "li", "svg", "figure", "h2", "p", "title", "text", "body"};
	assert_null(strstr(html, "<script"));
	assert_null(strstr(html, "<b>"));
	assert_null(strstr(html, "http://"));
	assert_null(strstr(html, "https://"));
	assert_non_null(strstr(html, "&lt;script&gt;"));
	assert_non_null(strstr(html, "the &lt;deploy&gt;"));
	/* Times stand at whole hours, and half of an axis is a figure of its own. */
	assert_null(strstr(html, ":07</text>"));
	assert_non_null(strstr(html, ":00</text>"));
	assert_non_null(strstr(html, ">50 %</text>"));
	for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
		char open[20], opened[20], closed[20];
		int balance = 0;
		snprintf(open, sizeof open, "<%s>", tags[i]);
		snprintf(opened, sizeof opened, "<%s ", tags[i]);
		snprintf(closed, sizeof closed, "</%s>", tags[i]);
		for (const char *at = html; (at = strchr(at, '<')); at++)
			balance += (strncmp(at, open, strlen(open)) == 0 || strncmp(at, opened, strlen(opened)) == 0) - (strncmp(at, closed, strlen(closed)) == 0);
		if (balance)
			fail_msg("<%s>: %d more opened than closed", tags[i], balance);
	}
	free(html);
}

static void test_markdown_and_csv_keep_texts_as_texts(void **context)
{
	const struct scene *scene = *context;
	char *text = written(scene, "md"), *csv = written(scene, "csv");
	for (const char *at = text; (at = strchr(at, '<')); at++)
		assert_int_equal(at[-1], '\\');
	assert_non_null(strstr(text, "\\<script\\>"));
	assert_non_null(strstr(text, "## What came first"));
	assert_non_null(strstr(text, "## Conduct"));
	assert_non_null(strstr(text, "came again"));
	assert_null(strstr(text, "Kowalska"));
	assert_non_null(strstr(csv, "|*x*\"\"="));
	free(text);
	free(csv);
}

static void test_people_read_it_in_their_language(void **context)
{
	const struct scene *scene = *context;
	static const char *const english[] = {"| in all", "By interval", "By queue", "counted by", "events lost", "What came first",
		"conduct: step", "out of turn", "OFFERED", "came again", "Most waiting", "Longest wait"};
	setlocale(LC_ALL, "C.UTF-8");
	setlocale(LC_NUMERIC, "C");
	char *before = written(scene, "md"), *csv = written(scene, "csv");
	words_open("ru");
	char *text = written(scene, "md"), *html = written(scene, "html"), *same = written(scene, "csv");
	words_open("en");
	char *after = written(scene, "md");
	for (size_t i = 0; i < sizeof english / sizeof *english; i++)
		if (strstr(text, english[i]))
			fail_msg("\"%s\" is English still: %.60s", english[i], strstr(text, english[i]));
	assert_non_null(strstr(before, "in all"));
	assert_non_null(strstr(text, "## Что случилось сначала"));
	assert_non_null(strstr(text, "| ПОСТУПИЛО |"));
	assert_non_null(strstr(text, "поведение: шаг 1 (просьба)"));
	assert_non_null(strstr(html, "<html lang=\"ru\">"));
	assert_non_null(strstr(html, "<h2>Ход событий</h2>"));
	assert_string_equal(before, after);
	assert_string_equal(csv, same);
	free(before);
	free(csv);
	free(text);
	free(html);
	free(same);
	free(after);
}

/* Three weeks of minutes: quiet, and in the last one first more offered, then nobody free, then waits. */
static void test_what_came_first_is_told_in_its_order(void **context)
{
	(void)context;
	enum { WEEKS = 3, MINUTES = WEEKS * 7 * 24 * 60 };
	const int64_t monday = INT64_C(1700438400000);
	struct chronicle_minute *minutes = memory_new(MINUTES, sizeof *minutes);
	const int begin = 2 * 7 * 24 * 60 + 10 * 60;
	for (int i = 0; i < MINUTES; i++) {
		minutes[i].start = monday + i * MINUTE_MS;
		for (int m = 0; m < CHRONICLE_METRICS; m++)
			minutes[i].value[m] = INT64_MIN;
		const bool bad = i >= begin + 31 && i < begin + 90;
		minutes[i].value[chronicle_metric("offered")] = 10000 * (bad ? 2 : 1);
		minutes[i].value[chronicle_metric("agents_free")] = i >= begin + 38 && i < begin + 90 ? 0 : (5 + i % 2) * 1000;
		minutes[i].value[chronicle_metric("longest_wait")] = i >= begin + 41 && i < begin + 95 ? 200000 : 20000 + i % 5 * 1000;
		minutes[i].value[chronicle_metric("queue_depth")] = i >= begin + 45 && i < begin + 95 ? 30000 : 2000;
		minutes[i].value[chronicle_metric("answered")] = 10000;
	}
	struct onset onsets[ONSETS_MOST];
	enum onset_basis basis;
	char text[160];
	static const char *const order[] = {"offered", "agents_free", "longest_wait", "queue_depth"};
	static const int minute[] = {31, 38, 41, 45};
	const int64_t from = monday + begin * MINUTE_MS;
	const int count = onsets_find(minutes, MINUTES, from, from + 2 * HOUR_MS, onsets, &basis);
	assert_int_equal(count, 4);
	assert_int_equal(basis, ONSET_EARLIER_WEEKS);
	for (int i = 0; i < 4; i++) {
		assert_string_equal(chronicle_metrics[onsets[i].metric], order[i]);
		/* Up to the five minutes that are put together. */
		assert_in_range((onsets[i].at - from) / MINUTE_MS, minute[i], minute[i] + 5);
		assert_false(onsets[i].before);
	}
	onset_text(&onsets[0], text, sizeof text);
	assert_string_equal(text, "offered 100 in 5 min (normally 50)");
	onset_text(&onsets[1], text, sizeof text);
	assert_non_null(strstr(text, " 0 (normally 5)"));
	/* What left its band is not said to have stayed, nor what nobody told of; what was as ever is. */
	int stayed[ONSETS_MOST];
	assert_int_equal(onsets_missing(minutes, MINUTES, from, from + 2 * HOUR_MS, onsets, count, stayed), 0);
	assert_int_equal(onsets_missing(minutes, MINUTES, from, from + 2 * HOUR_MS, onsets, 2, stayed), 2);
	assert_string_equal(chronicle_metrics[stayed[0]], "queue_depth");
	/* A quiet week has none; the first has only later ones to compare with. */
	assert_int_equal(onsets_find(minutes, MINUTES, from - 7 * DAY_MS, from - 7 * DAY_MS + 2 * HOUR_MS, onsets, &basis), 0);
	assert_int_equal(onsets_find(minutes, MINUTES, from - 14 * DAY_MS, from - 14 * DAY_MS + HOUR_MS, onsets, &basis), 0);
	assert_int_equal(basis, ONSET_OTHER_WEEKS);
	free(minutes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_intervals_sum_to_the_whole), cmocka_unit_test(test_json_is_whole), cmocka_unit_test(test_html_is_well_formed),
		cmocka_unit_test(test_markdown_and_csv_keep_texts_as_texts), cmocka_unit_test(test_people_read_it_in_their_language),
		 cmocka_unit_test(test_what_came_first_is_told_in_its_order),
	};
	return cmocka_run_group_tests(tests, open_scene, close_scene);
}
