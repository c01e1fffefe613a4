#include "teller.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"

static void stop(const char *what, const char *detail)
{
	fprintf(stderr, "a test tells nonsense: %s %s\n", what, detail);
	abort();
}

void teller_rules(struct settings *settings, const char *text)
{
	struct error err = {""};
	if (!settings_read(settings, view_of(text), "wall.conf", NULL, &err))
		stop("rules", err.text);
}

int64_t teller_instant(const char *text)
{
	int64_t instant = 0;
	if (!instant_parse(view_of(text), NULL, 0, &instant, NULL))
		stop("no time", text);
	return instant;
}

void teller_open(struct teller *teller, void (*change)(struct settings *settings))
{
	*teller = (struct teller){.settings = settings_create(), .seq = 1};
	struct error err = {""};
	if (!settings_set(teller->settings, "zone", "UTC", &err))
		stop("zone", err.text);
	teller->settings->display = DISPLAY_FOR_DESK;
	if (change)
		change(teller->settings);
	teller->engine = engine_create(teller->settings, &err);
	if (!teller->engine)
		stop("engine", err.text);
}

void long_history(struct settings *settings)
{
	settings->history_days = 36;
}

void teller_close(struct teller *teller)
{
	engine_destroy(teller->engine);
	settings_destroy(teller->settings);
}

static enum vocabulary vocabulary_of(enum event_type type, int key)
{
	for (int i = 0; i < 3; i++)
		if (event_types[type].words[i].vocabulary && event_types[type].words[i].key == key)
			return event_types[type].words[i].vocabulary;
	return WORDS_NONE;
}

static void set_key(struct event *event, char *pair)
{
	char *value = strchr(pair, '=');
	if (!value)
		stop("no '=' in", pair);
	*value++ = 0;
	int key = event_key_find(view_of(pair));
	if (key < 0)
		stop("no key", pair);
	event->present |= KEY_BIT(key);
	if (key >= KEY_TEXT_COUNT) {
		event->number[key - KEY_TEXT_COUNT] = strtoll(value, NULL, 10);
		return;
	}
	event->text[key] = strcmp(value, "nil") == 0 ? (struct view){0} : view_of(value);
	enum vocabulary vocabulary = vocabulary_of(event->type, key);
	if (vocabulary == WORDS_NONE)
		return;
	int word = word_number(vocabulary, view_of(value));
	if (word < 0)
		stop("no word", value);
	event->word[key] = (uint8_t)word;
}

void tell_late(struct teller *teller, int64_t recv, int64_t ts, const char *type, const char *keys)
{
	struct event event = {.type = event_type_find(view_of(type)), .ts = ts, .seq = teller->seq};
	if (event.type == EVENT_UNKNOWN)
		stop("no event", type);
	char *text = memory_text(keys), *rest = NULL;
	for (char *pair = strtok_r(text, " ", &rest); pair; pair = strtok_r(NULL, " ", &rest))
		set_key(&event, pair);
	if ((event.present & event_types[event.type].required) != event_types[event.type].required)
		stop("a required key is missing in", type);
	struct batch batch = {.src = view_of("test-1"), .boot = 1, .seq = teller->seq++, .sent = recv, .count = 1, .events = &event};
	engine_apply(teller->engine, &(struct record){.kind = RECORD_BATCH, .lsn = ++teller->lsn, .recv = recv, .batch = &batch});
	free(text);
}

void tell(struct teller *teller, int64_t ts, const char *type, const char *keys)
{
	tell_late(teller, ts, ts, type, keys);
}

void pass(struct teller *teller, int64_t to)
{
	engine_apply(teller->engine, &(struct record){.kind = RECORD_CLOCK, .lsn = ++teller->lsn, .recv = to});
}

struct figure figure_in(const struct teller *teller, const char *metric, enum window window, enum attribution by, struct scope scope)
{
	int index = metric_find(metric);
	if (index < 0)
		stop("no metric", metric);
	struct query *query = memory_new(1, sizeof *query);
	query_run(query, teller->engine, scope, window, by, (enum sl_formula)teller->settings->formula, true);
	struct figure figure;
	query_figure(query, index, &figure);
	free(query);
	return figure;
}

struct figure figure_of(const struct teller *teller, const char *metric, enum window window)
{
	return figure_in(teller, metric, window, BY_OUTCOME, SCOPE_ALL);
}

int64_t gauge(const struct teller *teller, const char *metric)
{
	struct figure figure = figure_of(teller, metric, WINDOW_NOW);
	if (!figure.known)
		stop("not known:", metric);
	return figure.numerator / figure.denominator;
}

int64_t count_of(const struct teller *teller, const char *metric)
{
	struct figure figure = figure_of(teller, metric, WINDOW_24H);
	if (!figure.known || figure.denominator != 1)
		stop("not a count:", metric);
	return figure.numerator;
}

int64_t fault_total(const struct teller *teller, enum feed_fault fault)
{
	struct list_feed feeds[32];
	int64_t total = 0;
	int count = list_feeds(teller->engine, engine_now(teller->engine), feeds, 32);
	for (int i = 0; i < count; i++)
		total += (int64_t)feeds[i].faults[fault];
	return total;
}
