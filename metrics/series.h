/* What a store keeps of the engine's ledgers and gauges: whose they are, under which name, and how they come back. A series is
 * walked in closed buckets that are settled: over for so long that nothing but a late event changes them. */
#ifndef METRICS_SERIES_H
#define METRICS_SERIES_H

#include "metrics/engine.h"
#include "metrics/ledger.h"

enum grain { GRAIN_MINUTES, GRAIN_QUARTERS, GRAIN_DAYS, GRAIN_COUNT };

/* Owners are slots (queue, channel, market), then agents, then watches (gauges of everything, a queue, a channel, both), then topics. */
enum series_kind { SERIES_SLOT, SERIES_AGENT, SERIES_WATCH, SERIES_TOPIC, SERIES_KINDS };
size_t series_count(const struct engine *engine, enum series_kind kind);

/* "queue=Billing,channel=phone,market=eu", "agent=17" (the number of his name: names are people's), "topic=17",
 * "everything". Bytes that a reader could mistake stand as %XX. `keys` of names_keys(), by series_names(). */
struct series_names {
	struct view *queues, *markets;
	size_t queue_count, market_count;
};
void series_names(const struct engine *engine, struct series_names *names);
void series_names_finish(struct series_names *names);
#define SERIES_NAME_ROOM 1000
void series_name(const struct engine *engine, const struct series_names *names, enum series_kind kind, size_t number, char to[SERIES_NAME_ROOM]);
void series_scope_name(const struct engine *engine, const struct series_names *names, struct scope scope, char to[SERIES_NAME_ROOM]);

/* Of a slot, an agent or a topic; NULL: there is none. */
const struct ledger *series_ledger(const struct engine *engine, enum series_kind kind, size_t number);
const struct series *series_of(const struct ledger *ledger, int way, enum grain grain);
/* What begins here or later is all there, where the engine is a collector's. */
int64_t series_kept(const struct engine *engine, enum grain grain);
/* Buckets that end here or earlier are settled. INT64_MIN before the first record. */
int64_t series_settled(const struct engine *engine);
int64_t series_settled_at(int64_t now); /* of an engine whose time is `now` */
/* What changed after this record can be told from what did not: an engine that was read back has forgotten what changed before. */
uint64_t series_stamped(const struct engine *engine);

/* A stretch of buckets that is kept together: an hour of minutes, a day (UTC) of quarter hours, a month of days (in the site's zone). */
struct stretch_of_time {
	enum grain grain;
	int64_t from, to; /* starts of buckets: from <= start < to */
	char name[20];	  /* "2026-11-22T08", "2026-11-22", "2026-11" */
};
struct stretch_of_time series_stretch(const struct engine *engine, enum grain grain, int64_t start);
/* The place of a bucket in its stretch (minute of the hour, quarter of the day, day of the month), and back; false: there is none. */
unsigned series_index(const struct engine *engine, const struct stretch_of_time *stretch, int64_t start);
bool series_start(const struct engine *engine, const struct stretch_of_time *stretch, uint64_t index, int64_t *start);
int64_t series_end(const struct engine *engine, enum grain grain, int64_t start); /* of one bucket */

/* The gauges of a watch by quarter hours: into `to` those of the stretch that are settled, packed; returns the bytes, 0: none. *to is
 * the caller's to free. */
#define SERIES_GAUGES 5
size_t series_pack_gauges(const struct engine *engine, size_t watch, const struct stretch_of_time *stretch, int64_t settled, uint8_t **to);
/* The engine was read from a state that has no quarter hours before `since`, and no series has those of a queue and a market: their peaks over
 * more than an hour are not known. */
void series_gauges_cut(struct engine *engine, int64_t since);
/* Does the stretch, as settled, hold a quarter hour that ended after `since`? */
bool series_gauges_newer(const struct engine *engine, size_t watch, int64_t since, int64_t settled, int64_t *start);
/* Back, before what is there already. False: damaged. */
bool series_restore_gauges(struct engine *engine, size_t watch, const struct stretch_of_time *stretch, struct view bytes);
/* A closed bucket back into an owner's ledger. */
bool series_restore_bucket(struct engine *engine, enum series_kind kind, size_t number, int way, enum grain grain, int64_t start, struct view bytes);
/* LSN of the last record that counted anything in the scope's slots (agents for everything). */
uint64_t series_counted(const struct engine *engine, struct scope scope);

#endif
