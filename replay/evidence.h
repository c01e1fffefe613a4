/* "Which ones make this 3?": the contacts, cases, ratings or steps behind a figure. What stands now (somebody waits, a flag is open) is
 * read from the engine; what a window counted is found by folding the journal over the window once more, with a witness of everything
 * that is counted. */
#ifndef REPLAY_EVIDENCE_H
#define REPLAY_EVIDENCE_H

#include "config/settings.h"
#include "metrics/engine.h"
#include "metrics/query.h"
#include "store/proof.h"

struct evidence_request {
	const char *journal; /* NULL: none, only what stands now can be told */
	const struct settings *settings;
	const struct engine *engine; /* as it is at the moment that is looked at; NULL: only the next two are known, for what was counted */
	int64_t moment;
	uint64_t lsn; /* of the record folded last then; 0: the last one that was received by then */
	int metric;
	struct scope scope; /* its names are numbered as the journal's engine numbers them */
	const char *names;  /* the scope by names ("queue=Billing"), where its numbers are another engine's; NULL: they are not */
	enum window window;
	enum attribution by;
	enum sl_formula formula;
	/* Asked now and then; true: give up. May be NULL. */
	bool (*stop)(void *context);
	void *context;
};

/* Rows in the order of time. False: the journal cannot be read, or `stop`. */
bool evidence_gather(const struct evidence_request *request, struct evidence *evidence, struct error *err);
/* In the order of time. */
void evidence_sort(struct evidence *evidence);
void evidence_finish(struct evidence *evidence);

/* Does the metric's figure change when this key of a tally does? Found by trying, so that no list has to be kept beside the formulas. */
bool evidence_rests_on(const struct query *query, int metric, int key);

#endif
