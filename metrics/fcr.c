/* First contact resolution: which contacts are resolved, and which are further ones to which. A later contact, even one that is told late, corrects
 * what was settled, in the minute in which it was. */
#include <strings.h>

#include "base/instant.h"
#include "base/memory.h"
#include "metrics/state.h"

#define WAIT_MOST (35 * DAY_MS) /* for a solved case; then its contacts are in no figure */

static bool is_solved(const struct case_item *item)
{
	return item->state == CASE_SOLVED || item->state == CASE_CLOSED;
}

void fcr_expect(const struct engine *engine, struct view customer)
{
	fcr_memory_expect(&engine->fcr, customer_hash(customer));
}

void fcr_expect_place(const struct engine *engine, struct view customer)
{
	fcr_memory_expect_entry(&engine->fcr, customer_hash(customer));
}

/* ---- what is open, and what is counted ---- */

static const struct { uint16_t settled, kept, rude_settled, rude_kept; } counters[FCR_WINDOWS] = {
	[FCR_24H] = {COUNT_FCR_SETTLED_24H, COUNT_FCR_KEPT_24H, COUNT_RUDE_FCR_SETTLED_24H, COUNT_RUDE_FCR_KEPT_24H},
	[FCR_72H] = {COUNT_FCR_SETTLED_72H, COUNT_FCR_KEPT_72H, COUNT_RUDE_FCR_SETTLED_72H, COUNT_RUDE_FCR_KEPT_72H},
	[FCR_WITHIN] = {COUNT_FCR_SETTLED, COUNT_FCR_KEPT, COUNT_RUDE_FCR_SETTLED, COUNT_RUDE_FCR_KEPT},
};

static void add_open(struct fcr_balance *balance, const struct fcr_entry *entry, int open, int kept)
{
	balance->open += open;
	balance->kept += kept;
	if (!fcr_has(entry, FCR_RUDE))
		return;
	balance->rude_open += open;
	balance->rude_kept += kept;
}

static void weigh(struct engine *engine, const struct fcr_entry *entry, int window, int sign)
{
	int kept = fcr_has(entry, FCR_REPEATED << window) ? 0 : sign;
	add_open(&engine->slots[entry->slot].fcr[window], entry, sign, kept);
	if (entry->agent)
		add_open(&engine->agents[entry->agent].fcr[window], entry, sign, kept);
}

void fcr_weigh(struct engine *engine, const struct fcr_entry *entry, int sign)
{
	for (int window = 0; window < FCR_WINDOWS; window++)
		if (fcr_has(entry, FCR_RESOLVED) && !fcr_has(entry, FCR_SETTLED << window))
			weigh(engine, entry, window, sign);
}

/* Beside what is counted of all: what of it is a flagged contact's. */
static void count_rude(struct engine *engine, const struct fcr_entry *entry, int window, int settled, int kept)
{
	const struct count both[] = {{counters[window].rude_settled, settled}, {counters[window].rude_kept, kept}};
	const size_t first = settled ? 0 : 1, n = (settled ? 1u : 0u) + (kept ? 1u : 0u);
	if (n)
		count_all(engine, entry->slot, entry->agent, both + first, n, fcr_due_at(engine, entry, window), fcr_queued_at(entry));
}

/* All that is counted of an entry in a window, or taken back, is counted here: under the instant at which it is settled. */
static void count(struct engine *engine, const struct fcr_entry *entry, int window, int settled, int kept)
{
	const struct count both[] = {{counters[window].settled, settled}, {counters[window].kept, kept}};
	const size_t first = settled ? 0 : 1, n = (settled ? 1u : 0u) + (kept ? 1u : 0u);
	count_all(engine, entry->slot, entry->agent, both + first, n, fcr_due_at(engine, entry, window), fcr_queued_at(entry));
	if (fcr_has(entry, FCR_RUDE))
		count_rude(engine, entry, window, settled, kept);
	if (window == FCR_WITHIN)
		topic_count(engine, entry->topic, both + first, n, fcr_queued_at(entry));
}

/* Of a resolved one: that there was a further contact, once. It counts with the contact that did not suffice, whenever it is told. */
static void count_recontact(struct engine *engine, const struct fcr_entry *entry, int delta)
{
	const struct count recontacts = {COUNT_RECONTACTS, delta};
	const int64_t queued = fcr_queued_at(entry);
	engine->label = topic_label(engine, entry->topic);
	engine->label_field = DISPLAY_TOPIC;
	count_all(engine, entry->slot, entry->agent, &recontacts, 1, queued, queued);
	engine->label = (struct view){0};
	topic_count(engine, entry->topic, &recontacts, 1, queued);
}

static void count_resolved(struct engine *engine, const struct fcr_entry *entry, int delta)
{
	topic_count(engine, entry->topic, &(struct count){COUNT_FCR_RESOLVED, delta}, 1, fcr_queued_at(entry));
	if (fcr_has(entry, FCR_REPEATED << FCR_WITHIN))
		count_recontact(engine, entry, delta);
}

static void repeat(struct engine *engine, struct fcr_entry *entry, unsigned windows)
{
	for (int window = 0; window < FCR_WINDOWS; window++) {
		if (!(windows & 1u << window) || fcr_has(entry, FCR_REPEATED << window))
			continue;
		const bool open = fcr_has(entry, FCR_RESOLVED) && !fcr_has(entry, FCR_SETTLED << window);
		if (open)
			weigh(engine, entry, window, -1);
		fcr_set(entry, FCR_REPEATED << window);
		if (open)
			weigh(engine, entry, window, 1);
		if (fcr_has(entry, FCR_SETTLED << window))
			count(engine, entry, window, 0, -1);
		if (window == FCR_WITHIN && fcr_has(entry, FCR_RESOLVED))
			count_recontact(engine, entry, 1);
	}
}

void fcr_settle(struct engine *engine, uint32_t number, int64_t due)
{
	struct fcr_entry *entry = fcr_at(&engine->fcr, number);
	for (int window = 0; window < FCR_WINDOWS; window++) {
		if (!fcr_has(entry, FCR_RESOLVED) || fcr_has(entry, FCR_SETTLED << window) || fcr_due_at(engine, entry, window) > due)
			continue;
		weigh(engine, entry, window, -1);
		fcr_set(entry, FCR_SETTLED << window);
		count(engine, entry, window, 1, !fcr_has(entry, FCR_REPEATED << window));
	}
}

/* ---- flagged contacts ---- */

void fcr_name(const struct engine *engine, uint32_t contact, struct conduct *record)
{
	const uint32_t number = engine->contacts[contact].fcr;
	if (!number)
		return;
	record->fcr_customer = fcr_at(&engine->fcr, number)->customer;
	record->fcr_queued = fcr_queued_at(fcr_at(&engine->fcr, number));
}

/* An event that is too old to be counted changes nothing of what was. */
void fcr_turn(struct engine *engine, const struct conduct *record)
{
	const uint32_t number = fcr_memory_find(&engine->fcr, record->fcr_customer, record->fcr_queued, !record->flagged);
	if (!number || engine->too_old)
		return;
	struct fcr_entry *entry = fcr_at(&engine->fcr, number);
	fcr_weigh(engine, entry, -1);
	(record->flagged ? fcr_set : fcr_clear)(entry, FCR_RUDE);
	fcr_weigh(engine, entry, 1);
	const int sign = record->flagged ? 1 : -1;
	for (int window = 0; window < FCR_WINDOWS; window++)
		if (fcr_has(entry, FCR_SETTLED << window))
			count_rude(engine, entry, window, sign, fcr_has(entry, FCR_REPEATED << window) ? 0 : sign);
}

/* It came after the flag did. */
static void turn_new(struct engine *engine, uint32_t contact)
{
	struct conduct *record = conduct_of(engine, contact);
	if (!record)
		return;
	fcr_name(engine, contact, record);
	if (record->flagged)
		fcr_turn(engine, record);
}

/* ---- cases ---- */

void fcr_link_case(struct engine *engine, uint32_t number, uint32_t case_item)
{
	struct fcr_memory *memory = &engine->fcr;
	if (!case_item || fcr_link_of(memory, number))
		return;
	uint32_t place = fcr_link_take(memory, number), *first = &engine->cases[case_item].fcr_first;
	memory->links[place].case_item = case_item;
	memory->links[place].next = *first;
	if (*first)
		memory->links[*first].previous = place;
	*first = place;
}

static void unlink_case(struct engine *engine, uint32_t number)
{
	struct fcr_memory *memory = &engine->fcr;
	const struct fcr_link *link = fcr_link_of(memory, number);
	if (!link)
		return;
	if (link->next)
		memory->links[link->next].previous = link->previous;
	*(link->previous ? &memory->links[link->previous].next : &engine->cases[link->case_item].fcr_first) = link->next;
	fcr_link_free(memory, number);
}

void fcr_case_forgotten(struct engine *engine, uint32_t case_item)
{
	while (engine->cases[case_item].fcr_first)
		unlink_case(engine, engine->fcr.links[engine->cases[case_item].fcr_first].entry);
}

static const struct case_item *case_of(const struct engine *engine, uint32_t number)
{
	const struct fcr_link *link = fcr_link_of(&engine->fcr, number);
	return link ? &engine->cases[link->case_item] : NULL;
}

/* ---- the end of an entry ---- */

static bool is_its_contact(const struct engine *engine, uint32_t contact, uint32_t number)
{
	return contact < engine->contact_count && engine->contacts[contact].fcr == number;
}

static void forget(struct engine *engine, uint32_t number)
{
	unlink_case(engine, number);
	const uint32_t contact = fcr_at(&engine->fcr, number)->contact;
	if (is_its_contact(engine, contact, number))
		engine->contacts[contact].fcr = 0;
	fcr_memory_free(&engine->fcr, number);
}

/* A contact that runs again, or whose case is not solved, may yet become resolved. */
static bool may_resolve(const struct engine *engine, uint32_t number)
{
	const struct fcr_entry *entry = fcr_at(&engine->fcr, number);
	const struct case_item *item = case_of(engine, number);
	if (fcr_has(entry, FCR_RESOLVED) || fcr_has(entry, FCR_EXCLUDED) || engine->now > fcr_queued_at(entry) + WAIT_MOST)
		return false;
	if (fcr_has(entry, FCR_RELEASED))
		return item && !is_solved(item);
	const uint32_t contact = *fcr_contact_of(&engine->fcr, number);
	return is_its_contact(engine, contact, number) && engine->contacts[contact].phase != PHASE_ENDED;
}

static bool is_settled(const struct fcr_entry *entry)
{
	const unsigned all = ((1u << FCR_WINDOWS) - 1) * FCR_SETTLED;
	return !fcr_has(entry, FCR_RESOLVED) || (entry->queued_flags & all) == all;
}

void fcr_retire(struct engine *engine, uint32_t number, int64_t minute)
{
	const struct fcr_entry *entry = fcr_at(&engine->fcr, number);
	if (fcr_has(entry, FCR_ASIDE) && fcr_from_at(entry) >= (minute + 1) * MINUTE_MS)
		fcr_age(engine, number, fcr_from_at(entry));
	else if (may_resolve(engine, number) || !is_settled(entry))
		fcr_age(engine, number, minute * MINUTE_MS + DAY_MS);
	else
		forget(engine, number);
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

/* The windows, a bit each, in which something at this instant is a further contact: those with it in (from, from + R]. */
static unsigned windows_of(const struct engine *engine, const struct fcr_entry *first, int64_t at)
{
	unsigned windows = 0;
	if (!fcr_begins(engine, first) || at <= fcr_from_at(first))
		return 0;
	for (int window = 0; window < FCR_WINDOWS; window++)
		windows |= at - fcr_from_at(first) <= fcr_span(engine, window) ? 1u << window : 0;
	return windows;
}

static unsigned follows(const struct engine *engine, const struct fcr_entry *first, const struct fcr_entry *later)
{
	return same_matter(engine, first, later) ? windows_of(engine, first, fcr_queued_at(later)) : 0;
}

/* Marks the older ones. Counting from the queued instant, whatever an entry of the very same topic and queue was a further
 * contact to, this one need not look at again: so a customer who calls a thousand times costs no more than one who calls once. */
static void mark_older(struct engine *engine, uint32_t number)
{
	const struct fcr_memory *memory = &engine->fcr;
	const struct fcr_entry *entry = fcr_at(memory, number);
	bool may_stop = engine->settings->fcr_from == FCR_FROM_QUEUED;
	int64_t stop = INT64_MIN;
	for (uint32_t i = entry->older; i && fcr_queued_at(fcr_at(memory, i)) >= stop; i = fcr_at(memory, i)->older) {
		struct fcr_entry *older = fcr_at(memory, i);
		repeat(engine, older, follows(engine, older, entry));
		if (may_stop && stop == INT64_MIN && fcr_queued_at(older) < fcr_queued_at(entry) && older->topic == entry->topic &&
			older->queue == entry->queue)
			stop = fcr_queued_at(older);
	}
}

static void look_for_newer(struct engine *engine, uint32_t number)
{
	const unsigned all = (1u << FCR_WINDOWS) - 1;
	struct fcr_entry *entry = fcr_at(&engine->fcr, number);
	for (uint32_t i = entry->newer; i && (entry->queued_flags & all) != all; i = fcr_at(&engine->fcr, i)->newer)
		repeat(engine, entry, follows(engine, entry, fcr_at(&engine->fcr, i)));
}

/* ---- what is none of this figure ---- */

static bool listed(char *const *list, int count, struct view name)
{
	for (int i = 0; i < count; i++)
		if (strlen(list[i]) == name.size && strncasecmp(list[i], name.data, name.size) == 0)
			return true;
	return false;
}

static bool excludes_topic(const struct engine *engine, uint16_t topic)
{
	const struct settings *settings = engine->settings;
	return topic && listed(settings->fcr_exclude_topics, settings->fcr_topic_count, view_of(names_text(&engine->topics, topic)));
}

bool fcr_excludes_reason(const struct engine *engine, struct view reason)
{
	return reason.size && listed(engine->settings->fcr_exclude_reasons, engine->settings->fcr_reason_count, reason);
}

/* What was counted of it is taken back where it was counted. */
static void exclude(struct engine *engine, uint32_t number)
{
	struct fcr_entry *entry = fcr_at(&engine->fcr, number);
	if (fcr_has(entry, FCR_EXCLUDED))
		return;
	for (int window = 0; window < FCR_WINDOWS; window++)
		if (fcr_has(entry, FCR_SETTLED << window))
			count(engine, entry, window, -1, fcr_has(entry, FCR_REPEATED << window) ? 0 : -1);
	if (fcr_has(entry, FCR_RESOLVED))
		count_resolved(engine, entry, -1);
	fcr_weigh(engine, entry, -1);
	fcr_clear(entry, FCR_RESOLVED | (((1 << FCR_WINDOWS) - 1) * FCR_SETTLED));
	fcr_set(entry, FCR_EXCLUDED);
	if (fcr_has(entry, FCR_RELEASED))
		count_add(engine, entry->slot, entry->agent, COUNT_FCR_EXCLUDED, engine->ts, fcr_queued_at(entry), 1);
}

void fcr_exclude_case(struct engine *engine, uint32_t case_item)
{
	for (uint32_t i = engine->cases[case_item].fcr_first; i; i = engine->fcr.links[i].next)
		exclude(engine, engine->fcr.links[i].entry);
}

/* ---- entries ---- */

void fcr_queued(struct engine *engine, uint32_t contact)
{
	struct contact *of = &engine->contacts[contact];
	if (!of->customer || of->fcr || !of->first_queued || excludes_topic(engine, of->topic))
		return;
	uint32_t number = fcr_memory_take(&engine->fcr, of->customer, of->first_queued);
	struct fcr_entry *entry = fcr_at(&engine->fcr, number);
	entry->topic = of->topic;
	entry->queue = of->queue;
	entry->slot = of->slot;
	entry->contact = contact;
	of->fcr = number;
	fcr_memory_chain(&engine->fcr, number);
	fcr_link_case(engine, number, of->case_item);
	mark_older(engine, number);
	look_for_newer(engine, number);
	turn_new(engine, contact);
}

/* It counts as resolved from now on, and is settled when R is over, or at once where it is. */
static void resolve(struct engine *engine, uint32_t number)
{
	struct fcr_entry *entry = fcr_at(&engine->fcr, number);
	if (fcr_has(entry, FCR_RESOLVED) || fcr_has(entry, FCR_EXCLUDED))
		return;
	fcr_set(entry, FCR_RESOLVED);
	count_resolved(engine, entry, 1);
	fcr_note_resolved(engine, entry);
	fcr_weigh(engine, entry, 1);
	fcr_await(engine, number);
}

/* R begins with the release: what was there by then is looked through. */
static void begin(struct engine *engine, uint32_t number)
{
	struct fcr_entry *entry = fcr_at(&engine->fcr, number);
	const int64_t past = engine->ts - fcr_queued_at(entry);
	entry->from = past < 0 ? 0 : past > UINT32_MAX ? UINT32_MAX : (uint32_t)past;
	if (fcr_has(entry, FCR_AGES))
		fcr_set(entry, FCR_ASIDE);
	look_for_newer(engine, number);
}

static void release(struct engine *engine, uint32_t number, const struct contact *of)
{
	struct fcr_entry *entry = fcr_at(&engine->fcr, number);
	if (fcr_has(entry, FCR_RELEASED))
		return;
	fcr_set(entry, FCR_RELEASED);
	entry->slot = of->slot;
	entry->agent = of->agent;
	fcr_link_case(engine, number, of->case_item);
	if (engine->settings->fcr_from == FCR_FROM_RELEASED)
		begin(engine, number);
	if (!fcr_has(entry, FCR_AGES))
		fcr_age(engine, number, fcr_from_at(entry));
	const struct case_item *item = case_of(engine, number);
	if (fcr_has(entry, FCR_EXCLUDED))
		count_add(engine, entry->slot, entry->agent, COUNT_FCR_EXCLUDED, engine->ts, fcr_queued_at(entry), 1);
	else if (!item || is_solved(item))
		resolve(engine, number);
}

void fcr_released(struct engine *engine, uint32_t contact)
{
	const struct contact *of = &engine->contacts[contact];
	if (of->released_by == RELEASED_TRANSFER || of->unqueued)
		return;
	if (excludes_topic(engine, of->topic) && !of->fcr)
		count_add(engine, of->slot, of->agent, COUNT_FCR_EXCLUDED, engine->ts, of->first_queued, 1);
	else if (!of->customer)
		count_add(engine, of->slot, of->agent, COUNT_FCR_NO_CUSTOMER, engine->ts, of->first_queued, 1);
	else
		fcr_queued(engine, contact);
	if (of->fcr)
		release(engine, of->fcr, of);
}

void fcr_ended(struct engine *engine, uint32_t contact)
{
	const uint32_t number = engine->contacts[contact].fcr;
	if (number && !fcr_has(fcr_at(&engine->fcr, number), FCR_AGES))
		fcr_age(engine, number, fcr_queued_at(fcr_at(&engine->fcr, number)));
}

/* Solved: its released contacts are resolved. Open again: the reopening is a further contact to each of them. */
void fcr_case(struct engine *engine, uint32_t case_item)
{
	const bool solved = is_solved(&engine->cases[case_item]);
	for (uint32_t i = engine->cases[case_item].fcr_first; i; i = engine->fcr.links[i].next) {
		const uint32_t number = engine->fcr.links[i].entry;
		struct fcr_entry *entry = fcr_at(&engine->fcr, number);
		if (solved && fcr_has(entry, FCR_RELEASED))
			resolve(engine, number);
		if (!solved)
			repeat(engine, entry, windows_of(engine, entry, engine->ts));
	}
}

size_t engine_fcr_bytes(const struct engine *engine, uint64_t *contacts)
{
	*contacts = engine->fcr.count;
	return fcr_memory_bytes(&engine->fcr);
}

static void add_balance(const struct fcr_balance *balance, bool calm, struct gauges *gauges)
{
	for (int window = 0; window < FCR_WINDOWS; window++) {
		gauges->fcr_open[window] += balance[window].open - (calm ? balance[window].rude_open : 0);
		gauges->fcr_open_kept[window] += balance[window].kept - (calm ? balance[window].rude_kept : 0);
	}
}

void fcr_gauges(const struct engine *engine, struct scope scope, int64_t at, struct gauges *gauges)
{
	(void)at;
	memset(gauges->fcr_open, 0, sizeof gauges->fcr_open);
	memset(gauges->fcr_open_kept, 0, sizeof gauges->fcr_open_kept);
	const bool people = scope_of_people(scope);
	for (size_t i = slots_begin(engine, scope); !people && i < engine->slot_count; i = slots_next(engine, scope, i))
		if (slot_in_scope(engine, &engine->slots[i], scope))
			add_balance(engine->slots[i].fcr, scope.calm, gauges);
	for (size_t i = 1; people && i < engine->agent_count; i++)
		if (agent_in_scope(engine, &engine->agents[i], scope))
			add_balance(engine->agents[i].fcr, scope.calm, gauges);
}
