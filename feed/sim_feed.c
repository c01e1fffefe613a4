#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <zmq.h>

#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"
#include "feed/feed_classes.h"
#include "feed/simulator.h"
#include "feed/wire.h"

#define DEFAULT_SEED 7

struct sim_feed {
	struct feed feed;
	struct feed_sink sink;
	struct feed_options options;
	struct simulator *simulator;
	int64_t start;
	uint64_t seq; /* of the next batch's first event */
	int64_t at;   /* of the last batch handed on */
	bool told_live, ended;
	/* Pacing: `start` is now at began (monotonic ms). */
	bool paced;
	int64_t began;
	struct wire_buffer events, payload; /* scratch */
};

static struct sim_feed *own(struct feed *feed)
{
	return (struct sim_feed *)feed;
}

static void sim_feed_close(struct feed *feed)
{
	struct sim_feed *sim = own(feed);
	simulator_destroy(sim->simulator);
	wire_buffer_finish(&sim->events);
	wire_buffer_finish(&sim->payload);
	free(sim->feed.endpoint);
	free(sim);
}

static bool read_seed(const char *url, uint64_t *seed, struct error *err)
{
	const char *text = url + strlen("sim:");
	char *end;
	*seed = DEFAULT_SEED;
	if (!*text)
		return true;
	errno = 0;
	*seed = strtoull(text, &end, 10);
	if (errno || *end || *text < '0' || *text > '9')
		return fail(err, "feed '%s': '%s' is not a seed; give sim: or sim: with a whole number, such as sim:7", url, text);
	return true;
}

static struct feed *sim_feed_open(const char *url, const struct feed_options *options, const struct feed_sink *sink,
	struct error *err)
{
	uint64_t seed;
	if (!read_seed(url, &seed, err))
		return NULL;
	struct sim_feed *sim = memory_new(1, sizeof *sim);
	sim->feed.endpoint = memory_text(url);
	sim->sink = *sink;
	sim->options = *options;
	/* The same question at the same instant is always answered by the same day. */
	sim->start = options->start != INSTANT_NONE ? options->start : options->stop != INT64_MAX ? options->stop : clock_wall();
	sim->simulator = simulator_create(seed, sim->start, 0);
	sim->seq = 1;
	sim->at = INSTANT_NONE;
	return &sim->feed;
}

static int64_t second_of(int64_t ts)
{
	return ts >= 0 ? ts / SECOND_MS : -((SECOND_MS - 1 - ts) / SECOND_MS);
}

/* The last instant of the second the next event is in: a batch is complete when its second is over. */
static int64_t batch_end(const struct sim_feed *sim)
{
	return second_of(simulator_due(sim->simulator)) * SECOND_MS + SECOND_MS - 1;
}

/* Up to `start` everything is due at once; from there the clock runs `speed` times as fast as ours. */
static int64_t due_at(struct sim_feed *sim)
{
	int64_t end = batch_end(sim);
	if (sim->options.speed <= 0 || end <= sim->start)
		return 0;
	if (!sim->paced) {
		sim->paced = true;
		sim->began = clock_monotonic();
	}
	double wait = (double)(end - sim->start) / sim->options.speed;
	return wait > 1e15 ? INT64_MAX : sim->began + (int64_t)wait + 1;
}

static bool over(const struct sim_feed *sim)
{
	return sim->ended || simulator_due(sim->simulator) > sim->options.stop;
}

static void hand_on(struct sim_feed *sim)
{
	int64_t second = second_of(simulator_due(sim->simulator)), latest = 0;
	uint32_t count = 0;
	sim->events.size = 0;
	while (count < BATCH_EVENTS_MAX && second_of(simulator_due(sim->simulator)) == second && !over(sim)) {
		struct event event;
		simulator_next(sim->simulator, &event);
		wire_encode_event(&sim->events, &event);
		latest = event.ts;
		count++;
	}
	struct wire_header header = {.src = view_of("simulator"), .boot = (uint64_t)(sim->start > 0 ? sim->start : 1),
		.seq = sim->seq, .sent = latest};
	wire_encode_batch(&sim->payload, &header, count, sim->events.data, sim->events.size);
	sim->seq += count;
	sim->at = latest;
	sim->sink.batch(sim->sink.context, &sim->feed, sim->payload.data, sim->payload.size, latest);
}

static void tell(struct sim_feed *sim, enum link_state state)
{
	sim->sink.link(sim->sink.context, &sim->feed, state, 0);
}

static bool sim_feed_next(struct feed *feed, int most)
{
	struct sim_feed *sim = own(feed);
	if (!sim->told_live)
		tell(sim, LINK_LIVE);
	sim->told_live = true;
	for (int i = 0; i < most && !over(sim) && due_at(sim) <= clock_monotonic(); i++)
		hand_on(sim);
	if (!sim->ended && over(sim)) {
		sim->ended = true;
		tell(sim, LINK_ENDED);
	}
	return !over(sim) && due_at(sim) <= clock_monotonic();
}

static int sim_feed_items(struct feed *feed, struct zmq_pollitem_t *items)
{
	(void)feed, (void)items;
	return 0;
}

static int64_t sim_feed_due(struct feed *feed)
{
	struct sim_feed *sim = own(feed);
	return over(sim) ? INT64_MAX : due_at(sim);
}

/* Nothing is ever lost on the way; there is nobody to ask. */
static bool sim_feed_catch_up(struct feed *feed, struct view src, uint64_t boot, uint64_t from, uint64_t to)
{
	(void)feed, (void)src, (void)boot, (void)from, (void)to;
	return false;
}

static int sim_feed_progress(struct feed *feed)
{
	(void)feed;
	return -1;
}

/* Between two events time goes on, but never past the next one. */
static int64_t sim_feed_time(struct feed *feed)
{
	const struct sim_feed *sim = own(feed);
	if (!sim->paced || sim->ended)
		return sim->at;
	double passed = (double)(clock_monotonic() - sim->began) * sim->options.speed;
	int64_t now = passed > 1e15 ? INT64_MAX : sim->start + (int64_t)passed;
	int64_t next = simulator_due(sim->simulator);
	if (now > next)
		now = next;
	return now > sim->at ? now : sim->at;
}

const struct feed_class sim_feed_class = {
	.scheme = "sim",
	.help = "a simulated helpdesk: sim:SEED, the same day for the same seed",
	.open = sim_feed_open,
	.close = sim_feed_close,
	.items = sim_feed_items,
	.due = sim_feed_due,
	.next = sim_feed_next,
	.catch_up = sim_feed_catch_up,
	.progress = sim_feed_progress,
	.time = sim_feed_time,
};
