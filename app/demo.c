#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <zmq.h>

#include "app/collector.h"
#include "app/commands.h"
#include "app/demo_folder.h"
#include "app/demo_journal.h"
#include "app/option_checks.h"
#include "app/setup.h"
#include "app/view.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"
#include "base/words.h"
#include "feed/curve.h"
#include "feed/curve_gate.h"
#include "feed/curve_keys.h"
#include "feed/publisher.h"
#include "feed/simulator.h"

#define EVENTS_A_TURN 200
#define TURN_MS 20
#define IDLE_MS 250 /* so long at most somebody who leaves waits for it */

static const struct option demo_options[] = {
	{"--seed", "N", N_("which simulated day (default 7)"), false},
	{"--speed", "X", N_("times real time (default 1)"), false},
	{"--store", "URL", N_("collect into a journal of its own and this Redis too, as tablo collect does"), false, option_is_store},
	{"--publish", "URL", N_("with --store: where other boards may attach (default: a socket of its own)"), false, option_is_address},
	{"--at", "TIME", N_("the instant it starts at (default: now)"), false, option_is_instant},
	{0},
};

/* The simulated helpdesk: a thread that publishes over a real socket, as any helpdesk would. */
struct helpdesk {
	struct demo_folder folder;
	char feed[96], replay[96], key[96], public_key[96], journal[96], stream[96];
	void *zmq; /* the board's too: with keys in use no context may end while another one lives */
	struct settings *settings; /* its own: the keys of its side */
	struct curve_gate *gate;   /* of the context: the collector's stream has a door in it too; NULL: libzmq knows no CURVE */
	uint64_t seed;
	int64_t start;
	double speed;
	int64_t zone_offset;
	atomic_bool stop;
	sem_t bound; /* it can be connected to, or never will: a board that comes too early tries again only after 0.2 s */
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
			zmq_poll(items, count, wait < TURN_MS ? TURN_MS : wait > IDLE_MS ? IDLE_MS : (long)wait);
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
	sem_post(&helpdesk->bound);
	demo_folder_sweep();
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
	if (!demo_folder_make(&helpdesk->folder, err))
		return false;
	snprintf(helpdesk->feed, sizeof helpdesk->feed, "ipc://%s/feed", helpdesk->folder.path);
	snprintf(helpdesk->replay, sizeof helpdesk->replay, "ipc://%s/replay", helpdesk->folder.path);
	snprintf(helpdesk->key, sizeof helpdesk->key, "%s/key", helpdesk->folder.path);
	snprintf(helpdesk->public_key, sizeof helpdesk->public_key, "%s/key.pub", helpdesk->folder.path);
	if (!make_keys(helpdesk, setup->settings, err))
		return false;
	helpdesk->seed = (uint64_t)seed;
	helpdesk->speed = setup->speed <= 0 ? 1 : setup->speed;
	helpdesk->start = clock_wall();
	if (!setup_instant(arguments, "--at", setup->zone, helpdesk->start, &helpdesk->start, err))
		return false;
	helpdesk->start -= helpdesk->start % SECOND_MS;
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

/* Every demo is the same collector to Redis: one after the other it writes everything anew. */
static const uint8_t demo_id[JOURNAL_ID_SIZE] = "tablo demo 00001";

static struct collector_options collector_options(const struct helpdesk *helpdesk, const struct setup *setup)
{
	return (struct collector_options){.settings = setup->settings, .zmq = helpdesk->zmq, .gate = helpdesk->gate, .id = demo_id};
}

/* To the eyes of others: with Redis, and where other boards may attach. */
static bool open_collector(struct helpdesk *helpdesk, struct setup *setup, const char *publish, struct collector **collector, struct error *err)
{
	snprintf(helpdesk->stream, sizeof helpdesk->stream, "ipc://%s/stream", helpdesk->folder.path);
	struct collector_options options = collector_options(helpdesk, setup);
	options.publish = publish ? publish : helpdesk->stream;
	options.store = setup->store;
	*collector = collector_open(&options, err);
	if (*collector)
		fprintf(stderr, "tablo: another board: tablo --attach %s --site demo --set fcr_within=1h\n", options.publish);
	return *collector != NULL;
}

/* For this board alone: whatever a configuration says of boards elsewhere, a simulated helpdesk is nothing to them. */
static struct demo_journal *open_journal(const struct helpdesk *helpdesk, const struct setup *setup, struct error *err)
{
	const struct collector_options options = collector_options(helpdesk, setup);
	return settings_set(setup->settings, "publish_outside", "", err) ? demo_journal_create(&options) : NULL;
}

static int show_desk(struct setup *setup, const struct desk_options *options, struct collector *collector, struct demo_journal *journal,
	const struct arguments *arguments)
{
	struct error err;
	struct desk *desk = desk_open(options, &err);
	if (desk && collector)
		collector_begin(collector, desk);
	if (desk && journal)
		demo_journal_begin(journal, desk);
	const char *scope = arguments_nth(arguments, "--scope", 0);
	const bool good = desk && (!scope || desk_scope(desk, scope, &setup->request.scope, &err));
	const int code = good ? view_run(setup, desk, arguments) : report(&err);
	if (desk && collector)
		collector_settle(collector, desk_engine(desk));
	collector_close(collector, NULL, NULL);
	demo_journal_close(journal);
	desk_close(desk);
	return code;
}

/* With the helpdesk's thread running. */
static int show_board(struct setup *setup, struct helpdesk *helpdesk, const struct arguments *arguments)
{
	struct error err;
	struct collector *collector = NULL;
	struct demo_journal *journal = NULL;
	struct desk_options options = {.settings = setup->settings, .feeds = (const char *const *)setup->settings->feeds, .feed_count = 1,
		.speed = 1, .start = INSTANT_NONE, .stop = INT64_MAX, .zmq = helpdesk->zmq};
	snprintf(helpdesk->journal, sizeof helpdesk->journal, "%s/demo", helpdesk->folder.path);
	/* Whatever a configuration names: that one knows nothing of these contacts. */
	if (!demo_journal_prepare(setup->settings, helpdesk->journal, &err))
		return report(&err);
	if (setup->store) {
		if (!open_collector(helpdesk, setup, arguments_value(arguments, "--publish"), &collector, &err))
			return report(&err);
		options.engine = collector_engine(collector);
		options.recorder = collector_recorder(collector);
		options.company = collector_company(collector);
	} else {
		journal = open_journal(helpdesk, setup, &err);
		if (!journal)
			return report(&err);
		options.recorder = demo_journal_recorder(journal);
		options.company = demo_journal_company(journal);
	}
	return show_desk(setup, &options, collector, journal, arguments);
}

static int run_board(struct setup *setup, struct helpdesk *helpdesk, const struct arguments *arguments)
{
	struct error err;
	pthread_t thread;
	int code = 1;
	helpdesk->zmq = zmq_ctx_new();
	sem_init(&helpdesk->bound, 0, 0);
	bool good = !curve_available(NULL) || (helpdesk->gate = curve_gate_open(helpdesk->zmq, &err)) != NULL;
	if (good && (errno = pthread_create(&thread, NULL, run_helpdesk, helpdesk)) == 0) {
		while (sem_wait(&helpdesk->bound) != 0 && errno == EINTR)
			;
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
	struct helpdesk helpdesk = {.folder = {.path = ""}};
	bool usage;
#ifdef M_ARENA_MAX
	mallopt(M_ARENA_MAX, 1); /* a heap for each of a handful of threads that do little would be a tenth more memory */
#endif
	memory_give_back();
	view_block_signals();
	if (!setup_open(&setup, arguments, &usage, &err))
		return usage ? report_usage(arguments, &err) : report(&err);
	double seed = 7;
	if (!arguments_number(arguments, "--seed", 0, 4294967295.0, &seed, &err)) {
		setup_close(&setup);
		return report_usage(arguments, &err);
	}
	int code = prepare(&helpdesk, &setup, arguments, seed, &err) ? run_board(&setup, &helpdesk, arguments) : report(&err);
	demo_folder_remove(&helpdesk.folder);
	settings_destroy(helpdesk.settings);
	setup_close(&setup);
	return code;
}

const struct command demo_command = {
	.name = "demo",
	.positional = "",
	.summary = N_("a simulated helpdesk, and the board on it; nothing else is needed"),
	.about = N_("Simulates a helpdesk (always the same day for the same seed) that publishes over a real ZeroMQ socket, and shows the board.\n"
		 "The two hours before the start are played at once; FCR settles after one hour there instead of seven days, unless a\n"
		 "configuration or --set is given. The journal it keeps goes with it.\n"
		 "With --store it is collector and board in one: other boards may attach, or read Redis."),
	.options = (const struct option *const[]){demo_options, figure_options, rule_options, screen_options, common_options, help_options, NULL},
	.run = run,
};
