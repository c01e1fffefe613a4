/* Attached to a collector: its state, then every record after it, each once and in order, whatever is lost on the way. Boards and
 * standbys. The other side is feed/stream_server.h; docs/STREAM.md has the protocol. Nothing here waits. */
#ifndef FEED_STREAM_CLIENT_H
#define FEED_STREAM_CLIENT_H

#include "feed/feed.h"
#include "feed/stream_wire.h"

struct stream_client;

struct stream_state {
	struct stream_origin origin;
	uint64_t lsn; /* the records after it follow */
	int64_t recv;
	struct view bytes;   /* good during the call; of the past: a state's file, or nothing where lsn is 0 */
	const char *program; /* the collector's version */
	const char *why;     /* the owner had something before, which this replaces: why; NULL: the first */
};

/* What the owner gives. None of them may close the client. */
struct stream_sink {
	void *context;
	/* False: it cannot be read, and *err says why; the link is refused, and it is tried again after `reconnect`. */
	bool (*state)(void *context, const struct stream_state *state, struct error *err);
	/* The record after the one before, or after the state. The payload is good during the call. */
	void (*record)(void *context, const struct frame *frame, const struct stream_origin *origin);
	/* LINK_CONNECTING: not heard yet, or a state is being fetched; LIVE: following; STALE; REFUSED. `why`: what somebody has to do
	 * about it, or "". silent: ms since something was last heard. */
	void (*link)(void *context, enum link_state state, const char *why, int64_t silent);
	/* What became of an action: the LSN it was given; or 0, and the word for why ("timeout": perhaps it was taken). `whose`: who may do
	 * it, where that is why; not harmless. */
	void (*answer)(void *context, int64_t id, uint64_t lsn, const char *error, struct view whose);
	/* The collector said where it is and who wrote which records (`epochs`, data NULL: it does not say): the last record that the owner
	 * shares with it, after which it goes on; 0: a state is needed; STREAM_HOLD: nothing is to be asked any more. NULL: the options
	 * say, as long as the origin is the same. Asked anew with each new origin. */
	uint64_t (*resume)(void *context, const struct stream_origin *origin, struct view epochs);
	/* The words for what may be done here, and as whom, as the collector says now and then. NULL: it is not asked. */
	void (*permit)(void *context, struct view may, struct view as);
};

#define STREAM_HOLD UINT64_MAX

struct stream_client_options {
	const char *url; /* tcp://HOST:PORT, ipc://PATH, inproc://NAME */
	struct feed_options feed; /* site, stale, silence, reconnect, zmq, curve */
	const char *const *formats; /* of states that can be read, ends with NULL; NULL: any */
	/* A standby, or a board that knows how far it was: everything after this record, without a state if the collector still has it.
	 * lsn 0: begin with a state. */
	struct stream_origin origin;
	uint64_t lsn;
	/* Begin with the state that is kept with the collector's journal and of `since` (ms) or earlier, or with record 1, in place of the
	 * present state. The collector may not have as old a one: then with the first it has. */
	bool past;
	int64_t since;
	uint64_t range_most; /* records asked for to fill a hole; more are not worth it: a new state. 0: 20,000; UINT64_MAX: any */
	size_t state_most;   /* bytes of a state (1 GiB) */
	size_t backlog_records, backlog_bytes; /* kept while a state or a hole is waited for (200,000; 256 MiB) */
	int queue;	     /* messages libzmq keeps (100,000) */
	int64_t timeout;     /* ms an answer may take (2000), or an action's (5000 at that) */
};

struct stream_client *stream_client_open(const struct stream_client_options *options, const struct stream_sink *sink, struct error *err);
void stream_client_close(struct stream_client *client); /* NULL is fine */
int stream_client_items(const struct stream_client *client, struct zmq_pollitem_t *items); /* at most 3 */
int64_t stream_client_due(const struct stream_client *client);			   /* monotonic ms */
/* Takes at most `most` messages of each kind, and does what is due. True: there may be more at once. */
bool stream_client_next(struct stream_client *client, int most);
/* Sends an action (a payload map of one event); its answer comes as often as there is an id: once. 0: it could not be sent. */
int64_t stream_client_act(struct stream_client *client, const void *event, size_t size, struct error *err);

/* Tells the collector that everything up to here is written; not while it is not known where to ask. */
void stream_client_ack(struct stream_client *client, uint64_t lsn);

struct stream_client_counts {
	uint64_t records, states; /* handed on */
	uint64_t asked;		  /* records that came by asking for them */
	uint64_t restarts;	  /* states that replaced an earlier one, or will */
	uint64_t overflows;	  /* backlogs that were thrown away */
	uint64_t malformed, foreign; /* messages refused; of an epoch that is over */
	uint64_t misses;	  /* questions without an answer in time */
};
struct stream_client_counts stream_client_counts(const struct stream_client *client);
/* How far it is: the last record handed on, or that of the state; 0: nothing yet. */
uint64_t stream_client_lsn(const struct stream_client *client);
/* The last record the stream told of; 0: none yet. */
uint64_t stream_client_newest(const struct stream_client *client);
/* Bytes of a state that is being fetched. */
size_t stream_client_fetched(const struct stream_client *client);
/* Monotonic ms: when anything of it was heard last; *ever false: nothing was, and it is when it was opened. */
int64_t stream_client_heard(const struct stream_client *client, bool *ever);

#endif
