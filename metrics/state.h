/* The engine from inside: for the files of metrics/ only. Things refer to each other by index, never by pointer, so that the
 * state can be written down and read back. Index 0 of every pool is unused and means "none". */
#ifndef METRICS_STATE_H
#define METRICS_STATE_H

#include "base/map.h"
#include "base/names.h"
#include "metrics/agents.h"
#include "metrics/alerts.h"
#include "metrics/calendars.h"
#include "metrics/care.h"
#include "metrics/cases.h"
#include "metrics/conduct.h"
#include "metrics/contacts.h"
#include "metrics/engine.h"
#include "metrics/fcr.h"
#include "metrics/held.h"
#include "metrics/ledger.h"
#include "metrics/notes.h"
#include "metrics/query.h"
#include "metrics/slots.h"
#include "metrics/sources.h"
#include "metrics/timers.h"
#include "metrics/topics.h"
#include "metrics/witness.h"

/* Indexes of things that are open now; each thing knows its place, so that taking one out is cheap. */
struct index_list { uint32_t *items; size_t count, room; };

struct batch_entry { int64_t ts; uint64_t seq; uint32_t index; uint8_t rank; };

struct engine {
	const struct settings *settings;
	struct zone *zone;
	uint64_t lsn, serial;
	int64_t now, second; /* the last whole second that was evaluated (ms) */
	int64_t clock_record;
	struct ledger_rules keeping;
	uint64_t stamped; /* LSN when it was read back */
	bool zone_differs; /* from what the state that was read had */
	struct witness witness; /* no part of the state, nor is: */
	struct view subject;	/* of what is just applied, for the witness */
	enum display_field subject_field; /* what it is */
	struct forecast_memory *forecasts; /* what was worked out last */
	struct view label;	/* the policy, team or topic that is just counted, for the witness */
	enum display_field label_field;
	/* names */
	struct names queues, agents_names, teams, topics, markets, policies, kinds, people, sources_names;
	/* slots and watches */
	struct slot *slots; size_t slot_count, slot_room; struct map slot_index;
	struct watch *watches; size_t watch_count, watch_room; struct map watch_index; /* watch 0: everything */
	size_t brief_watches; /* of a queue and a market */
	struct slot_chain { struct slot_ends { uint16_t first, last; } *ends; size_t room; } slot_chains[SLOT_CHAINS]; /* by queue, by market */
	uint16_t *touched; size_t touched_count, touched_room; /* slots with gauges to sample */
	int64_t waiting; /* contacts that wait, in all slots */
	struct queue_info *queue_info; size_t queue_info_room;
	/* things */
	struct contact *contacts; size_t contact_count, contact_room; struct map contact_index; uint32_t contact_free;
	struct wrap *wraps; size_t wrap_count, wrap_room; uint32_t wrap_free;
	uint32_t closed[CLOSED_KEPT]; uint32_t closed_next; /* ring of closed contacts, oldest is reused */
	struct agent *agents; size_t agent_count, agent_room;
	struct membership *members; size_t member_count, member_room; struct map member_index; /* by (agent, queue) */
	struct case_item *cases; size_t case_count, case_room; struct map case_index;
	struct sla *slas; size_t sla_count, sla_room; uint32_t sla_free; struct sla_rule sla_rules[SLA_CLOCK_COUNT];
	struct conduct *conducts; size_t conduct_count, conduct_room; struct map flag_index; /* last flag by customer hash */
	struct fcr_memory fcr;
	struct ledger *topic_ledgers; size_t topic_count, topic_room; /* by the number of the topic's name */
	struct map conduct_index; /* records by the id of their contact */
	struct rude_leg *rude_legs; size_t rude_leg_count, rude_leg_room; uint32_t rude_leg_free;
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
	struct index_list sla_heaps[SLA_HEAPS];
	uint32_t case_closed_first, case_closed_last;
	struct survey *surveys; size_t survey_count, survey_room; struct map survey_index; uint32_t survey_next;
	struct names calendar_names; struct calendar *calendars; size_t calendar_count, calendar_room;
	struct house *house; /* what the settings say of calendars; no part of the state, nor is: */
	uint64_t calendars_version; /* how often one, or a queue's, was told */
	int64_t *bases; size_t base_room; /* customers by market number */
	struct wanted_alert *wanted; size_t wanted_count, wanted_room;
	uint32_t standing; /* alerts not cleared */
	uint32_t conduct_next; /* where to look for a record to reuse */
	int care_open;	       /* agents with a suggested break */
	int64_t levels_minute; /* when the rules over windows were last evaluated */
	int64_t counted;       /* when something was last counted; 0: not known. Saves work only, so no state has it */
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
/* scope.c: the same names in another engine's numbers; `intern`: where they are learned, NULL: false where one is not known. */
bool scope_carry(const struct engine *from, struct scope scope, const struct engine *to, struct engine *intern, struct scope *carried);
/* Does what belongs to this slot and agent lie in the scope? */
bool item_in_scope(const struct engine *engine, uint16_t slot, uint16_t agent, struct scope scope);
int64_t event_duration(const struct event *event, enum event_key key, int64_t otherwise); /* bounded */
/* callbacks.c */
bool callbacks_apply(struct engine *engine, const struct event *event);
/* snapshots.c */
bool snapshots_apply(struct engine *engine, const struct event *event);
/* batches.c */
void batch_apply(struct engine *engine, const struct record *record);
bool event_apply(struct engine *engine, const struct event *event); /* by its family; false: impossible now */
void fault_count(struct engine *engine, uint16_t source, uint16_t feed, enum feed_fault fault, uint64_t count);
/* One event of the source and feed at hand, which is kept as the last example. */
void fault_event(struct engine *engine, enum feed_fault fault, const struct event *event);
/* the event appliers: false: impossible now (the engine may hold it for 2 s) */
bool contacts_apply(struct engine *engine, const struct event *event);
bool agents_apply(struct engine *engine, const struct event *event);
bool cases_apply(struct engine *engine, const struct event *event);  /* case.*, sla.*, calendar.* */
bool surveys_apply(struct engine *engine, const struct event *event); /* survey.*, review.*, followup.* */
bool conduct_apply(struct engine *engine, const struct event *event);
bool notes_apply(struct engine *engine, const struct event *event); /* refusal, praise, mistake, customer.*, note, queue.defined, alert.* */

#endif
