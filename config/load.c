#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <confuse.h>

#include "base/memory.h"
#include "base/text.h"
#include "config/file.h"
#include "config/layout_read.h"
#include "config/scan.h"
#include "config/sections.h"
#include "config/suggest.h"
#include "config/tables.h"

#define KINDS_MOST 64 /* of widgets */

struct loading;
/* Where the callbacks of libconfuse find their way: option 0 of the root and of every section points at what that one is. */
struct place {
	enum { PLACE_BOARD, PLACE_SECTION, PLACE_PAGE, PLACE_ROW, PLACE_WIDGET } is;
	struct loading *loading;
	const struct layout_kind *kind; /* PLACE_WIDGET */
};

struct loading {
	const char *name; /* of the file */
	struct settings *settings;
	struct scan scan;
	struct sections sections;
	size_t closed; /* sections that have been read to their ends */
	struct layout_reading *layout;
	struct place board, section, page, row, widgets[KINDS_MOST];
	int kind_count;
	bool boards; /* only pages may stand in the file */
	struct error *err;
	bool has_failed; /* the first message stays */
};

static const struct place *place_of(cfg_t *cfg)
{
	return (const struct place *)cfg_getnopt(cfg, 0)->simple_value.ptr;
}

static struct loading *loading_of(cfg_t *cfg)
{
	return place_of(cfg)->loading;
}

/* "wall.conf:7: " before a message; -1, as libconfuse wants it. */
static int refuse(struct loading *loading, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static int refuse(struct loading *loading, int line, const char *format, ...)
{
	if (loading->has_failed)
		return -1;
	loading->has_failed = true;
	char raw[500], harmless[500];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(raw, sizeof raw, format, arguments);
	va_end(arguments);
	text_harmless(view_of(raw), harmless, sizeof harmless);
	fail(loading->err, "%s:%d: %s", loading->name, line, harmless);
	return -1;
}

static void refuse_unknown(struct loading *loading, cfg_t *cfg, const char *name)
{
	const char *names[250];
	unsigned int count = 0;
	for (cfg_opt_t *each; count + 1 < sizeof names / sizeof *names &&
			      (each = cfg_getnopt(cfg, count + 1)) && each->name;
		count++)
		names[count] = each->name;
	names[count] = NULL;
	const bool is_root = place_of(cfg)->is == PLACE_BOARD, is_row = place_of(cfg)->is == PLACE_ROW;
	const char *meant = suggest(name, names), *of = is_root || is_row ? "" : cfg_name(cfg), *thing = is_row ? "kind of widget" : "setting";
	char shown[80];
	text_harmless(view_of(name), shown, sizeof shown);
	if (meant)
		refuse(loading, cfg->line, "no %s%s%s is called '%s'; did you mean '%s'?", thing, *of ? " of " : "", of, shown, meant);
	else
		refuse(loading, cfg->line, "no %s%s%s is called '%s'; %s shows them all", thing, *of ? " of " : "", of, shown,
			is_row ? "--list-widgets" : "--print-config");
}

/* libconfuse's sentences and ours; both with the same one argument. */
static const struct {
	const char *theirs, *ours;
} sentences[] = {
	{"unexpected token '%s'", "'%s' does not belong here; a setting is written name = value"},
	{"unexpected closing brace", "a '}' without its '{'"},
	{"premature end of file", "the file ends too early; a value or a '}' is missing"},
	{"missing equal sign after option '%s'", "'=' is missing after '%s'"},
	{"missing opening brace for section '%s'", "'{' is missing after the title of this '%s'"},
	{"missing title for section '%s'", "a title is missing; write %s \"TITLE\" { ... }"},
	{"attempt to append to non-list option '%s'", "'%s' is no list; write '=' in place of '+='"},
	{"no sub-section title/index for '%s'", "a setting of a '%s' is written inside its braces"},
	{"bad escape sequence '%s'", "'%s' in a string means nothing; write '\\\\' for one backslash"},
	{"invalid octal number '%s'", "'%s' in a string is no byte; write '\\\\' for one backslash"},
};

/* Called while the C locale is in force, so that the sentences are the untranslated ones. */
static void take_error(cfg_t *cfg, const char *format, va_list arguments)
{
	struct loading *loading = loading_of(cfg);
	if (strncmp(format, "no such option", strlen("no such option")) == 0) {
		refuse_unknown(loading, cfg, va_arg(arguments, const char *));
		return;
	}
	for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++)
		if (strcmp(format, sentences[i].theirs) == 0)
			format = sentences[i].ours;
	char text[400];
	vsnprintf(text, sizeof text, format, arguments);
	refuse(loading, cfg->line, "%s", text);
}

static const struct setting *find_setting(cfg_t *cfg, const char *name, void **base)
{
	const struct place *place = place_of(cfg);
	struct loading *loading = place->loading;
	const struct setting_table *table = &board_table;
	*base = loading->settings;
	switch (place->is) {
	case PLACE_PAGE:
		return layout_read_setting(loading->layout, LAYOUT_PAGE, NULL, name, base);
	case PLACE_ROW:
		return layout_read_setting(loading->layout, LAYOUT_ROW, NULL, name, base);
	case PLACE_WIDGET:
		return layout_read_setting(loading->layout, LAYOUT_WIDGET, place->kind, name, base);
	case PLACE_SECTION:
		table = sections_draft(&loading->sections, cfg_name(cfg), base);
		break;
	case PLACE_BOARD:
		break;
	}
	return table ? setting_find(table->settings, table->count, name) : NULL;
}

/* Every value, as it is read: only now is its line known. */
static int take_value(cfg_t *cfg, cfg_opt_t *option, const char *value, void *result)
{
	struct loading *loading = loading_of(cfg);
	void *base;
	const struct setting *setting = find_setting(cfg, option->name, &base);
	if (!setting)
		return refuse(loading, cfg->line, "'%s' does not belong here", option->name);
	struct error err;
	bool good;
	if (setting->type == SETTING_LIST) {
		if (option->nvalues == 1) /* the first since '=': what was there before goes */
			setting_clear(setting, base);
		good = setting_append(setting, base, value, &err);
	} else {
		good = setting_assign(setting, base, value, &err);
	}
	if (!good)
		return refuse(loading, cfg->line, "%s", err.text);
	*(const char **)result =
		""; /* libconfuse keeps a copy of this; the value is where it belongs already */
	return 0;
}

static bool take(cfg_t *cfg, const char *name, const char *title, int line, struct error *err)
{
	const struct place *place = place_of(cfg);
	struct loading *loading = place->loading;
	if (place->is == PLACE_PAGE)
		return layout_take_row(loading->layout, line, err);
	for (int i = 0; place->is == PLACE_ROW && i < loading->kind_count; i++)
		if (strcmp(loading->widgets[i].kind->table->name, name) == 0)
			return layout_take_widget(loading->layout, loading->widgets[i].kind, title, line, err);
	if (strcmp(name, page_table.name) == 0)
		return layout_take_page(loading->layout, &loading->settings->layout, title, line, err);
	return sections_take(&loading->sections, loading->settings, name, title, line, err);
}

/* A section has been read to its closing brace, those within it before. It is taken out of libconfuse at once: it would put two
 * sections of one title (two levels of one metric) into one. */
static int take_section(cfg_t *cfg, cfg_opt_t *option)
{
	struct loading *loading = loading_of(cfg);
	cfg_t *section = cfg_opt_getnsec(option, 0);
	const size_t number = loading->closed++;
	const int line = number < loading->scan.section_count ? loading->scan.section_lines[number] : cfg->line;
	struct error err;
	if (!take(cfg, option->name, cfg_title(section), line, &err))
		return refuse(loading, line, "%s", err.text);
	cfg_opt_rmnsec(option, 0);
	return 0;
}

/* ---- what libconfuse is to know ---- */

struct options {
	cfg_opt_t *list; /* ends with one that is all zeros */
	size_t count;
};

static struct options begin_options(struct place *place, size_t room)
{
	struct options options = {.list = memory_new(room + 2, sizeof *options.list), .count = 1};
	options.list[0] = (cfg_opt_t){.name = "", .type = CFGT_PTR, .flags = CFGF_NODEFAULT, .simple_value = {.ptr = (void **)(void *)place}};
	return options;
}

static void add_values(struct options *options, const struct setting_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		options->list[options->count++] = (cfg_opt_t){
			.name = table->settings[i].name,
			.type = CFGT_STR,
			.flags = table->settings[i].type == SETTING_LIST ? CFGF_LIST : CFGF_NODEFAULT,
			.parsecb = take_value,
		};
}

/* `within` is the caller's until finish_options(). */
static void add_section(struct options *options, const struct setting_table *table, struct options within)
{
	options->list[options->count++] = (cfg_opt_t){
		.name = table->name,
		.type = CFGT_SEC,
		.flags = CFGF_MULTI | (table->title ? CFGF_TITLE : CFGF_NONE),
		.subopts = within.list,
		.validcb = take_section,
	};
}

static void finish_options(struct options *options)
{
	for (size_t i = 1; i < options->count; i++) {
		if (options->list[i].type != CFGT_SEC)
			continue;
		struct options within = {.list = options->list[i].subopts};
		while (within.list[within.count].name)
			within.count++;
		finish_options(&within);
	}
	free(options->list);
}

static struct options make_row(struct loading *loading)
{
	struct options row = begin_options(&loading->row, row_table.count + KINDS_MOST);
	add_values(&row, &row_table);
	for (int i = 0; i < loading->kind_count; i++) {
		const struct setting_table *table = loading->widgets[i].kind->table;
		struct options widget = begin_options(&loading->widgets[i], widget_table.count + table->count);
		add_values(&widget, &widget_table);
		add_values(&widget, table);
		add_section(&row, table, widget);
	}
	return row;
}

static struct options make_page(struct loading *loading)
{
	struct options page = begin_options(&loading->page, page_table.count + 1);
	add_values(&page, &page_table);
	add_section(&page, &row_table, make_row(loading));
	return page;
}

static cfg_t *make_parser(struct loading *loading)
{
	struct options board = begin_options(&loading->board, board_table.count + SECTION_KINDS + 1);
	if (!loading->boards)
		add_values(&board, &board_table);
	for (size_t i = 0; i < SECTION_KINDS && !loading->boards; i++) {
		struct options section = begin_options(&loading->section, section_kinds[i].table->count);
		add_values(&section, section_kinds[i].table);
		add_section(&board, section_kinds[i].table, section);
	}
	add_section(&board, &page_table, make_page(loading));
	cfg_t *cfg = cfg_init(board.list, CFGF_NONE); /* copies them */
	finish_options(&board);
	if (cfg)
		cfg_set_error_function(cfg, take_error);
	return cfg;
}

/* `name = { }` calls no one: what was in the list before goes here. */
static void clear_emptied(cfg_t *cfg, struct settings *settings)
{
	for (size_t i = 0; i < board_table.count; i++) {
		const struct setting *setting = &board_table.settings[i];
		const cfg_opt_t *option =
			setting->type == SETTING_LIST ? cfg_getnopt(cfg, (unsigned int)i + 1) : NULL;
		if (option && (option->flags & CFGF_MODIFIED) && option->nvalues == 0)
			setting_clear(setting, settings);
	}
}

static bool parse(struct loading *loading)
{
	/* libconfuse's sentences are told apart by their text, which a locale would translate. */
	const locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	const locale_t before = plain ? uselocale(plain) : (locale_t)0;
	cfg_t *cfg = make_parser(loading);
	bool good = cfg && cfg_parse_buf(cfg, loading->scan.text) == CFG_SUCCESS && !loading->has_failed;
	if (good && loading->scan.unclosed_line) {
		refuse(loading, loading->scan.unclosed_line, "the '{' of this line has no '}'");
		good = false;
	}
	if (good && !loading->boards)
		clear_emptied(cfg, loading->settings);
	else if (!good && !loading->has_failed)
		refuse(loading, cfg ? cfg->line : 1,
			"this cannot be understood; a setting is written name = value");
	if (cfg)
		cfg_free(cfg);
	if (plain) {
		uselocale(before);
		freelocale(plain);
	}
	return good;
}

static void swap(struct settings *a, struct settings *b)
{
	const struct settings kept = *a;
	*a = *b;
	*b = kept;
}

static void know_kinds(struct loading *loading, const struct settings_names *names)
{
	const struct layout_kind *kind;
	loading->board = (struct place){.is = PLACE_BOARD, .loading = loading};
	loading->section = (struct place){.is = PLACE_SECTION, .loading = loading};
	loading->page = (struct place){.is = PLACE_PAGE, .loading = loading};
	loading->row = (struct place){.is = PLACE_ROW, .loading = loading};
	while (names && names->kind && loading->kind_count < KINDS_MOST && (kind = names->kind(loading->kind_count)))
		loading->widgets[loading->kind_count++] = (struct place){.is = PLACE_WIDGET, .loading = loading, .kind = kind};
}

/* Into a copy, which is what is kept where all of it is good. */
static bool read_into(struct loading *loading, struct settings *settings, struct view text, const struct settings_names *names)
{
	if (!scan_read(&loading->scan, loading->name, text, loading->err))
		return false;
	loading->settings = settings_copy(settings);
	sections_init(&loading->sections, names ? names->metrics : NULL);
	know_kinds(loading, names);
	loading->layout = layout_read_begin();
	const bool good = parse(loading);
	if (good)
		swap(settings, loading->settings);
	layout_read_end(loading->layout);
	sections_finish(&loading->sections);
	scan_finish(&loading->scan);
	settings_destroy(loading->settings);
	return good;
}

bool settings_read(struct settings *settings, struct view text, const char *name, const struct settings_names *names, struct error *err)
{
	struct loading loading = {.name = name, .err = err};
	if (!read_into(&loading, settings, text, names))
		return false;
	free(settings->file);
	settings->file = memory_text(name);
	return true;
}

bool settings_load(struct settings *settings, const char *path, const struct settings_names *names, struct error *err)
{
	size_t size;
	char *bytes = config_file_read(path, "the configuration", &size, err);
	const bool good = bytes && settings_read(settings, (struct view){bytes, size}, path, names, err);
	free(bytes);
	return good;
}

char *settings_boards_path(const struct settings *settings)
{
	const char *slash = settings->file ? strrchr(settings->file, '/') : NULL;
	if (!*settings->boards)
		return NULL;
	if (*settings->boards == '/' || !slash)
		return memory_text(settings->boards);
	char *path = memory_new(strlen(settings->file) + strlen(settings->boards) + 1, 1);
	memcpy(path, settings->file, (size_t)(slash + 1 - settings->file));
	return strcat(path, settings->boards);
}

bool settings_load_boards(struct settings *settings, const struct settings_names *names, struct error *err)
{
	char *path = settings_boards_path(settings);
	size_t size;
	char *bytes = path ? config_file_read(path, "the configuration", &size, err) : NULL;
	struct loading loading = {.name = path, .err = err, .boards = true};
	const bool good = !path || (bytes && read_into(&loading, settings, (struct view){bytes, size}, names));
	free(bytes);
	free(path);
	return good;
}
