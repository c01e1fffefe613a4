/* What each verb of Asterisk's queue_log means here. The list: Asterisk's documentation "Queue Logs", and app_queue.c for those that
 * page leaves out. All durations are seconds but for the rings, which are milliseconds. */
#include <ctype.h>

#include "feed/bridges/queue_log.h"

#define SECONDS_MOST (7 * 86400) /* a longer wait or talk is a damaged field */

static bool is_none(struct view text)
{
	return text.size == 0 || view_is(text, "NONE");
}

/* A whole number up to `most`, or -1. */
static int64_t number_of(struct view text, int64_t most)
{
	int64_t number = 0;
	for (size_t i = 0; i < text.size; i++) {
		if (!isdigit((unsigned char)text.data[i]) || (number = number * 10 + (text.data[i] - '0')) > most)
			return -1;
	}
	return text.size ? number : -1;
}

static void put_seconds(struct event *event, enum event_key key, struct view text)
{
	int64_t seconds = number_of(text, SECONDS_MOST);
	if (seconds >= 0)
		import_number(event, key, seconds * SECOND_MS);
}

static bool emit(struct queue_log *log, const struct event *event, struct view queue, struct error *err)
{
	char name[ID_MAX + 1];
	return importer_emit(log->importer, event, import_id(queue, name), err);
}

static struct event call_event(enum event_type type, int64_t ts, const struct call *call)
{
	struct event event = import_event(type, ts);
	import_text(&event, KEY_CONTACT, view_of(call->contact));
	return event;
}

static bool orphan(struct queue_log *log, const struct entry *entry, const char *why)
{
	importer_report_at(log->importer, IMPORT_ORPHAN, entry->file, entry->line, "orphan: %.*s, but %s", (int)entry->verb.size,
		entry->verb.data, why);
	return true;
}

static bool damaged(struct queue_log *log, const struct entry *entry, const char *why)
{
	importer_report_at(log->importer, IMPORT_DAMAGED, entry->file, entry->line, "damaged: %.*s %s", (int)entry->verb.size,
		entry->verb.data, why);
	return true;
}

static struct call *waiting_call(struct queue_log *log, const struct entry *entry)
{
	struct call *call = call_find(log, entry);
	if (call && !call->talking)
		return call;
	orphan(log, entry, call ? "the call is in talk" : "no such call waits in this queue");
	return NULL;
}

/* ---- a call's steps ---- */

/* The end of the call before was lost, or it could not enter again. */
static bool close_lost(struct queue_log *log, const struct entry *entry, struct call *call, struct error *err)
{
	importer_report_at(log->importer, IMPORT_REPAIRED, entry->file, entry->line,
		"the call enters again, and how it left before is not in the log: closed as %s", call->talking ? "released" : "lost");
	struct event event = call_event(call->talking ? EVENT_CONTACT_RELEASED : EVENT_CONTACT_LEFT, entry->ts, call);
	if (call->talking) {
		import_text(&event, KEY_AGENT, view_of(call->agent));
		import_text(&event, KEY_BY, view_of("system"));
		import_number(&event, KEY_WRAP_MS, 0);
	} else {
		import_text(&event, KEY_WHY, view_of("lost"));
	}
	bool good = emit(log, &event, call->queue, err);
	call_forget(log, call);
	return good;
}

/* ENTERQUEUE(url|callerid|position) */
static bool enter(struct queue_log *log, const struct entry *entry, struct error *err)
{
	if (is_none(entry->call) || is_none(entry->queue))
		return damaged(log, entry, "names no call or no queue");
	struct call *before = call_find(log, entry);
	if (before && !close_lost(log, entry, before, err))
		return false;
	char customer[PSEUDONYM_SIZE], name[ID_MAX + 1];
	const struct call *call = call_enter(log, entry);
	struct event event = call_event(EVENT_CONTACT_QUEUED, entry->ts, call);
	import_text(&event, KEY_QUEUE, import_id(entry->queue, name));
	import_text(&event, KEY_CHANNEL, view_of("phone"));
	import_text(&event, KEY_CUSTOMER, pseudonym_of(&log->pseudonym, entry->data[1], customer));
	return emit(log, &event, call->queue, err);
}

/* A ring is logged when it is over; the offer was when it began, though not before the call entered. */
static bool offer(struct queue_log *log, const struct entry *entry, const struct call *call, int64_t ring, struct error *err)
{
	char agent[ID_MAX + 1];
	int64_t began = entry->ts - ring;
	struct event event = call_event(EVENT_CONTACT_OFFERED, began < call->entered ? call->entered : began, call);
	import_text(&event, KEY_AGENT, import_id(entry->agent, agent));
	return emit(log, &event, call->queue, err);
}

static bool answer(struct queue_log *log, struct call *call, struct view agent, int64_t ts, struct view hold, struct error *err)
{
	import_id(agent, call->agent);
	call->talking = true;
	call->answered = ts;
	struct event event = call_event(EVENT_CONTACT_ANSWERED, ts, call);
	import_text(&event, KEY_AGENT, view_of(call->agent));
	put_seconds(&event, KEY_WAIT_MS, hold);
	return emit(log, &event, call->queue, err);
}

/* CONNECT(holdtime|uniqueid of the agent's channel|ringtime) */
static bool connect_call(struct queue_log *log, const struct entry *entry, struct error *err)
{
	struct call *call = waiting_call(log, entry);
	if (!call)
		return true;
	if (is_none(entry->agent))
		return damaged(log, entry, "names no agent");
	int64_t ring = number_of(entry->data[2], SECONDS_MOST);
	if (ring >= 0 && !offer(log, entry, call, ring * SECOND_MS, err))
		return false;
	return answer(log, call, entry->agent, entry->ts, entry->data[0], err);
}

static bool leave(struct queue_log *log, const struct entry *entry, const char *why, struct view wait, struct error *err)
{
	struct call *call = waiting_call(log, entry);
	if (!call)
		return true;
	struct event event = call_event(EVENT_CONTACT_LEFT, entry->ts, call);
	import_text(&event, KEY_WHY, view_of(why));
	put_seconds(&event, KEY_WAIT_MS, wait);
	bool good = emit(log, &event, call->queue, err);
	call_forget(log, call);
	return good;
}

/* ABANDON(position|first position|wait); the next three alike */
static bool abandon(struct queue_log *log, const struct entry *entry, struct error *err)
{
	return leave(log, entry, "abandoned", entry->data[2], err);
}

static bool exit_timeout(struct queue_log *log, const struct entry *entry, struct error *err)
{
	return leave(log, entry, "timeout", entry->data[2], err);
}

/* Nobody serves the queue (any more): the dialplan sends the caller on. */
static bool exit_empty(struct queue_log *log, const struct entry *entry, struct error *err)
{
	return leave(log, entry, "overflow", entry->data[2], err);
}

static bool withdraw(struct queue_log *log, const struct entry *entry, struct error *err)
{
	return leave(log, entry, "withdrawn", entry->data[2], err);
}

/* EXITWITHKEY(key|position|first position|wait) */
static bool exit_key(struct queue_log *log, const struct entry *entry, struct error *err)
{
	return leave(log, entry, "key", entry->data[3], err);
}

/* Agent and caller had no common codec, and the caller was cut off: Asterisk itself counts that among the abandoned. */
static bool incompatible(struct queue_log *log, const struct entry *entry, struct error *err)
{
	return leave(log, entry, "abandoned", (struct view){0}, err);
}

static bool ring_over(struct queue_log *log, const struct entry *entry, const char *why, int64_t ring, struct error *err)
{
	struct call *call = waiting_call(log, entry);
	if (!call)
		return true;
	if (is_none(entry->agent))
		return damaged(log, entry, "names no agent");
	if (!offer(log, entry, call, ring < 0 ? 0 : ring, err))
		return false;
	if (!why)
		return true;
	char agent[ID_MAX + 1];
	struct event event = call_event(EVENT_CONTACT_MISSED, entry->ts, call);
	import_text(&event, KEY_AGENT, import_id(entry->agent, agent));
	import_text(&event, KEY_WHY, view_of(why));
	if (ring >= 0)
		import_number(&event, KEY_RING_MS, ring);
	return emit(log, &event, call->queue, err);
}

/* RINGNOANSWER(ms) */
static bool ring_no_answer(struct queue_log *log, const struct entry *entry, struct error *err)
{
	return ring_over(log, entry, "noanswer", number_of(entry->data[0], SECONDS_MOST * SECOND_MS), err);
}

/* RINGCANCELED(ms): the caller hung up while it rang, so the agent missed nothing; the ABANDON follows. */
static bool ring_cancelled(struct queue_log *log, const struct entry *entry, struct error *err)
{
	return ring_over(log, entry, NULL, number_of(entry->data[0], SECONDS_MOST * SECOND_MS), err);
}

/* The agent hung up during the announcement made to him; the caller goes on waiting. */
static bool agent_dump(struct queue_log *log, const struct entry *entry, struct error *err)
{
	return ring_over(log, entry, "rejected", -1, err);
}

/* The line that said when it was answered was lost, but the end knows how long it waited and talked. */
static bool answer_late(struct queue_log *log, const struct entry *entry, struct call *call, struct view hold, struct view talk,
	struct error *err)
{
	int64_t seconds = number_of(talk, SECONDS_MOST);
	int64_t answered = entry->ts - (seconds < 0 ? 0 : seconds * SECOND_MS);
	importer_report_at(log->importer, IMPORT_REPAIRED, entry->file, entry->line,
		"no CONNECT came before: when it was answered is reckoned from this line");
	return answer(log, call, entry->agent, answered < call->entered ? call->entered : answered, hold, err);
}

static bool release_call(struct queue_log *log, const struct entry *entry, const char *by, struct view hold, struct view talk,
	struct error *err)
{
	struct call *call = call_find(log, entry);
	if (!call)
		return orphan(log, entry, "no such call is in talk");
	if (!call->talking && is_none(entry->agent))
		return damaged(log, entry, "names no agent");
	if (!call->talking && !answer_late(log, entry, call, hold, talk, err))
		return false;
	char agent[ID_MAX + 1];
	struct event event = call_event(EVENT_CONTACT_RELEASED, entry->ts, call);
	import_text(&event, KEY_AGENT, is_none(entry->agent) ? view_of(call->agent) : import_id(entry->agent, agent));
	import_text(&event, KEY_BY, view_of(by));
	put_seconds(&event, KEY_TALK_MS, talk);
	import_number(&event, KEY_WRAP_MS, 0);
	bool good = emit(log, &event, call->queue, err);
	call_forget(log, call);
	return good;
}

/* COMPLETEAGENT, COMPLETECALLER(holdtime|calltime|first position) */
static bool complete_agent(struct queue_log *log, const struct entry *entry, struct error *err)
{
	return release_call(log, entry, "agent", entry->data[0], entry->data[1], err);
}

static bool complete_caller(struct queue_log *log, const struct entry *entry, struct error *err)
{
	return release_call(log, entry, "customer", entry->data[0], entry->data[1], err);
}

/* BLINDTRANSFER, TRANSFER(extension|context|holdtime|calltime|first position),
 * ATTENDEDTRANSFER(method|what|holdtime|calltime|first position), where LINK names two channels */
static bool transfer(struct queue_log *log, const struct entry *entry, struct error *err)
{
	int at = view_is(entry->verb, "ATTENDEDTRANSFER") && view_is(entry->data[0], "LINK") ? 3 : 2;
	return release_call(log, entry, "transfer", entry->data[at], entry->data[at + 1], err);
}

/* ---- agents ---- */

static bool set_state(struct queue_log *log, const struct entry *entry, const char *state, struct view reason, struct error *err)
{
	char agent[ID_MAX + 1], why[ID_MAX + 1];
	if (is_none(entry->agent))
		return damaged(log, entry, "names no agent");
	struct event event = import_event(EVENT_AGENT_STATE, entry->ts);
	import_text(&event, KEY_AGENT, import_id(entry->agent, agent));
	import_text(&event, KEY_STATE, view_of(state));
	import_text(&event, KEY_REASON, import_id(reason, why));
	return emit(log, &event, (struct view){0}, err);
}

/* PAUSE, PAUSEALL(reason): of one queue or of all, the wallboard knows one state of a person. */
static bool pause_agent(struct queue_log *log, const struct entry *entry, struct error *err)
{
	return set_state(log, entry, "away", entry->data[0], err);
}

static bool unpause_agent(struct queue_log *log, const struct entry *entry, struct error *err)
{
	return set_state(log, entry, "available", (struct view){0}, err);
}

/* AGENTLOGIN(channel), AGENTCALLBACKLOGIN(extension@context): the channel is nobody's business. */
static bool login(struct queue_log *log, const struct entry *entry, struct error *err)
{
	return set_state(log, entry, "available", (struct view){0}, err);
}

/* AGENTLOGOFF(channel|logintime), AGENTCALLBACKLOGOFF(extension@context|logintime|reason) */
static bool logoff(struct queue_log *log, const struct entry *entry, struct error *err)
{
	return set_state(log, entry, "offline", entry->data[2], err);
}

static bool set_member(struct queue_log *log, const struct entry *entry, bool in, struct view penalty, struct error *err)
{
	char agent[ID_MAX + 1], queue[ID_MAX + 1];
	if (is_none(entry->agent) || is_none(entry->queue))
		return damaged(log, entry, "names no agent or no queue");
	struct event event = import_event(EVENT_AGENT_MEMBER, entry->ts);
	import_text(&event, KEY_AGENT, import_id(entry->agent, agent));
	import_text(&event, KEY_QUEUE, import_id(entry->queue, queue));
	import_number(&event, KEY_IN, in);
	int64_t number = number_of(penalty, 1000000);
	if (number >= 0)
		import_number(&event, KEY_PENALTY, number);
	return emit(log, &event, entry->queue, err);
}

/* ADDMEMBER(PAUSED or nothing) */
static bool add_member(struct queue_log *log, const struct entry *entry, struct error *err)
{
	if (!set_member(log, entry, true, (struct view){0}, err))
		return false;
	return !view_is(entry->data[0], "PAUSED") || is_none(entry->agent) || is_none(entry->queue)
		|| set_state(log, entry, "away", (struct view){0}, err);
}

static bool remove_member(struct queue_log *log, const struct entry *entry, struct error *err)
{
	return set_member(log, entry, false, (struct view){0}, err);
}

/* PENALTY(penalty) */
static bool set_penalty(struct queue_log *log, const struct entry *entry, struct error *err)
{
	return set_member(log, entry, true, entry->data[0], err);
}

static const struct verb verbs[] = {
	{"ENTERQUEUE", VERB_CALL, enter},
	{"CONNECT", VERB_CALL, connect_call},
	{"COMPLETEAGENT", VERB_CALL, complete_agent},
	{"COMPLETECALLER", VERB_CALL, complete_caller},
	{"ABANDON", VERB_CALL, abandon},
	{"EXITWITHTIMEOUT", VERB_CALL, exit_timeout},
	{"EXITEMPTY", VERB_CALL, exit_empty},
	{"EXITWITHKEY", VERB_CALL, exit_key},
	{"WITHDRAW", VERB_CALL, withdraw},
	{"SYSCOMPAT", VERB_CALL, incompatible},
	{"BLINDTRANSFER", VERB_CALL, transfer},
	{"ATTENDEDTRANSFER", VERB_CALL, transfer},
	{"TRANSFER", VERB_CALL, transfer},
	{"RINGNOANSWER", VERB_CALL_AGENT, ring_no_answer},
	{"RINGCANCELED", VERB_CALL_AGENT, ring_cancelled},
	{"AGENTDUMP", VERB_CALL_AGENT, agent_dump},
	{"ADDMEMBER", VERB_AGENT, add_member},
	{"REMOVEMEMBER", VERB_AGENT, remove_member},
	{"PENALTY", VERB_AGENT, set_penalty},
	{"PAUSE", VERB_AGENT, pause_agent},
	{"PAUSEALL", VERB_AGENT, pause_agent},
	{"UNPAUSE", VERB_AGENT, unpause_agent},
	{"UNPAUSEALL", VERB_AGENT, unpause_agent},
	{"AGENTLOGIN", VERB_AGENT, login},
	{"AGENTCALLBACKLOGIN", VERB_AGENT, login},
	{"AGENTLOGOFF", VERB_AGENT, logoff},
	{"AGENTCALLBACKLOGOFF", VERB_AGENT, logoff},
	{"CONFIGRELOAD", VERB_PASSED, NULL},
	{"QUEUESTART", VERB_PASSED, NULL},
	{"RINGINUSE", VERB_PASSED, NULL},
	{"DID", VERB_PASSED, NULL},
	{"INFO", VERB_PASSED, NULL},
	{"OUTCALL", VERB_PASSED, NULL}, /* calls that the house makes are out of scope */
};

const struct verb *verb_find(struct view name)
{
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (view_is(name, verbs[i].name))
			return &verbs[i];
	return NULL;
}
