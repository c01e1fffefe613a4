/* First contact resolution. The memory holds one entry for each contact that a known customer queued, in a chain by customer,
 * the newest first. An entry is settled when R after its instant is over; a later contact, even a late one, corrects it. */
#include "base/instant.h"
#include "base/memory.h"
#include "metrics/state.h"

#define NOT_YET INT64_MIN /* `from` of an entry that counts from its release and is not released */
#define WAIT_MOST (35 * DAY_MS) /* for a release or a solved case; then it is in no figure */

static struct view key_of(const uint64_t *customer)
{
	return (struct view){(const char *)customer, sizeof *customer};
}

static bool is_solved(const struct case_item *item)
{
	return item->state == CASE_SOLVED || item->state == CASE_CLOSED;
}

void fcr_expect(const struct engine *engine, struct view customer)
{
	uint64_t hash = customer_hash(customer);
	map_expect(&engine->fcr_index, key_of(&hash));
}

void fcr_expect_place(const struct engine *engine, struct view customer)
{
	uint64_t hash = customer_hash(customer);
	uint32_t first = map_find(&engine->fcr_index, key_of(&hash));
	if (first != MAP_NONE)
		memory_expect(&engine->fcr[first], sizeof *engine->fcr);
}

/* ---- what open entries add to their slots ---- */

static void weigh(struct engine *engine, const struct fcr_entry *entry, int sign)
{
	if (!entry->resolved || entry->settled)
		return;
	struct slot *slot = &engine->slots[entry->slot];
	slot->fcr_open += sign;
	engine->fcr_open += sign;
	if (entry->repeated)
		return;
	slot->fcr_open_kept += sign;
	engine->fcr_open_kept += sign;
}

static void repeat(struct engine *engine, struct fcr_entry *entry)
{
	if (entry->repeated)
		return;
	weigh(engine, entry, -1);
	entry->repeated = true;
	weigh(engine, entry, 1);
	if (entry->settled)
		count_add(engine, entry->slot, entry->agent, COUNT_FCR_KEPT, entry->settled_at, entry->queued, -1);
}

/* ---- timers: one at a time for each entry: to settle it, or to forget it ---- */

static void arm(struct engine *engine, uint32_t number, int64_t due)
{
	struct fcr_entry *entry = &engine->fcr[number];
	entry->version++;
	timers_add(engine, (struct timer){due, TIMER_FCR, number, entry->version, entry->serial});
}

/* After this no event that could concern it is taken any more. */
static int64_t forget_at(const struct engine *engine, const struct fcr_entry *entry)
{
	int64_t from = entry->from == NOT_YET ? entry->queued : entry->from;
	return from + engine->settings->fcr_within + engine->settings->late_limit + 1;
}

static void settle(struct engine *engine, uint32_t number, int64_t at)
{
	struct fcr_entry *entry = &engine->fcr[number];
	weigh(engine, entry, -1);
	entry->settled = true;
	entry->settled_at = at;
	count_add(engine, entry->slot, entry->agent, COUNT_FCR_SETTLED, at, entry->queued, 1);
	if (!entry->repeated)
		count_add(engine, entry->slot, entry->agent, COUNT_FCR_KEPT, at, entry->queued, 1);
	int64_t due = forget_at(engine, entry);
	arm(engine, number, due > at ? due : at);
}

static void unlink_case(struct engine *engine, uint32_t number)
{
	struct fcr_entry *entry = &engine->fcr[number];
	if (!entry->case_item)
		return;
	uint32_t *link = &engine->cases[entry->case_item].fcr_first;
	while (*link && *link != number)
		link = &engine->fcr[*link].case_next;
	if (*link)
		*link = entry->case_next;
	entry->case_item = 0;
}

static void forget(struct engine *engine, uint32_t number)
{
	struct fcr_entry *entry = &engine->fcr[number];
	unlink_case(engine, number);
	if (entry->next)
		engine->fcr[entry->next].previous = entry->previous;
	if (entry->previous)
		engine->fcr[entry->previous].next = entry->next;
	else if (entry->next)
		map_put(&engine->fcr_index, key_of(&entry->customer), entry->next);
	else
		map_remove(&engine->fcr_index, key_of(&entry->customer));
	if (entry->contact < engine->contact_count && engine->contacts[entry->contact].fcr == number)
		engine->contacts[entry->contact].fcr = 0;
	*entry = (struct fcr_entry){.version = entry->version + 1, .next = engine->fcr_free};
	engine->fcr_free = number;
}

/* A contact that still runs, or whose case is not solved, may yet become resolved. */
static bool may_resolve(const struct engine *engine, uint32_t number)
{
	const struct fcr_entry *entry = &engine->fcr[number];
	if (entry->resolved || engine->now > entry->queued + WAIT_MOST)
		return false;
	if (entry->released)
		return entry->case_item && !is_solved(&engine->cases[entry->case_item]);
	return entry->contact < engine->contact_count && engine->contacts[entry->contact].fcr == number &&
		engine->contacts[entry->contact].phase != PHASE_ENDED;
}

void fcr_timer(struct engine *engine, const struct timer *timer)
{
	const struct fcr_entry *entry = &engine->fcr[timer->item];
	if (entry->version != timer->version)
		return;
	if (entry->resolved && !entry->settled)
		settle(engine, timer->item, timer->due);
	else if (may_resolve(engine, timer->item))
		arm(engine, timer->item, timer->due + DAY_MS);
	else
		forget(engine, timer->item);
}

/* ---- further contacts ---- */

static bool same_matter(const struct engine *engine, const struct fcr_entry *a, const struct fcr_entry *b)
{
	switch (engine->settings->fcr_match) {
	case FCR_MATCH_CUSTOMER:
		return true;
	case FCR_MATCH_QUEUE:
		return a->queue == b->queue;
	default:
		return !a->topic || !b->topic || a->topic == b->topic;
	}
}

/* Is `later` a further contact to `first`: queued in (from, from + R]? */
static bool follows(const struct engine *engine, const struct fcr_entry *first, const struct fcr_entry *later)
{
	return first->from != NOT_YET && later->queued > first->from &&
		later->queued <= first->from + engine->settings->fcr_within && same_matter(engine, first, later);
}

/* Marks the older ones. Counting from the queued instant, whatever an entry of the very same topic and queue was a further
 * contact to, this one need not look at again: so a customer who calls a thousand times costs no more than one who calls once. */
static void mark_older(struct engine *engine, uint32_t number)
{
	const struct fcr_entry *entry = &engine->fcr[number];
	bool may_stop = engine->settings->fcr_from == FCR_FROM_QUEUED;
	int64_t stop = INT64_MIN;
	for (uint32_t i = entry->next; i && engine->fcr[i].queued >= stop; i = engine->fcr[i].next) {
		struct fcr_entry *older = &engine->fcr[i];
		if (follows(engine, older, entry))
			repeat(engine, older);
		if (may_stop && older->queued < entry->queued && older->topic == entry->topic && older->queue == entry->queue &&
			stop == INT64_MIN)
			stop = older->queued;
	}
}

static void look_for_newer(struct engine *engine, uint32_t number)
{
	struct fcr_entry *entry = &engine->fcr[number];
	for (uint32_t i = entry->previous; i && !entry->repeated; i = engine->fcr[i].previous)
		if (follows(engine, entry, &engine->fcr[i]))
			repeat(engine, entry);
}

/* ---- entries ---- */

/* Into the customer's chain by (queued, serial), the newest first. */
static void link_customer(struct engine *engine, uint32_t number)
{
	struct fcr_entry *entry = &engine->fcr[number];
	uint32_t first = map_find(&engine->fcr_index, key_of(&entry->customer));
	uint32_t older = first == MAP_NONE ? 0 : first, newer = 0;
	while (older && engine->fcr[older].queued > entry->queued) {
		newer = older;
		older = engine->fcr[older].next;
	}
	entry->next = older;
	entry->previous = newer;
	if (older)
		engine->fcr[older].previous = number;
	if (newer)
		engine->fcr[newer].next = number;
	else
		map_put(&engine->fcr_index, key_of(&entry->customer), number);
}

static void link_case(struct engine *engine, uint32_t number, uint32_t case_item)
{
	struct fcr_entry *entry = &engine->fcr[number];
	if (!case_item || entry->case_item)
		return;
	entry->case_item = case_item;
	entry->case_next = engine->cases[case_item].fcr_first;
	engine->cases[case_item].fcr_first = number;
}

static uint32_t take_place(struct engine *engine)
{
	uint32_t number = engine->fcr_free;
	if (number) {
		engine->fcr_free = engine->fcr[number].next;
		return number;
	}
	engine->fcr = memory_grow(engine->fcr, &engine->fcr_room, engine->fcr_count + 1, sizeof *engine->fcr);
	engine->fcr[engine->fcr_count] = (struct fcr_entry){0};
	return (uint32_t)engine->fcr_count++;
}

void fcr_queued(struct engine *engine, uint32_t contact)
{
	struct contact *of = &engine->contacts[contact];
	if (!of->customer || of->fcr || !of->first_queued)
		return;
	uint32_t number = take_place(engine);
	struct fcr_entry *entry = &engine->fcr[number];
	*entry = (struct fcr_entry){.customer = of->customer, .serial = ++engine->serial, .version = entry->version,
		.queued = of->first_queued, .topic = of->topic, .queue = of->queue, .slot = of->slot, .contact = contact};
	entry->from = engine->settings->fcr_from == FCR_FROM_QUEUED ? entry->queued : NOT_YET;
	of->fcr = number;
	link_customer(engine, number);
	link_case(engine, number, of->case_item);
	mark_older(engine, number);
	look_for_newer(engine, number);
	arm(engine, number, forget_at(engine, entry));
}

/* It counts as resolved from now on, and is settled when R is over, or at once where it is. */
static void resolve(struct engine *engine, uint32_t number)
{
	struct fcr_entry *entry = &engine->fcr[number];
	if (entry->resolved)
		return;
	entry->resolved = true;
	weigh(engine, entry, 1);
	int64_t over = entry->from + engine->settings->fcr_within + 1;
	arm(engine, number, over > engine->ts ? over : engine->ts);
}

void fcr_released(struct engine *engine, uint32_t contact)
{
	struct contact *of = &engine->contacts[contact];
	if (of->released_by == RELEASED_TRANSFER)
		return;
	if (!of->customer) {
		count_add(engine, of->slot, of->agent, COUNT_FCR_NO_CUSTOMER, engine->ts, of->first_queued, 1);
		return;
	}
	fcr_queued(engine, contact);
	uint32_t number = engine->contacts[contact].fcr;
	if (!number)
		return;
	struct fcr_entry *entry = &engine->fcr[number];
	if (entry->released)
		return;
	entry->released = true;
	entry->slot = of->slot;
	entry->agent = of->agent;
	link_case(engine, number, of->case_item);
	if (entry->from == NOT_YET) {
		entry->from = engine->ts;
		look_for_newer(engine, number);
	}
	if (!entry->case_item || is_solved(&engine->cases[entry->case_item]))
		resolve(engine, number);
}

/* Solved: its released contacts are resolved. Open again: the reopening is a further contact to each of them. */
void fcr_case(struct engine *engine, uint32_t case_item)
{
	bool solved = is_solved(&engine->cases[case_item]);
	for (uint32_t i = engine->cases[case_item].fcr_first; i; i = engine->fcr[i].case_next) {
		struct fcr_entry *entry = &engine->fcr[i];
		if (solved && entry->released)
			resolve(engine, i);
		if (!solved && entry->from != NOT_YET && engine->ts > entry->from &&
			engine->ts <= entry->from + engine->settings->fcr_within)
			repeat(engine, entry);
	}
}

void fcr_gauges(const struct engine *engine, struct scope scope, int64_t at, struct gauges *gauges)
{
	(void)at;
	gauges->fcr_open = gauges->fcr_open_kept = 0;
	if (!scope_of_people(scope)) {
		for (size_t i = 0; i < engine->slot_count; i++) {
			if (!slot_in_scope(engine, &engine->slots[i], scope))
				continue;
			gauges->fcr_open += engine->slots[i].fcr_open;
			gauges->fcr_open_kept += engine->slots[i].fcr_open_kept;
		}
		return;
	}
	for (size_t i = 1; i < engine->fcr_count; i++) {
		const struct fcr_entry *entry = &engine->fcr[i];
		if (!entry->resolved || entry->settled || !item_in_scope(engine, entry->slot, entry->agent, scope))
			continue;
		gauges->fcr_open++;
		gauges->fcr_open_kept += !entry->repeated;
	}
}
