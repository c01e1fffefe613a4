/* The collector's stream, message by message: what the journal holds, for boards and standbys. A record is sent as the payload
 * map it came as, byte for byte, with pairs appended; only the count in the map's head is another:
 *
 *	{…, lsn:4711, recv:…, journal:"<32 hex digits>", epoch:1, feed:0, type:1, head:1, original:…}
 *
 * `type`: enum frame_type. `head` and `original` are the sizes of the original map's head and of the whole original: they stand
 * last and have a fixed size, so that nobody has to look into the original to find its end. A heartbeat is {v:1, events:[], lsn, recv, journal, epoch, ask}: of the last record written; `ask` is where to ask. */
#ifndef FEED_STREAM_WIRE_H
#define FEED_STREAM_WIRE_H

#include "feed/wire.h"
#include "journal/frame.h"

#define STREAM_ADDED_MAX 192 /* bytes that a record grows by, at most */
#define STREAM_MESSAGE_MAX (FRAME_PAYLOAD_MAX + STREAM_ADDED_MAX)
#define STREAM_ENDPOINT_MAX 256
#define STREAM_HEX_ROOM (2 * JOURNAL_ID_SIZE + 1)

/* Whose LSNs they are: with another journal or epoch, a number means another record. */
struct stream_origin {
	uint8_t journal[JOURNAL_ID_SIZE];
	uint64_t epoch; /* up to INT64_MAX, like an LSN */
};
bool stream_origin_equals(const struct stream_origin *a, const struct stream_origin *b);
void stream_hex(const uint8_t journal[JOURNAL_ID_SIZE], char to[STREAM_HEX_ROOM]);
/* False: not 32 hex digits; `journal` is untouched. */
bool stream_unhex(struct view text, uint8_t journal[JOURNAL_ID_SIZE]);

/* Writes the message of a record into `to` (emptied first). False: the payload is no map. */
bool stream_encode(struct wire_buffer *to, const struct frame *frame, const struct stream_origin *origin, struct error *err);
/* ask.size 0: nobody can be asked. */
void stream_encode_heartbeat(struct wire_buffer *to, uint64_t lsn, int64_t recv, const struct stream_origin *origin, struct view ask);

struct stream_message {
	struct stream_origin origin;
	bool is_heartbeat;
	struct frame frame; /* of a heartbeat only lsn (0: nothing is written yet) and recv */
	struct view ask;    /* in heartbeats; data NULL: absent */
};
/* The frame's payload is the original again, put together in `room`; what is in it is not looked at (record_read does). `ask` is a
 * view of the bytes. On failure `message` is untouched. */
bool stream_decode(const void *bytes, size_t size, struct stream_message *message, struct wire_buffer *room, struct error *err);

#endif
