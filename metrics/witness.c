#include "metrics/witness.h"

#include <stdio.h>

#include "base/text.h"
#include "metrics/lists.h"
#include "metrics/witness_tell.h"

const char *const incident_kinds[INCIDENT_KINDS] = {
	[INCIDENT_ALERT] = "alert", [INCIDENT_CLEARED] = "cleared", [INCIDENT_ACKNOWLEDGED] = "acknowledged", [INCIDENT_BREACH] = "breach",
	[INCIDENT_STEP] = "step", [INCIDENT_FAULT] = "fault", [INCIDENT_NOTE] = "note", [INCIDENT_GAP] = "gap", [INCIDENT_LINK] = "link",
};

void engine_watch(struct engine *engine, struct witness witness)
{
	engine->witness = witness;
}

static bool is_watched(const struct engine *engine)
{
	return engine->witness.saw != NULL;
}

static void tell(const struct engine *engine, const struct incident *incident)
{
	engine->witness.saw(engine->witness.context, engine, incident);
}

static struct incident incident_of(const struct engine *engine, enum incident_kind kind)
{
	return (struct incident){.kind = kind, .at = engine->now, .severity = -1, .alert_kind = -1, .metric = -1, .scope = SCOPE_ALL};
}

static struct scope scope_of(const struct engine *engine, uint16_t slot)
{
	struct scope scope = SCOPE_ALL;
	if (slot && engine->slots[slot].queue)
		scope.queue = engine->slots[slot].queue;
	if (slot)
		scope.channel = engine->slots[slot].channel;
	return scope;
}

void witness_alert(const struct engine *engine, enum incident_kind kind, const struct alert *alert)
{
	if (!is_watched(engine))
		return;
	struct incident incident = incident_of(engine, kind);
	incident.at = kind == INCIDENT_ALERT ? alert->raised : kind == INCIDENT_CLEARED ? alert->cleared : alert->answered;
	incident.id = alert->id;
	incident.severity = alert->severity;
	incident.alert_kind = alert->kind;
	incident.metric = alert->metric;
	incident.scope = alert->scope;
	if (kind == INCIDENT_ACKNOWLEDGED)
		lists_show(engine, DISPLAY_AGENT, names_text(&engine->people, alert->answered_by), incident.text, sizeof incident.text);
	else
		alert_tell(engine, alert, engine->now, incident.text, sizeof incident.text);
	tell(engine, &incident);
}

void witness_breach(const struct engine *engine, uint32_t sla, int64_t at)
{
	if (!is_watched(engine))
		return;
	char of[90];
	struct incident incident = incident_of(engine, INCIDENT_BREACH);
	const struct case_item *item = &engine->cases[engine->slas[sla].case_item];
	incident.at = at;
	incident.scope = scope_of(engine, item->slot);
	incident.detail = engine->slas[sla].clock;
	alert_case_text(engine, item->id, of, sizeof of);
	snprintf(incident.text, sizeof incident.text, "%s%s", of, word_text(WORDS_SLA_CLOCK, engine->slas[sla].clock));
	tell(engine, &incident);
}

void witness_step(const struct engine *engine, enum incident_kind kind, const struct conduct *record, int step)
{
	if (!is_watched(engine))
		return;
	struct incident incident = incident_of(engine, kind);
	incident.at = engine->ts;
	incident.detail = step;
	incident.scope = scope_of(engine, record->slot);
	lists_scope_text(engine, incident.scope, incident.text, sizeof incident.text);
	tell(engine, &incident);
}

void witness_note(const struct engine *engine, const struct note *note)
{
	if (!is_watched(engine))
		return;
	struct incident incident = incident_of(engine, INCIDENT_NOTE);
	incident.at = note->at;
	lists_show(engine, DISPLAY_NOTE, note->text, incident.text, sizeof incident.text);
	tell(engine, &incident);
}

void witness_gap(const struct engine *engine, struct view src, uint64_t lost)
{
	if (!is_watched(engine) || !lost)
		return;
	struct incident incident = incident_of(engine, INCIDENT_GAP);
	incident.count = lost;
	char name[ID_MAX + 1];
	view_copy(src, name, sizeof name);
	lists_show(engine, DISPLAY_SOURCE, name, incident.text, sizeof incident.text);
	tell(engine, &incident);
}

void witness_link(const struct engine *engine, int feed)
{
	if (!is_watched(engine))
		return;
	struct incident incident = incident_of(engine, INCIDENT_LINK);
	incident.detail = feed;
	incident.count = (uint64_t)engine->feeds[feed].link;
	snprintf(incident.text, sizeof incident.text, "%s", link_states[engine->feeds[feed].link]);
	tell(engine, &incident);
}

/* ---- what is counted ---- */

void witness_event(struct engine *engine, const struct event *event)
{
	enum event_key key;
	if (!engine->witness.counted)
		return;
	engine->subject = event_subject_key(event, &key);
	engine->subject_field = display_of_key(key);
}

/* The place of a contact that is long gone may be another's by now. */
static const char *fcr_contact_id(const struct engine *engine, uint32_t number)
{
	if (!number)
		return "";
	const uint32_t contact = *fcr_contact_of(&engine->fcr, number);
	return contact < engine->contact_count && engine->contacts[contact].fcr == number ? engine->contacts[contact].id : "";
}

static const char *subject_of(const struct engine *engine, const struct timer *timer, enum display_field *field)
{
	*field = timer->kind == TIMER_SLA || timer->kind == TIMER_SLA_SOON ? DISPLAY_CASE : DISPLAY_CONTACT;
	switch ((enum timer_kind)timer->kind) {
	case TIMER_WRAP:
		return engine->contacts[engine->wraps[timer->item].contact].id;
	case TIMER_LOST:
		return engine->contacts[timer->item].id;
	case TIMER_FCR:
		return fcr_contact_id(engine, timer->item);
	case TIMER_SLA:
	case TIMER_SLA_SOON:
		return engine->cases[engine->slas[timer->item].case_item].id;
	case TIMER_HELD_EVENT:
	case TIMER_ALERT_MUTE:
	case TIMER_KINDS:
		break;
	}
	return "";
}

void witness_timer(struct engine *engine, const struct timer *timer)
{
	if (engine->witness.counted)
		engine->subject = view_of(subject_of(engine, timer, &engine->subject_field));
}

void witness_count(const struct engine *engine, uint16_t slot, uint16_t agent, const struct count *counts, size_t count, int64_t at, int64_t arrived)
{
	if (!engine->witness.counted)
		return;
	const struct slot *of = &engine->slots[slot];
	struct scope scope = SCOPE_ALL;
	if (slot)
		scope = (struct scope){of->queue, of->channel, of->market, SCOPE_ANY, SCOPE_ANY, 0};
	const struct counting counting = {engine->subject, engine->subject_field, scope, agent, at, arrived, counts, count, engine->label, engine->label_field};
	engine->witness.counted(engine->witness.context, engine, &counting);
}
