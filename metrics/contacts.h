/* Contacts, their legs and the wrap-ups that are awaited: for the files of metrics/ only. */
#ifndef METRICS_CONTACTS_H
#define METRICS_CONTACTS_H

#include "metrics/engine.h"
#include "metrics/query.h"
#include "metrics/timers.h"

#define CLOSED_KEPT 2000 /* ended contacts that are kept as evidence */

enum contact_phase { PHASE_WAITING, PHASE_TALKING, PHASE_HELD, PHASE_WRAPPING, PHASE_ENDED };
struct contact { /* the id, seldom looked at, stands last */
	uint32_t version;
	uint64_t serial; /* order of first sight */
	uint8_t phase, channel;
	uint16_t slot;
	uint16_t queue, market, topic, agent; /* names; agent: present or last (an agent's index is the number of his name) */
	uint16_t ringing; /* agent it is offered to */
	uint8_t priority;
	bool unqueued;	  /* an agent took or made it without any queue: in no figure of first contact resolution */
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
	uint32_t conduct; /* its record of conduct, or 0 */
	uint32_t rude_legs; /* complete ones, while there is no such record and may be: in engine->rude_legs */
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
bool contact_held(struct engine *engine, uint32_t contact, bool on);
bool contact_released(struct engine *engine, const struct event *event, uint32_t contact);
bool contact_wrapped(struct engine *engine, const struct event *event, uint32_t contact);
void contact_stop_ringing(struct engine *engine, uint32_t contact);
void contact_drop_leg(struct engine *engine, uint32_t contact); /* the running leg goes uncounted */
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
/* contacts.c */
uint32_t contact_find(const struct engine *engine, struct view id); /* 0: unknown */
void contact_timer(struct engine *engine, const struct timer *timer);
/* Gauges of the scope as of `at`, added to what is there; -1 stays where there is nothing to tell. longest_wait_async may
 * already hold the wait of contacts. */
void contacts_gauges(const struct engine *engine, struct scope scope, int64_t at, struct gauges *gauges);

#endif
