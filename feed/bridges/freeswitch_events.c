/* The table of FreeSWITCH's events: what each means here, what it must name, what of it is used. */
#include "feed/bridges/freeswitch_events.h"

#include <stdio.h>

#define SECOND_LAST INT64_C(32503680000) /* the year 3000 */
#define USES_MOST 10

/* ---- what its functions have in common ---- */

void freeswitch_emit(struct freeswitch *freeswitch, const struct event *event, const char *queue)
{
	outbox_event(freeswitch->host.outbox, event, view_of(queue));
	if (freeswitch->trial)
		freeswitch->trial->made(freeswitch->trial->context, event, view_of(queue));
}

static struct view touched_key(const char *prefix, const char *name, char to[ID_MAX + 8])
{
	const int size = snprintf(to, ID_MAX + 8, "%s%s", prefix, name);
	return (struct view){to, (size_t)size};
}

bool freeswitch_touched(const struct freeswitch *freeswitch, const char *prefix, const char *name)
{
	char key[ID_MAX + 8];
	return map_find(&freeswitch->touched, touched_key(prefix, name, key)) != MAP_NONE;
}

void freeswitch_touch(struct freeswitch *freeswitch, const char *prefix, const char *name)
{
	char key[ID_MAX + 8];
	if (freeswitch->is_asking && *name && freeswitch->touched.used < FREESWITCH_VISITS_MOST)
		map_put(&freeswitch->touched, touched_key(prefix, name, key), 1);
}

void said_id(struct view block, const char *header, char to[ID_MAX + 1])
{
	char text[ESL_VALUE_MOST];
	import_id(esl_value(block, header, text, sizeof text), to);
}

int64_t said_seconds(struct view block, const char *header)
{
	const int64_t seconds = esl_number(block, header, SECOND_LAST);
	return seconds > 0 ? seconds * SECOND_MS : -1;
}

/* ---- the table ---- */

enum needs { NEEDS_CONTACT = 1, NEEDS_QUEUE = 2, NEEDS_AGENT = 4 };

struct action {
	const char *name;
	freeswitch_taker *take; /* NULL: deliberately passed over, `why` */
	const char *why;
	unsigned needs;
	const char *time; /* the header that says in whole seconds when it happened, if the event bears no stamp; NULL: none */
	const char *uses[USES_MOST]; /* beside those that every event has */
};

static const struct action actions[] = {
	{"member-queue-start", take_start, NULL, NEEDS_CONTACT | NEEDS_QUEUE, NULL, {"CC-Member-UUID", "CC-Queue", "CC-Member-CID-Number"}},
	{"member-queue-resume", take_resume, NULL, NEEDS_CONTACT | NEEDS_QUEUE, NULL, {"CC-Member-UUID", "CC-Queue", "CC-Member-CID-Number"}},
	{"agent-offering", take_offer, NULL, NEEDS_CONTACT | NEEDS_AGENT, NULL, {"CC-Member-UUID", "CC-Agent"}},
	{"bridge-agent-start", take_bridge, NULL, NEEDS_CONTACT | NEEDS_QUEUE | NEEDS_AGENT, "CC-Agent-Answered-Time",
		{"CC-Member-UUID", "CC-Queue", "CC-Agent", "CC-Agent-UUID", "CC-Member-CID-Number", "CC-Agent-Answered-Time", "CC-Member-Joined-Time"}},
	{"bridge-agent-end", take_bridge_end, NULL, NEEDS_CONTACT | NEEDS_QUEUE | NEEDS_AGENT, "CC-Bridge-Terminated-Time",
		{"CC-Member-UUID", "CC-Queue", "CC-Agent", "CC-Bridge-Terminated-Time", "CC-Agent-Answered-Time", "CC-Member-Joined-Time", "CC-Agent-Bridged",
			"Hangup-Cause", "variable_sip_hangup_disposition", "CC-Member-CID-Number"}},
	{"bridge-agent-fail", take_bridge_fail, NULL, NEEDS_CONTACT | NEEDS_AGENT, "CC-Agent-Aborted-Time",
		{"CC-Member-UUID", "CC-Agent", "CC-Hangup-Cause", "CC-Agent-Called-Time", "CC-Agent-Aborted-Time"}},
	{"member-queue-end", take_end, NULL, NEEDS_CONTACT | NEEDS_QUEUE, "CC-Member-Leaving-Time",
		{"CC-Member-UUID", "CC-Queue", "CC-Cause", "CC-Cancel-Reason", "Answer-State", "Hangup-Cause", "CC-Member-Leaving-Time", "CC-Member-Joined-Time",
			"CC-Agent", "CC-Member-CID-Number"}},
	{"CHANNEL_HOLD", take_hold, NULL, 0, NULL, {"Unique-ID"}},
	{"CHANNEL_UNHOLD", take_unhold, NULL, 0, NULL, {"Unique-ID"}},
	{"agent-add", take_agent_add, NULL, NEEDS_AGENT, NULL, {"CC-Agent"}},
	{"agent-status-change", take_status, NULL, NEEDS_AGENT, NULL, {"CC-Agent", "CC-Agent-Status"}},
	{"agent-state-change", take_state, NULL, NEEDS_AGENT, NULL, {"CC-Agent", "CC-Agent-State"}},
	{"agent-max-no-answer", NULL, "agent-status-change follows", 0, NULL, {NULL}},
	{"agent-contact-change", NULL, "where an agent is called is nobody's business", 0, NULL, {NULL}},
	{"agent-status-get", NULL, "somebody asked: nothing changed", 0, NULL, {NULL}},
	{"agent-state-get", NULL, "somebody asked: nothing changed", 0, NULL, {NULL}},
	{"agent-uuid-get", NULL, "somebody asked: nothing changed", 0, NULL, {NULL}},
	{"members-count", NULL, "the board counts by itself", 0, NULL, {NULL}},
	{"HEARTBEAT", NULL, "says that the connection is alive", 0, NULL, {"Heartbeat-Interval"}},
};

/* What a header says, wherever it is used. */
static const struct {
	const char *header, *use;
} uses[] = {
	{"Event-Name", "which event"},
	{"Event-Subclass", "which event"},
	{"CC-Action", "which event"},
	{"Event-Date-Timestamp", "ts"},
	{"CC-Member-UUID", "contact"},
	{"CC-Queue", "queue"},
	{"CC-Agent", "agent"},
	{"CC-Member-CID-Number", "customer"},
	{"CC-Agent-UUID", "by which hold is known"},
	{"Unique-ID", "by which hold is known"},
	{"CC-Member-Joined-Time", "when the wait began if that was not seen"},
	{"CC-Agent-Answered-Time", "when it was answered if that was not seen"},
	{"CC-Bridge-Terminated-Time", "when it happened where there is no stamp"},
	{"CC-Member-Leaving-Time", "when it happened where there is no stamp"},
	{"CC-Agent-Called-Time", "ring_ms"},
	{"CC-Agent-Aborted-Time", "ring_ms"},
	{"CC-Cause", "answered or not"},
	{"CC-Cancel-Reason", "why"},
	{"Answer-State", "why"},
	{"CC-Hangup-Cause", "why"},
	{"CC-Agent-Bridged", "wrap_ms"},
	{"Hangup-Cause", "by, why"},
	{"variable_sip_hangup_disposition", "by"},
	{"CC-Agent-Status", "state"},
	{"CC-Agent-State", "state"},
	{"Heartbeat-Interval", "how long silence may last"},
};
#define USES_OF_ALL 4 /* the first ones stand in every event */

static struct view text_of(struct view block, char to[ID_MAX + 1])
{
	const struct view name = esl_header(block, "Event-Name");
	const bool is_custom = name.size == 0 || view_is(name, "CUSTOM");
	said_id(block, is_custom ? "CC-Action" : "Event-Name", to);
	if (!*to)
		said_id(block, "Event-Subclass", to);
	if (!*to)
		said_id(block, "Event-Name", to);
	return view_of(to);
}

struct view freeswitch_name(struct view block, char to[ID_MAX + 1])
{
	return text_of(block, to);
}

static const struct action *action_of(struct view block)
{
	char name[ID_MAX + 1];
	text_of(block, name);
	for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
		if (strcmp(name, actions[i].name) == 0)
			return &actions[i];
	return NULL;
}

static bool uses_header(const struct action *action, size_t use)
{
	if (use < USES_OF_ALL)
		return true;
	for (int i = 0; action && i < USES_MOST && action->uses[i]; i++)
		if (strcmp(action->uses[i], uses[use].header) == 0)
			return true;
	return false;
}

const char *freeswitch_use(struct view block, struct view header)
{
	const struct action *action = action_of(block);
	for (size_t i = 0; i < sizeof uses / sizeof uses[0]; i++)
		if (view_is(header, uses[i].header))
			return uses_header(action, i) ? uses[i].use : NULL;
	return NULL;
}

/* FreeSWITCH stamps every event in microseconds. */
static int64_t happened(const struct freeswitch *freeswitch, struct view block, const struct action *action)
{
	const int64_t stamp = esl_number(block, "Event-Date-Timestamp", SECOND_LAST * 1000000);
	const int64_t told = action->time ? said_seconds(block, action->time) : -1;
	if (stamp >= 1000)
		return stamp / 1000;
	return told > 0 ? told : freeswitch->now;
}

static const char *missing(const struct action *action, const struct said *said)
{
	if ((action->needs & NEEDS_CONTACT) && !*said->contact)
		return "names no CC-Member-UUID";
	if ((action->needs & NEEDS_QUEUE) && !*said->queue)
		return "names no CC-Queue";
	return (action->needs & NEEDS_AGENT) && !*said->agent ? "names no CC-Agent" : NULL;
}

/* Whoever is new where there are too many already. */
static const char *crowded(const struct freeswitch *freeswitch, const struct said *said)
{
	struct visit visit;
	struct worker worker;
	if (*said->contact && freeswitch->visits >= FREESWITCH_VISITS_MOST && !visit_find(freeswitch, view_of(said->contact), &visit))
		return "more callers at a time than any house has";
	if (*said->agent && freeswitch->workers >= FREESWITCH_AGENTS_MOST && !worker_find(freeswitch, view_of(said->agent), &worker))
		return "more agents than any house has";
	return NULL;
}

enum trial_outcome freeswitch_take(struct freeswitch *freeswitch, struct view block, const char **why)
{
	const struct action *action = action_of(block);
	struct said said = {.block = block};
	*why = NULL;
	if (!action)
		return *why = "an event this program does not know", TRIAL_UNKNOWN;
	if (!action->take)
		return *why = action->why, TRIAL_IGNORED;
	said.ts = happened(freeswitch, block, action);
	said_id(block, "CC-Member-UUID", said.contact);
	said_id(block, "CC-Queue", said.queue);
	said_id(block, "CC-Agent", said.agent);
	*why = missing(action, &said);
	if (!*why)
		*why = crowded(freeswitch, &said);
	if (*why)
		return TRIAL_DAMAGED;
	freeswitch_touch(freeswitch, "", said.contact);
	freeswitch_touch(freeswitch, "/", said.agent);
	return action->take(freeswitch, &said, why);
}
