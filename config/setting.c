#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "base/text.h"
#include "config/setting.h"

#define VALUE_MOST 1024 /* bytes of one value */

static void *field(const struct setting *setting, void *base)
{
	return (char *)base + setting->offset;
}

static bool is_text(const struct setting *setting)
{
	return setting->type == SETTING_TEXT || setting->type == SETTING_KEY ||
	       setting->type == SETTING_CHOICE;
}

/* "'target' must be a duration such as ..., not "fast"" */
static bool refuse(const struct setting *setting, const char *expected, const char *value, struct error *err)
{
	char shown[80];
	text_harmless(view_of(value), shown, sizeof shown);
	return fail(err, "'%s' must be %s, not \"%s\"", setting->name, expected, shown);
}

void setting_write_duration(int64_t ms, char *to, size_t room)
{
	static const struct {
		int64_t length;
		const char *unit;
	} units[] = {{DAY_MS, "d"}, {HOUR_MS, "h"}, {MINUTE_MS, "m"}, {SECOND_MS, "s"}, {1, "ms"}};
	size_t written = 0;
	snprintf(to, room, "0s");
	for (size_t i = 0; i < sizeof units / sizeof *units && written < room; i++) {
		const int64_t count = ms / units[i].length;
		if (count == 0)
			continue;
		written += (size_t)snprintf(
			to + written, room - written, "%lld%s", (long long)count, units[i].unit);
		ms -= count * units[i].length;
	}
}

static bool in_range(const struct setting *setting, int64_t number, const char *value, struct error *err)
{
	if ((setting->least == 0 && setting->most == 0) ||
		(number >= setting->least && number <= setting->most))
		return true;
	char least[40], most[40], expected[120];
	if (setting->type == SETTING_DURATION) {
		setting_write_duration(setting->least, least, sizeof least);
		setting_write_duration(setting->most, most, sizeof most);
	} else {
		snprintf(least, sizeof least, "%lld", (long long)setting->least);
		snprintf(most, sizeof most, "%lld", (long long)setting->most);
	}
	snprintf(expected, sizeof expected, "between %s and %s", least, most);
	return refuse(setting, expected, value, err);
}

static bool read_duration(const struct setting *setting, const char *value, int64_t *ms, struct error *err)
{
	int64_t read;
	if (!duration_parse(view_of(value), &read, NULL))
		return refuse(setting, "a duration such as \"20s\"", value, err);
	if (!in_range(setting, read, value, err))
		return false;
	*ms = read;
	return true;
}

/* "07:30" */
static bool read_daytime(const struct setting *setting, const char *value, int64_t *ms, struct error *err)
{
	static const char digits[] = "00:00";
	bool good = strlen(value) == strlen(digits);
	for (size_t i = 0; good && digits[i]; i++)
		good = digits[i] == ':' ? value[i] == ':' : value[i] >= '0' && value[i] <= '9';
	const int hour = good ? (value[0] - '0') * 10 + value[1] - '0' : 0;
	const int minute = good ? (value[3] - '0') * 10 + value[4] - '0' : 0;
	if (!good || hour > 23 || minute > 59 || minute % 15 != 0)
		return refuse(setting, "a time in whole quarter hours such as \"07:30\"", value, err);
	*ms = hour * HOUR_MS + minute * MINUTE_MS;
	return true;
}

/* Written by hand because strtod(3) reads a comma where the locale does. At most 15 digits: then it is exact
 * to the last bit. */
static bool read_decimal(const char **text, double *number)
{
	const char *at = *text;
	const bool negative = *at == '-';
	int64_t digits = 0, scale = 1;
	int count = 0;
	bool after_point = false;
	at += negative;
	for (; (*at >= '0' && *at <= '9') || (*at == '.' && !after_point); at++) {
		if (*at == '.') {
			after_point = true;
			continue;
		}
		if (++count > 15)
			return false;
		digits = digits * 10 + (*at - '0');
		scale *= after_point ? 10 : 1;
	}
	*text = at;
	*number = (double)(negative ? -digits : digits) / (double)scale;
	return count > 0 && at[-1] != '.';
}

static bool read_number(const struct setting *setting, const char *value, int64_t *number, struct error *err)
{
	const char *rest = value;
	double read;
	if (strchr(value, '.') || !read_decimal(&rest, &read) || *rest)
		return refuse(setting, "a whole number", value, err);
	if (!in_range(setting, (int64_t)read, value, err))
		return false;
	*number = (int64_t)read;
	return true;
}

static bool read_real(const struct setting *setting, const char *value, double *number, struct error *err)
{
	const char *rest = value;
	double read;
	if (!read_decimal(&rest, &read) || *rest)
		return refuse(setting, "a number", value, err);
	if (!in_range(setting, (int64_t)floor(read), value, err) ||
		!in_range(setting, (int64_t)ceil(read), value, err))
		return false;
	struct error why;
	if (setting->check && !setting->check(value, &why))
		return refuse(setting, why.text, value, err);
	*number = read;
	return true;
}

static bool read_limit(const struct setting *setting, const char *value, double *number, struct error *err)
{
	const char *rest = value;
	double read;
	int64_t ms;
	if (strcmp(value, "none") == 0) {
		*number = NAN;
		return true;
	}
	if (read_decimal(&rest, &read)) {
		rest += strspn(rest, " ");
		if (*rest == 0 || strcmp(rest, "%") == 0) {
			*number = read;
			return true;
		}
	}
	if (!duration_parse(view_of(value), &ms, NULL))
		return refuse(setting, "a limit such as 5, \"80 %\", \"20s\" or \"none\"", value, err);
	*number = (double)ms / (double)SECOND_MS;
	return true;
}

/* Case does not matter; the number, or -1. */
static int find_word(const struct setting *setting, const char *value)
{
	for (int i = 0; i < setting->word_count; i++)
		if (strcasecmp(setting->words[i], value) == 0)
			return i;
	return -1;
}

/* Case does not matter. False: it is neither. */
static bool find_flag(const char *value, bool *flag)
{
	static const char *const yes[] = {"true", "yes", "on", "1"}, *const no[] = {"false", "no", "off", "0"};
	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
		if (strcasecmp(value, yes[i]) != 0 && strcasecmp(value, no[i]) != 0)
			continue;
		*flag = strcasecmp(value, yes[i]) == 0;
		return true;
	}
	return false;
}

static bool read_word(const struct setting *setting, const char *value, int *number, struct error *err)
{
	const int found = find_word(setting, value);
	bool flag;
	if (found >= 0) {
		*number = found;
		return true;
	}
	if (setting->was_flag && find_flag(value, &flag)) {
		*number = flag;
		return true;
	}
	char expected[240] = "one of";
	size_t written = strlen(expected);
	for (int i = 0; i < setting->word_count && written < sizeof expected; i++)
		written += (size_t)snprintf(expected + written, sizeof expected - written, "%s \"%s\"",
			i ? "," : "", setting->words[i]);
	return refuse(setting, expected, value, err);
}

static bool read_flag(const struct setting *setting, const char *value, bool *flag, struct error *err)
{
	return find_flag(value, flag) || refuse(setting, "true or false", value, err);
}

static bool is_allowed(const struct setting *setting, const char *value, struct error *err)
{
	struct error expected;
	if (strlen(value) > VALUE_MOST)
		return refuse(setting, "at most 1024 bytes long", value, err);
	if (!text_valid(view_of(value)))
		return refuse(setting, "valid UTF-8", value, err);
	if (setting->check && !setting->check(value, &expected))
		return refuse(setting, expected.text, value, err);
	return true;
}

static void replace_text(char **text, const char *value)
{
	char *copy = memory_text(value);
	free(*text);
	*text = copy;
}

static bool read_text(const struct setting *setting, const char *value, char **text, struct error *err)
{
	int number;
	if (!is_allowed(setting, value, err))
		return false;
	if (setting->type == SETTING_CHOICE) {
		if (!read_word(setting, value, &number, err))
			return false;
		replace_text(text, setting->words[number]);
		return true;
	}
	char harmless[VALUE_MOST * 3 + 1];
	text_harmless(view_of(value), harmless, sizeof harmless);
	replace_text(text, setting->type == SETTING_TEXT ? harmless : value);
	return true;
}

static int *count_of(const struct setting *setting, void *base)
{
	return (int *)(void *)((char *)base + setting->count_offset);
}

bool setting_append(const struct setting *setting, void *base, const char *value, struct error *err)
{
	int *count = count_of(setting, base);
	char ***list = field(setting, base);
	if (*value == 0)
		return fail(err, "'%s' must not hold an empty entry", setting->name);
	if (*count >= setting->most)
		return fail(
			err, "'%s' may have at most %lld entries", setting->name, (long long)setting->most);
	if (!is_allowed(setting, value, err))
		return false;
	*list = memory_resize(*list, (size_t)*count + 1, sizeof **list);
	(*list)[(*count)++] = memory_text(value);
	return true;
}

void setting_clear(const struct setting *setting, void *base)
{
	int *count = count_of(setting, base);
	char ***list = field(setting, base);
	for (int i = 0; i < *count; i++)
		free((*list)[i]);
	free(*list);
	*list = NULL;
	*count = 0;
}

/* "a, b": the list that was there goes only when all of it is good. */
static bool read_list(const struct setting *setting, void *base, const char *value, struct error *err)
{
	struct {
		char **entries;
		int count;
	} read = {0};
	struct setting draft = *setting;
	draft.offset = 0;
	draft.count_offset = (size_t)((char *)&read.count - (char *)&read);
	char *copy = memory_text(value), *rest = copy;
	bool good = true;
	for (char *entry; good && *value && (entry = strsep(&rest, ","));) {
		entry += strspn(entry, " ");
		for (size_t length = strlen(entry); length && entry[length - 1] == ' ';)
			entry[--length] = 0;
		good = setting_append(&draft, &read, entry, err);
	}
	free(copy);
	if (!good) {
		setting_clear(&draft, &read);
		return false;
	}
	setting_clear(setting, base);
	*(char ***)field(setting, base) = read.entries;
	*count_of(setting, base) = read.count;
	return true;
}

bool setting_assign(const struct setting *setting, void *base, const char *value, struct error *err)
{
	void *to = field(setting, base);
	int64_t number;
	switch (setting->type) {
	case SETTING_TEXT:
	case SETTING_KEY:
	case SETTING_CHOICE:
		return read_text(setting, value, to, err);
	case SETTING_WORD:
		return read_word(setting, value, to, err);
	case SETTING_DURATION:
		return read_duration(setting, value, to, err);
	case SETTING_DAYTIME:
		return read_daytime(setting, value, to, err);
	case SETTING_NUMBER:
		if (!read_number(setting, value, &number, err))
			return false;
		*(int *)to = (int)number;
		return true;
	case SETTING_LARGE:
		return read_number(setting, value, to, err);
	case SETTING_REAL:
		return read_real(setting, value, to, err);
	case SETTING_LIMIT:
		return read_limit(setting, value, to, err);
	case SETTING_FLAG:
		return read_flag(setting, value, to, err);
	case SETTING_LIST:
		return read_list(setting, base, value, err);
	}
	return false;
}

void setting_fill(const struct setting *table, size_t count, void *base)
{
	struct error err;
	for (size_t i = 0; i < count; i++) {
		void *to = field(&table[i], base);
		if (table[i].fallback) {
			if (!setting_assign(&table[i], base, table[i].fallback, &err))
				abort(); /* a wrong table */
		} else if (table[i].type == SETTING_WORD) {
			*(int *)to = -1;
		} else if (table[i].type == SETTING_DURATION) {
			*(int64_t *)to = -1;
		} else if (table[i].type == SETTING_LIMIT) {
			*(double *)to = NAN;
		}
	}
}

void setting_release(const struct setting *table, size_t count, void *base)
{
	for (size_t i = 0; i < count; i++) {
		if (is_text(&table[i]))
			free(*(char **)field(&table[i], base));
		else if (table[i].type == SETTING_LIST)
			setting_clear(&table[i], base);
	}
}

void setting_duplicate(const struct setting *table, size_t count, void *base)
{
	for (size_t i = 0; i < count; i++) {
		if (is_text(&table[i])) {
			char **text = field(&table[i], base);
			*text = *text ? memory_text(*text) : NULL;
		} else if (table[i].type == SETTING_LIST) {
			char ***list = field(&table[i], base), **old = *list;
			const size_t entries = (size_t)*count_of(&table[i], base);
			*list = entries ? memory_new(entries, sizeof **list) : NULL;
			for (size_t k = 0; k < entries; k++)
				(*list)[k] = memory_text(old[k]);
		}
	}
}

static void swap_bytes(void *a, void *b, size_t size)
{
	char kept[sizeof(int64_t)];
	memcpy(kept, a, size);
	memcpy(a, b, size);
	memcpy(b, kept, size);
}

void setting_swap(const struct setting *setting, void *a, void *b)
{
	static const size_t sizes[] = {[SETTING_TEXT] = sizeof(char *), [SETTING_KEY] = sizeof(char *), [SETTING_CHOICE] = sizeof(char *),
		[SETTING_WORD] = sizeof(int), [SETTING_DURATION] = sizeof(int64_t), [SETTING_DAYTIME] = sizeof(int64_t), [SETTING_NUMBER] = sizeof(int),
		[SETTING_LARGE] = sizeof(int64_t), [SETTING_REAL] = sizeof(double), [SETTING_LIMIT] = sizeof(double), [SETTING_FLAG] = sizeof(bool),
		[SETTING_LIST] = sizeof(char **)};
	swap_bytes(field(setting, a), field(setting, b), sizes[setting->type]);
	if (setting->type == SETTING_LIST)
		swap_bytes(count_of(setting, a), count_of(setting, b), sizeof(int));
}

const struct setting *setting_find(const struct setting *table, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
	return NULL;
}
