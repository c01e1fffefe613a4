/* Cases and their SLA clocks. */
#include <stdlib.h>

#include "base/instant.h"
#include "base/memory.h"
#include "metrics/keep.h"

static void keep_case(struct archive *archive, struct engine *engine, struct case_item *item)
{
	archive_text(archive, item->id, sizeof item->id);
	KEEP(archive, item->serial);
	KEEP_BELOW(archive, item->queue, engine->queues.count);
	KEEP_BELOW(archive, item->market, engine->markets.count);
	KEEP_BELOW(archive, item->topic, engine->topics.count);
	KEEP_BELOW(archive, item->agent, keep_limit(engine->agent_count));
	KEEP_BELOW(archive, item->slot, engine->slot_count);
	KEEP_BELOW(archive, item->channel, CHANNEL_COUNT);
	KEEP_BELOW(archive, item->state, CASE_MERGED + 1);
	KEEP(archive, item->priority);
	KEEP(archive, item->customer);
	KEEP(archive, item->opened);
	KEEP(archive, item->solved);
	KEEP(archive, item->since);
	KEEP(archive, item->open_since);
	KEEP(archive, item->unanswered);
	for (int clock = 0; clock < SLA_CLOCK_COUNT; clock++)
		KEEP_BELOW(archive, item->clocks[clock], engine->sla_count);
	KEEP_BELOW(archive, item->source, keep_limit(engine->source_count));
	KEEP(archive, item->named);
	KEEP(archive, item->solved_counted);
	KEEP(archive, item->snapshot);
	KEEP(archive, item->closed);
}

/* Sums and differences of what is read must fit. */
static void keep_instant(struct archive *archive, int64_t *instant)
{
	archive_signed(archive, instant, 0, INT64_C(1) << 54);
}

static void keep_span(struct archive *archive, int64_t *span)
{
	archive_signed(archive, span, -(INT64_C(1) << 54), INT64_C(1) << 54);
}

static void keep_before(struct archive *archive, struct sla_before *before)
{
	keep_instant(archive, &before->started);
	keep_instant(archive, &before->breached_at);
	KEEP(archive, before->counted);
	KEEP(archive, before->ours);
}

static void keep_sla(struct archive *archive, struct engine *engine, struct sla *sla)
{
	KEEP(archive, sla->serial);
	KEEP_BELOW(archive, sla->clock, SLA_CLOCK_COUNT);
	KEEP_BELOW(archive, sla->state, SLA_STATE_CANCELLED + 1);
	KEEP(archive, sla->by_source);
	KEEP(archive, sla->by_state);
	sla->paused = sla->by_source || sla->by_state;
	KEEP(archive, sla->by_stop);
	archive_signed(archive, &sla->target, 0, SLA_FARTHEST);
	keep_span(archive, &sla->elapsed);
	keep_instant(archive, &sla->since);
	keep_instant(archive, &sla->due);
	keep_instant(archive, &sla->fixed);
	keep_instant(archive, &sla->breached_at);
	keep_instant(archive, &sla->started);
	keep_instant(archive, &sla->ended);
	keep_instant(archive, &sla->restarted);
	keep_span(archive, &sla->restart_elapsed);
	KEEP_BELOW(archive, sla->calendar, keep_limit(engine->calendar_names.count));
	KEEP_BELOW(archive, sla->wanted, keep_limit(engine->calendar_names.count));
	KEEP(archive, sla->counted);
	KEEP(archive, sla->ours);
	KEEP(archive, sla->disagreed);
	KEEP(archive, sla->confirmed);
	KEEP(archive, sla->soon);
	keep_before(archive, &sla->before);
}

/* Every clock belongs to the one case that names it; those that none names are free. */
static void restore_clocks(struct archive *archive, struct engine *engine)
{
	for (uint32_t i = 1; i < engine->case_count; i++)
		for (int clock = 0; clock < SLA_CLOCK_COUNT; clock++) {
			uint32_t number = engine->cases[i].clocks[clock];
			struct sla *sla = &engine->slas[number];
			if (!number)
				continue;
			if (sla->case_item || sla->clock != clock)
				archive_wrong(archive, "a clock of two cases");
			sla->case_item = i;
		}
	for (uint32_t i = 1; i < engine->sla_count; i++) {
		struct sla *sla = &engine->slas[i];
		if (!sla->case_item && sla->live)
			archive_wrong(archive, "a running clock without its case");
		sla->case_item = sla->case_item ? sla->case_item : KEEP_FREE;
	}
}

static uint32_t *clock_link(struct engine *engine, uint32_t number)
{
	return &engine->slas[number].case_item;
}

static void restore_case_index(struct archive *archive, struct engine *engine)
{
	for (uint32_t i = 1; i < engine->case_count; i++) {
		struct view id = view_of(engine->cases[i].id);
		if (!id.size || map_find(&engine->case_index, id) != MAP_NONE)
			archive_wrong(archive, "a case twice, or without its number");
		map_put(&engine->case_index, id, i);
	}
}

/* A list of things that are open, in its order; each once. */
static void keep_open_cases(struct archive *archive, struct engine *engine)
{
	struct index_list *list = &engine->open_cases;
	keep_array(archive, (void **)&list->items, &list->count, &list->room, sizeof *list->items);
	for (size_t i = 0; i < list->count; i++) {
		KEEP_BELOW(archive, list->items[i], engine->case_count);
		if (!archive->reading)
			continue;
		struct case_item *item = &engine->cases[list->items[i]];
		if (item->listed)
			archive_wrong(archive, "an open case twice");
		item->listed = true;
		item->place = (uint32_t)i;
		backlog_join(engine, list->items[i]);
	}
}

static void keep_live_clocks(struct archive *archive, struct engine *engine)
{
	struct index_list *list = &engine->live_slas;
	keep_array(archive, (void **)&list->items, &list->count, &list->room, sizeof *list->items);
	for (size_t i = 0; i < list->count; i++) {
		KEEP_BELOW(archive, list->items[i], engine->sla_count);
		if (!archive->reading)
			continue;
		struct sla *sla = &engine->slas[list->items[i]];
		if (sla->live)
			archive_wrong(archive, "a running clock twice");
		sla->live = true;
		sla->place = (uint32_t)i;
	}
}

/* The closed ones in the order of closing; 0 ends the list. */
static void keep_retiring(struct archive *archive, struct engine *engine)
{
	uint32_t number = engine->case_closed_first;
	for (;;) {
		KEEP_BELOW(archive, number, engine->case_count);
		if (!number || !archive_good(archive))
			return;
		struct case_item *item = &engine->cases[number];
		if (!archive->reading) {
			number = item->closed_next;
			continue;
		}
		if (item->retiring) {
			archive_wrong(archive, "a closed case twice");
			return;
		}
		item->retiring = true;
		*(engine->case_closed_last ? &engine->cases[engine->case_closed_last].closed_next : &engine->case_closed_first) = number;
		engine->case_closed_last = number;
	}
}

void keep_cases(struct archive *archive, struct engine *engine)
{
	for (size_t i = 1; i < engine->case_count && archive_good(archive); i++)
		keep_case(archive, engine, &engine->cases[i]);
	for (size_t i = 1; i < engine->sla_count && archive_good(archive); i++)
		keep_sla(archive, engine, &engine->slas[i]);
	keep_open_cases(archive, engine);
	keep_live_clocks(archive, engine);
	keep_retiring(archive, engine);
	if (archive->reading && archive_good(archive)) {
		restore_clocks(archive, engine);
		restore_case_index(archive, engine);
	}
	if (archive_good(archive))
		keep_free(archive, engine, engine->sla_count, &engine->sla_free, clock_link);
}
