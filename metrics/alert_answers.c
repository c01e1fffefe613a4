/* What people do about alerts: acknowledge, mute, take either back; each by whom and until when. */
#include <stdlib.h>

#include "base/instant.h"
#include "metrics/state.h"
#include "metrics/witness_tell.h"

bool alert_is_acknowledged(const struct alert *alert, int64_t at)
{
	return (alert->answer == ANSWER_ACKNOWLEDGED || alert->answer == ANSWER_MUTED) && alert->answered_until > at;
}

bool alert_is_muted(const struct alert *alert, int64_t at)
{
	return alert->answer == ANSWER_MUTED && alert->answered_until > at;
}

static uint32_t kept(const struct engine *engine)
{
	return engine->alert_count < ALERTS_KEPT ? engine->alert_count : ALERTS_KEPT;
}

/* Ids are written as 16 hexadecimal digits. */
static struct alert *find(struct engine *engine, struct view id)
{
	char text[17];
	if (id.size == 0 || id.size > 16)
		return NULL;
	view_copy(id, text, sizeof text);
	char *end;
	uint64_t number = strtoull(text, &end, 16);
	if (*end)
		return NULL;
	for (uint32_t i = 0; i < kept(engine); i++)
		if (engine->alerts[i].id == number)
			return &engine->alerts[i];
	return NULL;
}

bool alert_answer(struct engine *engine, const struct event *event)
{
	struct alert *alert = find(engine, event_text(event, KEY_ALERT));
	if (!alert)
		return false;
	const int64_t until = event_number(event, KEY_UNTIL, INT64_MAX);
	const bool muted = event->type == EVENT_ALERT_MUTED;
	alert->answer = until <= engine->ts ? ANSWER_TAKEN_BACK : muted ? ANSWER_MUTED : ANSWER_ACKNOWLEDGED;
	alert->answered = engine->ts;
	alert->answered_until = until <= engine->ts ? engine->ts : until;
	alert->answered_by = (uint16_t)names_intern(&engine->people, event_text(event, KEY_BY));
	if (alert->answer != ANSWER_TAKEN_BACK)
		witness_alert(engine, INCIDENT_ACKNOWLEDGED, alert);
	return true;
}

/* Of a figure that goes to and fro about its limit each time is a new alert; whoever mutes one means them all. */
void alert_stay_muted(const struct engine *engine, struct alert *alert)
{
	for (uint32_t age = 0; age < kept(engine); age++) {
		const struct alert *before = &engine->alerts[(engine->alert_count - 1 - age) % ALERTS_KEPT];
		if (before->kind != alert->kind || before->rule != alert->rule || before->metric != alert->metric || before->item != alert->item ||
			!scopes_equal(before->scope, alert->scope) || strcmp(before->about, alert->about) != 0)
			continue;
		if (!alert_is_muted(before, alert->raised) || before->answered_until == INT64_MAX)
			return;
		alert->answer = before->answer;
		alert->answered = before->answered;
		alert->answered_until = before->answered_until;
		alert->answered_by = before->answered_by;
		return;
	}
}

void alert_answers_wake(struct engine *engine, const struct alert *alert)
{
	if (alert_is_acknowledged(alert, engine->second) && alert->answered_until != INT64_MAX)
		engine_wake(engine, alert->answered_until);
}
