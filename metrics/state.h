/* The engine from inside: for the files of metrics/ only. Things refer to each other by index, never by pointer, so that the
 * state can be written down and read back. Index 0 of every pool is unused and means "none". */
#ifndef METRICS_STATE_H
#define METRICS_STATE_H

#include "base/map.h"
#include "base/names.h"
#include "metrics/engine.h"
#include "metrics/ledger.h"
#include "metrics/query.h"
#include "metrics/witness.h"

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
	int32_t last[GAUGE_COUNT], most[GAUGE_COUNT]; /* LONGEST is in seconds */
	uint16_t most_at[GAUGE_COUNT]; /* the first second that reached it, in seconds after start */
};
struct samples { /* a growing array by time, like struct series */
	int64_t length, keep;
	struct sample *items;
	size_t count, room, first;
};

/* ---- a slot: everything counted for one (queue, channel, market) ----
 * Slot 0 takes what concerns no queue: it is in scope of everything only. */
#define SLOT_WATCHES 4
#define WATCH_NONE UINT16_MAX /* there are too many: this one is not watched */
struct slot {
	uint16_t queue, channel, market; /* channel: enum channel */
	struct ledger ledger;
	/* Those known to be over the target are a head of the waiting list: its last one (0: none), how many, and the target. */
	uint32_t over_last;
	int32_t over;
	int64_t over_target;
	uint32_t waiting_first, waiting_last;  /* contacts by (queued, serial) */
	int32_t waiting, busy;
	int32_t callbacks_due, callbacks_scheduled;
	int32_t rude, sla_breached_open; /* whoever changes one of these calls slot_touch() */
	int32_t waiting_moved;	/* of the waiting, those that waited in another queue before */
	int32_t running;	/* legs not complete; their time so far is running * at - running_base */
	int64_t running_base;
	int64_t set_target, set_short; /* of the settings' queue section, ms; -1: not set there */
	int32_t sampled[GAUGE_COUNT]; /* what of this slot is already in its watches */
	uint16_t watch[SLOT_WATCHES]; /* everything, queue, channel, (queue, channel) */
	bool touched;
	int32_t sla_running, sla_paused, sla_due_soon, fcr_open, fcr_open_kept; /* kept by sla.c and fcr.c */
};
/* A place where peaks are watched: everything, each queue, each channel, each (queue, channel). */
struct watch {
	struct scope scope;
	struct samples minutes, quarters;
	int32_t value[GAUGE_COUNT]; /* as of the last evaluated second */
	int64_t since;	/* when it was first watched */
	int64_t oldest; /* queued of the one that waits longest; scratch of the sampling */
	bool dirty; /* something of it changed in this second */
};

enum contact_phase { PHASE_WAITING, PHASE_TALKING, PHASE_HELD, PHASE_WRAPPING, PHASE_ENDED };
struct contact { /* the id, seldom looked at, stands last */
	uint32_t version;
	uint64_t serial; /* order of first sight */
	uint8_t phase, channel;
	uint16_t slot;
	uint16_t queue, market, topic, agent; /* names; agent: present or last (an agent's index is the number of his name) */
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
	bool lost_timer;       /* of this place in the pool: a TIMER_LOST stands for it */
	bool counted;	       /* stands in CONTACTS */
	uint32_t snapshot;     /* number of the snapshot in which it was first seen; 0: none */
	int64_t sign;	       /* when it was last heard of: engine time, however late that was */
	uint32_t wraps;	       /* legs that wait for their wrap-up, or 0 */
	uint32_t next_closed;  /* free list; of a closed one: its place in the ring + 1 */
	char id[ID_MAX + 1];
};
/* A leg whose wrap-up is awaited. Apart from the contact, which may be with the next agent by then. */
struct wrap {
	uint32_t contact; /* 0: free */
	uint32_t next;	  /* of the contact; of the free list */
	uint64_t serial;
	uint16_t slot, agent;
	bool timer;   /* a TIMER_WRAP stands for this place in the pool */
	int64_t queued /* of the leg's queue entry */, released, talk, hold;
};

/* ---- agents: what they declare and what they do ---- */
struct agent { /* its index is the number of its name */
	uint16_t name, team;
	uint8_t availability; /* enum availability */
	bool declared;	      /* he ever declared a state; without it there is no idle time */
	uint16_t reason;
	int64_t declared_since, activity_since, shift_since, until;
	int32_t ringing, talking, held, wrapping; /* contacts by activity */
	bool help;
	int64_t help_since;
	uint32_t first_contact;			  /* running ones */
	int64_t accounted;			  /* busy/idle time is counted up to here */
	int64_t unflushed[4];			  /* busy, idle, slots used, slots: of the minute of `accounted`, not yet in the series */
	int64_t session_since;			  /* union of chat sessions: since when >= 1 runs */
	int32_t chats;
	int16_t slots[CHANNEL_COUNT];		  /* capacity, 0: not told */
	struct ledger ledger;
	int32_t running; /* legs not complete, as in a slot */
	int64_t running_base;
	int32_t rude_shift;
	int64_t rude_times[8]; /* the last ones, for "2 within an hour" */
	int64_t break_suggested; /* 0: no; since when the suggested break is not taken */
	int32_t rude_at_break;	 /* rude_shift when he last took one */
	int32_t mistakes;	 /* today */
	uint64_t serial;
};
struct membership {
	uint16_t agent, queue;
	bool told, in;	/* told: by agent.member; else only seen at work there */
	int16_t penalty;
	int64_t took;	/* when he last answered there; 0: never */
};
/* Activity by precedence: help > ring > talk > hold > wrap > away > idle; offline where he is. */
enum activity { ACTIVITY_HELP, ACTIVITY_RING, ACTIVITY_TALK, ACTIVITY_HOLD, ACTIVITY_WRAP, ACTIVITY_AWAY, ACTIVITY_IDLE, ACTIVITY_OFFLINE };

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
	bool listed;	    /* in engine->open_cases, at `place` */
	bool retiring;	    /* in the list of closed ones */
	uint32_t place;
	uint32_t fcr_first; /* FCR entries of its contacts */
	uint32_t snapshot;  /* number of the snapshot in which it was first seen; 0: none */
	uint32_t closed_next; /* closed ones in the order of closing, to be reused */
	int64_t closed;
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
	bool soon;		 /* due soon, told by its timer */
	bool live;		 /* in engine->live_slas, at `place` */
	uint32_t place;
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
	bool flagged;	  /* counted as rude; a record that is not may wait for a word, or stand for safety or anger at the company */
	bool company_fault; /* the fault: a step although the anger was at the company */
	uint16_t faults, cared; /* cared: the agent for whose care it was counted */
	uint32_t prior_item;	/* the record of the earlier flag, or 0 */
	int64_t ended_at, fault_times[8]; /* of the first faults, so that they can be taken back */
	uint32_t place;	  /* in engine->open_conducts while open */
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
	uint32_t version, next, previous; /* the customer's next older and next newer entry, by (queued, serial) */
	uint32_t case_item, case_next;	  /* the case's next entry */
	bool released;	/* answered and released other than by transfer; `from` holds */
	int64_t settled_at;
	int64_t queued, from;	/* from: the instant R counts from (queued or released) */
	uint16_t topic, queue, slot, agent;
	bool resolved, repeated, settled;
	uint32_t contact;
};

/* ---- publishers ---- */
#define BOOTS_KEPT 4
#define SPANS_MOST 4096 /* holes kept per boot; the oldest beyond are given up as lost */
struct span { uint64_t from, to; int64_t since; };
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
	uint32_t snapshot_number; /* how many were begun */
	bool known;
};
struct feed_status {
	enum link_state link;
	enum feed_fault refusal; /* why the link is refused, where it said so; else FAULT_NONE */
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

/* Indexes of things that are open now; each thing knows its place, so that taking one out is cheap. */
struct index_list { uint32_t *items; size_t count, room; };

/* ---- surveys that were sent or answered: an answer is told its slot by them, and a second one replaces the first ---- */
#define SURVEYS_KEPT 65536
struct survey {
	char id[ID_MAX + 1];
	uint8_t kind;
	bool answered;
	uint16_t slot, agent;
	int64_t sent, answered_at; /* sent 0: not known */
	int64_t score, min, max;
};

/* ---- calendars: stored by name until clocks use them ---- */
struct calendar { uint16_t name; char zone[64]; char *week, *holidays; size_t week_size, holidays_size; };

/* Something that wants an alert at the end of this second, if it still holds then. */
struct wanted_alert { uint8_t kind; uint32_t item, version; };

struct note { char text[201]; int64_t at, until; uint16_t by; };

#define CLOSED_KEPT 2000
#define ALERTS_KEPT 256

/* An event that waits up to 2 s for what must come before it; owns its texts. */
#define HELD_MOST 4096
struct held_event {
	struct event event;
	char *texts; /* NULL: free */
	uint32_t next; /* with the same id; of the free list */
	uint32_t version;
	uint64_t serial;
	uint16_t source, feed;
	int64_t ts;
	bool too_old;
};

struct batch_entry { int64_t ts; uint64_t seq; uint32_t index; uint8_t rank; };

struct pool { void *items; size_t size; uint32_t count; size_t room; uint32_t free; };

struct engine {
	const struct settings *settings;
	struct zone *zone;
	uint64_t lsn, serial;
	int64_t now, second; /* the last whole second that was evaluated (ms) */
	int64_t clock_record;
	struct ledger_rules keeping;
	uint64_t stamped; /* LSN when it was read back */
	struct witness witness; /* no part of the state */
	struct view subject;	/* of what is just applied, for the witness */
	/* names */
	struct names queues, agents_names, teams, topics, markets, policies, kinds, people, sources_names;
	/* slots and watches */
	struct slot *slots; size_t slot_count, slot_room; struct map slot_index;
	struct watch *watches; size_t watch_count, watch_room; struct map watch_index; /* watch 0: everything */
	uint16_t *touched; size_t touched_count, touched_room; /* slots with gauges to sample */
	int64_t waiting; /* contacts that wait, in all slots */
	struct queue_info { char title[64]; int64_t target, short_abandon; int formula; bool hidden, defined; uint8_t channel; } *queue_info; size_t queue_info_room;
	/* things */
	struct contact *contacts; size_t contact_count, contact_room; struct map contact_index; uint32_t contact_free;
	struct wrap *wraps; size_t wrap_count, wrap_room; uint32_t wrap_free;
	uint32_t closed[CLOSED_KEPT]; uint32_t closed_next; /* ring of closed contacts, oldest is reused */
	struct agent *agents; size_t agent_count, agent_room;
	struct membership *members; size_t member_count, member_room; struct map member_index; /* by (agent, queue) */
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
	struct held_event *held; size_t held_count /* places used, from 1 */, held_room; uint32_t held_free, held_waiting; struct map held_index; /* first by id */
	struct batch_entry *order; size_t order_room; /* scratch */
	uint64_t impossible[EVENT_TYPE_COUNT];
	/* levels and alerts */
	struct level_state *levels; size_t level_count, level_room, level_next /* where the next look begins */;
	int watched_metrics[3]; /* longest_wait, queue_depth, service_level: their indexes, for every second */
	struct alert alerts[ALERTS_KEPT]; uint32_t alert_count; /* ever raised; the ring keeps the last */
	bool dirty; /* something happened since the last evaluated second */
	/* quality: cases.c sla.c surveys.c fcr.c conduct.c notes.c levels.c alerts.c */
	struct index_list open_cases, live_slas, open_conducts;
	uint32_t case_closed_first, case_closed_last;
	struct survey *surveys; size_t survey_count, survey_room; struct map survey_index; uint32_t survey_next;
	struct names calendar_names; struct calendar *calendars; size_t calendar_count, calendar_room;
	int64_t *bases; size_t base_room; /* customers by market number */
	struct wanted_alert *wanted; size_t wanted_count, wanted_room;
	uint32_t standing; /* alerts not cleared */
	uint32_t conduct_next; /* where to look for a record to reuse */
	int care_open;	       /* agents with a suggested break */
	int64_t levels_minute; /* when the rules over windows were last evaluated */
	int64_t wake;	       /* due of the TIMER_ALERT_MUTE that was asked for last: it only makes that second be looked at */
	bool levels_dirty;     /* something happened since then */
	uint64_t lost_alerted; /* events given up when the last gap alert was raised */
	/* the event at hand */
	uint16_t source, feed; int64_t ts /* clamped */; bool too_old, from_snapshot;
};

/* ---- what the files of metrics/ offer each other ---- */
/* quality.c: called by engine_create() and engine_destroy(): all that the files from cases.c to alerts.c allocate */
void quality_init(struct engine *engine);
void quality_finish(struct engine *engine);
uint64_t customer_hash(struct view pseudonym); /* 0: none */
void index_list_add(struct index_list *list, uint32_t item, uint32_t *place);
/* Takes out what is at `place`; the last one moves there: *moved is its item (0: none), whose place the caller sets. */
uint32_t index_list_remove(struct index_list *list, uint32_t place);
/* The slot that an event without a contact or case of its own belongs to: by contact, case, queue (in this order). */
struct attribution_of { uint16_t slot, agent; uint32_t contact, case_item; uint64_t customer; int64_t arrived; };
struct attribution_of event_attribution(struct engine *engine, const struct event *event);
/* Does what belongs to this slot and agent lie in the scope? */
bool item_in_scope(const struct engine *engine, uint16_t slot, uint16_t agent, struct scope scope);
/* cases.c, sla.c */
uint32_t case_find(const struct engine *engine, struct view id); /* 0: unknown */
void case_expect(const struct engine *engine, struct view id); /* as contact_expect() */
void case_expect_place(const struct engine *engine, struct view id);
bool sla_apply(struct engine *engine, const struct event *event);
void sla_cancel_all(struct engine *engine, uint32_t case_item); /* the case is deleted or merged */
void sla_move(struct engine *engine, uint32_t case_item, uint16_t slot); /* the case changes its slot */
int64_t sla_left(const struct sla *sla, int64_t at); /* open time left; negative: overdue */
/* Cases that `source` reported open in the queue (0: all) and did not name in its snapshot are gone. */
void cases_snapshot_begin(struct engine *engine, uint16_t source, uint16_t queue);
void cases_snapshot_end(struct engine *engine, uint16_t source, uint16_t queue);
/* Gauges of a scope: each fills its own fields, the rest stays as it was. */
void cases_gauges(const struct engine *engine, struct scope scope, int64_t at, struct gauges *gauges);
void conduct_gauges(const struct engine *engine, struct scope scope, int64_t at, struct gauges *gauges);
void fcr_gauges(const struct engine *engine, struct scope scope, int64_t at, struct gauges *gauges);
void surveys_gauges(const struct engine *engine, struct scope scope, int64_t at, struct gauges *gauges);
/* notes.c */
void occurrence_add(struct occurrences *list, uint16_t name, uint16_t agent, int64_t at, int64_t now);
/* figure.c: without hysteresis; the limits that hold for a metric in a scope */
struct limits { double warn, crit, hysteresis; int64_t hold; int rule; /* index of settings->levels, or -1 */ };
struct limits limits_find(const struct engine *engine, int metric, struct scope scope, int64_t window_ms);
enum level figure_level(const struct metric *metric, const struct figure *figure, double warn, double crit);
double figure_limit_value(const struct metric *metric, const struct figure *figure); /* as people write limits: %, s, counts */
/* conduct.c: breaks that were taken, at whole seconds */
void care_evaluate(struct engine *engine);
/* alerts.c */
void alerts_want(struct engine *engine, uint8_t kind, uint32_t item, uint32_t version);
void alerts_evaluate(struct engine *engine); /* raises what is wanted, clears what ended; by levels_evaluate() */
struct alert *alert_standing(struct engine *engine, uint8_t kind, uint16_t rule, uint32_t item, int16_t metric, struct scope scope);
void engine_wake(struct engine *engine, int64_t at); /* the second of this instant is looked at, though nothing happens */
/* levels.c: one step of hysteresis and holding time; `raw` by figure_level(), `value` as people write limits. True: the level
 * that shows has changed. `wake`: when a waiting worse level would show, or INT64_MAX. */
bool level_step(struct level_state *state, enum worse worse, double value, const struct limits *limits, int64_t second, int64_t *wake);
/* Numbers of an alert: value and limit in thousandths (s -> ms, % -> thousandths of the ratio). */
int64_t alert_number(const struct metric *metric, double value);
bool scopes_equal(struct scope a, struct scope b);
/* slots.c */
uint16_t slot_of(struct engine *engine, uint16_t queue, uint8_t channel, uint16_t market);
/* Adds to the slot and, where agent != 0, to the agent: by outcome in the minute of `at`, by arrival in that of `arrived`
 * (skipped where arrived == 0). Nothing is counted while engine->too_old. */
void count_add(struct engine *engine, uint16_t slot, uint16_t agent, enum counter counter, int64_t at, int64_t arrived, int64_t delta);
void count_key(struct engine *engine, uint16_t slot, uint16_t agent, uint16_t key, int64_t at, int64_t arrived, int64_t delta);
void slot_touch(struct engine *engine, uint16_t slot); /* gauges changed: sample at the end of this second */
/* Several at once, keys ascending: much cheaper. */
void count_all(struct engine *engine, uint16_t slot, uint16_t agent, const struct count *counts, size_t n, int64_t at, int64_t arrived);
bool slot_in_scope(const struct engine *engine, const struct slot *slot, struct scope scope);
/* At a minute's start: minutes that are over for some time are closed in all ledgers. */
void ledgers_close(struct engine *engine, int64_t second);
/* What is known of a queue, filled with "not told" (-1, empty title) where it is new; valid until the next call. */
struct queue_info *queue_info_of(struct engine *engine, uint16_t queue);
/* E-mail, messenger, social: people do not hold the line there. */
bool channel_is_asynchronous(uint16_t channel);
/* Does the slot count for the longest wait of a scope with this channel? An e-mail that waits three hours would hide the caller who
 * waits four minutes: asynchronous channels count where they are asked for by name, and in longest_wait_async. */
bool slot_waits_live(const struct slot *slot, uint16_t channel);
int64_t slot_target(const struct engine *engine, uint16_t slot);
/* Waiting in the slot for longer than the target; cheap because slot_advance_over() keeps up once a second. */
int64_t slot_over(const struct engine *engine, uint16_t slot, int64_t at);
void slot_advance_over(struct engine *engine, uint16_t slot, int64_t at);
int64_t slot_short(const struct engine *engine, uint16_t slot);
/* The watch of exactly this scope, or NULL. */
const struct watch *watch_find(const struct engine *engine, struct scope scope);
void slots_start(struct engine *engine);
void slots_finish(struct engine *engine);
/* samples.c: the gauges at the end of the second that begins at `second`. */
void watches_sample(struct engine *engine, int64_t second);
void samples_finish(struct samples *samples);
/* The highest of the samples that begin in (after, until] and the first second that reached it; -1: none. */
int64_t samples_peak(const struct samples *samples, enum gauge gauge, int64_t after, int64_t until, int64_t *at);
/* agents.c */
uint16_t agent_of(struct engine *engine, struct view name); /* index, created */
void agent_activity(struct engine *engine, uint16_t agent, int ringing, int talking, int held, int wrapping); /* deltas at engine->ts */
enum activity agent_doing(const struct agent *agent);
void agent_took(struct engine *engine, uint16_t agent, uint16_t queue);
bool agent_in_scope(const struct engine *engine, const struct agent *agent, struct scope scope);
/* Counts busy, idle and slot time up to `until`, minute by minute; at every minute start for all. */
void agent_account(struct engine *engine, uint16_t agent, int64_t until);
void agents_account(struct engine *engine, int64_t until);
/* What agent_account() would add, for figures of the present. */
void agent_pending(const struct agent *agent, int64_t until, struct tally *tally);
bool agent_restore_member(struct engine *engine, struct membership member); /* reading a state; false: it is there already */
void agents_finish(struct engine *engine);
/* contact_list.c: places of contacts, lists, closing */
uint32_t contact_create(struct engine *engine, struct view id);
/* An event of this contact comes soon: told twice, the second time a few events later, when its map entry has arrived. */
void contact_expect(const struct engine *engine, struct view id);
void contact_expect_place(const struct engine *engine, struct view id);
void contact_enlist(struct engine *engine, uint32_t contact); /* the list alone: nothing happened */
void contact_wait(struct engine *engine, uint32_t contact);   /* into its slot's waiting list, by (queued, serial) */
void contact_unwait(struct engine *engine, uint32_t contact);
void contact_attach(struct engine *engine, uint32_t contact); /* to its agent's list of running ones */
void contact_detach(struct engine *engine, uint32_t contact);
void contact_close(struct engine *engine, uint32_t contact);  /* ended: kept as evidence, its place reused much later */
void contact_reopen(struct engine *engine, uint32_t contact);
void contact_lose(struct engine *engine, uint32_t contact);   /* closed as lost, at engine->ts */
/* contact_legs.c */
bool contact_answered(struct engine *engine, const struct event *event, uint32_t *contact); /* *contact: 0 where it is new */
int64_t event_duration(const struct event *event, enum event_key key, int64_t otherwise); /* bounded */
bool contact_held(struct engine *engine, uint32_t contact, bool on);
bool contact_released(struct engine *engine, const struct event *event, uint32_t contact);
bool contact_wrapped(struct engine *engine, const struct event *event, uint32_t contact);
void contact_stop_ringing(struct engine *engine, uint32_t contact);
void contact_drop_leg(struct engine *engine, uint32_t contact); /* the running leg goes uncounted */
void contact_begin_leg(struct engine *engine, uint32_t contact, uint16_t agent); /* at engine->ts */
void contact_finish(struct engine *engine, uint32_t contact); /* closes it unless a wrap-up is awaited */
/* wraps.c: legs whose wrap-up is awaited, and what is counted of a complete leg */
struct leg { uint32_t contact; uint16_t slot, agent; int64_t queued, talk, hold, wrap; bool nominal; };
void leg_complete(struct engine *engine, const struct leg *leg, int64_t at);
void wrap_await(struct engine *engine, uint32_t contact);
bool wrap_done(struct engine *engine, uint32_t contact, uint16_t agent, int64_t wrap_ms /* -1: by the clock */, bool nominal);
void wraps_close(struct engine *engine, uint32_t contact); /* all of the contact's, as nominal */
void running_add(struct engine *engine, uint16_t slot, uint16_t agent, int n, int64_t base); /* legs not complete */
void wrap_timer(struct engine *engine, const struct timer *timer);
uint16_t contact_slot_of_queue(struct engine *engine, const struct event *event); /* where only a queue is told */
/* callbacks.c */
bool callbacks_apply(struct engine *engine, const struct event *event);
/* snapshots.c */
bool snapshots_apply(struct engine *engine, const struct event *event);
/* held.c: events whose predecessor is unknown */
struct view event_subject(const struct event *event); /* the id it hangs on: contact, case or callback; size 0: none */
void held_add(struct engine *engine, const struct event *event);
void held_retry(struct engine *engine, struct view subject);
void held_timer(struct engine *engine, const struct timer *timer);
void held_own(struct held_event *held); /* its texts become its own */
#define HELD_UNCHAINED (UINT32_MAX - 1) /* `next` of one that was read and is in no chain yet */
/* Reading a state: into the chain of its subject, in their order; false: no event, or in a chain already. */
bool held_restore(struct engine *engine, uint32_t number);
void held_finish(struct engine *engine);
/* batches.c */
void batch_apply(struct engine *engine, const struct record *record);
bool event_apply(struct engine *engine, const struct event *event); /* by its family; false: impossible now */
void fault_count(struct engine *engine, uint16_t source, uint16_t feed, enum feed_fault fault, uint64_t count);
/* gauges of the scope as of `at`, added to what is there; -1 stays where there is nothing to tell. longest_wait_async may
 * already hold the wait of contacts. */
void contacts_gauges(const struct engine *engine, struct scope scope, int64_t at, struct gauges *gauges);
void agents_gauges(const struct engine *engine, struct scope scope, int64_t at, struct gauges *gauges);
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
void fcr_expect(const struct engine *engine, struct view customer); /* as contact_expect() */
void fcr_expect_place(const struct engine *engine, struct view customer);
void fcr_relink(struct engine *engine, uint32_t number); /* reading a state: into its chains, the oldest first */
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
void alert_end(struct engine *engine, struct alert *alert, int64_t at); /* of one that stands */
void alert_tell(const struct engine *engine, const struct alert *alert, int64_t at, char *to, size_t room); /* as a sentence */
/* sources.c */
/* Registers a batch (a heartbeat too) and gives its source; 0: unsequenced. */
uint16_t source_batch(struct engine *engine, const struct record *record);
void source_gap(struct engine *engine, const struct record *record);
void sources_finish(struct engine *engine);
bool source_take(struct engine *engine, uint16_t source, uint64_t boot, uint64_t seq); /* false: a duplicate */

#endif
