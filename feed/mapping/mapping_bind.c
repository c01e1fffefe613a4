/* Binding a mapping to the columns of a table, or to paths into documents. */
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "feed/mapping/mapping.h"

static bool by_place(const char *name, size_t count, size_t *place)
{
	char *end;
	long number = strtol(name + 1, &end, 10);
	if (*name != '#' || end == name + 1 || *end || number < 1 || (count && (size_t)number > count))
		return false;
	*place = (size_t)number - 1;
	return true;
}

static bool no_column(const struct mapping *mapping, const char *name, const struct mapping_header *header, const char *file, struct error *err)
{
	const struct view *names = header->names;
	const size_t count = header->count;
	char list[300] = "";
	if (!header->is_shown)
		return fail(err, "%s: no column is called '%s', which %s asks for; `tablo bridge test` says which of the %zu there are", file, name,
			mapping->path, count);
	size_t size = 0;
	for (size_t i = 0; i < count && size + 80 < sizeof list; i++) {
		char harmless[64];
		text_harmless(names[i], harmless, sizeof harmless);
		size += (size_t)snprintf(list + size, sizeof list - size, "%s%s", i ? ", " : "", harmless);
	}
	return fail(err, "%s: no column is called '%s', which %s asks for; there are %zu: %s", file, name, mapping->path, count, list);
}

bool mapping_bind(struct mapping *mapping, const struct mapping_header *header, const char *file, struct error *err)
{
	const struct view *names = header->names;
	const size_t count = header->count;
	if (mapping->each_count > 0)
		return fail(err, "%s: each = \"%s\" is of documents: a table has no lists in its rows", mapping->path, mapping->each[0]);
	if (mapping->own_events)
		return fail(err, "%s: own_events is of documents: the rows of a table are no events", mapping->path);
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
			return no_column(mapping, column->name, header, file, err);
	}
	return true;
}

void mapping_bind_own(struct mapping *mapping)
{
	for (int i = 0; i < mapping->column_count; i++)
		mapping->columns[i].place = (size_t)i;
}

/* ---- documents ---- */

static bool part_of_element(const struct mapping *mapping, const struct template_part *part)
{
	if (part->kind == PART_LET)
		return mapping->lets[part->number].element;
	return part->kind == PART_COLUMN && json_path_of_element(mapping->columns[part->number].path);
}

static bool of_element(const struct mapping *mapping, const struct template *template)
{
	for (int i = 0; i < template->count; i++)
		if (part_of_element(mapping, &template->parts[i]))
			return true;
	return false;
}

static bool conditions_of_element(const struct mapping *mapping, const struct conditions *conditions)
{
	for (int i = 0; i < conditions->count; i++)
		if (part_of_element(mapping, &conditions->list[i].left))
			return true;
	return false;
}

static bool instant_of_element(const struct mapping *mapping, const struct mapping_instant *instant)
{
	bool yes = of_element(mapping, &instant->value) || (instant->from >= 0 && mapping->instants[instant->from].element)
		|| (instant->wraps_after >= 0 && mapping->instants[instant->wraps_after].element);
	for (int i = 0; i < instant->plus_count; i++)
		yes = yes || of_element(mapping, &instant->plus[i].value);
	return yes;
}

static bool event_of_element(const struct mapping *mapping, const struct mapping_event *event)
{
	bool yes = mapping->instants[event->at].element || conditions_of_element(mapping, &event->when) || of_element(mapping, &event->once)
		|| of_element(mapping, &event->changed) || of_element(mapping, &event->per);
	for (int i = 0; i < event->assignment_count; i++) {
		const struct assignment *assignment = &event->assignments[i];
		yes = yes || of_element(mapping, &assignment->value) || (assignment->instant >= 0 && mapping->instants[assignment->instant].element);
	}
	return yes;
}

/* What is of an element can be asked for only where there is one. Lets and instants stand in an order in which each knows those it is made of. */
static bool find_elements(struct mapping *mapping, struct error *err)
{
	for (int i = 0; i < mapping->let_count; i++) {
		struct mapping_let *let = &mapping->lets[i];
		let->element = of_element(mapping, &let->value) || of_element(mapping, &let->otherwise) || of_element(mapping, &let->per)
			|| conditions_of_element(mapping, &let->when);
	}
	for (int i = 0; i < mapping->instant_count; i++)
		mapping->instants[i].element = instant_of_element(mapping, &mapping->instants[i]);
	for (int i = 0; i < mapping->event_count; i++)
		if (mapping->events[i].each < 0 && event_of_element(mapping, &mapping->events[i]))
			return fail(err, "%s: event '%s' uses a path with a leading dot, which is of an element: it lacks 'each', the list of them", mapping->path,
				mapping->events[i].name);
	for (int i = 0; i < mapping->drop_count; i++)
		if (conditions_of_element(mapping, &mapping->drops[i].when))
			return fail(err, "%s: %s '%s' uses a path with a leading dot: whole documents are left out, not their elements", mapping->path,
				mapping->drops[i].name ? "ignore" : "drop", mapping->drops[i].name ? mapping->drops[i].name : "");
	if (of_element(mapping, &mapping->title) || of_element(mapping, &mapping->delivery))
		return fail(err, "%s: 'name' and 'delivery' are of whole documents: a path with a leading dot is of an element", mapping->path);
	return true;
}

bool mapping_bind_documents(struct mapping *mapping, struct error *err)
{
	struct error why;
	mapping->documents = true;
	for (int i = 0; i < mapping->delivery.count; i++) /* it is asked for before lets are reckoned */
		if (mapping->delivery.parts[i].kind == PART_LET)
			return fail(err, "%s: webhook: 'delivery' is made of paths, not of a 'let'", mapping->path);
	for (int i = 0; i < mapping->column_count; i++) {
		mapping->columns[i].place = (size_t)i;
		mapping->columns[i].path = json_path_create(mapping->columns[i].name, &why);
		if (!mapping->columns[i].path)
			return fail(err, "%s: %s", mapping->path, why.text);
	}
	mapping->each_paths = memory_new((size_t)mapping->each_count + 1, sizeof *mapping->each_paths);
	for (int i = 0; i < mapping->each_count; i++) {
		mapping->each_paths[i] = json_path_create(mapping->each[i], &why);
		if (!mapping->each_paths[i])
			return fail(err, "%s: each: %s", mapping->path, why.text);
		if (json_path_of_element(mapping->each_paths[i]))
			return fail(err, "%s: each = \"%s\": elements are of the document, not of another element", mapping->path, mapping->each[i]);
	}
	return find_elements(mapping, err);
}

#define KEPT_KEY "%.100s/%s/%.100s\x1f" /* whose, which memory, of which section; the id follows */

void mapping_keep(struct mapping *mapping, const struct recall_keeper *keeper, const char *prefix)
{
	static const char *const kinds[] = {"once", "changed", "keep"};
	char key[RECALL_TEXT_MOST];
	for (int i = 0; i < mapping->event_count; i++) {
		struct mapping_event *event = &mapping->events[i];
		struct recall *const recalls[] = {event->once.count ? &event->seen : NULL, event->changed.count ? &event->last : NULL};
		for (int k = 0; k < 2; k++)
			if (recalls[k]) {
				snprintf(key, sizeof key, KEPT_KEY, prefix, kinds[k], event->name);
				recall_keep(recalls[k], keeper, view_of(key));
			}
	}
	for (int i = 0; i < mapping->let_count; i++)
		if (mapping->lets[i].keep != KEEP_NOTHING) {
			snprintf(key, sizeof key, KEPT_KEY, prefix, kinds[2], mapping->lets[i].name);
			recall_keep(&mapping->lets[i].recall, keeper, view_of(key));
		}
}
