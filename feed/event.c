#include "feed/event.h"

#include "base/words.h"

#define BIT(NAME) KEY_BIT(KEY_##NAME)
#define CONTACT_AGENT (BIT(CONTACT) | BIT(AGENT))
#define CASE_CLOCK (BIT(CASE) | BIT(CLOCK))
#define ABOUT (BIT(TOPIC) | BIT(MARKET) | BIT(PRIORITY))
/* `snapshot: true` may stand in any event. */
#define KEYS(needed, optional) .required = (needed), .allowed = (needed) | (optional) | BIT(SNAPSHOT)
#define WORD(NAME, WORDS) {KEY_##NAME, WORDS_##WORDS}

const struct event_type_info event_types[EVENT_TYPE_COUNT] = {
	[EVENT_CONTACT_QUEUED] = {
		.name = "contact.queued",
		KEYS(BIT(CONTACT) | BIT(QUEUE) | BIT(CHANNEL), BIT(CUSTOMER) | BIT(CASE) | ABOUT | BIT(RESUMED)),
		.words = {WORD(CHANNEL, CHANNEL)},
		.summary = "a contact begins to wait in a queue",
	},
	[EVENT_CONTACT_OFFERED] = {
		.name = "contact.offered",
		.rank = 1,
		KEYS(CONTACT_AGENT, 0),
		.summary = "an agent is rung; the contact still waits",
	},
	[EVENT_CONTACT_MISSED] = {
		.name = "contact.missed",
		.rank = 1,
		KEYS(CONTACT_AGENT | BIT(WHY), BIT(RING_MS)),
		.words = {WORD(WHY, MISSED_WHY)},
		.summary = "the agent did not take it; the contact goes on waiting",
	},
	[EVENT_CONTACT_ANSWERED] = {
		.name = "contact.answered",
		.rank = 2,
		KEYS(CONTACT_AGENT, BIT(WAIT_MS) | BIT(QUEUE) | BIT(DIRECT)),
		.summary = "the wait ends, handling begins",
	},
	[EVENT_CONTACT_HELD] = {
		.name = "contact.held",
		.rank = 3,
		KEYS(CONTACT_AGENT, 0),
		.summary = "the customer is put on hold",
	},
	[EVENT_CONTACT_UNHELD] = {
		.name = "contact.unheld",
		.rank = 3,
		KEYS(CONTACT_AGENT, 0),
		.summary = "the hold ends",
	},
	[EVENT_CONTACT_LEFT] = {
		.name = "contact.left",
		.rank = 2,
		KEYS(BIT(CONTACT) | BIT(WHY), BIT(WAIT_MS)),
		.words = {WORD(WHY, LEFT_WHY)},
		.summary = "the contact left the queue without an agent",
	},
	[EVENT_CONTACT_RELEASED] = {
		.name = "contact.released",
		.rank = 4,
		KEYS(CONTACT_AGENT | BIT(BY), BIT(TALK_MS) | BIT(HOLD_MS) | BIT(WRAP_MS)),
		.words = {WORD(BY, RELEASED_BY)},
		.summary = "the agent's part ends, wrap-up begins",
	},
	[EVENT_CONTACT_WRAPPED] = {
		.name = "contact.wrapped",
		.rank = 5,
		KEYS(CONTACT_AGENT, BIT(WRAP_MS) | BIT(NOMINAL)),
		.summary = "the wrap-up is done",
	},
	[EVENT_CONTACT_WORKED] = {
		.name = "contact.worked",
		KEYS(CONTACT_AGENT | BIT(WORK_MS), 0),
		.summary = "focus time on an e-mail or other asynchronous work",
	},
	[EVENT_CALLBACK_SCHEDULED] = {
		.name = "callback.scheduled",
		KEYS(BIT(CALLBACK) | BIT(QUEUE), BIT(DUE) | BIT(CUSTOMER)),
		.summary = "a call back was promised",
	},
	[EVENT_CALLBACK_DUE] = {
		.name = "callback.due",
		KEYS(BIT(CALLBACK) | BIT(QUEUE), BIT(DUE) | BIT(CUSTOMER)),
		.summary = "the promised call back is due",
	},
	[EVENT_CALLBACK_DONE] = {
		.name = "callback.done",
		KEYS(BIT(CALLBACK) | BIT(QUEUE), BIT(DUE) | BIT(CUSTOMER)),
		.summary = "the promised call back was made",
	},
	[EVENT_CALLBACK_DROPPED] = {
		.name = "callback.dropped",
		KEYS(BIT(CALLBACK) | BIT(QUEUE), BIT(DUE) | BIT(CUSTOMER)),
		.summary = "the promised call back was given up",
	},
	[EVENT_CASE_OPENED] = {
		.name = "case.opened",
		KEYS(BIT(CASE) | BIT(QUEUE) | BIT(CHANNEL), BIT(CUSTOMER) | ABOUT),
		.words = {WORD(CHANNEL, CHANNEL)},
		.summary = "a ticket was opened",
	},
	[EVENT_CASE_ASSIGNED] = {
		.name = "case.assigned",
		KEYS(BIT(CASE), BIT(QUEUE) | BIT(AGENT)),
		.summary = "a ticket has another queue or agent; nil: none now",
	},
	[EVENT_CASE_MESSAGE] = {
		.name = "case.message",
		KEYS(BIT(CASE) | BIT(BY) | BIT(PUBLIC), 0),
		.words = {WORD(BY, MESSAGE_BY)},
		.summary = "somebody wrote in the ticket (never the text)",
	},
	[EVENT_CASE_STATE] = {
		.name = "case.state",
		KEYS(BIT(CASE) | BIT(TO), BIT(REASON)),
		.words = {WORD(TO, CASE_STATE)},
		.summary = "the ticket has a new state",
	},
	[EVENT_SLA_STARTED] = {
		.name = "sla.started",
		KEYS(CASE_CLOCK | BIT(TARGET_MS), BIT(CALENDAR) | BIT(DUE)),
		.words = {WORD(CLOCK, SLA_CLOCK)},
		.summary = "an SLA clock starts, or gets another target",
	},
	[EVENT_SLA_PAUSED] = {
		.name = "sla.paused",
		KEYS(CASE_CLOCK, 0),
		.words = {WORD(CLOCK, SLA_CLOCK)},
		.summary = "an SLA clock stands still",
	},
	[EVENT_SLA_RESUMED] = {
		.name = "sla.resumed",
		KEYS(CASE_CLOCK, 0),
		.words = {WORD(CLOCK, SLA_CLOCK)},
		.summary = "an SLA clock runs again",
	},
	[EVENT_SLA_MET] = {
		.name = "sla.met",
		KEYS(CASE_CLOCK, 0),
		.words = {WORD(CLOCK, SLA_CLOCK)},
		.summary = "what the SLA clock waited for was done",
	},
	[EVENT_SLA_BREACHED] = {
		.name = "sla.breached",
		KEYS(CASE_CLOCK, 0),
		.words = {WORD(CLOCK, SLA_CLOCK)},
		.summary = "the source says that the target was missed",
	},
	[EVENT_SLA_CANCELLED] = {
		.name = "sla.cancelled",
		KEYS(CASE_CLOCK, 0),
		.words = {WORD(CLOCK, SLA_CLOCK)},
		.summary = "the SLA clock no longer applies",
	},
	[EVENT_CALENDAR_DEFINED] = {
		.name = "calendar.defined",
		KEYS(BIT(CALENDAR) | BIT(ZONE) | BIT(WEEK) | BIT(HOLIDAYS), 0),
		.summary = "the opening hours that SLA clocks count",
	},
	[EVENT_SURVEY_SENT] = {
		.name = "survey.sent",
		KEYS(BIT(SURVEY) | BIT(KIND), BIT(CASE) | CONTACT_AGENT | BIT(QUEUE)),
		.words = {WORD(KIND, SURVEY_KIND)},
		.summary = "a customer was asked for an opinion",
	},
	[EVENT_SURVEY_ANSWERED] = {
		.name = "survey.answered",
		KEYS(BIT(SURVEY) | BIT(KIND) | BIT(SCORE) | BIT(MIN) | BIT(MAX),
			BIT(CASE) | CONTACT_AGENT | BIT(QUEUE) | BIT(CUSTOMER)),
		.words = {WORD(KIND, SURVEY_KIND)},
		.summary = "a customer gave a score on the scale min to max",
	},
	[EVENT_REVIEW_SCORED] = {
		.name = "review.scored",
		KEYS(BIT(CASE) | BIT(AGENT) | BIT(SCORE), 0),
		.summary = "an internal quality review, 0 to 100",
	},
	[EVENT_FOLLOWUP_DONE] = {
		.name = "followup.done",
		KEYS(BIT(CUSTOMER) | BIT(AGENT) | BIT(RESULT), BIT(CASE)),
		.words = {WORD(RESULT, FOLLOWUP_RESULT)},
		.summary = "the call-back that a low score opened was tried",
	},
	[EVENT_AGENT_STATE] = {
		.name = "agent.state",
		KEYS(BIT(AGENT) | BIT(STATE), BIT(REASON) | BIT(TEAM) | BIT(UNTIL)),
		.words = {WORD(STATE, AVAILABILITY)},
		.summary = "what an agent declares of his availability",
	},
	[EVENT_AGENT_MEMBER] = {
		.name = "agent.member",
		KEYS(BIT(AGENT) | BIT(QUEUE) | BIT(IN), BIT(PENALTY)),
		.summary = "an agent serves a queue, or no longer does",
	},
	[EVENT_AGENT_CAPACITY] = {
		.name = "agent.capacity",
		KEYS(BIT(AGENT) | BIT(CHANNEL) | BIT(SLOTS), 0),
		.words = {WORD(CHANNEL, CHANNEL)},
		.summary = "how many contacts an agent takes at once",
	},
	[EVENT_AGENT_HELP] = {
		.name = "agent.help",
		KEYS(BIT(AGENT) | BIT(ON), BIT(CONTACT)),
		.summary = "an agent asks for help, or has it",
	},
	[EVENT_AGENT_MISTAKE] = {
		.name = "agent.mistake",
		KEYS(BIT(AGENT) | BIT(KIND) | BIT(BY), 0),
		.summary = "a mistake to learn from",
	},
	[EVENT_REFUSAL_SAID] = {
		.name = "refusal.said",
		KEYS(BIT(AGENT) | BIT(POLICY), BIT(CASE) | BIT(CONTACT)),
		.summary = "the customer had to be told no, because of a policy",
	},
	[EVENT_PRAISE_RECEIVED] = {
		.name = "praise.received",
		KEYS(BIT(BY), BIT(AGENT) | BIT(CASE)),
		.words = {WORD(BY, PRAISE_BY)},
		.summary = "a customer or colleague said something kind",
	},
	[EVENT_CUSTOMER_BASE] = {
		.name = "customer.base",
		KEYS(BIT(CUSTOMERS), BIT(MARKET)),
		.summary = "how many customers there are as the period starts",
	},
	[EVENT_CUSTOMER_JOINED] = {
		.name = "customer.joined",
		KEYS(0, BIT(MARKET) | BIT(N) | BIT(REASON)),
		.summary = "customers came",
	},
	[EVENT_CUSTOMER_CHURNED] = {
		.name = "customer.churned",
		KEYS(0, BIT(MARKET) | BIT(N) | BIT(REASON)),
		.summary = "customers went",
	},
	[EVENT_CONDUCT_SIGNALLED] = {
		.name = "conduct.signalled",
		KEYS(BIT(CONTACT) | BIT(KIND) | BIT(AIM) | BIT(BY), 0),
		.words = {WORD(KIND, CONDUCT_KIND), WORD(AIM, CONDUCT_AIM), WORD(BY, SIGNAL_BY)},
		.summary = "a hint that a customer is rude",
	},
	[EVENT_CONDUCT_STEP] = {
		.name = "conduct.step",
		KEYS(CONTACT_AGENT | BIT(STEP), 0),
		.words = {WORD(STEP, CONDUCT_STEP)},
		.summary = "the agent took a step of the protocol for rude customers",
	},
	[EVENT_CONDUCT_CALMED] = {
		.name = "conduct.calmed",
		KEYS(CONTACT_AGENT, BIT(REASON)),
		.summary = "the customer calmed down",
	},
	[EVENT_CONDUCT_WITHDRAWN] = {
		.name = "conduct.withdrawn",
		KEYS(CONTACT_AGENT, BIT(REASON)),
		.summary = "it was a false flag",
	},
	[EVENT_CONDUCT_SAFETY] = {
		.name = "conduct.safety",
		KEYS(CONTACT_AGENT, 0),
		.summary = "a threat to life: an alarm, not a step",
	},
	[EVENT_QUEUE_DEFINED] = {
		.name = "queue.defined",
		KEYS(BIT(QUEUE), BIT(CHANNEL) | BIT(TITLE) | BIT(SL_MS) | BIT(SHORT_MS) | BIT(SL_FORMULA) | BIT(CALENDAR)
			| BIT(MARKET)),
		.words = {WORD(CHANNEL, CHANNEL)},
		.summary = "a queue's channel, title and targets",
	},
	[EVENT_NOTE_POSTED] = {
		.name = "note.posted",
		KEYS(BIT(TEXT) | BIT(BY), BIT(UNTIL)),
		.summary = "an announcement for the wall",
	},
	[EVENT_ALERT_ACKNOWLEDGED] = {
		.name = "alert.acknowledged",
		KEYS(BIT(ALERT) | BIT(BY), BIT(UNTIL)),
		.summary = "somebody takes care of an alert",
	},
	[EVENT_ALERT_MUTED] = {
		.name = "alert.muted",
		KEYS(BIT(ALERT) | BIT(BY), BIT(UNTIL)),
		.summary = "an alert is to be quiet",
	},
	[EVENT_MARK_SET] = {
		.name = "mark.set",
		KEYS(BIT(TEXT) | BIT(BY), 0),
		.summary = "somebody marks this instant with a few words, for replays",
	},
	[EVENT_SNAPSHOT_BEGIN] = {
		.name = "snapshot.begin",
		KEYS(BIT(SCOPE), 0),
		.summary = "the present state follows, as ordinary events",
	},
	[EVENT_SNAPSHOT_END] = {
		.name = "snapshot.end",
		KEYS(BIT(SCOPE), 0),
		.summary = "the present state is complete",
	},
};

const char *const link_states[] = {N_("connecting"), N_("live"), N_("no heartbeat"), N_("stale"), N_("refused"), N_("ended")};

const char *const event_key_names[KEY_COUNT] = {
#define NAME(KEY, wire) [KEY_##KEY] = wire,
	EVENT_TEXT_KEYS(NAME) EVENT_NUMBER_KEYS(NAME)
#undef NAME
};

const char *const feed_fault_names[FAULT_COUNT] = {
#define NAME(FAULT, name, help) [FAULT_##FAULT] = name,
	FEED_FAULTS(NAME)
#undef NAME
};

const char *const feed_fault_helps[FAULT_COUNT] = {
#define HELP(FAULT, name, help) [FAULT_##FAULT] = help,
	FEED_FAULTS(HELP)
#undef HELP
};

bool feed_fault_security(enum feed_fault fault)
{
	return fault == FAULT_KEY_REFUSED || fault == FAULT_SERVER_KEY || fault == FAULT_SECURITY;
}

/* In the order of the enums in the header; an empty word is one that does not travel. */
#define WORDS_MAX 9
#define W(word) {word, sizeof(word) - 1}
static const struct word_list {
	struct view words[WORDS_MAX + 1]; /* ends with one without data */
} word_lists[] = {
	[WORDS_NONE] = {{{0}}},
	[WORDS_CHANNEL] = {{W("phone"), W("chat"), W("email"), W("messenger"), W("social"), W("other")}},
	[WORDS_MISSED_WHY] = {{W("noanswer"), W("rejected"), W("failed")}},
	[WORDS_LEFT_WHY] = {{W("abandoned"), W("timeout"), W("overflow"), W("voicemail"), W("callback"), W("key"),
		W("withdrawn"), W("moved"), W("lost")}},
	[WORDS_RELEASED_BY] = {{W("customer"), W("agent"), W("transfer"), W("system")}},
	[WORDS_MESSAGE_BY] = {{W("customer"), W("agent"), W("bot"), W("system")}},
	[WORDS_CASE_STATE] = {{W("open"), W("pending"), W("held"), W("solved"), W("closed"), W("deleted"), W("merged")}},
	[WORDS_SLA_CLOCK] = {{W("first_reply"), W("next_reply"), W("update"), W("resolve")}},
	[WORDS_SURVEY_KIND] = {{W("csat"), W("ces"), W("nps")}},
	[WORDS_FOLLOWUP_RESULT] = {{W("reached"), W("unreached"), W("declined")}},
	[WORDS_AVAILABILITY] = {{W("available"), W("away"), W("offline")}},
	[WORDS_CONDUCT_KIND] = {{W("insult"), W("profanity"), W("threat"), W("harassment"),
		W("discrimination"), W("demand"), W("other")}},
	[WORDS_CONDUCT_AIM] = {{W("agent"), W("company"), W("product"), W("unclear")}},
	[WORDS_CONDUCT_STEP] = {{W(""), W("request"), W("demand"), W("warning"), W("ended")}},
	[WORDS_SIGNAL_BY] = {{W("agent"), W("lead"), W("engine")}},
	[WORDS_PRAISE_BY] = {{W(NC_("praise by", "customer")), W(NC_("praise by", "colleague"))}},
};
_Static_assert(LEFT_LOST + 1 == WORDS_MAX, "the longest vocabulary");

int word_number(enum vocabulary vocabulary, struct view word)
{
	const struct view *words = word_lists[vocabulary].words;
	for (int i = 0; word.size && words[i].data; i++)
		if (words[i].size == word.size && memcmp(words[i].data, word.data, word.size) == 0)
			return i;
	return -1;
}

const char *word_text(enum vocabulary vocabulary, int number)
{
	const struct view *words = word_lists[vocabulary].words;
	for (int i = 0; words[i].data; i++)
		if (i == number)
			return words[i].data;
	return "";
}
