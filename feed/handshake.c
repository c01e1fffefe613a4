#include <zmq.h>

#include "feed/handshake.h"

#define BROKEN_MOST 3 /* libzmq tries every 100 ms and more */

enum feed_fault handshake_judge(struct handshake *handshake, uint16_t event, uint32_t value, bool secured)
{
	switch (event) {
	case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
		handshake->broken = 0;
		return FAULT_NONE;
	case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
		return secured ? FAULT_KEY_REFUSED : FAULT_SECURITY;
	case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
		if (value == ZMQ_PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH)
			return FAULT_SECURITY;
		return secured && value == ZMQ_PROTOCOL_ERROR_ZMTP_CRYPTOGRAPHIC ? FAULT_SERVER_KEY : FAULT_NONE;
	case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
		if (!secured || ++handshake->broken < BROKEN_MOST)
			return FAULT_NONE;
		handshake->broken = 0;
		return FAULT_SERVER_KEY;
	default:
		return FAULT_NONE;
	}
}
