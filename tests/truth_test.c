/* A month of a bank's calls, folded, against figures that were computed apart from this program. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/input.h"
#include "base/instant.h"
#include "base/memory.h"
#include "metrics/engine.h"
#include "metrics/lists.h"
#include "metrics/query.h"

#include <cmocka.h> /* last: its macro fail() would hide ours */

#define BATCH_MOST 256
#define FIELDS 24
#define AGENT_NONE "NO_SERVER"

/* ---- files ---- */

static char *path_of(const char *name)
{
	const char *folder = getenv("TABLO_DATA");
	char *path = memory_format("%s/anonbank-1999-08/%s", folder && *folder ? folder : "../shared/data", name);
	if (access(path, R_OK) == 0)
		return path;
	free(path);
	return NULL;
}

static struct input *open_data(const char *name)
{
	char *path = path_of(name);
	assert_non_null(path);
	struct error err = {""};
	struct input *input = input_open(path, &err);
	free(path);
	if (!input)
		fail_msg("%s", err.text);
	return input;
}

/* The fields of the next line; 0: no more. */
static int next_row(struct input *input, struct view *fields)
{
	struct view line;
	struct error err = {""};
	if (input_next(input, &line, &err) != INPUT_LINE)
		return 0;
	int n = 0;
	for (size_t from = 0; n < FIELDS; n++) {
		const char *comma = memchr(line.data + from, ',', line.size - from);
		size_t end = comma ? (size_t)(comma - line.data) : line.size;
		fields[n] = (struct view){line.data + from, end - from};
		if (!comma)
			return n + 1;
		from = end + 1;
	}
	return n;
}

static int64_t number(struct view field)
{
	char text[32];
	view_copy(field, text, sizeof text);
	return strtoll(text, NULL, 10);
}

static int64_t instant(struct view field)
{
	int64_t at = 0;
	struct error err = {""};
	struct zone *zone = zone_open("UTC", &err);
	assert_non_null(zone);
	assert_true(instant_parse(field, zone, 0, &at, &err));
	zone_close(zone);
	return at;
}

/* ---- the month, event by event ---- */

struct month {
	struct settings *settings;
	struct engine *engine;
	struct input *input;
	struct event events[BATCH_MOST];
	char texts[BATCH_MOST][4][64];
	struct batch batch;
	uint64_t lsn, seq;
	struct event pending; /* read, not yet applied */
	char pending_texts[4][64];
	bool more;
};

static void set_text(struct event *event, enum event_key key, struct view value, char *room)
{
	if (!value.size)
		return;
	view_copy(value, room, 64);
	event->text[key] = view_of(room);
	event->present |= KEY_BIT(key);
}

static void set_number(struct event *event, enum event_key key, int64_t value)
{
	event->number[key - KEY_TEXT_COUNT] = value;
	event->present |= KEY_BIT(key);
}

static void set_word(struct event *event, enum event_key key, uint8_t value)
{
	event->word[key] = value;
	event->present |= KEY_BIT(key);
}

/* ts,iso,event,call,queue,customer,priority,agent,wait_s,talk_s */
static void read_event(struct month *month)
{
	struct view row[FIELDS];
	struct event *event = &month->pending;
	memset(event, 0, sizeof *event);
	month->more = next_row(month->input, row) >= 10;
	if (!month->more)
		return;
	event->ts = number(row[0]) * SECOND_MS;
	set_text(event, KEY_CONTACT, row[3], month->pending_texts[0]);
	if (view_is(row[2], "offered")) {
		event->type = EVENT_CONTACT_QUEUED;
		set_text(event, KEY_QUEUE, row[4], month->pending_texts[1]);
		set_text(event, KEY_CUSTOMER, row[5], month->pending_texts[2]);
		set_word(event, KEY_CHANNEL, CHANNEL_PHONE);
	} else if (view_is(row[2], "answered")) {
		event->type = EVENT_CONTACT_ANSWERED;
		set_number(event, KEY_WAIT_MS, number(row[8]) * SECOND_MS);
	} else if (view_is(row[2], "abandoned")) {
		event->type = EVENT_CONTACT_LEFT;
		set_word(event, KEY_WHY, LEFT_ABANDONED);
		set_number(event, KEY_WAIT_MS, number(row[8]) * SECOND_MS);
	} else {
		event->type = EVENT_CONTACT_RELEASED;
		set_word(event, KEY_BY, RELEASED_CUSTOMER);
		set_number(event, KEY_TALK_MS, number(row[9]) * SECOND_MS);
		set_number(event, KEY_WRAP_MS, 0);
	}
	if (row[7].size && !view_is(row[7], AGENT_NONE))
		set_text(event, KEY_AGENT, row[7], month->pending_texts[3]);
}

/* Moves the pending event into the batch; its texts move along. */
static void take_pending(struct month *month)
{
	uint32_t at = month->batch.count++;
	struct event *event = &month->events[at];
	*event = month->pending;
	memcpy(month->texts[at], month->pending_texts, sizeof month->pending_texts);
	static const enum event_key keys[4] = {KEY_CONTACT, KEY_QUEUE, KEY_CUSTOMER, KEY_AGENT};
	for (int i = 0; i < 4; i++)
		if (event_has(event, keys[i]))
			event->text[keys[i]] = view_of(month->texts[at][i]);
	read_event(month);
}

static void apply_record(struct month *month, enum record_kind kind, int64_t recv)
{
	struct record record = {.kind = kind, .lsn = ++month->lsn, .recv = recv, .batch = &month->batch};
	engine_apply(month->engine, &record);
}

/* Everything that happened at `until` or before, a batch for each second; then the clock stands at `until`. */
static void play(struct month *month, int64_t until)
{
	while (month->more && month->pending.ts <= until) {
		int64_t ts = month->pending.ts;
		month->batch = (struct batch){.src = view_of("bank"), .boot = 1, .seq = month->seq + 1, .sent = ts, .events = month->events};
		while (month->more && month->pending.ts == ts && month->batch.count < BATCH_MOST)
			take_pending(month);
		month->seq += month->batch.count;
		apply_record(month, RECORD_BATCH, ts);
	}
	apply_record(month, RECORD_CLOCK, until);
}

static struct month *month_create(const char *match)
{
	static const char *const values[][2] = {{"zone", "UTC"}, {"history_days", "35"}, {"short_abandon", "20s"}, {"fcr_from", "queued"}};
	struct month *month = memory_new(1, sizeof *month);
	struct error err = {""};
	month->settings = settings_create();
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
		if (!settings_set(month->settings, values[i][0], values[i][1], &err))
			fail_msg("%s", err.text);
	assert_true(settings_set(month->settings, "fcr_match", match, &err));
	assert_int_equal(month->settings->target[CHANNEL_PHONE], 20 * SECOND_MS);
	month->engine = engine_create(month->settings, &err);
	assert_non_null(month->engine);
	month->input = open_data("events.csv.gz");
	struct view header[FIELDS];
	next_row(month->input, header);
	read_event(month);
	return month;
}

static void month_destroy(struct month *month)
{
	engine_destroy(month->engine);
	settings_destroy(month->settings);
	input_close(month->input);
	free(month);
}

/* The scope of a queue by its name, "ALL": everything. A queue nobody called yet: false. */
static bool scope_of(const struct engine *engine, struct view queue, struct scope *scope)
{
	*scope = SCOPE_ALL;
	if (view_is(queue, "ALL"))
		return true;
	char name[32], text[64];
	view_copy(queue, name, sizeof name);
	snprintf(text, sizeof text, "queue=%s", name);
	struct error err;
	return list_scope_parse(engine, text, scope, &err);
}

/* ---- comparing ---- */

static int differences;

static void compare(const struct view *row, struct view truth, const char *what, const char *ours)
{
	if (view_is(truth, ours))
		return;
	if (differences++ < 20)
		print_error("%.*s %.*s %s: %s, not %.*s\n", (int)row[0].size, row[0].data, (int)row[1].size, row[1].data, what, ours,
			(int)truth.size, truth.data);
}

static void compare_count(const struct view *row, struct view truth, const char *what, int64_t value)
{
	char text[32];
	snprintf(text, sizeof text, "%lld", (long long)value);
	compare(row, truth, what, text);
}

/* The quotient with so many digits, empty where there is none. */
static void compare_quotient(const struct view *row, struct view truth, const char *what, int64_t numerator, int64_t denominator, int digits)
{
	char text[64] = "";
	if (denominator)
		snprintf(text, sizeof text, "%.*f", digits, (double)numerator / (double)denominator);
	compare(row, truth, what, text);
}

static void compare_figure(const struct view *row, struct view truth, const char *name, const struct query *query, int digits)
{
	char text[64] = "";
	struct figure figure;
	int metric = metric_find(name);
	assert_true(metric >= 0);
	query_figure(query, metric, &figure);
	if (figure.known)
		snprintf(text, sizeof text, "%.*f", digits, figure_value(&metrics[metric], &figure));
	compare(row, truth, name, text);
}

/* ---- the tables ---- */

static void compare_instant(struct month *month, const struct view *row)
{
	static struct query query;
	struct scope scope;
	if (!scope_of(month->engine, row[1], &scope)) {
		for (int i = 2; i < 12; i++)
			assert_true(row[i].size == 0 || view_is(row[i], "0"));
		return;
	}
	query_run(&query, month->engine, scope, WINDOW_TODAY, BY_ARRIVAL, SL_FORMULA_SL2, false);
	compare_figure(row, row[2], "offered", &query, 0);
	compare_figure(row, row[3], "answered", &query, 0);
	compare_figure(row, row[4], "abandoned", &query, 0);
	compare_figure(row, row[5], "queue_depth", &query, 0);
	compare_count(row, row[6], "longest", query.gauges.longest_wait < 0 ? 0 : query.gauges.longest_wait / SECOND_MS);
	compare_figure(row, row[7], "busy", &query, 0);
	compare_figure(row, row[8], "service_level", &query, 4);
	compare_figure(row, row[9], "asa", &query, 3);
	compare_figure(row, row[10], "aht", &query, 3);
	compare_figure(row, row[11], "legs", &query, 0);
}

static void compare_peaks(struct month *month, struct input *peaks)
{
	static struct query query;
	struct view row[FIELDS];
	assert_int_equal(next_row(peaks, row), 5);
	query_run(&query, month->engine, SCOPE_ALL, WINDOW_TODAY, BY_OUTCOME, SL_FORMULA_SL2, false);
	compare_count(row, row[1], "depth peak", query.gauges.depth_peak);
	char text[40];
	struct error err;
	struct zone *zone = zone_open("UTC", &err);
	instant_format(query.gauges.depth_peak_at, zone, text, sizeof text);
	compare(row, row[2], "depth peak at", text);
	compare_count(row, row[3], "busy peak", query.gauges.busy_peak);
	instant_format(query.gauges.busy_peak_at, zone, text, sizeof text);
	compare(row, row[4], "busy peak at", text);
	zone_close(zone);
}

static void compare_percentile(const struct view *row, struct view truth, const struct query *query, int permille)
{
	int64_t ours = sketch_percentile(query->tally.value + KEY_WAIT_BINS, permille);
	if (!truth.size) {
		assert_int_equal(ours, -1);
		return;
	}
	int64_t theirs = number(truth) * SECOND_MS;
	if (llabs(ours - theirs) * 50 <= theirs)
		return;
	if (differences++ < 20)
		print_error("%.*s %.*s p%d: %lld, not %lld\n", (int)row[0].size, row[0].data, (int)row[1].size, row[1].data, permille / 10,
			(long long)ours, (long long)theirs);
}

static void compare_interval(const struct month *month, const struct view *row)
{
	static struct query query;
	struct scope scope;
	assert_true(scope_of(month->engine, row[1], &scope));
	int64_t from = instant(row[0]);
	query_interval(&query, month->engine, scope, from, from + 30 * MINUTE_MS, BY_ARRIVAL, SL_FORMULA_SLO);
	const int64_t *value = query.tally.value;
	int64_t offered = value[COUNT_OFFERED], answered = value[COUNT_ANSWERED], abandoned = value[COUNT_ABANDONED];
	compare_count(row, row[2], "offered", offered);
	compare_count(row, row[3], "answered", answered);
	compare_count(row, row[4], "abandoned", abandoned);
	compare_count(row, row[5], "answered in time", value[COUNT_ANSWERED_IN_TIME]);
	compare_count(row, row[6], "abandoned in time", value[COUNT_ABANDONED_IN_TIME]);
	compare_figure(row, row[7], "service_level", &query, 4);
	query.formula = SL_FORMULA_SL2S;
	compare_figure(row, row[8], "service_level", &query, 4);
	query.formula = SL_FORMULA_SL1;
	compare_figure(row, row[9], "service_level", &query, 4);
	compare_quotient(row, row[10], "abandoned of offered", abandoned, offered, 4);
	compare_figure(row, row[11], "asa", &query, 3);
	compare_quotient(row, row[12], "talk of answered", value[COUNT_TALK_MS], answered * 1000, 3);
	int64_t silent = value[KEY_HANDLE_BINS]; /* legs of 0 ms */
	compare_quotient(row, row[13], "talk over 0", value[COUNT_TALK_MS], (value[COUNT_LEGS] - silent) * 1000, 3);
	compare_count(row, row[14], "worst wait", value[COUNT_WORST_WAIT] / SECOND_MS);
	compare_percentile(row, row[15], &query, 500);
	compare_percentile(row, row[16], &query, 900);
	compare_percentile(row, row[17], &query, 950);
	compare_count(row, row[18], "waits", value[COUNT_WAIT_ANSWERED_MS] / SECOND_MS);
	compare_count(row, row[19], "talk", value[COUNT_TALK_MS] / SECOND_MS);
}

/* The value of a line of truth_summary.csv. */
static void summary_value(const char *name, char *to, size_t room)
{
	struct input *input = open_data("truth_summary.csv");
	struct view row[FIELDS];
	*to = 0;
	while (next_row(input, row) == 2)
		if (view_is(row[0], name))
			view_copy(row[1], to, room);
	input_close(input);
	assert_true(*to);
}

static void compare_fcr(const struct month *month, const char *eligible, const char *repeated, const char *ratio)
{
	static struct query query;
	char text[64], ours[64];
	query_run(&query, month->engine, SCOPE_ALL, WINDOW_35D, BY_ARRIVAL, SL_FORMULA_SL2, false);
	summary_value(eligible, text, sizeof text);
	assert_int_equal(query.tally.value[COUNT_FCR_SETTLED], strtoll(text, NULL, 10));
	summary_value(repeated, text, sizeof text);
	assert_int_equal(query.tally.value[COUNT_FCR_SETTLED] - query.tally.value[COUNT_FCR_KEPT], strtoll(text, NULL, 10));
	struct figure figure;
	query_figure(&query, metric_find("fcr"), &figure);
	snprintf(ours, sizeof ours, "%.4f", figure_value(&metrics[metric_find("fcr")], &figure));
	summary_value(ratio, text, sizeof text);
	assert_string_equal(ours, text);
}

#define MONTH_END INT64_C(936144000000) /* 1999-09-01T00:00:00Z */

static bool missing_data(void)
{
	char *path = path_of("events.csv.gz");
	free(path);
	return !path;
}

static void every_instant_of_the_wallboard(void **state)
{
	(void)state;
	if (missing_data())
		skip();
	struct month *month = month_create("customer");
	struct input *truth = open_data("truth_wallboard_instants.csv"), *peaks = open_data("truth_daily_peaks.csv");
	struct view row[FIELDS];
	next_row(peaks, row);
	next_row(truth, row);
	int64_t last = INT64_MIN;
	int rows = 0;
	differences = 0;
	for (; next_row(truth, row) == 12; rows++) {
		int64_t at = instant(row[0]);
		if (at != last)
			play(month, at);
		if (at != last && at % DAY_MS == 0)
			compare_peaks(month, peaks);
		last = at;
		compare_instant(month, row);
	}
	assert_int_equal(rows, 1085 * 7);
	assert_int_equal(differences, 0);
	input_close(truth);
	input_close(peaks);
	play(month, MONTH_END);
	compare_fcr(month, "fcr_eligible_answered", "repeat7_any_queue", "fcr7_any_queue");
	month_destroy(month);
}

static void every_half_hour_by_arrival(void **state)
{
	(void)state;
	if (missing_data())
		skip();
	struct month *month = month_create("queue");
	play(month, MONTH_END);
	compare_fcr(month, "fcr_eligible_answered", "repeat7_same_queue", "fcr7_same_queue");
	play(month, MONTH_END + HOUR_MS); /* the last calls end after midnight */
	struct input *truth = open_data("truth_intervals_30m.csv");
	struct view row[FIELDS];
	next_row(truth, row);
	differences = 0;
	int rows = 0;
	for (; next_row(truth, row) == 20; rows++)
		compare_interval(month, row);
	assert_int_equal(rows, 892 + 778 + 737 + 840 + 121 + 878 + 244);
	assert_int_equal(differences, 0);
	input_close(truth);
	month_destroy(month);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_instant_of_the_wallboard), cmocka_unit_test(every_half_hour_by_arrival)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
