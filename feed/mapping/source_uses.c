#include "feed/mapping/source_uses.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"

/* ---- what a column is used for ---- */

static void append(char to[USES_SIZE], const char *use)
{
	const size_t size = strlen(to), more = strlen(use);
	const char *known = strstr(to, use);
	const bool whole = known && (known == to || known[-1] == ' ') && (known[more] == 0 || known[more] == ',');
	if (whole || size + more + 3 > USES_SIZE)
		return;
	if (size)
		memcpy(to + size, ", ", 3);
	memcpy(to + strlen(to), use, more + 1);
}

static void note_template(struct source_uses *uses, const struct template *template, const char *use);
static void note_conditions(struct source_uses *uses, const struct conditions *conditions, const char *use);

static void note_part(struct source_uses *uses, const struct template_part *part, const char *use)
{
	if (part->kind == PART_COLUMN)
		append(uses->columns[part->number], use);
	if (part->kind != PART_LET)
		return;
	const struct mapping_let *let = &uses->mapping->lets[part->number]; /* made of those before it: this ends */
	note_template(uses, &let->value, use);
	note_template(uses, &let->otherwise, use);
	note_template(uses, &let->per, "whose");
	note_conditions(uses, &let->when, "which value");
}

static void note_template(struct source_uses *uses, const struct template *template, const char *use)
{
	for (int i = 0; i < template->count; i++)
		note_part(uses, &template->parts[i], use);
}

static void note_conditions(struct source_uses *uses, const struct conditions *conditions, const char *use)
{
	for (int i = 0; i < conditions->count; i++)
		note_part(uses, &conditions->list[i].left, use);
}

static void note_instant(struct source_uses *uses, int number, const char *use)
{
	const struct mapping_instant *instant = &uses->mapping->instants[number];
	note_template(uses, &instant->value, use);
	for (int i = 0; i < instant->plus_count; i++)
		note_template(uses, &instant->plus[i].value, use);
	if (instant->from >= 0)
		note_instant(uses, instant->from, use);
	if (instant->wraps_after >= 0)
		note_instant(uses, instant->wraps_after, use);
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_template(const struct template *a, const struct template *b)
{
	bool same = a->count == b->count;
	for (int i = 0; same && i < a->count; i++) {
		const struct template_part *left = &a->parts[i], *right = &b->parts[i];
		same = left->kind == right->kind && left->number == right->number && same_text(left->literal, right->literal);
	}
	return same;
}

static const struct assignment *assignment_of(const struct mapping_event *event, enum event_key key)
{
	for (int i = 0; i < event->assignment_count; i++)
		if (event->assignments[i].key == key)
			return &event->assignments[i];
	return NULL;
}

/* Do all events that have the key take it from the same fields? */
static bool is_same_in_all(const struct mapping *mapping, const struct assignment *assignment)
{
	for (int i = 0; i < mapping->event_count; i++) {
		const struct assignment *other = assignment_of(&mapping->events[i], assignment->key);
		if (other && (other->instant != assignment->instant || !same_template(&other->value, &assignment->value)))
			return false;
	}
	return true;
}

static bool is_same_time_in_all(const struct mapping *mapping, int instant)
{
	for (int i = 0; i < mapping->event_count; i++)
		if (mapping->events[i].at != instant)
			return false;
	return true;
}

/* "ts", or "ts of case.opened" where other events have it from elsewhere. */
static const char *use_of(const struct mapping_event *event, const char *key, bool is_same, char to[USES_SIZE])
{
	snprintf(to, USES_SIZE, is_same ? "%s" : "%s of %s", key, event_types[event->type].name);
	return to;
}

static void note_event(struct source_uses *uses, const struct mapping_event *event)
{
	char use[USES_SIZE];
	note_instant(uses, event->at, use_of(event, "ts", is_same_time_in_all(uses->mapping, event->at), use));
	for (int i = 0; i < event->assignment_count; i++) {
		const struct assignment *assignment = &event->assignments[i];
		use_of(event, event_key_names[assignment->key], is_same_in_all(uses->mapping, assignment), use);
		note_template(uses, &assignment->value, use);
		if (assignment->instant >= 0)
			note_instant(uses, assignment->instant, use);
	}
	note_conditions(uses, &event->when, "which event");
	note_template(uses, &event->once, "once");
	note_template(uses, &event->changed, "what changed");
	note_template(uses, &event->per, "whose");
}

void source_uses_find(struct source_uses *uses, const struct mapping *mapping)
{
	uses->mapping = mapping;
	uses->columns = memory_new((size_t)mapping->column_count + 1, sizeof *uses->columns);
	for (int i = 0; i < mapping->event_count; i++)
		note_event(uses, &mapping->events[i]);
	for (int i = 0; i < mapping->drop_count; i++)
		note_conditions(uses, &mapping->drops[i].when, "what is left out");
	note_template(uses, &mapping->route, "the topic's queue");
	note_template(uses, &mapping->title, "its name");
	note_template(uses, &mapping->delivery, "the delivery");
}

void source_uses_finish(struct source_uses *uses)
{
	free(uses->columns);
	*uses = (struct source_uses){0};
}

/* ---- which columns a field is ---- */

static const char *next_step(const char *path)
{
	const char *dot = strchr(path, '.');
	return dot ? dot + 1 : NULL;
}

static bool same_step(const char *pattern, const char *field)
{
	const size_t size = strcspn(pattern, "."), other = strcspn(field, ".");
	return (size == 1 && *pattern == '*') || (size == other && memcmp(pattern, field, size) == 0);
}

/* Follows the pattern; *rest: what of the field comes after it, NULL for nothing. */
static bool begins_so(const char *pattern, const char *field, const char **rest)
{
	for (; pattern && field; pattern = next_step(pattern), field = next_step(field))
		if (!same_step(pattern, field))
			return false;
	*rest = field;
	return !pattern;
}

static bool is_path(const char *pattern, const char *field)
{
	const char *rest;
	return begins_so(pattern, field, &rest) && !rest;
}

/* ".state" of the elements of any list. */
static bool is_of_element(const struct mapping *mapping, const char *pattern, const char *field)
{
	const char *rest;
	for (int i = 0; i < mapping->each_count; i++)
		if (begins_so(mapping->each[i], field, &rest) && rest && (rest = next_step(rest)) && is_path(pattern + 1, rest))
			return true;
	return false;
}

const char *source_use(struct source_uses *uses, const char *field, char to[USES_SIZE])
{
	const struct mapping *mapping = uses->mapping;
	*to = 0;
	for (int i = 0; i < mapping->column_count; i++) {
		const char *name = mapping->columns[i].name;
		const bool header = strncmp(name, "header:", 7) == 0 && strncmp(field, "header:", 7) == 0;
		if (header ? strcasecmp(name, field) == 0 : *name == '.' ? is_of_element(mapping, name, field) : is_path(name, field))
			append(to, uses->columns[i]);
	}
	return *to ? to : NULL;
}
