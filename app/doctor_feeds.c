#include <stdlib.h>
#include <string.h>

#include <zmq.h>

#include "app/doctor.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"
#include "feed/curve.h"
#include "feed/curve_keys.h"
#include "feed/endpoint.h"
#include "feed/feed.h"
#include "feed/wire.h"

#define FEEDS_MOST 32
#define SKEW_DOUBTFUL (2 * SECOND_MS)
#define MESSAGES_A_TURN 256

void check_zmq(const struct examination *examination, const struct findings *findings)
{
	int major, minor, patch;
	(void)examination;
	zmq_version(&major, &minor, &patch);
	if (major * 100 + minor < 403)
		finding_say(findings, FINDING_BAD, "install libzmq 4.3 or newer", "libzmq %d.%d.%d", major, minor, patch);
	else if (!zmq_has("curve"))
		finding_say(findings, FINDING_WARN, "install one built with libsodium", "libzmq %d.%d.%d without CURVE: no feed can be encrypted",
			major, minor, patch);
	else
		finding_say(findings, FINDING_OK, NULL, "libzmq %d.%d.%d with CURVE%s", major, minor, patch, zmq_has("ipc") ? " and ipc" : "");
}

static bool any_key(const struct settings *settings)
{
	bool any = *settings->key_file || *settings->server_key || *settings->client_keys;
	for (int i = 0; i < settings->link_count; i++)
		any = any || settings->links[i].server_key || settings->links[i].key_file;
	return any;
}

static void look_at_clients(const char *path, const struct findings *findings)
{
	struct error err;
	size_t count;
	if (strcmp(path, "any") == 0) {
		finding_say(findings, FINDING_WARN, "list the public keys of those who may in a file", "client_keys: anybody may subscribe");
		return;
	}
	void *keys = curve_allowed_read(path, &count, &err);
	free(keys);
	if (!keys)
		finding_say(findings, FINDING_BAD, "mend the file; a publisher does not start with it", "client_keys: %.400s", err.text);
	else
		finding_say(findings, count ? FINDING_OK : FINDING_WARN, count ? NULL : "add the public keys of boards, one a line",
			"client_keys: %zu subscriber%s may connect", count, count == 1 ? "" : "s");
}

void check_keys(const struct examination *examination, const struct findings *findings)
{
	const struct settings *settings = examination->settings;
	struct error err;
	if (!any_key(settings)) {
		finding_say(findings, FINDING_OK, NULL, "no keys are set");
		return;
	}
	struct curve *curve = curve_open(settings, &err);
	if (!curve)
		finding_say(findings, FINDING_BAD, NULL, "%s", err.text);
	else
		finding_say(findings, FINDING_OK, NULL, *settings->key_file ? "key files are in order; our public key is %s" : "server keys are in order",
			curve_public(curve, ""));
	curve_close(curve);
	if (*settings->client_keys)
		look_at_clients(settings->client_keys, findings);
}

/* ---- feeds ---- */

/* What was heard of one feed. */
struct hearing {
	const char *url;
	struct feed *feed;
	enum link_state link;
	enum feed_fault fault; /* the last one of security, or the last of all */
	char why[300];
	int64_t first; /* ms after the beginning, -1: nothing */
	uint64_t batches, heartbeats, refused;
	bool stamped;
	int64_t skew; /* the least of recv - sent: what is left when the way is short */
	struct batch batch;
};

static struct hearing *hearing_of(void *context, const struct feed *feed)
{
	return (struct hearing *)context + feed->index;
}

static void take_batch(void *context, struct feed *feed, const void *payload, size_t size, int64_t at)
{
	struct hearing *hearing = hearing_of(context, feed);
	(void)at;
	if (wire_decode(payload, size, &hearing->batch, NULL) != FAULT_NONE) {
		hearing->refused++;
		return;
	}
	hearing->batches++;
	hearing->heartbeats += hearing->batch.count == 0;
	int64_t way = clock_wall() - hearing->batch.sent;
	if (hearing->batch.sent == INSTANT_NONE)
		return;
	if (!hearing->stamped || llabs(way) < llabs(hearing->skew))
		hearing->skew = way;
	hearing->stamped = true;
}

static void take_link(void *context, struct feed *feed, enum link_state state, int64_t silent)
{
	(void)silent;
	hearing_of(context, feed)->link = state;
}

static void take_refusal(void *context, struct feed *feed, enum feed_fault fault, const char *why)
{
	struct hearing *hearing = hearing_of(context, feed);
	hearing->refused++;
	if (feed_fault_security(hearing->fault))
		return;
	hearing->fault = fault;
	view_copy(view_of(why), hearing->why, sizeof hearing->why);
}

static void take_gap(void *context, struct feed *feed, struct view src, uint64_t boot, uint64_t from, uint64_t to)
{
	(void)context, (void)feed, (void)src, (void)boot, (void)from, (void)to;
}

static bool over_zmq(const char *url)
{
	return strncmp(url, "tcp:", 4) == 0 || strncmp(url, "ipc:", 4) == 0;
}

static void look_at_security(const struct curve *curve, const char *url, const struct findings *findings)
{
	if (curve_secures(curve, url))
		finding_say(findings, FINDING_OK, NULL, "%.200s: encrypted, its publisher's key is pinned", url);
	else if (endpoint_local(url))
		finding_say(findings, FINDING_OK, NULL, "%.200s: plaintext, on this machine", url);
	else /* without leave it was not even opened */
		finding_say(findings, FINDING_WARN, "pin its publisher's key: server_key", "%.200s: plaintext over the network, as allow_plaintext says",
			url);
	if (endpoint_meets_itself(url))
		finding_say(findings, FINDING_WARN, "use ipc://, or a port below 32768",
			"%.200s: a port that outgoing connections are taken from; one can meet itself", url);
}

static void look_at_heard(const struct hearing *hearing, int64_t listened, const struct findings *findings)
{
	const char *url = hearing->url;
	if (hearing->link == LINK_REFUSED) {
		finding_say(findings, FINDING_BAD, NULL, "%.200s: refused: %s", url,
			feed_fault_security(hearing->fault) ? hearing->why : "whoever answers there speaks no ZeroMQ that fits");
		return;
	}
	if (hearing->batches == 0) {
		finding_say(findings, FINDING_BAD, hearing->refused ? hearing->why : "is the publisher running, the port open, and site right?",
			"%.200s: nothing came within %.1f s%s", url, (double)listened / 1000, hearing->refused ? " that could be used" : "");
		return;
	}
	if (hearing->heartbeats == 0 && listened >= 2 * SECOND_MS)
		finding_say(findings, FINDING_WARN, "let the publisher send one a second: its loss is not seen while it is quiet",
			"%.200s: %llu batches, but no heartbeat", url, (unsigned long long)hearing->batches);
	else
		finding_say(findings, FINDING_OK, NULL, "%.200s: %llu batches, %llu of them heartbeats", url, (unsigned long long)hearing->batches,
			(unsigned long long)hearing->heartbeats);
}

static void look_at_clock(const struct hearing *hearing, bool feed_clock, const struct findings *findings)
{
	if (!hearing->stamped || feed_clock)
		return;
	if (llabs(hearing->skew) > SKEW_DOUBTFUL)
		finding_say(findings, FINDING_WARN, "set both clocks by NTP; for recorded feeds, --clock feed", "%.200s: its clock is %.1f s %s ours",
			hearing->url, (double)llabs(hearing->skew) / 1000, hearing->skew > 0 ? "behind" : "ahead of");
	else
		finding_say(findings, FINDING_OK, NULL, "%.200s: its clock is within %lld ms of ours", hearing->url, llabs(hearing->skew) + 1);
}

static void listen_to(struct hearing *hearings, int count, int64_t until)
{
	zmq_pollitem_t items[FEEDS_MOST * FEED_POLL_MAX];
	for (int64_t now; (now = clock_monotonic()) < until;) {
		int used = 0;
		int64_t due = until;
		for (int i = 0; i < count; i++) {
			struct feed *feed = hearings[i].feed;
			if (!feed)
				continue;
			feed->class->next(feed, MESSAGES_A_TURN);
			used += feed->class->items(feed, items + used);
			int64_t wants = feed->class->due(feed);
			due = wants < due ? wants : due;
		}
		now = clock_monotonic();
		zmq_poll(items, used, due > now ? (long)(due - now) : 0);
	}
}

static void open_feeds(struct hearing *hearings, int count, const struct examination *examination, const struct curve *curve, void *zmq,
	const struct findings *findings)
{
	const struct settings *settings = examination->settings;
	const struct feed_options options = {.site = settings->site, .silence = settings->silence, .stale = settings->stale,
		.reconnect = settings->reconnect, .start = INSTANT_NONE, .stop = INT64_MAX, .zmq = zmq, .curve = curve};
	const struct feed_sink sink = {hearings, take_batch, take_link, take_refusal, take_gap};
	for (int i = 0; i < count; i++) {
		struct hearing *hearing = &hearings[i];
		struct error err;
		hearing->url = settings->feeds[i];
		hearing->feed = feed_open(hearing->url, &options, &sink, &err);
		if (!hearing->feed) {
			finding_say(findings, FINDING_BAD, NULL, "%s", err.text);
			continue;
		}
		hearing->feed->index = (uint16_t)i;
		if (over_zmq(hearing->url)) {
			look_at_security(curve, hearing->url, findings);
			continue;
		}
		finding_say(findings, FINDING_OK, NULL, "%.200s: can be opened", hearing->url);
		feed_close(hearing->feed);
		hearing->feed = NULL;
	}
}

static void look_at_feeds(const struct examination *examination, const struct curve *curve, int count, const struct findings *findings)
{
	struct hearing *hearings = memory_new((size_t)count, sizeof *hearings);
	void *zmq = zmq_ctx_new();
	open_feeds(hearings, count, examination, curve, zmq, findings);
	listen_to(hearings, count, clock_monotonic() + examination->listen);
	for (int i = 0; i < count; i++) {
		if (!hearings[i].feed)
			continue;
		look_at_heard(&hearings[i], examination->listen, findings);
		look_at_clock(&hearings[i], strcmp(examination->settings->clock, "feed") == 0, findings);
		feed_close(hearings[i].feed);
	}
	for (int i = 0; i < count; i++)
		batch_finish(&hearings[i].batch);
	zmq_ctx_term(zmq);
	free(hearings);
}

void check_feeds(const struct examination *examination, const struct findings *findings)
{
	int count = examination->settings->feed_count;
	struct error err;
	if (count == 0) {
		finding_say(findings, FINDING_WARN, "set feeds, or give --feed URL", "no feed is configured");
		return;
	}
	if (count > FEEDS_MOST) {
		finding_say(findings, FINDING_BAD, "put a collector between", "%d feeds are more than the %d a board can take", count, FEEDS_MOST);
		return;
	}
	struct curve *curve = curve_open(examination->settings, &err);
	if (curve)
		look_at_feeds(examination, curve, count, findings);
	else
		finding_say(findings, FINDING_BAD, "mend the keys first", "no feed was looked at");
	curve_close(curve);
}
