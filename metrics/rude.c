/* What is counted of flagged contacts beside all others, so that figures can be had without them. A leg may be complete before its contact
 * is flagged, and a flag may be withdrawn much later: so the legs and surveys of such a contact are remembered, each with its minute;
 * its entry of first contact resolution bears a mark. */
#include "base/memory.h"
#include "metrics/state.h"

/* ---- the legs ---- */

static uint32_t take_place(struct engine *engine)
{
	uint32_t number = engine->rude_leg_free;
	if (number) {
		engine->rude_leg_free = engine->rude_legs[number].next;
		return number;
	}
	if (!engine->rude_leg_count)
		engine->rude_leg_count = 1; /* 0 means none */
	engine->rude_legs = memory_grow(engine->rude_legs, &engine->rude_leg_room, engine->rude_leg_count + 1, sizeof *engine->rude_legs);
	return (uint32_t)engine->rude_leg_count++;
}

/* At the end, so that the order is that of what happened. NULL: there are enough of them. */
static struct rude_leg *append(struct engine *engine, uint32_t *first)
{
	int count = 0;
	uint32_t last = 0;
	for (uint32_t i = *first; i; i = engine->rude_legs[i].next, count++)
		last = i;
	if (count >= RUDE_LEGS_MOST)
		return NULL;
	uint32_t number = take_place(engine);
	engine->rude_legs[number] = (struct rude_leg){0};
	if (last)
		engine->rude_legs[last].next = number;
	else
		*first = number;
	return &engine->rude_legs[number];
}

struct rude_leg *rude_leg_restore(struct engine *engine, uint32_t *first)
{
	return append(engine, first);
}

void rude_legs_drop(struct engine *engine, uint32_t *first)
{
	while (*first) {
		uint32_t number = *first;
		*first = engine->rude_legs[number].next;
		engine->rude_legs[number].next = engine->rude_leg_free;
		engine->rude_leg_free = number;
	}
}

/* An event that is too old to be counted changes nothing of what was. */
static void turn_leg(struct engine *engine, struct rude_leg *leg, bool counted)
{
	if (leg->counted == counted || engine->too_old)
		return;
	leg->counted = counted;
	const struct count whole[] = {{COUNT_RUDE_LEGS, 1}, {COUNT_RUDE_LEGS_NOMINAL, leg->nominal}, {COUNT_RUDE_TALK_MS, leg->talk},
		{COUNT_RUDE_HOLD_MS, leg->hold}, {COUNT_RUDE_WRAP_MS, leg->wrap}};
	struct count counts[sizeof whole / sizeof *whole];
	size_t n = 0;
	for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
		if (whole[i].delta)
			counts[n++] = (struct count){whole[i].key, counted ? whole[i].delta : -whole[i].delta};
	count_all(engine, leg->slot, leg->agent, counts, n, leg->at, leg->queued);
}

static bool may_be_flagged(const struct contact *contact)
{
	bool over = contact->phase == PHASE_WRAPPING || contact->phase == PHASE_ENDED;
	return !over || contact->wraps || contact->released_by == RELEASED_TRANSFER;
}

void rude_leg(struct engine *engine, const struct leg *leg, int64_t at)
{
	struct contact *contact = &engine->contacts[leg->contact];
	struct conduct *record = contact->conduct ? conduct_of(engine, leg->contact) : NULL;
	if (!record && !may_be_flagged(contact))
		return;
	struct rude_leg *kept = append(engine, record ? &record->legs : &contact->rude_legs);
	if (!kept)
		return;
	*kept = (struct rude_leg){.slot = leg->slot, .agent = leg->agent, .nominal = leg->nominal, .at = at, .queued = leg->queued,
		.talk = leg->talk, .hold = leg->hold, .wrap = leg->wrap};
	if (record && record->flagged)
		turn_leg(engine, kept, true);
}

/* ---- surveys ---- */

void rude_survey(struct engine *engine, uint32_t number, uint32_t record)
{
	struct survey *survey = &engine->surveys[number];
	if (!record || survey->conduct)
		return;
	survey->conduct = record;
	survey->conduct_next = engine->conducts[record].surveys;
	engine->conducts[record].surveys = number;
}

void rude_survey_forget(struct engine *engine, uint32_t number)
{
	struct survey *survey = &engine->surveys[number];
	if (!survey->conduct)
		return;
	uint32_t *link = &engine->conducts[survey->conduct].surveys;
	while (*link != number)
		link = &engine->surveys[*link].conduct_next;
	*link = survey->conduct_next;
	survey->conduct = survey->conduct_next = 0;
}

/* A survey may be answered before the agent says how the customer was: the youngest first, back to where the contact began. */
static void find_surveys(struct engine *engine, const struct contact *contact, uint32_t record)
{
	for (size_t back = 1; back < engine->survey_count; back++) {
		size_t place = engine->survey_next > back ? engine->survey_next - back : engine->survey_next + engine->survey_count - 1 - back;
		const struct survey *survey = &engine->surveys[place];
		if (survey->seen < contact->first_queued)
			return;
		if (survey->contact == contact->serial)
			rude_survey(engine, (uint32_t)place, record);
	}
}

/* ---- what follows a flag ---- */

void rude_begin(struct engine *engine, uint32_t number, struct conduct *record)
{
	struct contact *contact = &engine->contacts[number];
	record->legs = contact->rude_legs;
	contact->rude_legs = 0;
	fcr_name(engine, number, record);
	find_surveys(engine, contact, (uint32_t)(record - engine->conducts));
}

void rude_turn(struct engine *engine, const struct conduct *record)
{
	for (uint32_t i = record->legs; i; i = engine->rude_legs[i].next)
		turn_leg(engine, &engine->rude_legs[i], record->flagged);
	for (uint32_t i = record->surveys; i; i = engine->surveys[i].conduct_next)
		survey_turn(engine, i, record->flagged);
	fcr_turn(engine, record);
}

void rude_forget(struct engine *engine, struct conduct *record)
{
	rude_legs_drop(engine, &record->legs);
	while (record->surveys)
		rude_survey_forget(engine, record->surveys);
}

/* ---- figures without them ---- */

static const struct { enum counter all, rude; } twins[] = {
	{COUNT_LEGS, COUNT_RUDE_LEGS}, {COUNT_LEGS_NOMINAL, COUNT_RUDE_LEGS_NOMINAL}, {COUNT_TALK_MS, COUNT_RUDE_TALK_MS},
	{COUNT_HOLD_MS, COUNT_RUDE_HOLD_MS}, {COUNT_WRAP_MS, COUNT_RUDE_WRAP_MS}, {COUNT_CSAT_SENT, COUNT_RUDE_CSAT_SENT},
	{COUNT_CSAT_N, COUNT_RUDE_CSAT_N}, {COUNT_CSAT_TOP, COUNT_RUDE_CSAT_TOP}, {COUNT_CSAT_BOTTOM, COUNT_RUDE_CSAT_BOTTOM},
	{COUNT_CSAT_SUM, COUNT_RUDE_CSAT_SUM},
	{COUNT_CSAT_SUM_N, COUNT_RUDE_CSAT_SUM_N}, {COUNT_FCR_SETTLED, COUNT_RUDE_FCR_SETTLED}, {COUNT_FCR_KEPT, COUNT_RUDE_FCR_KEPT},
	{COUNT_FCR_SETTLED_24H, COUNT_RUDE_FCR_SETTLED_24H}, {COUNT_FCR_KEPT_24H, COUNT_RUDE_FCR_KEPT_24H},
	{COUNT_FCR_SETTLED_72H, COUNT_RUDE_FCR_SETTLED_72H}, {COUNT_FCR_KEPT_72H, COUNT_RUDE_FCR_KEPT_72H},
};

void rude_set_aside(struct tally *tally)
{
	for (size_t i = 0; i < sizeof twins / sizeof *twins; i++)
		tally->value[twins[i].all] -= tally->value[twins[i].rude];
}
