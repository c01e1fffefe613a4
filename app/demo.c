#include <errno.h>
#include <ftw.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zmq.h>

#include "app/collector.h"
#include "app/commands.h"
#include "app/option_checks.h"
#include "app/setup.h"
#include "app/view.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"
#include "feed/curve.h"
#include "feed/curve_gate.h"
#include "feed/curve_keys.h"
#include "feed/publisher.h"
#include "feed/simulator.h"

#define EVENTS_A_TURN 200
#define TURN_MS 20

static const struct option demo_options[] = {
	{"--seed", "N", "which simulated day (default 7)", false},
	{"--speed", "X", "times real time (default 1)", false},
	{"--store", "URL", "collect into a journal of its own and this Redis too, as tablo collect does", false, option_is_store},
	{"--publish", "URL", "with --store: where other boards may attach (default: a socket of its own)", false, option_is_address},
	{"--at", "TIME", "the instant it starts at (default: now)", true, option_is_instant},
	{0},
};

/* The simulated helpdesk: a thread that publishes over a real socket, as any helpdesk would. */
struct helpdesk {
	char folder[64], feed[96], replay[96], key[96], public_key[96], journal[96], stream[96];
	void *zmq; /* the board's too: with keys in use no context may end while another one lives */
	struct settings *settings; /* its own: the keys of its side */
	struct curve_gate *gate;   /* of the context: the collector's stream has a door in it too; NULL: libzmq knows no CURVE */
	uint64_t seed;
	int64_t start;
	double speed;
	int64_t zone_offset;
	atomic_bool stop;
	struct error err;
};

/* Simulated time now. */
static int64_t simulated(const struct helpdesk *helpdesk, int64_t began)
{
	return helpdesk->start + (int64_t)((double)(clock_monotonic() - began) * helpdesk->speed);
}

static bool publish_due(struct publisher *publisher, struct simulator *simulator, struct wire_buffer *buffer, int64_t until, struct error *err)
{
	for (int i = 0; i < EVENTS_A_TURN && simulator_due(simulator) <= until; i++) {
		struct event event;
		simulator_next(simulator, &event);
		buffer->size = 0;
		wire_encode_event(buffer, &event);
		if (!publisher_add(publisher, buffer->data, buffer->size, event_text(&event, KEY_QUEUE), event.ts, err))
			return false;
	}
	return true;
}

static int64_t wait_until(const struct helpdesk *helpdesk, const struct simulator *simulator, const struct publisher *publisher, int64_t began)
{
	int64_t event = began + (int64_t)((double)(simulator_due(simulator) - helpdesk->start) / helpdesk->speed) + 1;
	int64_t publisher_at = publisher_due(publisher);
	return event < publisher_at ? event : publisher_at;
}

static void serve(struct helpdesk *helpdesk, struct publisher *publisher, struct simulator *simulator)
{
	struct wire_buffer buffer = {0};
	publisher_wait(publisher, 1, 10 * SECOND_MS);
	int64_t began = clock_monotonic();
	bool good = true;
	while (good && !atomic_load(&helpdesk->stop)) {
		int64_t now = simulated(helpdesk, began);
		good = publish_due(publisher, simulator, &buffer, now, &helpdesk->err);
		/* While the history is being told, a heartbeat must not say that it is over. */
		int64_t told = simulator_due(simulator) <= now ? simulator_due(simulator) : now;
		good = good && publisher_serve(publisher, told, &helpdesk->err);
		int64_t wait = wait_until(helpdesk, simulator, publisher, began) - clock_monotonic();
		zmq_pollitem_t items[2];
		int count = publisher_items(publisher, items);
		if (wait > 0)
			zmq_poll(items, count, wait < TURN_MS ? TURN_MS : wait > SECOND_MS ? SECOND_MS : (long)wait);
	}
	wire_buffer_finish(&buffer);
}

static void *run_helpdesk(void *argument)
{
	struct helpdesk *helpdesk = argument;
	struct curve *curve = curve_open(helpdesk->settings, &helpdesk->err);
	struct publisher_options options = {.bind = helpdesk->feed, .replay = helpdesk->replay, .site = "demo", .src = "simulator",
		.zmq = helpdesk->zmq, .curve = curve, .wait = true, .keep_bytes = 2 * 1024 * 1024};
	if (curve)
		curve_use_gate(curve, helpdesk->gate);
	struct publisher *publisher = curve ? publisher_open(&options, &helpdesk->err) : NULL;
	struct simulator *simulator = simulator_create(helpdesk->seed, helpdesk->start, helpdesk->zone_offset);
	if (publisher)
		serve(helpdesk, publisher, simulator);
	simulator_destroy(simulator);
	publisher_close(publisher);
	curve_close(curve);
	return NULL;
}

/* How the board reads the helpdesk, whatever is configured for other feeds. */
static void add_link(const struct helpdesk *helpdesk, struct settings *settings, bool secured)
{
	settings->links = memory_resize(settings->links, (size_t)settings->link_count + 1, sizeof *settings->links);
	settings->links[settings->link_count++] = (struct feed_settings){.endpoint = memory_text(helpdesk->feed),
		.server_key = secured ? memory_text(helpdesk->public_key) : NULL, .key_file = secured ? memory_text(helpdesk->key) : NULL,
		.allow_plaintext = !secured};
}

/* A key of its own for each run, for both ends: the demo's feed is secured as a real one would be. What a collector beside it sends to
 * other boards is secured as configured. */
static bool make_keys(struct helpdesk *helpdesk, struct settings *settings, struct error *err)
{
	struct curve_pair pair;
	bool secured = curve_available(NULL); /* without, the sockets lie in a folder of our own */
	helpdesk->settings = settings_create();
	add_link(helpdesk, settings, secured);
	if (!secured)
		return true;
	bool good = curve_pair_create(&pair, err) && curve_pair_write(helpdesk->key, &pair, err);
	curve_pair_forget(&pair);
	return good && settings_set(helpdesk->settings, "key_file", helpdesk->key, err) &&
	       settings_set(helpdesk->settings, "client_keys", helpdesk->public_key, err);
}

static bool prepare(struct helpdesk *helpdesk, struct setup *setup, const struct arguments *arguments, double seed, struct error *err)
{
	const char *room = getenv("XDG_RUNTIME_DIR");
	snprintf(helpdesk->folder, sizeof helpdesk->folder, "%s/tablo-XXXXXX", room && strlen(room) < 40 && access(room, W_OK) == 0 ? room : "/tmp");
	if (!mkdtemp(helpdesk->folder))
		return fail(err, "%s: cannot make a folder for the demo's sockets: %s", helpdesk->folder, strerror(errno));
	snprintf(helpdesk->feed, sizeof helpdesk->feed, "ipc://%s/feed", helpdesk->folder);
	snprintf(helpdesk->replay, sizeof helpdesk->replay, "ipc://%s/replay", helpdesk->folder);
	snprintf(helpdesk->key, sizeof helpdesk->key, "%s/key", helpdesk->folder);
	snprintf(helpdesk->public_key, sizeof helpdesk->public_key, "%s/key.pub", helpdesk->folder);
	if (!make_keys(helpdesk, setup->settings, err))
		return false;
	helpdesk->seed = (uint64_t)seed;
	helpdesk->speed = setup->speed <= 0 ? 1 : setup->speed;
	helpdesk->start = setup->instant_count ? setup->instants[0] : clock_wall() / SECOND_MS * SECOND_MS;
	helpdesk->zone_offset = (int64_t)zone_offset(setup->zone, helpdesk->start) * SECOND_MS;
	struct settings *settings = setup->settings;
	settings->feeds = memory_resize(settings->feeds, 1, sizeof *settings->feeds);
	settings->feeds[0] = memory_text(helpdesk->feed);
	settings->feed_count = 1;
	/* Two hours of history can settle nothing in seven days. */
	bool own_fcr = arguments_flag(arguments, "--config") || arguments_flag(arguments, "--set");
	return settings_set(settings, "clock", "feed", err) && settings_set(settings, "site", "demo", err) &&
	       (own_fcr || settings_set(settings, "fcr_within", "1h", err));
}

static int remove_one(const char *path, const struct stat *stat, int type, struct FTW *place)
{
	(void)stat;
	(void)type;
	(void)place;
	return remove(path);
}

/* The sockets, the keys and the journal. */
static void tidy(const struct helpdesk *helpdesk)
{
	if (helpdesk->folder[0])
		nftw(helpdesk->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* Every demo is the same collector to Redis: one after the other it writes everything anew. */
static const uint8_t demo_journal[JOURNAL_ID_SIZE] = "tablo demo 00001";

static bool open_collector(struct helpdesk *helpdesk, struct setup *setup, const char *publish, struct collector **collector, struct error *err)
{
	if (!setup->store)
		return true;
	snprintf(helpdesk->journal, sizeof helpdesk->journal, "%s/journal", helpdesk->folder);
	snprintf(helpdesk->stream, sizeof helpdesk->stream, "ipc://%s/stream", helpdesk->folder);
	if (!settings_set(setup->settings, "journal", helpdesk->journal, err))
		return false;
	const struct collector_options options = {.settings = setup->settings, .publish = publish ? publish : helpdesk->stream,
		.store = setup->store, .zmq = helpdesk->zmq, .gate = helpdesk->gate, .id = demo_journal};
	*collector = collector_open(&options, err);
	if (*collector)
		fprintf(stderr, "tablo: another board: tablo --attach %s --site demo --set fcr_within=1h\n", options.publish);
	return *collector != NULL;
}

/* With the helpdesk's thread running. */
static int show_board(struct setup *setup, struct helpdesk *helpdesk, const struct arguments *arguments)
{
	struct error err;
	struct collector *collector = NULL;
	bool collected = open_collector(helpdesk, setup, arguments_value(arguments, "--publish"), &collector, &err);
	struct desk_options options = {.settings = setup->settings, .feeds = (const char *const *)setup->settings->feeds, .feed_count = 1,
		.speed = 1, .start = INSTANT_NONE, .stop = INT64_MAX, .zmq = helpdesk->zmq, .engine = collector ? collector_engine(collector) : NULL,
		.recorder = collector ? collector_recorder(collector) : NULL, .company = collector ? collector_company(collector) : NULL};
	struct desk *desk = collected ? desk_open(&options, &err) : NULL;
	if (desk && collector)
		collector_begin(collector, desk);
	const char *scope = arguments_nth(arguments, "--scope", 0);
	bool good = desk && (!scope || desk_scope(desk, scope, &setup->request.scope, &err));
	int code = good ? view_run(setup, desk, arguments) : report(&err);
	if (desk && collector)
		collector_settle(collector, desk_engine(desk));
	collector_close(collector, NULL, NULL);
	desk_close(desk);
	return code;
}

static int run_board(struct setup *setup, struct helpdesk *helpdesk, const struct arguments *arguments)
{
	struct error err;
	pthread_t thread;
	int code = 1;
	helpdesk->zmq = zmq_ctx_new();
	bool good = !curve_available(NULL) || (helpdesk->gate = curve_gate_open(helpdesk->zmq, &err)) != NULL;
	if (good && (errno = pthread_create(&thread, NULL, run_helpdesk, helpdesk)) == 0) {
		code = show_board(setup, helpdesk, arguments);
		atomic_store(&helpdesk->stop, true);
		pthread_join(thread, NULL);
	} else {
		if (good)
			fail(&err, "cannot start the simulated helpdesk: %s", strerror(errno));
		code = report(&err);
	}
	curve_gate_close(helpdesk->gate);
	zmq_ctx_term(helpdesk->zmq);
	return helpdesk->err.text[0] ? report(&helpdesk->err) : code;
}

static int run(const struct arguments *arguments)
{
	struct error err;
	struct setup setup;
	struct helpdesk helpdesk = {.folder = ""};
	bool usage;
#ifdef M_ARENA_MAX
	mallopt(M_ARENA_MAX, 1); /* a heap for each of a handful of threads that do little would be a tenth more memory */
#endif
	view_block_signals();
	if (!setup_open(&setup, arguments, &usage, &err))
		return usage ? report_usage(arguments, &err) : report(&err);
	double seed = 7;
	if (!arguments_number(arguments, "--seed", 0, 4294967295.0, &seed, &err)) {
		setup_close(&setup);
		return report_usage(arguments, &err);
	}
	int code = prepare(&helpdesk, &setup, arguments, seed, &err) ? run_board(&setup, &helpdesk, arguments) : report(&err);
	tidy(&helpdesk);
	settings_destroy(helpdesk.settings);
	setup_close(&setup);
	return code;
}

const struct command demo_command = {
	.name = "demo",
	.positional = "",
	.summary = "a simulated helpdesk, and the board on it; nothing else is needed",
	.about = "Simulates a helpdesk (always the same day for the same seed) that publishes over a real ZeroMQ socket, and shows the board.\n"
		 "The two hours before the start are played at once; FCR settles after one hour there instead of seven days, unless a\n"
		 "configuration or --set is given. With --store it is collector and board in one: other boards may attach, or read Redis.",
	.options = (const struct option *const[]){demo_options, figure_options, rule_options, screen_options, common_options, help_options, NULL},
	.run = run,
};
