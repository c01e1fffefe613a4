/* Reads one site from Redis in a thread of its own, so that a node that does not answer holds up no other site and no picture. */
#ifndef APP_SITE_READER_H
#define APP_SITE_READER_H

#include "app/stored.h"

struct site_reader;

/* `wake`: an eventfd that is written to when there is something new. False: the URL is wrong. The settings outlive it. */
struct site_reader *site_reader_open(const char *url, const struct settings *settings, int wake, struct error *err);
/* Tells it to end, without waiting: for all of several before the first is closed. NULL: nothing. */
void site_reader_stop(struct site_reader *reader);
void site_reader_close(struct site_reader *reader); /* waits until a read that is under way has ended: two seconds at most */
/* Not wanted: it rests, for the collector's own stream is better. */
void site_reader_want(struct site_reader *reader, bool wanted);
/* The engine read last, now the caller's; NULL: nothing newer. */
struct engine *site_reader_take(struct site_reader *reader);
/* As stored_link(); `why` is copied. */
enum link_state site_reader_link(struct site_reader *reader, int64_t *silent, char *why, size_t room);

#endif
