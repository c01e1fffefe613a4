#include "app/fetch.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <zmq.h>

#include "app/attached.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/words.h"
#include "feed/curve.h"
#include "feed/stream_client.h"
#include "replay/spool.h"

#define MESSAGES_A_TURN 256
#define TURN_MOST (SECOND_MS / 2)
#define HEARD_LATELY (7 * SECOND_MS / 2)    /* a collector sends a sign each second, under load each five */
#define ADDRESS_PATIENCE (5 * SECOND_MS / 2) /* of a pair one stands by, and says nothing */
#define STALL_MOST 4			    /* times the setting `stale`: without anything that leads on */
#define STATES_MOST 5			    /* that it begins with, one after another */
#define IDLE_MOST (10 * MINUTE_MS)	    /* that it goes on with nobody looking */
#define ANSWER_MOST (5 * SECOND_MS)	    /* of a MiB, over a slow link */
#define QUEUE 10000			    /* messages kept; the rest is asked for */
#define MIB ((uint64_t)1 << 20)

struct fetch {
	struct fetch_options options;
	char *urls; /* cut at the commas */
	const char *addresses[ATTACHED_ADDRESSES_MOST];
	int address_count, at;
	/* of the thread */
	void *zmq;
	bool owns_zmq;
	struct curve *curve;
	struct stream_client *client;
	struct spool *spool;
	struct stream_origin origin;
	int states;
	bool over;	     /* nothing more is to be done */
	bool is_idle;	     /* nobody looked at it for long */
	uint64_t moved;	     /* a number that grows with what came */
	int64_t moved_at, opened_at; /* monotonic */
	pthread_t thread;
	int stir; /* eventfd */
	pthread_mutex_t lock; /* of all below */
	bool stop;
	int holders;
	int64_t alone_since; /* monotonic: held by its opener only */
	struct fetch_look look;
};

/* ---- how it is ---- */

static void end(struct fetch *fetch, enum fetch_phase phase, const char *why)
{
	pthread_mutex_lock(&fetch->lock);
	if (fetch->look.phase < FETCH_ENDED) {
		fetch->look.phase = phase;
		text_harmless(view_of(why), fetch->look.why, sizeof fetch->look.why);
	}
	pthread_mutex_unlock(&fetch->lock);
	fetch->over = true;
}

/* What is there stays there; what is not is not to be had. */
static void give_up(struct fetch *fetch, const char *why)
{
	end(fetch, fetch_look(fetch).phase == FETCH_READY ? FETCH_ENDED : FETCH_FAILED, why);
}

struct fetch_look fetch_look(struct fetch *fetch)
{
	pthread_mutex_lock(&fetch->lock);
	const struct fetch_look look = fetch->look;
	pthread_mutex_unlock(&fetch->lock);
	return look;
}

void fetch_text(const struct fetch_look *look, char *to, size_t room)
{
	if (look->phase >= FETCH_ENDED)
		snprintf(to, room, "%s", look->why);
	else if (!look->linked)
		snprintf(to, room, look->phase == FETCH_ASKING ? _("the collector is not heard yet \u2026")
			: _("the link to the collector is lost at %d %%: it goes on when it is back"), look->percent);
	else if (look->phase == FETCH_ASKING)
		snprintf(to, room, _("asking the collector for its past \u2026"));
	else
		snprintf(to, room, _("fetching from the collector: %d %%, %llu MiB \u2026"), look->percent, (unsigned long long)(look->bytes / MIB));
}

/* ---- what the stream brings ---- */

static bool open_spool(struct fetch *fetch, struct error *err)
{
	const struct spool_options options = {.settings = fetch->options.settings, .since = fetch->options.since,
		.most = (uint64_t)fetch->options.settings->look_back_size * MIB};
	spool_close(fetch->spool);
	fetch->spool = spool_open(&options, err);
	return fetch->spool != NULL;
}

static bool take_state(void *context, const struct stream_state *state, struct error *err)
{
	struct fetch *fetch = context;
	if (fetch->over || fetch_look(fetch).phase == FETCH_READY) {
		give_up(fetch, _("the collector began anew: what it has now is to be fetched again"));
		return fail(err, _("it is over"));
	}
	if (++fetch->states > STATES_MOST) {
		give_up(fetch, _("the collector's journal lacks too many records to look back with"));
		return fail(err, _("it is over"));
	}
	fetch->origin = state->origin;
	if (!open_spool(fetch, err) || !spool_begin(fetch->spool, state->origin.journal, state->lsn, state->bytes, err)) {
		give_up(fetch, err->text);
		return false;
	}
	pthread_mutex_lock(&fetch->lock);
	fetch->look.phase = FETCH_UNDERWAY;
	pthread_mutex_unlock(&fetch->lock);
	return true;
}

static void take_record(void *context, const struct frame *frame, const struct stream_origin *origin)
{
	struct fetch *fetch = context;
	struct error err;
	(void)origin;
	if (!fetch->over && !spool_add(fetch->spool, frame, &err))
		give_up(fetch, err.text);
}

static void take_link(void *context, enum link_state state, const char *why, int64_t silent)
{
	struct fetch *fetch = context;
	char text[300];
	(void)silent;
	if (state != LINK_REFUSED || fetch->address_count > 1)
		return;
	snprintf(text, sizeof text, _("the collector cannot be looked back into: %s"), *why ? why : _("it refuses"));
	give_up(fetch, text);
}

static void take_answer(void *context, int64_t id, uint64_t lsn, const char *error, struct view whose)
{
	(void)context, (void)id, (void)lsn, (void)error, (void)whose; /* no action is sent */
}

/* After a link that was lost it goes on where it was, as long as the numbers mean the same records. */
static uint64_t resume(void *context, const struct stream_origin *origin, struct view epochs)
{
	struct fetch *fetch = context;
	(void)epochs;
	if (!fetch->states)
		return 0;
	if (stream_origin_equals(origin, &fetch->origin))
		return spool_look(fetch->spool).last;
	if (fetch_look(fetch).phase != FETCH_READY)
		return 0;
	give_up(fetch, _("the collector began anew: what it has now is to be fetched again"));
	return STREAM_HOLD;
}

static bool open_client(struct fetch *fetch, struct error *err)
{
	const struct settings *settings = fetch->options.settings;
	const struct stream_client_options options = {.url = fetch->addresses[fetch->at], .feed = {.site = settings->site,
		.silence = settings->silence, .stale = settings->stale, .reconnect = settings->reconnect, .zmq = fetch->zmq, .curve = fetch->curve},
		.past = true, .since = fetch->options.since, .range_most = UINT64_MAX, .state_most = (size_t)(settings->look_back_size * (int64_t)MIB),
		.queue = QUEUE, .timeout = ANSWER_MOST, .backlog_records = QUEUE, .backlog_bytes = 16 * MIB};
	const struct stream_sink sink = {.context = fetch, .state = take_state, .record = take_record, .link = take_link, .answer = take_answer,
		.resume = resume};
	stream_client_close(fetch->client);
	fetch->client = stream_client_open(&options, &sink, err);
	fetch->opened_at = clock_monotonic();
	return fetch->client != NULL;
}

/* ---- the thread ---- */

static bool is_heard(const struct fetch *fetch, int64_t now)
{
	bool ever;
	const int64_t heard = stream_client_heard(fetch->client, &ever);
	return ever && now - heard < HEARD_LATELY;
}

static int percent_of(const struct fetch *fetch, const struct spool_look *spool)
{
	const uint64_t newest = stream_client_newest(fetch->client);
	if (newest <= spool->begun || spool->last >= newest)
		return spool->last >= newest ? 100 : 0;
	return (int)((double)(spool->last - spool->begun) * 100 / (double)(newest - spool->begun));
}

static void tell(struct fetch *fetch, int64_t now)
{
	const struct spool_look spool = fetch->states ? spool_look(fetch->spool) : (struct spool_look){.from = INSTANT_NONE, .to = INSTANT_NONE};
	const uint64_t newest = stream_client_newest(fetch->client);
	pthread_mutex_lock(&fetch->lock);
	struct fetch_look *look = &fetch->look;
	look->linked = is_heard(fetch, now);
	look->bytes = spool.bytes;
	look->last = spool.last;
	look->from = spool.from;
	look->to = spool.to;
	look->is_cut = spool.is_cut;
	look->differs = spool.differs;
	if (fetch->states && newest)
		look->percent = percent_of(fetch, &spool);
	if (look->phase == FETCH_UNDERWAY && newest && spool.last >= newest) {
		look->phase = FETCH_READY;
		snprintf(look->directory, sizeof look->directory, "%s", spool.directory);
		spool_settle(fetch->spool);
	}
	pthread_mutex_unlock(&fetch->lock);
}

/* Something has to come: whoever sends what leads nowhere is not listened to for ever. */
static void judge(struct fetch *fetch, int64_t now)
{
	char text[200];
	const struct fetch_look look = fetch_look(fetch);
	const uint64_t moved = stream_client_counts(fetch->client).records + stream_client_fetched(fetch->client) + (uint64_t)fetch->states;
	if (moved != fetch->moved || look.phase == FETCH_READY) {
		fetch->moved = moved;
		fetch->moved_at = now;
	}
	if (now - fetch->moved_at < STALL_MOST * fetch->options.settings->stale)
		return;
	if (look.linked)
		snprintf(text, sizeof text, _("the collector gives nothing that leads on (%d %% are here)"), look.percent);
	else if (look.phase == FETCH_ASKING)
		snprintf(text, sizeof text, _("the collector does not answer"));
	else
		snprintf(text, sizeof text, _("the link to the collector was lost at %d %%, and did not come back"), look.percent);
	give_up(fetch, text);
}

static void try_other(struct fetch *fetch, int64_t now)
{
	struct error err;
	bool ever;
	stream_client_heard(fetch->client, &ever);
	if (fetch->address_count < 2 || ever || now - fetch->opened_at < ADDRESS_PATIENCE)
		return;
	fetch->at = (fetch->at + 1) % fetch->address_count;
	if (!open_client(fetch, &err))
		give_up(fetch, err.text);
}

static void await(struct fetch *fetch, int64_t now)
{
	zmq_pollitem_t items[ATTACHED_POLL_MAX + 1] = {{.fd = fetch->stir, .events = ZMQ_POLLIN}};
	const int count = 1 + stream_client_items(fetch->client, items + 1);
	const int64_t left = stream_client_due(fetch->client) - now;
	zmq_poll(items, count, left < 0 ? 0 : left < TURN_MOST ? (long)left : (long)TURN_MOST);
}

/* True: nobody looks at it any more, and it is nobody's to be found again. */
static bool is_left(struct fetch *fetch, int64_t now)
{
	pthread_mutex_lock(&fetch->lock);
	const bool is_idle = fetch->holders == 1 && now - fetch->alone_since > IDLE_MOST;
	if (is_idle)
		fetch->look.phase = FETCH_ENDED;
	fetch->is_idle = is_idle;
	const bool left = is_idle || fetch->stop;
	pthread_mutex_unlock(&fetch->lock);
	return left;
}

static void follow(struct fetch *fetch)
{
	int64_t now = fetch->moved_at = clock_monotonic();
	struct error err;
	while (!fetch->over && !is_left(fetch, now)) {
		const bool more = stream_client_next(fetch->client, MESSAGES_A_TURN);
		now = clock_monotonic();
		if (!fetch->over && fetch->spool && !spool_flush(fetch->spool, &err))
			give_up(fetch, err.text);
		if (fetch->over)
			break;
		tell(fetch, now);
		judge(fetch, now);
		if (!fetch->over)
			try_other(fetch, now);
		if (!fetch->over && !more)
			await(fetch, now);
	}
}

static void *run(void *argument)
{
	struct fetch *fetch = argument;
	struct error err;
	fetch->curve = curve_open(fetch->options.settings, &err);
	if (fetch->curve && open_client(fetch, &err))
		follow(fetch);
	else
		give_up(fetch, err.text);
	stream_client_close(fetch->client);
	fetch->client = NULL;
	curve_close(fetch->curve);
	if (fetch->is_idle) {
		spool_close(fetch->spool);
		fetch->spool = NULL;
	}
	return NULL;
}

/* ---- from outside ---- */

static void destroy(struct fetch *fetch)
{
	spool_close(fetch->spool);
	if (fetch->owns_zmq && fetch->zmq)
		zmq_ctx_term(fetch->zmq);
	if (fetch->stir >= 0)
		close(fetch->stir);
	pthread_mutex_destroy(&fetch->lock);
	free(fetch->urls);
	free(fetch);
}

struct fetch *fetch_open(const struct fetch_options *options, struct error *err)
{
	struct fetch *fetch = memory_new(1, sizeof *fetch);
	fetch->options = *options;
	fetch->holders = 1;
	fetch->alone_since = clock_monotonic();
	fetch->look = (struct fetch_look){.from = INSTANT_NONE, .to = INSTANT_NONE};
	fetch->urls = memory_text(options->urls);
	fetch->address_count = attached_addresses(fetch->urls, fetch->addresses);
	fetch->owns_zmq = !options->zmq;
	fetch->zmq = options->zmq ? options->zmq : zmq_ctx_new();
	fetch->stir = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_mutex_init(&fetch->lock, NULL);
	int failed = fetch->address_count > 0 && fetch->stir >= 0 && fetch->zmq ? 0 : EINVAL;
	failed = failed ? failed : pthread_create(&fetch->thread, NULL, run, fetch);
	if (!failed)
		return fetch;
	fail(err, _("%s: the collector's past cannot be fetched: %s"), options->urls, strerror(failed));
	destroy(fetch);
	return NULL;
}

bool fetch_hold(struct fetch *fetch, int64_t since)
{
	pthread_mutex_lock(&fetch->lock);
	const bool good = fetch->look.phase < FETCH_ENDED && fetch->options.since <= since;
	fetch->holders += good;
	pthread_mutex_unlock(&fetch->lock);
	return good;
}

bool fetch_unwanted(struct fetch *fetch)
{
	pthread_mutex_lock(&fetch->lock);
	const bool unwanted = fetch->holders == 1 && fetch->look.phase != FETCH_READY;
	pthread_mutex_unlock(&fetch->lock);
	return unwanted;
}

void fetch_release(struct fetch *fetch)
{
	const uint64_t one = 1;
	if (!fetch)
		return;
	pthread_mutex_lock(&fetch->lock);
	const bool is_last = --fetch->holders == 0;
	fetch->stop = is_last;
	fetch->alone_since = clock_monotonic();
	pthread_mutex_unlock(&fetch->lock);
	if (!is_last)
		return;
	if (write(fetch->stir, &one, sizeof one) < 0) {
		/* the counter is full: the thread is awake already */
	}
	pthread_join(fetch->thread, NULL);
	destroy(fetch);
}
