/* A second of 5,000 records to 10 subscribers over ipc, paced by the clock: what the server's thread costs beside bare zmq_send of
 * the same messages to as many bare subscribers, and how long a record takes from publish to the owner's callback. Lines: name value
 * unit ratio limit ok|OVER. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <zmq.h>

#include "base/clock.h"
#include "base/memory.h"
#include "feed/message.h"
#include "feed/pack_write.h"
#include "feed/stream_client.h"
#include "feed/stream_server.h"

#define SUBSCRIBERS 10
#define A_SECOND 5000
#define RECORDS (3 * A_SECOND)
#define LIMIT_COST 2.0	     /* times bare zmq_send */
#define LIMIT_LATENCY 50.0   /* ms, 99 of 100 */
#define PAYLOAD 300	     /* bytes of a record's event, about */

static int64_t cpu_ns(void)
{
	struct timespec spent;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
	return spent.tv_sec * INT64_C(1000000000) + spent.tv_nsec;
}

/* ---- the subscribers, all in one thread ---- */

struct audience {
	void *zmq;
	char url[128];
	bool is_bare;
	int ready;	       /* of SUBSCRIBERS; read by the other thread */
	uint64_t got;	       /* records, of all */
	int64_t *latencies;    /* ns, RECORDS * SUBSCRIBERS */
	struct stream_client *clients[SUBSCRIBERS];
	void *sockets[SUBSCRIBERS];
};

static bool take_state(void *context, const struct stream_state *state, struct error *err)
{
	(void)state;
	(void)err;
	struct audience *audience = context;
	__atomic_add_fetch(&audience->ready, 1, __ATOMIC_SEQ_CST);
	return true;
}

/* recv carries the monotonic time at which it was published. */
static void take_record(void *context, const struct frame *frame, const struct stream_origin *origin)
{
	(void)origin;
	struct audience *audience = context;
	if (audience->got < RECORDS * SUBSCRIBERS)
		audience->latencies[audience->got++] = clock_monotonic_ns() - frame->recv;
}

static void take_link(void *context, enum link_state state, const char *why, int64_t silent)
{
	(void)context;
	(void)state;
	(void)why;
	(void)silent;
}

static void take_answer(void *context, int64_t id, uint64_t lsn, const char *error)
{
	(void)context;
	(void)id;
	(void)lsn;
	(void)error;
}

static void open_audience(struct audience *audience)
{
	const struct stream_sink sink = {audience, take_state, take_record, take_link, take_answer};
	struct stream_client_options options = {.url = audience->url,
		.feed = {.site = "here", .silence = 60000, .stale = 30000, .reconnect = 60000, .zmq = audience->zmq}};
	for (int i = 0; i < SUBSCRIBERS; i++) {
		if (!audience->is_bare) {
			audience->clients[i] = stream_client_open(&options, &sink, NULL);
			continue;
		}
		audience->sockets[i] = zmq_socket(audience->zmq, ZMQ_SUB);
		socket_set(audience->sockets[i], ZMQ_RCVHWM, 100000);
		zmq_setsockopt(audience->sockets[i], ZMQ_SUBSCRIBE, "", 0);
		zmq_connect(audience->sockets[i], audience->url);
	}
}

static int wait_for_any(struct audience *audience)
{
	zmq_pollitem_t items[3 * SUBSCRIBERS];
	int count = 0;
	for (int i = 0; i < SUBSCRIBERS; i++) {
		if (audience->is_bare)
			items[count++] = (zmq_pollitem_t){.socket = audience->sockets[i], .events = ZMQ_POLLIN};
		else
			count += stream_client_items(audience->clients[i], items + count);
	}
	return zmq_poll(items, count, 10);
}

static void read_bare(struct audience *audience, int number)
{
	struct message message;
	while (message_receive(audience->sockets[number], &message) == MESSAGE_HERE) {
		audience->got++;
		message_finish(&message);
	}
}

static void *listen_to(void *argument)
{
	struct audience *audience = argument;
	int64_t until = clock_monotonic() + 60000;
	open_audience(audience);
	while (audience->got < RECORDS * SUBSCRIBERS && clock_monotonic() < until) {
		wait_for_any(audience);
		for (int i = 0; i < SUBSCRIBERS; i++) {
			if (audience->is_bare)
				read_bare(audience, i);
			else
				stream_client_next(audience->clients[i], 100);
		}
	}
	for (int i = 0; i < SUBSCRIBERS; i++) {
		stream_client_close(audience->clients[i]);
		if (audience->sockets[i])
			zmq_close(audience->sockets[i]);
	}
	return NULL;
}

/* ---- the sending side ---- */

static bool give_state(void *context, struct wire_buffer *to, uint64_t *lsn, int64_t *recv)
{
	(void)context;
	pack_put_map(to, 0);
	*lsn = 0;
	*recv = 0;
	return true;
}

static void give_range(void *context, uint64_t from, uint64_t to, stream_emit *emit, void *emit_to)
{
	(void)context;
	(void)from;
	(void)to;
	(void)emit;
	(void)emit_to;
}

static void fill(struct wire_buffer *payload)
{
	char text[PAYLOAD] = {0};
	pack_put_map(payload, 2);
	pack_put_text(payload, view_of("v"));
	pack_put_unsigned(payload, 1);
	pack_put_text(payload, view_of("events"));
	pack_put_text(payload, (struct view){text, sizeof text});
}

/* Until the moment at which so many should have gone. */
static void pace(int64_t start, int sent)
{
	int64_t due = start + (int64_t)sent * INT64_C(1000000000) / A_SECOND;
	while (clock_monotonic_ns() < due)
		clock_sleep(1);
}

/* CPU ns of this thread for all records. */
static int64_t send_stream(struct audience *audience, const char *ask)
{
	const struct stream_source source = {NULL, give_state, give_range, NULL};
	struct stream_server_options options = {.bind = audience->url, .ask = ask, .site = "here", .zmq = audience->zmq};
	struct stream_server *server = stream_server_open(&options, &source, NULL);
	struct wire_buffer payload = {0};
	fill(&payload);
	while (__atomic_load_n(&audience->ready, __ATOMIC_SEQ_CST) < SUBSCRIBERS) {
		stream_server_serve(server);
		clock_sleep(1);
	}
	int64_t start = clock_monotonic_ns(), spent = 0;
	for (int i = 0; i < RECORDS; i++) {
		struct frame frame = {.type = FRAME_BATCH, .lsn = (uint64_t)i + 1, .recv = clock_monotonic_ns(),
			.payload = {(const char *)payload.data, payload.size}};
		int64_t before = cpu_ns();
		stream_server_publish(server, &frame, NULL);
		if (i % 10 == 0)
			stream_server_serve(server);
		spent += cpu_ns() - before;
		pace(start, i + 1);
	}
	clock_sleep(200);
	stream_server_close(server);
	wire_buffer_finish(&payload);
	return spent;
}

static int64_t send_bare(struct audience *audience)
{
	void *socket = zmq_socket(audience->zmq, ZMQ_XPUB);
	socket_set(socket, ZMQ_SNDHWM, 100000);
	socket_set(socket, ZMQ_XPUB_VERBOSE, 1);
	zmq_bind(socket, audience->url);
	for (int i = 0; i < SUBSCRIBERS; i++) {
		struct message message;
		while (message_receive(socket, &message) != MESSAGE_HERE)
			clock_sleep(1);
		message_finish(&message);
	}
	char bytes[PAYLOAD + 130] = {0};
	int64_t start = clock_monotonic_ns(), spent = 0;
	for (int i = 0; i < RECORDS; i++) {
		int64_t before = cpu_ns();
		zmq_send(socket, "here//", 6, ZMQ_SNDMORE);
		zmq_send(socket, bytes, sizeof bytes, 0);
		spent += cpu_ns() - before;
		pace(start, i + 1);
	}
	clock_sleep(200);
	zmq_close(socket);
	return spent;
}

static int by_value(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
	return (a > b) - (a < b);
}

static int64_t measure(const char *folder, bool is_bare, double *latency)
{
	struct audience audience = {.zmq = zmq_ctx_new(), .is_bare = is_bare, .latencies = memory_new(RECORDS * SUBSCRIBERS, sizeof(int64_t))};
	char ask[128];
	pthread_t thread;
	snprintf(audience.url, sizeof audience.url, "ipc://%s/%s", folder, is_bare ? "bare" : "stream");
	snprintf(ask, sizeof ask, "ipc://%s/ask", folder);
	pthread_create(&thread, NULL, listen_to, &audience);
	int64_t spent = is_bare ? send_bare(&audience) : send_stream(&audience, ask);
	pthread_join(thread, NULL);
	if (audience.got < RECORDS * SUBSCRIBERS)
		fprintf(stderr, "stream_bench: only %llu of %d came\n", (unsigned long long)audience.got, RECORDS * SUBSCRIBERS);
	qsort(audience.latencies, audience.got, sizeof *audience.latencies, by_value);
	*latency = audience.got ? (double)audience.latencies[audience.got * 99 / 100] / 1e6 : 0;
	free(audience.latencies);
	zmq_ctx_term(audience.zmq);
	return spent;
}

static bool report(const char *name, double value, const char *unit, double ratio, double limit)
{
	printf("%s %.2f %s %.2f %.2f %s\n", name, value, unit, ratio, limit, ratio <= limit ? "ok" : "OVER");
	return ratio <= limit;
}

int main(void)
{
	char folder[] = "/tmp/tablo-stream-bench-XXXXXX";
	double latency, nothing;
	if (!mkdtemp(folder)) {
		fprintf(stderr, "stream_bench: %s: no folder can be made there\n", folder);
		return 1;
	}
	double bare = (double)measure(folder, true, &nothing) / RECORDS / 1e3;
	double ours = (double)measure(folder, false, &latency) / RECORDS / 1e3;
	bool is_kept = report("stream_publish", ours, "us", ours / bare, LIMIT_COST);
	is_kept &= report("stream_latency_p99", latency, "ms", latency, LIMIT_LATENCY);
	printf("stream_server_share %.2f percent of a core at %d records a second\n", ours * A_SECOND / 1e4, A_SECOND);
	char *command = memory_format("rm -rf '%s'", folder);
	int status = system(command);
	free(command);
	return status == 0 && is_kept ? 0 : 1;
}
