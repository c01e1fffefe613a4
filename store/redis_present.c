/* The lists of the present, one field for each thing, its value a small JSON object. Instants are ms since the epoch and durations
 * ms: what does not change is not written again. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "metrics/lists.h"
#include "metrics/open_items.h"
#include "metrics/series.h"
#include "metrics/tally.h"
#include "store/redis_sink.h"

#define LIST_MOST 2000 /* of each kind; what is open beyond that is in the packed state only */
#define ALERTS_MOST 256

const char *redis_site(const struct settings *settings)
{
	return settings->site && *settings->site ? settings->site : "default";
}

/* ---- JSON ---- */

struct object {
	char text[1200];
	size_t size;
};

static void add(struct object *object, const char *text, size_t size)
{
	if (object->size + size < sizeof object->text - 2) {
		memcpy(object->text + object->size, text, size);
		object->size += size;
	}
}

static void add_key(struct object *object, const char *key)
{
	add(object, object->size ? ",\"" : "{\"", 2);
	add(object, key, strlen(key));
	add(object, "\":", 2);
}

/* Texts are harmless: only what JSON itself reserves is escaped. */
static void add_text(struct object *object, const char *key, const char *text)
{
	if (!*text)
		return;
	add_key(object, key);
	add(object, "\"", 1);
	for (; *text; text++) {
		const char escaped[] = {'\\', *text};
		const bool reserved = *text == '"' || *text == '\\';
		add(object, reserved ? escaped : text, reserved ? 2 : 1);
	}
	add(object, "\"", 1);
}

static void add_number(struct object *object, const char *key, int64_t number)
{
	char text[24];
	add_key(object, key);
	add(object, text, (size_t)snprintf(text, sizeof text, "%" PRId64, number));
}

static void add_mark(struct object *object, const char *key, bool holds)
{
	if (holds)
		add_number(object, key, 1);
}

static void put_object(const struct redis_sink *sink, enum redis_key key, const char *field, struct object *object)
{
	char name[REDIS_KEY_ROOM];
	redis_schema_key(name, sink->site, key, NULL);
	add(object, object->size ? "}" : "{}", object->size ? 1 : 2);
	redis_sink_put(sink, name, view_of(field), (struct view){object->text, object->size});
}

/* A name or an id; `to` has room for its hash. */
static const char *shown(const struct redis_sink *sink, const char *name, char to[VEIL_ROOM])
{
	if (!sink->veil)
		return name;
	veil_text(sink->veil, view_of(name), to);
	return to;
}

/* A list that is told by ids which may not be shown is not told. */
struct named {
	enum redis_key key;
	enum display_field field;
	const char *id;
};

static void put_named(const struct redis_sink *sink, const struct settings *settings, const struct named *named, struct object *object)
{
	char field[ID_MAX + 1], veiled[VEIL_ROOM];
	display_show(settings, named->field, shown(sink, named->id, veiled), field, sizeof field);
	put_object(sink, named->key, field, object);
}

/* ---- people ---- */

static void write_agents(const struct engine *engine, const struct settings *settings, const struct redis_sink *sink)
{
	const size_t count = series_count(engine, SERIES_AGENT);
	for (size_t i = 1; i < count; i++) {
		struct present_agent agent;
		struct object object = {.size = 0};
		char name[210], team[210], reason[210], field[24], veiled[VEIL_ROOM];
		if (!present_agent(engine, (uint16_t)i, &agent))
			continue;
		display_show(settings, DISPLAY_AGENT, shown(sink, agent.name, veiled), name, sizeof name);
		display_show(settings, DISPLAY_TEAM, agent.team, team, sizeof team);
		if (sink->veil)
			agent.reason = veil_reason(sink->veil, view_of(agent.reason), veiled).data;
		display_show(settings, DISPLAY_REASON, agent.reason, reason, sizeof reason);
		add_text(&object, "name", name);
		add_text(&object, "team", team);
		add_text(&object, "doing", agent.doing);
		add_text(&object, "reason", reason);
		add_number(&object, "since", agent.since);
		add_number(&object, "contacts", agent.contacts);
		snprintf(field, sizeof field, "%zu", i);
		put_object(sink, STORED_AGENTS, field, &object);
	}
}

/* ---- contacts, cases ---- */

static void write_contacts(const struct engine *engine, const struct settings *settings, const struct redis_sink *sink)
{
	if (!display_tells(settings, DISPLAY_CONTACT))
		return;
	struct open_contact *items = memory_new(LIST_MOST, sizeof *items);
	const int count = open_contacts(engine, items, LIST_MOST);
	for (int i = 0; i < count; i++) {
		struct object object = {.size = 0};
		add_text(&object, "queue", items[i].queue);
		add_text(&object, "channel", items[i].channel);
		add_text(&object, "phase", items[i].phase);
		add_number(&object, "queued", items[i].queued);
		add_number(&object, "since", items[i].since);
		if (items[i].agent)
			add_number(&object, "agent", items[i].agent);
		put_named(sink, settings, &(struct named){STORED_CONTACTS, DISPLAY_CONTACT, items[i].id}, &object);
	}
	free(items);
}

static void write_cases(const struct engine *engine, const struct settings *settings, const struct redis_sink *sink)
{
	if (!display_tells(settings, DISPLAY_CASE))
		return;
	struct open_case *items = memory_new(LIST_MOST, sizeof *items);
	const int count = open_cases(engine, items, LIST_MOST);
	for (int i = 0; i < count; i++) {
		struct object object = {.size = 0};
		add_text(&object, "queue", items[i].queue);
		add_text(&object, "channel", items[i].channel);
		add_text(&object, "state", items[i].state);
		add_number(&object, "opened", items[i].opened);
		add_number(&object, "since", items[i].since);
		if (items[i].agent)
			add_number(&object, "agent", items[i].agent);
		put_named(sink, settings, &(struct named){STORED_CASES, DISPLAY_CASE, items[i].id}, &object);
	}
	free(items);
}

static void write_due(const struct engine *engine, const struct settings *settings, const struct redis_sink *sink)
{
	if (!display_tells(settings, DISPLAY_CASE))
		return;
	struct list_due *items = memory_new(LIST_MOST, sizeof *items);
	const int count = list_due(engine, SCOPE_ALL, engine_now(engine), items, LIST_MOST);
	for (int i = 0; i < count; i++) {
		struct object object = {.size = 0};
		char field[100], id[VEIL_ROOM];
		add_text(&object, "queue", items[i].queue);
		add_text(&object, "channel", items[i].channel);
		add_number(&object, items[i].due ? "due" : "left", items[i].due ? items[i].due : items[i].left);
		add_number(&object, "target", items[i].target);
		add_mark(&object, "breached", items[i].breached);
		add_mark(&object, "paused", items[i].paused);
		add_mark(&object, "disagreed", items[i].disagreed);
		if (*items[i].calendar)
			add_text(&object, "calendar", items[i].calendar);
		if (items[i].priority)
			add_number(&object, "priority", items[i].priority);
		snprintf(field, sizeof field, "%s/%s", shown(sink, items[i].case_id, id), items[i].clock);
		put_object(sink, STORED_DUE, field, &object);
	}
	free(items);
}

/* ---- conduct, alerts ---- */

static void write_conduct(const struct engine *engine, const struct settings *settings, const struct redis_sink *sink)
{
	if (!display_tells(settings, DISPLAY_CONTACT))
		return;
	struct list_conduct *items = memory_new(LIST_MOST, sizeof *items);
	const int64_t at = engine_now(engine);
	const int count = list_conduct(engine, SCOPE_ALL, at, items, LIST_MOST);
	for (int i = 0; i < count; i++) {
		struct object object = {.size = 0};
		char id[VEIL_ROOM];
		if (!items[i].open)
			continue;
		add_text(&object, "queue", items[i].queue);
		add_text(&object, "channel", items[i].channel);
		add_number(&object, "step", items[i].step);
		add_number(&object, "highest", items[i].highest);
		add_number(&object, "since", at - items[i].since);
		if (items[i].scope.agent != SCOPE_ANY)
			add_number(&object, "agent", items[i].scope.agent);
		add_mark(&object, "safety", items[i].safety);
		add_mark(&object, "unclear", items[i].unclear);
		put_object(sink, STORED_CONDUCT, shown(sink, items[i].contact, id), &object);
	}
	free(items);
}

/* Of what leaves the site nothing names whom an alert is about, nor the address of a feed. */
static const char *words_of(const struct list_alert *alert, const struct redis_sink *sink)
{
	const bool names = alert->about[0] || alert->scope.agent != SCOPE_ANY || alert->kind == LIST_ALERT_CARE || alert->kind == LIST_ALERT_FEED;
	return sink->veil && names ? "" : alert->text;
}

static void write_alerts(const struct engine *engine, const struct redis_sink *sink)
{
	static const char *const states[] = {"raised", "acknowledged", "cleared"}, *const severities[] = {"warning", "critical"};
	struct list_alert *items = memory_new(ALERTS_MOST, sizeof *items);
	const int count = list_alerts(engine, engine_now(engine), items, ALERTS_MOST);
	for (int i = 0; i < count; i++) {
		struct object object = {.size = 0};
		char field[24], by[VEIL_ROOM];
		add_text(&object, "text", words_of(&items[i], sink));
		add_text(&object, "severity", severities[items[i].severity == SEVERITY_CRITICAL]);
		add_text(&object, "state", states[items[i].state]);
		add_number(&object, "raised", items[i].raised);
		if (items[i].cleared)
			add_number(&object, "cleared", items[i].cleared);
		add_text(&object, "by", shown(sink, items[i].by, by));
		if (items[i].metric >= 0)
			add_text(&object, "metric", metrics[items[i].metric].name);
		snprintf(field, sizeof field, "%016" PRIx64, items[i].id);
		put_object(sink, STORED_ALERTS, field, &object);
	}
	free(items);
}

/* ---- feeds, names of counters ---- */

static void write_feeds(const struct engine *engine, const struct redis_sink *sink)
{
	struct feed_position *items = memory_new(LIST_MOST, sizeof *items);
	const int count = feed_positions(engine, items, LIST_MOST);
	for (int i = 0; i < count; i++) {
		struct object object = {.size = 0};
		char field[240], veiled[VEIL_SOURCE_ROOM];
		add_number(&object, "next", (int64_t)items[i].next);
		add_number(&object, "received", (int64_t)items[i].received);
		add_number(&object, "lost", (int64_t)items[i].lost);
		add_number(&object, "holes", (int64_t)items[i].holes);
		const char *src = sink->veil ? veil_source(sink->veil, view_of(items[i].src), veiled).data : items[i].src;
		snprintf(field, sizeof field, "%s/%" PRIu64, src, items[i].boot);
		put_object(sink, STORED_FEEDS, field, &object);
	}
	free(items);
}

static void write_counters(const struct redis_sink *sink)
{
#define NAME(counter) #counter,
	static const char *const names[] = {COUNTERS(NAME)};
#undef NAME
	char key[REDIS_KEY_ROOM], field[16], name[64], first[16];
	redis_schema_key(key, sink->site, STORED_COUNTERS, NULL);
	for (int i = 0; i < COUNTER_COUNT; i++) {
		size_t size = 0;
		for (; names[i][size] && size < sizeof name; size++)
			name[size] = (char)(names[i][size] == '_' ? '_' : names[i][size] | 0x20); /* lower case */
		snprintf(field, sizeof field, "%d", i);
		redis_sink_put(sink, key, view_of(field), (struct view){name, size});
	}
	snprintf(first, sizeof first, "%d", KEY_WAIT_BINS);
	redis_sink_put(sink, key, view_of("wait_bins"), view_of(first));
	snprintf(first, sizeof first, "%d", KEY_HANDLE_BINS);
	redis_sink_put(sink, key, view_of("handle_bins"), view_of(first));
}

void redis_present_write(const struct engine *engine, const struct settings *settings, const struct redis_sink *sink)
{
	write_counters(sink);
	if (engine_now(engine) == INT64_MIN)
		return;
	write_agents(engine, settings, sink);
	write_contacts(engine, settings, sink);
	write_cases(engine, settings, sink);
	write_due(engine, settings, sink);
	write_conduct(engine, settings, sink);
	write_alerts(engine, sink);
	write_feeds(engine, sink);
}
