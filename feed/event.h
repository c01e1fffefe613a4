/* What a helpdesk reports: event types, their keys, a decoded event and a decoded batch, and the record, which is the only
 * thing that changes the engine. The protocol itself is described in docs/FEED.md. */
#ifndef FEED_EVENT_H
#define FEED_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/view.h"

/* ---- keys: X(ENUM, "wire name") ---- */
#define EVENT_TEXT_KEYS(X)                                                                                              \
	X(CONTACT, "contact") X(CASE, "case") X(QUEUE, "queue") X(CHANNEL, "channel") X(AGENT, "agent")                 \
	X(TEAM, "team") X(CUSTOMER, "customer") X(TOPIC, "topic") X(MARKET, "market") X(WHY, "why") X(BY, "by")         \
	X(TO, "to") X(REASON, "reason") X(CLOCK, "clock") X(CALENDAR, "calendar") X(ZONE, "zone") X(SURVEY, "survey")   \
	X(KIND, "kind") X(RESULT, "result") X(STATE, "state") X(POLICY, "policy") X(AIM, "aim") X(STEP, "step")         \
	X(CALLBACK, "callback") X(TITLE, "title") X(SL_FORMULA, "sl_formula") X(TEXT, "text") X(ALERT, "alert")         \
	X(SCOPE, "scope")                                                                                               \
	X(WEEK, "week") X(HOLIDAYS, "holidays") /* the raw MessagePack of the value, checked and bounded */
#define EVENT_NUMBER_KEYS(X) /* integers; durations in ms, instants in ms since the epoch */                            \
	X(PRIORITY, "priority") X(RING_MS, "ring_ms") X(WAIT_MS, "wait_ms") X(TALK_MS, "talk_ms")                       \
	X(HOLD_MS, "hold_ms") X(WRAP_MS, "wrap_ms") X(WORK_MS, "work_ms") X(DUE, "due") X(TARGET_MS, "target_ms")       \
	X(UNTIL, "until") X(PENALTY, "penalty") X(SLOTS, "slots") X(CUSTOMERS, "customers") X(N, "n")                   \
	X(SL_MS, "sl_ms") X(SHORT_MS, "short_ms")                                                                       \
	X(SCORE, "score") X(MIN, "min") X(MAX, "max") /* these three in thousandths, so that 4.5 is kept */             \
	X(RESUMED, "resumed") X(DIRECT, "direct") X(NOMINAL, "nominal") X(PUBLIC, "public") X(IN, "in") X(ON, "on")     \
	X(SNAPSHOT, "snapshot") /* these seven are 0 or 1 */

enum event_key {
#define KEY(NAME, wire) KEY_##NAME,
	EVENT_TEXT_KEYS(KEY) KEY_TEXT_COUNT,
	KEY_BEFORE_NUMBERS = KEY_TEXT_COUNT - 1,
	EVENT_NUMBER_KEYS(KEY) KEY_COUNT
#undef KEY
};
#define KEY_NUMBER_COUNT (KEY_COUNT - KEY_TEXT_COUNT)
#define KEY_BIT(key) (UINT64_C(1) << (key))
_Static_assert(KEY_COUNT <= 64, "the keys present are a 64-bit mask");

/* ---- types: X(ENUM, "wire name") ---- */
#define EVENT_TYPES(X)                                                                                                  \
	X(CONTACT_QUEUED, "contact.queued") X(CONTACT_OFFERED, "contact.offered") X(CONTACT_MISSED, "contact.missed")   \
	X(CONTACT_ANSWERED, "contact.answered") X(CONTACT_HELD, "contact.held") X(CONTACT_UNHELD, "contact.unheld")     \
	X(CONTACT_LEFT, "contact.left") X(CONTACT_RELEASED, "contact.released") X(CONTACT_WRAPPED, "contact.wrapped")   \
	X(CONTACT_WORKED, "contact.worked") X(CALLBACK_SCHEDULED, "callback.scheduled")                                 \
	X(CALLBACK_DUE, "callback.due") X(CALLBACK_DONE, "callback.done") X(CALLBACK_DROPPED, "callback.dropped")       \
	X(CASE_OPENED, "case.opened") X(CASE_ASSIGNED, "case.assigned") X(CASE_MESSAGE, "case.message")                 \
	X(CASE_STATE, "case.state") X(SLA_STARTED, "sla.started") X(SLA_PAUSED, "sla.paused")                           \
	X(SLA_RESUMED, "sla.resumed") X(SLA_MET, "sla.met") X(SLA_BREACHED, "sla.breached")                             \
	X(SLA_CANCELLED, "sla.cancelled") X(CALENDAR_DEFINED, "calendar.defined") X(SURVEY_SENT, "survey.sent")         \
	X(SURVEY_ANSWERED, "survey.answered") X(REVIEW_SCORED, "review.scored") X(FOLLOWUP_DONE, "followup.done")       \
	X(AGENT_STATE, "agent.state") X(AGENT_MEMBER, "agent.member") X(AGENT_CAPACITY, "agent.capacity")               \
	X(AGENT_HELP, "agent.help") X(AGENT_MISTAKE, "agent.mistake") X(REFUSAL_SAID, "refusal.said")                   \
	X(PRAISE_RECEIVED, "praise.received") X(CUSTOMER_BASE, "customer.base") X(CUSTOMER_JOINED, "customer.joined")   \
	X(CUSTOMER_CHURNED, "customer.churned") X(CONDUCT_SIGNALLED, "conduct.signalled")                               \
	X(CONDUCT_STEP, "conduct.step") X(CONDUCT_CALMED, "conduct.calmed") X(CONDUCT_WITHDRAWN, "conduct.withdrawn")   \
	X(CONDUCT_SAFETY, "conduct.safety") X(QUEUE_DEFINED, "queue.defined") X(NOTE_POSTED, "note.posted")             \
	X(ALERT_ACKNOWLEDGED, "alert.acknowledged") X(ALERT_MUTED, "alert.muted") X(MARK_SET, "mark.set")                                       \
	X(SNAPSHOT_BEGIN, "snapshot.begin") X(SNAPSHOT_END, "snapshot.end")

enum event_type {
#define TYPE(NAME, wire) EVENT_##NAME,
	EVENT_TYPES(TYPE) EVENT_TYPE_COUNT,
#undef TYPE
	EVENT_UNKNOWN = EVENT_TYPE_COUNT
};

/* ---- words a key may hold: one list per vocabulary, numbered from 0 in the order of the list ---- */
enum channel { CHANNEL_PHONE, CHANNEL_CHAT, CHANNEL_EMAIL, CHANNEL_MESSENGER, CHANNEL_SOCIAL, CHANNEL_OTHER, CHANNEL_COUNT };
enum missed_why { MISSED_NOANSWER, MISSED_REJECTED, MISSED_FAILED };
enum left_why {
	LEFT_ABANDONED, LEFT_TIMEOUT, LEFT_OVERFLOW, LEFT_VOICEMAIL, LEFT_CALLBACK, LEFT_KEY, LEFT_WITHDRAWN, LEFT_MOVED, LEFT_LOST
};
enum released_by { RELEASED_CUSTOMER, RELEASED_AGENT, RELEASED_TRANSFER, RELEASED_SYSTEM };
enum message_by { MESSAGE_CUSTOMER, MESSAGE_AGENT, MESSAGE_BOT, MESSAGE_SYSTEM };
enum case_state { CASE_OPEN, CASE_PENDING, CASE_HELD, CASE_SOLVED, CASE_CLOSED, CASE_DELETED, CASE_MERGED };
enum sla_clock { SLA_FIRST_REPLY, SLA_NEXT_REPLY, SLA_UPDATE, SLA_RESOLVE, SLA_CLOCK_COUNT };
enum survey_kind { SURVEY_CSAT, SURVEY_CES, SURVEY_NPS };
enum followup_result { FOLLOWUP_REACHED, FOLLOWUP_UNREACHED, FOLLOWUP_DECLINED };
enum availability { AGENT_AVAILABLE, AGENT_AWAY, AGENT_OFFLINE };
enum conduct_kind {
	CONDUCT_INSULT, CONDUCT_PROFANITY, CONDUCT_THREAT, CONDUCT_HARASSMENT, CONDUCT_DISCRIMINATION, CONDUCT_DEMAND, CONDUCT_OTHER
};
enum conduct_aim { AIM_AGENT, AIM_COMPANY, AIM_PRODUCT, AIM_UNCLEAR };
enum conduct_step { STEP_NONE, STEP_REQUEST, STEP_DEMAND, STEP_WARNING, STEP_ENDED }; /* on the wire from STEP_REQUEST */

enum vocabulary {
	WORDS_NONE, WORDS_CHANNEL, WORDS_MISSED_WHY, WORDS_LEFT_WHY, WORDS_RELEASED_BY, WORDS_MESSAGE_BY, WORDS_CASE_STATE,
	WORDS_SLA_CLOCK, WORDS_SURVEY_KIND, WORDS_FOLLOWUP_RESULT, WORDS_AVAILABILITY, WORDS_CONDUCT_KIND, WORDS_CONDUCT_AIM,
	WORDS_CONDUCT_STEP, WORDS_SIGNAL_BY, WORDS_PRAISE_BY
};
/* The word's number, or -1. */
int word_number(enum vocabulary vocabulary, struct view word);
/* "" past the end. */
const char *word_text(enum vocabulary vocabulary, int number);

/* ---- what the protocol says of each type ---- */
struct event_type_info {
	const char *name;
	uint8_t rank;	   /* order of events of one instant: queued 0 < offered 1 < answered = left 2 < held 3 < released 4 < wrapped 5; other types 0 */
	uint64_t required; /* keys without which the event is refused (besides ts) */
	uint64_t allowed;  /* required and optional ones; others are ignored */
	struct { uint8_t key, vocabulary; } words[3]; /* which keys hold which words; a word not in the list makes the event bad,
						       * but for channel, where it means "other" */
	const char *summary;
};
extern const struct event_type_info event_types[EVENT_TYPE_COUNT];
extern const char *const event_key_names[KEY_COUNT];
enum event_type event_type_find(struct view name); /* or EVENT_UNKNOWN */
int event_key_find(struct view name);		   /* enum event_key or -1 */

/* ---- a decoded event; views point into the batch's payload ---- */
struct event {
	enum event_type type;
	uint8_t fault;	     /* enum feed_fault that makes it unusable (FAULT_BAD_EVENT ...), or FAULT_NONE */
	uint64_t present;    /* KEY_BIT of every key that is there */
	struct view type_name;
	int64_t ts;	     /* ms since the epoch */
	uint64_t seq;	     /* 0: unsequenced */
	struct view text[KEY_TEXT_COUNT];     /* meaningful only where present; data NULL: an explicit nil (case.assigned) */
	int64_t number[KEY_NUMBER_COUNT];     /* by event_number() */
	uint8_t word[KEY_TEXT_COUNT];	      /* the vocabulary number of a key that holds a word */
};

static inline bool event_has(const struct event *event, enum event_key key)
{
	return event->present & KEY_BIT(key);
}

static inline struct view event_text(const struct event *event, enum event_key key)
{
	return event_has(event, key) ? event->text[key] : (struct view){0};
}

/* A number, or `otherwise` where the key is absent. */
static inline int64_t event_number(const struct event *event, enum event_key key, int64_t otherwise)
{
	return event_has(event, key) ? event->number[key - KEY_TEXT_COUNT] : otherwise;
}

static inline int event_word(const struct event *event, enum event_key key, int otherwise)
{
	return event_has(event, key) ? event->word[key] : otherwise;
}

#define BATCH_EVENTS_MAX 4096
#define PAYLOAD_MAX (1024 * 1024)
#define ID_MAX 64 /* bytes of an id */

/* An id as it is kept of a contact, a case or a survey: at most ID_MAX bytes, and nothing after a NUL, so that it can be told from what is
 * kept. */
static inline struct view event_id(struct view id)
{
	const size_t size = id.size < ID_MAX ? id.size : ID_MAX;
	const char *end = size ? memchr(id.data, 0, size) : NULL;
	return (struct view){id.data, end ? (size_t)(end - id.data) : size};
}

struct batch {
	struct view src;    /* size 0: unsequenced */
	uint64_t boot, seq; /* of the first event; for a heartbeat the next one to come */
	int64_t sent;	    /* or INSTANT_NONE (INT64_MIN) */
	struct view replay; /* the ROUTER's endpoint, in heartbeats */
	uint32_t count;
	struct event *events; /* in the order of the wire */
	size_t room;
	uint32_t repeated; /* keys that came twice in one map (FAULT_DUPLICATE_KEY); the events stay good, the first value counts */
};

/* ---- what can be wrong with what a feed sends; counted per feed and in all ---- */
#define FEED_FAULTS(X) \
	X(NONE, "none", "") \
	X(FRAMES, NC_("fault", "frames"), N_("a message that is not [topic][payload]")) \
	X(SITE, NC_("fault", "site"), N_("the topic names another site")) \
	X(TOO_LARGE, NC_("fault", "too_large"), N_("a payload over 1 MiB, or more events, items or depth than allowed")) \
	X(MALFORMED, NC_("fault", "malformed"), N_("a payload that is not one MessagePack map of the right shape")) \
	X(VERSION, NC_("fault", "version"), N_("a protocol version newer than this program knows")) \
	X(BAD_EVENT, NC_("fault", "bad_event"), N_("an event without a required key, or with a wrong kind of value")) \
	X(UNKNOWN_EVENT, NC_("fault", "unknown_event"), N_("an event type this program does not know")) \
	X(IMPOSSIBLE, NC_("fault", "impossible"), N_("an event that cannot follow what went before")) \
	X(DUPLICATE, NC_("fault", "duplicate"), N_("an event that was already counted")) \
	X(MISSING, NC_("fault", "missing"), N_("events that were published and never came")) \
	X(LATE, NC_("fault", "late"), N_("events older than the clock, applied to their minute")) \
	X(TOO_OLD, NC_("fault", "too_old"), N_("events more than 24 h late: state only")) \
	X(AHEAD, NC_("fault", "ahead"), N_("events more than 5 s ahead of the clock, clamped")) \
	X(UNSEQUENCED, NC_("fault", "unsequenced"), N_("events without src, boot and seq: their loss cannot be seen")) \
	X(SECOND_PUBLISHER, NC_("fault", "second_publisher"), N_("two publishers that use the same src")) \
	X(DUPLICATE_KEY, NC_("fault", "duplicate_key"), N_("a key twice in one map; the first counts")) \
	X(KEY_REFUSED, NC_("fault", "key_refused"), N_("the publisher does not take our key")) \
	X(SERVER_KEY, NC_("fault", "wrong_server_key"), N_("the publisher's key is not the one pinned for it")) \
	X(SECURITY, NC_("fault", "no_common_security"), N_("one side wants CURVE, the other speaks plaintext")) \
	X(CASE_ORDER, NC_("fault", "case_order"), N_("a case whose state is older than the case")) \
	X(UNKNOWN_CALENDAR, NC_("fault", "unknown_calendar"), N_("an SLA clock by a calendar nobody defined: it runs by the next one")) \
	X(UNKNOWN_ZONE, NC_("fault", "unknown_zone"), N_("a calendar in a time zone there is none of: it is not used")) \
	X(SCORE, NC_("fault", "score_off_scale"), N_("a survey's or a review's score outside of its scale")) \
	X(ANSWERED_TWICE, NC_("fault", "answered_twice"), N_("a survey answered again; the last answer counts, in the minute of the first")) \
	X(DUE_FAR, NC_("fault", "due_too_far"), N_("an SLA clock due ten years away or more: its target holds, the due is passed over")) \
	X(STEP_AFTER_END, NC_("fault", "step_after_end"), N_("a step for a rude customer whose contact is over")) \
	X(FOLLOWUP_LOST, NC_("fault", "followup_lost"), N_("a low score that waits for no call-back: ten thousand wait already"))
enum feed_fault {
#define FAULT(NAME, name, help) FAULT_##NAME,
	FEED_FAULTS(FAULT) FAULT_COUNT
#undef FAULT
};
extern const char *const feed_fault_names[FAULT_COUNT];
extern const char *const feed_fault_helps[FAULT_COUNT];
/* Of those that keep a link refused until somebody mends keys or settings. */
bool feed_fault_security(enum feed_fault fault);

/* ---- the record: the only thing that changes the engine ---- */
enum record_kind { RECORD_BATCH, RECORD_CLOCK, RECORD_GAP, RECORD_LINK, RECORD_CONFIG, RECORD_HISTORY };
enum link_state { LINK_CONNECTING, LINK_LIVE, LINK_QUIET /* never sent a heartbeat: "no heartbeat" */, LINK_STALE, LINK_REFUSED, LINK_ENDED /* a file played to its end */ };
extern const char *const link_states[]; /* as people read them: "connecting" "live" "no heartbeat" ... */

/* The rules in force: with other ones the same records give other figures. */
struct record_config {
	struct view program;  /* version */
	struct view settings; /* in force, as settings_write() writes them: no secrets */
	uint64_t settings_hash /* of those that count */, zone_hash /* of the rules, not of the name */, locale_hash;
	const struct view *feeds; /* endpoints, by index */
	uint32_t feed_count;
};

#define FEED_NONE UINT16_MAX /* a record that came by no feed: a person's action */
struct record {
	enum record_kind kind;
	uint64_t lsn;	     /* consecutive from 1 */
	int64_t recv;	     /* ms; never decreasing */
	uint16_t feed;	     /* index of the feed it came from */
	const struct batch *batch; /* RECORD_BATCH */
	/* RECORD_LINK: the new state of the feed; or `count` rejections of kind `fault` */
	enum link_state link;
	enum feed_fault fault;
	uint64_t count;
	int64_t silent_since;  /* ms of engine time since when nothing was heard (LINK_STALE) */
	/* RECORD_GAP: a hole that cannot be filled. RECORD_HISTORY: buckets that ended in from..to (ms) are in the history */
	struct view src;
	uint64_t boot, from, to;
	const struct record_config *config; /* RECORD_CONFIG */
};

#endif
