#include "feed/zmq_watchdog.h"

#define FAILURES_BEFORE_SOCKET 5
#define BACK_OFF_MOST 12 /* times half of `reconnect`: 60 s at its default of 10 s */
#define LOOKS_A_STALE 10 /* how often it looks while `stale` passes */

void watchdog_init(struct watchdog *watchdog, const struct feed_options *options, bool monitored, int64_t now)
{
	*watchdog = (struct watchdog){
		.stale = options->stale,
		.silence = options->silence,
		.reconnect = options->reconnect,
		.opened = now,
		.heard = now,
		.looked = now,
		.monitored = monitored,
	};
}

void watchdog_heard(struct watchdog *watchdog, int64_t now)
{
	if (!watchdog->ever_heard)
		watchdog->first_heard = now;
	watchdog->ever_heard = true;
	watchdog->refused = false;
	watchdog->heard = now;
	watchdog->failures = 0;
}

void watchdog_heartbeat(struct watchdog *watchdog)
{
	watchdog->heartbeats = true;
}

void watchdog_connected(struct watchdog *watchdog, int64_t now)
{
	watchdog->connected = true;
	watchdog->refused = false;
	watchdog->connected_at = now;
}

void watchdog_disconnected(struct watchdog *watchdog)
{
	watchdog->connected = false;
}

void watchdog_refused(struct watchdog *watchdog)
{
	watchdog->connected = false;
	watchdog->refused = true;
}

void watchdog_look(struct watchdog *watchdog, int64_t now)
{
	int64_t asleep = now - watchdog->looked;
	watchdog->looked = now;
	if (asleep > watchdog->stale / 2 && watchdog->heard < now - watchdog->stale / 2)
		watchdog->heard += asleep;
	if (watchdog->heard > now)
		watchdog->heard = now;
}

static enum link_state never_heard(const struct watchdog *watchdog, int64_t now)
{
	if (!watchdog->connected)
		return now - watchdog->heard < watchdog->stale ? LINK_CONNECTING : LINK_STALE;
	int64_t waited = now - watchdog->connected_at;
	if (waited >= watchdog->silence)
		return LINK_STALE;
	return waited < watchdog->stale ? LINK_CONNECTING : LINK_QUIET;
}

static enum link_state without_heartbeats(const struct watchdog *watchdog, int64_t now)
{
	if (now - watchdog->heard >= watchdog->silence)
		return LINK_STALE;
	if (watchdog->monitored && !watchdog->connected)
		return LINK_CONNECTING;
	/* A publisher that sends heartbeats has shown one by then. */
	return now - watchdog->first_heard < watchdog->stale ? LINK_LIVE : LINK_QUIET;
}

enum link_state watchdog_state(const struct watchdog *watchdog, int64_t now)
{
	if (watchdog->refused)
		return LINK_REFUSED;
	if (watchdog->heartbeats)
		return now - watchdog->heard < watchdog->stale ? LINK_LIVE : LINK_STALE;
	return watchdog->ever_heard ? without_heartbeats(watchdog, now) : never_heard(watchdog, now);
}

/* 5, 10, 20, 40, 60 s at the defaults. */
static int64_t back_off(const struct watchdog *watchdog)
{
	int64_t times = watchdog->failures > 3 ? BACK_OFF_MOST : INT64_C(1) << watchdog->failures;
	return times * watchdog->reconnect / 2;
}

static bool wants_revival(const struct watchdog *watchdog, int64_t now)
{
	if (now - watchdog->heard < watchdog->reconnect || now < watchdog->not_before)
		return false;
	if (watchdog->heartbeats)
		return true;
	return watchdog->monitored && !watchdog->connected;
}

enum revival watchdog_revive(struct watchdog *watchdog, int64_t now)
{
	if (!wants_revival(watchdog, now))
		return REVIVE_NOT;
	watchdog->not_before = now + back_off(watchdog);
	watchdog->connected = false;
	watchdog->failures++;
	return watchdog->failures % (FAILURES_BEFORE_SOCKET + 1) == 0 ? REVIVE_SOCKET : REVIVE_CONNECTION;
}

int64_t watchdog_due(const struct watchdog *watchdog)
{
	int64_t step = watchdog->stale / LOOKS_A_STALE > 10 ? watchdog->stale / LOOKS_A_STALE : 10;
	int64_t due = watchdog->looked + step, turns_stale = watchdog->heard + watchdog->stale;
	return turns_stale > watchdog->looked && turns_stale < due ? turns_stale : due;
}
