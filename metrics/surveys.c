/* Surveys, reviews and the call-backs that low scores open. Scores are thousandths, as on the wire; scales never mix. */
#include <stdlib.h>

#include "base/memory.h"
#include "metrics/state.h"

#define SCALE_MOST INT64_C(1000000000) /* thousandths: beyond it a scale is nonsense */
#define FOLLOWUPS_MOST 10000	       /* the board cannot be the memory of more */

/* ---- the memory of surveys ---- */

static struct survey *find(struct engine *engine, struct view id)
{
	uint32_t number = id.size ? map_find(&engine->survey_index, id) : MAP_NONE;
	return number == MAP_NONE ? NULL : &engine->surveys[number];
}

/* The oldest gives way when the memory is full. */
static struct survey *remember(struct engine *engine, struct view id)
{
	uint32_t number = engine->survey_next;
	engine->survey_next = number + 1 < SURVEYS_KEPT ? number + 1 : 1;
	if (number < engine->survey_count) {
		rude_survey_forget(engine, number);
		map_remove(&engine->survey_index, view_of(engine->surveys[number].id));
	} else {
		engine->surveys = memory_grow(engine->surveys, &engine->survey_room, (size_t)number + 1, sizeof *engine->surveys);
		engine->survey_count = (size_t)number + 1;
	}
	struct survey *survey = &engine->surveys[number];
	*survey = (struct survey){.seen = engine->now};
	view_copy(id, survey->id, sizeof survey->id);
	map_put(&engine->survey_index, id, number);
	return survey;
}

/* ---- scales ---- */

/* How many boxes count as the top (or bottom): two of five, elsewhere the 40 % that fit, at least one. */
static int64_t boxes(int64_t min, int64_t max)
{
	int64_t all = (max - min) / 1000 + 1, top = all * 4 / 10;
	return (top < 1 ? 1 : top) * 1000;
}

static bool on_scale(const struct survey *survey, int64_t min, int64_t max)
{
	return survey->min == min * 1000 && survey->max == max * 1000;
}

/* Points between boxes belong to the one further in: 3.5 is no 4, and 2.5 no 2. */
static bool in_top(const struct survey *survey)
{
	return survey->score >= survey->max - boxes(survey->min, survey->max) + 1000;
}

static bool in_bottom(const struct survey *survey)
{
	return survey->score <= survey->min + boxes(survey->min, survey->max) - 1000;
}

static bool acceptable(const struct survey *survey)
{
	if (survey->min < -SCALE_MOST || survey->max > SCALE_MOST || survey->min >= survey->max)
		return false;
	if (survey->score < survey->min || survey->score > survey->max)
		return false;
	if (survey->kind == SURVEY_NPS)
		return on_scale(survey, 0, 10);
	return survey->kind != SURVEY_CES || on_scale(survey, 1, 7);
}

static bool unhappy(const struct survey *survey)
{
	return survey->kind == SURVEY_NPS ? survey->score <= 6000 : survey->kind == SURVEY_CSAT && in_bottom(survey);
}

/* ---- counting ---- */

static void count(struct engine *engine, const struct survey *survey, enum counter counter, int64_t delta)
{
	int64_t arrived = survey->sent ? survey->sent : survey->answered_at;
	count_add(engine, survey->slot, survey->agent, counter, survey->answered_at, arrived, delta);
}

static void count_answer(struct engine *engine, const struct survey *survey, int64_t sign)
{
	switch (survey->kind) {
	case SURVEY_CSAT:
		count(engine, survey, COUNT_CSAT_N, sign);
		count(engine, survey, COUNT_CSAT_TOP, in_top(survey) ? sign : 0);
		count(engine, survey, COUNT_CSAT_BOTTOM, in_bottom(survey) ? sign : 0);
		count(engine, survey, COUNT_CSAT_SUM, on_scale(survey, 1, 5) ? sign * survey->score : 0);
		count(engine, survey, COUNT_CSAT_SUM_N, on_scale(survey, 1, 5) ? sign : 0);
		return;
	case SURVEY_NPS:
		count(engine, survey, COUNT_NPS_N, sign);
		count(engine, survey, COUNT_NPS_PROMOTERS, survey->score >= 9000 ? sign : 0);
		count(engine, survey, COUNT_NPS_DETRACTORS, survey->score <= 6000 ? sign : 0);
		return;
	default:
		count(engine, survey, COUNT_CES_N, sign);
		count(engine, survey, COUNT_CES_SUM, sign * survey->score);
	}
}

/* ---- of flagged contacts ---- */

static void turn_sent(struct engine *engine, struct survey *survey, bool flagged)
{
	bool counts = flagged && survey->sent && survey->kind == SURVEY_CSAT;
	if (survey->rude_sent == counts || engine->too_old)
		return;
	survey->rude_sent = counts;
	count_add(engine, survey->sent_slot, survey->sent_agent, COUNT_RUDE_CSAT_SENT, survey->sent, survey->sent, counts ? 1 : -1);
}

static void turn_answer(struct engine *engine, struct survey *survey, bool flagged)
{
	bool counts = flagged && survey->answered && survey->kind == SURVEY_CSAT;
	if (survey->rude_answered == counts || engine->too_old)
		return;
	survey->rude_answered = counts;
	int64_t sign = counts ? 1 : -1;
	count(engine, survey, COUNT_RUDE_CSAT_N, sign);
	count(engine, survey, COUNT_RUDE_CSAT_TOP, in_top(survey) ? sign : 0);
	count(engine, survey, COUNT_RUDE_CSAT_BOTTOM, in_bottom(survey) ? sign : 0);
	count(engine, survey, COUNT_RUDE_CSAT_SUM, on_scale(survey, 1, 5) ? sign * survey->score : 0);
	count(engine, survey, COUNT_RUDE_CSAT_SUM_N, on_scale(survey, 1, 5) ? sign : 0);
}

void survey_turn(struct engine *engine, uint32_t number, bool flagged)
{
	turn_sent(engine, &engine->surveys[number], flagged);
	turn_answer(engine, &engine->surveys[number], flagged);
}

/* Whom it is about, as soon as that is told. */
static void join_contact(struct engine *engine, struct survey *survey, const struct event *event, uint32_t contact)
{
	uint32_t number = (uint32_t)(survey - engine->surveys);
	if (!survey->contact && contact)
		survey->contact = engine->contacts[contact].serial;
	rude_survey(engine, number, conduct_find(engine, event_text(event, KEY_CONTACT)));
	survey_turn(engine, number, survey->conduct && engine->conducts[survey->conduct].flagged);
}

/* ---- call-backs ---- */

static bool same_followup(const struct followup *followup, uint64_t customer, uint32_t case_item)
{
	return followup->open && ((customer && followup->customer == customer) || (case_item && followup->case_item == case_item));
}

static size_t find_followup(const struct engine *engine, uint64_t customer, uint32_t case_item)
{
	for (size_t i = 1; i < engine->followup_count; i++)
		if (same_followup(&engine->followups[i], customer, case_item))
			return i;
	return 0;
}

/* One for a customer, however often he says so. Without a customer or a case nobody could be called, nor the call be told. */
static void open_followup(struct engine *engine, const struct survey *survey, const struct attribution_of *of, struct view contact)
{
	if ((!of->customer && !of->case_item) || find_followup(engine, of->customer, of->case_item))
		return;
	size_t place = 1;
	while (place < engine->followup_count && engine->followups[place].open)
		place++;
	if (place > FOLLOWUPS_MOST) {
		fault_count(engine, engine->source, engine->feed, FAULT_FOLLOWUP_LOST, 1);
		return;
	}
	if (place == engine->followup_count) {
		engine->followups = memory_grow(engine->followups, &engine->followup_room, place + 1, sizeof *engine->followups);
		engine->followup_count++;
	}
	struct followup *followup = &engine->followups[place];
	*followup = (struct followup){.customer = of->customer, .case_item = of->case_item, .slot = survey->slot, .agent = survey->agent,
		.since = engine->ts, .kind = survey->kind, .score = survey->score, .open = true};
	view_copy(contact, followup->contact, sizeof followup->contact);
}

static void count_followup(struct engine *engine, const struct followup *followup, uint16_t agent, enum counter counter)
{
	count_add(engine, followup->slot, agent, counter, engine->ts, followup->since, 1);
}

/* An attempt that reached nobody closes it only where no other one is to follow. */
static bool close_followup(struct engine *engine, const struct event *event)
{
	struct attribution_of of = event_attribution(engine, event);
	size_t place = find_followup(engine, of.customer, of.case_item);
	if (!place)
		return false;
	struct followup *followup = &engine->followups[place];
	switch (event_word(event, KEY_RESULT, FOLLOWUP_REACHED)) {
	case FOLLOWUP_UNREACHED:
		count_followup(engine, followup, of.agent, COUNT_FOLLOWUPS_TRIED);
		followup->open = ++followup->attempts < (uint32_t)engine->settings->followup_attempts;
		if (!followup->open)
			count_followup(engine, followup, of.agent, COUNT_FOLLOWUPS_UNREACHED);
		break;
	case FOLLOWUP_DECLINED:
		followup->open = false;
		count_followup(engine, followup, of.agent, COUNT_FOLLOWUPS_DECLINED);
		break;
	default:
		followup->open = false;
		count_followup(engine, followup, of.agent, COUNT_FOLLOWUPS_REACHED);
	}
	engine->dirty = true;
	return true;
}

/* ---- events ---- */

static bool take_sent(struct engine *engine, const struct event *event)
{
	const enum counter sent[] = {[SURVEY_CSAT] = COUNT_CSAT_SENT, [SURVEY_CES] = COUNT_CES_SENT, [SURVEY_NPS] = COUNT_NPS_SENT};
	struct view id = event_text(event, KEY_SURVEY);
	struct survey *survey = find(engine, id);
	if (survey && survey->sent)
		return false;
	struct attribution_of of = event_attribution(engine, event);
	if (!survey) {
		survey = remember(engine, id);
		survey->slot = of.slot;
		survey->agent = of.agent;
	}
	survey->kind = (uint8_t)event_word(event, KEY_KIND, SURVEY_CSAT);
	survey->sent = engine->ts;
	survey->sent_slot = survey->slot;
	survey->sent_agent = survey->agent;
	count_add(engine, survey->slot, survey->agent, sent[survey->kind], engine->ts, engine->ts, 1);
	join_contact(engine, survey, event, of.contact);
	return true;
}

/* Nothing that still comes would mend it: it waits for nothing. */
static bool off_scale(struct engine *engine, const struct event *event)
{
	fault_event(engine, FAULT_SCORE, event);
	return true;
}

/* What the answer says of itself wins over what was known when the survey was sent. */
static void attribute(struct survey *survey, const struct attribution_of *of)
{
	if (of->slot)
		survey->slot = of->slot;
	if (of->agent)
		survey->agent = of->agent;
}

static void replace(struct survey *survey, const struct survey *answer)
{
	survey->kind = answer->kind;
	survey->answered = true;
	survey->score = answer->score;
	survey->min = answer->min;
	survey->max = answer->max;
	survey->answered_at = answer->answered_at;
}

/* An answer to a survey that has one replaces it, in the minute of the first. */
static bool take_answer(struct engine *engine, const struct event *event)
{
	struct survey answer = {.kind = (uint8_t)event_word(event, KEY_KIND, SURVEY_CSAT), .answered = true,
		.score = event_number(event, KEY_SCORE, 0), .min = event_number(event, KEY_MIN, 1),
		.max = event_number(event, KEY_MAX, 0), .answered_at = engine->ts};
	if (!acceptable(&answer))
		return off_scale(engine, event);
	struct attribution_of of = event_attribution(engine, event);
	struct view id = event_text(event, KEY_SURVEY);
	struct survey *survey = find(engine, id);
	if (!survey)
		survey = remember(engine, id);
	survey_turn(engine, (uint32_t)(survey - engine->surveys), false);
	if (survey->answered) {
		fault_event(engine, FAULT_ANSWERED_TWICE, event);
		count_answer(engine, survey, -1);
		answer.answered_at = survey->answered_at;
	}
	replace(survey, &answer);
	attribute(survey, &of);
	count_answer(engine, survey, 1);
	join_contact(engine, survey, event, of.contact);
	if (unhappy(survey))
		open_followup(engine, survey, &of, event_text(event, KEY_CONTACT));
	engine->dirty = true;
	return true;
}

static bool take_review(struct engine *engine, const struct event *event)
{
	int64_t score = event_number(event, KEY_SCORE, -1);
	if (score < 0 || score > 100000)
		return off_scale(engine, event);
	struct attribution_of of = event_attribution(engine, event);
	count_add(engine, of.slot, of.agent, COUNT_IQS_N, engine->ts, of.arrived, 1);
	count_add(engine, of.slot, of.agent, COUNT_IQS_SUM, engine->ts, of.arrived, score);
	engine->dirty = true;
	return true;
}

bool surveys_apply(struct engine *engine, const struct event *event)
{
	switch (event->type) {
	case EVENT_SURVEY_SENT:
		return take_sent(engine, event);
	case EVENT_SURVEY_ANSWERED:
		return take_answer(engine, event);
	case EVENT_REVIEW_SCORED:
		return take_review(engine, event);
	case EVENT_FOLLOWUP_DONE:
		return close_followup(engine, event);
	default:
		return false;
	}
}

void surveys_gauges(const struct engine *engine, struct scope scope, int64_t at, struct gauges *gauges)
{
	gauges->followup_open = gauges->followup_oldest = 0;
	for (size_t i = 1; i < engine->followup_count; i++) {
		const struct followup *followup = &engine->followups[i];
		if (!followup->open || !item_in_scope(engine, followup->slot, 0, scope))
			continue;
		gauges->followup_open++;
		if (at - followup->since > gauges->followup_oldest)
			gauges->followup_oldest = at - followup->since;
	}
	gauges->customers = engine->customers;
	if (scope.market != SCOPE_ANY)
		gauges->customers = scope.market < engine->base_room ? engine->bases[scope.market] : 0;
}
