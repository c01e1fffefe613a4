/* Records as bytes and back. A batch is the payload as it came. The board's own records are payloads of the same shape, with the key
 * `record` in place of `events`:
 *
 *	{v:1, record:{kind:"clock"}}
 *	{v:1, record:{kind:"link", feed:0, link:"stale", silent_since:…}}	ms; the words of enum link_state
 *	{v:1, record:{kind:"link", feed:0, fault:"malformed", count:3}}
 *	{v:1, record:{kind:"gap", feed:0, src:"pbx", boot:…, from:…, to:…}}
 *	{v:1, record:{kind:"config", program:"0.1.0", settings:"…", settings_hash:…, zone_hash:…, locale_hash:…, feeds:["tcp://…"]}}
 *	{v:1, record:{kind:"history", from:…, to:…}}
 *
 * Keys beside `v` and `record`, and unknown ones within, are passed over: a collector's stream adds lsn, recv, journal, epoch. */
#ifndef JOURNAL_RECORD_H
#define JOURNAL_RECORD_H

#include "feed/wire.h"
#include "journal/frame.h"

#define RECORD_FEEDS_MAX 64

/* The frame of a record for journal_append; lsn and durable are not set. Of a batch, `payload` are the bytes it was decoded from;
 * other kinds are written into `room`. The frame holds views of them. */
struct frame record_frame(const struct record *record, struct view payload, struct wire_buffer *room);

/* What a decoded record's views point to, beside the frame's payload; reused from record to record. */
struct record_room {
	struct batch batch;
	struct record_config config;
	struct view feeds[RECORD_FEEDS_MAX];
};
void record_room_finish(struct record_room *room);
/* Hostile bytes are refused; nothing is allocated but room for the events that are there. `record` holds views of the frame and the
 * room, and is untouched on failure. */
bool record_read(const struct frame *frame, struct record *record, struct record_room *room, struct error *err);

#endif
