/* Several sites on one board: each has an engine of its own, that follows its collector's stream, or is read from Redis where there is
 * none or while it does not answer. A site that is away keeps what was known of it. Single-threaded but for the readers of Redis. */
#ifndef APP_SITES_H
#define APP_SITES_H

#include "config/settings.h"
#include "metrics/engine.h"
#include "store/merge.h"
#include "store/snapshot.h"

struct sites;
struct curve;
struct zmq_pollitem_t; /* of <zmq.h> */

#define SITES_POLL_MAX (SITES_MOST * 3 + 1)

/* Does this address name sites: "tokyo=tcp://...,berlin=ipc://..."? */
bool sites_named(const char *attach);

#define SITES_NAME 200
/* Which ones a board shows, in its order; how many. */
int sites_names(const struct settings *settings, const char *attach, char names[SITES_MOST][SITES_NAME]);
/* Where to attach to a site: by the address list, else by its section; "": nowhere. Its zone: its own, else the board's. */
void sites_address(const struct settings *settings, const char *attach, const char *site, char *to, size_t room);
const char *sites_zone(const struct settings *settings, const char *site);

/* The sites of settings->sites, else those that `attach` names; each attached where `attach` or a section says so, the others read from
 * `store`; either may be NULL. `names`: an engine without events, the caller's; it learns the names of all. */
struct sites *sites_open(const char *attach, const char *store, const struct settings *settings, struct engine *names, void *zmq, struct curve *curve,
	struct error *err);
void sites_close(struct sites *sites);
int sites_items(const struct sites *sites, struct zmq_pollitem_t *items);
int64_t sites_due(const struct sites *sites); /* monotonic ms */
/* Takes what came; true: something changed that a picture could show. */
bool sites_next(struct sites *sites, int most);
uint64_t sites_events(const struct sites *sites);

/* Of how many something is known, and of how many there are. */
int sites_known(const struct sites *sites);
int sites_count(const struct sites *sites);
/* "tokyo, berlin": those of whom nothing is known, and why; "" where there is none. */
void sites_missing_text(struct sites *sites, char *to, size_t room);

/* Reads "site=berlin,queue=Billing"; *site: 1 for the first, 0: all. `learn`: names that nobody has brought yet are taken. */
bool sites_scope(const struct sites *sites, const char *text, bool learn, struct scope *scope, int *site, struct error *err);
/* A site by its number from 1: its name, its time (INT64_MIN: nothing is known), and its stream (NULL: there is none). */
struct attached;
const char *sites_name(const struct sites *sites, int site);
int64_t sites_time(const struct sites *sites, int site);
struct attached *sites_attached(const struct sites *sites, int site);
/* As they are at this moment, for snapshot_merge() and figures_json(); it stays the sites' own until the next call of anything here. */
const struct merge *sites_merge(struct sites *sites);

#endif
