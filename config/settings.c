#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "base/text.h"
#include "config/suggest.h"
#include "config/tables.h"

_Static_assert(sizeof(enum severity) == sizeof(int), "the table writes it as an int");

void queue_settings_finish(struct queue_settings *queue)
{
	setting_release(queue_table.settings, queue_table.count, queue);
	free(queue->name);
}

void feed_settings_finish(struct feed_settings *link)
{
	setting_release(feed_table.settings, feed_table.count, link);
	free(link->endpoint);
}

void site_settings_finish(struct site_settings *site)
{
	setting_release(site_table.settings, site_table.count, site);
	free(site->name);
}

void level_settings_finish(struct level_settings *level)
{
	setting_release(level_table.settings, level_table.count, level);
	free(level->metric);
}

void alert_settings_finish(struct alert_settings *alert)
{
	setting_release(alert_table.settings, alert_table.count, alert);
	free(alert->name);
}

struct settings *settings_create(void)
{
	struct settings *settings = memory_new(1, sizeof *settings);
	setting_fill(board_table.settings, board_table.count, settings);
	random_bytes(settings->display_key, sizeof settings->display_key);
	return settings;
}

void settings_destroy(struct settings *settings)
{
	if (!settings)
		return;
	for (int i = 0; i < settings->queue_count; i++)
		queue_settings_finish(&settings->queues[i]);
	for (int i = 0; i < settings->link_count; i++)
		feed_settings_finish(&settings->links[i]);
	for (int i = 0; i < settings->place_count; i++)
		site_settings_finish(&settings->places[i]);
	for (int i = 0; i < settings->level_count; i++)
		level_settings_finish(&settings->levels[i]);
	for (int i = 0; i < settings->alert_count; i++)
		alert_settings_finish(&settings->alerts[i]);
	for (int i = 0; i < settings->calendar_count; i++)
		calendar_settings_finish(&settings->calendars[i]);
	for (int i = 0; i < settings->sla_count; i++)
		sla_settings_finish(&settings->slas[i]);
	free(settings->calendars);
	free(settings->slas);
	for (int i = 0; i < settings->card_count; i++)
		card_settings_finish(&settings->cards[i]);
	free(settings->cards);
	free(settings->queues);
	free(settings->links);
	free(settings->places);
	free(settings->file);
	free(settings->levels);
	free(settings->alerts);
	setting_release(board_table.settings, board_table.count, settings);
	free(settings);
}

static void *copy_array(const void *from, int count, size_t size)
{
	if (count == 0)
		return NULL;
	void *to = memory_new((size_t)count, size);
	memcpy(to, from, (size_t)count * size);
	return to;
}

static void copy_service(const struct settings *settings, struct settings *copy)
{
	copy->calendars = copy_array(settings->calendars, settings->calendar_count, sizeof *copy->calendars);
	copy->slas = copy_array(settings->slas, settings->sla_count, sizeof *copy->slas);
	for (int i = 0; i < copy->calendar_count; i++) {
		setting_duplicate(calendar_table.settings, calendar_table.count, &copy->calendars[i]);
		copy->calendars[i].name = memory_text(copy->calendars[i].name);
	}
	for (int i = 0; i < copy->sla_count; i++) {
		setting_duplicate(sla_table.settings, sla_table.count, &copy->slas[i]);
		copy->slas[i].clock = memory_text(copy->slas[i].clock);
	}
}

struct settings *settings_copy(const struct settings *settings)
{
	struct settings *copy = memory_new(1, sizeof *copy);
	*copy = *settings;
	setting_duplicate(board_table.settings, board_table.count, copy);
	copy->queues = copy_array(settings->queues, settings->queue_count, sizeof *copy->queues);
	copy->links = copy_array(settings->links, settings->link_count, sizeof *copy->links);
	copy->places = copy_array(settings->places, settings->place_count, sizeof *copy->places);
	copy->file = settings->file ? memory_text(settings->file) : NULL;
	copy->levels = copy_array(settings->levels, settings->level_count, sizeof *copy->levels);
	copy->alerts = copy_array(settings->alerts, settings->alert_count, sizeof *copy->alerts);
	copy->cards = copy_array(settings->cards, settings->card_count, sizeof *copy->cards);
	for (int i = 0; i < copy->card_count; i++) {
		setting_duplicate(card_table.settings, card_table.count, &copy->cards[i]);
		copy->cards[i].name = memory_text(copy->cards[i].name);
	}
	for (int i = 0; i < copy->queue_count; i++) {
		setting_duplicate(queue_table.settings, queue_table.count, &copy->queues[i]);
		copy->queues[i].name = memory_text(copy->queues[i].name);
	}
	for (int i = 0; i < copy->link_count; i++) {
		setting_duplicate(feed_table.settings, feed_table.count, &copy->links[i]);
		copy->links[i].endpoint = memory_text(copy->links[i].endpoint);
	}
	for (int i = 0; i < copy->place_count; i++) {
		setting_duplicate(site_table.settings, site_table.count, &copy->places[i]);
		copy->places[i].name = memory_text(copy->places[i].name);
	}
	for (int i = 0; i < copy->level_count; i++) {
		setting_duplicate(level_table.settings, level_table.count, &copy->levels[i]);
		copy->levels[i].metric = memory_text(copy->levels[i].metric);
	}
	for (int i = 0; i < copy->alert_count; i++) {
		setting_duplicate(alert_table.settings, alert_table.count, &copy->alerts[i]);
		copy->alerts[i].name = memory_text(copy->alerts[i].name);
	}
	copy_service(settings, copy);
	return copy;
}

static bool refuse_name(const char *name, struct error *err)
{
	const char **names = memory_new(board_table.count + 1, sizeof *names);
	for (size_t i = 0; i < board_table.count; i++)
		names[i] = board_table.settings[i].name;
	const char *meant = suggest(name, names);
	char shown[80];
	text_harmless(view_of(name), shown, sizeof shown);
	if (meant)
		fail(err, "no setting is called '%s'; did you mean '%s'?", shown, meant);
	else
		fail(err, "no setting is called '%s'; --print-config shows them all", shown);
	free(names);
	return false;
}

bool settings_set(struct settings *settings, const char *name, const char *value, struct error *err)
{
	const struct setting *setting = setting_find(board_table.settings, board_table.count, name);
	return setting ? setting_assign(setting, settings, value, err) : refuse_name(name, err);
}
