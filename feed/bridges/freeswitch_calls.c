/* The steps of a caller as FreeSWITCH's mod_callcenter tells them. Not everything is what its name says (mod_callcenter.c): whoever hangs
 * up while he waits leaves by BREAK_OUT, as does one who is called out of the queue; NONE is seldom. */
#include <stdio.h>

#include "feed/bridges/freeswitch_events.h"

#define ENDED_MOST 20000 /* contacts whose end is remembered */
#define ENDED_SET 0

bool freeswitch_ended(struct freeswitch *freeswitch, const char *contact)
{
	return outbox_note(freeswitch->host.outbox, ENDED_SET, view_of(contact), ENDED_MOST);
}

static struct event visit_event(enum event_type type, int64_t ts, const struct visit *visit)
{
	struct event event = import_event(type, ts);
	import_text(&event, KEY_CONTACT, view_of(visit->contact));
	return event;
}

/* ---- waiting ---- */

struct event freeswitch_queued_event(const struct freeswitch *freeswitch, const struct visit *visit, struct view number, char to[PSEUDONYM_SIZE])
{
	struct event event = visit_event(EVENT_CONTACT_QUEUED, visit->queued, visit);
	import_text(&event, KEY_QUEUE, view_of(visit->queue));
	import_text(&event, KEY_CHANNEL, view_of("phone"));
	import_text(&event, KEY_CUSTOMER, pseudonym_of(&freeswitch->host.pseudonym, number, to));
	return event;
}

static void enter(struct freeswitch *freeswitch, const struct said *said, int64_t at, bool is_resumed, struct visit *visit)
{
	char number[ESL_VALUE_MOST], customer[PSEUDONYM_SIZE];
	*visit = (struct visit){.queued = at};
	view_copy(view_of(said->contact), visit->contact, sizeof visit->contact);
	view_copy(view_of(said->queue), visit->queue, sizeof visit->queue);
	visit_put(freeswitch, visit);
	struct event event = freeswitch_queued_event(freeswitch, visit, esl_value(said->block, "CC-Member-CID-Number", number, sizeof number), customer);
	if (is_resumed)
		import_number(&event, KEY_RESUMED, 1);
	freeswitch_emit(freeswitch, &event, visit->queue);
}

/* Its start was not seen: it tells itself when that was. */
static void enter_late(struct freeswitch *freeswitch, const struct said *said, struct visit *visit)
{
	const int64_t joined = said_seconds(said->block, "CC-Member-Joined-Time");
	enter(freeswitch, said, joined > 0 && joined < said->ts ? joined : said->ts, false, visit);
}

static enum trial_outcome begin(struct freeswitch *freeswitch, const struct said *said, bool is_resumed, const char **why)
{
	struct visit visit;
	if (visit_find(freeswitch, view_of(said->contact), &visit))
		return *why = "this caller is known to be there", TRIAL_DUPLICATE;
	enter(freeswitch, said, said->ts, is_resumed, &visit);
	return TRIAL_MAPPED;
}

enum trial_outcome take_start(struct freeswitch *freeswitch, const struct said *said, const char **why)
{
	return begin(freeswitch, said, false, why);
}

enum trial_outcome take_resume(struct freeswitch *freeswitch, const struct said *said, const char **why)
{
	return begin(freeswitch, said, true, why);
}

enum trial_outcome take_offer(struct freeswitch *freeswitch, const struct said *said, const char **why)
{
	struct visit visit;
	if (!visit_find(freeswitch, view_of(said->contact), &visit) || visit.is_talking)
		return *why = "its caller does not wait (any more)", TRIAL_IGNORED;
	freeswitch_end_wrap(freeswitch, said->agent, said->ts);
	struct event event = visit_event(EVENT_CONTACT_OFFERED, said->ts, &visit);
	import_text(&event, KEY_AGENT, view_of(said->agent));
	freeswitch_emit(freeswitch, &event, visit.queue);
	return TRIAL_MAPPED;
}

static void answer(struct freeswitch *freeswitch, const struct said *said, int64_t at, struct visit *visit)
{
	freeswitch_end_wrap(freeswitch, said->agent, at);
	visit->is_talking = true;
	visit->answered = at;
	view_copy(view_of(said->agent), visit->agent, sizeof visit->agent);
	said_id(said->block, "CC-Agent-UUID", visit->channel);
	visit_put(freeswitch, visit);
	struct event event = visit_event(EVENT_CONTACT_ANSWERED, at, visit);
	import_text(&event, KEY_AGENT, view_of(visit->agent));
	import_text(&event, KEY_QUEUE, view_of(visit->queue));
	freeswitch_emit(freeswitch, &event, visit->queue);
}

enum trial_outcome take_bridge(struct freeswitch *freeswitch, const struct said *said, const char **why)
{
	struct visit visit;
	if (!visit_find(freeswitch, view_of(said->contact), &visit))
		enter_late(freeswitch, said, &visit);
	if (visit.is_talking)
		return *why = "this caller is known to be in talk", TRIAL_DUPLICATE;
	answer(freeswitch, said, said->ts, &visit);
	return TRIAL_MAPPED;
}

/* Who hung up is told by the agent's channel, where it comes along: his telephone said BYE, or was told it. */
static const char *released_by(struct view block)
{
	const struct view cause = esl_header(block, "Hangup-Cause"), side = esl_header(block, "variable_sip_hangup_disposition");
	if (view_is(cause, "BLIND_TRANSFER") || view_is(cause, "ATTENDED_TRANSFER"))
		return "transfer";
	if (view_is(side, "recv_bye"))
		return "agent";
	return view_is(side, "send_bye") && view_is(cause, "NORMAL_CLEARING") ? "customer" : "system";
}

static void release(struct freeswitch *freeswitch, const struct visit *visit, int64_t ts, const char *by, bool was_bridged)
{
	struct event event = visit_event(EVENT_CONTACT_RELEASED, ts, visit);
	import_text(&event, KEY_AGENT, view_of(visit->agent));
	import_text(&event, KEY_BY, view_of(by));
	if (!was_bridged || !freeswitch_begin_wrap(freeswitch, visit, ts))
		import_number(&event, KEY_WRAP_MS, 0);
	freeswitch_emit(freeswitch, &event, visit->queue);
	visit_forget(freeswitch, visit);
	freeswitch_ended(freeswitch, visit->contact);
}

/* The answer was not seen: when it was, the end tells too. */
static void answer_late(struct freeswitch *freeswitch, const struct said *said, struct visit *visit)
{
	const int64_t answered = said_seconds(said->block, "CC-Agent-Answered-Time");
	const int64_t at = answered > visit->queued ? answered : visit->queued;
	answer(freeswitch, said, at < said->ts ? at : said->ts, visit);
}

enum trial_outcome take_bridge_end(struct freeswitch *freeswitch, const struct said *said, const char **why)
{
	struct visit visit;
	if (!visit_find(freeswitch, view_of(said->contact), &visit)) {
		if (!freeswitch_ended(freeswitch, said->contact))
			return *why = "the end of this call was told before", TRIAL_DUPLICATE;
		enter_late(freeswitch, said, &visit);
	}
	if (!visit.is_talking)
		answer_late(freeswitch, said, &visit);
	release(freeswitch, &visit, said->ts, released_by(said->block), !view_is(esl_header(said->block, "CC-Agent-Bridged"), "false"));
	return TRIAL_MAPPED;
}

/* Why an agent did not take it. NULL: it was taken back from him. What is not listed FreeSWITCH itself counts as no answer. */
static const struct {
	const char *cause, *why;
} missed[] = {
	{"LOSE_RACE", NULL}, {"ORIGINATOR_CANCEL", NULL}, {"PICKED_OFF", NULL},
	{"CALL_REJECTED", "rejected"}, {"USER_BUSY", "rejected"},
	{"USER_NOT_REGISTERED", "failed"}, {"SUBSCRIBER_ABSENT", "failed"}, {"UNALLOCATED_NUMBER", "failed"}, {"NO_ROUTE_DESTINATION", "failed"},
	{"DESTINATION_OUT_OF_ORDER", "failed"}, {"NETWORK_OUT_OF_ORDER", "failed"}, {"NORMAL_TEMPORARY_FAILURE", "failed"},
	{"NORMAL_CIRCUIT_CONGESTION", "failed"}, {"SWITCH_CONGESTION", "failed"}, {"INVALID_GATEWAY", "failed"}, {"GATEWAY_DOWN", "failed"},
	{"INVALID_NUMBER_FORMAT", "failed"}, {"INCOMPATIBLE_DESTINATION", "failed"}, {"SERVICE_UNAVAILABLE", "failed"}, {"CHAN_NOT_IMPLEMENTED", "failed"},
	{"RECOVERY_ON_TIMER_EXPIRE", "failed"}, {"PROTOCOL_ERROR", "failed"}, {"MEDIA_TIMEOUT", "failed"}, {"SYSTEM_SHUTDOWN", "failed"},
};

static const char *missed_why(struct view cause)
{
	for (size_t i = 0; i < sizeof missed / sizeof missed[0]; i++)
		if (view_is(cause, missed[i].cause))
			return missed[i].why;
	return "noanswer";
}

enum trial_outcome take_bridge_fail(struct freeswitch *freeswitch, const struct said *said, const char **why)
{
	struct visit visit;
	const char *missed_by = missed_why(esl_header(said->block, "CC-Hangup-Cause"));
	const int64_t called = said_seconds(said->block, "CC-Agent-Called-Time"), aborted = said_seconds(said->block, "CC-Agent-Aborted-Time");
	if (!missed_by)
		return *why = "the call was taken back from the agent: he missed nothing", TRIAL_IGNORED;
	if (!visit_find(freeswitch, view_of(said->contact), &visit) || visit.is_talking)
		return *why = "its caller does not wait (any more)", TRIAL_IGNORED;
	struct event event = visit_event(EVENT_CONTACT_MISSED, said->ts, &visit);
	import_text(&event, KEY_AGENT, view_of(said->agent));
	import_text(&event, KEY_WHY, view_of(missed_by));
	if (called > 0 && aborted >= called && aborted - called < DAY_MS)
		import_number(&event, KEY_RING_MS, aborted - called);
	freeswitch_emit(freeswitch, &event, visit.queue);
	return TRIAL_MAPPED;
}

/* mod_callcenter says BREAK_OUT of whoever leaves without a reason it gave itself: callers who hang up, above all. One whose channel
 * still stands was taken out of the queue by somebody. */
static bool has_hung_up(struct view block)
{
	const struct view state = esl_header(block, "Answer-State");
	return state.size == 0 || view_is(state, "hangup") || esl_header(block, "Hangup-Cause").size;
}

static const char *left_why(struct view block)
{
	static const struct {
		const char *reason, *why;
	} reasons[] = {{"NONE", "abandoned"}, {"TIMEOUT", "timeout"}, {"NO_AGENT_TIMEOUT", "overflow"}, {"EXIT_WITH_KEY", "key"}};
	const struct view reason = esl_header(block, "CC-Cancel-Reason");
	for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
		if (view_is(reason, reasons[i].reason))
			return reasons[i].why;
	return has_hung_up(block) ? "abandoned" : "withdrawn";
}

static void leave(struct freeswitch *freeswitch, const struct visit *visit, int64_t ts, const char *why)
{
	struct event event = visit_event(EVENT_CONTACT_LEFT, ts, visit);
	import_text(&event, KEY_WHY, view_of(why));
	freeswitch_emit(freeswitch, &event, visit->queue);
	visit_forget(freeswitch, visit);
	freeswitch_ended(freeswitch, visit->contact);
}

static enum trial_outcome take_cancel(struct freeswitch *freeswitch, const struct said *said, const char **why)
{
	struct visit visit;
	if (!visit_find(freeswitch, view_of(said->contact), &visit)) {
		if (!freeswitch_ended(freeswitch, said->contact))
			return *why = "the end of this call was told before", TRIAL_IGNORED;
		enter_late(freeswitch, said, &visit);
	}
	if (visit.is_talking)
		return *why = "its agent had answered: bridge-agent-end tells how it ended", TRIAL_IGNORED;
	leave(freeswitch, &visit, said->ts, left_why(said->block));
	return TRIAL_MAPPED;
}

/* bridge-agent-end stood right before it; where that was not seen, this one tells. */
static enum trial_outcome take_terminated(struct freeswitch *freeswitch, const struct said *said, const char **why)
{
	struct visit visit;
	if (!visit_find(freeswitch, view_of(said->contact), &visit))
		return *why = "bridge-agent-end told how it ended", TRIAL_IGNORED;
	if (!visit.is_talking && *said->agent)
		answer_late(freeswitch, said, &visit);
	if (visit.is_talking)
		release(freeswitch, &visit, said->ts, "system", true);
	else
		leave(freeswitch, &visit, said->ts, "lost");
	return TRIAL_MAPPED;
}

enum trial_outcome take_end(struct freeswitch *freeswitch, const struct said *said, const char **why)
{
	const struct view cause = esl_header(said->block, "CC-Cause");
	if (view_is(cause, "Terminated"))
		return take_terminated(freeswitch, said, why);
	if (view_is(cause, "Cancel"))
		return take_cancel(freeswitch, said, why);
	return *why = "a CC-Cause this program does not know", TRIAL_UNKNOWN;
}

/* ---- hold ---- */

static enum trial_outcome hold(struct freeswitch *freeswitch, const struct said *said, bool is_held, const char **why)
{
	struct visit visit;
	char channel[ID_MAX + 1];
	said_id(said->block, "Unique-ID", channel);
	if (!visit_find_channel(freeswitch, view_of(channel), &visit) || !visit.is_talking)
		return *why = "not the channel of an agent with a caller of a queue", TRIAL_IGNORED;
	if (visit.is_held == is_held)
		return *why = "this caller is known to be so", TRIAL_DUPLICATE;
	freeswitch_touch(freeswitch, "", visit.contact);
	visit.is_held = is_held;
	visit_put(freeswitch, &visit);
	struct event event = visit_event(is_held ? EVENT_CONTACT_HELD : EVENT_CONTACT_UNHELD, said->ts, &visit);
	import_text(&event, KEY_AGENT, view_of(visit.agent));
	freeswitch_emit(freeswitch, &event, visit.queue);
	return TRIAL_MAPPED;
}

enum trial_outcome take_hold(struct freeswitch *freeswitch, const struct said *said, const char **why)
{
	return hold(freeswitch, said, true, why);
}

enum trial_outcome take_unhold(struct freeswitch *freeswitch, const struct said *said, const char **why)
{
	return hold(freeswitch, said, false, why);
}
