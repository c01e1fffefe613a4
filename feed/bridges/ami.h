/* Inside the bridge of Asterisk's manager interface: the calls that are open (ami_calls.c), what each event does to them (ami_table.c), the
 * present state that Asterisk lists (ami_present.c), and the queue_log beside it (ami_log.c).
 *
 * A call is (queue, Uniqueid) from its QueueCallerJoin on. Its contact id is that of the queue_log: `queue/uniqueid@second`. */
#ifndef FEED_BRIDGES_AMI_H
#define FEED_BRIDGES_AMI_H

#include "base/map.h"
#include "feed/bridges/ami_wire.h"
#include "feed/bridges/bridge.h"
#include "feed/imports/queue_log.h"

#define AMI_CALLS_MOST 20000
#define AMI_OFFERS_MOST 16
#define AMI_SETTLE 1000 /* ms after a call left its queue in which something tells why */

enum ami_call_state { AMI_WAITING, AMI_LEAVING /* out of the queue, and it is not known yet why */, AMI_TALKING };

/* As it is kept in the outbox, too: fixed in size, unused bytes 0. */
struct ami_call {
	char contact[ID_MAX + 1], queue[ID_MAX + 1], agent[ID_MAX + 1];
	char caller[ID_MAX + 1], linked[ID_MAX + 1], agent_channel[ID_MAX + 1]; /* ids of channels */
	int64_t state;
	int64_t entered, answered, left; /* ms since the epoch */
	int64_t wait;			 /* ms, as the event that told of the end says; -1: it did not */
	int64_t held_since, held;	 /* 0: not on hold; ms on hold before */
	int64_t settle;			 /* by our clock: when it is settled why it left */
	int64_t told;			 /* by our clock: when its state was heard of */
	uint64_t has_abandon, has_hangup;
	int64_t status;			 /* enum left_why that QUEUESTATUS gave; -1: none */
	uint64_t offers[AMI_OFFERS_MOST]; /* hashes of the agents who are rung, as far as the manager interface told; 0: none */
};

struct ami_peer {
	uint32_t bridge; /* its number */
	char interface[ID_MAX + 1];
};

struct ami_member {
	char interface[ID_MAX + 1], name[ID_MAX + 1], queue[ID_MAX + 1], reason[ID_MAX + 1];
	int64_t penalty;
	bool is_paused;
};

/* What Asterisk lists is collected until it is complete. */
struct ami_present {
	bool is_asked, is_queue_done, is_channels_done;
	bool is_channels_known; /* else nobody can say which calls are still in talk */
	int64_t asked;		/* by our clock */
	struct map entries, channels; /* keys "queue NUL caller", channel ids: nothing but their being there counts */
	struct map bridges;	      /* channel id -> number of its bridge */
	struct map bridge_numbers;    /* bridge's id -> number */
	struct ami_peer *peers;	      /* channels in a bridge, one for each id; by bridge once all is listed */
	size_t peer_count, peer_room;
	struct map member_places; /* "interface 1 queue" -> place in `members` */
	struct ami_member *members;
	size_t member_count, member_room;
};

struct ami {
	struct outbox *outbox;
	struct pseudonym pseudonym;
	bool is_joined; /* a queue_log leads: see ami_log.c */
	bool has_hangups; /* a hangup was ever seen: the right to see calls is there */
	int64_t now;	/* ms since the epoch: of the message, by the server's clock where it says it */
	int64_t heard;	/* ms since the epoch, by ours: what is waited for is measured by it */
	void (*emit)(void *context, const struct event *event, struct view queue);
	void *context;
	struct ami_call **calls;
	size_t count, room;
	struct map agents; /* agent -> hash of the state that was reported last */
	struct ami_present present;
};

void ami_init(struct ami *ami, const struct bridge_host *host); /* emits to its outbox, takes up what that knows */
void ami_finish(struct ami *ami);
void ami_restore(struct ami *ami); /* all as the outbox knows it */

/* ---- ami_calls.c ---- */
struct ami_call *ami_call_find(const struct ami *ami, struct view queue, struct view caller); /* both as published; or NULL */
/* By the channel of the caller or of the agent, or by the id that all channels of a call share. */
struct ami_call *ami_call_of_channel(const struct ami *ami, struct view channel);
struct ami_call *ami_call_linked(const struct ami *ami, struct view linked);
struct ami_call *ami_call_of_contact(const struct ami *ami, struct view contact);
/* NULL: there are too many. */
struct ami_call *ami_call_enter(struct ami *ami, struct view queue, struct view caller, struct view linked, int64_t entered);
void ami_call_keep(const struct ami *ami, const struct ami_call *call); /* after a change */
void ami_call_forget(struct ami *ami, struct ami_call *call);
bool ami_call_offer(struct ami_call *call, struct view agent); /* false: too many */
bool ami_call_unoffer(struct ami_call *call, struct view agent); /* was it there? */

void ami_emit(const struct ami *ami, const struct event *event, const struct ami_call *call); /* adds the contact */
void ami_emit_queued(const struct ami *ami, const struct ami_call *call, struct view customer, bool is_snapshot);
/* Somebody talks with the caller from `ts` on, who had waited so many ms (-1: not known); nothing is told. */
void ami_call_talks(const struct ami *ami, struct ami_call *call, struct view agent, int64_t ts, int64_t wait);
void ami_answer(struct ami *ami, struct ami_call *call, struct view agent, int64_t ts, int64_t wait, bool is_snapshot);
void ami_hold(struct ami *ami, struct ami_call *call, bool is_held);
void ami_settle(struct ami *ami, bool all); /* why calls left that nothing more is told of; all: at the end of a capture */
int64_t ami_settle_due(const struct ami *ami); /* by our clock; INT64_MAX: none */
/* agent.state, where it is another one than was reported last. */
bool ami_agent_state(struct ami *ami, struct view agent, enum availability state, struct view reason, bool is_snapshot);
void ami_agent_member(const struct ami *ami, struct view agent, struct view queue, bool in, int64_t penalty, bool is_snapshot);

/* ---- ami_table.c ---- */
/* What becomes of a message: `why` may stay NULL. */
enum trial_outcome ami_take(struct ami *ami, const struct ami_message *message, const char **why);
/* Where a log leads: is it about a call that the log must have told of before? */
bool ami_waits_for_log(const struct ami_message *message);
void ami_tell_fields(const struct ami_message *message, const struct bridge_trial *trial);

/* ---- ami_present.c ---- */
void ami_present_ask(struct ami *ami);
void ami_present_drop(struct ami *ami); /* the connection broke before it was complete */
bool ami_present_is_complete(const struct ami *ami);
void ami_present_entry(struct ami *ami, const struct ami_message *message);
void ami_present_member(struct ami *ami, const struct ami_message *message);
void ami_present_channel(struct ami *ami, const struct ami_message *message);
void ami_present_tell(struct ami *ami); /* the snapshot; nothing is asked for any more */

/* ---- ami_log.c ---- */
/* An event of the queue_log, which leads: remembered, and passed on once. */
void ami_log_event(struct ami *ami, const struct event *event, struct view queue);
/* A call that an earlier bridge knows from the log, which was told already. */
void ami_log_known(struct ami *ami, const struct call *call);

#endif
