/* Making events of a table's rows. A row gives all of its events or none. */
#include <fnmatch.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "feed/bridges/mapping.h"

#define ARENA_SIZE (256 * 1024) /* what one row may come to */
#define TEXT_MOST 200		/* bytes of a title or an announcement */

struct instant_value {
	bool known;
	int64_t local, utc;
};

/* What a row tells the rows after it. */
struct kept {
	struct view id, now;
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
	struct kept *kept; /* of lets that remember */
	struct instant_value *instants;
	struct event *events;
	struct view *queues;
	int *rules; /* which section each event comes from */
	int count;
	int clamped;
};

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
	return fail(err, "more text than a row can have, an id over %d bytes, or more than %d ids", RECALL_TEXT_MOST, RECALL_IDS_MOST);
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

/* Made of a cell in which nothing stands. */
static bool is_empty(struct mapper *mapper, int number, bool *empty, struct error *err)
{
	const struct mapping_instant *rule = &mapper->mapping->instants[number];
	struct view text;
	if (rule->from >= 0)
		return is_empty(mapper, rule->from, empty, err);
	if (!fill(mapper, &rule->value, &text))
		return too_large(err);
	*empty = import_blank(text);
	return true;
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

/* The instant, or for a duration what passed from then until the event. */
static bool put_instant(struct mapper *mapper, const struct assignment *assignment, struct event *event, struct error *err)
{
	bool empty = false;
	if (!is_empty(mapper, assignment->instant, &empty, err))
		return false;
	if (empty)
		return true;
	if (!find_instant(mapper, assignment->instant, err))
		return false;
	const int64_t utc = mapper->instants[assignment->instant].utc;
	const bool at = assignment->key == KEY_DUE || assignment->key == KEY_UNTIL;
	mapper->clamped += !at && event->ts < utc;
	import_number(event, assignment->key, at ? utc : event->ts < utc ? 0 : event->ts - utc);
	return true;
}

static bool assign(struct mapper *mapper, const struct assignment *assignment, struct event *event, struct error *err)
{
	struct view text;
	if (assignment->instant >= 0)
		return put_instant(mapper, assignment, event, err);
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

/* A let that remembers: what it is now is kept for the rows after, if this one is good. */
static bool look_back(struct mapper *mapper, int number)
{
	const struct mapping_let *let = &mapper->mapping->lets[number];
	struct kept *kept = &mapper->kept[number];
	struct view known;
	kept->now = mapper->lets[number];
	if (!fill(mapper, &let->per, &kept->id) || !recall_has_room(&let->recall, kept->id, kept->now))
		return false;
	if (!recall_find(&let->recall, kept->id, &known)) {
		mapper->lets[number] = let->keep == KEEP_FIRST ? kept->now : view_of("");
		return true;
	}
	char *room = take_room(mapper, known.size + 1); /* it may be replaced before the row ends */
	if (!room)
		return false;
	view_copy(known, room, known.size + 1);
	mapper->lets[number] = (struct view){room, known.size};
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
		if (!fill(mapper, holds(mapper, &let->when) ? &let->value : &let->otherwise, &mapper->lets[i])
			|| (let->keep != KEEP_NOTHING && !look_back(mapper, i)))
			return false;
	}
	return true;
}

static bool has_changed(struct mapper *mapper, const struct mapping_event *rule, bool *yes)
{
	struct view id, now, before;
	if (!fill(mapper, &rule->per, &id) || !fill(mapper, &rule->changed, &now) || !recall_has_room(&rule->last, id, now))
		return false;
	*yes = recall_find(&rule->last, id, &before) ? !view_equals(now, before) : rule->first;
	return true;
}

/* *yes: the event of this section comes from this row. */
static bool wanted(struct mapper *mapper, const struct mapping_event *rule, bool *yes, struct error *err)
{
	struct view id;
	*yes = holds(mapper, &rule->when);
	if (*yes && rule->changed.count && !has_changed(mapper, rule, yes))
		return too_large(err);
	if (!*yes || rule->once.count == 0)
		return true;
	if (!fill(mapper, &rule->once, &id) || id.size > RECALL_TEXT_MOST || rule->seen.used >= RECALL_IDS_MOST)
		return too_large(err);
	*yes = map_find(&rule->seen, id) == MAP_NONE;
	return true;
}

/* Only what a good row says is remembered. `changed` looks at every row that its `when` lets through. */
static void remember(struct mapper *mapper)
{
	struct mapping *mapping = mapper->mapping;
	struct view id, now;
	for (int i = 0; i < mapper->count; i++) {
		struct mapping_event *rule = &mapping->events[mapper->rules[i]];
		if (rule->once.count && fill(mapper, &rule->once, &id))
			map_put(&rule->seen, id, 1);
	}
	for (int i = 0; i < mapping->event_count; i++) {
		struct mapping_event *rule = &mapping->events[i];
		if (rule->changed.count && holds(mapper, &rule->when) && fill(mapper, &rule->per, &id) && fill(mapper, &rule->changed, &now))
			recall_put(&rule->last, id, now);
	}
	for (int i = 0; i < mapping->let_count; i++) {
		struct mapping_let *let = &mapping->lets[i];
		const struct kept *kept = &mapper->kept[i];
		if (let->keep == KEEP_PREVIOUS || (let->keep == KEEP_FIRST && !recall_find(&let->recall, kept->id, &now)))
			recall_put(&let->recall, kept->id, kept->now);
	}
}

bool mapper_instant(struct mapper *mapper, const struct view *fields, size_t count, int64_t *at, struct error *err)
{
	const int number = mapper->mapping->sort_by;
	if (!begin_row(mapper, fields, count))
		return too_large(err);
	if (!find_instant(mapper, number, err))
		return false;
	*at = mapper->instants[number].utc;
	return true;
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
	mapper->kept = memory_new((size_t)mapping->let_count + 1, sizeof *mapper->kept);
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
	free(mapper->kept);
	free(mapper->instants);
	free(mapper->events);
	free(mapper->queues);
	free(mapper->rules);
	free(mapper);
}
