/* "Which ones make this 3?": the contacts, cases, ratings or steps behind a figure. What stands now (somebody waits, a flag is open) is
 * read from the engine; what a window counted is found by folding the journal over the window once more, with a witness of everything
 * that is counted. */
#ifndef REPLAY_EVIDENCE_H
#define REPLAY_EVIDENCE_H

#include "config/settings.h"
#include "metrics/engine.h"
#include "metrics/query.h"

struct evidence_request {
	const char *journal; /* NULL: none, only what stands now can be told */
	const struct settings *settings;
	const struct engine *engine; /* as it is at the moment that is looked at */
	int metric;
	struct scope scope; /* its names are numbered by `engine` */
	enum window window;
	enum attribution by;
	enum sl_formula formula;
	/* Asked now and then; true: give up. May be NULL. */
	bool (*stop)(void *context);
	void *context;
};

struct evidence_row {
	char subject[65];	   /* the contact, case or agent; "": its source gave it no name (agents' time, a customer joined) */
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

/* Rows in the order of time. False: the journal cannot be read, or `stop`. */
bool evidence_gather(const struct evidence_request *request, struct evidence *evidence, struct error *err);
void evidence_finish(struct evidence *evidence);

/* Does the metric's figure change when this key of a tally does? Found by trying, so that no list has to be kept beside the formulas. */
bool evidence_rests_on(const struct query *query, int metric, int key);

#endif
