/* What each verb of Asterisk's queue_log means here. The list: Asterisk's documentation "Queue Logs", and app_queue.c for those that
 * page leaves out. All durations are seconds but for the rings, which are milliseconds. */
#include <ctype.h>

#include "base/text.h"
#include "feed/imports/queue_log.h"

#define SECONDS_MOST (7 * 86400) /* a longer wait or talk is a damaged field */
#define RING_UNMISSED (-1)
#define CALLER 1 /* the field of ENTERQUEUE that holds the caller's number */

static bool is_none(struct view text)
{
	return text.size == 0 || view_is(text, "NONE");
}

static void put_seconds(struct event *event, enum event_key key, struct view text)
{
	int64_t seconds = text_whole(text, SECONDS_MOST);
	if (seconds >= 0)
		import_number(event, key, seconds * SECOND_MS);
}

/* `queue`: as an id */
static bool emit(struct queue_log *log, struct view queue, struct error *err)
{
	return importer_emit(log->importer, &log->event, queue, err);
}

/* An event begins; the one before has been emitted. */
static struct event *begin(struct queue_log *log, enum event_type type, int64_t ts)
{
	import_begin(&log->event, type, ts);
	return &log->event;
}

static struct event *begin_of_call(struct queue_log *log, enum event_type type, int64_t ts, const struct call *call)
{
	struct event *event = begin(log, type, ts);
	import_text(event, KEY_CONTACT, view_of(call->contact));
	return event;
}

static bool emit_of_call(struct queue_log *log, const struct call *call, struct error *err)
{
	return emit(log, view_of(call->queue), err);
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
	struct event *event = begin_of_call(log, call->talking ? EVENT_CONTACT_RELEASED : EVENT_CONTACT_LEFT, entry->ts, call);
	if (call->talking) {
		import_text(event, KEY_AGENT, view_of(call->agent));
		import_word(event, KEY_BY, RELEASED_SYSTEM);
		import_number(event, KEY_WRAP_MS, 0);
	} else {
		import_word(event, KEY_WHY, LEFT_LOST);
	}
	bool good = emit_of_call(log, call, err);
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
	char customer[PSEUDONYM_SIZE];
	const struct call *call = call_enter(log, entry);
	struct event *event = begin_of_call(log, EVENT_CONTACT_QUEUED, entry->ts, call);
	import_text(event, KEY_QUEUE, view_of(call->queue));
	import_word(event, KEY_CHANNEL, CHANNEL_PHONE);
	import_text(event, KEY_CUSTOMER, log->is_masked ? entry->data[CALLER] : pseudonym_of(&log->pseudonym, entry->data[CALLER], customer));
	return emit_of_call(log, call, err);
}

/* A ring is logged when it is over; the offer was when it began, though not before the call entered. */
static bool offer(struct queue_log *log, const struct entry *entry, const struct call *call, int64_t ring, struct error *err)
{
	char agent[ID_MAX + 1];
	int64_t began = entry->ts - ring;
	struct event *event = begin_of_call(log, EVENT_CONTACT_OFFERED, began < call->entered ? call->entered : began, call);
	import_text(event, KEY_AGENT, import_id(entry->agent, agent));
	return emit_of_call(log, call, err);
}

static bool answer(struct queue_log *log, struct call *call, struct view agent, int64_t ts, struct view hold, struct error *err)
{
	import_id(agent, call->agent);
	call->talking = true;
	call->answered = ts;
	if (log->memory)
		log->memory->keep(log->memory->context, call);
	struct event *event = begin_of_call(log, EVENT_CONTACT_ANSWERED, ts, call);
	import_text(event, KEY_AGENT, view_of(call->agent));
	put_seconds(event, KEY_WAIT_MS, hold);
	return emit_of_call(log, call, err);
}

/* CONNECT(holdtime|uniqueid of the agent's channel|ringtime) */
static bool connect_call(struct queue_log *log, const struct entry *entry, struct error *err)
{
	struct call *call = waiting_call(log, entry);
	if (!call)
		return true;
	if (is_none(entry->agent))
		return damaged(log, entry, "names no agent");
	int64_t ring = text_whole(entry->data[2], SECONDS_MOST);
	if (ring >= 0 && !offer(log, entry, call, ring * SECOND_MS, err))
		return false;
	return answer(log, call, entry->agent, entry->ts, entry->data[0], err);
}

static bool leave(struct queue_log *log, const struct entry *entry, enum left_why why, struct view wait, struct error *err)
{
	struct call *call = waiting_call(log, entry);
	if (!call)
		return true;
	struct event *event = begin_of_call(log, EVENT_CONTACT_LEFT, entry->ts, call);
	import_word(event, KEY_WHY, why);
	put_seconds(event, KEY_WAIT_MS, wait);
	bool good = emit_of_call(log, call, err);
	call_forget(log, call);
	return good;
}

/* ABANDON(position|first position|wait); the next three alike */
static bool abandon(struct queue_log *log, const struct entry *entry, struct error *err)
{
	return leave(log, entry, LEFT_ABANDONED, entry->data[2], err);
}

static bool exit_timeout(struct queue_log *log, const struct entry *entry, struct error *err)
{
	return leave(log, entry, LEFT_TIMEOUT, entry->data[2], err);
}

/* Nobody serves the queue (any more): the dialplan sends the caller on. */
static bool exit_empty(struct queue_log *log, const struct entry *entry, struct error *err)
{
	return leave(log, entry, LEFT_OVERFLOW, entry->data[2], err);
}

static bool withdraw(struct queue_log *log, const struct entry *entry, struct error *err)
{
	return leave(log, entry, LEFT_WITHDRAWN, entry->data[2], err);
}

/* EXITWITHKEY(key|position|first position|wait) */
static bool exit_key(struct queue_log *log, const struct entry *entry, struct error *err)
{
	return leave(log, entry, LEFT_KEY, entry->data[3], err);
}

/* Agent and caller had no common codec, and the caller was cut off: Asterisk itself counts that among the abandoned. */
static bool incompatible(struct queue_log *log, const struct entry *entry, struct error *err)
{
	return leave(log, entry, LEFT_ABANDONED, (struct view){0}, err);
}

/* `why`: enum missed_why, or RING_UNMISSED */
static bool ring_over(struct queue_log *log, const struct entry *entry, int why, int64_t ring, struct error *err)
{
	struct call *call = waiting_call(log, entry);
	if (!call)
		return true;
	if (is_none(entry->agent))
		return damaged(log, entry, "names no agent");
	if (!offer(log, entry, call, ring < 0 ? 0 : ring, err))
		return false;
	if (why == RING_UNMISSED)
		return true;
	char agent[ID_MAX + 1];
	struct event *event = begin_of_call(log, EVENT_CONTACT_MISSED, entry->ts, call);
	import_text(event, KEY_AGENT, import_id(entry->agent, agent));
	import_word(event, KEY_WHY, (unsigned)why);
	if (ring >= 0)
		import_number(event, KEY_RING_MS, ring);
	return emit_of_call(log, call, err);
}

/* RINGNOANSWER(ms) */
static bool ring_no_answer(struct queue_log *log, const struct entry *entry, struct error *err)
{
	return ring_over(log, entry, MISSED_NOANSWER, text_whole(entry->data[0], SECONDS_MOST * SECOND_MS), err);
}

/* RINGCANCELED(ms): the caller hung up while it rang, so the agent missed nothing; the ABANDON follows. */
static bool ring_cancelled(struct queue_log *log, const struct entry *entry, struct error *err)
{
	return ring_over(log, entry, RING_UNMISSED, text_whole(entry->data[0], SECONDS_MOST * SECOND_MS), err);
}

/* The agent hung up during the announcement made to him; the caller goes on waiting. */
static bool agent_dump(struct queue_log *log, const struct entry *entry, struct error *err)
{
	return ring_over(log, entry, MISSED_REJECTED, -1, err);
}

/* The line that said when it was answered was lost, but the end knows how long it waited and talked. */
static bool answer_late(struct queue_log *log, const struct entry *entry, struct call *call, struct view hold, struct view talk,
	struct error *err)
{
	int64_t seconds = text_whole(talk, SECONDS_MOST);
	int64_t answered = entry->ts - (seconds < 0 ? 0 : seconds * SECOND_MS);
	importer_report_at(log->importer, IMPORT_REPAIRED, entry->file, entry->line,
		"no CONNECT came before: when it was answered is reckoned from this line");
	return answer(log, call, entry->agent, answered < call->entered ? call->entered : answered, hold, err);
}

static bool release_call(struct queue_log *log, const struct entry *entry, enum released_by by, struct view hold, struct view talk,
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
	struct event *event = begin_of_call(log, EVENT_CONTACT_RELEASED, entry->ts, call);
	import_text(event, KEY_AGENT, is_none(entry->agent) ? view_of(call->agent) : import_id(entry->agent, agent));
	import_word(event, KEY_BY, by);
	put_seconds(event, KEY_TALK_MS, talk);
	import_number(event, KEY_WRAP_MS, 0);
	bool good = emit_of_call(log, call, err);
	call_forget(log, call);
	return good;
}

/* COMPLETEAGENT, COMPLETECALLER(holdtime|calltime|first position) */
static bool complete_agent(struct queue_log *log, const struct entry *entry, struct error *err)
{
	return release_call(log, entry, RELEASED_AGENT, entry->data[0], entry->data[1], err);
}

static bool complete_caller(struct queue_log *log, const struct entry *entry, struct error *err)
{
	return release_call(log, entry, RELEASED_CUSTOMER, entry->data[0], entry->data[1], err);
}

/* BLINDTRANSFER, TRANSFER(extension|context|holdtime|calltime|first position),
 * ATTENDEDTRANSFER(method|what|holdtime|calltime|first position), where LINK names two channels */
static bool transfer(struct queue_log *log, const struct entry *entry, struct error *err)
{
	int at = view_is(entry->verb, "ATTENDEDTRANSFER") && view_is(entry->data[0], "LINK") ? 3 : 2;
	return release_call(log, entry, RELEASED_TRANSFER, entry->data[at], entry->data[at + 1], err);
}

/* ---- agents ---- */

static bool set_state(struct queue_log *log, const struct entry *entry, enum availability state, struct view reason, struct error *err)
{
	char agent[ID_MAX + 1], why[ID_MAX + 1];
	if (is_none(entry->agent))
		return damaged(log, entry, "names no agent");
	struct event *event = begin(log, EVENT_AGENT_STATE, entry->ts);
	import_text(event, KEY_AGENT, import_id(entry->agent, agent));
	import_word(event, KEY_STATE, state);
	import_text(event, KEY_REASON, import_id(reason, why));
	return emit(log, (struct view){0}, err);
}

/* PAUSE, PAUSEALL(reason): of one queue or of all, the wallboard knows one state of a person. */
static bool pause_agent(struct queue_log *log, const struct entry *entry, struct error *err)
{
	return set_state(log, entry, AGENT_AWAY, entry->data[0], err);
}

static bool unpause_agent(struct queue_log *log, const struct entry *entry, struct error *err)
{
	return set_state(log, entry, AGENT_AVAILABLE, (struct view){0}, err);
}

/* AGENTLOGIN(channel), AGENTCALLBACKLOGIN(extension@context): the channel is nobody's business. */
static bool login(struct queue_log *log, const struct entry *entry, struct error *err)
{
	return set_state(log, entry, AGENT_AVAILABLE, (struct view){0}, err);
}

/* AGENTLOGOFF(channel|logintime), AGENTCALLBACKLOGOFF(extension@context|logintime|reason) */
static bool logoff(struct queue_log *log, const struct entry *entry, struct error *err)
{
	return set_state(log, entry, AGENT_OFFLINE, entry->data[2], err);
}

static bool set_member(struct queue_log *log, const struct entry *entry, bool in, struct view penalty, struct error *err)
{
	char agent[ID_MAX + 1], queue[ID_MAX + 1];
	if (is_none(entry->agent) || is_none(entry->queue))
		return damaged(log, entry, "names no agent or no queue");
	struct event *event = begin(log, EVENT_AGENT_MEMBER, entry->ts);
	import_text(event, KEY_AGENT, import_id(entry->agent, agent));
	import_text(event, KEY_QUEUE, import_id(entry->queue, queue));
	import_number(event, KEY_IN, in);
	int64_t number = text_whole(penalty, 1000000);
	if (number >= 0)
		import_number(event, KEY_PENALTY, number);
	return emit(log, event_text(event, KEY_QUEUE), err);
}

/* ADDMEMBER(PAUSED or nothing) */
static bool add_member(struct queue_log *log, const struct entry *entry, struct error *err)
{
	if (!set_member(log, entry, true, (struct view){0}, err))
		return false;
	return !view_is(entry->data[0], "PAUSED") || is_none(entry->agent) || is_none(entry->queue)
		|| set_state(log, entry, AGENT_AWAY, (struct view){0}, err);
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

#define NAME(text) {text, sizeof(text) - 1}
#define DATA(...) (const struct verb_field[]){__VA_ARGS__, {0}}
#define WAIT {"position", NULL}, {"origposition", NULL}, {"waittime", "wait_ms"}
#define TALK {"holdtime", "wait_ms"}, {"calltime", "talk_ms"}, {"origposition", NULL}

/* The frequent ones first: they are found by looking at one after the other. */
static const struct verb verbs[] = {
	{NAME("ENTERQUEUE"), VERB_CALL, enter, DATA({"url", NULL}, {"callerid", "customer"}, {"position", NULL})},
	{NAME("CONNECT"), VERB_CALL, connect_call, DATA({"holdtime", "wait_ms"}, {"bridgedchanneluniqueid", NULL}, {"ringtime", "when it began to ring"})},
	{NAME("COMPLETEAGENT"), VERB_CALL, complete_agent, DATA(TALK)},
	{NAME("COMPLETECALLER"), VERB_CALL, complete_caller, DATA(TALK)},
	{NAME("ABANDON"), VERB_CALL, abandon, DATA(WAIT)},
	{NAME("EXITWITHTIMEOUT"), VERB_CALL, exit_timeout, DATA(WAIT)},
	{NAME("EXITEMPTY"), VERB_CALL, exit_empty, DATA(WAIT)},
	{NAME("EXITWITHKEY"), VERB_CALL, exit_key, DATA({"key", NULL}, WAIT)},
	{NAME("WITHDRAW"), VERB_CALL, withdraw, DATA(WAIT, {"info", NULL})},
	{NAME("SYSCOMPAT"), VERB_CALL, incompatible, NULL},
	{NAME("BLINDTRANSFER"), VERB_CALL, transfer, DATA({"extension", NULL}, {"context", NULL}, TALK)},
	{NAME("ATTENDEDTRANSFER"), VERB_CALL, transfer, DATA({"method", "which fields follow"}, {"what", NULL}, {"holdtime", "wait_ms"}, {"calltime", "talk_ms"}, {"origposition", "talk_ms of a LINK"})},
	{NAME("TRANSFER"), VERB_CALL, transfer, DATA({"extension", NULL}, {"context", NULL}, TALK)},
	{NAME("RINGNOANSWER"), VERB_CALL_AGENT, ring_no_answer, DATA({"ringtime", "ring_ms"})},
	{NAME("RINGCANCELED"), VERB_CALL_AGENT, ring_cancelled, DATA({"ringtime", "when it began to ring"})},
	{NAME("AGENTDUMP"), VERB_CALL_AGENT, agent_dump, NULL},
	{NAME("ADDMEMBER"), VERB_AGENT, add_member, DATA({"paused", "state"})},
	{NAME("REMOVEMEMBER"), VERB_AGENT, remove_member, NULL},
	{NAME("PENALTY"), VERB_AGENT, set_penalty, DATA({"penalty", "penalty"})},
	{NAME("PAUSE"), VERB_AGENT, pause_agent, DATA({"reason", "reason"})},
	{NAME("PAUSEALL"), VERB_AGENT, pause_agent, DATA({"reason", "reason"})},
	{NAME("UNPAUSE"), VERB_AGENT, unpause_agent, DATA({"reason", NULL})},
	{NAME("UNPAUSEALL"), VERB_AGENT, unpause_agent, DATA({"reason", NULL})},
	{NAME("AGENTLOGIN"), VERB_AGENT, login, DATA({"channel", NULL})},
	{NAME("AGENTCALLBACKLOGIN"), VERB_AGENT, login, DATA({"extension", NULL})},
	{NAME("AGENTLOGOFF"), VERB_AGENT, logoff, DATA({"channel", NULL}, {"logintime", NULL}, {"reason", "reason"})},
	{NAME("AGENTCALLBACKLOGOFF"), VERB_AGENT, logoff, DATA({"extension", NULL}, {"logintime", NULL}, {"reason", "reason"})},
	{NAME("CONFIGRELOAD"), VERB_PASSED, NULL, NULL},
	{NAME("QUEUESTART"), VERB_PASSED, NULL, NULL},
	{NAME("RINGINUSE"), VERB_PASSED, NULL, DATA({"ringinuse", NULL})},
	{NAME("DID"), VERB_PASSED, NULL, NULL},
	{NAME("INFO"), VERB_PASSED, NULL, NULL},
	{NAME("OUTCALL"), VERB_PASSED, NULL, DATA({"status", NULL}, {"talktime", NULL}, {"params", NULL})}, /* calls that the house makes are out of scope */
};

const struct verb *verb_find(struct view name)
{
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (name.size == verbs[i].name.size && memcmp(name.data, verbs[i].name.data, name.size) == 0)
			return &verbs[i];
	return NULL;
}

/* ---- a line without what is not looked at ---- */

/* What looks like a number may be a customer's, out of its place. */
bool verb_may_be_shown(struct view name)
{
	for (size_t i = 0; i < name.size; i++)
		if (!isalpha((unsigned char)name.data[i]) && name.data[i] != '_')
			return false;
	return name.size <= 32;
}

static size_t put(char *to, size_t size, struct view text)
{
	to[size++] = '|';
	memcpy(to + size, text.data, text.size);
	return size + text.size;
}

static bool is_used(const struct verb *verb, int field)
{
	int at = 0;
	while (verb->data && at < field && verb->data[at].name)
		at++;
	return verb->data && at == field && verb->data[at].use;
}

size_t queue_log_line_mask(const struct pseudonym *pseudonym, const char *text, const struct queue_log_line *line, char *to)
{
	const struct view name = queue_log_fields(line, text, 4, 4), head = queue_log_fields(line, text, 0, 3);
	char customer[PSEUDONYM_SIZE];
	size_t size = head.size;
	memcpy(to, head.data, head.size);
	size = put(to, size, verb_may_be_shown(name) ? name : view_of("..."));
	for (int i = 5; line->verb && i < line->count; i++) {
		const struct view field = queue_log_fields(line, text, i, i);
		if (line->verb->handle == enter && i - 5 == CALLER)
			size = put(to, size, pseudonym_of(pseudonym, field, customer));
		else
			size = put(to, size, is_used(line->verb, i - 5) ? field : view_of(""));
	}
	return size;
}
