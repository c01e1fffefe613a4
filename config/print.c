#include <string.h>

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

static void print_value(FILE *to, const struct setting *setting)
{
	if (setting->type == SETTING_LIST)
		print_list(to, setting);
	else if (is_bare(setting))
		fprintf(to, "%s = %s\n", setting->name, setting->fallback);
	else
		fprintf(to, "%s = \"%s\"\n", setting->name, setting->fallback);
}

static void print_words(FILE *to, const char *indent, const struct setting *setting)
{
	if (setting->word_count == 0)
		return;
	fprintf(to, "%s# One of:", indent);
	for (int i = 0; i < setting->word_count; i++)
		fprintf(to, "%s \"%s\"", i ? "," : "", setting->words[i]);
	fputs(".\n", to);
}

static void print_range(FILE *to, const char *indent, const struct setting *setting)
{
	char least[40], most[40];
	if (setting->type == SETTING_LIST || (setting->least == 0 && setting->most == 0))
		return;
	if (setting->type == SETTING_DURATION) {
		setting_write_duration(setting->least, least, sizeof least);
		setting_write_duration(setting->most, most, sizeof most);
		fprintf(to, "%s# From \"%s\" to \"%s\".\n", indent, least, most);
	} else {
		fprintf(to, "%s# From %lld to %lld.\n", indent, (long long)setting->least,
			(long long)setting->most);
	}
}

/* As an example of itself, in comments: a section that stood there would change something. */
static void print_section(FILE *to, const struct setting_table *table)
{
	fputc('\n', to);
	print_comment(to, "", table->help);
	fprintf(to, "# %s \"%s\" {\n", table->name, table->title);
	for (size_t i = 0; i < table->count; i++) {
		const struct setting *setting = &table->settings[i];
		fprintf(to, "#   %s = ...\n", setting->name);
		print_comment(to, "#     ", setting->help);
		print_words(to, "#     ", setting);
		print_range(to, "#     ", setting);
	}
	fputs("# }\n", to);
}

void settings_print(FILE *to, void (*levels)(FILE *to))
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
		print_words(to, "", setting);
		print_range(to, "", setting);
		print_value(to, setting);
	}
	fputs("\n# ---- Sections ----\n", to);
	for (size_t i = 0; i < SECTION_KINDS; i++) {
		print_section(to, section_kinds[i].table);
		if (levels && section_kinds[i].table == &level_table) {
			fputc('\n', to);
			levels(to);
		}
	}
}
