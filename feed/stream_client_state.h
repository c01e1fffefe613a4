/* What stream_client.c (the stream) and stream_questions.c (what is asked) share. */
#ifndef FEED_STREAM_CLIENT_STATE_H
#define FEED_STREAM_CLIENT_STATE_H

#include "feed/stream_backlog.h"
#include "feed/stream_client.h"
#include "feed/stream_dealer.h"
#include "feed/stream_link.h"

/* FOLLOW is the only one with a position; the others wait for one, one question after another. */
enum phase { PHASE_HELLO, PHASE_STATE, PHASE_FETCH, PHASE_FOLLOW };

struct stream_client {
	struct stream_client_options options;
	struct stream_sink sink;
	char *url, *site;
	struct stream_link link;
	struct stream_dealer dealer;
	struct stream_backlog backlog;
	enum phase phase;
	bool has_origin, can_resume; /* can_resume: `next` is what the owner came with */
	struct stream_origin origin;
	uint64_t next;	/* the LSN to hand on next */
	uint64_t heard; /* the largest the stream told of; 0: none yet */
	uint64_t past_from; /* states of the past before this record are of no use: what follows them is not kept whole */
	bool is_too_old; /* what the owner has cannot be gone on from */
	bool had_state; /* the owner has something that a state would replace */
	const char *why; /* of the last restart */
	int64_t settled_at; /* ms when the last state came: what is older may still be on its way */
	int64_t restart_at; /* ms of the last one */
	int hasty;	    /* restarts in a row soon after a state came */
	struct {
		int64_t id; /* 0: nothing is asked; of a state the first that counts */
		int64_t due;
	} asked;
	int misses; /* in a row */
	int64_t not_before; /* of the next question */
	struct {
		int64_t id, due; /* due INT64_MAX: this collector does not know the question */
	} permit; /* what may be done here */
	struct {
		struct wire_buffer bytes; /* so far */
		size_t size, requested;
		uint64_t lsn;
		int64_t recv;
	} fetch;
	char program[64];
	bool is_unreadable; /* the collector's state cannot be read */
	struct error trouble;
	enum link_state told;
	struct stream_client_counts counts;
	struct wire_buffer room; /* scratch */
};

/* Forgets the position; everything begins with hello. */
void stream_client_restart(struct stream_client *client, const char *why, int64_t now);
/* From now on this is what LSNs are of; what waits is of another. */
void stream_client_adopt(struct stream_client *client, const struct stream_origin *origin);
/* Hands on the record if it is the next; false: it is not. */
bool stream_client_deliver(struct stream_client *client, const struct frame *frame);
/* Is something missing before what is there? Up to and with *to. */
bool stream_client_hole(const struct stream_client *client, uint64_t *to);

/* Takes at most `most` answers. True: there may be more. */
bool stream_questions_take(struct stream_client *client, int most, int64_t now);
/* Asks what is to be asked next, or again. */
void stream_questions_drive(struct stream_client *client, int64_t now);
int64_t stream_questions_due(const struct stream_client *client);

#endif
