#include "app/manual.h"
#include "app/roff.h"
#include "config/layout.h"
#include "config/sections.h"
#include "config/tables.h"
#include "widgets/widget.h"

static void print_value(FILE *to, const void *of)
{
	const struct setting *setting = of;
	setting_print_limits(to, "", setting);
	if (setting->fallback) {
		fputs("  ", to);
		setting_print_default(to, setting);
	}
}

static void print_setting(FILE *to, const struct setting *setting)
{
	roff_item(to, setting->name, NULL, setting->help);
	roff_printed(to, print_value, setting);
}

static void print_section(FILE *to, const struct setting_table *table)
{
	char heading[200];
	if (table->title)
		snprintf(heading, sizeof heading, "%s \"%s\" { ... }", table->name, table->title);
	else
		snprintf(heading, sizeof heading, "%s { ... }", table->name);
	roff_subheading(to, heading);
	roff_text(to, table->help);
	for (size_t i = 0; i < table->count; i++)
		print_setting(to, &table->settings[i]);
}

/* Sections within sections: rows of a page, widgets of a row. */
static void print_boards(FILE *to)
{
	static const struct setting_table *const shared[] = {&page_table, &row_table, &widget_table};
	const struct layout_kind *kind;
	roff_heading(to, "BOARDS OF YOUR OWN");
	roff_text(to, "A page holds rows, a row widgets. What can be set of every widget comes first, then each kind with what is its own.");
	for (size_t i = 0; i < sizeof shared / sizeof *shared; i++)
		print_section(to, shared[i]);
	for (int i = 0; (kind = widget_kind(i)); i++)
		print_section(to, kind->table);
}

void manual_settings(FILE *to)
{
	roff_heading(to, "DESCRIPTION");
	roff_text(to, "A file of NAME = VALUE lines and of sections in braces; # begins a comment. A board, a collector, a replay read what concerns them;"
		      " what the file does not say stays as it is by default. Durations are written as in \"250ms\", \"20s\", \"15m\", \"4h\","
		      " \"7d\", \"1h30m\"; a number alone is seconds.");
	roff_lines(to, "\n  tablo --print-config > wall.conf    # every setting with its default\n"
		       "  tablo check wall.conf               # names the file, the line and what would be right\n"
		       "  tablo --config wall.conf\n");
	roff_paragraph(to, "The option --set NAME=VALUE sets one over the file.");
	roff_heading(to, "SETTINGS");
	for (size_t i = 0; i < board_table.count; i++) {
		if (board_table.settings[i].group)
			roff_subheading(to, board_table.settings[i].group);
		print_setting(to, &board_table.settings[i]);
	}
	roff_heading(to, "SECTIONS");
	for (size_t i = 0; i < SECTION_KINDS; i++)
		print_section(to, section_kinds[i].table);
	print_boards(to);
}
