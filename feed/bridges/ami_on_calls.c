/* Calls of queues, as the manager interface tells of them. */
#include "base/instant.h"
#include "base/text.h"
#include "feed/bridges/ami_on.h"

#define INCOMPLETE "it names no queue, call or agent"
#define FULL "there are more open calls than any house has"

struct view ami_first_of(const struct ami_message *message, const char *const *names)
{
	for (; *names; names++) {
		const struct view value = ami_value(message, *names);
		if (value.size)
			return value;
	}
	return (struct view){0};
}

void ami_names_read(const struct ami_message *message, struct ami_names *names)
{
	static const char *const agents[] = {"MemberName", "AgentName", "Member", "Interface", "Location", NULL};
	import_id(ami_value(message, "Queue"), names->queue);
	import_id(ami_value(message, "Uniqueid"), names->caller);
	import_id(ami_value(message, "Linkedid"), names->linked);
	import_id(ami_first_of(message, agents), names->agent);
}

enum trial_outcome ami_ignored(const char **why, const char *text)
{
	*why = text;
	return TRIAL_IGNORED;
}

enum trial_outcome ami_damaged(const char **why)
{
	*why = INCOMPLETE;
	return TRIAL_DAMAGED;
}

/* ms, or -1 */
static int64_t seconds_of(const struct ami_message *message, const char *name)
{
	const int64_t seconds = text_whole(ami_value(message, name), AMI_SECONDS_MOST);
	return seconds < 0 ? -1 : seconds * SECOND_MS;
}

/* ---- calls ---- */

/* The call that the event names. Where it is the first that is heard of it, its join is told as of `ago` ms before now. */
static struct ami_call *call_of(struct ami *ami, const struct ami_message *message, int64_t ago)
{
	struct ami_names names;
	ami_names_read(message, &names);
	struct ami_call *call = ami_call_find(ami, view_of(names.queue), view_of(names.caller));
	if (call || ago < 0 || ami->is_joined || !names.queue[0] || !names.caller[0])
		return call;
	call = ami_call_enter(ami, view_of(names.queue), view_of(names.caller), view_of(names.linked), ami->now - ago);
	if (call)
		ami_emit_queued(ami, call, ami_value(message, "CallerIDNum"), false);
	return call;
}

enum trial_outcome ami_on_join(struct ami *ami, const struct ami_message *message, const char **why)
{
	struct ami_names names;
	ami_names_read(message, &names);
	if (!names.queue[0] || !names.caller[0])
		return ami_damaged(why);
	struct ami_call *before = ami_call_find(ami, view_of(names.queue), view_of(names.caller));
	if (before && before->state == AMI_WAITING)
		return ami_ignored(why, AMI_TOLD_BEFORE);
	if (before && before->state == AMI_LEAVING) { /* the same caller comes again before it was settled why he went */
		before->settle = 0;
		ami_settle(ami, false);
	} else if (before) {
		ami_call_forget(ami, before);
	}
	struct ami_call *call = ami_call_enter(ami, view_of(names.queue), view_of(names.caller), view_of(names.linked), ami->now);
	if (!call)
		return ami_ignored(why, FULL);
	static const char *const callers[] = {"CallerIDNum", "CallerID", NULL};
	ami_emit_queued(ami, call, ami_first_of(message, callers), false);
	return TRIAL_MAPPED;
}

void ami_begin_leaving(const struct ami *ami, struct ami_call *call)
{
	if (call->state == AMI_WAITING) {
		call->state = AMI_LEAVING;
		call->left = ami->now;
		call->settle = ami->heard + AMI_SETTLE;
	}
	ami_call_keep(ami, call);
}

enum trial_outcome ami_on_leave(struct ami *ami, const struct ami_message *message, const char **why)
{
	struct ami_call *call = call_of(ami, message, -1);
	if (!call)
		return ami_ignored(why, AMI_UNKNOWN_CALL);
	if (call->state == AMI_TALKING)
		return ami_ignored(why, "it was answered");
	ami_begin_leaving(ami, call);
	return TRIAL_MAPPED;
}

enum trial_outcome ami_on_abandon(struct ami *ami, const struct ami_message *message, const char **why)
{
	const int64_t wait = seconds_of(message, "HoldTime");
	struct ami_call *call = call_of(ami, message, wait);
	if (!call)
		return ami_ignored(why, AMI_UNKNOWN_CALL);
	if (call->state == AMI_TALKING)
		return ami_ignored(why, "it was answered");
	call->has_abandon = 1;
	call->wait = wait;
	ami_begin_leaving(ami, call);
	return TRIAL_MAPPED;
}

enum trial_outcome ami_on_called(struct ami *ami, const struct ami_message *message, const char **why)
{
	struct ami_names names;
	ami_names_read(message, &names);
	struct ami_call *call = call_of(ami, message, ami->is_joined ? -1 : 0);
	if (!call || !names.agent[0])
		return call ? ami_damaged(why) : ami_ignored(why, AMI_UNKNOWN_CALL);
	if (call->state != AMI_WAITING || !ami_call_offer(call, view_of(names.agent)))
		return ami_ignored(why, "the call waits no more");
	ami_call_keep(ami, call);
	struct event event = import_event(EVENT_CONTACT_OFFERED, ami->now < call->entered ? call->entered : ami->now);
	import_text(&event, KEY_AGENT, view_of(names.agent));
	ami_emit(ami, &event, call);
	return TRIAL_MAPPED;
}

static enum trial_outcome miss(struct ami *ami, const struct ami_message *message, const char *reason, int64_t ring, const char **why)
{
	struct ami_names names;
	ami_names_read(message, &names);
	struct ami_call *call = call_of(ami, message, -1);
	if (!call || !names.agent[0])
		return call ? ami_damaged(why) : ami_ignored(why, AMI_UNKNOWN_CALL);
	if (call->state == AMI_TALKING)
		return ami_ignored(why, "another agent took it");
	struct event event = import_event(EVENT_CONTACT_OFFERED, ami->now - (ring > 0 ? ring : 0));
	if (event.ts < call->entered)
		event.ts = call->entered;
	if (!ami_call_unoffer(call, view_of(names.agent))) {
		import_text(&event, KEY_AGENT, view_of(names.agent));
		ami_emit(ami, &event, call);
	}
	ami_call_keep(ami, call);
	event = import_event(EVENT_CONTACT_MISSED, ami->now);
	import_text(&event, KEY_AGENT, view_of(names.agent));
	import_text(&event, KEY_WHY, view_of(reason));
	if (ring >= 0)
		import_number(&event, KEY_RING_MS, ring);
	ami_emit(ami, &event, call);
	return TRIAL_MAPPED;
}

enum trial_outcome ami_on_no_answer(struct ami *ami, const struct ami_message *message, const char **why)
{
	return miss(ami, message, "noanswer", text_whole(ami_value(message, "RingTime"), AMI_SECONDS_MOST * SECOND_MS), why);
}

enum trial_outcome ami_on_dump(struct ami *ami, const struct ami_message *message, const char **why)
{
	return miss(ami, message, "rejected", -1, why);
}

static void know_agent_channel(const struct ami *ami, struct ami_call *call, const struct ami_message *message)
{
	static const char *const channels[] = {"DestUniqueid", "BridgedUniqueid", NULL};
	char linked[ID_MAX + 1];
	import_id(ami_first_of(message, channels), call->agent_channel);
	if (import_id(ami_value(message, "Linkedid"), linked).size)
		memcpy(call->linked, linked, sizeof linked);
	ami_call_keep(ami, call);
}

enum trial_outcome ami_on_connected(struct ami *ami, const struct ami_message *message, const char **why)
{
	struct ami_names names;
	ami_names_read(message, &names);
	const int64_t wait = seconds_of(message, "HoldTime");
	struct ami_call *call = call_of(ami, message, wait < 0 ? 0 : wait);
	if (!call || !names.agent[0])
		return call ? ami_damaged(why) : ami_ignored(why, AMI_UNKNOWN_CALL);
	know_agent_channel(ami, call, message);
	if (ami->is_joined)
		return TRIAL_MAPPED;
	if (call->state == AMI_TALKING)
		return ami_ignored(why, AMI_TOLD_BEFORE);
	ami_answer(ami, call, view_of(names.agent), ami->now, wait, false);
	return TRIAL_MAPPED;
}

static const char *released_by(struct view reason)
{
	if (view_is(reason, "caller"))
		return "customer";
	return view_is(reason, "agent") ? "agent" : view_is(reason, "transfer") ? "transfer" : "system";
}

enum trial_outcome ami_on_complete(struct ami *ami, const struct ami_message *message, const char **why)
{
	struct ami_names names;
	ami_names_read(message, &names);
	const int64_t wait = seconds_of(message, "HoldTime"), talk = seconds_of(message, "TalkTime");
	struct ami_call *call = call_of(ami, message, (wait < 0 ? 0 : wait) + (talk < 0 ? 0 : talk));
	if (!call || (!names.agent[0] && !call->agent[0]))
		return call ? ami_damaged(why) : ami_ignored(why, AMI_UNKNOWN_CALL);
	if (call->state != AMI_TALKING) { /* how it was answered was not heard */
		const int64_t answered = ami->now - (talk < 0 ? 0 : talk);
		ami_answer(ami, call, view_of(names.agent), answered < call->entered ? call->entered : answered, wait, false);
	}
	ami_hold(ami, call, false);
	struct event event = import_event(EVENT_CONTACT_RELEASED, ami->now);
	import_text(&event, KEY_AGENT, view_of(call->agent));
	import_text(&event, KEY_BY, view_of(released_by(ami_value(message, "Reason"))));
	if (talk >= 0)
		import_number(&event, KEY_TALK_MS, talk > call->held ? talk - call->held : 0);
	if (call->held)
		import_number(&event, KEY_HOLD_MS, talk >= 0 && talk < call->held ? talk : call->held);
	import_number(&event, KEY_WRAP_MS, 0);
	ami_emit(ami, &event, call);
	ami_call_forget(ami, call);
	return TRIAL_MAPPED;
}
