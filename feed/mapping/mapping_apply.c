/* Making events of a table's rows. A row gives all of its events or none. */
#include <fnmatch.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "feed/mapping/mapping_state.h"

#define ARENA_SIZE (256 * 1024) /* what one row may come to */
#define TEXT_MOST 200		/* bytes of a title or an announcement */

/* ---- texts ---- */

char *mapper_room(struct mapper *mapper, size_t size)
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

static struct view piece_of(const struct template_part *part, struct view value)
{
	const char *at = !value.size ? NULL : part->cut == CUT_FIRST ? memchr(value.data, part->at, value.size) : memrchr(value.data, part->at, value.size);
	if (!at)
		return value;
	const size_t before = (size_t)(at - value.data);
	return part->cut == CUT_FIRST ? (struct view){value.data, before} : (struct view){at + 1, value.size - before - 1};
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
	if (part->cut != CUT_NOTHING)
		return piece_of(part, value);
	return part->table < 0 ? value : rewritten(&mapper->mapping->tables[part->table], value);
}

bool mapper_fill(struct mapper *mapper, const struct template *template, struct view *value)
{
	if (template->count == 1) {
		*value = part_value(mapper, &template->parts[0]);
		return true;
	}
	size_t size = 0;
	for (int i = 0; i < template->count; i++)
		size += part_value(mapper, &template->parts[i]).size;
	char *to = mapper_room(mapper, size + 1);
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

bool mapper_holds(const struct mapper *mapper, const struct conditions *conditions)
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

bool mapper_too_large(struct error *err)
{
	return fail(err, "more text than a row can have, an id over %d bytes, or more than %d ids", RECALL_TEXT_MOST, RECALL_IDS_MOST);
}

static bool read_instant(struct mapper *mapper, const struct mapping_instant *rule, struct instant_value *value, struct error *err)
{
	struct view text;
	if (!mapper_fill(mapper, &rule->value, &text))
		return mapper_too_large(err);
	if (!mapping_time(rule->format, text, &value->local, &value->utc)) {
		if (mapper_documents(mapper))
			return fail(err, text.size ? "instant '%s': what stands there is not of the form %s" : "instant '%s' is empty", rule->name, rule->format);
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
		if (!mapper_fill(mapper, &rule->plus[i].value, &text))
			return mapper_too_large(err);
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
	if (!mapper_fill(mapper, &rule->value, &text))
		return mapper_too_large(err);
	*empty = import_blank(text);
	return true;
}

/* ---- events ---- */

static bool yes_or_no(struct view text, int64_t *value)
{
	static const char *const words[] = {"0", "1", "false", "true", "no", "yes", NULL};
	for (int i = 0; words[i]; i++)
		if (text.size == strlen(words[i]) && strncasecmp(text.data, words[i], text.size) == 0) {
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
	char *room = mapper_room(mapper, prose ? TEXT_MOST + 1 : ID_MAX + 1);
	if (!room)
		return mapper_too_large(err);
	if (key == KEY_CUSTOMER)
		text = customer_of(mapper, text, room);
	else if (prose)
		text = (struct view){room, text_harmless(text, room, TEXT_MOST + 1)};
	else
		text = import_id(text, room);
	if (import_text(event, key, text))
		return true;
	if (mapper_documents(mapper))
		return fail(err, "%s: the protocol has no such word here; a table gives it one", event_key_names[key]);
	return fail(err, "%s = '%.*s': the protocol has no such word here", event_key_names[key], (int)text.size, text.data);
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
	if (!mapper_fill(mapper, &assignment->value, &text))
		return mapper_too_large(err);
	if (assignment->key > KEY_BEFORE_NUMBERS)
		return put_number(mapper, assignment, event, text, err);
	if (assignment->nil && text.size == 0) {
		event->text[assignment->key] = (struct view){0};
		event->present |= KEY_BIT(assignment->key);
		return true;
	}
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
	char *room = mapper_room(mapper, ID_MAX + 1);
	if (!room || !mapper_fill(mapper, &mapper->mapping->route, queue))
		return mapper_too_large(err);
	*queue = import_id(*queue, room);
	return true;
}

/* Lets of the document keep what they are while its elements are looked at. */
static bool begin_row(struct mapper *mapper, const struct view *fields, size_t count, int each)
{
	struct mapping *mapping = mapper->mapping;
	mapper->used = each < 0 ? 0 : mapper->mark;
	mapper->count = mapper->clamped = 0;
	mapper->fields = fields;
	mapper->field_count = count;
	mapper->each = each;
	mapper->known = false;
	for (int i = 0; i < mapping->instant_count; i++)
		mapper->instants[i].known = false;
	for (int i = 0; each < 0 && i < mapping->let_count; i++)
		mapper->lets[i] = view_of("");
	for (int i = 0; i < mapping->let_count; i++) {
		const struct mapping_let *let = &mapping->lets[i];
		if (let->element != (each >= 0))
			continue;
		if (!mapper_fill(mapper, mapper_holds(mapper, &let->when) ? &let->value : &let->otherwise, &mapper->lets[i])
			|| (let->keep != KEEP_NOTHING && !mapper_look_back(mapper, i)))
			return false;
	}
	return true;
}

bool mapper_instant(struct mapper *mapper, const struct view *fields, size_t count, int64_t *at, struct error *err)
{
	const int number = mapper->mapping->sort_by;
	if (!begin_row(mapper, fields, count, -1))
		return mapper_too_large(err);
	if (!find_instant(mapper, number, err))
		return false;
	*at = mapper->instants[number].utc;
	return true;
}

static bool make_events(struct mapper *mapper, struct mapping_result *result, struct error *err)
{
	const struct mapping *mapping = mapper->mapping;
	for (int i = 0; i < mapping->event_count; i++) {
		bool yes;
		if (!mapper_wants(mapper, &mapping->events[i], &yes, err))
			return false;
		if (!yes)
			continue;
		if (!make_event(mapper, &mapping->events[i], &mapper->events[mapper->count], &mapper->queues[mapper->count], err))
			return false;
		mapper->rules[mapper->count++] = i;
	}
	mapper_remember(mapper);
	result->count = mapper->count;
	result->clamped = mapper->clamped;
	result->known = mapper->known;
	return true;
}

bool mapper_apply(struct mapper *mapper, const struct view *fields, size_t count, struct mapping_result *result, struct error *err)
{
	const struct mapping *mapping = mapper->mapping;
	*result = (struct mapping_result){.events = mapper->events, .queues = mapper->queues};
	mapper->mark = 0;
	if (!begin_row(mapper, fields, count, -1))
		return mapper_too_large(err);
	mapper->mark = mapper->used;
	for (int i = 0; i < mapping->drop_count; i++) {
		if (!mapper_holds(mapper, &mapping->drops[i].when))
			continue;
		result->ignored = mapping->drops[i].name;
		return result->dropped = true;
	}
	return make_events(mapper, result, err);
}

bool mapper_apply_element(struct mapper *mapper, const struct view *fields, size_t count, int each, struct mapping_result *result, struct error *err)
{
	*result = (struct mapping_result){.events = mapper->events, .queues = mapper->queues};
	return begin_row(mapper, fields, count, each) ? make_events(mapper, result, err) : mapper_too_large(err);
}

struct view mapper_text(struct mapper *mapper, const struct template *template, const struct view *fields, size_t count)
{
	struct view text;
	mapper->fields = fields;
	mapper->field_count = count;
	return mapper_fill(mapper, template, &text) ? text : view_of("");
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
