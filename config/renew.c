#include "config/renew.h"

#include <stdlib.h>
#include <string.h>

#include "config/sections.h"

static const struct setting_table *const at_once_sections[] = {&level_table, &card_table};

static bool is_at_once(const struct section_kind *kind)
{
	for (size_t i = 0; i < sizeof at_once_sections / sizeof *at_once_sections; i++)
		if (at_once_sections[i] == kind->table)
			return true;
	return false;
}

/* ---- what waits ---- */

static char *text_of_setting(const struct setting *setting, const struct settings *settings)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	if (!to)
		return NULL;
	setting_write_value(setting, settings, to);
	fclose(to);
	return text;
}

static char *text_of_sections(const struct section_kind *kind, const struct settings *settings)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	if (!to)
		return NULL;
	for (int i = 0; i < section_count(kind, settings); i++) {
		const void *section = section_at(kind, settings, i);
		fprintf(to, "%s{", section_title(kind, section));
		for (size_t k = 0; k < kind->table->count; k++) {
			fputc(setting_write_value(&kind->table->settings[k], section, to) ? ';' : '-', to);
		}
	}
	fclose(to);
	return text;
}

static void name(const char *what, char *a, char *b, char *waits, size_t room)
{
	const size_t written = strlen(waits);
	if (a && b && strcmp(a, b) != 0 && written < room)
		snprintf(waits + written, room - written, "%s%s", written ? ", " : "", what);
	free(a);
	free(b);
}

static void name_what_waits(const struct settings *first, const struct settings *fresh, char *waits, size_t room)
{
	*waits = 0;
	for (size_t i = 0; i < board_table.count; i++) {
		const struct setting *setting = &board_table.settings[i];
		if (!setting->at_once)
			name(setting->name, text_of_setting(setting, first), text_of_setting(setting, fresh), waits, room);
	}
	for (const struct section_kind *kind = section_kinds; kind < section_kinds + SECTION_KINDS; kind++)
		if (!is_at_once(kind))
			name(kind->table->name, text_of_sections(kind, first), text_of_sections(kind, fresh), waits, room);
}

/* ---- what holds at once ---- */

static void swap_sections(const struct section_kind *kind, struct settings *a, struct settings *b)
{
	int *const count_a = (int *)(void *)((char *)a + kind->count), *const count_b = (int *)(void *)((char *)b + kind->count);
	void **const list_a = (void **)(void *)((char *)a + kind->list), **const list_b = (void **)(void *)((char *)b + kind->list);
	const int count = *count_a;
	void *const list = *list_a;
	*count_a = *count_b;
	*list_a = *list_b;
	*count_b = count;
	*list_b = list;
}

struct settings *settings_renew(const struct settings *running, const struct settings *first, struct settings *fresh, char *waits, size_t room)
{
	name_what_waits(first, fresh, waits, room);
	struct settings *renewed = settings_copy(running);
	for (size_t i = 0; i < board_table.count; i++)
		if (board_table.settings[i].at_once)
			setting_swap(&board_table.settings[i], renewed, fresh);
	for (const struct section_kind *kind = section_kinds; kind < section_kinds + SECTION_KINDS; kind++)
		if (is_at_once(kind))
			swap_sections(kind, renewed, fresh);
	const struct layout_pages pages = renewed->layout;
	renewed->layout = fresh->layout;
	fresh->layout = pages;
	return renewed;
}
