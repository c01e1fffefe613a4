/* Hold, hang-ups and reasons; agents; and the present state as it is listed. */
#include <stdio.h>

#include "base/text.h"
#include "feed/bridges/ami_on.h"

#define NOT_OF_QUEUE "of a channel that is in no queue's call"

static bool is_yes(struct view text)
{
	return view_is(text, "1") || view_is(text, "yes") || view_is(text, "Yes") || view_is(text, "true");
}

/* ---- channels ---- */

static enum trial_outcome set_hold(struct ami *ami, const struct ami_message *message, bool is_held, const char **why)
{
	struct ami_names names;
	ami_names_read(message, &names);
	struct ami_call *call = ami_call_of_channel(ami, view_of(names.caller));
	if (!call)
		call = ami_call_linked(ami, view_of(names.linked));
	if (!call || call->state != AMI_TALKING)
		return ami_ignored(why, NOT_OF_QUEUE);
	if (view_is(view_of(names.caller), call->caller))
		return ami_ignored(why, "it is the customer who lets us wait");
	if (is_held == (call->held_since != 0))
		return ami_ignored(why, AMI_TOLD_BEFORE);
	ami_hold(ami, call, is_held);
	return TRIAL_MAPPED;
}

enum trial_outcome ami_on_hold(struct ami *ami, const struct ami_message *message, const char **why)
{
	const struct view status = ami_value(message, "Status"); /* of 1.8 to 11: one event with On or Off */
	return set_hold(ami, message, !view_is(status, "Off"), why);
}

enum trial_outcome ami_on_unhold(struct ami *ami, const struct ami_message *message, const char **why)
{
	return set_hold(ami, message, false, why);
}

/* A customer in talk who hears music is on hold, whichever way the agent's telephone says so. */
static enum trial_outcome music(struct ami *ami, const struct ami_message *message, bool is_on, const char **why)
{
	struct ami_names names;
	ami_names_read(message, &names);
	struct ami_call *call = ami_call_of_channel(ami, view_of(names.caller));
	if (!call || call->state != AMI_TALKING || !view_is(view_of(names.caller), call->caller))
		return ami_ignored(why, "of no customer in talk");
	if (is_on == (call->held_since != 0))
		return ami_ignored(why, AMI_TOLD_BEFORE);
	ami_hold(ami, call, is_on);
	return TRIAL_MAPPED;
}

enum trial_outcome ami_on_music_start(struct ami *ami, const struct ami_message *message, const char **why)
{
	return music(ami, message, !view_is(ami_value(message, "State"), "Stop"), why);
}

enum trial_outcome ami_on_music_stop(struct ami *ami, const struct ami_message *message, const char **why)
{
	return music(ami, message, false, why);
}

enum trial_outcome ami_on_hangup(struct ami *ami, const struct ami_message *message, const char **why)
{
	struct ami_names names;
	bool is_known = false;
	ami_names_read(message, &names);
	ami->has_hangups = true;
	for (size_t i = 0; i < ami->count; i++) {
		struct ami_call *call = ami->calls[i];
		if (!names.caller[0] || !view_is(view_of(names.caller), call->caller) || call->state == AMI_TALKING)
			continue;
		call->has_hangup = 1;
		ami_call_keep(ami, call);
		is_known = true;
	}
	return is_known ? TRIAL_MAPPED : ami_ignored(why, NOT_OF_QUEUE);
}

enum trial_outcome ami_on_set_variable(struct ami *ami, const struct ami_message *message, const char **why)
{
	static const struct { const char *status; enum left_why why; } known[] = {{"TIMEOUT", LEFT_TIMEOUT}, {"LEAVEEMPTY", LEFT_OVERFLOW},
		{"LEAVEUNAVAIL", LEFT_OVERFLOW}, {"WITHDRAW", LEFT_WITHDRAWN}, {"ABANDON", LEFT_ABANDONED}, {"ABANDONED", LEFT_ABANDONED}};
	struct ami_names names;
	ami_names_read(message, &names);
	if (!view_is(ami_value(message, "Variable"), "QUEUESTATUS"))
		return ami_ignored(why, "a variable that says nothing of queues");
	for (size_t i = 0; i < ami->count; i++) {
		struct ami_call *call = ami->calls[i];
		for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
			if (call->state == AMI_TALKING || !view_is(view_of(names.caller), call->caller) || !view_is(ami_value(message, "Value"), known[k].status))
				continue;
			call->status = known[k].why;
			ami_begin_leaving(ami, call);
			return TRIAL_MAPPED;
		}
	}
	return ami_ignored(why, AMI_UNKNOWN_CALL);
}

/* ---- agents ---- */

enum trial_outcome ami_on_set_state(struct ami *ami, const struct ami_message *message, const char **why)
{
	static const char *const reasons[] = {"PausedReason", "Reason", NULL};
	struct ami_names names;
	ami_names_read(message, &names);
	const bool is_paused = is_yes(ami_value(message, "Paused"));
	if (!names.agent[0])
		return ami_damaged(why);
	const struct view reason = is_paused ? ami_first_of(message, reasons) : (struct view){0};
	if (!ami_agent_state(ami, view_of(names.agent), is_paused ? AGENT_AWAY : AGENT_AVAILABLE, reason, false))
		return ami_ignored(why, AMI_TOLD_BEFORE);
	return TRIAL_MAPPED;
}

/* It comes for every queue whenever a telephone rings or is free again. Who is paused in one queue of two is so in one of two events: what tells
 * of pauses is QueueMemberPause. */
enum trial_outcome ami_on_status(struct ami *ami, const struct ami_message *message, const char **why)
{
	struct ami_names names;
	ami_names_read(message, &names);
	if (names.agent[0] && map_find(&ami->agents, view_of(names.agent)) != MAP_NONE)
		return ami_ignored(why, AMI_TOLD_BEFORE);
	return ami_on_set_state(ami, message, why);
}

static enum trial_outcome set_member(struct ami *ami, const struct ami_message *message, bool in, const char **why)
{
	struct ami_names names;
	ami_names_read(message, &names);
	if (!names.agent[0] || !names.queue[0])
		return ami_damaged(why);
	ami_agent_member(ami, view_of(names.agent), view_of(names.queue), in, in ? text_whole(ami_value(message, "Penalty"), 1000000) : -1, false);
	return TRIAL_MAPPED;
}

enum trial_outcome ami_on_member_added(struct ami *ami, const struct ami_message *message, const char **why)
{
	const char *ignored_why;
	const enum trial_outcome outcome = set_member(ami, message, true, why);
	if (outcome == TRIAL_MAPPED && is_yes(ami_value(message, "Paused")))
		ami_on_set_state(ami, message, &ignored_why);
	return outcome;
}

enum trial_outcome ami_on_member_changed(struct ami *ami, const struct ami_message *message, const char **why)
{
	return set_member(ami, message, true, why);
}

enum trial_outcome ami_on_member_removed(struct ami *ami, const struct ami_message *message, const char **why)
{
	return set_member(ami, message, false, why);
}

/* Members of queues that are agents are called Agent/1001 there. */
static enum trial_outcome log_agent(struct ami *ami, const struct ami_message *message, enum availability state, const char **why)
{
	char name[ID_MAX + 32], agent[ID_MAX + 1];
	const struct view number = ami_value(message, "Agent");
	const int size = snprintf(name, sizeof name, "Agent/%.*s", (int)(number.size < ID_MAX ? number.size : ID_MAX), number.size ? number.data : "");
	if (!number.size)
		return ami_damaged(why);
	const struct view id = import_id((struct view){name, (size_t)size}, agent);
	return ami_agent_state(ami, id, state, (struct view){0}, false) ? TRIAL_MAPPED : ami_ignored(why, AMI_TOLD_BEFORE);
}

enum trial_outcome ami_on_logged_in(struct ami *ami, const struct ami_message *message, const char **why)
{
	return log_agent(ami, message, AGENT_AVAILABLE, why);
}

enum trial_outcome ami_on_logged_off(struct ami *ami, const struct ami_message *message, const char **why)
{
	return log_agent(ami, message, AGENT_OFFLINE, why);
}

/* ---- the present state, as it is listed ---- */

enum trial_outcome ami_on_listed_entry(struct ami *ami, const struct ami_message *message, const char **why)
{
	(void)why;
	ami_present_entry(ami, message);
	return TRIAL_MAPPED;
}

enum trial_outcome ami_on_listed_member(struct ami *ami, const struct ami_message *message, const char **why)
{
	(void)why;
	ami_present_member(ami, message);
	return TRIAL_MAPPED;
}

enum trial_outcome ami_on_listed_channel(struct ami *ami, const struct ami_message *message, const char **why)
{
	(void)why;
	ami_present_channel(ami, message);
	return TRIAL_MAPPED;
}

enum trial_outcome ami_on_queues_listed(struct ami *ami, const struct ami_message *message, const char **why)
{
	(void)message, (void)why;
	ami->present.is_queue_done = true;
	return TRIAL_MAPPED;
}

enum trial_outcome ami_on_channels_listed(struct ami *ami, const struct ami_message *message, const char **why)
{
	(void)message, (void)why;
	ami->present.is_channels_done = ami->present.is_channels_known = true;
	return TRIAL_MAPPED;
}
