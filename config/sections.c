#include "config/sections.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "config/sla_targets.h"
#include "config/suggest.h"

#define TITLE_MOST 200 /* bytes; names from feeds are shorter */

/* ---- what each kind must be as a whole ---- */

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool check_metric(const struct sections *sections, const char *name, struct error *err)
{
	if (!sections->metrics)
		return true;
	for (const char *const *each = sections->metrics; *each; each++)
		if (strcmp(*each, name) == 0)
			return true;
	const char *meant = suggest(name, sections->metrics);
	char shown[80];
	text_harmless(view_of(name), shown, sizeof shown);
	if (meant)
		return fail(err, "no metric is called '%s'; did you mean '%s'?", shown, meant);
	return fail(err, "no metric is called '%s'; --list-metrics shows them all", shown);
}

static bool check_level(const struct sections *sections, const struct settings *settings, void *draft, const char *title, struct error *err)
{
	const struct level_settings *level = draft;
	if (!check_metric(sections, title, err))
		return false;
	for (int i = 0; i < settings->level_count; i++) {
		const struct level_settings *other = &settings->levels[i];
		if (strcmp(other->metric, title) == 0 && same(other->queue, level->queue) && same(other->channel, level->channel) &&
			same(other->market, level->market) && other->window == level->window)
			return fail(err, "the level of '%s' was set in line %d already, for the same queue, channel, market and window", title,
				other->line);
	}
	return level->hysteresis < 0 ? fail(err, "'hysteresis' must not be negative") : true;
}

/* People do not belong to one queue: who answers where is the queues' figure. */
static bool check_place(const struct alert_settings *alert, const char *title, struct error *err)
{
	const char *const named[] = {[EACH_QUEUE] = alert->queue, [EACH_CHANNEL] = alert->channel, [EACH_MARKET] = alert->market,
		[EACH_AGENT] = alert->agent, [EACH_TEAM] = alert->team};
	const bool of_people = alert->agent || alert->team || alert->each == EACH_AGENT || alert->each == EACH_TEAM;
	const bool of_queues = alert->queue || alert->channel || alert->market || (alert->each != EACH_NONE && alert->each < EACH_AGENT);
	if (of_people && of_queues)
		return fail(err, "the alert '%s' is of an agent or team, and of a queue, channel or market; write one or the other", title);
	if (alert->each != EACH_NONE && named[alert->each])
		return fail(err, "the alert '%s' is of one and of each at the same time; leave out 'each' or the name", title);
	return true;
}

static bool check_alert(const struct sections *sections, const struct settings *settings, void *draft, const char *title, struct error *err)
{
	struct alert_settings *alert = draft;
	(void)settings;
	if (!alert->metric)
		return fail(err, "the alert '%s' has no 'metric'; write metric = \"longest_wait\" or another", title);
	if (isnan(alert->enter))
		return fail(err, "the alert '%s' has no 'enter'; write the figure it is raised from", title);
	const bool has_limit = !isnan(alert->and_enter);
	if ((alert->and_metric != NULL) != has_limit)
		return fail(err, "the alert '%s' has only one of 'and_metric' and 'and_enter'; write both or none", title);
	if (!isnan(alert->and_leave) && !has_limit)
		return fail(err, "the alert '%s' has 'and_leave' without 'and_enter'; write both or none", title);
	if (isnan(alert->leave))
		alert->leave = alert->enter;
	return check_place(alert, title, err) && check_metric(sections, alert->metric, err) &&
	       (!alert->and_metric || check_metric(sections, alert->and_metric, err));
}

static bool check_sla(const struct sections *sections, const struct settings *settings, void *draft, const char *title, struct error *err)
{
	(void)sections;
	(void)settings;
	return sla_clock_known(title, err) && sla_settings_check(draft, title, err);
}

static bool check_card(const struct sections *sections, const struct settings *settings, void *draft, const char *title, struct error *err)
{
	(void)sections;
	return card_settings_check(settings, draft, title, err);
}

static bool check_right(const struct sections *sections, const struct settings *settings, void *draft, const char *title, struct error *err)
{
	(void)sections;
	(void)settings;
	return right_settings_check(draft, title, err);
}

/* ---- the kinds ---- */

#define IN(type, array, counter, name) .size = sizeof(struct type), .list = offsetof(struct settings, array), \
	.count = offsetof(struct settings, counter), .title = offsetof(struct type, name), .line = offsetof(struct type, line)
#define TOGETHER "put both together"
const struct section_kind section_kinds[SECTION_KINDS] = {
	{&feed_table, SECTION_BESIDE, IN(feed_settings, links, link_count, endpoint), .noun = "feed", .remedy = TOGETHER},
	{&site_table, SECTION_OUTSIDE, IN(site_settings, places, place_count, name), .noun = "site", .remedy = TOGETHER},
	{&queue_table, SECTION_RULE, IN(queue_settings, queues, queue_count, name), .noun = "queue", .remedy = TOGETHER},
	{&level_table, SECTION_RULE, IN(level_settings, levels, level_count, metric), .is_ordered = true, .check = check_level},
	{&alert_table, SECTION_RULE, IN(alert_settings, alerts, alert_count, name), .noun = "alert", .remedy = "give each its own title",
		.is_ordered = true, .check = check_alert},
	{&calendar_table, SECTION_RULE, IN(calendar_settings, calendars, calendar_count, name), .noun = "calendar", .remedy = TOGETHER,
		.exists = true},
	{&sla_table, SECTION_RULE, IN(sla_settings, slas, sla_count, clock), .noun = "SLA clock", .remedy = TOGETHER, .check = check_sla},
	{&market_table, SECTION_RULE, IN(market_settings, markets, market_count, name), .noun = "market", .remedy = TOGETHER},
	{&card_table, SECTION_BESIDE, IN(card_settings, cards, card_count, name), .check = check_card},
	{&right_table, SECTION_OUTSIDE, IN(right_settings, rights, right_count, name), .noun = "right", .remedy = TOGETHER, .check = check_right},
};

static int *count_of(const struct section_kind *kind, struct settings *settings)
{
	return (int *)(void *)((char *)settings + kind->count);
}

static void **list_of(const struct section_kind *kind, struct settings *settings)
{
	return (void **)(void *)((char *)settings + kind->list);
}

static char **title_of(const struct section_kind *kind, void *section)
{
	return (char **)(void *)((char *)section + kind->title);
}

int section_count(const struct section_kind *kind, const struct settings *settings)
{
	return *(const int *)(const void *)((const char *)settings + kind->count);
}

void *section_at(const struct section_kind *kind, const struct settings *settings, int index)
{
	return *(char *const *)(const void *)((const char *)settings + kind->list) + (size_t)index * kind->size;
}

const char *section_title(const struct section_kind *kind, const void *section)
{
	return *(char *const *)(const void *)((const char *)section + kind->title);
}

static int section_line(const struct section_kind *kind, const void *section)
{
	return *(const int *)(const void *)((const char *)section + kind->line);
}

static void release(const struct section_kind *kind, void *section)
{
	setting_release(kind->table->settings, kind->table->count, section);
	free(*title_of(kind, section));
}

void sections_release(struct settings *settings)
{
	for (const struct section_kind *kind = section_kinds; kind < section_kinds + SECTION_KINDS; kind++) {
		for (int i = 0; i < section_count(kind, settings); i++)
			release(kind, section_at(kind, settings, i));
		free(*list_of(kind, settings));
	}
}

static void duplicate(const struct section_kind *kind, struct settings *settings)
{
	const size_t count = (size_t)section_count(kind, settings);
	void **list = list_of(kind, settings);
	const void *shared = *list;
	*list = count ? memory_new(count, kind->size) : NULL;
	if (count)
		memcpy(*list, shared, count * kind->size);
	for (size_t i = 0; i < count; i++) {
		void *section = section_at(kind, settings, (int)i);
		setting_duplicate(kind->table->settings, kind->table->count, section);
		*title_of(kind, section) = memory_text(section_title(kind, section));
	}
}

void sections_duplicate(struct settings *settings)
{
	for (size_t i = 0; i < SECTION_KINDS; i++)
		duplicate(&section_kinds[i], settings);
}

/* ---- while a file is read ---- */

static void begin(struct sections *sections, size_t number)
{
	const struct section_kind *kind = &section_kinds[number];
	memset(sections->drafts[number], 0, kind->size);
	setting_fill(kind->table->settings, kind->table->count, sections->drafts[number]);
}

void sections_init(struct sections *sections, const char *const *metrics)
{
	*sections = (struct sections){.metrics = metrics};
	for (size_t i = 0; i < SECTION_KINDS; i++) {
		sections->drafts[i] = memory_new(1, section_kinds[i].size);
		begin(sections, i);
	}
}

void sections_finish(struct sections *sections)
{
	for (size_t i = 0; i < SECTION_KINDS; i++) {
		release(&section_kinds[i], sections->drafts[i]);
		free(sections->drafts[i]);
	}
}

/* SECTION_KINDS: there is none of that name. */
static size_t find(const char *name)
{
	size_t number = 0;
	while (number < SECTION_KINDS && strcmp(section_kinds[number].table->name, name) != 0)
		number++;
	return number;
}

const struct setting_table *sections_draft(struct sections *sections, const char *name, void **base)
{
	const size_t number = find(name);
	if (number == SECTION_KINDS)
		return NULL;
	*base = sections->drafts[number];
	return section_kinds[number].table;
}

static bool is_first(const struct section_kind *kind, const struct settings *settings, const char *title, struct error *err)
{
	for (int i = 0; kind->noun && i < section_count(kind, settings); i++) {
		const void *other = section_at(kind, settings, i);
		if (strcmp(section_title(kind, other), title) == 0)
			return fail(err, "the %s '%s' was set in line %d already; %s", kind->noun, title, section_line(kind, other), kind->remedy);
	}
	return true;
}

bool sections_take(struct sections *sections, struct settings *settings, const char *name, const char *title,
	int line, struct error *err)
{
	if (!title || !*title)
		return fail(err, "the title of this '%s' is empty; write %s \"TITLE\" { ... }", name, name);
	if (strlen(title) > TITLE_MOST || !text_valid(view_of(title)))
		return fail(err, "the title of this '%s' is longer than %d bytes, or not valid UTF-8", name, TITLE_MOST);
	const size_t number = find(name);
	if (number == SECTION_KINDS)
		return fail(err, "there is no section '%s'", name);
	const struct section_kind *kind = &section_kinds[number];
	void *draft = sections->drafts[number];
	const int count = section_count(kind, settings);
	if (count >= SECTIONS_MOST)
		return fail(err, "there are more than %d sections '%s'; no board can show them", SECTIONS_MOST, name);
	if (!is_first(kind, settings, title, err) || (kind->check && !kind->check(sections, settings, draft, title, err)))
		return false;
	*title_of(kind, draft) = memory_text(title);
	*(int *)(void *)((char *)draft + kind->line) = line;
	void **list = list_of(kind, settings);
	*list = memory_grow(*list, &sections->rooms[number], (size_t)count + 1, kind->size);
	memcpy((char *)*list + (size_t)count * kind->size, draft, kind->size);
	*count_of(kind, settings) = count + 1;
	begin(sections, number);
	return true;
}
