/* The simulated helpdesk from inside: a discrete-event simulation. Everything that will happen is an activity on the agenda;
 * doing one says events of its own instant and puts further activities on the agenda. Integers only: the same everywhere. */
#ifndef FEED_SIMULATOR_STATE_H
#define FEED_SIMULATOR_STATE_H

#include "base/instant.h"
#include "feed/simulator.h"

#define HISTORY_MS (2 * HOUR_MS) /* the simulation begins so long before `start` */
#define LINES 8
#define AGENTS 40
#define TOPICS 6
#define FOLLOWUPS 64
#define NOBODY (-1)
#define NONE UINT32_MAX

enum act {
	ACT_OPENING, ACT_STAFFING, ACT_BACKLOG, ACT_ARRIVAL, ACT_AGAIN, ACT_PATIENCE, ACT_RING_END, ACT_TRANSFER, ACT_HOLD, ACT_UNHOLD, ACT_WORK,
	ACT_RELEASE, ACT_WRAPPED, ACT_ANGER, ACT_SIGNAL, ACT_STEP, ACT_CALMED, ACT_SAFETY, ACT_WITHDRAWN, ACT_HELP, ACT_AGENT, ACT_CASE_REPLY,
	ACT_CASE_SOLVE, ACT_CASE_ANSWER, ACT_CASE_CLOSE, ACT_CASE_REOPEN, ACT_SURVEY, ACT_SURVEY_ANSWER, ACT_REVIEW, ACT_FOLLOWUP,
	ACT_CALLBACK_DUE, ACT_CALLBACK_DONE, ACT_BASE, ACT_JOINED, ACT_CHURNED, ACT_NOTE, ACT_PRAISE, ACT_COUNT
};

/* What an activity is about; the meaning of `item` and `stamp` depends on the kind. The rest outlives contact and case. */
struct subject {
	uint32_t item, stamp;	/* an index, and the serial its holder must still have */
	uint32_t contact, ticket; /* numbers as in the ids; 0: none */
	uint32_t customer, number; /* number: of a survey or callback; or a step */
	uint8_t line, topic, kind;
	int8_t agent;
};

struct activity {
	int64_t ts;
	uint64_t serial; /* ties keep the order in which they were planned */
	enum act act;
	struct subject subject;
};

struct chance {
	uint64_t state, stream;
};

/* An event to come, in a compact form. */
#define PARTS_MAX 12
#define SPOKEN_MAX 512
struct utterance {
	enum event_type type;
	int64_t ts;
	uint8_t count, used_keys[PARTS_MAX];
	uint16_t used, offset[PARTS_MAX], size[PARTS_MAX];
	int64_t number[PARTS_MAX];
	char text[SPOKEN_MAX];
};

enum phase { PHASE_UNUSED, PHASE_WAITING, PHASE_RINGING, PHASE_TALKING, PHASE_MOVING, PHASE_WRAPPING };
enum mood { MOOD_CALM, MOOD_RUDE /* aimed at the agent, not over yet */ };

struct contact {
	uint32_t serial; /* its number in ids; 0: unused */
	uint32_t next, previous; /* of the waiting line; next: of the unused ones too */
	uint32_t customer;
	uint32_t ticket, ticket_number; /* index (NONE) and number in ids */
	enum phase phase;
	enum mood mood;
	uint8_t line, topic, market, step, script;
	uint8_t plan; /* of the current leg: what was planned for an earlier one is void */
	int8_t agent, avoided;
	bool waits, alarmed /* of a threat to somebody's life */;
	int64_t queued, rung, answered, held_since, held, wrap;
};

struct ticket {
	uint32_t serial;
	uint32_t next; /* of the unused ones */
	uint32_t customer;
	uint8_t line, topic, market;
	int8_t agent;
	bool first_reply, resolve; /* clocks that run */
	bool paused, solved, fated; /* fated: when it will be solved is planned from the start */
	uint32_t visit; /* counts turns; what was planned for an earlier one is void */
};

struct agent {
	enum availability state;
	uint8_t line, load; /* load: contacts on the desk, wrapping ones too */
	int64_t idle_since;
	uint32_t help; /* the contact of the open call for help */
};

struct line {
	const char *queue, *title;
	enum channel channel;
	uint16_t hourly; /* arrivals */
	uint16_t talk_s, wrap_s, patience_s;
	uint8_t agents, slots, markets[2], cases; /* cases: percent of contacts with a ticket */
	uint16_t first_reply_min;
	const char *team;
	const char *topics[TOPICS];
};
extern const struct line lines[LINES];
#define OUTAGE 0 /* every line's first topic */

struct simulator {
	int64_t begin, start, zone_offset, now;
	struct chance chance;
	struct activity *agenda; /* a binary heap */
	size_t agenda_count, agenda_room;
	uint64_t activities;
	struct utterance *queue; /* said and not yet handed out */
	size_t queue_first, queue_count, queue_room;
	struct utterance current; /* the views of the last event handed out point here */
	struct contact *contacts;
	size_t contact_count, contact_room;
	uint32_t contact_unused, contact_serial;
	struct ticket *tickets;
	size_t ticket_count, ticket_room;
	uint32_t ticket_unused, ticket_serial;
	uint32_t survey_serial, callback_serial;
	uint32_t first_waiting[LINES], last_waiting[LINES];
	uint32_t waiting[LINES];
	struct agent agents[AGENTS];
	uint32_t followups[FOLLOWUPS]; /* customers who will be called, plus one; 0: unused */
	uint8_t scripted; /* how many of the scripted rude customers have appeared */
	uint32_t flags; /* of rude customers that are not in the script */
	int64_t alarm; /* when the next threat to somebody's life may come */
};

/* ---- chance: never two draws in one expression, for C leaves open which comes first ---- */
void chance_start(struct chance *chance, uint64_t seed);
uint32_t chance_below(struct simulator *simulator, uint32_t limit);
bool chance_percent(struct simulator *simulator, uint32_t percent);
int64_t chance_between(struct simulator *simulator, int64_t low, int64_t high);
/* Exponential, mean `mean`, at most about five times that. */
int64_t chance_wait(struct simulator *simulator, int64_t mean);

/* ---- the agenda ---- */
void agenda_put(struct simulator *simulator, int64_t ts, enum act act, const struct subject *subject);
bool agenda_take(struct simulator *simulator, struct activity *activity);

/* ---- saying ---- */
void say(struct simulator *simulator, enum event_type type);
void say_text(struct simulator *simulator, enum event_key key, const char *text);
void say_number(struct simulator *simulator, enum event_key key, int64_t number);
void say_id(struct simulator *simulator, enum event_key key, const char *prefix, uint32_t serial);
void say_contact(struct simulator *simulator, uint32_t serial);
void say_ticket(struct simulator *simulator, uint32_t serial);
void say_agent(struct simulator *simulator, int agent);
void say_customer(struct simulator *simulator, uint32_t customer);
void say_word(struct simulator *simulator, enum event_key key, enum vocabulary vocabulary, int word);
void say_channel(struct simulator *simulator, int line);
void utterance_event(struct utterance *utterance, struct event *event);
extern const char *const market_names[];
#define MARKETS 4

/* ---- people ---- */
void people_open(struct simulator *simulator);
void people_staff(struct simulator *simulator, const struct subject *subject);
void people_turn(struct simulator *simulator, const struct subject *subject);
/* The one idle for longest, or NOBODY. */
int people_find(const struct simulator *simulator, int line, int avoided);
void people_take(struct simulator *simulator, int agent);
void people_give_back(struct simulator *simulator, int agent);
void people_help(struct simulator *simulator, const struct subject *subject);
void people_opening(struct simulator *simulator, const struct subject *subject);

/* ---- arrivals ---- */
void arrivals_open(struct simulator *simulator);
void arrivals_act(struct simulator *simulator, enum act act, const struct subject *subject);

/* ---- contacts ---- */
struct contact *talk_at(struct simulator *simulator, const struct subject *subject); /* NULL: it is gone */
struct subject talk_subject(const struct simulator *simulator, const struct contact *contact);
void talk_plan(struct simulator *simulator, const struct contact *contact, int64_t ts, enum act act, uint32_t number);
void talk_queue(struct simulator *simulator, int line, uint32_t customer, int topic, const struct subject *again);
void talk_dispatch(struct simulator *simulator, int line);
void talk_act(struct simulator *simulator, enum act act, const struct subject *subject);
void talk_answered(struct simulator *simulator, struct contact *contact);
void talk_release(struct simulator *simulator, struct contact *contact, enum released_by by);
void handling_act(struct simulator *simulator, enum act act, const struct subject *subject);
void talk_forget(struct simulator *simulator, struct contact *contact);

/* ---- moods ---- */
void mood_begin(struct simulator *simulator, struct contact *contact);
void mood_act(struct simulator *simulator, enum act act, const struct subject *subject);

/* ---- tickets ---- */
uint32_t ticket_open(struct simulator *simulator, const struct contact *contact);
void ticket_taken(struct simulator *simulator, const struct contact *contact);
void ticket_left(struct simulator *simulator, const struct contact *contact);
void ticket_done(struct simulator *simulator, const struct contact *contact);
void ticket_act(struct simulator *simulator, enum act act, const struct subject *subject);

/* ---- what follows ---- */
void echoes_open(struct simulator *simulator);
void echoes_of(struct simulator *simulator, const struct contact *contact);
void echoes_callback(struct simulator *simulator, const struct contact *contact);
void echoes_act(struct simulator *simulator, enum act act, const struct subject *subject);

#endif
