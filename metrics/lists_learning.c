#include "metrics/lists_learning.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "metrics/lists_parts.h"

/* ---- topics ---- */

int list_topic_order(const void *left, const void *right)
{
	const struct list_topic *a = left, *b = right;
	if (a->recontacts != b->recontacts)
		return a->recontacts < b->recontacts ? 1 : -1;
	if (a->contacts != b->contacts)
		return a->contacts < b->contacts ? 1 : -1;
	return strcmp(a->name, b->name);
}

static void sum_topic(const struct ledger *ledger, int64_t from, int64_t to, struct tally *tally)
{
	memset(tally->value, 0, KEY_WAIT_BINS * sizeof *tally->value);
	ledger_sum_quarters(ledger, BY_ARRIVAL, from, to, false, tally);
}

static bool weigh_topic(const struct ledger *ledger, const struct period *period, struct tally *tally, struct list_topic *item)
{
	sum_topic(ledger, period->before_from, period->before_to, tally);
	item->before = tally->value[COUNT_RECONTACTS];
	sum_topic(ledger, period->from, period->to, tally);
	item->recontacts = tally->value[COUNT_RECONTACTS];
	item->contacts = tally->value[COUNT_FCR_RESOLVED];
	item->settled = tally->value[COUNT_FCR_SETTLED];
	item->kept = tally->value[COUNT_FCR_KEPT];
	return item->recontacts || item->contacts || item->before;
}

static void add_topic(struct list_topic *to, const struct list_topic *item)
{
	to->contacts += item->contacts;
	to->settled += item->settled;
	to->kept += item->kept;
	to->recontacts += item->recontacts;
	to->before += item->before;
}

/* Where topics cannot be told apart, what follows the first `count` is part of one of these that is shown alike. */
static bool join_alike(struct list_topic *all, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(all[i].name, all[count].name) == 0) {
			add_topic(&all[i], &all[count]);
			return true;
		}
	return false;
}

int list_topics(const struct engine *engine, const struct period *period, struct list_topic *items, int room, struct list_topic *total)
{
	struct tally *tally = memory_new(1, sizeof *tally);
	struct list_topic *all = memory_new(engine->topic_count + 1, sizeof *all), sum = {0};
	size_t count = 0;
	const bool tells = display_tells(engine->settings, DISPLAY_TOPIC);
	for (size_t i = NAME_OTHER; i < engine->topic_count; i++) {
		struct list_topic *item = &all[count];
		*item = (struct list_topic){0};
		if (!weigh_topic(&engine->topic_ledgers[i], period, tally, item))
			continue;
		lists_show(engine, DISPLAY_TOPIC, names_text(&engine->topics, (uint32_t)i), item->name, sizeof item->name);
		add_topic(&sum, item);
		count += tells || !join_alike(all, count);
	}
	if (count)
		qsort(all, count, sizeof *all, list_topic_order);
	const size_t filled = room > 0 && count > (size_t)room ? (size_t)room : count;
	memcpy(items, all, filled * sizeof *items);
	free(all);
	free(tally);
	if (total)
		*total = sum;
	return (int)filled;
}

/* ---- praise ---- */

int list_praise_order(const void *left, const void *right)
{
	const struct list_praise *a = left, *b = right;
	return a->at != b->at ? (a->at < b->at) - (a->at > b->at) : strcmp(a->team, b->team);
}

int list_newest_praises(const struct engine *engine, struct list_praise *items, int room)
{
	const struct occurrences *praises = &engine->praises;
	int count = 0;
	for (size_t i = praises->count; i-- > 0 && count < room; count++) {
		const struct named_count *one = &praises->items[i];
		struct list_praise *item = &items[count];
		*item = (struct list_praise){.at = one->at, .by = word_text(WORDS_PRAISE_BY, one->by)};
		lists_show(engine, DISPLAY_TEAM, names_text(&engine->teams, one->name), item->team, sizeof item->team);
		if (one->agent)
			lists_show(engine, DISPLAY_AGENT, names_text(&engine->agents_names, one->agent), item->agent, sizeof item->agent);
	}
	return count;
}
