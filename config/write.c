/* Settings as text: to be kept beside what was counted by them, and compared. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/map.h"
#include "config/sections.h"

static const void *field(const struct setting *setting, const void *base)
{
	return (const char *)base + setting->offset;
}

/* In single quotes where double ones would mean more than the text says. */
static void write_quoted(FILE *to, const char *text)
{
	char quote = strpbrk(text, "\"\\$") ? '\'' : '"';
	fputc(quote, to);
	for (; *text; text++) {
		if (quote == '\'' && (*text == '\'' || *text == '\\'))
			fputc('\\', to);
		fputc(*text, to);
	}
	fputc(quote, to);
}

/* By hand: printf() writes a comma where the locale does. Six digits behind the point are more than people write. */
static void write_real(FILE *to, double number)
{
	int64_t millionths = llround(fabs(number) * 1e6);
	char digits[8];
	size_t length = (size_t)snprintf(digits, sizeof digits, "%06d", (int)(millionths % 1000000));
	while (length && digits[length - 1] == '0')
		length--;
	fprintf(to, "%s%lld%s%.*s", number < 0 && millionths ? "-" : "", (long long)(millionths / 1000000), length ? "." : "", (int)length, digits);
}

static void write_list(FILE *to, const struct setting *setting, const void *base)
{
	char *const *entries = *(char **const *)field(setting, base);
	int count = *(const int *)(const void *)((const char *)base + setting->count_offset);
	fputc('{', to);
	for (int i = 0; i < count; i++) {
		fputs(i ? ", " : " ", to);
		write_quoted(to, entries[i]);
	}
	fputs(" }", to);
}

static bool has_value(const struct setting *setting, const void *base)
{
	const void *value = field(setting, base);
	switch (setting->type) {
	case SETTING_TEXT:
	case SETTING_KEY:
	case SETTING_CHOICE:
		return *(char *const *)value != NULL;
	case SETTING_WORD:
		return *(const int *)value >= 0;
	case SETTING_DURATION:
		return *(const int64_t *)value >= 0;
	case SETTING_LIMIT:
		return !isnan(*(const double *)value);
	default:
		return true;
	}
}

static void write_daytime(FILE *to, int64_t ms)
{
	fprintf(to, "\"%02d:%02d\"", (int)(ms / HOUR_MS), (int)(ms % HOUR_MS / MINUTE_MS));
}

static void write_value(FILE *to, const struct setting *setting, const void *base)
{
	const void *value = field(setting, base);
	char text[64];
	switch (setting->type) {
	case SETTING_TEXT:
	case SETTING_KEY:
	case SETTING_CHOICE:
		write_quoted(to, *(char *const *)value);
		return;
	case SETTING_WORD:
		write_quoted(to, setting->words[*(const int *)value]);
		return;
	case SETTING_DURATION:
		setting_write_duration(*(const int64_t *)value, text, sizeof text);
		write_quoted(to, text);
		return;
	case SETTING_DAYTIME:
		write_daytime(to, *(const int64_t *)value);
		return;
	case SETTING_NUMBER:
		fprintf(to, "%d", *(const int *)value);
		return;
	case SETTING_LARGE:
		fprintf(to, "%lld", (long long)*(const int64_t *)value);
		return;
	case SETTING_REAL:
	case SETTING_LIMIT:
		write_real(to, *(const double *)value);
		return;
	case SETTING_FLAG:
		fputs(*(const bool *)value ? "true" : "false", to);
		return;
	case SETTING_LIST:
		write_list(to, setting, base);
		return;
	}
}

bool setting_write_value(const struct setting *setting, const void *base, FILE *to)
{
	if (!has_value(setting, base))
		return false;
	write_value(to, setting, base);
	return true;
}

static bool write_setting(const struct setting *setting, const void *base, FILE *to)
{
	if (!has_value(setting, base))
		return false;
	fprintf(to, "%s = ", setting->name);
	write_value(to, setting, base);
	return true;
}

static bool is_wanted(const struct setting *setting, bool rules)
{
	return rules ? setting->counts : !setting->is_private;
}

/* `rules`: only what counts. */
static void write_section(FILE *to, const struct setting_table *table, const char *title, const void *base, bool rules)
{
	fprintf(to, "%s ", table->name);
	write_quoted(to, title);
	fputs(" {", to);
	for (size_t i = 0; i < table->count; i++) {
		if (!is_wanted(&table->settings[i], rules) || !has_value(&table->settings[i], base))
			continue;
		fputc(' ', to);
		write_setting(&table->settings[i], base, to);
	}
	fputs(" }\n", to);
}

static void write_all(FILE *to, const struct settings *settings, bool rules)
{
	for (size_t i = 0; i < board_table.count; i++)
		if (is_wanted(&board_table.settings[i], rules) && write_setting(&board_table.settings[i], settings, to))
			fputc('\n', to);
	for (const struct section_kind *kind = section_kinds; kind < section_kinds + SECTION_KINDS; kind++) {
		const bool is_written = kind->part == SECTION_RULE || (kind->part == SECTION_BESIDE && !rules);
		for (int i = 0; is_written && i < section_count(kind, settings); i++) {
			const void *section = section_at(kind, settings, i);
			write_section(to, kind->table, section_title(kind, section), section, rules);
		}
	}
}

void settings_write(const struct settings *settings, FILE *to)
{
	write_all(to, settings, false);
}

uint64_t settings_fingerprint(const struct settings *settings)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	if (!to)
		return 0;
	write_all(to, settings, true);
	fclose(to);
	uint64_t hash = map_hash((struct view){text, size});
	free(text);
	return hash;
}
