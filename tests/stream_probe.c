/* A collector for tests in other languages: binds both sockets, says on standard output where, then writes records as long as
 * standard input is open: stream_probe [RECORDS A SECOND]. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include <zmq.h>

#include "base/clock.h"
#include "feed/pack_write.h"
#include "feed/stream_server.h"

struct probe {
	struct stream_origin origin;
	uint64_t lsn;
};

/* Odd ones are batches without events, even ones CLOCK records. */
static void make_record(uint64_t lsn, struct wire_buffer *to, struct frame *frame)
{
	to->size = 0;
	pack_put_map(to, 2);
	pack_put_text(to, view_of("v"));
	pack_put_unsigned(to, 1);
	pack_put_text(to, view_of(lsn % 2 ? "events" : "record"));
	if (lsn % 2) {
		pack_put_array(to, 0);
	} else {
		pack_put_map(to, 1);
		pack_put_text(to, view_of("kind"));
		pack_put_text(to, view_of("clock"));
	}
	*frame = (struct frame){.type = lsn % 2 ? FRAME_BATCH : FRAME_CLOCK, .lsn = lsn, .recv = (int64_t)lsn * 1000,
		.payload = {(const char *)to->data, to->size}};
}

static bool give_state(void *context, struct wire_buffer *to, uint64_t *lsn, int64_t *recv)
{
	const struct probe *probe = context;
	static const uint8_t piece[1000] = {7};
	for (int i = 0; i < 1000; i++)
		pack_put_bytes(to, piece, sizeof piece);
	*lsn = probe->lsn;
	*recv = (int64_t)probe->lsn * 1000;
	return true;
}

static void give_range(void *context, uint64_t from, uint64_t to, stream_emit *emit, void *emit_to)
{
	struct wire_buffer room = {0};
	struct frame frame;
	(void)context;
	for (uint64_t lsn = from; lsn <= to; lsn++) {
		make_record(lsn, &room, &frame);
		if (!emit(emit_to, &frame))
			break;
	}
	wire_buffer_finish(&room);
}

static uint64_t take_act(void *context, struct view event, const struct stream_person *who, struct stream_refusal *refusal)
{
	const struct probe *probe = context;
	(void)who;
	refusal->word = "forbidden";
	return event.size > 1 ? probe->lsn : 0;
}

int main(int count, char **words)
{
	int a_second = count > 1 ? atoi(words[1]) : 50;
	struct probe probe = {.origin = {{0xab}, 3}};
	const struct stream_source source = {&probe, give_state, give_range, take_act};
	static const char *const formats[] = {"state 1", NULL};
	struct stream_server_options options = {.bind = "tcp://127.0.0.1:*", .ask = "tcp://127.0.0.1:*", .program = "0.1.0",
		.formats = formats, .origin = probe.origin, .zmq = zmq_ctx_new()};
	struct error err = {""};
	struct stream_server *server = stream_server_open(&options, &source, &err);
	struct wire_buffer room = {0};
	struct pollfd input = {.fd = 0, .events = POLLIN};
	if (!server || a_second < 1) {
		fprintf(stderr, "stream_probe: %s\n", err.text);
		return 1;
	}
	printf("%s %s\n", stream_server_endpoint(server), stream_server_ask_endpoint(server));
	fflush(stdout);
	int64_t next = clock_monotonic();
	while (poll(&input, 1, 1) == 0) {
		stream_server_serve(server);
		if (clock_monotonic() < next)
			continue;
		struct frame frame;
		make_record(++probe.lsn, &room, &frame);
		stream_server_publish(server, &frame, NULL);
		next += 1000 / a_second;
	}
	stream_server_close(server);
	wire_buffer_finish(&room);
	zmq_ctx_term(options.zmq);
	return 0;
}
