/* Inside the bridge to FreeSWITCH's mod_callcenter: what the connection (freeswitch.c), the table of events (freeswitch_events.c), the
 * lists (freeswitch_lists.c), the trial (freeswitch_trial.c) and the memory (freeswitch_memory.c) share.
 *
 * A visit is what FreeSWITCH calls a member: a caller in a queue, once. CC-Member-UUID is its contact id. Who waits and who talks is
 * remembered in the outbox alone, so that it is written with the events that were made of it, or not at all. */
#ifndef FEED_BRIDGES_FREESWITCH_H
#define FEED_BRIDGES_FREESWITCH_H

#include "base/map.h"
#include "feed/bridges/bridge.h"
#include "feed/bridges/esl.h"

/* Known at a time: more than any house has. */
#define FREESWITCH_VISITS_MOST 200000
#define FREESWITCH_AGENTS_MOST 20000
#define FREESWITCH_TIERS_MOST 200000
#define FREESWITCH_QUEUES_MOST 2000
#define FREESWITCH_NEVER INT64_MAX

/* Names as import_id() makes them. */
struct visit {
	char contact[ID_MAX + 1], queue[ID_MAX + 1];
	char agent[ID_MAX + 1], channel[ID_MAX + 1]; /* in talk: who, and the id of his channel ("" not known) */
	int64_t queued, answered;		     /* ms */
	bool is_talking, is_held;
};

enum worker_status { WORKER_OUT, WORKER_READY, WORKER_ON_DEMAND, WORKER_BREAK };

struct worker {
	char name[ID_MAX + 1];
	enum worker_status status;
	bool is_idle;	 /* state Idle: gets no call until it is set to Waiting */
	int64_t wrap_ms; /* wrap_up_time of the list of agents */
	char wrapping[ID_MAX + 1]; /* the contact whose wrap-up runs; "": none */
	bool is_seen;		   /* it ends when the state becomes Waiting; else by the clock alone */
	int64_t wrap_from, wrap_due; /* ms; it ends then at the latest */
};

/* What becomes of events. Everything is done between outbox_begin() and outbox_commit(). */
struct freeswitch {
	struct bridge_host host;
	const struct bridge_trial *trial; /* NULL but in a trial */
	int64_t now;		/* ms: when what is looked at came */
	int64_t wrap_next;	/* ms: when the next wrap-up ends by the clock, or FREESWITCH_NEVER; never later than that */
	size_t visits, workers; /* how many are known */
	bool is_asking;		/* lists were asked for: what events name meanwhile is noted in `touched`, for it is newer */
	struct map touched;	/* contacts, and agents with a '/' before their names */
};

/* ---- freeswitch_memory.c ---- */
bool visit_find(const struct freeswitch *freeswitch, struct view contact, struct visit *to);
bool visit_find_channel(const struct freeswitch *freeswitch, struct view channel, struct visit *to);
void visit_put(struct freeswitch *freeswitch, const struct visit *visit);
void visit_forget(struct freeswitch *freeswitch, const struct visit *visit);
bool worker_find(const struct freeswitch *freeswitch, struct view name, struct worker *to);
/* Known or not: one who is not known is logged out. */
void worker_get(const struct freeswitch *freeswitch, struct view name, struct worker *to);
void worker_put(struct freeswitch *freeswitch, const struct worker *worker);
void worker_forget(struct freeswitch *freeswitch, struct view name);
/* Which agent serves which queue. */
void tier_put(struct freeswitch *freeswitch, const char *queue, const char *agent);
void tier_forget(struct freeswitch *freeswitch, const char *queue, const char *agent);
void freeswitch_count(struct freeswitch *freeswitch); /* what is known, anew */
/* Copies of all that is remembered, to be freed with free(); NULL where there is nothing. */
struct visit *visits_all(const struct freeswitch *freeswitch, size_t *count);
struct worker *workers_all(const struct freeswitch *freeswitch, size_t *count);
struct tier {
	char queue[ID_MAX + 1], agent[ID_MAX + 1];
};
struct tier *tiers_all(const struct freeswitch *freeswitch, size_t *count);

/* ---- freeswitch_events.c ---- */
/* One event of FreeSWITCH: a block of headers. */
enum trial_outcome freeswitch_take(struct freeswitch *freeswitch, struct view block, const char **why);
/* As FreeSWITCH calls it, made harmless: "member-queue-end", "HEARTBEAT". */
struct view freeswitch_name(struct view block, char to[ID_MAX + 1]);
/* What a header is used for in that event; NULL: for nothing. */
const char *freeswitch_use(struct view block, struct view header);
/* Wrap-ups that are over at freeswitch->now; sets wrap_next. */
void freeswitch_wraps(struct freeswitch *freeswitch);
enum worker_status freeswitch_status(struct view text, bool *known);
void freeswitch_emit(struct freeswitch *freeswitch, const struct event *event, const char *queue);
struct event freeswitch_agent_event(int64_t ts, const struct worker *worker);
struct event freeswitch_queued_event(const struct freeswitch *freeswitch, const struct visit *visit, struct view number, char to[PSEUDONYM_SIZE]);
/* The contact is over: what comes of it later is told already. False: that was known before. */
bool freeswitch_ended(struct freeswitch *freeswitch, const char *contact);
bool freeswitch_touched(const struct freeswitch *freeswitch, const char *prefix, const char *name);

/* ---- freeswitch_lists.c ---- */
enum freeswitch_list { LIST_QUEUES, LIST_AGENTS, LIST_TIERS, LIST_MEMBERS, LIST_COUNT };
/* What callcenter_config answered, whole. Members are asked for queue by queue: their lists are put one behind the other. */
struct freeswitch_lists {
	char *texts[LIST_COUNT];
	size_t sizes[LIST_COUNT], rooms[LIST_COUNT];
	int64_t asked; /* ms */
};
void freeswitch_lists_finish(struct freeswitch_lists *lists);
/* False: FreeSWITCH says that it has no such list; err has its words, made harmless. */
bool freeswitch_lists_add(struct freeswitch_lists *lists, enum freeswitch_list list, struct view content, struct error *err);
/* The command for the members of the queue that stands in that row (from 0) of the list of queues; false: there is no such row. A row whose
 * queue cannot be asked for leaves the command empty. */
bool freeswitch_members_command(const struct freeswitch_lists *lists, size_t row, char *to, size_t room);
struct freeswitch_state {
	size_t queues, agents, waiting, talking, damaged;
};
/* Brings the memory in line with the lists and tells the board how things stand, as one snapshot. */
struct freeswitch_state freeswitch_snapshot(struct freeswitch *freeswitch, const struct freeswitch_lists *lists);

/* ---- freeswitch_trial.c ---- */
bool freeswitch_test(const struct bridge_host *host, const char *path, const struct bridge_trial *trial, struct error *err);

#endif
