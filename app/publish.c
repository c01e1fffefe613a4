#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <zmq.h>

#include "app/commands.h"
#include "app/option_checks.h"
#include "app/setup.h"
#include "base/clock.h"
#include "base/input.h"
#include "base/instant.h"
#include "base/log.h"
#include "base/text.h"
#include "base/words.h"
#include "feed/curve.h"
#include "feed/ndjson.h"
#include "feed/publisher.h"

#define DEFAULT_BIND "tcp://127.0.0.1:5570"
#define LINES_A_TURN 256       /* read before signals and readers are looked after */
#define SIGNALS_SLICE 250      /* ms between two looks for signals while the first subscribers are awaited */
#define UNREAD_LINGER 10000    /* ms that what slow subscribers have not read yet is kept for at the end */

static const struct option publish_options[] = {
	{"--bind", "URL", N_("where subscribers connect (default tcp://127.0.0.1:5570)"), false, option_is_address},
	{"--replay", "URL", N_("where they ask again for what they missed (default: nowhere)"), false, option_is_address},
	{"--site", "NAME", N_("the site in the topic (default default)"), false},
	{"--src", "NAME", N_("this publisher's name; one per process that publishes (default publish)"), false},
	{"--live", NULL, N_("events happen now: stamp them with the clock, never wait for a slow subscriber"), false},
	{"--realtime", NULL, N_("pause between events as long as their own times say"), false},
	{"--speed", "X", N_("the same, X times as fast"), false},
	{"--batch", "N", N_("events sent together at most (default 100)"), false},
	{"--wait", "N", N_("begin when N subscribers are there (default 1; 0 with --live, --realtime or --speed)"), false},
	{"--linger", "TIME", N_("stay after the last event for those who catch up (default 2s)"), false, option_is_duration},
	{0},
};

struct choices {
	const char *bind, *replay, *site, *src, *path;
	bool live;
	double speed; /* 0: as fast as subscribers read */
	int batch, wait;
	int64_t linger;
};

struct publication {
	const struct choices *choices;
	struct publisher *publisher;
	struct input *input;
	struct ndjson_reader *reader;
	struct wire_buffer event; /* scratch */
	int signals;		  /* a signalfd of what ends it */
	int hangup;		  /* a signalfd of SIGHUP, which reads keys again; -1: it ends it as well */
	struct curve *curve;
	bool stop;
	bool begun;
	int64_t first, began; /* the first event's ts, and when it was sent (monotonic) */
	int64_t last;	      /* recorded time by now: the largest ts sent, or a little later where it is paced */
	uint64_t refused;
};

static bool read_speed(struct choices *choices, const struct arguments *arguments, struct error *err)
{
	choices->live = arguments_flag(arguments, "--live");
	choices->speed = arguments_flag(arguments, "--realtime") ? 1 : 0;
	if (!arguments_number(arguments, "--speed", 0.001, 1e6, &choices->speed, err))
		return false;
	if (choices->live && choices->speed > 0)
		return fail(err, "--live sends events as they come; it goes with neither --realtime nor --speed");
	return true;
}

static bool read_choices(struct choices *choices, const struct arguments *arguments, struct error *err)
{
	*choices = (struct choices){
		.bind = arguments_value(arguments, "--bind"),
		.replay = arguments_value(arguments, "--replay"),
		.site = arguments_value(arguments, "--site"),
		.src = arguments_value(arguments, "--src"),
		.path = arguments->positional_count ? arguments->positional[0] : "-",
		.linger = 2 * SECOND_MS,
	};
	if (!choices->bind)
		choices->bind = DEFAULT_BIND;
	if (!choices->src)
		choices->src = "publish";
	if (arguments->positional_count > 1)
		return fail(err, "one file at a time; '%.200s' is one too many", arguments->positional[1]);
	if (!read_speed(choices, arguments, err))
		return false;
	double batch = 100, wait = choices->live || choices->speed > 0 ? 0 : 1;
	const char *linger = arguments_value(arguments, "--linger");
	if (!arguments_number(arguments, "--batch", 1, BATCH_EVENTS_MAX, &batch, err) ||
		!arguments_number(arguments, "--wait", 0, 10000, &wait, err) ||
		(linger && !duration_parse(view_of(linger), &choices->linger, err)))
		return false;
	choices->batch = (int)batch;
	choices->wait = (int)wait;
	return true;
}

/* ---- time ---- */

/* What `sent` says: the clock for live events, else the time in the recording, which `--clock feed` follows. */
static int64_t stamp(const struct publication *publication)
{
	if (publication->choices->live)
		return INSTANT_NONE;
	return publication->last;
}

static int64_t due_at(const struct publication *publication, int64_t ts)
{
	double speed = publication->choices->speed;
	if (speed <= 0 || !publication->begun)
		return 0;
	return publication->began + (int64_t)((double)(ts - publication->first) / speed);
}

/* Simulated time runs on between two events, but never past the next one. */
static void run_on(struct publication *publication, int64_t ts)
{
	double passed = (double)(clock_monotonic() - publication->began) * publication->choices->speed;
	int64_t now = publication->first + (int64_t)passed;
	if (now > ts)
		now = ts;
	if (now > publication->last)
		publication->last = now;
}

/* ---- waiting ---- */

/* Heartbeats of recorded events carry recorded time: there is none before the first. */
static bool serve(struct publication *publication, struct error *err)
{
	if (!publication->begun && !publication->choices->live)
		return true;
	return publisher_serve(publication->publisher, stamp(publication), err);
}

/* Until one of the sockets, a signal, the input (where asked for) or the time. */
static void wait_for(struct publication *publication, int64_t until, bool input)
{
	zmq_pollitem_t items[5];
	int count = publisher_items(publication->publisher, items);
	items[count++] = (zmq_pollitem_t){.fd = publication->signals, .events = ZMQ_POLLIN};
	if (publication->hangup >= 0)
		items[count++] = (zmq_pollitem_t){.fd = publication->hangup, .events = ZMQ_POLLIN};
	if (input)
		items[count++] = (zmq_pollitem_t){.fd = input_descriptor(publication->input), .events = ZMQ_POLLIN};
	int64_t wait = until - clock_monotonic(), serving = publisher_due(publication->publisher) - clock_monotonic();
	if (serving < 1)
		serving = publication->begun || publication->choices->live ? 0 : SECOND_MS;
	if (wait > serving)
		wait = serving;
	zmq_poll(items, count, wait > 0 ? (long)wait : 0);
}

static void reload_keys(struct publication *publication)
{
	struct signalfd_siginfo taken;
	struct error err;
	if (read(publication->hangup, &taken, sizeof taken) != (ssize_t)sizeof taken)
		return;
	if (curve_reload(publication->curve, &err))
		log_line(LOG_LEVEL_INFO, "keys read again");
	else
		log_line(LOG_LEVEL_ERROR, "%s; the keys in force stay", err.text);
}

/* The signal stays there to be read: the publisher looks for it too while it waits for a slow subscriber. */
static void look_for_signals(struct publication *publication)
{
	struct pollfd item = {.fd = publication->signals, .events = POLLIN};
	if (poll(&item, 1, 0) > 0)
		publication->stop = true;
	if (publication->hangup >= 0)
		reload_keys(publication);
}

static bool wait_until(struct publication *publication, int64_t ts, struct error *err)
{
	int64_t due = due_at(publication, ts);
	while (!publication->stop && clock_monotonic() < due) {
		run_on(publication, ts);
		if (!serve(publication, err))
			return false;
		wait_for(publication, due, false);
		look_for_signals(publication);
	}
	return true;
}

/* ---- one line after the other ---- */

static void refuse(struct publication *publication, const char *reason)
{
	char line[1024], harmless[1024];
	snprintf(line, sizeof line, "%s:%lld: %s", input_name(publication->input), (long long)input_line(publication->input),
		reason);
	text_harmless(view_of(line), harmless, sizeof harmless);
	fprintf(stderr, "tablo: %s\n", harmless);
	publication->refused++;
}

static bool send_event(struct publication *publication, const struct event *event, struct error *err)
{
	if (!wait_until(publication, event->ts, err))
		return false;
	if (publication->stop)
		return true;
	if (!publication->begun) {
		publication->begun = true;
		publication->began = clock_monotonic();
		publication->first = publication->last = event->ts;
	}
	if (event->ts > publication->last)
		publication->last = event->ts;
	return publisher_add(publication->publisher, publication->event.data, publication->event.size,
		event_text(event, KEY_QUEUE), stamp(publication), err);
}

static bool take_line(struct publication *publication, struct view line, struct error *err)
{
	struct event event;
	struct error reason;
	if (line.size == 0)
		return true;
	publication->event.size = 0;
	if (ndjson_read(publication->reader, line, &publication->event, &event, &reason))
		return send_event(publication, &event, err);
	refuse(publication, reason.text);
	return true;
}

/* False: it is over; err says why where *good turned false. */
static bool take_next(struct publication *publication, bool *good, struct error *err)
{
	struct view line;
	switch (input_next(publication->input, &line, err)) {
	case INPUT_LINE:
		*good = take_line(publication, line, err);
		return *good;
	case INPUT_TOO_LONG:
		refuse(publication, "the line is longer than 1 MiB");
		return true;
	case INPUT_WAIT:
		*good = serve(publication, err);
		if (*good)
			wait_for(publication, INT64_MAX, true);
		look_for_signals(publication);
		return *good;
	case INPUT_FAILED:
		*good = false;
		return false;
	case INPUT_END:
		break;
	}
	return false;
}

static bool take_all(struct publication *publication, struct error *err)
{
	bool good = true;
	for (int lines = 0; !publication->stop && take_next(publication, &good, err); lines++) {
		if (lines % LINES_A_TURN)
			continue;
		look_for_signals(publication);
		if (!serve(publication, err))
			return false;
	}
	return good;
}

/* What was lost at the very end shows with a heartbeat, and can then still be asked for. */
static bool linger(struct publication *publication, struct error *err)
{
	int64_t until = clock_monotonic() + publication->choices->linger;
	while (!publication->stop && clock_monotonic() < until) {
		if (!serve(publication, err))
			return false;
		wait_for(publication, until, false);
		look_for_signals(publication);
	}
	return true;
}

/* ---- the command ---- */

/* With a list of clients SIGHUP reads it again; else it ends the command, as it does when a terminal goes. */
static void block_signals(struct publication *publication, bool reloads)
{
	sigset_t set, hangup;
	sigemptyset(&set);
	sigemptyset(&hangup);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(reloads ? &hangup : &set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sigprocmask(SIG_BLOCK, &hangup, NULL);
	publication->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	publication->hangup = reloads ? signalfd(-1, &hangup, SFD_CLOEXEC | SFD_NONBLOCK) : -1;
}

/* From here on a second Ctrl-C ends the program at once, whatever still waits for a subscriber. */
static void unblock_signals(int signals)
{
	struct signalfd_siginfo taken;
	while (read(signals, &taken, sizeof taken) > 0)
		continue;
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void summarize(const struct publication *publication)
{
	fprintf(stderr, "tablo: %llu events published", (unsigned long long)publisher_sent(publication->publisher));
	if (publication->refused)
		fprintf(stderr, ", %llu lines refused", (unsigned long long)publication->refused);
	fputs(publication->stop ? ", stopped\n" : "\n", stderr);
}

static bool publish(struct publication *publication, struct error *err)
{
	const struct choices *choices = publication->choices;
	if (choices->wait)
		fprintf(stderr, "tablo: %s: waiting for %d subscriber%s\n", choices->bind, choices->wait,
			choices->wait == 1 ? "" : "s");
	do {
		look_for_signals(publication);
	} while (!publication->stop && !publisher_wait(publication->publisher, choices->wait, SIGNALS_SLICE));
	bool good = take_all(publication, err) && publisher_flush(publication->publisher, err);
	if (good)
		good = linger(publication, err);
	look_for_signals(publication);
	summarize(publication);
	/* Stopped while a subscriber did not read: that was asked for. */
	return good || publication->stop;
}

static bool open_all(struct publication *publication, const struct settings *settings, void *zmq, struct error *err)
{
	const struct choices *choices = publication->choices;
	bool waits = !choices->live && choices->speed <= 0;
	struct publisher_options options = {
		.bind = choices->bind,
		.replay = choices->replay,
		.site = choices->site,
		.src = choices->src,
		.batch_events = choices->batch,
		.wait = waits,
		.linger = waits && choices->linger < UNREAD_LINGER ? UNREAD_LINGER : choices->linger,
		.stop = publication->signals,
		.zmq = zmq,
	};
	publication->input = input_open(choices->path, err);
	if (!publication->input)
		return false;
	if (strcmp(choices->path, "-") == 0 && !input_set_nonblocking(publication->input, err))
		return false;
	publication->curve = curve_open(settings, err);
	if (!publication->curve)
		return false;
	options.curve = publication->curve;
	publication->publisher = publisher_open(&options, err);
	return publication->publisher != NULL;
}

static int run(const struct arguments *arguments)
{
	struct error err;
	struct choices choices;
	if (!read_choices(&choices, arguments, &err))
		return report_usage(arguments, &err);
	bool usage;
	struct settings *settings = setup_settings(arguments, &usage, &err);
	if (!settings)
		return usage ? report_usage(arguments, &err) : report(&err);
	struct publication publication = {.choices = &choices};
	block_signals(&publication, *settings->client_keys);
	void *zmq = zmq_ctx_new();
	publication.reader = ndjson_reader_create();
	bool good = open_all(&publication, settings, zmq, &err) && publish(&publication, &err);
	publisher_close(publication.publisher);
	curve_close(publication.curve);
	unblock_signals(publication.signals);
	if (publication.input)
		input_close(publication.input);
	ndjson_reader_destroy(publication.reader);
	wire_buffer_finish(&publication.event);
	zmq_ctx_term(zmq);
	close(publication.signals);
	if (publication.hangup >= 0)
		close(publication.hangup);
	settings_destroy(settings);
	if (!good)
		return report(&err);
	return publication.refused ? EXIT_FAILED : EXIT_DONE;
}

const struct command publish_command = {
	.name = "publish",
	.positional = "[FILE]",
	.summary = N_("lines of JSON become a feed that boards subscribe to"),
	.about = N_("Reads events, one JSON object a line, from FILE (.gz too) or standard input, and publishes them as a helpdesk would.\n"
		 "As such it sends as fast as subscribers read, and begins when the first is there, so that nothing is lost; what\n"
		 "it stamps is the time in the events, so a board takes --clock feed. A line that is no event is named on standard\n"
		 "error and left out; the exit status is then 1.\n"
		 "Over the network the feed is encrypted: key_file (tablo keygen) and client_keys in the configuration; SIGHUP reads\n"
		 "them again."),
	.options = (const struct option *const[]){publish_options, common_options, help_options, NULL},
	.run = run,
};
