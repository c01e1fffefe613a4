#include "feed/mapping/mapping_compile.h"

#include <stdlib.h>

#include "base/memory.h"

static char *copied(const char *from, size_t size)
{
	char *to = memory_new(1, size + 1);
	memcpy(to, from, size);
	return to;
}

static int find_let(const struct mapping *mapping, const char *name)
{
	for (int i = 0; i < mapping->let_count; i++)
		if (strcmp(mapping->lets[i].name, name) == 0)
			return i;
	return -1;
}

static int find_table(const struct mapping *mapping, const char *name)
{
	for (int i = 0; i < mapping->table_count; i++)
		if (strcmp(mapping->tables[i].name, name) == 0)
			return i;
	return -1;
}

static int use_column(struct mapping *mapping, const char *name)
{
	for (int i = 0; i < mapping->column_count; i++)
		if (strcmp(mapping->columns[i].name, name) == 0)
			return i;
	mapping->columns = memory_resize(mapping->columns, (size_t)mapping->column_count + 1, sizeof *mapping->columns);
	mapping->columns[mapping->column_count] = (struct mapping_column){.name = memory_text(name)};
	return mapping->column_count++;
}

/* "last:/", "first:@" */
static bool compile_cut(const char *text, struct template_part *part)
{
	const size_t size = strlen(text);
	if (size == 7 && strncmp(text, "first:", 6) == 0)
		part->cut = CUT_FIRST;
	else if (size == 6 && strncmp(text, "last:", 5) == 0)
		part->cut = CUT_LAST;
	part->at = size ? text[size - 1] : 0;
	return part->cut != CUT_NOTHING;
}

/* "column", "column|table", "column|last:/": as they stand between braces or left of a condition. Owns `text` for the time of the call. */
static bool compile_reference(struct mapping *mapping, char *text, struct template_part *part, struct error *err)
{
	/* The character that is cut at may be a bar itself. */
	char *bar = strrchr(text, '|');
	*part = (struct template_part){.table = -1};
	if (bar && !bar[1] && bar > text && bar[-1] == ':')
		for (bar--; bar > text && *bar != '|'; bar--)
			;
	if (bar) {
		*bar = 0;
		if (!compile_cut(bar + 1, part))
			part->table = find_table(mapping, bar + 1);
		if (part->table < 0 && part->cut == CUT_NOTHING)
			return fail(err, "no table is called '%s'", bar + 1);
	}
	if (!*text)
		return fail(err, "a column is meant, but none is named");
	part->number = find_let(mapping, text);
	part->kind = part->number >= 0 ? PART_LET : PART_COLUMN;
	if (part->kind == PART_LET)
		return true;
	if (!mapping->header && *text != '#')
		return fail(err, "'%s': without a header columns are named by their place: #1, #2, ...", text);
	part->number = use_column(mapping, text);
	return true;
}

static struct template_part *add_part(struct template *template)
{
	template->parts = memory_resize(template->parts, (size_t)template->count + 1, sizeof *template->parts);
	template->parts[template->count] = (struct template_part){.table = -1};
	return &template->parts[template->count++];
}

static size_t literal_size(const char *text)
{
	size_t size = 0;
	while (text[size] && text[size] != '{')
		size++;
	return size;
}

bool template_compile(struct mapping *mapping, const char *text, struct template *to, struct error *err)
{
	while (*text) {
		size_t size = literal_size(text);
		if (size == 0 && text[1] == '{')
			size = 1;
		if (size) {
			add_part(to)->literal = copied(text, size);
			text += text[0] == '{' ? 2 : size;
			continue;
		}
		const char *end = strchr(text, '}');
		if (!end)
			return fail(err, "'%s': a { without its }", text);
		char *reference = copied(text + 1, (size_t)(end - text - 1));
		struct template_part part;
		bool good = compile_reference(mapping, reference, &part, err);
		free(reference);
		if (!good)
			return false;
		*add_part(to) = part;
		text = end + 1;
	}
	return true;
}

void template_finish(struct template *template)
{
	for (int i = 0; i < template->count; i++)
		free(template->parts[i].literal);
	free(template->parts);
	*template = (struct template){0};
}

static bool part_remembers(const struct mapping *mapping, const struct template_part *part)
{
	return part->kind == PART_LET && mapping->lets[part->number].remembers;
}

bool template_remembers(const struct mapping *mapping, const struct template *template)
{
	for (int i = 0; i < template->count; i++)
		if (part_remembers(mapping, &template->parts[i]))
			return true;
	return false;
}

bool conditions_remember(const struct mapping *mapping, const struct conditions *conditions)
{
	for (int i = 0; i < conditions->count; i++)
		if (part_remembers(mapping, &conditions->list[i].left))
			return true;
	return false;
}

bool condition_compile(struct mapping *mapping, const char *text, struct condition *to, struct error *err)
{
	static const struct {
		const char *sign;
		enum condition_kind kind;
	} signs[] = {{" != ", CONDITION_IS_NOT}, {" !~ ", CONDITION_UNLIKE}, {" = ", CONDITION_IS}, {" ~ ", CONDITION_LIKE}};
	char *padded = memory_format("%s ", text); /* "column = " asks for an empty value */
	for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
		char *sign = strstr(padded, signs[i].sign);
		if (!sign)
			continue;
		*sign = 0;
		char *right = sign + strlen(signs[i].sign);
		size_t size = strlen(right);
		bool good = compile_reference(mapping, padded, &to->left, err);
		if (good) {
			to->kind = signs[i].kind;
			to->right = copied(right, size && right[size - 1] == ' ' ? size - 1 : size);
		}
		free(padded);
		return good;
	}
	free(padded);
	return fail(err, "'%s' is no condition: write \"column = value\", with != ~ !~ for \"is not\", \"is like\", \"is unlike\"", text);
}

void conditions_finish(struct conditions *conditions)
{
	for (int i = 0; i < conditions->count; i++)
		free(conditions->list[i].right);
	free(conditions->list);
	*conditions = (struct conditions){0};
}

int64_t unit_cut(char *text)
{
	static const struct {
		const char *name;
		int64_t ms;
	} units[] = {{" ms", 1}, {" s", SECOND_MS}, {" min", MINUTE_MS}, {" h", HOUR_MS}};
	size_t size = strlen(text);
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		size_t length = strlen(units[i].name);
		if (size <= length || strcmp(text + size - length, units[i].name) != 0)
			continue;
		text[size - length] = 0;
		return units[i].ms;
	}
	return 0;
}

int mapping_find_instant(const struct mapping *mapping, const char *name)
{
	for (int i = 0; i < mapping->instant_count; i++)
		if (strcmp(mapping->instants[i].name, name) == 0)
			return i;
	return -1;
}
