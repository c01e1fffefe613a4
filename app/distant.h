/* The collectors that a board is attached to, where their journals are on other machines: what is fetched of each one's past, shared by those
 * who look at it. Any thread. */
#ifndef APP_DISTANT_H
#define APP_DISTANT_H

#include "app/fetch.h"

struct distant;

/* One for each site; urls as --attach takes them. NULL without an error text: nothing is attached. `several`: sites with names. */
struct distant *distant_open(const struct settings *settings, const char *attach, bool several, struct error *err);
void distant_close(struct distant *distant); /* after those who hold something; NULL is fine */

int distant_count(const struct distant *distant);
/* Sites are counted from 0; of a board of one site its name may be "". */
const char *distant_name(const struct distant *distant, int site);
int distant_find(const struct distant *distant, const char *name); /* -1: none is called so */
/* The board's settings with the site's name and zone. */
const struct settings *distant_settings(const struct distant *distant, int site);

/* What reaches back to `since` (ms), begun now where nothing does; to be released. */
struct fetch *distant_fetch(struct distant *distant, int site, int64_t since, struct error *err);

/* Ends what is fetched halfway and nobody waits for any more. */
void distant_tidy(struct distant *distant);

struct distant_wait {
	uint64_t lsn; /* with this record; 0: with all there is */
	bool (*stop)(void *context); /* true: give up */
	void (*tell)(void *context, const char *text); /* how far it is */
	void *context;
};
/* Waits until the past is here as far as that. False: it is not to be had, and err says why. */
bool distant_await(struct fetch *fetch, const struct distant_wait *wait, struct fetch_look *look, struct error *err);

#endif
