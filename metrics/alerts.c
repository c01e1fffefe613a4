/* Alerts: raised -> acknowledged -> cleared, in a ring of the last ones. What happens asks for its alert at once and gets it at
 * the end of the second, if it still holds then. */
#include <stdio.h>

#include <xxhash.h>

#include "base/instant.h"
#include "base/memory.h"
#include "metrics/anger.h"
#include "metrics/lists.h"
#include "metrics/state.h"
#include "metrics/witness_tell.h"

#define SLA_MOST 20	/* breached cases that stand in the ring at once; the others are counted and listed elsewhere */
#define WANTED_MOST 1000
#define FAULT_SHOWN (2 * MINUTE_MS)
#define SAFETY_SHOWN (5 * MINUTE_MS) /* however soon the contact ends */
#define FOLLOWUP_LATE HOUR_MS
#define GAP_ITEM UINT32_MAX /* item of an alert about lost events; feeds are numbered from 1 */

void engine_wake(struct engine *engine, int64_t at)
{
	if (engine->wake > engine->now && engine->wake <= at)
		return;
	engine->wake = at > engine->now ? at : engine->now + 1;
	timers_add(engine, (struct timer){engine->wake, TIMER_ALERT_MUTE, 0, 0, 0});
}

/* ---- the ring ---- */

static uint32_t kept(const struct engine *engine)
{
	return engine->alert_count < ALERTS_KEPT ? engine->alert_count : ALERTS_KEPT;
}

/* The newest first: those that stand are mostly among them. */
static struct alert *by_age(struct engine *engine, uint32_t age)
{
	return &engine->alerts[(engine->alert_count - 1 - age) % ALERTS_KEPT];
}

static bool same(const struct alert *alert, uint8_t kind, uint16_t rule, uint32_t item, int16_t metric, struct scope scope)
{
	return !alert->cleared && alert->kind == kind && alert->rule == rule && alert->item == item && alert->metric == metric &&
		scopes_equal(alert->scope, scope);
}

struct alert *alert_standing(struct engine *engine, uint8_t kind, uint16_t rule, uint32_t item, int16_t metric, struct scope scope)
{
	for (uint32_t age = 0, left = engine->standing; left > 0 && age < kept(engine); age++) {
		struct alert *alert = by_age(engine, age);
		if (same(alert, kind, rule, item, metric, scope))
			return alert;
		left -= !alert->cleared;
	}
	return NULL;
}

const char *alert_rule_name(const struct settings *settings, const struct alert *alert)
{
	const int number = alert->kind == ALERT_RULE ? (int)alert->rule - (int)ALERT_RULES : -1;
	return number >= 0 && number < settings->alert_count ? settings->alerts[number].name : NULL;
}

/* A rule is told by its title, a level by its window, whatever stands before it in the file. */
static void name_rule(const struct engine *engine, const struct alert *alert, char *to, size_t room)
{
	const struct settings *settings = engine->settings;
	const char *title = alert_rule_name(settings, alert);
	const int window = alert->kind == ALERT_LEVEL && alert->rule < settings->level_count ? settings->levels[alert->rule].window : -1;
	if (title)
		snprintf(to, room, "%s", title);
	else if (alert->kind == ALERT_LEVEL)
		snprintf(to, room, "%s", window >= 0 ? window_names[window] : "");
	else
		snprintf(to, room, "%u", alert->rule);
}

/* The how manyth of its rule and scope it is in its second, agents not told apart. */
static uint32_t ordinal(const struct engine *engine, const struct alert *alert, struct scope scope)
{
	uint32_t before = 0;
	for (uint32_t age = 0; age < kept(engine); age++) {
		const struct alert *other = &engine->alerts[(engine->alert_count - 1 - age) % ALERTS_KEPT];
		if (other->raised != alert->raised)
			break;
		struct scope its = other->scope;
		its.agent = SCOPE_ANY;
		before += other->kind == alert->kind && other->rule == alert->rule && other->metric == alert->metric && scopes_equal(its, scope);
	}
	return before;
}

/* By names, not by numbers, the same on every board; but not by those of agents, contacts and cases, which are others where a collector
 * sends hashes in their place. */
static uint64_t identify(const struct engine *engine, const struct alert *alert)
{
	char text[700], where[160], rule[240];
	struct scope scope = alert->scope;
	scope.agent = SCOPE_ANY;
	lists_scope_identity(engine, scope, where, sizeof where);
	name_rule(engine, alert, rule, sizeof rule);
	int length = snprintf(text, sizeof text, "%d|%s|%s|%s|%u|%lld", alert->kind, rule,
		alert->metric >= 0 ? metrics[alert->metric].name : "", where, ordinal(engine, alert, scope), (long long)alert->raised);
	return XXH3_64bits(text, length < (int)sizeof text ? (size_t)length : sizeof text - 1);
}

uint32_t alert_raise(struct engine *engine, struct alert alert)
{
	struct alert *standing = alert_standing(engine, alert.kind, alert.rule, alert.item, alert.metric, alert.scope);
	if (standing)
		return (uint32_t)(standing - engine->alerts) + 1;
	struct alert *place = &engine->alerts[engine->alert_count % ALERTS_KEPT];
	if (engine->alert_count >= ALERTS_KEPT && !place->cleared)
		engine->standing--;
	alert.raised = engine->second;
	alert.cleared = 0;
	alert.id = identify(engine, &alert);
	alert_stay_muted(engine, &alert);
	*place = alert;
	engine->standing++;
	engine->alert_count++;
	witness_alert(engine, INCIDENT_ALERT, place);
	return engine->alert_count;
}

void alert_end(struct engine *engine, struct alert *alert, int64_t at)
{
	alert->cleared = at;
	engine->standing--;
	witness_alert(engine, INCIDENT_CLEARED, alert);
}

static void clear(struct engine *engine, struct alert *alert)
{
	alert_end(engine, alert, engine->second > alert->raised ? engine->second : alert->raised + 1);
}

/* ---- what is wanted ---- */

void alerts_want(struct engine *engine, uint8_t kind, uint32_t item, uint32_t version)
{
	engine->dirty = true;
	if (engine->wanted_count >= WANTED_MOST)
		return;
	engine->wanted = memory_grow(engine->wanted, &engine->wanted_room, engine->wanted_count + 1, sizeof *engine->wanted);
	engine->wanted[engine->wanted_count++] = (struct wanted_alert){kind, item, version};
}

static struct scope scope_of_slot(const struct engine *engine, uint16_t number)
{
	struct scope scope = SCOPE_ALL;
	if (!number)
		return scope;
	const struct slot *slot = &engine->slots[number];
	if (slot->queue)
		scope.queue = slot->queue;
	scope.channel = slot->channel;
	return scope;
}

static uint32_t standing_of(const struct engine *engine, uint8_t kind)
{
	uint32_t found = 0;
	for (uint32_t i = 0; i < kept(engine); i++)
		found += !engine->alerts[i].cleared && engine->alerts[i].kind == kind;
	return found;
}

static void raise_sla(struct engine *engine, uint32_t number)
{
	const struct sla *sla = &engine->slas[number];
	if (sla->state != SLA_STATE_BREACHED || standing_of(engine, ALERT_SLA) >= SLA_MOST)
		return;
	const struct case_item *item = &engine->cases[sla->case_item];
	struct alert alert = {.kind = ALERT_SLA, .severity = SEVERITY_CRITICAL, .metric = -1, .rule = sla->clock,
		.item = number, .scope = scope_of_slot(engine, item->slot), .value = sla->breached_at, .limit = sla->target};
	view_copy(view_of(item->id), alert.about, sizeof alert.about);
	alert_raise(engine, alert);
}

/* rule: the step, or 8 + the step that was tried out of turn; limit: how it was out of turn. */
static void raise_conduct(struct engine *engine, const struct wanted_alert *wanted)
{
	const struct conduct *record = &engine->conducts[wanted->item];
	bool fault = wanted->version != 0, safety = wanted->kind == ALERT_SAFETY;
	if (record->ended_how == CONDUCT_WITHDRAWN && !safety)
		return;
	if (!fault && !safety && (record->step != STEP_WARNING || !record->open))
		return;
	if (fault && !record->faults)
		return;
	struct alert alert = {.kind = wanted->kind, .severity = fault ? SEVERITY_WARNING : SEVERITY_CRITICAL, .metric = -1,
		.rule = (uint16_t)(fault ? 8 + record->fault_step : record->step), .item = wanted->item,
		.scope = scope_of_slot(engine, record->slot), .value = record->step, .limit = fault ? conduct_last_fault(record) : 0};
	view_copy(view_of(record->id), alert.about, sizeof alert.about);
	alert_raise(engine, alert);
}

static void raise_care(struct engine *engine, uint32_t agent)
{
	if (!engine->agents[agent].care.suggested)
		return;
	struct scope scope = SCOPE_ALL;
	scope.agent = (uint16_t)agent;
	alert_raise(engine, (struct alert){.kind = ALERT_CARE, .severity = SEVERITY_WARNING, .metric = -1, .item = agent,
		.scope = scope, .value = engine->agents[agent].care.shift});
}

static void raise_wanted(struct engine *engine)
{
	struct alert anger;
	for (size_t i = 0; i < engine->wanted_count; i++) {
		const struct wanted_alert *wanted = &engine->wanted[i];
		if (wanted->kind == ALERT_SLA)
			raise_sla(engine, wanted->item);
		else if (wanted->kind == ALERT_CONDUCT || wanted->kind == ALERT_SAFETY)
			raise_conduct(engine, wanted);
		else if (wanted->kind == ALERT_CARE)
			raise_care(engine, wanted->item);
		else if (wanted->kind == ALERT_ANGER && anger_alert(engine, wanted->item, &anger))
			alert_raise(engine, anger);
	}
	engine->wanted_count = 0;
}

/* ---- feeds and call-backs ---- */

static bool feed_is_out(const struct engine *engine, uint32_t feed)
{
	return engine->feeds[feed].link == LINK_STALE || engine->feeds[feed].link == LINK_REFUSED;
}

static void raise_feeds(struct engine *engine)
{
	for (int i = 0; i < engine->feed_count; i++) {
		if (!feed_is_out(engine, (uint32_t)i))
			continue;
		struct alert alert = {.kind = ALERT_FEED, .severity = SEVERITY_CRITICAL, .metric = -1, .item = (uint32_t)i + 1,
			.scope = SCOPE_ALL, .value = engine->feeds[i].silent_since};
		alert_raise(engine, alert);
	}
	uint64_t lost = engine->faults[FAULT_MISSING];
	if (lost <= engine->lost_alerted)
		return;
	struct alert gap = {.kind = ALERT_FEED, .severity = SEVERITY_WARNING, .metric = -1, .item = GAP_ITEM, .scope = SCOPE_ALL};
	struct alert *standing = alert_standing(engine, ALERT_FEED, 0, GAP_ITEM, -1, SCOPE_ALL);
	gap.value = (int64_t)(lost - engine->lost_alerted);
	engine->lost_alerted = lost;
	if (standing)
		standing->value += gap.value;
	else
		alert_raise(engine, gap);
}

static void raise_followups(struct engine *engine)
{
	for (size_t i = 1; i < engine->followup_count; i++) {
		const struct followup *followup = &engine->followups[i];
		if (!followup->open || engine->second - followup->since < FOLLOWUP_LATE)
			continue;
		if (standing_of(engine, ALERT_FOLLOWUP) >= 1) /* one stands for all who wait */
			return;
		alert_raise(engine, (struct alert){.kind = ALERT_FOLLOWUP, .severity = SEVERITY_WARNING, .metric = -1,
			.item = (uint32_t)i, .scope = scope_of_slot(engine, followup->slot), .value = followup->since});
	}
}

/* ---- what ended ---- */

static bool conduct_stands(const struct engine *engine, const struct alert *alert)
{
	const struct conduct *record = &engine->conducts[alert->item];
	if (strcmp(record->id, alert->about) != 0)
		return false;
	if (alert->kind == ALERT_SAFETY)
		return record->open || engine->second < alert->raised + SAFETY_SHOWN;
	if (record->ended_how == CONDUCT_WITHDRAWN)
		return false;
	return record->open || (alert->rule >= 8 && engine->second < alert->raised + FAULT_SHOWN);
}

static bool stands(const struct engine *engine, const struct alert *alert)
{
	switch ((enum alert_kind)alert->kind) {
	case ALERT_SLA:
		return engine->slas[alert->item].state == SLA_STATE_BREACHED &&
			strcmp(engine->cases[engine->slas[alert->item].case_item].id, alert->about) == 0;
	case ALERT_CONDUCT:
	case ALERT_SAFETY:
		return conduct_stands(engine, alert);
	case ALERT_FEED:
		return alert->item == GAP_ITEM ? !alert_is_acknowledged(alert, engine->second) : feed_is_out(engine, alert->item - 1);
	case ALERT_FOLLOWUP:
		return engine->followups[alert->item].open && engine->followups[alert->item].since == alert->value;
	case ALERT_CARE:
		return engine->agents[alert->item].care.suggested != 0;
	case ALERT_ANGER:
		return anger_stands(engine, alert->item);
	case ALERT_LEVEL:
	case ALERT_RULE:
		break;
	}
	return true; /* levels.c ends these */
}

void alerts_evaluate(struct engine *engine)
{
	for (uint32_t age = 0, left = engine->standing; left > 0 && age < kept(engine); age++) {
		struct alert *alert = by_age(engine, age);
		if (alert->cleared)
			continue;
		left--;
		if (!stands(engine, alert))
			clear(engine, alert);
		else
			alert_answers_wake(engine, alert);
	}
	raise_wanted(engine);
	raise_feeds(engine);
	if (engine->second % MINUTE_MS == 0)
		raise_followups(engine);
}
