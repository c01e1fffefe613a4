/* Any bytes as a message of the stream, and as a request or answer: what decodes must encode, and decode again to the same. */
#include <stdlib.h>

#include "feed/stream_talk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool is_true)
{
	if (!is_true)
		abort();
}

static void try_message(const uint8_t *data, size_t size)
{
	struct wire_buffer room = {0}, again = {0}, second = {0};
	struct stream_message in, out;
	if (stream_decode(data, size, &in, &room, NULL) && in.is_heartbeat) {
		stream_encode_heartbeat(&again, in.frame.lsn, in.frame.recv, &in.origin, in.ask);
		require(stream_decode(again.data, again.size, &out, &second, NULL));
		require(out.is_heartbeat && out.frame.lsn == in.frame.lsn && view_equals(out.ask, in.ask));
	} else if (stream_decode(data, size, &in, &room, NULL)) {
		require(in.frame.payload.size <= size && in.frame.lsn > 0 && frame_is_record(&in.frame));
		require(stream_encode(&again, &in.frame, &in.origin, NULL));
		require(stream_decode(again.data, again.size, &out, &second, NULL));
		require(out.frame.lsn == in.frame.lsn && out.frame.recv == in.frame.recv && out.frame.type == in.frame.type);
		require(out.frame.feed == in.frame.feed);
		require(view_equals(out.frame.payload, in.frame.payload) && stream_origin_equals(&out.origin, &in.origin));
	}
	wire_buffer_finish(&room);
	wire_buffer_finish(&again);
	wire_buffer_finish(&second);
}

static void try_talk(const uint8_t *data, size_t size)
{
	struct wire_buffer bytes = {0};
	struct stream_talk in, out;
	if (stream_talk_read(data, size, &in, NULL)) {
		stream_talk_write(&bytes, &in);
		require(stream_talk_read(bytes.data, bytes.size, &out, NULL));
		require(out.has == in.has && out.format_count == in.format_count && out.id == in.id && out.to == in.to);
		require(view_equals(out.op, in.op) && view_equals(out.event, in.event) && view_equals(out.journal, in.journal));
	}
	wire_buffer_finish(&bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_message(data, size);
	try_talk(data, size);
	return 0;
}
