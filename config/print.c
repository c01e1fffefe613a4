#include <string.h>

#include "config/layout.h"
#include "config/sections.h"

#define LINE_MOST 110

/* A sentence as comment lines, broken between words. */
static void print_comment(FILE *to, const char *indent, const char *text)
{
	while (*text) {
		size_t length = strlen(text);
		const size_t most = LINE_MOST - strlen(indent) - 2;
		if (length > most) {
			length = most;
			while (length > 0 && text[length] != ' ')
				length--;
			if (length == 0)
				length = most;
		}
		fprintf(to, "%s# %.*s\n", indent, (int)length, text);
		text += length;
		text += strspn(text, " ");
	}
}

static bool is_bare(const struct setting *setting)
{
	return setting->type == SETTING_NUMBER || setting->type == SETTING_LARGE ||
	       setting->type == SETTING_REAL || setting->type == SETTING_FLAG;
}

/* "a,b" as { "a", "b" } */
static void print_list(FILE *to, const struct setting *setting)
{
	fprintf(to, "%s = {", setting->name);
	for (const char *entry = setting->fallback ? setting->fallback : ""; *entry;) {
		const size_t length = strcspn(entry, ",");
		fprintf(to, "%s \"%.*s\"", entry == setting->fallback ? "" : ",", (int)length, entry);
		entry += length + (entry[length] == ',');
	}
	fputs(" }\n", to);
}

void setting_print_default(FILE *to, const struct setting *setting)
{
	if (setting->type == SETTING_LIST)
		print_list(to, setting);
	else if (is_bare(setting))
		fprintf(to, "%s = %s\n", setting->name, setting->fallback);
	else
		fprintf(to, "%s = \"%s\"\n", setting->name, setting->fallback);
}

static void print_words(FILE *to, const char *before, const struct setting *setting)
{
	if (setting->word_count == 0)
		return;
	fprintf(to, "%sOne of:", before);
	for (int i = 0; i < setting->word_count; i++)
		fprintf(to, "%s \"%s\"", i ? "," : "", setting->words[i]);
	fputs(".\n", to);
}

void setting_print_limits(FILE *to, const char *before, const struct setting *setting)
{
	char least[40], most[40];
	print_words(to, before, setting);
	if (setting->type == SETTING_LIST || (setting->least == 0 && setting->most == 0))
		return;
	if (setting->type == SETTING_DURATION) {
		setting_write_duration(setting->least, least, sizeof least);
		setting_write_duration(setting->most, most, sizeof most);
		fprintf(to, "%sFrom \"%s\" to \"%s\".\n", before, least, most);
	} else {
		fprintf(to, "%sFrom %lld to %lld.\n", before, (long long)setting->least, (long long)setting->most);
	}
}

/* As an example of itself, in comments: a section that stood there would change something. */
static void print_section(FILE *to, const struct setting_table *table)
{
	fputc('\n', to);
	print_comment(to, "", table->help);
	if (table->title)
		fprintf(to, "# %s \"%s\" {\n", table->name, table->title);
	else
		fprintf(to, "# %s {\n", table->name);
	for (size_t i = 0; i < table->count; i++) {
		const struct setting *setting = &table->settings[i];
		fprintf(to, "#   %s = ...\n", setting->name);
		print_comment(to, "#     ", setting->help);
		setting_print_limits(to, "#     # ", setting);
	}
	fputs("# }\n", to);
}

static void print_layout(FILE *to, const struct settings_names *names)
{
	const struct layout_kind *kind;
	print_section(to, &page_table);
	print_section(to, &row_table);
	print_section(to, &widget_table);
	for (int i = 0; names && names->kind && (kind = names->kind(i)); i++)
		print_section(to, kind->table);
}

void settings_print(FILE *to, void (*levels)(FILE *to), const struct settings_names *names)
{
	fputs("# The configuration of tablo: every setting with its default. Durations: \"250ms\", \"20s\", "
	      "\"15m\", \"4h\", \"7d\",\n"
	      "# \"1h30m\"; a number alone is seconds.\n",
		to);
	for (size_t i = 0; i < board_table.count; i++) {
		const struct setting *setting = &board_table.settings[i];
		if (setting->group)
			fprintf(to, "\n# ---- %s ----\n", setting->group);
		fputc('\n', to);
		print_comment(to, "", setting->help);
		setting_print_limits(to, "# ", setting);
		setting_print_default(to, setting);
	}
	fputs("\n# ---- Sections ----\n", to);
	for (size_t i = 0; i < SECTION_KINDS; i++) {
		print_section(to, section_kinds[i].table);
		if (levels && section_kinds[i].table == &level_table) {
			fputc('\n', to);
			levels(to);
		}
	}
	print_layout(to, names);
}
