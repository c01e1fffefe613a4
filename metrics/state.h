/* The engine from inside: for the files of metrics/ only. Things refer to each other by index, never by pointer, so that the
 * state can be written down and read back. Index 0 of every pool is unused and means "none". */
#ifndef METRICS_STATE_H
#define METRICS_STATE_H

#include "base/map.h"
#include "base/names.h"
#include "metrics/engine.h"
#include "metrics/query.h"
#include "metrics/tally.h"

/* ---- timers: a binary heap ordered by (due, kind, serial of the thing); stale ones are told by `version` ---- */
enum timer_kind { TIMER_WRAP, TIMER_LOST, TIMER_FCR, TIMER_SLA, TIMER_SLA_SOON, TIMER_HELD_EVENT, TIMER_ALERT_MUTE, TIMER_KINDS };
struct timer {
	int64_t due;
	uint8_t kind;
	uint32_t item;	  /* index in the pool of that kind */
	uint32_t version; /* must equal the item's, or the timer is void */
	uint64_t serial;  /* of the item: the order among equals */
};
void timers_add(struct engine *engine, struct timer timer);

/* ---- two gauges sampled at whole seconds ---- */
enum gauge { GAUGE_WAITING, GAUGE_BUSY, GAUGE_LONGEST, GAUGE_RUDE, GAUGE_SLA_OPEN, GAUGE_COUNT };
struct sample {
	int64_t start;		  /* of the minute or quarter */
	int32_t last[GAUGE_COUNT], most[GAUGE_COUNT];
	int64_t most_at[GAUGE_COUNT]; /* the first second that reached it; LONGEST is in seconds */
};
struct samples { /* a growing array by time, like struct series */
	int64_t length, keep;
	struct sample *items;
	size_t count, room, first;
};

/* ---- a slot: everything counted for one (queue, channel, market) ---- */
struct slot {
	uint16_t queue, channel, market; /* channel: enum channel */
	struct series minutes[2], quarters[2]; /* by enum attribution */
	uint32_t waiting_first, waiting_last;  /* contacts by (queued, serial) */
	int32_t waiting, busy;
	int32_t callbacks_due, callbacks_scheduled;
	int32_t rude, sla_breached_open;
};
/* A place where peaks are watched: everything, each queue, each channel, each (queue, channel). */
struct watch {
	struct scope scope;
	struct samples minutes, quarters;
	bool dirty; /* something of it changed in this second */
};

enum contact_phase { PHASE_WAITING, PHASE_TALKING, PHASE_HELD, PHASE_WRAPPING, PHASE_ENDED };
struct contact {
	char id[ID_MAX + 1];
	uint32_t version;
	uint64_t serial; /* order of first sight */
	uint8_t phase, channel;
	uint16_t slot;
	uint16_t queue, market, topic, agent; /* names; agent: present or last */
	uint16_t ringing; /* agent it is offered to */
	uint8_t priority;
	bool in_answered; /* the present queue entry was answered (counts as such) */
	uint64_t customer; /* hash of the pseudonym, 0: none */
	uint32_t case_item;
	int64_t first_queued, queued, answered, since /* of the phase */, released;
	int64_t wait;	   /* of the present entry, once answered or left */
	int64_t talk, hold, wrap; /* of the present leg so far: talk without hold */
	uint16_t legs;		  /* completed */
	int64_t handled;	  /* Σ of completed legs */
	int8_t left_why;	  /* enum left_why or -1: for resumed */
	uint8_t released_by;
	uint32_t wait_next, wait_previous; /* in the slot's list */
	uint32_t agent_next, agent_previous; /* in the agent's list of running contacts */
	uint32_t conduct; /* its open flag, or 0 */
	uint32_t fcr;	  /* its record in the FCR memory, or 0 */
	uint16_t feed, source; /* who reported it: for snapshot.* */
	bool named;	       /* in the snapshot that is running */
	uint32_t next_closed;  /* free list */
};

/* ---- agents: what they declare and what they do ---- */
struct agent {
	uint16_t name, team;
	uint8_t availability; /* enum availability */
	uint16_t reason;
	int64_t declared_since, activity_since, shift_since, until;
	int32_t ringing, talking, held, wrapping; /* contacts by activity */
	bool help;
	int64_t help_since;
	uint32_t first_contact;			  /* running ones */
	int64_t accounted;			  /* busy/idle time is counted up to here */
	int64_t session_since;			  /* union of chat sessions: since when >= 1 runs */
	int32_t chats;
	int16_t slots[CHANNEL_COUNT];		  /* capacity, 0: not told */
	struct series minutes[2], quarters[2];
	int32_t rude_shift;
	int64_t rude_times[8]; /* the last ones, for "2 within an hour" */
	int64_t break_suggested; /* 0: no; since when the suggested break is not taken */
	int32_t mistakes;	 /* today */
	uint64_t serial;
};
struct membership { uint16_t agent, queue; bool in; int16_t penalty; };

/* ---- cases and SLA clocks ---- */
struct case_item {
	char id[ID_MAX + 1];
	uint64_t serial;
	uint16_t queue, market, topic, agent, slot;
	uint8_t channel, state, priority;
	uint64_t customer;
	int64_t opened, solved, since /* state */, unanswered /* first unanswered customer message; 0: none */;
	uint32_t clocks[SLA_CLOCK_COUNT]; /* index of the SLA clock, 0: none */
	uint16_t source;
	bool named, solved_counted;
};
enum sla_state { SLA_STATE_NONE, SLA_STATE_RUNNING, SLA_STATE_PAUSED, SLA_STATE_MET, SLA_STATE_BREACHED, SLA_STATE_MET_LATE, SLA_STATE_CANCELLED };
struct sla {
	uint32_t case_item, version;
	uint64_t serial;
	uint8_t clock, state;
	bool paused;		 /* a breached clock can be paused too */
	int64_t target, elapsed; /* ms of open time; elapsed up to `since` */
	int64_t since;		 /* running since */
	int64_t due;		 /* while running */
	int64_t breached_at, started;
	bool counted, ours;	 /* the breach stands in the counters; it was our timer's */
};

/* ---- conduct ---- */
struct conduct {
	uint32_t contact, version;
	uint64_t serial;
	char id[ID_MAX + 1]; /* of the contact, that may be gone */
	uint16_t agent, slot, queue;
	uint8_t channel, step, highest, kind, aim;
	bool open, safety;
	uint8_t fault_step;  /* the step that was tried out of turn, 0: none */
	uint8_t ended_how;   /* enum conduct_end */
	uint64_t customer;
	int64_t opened, stepped, closed;
	int64_t prior_at; /* the customer's earlier flag; 0: none */
	uint8_t prior_step;
};
enum conduct_end { CONDUCT_OPEN, CONDUCT_CALMED, CONDUCT_WITHDRAWN, CONDUCT_ENDED, CONDUCT_UNRESOLVED };

/* ---- lists by name: refusals by policy, mistakes by agent ... ---- */
struct named_count { uint16_t name, agent; int64_t at; }; /* one occurrence */
struct occurrences { struct named_count *items; size_t count, room; };

/* ---- follow-ups ---- */
struct followup { uint64_t customer; uint32_t case_item; uint16_t slot; int64_t since; bool open; };

/* ---- FCR memory: one entry per contact queued by a known customer ---- */
struct fcr_entry {
	uint64_t customer, serial;
	uint32_t version, next; /* the customer's next entry, by queued */
	int64_t queued, from;	/* from: the instant R counts from (queued or released) */
	uint16_t topic, queue, slot, agent;
	bool resolved, repeated, settled;
	uint32_t contact;
};

/* ---- publishers ---- */
#define BOOTS_KEPT 4
struct span { uint64_t from, to; };
struct boot {
	uint64_t boot, first, next; /* next expected */
	struct span *missing;	    /* holes, ascending */
	size_t holes, room;
	int64_t heard, since; /* engine time */
	uint64_t received, lost; /* lost: holes that were given up */
};
struct source {
	uint16_t name; /* in engine->sources_names */
	uint16_t feed;
	struct boot boots[BOOTS_KEPT];
	int boot_count, current;
	int switches; /* how often two boots took turns: a second publisher */
	uint64_t faults[FAULT_COUNT];
	uint64_t received;
	int64_t last_sent, last_recv;
	uint32_t snapshot_scope; /* running snapshot: queue name + 1; 0: none */
	bool snapshot_running, snapshot_void;
};
struct feed_status {
	enum link_state link;
	int64_t link_since, silent_since, heard;
	uint64_t faults[FAULT_COUNT], received, batches;
	int64_t lag; /* ms of the last batch: recv - sent; -1 */
};

/* ---- levels with hysteresis, and alerts ---- */
struct level_state { uint16_t rule; struct scope scope; uint8_t level, candidate; int64_t since, candidate_since; };
enum alert_kind { ALERT_LEVEL, ALERT_RULE, ALERT_SLA, ALERT_CONDUCT, ALERT_SAFETY, ALERT_FEED, ALERT_FOLLOWUP, ALERT_CARE };
struct alert {
	uint64_t id; /* xxh3 of (rule, scope, raised) */
	uint8_t kind, severity;
	int16_t metric; /* or -1 */
	uint16_t rule;
	struct scope scope;
	uint32_t item;	  /* sla, conduct, ... by kind */
	int64_t raised, cleared /* 0: stands */, acknowledged /* 0: no */, muted_until;
	uint16_t acknowledged_by;
	int64_t value, limit; /* what was over what, when raised: ms, thousandths or counts by the metric's unit (value * 1000 for counts) */
	char about[ID_MAX + 1]; /* the case, contact, feed it is about */
};

struct note { char text[201]; int64_t at, until; uint16_t by; };

#define CLOSED_KEPT 2000
#define ALERTS_KEPT 256

struct pool { void *items; size_t size; uint32_t count; size_t room; uint32_t free; };

struct engine {
	const struct settings *settings;
	struct zone *zone;
	uint64_t lsn, serial;
	int64_t now, second; /* the last whole second that was evaluated (ms) */
	int64_t clock_record;
	/* names */
	struct names queues, agents_names, teams, topics, markets, policies, kinds, people, sources_names;
	/* slots and watches */
	struct slot *slots; size_t slot_count, slot_room; struct map slot_index;
	struct watch *watches; size_t watch_count, watch_room; struct map watch_index;
	struct queue_info { char title[64]; int64_t target, short_abandon; int formula; bool hidden, defined; uint8_t channel; } *queue_info; size_t queue_info_room;
	/* things */
	struct contact *contacts; size_t contact_count, contact_room; struct map contact_index; uint32_t contact_free;
	uint32_t closed[CLOSED_KEPT]; uint32_t closed_next; /* ring of closed contacts, oldest is reused */
	struct agent *agents; size_t agent_count, agent_room; struct map agent_index; /* by name number */
	struct membership *members; size_t member_count, member_room;
	struct case_item *cases; size_t case_count, case_room; struct map case_index;
	struct sla *slas; size_t sla_count, sla_room; uint32_t sla_free;
	struct conduct *conducts; size_t conduct_count, conduct_room; struct map flag_index; /* last flag by customer hash */
	struct fcr_entry *fcr; size_t fcr_count, fcr_room; uint32_t fcr_free; struct map fcr_index; /* first entry by customer hash */
	int64_t fcr_open, fcr_open_kept;
	struct followup *followups; size_t followup_count, followup_room;
	struct occurrences refusals, mistakes, praises;
	struct map callbacks; /* callback id -> slot * 2 + due */
	struct note *notes; size_t note_count, note_room;
	int64_t customers;
	/* publishers and feeds */
	struct source *sources; size_t source_count, source_room;
	struct feed_status feeds[32]; int feed_count;
	uint64_t faults[FAULT_COUNT];
	struct names unknown_types; uint64_t *unknown_counts; size_t unknown_room;
	/* timers, held events */
	struct timer *timers; size_t timer_count, timer_room;
	struct held_event *held; size_t held_count, held_room;
	/* levels and alerts */
	struct level_state *levels; size_t level_count, level_room;
	struct alert alerts[ALERTS_KEPT]; uint32_t alert_count; /* ever raised; the ring keeps the last */
	bool dirty; /* something happened since the last evaluated second */
	/* the event at hand */
	uint16_t source, feed; int64_t ts /* clamped */; bool too_old, from_snapshot;
};

/* ---- what the files of metrics/ offer each other ---- */
/* slots.c */
uint16_t slot_of(struct engine *engine, uint16_t queue, uint8_t channel, uint16_t market);
/* Adds to the slot and, where agent != 0, to the agent: by outcome in the minute of `at`, by arrival in that of `arrived`
 * (skipped where arrived == 0). Nothing is counted while engine->too_old. */
void count_add(struct engine *engine, uint16_t slot, uint16_t agent, enum counter counter, int64_t at, int64_t arrived, int64_t delta);
void count_key(struct engine *engine, uint16_t slot, uint16_t agent, uint16_t key, int64_t at, int64_t arrived, int64_t delta);
void slot_touch(struct engine *engine, uint16_t slot); /* gauges changed: sample at the end of this second */
bool slot_in_scope(const struct engine *engine, const struct slot *slot, struct scope scope);
int64_t slot_target(const struct engine *engine, uint16_t slot);
int64_t slot_short(const struct engine *engine, uint16_t slot);
/* agents.c */
uint16_t agent_of(struct engine *engine, struct view name); /* index, created */
void agent_activity(struct engine *engine, uint16_t agent, int ringing, int talking, int held, int wrapping); /* deltas at engine->ts */
/* contacts.c */
uint32_t contact_find(const struct engine *engine, struct view id); /* 0: unknown */
/* the event appliers: false: impossible now (the engine may hold it for 2 s) */
bool contacts_apply(struct engine *engine, const struct event *event);
bool agents_apply(struct engine *engine, const struct event *event);
bool cases_apply(struct engine *engine, const struct event *event);  /* case.*, sla.*, calendar.* */
bool surveys_apply(struct engine *engine, const struct event *event); /* survey.*, review.*, followup.* */
bool conduct_apply(struct engine *engine, const struct event *event);
bool notes_apply(struct engine *engine, const struct event *event); /* refusal, praise, mistake, customer.*, note, queue.defined, alert.* */
/* fcr.c: called by contacts.c */
void fcr_queued(struct engine *engine, uint32_t contact);
void fcr_released(struct engine *engine, uint32_t contact);
void fcr_case(struct engine *engine, uint32_t case_item); /* its state changed: solved, reopened */
/* conduct.c: called by contacts.c */
void conduct_contact_ended(struct engine *engine, uint32_t contact);
/* timers, by kind */
void contact_timer(struct engine *engine, const struct timer *timer);
void sla_timer(struct engine *engine, const struct timer *timer);
void fcr_timer(struct engine *engine, const struct timer *timer);
/* levels.c: at whole seconds */
void levels_evaluate(struct engine *engine);
uint32_t alert_raise(struct engine *engine, struct alert alert); /* its number from 1 */
void alert_clear(struct engine *engine, uint8_t kind, uint32_t item, int16_t metric, struct scope scope);
/* sources.c */
/* Registers a batch; *skip: how many of its first events were seen before are told one by one by source_seen(). */
uint16_t source_batch(struct engine *engine, const struct record *record);
bool source_take(struct engine *engine, uint16_t source, uint64_t boot, uint64_t seq); /* false: a duplicate */

#endif
