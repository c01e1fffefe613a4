/* What a snapshot knows of topics and of the newest praise: of one site, and of several joined. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "store/snapshot_parts.h"

#define PRAISES_SHOWN 20
#define TOPICS_SHOWN 502 /* all that a site keeps apart, so that sites can be joined */

void snapshot_ask_learning(struct snapshot *snapshot, const struct engine *engine)
{
	const struct period period = period_of(snapshot->request.window, snapshot->at, snapshot->zone, snapshot->settings->day_start);
	snapshot->newest_praises = memory_new(PRAISES_SHOWN, sizeof *snapshot->newest_praises);
	snapshot->newest_praise_count = list_newest_praises(engine, snapshot->newest_praises, PRAISES_SHOWN);
	if (snapshot->at == INT64_MIN)
		return;
	snapshot->topics = memory_new(TOPICS_SHOWN, sizeof *snapshot->topics);
	snapshot->topic_count = list_topics(engine, &period, snapshot->topics, TOPICS_SHOWN, &snapshot->topics_total);
}

static void add(struct list_topic *to, const struct list_topic *part)
{
	to->contacts += part->contacts;
	to->settled += part->settled;
	to->kept += part->kept;
	to->recontacts += part->recontacts;
	to->before += part->before;
}

static void add_topic(struct snapshot *snapshot, const struct list_topic *part)
{
	int place = 0;
	while (place < snapshot->topic_count && strcmp(snapshot->topics[place].name, part->name) != 0)
		place++;
	if (place == snapshot->topic_count) {
		snapshot->topics = memory_resize(snapshot->topics, (size_t)++snapshot->topic_count, sizeof *snapshot->topics);
		snapshot->topics[place] = (struct list_topic){0};
		memcpy(snapshot->topics[place].name, part->name, sizeof part->name);
	}
	add(&snapshot->topics[place], part);
}

static void add_praise(struct snapshot *snapshot, const struct list_praise *part, const char *site)
{
	snapshot->newest_praises = memory_resize(snapshot->newest_praises, (size_t)snapshot->newest_praise_count + 1, sizeof *snapshot->newest_praises);
	struct list_praise *praise = &snapshot->newest_praises[snapshot->newest_praise_count++];
	*praise = *part;
	snprintf(praise->site, sizeof praise->site, "%s", site);
}

void snapshot_join_learning(struct snapshot *snapshot, const struct snapshot *part, const char *site)
{
	for (int i = 0; i < part->topic_count; i++)
		add_topic(snapshot, &part->topics[i]);
	add(&snapshot->topics_total, &part->topics_total);
	for (int i = 0; i < part->newest_praise_count; i++)
		add_praise(snapshot, &part->newest_praises[i], site);
}

void snapshot_sort_learning(struct snapshot *snapshot)
{
	if (snapshot->topic_count)
		qsort(snapshot->topics, (size_t)snapshot->topic_count, sizeof *snapshot->topics, list_topic_order);
	if (snapshot->newest_praise_count)
		qsort(snapshot->newest_praises, (size_t)snapshot->newest_praise_count, sizeof *snapshot->newest_praises, list_praise_order);
	if (snapshot->newest_praise_count > PRAISES_SHOWN)
		snapshot->newest_praise_count = PRAISES_SHOWN;
}

void snapshot_finish_learning(struct snapshot *snapshot)
{
	free(snapshot->topics);
	free(snapshot->newest_praises);
}
