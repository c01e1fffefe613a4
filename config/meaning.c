#include "config/meaning.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/zone.h"
#include "config/sections.h"

#define KEY_ROOM 240
#define VALUE_SHOWN 60

struct rule {
	char key[KEY_ROOM];
	char *value;
};
struct rule_list {
	struct rule *rules;
	size_t count, room;
};

/* ---- as a list ---- */

static void add(struct rule_list *list, const char *key, char *value)
{
	list->rules = memory_grow(list->rules, &list->room, list->count + 1, sizeof *list->rules);
	struct rule *rule = &list->rules[list->count++];
	snprintf(rule->key, sizeof rule->key, "%s", key);
	rule->value = value;
}

static void finish(struct rule_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->rules[i].value);
	free(list->rules);
}

/* NULL: it has none. */
static char *value_of(const struct setting *setting, const void *base)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	const bool has_value = to && setting_write_value(setting, base, to);
	if (to)
		fclose(to);
	if (has_value)
		return text;
	free(text);
	return NULL;
}

/* Of one section; what is as it would be without a word is no rule. */
static void add_section(struct rule_list *list, const struct setting_table *table, const char *name, const void *base, void *plain)
{
	setting_fill(table->settings, table->count, plain);
	for (size_t i = 0; i < table->count; i++) {
		char key[KEY_ROOM];
		char *value = table->settings[i].counts ? value_of(&table->settings[i], base) : NULL;
		char *without = value ? value_of(&table->settings[i], plain) : NULL;
		snprintf(key, sizeof key, "%s %s", name, table->settings[i].name);
		if (value && !(without && strcmp(value, without) == 0))
			add(list, key, memory_text(value));
		free(value);
		free(without);
	}
	setting_release(table->settings, table->count, plain);
}

static void add_board(struct rule_list *list, const struct settings *settings)
{
	for (size_t i = 0; i < board_table.count; i++) {
		const struct setting *setting = &board_table.settings[i];
		char *value = setting->counts && strcmp(setting->name, "zone") != 0 ? value_of(setting, settings) : NULL;
		if (value)
			add(list, setting->name, value);
	}
}

/* What says only what holds anyway is as if it were not said. */
static void simplify(const struct settings *settings, const struct setting_table *table, void *section)
{
	if (table == &queue_table) {
		struct queue_settings *queue = section;
		queue->formula = queue->formula == settings->formula ? -1 : queue->formula;
		queue->short_abandon = queue->short_abandon == settings->short_abandon ? -1 : queue->short_abandon;
	} else if (table == &level_table) {
		struct level_settings *level = section;
		level->window = level->window == settings->window ? -1 : level->window;
	} else if (table == &alert_table) {
		struct alert_settings *alert = section;
		alert->window = alert->window == settings->window ? -1 : alert->window;
		alert->leave = alert->leave == alert->enter ? (double)NAN : alert->leave;
	}
}

/* Of levels there may be several with one title. */
static void name_section(const struct section_kind *kind, const void *section, char *to, size_t room)
{
	const int used = snprintf(to, room, "%s \"%.*s\"", kind->table->name, kind->table == &level_table ? 40 : 160, section_title(kind, section));
	if (kind->table != &level_table)
		return;
	const struct level_settings *level = section;
	snprintf(to + used, room - (size_t)used, "%s%.60s%s%.20s%s%.60s", level->queue ? " of " : "", level->queue ? level->queue : "",
		level->channel ? " on " : "", level->channel ? level->channel : "", level->market ? " in " : "", level->market ? level->market : "");
}

static void add_place(char **order, const char *name)
{
	char *longer = memory_format("%s%s%s", *order ? *order : "", *order ? ", " : "", name);
	free(*order);
	*order = longer;
}

static void add_sections(struct rule_list *list, const struct settings *settings, const struct section_kind *kind)
{
	char *order = NULL;
	void *section = memory_new(1, kind->size), *plain = memory_new(1, kind->size);
	for (int i = 0; i < section_count(kind, settings); i++) {
		char name[KEY_ROOM - 40];
		memcpy(section, section_at(kind, settings, i), kind->size);
		simplify(settings, kind->table, section);
		name_section(kind, section, name, sizeof name);
		if (kind->exists)
			add(list, name, memory_text("set"));
		memset(plain, 0, kind->size);
		add_section(list, kind->table, name, section, plain);
		if (kind->is_ordered)
			add_place(&order, name);
	}
	free(section);
	free(plain);
	if (!order)
		return;
	char key[60];
	snprintf(key, sizeof key, "the order of %ss", kind->table->name);
	add(list, key, order);
}

static struct rule_list list_rules(const struct settings *settings)
{
	struct rule_list list = {.rules = NULL};
	add_board(&list, settings);
	for (size_t i = 0; i < SECTION_KINDS; i++)
		if (section_kinds[i].part == SECTION_RULE)
			add_sections(&list, settings, &section_kinds[i]);
	return list;
}

/* ---- compared ---- */

/* Near its place in the other list, for most of them are the same. */
static const char *find(const struct rule_list *list, const char *key, size_t near)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct rule *rule = &list->rules[(near + i) % list->count];
		if (strcmp(rule->key, key) == 0)
			return rule->value;
	}
	return NULL;
}

static void describe(const char *key, const char *then, const char *now, char *to, size_t room)
{
	char words[700], name[KEY_ROOM];
	text_harmless(view_of(key), name, sizeof name);
	if (!then)
		snprintf(words, sizeof words, "%s (then not set, now %.*s)", name, VALUE_SHOWN, now);
	else if (!now)
		snprintf(words, sizeof words, "%s (then %.*s, now not set)", name, VALUE_SHOWN, then);
	else
		snprintf(words, sizeof words, "%s (then %.*s, now %.*s)", name, VALUE_SHOWN, then, VALUE_SHOWN, now);
	text_harmless(view_of(words), to, room);
}

int meaning_differences(const struct settings *then, const struct settings *now, char *first, size_t room)
{
	struct rule_list old = list_rules(then), new = list_rules(now);
	int count = 0;
	*first = 0;
	for (size_t i = 0; i < old.count; i++) {
		const char *value = find(&new, old.rules[i].key, i);
		if (value && strcmp(value, old.rules[i].value) == 0)
			continue;
		if (count++ == 0)
			describe(old.rules[i].key, old.rules[i].value, value, first, room);
	}
	for (size_t i = 0; i < new.count; i++)
		if (!find(&old, new.rules[i].key, i) && count++ == 0)
			describe(new.rules[i].key, NULL, new.rules[i].value, first, room);
	finish(&old);
	finish(&new);
	return count;
}

static int by_key(const void *left, const void *right)
{
	return strcmp(((const struct rule *)left)->key, ((const struct rule *)right)->key);
}

uint64_t meaning_hash(const struct settings *settings)
{
	struct rule_list list = list_rules(settings);
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	if (list.count)
		qsort(list.rules, list.count, sizeof *list.rules, by_key);
	for (size_t i = 0; to && i < list.count; i++)
		fprintf(to, "%s = %s\n", list.rules[i].key, list.rules[i].value);
	if (to)
		fclose(to);
	const uint64_t hash = text ? map_hash((struct view){text, size}) : 0;
	free(text);
	finish(&list);
	return hash;
}

/* ---- with what a journal tells ---- */

void meaning_init(struct meaning *meaning, const struct settings *settings)
{
	struct zone *zone = zone_open(settings->zone, NULL);
	*meaning = (struct meaning){.settings = settings, .fingerprint = settings_fingerprint(settings), .zone = zone ? zone_hash(zone) : 0,
		.zone_alike = zone ? zone_hash_alike(zone) : 0};
	zone_close(zone);
}

static void describe_zone(const struct settings *then, const struct settings *now, char *to, size_t room)
{
	char words[200];
	if (strcmp(then->zone, now->zone) == 0)
		snprintf(words, sizeof words, "zone data of \"%.60s\" differ", now->zone);
	else
		snprintf(words, sizeof words, "zone (then \"%.60s\", now \"%.60s\")", then->zone, now->zone);
	text_harmless(view_of(words), to, room);
}

int meaning_compare(const struct meaning *meaning, const struct record_config *then, char *text)
{
	struct settings *read = settings_create();
	struct error err;
	const bool equal = then->settings_hash == meaning->fingerprint;
	const bool zone_differs = then->settings.size && then->zone_hash != meaning->zone && then->zone_hash != meaning->zone_alike;
	char first[MEANING_TEXT / 2] = "";
	int count = 0;
	*text = 0;
	if ((!equal || zone_differs) && then->settings.size && !settings_read(read, then->settings, "the rules written down", NULL, &err)) {
		snprintf(text, MEANING_TEXT, "rules that this program does not know");
		count = 1;
	} else {
		if (zone_differs)
			describe_zone(read, meaning->settings, text, MEANING_TEXT / 2);
		if (!equal && then->settings.size)
			count = meaning_differences(read, meaning->settings, first, sizeof first);
		else if (!equal)
			count = snprintf(first, sizeof first, "rules that were not written down") > 0;
		if (!*text)
			memcpy(text, first, sizeof first);
		count += zone_differs;
	}
	const size_t used = strlen(text);
	if (count > 1)
		snprintf(text + used, MEANING_TEXT - used, " and %d more", count - 1);
	settings_destroy(read);
	return count;
}
