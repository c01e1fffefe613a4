/* "Which ones make this 3?": carries out what a board asks about a figure, once for each question and beside the thread of the engine. What
 * stands now the engine tells at once; what a window counted, and a row's life, are read from a journal by a thread with a player of its own. */
#ifndef APP_INQUIRY_H
#define APP_INQUIRY_H

#include "app/distant.h"
#include "app/exchange.h"
#include "store/merge.h"

struct inquiry;

struct inquiry_options {
	const char *journal;	 /* on this machine; NULL or "": none */
	struct distant *distant; /* where there is none: the collectors elsewhere; NULL: there are none either */
	const struct settings *settings;
	struct exchange *exchange; /* woken when an answer is there, or nearer */
};
/* All outlive it. */
struct inquiry *inquiry_create(const struct inquiry_options *options);
void inquiry_close(struct inquiry *inquiry); /* gives up what is under way */

struct inquiry_moment {
	const struct engine *engine; /* of several sites: their names; NULL: nothing was reached yet */
	const struct merge *sites;   /* NULL: one site */
	bool of_journal;	     /* the engine's records are the journal's: same numbers, same names */
};
/* Begins what the request asks anew and gives up what it asks no more. */
void inquiry_ask(struct inquiry *inquiry, const struct inquiry_moment *moment, const struct snapshot_request *request);
/* True once after an answer has come. */
bool inquiry_answered(struct inquiry *inquiry);
/* Puts the answers there are into the snapshot. */
void inquiry_attach(struct inquiry *inquiry, struct snapshot *snapshot);

#endif
