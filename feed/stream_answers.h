/* The ROUTER of a collector: one request in, one answer out, within limits that no asker can lift. Part of stream_server.c. */
#ifndef FEED_STREAM_ANSWERS_H
#define FEED_STREAM_ANSWERS_H

#include "feed/stream_server.h"

struct stream_answers;

struct stream_answers *stream_answers_open(const struct stream_server_options *options, const struct stream_source *source,
	struct stream_counts *counts, struct error *err);
void stream_answers_close(struct stream_answers *answers); /* NULL is fine */
/* Where the stream is now; states of another origin are let go. */
void stream_answers_move(struct stream_answers *answers, const struct stream_origin *origin, uint64_t lsn, int64_t recv);
/* Who wrote which records, for hello; before, one who is mute answers nothing. */
void stream_answers_lead(struct stream_answers *answers, const char *epochs);
/* Takes a bounded number of requests and bytes. True: there may be more. */
bool stream_answers_serve(struct stream_answers *answers, int64_t now);
/* As stream_server_cut(), of those who ask. */
size_t stream_answers_cut(struct stream_answers *answers, stream_admits *admits, void *context);
void *stream_answers_socket(const struct stream_answers *answers);
const char *stream_answers_endpoint(const struct stream_answers *answers);
int64_t stream_answers_due(const struct stream_answers *answers);

#endif
