/* The past of a collector on another machine, fetched onto this one: a state kept with its journal and the records after it, by the stream's
 * own questions, into a spool that is read as a journal. A thread of its own; whoever holds it looks how far it is. */
#ifndef APP_FETCH_H
#define APP_FETCH_H

#include "config/settings.h"

struct fetch;

struct fetch_options {
	const char *urls;		 /* the collector's publish; of a pair both, with a comma between */
	const struct settings *settings; /* with its site; outlive it */
	int64_t since;			 /* records after this (ms) are wanted */
	void *zmq;			 /* NULL: a context of its own */
};

enum fetch_phase {
	FETCH_ASKING,	/* for a state to begin with */
	FETCH_UNDERWAY,
	FETCH_READY,	/* all there was is here, and what comes is added */
	FETCH_ENDED,	/* it was ready, and goes on no more: `why` */
	FETCH_FAILED	/* `why` */
};

struct fetch_look {
	enum fetch_phase phase;
	int percent;	  /* of the records */
	uint64_t bytes;	  /* kept here */
	uint64_t last;	  /* the newest record that is here */
	int64_t from, to; /* recv of the first one kept and of the last; INT64_MIN: none is kept */
	bool is_cut;	  /* there was no room for more of the past */
	bool differs;	  /* the collector counts by other rules than the settings */
	bool linked;	  /* the collector was heard lately */
	char directory[512];
	char why[300];	  /* harmless */
};

/* Held by the caller. */
struct fetch *fetch_open(const struct fetch_options *options, struct error *err);
/* As one more holder; false: it goes on no more, or does not reach so far back. Whoever holds one finds its directory there. */
bool fetch_hold(struct fetch *fetch, int64_t since);
/* The last one ends it and removes the directory. NULL is fine. */
void fetch_release(struct fetch *fetch);
/* Held once, and not ready: whoever wanted it has gone. */
bool fetch_unwanted(struct fetch *fetch);
struct fetch_look fetch_look(struct fetch *fetch);
/* "fetching from the collector: 43 %, 12 MiB". */
void fetch_text(const struct fetch_look *look, char *to, size_t room);

#endif
