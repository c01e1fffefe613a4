/* A sink that writes down what a feed hands on, and a small bench of publisher and feed for tests. */
#ifndef TESTS_RECORDER_H
#define TESTS_RECORDER_H

#include "feed/feed.h"
#include "feed/publisher.h"

#define RECORDED_MAX 20000
#define DEADLINE 10000 /* ms that any condition is waited for */

struct recorder {
	struct {
		uint64_t boot, seq;
		uint32_t count;
		int64_t at;
		char src[ID_MAX + 1];
	} batches[RECORDED_MAX];
	int batch_count;
	uint64_t events, heartbeats, malformed, heartbeat_seq, heartbeat_boot;
	uint8_t times[RECORDED_MAX]; /* how often each seq below RECORDED_MAX came */
	enum link_state links[100];
	int link_count;
	uint64_t refused[FAULT_COUNT];
	char why[700];
	struct {
		uint64_t boot, from, to;
	} gaps[100];
	int gap_count;
	struct batch batch; /* scratch */
};

struct recorder *recorder_create(void);
void recorder_destroy(struct recorder *recorder);
struct feed_sink recorder_sink(struct recorder *recorder);
/* LINK_CONNECTING where nothing was told yet. */
enum link_state recorder_link(const struct recorder *recorder);
bool recorder_saw_link(const struct recorder *recorder, enum link_state state);
/* Has every number of [from, to] come exactly once? */
bool recorder_complete(const struct recorder *recorder, uint64_t from, uint64_t to);

struct stand {
	char folder[64], url[128], replay[128];
	void *zmq;
	struct feed *feed;
	struct publisher *publisher;
	struct recorder *recorder;
	struct feed_options options;
	void *raw[2]; /* sockets of a test's own, closed with the stand */
};

/* A folder of its own with the names of two ipc endpoints in it; short time-outs. */
void stand_open(struct stand *stand);
void stand_close(struct stand *stand);
/* The same as a test's setup and teardown. */
int stand_setup(void **state);
int stand_teardown(void **state);
void stand_feed(struct stand *stand);
/* `change` of the defaults: ipc endpoints, src "test", site "here". */
void stand_publisher(struct stand *stand, struct publisher_options change);
/* Adds `count` events and sends them. */
void stand_publish(struct stand *stand, int count);
/* One turn of both sides; waits at most 10 ms for something to do. */
void stand_turn(struct stand *stand);

/* Turns until the condition holds; fails the test after the deadline. */
#define UNTIL(stand, condition)                                                                                    \
	do {                                                                                                       \
		int64_t until_ = clock_monotonic() + DEADLINE;                                                     \
		bool came_ = false;                                                                                \
		while (!(came_ = (condition)) && clock_monotonic() < until_)                                       \
			stand_turn(stand);                                                                         \
		assert_true(came_);                                                                                \
	} while (0)

/* Turns for so many ms: to show that something does not happen. */
#define DURING(stand, ms, condition)                                                                               \
	do {                                                                                                       \
		int64_t until_ = clock_monotonic() + (ms);                                                         \
		while (clock_monotonic() < until_) {                                                               \
			stand_turn(stand);                                                                         \
			assert_true(condition);                                                                    \
		}                                                                                                  \
	} while (0)

#endif
