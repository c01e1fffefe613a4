#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "config/sections.h"
#include "config/sla_targets.h"
#include "config/suggest.h"

#define TITLE_MOST 200 /* bytes; names from feeds are shorter */

static void begin_queue(struct sections *sections)
{
	sections->queue = (struct queue_settings){0};
	setting_fill(queue_table.settings, queue_table.count, &sections->queue);
}

static void begin_link(struct sections *sections)
{
	sections->link = (struct feed_settings){0};
	setting_fill(feed_table.settings, feed_table.count, &sections->link);
}

static void begin_site(struct sections *sections)
{
	sections->site = (struct site_settings){0};
	setting_fill(site_table.settings, site_table.count, &sections->site);
}

static void begin_level(struct sections *sections)
{
	sections->level = (struct level_settings){0};
	setting_fill(level_table.settings, level_table.count, &sections->level);
}

static void begin_alert(struct sections *sections)
{
	sections->alert = (struct alert_settings){0};
	setting_fill(alert_table.settings, alert_table.count, &sections->alert);
}

static void begin_calendar(struct sections *sections)
{
	sections->calendar = (struct calendar_settings){0};
	setting_fill(calendar_table.settings, calendar_table.count, &sections->calendar);
}

static void begin_sla(struct sections *sections)
{
	sections->sla = (struct sla_settings){0};
	setting_fill(sla_table.settings, sla_table.count, &sections->sla);
}

static void begin_card(struct sections *sections)
{
	sections->card = (struct card_settings){0};
	setting_fill(card_table.settings, card_table.count, &sections->card);
}

void sections_init(struct sections *sections, const char *const *metrics)
{
	*sections = (struct sections){.metrics = metrics};
	begin_link(sections);
	begin_site(sections);
	begin_queue(sections);
	begin_level(sections);
	begin_alert(sections);
	begin_calendar(sections);
	begin_sla(sections);
	begin_card(sections);
}

void sections_finish(struct sections *sections)
{
	feed_settings_finish(&sections->link);
	site_settings_finish(&sections->site);
	queue_settings_finish(&sections->queue);
	level_settings_finish(&sections->level);
	alert_settings_finish(&sections->alert);
	calendar_settings_finish(&sections->calendar);
	sla_settings_finish(&sections->sla);
	card_settings_finish(&sections->card);
}

const struct setting_table *sections_draft(struct sections *sections, const char *name, void **base)
{
	if (strcmp(name, feed_table.name) == 0) {
		*base = &sections->link;
		return &feed_table;
	}
	if (strcmp(name, site_table.name) == 0) {
		*base = &sections->site;
		return &site_table;
	}
	if (strcmp(name, queue_table.name) == 0) {
		*base = &sections->queue;
		return &queue_table;
	}
	if (strcmp(name, level_table.name) == 0) {
		*base = &sections->level;
		return &level_table;
	}
	if (strcmp(name, alert_table.name) == 0) {
		*base = &sections->alert;
		return &alert_table;
	}
	if (strcmp(name, calendar_table.name) == 0) {
		*base = &sections->calendar;
		return &calendar_table;
	}
	if (strcmp(name, sla_table.name) == 0) {
		*base = &sections->sla;
		return &sla_table;
	}
	if (strcmp(name, card_table.name) == 0) {
		*base = &sections->card;
		return &card_table;
	}
	return NULL;
}

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

static bool take_queue(
	struct sections *sections, struct settings *settings, const char *title, int line, struct error *err)
{
	for (int i = 0; i < settings->queue_count; i++)
		if (strcmp(settings->queues[i].name, title) == 0)
			return fail(err, "the queue '%s' was set in line %d already; put both together",
				title, settings->queues[i].line);
	sections->queue.name = memory_text(title);
	sections->queue.line = line;
	settings->queues = memory_grow(settings->queues, &sections->queue_room,
		(size_t)settings->queue_count + 1, sizeof *settings->queues);
	settings->queues[settings->queue_count++] = sections->queue;
	begin_queue(sections);
	return true;
}

static bool take_link(
	struct sections *sections, struct settings *settings, const char *title, int line, struct error *err)
{
	for (int i = 0; i < settings->link_count; i++)
		if (strcmp(settings->links[i].endpoint, title) == 0)
			return fail(err, "the feed '%s' was set in line %d already; put both together", title,
				settings->links[i].line);
	sections->link.endpoint = memory_text(title);
	sections->link.line = line;
	settings->links = memory_grow(settings->links, &sections->link_room, (size_t)settings->link_count + 1,
		sizeof *settings->links);
	settings->links[settings->link_count++] = sections->link;
	begin_link(sections);
	return true;
}

static bool take_site(
	struct sections *sections, struct settings *settings, const char *title, int line, struct error *err)
{
	for (int i = 0; i < settings->place_count; i++)
		if (strcmp(settings->places[i].name, title) == 0)
			return fail(err, "the site '%s' was set in line %d already; put both together", title,
				settings->places[i].line);
	sections->site.name = memory_text(title);
	sections->site.line = line;
	settings->places = memory_grow(settings->places, &sections->site_room, (size_t)settings->place_count + 1,
		sizeof *settings->places);
	settings->places[settings->place_count++] = sections->site;
	begin_site(sections);
	return true;
}

static bool take_level(
	struct sections *sections, struct settings *settings, const char *title, int line, struct error *err)
{
	struct level_settings *level = &sections->level;
	if (!check_metric(sections, title, err))
		return false;
	for (int i = 0; i < settings->level_count; i++) {
		const struct level_settings *other = &settings->levels[i];
		if (strcmp(other->metric, title) == 0 && same(other->queue, level->queue) &&
			same(other->channel, level->channel) && other->window == level->window)
			return fail(err,
				"the level of '%s' was set in line %d already, for the same queue, channel "
				"and window",
				title, other->line);
	}
	if (level->hysteresis < 0)
		return fail(err, "'hysteresis' must not be negative");
	level->metric = memory_text(title);
	level->line = line;
	settings->levels = memory_grow(settings->levels, &sections->level_room,
		(size_t)settings->level_count + 1, sizeof *settings->levels);
	settings->levels[settings->level_count++] = *level;
	begin_level(sections);
	return true;
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

static bool check_alert(const struct sections *sections, const struct settings *settings, const char *title,
	struct error *err)
{
	const struct alert_settings *alert = &sections->alert;
	for (int i = 0; i < settings->alert_count; i++)
		if (strcmp(settings->alerts[i].name, title) == 0)
			return fail(err, "the alert '%s' was set in line %d already; give each its own title",
				title, settings->alerts[i].line);
	if (!alert->metric)
		return fail(err, "the alert '%s' has no 'metric'; write metric = \"longest_wait\" or another",
			title);
	if (isnan(alert->enter))
		return fail(err, "the alert '%s' has no 'enter'; write the figure it is raised from", title);
	const bool has_limit = !isnan(alert->and_enter);
	if ((alert->and_metric != NULL) != has_limit)
		return fail(err,
			"the alert '%s' has only one of 'and_metric' and 'and_enter'; write both or none",
			title);
	if (!isnan(alert->and_leave) && !has_limit)
		return fail(err, "the alert '%s' has 'and_leave' without 'and_enter'; write both or none", title);
	return check_place(alert, title, err) && check_metric(sections, alert->metric, err) &&
	       (!alert->and_metric || check_metric(sections, alert->and_metric, err));
}

static bool take_alert(
	struct sections *sections, struct settings *settings, const char *title, int line, struct error *err)
{
	struct alert_settings *alert = &sections->alert;
	if (!check_alert(sections, settings, title, err))
		return false;
	if (isnan(alert->leave))
		alert->leave = alert->enter;
	alert->name = memory_text(title);
	alert->line = line;
	settings->alerts = memory_grow(settings->alerts, &sections->alert_room,
		(size_t)settings->alert_count + 1, sizeof *settings->alerts);
	settings->alerts[settings->alert_count++] = *alert;
	begin_alert(sections);
	return true;
}

static bool take_calendar(
	struct sections *sections, struct settings *settings, const char *title, int line, struct error *err)
{
	for (int i = 0; i < settings->calendar_count; i++)
		if (strcmp(settings->calendars[i].name, title) == 0)
			return fail(err, "the calendar '%s' was set in line %d already; put both together", title, settings->calendars[i].line);
	sections->calendar.name = memory_text(title);
	sections->calendar.line = line;
	settings->calendars = memory_grow(settings->calendars, &sections->calendar_room, (size_t)settings->calendar_count + 1,
		sizeof *settings->calendars);
	settings->calendars[settings->calendar_count++] = sections->calendar;
	begin_calendar(sections);
	return true;
}

static bool take_sla(
	struct sections *sections, struct settings *settings, const char *title, int line, struct error *err)
{
	if (!sla_clock_known(title, err) || !sla_settings_check(&sections->sla, title, err))
		return false;
	for (int i = 0; i < settings->sla_count; i++)
		if (strcmp(settings->slas[i].clock, title) == 0)
			return fail(err, "the SLA clock '%s' was set in line %d already; put both together", title, settings->slas[i].line);
	sections->sla.clock = memory_text(title);
	sections->sla.line = line;
	settings->slas = memory_grow(settings->slas, &sections->sla_room, (size_t)settings->sla_count + 1, sizeof *settings->slas);
	settings->slas[settings->sla_count++] = sections->sla;
	begin_sla(sections);
	return true;
}

static bool take_card(
	struct sections *sections, struct settings *settings, const char *title, int line, struct error *err)
{
	if (!card_settings_check(settings, &sections->card, title, err))
		return false;
	sections->card.name = memory_text(title);
	sections->card.line = line;
	settings->cards = memory_grow(settings->cards, &sections->card_room, (size_t)settings->card_count + 1, sizeof *settings->cards);
	settings->cards[settings->card_count++] = sections->card;
	begin_card(sections);
	return true;
}

bool sections_take(struct sections *sections, struct settings *settings, const char *name, const char *title,
	int line, struct error *err)
{
	if (!title || !*title)
		return fail(err, "the title of this '%s' is empty; write %s \"TITLE\" { ... }", name, name);
	if (strlen(title) > TITLE_MOST || !text_valid(view_of(title)))
		return fail(err, "the title of this '%s' is longer than %d bytes, or not valid UTF-8", name,
			TITLE_MOST);
	if (settings->link_count >= SECTIONS_MOST || settings->queue_count >= SECTIONS_MOST || settings->level_count >= SECTIONS_MOST ||
		settings->alert_count >= SECTIONS_MOST || settings->place_count >= SECTIONS_MOST || settings->calendar_count >= SECTIONS_MOST ||
		settings->card_count >= SECTIONS_MOST)
		return fail(err, "there are more than %d sections of one kind; no board can show them",
			SECTIONS_MOST);
	sections->taken++;
	if (strcmp(name, feed_table.name) == 0)
		return take_link(sections, settings, title, line, err);
	if (strcmp(name, site_table.name) == 0)
		return take_site(sections, settings, title, line, err);
	if (strcmp(name, queue_table.name) == 0)
		return take_queue(sections, settings, title, line, err);
	if (strcmp(name, level_table.name) == 0)
		return take_level(sections, settings, title, line, err);
	if (strcmp(name, calendar_table.name) == 0)
		return take_calendar(sections, settings, title, line, err);
	if (strcmp(name, sla_table.name) == 0)
		return take_sla(sections, settings, title, line, err);
	if (strcmp(name, card_table.name) == 0)
		return take_card(sections, settings, title, line, err);
	return take_alert(sections, settings, title, line, err);
}
