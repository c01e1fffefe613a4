/* What people report beside contacts and cases: refusals, praise, mistakes, customers won and lost, announcements, what a queue
 * is. */
#include <stdlib.h>

#include "base/instant.h"
#include "base/memory.h"
#include "base/text.h"
#include "metrics/state.h"
#include "metrics/witness_tell.h"

#define OCCURRENCES_KEEP (71 * DAY_MS) /* five weeks, and the five before */
#define OCCURRENCES_MOST 100000
#define NOTES_MOST 50
#define CUSTOMERS_AT_ONCE 1000000

static void drop_old(struct occurrences *list, int64_t now)
{
	size_t old = 0;
	while (old < list->count && list->items[old].at < now - OCCURRENCES_KEEP)
		old++;
	if (list->count > OCCURRENCES_MOST && old < list->count - OCCURRENCES_MOST)
		old = list->count - OCCURRENCES_MOST;
	/* Not each time: moving a long list for one old entry would cost more than it holds. */
	if (old <= list->count / 4)
		return;
	list->count -= old;
	memmove(list->items, list->items + old, list->count * sizeof *list->items);
}

void occurrence_put_back(struct occurrences *list, struct named_count one, uint64_t stamp)
{
	list->items = memory_grow(list->items, &list->room, list->count + 1, sizeof *list->items);
	size_t place = list->count++;
	for (; place > 0 && list->items[place - 1].at > one.at; place--)
		list->items[place] = list->items[place - 1];
	list->items[place] = one;
	list->changed = stamp;
}

void occurrence_add(struct engine *engine, struct occurrences *list, struct named_count one)
{
	if (engine->too_old || engine->keeping.stamp < engine->keeping.held)
		return;
	drop_old(list, engine->now);
	one.at = engine->ts;
	occurrence_put_back(list, one, engine->keeping.stamp);
}

static bool refuse(struct engine *engine, const struct event *event)
{
	struct attribution_of of = event_attribution(engine, event);
	uint16_t policy = (uint16_t)names_intern(&engine->policies, event_text(event, KEY_POLICY));
	engine->label = view_of(names_text(&engine->policies, policy));
	engine->label_field = DISPLAY_POLICY;
	count_add(engine, of.slot, of.agent, COUNT_REFUSALS, engine->ts, of.arrived, 1);
	engine->label = (struct view){0};
	occurrence_add(engine, &engine->refusals, (struct named_count){.name = policy, .agent = of.agent});
	return true;
}

static bool praise(struct engine *engine, const struct event *event)
{
	struct attribution_of of = event_attribution(engine, event);
	uint16_t team = of.agent ? engine->agents[of.agent].team : NAME_NONE;
	engine->label = view_of(names_text(&engine->teams, team));
	engine->label_field = DISPLAY_TEAM;
	count_add(engine, of.slot, of.agent, COUNT_PRAISES, engine->ts, of.arrived, 1);
	engine->label = (struct view){0};
	const uint8_t by = (uint8_t)event_word(event, KEY_BY, PRAISE_CUSTOMER);
	occurrence_add(engine, &engine->praises, (struct named_count){.name = team, .agent = of.agent, .by = by});
	return true;
}

static bool mistake(struct engine *engine, const struct event *event)
{
	struct attribution_of of = event_attribution(engine, event);
	uint16_t kind = (uint16_t)names_intern(&engine->kinds, event_text(event, KEY_KIND));
	count_add(engine, of.slot, of.agent, COUNT_MISTAKES, engine->ts, of.arrived, 1);
	if (of.agent)
		engine->agents[of.agent].mistakes++;
	occurrence_add(engine, &engine->mistakes, (struct named_count){.name = kind, .agent = of.agent});
	return true;
}

/* ---- customers ---- */

static bool set_base(struct engine *engine, const struct event *event)
{
	int64_t customers = event_number(event, KEY_CUSTOMERS, 0);
	if (customers < 0 || customers > INT64_C(100000000000))
		return false;
	uint16_t market = (uint16_t)names_intern(&engine->markets, event_text(event, KEY_MARKET));
	size_t known = engine->base_room;
	engine->bases = memory_grow(engine->bases, &engine->base_room, (size_t)market + 1, sizeof *engine->bases);
	for (size_t i = known; i < engine->base_room; i++)
		engine->bases[i] = 0;
	engine->customers += customers - engine->bases[market];
	engine->bases[market] = customers;
	return true;
}

static bool count_customers(struct engine *engine, const struct event *event, enum counter counter)
{
	int64_t n = event_number(event, KEY_N, 1);
	if (n < 0 || n > CUSTOMERS_AT_ONCE)
		return false;
	uint16_t market = (uint16_t)names_intern(&engine->markets, event_text(event, KEY_MARKET));
	uint16_t slot = market ? slot_of(engine, NAME_NONE, CHANNEL_OTHER, market) : 0;
	count_add(engine, slot, 0, counter, engine->ts, engine->ts, n);
	return true;
}

/* ---- announcements ---- */

static bool post(struct engine *engine, const struct event *event)
{
	struct note note = {.at = engine->ts, .until = event_number(event, KEY_UNTIL, 0)};
	note.by = (uint16_t)names_intern(&engine->people, event_text(event, KEY_BY));
	text_harmless(event_text(event, KEY_TEXT), note.text, sizeof note.text);
	if (engine->note_count >= NOTES_MOST) {
		engine->note_count--;
		memmove(engine->notes, engine->notes + 1, engine->note_count * sizeof *engine->notes);
	}
	engine->notes = memory_grow(engine->notes, &engine->note_room, engine->note_count + 1, sizeof *engine->notes);
	engine->notes[engine->note_count++] = note;
	witness_note(engine, &note);
	return true;
}

/* ---- queues ---- */

static bool define_queue(struct engine *engine, const struct event *event)
{
	uint16_t queue = (uint16_t)names_intern(&engine->queues, event_text(event, KEY_QUEUE));
	struct queue_info *info = queue_info_of(engine, queue);
	info->defined = true;
	if (event_has(event, KEY_TITLE))
		text_harmless(event_text(event, KEY_TITLE), info->title, sizeof info->title);
	if (event_has(event, KEY_CHANNEL))
		info->channel = (uint8_t)event_word(event, KEY_CHANNEL, CHANNEL_OTHER);
	if (event_has(event, KEY_CALENDAR))
		info->calendar = calendar_number(engine, event_text(event, KEY_CALENDAR));
	if (event_has(event, KEY_MARKET))
		info->market = (uint16_t)names_intern(&engine->markets, event_text(event, KEY_MARKET));
	engine->calendars_version++;
	int64_t target = event_number(event, KEY_SL_MS, -1), quick = event_number(event, KEY_SHORT_MS, -1);
	if (target > 0)
		info->target = target;
	if (quick >= 0)
		info->short_abandon = quick;
	char code[16];
	view_copy(event_text(event, KEY_SL_FORMULA), code, sizeof code);
	int formula = *code ? sl_formula_find(code) : -1;
	if (formula >= 0)
		info->formula = formula;
	return true;
}

bool notes_apply(struct engine *engine, const struct event *event)
{
	engine->dirty = true;
	switch (event->type) {
	case EVENT_REFUSAL_SAID:
		return refuse(engine, event);
	case EVENT_PRAISE_RECEIVED:
		return praise(engine, event);
	case EVENT_AGENT_MISTAKE:
		return mistake(engine, event);
	case EVENT_CUSTOMER_BASE:
		return set_base(engine, event);
	case EVENT_CUSTOMER_JOINED:
		return count_customers(engine, event, COUNT_CUSTOMERS_JOINED);
	case EVENT_CUSTOMER_CHURNED:
		return count_customers(engine, event, COUNT_CUSTOMERS_CHURNED);
	case EVENT_NOTE_POSTED:
		return post(engine, event);
	case EVENT_MARK_SET: /* for whoever reads the journal: nothing is counted */
		return true;
	case EVENT_QUEUE_DEFINED:
		return define_queue(engine, event);
	case EVENT_ALERT_ACKNOWLEDGED:
	case EVENT_ALERT_MUTED:
		return alert_answer(engine, event);
	default:
		return false;
	}
}
