#include "replay/life.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/words.h"
#include "journal/reader.h"
#include "journal/record.h"
#include "metrics/lists.h"

#define RECORDS_BETWEEN_STOPS 20000

struct telling {
	const struct life_request *request;
	struct life *life;
	size_t room;
};

/* A word of the protocol is nobody's name: a contact is released by "customer". */
static bool has_words(const struct event *event, enum event_key key)
{
	const struct event_type_info *type = &event_types[event->type];
	for (size_t i = 0; i < sizeof type->words / sizeof *type->words; i++)
		if (type->words[i].vocabulary && type->words[i].key == key)
			return true;
	return false;
}

static void show_key(const struct settings *settings, const struct event *event, enum event_key key, char *to, size_t room)
{
	const enum display_field field = display_of_key(key);
	char text[ID_MAX * 4];
	if (field == DISPLAY_FIELD_COUNT || has_words(event, key)) {
		text_harmless(event_text(event, key), to, room);
		return;
	}
	view_copy(event_text(event, key), text, sizeof text);
	display_show(settings, field, text, to, room);
}

/* The subject is what is shown of it, so that a hash finds its life, and what is hidden finds none. */
static bool is_about(const struct settings *settings, const struct event *event, const char *subject)
{
	static const enum event_key keys[] = {KEY_CONTACT, KEY_CASE, KEY_CALLBACK};
	char id[ID_MAX + 1];
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		if (!event_text(event, keys[i]).size || !display_tells(settings, display_of_key(keys[i])))
			continue;
		show_key(settings, event, keys[i], id, sizeof id);
		if (strcmp(id, subject) == 0)
			return true;
	}
	return false;
}

static void add(char *to, size_t room, const char *name, const char *value)
{
	const size_t used = strlen(to);
	if (*value)
		snprintf(to + used, room - used, "%s%s %s", used ? ", " : "", name, value);
}

static void put_text(const struct telling *telling, const struct event *event, enum event_key key, char *to, size_t room)
{
	char shown[100];
	const struct settings *settings = telling->request->settings;
	const enum display_field field = display_of_key(key);
	/* The subject stands above it all. */
	if (key == KEY_CONTACT || key == KEY_WEEK || key == KEY_HOLIDAYS ||
		(field < DISPLAY_FIELD_COUNT && !has_words(event, key) && display_action(settings, field) == DISPLAY_DROP))
		return;
	show_key(settings, event, key, shown, sizeof shown);
	add(to, room, event_key_names[key], shown);
}

static bool is_duration(enum event_key key)
{
	const size_t length = strlen(event_key_names[key]);
	return length > 3 && strcmp(event_key_names[key] + length - 3, "_ms") == 0;
}

static void put_number(const struct event *event, enum event_key key, char *to, size_t room)
{
	char text[60];
	const int64_t number = event_number(event, key, 0);
	char name[40];
	snprintf(name, sizeof name, "%s", event_key_names[key]);
	if (is_duration(key)) {
		name[strlen(name) - 3] = 0;
		lists_duration(number, text, sizeof text);
	} else if (key == KEY_SCORE || key == KEY_MIN || key == KEY_MAX) {
		snprintf(text, sizeof text, "%.3g", (double)number / 1000);
	} else {
		snprintf(text, sizeof text, "%lld", (long long)number);
	}
	add(to, room, name, text);
}

static void tell(struct telling *telling, const struct event *event, int64_t recv)
{
	if (telling->life->count == LIFE_MOST) {
		telling->life->is_cut = true;
		return;
	}
	telling->life->events = memory_grow(telling->life->events, &telling->room, telling->life->count + 1, sizeof *telling->life->events);
	struct life_event *told = &telling->life->events[telling->life->count++];
	*told = (struct life_event){.at = event->ts, .recv = recv};
	snprintf(told->what, sizeof told->what, "%s", event_types[event->type].name);
	for (int key = 0; key < KEY_COUNT; key++) {
		if (!event_has(event, (enum event_key)key))
			continue;
		if (key < KEY_TEXT_COUNT)
			put_text(telling, event, (enum event_key)key, told->detail, sizeof told->detail);
		else
			put_number(event, (enum event_key)key, told->detail, sizeof told->detail);
	}
}

static void look_through(struct telling *telling, const struct record *record)
{
	for (uint32_t i = 0; record->batch && i < record->batch->count; i++) {
		const struct event *event = &record->batch->events[i];
		if (event->fault == FAULT_NONE && event->type < EVENT_UNKNOWN && is_about(telling->request->settings, event, telling->request->subject))
			tell(telling, event, record->recv);
	}
}

static bool read_on(struct telling *telling, struct reader *reader, struct record_room *room, struct error *err)
{
	const struct life_request *request = telling->request;
	for (uint64_t count = 1;; count++) {
		struct frame frame;
		struct damage damage;
		struct record record;
		struct error why;
		const enum reader_result result = reader_next(reader, &frame, &damage, err);
		if (result == READER_FAILED)
			return false;
		if (result == READER_END || (result == READER_RECORD && frame.recv > request->to))
			return true;
		if (result == READER_RECORD && frame.type == FRAME_BATCH && record_read(&frame, &record, room, &why))
			look_through(telling, &record);
		if (count % RECORDS_BETWEEN_STOPS == 0 && request->stop && request->stop(request->context))
			return fail(err, _("given up"));
	}
}

bool life_gather(const struct life_request *request, struct life *life, struct error *err)
{
	struct telling telling = {.request = request, .life = life};
	struct record_room room = {0};
	*life = (struct life){.events = NULL};
	struct reader *reader = reader_open(NULL, request->journal, SEGMENT_JOURNAL, err);
	const bool good = reader && reader_seek_time(reader, request->from, err) && read_on(&telling, reader, &room, err);
	reader_close(reader);
	record_room_finish(&room);
	if (!good)
		life_finish(life);
	return good;
}

void life_finish(struct life *life)
{
	free(life->events);
	*life = (struct life){.events = NULL};
}
