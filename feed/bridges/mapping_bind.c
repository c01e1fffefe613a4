/* Binding a mapping to the columns of a table. */
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "feed/bridges/mapping.h"

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

void mapping_bind_own(struct mapping *mapping)
{
	for (int i = 0; i < mapping->column_count; i++)
		mapping->columns[i].place = (size_t)i;
}
