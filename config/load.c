#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <confuse.h>

#include "base/memory.h"
#include "base/text.h"
#include "config/scan.h"
#include "config/sections.h"
#include "config/suggest.h"
#include "config/tables.h"

/* Where the callbacks of libconfuse find their way: option 0 of the root and of every section points here. */
struct loading {
	const char *name; /* of the file */
	struct settings *settings;
	struct scan scan;
	struct sections sections;
	struct error *err;
	bool has_failed; /* the first message stays */
};

static struct loading *loading_of(cfg_t *cfg)
{
	return (struct loading *)cfg_getnopt(cfg, 0)->simple_value.ptr;
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
	const bool is_root = !cfg_title(cfg);
	const char *meant = suggest(name, names);
	char shown[80];
	text_harmless(view_of(name), shown, sizeof shown);
	if (meant)
		refuse(loading, cfg->line, "no setting%s%s is called '%s'; did you mean '%s'?",
			is_root ? "" : " of ", is_root ? "" : cfg_name(cfg), shown, meant);
	else
		refuse(loading, cfg->line, "no setting%s%s is called '%s'; --print-config shows them all",
			is_root ? "" : " of ", is_root ? "" : cfg_name(cfg), shown);
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

/* Every value, as it is read: only now is its line known. */
static int take_value(cfg_t *cfg, cfg_opt_t *option, const char *value, void *result)
{
	struct loading *loading = loading_of(cfg);
	void *base = loading->settings;
	const struct setting_table *table = &board_table;
	if (cfg_title(cfg))
		table = sections_draft(&loading->sections, cfg_name(cfg), &base);
	const struct setting *setting =
		table ? setting_find(table->settings, table->count, option->name) : NULL;
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

/* A section has been read to its closing brace. It is taken out of libconfuse at once: it would put two
 * sections of one title (two levels of one metric) into one. */
static int take_section(cfg_t *cfg, cfg_opt_t *option)
{
	struct loading *loading = loading_of(cfg);
	cfg_t *section = cfg_opt_getnsec(option, 0);
	const size_t number = loading->sections.taken;
	const int line =
		number < loading->scan.section_count ? loading->scan.section_lines[number] : cfg->line;
	struct error err;
	if (!sections_take(
		    &loading->sections, loading->settings, option->name, cfg_title(section), line, &err))
		return refuse(loading, line, "%s", err.text);
	cfg_opt_rmnsec(option, 0);
	return 0;
}

/* Options of a table for libconfuse, with `more` free ones at the end. */
static cfg_opt_t *make_options(const struct setting_table *table, struct loading *loading, size_t more)
{
	cfg_opt_t *options = memory_new(table->count + 2 + more, sizeof *options);
	options[0] = (cfg_opt_t){.name = "",
		.type = CFGT_PTR,
		.flags = CFGF_NODEFAULT,
		.simple_value = {.ptr = (void **)loading}};
	for (size_t i = 0; i < table->count; i++)
		options[i + 1] = (cfg_opt_t){
			.name = table->settings[i].name,
			.type = CFGT_STR,
			.flags = table->settings[i].type == SETTING_LIST ? CFGF_LIST : CFGF_NODEFAULT,
			.parsecb = take_value,
		};
	return options;
}

static cfg_t *make_parser(struct loading *loading)
{
	cfg_opt_t *options = make_options(&board_table, loading, SECTION_KINDS);
	for (size_t i = 0; i < SECTION_KINDS; i++)
		options[board_table.count + 1 + i] = (cfg_opt_t){
			.name = section_kinds[i].table->name,
			.type = CFGT_SEC,
			.flags = CFGF_MULTI | CFGF_TITLE,
			.subopts = make_options(section_kinds[i].table, loading, 0),
			.validcb = take_section,
		};
	cfg_t *cfg = cfg_init(options, CFGF_NONE); /* copies them */
	for (size_t i = 0; i < SECTION_KINDS; i++)
		free(options[board_table.count + 1 + i].subopts);
	free(options);
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
	if (good)
		clear_emptied(cfg, loading->settings);
	else if (!loading->has_failed)
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

/* At most one byte more than is allowed; NULL and a message if it cannot be read. */
static char *read_file(const char *path, size_t *size, struct error *err)
{
	const int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	char *bytes = memory_new(CONFIG_FILE_MOST + 1, 1);
	ssize_t got = file < 0 ? -1 : 0;
	*size = 0;
	while (got >= 0 && *size <= CONFIG_FILE_MOST) {
		got = read(file, bytes + *size, CONFIG_FILE_MOST + 1 - *size);
		if (got == 0)
			break;
		if (got < 0 && errno == EINTR)
			got = 0;
		*size += got > 0 ? (size_t)got : 0;
	}
	const int reason = errno;
	if (file >= 0)
		close(file);
	if (got >= 0)
		return bytes;
	free(bytes);
	fail(err, "%s: the configuration cannot be read: %s", path, strerror(reason));
	return NULL;
}

static void swap(struct settings *a, struct settings *b)
{
	const struct settings kept = *a;
	*a = *b;
	*b = kept;
}

bool settings_read(struct settings *settings, struct view text, const char *name, const char *const *metrics, struct error *err)
{
	struct loading loading = {.name = name, .err = err};
	if (!scan_read(&loading.scan, name, text, err))
		return false;
	loading.settings = settings_copy(settings);
	sections_init(&loading.sections, metrics);
	const bool good = parse(&loading);
	if (good) {
		free(loading.settings->file);
		loading.settings->file = memory_text(name);
		swap(settings, loading.settings);
	}
	sections_finish(&loading.sections);
	scan_finish(&loading.scan);
	settings_destroy(loading.settings);
	return good;
}

bool settings_load(struct settings *settings, const char *path, const char *const *metrics, struct error *err)
{
	size_t size;
	char *bytes = read_file(path, &size, err);
	const bool good = bytes && settings_read(settings, (struct view){bytes, size}, path, metrics, err);
	free(bytes);
	return good;
}
