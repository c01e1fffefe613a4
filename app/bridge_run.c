#include "app/bridge_run.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <zmq.h>

#include "app/bridge_counts.h"
#include "app/stop_signals.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/notify.h"
#include "feed/curve.h"
#include "feed/outbox/outbox_past.h"
#include "feed/publisher.h"

#define STATUS_MS 60000	    /* between two lines of counts, where something came */
#define PUBLISH_EVENTS 256  /* read from the outbox at once */
#define PUBLISH_ROUNDS 16   /* in one turn, so that the class has its own */
#define HURRIED_LINGER 500  /* ms at the end for what subscribers have not read yet: they can ask for it again later */
#define TURN_MOST 1000	    /* ms between two looks at everything */

struct bridge_life {
	const struct bridge_choices *choices;
	struct bridge_counts counts;
	uint64_t told[BRIDGE_COUNT];
	uint64_t first, next; /* event to be published: the first one of this run, the next one */
	struct outbox *outbox;
	struct outbox_past *past;
	struct publisher *publisher;
	struct curve *curve;
	void *zmq, *state;
	struct notify_beats beats;
	int signals;
	int64_t status_due; /* monotonic */
	bool stop, done;
};

const char *bridge_option(const void *arguments, const char *name)
{
	return bridge_option_nth(arguments, name, 0);
}

const char *bridge_option_nth(const void *arguments, const char *name, int index)
{
	const struct arguments *given = arguments;
	for (int i = 0; i < given->given_count; i++)
		if (strcmp(given->given[i].option->name, name) == 0 && index-- == 0)
			return given->given[i].value ? given->given[i].value : "";
	return NULL;
}

static void take_text(void *context, const char *text)
{
	(void)context;
	log_line(LOG_LEVEL_INFO, "%s", text);
}

static void take_report(void *context, const char *text)
{
	(void)context;
	log_line(LOG_LEVEL_WARNING, "%s", text);
}

static void take_count(void *context, enum bridge_count which, const char *why)
{
	struct bridge_life *life = context;
	bridge_counts_take(&life->counts, which, why);
}

static void take_end(void *context)
{
	struct bridge_life *life = context;
	life->done = true;
}

/* ---- signals ---- */

static void reload(struct bridge_life *life)
{
	const struct bridge_class *class = life->choices->class;
	struct error err;
	notify_reloading(NULL);
	if (curve_reload(life->curve, &err))
		log_line(LOG_LEVEL_INFO, "keys were read again");
	else
		log_line(LOG_LEVEL_ERROR, "keys stay as they were: %s", err.text);
	if (class->reload && class->reload(life->state, &err))
		log_line(LOG_LEVEL_INFO, "secrets were read again");
	else if (class->reload)
		log_line(LOG_LEVEL_ERROR, "secrets stay as they were: %s", err.text);
	notify_ready(NULL);
}

static void take_signals(struct bridge_life *life)
{
	struct signalfd_siginfo taken;
	while (read(life->signals, &taken, sizeof taken) == (ssize_t)sizeof taken) {
		if (taken.ssi_signo == SIGHUP)
			reload(life);
		else
			life->stop = true;
	}
}

/* ---- publishing ---- */

/* What is committed since the last turn. Where readers that ask again were served in between, the outbox may have forgotten that there is news:
 * it is asked each time. */
static bool publish_new(struct bridge_life *life, struct error *err)
{
	struct outbox_item items[PUBLISH_EVENTS];
	for (int round = 0; round < PUBLISH_ROUNDS; round++) {
		const size_t count = outbox_read(life->outbox, life->next, items, PUBLISH_EVENTS);
		if (count == 0)
			break;
		for (size_t i = 0; i < count; i++) {
			const struct outbox_item *item = &items[i];
			if (!publisher_add(life->publisher, item->event.data, item->event.size, item->queue, INSTANT_NONE, err))
				return false;
		}
		life->next = items[count - 1].seq + 1;
	}
	return true;
}

static bool publish_rest(struct bridge_life *life, struct error *err)
{
	outbox_synced(life->outbox, NULL);
	for (uint64_t before = 0; before != life->next;) {
		before = life->next;
		if (!publish_new(life, err))
			return false;
	}
	return publisher_flush(life->publisher, err);
}

/* ---- turns ---- */

static void tell_status(struct bridge_life *life)
{
	char text[BRIDGE_COUNTS_ROOM];
	if (clock_monotonic() < life->status_due)
		return;
	life->status_due = clock_monotonic() + STATUS_MS;
	if (!bridge_counts_write(&life->counts, life->choices->class, life->told, text))
		return;
	log_line(LOG_LEVEL_INFO, "%s, %llu events published", text, (unsigned long long)(life->next - life->first));
	notify_status(NULL, "%s", text);
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void wait_for_something(struct bridge_life *life)
{
	const struct bridge_class *class = life->choices->class;
	zmq_pollitem_t items[BRIDGE_ITEMS + 4];
	int count = publisher_items(life->publisher, items);
	items[count++] = (zmq_pollitem_t){.fd = life->signals, .events = ZMQ_POLLIN};
	items[count++] = (zmq_pollitem_t){.fd = outbox_descriptor(life->outbox), .events = ZMQ_POLLIN};
	int64_t until = earlier(publisher_due(life->publisher), clock_monotonic() + TURN_MOST);
	if (!life->done) {
		count += class->items(life->state, items + count, BRIDGE_ITEMS);
		until = earlier(until, class->due(life->state));
	}
	const int64_t wait = until - clock_monotonic();
	zmq_poll(items, count, wait > 0 ? (long)wait : 0);
}

static bool turn(struct bridge_life *life, struct error *err)
{
	if (!life->done && !life->choices->class->turn(life->state, err))
		return false;
	if (outbox_failed(life->outbox, err))
		return false;
	if (!publish_new(life, err) || !publisher_serve(life->publisher, INSTANT_NONE, err))
		return false;
	tell_status(life);
	notify_beat(&life->beats, clock_monotonic());
	return true;
}

static bool work(struct bridge_life *life, struct error *err)
{
	int64_t until = INT64_MAX;
	while (!life->stop && publisher_subscribers(life->publisher) < life->choices->wait) {
		if (!publisher_serve(life->publisher, INSTANT_NONE, err))
			return false;
		life->done = true; /* the class waits too */
		wait_for_something(life);
		life->done = false;
		take_signals(life);
		notify_beat(&life->beats, clock_monotonic());
	}
	while (!life->stop && clock_monotonic() < until) {
		if (!turn(life, err))
			return false;
		if (life->done && until == INT64_MAX) {
			if (!publish_rest(life, err))
				return false;
			until = clock_monotonic() + life->choices->linger;
		}
		wait_for_something(life);
		take_signals(life);
	}
	return true;
}

/* ---- its beginning and its end ---- */

static bool open_publisher(struct bridge_life *life, struct error *err)
{
	const struct bridge_choices *choices = life->choices;
	life->past = outbox_past_create(life->outbox, choices->src, choices->recorded);
	const struct replay_past past = outbox_past_of(life->past);
	life->first = life->next = outbox_next(life->outbox);
	const struct publisher_options options = {
		.bind = choices->bind,
		.replay = choices->replay,
		.site = choices->site,
		.src = choices->src,
		.boot = outbox_boot(life->outbox),
		.first = life->next,
		.past = &past,
		.unstamped = choices->recorded,
		.linger = HURRIED_LINGER,
		.stop = life->signals,
		.zmq = life->zmq,
		.curve = life->curve,
	};
	life->publisher = publisher_open(&options, err);
	return life->publisher != NULL;
}

static bool open_all(struct bridge_life *life, const struct settings *settings, struct error *err)
{
	const struct bridge_choices *choices = life->choices;
	const struct outbox_options outbox = {.directory = choices->state, .src = choices->src, .sync = choices->sync, .report = take_report};
	life->outbox = outbox_open(&outbox, err);
	life->curve = life->outbox ? curve_open(settings, err) : NULL;
	if (!life->curve || !open_publisher(life, err))
		return false;
	const struct bridge_host host = {
		.outbox = life->outbox,
		.pseudonym = choices->pseudonym,
		.option = bridge_option,
		.option_nth = bridge_option_nth,
		.arguments = choices->arguments,
		.count = take_count,
		.say = take_text,
		.done = take_end,
		.context = life,
	};
	life->state = choices->class->open(&host, choices->target, err);
	if (life->state)
		log_line(LOG_LEVEL_INFO, "publishing at %s, event %llu is next; %s%s; remembered in %s", choices->bind, (unsigned long long)outbox_next(life->outbox),
			choices->replay ? "who missed something asks " : "nobody can ask again", choices->replay ? choices->replay : "", choices->state);
	return life->state != NULL;
}

static void close_all(struct bridge_life *life)
{
	if (life->state)
		life->choices->class->close(life->state);
	if (life->publisher)
		publish_rest(life, NULL);
	publisher_close(life->publisher);
	outbox_past_destroy(life->past);
	curve_close(life->curve);
	outbox_close(life->outbox);
	zmq_ctx_term(life->zmq);
	close(life->signals);
}

bool bridge_run(const struct bridge_choices *choices, const struct settings *settings, struct error *err)
{
	char text[BRIDGE_COUNTS_ROOM];
	struct bridge_life life = {.choices = choices, .status_due = clock_monotonic() + STATUS_MS};
	bridge_counts_init(&life.counts);
	life.signals = stop_signals_open(); /* before any thread begins */
	life.zmq = zmq_ctx_new();
	bool good = open_all(&life, settings, err);
	const bool opened = good;
	if (good) {
		notify_ready(NULL);
		good = work(&life, err);
		notify_stopping(NULL);
	}
	close_all(&life);
	bridge_counts_write(&life.counts, choices->class, life.told, text);
	bridge_counts_finish(&life.counts);
	if (opened)
		fprintf(stderr, "tablo: %s, %llu events published\n", text, (unsigned long long)(life.next - life.first));
	return good;
}
