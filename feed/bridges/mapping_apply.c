/* Binding a mapping to a table's columns, and making events of its rows. A row gives all of its events or none. */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "feed/bridges/mapping.h"

#define ARENA_SIZE (256 * 1024) /* what one row may come to */
#define TEXT_MOST 200		/* bytes of a title or an announcement */
#define ONCE_MOST 1024

struct instant_value {
	bool known;
	int64_t local, utc;
};

struct mapper {
	struct mapping *mapping;
	const struct zone *zone;
	const struct pseudonym *pseudonym;
	char *arena;
	size_t used;
	const struct view *fields;
	size_t field_count;
	struct view *lets;
	struct instant_value *instants;
	struct event *events;
	struct view *queues;
	int *rules; /* which section each event comes from */
	int count;
	int clamped;
};

/* ---- columns ---- */

static bool by_place(const char *name, size_t count, size_t *place)
{
	char *end;
	long number = strtol(name + 1, &end, 10);
	if (*name != '#' || end == name + 1 || *end || number < 1 || (count && (size_t)number > count))
		return false;
	*place = (size_t)number - 1;
	return true;
}

static bool no_column(const struct mapping *mapping, const char *name, const struct view *names, size_t count, const char *file,
	struct error *err)
{
	char list[300] = "";
	size_t size = 0;
	for (size_t i = 0; i < count && size + 80 < sizeof list; i++) {
		char harmless[64];
		text_harmless(names[i], harmless, sizeof harmless);
		size += (size_t)snprintf(list + size, sizeof list - size, "%s%s", i ? ", " : "", harmless);
	}
	return fail(err, "%s: no column is called '%s', which %s asks for; there are %zu: %s", file, name, mapping->path, count, list);
}

bool mapping_bind(struct mapping *mapping, const struct view *names, size_t count, const char *file, struct error *err)
{
	for (int i = 0; i < mapping->column_count; i++) {
		struct mapping_column *column = &mapping->columns[i];
		size_t found = 0;
		for (size_t k = 0; k < count; k++) {
			if (!view_is(names[k], column->name))
				continue;
			if (found++)
				return fail(err, "%s: columns %zu and %zu are both called '%s': say which in %s, as '#%zu'", file,
					column->place + 1, k + 1, column->name, mapping->path, k + 1);
			column->place = k;
		}
		if (!found && !by_place(column->name, count, &column->place))
			return no_column(mapping, column->name, names, count, file, err);
	}
	return true;
}

/* ---- texts ---- */

static char *take_room(struct mapper *mapper, size_t size)
{
	if (size > ARENA_SIZE - mapper->used)
		return NULL;
	char *room = mapper->arena + mapper->used;
	mapper->used += size;
	return room;
}

static struct view rewritten(const struct mapping_table *table, struct view value)
{
	for (int i = 0; i < table->count; i++)
		if (view_is(value, table->from[i]))
			return view_of(table->to[i]);
	return table->otherwise ? view_of(table->otherwise) : value;
}

static struct view part_value(const struct mapper *mapper, const struct template_part *part)
{
	struct view value;
	if (part->kind == PART_LITERAL)
		return view_of(part->literal);
	if (part->kind == PART_LET) {
		value = mapper->lets[part->number];
	} else {
		size_t place = mapper->mapping->columns[part->number].place;
		value = place < mapper->field_count ? mapper->fields[place] : view_of("");
	}
	return part->table < 0 ? value : rewritten(&mapper->mapping->tables[part->table], value);
}

/* False: the row is too large. */
static bool fill(struct mapper *mapper, const struct template *template, struct view *value)
{
	if (template->count == 1) {
		*value = part_value(mapper, &template->parts[0]);
		return true;
	}
	size_t size = 0;
	for (int i = 0; i < template->count; i++)
		size += part_value(mapper, &template->parts[i]).size;
	char *to = take_room(mapper, size + 1);
	if (!to)
		return false;
	*value = (struct view){to, size};
	for (int i = 0; i < template->count; i++) {
		struct view part = part_value(mapper, &template->parts[i]);
		if (part.size)
			memcpy(to, part.data, part.size);
		to += part.size;
	}
	return true;
}

static bool is_like(struct view value, const char *pattern)
{
	char text[512];
	if (value.size >= sizeof text)
		return false;
	view_copy(value, text, sizeof text);
	return fnmatch(pattern, text, 0) == 0;
}

static bool holds(const struct mapper *mapper, const struct conditions *conditions)
{
	for (int i = 0; i < conditions->count; i++) {
		const struct condition *condition = &conditions->list[i];
		struct view left = part_value(mapper, &condition->left);
		bool pattern = condition->kind == CONDITION_LIKE || condition->kind == CONDITION_UNLIKE;
		bool same = pattern ? is_like(left, condition->right) : view_is(left, condition->right);
		if (same != (condition->kind == CONDITION_IS || condition->kind == CONDITION_LIKE))
			return false;
	}
	return true;
}

/* ---- instants ---- */

static bool too_large(struct error *err)
{
	return fail(err, "more text than a row can have");
}

static bool read_instant(struct mapper *mapper, const struct mapping_instant *rule, struct instant_value *value, struct error *err)
{
	struct view text;
	if (!fill(mapper, &rule->value, &text))
		return too_large(err);
	if (!mapping_time(rule->format, text, &value->local, &value->utc)) {
		char shown[41];
		text_harmless(text, shown, sizeof shown);
		return fail(err, "instant '%s': '%s' is not of the form %s", rule->name, shown, rule->format);
	}
	return true;
}

static bool add_durations(struct mapper *mapper, const struct mapping_instant *rule, struct instant_value *value, struct error *err)
{
	for (int i = 0; i < rule->plus_count; i++) {
		struct view text;
		int64_t duration;
		if (!fill(mapper, &rule->plus[i].value, &text))
			return too_large(err);
		if (!mapping_number(text, rule->plus[i].unit, &duration))
			return fail(err, "instant '%s': what is added to '%s' is no duration", rule->name,
				mapper->mapping->instants[rule->from < 0 ? 0 : rule->from].name);
		mapper->clamped += duration < 0;
		duration = duration < 0 ? 0 : duration;
		value->local += duration;
		value->utc += value->utc == INSTANT_NONE ? 0 : duration;
	}
	return true;
}

/* Only what stands before in the file is referred to, so this ends. */
static bool find_instant(struct mapper *mapper, int number, struct error *err)
{
	const struct mapping_instant *rule = &mapper->mapping->instants[number];
	struct instant_value *value = &mapper->instants[number];
	if (value->known)
		return true;
	if (rule->from >= 0) {
		if (!find_instant(mapper, rule->from, err))
			return false;
		*value = mapper->instants[rule->from];
		value->known = false;
	} else if (!read_instant(mapper, rule, value, err)) {
		return false;
	}
	if (rule->wraps_after >= 0) {
		if (!find_instant(mapper, rule->wraps_after, err))
			return false;
		if (value->local < mapper->instants[rule->wraps_after].local - 12 * HOUR_MS) {
			value->local += DAY_MS;
			value->utc += value->utc == INSTANT_NONE ? 0 : DAY_MS;
		}
	}
	if (value->utc == INSTANT_NONE)
		value->utc = zone_instant(mapper->zone, value->local);
	value->known = add_durations(mapper, rule, value, err);
	return value->known;
}

/* ---- events ---- */

static bool yes_or_no(struct view text, int64_t *value)
{
	static const char *const words[] = {"0", "1", "false", "true", "no", "yes", NULL};
	for (int i = 0; words[i]; i++)
		if (view_is(text, words[i])) {
			*value = i % 2;
			return true;
		}
	return false;
}

static bool put_number(struct mapper *mapper, const struct assignment *assignment, struct event *event, struct view text,
	struct error *err)
{
	int64_t number;
	if (text.size == 0)
		return true;
	bool flag = assignment->key >= KEY_RESUMED;
	if (flag ? !yes_or_no(text, &number) : !mapping_number(text, assignment->unit, &number))
		return fail(err, "%s is no %s", event_key_names[assignment->key], flag ? "yes or no" : "number");
	size_t size = strlen(event_key_names[assignment->key]);
	if (number < 0 && size > 3 && strcmp(event_key_names[assignment->key] + size - 3, "_ms") == 0) {
		mapper->clamped++;
		number = 0;
	}
	import_number(event, assignment->key, number);
	return true;
}

static struct view customer_of(const struct mapper *mapper, struct view text, char to[ID_MAX + 1])
{
	for (int i = 0; i < mapper->mapping->nobody_count; i++)
		if (is_like(text, mapper->mapping->nobody[i]))
			return (struct view){0};
	if (mapper->mapping->pseudonyms)
		return pseudonym_of(mapper->pseudonym, text, to);
	return import_id(text, to);
}

static bool put_text(struct mapper *mapper, enum event_key key, struct event *event, struct view text, struct error *err)
{
	bool prose = key == KEY_TEXT || key == KEY_TITLE;
	char *room = take_room(mapper, prose ? TEXT_MOST + 1 : ID_MAX + 1);
	if (!room)
		return too_large(err);
	if (key == KEY_CUSTOMER)
		text = customer_of(mapper, text, room);
	else if (prose)
		text = (struct view){room, text_harmless(text, room, TEXT_MOST + 1)};
	else
		text = import_id(text, room);
	return import_text(event, key, text)
		|| fail(err, "%s = '%.*s': the protocol has no such word here", event_key_names[key], (int)text.size, text.data);
}

static bool assign(struct mapper *mapper, const struct assignment *assignment, struct event *event, struct error *err)
{
	struct view text;
	if (assignment->instant >= 0) {
		if (!find_instant(mapper, assignment->instant, err))
			return false;
		import_number(event, assignment->key, mapper->instants[assignment->instant].utc);
		return true;
	}
	if (!fill(mapper, &assignment->value, &text))
		return too_large(err);
	if (assignment->key > KEY_BEFORE_NUMBERS)
		return put_number(mapper, assignment, event, text, err);
	return put_text(mapper, assignment->key, event, text, err);
}

static bool make_event(struct mapper *mapper, const struct mapping_event *rule, struct event *event, struct view *queue,
	struct error *err)
{
	struct error why = {0};
	if (!find_instant(mapper, rule->at, &why))
		return fail(err, "event '%s': %s", rule->name, why.text);
	*event = import_event(rule->type, mapper->instants[rule->at].utc);
	for (int i = 0; i < rule->assignment_count; i++)
		if (!assign(mapper, &rule->assignments[i], event, &why))
			return fail(err, "event '%s': %s", rule->name, why.text);
	uint64_t missing = event_types[rule->type].required & ~event->present;
	if (missing)
		return fail(err, "event '%s': %s is empty", rule->name, event_key_names[__builtin_ctzll(missing)]);
	char *room = take_room(mapper, ID_MAX + 1);
	if (!room || !fill(mapper, &mapper->mapping->route, queue))
		return too_large(err);
	*queue = import_id(*queue, room);
	return true;
}

static bool begin_row(struct mapper *mapper, const struct view *fields, size_t count)
{
	struct mapping *mapping = mapper->mapping;
	mapper->used = 0;
	mapper->count = mapper->clamped = 0;
	mapper->fields = fields;
	mapper->field_count = count;
	for (int i = 0; i < mapping->instant_count; i++)
		mapper->instants[i].known = false;
	for (int i = 0; i < mapping->let_count; i++) {
		const struct mapping_let *let = &mapping->lets[i];
		if (!fill(mapper, holds(mapper, &let->when) ? &let->value : &let->otherwise, &mapper->lets[i]))
			return false;
	}
	return true;
}

/* *yes: the event of this section comes from this row. */
static bool wanted(struct mapper *mapper, const struct mapping_event *rule, bool *yes, struct error *err)
{
	struct view id;
	*yes = holds(mapper, &rule->when);
	if (!*yes || rule->once.count == 0)
		return true;
	if (!fill(mapper, &rule->once, &id) || id.size > ONCE_MOST)
		return too_large(err);
	*yes = map_find(&rule->seen, id) == MAP_NONE;
	return true;
}

static void remember(struct mapper *mapper)
{
	struct view id;
	for (int i = 0; i < mapper->count; i++) {
		struct mapping_event *rule = &mapper->mapping->events[mapper->rules[i]];
		if (rule->once.count && fill(mapper, &rule->once, &id))
			map_put(&rule->seen, id, 1);
	}
}

bool mapper_apply(struct mapper *mapper, const struct view *fields, size_t count, struct mapping_result *result, struct error *err)
{
	const struct mapping *mapping = mapper->mapping;
	*result = (struct mapping_result){.events = mapper->events, .queues = mapper->queues};
	if (!begin_row(mapper, fields, count))
		return too_large(err);
	for (int i = 0; i < mapping->drop_count; i++)
		if (holds(mapper, &mapping->drops[i]))
			return result->dropped = true;
	for (int i = 0; i < mapping->event_count; i++) {
		bool yes;
		if (!wanted(mapper, &mapping->events[i], &yes, err))
			return false;
		if (!yes)
			continue;
		if (!make_event(mapper, &mapping->events[i], &mapper->events[mapper->count], &mapper->queues[mapper->count], err))
			return false;
		mapper->rules[mapper->count++] = i;
	}
	remember(mapper);
	result->count = mapper->count;
	result->clamped = mapper->clamped;
	return true;
}

struct mapper *mapper_create(struct mapping *mapping, const struct zone *zone, const struct pseudonym *pseudonym)
{
	struct mapper *mapper = memory_new(1, sizeof *mapper);
	mapper->mapping = mapping;
	mapper->zone = zone;
	mapper->pseudonym = pseudonym;
	mapper->arena = memory_new(1, ARENA_SIZE);
	mapper->lets = memory_new((size_t)mapping->let_count + 1, sizeof *mapper->lets);
	mapper->instants = memory_new((size_t)mapping->instant_count + 1, sizeof *mapper->instants);
	mapper->events = memory_new((size_t)mapping->event_count + 1, sizeof *mapper->events);
	mapper->queues = memory_new((size_t)mapping->event_count + 1, sizeof *mapper->queues);
	mapper->rules = memory_new((size_t)mapping->event_count + 1, sizeof *mapper->rules);
	return mapper;
}

void mapper_destroy(struct mapper *mapper)
{
	if (!mapper)
		return;
	free(mapper->arena);
	free(mapper->lets);
	free(mapper->instants);
	free(mapper->events);
	free(mapper->queues);
	free(mapper->rules);
	free(mapper);
}
