/* Lists of call-backs, notes and of what was said how often. */
#include <stdio.h>
#include <stdlib.h>

#include "base/instant.h"
#include "base/memory.h"
#include "base/text.h"
#include "metrics/lists_parts.h"
#include "metrics/state.h"

/* ---- by name ---- */

int list_named_order(const void *left, const void *right)
{
	const struct list_named *a = left, *b = right;
	if (a->count != b->count)
		return a->count < b->count ? 1 : -1;
	const int order = strcmp(a->name, b->name);
	return order ? order : (a->scope.agent > b->scope.agent) - (a->scope.agent < b->scope.agent);
}

static size_t find_name(const struct list_named *names, size_t count, const struct list_named *wanted)
{
	size_t i = 0;
	while (i < count && (strcmp(names[i].name, wanted->name) != 0 || names[i].scope.agent != wanted->scope.agent))
		i++;
	return i;
}

/* NULL: by agent; where there is no name, too. */
struct naming { const struct names *names; enum display_field field; };

static void put_name(const struct engine *engine, const struct naming *naming, const struct named_count *one, struct list_named *to)
{
	const char *name = naming->names ? names_text(naming->names, one->name) : "";
	*to = (struct list_named){.scope = SCOPE_ALL};
	if (*name) {
		lists_show(engine, naming->field, name, to->name, sizeof to->name);
		return;
	}
	to->scope.agent = one->agent ? one->agent : SCOPE_ANY;
	lists_show(engine, DISPLAY_AGENT, names_text(&engine->agents_names, one->agent), to->name, sizeof to->name);
}

static int list_occurrences(const struct engine *engine, const struct occurrences *list, const struct naming *naming, const struct period *period,
	struct list_named *items, int room, int64_t *total)
{
	struct list_named *all = NULL;
	size_t count = 0, space = 0;
	int64_t sum = 0;
	for (size_t i = 0; i < list->count; i++) {
		const struct named_count *one = &list->items[i];
		const bool in = one->at > period->from && one->at <= period->to, before = one->at > period->before_from && one->at <= period->before_to;
		if (!in && !before)
			continue;
		struct list_named named;
		put_name(engine, naming, one, &named);
		const size_t place = find_name(all, count, &named);
		if (place == count) {
			all = memory_grow(all, &space, ++count, sizeof *all);
			all[place] = named;
		}
		all[place].count += in;
		all[place].before += before;
		sum += in;
	}
	if (count)
		qsort(all, count, sizeof *all, list_named_order);
	int filled = 0;
	for (; filled < room && (size_t)filled < count; filled++)
		items[filled] = all[filled];
	free(all);
	if (total)
		*total = sum;
	return filled;
}

int list_refusals(const struct engine *engine, const struct period *period, struct list_named *items, int room, int64_t *total)
{
	const struct naming naming = {&engine->policies, DISPLAY_POLICY};
	return list_occurrences(engine, &engine->refusals, &naming, period, items, room, total);
}

int list_mistakes(const struct engine *engine, const struct period *period, struct list_named *items, int room, int64_t *total)
{
	const struct naming naming = {NULL, DISPLAY_AGENT};
	return list_occurrences(engine, &engine->mistakes, &naming, period, items, room, total);
}

int list_praises(const struct engine *engine, const struct period *period, struct list_named *items, int room, int64_t *total)
{
	const struct naming naming = {&engine->teams, DISPLAY_TEAM};
	return list_occurrences(engine, &engine->praises, &naming, period, items, room, total);
}

int list_unknown(const struct engine *engine, struct list_named *items, int room)
{
	size_t most = engine->unknown_types.count;
	struct list_named *all = memory_new(most + 1, sizeof *all);
	size_t count = 0;
	for (uint32_t i = 0; i < most && i < engine->unknown_room; i++) {
		if (!engine->unknown_counts[i])
			continue;
		all[count].count = (int64_t)engine->unknown_counts[i];
		put(i ? names_text(&engine->unknown_types, i) : "without a name", all[count].name, sizeof all[count].name);
		count++;
	}
	qsort(all, count, sizeof *all, list_named_order);
	int filled = 0;
	for (; filled < room && (size_t)filled < count; filled++)
		items[filled] = all[filled];
	free(all);
	return filled;
}

/* ---- call-backs and notes ---- */

int list_followup_order(const void *left, const void *right)
{
	const struct list_followup *a = left, *b = right;
	return a->since != b->since ? (a->since < b->since) - (a->since > b->since) : strcmp(a->case_id, b->case_id);
}

int list_followups(const struct engine *engine, struct scope scope, int64_t at, struct list_followup *items, int room)
{
	int count = 0;
	for (size_t i = 1; i < engine->followup_count; i++) {
		const struct followup *followup = &engine->followups[i];
		int64_t since = elapsed(followup->since, at);
		if (!followup->open || !item_in_scope(engine, followup->slot, followup->agent, scope) || room == 0 || (count == room && since <= items[room - 1].since))
			continue;
		int place = count < room ? count++ : room - 1;
		for (; place > 0 && since > items[place - 1].since; place--)
			items[place] = items[place - 1];
		struct list_followup *item = &items[place];
		*item = (struct list_followup){.since = since, .slot = followup->slot, .survey = word_text(WORDS_SURVEY_KIND, followup->kind),
			.score = followup->score, .attempts = (int)followup->attempts};
		lists_show(engine, DISPLAY_CONTACT, followup->contact, item->contact, sizeof item->contact);
		lists_show(engine, DISPLAY_AGENT, names_text(&engine->agents_names, followup->agent), item->agent, sizeof item->agent);
		lists_show(engine, DISPLAY_CASE, engine->cases[followup->case_item].id, item->case_id, sizeof item->case_id);
		lists_where(engine, engine->slots[followup->slot].queue, CHANNEL_COUNT, item->queue, sizeof item->queue);
	}
	return count;
}

int list_note_order(const void *left, const void *right)
{
	const struct list_note *a = left, *b = right;
	return a->at != b->at ? (a->at < b->at ? 1 : -1) : strcmp(a->text, b->text);
}

int list_notes(const struct engine *engine, int64_t at, struct list_note *items, int room)
{
	int count = 0;
	if (display_action(engine->settings, DISPLAY_NOTE) == DISPLAY_DROP)
		return 0;
	for (size_t i = engine->note_count; i-- > 0 && count < room;) {
		const struct note *found = &engine->notes[i];
		if (found->until && found->until <= at)
			continue;
		struct list_note *note = &items[count++];
		*note = (struct list_note){.at = found->at, .until = found->until};
		lists_show(engine, DISPLAY_NOTE, found->text, note->text, sizeof note->text);
		lists_show(engine, DISPLAY_AGENT, names_text(&engine->people, found->by), note->by, sizeof note->by);
	}
	return count;
}
