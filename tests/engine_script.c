#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "base/instant.h"
#include "base/memory.h"
#include "engine_script.h"
#include "metrics/lists.h"

#include <cmocka.h> /* last: it makes a macro of fail */

#define DAY_ZERO INT64_C(1772409600000) /* 2026-03-02T00:00:00Z, a Monday */
#define WORDS_MOST 32
#define EVENTS_MOST 64
#define LINE_MOST 512

/* ---- the parts of a line ---- */

struct line {
	char text[LINE_MOST];
	const char *source;
	char *words[WORDS_MOST];
	int count;
};

static struct line split(const char *source)
{
	struct line line = {.source = source};
	assert_true(strlen(source) < LINE_MOST);
	return line;
}

static void split_words(struct line *line)
{
	snprintf(line->text, sizeof line->text, "%s", line->source);
	for (char *word = strtok(line->text, " "); word; word = strtok(NULL, " ")) {
		assert_true(line->count < WORDS_MOST);
		line->words[line->count++] = word;
	}
}

int64_t script_time(const char *text)
{
	int days = 0, hour = 0, minute = 0, second = 0, ms = 0, used = 0;
	if (sscanf(text, "d%d/%n", &days, &used) == 1)
		text += used;
	if (sscanf(text, "%d:%d:%d.%d", &hour, &minute, &second, &ms) < 2)
		fail_msg("'%s' is no time", text);
	return DAY_ZERO + days * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS + ms;
}

static char *value_of(char *word, const char *source)
{
	char *equals = strchr(word, '=');
	if (!equals)
		fail_msg("'%s' in '%s' has no value", word, source);
	*equals = 0;
	return equals + 1;
}

/* ---- events ---- */

struct sending {
	struct line lines[EVENTS_MOST];
	struct event events[EVENTS_MOST];
	struct batch batch;
	int64_t recv;
};

static int vocabulary_of(enum event_type type, int key)
{
	for (size_t i = 0; i < 3 && type < EVENT_UNKNOWN; i++)
		if (event_types[type].words[i].vocabulary && event_types[type].words[i].key == key)
			return event_types[type].words[i].vocabulary;
	return WORDS_NONE;
}

static void set_key(struct event *event, int key, const char *value, const char *source)
{
	event->present |= KEY_BIT(key);
	if (key >= KEY_TEXT_COUNT) {
		int64_t number = strchr(value, ':') ? script_time(value) : strtoll(value, NULL, 10);
		event->number[key - KEY_TEXT_COUNT] = key == KEY_SCORE || key == KEY_MIN || key == KEY_MAX ? number * 1000 : number;
		return;
	}
	event->text[key] = view_of(strcmp(value, "nil") == 0 ? NULL : value);
	int vocabulary = vocabulary_of(event->type, key);
	int word = vocabulary ? word_number((enum vocabulary)vocabulary, view_of(value)) : 0;
	if (word < 0)
		fail_msg("'%s' in '%s' is no such word", value, source);
	event->word[key] = (uint8_t)word;
}

static enum event_type type_of(const char *name)
{
	char full[80];
	enum event_type type = event_type_find(view_of(name));
	snprintf(full, sizeof full, "contact.%s", name);
	return type == EVENT_UNKNOWN ? event_type_find(view_of(full)) : type;
}

/* Keys that are about the batch. */
static bool set_batch(struct sending *sending, const char *key, const char *value)
{
	if (strcmp(key, "recv") == 0)
		sending->recv = script_time(value);
	else if (strcmp(key, "seq") == 0)
		sending->batch.seq = strtoull(value, NULL, 10);
	else if (strcmp(key, "boot") == 0)
		sending->batch.boot = strtoull(value, NULL, 10);
	else if (strcmp(key, "src") == 0)
		sending->batch.src = view_of(strcmp(value, "none") == 0 ? "" : value);
	else
		return false;
	return true;
}

static void add_event(struct sending *sending, const char *source)
{
	assert_true(sending->batch.count < EVENTS_MOST);
	struct line *line = &sending->lines[sending->batch.count];
	struct event *event = &sending->events[sending->batch.count++];
	*line = split(source);
	split_words(line);
	int from = line->words[0][0] == '&';
	*event = (struct event){.ts = script_time(line->words[from]), .type = type_of(line->words[from + 1]),
		.type_name = view_of(line->words[from + 1])};
	if (event->type == EVENT_UNKNOWN)
		event->fault = FAULT_UNKNOWN_EVENT;
	if (event->ts > sending->recv)
		sending->recv = event->ts;
	for (int i = from + 2; i < line->count; i++) {
		char *value = value_of(line->words[i], source);
		int key = event_key_find(view_of(line->words[i]));
		if (key >= 0)
			set_key(event, key, value, source);
		else if (!set_batch(sending, line->words[i], value))
			fail_msg("'%s' has no key '%s'", source, line->words[i]);
	}
}

static void apply(struct world *world, struct record record)
{
	record.lsn = ++world->lsn;
	if (record.recv > world->last)
		world->last = record.recv;
	engine_apply(world->engine, &record);
}

static void send_batch(struct world *world, struct sending *sending)
{
	sending->batch.events = sending->events;
	sending->batch.sent = sending->recv;
	if (sending->batch.seq + sending->batch.count > world->seq + 1)
		world->seq = sending->batch.seq + sending->batch.count - 1;
	apply(world, (struct record){.kind = RECORD_BATCH, .recv = sending->recv, .batch = &sending->batch});
}

static struct sending *begin_batch(const struct world *world)
{
	struct sending *sending = memory_new(1, sizeof *sending);
	sending->batch = (struct batch){.src = view_of("pbx"), .boot = 1, .seq = world->seq + 1};
	sending->recv = world->last;
	return sending;
}

/* ---- heartbeats and gaps ---- */

static void beat(struct world *world, const char *source)
{
	struct sending *sending = begin_batch(world);
	struct line line = split(source);
	split_words(&line);
	sending->recv = script_time(line.words[1]);
	for (int i = 2; i < line.count; i++) {
		char *value = value_of(line.words[i], source);
		assert_true(set_batch(sending, line.words[i], value));
	}
	send_batch(world, sending);
	free(sending);
}

static void close_gap(struct world *world, const char *source)
{
	struct line line = split(source);
	split_words(&line);
	struct record record = {.kind = RECORD_GAP, .recv = script_time(line.words[1]), .src = view_of("pbx"), .boot = 1};
	for (int i = 2; i < line.count; i++) {
		const char *value = value_of(line.words[i], source);
		if (strcmp(line.words[i], "from") == 0)
			record.from = strtoull(value, NULL, 10);
		else if (strcmp(line.words[i], "to") == 0)
			record.to = strtoull(value, NULL, 10);
		else
			record.boot = strtoull(value, NULL, 10);
	}
	apply(world, record);
}

/* ---- expectations ---- */

static const struct {
	const char *name;
	size_t offset;
	int64_t unit;
} gauge_fields[] = {
	{"waiting", offsetof(struct gauges, waiting), 1},
	{"over_target", offsetof(struct gauges, over_target), 1},
	{"busy", offsetof(struct gauges, busy), 1},
	{"running", offsetof(struct gauges, running), 1},
	{"running_s", offsetof(struct gauges, running_ms), 1000},
	{"agents", offsetof(struct gauges, agents), 1},
	{"depth_peak", offsetof(struct gauges, depth_peak), 1},
	{"depth_peak_at", offsetof(struct gauges, depth_peak_at), 0},
	{"busy_peak", offsetof(struct gauges, busy_peak), 1},
	{"busy_peak_at", offsetof(struct gauges, busy_peak_at), 0},
};

struct question {
	struct query query;
	char scope[200];
	enum window window;
	enum attribution by;
	enum sl_formula formula;
	bool asked;
};

static void ask(const struct world *world, struct question *question)
{
	if (question->asked)
		return;
	question->asked = true;
	struct scope scope = SCOPE_ALL;
	struct error err = {""};
	if (*question->scope && !list_scope_parse(world->engine, question->scope, &scope, &err))
		fail_msg("%s", err.text);
	query_run(&question->query, world->engine, scope, question->window, question->by, question->formula, true);
}

static bool set_question(struct question *question, const char *key, const char *value)
{
	static const char *const scopes[] = {"queue", "channel", "market", "agent", "team"};
	for (size_t i = 0; i < 5; i++) {
		if (strcmp(key, scopes[i]) != 0)
			continue;
		size_t used = strlen(question->scope);
		snprintf(question->scope + used, sizeof question->scope - used, "%s%s=%s", used ? "," : "", key, value);
		question->asked = false;
		return true;
	}
	if (strcmp(key, "window") == 0)
		question->window = (enum window)window_find(value);
	else if (strcmp(key, "by") == 0)
		question->by = strcmp(value, "arrival") == 0 ? BY_ARRIVAL : BY_OUTCOME;
	else if (strcmp(key, "formula") == 0)
		question->formula = (enum sl_formula)sl_formula_find(value);
	else
		return false;
	question->asked = false;
	return true;
}

static bool near(double a, double b)
{
	return a > b ? a - b < 1e-6 : b - a < 1e-6;
}

static void expect_gauge(const struct question *question, const char *name, const char *value, const char *source)
{
	for (size_t i = 0; i < sizeof gauge_fields / sizeof *gauge_fields; i++) {
		if (strcmp(gauge_fields[i].name, name) != 0)
			continue;
		int64_t is = *(const int64_t *)(const void *)((const char *)&question->query.gauges + gauge_fields[i].offset);
		int64_t unit = gauge_fields[i].unit;
		int64_t wanted = unit ? strtoll(value, NULL, 10) * unit : script_time(value);
		if (is != wanted)
			fail_msg("%s: %s is %lld", source, name, (long long)is);
		return;
	}
	fail_msg("%s: no gauge '%s'", source, name);
}

static void expect_fault(const struct world *world, const char *name, const char *value, const char *source)
{
	for (int i = 0; i < FAULT_COUNT; i++)
		if (strcmp(feed_fault_names[i], name) == 0) {
			if (world->engine->faults[i] != strtoull(value, NULL, 10))
				fail_msg("%s: %s is %llu", source, name, (unsigned long long)world->engine->faults[i]);
			return;
		}
	fail_msg("%s: no fault '%s'", source, name);
}

static void expect_metric(const struct question *question, const char *name, const char *value, const char *source)
{
	int metric = metric_find(name);
	if (metric < 0)
		fail_msg("%s: no metric '%s'", source, name);
	struct figure figure;
	query_figure(&question->query, metric, &figure);
	bool wanted = strcmp(value, "-") != 0;
	double is = figure.known ? figure_value(&metrics[metric], &figure) : 0;
	if (figure.known != wanted || (wanted && !near(is, strtod(value, NULL))))
		fail_msg("%s: %s is %s%f", source, name, figure.known ? "" : "unknown, not ", is);
}

static void expect(struct world *world, const char *source)
{
	struct question *question = memory_new(1, sizeof *question);
	question->window = WINDOW_TODAY;
	struct line line = split(source);
	split_words(&line);
	apply(world, (struct record){.kind = RECORD_CLOCK, .recv = script_time(line.words[1])});
	for (int i = 2; i < line.count; i++) {
		const char *value = value_of(line.words[i], source), *name = line.words[i];
		if (set_question(question, name, value))
			continue;
		ask(world, question);
		if (strncmp(name, "fault.", 6) == 0)
			expect_fault(world, name + 6, value, source);
		else if (strncmp(name, "V.", 2) == 0)
			expect_gauge(question, name + 2, value, source);
		else
			expect_metric(question, name, value, source);
	}
	free(question);
}

/* ---- worlds ---- */

struct world *world_create(const char *const *settings)
{
	struct world *world = memory_new(1, sizeof *world);
	struct error err = {""};
	world->settings = settings_create();
	assert_true(settings_set(world->settings, "zone", "UTC", &err));
	for (; settings && *settings; settings += 2)
		if (!settings_set(world->settings, settings[0], settings[1], &err))
			fail_msg("%s", err.text);
	world->engine = engine_create(world->settings, &err);
	if (!world->engine)
		fail_msg("%s", err.text);
	world->last = INT64_MIN;
	return world;
}

void world_destroy(struct world *world)
{
	engine_destroy(world->engine);
	settings_destroy(world->settings);
	free(world);
}

void world_play(struct world *world, const char *const *lines)
{
	struct sending *sending = NULL;
	for (;; lines++) {
		bool joins = *lines && **lines == '&' && sending;
		if (sending && (!joins || world->apart)) {
			send_batch(world, sending);
			free(sending);
			sending = NULL;
		}
		if (!*lines)
			return;
		if (**lines == '=')
			expect(world, *lines);
		else if (**lines == '~')
			beat(world, *lines);
		else if (**lines == 'x')
			close_gap(world, *lines);
		else {
			if (!sending)
				sending = begin_batch(world);
			add_event(sending, *lines);
		}
	}
}

void play(const char *const *settings, const char *const *lines)
{
	struct world *world = world_create(settings);
	world_play(world, lines);
	world_destroy(world);
}

static void print_query(const struct world *world, struct scope scope, enum window window, XXH3_state_t *print)
{
	static struct query query;
	for (int by = 0; by < 2; by++) {
		query_run(&query, world->engine, scope, window, (enum attribution)by, SL_FORMULA_SL2SV, true);
		XXH3_64bits_update(print, query.tally.value, sizeof query.tally.value);
		XXH3_64bits_update(print, &query.gauges, sizeof query.gauges);
	}
}

uint64_t world_print(const struct world *world)
{
	XXH3_state_t *print = XXH3_createState();
	XXH3_64bits_reset(print);
	const enum window windows[] = {WINDOW_5M, WINDOW_60M, WINDOW_TODAY, WINDOW_7D};
	for (size_t w = 0; w < 4; w++) {
		print_query(world, SCOPE_ALL, windows[w], print);
		for (size_t i = 1; i < world->engine->slot_count; i++) {
			struct scope scope = SCOPE_ALL;
			scope.queue = world->engine->slots[i].queue;
			print_query(world, scope, windows[w], print);
		}
		for (size_t i = 1; i < world->engine->agent_count; i++) {
			struct scope scope = SCOPE_ALL;
			scope.agent = (uint16_t)i;
			print_query(world, scope, windows[w], print);
		}
	}
	XXH3_64bits_update(print, world->engine->faults, sizeof world->engine->faults);
	uint64_t sum = XXH3_64bits_digest(print);
	XXH3_freeState(print);
	return sum;
}
