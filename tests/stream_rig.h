/* A collector in memory with its server, and owners attached to it that check every record they are given. */
#ifndef TESTS_STREAM_RIG_H
#define TESTS_STREAM_RIG_H

#include "feed/stream_client.h"
#include "feed/stream_server.h"

#define RIG_CLIENTS_MAX 64
#define RIG_DEADLINE 10000 /* ms that any condition is waited for */

/* What one attached owner got. It fails the test on a record that is not the next, or not what the collector wrote. */
struct rig_owner {
	struct rig *rig;
	struct stream_client *client;
	struct stream_origin origin;
	uint64_t position; /* the LSN it is at */
	uint64_t states, records;
	char why[200]; /* of the last state that replaced one; "": none did */
	bool refuses;  /* states */
	enum link_state link;
	char link_why[300];
	int links[8]; /* how often each state was told */
	int64_t answer_id;
	uint64_t answer_lsn;
	char answer_error[64];
	int answers;
};

struct rig {
	void *zmq;
	char folder[64], url[128], ask[128];
	struct stream_server_options options;
	struct stream_server *server;
	struct stream_origin origin;
	uint64_t lsn;	    /* of the last record written */
	uint64_t kept_from; /* the oldest the journal still has; 1: all */
	size_t state_size;  /* bytes, at least 16 */
	bool has_state;
	int states_taken;
	uint64_t acts; /* taken */
	char act_who[64];
	struct feed_options feed;
	struct rig_owner owners[RIG_CLIENTS_MAX];
	int owner_count;
	struct wire_buffer payload; /* scratch */
};

/* The payload that the record of this LSN has in this origin; the frame's payload is a view of `to`. */
void rig_record(const struct stream_origin *origin, uint64_t lsn, struct wire_buffer *to, struct frame *frame);

/* `kind`: "inproc", "ipc" or "tcp"; the server is started. */
void rig_open(struct rig *rig, const char *kind);
/* Over ipc, with a server that keeps so few messages for a slow subscriber. */
void rig_open_narrow(struct rig *rig, int queue);
void rig_close(struct rig *rig);
void rig_start(struct rig *rig);
void rig_stop(struct rig *rig);
void rig_set_journal(struct rig *rig, uint8_t number, uint64_t epoch);
/* An owner more; `change`: what differs from the defaults. */
struct rig_owner *rig_attach(struct rig *rig, struct stream_client_options change);
/* The same, and waits until it has everything. */
struct rig_owner *rig_attach_level(struct rig *rig, struct stream_client_options change);
void rig_detach(struct rig_owner *owner);
/* Writes `count` records and sends them. */
void rig_write(struct rig *rig, int count);
/* One turn of all; waits at most 10 ms for something to do. */
void rig_turn(struct rig *rig);
/* One turn of one side without waiting. */
void rig_serve(struct rig *rig);
void rig_read(struct rig_owner *owner, int most);
bool rig_is_level(const struct rig *rig); /* everybody has everything */

#define RIG_UNTIL(rig, condition)                                                                                                  \
	do {                                                                                                                       \
		int64_t until_ = clock_monotonic() + RIG_DEADLINE;                                                                 \
		bool came_ = false;                                                                                                \
		while (!(came_ = (condition)) && clock_monotonic() < until_)                                                       \
			rig_turn(rig);                                                                                             \
		assert_true(came_);                                                                                                \
	} while (0)

#endif
