/* What is behind a figure, as a board asks for it and gets it: the rows that make it, or the life of one of them. Plain data: gathered
 * once by a thread of its own, then only read, by as many snapshots as carry it. All texts are harmless. */
#ifndef STORE_PROOF_H
#define STORE_PROOF_H

#include <stdatomic.h>
#include <stddef.h>

#include "metrics/metric.h"

struct evidence_row {
	char subject[65];	   /* the contact, case or agent; "": its source gave it no name (agents' time, a customer joined) */
	char site[64];		   /* where several are shown; else "" */
	char queue[64], channel[12];
	char agent[65];		   /* masked where the settings name nobody */
	char state[64];		   /* of what stands now: "waiting", "warning" ...; "" */
	int64_t at;		   /* instant: since when it stands, or when it was counted last */
	struct figure figure;	   /* the metric of this one alone; of what stands now how long (ms) */
	int64_t delta;		   /* counted in all, of the metric's first counter */
};

enum evidence_kind {
	EVIDENCE_PRESENT, /* what stands now */
	EVIDENCE_COUNTED, /* what the window counted */
	EVIDENCE_NONE	  /* there is nothing single behind this figure; `why` says what it is made of */
};

struct evidence {
	enum evidence_kind kind;
	struct evidence_row *rows;
	size_t count;
	int64_t from, to;   /* the window; EVIDENCE_PRESENT: both the moment */
	char why[160];	    /* "" or what is missing, or why there is nothing */
	bool is_cut;	    /* there are more than EVIDENCE_MOST */
};
#define EVIDENCE_MOST 20000

struct life_event {
	int64_t at;	/* instant of the event (ms) */
	int64_t recv;	/* when it was received */
	char what[32];	/* the event's type: "contact.queued" */
	char detail[200]; /* "queue Billing, agent Ana K., wait 00:42" */
};

struct life {
	struct life_event *events;
	size_t count;
	bool is_cut; /* there are more than LIFE_MOST */
};
#define LIFE_MOST 1000

/* What a life is of: what a journal's events tell, or what the engine knows of a feed or of a half hour to come. */
enum proof_about { PROOF_EVENTS, PROOF_FEED, PROOF_FORECAST };

/* What is asked for; window, how it is counted and, where it has none of its own, scope are those of the snapshot's request. */
struct proof_request {
	int number;	  /* another one for each question; 0: nothing is asked */
	int metric;	  /* whose rows */
	char subject[65]; /* whose life; "": rows are wanted */
	char site[64];	  /* where that is, or whose rows alone are wanted; "" where one is shown, or all */
	int64_t around;	  /* an instant of that life; PROOF_FORECAST: where the half hour begins */
	enum proof_about about;
	int feed;	  /* PROOF_FEED: its number */
	char name[64];	  /* only rows of this: a clock ("first_reply"), a priority ("P2"), a policy, an agent, a team; "": all */
	bool by_day;	  /* of the day where the window is shorter, as metrics by the day are */
	bool is_scoped;	  /* the rows of this scope alone, not of the board's */
	struct scope scope;
};

struct proof {
	atomic_int holders;
	struct proof_request request;
	enum window window;
	char scope_text[96];	  /* "all queues" */
	int64_t moment;		  /* whose figure it is */
	struct evidence evidence; /* where rows were wanted */
	struct life life;	  /* where a life was */
	char wrong[200];	  /* why it could not be gathered; "" */
};

/* One holder: the caller. */
struct proof *proof_create(const struct proof_request *request);
struct proof *proof_hold(struct proof *proof); /* NULL is fine */
void proof_release(struct proof *proof);

#endif
