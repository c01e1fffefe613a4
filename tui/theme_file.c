#include <confuse.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/file.h"
#include "config/scan.h"
#include "tui/colour.h"
#include "tui/theme.h"

struct reading {
	const char *path;
	struct scan scan;
	struct theme theme;
	size_t roles; /* taken, in the order of the file */
	struct error *err;
	bool has_failed; /* the first message stays */
};

/* Pointers to it lie in each section's first option: libconfuse hands its callbacks nothing else. */
static struct reading *reading_of(cfg_t *cfg)
{
	return (struct reading *)cfg_getnopt(cfg, 0)->simple_value.ptr;
}

static int refuse(struct reading *reading, int line, const char *format, ...) __attribute__((format(printf, 3, 4)));
static int refuse(struct reading *reading, int line, const char *format, ...)
{
	char raw[300], harmless[300];
	va_list arguments;
	if (reading->has_failed)
		return -1;
	reading->has_failed = true;
	va_start(arguments, format);
	vsnprintf(raw, sizeof raw, format, arguments);
	va_end(arguments);
	text_harmless(view_of(raw), harmless, sizeof harmless);
	fail(reading->err, "%s:%d: %s", reading->path, line, harmless);
	return -1;
}

static void take_error(cfg_t *cfg, const char *format, va_list arguments)
{
	char text[200];
	vsnprintf(text, sizeof text, format, arguments);
	refuse(reading_of(cfg), cfg->line, "%s; a theme is written base = \"dark\" and role \"crit\" { fg = \"#ff5f5f\" }", text);
}

/* ---- one role ---- */
/* "#ff5f5f" or "none". */
static bool read_colour(cfg_t *section, const char *name, struct theme_colour *colour, struct reading *reading, int line)
{
	const char *text = cfg_size(section, name) ? cfg_getstr(section, name) : NULL;
	int32_t rgb = THEME_OWN;
	if (!text)
		return true;
	if (strcmp(text, "none") != 0 && !colour_parse(text, &rgb)) {
		refuse(reading, line, "'%s' of role \"%s\" must be a colour such as \"#ff5f5f\", or \"none\", not \"%.40s\"", name, cfg_title(section), text);
		return false;
	}
	const int16_t number = rgb < 0 ? THEME_OWN : THEME_NEAREST;
	*colour = (struct theme_colour){.rgb = rgb, .many = number, .sixteen = number, .eight = number};
	return true;
}

static bool read_number(cfg_t *section, const char *name, int most, int16_t *number, struct reading *reading, int line)
{
	if (!cfg_size(section, name))
		return true;
	const long value = cfg_getint(section, name);
	if (value < -1 || value >= most) {
		refuse(reading, line, "'%s' of role \"%s\" must be a number from 0 to %d, or -1 for the terminal's own", name, cfg_title(section), most - 1);
		return false;
	}
	*number = (int16_t)value;
	return true;
}

static void read_attributes(cfg_t *section, struct theme_entry *entry)
{
	static const struct {
		const char *name;
		uint8_t bit;
	} attributes[] = {{"bold", THEME_BOLD}, {"dim", THEME_FAINT}, {"reverse", THEME_REVERSE}, {"underline", THEME_UNDERLINE}};
	for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++) {
		if (!cfg_size(section, attributes[i].name))
			continue;
		const uint8_t set = cfg_getbool(section, attributes[i].name) ? attributes[i].bit : 0;
		entry->rich = (uint8_t)((entry->rich & ~attributes[i].bit) | set);
		entry->eight = (uint8_t)((entry->eight & ~attributes[i].bit) | set);
	}
}

static bool read_entry(cfg_t *section, struct theme_entry *entry, struct reading *reading, int line)
{
	read_attributes(section, entry);
	return read_colour(section, "fg", &entry->foreground, reading, line) && read_colour(section, "bg", &entry->background, reading, line) &&
	       read_number(section, "fg256", 256, &entry->foreground.many, reading, line) &&
	       read_number(section, "bg256", 256, &entry->background.many, reading, line) &&
	       read_number(section, "fg16", 16, &entry->foreground.sixteen, reading, line) &&
	       read_number(section, "bg16", 16, &entry->background.sixteen, reading, line) &&
	       read_number(section, "fg8", 8, &entry->foreground.eight, reading, line) &&
	       read_number(section, "bg8", 8, &entry->background.eight, reading, line);
}

static int find_role(const char *name)
{
	for (int role = 0; role < ROLE_COUNT; role++)
		if (strcmp(role_names[role], name) == 0)
			return role;
	return -1;
}

static bool take_role(struct reading *reading, cfg_t *section)
{
	const size_t number = reading->roles++;
	const int line = number < reading->scan.section_count ? reading->scan.section_lines[number] : 1, role = find_role(cfg_title(section));
	if (role >= 0)
		return read_entry(section, &reading->theme.entries[role], reading, line);
	refuse(reading, line, "no role is called \"%.40s\": there are text, dim, strong, ok, warn, crit, stale, border, header ... (docs/TERMINAL.md)",
		cfg_title(section));
	return false;
}

/* ---- the file ---- */
static bool take_all(struct reading *reading, cfg_t *cfg)
{
	const char *base = cfg_getstr(cfg, "base"), *ground = cfg_getstr(cfg, "ground");
	int32_t rgb;
	if (!theme_find(base, &reading->theme)) {
		refuse(reading, 1, "'base' must be one of the built-in themes (dark, light ...), not \"%.40s\"", base);
		return false;
	}
	if (ground && !colour_parse(ground, &rgb)) {
		refuse(reading, 1, "'ground' must be a colour such as \"#000000\", not \"%.40s\"", ground);
		return false;
	}
	for (int role = 0; ground && role < ROLE_COUNT; role++)
		if (reading->theme.entries[role].background.rgb == reading->theme.entries[ROLE_TEXT].background.rgb && role != ROLE_TEXT)
			reading->theme.entries[role].background = (struct theme_colour){rgb, THEME_NEAREST, THEME_NEAREST, THEME_NEAREST, false};
	if (ground) {
		reading->theme.entries[ROLE_TEXT].background = (struct theme_colour){rgb, THEME_NEAREST, THEME_NEAREST, THEME_NEAREST, false};
		reading->theme.ground = rgb;
	}
	for (unsigned int i = 0; i < cfg_size(cfg, "role"); i++)
		if (!take_role(reading, cfg_getnsec(cfg, "role", i)))
			return false;
	return true;
}

#define TEXT(word) {.name = word, .type = CFGT_STR, .flags = CFGF_NODEFAULT}
#define NUMBER(word) {.name = word, .type = CFGT_INT, .flags = CFGF_NODEFAULT}
#define FLAG(word) {.name = word, .type = CFGT_BOOL, .flags = CFGF_NODEFAULT}

static bool parse(struct reading *reading)
{
	const cfg_opt_t link = {.name = "", .type = CFGT_PTR, .flags = CFGF_NODEFAULT, .simple_value = {.ptr = (void **)reading}};
	cfg_opt_t role[] = {link, TEXT("fg"), TEXT("bg"), NUMBER("fg256"), NUMBER("bg256"), NUMBER("fg16"), NUMBER("bg16"), NUMBER("fg8"), NUMBER("bg8"),
		FLAG("bold"), FLAG("dim"), FLAG("reverse"), FLAG("underline"), {0}};
	cfg_opt_t root[] = {link, CFG_STR("base", "dark", CFGF_NONE), TEXT("ground"),
		{.name = "role", .type = CFGT_SEC, .flags = CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES, .subopts = role}, {0}};
	cfg_t *cfg = cfg_init(root, CFGF_NONE);
	if (!cfg) {
		refuse(reading, 1, "out of memory");
		return false;
	}
	cfg_set_error_function(cfg, take_error);
	bool good = cfg_parse_buf(cfg, reading->scan.text) == CFG_SUCCESS && !reading->has_failed;
	if (!good)
		refuse(reading, cfg->line, "this cannot be understood; a theme is written role \"crit\" { fg = \"#ff5f5f\" }");
	if (good && reading->scan.unclosed_line) {
		refuse(reading, reading->scan.unclosed_line, "the '{' of this line has no '}'");
		good = false;
	}
	good = good && take_all(reading, cfg);
	cfg_free(cfg);
	return good;
}

static bool read_theme(struct reading *reading)
{
	size_t size;
	char *bytes = config_file_read(reading->path, "the theme", &size, reading->err);
	bool good = bytes && scan_read(&reading->scan, reading->path, (struct view){bytes, size}, reading->err);
	if (good) {
		good = parse(reading);
		scan_finish(&reading->scan);
	}
	free(bytes);
	return good;
}

bool theme_open(const char *wanted, struct theme *theme, struct error *err)
{
	struct reading reading = {.path = wanted, .err = err};
	if (theme_find(wanted, theme))
		return true;
	if (!strpbrk(wanted, "/."))
		return fail(err, "no theme is called '%.60s': there are dark, light, deuteranopia, protanopia, high-contrast, mono and night; a file is "
				 "written with its '/' (./mine.conf)", wanted);
	if (!read_theme(&reading))
		return false;
	*theme = reading.theme;
	const char *slash = strrchr(wanted, '/');
	text_harmless(view_of(slash ? slash + 1 : wanted), theme->name, sizeof theme->name);
	return true;
}
