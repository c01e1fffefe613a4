#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "base/text.h"
#include "metrics/state.h"

static bool is_open(const struct case_item *item)
{
	return item->state == CASE_OPEN || item->state == CASE_PENDING || item->state == CASE_HELD;
}

static bool is_solved(const struct case_item *item)
{
	return item->state == CASE_SOLVED || item->state == CASE_CLOSED;
}

uint32_t case_find(const struct engine *engine, struct view id)
{
	if (id.size == 0)
		return 0;
	uint32_t number = map_find(&engine->case_index, id);
	return number == MAP_NONE ? 0 : number;
}

void case_expect(const struct engine *engine, struct view id)
{
	map_expect(&engine->case_index, id);
}

void case_expect_place(const struct engine *engine, struct view id)
{
	memory_expect(&engine->cases[case_find(engine, id)], sizeof *engine->cases);
}

/* ---- the list of open ones, and the reuse of those long closed ---- */

static void list(struct engine *engine, uint32_t number)
{
	struct case_item *item = &engine->cases[number];
	if (item->listed)
		return;
	item->listed = true;
	index_list_add(&engine->open_cases, number, &item->place);
	backlog_join(engine, number);
}

static void unlist(struct engine *engine, uint32_t number)
{
	struct case_item *item = &engine->cases[number];
	if (!item->listed)
		return;
	backlog_leave(engine, number);
	item->listed = false;
	uint32_t moved = index_list_remove(&engine->open_cases, item->place);
	if (moved)
		engine->cases[moved].place = item->place;
}

static void retire(struct engine *engine, uint32_t number)
{
	struct case_item *item = &engine->cases[number];
	item->closed = engine->now;
	if (item->retiring)
		return;
	item->retiring = true;
	item->closed_next = 0;
	if (engine->case_closed_last)
		engine->cases[engine->case_closed_last].closed_next = number;
	else
		engine->case_closed_first = number;
	engine->case_closed_last = number;
}

/* A case is forgotten when no event should refer to it any more: so long after it was closed as people open them again, and not before R,
 * the late limit and a day are over. */
static bool forgettable(const struct engine *engine, const struct case_item *item)
{
	const int64_t needed = engine->settings->fcr_within + engine->settings->late_limit + DAY_MS, asked = engine->settings->case_memory;
	return item->closed + (asked > needed ? asked : needed) < engine->now;
}

static void forget(struct engine *engine, uint32_t number)
{
	struct case_item *item = &engine->cases[number];
	map_remove(&engine->case_index, view_of(item->id));
	sla_cancel_all(engine, number);
	for (int clock = 0; clock < SLA_CLOCK_COUNT; clock++) {
		struct sla *sla = &engine->slas[item->clocks[clock]];
		if (!item->clocks[clock])
			continue;
		*sla = (struct sla){.case_item = engine->sla_free};
		engine->sla_free = item->clocks[clock];
	}
	fcr_case_forgotten(engine, number);
	for (size_t i = 1; i < engine->followup_count; i++)
		if (engine->followups[i].case_item == number)
			engine->followups[i].case_item = 0;
}

/* The oldest closed one whose time has come, or 0. Reopened ones leave the list here, those closed again go to its end. */
static uint32_t take_forgotten(struct engine *engine)
{
	uint32_t number = engine->case_closed_first;
	if (!number || !forgettable(engine, &engine->cases[number]))
		return 0;
	struct case_item *item = &engine->cases[number];
	engine->case_closed_first = item->closed_next;
	if (!item->closed_next)
		engine->case_closed_last = 0;
	item->retiring = false;
	if (is_open(item))
		return 0;
	forget(engine, number);
	return number;
}

static uint32_t create(struct engine *engine, struct view id)
{
	uint32_t number = take_forgotten(engine);
	if (!number) {
		engine->cases = memory_grow(engine->cases, &engine->case_room, engine->case_count + 1, sizeof *engine->cases);
		number = (uint32_t)engine->case_count++;
	}
	struct case_item *item = &engine->cases[number];
	*item = (struct case_item){.serial = ++engine->serial};
	view_copy(id, item->id, sizeof item->id);
	map_put(&engine->case_index, id, number);
	return number;
}

/* ---- events ---- */

static void place(struct engine *engine, uint32_t number)
{
	struct case_item *item = &engine->cases[number];
	uint16_t slot = slot_for(engine, item->queue, item->channel, item->market);
	if (slot == item->slot)
		return;
	sla_move(engine, number, slot);
	backlog_leave(engine, number);
	item->slot = slot;
	backlog_join(engine, number);
}

static void describe(struct engine *engine, uint32_t number, const struct event *event)
{
	struct case_item *item = &engine->cases[number];
	item->queue = (uint16_t)names_intern(&engine->queues, event_text(event, KEY_QUEUE));
	item->channel = (uint8_t)event_word(event, KEY_CHANNEL, CHANNEL_OTHER);
	item->topic = (uint16_t)names_intern(&engine->topics, event_text(event, KEY_TOPIC));
	item->market = (uint16_t)names_intern(&engine->markets, event_text(event, KEY_MARKET));
	item->priority = (uint8_t)event_number(event, KEY_PRIORITY, 0);
	uint64_t customer = customer_hash(event_text(event, KEY_CUSTOMER));
	if (customer)
		item->customer = customer;
	place(engine, number);
}

static void seen(struct engine *engine, uint32_t number)
{
	engine->cases[number].source = engine->source;
	if (engine->from_snapshot)
		engine->cases[number].named = true;
}

static bool open_case(struct engine *engine, const struct event *event)
{
	struct view id = event_text(event, KEY_CASE);
	uint32_t number = case_find(engine, id);
	if (number && !engine->from_snapshot)
		return false;
	bool known = number != 0;
	if (!known)
		number = create(engine, id);
	describe(engine, number, event);
	seen(engine, number);
	struct case_item *item = &engine->cases[number];
	if (known)
		return true;
	if (engine->from_snapshot && engine->sources[engine->source].snapshot_running)
		item->snapshot = engine->sources[engine->source].snapshot_number;
	item->state = CASE_OPEN;
	item->opened = item->since = item->open_since = engine->ts;
	list(engine, number);
	count_add(engine, item->slot, 0, COUNT_CASES_OPENED, engine->ts, engine->ts, 1);
	slot_touch(engine, item->slot);
	sla_case_opened(engine, number);
	return true;
}

static bool assign(struct engine *engine, const struct event *event, uint32_t number)
{
	struct case_item *item = &engine->cases[number];
	if (event_has(event, KEY_QUEUE) && event_text(event, KEY_QUEUE).size) {
		item->queue = (uint16_t)names_intern(&engine->queues, event_text(event, KEY_QUEUE));
		place(engine, number);
		item = &engine->cases[number];
	}
	if (event_has(event, KEY_AGENT)) {
		struct view agent = event_text(event, KEY_AGENT);
		item->agent = agent.size ? agent_of(engine, agent) : 0;
	}
	return true;
}

/* Only what both sides can read answers a customer; a robot's word does not. */
static bool take_message(struct engine *engine, const struct event *event, uint32_t number)
{
	struct case_item *item = &engine->cases[number];
	int by = event_word(event, KEY_BY, MESSAGE_SYSTEM);
	const bool asks = by == MESSAGE_CUSTOMER && !item->unanswered;
	if (!asks && (by != MESSAGE_AGENT || !event_number(event, KEY_PUBLIC, 1)))
		return true;
	backlog_leave(engine, number);
	item->unanswered = asks ? engine->ts : 0;
	backlog_join(engine, number);
	if (asks)
		sla_case_asked(engine, number);
	else
		sla_case_answered(engine, number);
	return true;
}

static void solve(struct engine *engine, uint32_t number, int64_t at)
{
	struct case_item *item = &engine->cases[number];
	item->solved = at;
	item->solved_counted = true;
	count_add(engine, item->slot, item->agent, COUNT_CASES_SOLVED, at, item->opened, 1);
	fcr_case(engine, number);
}

/* Counted in the minute in which it was solved, so that the rate's two parts are of the same cases. */
static void reopen(struct engine *engine, uint32_t number, int64_t at)
{
	struct case_item *item = &engine->cases[number];
	if (item->solved_counted && at - item->solved <= engine->settings->fcr_within)
		count_add(engine, item->slot, item->agent, COUNT_CASES_REOPENED, item->solved, item->opened, 1);
	item->solved_counted = false;
	item->open_since = at;
	fcr_case(engine, number);
}

/* What came late and lies before the state we know: that one stays, but what is counted moves to the minute in which it happened. */
static void correct(struct engine *engine, uint32_t number, uint8_t state)
{
	struct case_item *item = &engine->cases[number];
	const bool solves = state == CASE_SOLVED || state == CASE_CLOSED;
	const bool opens = state == CASE_OPEN || state == CASE_PENDING || state == CASE_HELD;
	if (engine->too_old || engine->from_snapshot)
		return;
	if (solves && is_solved(item) && item->solved_counted && engine->ts >= item->open_since && engine->ts < item->solved) {
		count_add(engine, item->slot, item->agent, COUNT_CASES_SOLVED, item->solved, item->opened, -1);
		solve(engine, number, engine->ts);
	} else if (solves && is_open(item) && engine->ts > item->open_since) {
		solve(engine, number, engine->ts);
		reopen(engine, number, item->since);
	} else if (opens && is_solved(item) && item->solved_counted && engine->ts > item->solved) {
		reopen(engine, number, engine->ts);
		solve(engine, number, item->since);
	}
}

static void close_case(struct engine *engine, uint32_t number, bool was_open)
{
	struct case_item *item = &engine->cases[number];
	unlist(engine, number);
	retire(engine, number);
	if (item->state == CASE_CLOSED)
		count_add(engine, item->slot, item->agent, COUNT_CASES_CLOSED, engine->ts, item->opened, 1);
	if (is_solved(item) && was_open) {
		item->unanswered = 0;
		solve(engine, number, engine->ts);
	} else if (!is_solved(item)) {
		sla_cancel_all(engine, number);
	}
}

static bool set_state(struct engine *engine, const struct event *event, uint32_t number)
{
	struct case_item *item = &engine->cases[number];
	const uint8_t state = (uint8_t)event_word(event, KEY_TO, CASE_OPEN);
	if (engine->ts < item->opened && !engine->from_snapshot) {
		fault_event(engine, FAULT_CASE_ORDER, event);
		return true;
	}
	if (engine->ts < item->since) { /* what we know is newer */
		correct(engine, number, state);
		return true;
	}
	const bool was_open = is_open(item), was_solved = is_solved(item);
	const uint8_t before = item->state;
	item->state = state;
	item->since = engine->ts;
	if (is_open(item)) {
		list(engine, number);
		if (was_solved)
			reopen(engine, number, engine->ts);
	} else if (state != before) {
		close_case(engine, number, was_open);
	}
	if (item->state == CASE_DELETED || item->state == CASE_MERGED || fcr_excludes_reason(engine, event_text(event, KEY_REASON)))
		fcr_exclude_case(engine, number);
	sla_case_state(engine, number);
	if (was_solved && is_open(&engine->cases[number]))
		sla_case_asked(engine, number);
	slot_touch(engine, engine->cases[number].slot);
	return true;
}

/* What a snapshot says of a case that we knew before it takes the state only; an unknown one counts in its minute. */
static bool told_before(const struct engine *engine, uint32_t number)
{
	const struct source *source = &engine->sources[engine->source];
	const struct case_item *item = &engine->cases[number];
	return !source->snapshot_running || item->source != engine->source || item->snapshot != source->snapshot_number;
}

bool cases_apply(struct engine *engine, const struct event *event)
{
	if (event->type == EVENT_CALENDAR_DEFINED)
		return calendars_apply(engine, event);
	uint32_t known = case_find(engine, event_text(event, KEY_CASE));
	if (known && engine->from_snapshot && told_before(engine, known))
		engine->too_old = true;
	if (event->type == EVENT_CASE_OPENED)
		return open_case(engine, event);
	uint32_t number = case_find(engine, event_text(event, KEY_CASE));
	if (!number)
		return false;
	seen(engine, number);
	switch (event->type) {
	case EVENT_CASE_ASSIGNED:
		return assign(engine, event, number);
	case EVENT_CASE_MESSAGE:
		return take_message(engine, event, number);
	case EVENT_CASE_STATE:
		return set_state(engine, event, number);
	default:
		return sla_apply(engine, event);
	}
}

/* ---- snapshots of a source ---- */

static bool of_snapshot(const struct case_item *item, uint16_t source, uint16_t queue)
{
	return item->source == source && (!queue || item->queue == queue);
}

void cases_snapshot_begin(struct engine *engine, uint16_t source, uint16_t queue)
{
	for (size_t i = 0; i < engine->open_cases.count; i++) {
		struct case_item *item = &engine->cases[engine->open_cases.items[i]];
		if (of_snapshot(item, source, queue))
			item->named = false;
	}
}

/* What it no longer names is gone, we do not know how: in no figure, its clocks cancelled. */
void cases_snapshot_end(struct engine *engine, uint16_t source, uint16_t queue)
{
	for (size_t i = engine->open_cases.count; i-- > 0;) {
		uint32_t number = engine->open_cases.items[i];
		struct case_item *item = &engine->cases[number];
		if (item->named || !of_snapshot(item, source, queue))
			continue;
		item->state = CASE_DELETED;
		item->since = engine->ts;
		unlist(engine, number);
		retire(engine, number);
		sla_cancel_all(engine, number);
		fcr_exclude_case(engine, number);
		slot_touch(engine, engine->cases[number].slot);
	}
}
