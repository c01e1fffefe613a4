/* Contacts, the wrap-ups that are awaited, and the events that wait for what must come before them. */
#include <stdlib.h>

#include "base/memory.h"
#include "metrics/keep.h"

/* ---- contacts ---- */

static void keep_state(struct archive *archive, struct engine *engine, struct contact *contact)
{
	KEEP(archive, contact->serial);
	KEEP_BELOW(archive, contact->phase, PHASE_ENDED + 1);
	KEEP_BELOW(archive, contact->channel, CHANNEL_COUNT);
	KEEP_BELOW(archive, contact->slot, engine->slot_count);
	KEEP_BELOW(archive, contact->queue, engine->queues.count);
	KEEP_BELOW(archive, contact->market, engine->markets.count);
	KEEP_BELOW(archive, contact->topic, engine->topics.count);
	KEEP_BELOW(archive, contact->agent, keep_limit(engine->agent_count));
	KEEP_BELOW(archive, contact->ringing, keep_limit(engine->agent_count));
	KEEP(archive, contact->priority);
	KEEP(archive, contact->in_answered);
	keep_pseudonym(archive, &contact->customer);
	KEEP_BELOW(archive, contact->case_item, engine->case_count);
	KEEP(archive, contact->left_why);
	KEEP_BELOW(archive, contact->released_by, RELEASED_SYSTEM + 1);
	KEEP_BELOW(archive, contact->conduct, engine->conduct_count);
	KEEP(archive, contact->unqueued);
	KEEP(archive, contact->feed);
	KEEP_BELOW(archive, contact->source, keep_limit(engine->source_count));
	KEEP(archive, contact->named);
	KEEP(archive, contact->counted);
	KEEP(archive, contact->snapshot);
	keep_rude_legs(archive, engine, &contact->rude_legs);
}

static void keep_times(struct archive *archive, struct contact *contact)
{
	int64_t *const times[] = {&contact->first_queued, &contact->queued, &contact->answered, &contact->since, &contact->released,
		&contact->wait, &contact->talk, &contact->hold, &contact->wrap, &contact->handled, &contact->sign};
	for (size_t i = 0; i < sizeof times / sizeof *times; i++)
		KEEP(archive, *times[i]);
	KEEP(archive, contact->legs);
}

static void keep_contact(struct archive *archive, struct engine *engine, struct contact *contact)
{
	keep_id(archive, contact->id, sizeof contact->id);
	KEEP(archive, contact->version);
	KEEP(archive, contact->lost_timer);
	if (!contact->id[0]) {
		contact->next_closed = archive->reading ? KEEP_FREE : contact->next_closed;
		return;
	}
	keep_state(archive, engine, contact);
	keep_times(archive, contact);
	bool running = contact->phase == PHASE_TALKING || contact->phase == PHASE_HELD;
	if (archive->reading && running && !contact->agent)
		archive_wrong(archive, "a contact without its agent");
}

/* ---- what is made again of them ---- */

static void restore_waiting(struct engine *engine)
{
	struct keep_order *order = memory_new(engine->contact_count + 1, sizeof *order);
	size_t count = 0;
	for (uint32_t i = 1; i < engine->contact_count; i++) {
		const struct contact *contact = &engine->contacts[i];
		if (contact->id[0] && contact->phase == PHASE_WAITING)
			order[count++] = (struct keep_order){contact->queued, contact->serial, i};
	}
	keep_order_sort(order, count);
	for (size_t i = 0; i < count; i++)
		contact_enlist(engine, order[i].number);
	free(order);
}

/* Who is whose present contact, in the order of each agent's list. */
static void keep_running(struct archive *archive, struct engine *engine)
{
	for (size_t i = 0; i < engine->agent_count && archive_good(archive); i++) {
		uint32_t next = archive->reading ? 0 : engine->agents[i].first_contact, last = 0;
		size_t count = 0;
		for (uint32_t c = next; c; c = engine->contacts[c].agent_next)
			count++;
		count = archive_count(archive, count);
		for (size_t n = 0; n < count && archive_good(archive); n++) {
			uint32_t number = next;
			KEEP_BELOW(archive, number, engine->contact_count);
			struct contact *contact = &engine->contacts[number];
			if (archive->reading && (!number || contact->agent != i || contact->agent_previous || engine->agents[i].first_contact == number)) {
				archive_wrong(archive, "a contact that is not its agent's");
				return;
			}
			if (archive->reading) {
				contact->agent_previous = last;
				*(last ? &engine->contacts[last].agent_next : &engine->agents[i].first_contact) = number;
				last = number;
			} else {
				next = contact->agent_next;
			}
		}
	}
}

/* The ring of closed ones: its places, and who stands there. */
static void keep_closed(struct archive *archive, struct engine *engine)
{
	KEEP(archive, engine->closed_next);
	for (uint32_t place = 0; place < CLOSED_KEPT; place++) {
		KEEP(archive, engine->closed[place]);
		uint32_t number = engine->closed[place];
		if (!archive->reading || !number)
			continue;
		if (number >= engine->contact_count || engine->contacts[number].next_closed || !engine->contacts[number].id[0]) {
			engine->closed[place] = 0;
			archive_wrong(archive, "a closed contact that is none, or twice");
			return;
		}
		engine->contacts[number].next_closed = place + 1;
	}
}

static void restore_places(struct archive *archive, struct engine *engine)
{
	for (uint32_t i = (uint32_t)engine->contact_count; i-- > 1;) {
		struct contact *contact = &engine->contacts[i];
		if (!contact->id[0])
			continue;
		struct view id = view_of(contact->id);
		if (map_find(&engine->contact_index, id) != MAP_NONE)
			archive_wrong(archive, "a contact twice");
		map_put(&engine->contact_index, id, i);
	}
}

/* ---- wrap-ups ---- */

static void keep_wrap(struct archive *archive, struct engine *engine, struct wrap *wrap)
{
	KEEP_BELOW(archive, wrap->contact, keep_limit(engine->contact_count));
	wrap->next = !archive->reading ? wrap->next : wrap->contact ? 0 : KEEP_FREE;
	KEEP(archive, wrap->timer);
	KEEP(archive, wrap->serial);
	KEEP_BELOW(archive, wrap->slot, engine->slot_count);
	KEEP_BELOW(archive, wrap->agent, keep_limit(engine->agent_count));
	KEEP(archive, wrap->queued);
	KEEP(archive, wrap->released);
	KEEP(archive, wrap->talk);
	KEEP(archive, wrap->hold);
}

/* A contact's newest first, as they were put there. */
static void restore_wraps(struct engine *engine)
{
	struct keep_order *order = memory_new(engine->wrap_count + 1, sizeof *order);
	size_t count = 0;
	for (uint32_t i = 1; i < engine->wrap_count; i++)
		if (engine->wraps[i].contact)
			order[count++] = (struct keep_order){0, engine->wraps[i].serial, i};
	keep_order_sort(order, count);
	for (size_t i = 0; i < count; i++) {
		struct wrap *wrap = &engine->wraps[order[i].number];
		uint32_t *first = &engine->contacts[wrap->contact].wraps;
		wrap->next = *first;
		*first = order[i].number;
	}
	free(order);
}

static uint32_t *contact_link(struct engine *engine, uint32_t number)
{
	return &engine->contacts[number].next_closed;
}

static uint32_t *wrap_link(struct engine *engine, uint32_t number)
{
	return &engine->wraps[number].next;
}

void keep_contacts(struct archive *archive, struct engine *engine)
{
	for (size_t i = 1; i < engine->contact_count && archive_good(archive); i++)
		keep_contact(archive, engine, &engine->contacts[i]);
	for (size_t i = 1; i < engine->wrap_count && archive_good(archive); i++)
		keep_wrap(archive, engine, &engine->wraps[i]);
	keep_free(archive, engine, engine->contact_count, &engine->contact_free, contact_link);
	keep_free(archive, engine, engine->wrap_count, &engine->wrap_free, wrap_link);
	keep_running(archive, engine);
	keep_closed(archive, engine);
	if (!archive->reading || !archive_good(archive))
		return;
	restore_places(archive, engine);
	restore_waiting(engine);
	restore_wraps(engine);
}

/* ---- events that wait ---- */

static bool holds_word(const struct event *event, int key)
{
	const struct event_type_info *info = &event_types[event->type];
	for (size_t i = 0; i < sizeof info->words / sizeof *info->words; i++)
		if (info->words[i].vocabulary && info->words[i].key == key)
			return true;
	return false;
}

/* Only a key that holds a word has a word's number: in others stands what an earlier event left there. */
static void keep_texts(struct archive *archive, struct held_event *held)
{
	struct event *event = &held->event;
	for (int key = 0; key < KEY_TEXT_COUNT; key++) {
		if (!event_has(event, (enum event_key)key))
			continue;
		bool nil = !archive->reading && !event->text[key].data;
		KEEP(archive, nil);
		if (!nil)
			keep_event_text(archive, event, (enum event_key)key, &event->text[key]);
		uint8_t word = holds_word(event, key) ? event->word[key] : 0;
		KEEP(archive, word);
		event->word[key] = word;
	}
	for (int key = KEY_TEXT_COUNT; key < KEY_COUNT; key++)
		if (event_has(event, (enum event_key)key))
			KEEP(archive, event->number[key - KEY_TEXT_COUNT]);
}

/* Words are numbers in lists of known length; a number past the end would be looked up later. */
static bool words_good(const struct event *event)
{
	const struct event_type_info *info = &event_types[event->type];
	for (size_t i = 0; i < sizeof info->words / sizeof *info->words; i++)
		if (info->words[i].vocabulary && event_has(event, (enum event_key)info->words[i].key) &&
			!*word_text((enum vocabulary)info->words[i].vocabulary, event->word[info->words[i].key]))
			return false;
	return (event->present & info->required) == info->required;
}

static void keep_held_event(struct archive *archive, struct engine *engine, struct held_event *held)
{
	bool used = held->texts != NULL;
	KEEP(archive, held->version);
	KEEP(archive, used);
	held->next = !archive->reading ? held->next : used ? 0 : KEEP_FREE;
	if (!used)
		return;
	struct event *event = &held->event;
	uint16_t type = (uint16_t)event->type;
	KEEP_BELOW(archive, type, EVENT_TYPE_COUNT);
	event->type = (enum event_type)type;
	KEEP(archive, event->present);
	KEEP(archive, event->ts);
	KEEP(archive, event->seq);
	if (archive->reading)
		event->present &= (UINT64_C(1) << KEY_COUNT) - 1;
	keep_texts(archive, held);
	KEEP(archive, held->serial);
	KEEP_BELOW(archive, held->source, keep_limit(engine->source_count));
	KEEP(archive, held->feed);
	KEEP(archive, held->ts);
	KEEP(archive, held->too_old);
	if (!archive->reading || !archive_good(archive))
		return;
	if (!words_good(event) || !event_subject(event).size)
		archive_wrong(archive, "an event that waits, and is none");
	else
		held_own(held);
}

/* Those with one subject, in their order; 0 ends the chain. */
static void keep_chain(struct archive *archive, struct engine *engine, uint32_t number)
{
	for (;;) {
		KEEP(archive, number);
		if (!number || !archive_good(archive))
			return;
		if (!archive->reading)
			number = engine->held[number].next;
		else if (!held_restore(engine, number))
			archive_wrong(archive, "an event that waits twice");
	}
}

static void keep_chains(struct archive *archive, struct engine *engine)
{
	const struct map_entry **entries = keep_map_entries(&engine->held_index);
	size_t chains = archive_count(archive, engine->held_index.used);
	for (size_t i = 0; i < chains && archive_good(archive); i++)
		keep_chain(archive, engine, archive->reading ? 0 : entries[i]->value);
	free(entries);
}

/* Those that wait are in no chain yet. */
static void held_unchain(const struct archive *archive, struct engine *engine)
{
	for (size_t i = 1; archive->reading && i < engine->held_count; i++)
		if (engine->held[i].texts)
			engine->held[i].next = HELD_UNCHAINED;
}

static uint32_t *held_link(struct engine *engine, uint32_t number)
{
	return &engine->held[number].next;
}

void keep_held(struct archive *archive, struct engine *engine)
{
	for (size_t i = 1; i < engine->held_count && archive_good(archive); i++)
		keep_held_event(archive, engine, &engine->held[i]);
	keep_free(archive, engine, engine->held_count, &engine->held_free, held_link);
	held_unchain(archive, engine);
	keep_chains(archive, engine);
	for (size_t i = 1; archive->reading && i < engine->held_count; i++)
		if (engine->held[i].texts && engine->held[i].next == HELD_UNCHAINED)
			archive_wrong(archive, "an event that waits behind none");
}
