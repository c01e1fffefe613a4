/* Alerts as sentences, in the order of the board. */
#include <stdio.h>
#include <stdlib.h>

#include "base/instant.h"
#include "base/text.h"
#include "base/words.h"
#include "metrics/lists.h"
#include "metrics/state.h"

_Static_assert((int)ALERT_SAFETY == (int)LIST_ALERT_SAFETY, "the board knows it by this number");

/* "SLA breached" stays, "Longest wait" becomes "longest wait": only a first letter that stands before a small one. */
static void put_title(const char *title, char *to, size_t room)
{
	text_harmless(view_of(title), to, room);
	text_lower_first(to);
}

/* `value` in thousandths: ms, thousandths of a ratio, counts times 1000. */
static void put_value(const struct metric *metric, int64_t value, char *to, size_t room)
{
	if (metric->unit == UNIT_DURATION)
		lists_duration(value, to, room);
	else if (metric->unit == UNIT_RATIO)
		snprintf(to, room, "%lld %%", (long long)((value + 5) / 10));
	else if (metric->unit == UNIT_SCORE)
		snprintf(to, room, "%.1f", (double)value / 1000);
	else
		snprintf(to, room, "%lld", (long long)(value / 1000));
}

static const char *short_name(const struct metric *metric)
{
	return strcmp(metric->name, "aht") == 0 || strcmp(metric->name, "fcr") == 0 ? metric->short_title : _(metric->title);
}

static void tell_level(const struct engine *engine, const struct alert *alert, char *to, size_t room)
{
	const struct metric *metric = &metrics[alert->metric];
	char title[64], value[40], limit[40], where[96];
	put_title(short_name(metric), title, sizeof title);
	put_value(metric, alert->value, value, sizeof value);
	put_value(metric, alert->limit, limit, sizeof limit);
	lists_scope_text(engine, alert->scope, where, sizeof where);
	const char *rule = alert_rule_name(engine->settings, alert);
	if (rule)
		snprintf(to, room, _("%s: %s %s in %s"), rule, title, value, where);
	else if (metric->unit == UNIT_DURATION && metric->kind == KIND_GAUGE)
		snprintf(to, room, _("%s %s in %s"), title, value, where);
	else
		snprintf(to, room, _("%s %s in %s, limit %s"), title, value, where, limit);
}

static const char *const clock_texts[SLA_CLOCK_COUNT] = {[SLA_FIRST_REPLY] = NC_("clock", "first reply"), [SLA_NEXT_REPLY] = NC_("clock", "next reply"),
	[SLA_UPDATE] = NC_("clock", "update"), [SLA_RESOLVE] = NC_("clock", "resolve")};

void alert_case_text(const struct engine *engine, const char *id, char *to, size_t room)
{
	char shown[80];
	lists_show(engine, DISPLAY_CASE, id, shown, sizeof shown);
	if (display_tells(engine->settings, DISPLAY_CASE))
		snprintf(to, room, "%s%s ", shown[0] == '#' ? "" : "#", shown);
	else
		snprintf(to, room, _("a case's "));
}

static void tell_sla(const struct engine *engine, const struct alert *alert, int64_t at, char *to, size_t room)
{
	char over[40], of[90];
	int64_t until = alert->cleared ? alert->cleared : at;
	lists_duration(until > alert->value ? until - alert->value : 0, over, sizeof over);
	const char *clock = alert->rule < SLA_CLOCK_COUNT ? words_of("clock", clock_texts[alert->rule]) : _("clock");
	alert_case_text(engine, alert->about, of, sizeof of);
	snprintf(to, room, _("%s%s breached by %s"), of, clock, over);
}

static const char *const step_texts[] = {N_("no step"), N_("request"), N_("demand"), N_("warning"), N_("ended")};

static const char *const fault_texts[PROTOCOL_FAULTS] = {[PROTOCOL_KEPT] = N_("out of turn"), [PROTOCOL_SKIPPED] = N_("with a step skipped"),
	[PROTOCOL_REPEATED] = N_("repeated"), [PROTOCOL_BACKWARDS] = N_("after a later step"),
	[PROTOCOL_COMPANY] = N_("though the anger is at the company"), [PROTOCOL_OVER] = N_("after the dialogue was ended")};

static void tell_conduct(const struct engine *engine, const struct alert *alert, char *to, size_t room)
{
	char where[96], contact[80];
	lists_scope_text(engine, alert->scope, where, sizeof where);
	lists_show(engine, DISPLAY_CONTACT, alert->about, contact, sizeof contact);
	const bool told = display_tells(engine->settings, DISPLAY_CONTACT);
	if (alert->kind == ALERT_SAFETY)
		snprintf(to, room, _("SAFETY: threat to life in %s%s%s"), where, told ? _(", contact ") : "", told ? contact : "");
	else if (alert->rule >= 8)
		snprintf(to, room, _("protocol fault: %s %s in %s"), _(step_texts[(alert->rule - 8) % 5]),
			_(fault_texts[alert->limit > 0 && alert->limit < PROTOCOL_FAULTS ? alert->limit : 0]), where);
	else
		snprintf(to, room, _("rude customer: step 3, warning, in %s"), where);
}

static void tell_feed(const struct engine *engine, const struct alert *alert, int64_t at, char *to, size_t room)
{
	if (alert->item == UINT32_MAX) {
		snprintf(to, room, _("%lld events are missing and will not come"), (long long)alert->value);
		return;
	}
	uint32_t feed = alert->item - 1;
	const char *name = (int)feed < engine->settings->feed_count ? engine->settings->feeds[feed] : "";
	int64_t until = alert->cleared ? alert->cleared : at, from = alert->value ? alert->value : alert->raised;
	char silent[40];
	lists_duration(until > from ? until - from : 0, silent, sizeof silent);
	if (*name)
		snprintf(to, room, alert->cleared ? _("feed %.60s was silent %s") : _("feed %.60s is silent %s"), name, silent);
	else
		snprintf(to, room, alert->cleared ? _("feed %u was silent %s") : _("feed %u is silent %s"), (unsigned)feed + 1, silent);
}

void alert_tell(const struct engine *engine, const struct alert *alert, int64_t at, char *to, size_t room)
{
	char text[300], duration[96];
	switch ((enum alert_kind)alert->kind) {
	case ALERT_LEVEL:
	case ALERT_RULE:
		tell_level(engine, alert, text, sizeof text);
		break;
	case ALERT_SLA:
		tell_sla(engine, alert, at, text, sizeof text);
		break;
	case ALERT_CONDUCT:
	case ALERT_SAFETY:
		tell_conduct(engine, alert, text, sizeof text);
		break;
	case ALERT_FEED:
		tell_feed(engine, alert, at, text, sizeof text);
		break;
	case ALERT_FOLLOWUP:
		lists_duration((alert->cleared ? alert->cleared : at) - alert->value, duration, sizeof duration);
		snprintf(text, sizeof text, _("follow-up: a detractor waits %s for a call"), duration);
		break;
	case ALERT_ANGER:
		lists_scope_text(engine, alert->scope, duration, sizeof duration);
		snprintf(text, sizeof text, _("anger at the company: %lld signals in %lld min in %s"), (long long)alert->value,
			(long long)(alert->limit / MINUTE_MS), duration);
		break;
	case ALERT_CARE:
		snprintf(text, sizeof text, _("care: an agent has had %lld rude contacts, a break is due"), (long long)alert->value);
		break;
	}
	text_harmless(view_of(text), to, room);
}

/* The life of what is not shown cannot be asked for. */
static void put_about(const struct engine *engine, const struct alert *alert, char *to, size_t room)
{
	const enum display_field field = alert->kind == ALERT_SLA ? DISPLAY_CASE : DISPLAY_CONTACT;
	lists_show(engine, field, display_tells(engine->settings, field) ? alert->about : "", to, room);
}

static void fill(const struct engine *engine, const struct alert *alert, int64_t at, struct list_alert *item)
{
	*item = (struct list_alert){.id = alert->id, .raised = alert->raised, .cleared = alert->cleared, .answer = alert->answer,
		.severity = alert->severity, .kind = alert->kind, .metric = alert->metric, .scope = alert->scope,
		.rule = alert_rule_name(engine->settings, alert) ? (int)alert->rule - (int)ALERT_RULES : -1, .value = alert->value, .limit = alert->limit};
	lists_scope_text(engine, alert->scope, item->where, sizeof item->where);
	item->state = alert->cleared ? LIST_ALERT_CLEARED : alert_is_acknowledged(alert, at) ? LIST_ALERT_ACKNOWLEDGED : LIST_ALERT_RAISED;
	put_about(engine, alert, item->about, sizeof item->about);
	item->muted = !alert->cleared && alert_is_muted(alert, at);
	alert_tell(engine, alert, at, item->text, sizeof item->text);
	if (alert->answer == ANSWER_NONE)
		return;
	item->answered = alert->answered;
	item->until = alert->answered_until == INT64_MAX ? 0 : alert->answered_until;
	lists_show(engine, DISPLAY_AGENT, names_text(&engine->people, alert->answered_by), item->by, sizeof item->by);
}

/* In the order of the board; `muted`: those that are quiet too. */
static int list(const struct engine *engine, int64_t at, bool muted, struct list_alert *items, int room)
{
	uint32_t kept = engine->alert_count < ALERTS_KEPT ? engine->alert_count : ALERTS_KEPT;
	int count = 0;
	for (int cleared = 0; cleared < 2; cleared++)
		for (uint32_t back = 1; back <= kept && count < room; back++) {
			const struct alert *alert = &engine->alerts[(engine->alert_count - back) % ALERTS_KEPT];
			if ((alert->cleared != 0) == cleared && (muted || !alert_is_muted(alert, at)))
				fill(engine, alert, at, &items[count++]);
		}
	return count;
}

int list_alerts(const struct engine *engine, int64_t at, struct list_alert *items, int room)
{
	return list(engine, at, false, items, room);
}

int list_alert_history(const struct engine *engine, int64_t at, struct list_alert *items, int room)
{
	return list(engine, at, true, items, room);
}

/* Ids tell alerts of one instant apart, so that the order is the same in every picture. */
int list_alert_order(const void *left, const void *right)
{
	const struct list_alert *a = left, *b = right;
	if ((a->cleared != 0) != (b->cleared != 0))
		return a->cleared ? 1 : -1;
	if (a->raised != b->raised)
		return a->raised < b->raised ? 1 : -1;
	return (a->id > b->id) - (a->id < b->id);
}

bool list_alert_is_alarm(const struct list_alert *alert)
{
	return alert->state == LIST_ALERT_RAISED && alert->severity == SEVERITY_CRITICAL && !alert->muted;
}
