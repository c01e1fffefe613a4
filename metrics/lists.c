/* Lists of contacts, queues, people and feeds; those of quality are in lists_quality.c. */
#include "metrics/lists.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/instant.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/words.h"
#include "config/markets.h"
#include "metrics/state.h"

/* ---- words ---- */

static void put(const char *text, char *to, size_t room)
{
	text_harmless(view_of(text), to, room);
}

static const char *queue_title(const struct engine *engine, uint16_t queue)
{
	for (int i = 0; i < engine->settings->queue_count; i++) {
		const struct queue_settings *settings = &engine->settings->queues[i];
		if (settings->title && *settings->title && strcmp(settings->name, names_text(&engine->queues, queue)) == 0)
			return settings->title;
	}
	if (queue < engine->queue_info_room && *engine->queue_info[queue].title)
		return engine->queue_info[queue].title;
	return names_text(&engine->queues, queue);
}

static const char *market_name(const struct engine *engine, uint16_t market)
{
	const char *name = names_text(&engine->markets, market);
	const struct market_settings *settings = market_find(engine->settings, name);
	return settings ? market_title(settings) : name;
}

void lists_where(const struct engine *engine, uint16_t queue, uint8_t channel, char *to, size_t room)
{
	const char *name = queue == SCOPE_ANY || queue == NAME_NONE ? "" : queue_title(engine, queue);
	const char *word = channel < CHANNEL_COUNT ? words_of("channel", word_text(WORDS_CHANNEL, channel)) : "";
	char text[200];
	snprintf(text, sizeof text, "%s%s%s", name, *name && *word ? " · " : "", word);
	put(text, to, room);
}

static void scope_text(const struct engine *engine, struct scope scope, bool shown, char *to, size_t room)
{
	char where[160] = "", text[200], name[180];
	if (scope_of_people(scope)) {
		const bool agent = scope.agent != SCOPE_ANY;
		const char *full = agent ? names_text(&engine->agents_names, scope.agent) : names_text(&engine->teams, scope.team);
		if (shown)
			lists_show(engine, agent ? DISPLAY_AGENT : DISPLAY_TEAM, full, name, sizeof name);
		else
			view_copy(view_of(full), name, sizeof name);
		snprintf(text, sizeof text, "%s %s", agent ? _("agent") : _("team"), name);
	} else {
		if (scope.queue != SCOPE_ANY || scope.channel != SCOPE_ANY)
			lists_where(engine, scope.queue, scope.channel < CHANNEL_COUNT ? (uint8_t)scope.channel : CHANNEL_COUNT,
				where, sizeof where);
		bool market = scope.market != SCOPE_ANY;
		snprintf(text, sizeof text, "%s%s%s", *where || market ? where : _("all queues"), *where && market ? " · " : "",
			market ? market_name(engine, scope.market) : "");
	}
	put(text, to, room);
}

void lists_show(const struct engine *engine, enum display_field field, const char *text, char *to, size_t room)
{
	display_show(engine->settings, field, text, to, room);
}

void lists_scope_identity(const struct engine *engine, struct scope scope, char *to, size_t room)
{
	scope_text(engine, scope, false, to, room);
}

void lists_scope_text(const struct engine *engine, struct scope scope, char *to, size_t room)
{
	scope_text(engine, scope, true, to, room);
}

void lists_duration(int64_t ms, char *to, size_t room)
{
	const char *sign = ms < 0 ? "-" : "";
	uint64_t seconds = (ms < 0 ? 0 - (uint64_t)ms : (uint64_t)ms) / 1000;
	unsigned long long minutes = seconds / 60, hours = minutes / 60, days = hours / 24;
	if (hours == 0)
		snprintf(to, room, "%s%02llu:%02llu", sign, minutes, (unsigned long long)seconds % 60);
	else if (days == 0)
		snprintf(to, room, _("%s%llu h %02llu"), sign, hours, minutes % 60);
	else
		snprintf(to, room, _("%s%llu d %llu h"), sign, days, hours % 24);
}

/* ---- contacts ---- */

static const struct contact *longest_of(const struct engine *engine, struct scope scope)
{
	const struct contact *longest = NULL;
	for (size_t i = 0; i < engine->slot_count; i++) {
		const struct slot *slot = &engine->slots[i];
		if (!slot->waiting || !slot_in_scope(engine, slot, scope) || !slot_waits_live(slot, scope.channel))
			continue;
		const struct contact *first = &engine->contacts[slot->waiting_first];
		if (!longest || first->queued < longest->queued)
			longest = first;
	}
	return longest;
}

bool list_longest_wait(const struct engine *engine, struct scope scope, int64_t at, struct list_wait *wait)
{
	const struct contact *longest = longest_of(engine, scope);
	if (!longest)
		return false;
	*wait = (struct list_wait){.wait = at > longest->queued ? at - longest->queued : 0};
	put(queue_title(engine, longest->queue), wait->queue, sizeof wait->queue);
	put(word_text(WORDS_CHANNEL, longest->channel), wait->channel, sizeof wait->channel);
	lists_show(engine, DISPLAY_CONTACT, longest->id, wait->contact, sizeof wait->contact);
	return true;
}

/* ---- queues ---- */

static int by_name(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static bool is_hidden(const struct engine *engine, uint16_t queue)
{
	const char *name = names_text(&engine->queues, queue);
	for (int i = 0; i < engine->settings->queue_count; i++)
		if (strcmp(engine->settings->queues[i].name, name) == 0)
			return engine->settings->queues[i].hidden;
	return queue < engine->queue_info_room && engine->queue_info[queue].hidden;
}

int list_queues(const struct engine *engine, const char **names, int room)
{
	int count = 0;
	for (uint32_t i = NAME_OTHER; i < engine->queues.count && count < room; i++) {
		bool used = i != NAME_OTHER || engine->queues.refused > 0;
		if (used && !is_hidden(engine, (uint16_t)i))
			names[count++] = names_text(&engine->queues, i);
	}
	qsort(names, (size_t)count, sizeof *names, by_name);
	return count;
}

struct row { const char *name; struct scope scope; };

static int compare_rows(const void *left, const void *right)
{
	const struct row *a = left, *b = right;
	int order = strcmp(a->name, b->name);
	return order ? order : (a->scope.channel > b->scope.channel) - (a->scope.channel < b->scope.channel);
}

/* Every queue and channel has a watch; those of one market have slots of it, and not each of them a watch of its own. */
static size_t places_of(const struct engine *engine, struct scope scope)
{
	return scope.market == SCOPE_ANY ? engine->watch_count : engine->slot_count;
}

static struct scope place_of(const struct engine *engine, struct scope scope, size_t number)
{
	const struct slot *slot = &engine->slots[scope.market == SCOPE_ANY ? 0 : number];
	struct scope place = scope.market == SCOPE_ANY ? engine->watches[number].scope : SCOPE_ALL;
	if (scope.market == SCOPE_ANY)
		return place;
	place.queue = slot->queue;
	place.channel = slot->channel;
	place.market = slot->market;
	return place;
}

int list_rows(const struct engine *engine, struct scope scope, struct scope *rows, int room)
{
	const size_t places = places_of(engine, scope);
	struct row *found = memory_new(places + 1, sizeof *found);
	size_t count = 0;
	for (size_t i = 0; i < places; i++) {
		struct scope of = place_of(engine, scope, i);
		if (of.queue == SCOPE_ANY || of.channel == SCOPE_ANY || of.queue == NAME_NONE || is_hidden(engine, of.queue))
			continue;
		bool fits = (scope.queue == SCOPE_ANY || scope.queue == of.queue) &&
			(scope.channel == SCOPE_ANY || scope.channel == of.channel) && scope.market == of.market;
		of.calm = scope.calm;
		if (fits)
			found[count++] = (struct row){names_text(&engine->queues, of.queue), of};
	}
	qsort(found, count, sizeof *found, compare_rows);
	int filled = 0;
	for (; filled < room && (size_t)filled < count; filled++)
		rows[filled] = found[filled].scope;
	free(found);
	return filled;
}

int64_t list_target(const struct engine *engine, struct scope scope)
{
	for (size_t i = 0; i < engine->slot_count; i++) {
		const struct slot *slot = &engine->slots[i];
		if (slot->queue == scope.queue && slot->channel == scope.channel && (scope.market == SCOPE_ANY || slot->market == scope.market))
			return slot_target(engine, (uint16_t)i);
	}
	return market_target(engine, scope.market, scope.channel);
}

/* ---- agents ---- */

static const char *const doing_words[] = {[ACTIVITY_HELP] = "help", [ACTIVITY_RING] = "ring", [ACTIVITY_TALK] = "talk",
	[ACTIVITY_HOLD] = "hold", [ACTIVITY_WRAP] = "wrap", [ACTIVITY_AWAY] = "away", [ACTIVITY_IDLE] = "idle",
	[ACTIVITY_OFFLINE] = "offline"};

static void tell_agent(const struct engine *engine, const struct agent *agent, int64_t at, struct list_agent *item)
{
	enum activity doing = agent_doing(agent);
	*item = (struct list_agent){.availability = agent->availability, .summary = doing_words[doing],
		.contacts = agent->ringing + agent->talking + agent->held + agent->wrapping, .help = agent->help, .scope = SCOPE_ALL, .team_scope = SCOPE_ALL};
	item->scope.agent = agent->name;
	item->team_scope.team = agent->team;
	item->since = at > agent->activity_since ? at - agent->activity_since : 0;
	lists_show(engine, DISPLAY_AGENT, names_text(&engine->agents_names, agent->name), item->name, sizeof item->name);
	lists_show(engine, DISPLAY_TEAM, names_text(&engine->teams, agent->team), item->team, sizeof item->team);
	lists_show(engine, DISPLAY_REASON, names_text(&engine->kinds, agent->reason), item->reason, sizeof item->reason);
	for (int channel = 0; channel < CHANNEL_COUNT; channel++)
		item->slots += agent->slots[channel];
	item->rude = agent->care.shift;
	item->care_since = !agent->care.suggested ? -1 : at > agent->care.suggested ? at - agent->care.suggested : 0;
}

int list_agent_order(const void *left, const void *right)
{
	const struct list_agent *a = left, *b = right;
	if (a->help != b->help)
		return a->help ? -1 : 1;
	return strcmp(a->name, b->name);
}

int list_agents(const struct engine *engine, struct scope scope, int64_t at, struct list_agent *items, int room)
{
	int count = 0;
	for (size_t i = 1; i < engine->agent_count && count < room; i++) {
		const struct agent *agent = &engine->agents[i];
		bool ever = agent->declared || agent->shift_since || agent->first_contact || agent_doing(agent) != ACTIVITY_IDLE;
		if ((i == NAME_OTHER && !ever) || !agent_in_scope(engine, agent, scope))
			continue;
		tell_agent(engine, agent, at, &items[count++]);
	}
	qsort(items, (size_t)count, sizeof *items, list_agent_order);
	return count;
}

/* ---- feeds and publishers ---- */

static uint64_t missing_of(const struct source *source)
{
	uint64_t missing = 0;
	for (int b = 0; b < source->boot_count; b++)
		for (size_t h = 0; h < source->boots[b].holes; h++)
			missing += source->boots[b].missing[h].to - source->boots[b].missing[h].from + 1;
	return missing;
}

static uint64_t lost_of(const struct source *source)
{
	uint64_t lost = 0;
	for (int b = 0; b < source->boot_count; b++)
		lost += source->boots[b].lost;
	return lost;
}

static void tell_feed(const struct engine *engine, int number, int64_t at, struct list_feed *item)
{
	const struct feed_status *feed = &engine->feeds[number];
	*item = (struct list_feed){.feed = number, .link = feed->link, .lag = feed->lag, .received = feed->received,
		.batches = feed->batches, .duplicate = feed->faults[FAULT_DUPLICATE]};
	bool silent = feed->link == LINK_STALE || feed->link == LINK_REFUSED;
	if (silent && feed->silent_since && at > feed->silent_since)
		item->silent = at - feed->silent_since;
	if (feed->link == LINK_REFUSED && feed->refusal != FAULT_NONE)
		item->refusal = feed_fault_helps[feed->refusal];
	memcpy(item->faults, feed->faults, sizeof item->faults);
	for (size_t i = 1; i < engine->source_count; i++) {
		const struct source *source = &engine->sources[i];
		if (!source->known || source->feed != number)
			continue;
		if (item->publishers++ == 0)
			lists_show(engine, DISPLAY_SOURCE, names_text(&engine->sources_names, source->name), item->src, sizeof item->src);
		item->missing += missing_of(source);
		item->lost += lost_of(source);
	}
}

int list_feeds(const struct engine *engine, int64_t at, struct list_feed *items, int room)
{
	int count = 0;
	for (; count < engine->feed_count && count < room; count++)
		tell_feed(engine, count, at, &items[count]);
	return count;
}

int list_sources(const struct engine *engine, struct list_source *items, int room)
{
	int count = 0;
	for (size_t i = 1; i < engine->source_count && count < room; i++) {
		const struct source *source = &engine->sources[i];
		if (!source->known)
			continue;
		struct list_source *item = &items[count++];
		*item = (struct list_source){.feed = source->feed, .received = source->received, .lost = lost_of(source),
			.missing = missing_of(source), .second_publisher = source->faults[FAULT_SECOND_PUBLISHER] > 0};
		if (source->boot_count)
			item->boot = source->boots[source->current].boot;
		lists_show(engine, DISPLAY_SOURCE, names_text(&engine->sources_names, source->name), item->src, sizeof item->src);
		memcpy(item->faults, source->faults, sizeof item->faults);
	}
	return count;
}
