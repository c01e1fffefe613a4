/* SLA clocks that the board starts and ends itself, for sources that tell nothing of them: from when a case is opened, or a customer's
 * message waits, until an agent answers in public; resolution ends by the state of its case, as sla_events.c has it. */
#include "metrics/state.h"

static const struct sla *live_clock(const struct engine *engine, uint32_t case_item, enum sla_clock clock)
{
	const uint32_t number = engine->cases[case_item].clocks[clock];
	return number && engine->slas[number].live ? &engine->slas[number] : NULL;
}

static int64_t target_of(const struct sla_rule *rule, uint8_t priority)
{
	const int64_t own = priority >= 1 && priority < SLA_PRIORITIES ? rule->targets[priority] : -1;
	return own >= 0 ? own : rule->targets[0];
}

/* As if the source had said so. What runs already goes on as it does. */
static void start(struct engine *engine, uint32_t case_item, enum sla_clock clock)
{
	const struct sla_rule *rule = &engine->sla_rules[clock];
	const uint32_t number = engine->cases[case_item].clocks[clock];
	const int64_t target = target_of(rule, engine->cases[case_item].priority);
	if (!rule->start || target < 0 || live_clock(engine, case_item, clock) || (number && engine->ts < engine->slas[number].ended))
		return;
	struct event event = {.type = EVENT_SLA_STARTED, .ts = engine->ts, .present = KEY_BIT(KEY_CLOCK) | KEY_BIT(KEY_TARGET_MS)};
	event.word[KEY_CLOCK] = (uint8_t)clock;
	event.number[KEY_TARGET_MS - KEY_TEXT_COUNT] = target;
	sla_start(engine, &event, case_item);
}

/* A snapshot tells that a case is open, not whether it was answered before. */
void sla_case_opened(struct engine *engine, uint32_t case_item)
{
	if (!engine->from_snapshot)
		start(engine, case_item, SLA_FIRST_REPLY);
	start(engine, case_item, SLA_RESOLVE);
}

/* Until the first reply it is that clock which tells how long he waits. */
void sla_case_asked(struct engine *engine, uint32_t case_item)
{
	const struct case_item *item = &engine->cases[case_item];
	const bool is_open = item->state == CASE_OPEN || item->state == CASE_PENDING || item->state == CASE_HELD;
	if (item->unanswered && is_open && !live_clock(engine, case_item, SLA_FIRST_REPLY))
		start(engine, case_item, SLA_NEXT_REPLY);
}

void sla_case_answered(struct engine *engine, uint32_t case_item)
{
	static const enum sla_clock replies[] = {SLA_FIRST_REPLY, SLA_NEXT_REPLY};
	for (int i = 0; i < 2; i++) {
		const struct sla *sla = live_clock(engine, case_item, replies[i]);
		if (sla && engine->sla_rules[replies[i]].start && engine->ts >= sla->started)
			sla_end_at(engine, engine->cases[case_item].clocks[replies[i]], true);
	}
}
