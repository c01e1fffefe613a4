/* Events whose predecessor is unknown: they wait a while (hold_unknown, 2 s) for it. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "metrics/state.h"

struct view event_subject_key(const struct event *event, enum event_key *key)
{
	static const enum event_key keys[] = {KEY_CONTACT, KEY_CASE, KEY_CALLBACK};
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (event_has(event, *key = keys[i]) && event->text[keys[i]].size)
			return event->text[keys[i]];
	*key = KEY_COUNT;
	return (struct view){0};
}

struct view event_subject(const struct event *event)
{
	enum event_key key;
	return event_subject_key(event, &key);
}

static bool is_after_end(const struct engine *engine, const struct event *event)
{
	const uint32_t contact = event->type == EVENT_CONDUCT_STEP ? contact_find(engine, event_text(event, KEY_CONTACT)) : 0;
	return contact && engine->contacts[contact].phase == PHASE_ENDED;
}

static void count_impossible(struct engine *engine, const struct event *event)
{
	if (is_after_end(engine, event)) {
		fault_event(engine, FAULT_STEP_AFTER_END, event);
		return;
	}
	fault_event(engine, FAULT_IMPOSSIBLE, event);
	engine->impossible[event->type]++;
}

/* The views point into the batch, which will be gone. */
static char *copy_texts(struct event *event)
{
	size_t size = 1;
	for (int i = 0; i < KEY_TEXT_COUNT; i++)
		if (event_has(event, (enum event_key)i))
			size += event->text[i].size;
	char *texts = memory_new(size, 1), *to = texts;
	for (int i = 0; i < KEY_TEXT_COUNT; i++) {
		if (!event_has(event, (enum event_key)i) || !event->text[i].data)
			continue;
		memcpy(to, event->text[i].data, event->text[i].size);
		event->text[i].data = to;
		to += event->text[i].size;
	}
	event->type_name = (struct view){0};
	return texts;
}

static uint32_t take_place(struct engine *engine)
{
	uint32_t number = engine->held_free;
	if (number) {
		engine->held_free = engine->held[number].next;
		return number;
	}
	if (!engine->held_count)
		engine->held_count = 1; /* 0 means none */
	engine->held = memory_grow(engine->held, &engine->held_room, engine->held_count + 1, sizeof *engine->held);
	engine->held[engine->held_count] = (struct held_event){0};
	return (uint32_t)engine->held_count++;
}

static void append(struct engine *engine, uint32_t number, struct view subject)
{
	uint32_t at = map_find(&engine->held_index, subject);
	if (at == MAP_NONE) {
		map_put(&engine->held_index, subject, number);
		return;
	}
	while (engine->held[at].next)
		at = engine->held[at].next;
	engine->held[at].next = number;
}

void held_own(struct held_event *held)
{
	held->texts = copy_texts(&held->event);
}

bool held_restore(struct engine *engine, uint32_t number)
{
	if (number >= engine->held_count || !engine->held[number].texts || engine->held[number].next != HELD_UNCHAINED)
		return false;
	engine->held[number].next = 0;
	engine->held_waiting++;
	append(engine, number, event_subject(&engine->held[number].event));
	return true;
}

void held_add(struct engine *engine, const struct event *event)
{
	struct view subject = event_subject(event);
	if (!subject.size || engine->held_waiting >= HELD_MOST) {
		count_impossible(engine, event);
		return;
	}
	uint32_t number = take_place(engine);
	struct held_event *held = &engine->held[number];
	*held = (struct held_event){.event = *event, .version = held->version + 1, .serial = ++engine->serial,
		.source = engine->source, .feed = engine->feed, .ts = engine->ts, .too_old = engine->too_old};
	held->texts = copy_texts(&held->event);
	engine->held_waiting++;
	append(engine, number, event_subject(&held->event));
	timers_add(engine, (struct timer){.due = engine->now + engine->settings->hold_unknown, .kind = TIMER_HELD_EVENT, .item = number,
		.version = held->version, .serial = held->serial});
}

static void unlink_held(struct engine *engine, uint32_t number)
{
	struct held_event *held = &engine->held[number];
	struct view subject = event_subject(&held->event);
	uint32_t at = map_find(&engine->held_index, subject);
	if (at == number && held->next) {
		map_put(&engine->held_index, subject, held->next);
	} else if (at == number) {
		map_remove(&engine->held_index, subject);
	} else {
		while (engine->held[at].next != number)
			at = engine->held[at].next;
		engine->held[at].next = held->next;
	}
	held->next = 0;
}

static void release(struct engine *engine, uint32_t number)
{
	struct held_event *held = &engine->held[number];
	free(held->texts);
	held->texts = NULL;
	held->version++;
	held->next = engine->held_free;
	engine->held_free = number;
	engine->held_waiting--;
}

static bool try_again(struct engine *engine, uint32_t number)
{
	struct held_event held = engine->held[number];
	unlink_held(engine, number);
	engine->source = held.source;
	engine->feed = held.feed;
	engine->ts = held.ts;
	engine->too_old = held.too_old;
	engine->from_snapshot = false;
	bool applied = event_apply(engine, &held.event);
	if (applied)
		release(engine, number);
	else
		append(engine, number, event_subject(&engine->held[number].event));
	return applied;
}

/* Something happened to `subject`: perhaps what one of its held events waited for; and then another, and so on. */
void held_retry(struct engine *engine, struct view subject)
{
	if (!engine->held_waiting || !subject.size)
		return;
	for (bool more = true; more;) {
		more = false;
		uint32_t tries = 0, at = map_find(&engine->held_index, subject);
		for (uint32_t i = at == MAP_NONE ? 0 : at; i; i = engine->held[i].next)
			tries++;
		/* One that fails goes to the end, so the first is always the next to try. */
		for (; tries && !more; tries--)
			more = try_again(engine, map_find(&engine->held_index, subject));
	}
}

void held_timer(struct engine *engine, const struct timer *timer)
{
	const struct held_event *held = &engine->held[timer->item];
	if (!held->texts || held->version != timer->version)
		return;
	engine->source = held->source;
	engine->feed = held->feed;
	count_impossible(engine, &held->event);
	unlink_held(engine, timer->item);
	release(engine, timer->item);
}

void held_finish(struct engine *engine)
{
	for (size_t i = 1; i < engine->held_count; i++)
		free(engine->held[i].texts);
	free(engine->held);
	map_finish(&engine->held_index);
}
