/* What each event of Asterisk's manager interface means: one table. The names: Asterisk's "AMI Events", and those of versions 1.8 to 11.
 * HoldTime and TalkTime are durations in seconds, whatever their documentation says; RingTime is in ms where a ring was in vain. */
#include "feed/bridges/ami_on.h"

/* ---- the table ---- */

#define OF_CALL {"Queue", "contact, queue"}, {"Uniqueid", "contact"}, {"Linkedid", "which call"}, {"Timestamp", "ts"}, {"CallerIDNum", "customer"}
#define OF_MEMBER {"Queue", "queue"}, {"MemberName", "agent"}, {"Timestamp", "ts"}
#define CHANNELS "of channels, which queues do not count"
#define BY_COMPLETE "AgentComplete tells of it, too"

static const struct row {
	const char *name;
	enum trial_outcome (*take)(struct ami *ami, const struct ami_message *message, const char **why);
	bool is_led; /* where there is a queue_log, that tells of it */
	const char *why; /* NULL take: it is passed over, and why */
	struct { const char *field, *use; } fields[12];
} rows[] = {
	{"QueueCallerJoin", ami_on_join, true, NULL, {OF_CALL}},
	{"Join", ami_on_join, true, NULL, {OF_CALL, {"CallerID", "customer"}}},
	{"QueueCallerLeave", ami_on_leave, true, NULL, {OF_CALL}},
	{"Leave", ami_on_leave, true, NULL, {OF_CALL}},
	{"QueueCallerAbandon", ami_on_abandon, true, NULL, {OF_CALL, {"HoldTime", "wait_ms"}}},
	{"AgentCalled", ami_on_called, false, NULL, {OF_CALL, {"MemberName", "agent"}, {"AgentName", "agent"}}},
	{"AgentConnect", ami_on_connected, false, NULL, {OF_CALL, {"MemberName", "agent"}, {"HoldTime", "wait_ms"}, {"DestUniqueid", "whose hold"}}},
	{"AgentComplete", ami_on_complete, true, NULL, {OF_CALL, {"MemberName", "agent"}, {"HoldTime", "wait_ms"},
		{"TalkTime", "talk_ms"}, {"Reason", "by"}}},
	{"AgentRingNoAnswer", ami_on_no_answer, true, NULL, {OF_CALL, {"MemberName", "agent"}, {"RingTime", "ring_ms"}}},
	{"AgentDump", ami_on_dump, true, NULL, {OF_CALL, {"MemberName", "agent"}}},
	{"Hold", ami_on_hold, false, NULL, {{"Uniqueid", "which call"}, {"Linkedid", "which call"}, {"Status", "which event"}, {"Timestamp", "ts"}}},
	{"Unhold", ami_on_unhold, false, NULL, {{"Uniqueid", "which call"}, {"Linkedid", "which call"}, {"Timestamp", "ts"}}},
	{"MusicOnHoldStart", ami_on_music_start, false, NULL, {{"Uniqueid", "which call"}, {"Timestamp", "ts"}}},
	{"MusicOnHold", ami_on_music_start, false, NULL, {{"Uniqueid", "which call"}, {"State", "which event"}, {"Timestamp", "ts"}}},
	{"MusicOnHoldStop", ami_on_music_stop, false, NULL, {{"Uniqueid", "which call"}, {"Timestamp", "ts"}}},
	{"Hangup", ami_on_hangup, true, NULL, {{"Uniqueid", "why"}, {"Timestamp", "ts"}}},
	{"HangupRequest", ami_on_hangup, true, NULL, {{"Uniqueid", "why"}, {"Timestamp", "ts"}}},
	{"VarSet", ami_on_set_variable, true, NULL, {{"Uniqueid", "which call"}, {"Variable", "which event"}, {"Value", "why"}, {"Timestamp", "ts"}}},
	{"QueueMemberAdded", ami_on_member_added, true, NULL, {OF_MEMBER, {"Penalty", "penalty"}, {"Paused", "state"}, {"PausedReason", "reason"}}},
	{"QueueMemberRemoved", ami_on_member_removed, true, NULL, {OF_MEMBER}},
	{"QueueMemberPenalty", ami_on_member_changed, true, NULL, {OF_MEMBER, {"Penalty", "penalty"}}},
	{"QueueMemberPause", ami_on_set_state, true, NULL, {OF_MEMBER, {"Paused", "state"}, {"PausedReason", "reason"}, {"Reason", "reason"}}},
	{"QueueMemberPaused", ami_on_set_state, true, NULL, {OF_MEMBER, {"Paused", "state"}, {"Reason", "reason"}}},
	{"QueueMemberStatus", ami_on_status, true, NULL, {OF_MEMBER, {"Paused", "state"}, {"PausedReason", "reason"}}},
	{"Agentlogin", ami_on_logged_in, true, NULL, {{"Agent", "agent"}, {"Timestamp", "ts"}}},
	{"AgentLogin", ami_on_logged_in, true, NULL, {{"Agent", "agent"}, {"Timestamp", "ts"}}},
	{"Agentlogoff", ami_on_logged_off, true, NULL, {{"Agent", "agent"}, {"Timestamp", "ts"}}},
	{"AgentLogoff", ami_on_logged_off, true, NULL, {{"Agent", "agent"}, {"Timestamp", "ts"}}},
	{"QueueEntry", ami_on_listed_entry, false, NULL, {{"Queue", "contact, queue"}, {"Uniqueid", "contact"}, {"Wait", "ts"},
		{"CallerIDNum", "customer"}}},
	{"QueueMember", ami_on_listed_member, false, NULL, {{"Queue", "queue"}, {"Name", "agent"}, {"Location", "who talks"}, {"Penalty", "penalty"},
		{"Paused", "state"}, {"PausedReason", "reason"}}},
	{"CoreShowChannel", ami_on_listed_channel, false, NULL, {{"Uniqueid", "which call"}, {"BridgeId", "who talks"}, {"Channel", "who talks"}}},
	{"QueueStatusComplete", ami_on_queues_listed, false, NULL, {{0}}},
	{"CoreShowChannelsComplete", ami_on_channels_listed, false, NULL, {{0}}},
	{"QueueParams", NULL, false, "averages that Asterisk reckons itself; the events are counted here", {{0}}},
	{"QueueMemberRinginuse", NULL, false, "a setting", {{0}}},
	{"QueueCallerPriorityChange", NULL, false, "the place in the queue is not shown", {{0}}},
	{"BlindTransfer", NULL, false, BY_COMPLETE, {{0}}},
	{"AttendedTransfer", NULL, false, BY_COMPLETE, {{0}}},
	{"Transfer", NULL, false, BY_COMPLETE, {{0}}},
	{"UserEvent", NULL, false, "of the dialplan's own", {{0}}},
	{"FullyBooted", NULL, false, "of the server", {{0}}},
	{"Reload", NULL, false, "of the server", {{0}}},
	{"Shutdown", NULL, false, "of the server", {{0}}},
	{"SuccessfulAuth", NULL, false, "of the server", {{0}}},
	{"ChallengeSent", NULL, false, "of the server", {{0}}},
	{"InvalidPassword", NULL, false, "of the server", {{0}}},
	{"ChallengeResponseFailed", NULL, false, "of the server", {{0}}},
	{"PeerStatus", NULL, false, "of devices", {{0}}},
	{"ContactStatus", NULL, false, "of devices", {{0}}},
	{"DeviceStateChange", NULL, false, "of devices", {{0}}},
	{"ExtensionStatus", NULL, false, "of devices", {{0}}},
	{"PresenceStateChange", NULL, false, "of devices", {{0}}},
	{"Newchannel", NULL, false, CHANNELS, {{0}}},
	{"Newstate", NULL, false, CHANNELS, {{0}}},
	{"Newexten", NULL, false, CHANNELS, {{0}}},
	{"NewExten", NULL, false, CHANNELS, {{0}}},
	{"NewCallerid", NULL, false, CHANNELS, {{0}}},
	{"NewConnectedLine", NULL, false, CHANNELS, {{0}}},
	{"NewAccountCode", NULL, false, CHANNELS, {{0}}},
	{"Rename", NULL, false, CHANNELS, {{0}}},
	{"Dial", NULL, false, CHANNELS, {{0}}},
	{"DialBegin", NULL, false, CHANNELS, {{0}}},
	{"DialState", NULL, false, CHANNELS, {{0}}},
	{"DialEnd", NULL, false, CHANNELS, {{0}}},
	{"Bridge", NULL, false, CHANNELS, {{0}}},
	{"Unlink", NULL, false, CHANNELS, {{0}}},
	{"BridgeCreate", NULL, false, CHANNELS, {{0}}},
	{"BridgeDestroy", NULL, false, CHANNELS, {{0}}},
	{"BridgeEnter", NULL, false, CHANNELS, {{0}}},
	{"BridgeLeave", NULL, false, CHANNELS, {{0}}},
	{"BridgeMerge", NULL, false, CHANNELS, {{0}}},
	{"LocalBridge", NULL, false, CHANNELS, {{0}}},
	{"LocalOptimizationBegin", NULL, false, CHANNELS, {{0}}},
	{"LocalOptimizationEnd", NULL, false, CHANNELS, {{0}}},
	{"SoftHangupRequest", NULL, false, CHANNELS, {{0}}},
	{"HangupHandlerRun", NULL, false, CHANNELS, {{0}}},
	{"ChannelTalkingStart", NULL, false, CHANNELS, {{0}}},
	{"ChannelTalkingStop", NULL, false, CHANNELS, {{0}}},
	{"RTCPSent", NULL, false, CHANNELS, {{0}}},
	{"RTCPReceived", NULL, false, CHANNELS, {{0}}},
	{"DTMFBegin", NULL, false, CHANNELS, {{0}}},
	{"DTMFEnd", NULL, false, CHANNELS, {{0}}},
	{"Cdr", NULL, false, CHANNELS, {{0}}},
	{"CEL", NULL, false, CHANNELS, {{0}}},
};

static const struct row *row_of(struct view name)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (view_is(name, rows[i].name))
			return &rows[i];
	return NULL;
}

enum trial_outcome ami_take(struct ami *ami, const struct ami_message *message, const char **why)
{
	const struct view name = ami_value(message, "Event");
	const struct row *row = row_of(name);
	*why = NULL;
	if (!name.size)
		return ami_ignored(why, "an answer, not an event");
	if (!row) {
		*why = "an event that this program does not know";
		return TRIAL_UNKNOWN;
	}
	if (!row->take)
		return ami_ignored(why, row->why);
	if (row->is_led && ami->is_joined)
		return ami_ignored(why, "the queue_log tells of it");
	return row->take(ami, message, why);
}

bool ami_waits_for_log(const struct ami_message *message)
{
	const struct row *row = row_of(ami_value(message, "Event"));
	return row && row->take && !row->is_led && !ami_value(message, "ActionID").size;
}

void ami_tell_fields(const struct ami_message *message, const struct bridge_trial *trial)
{
	const struct row *row = row_of(ami_value(message, "Event"));
	for (size_t i = 0; row && row->take && i < message->count; i++) {
		char name[ID_MAX + 1];
		const char *use = view_is(message->headers[i].name, "Event") ? "which event" : NULL;
		for (size_t k = 0; !use && k < sizeof row->fields / sizeof row->fields[0] && row->fields[k].field; k++)
			if (view_is(message->headers[i].name, row->fields[k].field))
				use = row->fields[k].use;
		import_id(message->headers[i].name, name);
		trial->field(trial->context, name, use);
	}
}
