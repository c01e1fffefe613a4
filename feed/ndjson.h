/* One event as one line of JSON: what `tablo publish` reads and `tablo import` writes. The keys are those of the wire; times
 * are ms since the epoch, or ISO 8601 text. */
#ifndef FEED_NDJSON_H
#define FEED_NDJSON_H

#include "feed/wire.h"

/* Parses a line and appends the encoded event to `to`; its type and ts into *event for the caller (views valid until the next
 * call with the same reader). False: err says what is wrong ("ts is missing", "no event type is called 'contact.que'; did you
 * mean 'contact.queued'?"); nothing appended. Unknown keys are ignored; an unknown type is passed on (subscribers count it)
 * with *event->type == EVENT_UNKNOWN. */
struct ndjson_reader;
struct ndjson_reader *ndjson_reader_create(void);
void ndjson_reader_destroy(struct ndjson_reader *reader);
void ndjson_reader_hide(struct ndjson_reader *reader); /* for lines of strangers: err repeats no value of them, for it is logged and answered */
bool ndjson_read(struct ndjson_reader *reader, struct view line, struct wire_buffer *to, struct event *event, struct error *err);

/* Lines of one second become one batch of so many events and bytes of them at most. */
#define NDJSON_BATCH_LINES 1000
#define NDJSON_BATCH_BYTES (PAYLOAD_MAX - 1024)

/* Appends the event as one line with its newline. */
void ndjson_write(struct wire_buffer *to, const struct event *event);

#endif
