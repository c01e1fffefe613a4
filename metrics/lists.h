/* Plain lists for the board, made from the engine: the snapshot copies them. Every function fills at most `room` elements and
 * returns how many it filled; nothing is kept, nothing points into the engine but where it is said. Texts are harmless, and names and ids
 * such as the display policy lets them be. Scope:
 * SCOPE_ALL for everything. `at` is the engine's time (engine_now). */
#ifndef METRICS_LISTS_H
#define METRICS_LISTS_H

#include "metrics/compare.h"
#include "metrics/engine.h"
#include "metrics/query.h"
#include "metrics/witness.h"

/* Where something is: "Billing · chat". The channel alone where the queue is not known. */
void lists_where(const struct engine *engine, uint16_t queue, uint8_t channel, char *to, size_t room);
/* "all queues", "Billing · chat", "team Berlin". */
void lists_scope_text(const struct engine *engine, struct scope scope, char *to, size_t room);
/* The same whatever the settings show: for what has to be equal on every board. */
void lists_scope_identity(const struct engine *engine, struct scope scope, char *to, size_t room);
/* A name or an id as the settings' display policy lets it be seen (config/display.h). */
void lists_show(const struct engine *engine, enum display_field field, const char *text, char *to, size_t room);
/* The name behind one key of a scope ("queue", "channel", "market", "agent", "team"); NULL where it is not restricted. */
const char *list_scope_name(const struct engine *engine, struct scope scope, const char *key);
/* The same as it may be shown; false: not restricted. */
bool list_scope_shown(const struct engine *engine, struct scope scope, const char *key, char *to, size_t room);
/* Reads "queue=Billing,channel=chat". A name that no event has brought yet is an error that lists those there are. */
bool list_scope_parse(const struct engine *engine, const char *text, struct scope *scope, struct error *err);
/* Is it written like one? Whether anything is called so is not asked. */
bool list_scope_check(const char *text, struct error *err);
/* A duration as people read it: "04:12", "1 h 20", "3 d 4 h"; negative ones with a minus. */
void lists_duration(int64_t ms, char *to, size_t room);

/* Whoever waits longest in the scope; false: nobody. */
struct list_wait {
	char queue[64], channel[12], contact[65];
	int64_t wait; /* ms in this queue */
};
bool list_longest_wait(const struct engine *engine, struct scope scope, int64_t at, struct list_wait *wait);

/* Open flags, the highest step and the oldest step first, then those closed in the last 2 minutes, the latest first. */
struct list_conduct {
	char agent[48], queue[64], channel[12], contact[65];
	struct scope scope; /* of the agent: to ask query_run() about him; agent SCOPE_ANY: not known */
	int step, highest;  /* enum conduct_step; 0: signalled, no step yet */
	int fault_step;	    /* the step tried out of turn last, 0: none */
	int ended_how;	    /* 0: open, else as words "calmed" "withdrawn" "ended" "unresolved" by list_conduct_ends[] */
	int64_t since;	    /* ms since the last step, or since the flag was opened */
	int64_t closed_ms;  /* ms since it was closed; -1: open */
	int64_t prior_ms;   /* ms since the customer's earlier flag; -1: none */
	int prior_step;
	int kind, aim;	    /* enum conduct_kind, enum conduct_aim */
	bool safety, open, unclear; /* unclear: waits for a word whom it was aimed at */
	int64_t flagged_ms; /* ms since the flag was raised; -1: none */
	int next;	    /* the step that may be taken now, 0: none; with `safety` the dialogue may be ended at any time beside it */
	const char *fault;  /* how the last step out of turn was wrong, of list_conduct_faults[]: constant; "" */
};
extern const char *const list_conduct_ends[];
extern const char *const list_conduct_faults[]; /* "skipped" "repeated" "backwards" "at the company" "after the end" */
int list_conduct(const struct engine *engine, struct scope scope, int64_t at, struct list_conduct *items, int room);
/* Running contacts of customers who were flagged before, without a flag of their own: step 0, open false, prior_* set. */
int list_flagged_before(const struct engine *engine, struct scope scope, int64_t at, struct list_conduct *items, int room);

/* Steps out of turn since `after`, the latest first; those of flags that were withdrawn are gone. */
struct list_fault {
	char agent[48], queue[64], channel[12], contact[65];
	int64_t ago;	   /* ms */
	int tried, reached; /* enum conduct_step */
	const char *what;  /* of list_conduct_faults[]: constant */
};
int list_faults(const struct engine *engine, struct scope scope, int64_t after, int64_t at, struct list_fault *items, int room);

/* Publishers that flagged customers as rude, since they are known: the most withdrawn ones first. Those that have no name are left out. */
struct list_false_flags {
	char src[64];
	int64_t raised, withdrawn; /* withdrawn: of those raised */
};
int list_false_flags(const struct engine *engine, struct list_false_flags *items, int room);

/* Agents to whom a break is suggested that is not yet taken, the longest first. */
struct list_care {
	char agent[48];
	struct scope scope; /* of the agent */
	int rude;	/* rude contacts this shift */
	int since_break; /* ... since the last suggested break; the limit is care_shift */
	int hour;	/* ... within the last hour, and since that break; the limit is care_hour */
	int64_t since;	/* ms since it was suggested; -1: none is due */
	int64_t resting; /* ms since he is away for a reason that is a break; -1: he is not */
	int64_t rested;	/* ms since the last suggested break was taken; -1: never */
};
int list_care(const struct engine *engine, int64_t at, struct list_care *items, int room);
/* Everybody who had a rude contact this shift, those to whom a break is suggested first. Agents belong to no queue: of one, all. */
int list_care_load(const struct engine *engine, struct scope scope, int64_t at, struct list_care *items, int room);

/* The conduct figures of today are ordinary metrics: rude_count, rude_ended, rude_faults, anger_at_company. */

enum { LIST_ALERT_SAFETY = 4, LIST_ALERT_FEED = 5, LIST_ALERT_CARE = 7 }; /* of list_alert.kind */
enum list_alert_state { LIST_ALERT_RAISED, LIST_ALERT_ACKNOWLEDGED, LIST_ALERT_CLEARED };
/* Standing alerts newest first, then the cleared ones newest first. Muted ones are left out while they are muted. */
struct list_alert {
	uint64_t id;
	int64_t raised, cleared; /* instants; cleared 0: stands */
	enum list_alert_state state;
	int severity; /* enum severity */
	int kind;     /* enum alert_kind of metrics/state.h: 0 level, 1 rule, 2 sla, 3 conduct, 4 safety, 5 feed, 6 follow-up, 7 care, 8 anger at the company */
	int metric;   /* index or -1 */
	int rule;     /* index of settings->alerts, or -1 */
	int64_t value, limit; /* what was over what when it was raised: ms, thousandths of a ratio, counts times 1000 */
	struct scope scope;
	char where[96]; /* "Billing · chat" */
	char text[ALERT_TEXT_ROOM]; /* "longest wait 04:12 in Billing · chat" */
	int answer;		 /* enum alert_answer of metrics/alerts.h: 0 none, 1 acknowledged, 2 muted, 3 taken back */
	int64_t answered, until; /* instants; answered 0: nobody did anything; until 0: as long as it stands */
	char by[48];		 /* who answered */
	char about[65];		 /* the case or contact; "": it is about none, or which is not shown */
	bool muted;		 /* now */
	int site;		 /* of a board over several: from 1; else 0 */
};
int list_alerts(const struct engine *engine, int64_t at, struct list_alert *items, int room);
/* Critical, and nobody has answered it: it rings the bell. */
bool list_alert_is_alarm(const struct list_alert *alert);
/* The same with those that are muted. */
int list_alert_history(const struct engine *engine, int64_t at, struct list_alert *items, int room);

/* SLA clocks that are not met: those breached and those due, by when they were or will be; then the paused ones by what is left; then
 * those that are never due, because their calendar never opens again. */
struct list_due {
	char case_id[65], queue[64], channel[12];
	const char *clock;    /* "first_reply" ...: constant */
	int64_t left, target; /* ms of open time; left < 0: overdue */
	int64_t due;	      /* instant; 0 while paused, and where it is never due */
	int64_t next;	      /* in which order, within the rank */
	int rank;
	bool breached, paused, by_state /* paused by the state of its case */, disagreed /* the source breached it before us */;
	bool is_open;	       /* its calendar, now */
	bool calendar_unknown; /* it names one that nobody defined, and runs by the next one or always */
	char calendar[48];     /* "": always open */
	int priority;	       /* 1 to 5; 0: none */
	enum level level;     /* crit: breached; warn: due soon */
};
int list_due(const struct engine *engine, struct scope scope, int64_t at, struct list_due *items, int room);
int64_t list_due_within(const struct engine *engine, struct scope scope, int64_t at, int64_t within); /* how many running ones will be due in so many ms */

/* Names with how often in the period, the most frequent first, and how often in the one it is compared with. The total of the period into
 * *total (may be NULL), however small `room` is. Occurrences are remembered for 71 days, 100,000 of a kind at most. */
struct list_named {
	char name[64];
	int64_t count, before;
	struct scope scope; /* of the agent, where the name is one: two may be shown alike; else agent SCOPE_ANY */
};
int list_refusals(const struct engine *engine, const struct period *period, struct list_named *items, int room, int64_t *total); /* by policy */
int list_mistakes(const struct engine *engine, const struct period *period, struct list_named *items, int room, int64_t *total); /* by agent */
int list_praises(const struct engine *engine, const struct period *period, struct list_named *items, int room, int64_t *total);  /* by team; no team: by agent */
/* Event types that we do not know, the most frequent first; before is 0. */
int list_unknown(const struct engine *engine, struct list_named *items, int room);

/* Customers with a low score that nobody has called back, the longest waiting first. */
struct list_followup {
	char case_id[65], queue[64];
	char contact[65], agent[48]; /* whom the survey was about; "" */
	const char *survey;	     /* constant: "csat" "nps" */
	int64_t score;		     /* thousandths */
	int64_t since;		     /* ms */
	int attempts;		     /* that reached nobody */
	uint16_t slot;
};
int list_followups(const struct engine *engine, struct scope scope, int64_t at, struct list_followup *items, int room);

/* The newest note that still holds; false: none. */
struct list_note {
	char text[204], by[64];
	int64_t at, until; /* instants; until 0: no end */
};
/* Announcements that hold, the newest first. */
int list_notes(const struct engine *engine, int64_t at, struct list_note *items, int room);
int list_note_order(const void *left, const void *right); /* for qsort */

/* Feeds, by their number; a feed from which nothing came has received 0. */
struct list_feed {
	int feed; /* the number in struct record */
	enum link_state link;
	int64_t silent; /* ms; 0: live */
	int64_t lag;	/* ms of the last batch; -1: not known */
	uint64_t received, batches, lost, missing, duplicate; /* lost: given up; missing: holes still open; events, of its publishers */
	uint64_t faults[FAULT_COUNT];
	const char *refusal; /* a constant: why the link is refused; NULL: it is not, or nobody said */
	char src[64]; /* its publisher, or the first of several */
	int publishers;
};
int list_feeds(const struct engine *engine, int64_t at, struct list_feed *items, int room);

/* Publishers. */
struct list_source {
	char src[64];
	int feed;
	uint64_t boot, received, lost, missing;
	bool second_publisher;
	uint64_t faults[FAULT_COUNT];
};
int list_sources(const struct engine *engine, struct list_source *items, int room);

/* Agents for the desk view: help first, then by name. */
struct list_agent {
	char name[48], team[48], reason[48];
	int availability; /* enum availability */
	const char *summary; /* constant: "help" "ring" "talk" "hold" "wrap" "away" "idle" "offline" */
	int64_t since;	     /* ms in that state */
	int contacts;	     /* running now */
	int slots;	     /* how many at once he can take over all channels; 0: not told */
	int rude;	     /* rude contacts since he came on shift */
	int64_t care_since;  /* ms since a break was suggested that is not yet taken; -1: none is */
	bool help;
	struct scope scope, team_scope; /* his own; his team's */
};
int list_agents(const struct engine *engine, struct scope scope, int64_t at, struct list_agent *items, int room);

/* Names of the queues that are shown, ascending; valid while the engine stands and no record is applied. */
int list_queues(const struct engine *engine, const char **names, int room);
/* The (queue, channel) pairs in which something was ever counted or waits, by name: rows of the queue table. */
int list_rows(const struct engine *engine, struct scope scope, struct scope *rows, int room);
/* The target T of a queue and channel in ms. */
int64_t list_target(const struct engine *engine, struct scope scope);

/* The orders of the lists above, for whoever joins those of several engines: as qsort() wants them. */
int list_followup_order(const void *left, const void *right);
int list_agent_order(const void *left, const void *right);
int list_conduct_order(const void *left, const void *right);
int list_flagged_order(const void *left, const void *right);
int list_fault_order(const void *left, const void *right);
int list_care_order(const void *left, const void *right);
int list_false_flags_order(const void *left, const void *right);
int list_alert_order(const void *left, const void *right);
int list_due_order(const void *left, const void *right);
int list_named_order(const void *left, const void *right);

#endif
