#include "app/acts.h"
#include "app/alert_exec.h"
#include "app/exchange.h"
#include "app/inquiry.h"
#include "app/look_back.h"
#include "app/plain.h"
#include "app/sites.h"
#include "app/view.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/notify.h"

/* What a feed, a collector or a file has to tell at the start comes at once: it is shown as it comes. */
#define EARLY_MS 1000
#define EARLY_INTERVAL 25 /* ms between pictures meanwhile */

struct desk_side {
	struct desk *desk;
	const struct setup *setup;
	struct look_back *back;
	struct exchange *exchange; /* these two set by run_desk() */
	struct inquiry *inquiry;
	struct acts *acts;
	struct alert_exec *exec; /* NULL: a collector decides about alerts, or no rule names a command */
	uint64_t events_then; /* for events a second */
	int64_t then, began;
	double rate;
};

static void measure_rate(struct desk_side *side)
{
	int64_t now = clock_monotonic();
	if (now - side->then < 2 * SECOND_MS)
		return;
	uint64_t events = desk_events(side->desk);
	side->rate = (double)(events - side->events_then) * 1000 / (double)(now - side->then);
	side->events_then = events;
	side->then = now;
}

static void give_snapshot(struct desk_side *side, const struct snapshot_request *request)
{
	struct snapshot *snapshot = desk_snapshot(side->desk, side->setup->zone, request);
	measure_rate(side);
	snapshot->events_per_second = side->rate;
	snapshot->progress = desk_progress(side->desk);
	acts_tell(side->acts, snapshot);
	inquiry_attach(side->inquiry, snapshot);
	exchange_give(side->exchange, snapshot);
}

/* True: there is something to say about what somebody did. */
static bool carry_out(struct desk_side *side)
{
	struct wish wish;
	bool news = acts_answered(side->acts, side->desk);
	while (exchange_wished(side->exchange, &wish))
		news = acts_carry_out(side->acts, side->desk, &wish) || news;
	return news;
}

/* True: a new picture is wanted, for something else is asked or an answer has come. */
static bool hear_questions(struct desk_side *side, struct snapshot_request *request)
{
	const bool asked = exchange_asked(side->exchange, request), news = carry_out(side);
	struct sites *sites = desk_sites(side->desk);
	const struct inquiry_moment moment = {.engine = desk_engine(side->desk), .sites = sites ? sites_merge(sites) : NULL};
	inquiry_ask(side->inquiry, &moment, request);
	return inquiry_answered(side->inquiry) || asked || news;
}

/* The service manager hears a beat only where the screen has answered the call that went with the one before: a board whose screen hangs
 * is as dead as one whose feeds do. */
static void beat(struct exchange *exchange, struct notify_beats *beats, int64_t now)
{
	if (exchange_is_answered(exchange) && notify_beat(beats, now))
		exchange_call(exchange);
}

/* An event is shown at once after a quiet time, and at most `frames` times a second under steady change. A frame that only the clock
 * asked for does not make the next event wait. */
static void run_desk(void *context, struct exchange *exchange)
{
	struct desk_side *side = context;
	side->exchange = exchange;
	side->inquiry = inquiry_create(&(struct inquiry_options){.journal = look_back_journal(side->back),
		.distant = look_back_distant(side->back), .settings = side->setup->settings, .exchange = exchange});
	side->acts = acts_create();
	side->exec = desk_has_feeds(side->desk) ? alert_exec_create(side->setup->settings) : NULL;
	struct snapshot_request request = side->exchange->request;
	const int64_t fastest = (int64_t)(1000 / side->setup->settings->frames);
	int64_t now = clock_monotonic();
	int64_t next_event = now, next_tick = now;
	struct notify_beats beats = {0};
	uint64_t shown = 0;
	bool changed = true, events = false;
	side->then = side->began = now;
	while (!exchange_stopped(side->exchange)) {
		desk_turn(side->desk, side->exchange->to_desk, !changed ? INT64_MAX : events ? next_event : next_tick);
		struct settings *renewed = exchange_renewed(exchange);
		if (renewed)
			desk_renew(side->desk, renewed);
		alert_exec_turn(side->exec, desk_engine(side->desk), true);
		bool asked = hear_questions(side, &request);
		/* Where nothing comes and nothing is due, the clock and the age of the figures go on all the same. */
		changed = desk_changed(side->desk) || changed || clock_monotonic() >= next_tick + SECOND_MS;
		events = desk_events(side->desk) != shown;
		now = clock_monotonic();
		beat(exchange, &beats, now);
		if (!asked && (!changed || now < (events ? next_event : next_tick)))
			continue;
		shown = desk_events(side->desk);
		give_snapshot(side, &request);
		changed = false;
		const int64_t taken = exchange_interval(exchange);
		next_tick = now + (now < side->began + EARLY_MS ? EARLY_INTERVAL : taken > fastest ? taken : fastest);
		if (events)
			next_event = next_tick;
	}
	inquiry_close(side->inquiry);
	acts_destroy(side->acts);
	alert_exec_destroy(side->exec);
}

static struct snapshot *first_of_desk(void *context, const struct snapshot_request *request)
{
	const struct desk_side *side = context;
	return desk_snapshot(side->desk, side->setup->zone, request);
}

static int plain_of_desk(void *context, struct setup *setup, int signals)
{
	const struct desk_side *side = context;
	return plain_run(setup, side->desk, signals);
}

static enum view_back look_back_of_desk(void *context, const struct view_wanted *wanted, struct view_source *back, struct error *err)
{
	const struct desk_side *side = context;
	return look_back_open(side->back, wanted, back, err);
}

int view_run(struct setup *setup, struct desk *desk, const struct arguments *arguments)
{
	struct error err;
	struct look_back *back = look_back_create(setup, &err);
	if (!back)
		return report(&err);
	struct desk_side side = {.desk = desk, .setup = setup, .back = back};
	const struct view_source source = {.context = &side, .first = first_of_desk, .run = run_desk, .plain = plain_of_desk,
		.look_back = look_back_of_desk};
	const int code = view_show(setup, &source, arguments);
	look_back_destroy(back);
	return code;
}
