/* The collector's side of its stream: an XPUB that sends every record as soon as it is written to the journal, and a ROUTER that
 * gives a state, a range of records, and takes actions. Knows neither engine nor journal: both come through callbacks. Nothing here
 * waits for anybody; what one asker can make us do, hold and send is bounded. docs/STREAM.md has the protocol. */
#ifndef FEED_STREAM_SERVER_H
#define FEED_STREAM_SERVER_H

#include "feed/stream_guests.h"
#include "feed/stream_wire.h"

struct curve;
struct stream_server;
struct zmq_pollitem_t; /* of <zmq.h> */

/* Takes one record of a range; false: no more of them now. */
typedef bool stream_emit(void *to, const struct frame *frame);

/* A state that is kept with the journal. */
struct stream_past {
	uint64_t lsn; /* the records after it follow; 0: there is none, and record 1 is the first */
	int64_t recv;
	uint64_t size; /* of its file */
};

/* What somebody may do, as he is told. */
struct stream_permit {
	bool reads;    /* states and records, as they are given here */
	char may[80];  /* words, parted by blanks */
	char as[64];   /* what he is called in the journal; "": what he calls himself */
};

/* Why an action is not taken. */
struct stream_refusal {
	const char *word;
	char whose[160]; /* who may do it: "lead, chief"; "": not a matter of that */
};

/* What the collector gives the server to call. */
struct stream_source {
	void *context;
	/* Appends the packed state to `to`, with the record after which it is so. False: there is none now. At most one a `fresh`. */
	bool (*state)(void *context, struct wire_buffer *to, uint64_t *lsn, int64_t *recv);
	/* Hands the records of [from, to] to `emit`, in order, until that says no or there are no more; what is not kept any more is
	 * left out. Called for at most STREAM_RANGE_RECORDS at a time. */
	void (*range)(void *context, uint64_t from, uint64_t to, stream_emit *emit, void *emit_to);
	/* A person's action: a payload map as a publisher would send it, at most STREAM_EVENT_MAX bytes, not looked at. Returns the
	 * LSN it was given; 0: refused. */
	uint64_t (*act)(void *context, struct view event, const struct stream_person *who, struct stream_refusal *refusal);
	/* A standby has written everything up to this record of this journal and epoch; NULL: nobody minds. */
	void (*ack)(void *context, uint64_t lsn);
	/* The newest state kept that is of record `from` or later and of `recv` (ms) or earlier; where there is none the beginning, if
	 * `from` is 0 and the journal has it, else the first one after. False: there is none. NULL: none are kept. */
	bool (*past)(void *context, int64_t recv, uint64_t from, struct stream_past *found);
	/* Appends at most `most` bytes of that state's file from `at` on; `found` tells its size. False: it is not kept any more. */
	bool (*past_piece)(void *context, uint64_t lsn, uint64_t at, size_t most, struct wire_buffer *to, struct stream_past *found);
	/* What somebody may do; NULL: everybody may read and act, and nobody is told. */
	void (*permit)(void *context, const struct stream_person *who, struct stream_permit *permit);
};

struct stream_server_options {
	const char *bind; /* XPUB endpoint */
	const char *ask;  /* ROUTER endpoint */
	const char *site; /* "default" */
	const char *program;	    /* its version, for hello */
	const char *const *formats; /* the state formats it writes, ends with NULL; NULL: none are named */
	struct stream_origin origin;
	bool mute; /* a standby's: bound, and says nothing until stream_server_lead() */
	uint64_t lsn; /* of the last record written before; 0: none */
	int64_t recv;
	int queue;	/* messages kept for a slow subscriber (100000) */
	int64_t fresh;	/* ms that a state may be old and still be given to one who comes later (1000) */
	int64_t linger; /* ms at close for what is still queued (1000); never none: libzmq may abort where a socket is closed at once
			 * within a message whose reader just went */
	void *zmq;
	struct curve *curve; /* how both sockets are secured; NULL: plaintext, and only on this machine */
};

struct stream_server *stream_server_open(const struct stream_server_options *options, const struct stream_source *source,
	struct error *err);
void stream_server_close(struct stream_server *server); /* NULL is fine */
/* A record that is written, in the order of the LSNs. Whoever does not keep up misses it, and asks for it. False: it could not be
 * made a message, or the socket failed; its LSN counts all the same, so that its absence shows. */
bool stream_server_publish(struct stream_server *server, const struct frame *frame, struct error *err);
/* From now on LSNs are of this journal and epoch (a take-over); states kept are let go, everybody attached begins anew. */
void stream_server_restart(struct stream_server *server, const struct stream_origin *origin, uint64_t lsn, int64_t recv);
/* The same for one of a pair that writes from now on: `epochs` are who wrote which records, as hello tells it. */
void stream_server_lead(struct stream_server *server, const struct stream_origin *origin, const char *epochs, uint64_t lsn, int64_t recv);
/* Answers a bounded number of requests, sends heartbeats. True: there may be more to do at once. */
bool stream_server_serve(struct stream_server *server);
/* Ends the connections of those whom `admits` does not let in; returns how many. They may come again, if they are let in then. */
size_t stream_server_cut(struct stream_server *server, stream_admits *admits, void *context);
int stream_server_items(struct stream_server *server, struct zmq_pollitem_t *items); /* 2 */
int64_t stream_server_due(const struct stream_server *server);			      /* monotonic ms */

/* As bound, with `*` where it is every address. */
const char *stream_server_endpoint(const struct stream_server *server);
const char *stream_server_ask_endpoint(const struct stream_server *server);

struct stream_counts {
	uint64_t records, bytes;	/* sent, payloads only */
	uint64_t slow;			/* times that a subscriber's queue ran full: it misses records until it has read some */
	uint64_t unsendable;		/* records that are no map */
	uint64_t acks;
	uint64_t requests, refused;	/* refused: malformed, or over an asker's allowance */
	uint64_t states, chunks;	/* states taken; pieces of them sent, and of those kept with the journal */
	uint64_t unread;		/* answers dropped because the asker did not read */
	int subscribers;
};
struct stream_counts stream_server_counts(const struct stream_server *server);

#endif
