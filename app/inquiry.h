/* "Which ones make this 3?": carries out what a board asks about a figure, once for each question and beside the thread of the engine. What
 * stands now the engine tells at once; what a window counted, and a row's life, are read from a journal by a thread with a player of its own. */
#ifndef APP_INQUIRY_H
#define APP_INQUIRY_H

#include "app/exchange.h"

struct inquiry;

/* journal: NULL or "" where there is none on this machine. Settings and exchange outlive it; the exchange is woken when an answer is there. */
struct inquiry *inquiry_create(const char *journal, const struct settings *settings, struct exchange *exchange);
void inquiry_close(struct inquiry *inquiry); /* gives up what is under way */

struct inquiry_moment {
	const struct engine *engine; /* NULL: figures of several sites, whose engines are not one */
	bool of_journal;	     /* its records are the journal's: same numbers, same names */
};
/* Begins what the request asks anew and gives up what it asks no more. */
void inquiry_ask(struct inquiry *inquiry, struct inquiry_moment moment, const struct snapshot_request *request);
/* True once after an answer has come. */
bool inquiry_answered(struct inquiry *inquiry);
/* Puts the answers there are into the snapshot. */
void inquiry_attach(struct inquiry *inquiry, struct snapshot *snapshot);

#endif
