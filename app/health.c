#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <jansson.h>

#include "app/health.h"
#include "app/version.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"
#include "metrics/lists.h"

#define STATUS_FILE "status.json"
#define STATUS_ROOM 16384
#define FEEDS_MOST 32
#define TRIES 20 /* it may be read while it is written */
#define STALE_STATUS (15 * SECOND_MS)

void health_begin(struct health *health, const struct settings *settings, const char *journal_id)
{
	*health = (struct health){settings, journal_id, clock_wall()};
}

const char *health_word(const struct collector_health *collector)
{
	static const char *const words[] = {[JOURNAL_OK] = "ok", [JOURNAL_FULL] = "full", [JOURNAL_NOT_DURABLE] = "not durable"};
	return words[collector->journal.health];
}

static json_t *number(uint64_t value)
{
	return json_integer(value < (uint64_t)INT64_MAX ? (json_int_t)value : INT64_MAX);
}

static json_t *journal_json(const struct health *health, const struct collector_health *collector)
{
	const struct journal_state *journal = &collector->journal;
	json_t *of = json_pack("{s:s, s:s, s:s, s:s}", "directory", health->settings->journal, "id", health->journal_id, "health",
		health_word(collector), "why", journal->why);
	json_object_set_new(of, "appended", number(journal->appended));
	json_object_set_new(of, "written", number(journal->written));
	json_object_set_new(of, "durable", number(journal->durable));
	json_object_set_new(of, "bytes", number(journal->bytes));
	json_object_set_new(of, "waiting_bytes", number(journal->waiting));
	json_object_set_new(of, "refused", number(journal->refused));
	json_object_set_new(of, "damaged", number(journal->damaged));
	json_object_set_new(of, "not_journalled", number(collector->unkept));
	json_object_set_new(of, "state", number(collector->saved));
	json_object_set_new(of, "state_trouble", json_string(collector->state_trouble));
	json_object_set_new(of, "history", number(collector->history.written));
	json_object_set_new(of, "history_trouble", json_string(collector->history.trouble));
	json_object_set_new(of, "recalled", number(collector->recalled));
	json_object_set_new(of, "recovered_from", number(collector->recovered_from));
	json_object_set_new(of, "recovered", number(collector->recovered));
	return of;
}

static json_t *feeds_json(const struct health *health, const struct engine *engine)
{
	struct list_feed *feeds = memory_new(FEEDS_MOST, sizeof *feeds);
	int count = list_feeds(engine, engine_now(engine), feeds, FEEDS_MOST);
	json_t *of = json_array();
	for (int i = 0; i < count; i++) {
		const char *endpoint = feeds[i].feed < health->settings->feed_count ? health->settings->feeds[feeds[i].feed] : "";
		json_t *feed = json_pack("{s:s, s:s, s:s}", "endpoint", endpoint, "src", feeds[i].src, "state", link_states[feeds[i].link]);
		json_object_set_new(feed, "received", number(feeds[i].received));
		json_object_set_new(feed, "lost", number(feeds[i].lost));
		json_object_set_new(feed, "missing", number(feeds[i].missing));
		json_object_set_new(feed, "duplicate", number(feeds[i].duplicate));
		json_array_append_new(of, feed);
	}
	free(feeds);
	return of;
}

static json_t *stream_json(const struct outlet *outlet)
{
	struct stream_counts counts = outlet_counts(outlet);
	json_t *of = json_pack("{s:s, s:i}", "endpoint", outlet_endpoint(outlet), "subscribers", counts.subscribers);
	json_object_set_new(of, "records", number(counts.records));
	json_object_set_new(of, "bytes", number(counts.bytes));
	json_object_set_new(of, "slow", number(counts.slow));
	json_object_set_new(of, "states", number(counts.states));
	json_object_set_new(of, "requests", number(counts.requests));
	json_object_set_new(of, "refused", number(counts.refused));
	return of;
}

static json_t *store_json(const struct redis_store_status *store)
{
	bool wrong = store->fault.trouble != TROUBLE_NONE;
	json_t *of = json_pack("{s:s, s:I, s:s, s:s, s:s, s:s}", "state", redis_store_states[store->state], "since", (json_int_t)store->since,
		"trouble", wrong ? store->fault.error.text : "", "remedy", store->remedy, "note", store->note, "warning", store->link.about.warning);
	json_object_set_new(of, "watermark", number(store->watermark));
	json_object_set_new(of, "epoch", number(store->epoch));
	json_object_set_new(of, "commits", number(store->commits));
	json_object_set_new(of, "rewrites", number(store->rewrites));
	json_object_set_new(of, "connections", number(store->link.connections));
	return of;
}

/* Of a pair: who writes, and how the other one is. */
static json_t *pair_json(const struct collector_health *collector)
{
	const struct partner *partner = &collector->partner;
	const struct standby_status *standby = &collector->standby;
	uint64_t written = collector->journal.written, acked = partner->attached ? partner->acked : 0;
	json_t *of = json_pack("{s:s}", "peer", collector->peer);
	if (collector->stands_by) {
		json_object_set_new(of, "follows", json_boolean(standby->follows));
		json_object_set_new(of, "primary_silent_ms", json_integer(standby->silence));
		json_object_set_new(of, "lag", number(standby->newest > written ? standby->newest - written : 0));
		json_object_set_new(of, "why", json_string(standby->why));
		return of;
	}
	json_object_set_new(of, "standby", json_boolean(partner->attached));
	json_object_set_new(of, "since", json_integer(partner->since));
	json_object_set_new(of, "lag", partner->attached ? number(written > acked ? written - acked : 0) : json_null());
	return of;
}

/* First contact resolution remembers every contact for days: what that takes. */
static json_t *fcr_json(const struct engine *engine)
{
	uint64_t contacts;
	const size_t bytes = engine_fcr_bytes(engine, &contacts);
	json_t *of = json_object();
	json_object_set_new(of, "contacts", number(contacts));
	json_object_set_new(of, "bytes", number(bytes));
	return of;
}

static json_t *whole_json(const struct health *health, const struct collector_health *collector, const struct engine *engine, uint64_t events,
	const struct outlet *outlet, bool running)
{
	json_t *of = json_pack("{s:s, s:i, s:b}", "program", "tablo " TABLO_VERSION, "pid", (int)getpid(), "running", running);
	json_object_set_new(of, "site", json_string(health->settings->site));
	json_object_set_new(of, "since", json_integer(health->began));
	json_object_set_new(of, "at", json_integer(clock_wall()));
	json_object_set_new(of, "engine_at", json_integer(engine_now(engine) == INSTANT_NONE ? 0 : engine_now(engine)));
	json_object_set_new(of, "lsn", number(engine_lsn(engine)));
	json_object_set_new(of, "events", number(events));
	json_object_set_new(of, "role", json_string(!collector->peer ? "alone" : collector->stands_by ? "standby" : "primary"));
	if (collector->peer)
		json_object_set_new(of, "pair", pair_json(collector));
	json_object_set_new(of, "journal", journal_json(health, collector));
	json_object_set_new(of, "fcr_memory", fcr_json(engine));
	if (collector->has_store)
		json_object_set_new(of, "store", store_json(&collector->store));
	json_object_set_new(of, "feeds", feeds_json(health, engine));
	if (outlet)
		json_object_set_new(of, "stream", stream_json(outlet));
	if (collector->outside)
		json_object_set_new(of, "stream_outside", stream_json(collector->outside));
	return of;
}

static char *path_of(const char *directory, const char *name)
{
	return memory_format("%s/%s", directory, name);
}

/* In place, and always of the same room: a full disk must not keep it from saying so. Spaces after JSON are nothing. */
static bool write_file(const char *directory, const char *text, struct error *err)
{
	char *path = path_of(directory, STATUS_FILE);
	size_t size = strlen(text), room = (size + STATUS_ROOM) / STATUS_ROOM * STATUS_ROOM;
	char *padded = memory_new(room + 1, 1);
	memcpy(padded, text, size);
	memset(padded + size, ' ', room - size);
	int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool good = file >= 0 && pwrite(file, padded, room, 0) == (ssize_t)room;
	if (!good)
		fail(err, "%s: cannot be written: %s", path, strerror(errno));
	if (file >= 0)
		close(file);
	free(padded);
	free(path);
	return good;
}

bool health_write(const struct health *health, const struct collector_health *collector, const struct engine *engine, uint64_t events,
	const struct outlet *outlet, bool running, struct error *err)
{
	json_t *of = whole_json(health, collector, engine, events, outlet, running);
	char *text = json_dumps(of, JSON_INDENT(1));
	json_decref(of);
	bool good = write_file(health->settings->journal, text ? text : "{}", err);
	free(text);
	return good;
}

/* ---- from outside ---- */

/* The lock is the collector's as long as it lives, however it dies. */
static bool is_locked(const char *directory)
{
	char *path = path_of(directory, "LOCK");
	int file = open(path, O_RDONLY | O_CLOEXEC);
	free(path);
	if (file < 0)
		return false;
	bool locked = flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
	close(file);
	return locked;
}

bool health_print(const char *directory, struct error *err)
{
	char *path = path_of(directory, STATUS_FILE);
	json_error_t why;
	json_t *of = json_load_file(path, 0, &why);
	for (int i = 0; !of && json_error_code(&why) != json_error_cannot_open_file && i < TRIES; i++) {
		usleep(1000);
		of = json_load_file(path, 0, &why);
	}
	err->text[0] = 0;
	if (!of)
		fail(err, "%s: %s: has a collector ever run here?", path, why.text);
	free(path);
	if (!of)
		return false;
	bool running = is_locked(directory);
	int64_t age = clock_wall() - json_integer_value(json_object_get(of, "at"));
	const char *health = json_string_value(json_object_get(json_object_get(of, "journal"), "health"));
	json_object_set_new(of, "running", json_boolean(running));
	json_object_set_new(of, "stale", json_boolean(running && age > STALE_STATUS));
	json_dumpf(of, stdout, JSON_INDENT(1));
	putchar('\n');
	bool good = running && age <= STALE_STATUS && health && strcmp(health, "ok") == 0;
	json_decref(of);
	return good;
}
