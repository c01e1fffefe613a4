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
}

static void unlist(struct engine *engine, uint32_t number)
{
	struct case_item *item = &engine->cases[number];
	if (!item->listed)
		return;
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

/* A case is forgotten when no event may refer to it any more: R, the late limit and a day after it was closed. */
static bool forgettable(const struct engine *engine, const struct case_item *item)
{
	return item->closed + engine->settings->fcr_within + engine->settings->late_limit + DAY_MS < engine->now;
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
		*sla = (struct sla){.version = sla->version + 1, .case_item = engine->sla_free};
		engine->sla_free = item->clocks[clock];
	}
	for (uint32_t entry = item->fcr_first; entry; entry = engine->fcr[entry].case_next)
		engine->fcr[entry].case_item = 0;
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
	uint16_t slot = slot_of(engine, item->queue, item->channel, item->market);
	if (slot == item->slot)
		return;
	sla_move(engine, number, slot);
	item->slot = slot;
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
	item->opened = item->since = engine->ts;
	list(engine, number);
	count_add(engine, item->slot, 0, COUNT_CASES_OPENED, engine->ts, engine->ts, 1);
	slot_touch(engine, item->slot);
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
	if (by == MESSAGE_CUSTOMER && !item->unanswered)
		item->unanswered = engine->ts;
	if (by == MESSAGE_AGENT && event_number(event, KEY_PUBLIC, 1))
		item->unanswered = 0;
	return true;
}

static void solve(struct engine *engine, uint32_t number)
{
	struct case_item *item = &engine->cases[number];
	item->solved = engine->ts;
	item->solved_counted = true;
	item->unanswered = 0;
	count_add(engine, item->slot, item->agent, COUNT_CASES_SOLVED, engine->ts, item->opened, 1);
	fcr_case(engine, number);
}

/* Counted in the minute in which it was solved, so that the rate's two parts are of the same cases. */
static void reopen(struct engine *engine, uint32_t number)
{
	struct case_item *item = &engine->cases[number];
	if (item->solved_counted && engine->ts - item->solved <= engine->settings->fcr_within)
		count_add(engine, item->slot, item->agent, COUNT_CASES_REOPENED, item->solved, item->opened, 1);
	item->solved_counted = false;
	fcr_case(engine, number);
}

static bool set_state(struct engine *engine, const struct event *event, uint32_t number)
{
	struct case_item *item = &engine->cases[number];
	if (engine->ts < item->since) /* what we know is newer */
		return true;
	bool was_open = is_open(item), was_solved = is_solved(item);
	item->state = (uint8_t)event_word(event, KEY_TO, CASE_OPEN);
	item->since = engine->ts;
	if (is_open(item)) {
		list(engine, number);
		if (was_solved)
			reopen(engine, number);
	} else {
		unlist(engine, number);
		retire(engine, number);
		if (is_solved(item) && was_open)
			solve(engine, number);
		else if (!is_solved(item))
			sla_cancel_all(engine, number);
	}
	slot_touch(engine, engine->cases[number].slot);
	return true;
}

static void keep_bytes(struct view from, char **to, size_t *size)
{
	free(*to);
	*to = from.size ? memory_new(from.size, 1) : NULL;
	*size = from.size;
	if (from.size)
		memcpy(*to, from.data, from.size);
}

static bool define_calendar(struct engine *engine, const struct event *event)
{
	uint16_t name = (uint16_t)names_intern(&engine->calendar_names, event_text(event, KEY_CALENDAR));
	size_t i = 0;
	while (i < engine->calendar_count && engine->calendars[i].name != name)
		i++;
	if (i == engine->calendar_count) {
		engine->calendars = memory_grow(engine->calendars, &engine->calendar_room, i + 1, sizeof *engine->calendars);
		engine->calendars[engine->calendar_count++] = (struct calendar){.name = name};
	}
	struct calendar *calendar = &engine->calendars[i];
	text_harmless(event_text(event, KEY_ZONE), calendar->zone, sizeof calendar->zone);
	keep_bytes(event_text(event, KEY_WEEK), &calendar->week, &calendar->week_size);
	keep_bytes(event_text(event, KEY_HOLIDAYS), &calendar->holidays, &calendar->holidays_size);
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
		return define_calendar(engine, event);
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
		slot_touch(engine, engine->cases[number].slot);
	}
}

/* ---- gauges ---- */

int cases_band(int64_t age)
{
	const int64_t from[AGE_BANDS] = {0, DAY_MS, 3 * DAY_MS, 7 * DAY_MS, 30 * DAY_MS};
	int found = 0;
	while (found + 1 < AGE_BANDS && age >= from[found + 1])
		found++;
	return found;
}

static bool asynchronous(uint8_t channel)
{
	return channel == CHANNEL_EMAIL || channel == CHANNEL_MESSENGER;
}

int64_t case_unanswered(const struct case_item *item)
{
	return asynchronous(item->channel) ? item->unanswered : 0;
}

static void weigh_age(const struct case_item *item, int64_t at, struct gauges *gauges, int64_t *bins)
{
	int64_t age = at > item->opened ? at - item->opened : 0;
	gauges->cases_open++;
	gauges->case_ages[cases_band(age)]++;
	if (age > gauges->case_oldest)
		gauges->case_oldest = age;
	bins[sketch_bin(age)]++;
	const int64_t unanswered = case_unanswered(item), silent = unanswered ? at - unanswered : -1;
	if (silent > gauges->longest_wait_async)
		gauges->longest_wait_async = silent;
}

static void weigh_clocks(const struct engine *engine, struct scope scope, struct gauges *gauges)
{
	if (!scope_of_people(scope)) {
		for (size_t i = 0; i < engine->slot_count; i++) {
			const struct slot *slot = &engine->slots[i];
			if (!slot_in_scope(engine, slot, scope))
				continue;
			gauges->sla_running += slot->sla_running;
			gauges->sla_paused += slot->sla_paused;
			gauges->sla_breached_open += slot->sla_breached_open;
			gauges->sla_due_soon += slot->sla_due_soon;
		}
		return;
	}
	for (size_t i = 0; i < engine->live_slas.count; i++) {
		const struct sla *sla = &engine->slas[engine->live_slas.items[i]];
		const struct case_item *item = &engine->cases[sla->case_item];
		if (!item_in_scope(engine, item->slot, item->agent, scope))
			continue;
		bool running = sla->state == SLA_STATE_RUNNING && !sla->paused;
		gauges->sla_running += running;
		gauges->sla_paused += sla->paused;
		gauges->sla_breached_open += sla->state == SLA_STATE_BREACHED;
		gauges->sla_due_soon += running && sla->soon;
	}
}

static void weigh_ages(const struct engine *engine, struct scope scope, int64_t at, struct gauges *gauges, int64_t *bins)
{
	for (size_t i = 0; i < engine->open_cases.count; i++) {
		const struct case_item *item = &engine->cases[engine->open_cases.items[i]];
		if (item_in_scope(engine, item->slot, item->agent, scope))
			weigh_age(item, at, gauges, bins);
	}
}

void cases_ages(const struct engine *engine, struct scope scope, int64_t at, int64_t *bins)
{
	struct gauges unused = {0};
	weigh_ages(engine, scope, at, &unused, bins);
}

void cases_gauges(const struct engine *engine, struct scope scope, int64_t at, struct gauges *gauges)
{
	int64_t bins[SKETCH_BINS]; /* zeroed only where there is something to weigh */
	gauges->cases_open = gauges->case_oldest = 0;
	gauges->sla_running = gauges->sla_paused = gauges->sla_breached_open = gauges->sla_due_soon = 0;
	memset(gauges->case_ages, 0, sizeof gauges->case_ages);
	if (engine->open_cases.count)
		memset(bins, 0, sizeof bins);
	weigh_ages(engine, scope, at, gauges, bins);
	gauges->case_age_p50 = gauges->cases_open ? sketch_percentile(bins, 500) : -1;
	gauges->case_age_p90 = gauges->cases_open ? sketch_percentile(bins, 900) : -1;
	weigh_clocks(engine, scope, gauges);
}
