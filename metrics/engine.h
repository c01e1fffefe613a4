/* The engine: records in, figures out. Nothing changes it but a record; all its time is a record's `recv`; all its state is
 * integers. The same records and settings give the same engine, always. */
#ifndef METRICS_ENGINE_H
#define METRICS_ENGINE_H

#include "base/zone.h"
#include "config/settings.h"
#include "feed/event.h"
#include "metrics/metric.h"
#include "metrics/scope.h"

struct engine;
struct veil;

/* The settings stay the caller's and must outlive the engine. The zone is opened from settings->zone. */
struct engine *engine_create(const struct settings *settings, struct error *err);
/* From now on by these settings, which differ from those before in levels alone, as far as figures go. Those before may go. */
void engine_renew(struct engine *engine, const struct settings *settings);
void engine_destroy(struct engine *engine);

/* Advances to record->recv (due timers in the order (due, kind, id); whole seconds evaluated), then applies the record.
 * record->lsn is set by the caller, consecutive; recv below the present is taken as the present. */
void engine_apply(struct engine *engine, const struct record *record);
/* Where the next timer is due or the next whole second ends that needs a look, whichever is first; INT64_MAX: nothing waits.
 * The desk makes a CLOCK record then. */
int64_t engine_due(const struct engine *engine);
int64_t engine_now(const struct engine *engine); /* INT64_MIN before the first record */

/* A collector's engine keeps more than a board shows: minutes for 48 h, quarter hours for 35 days, days for 2 years. To be called
 * before the first record, and again after engine_unpack(). */
void engine_keep_long(struct engine *engine);

/* An engine that came from a collector: what it brings of the past stays as long as there. What began before `from` it does not have
 * (yet); INT64_MIN: it has all. */
void engine_keep_past(struct engine *engine, int64_t from);

/* The whole engine as bytes (the caller frees them), and back. `since` INT64_MIN: all of it. Else what is kept elsewhere is left out:
 * quarter hours and their gauges that begin before `since`, minutes that no board shows any more, days; and the memory of first contact
 * resolution, of which only what is open is told: such a state is to be looked at, records that follow are not for it.
 * What is read may be hostile: it is checked through and through. *differs: it was made under other rules (settings, zone). NULL:
 * another version, or damaged, err says which. */
uint8_t *engine_pack(const struct engine *engine, int64_t since, size_t *size);
/* The same for elsewhere: whatever names somebody is a keyed hash, as in redacted events (feed/veiled.h): unpacked, it goes on with those.
 * `veil` NULL: as it is. */
uint8_t *engine_pack_veiled(const struct engine *engine, const struct veil *veil, int64_t since, size_t *size);
/* The agent for whom a hash stands, as his events name him: bytes of `to`; 0: nobody who is known. */
size_t engine_unveil_agent(const struct engine *engine, const struct veil *veil, struct view hash, char to[ID_MAX]);
struct engine *engine_unpack(const struct settings *settings, const void *bytes, size_t size, bool *differs, struct error *err);
/* Were the rules of the zone others when the state that was read was made, whatever its name? */
bool engine_zone_differs(const struct engine *engine);
uint64_t engine_lsn(const struct engine *engine); /* of the last record */
/* What the memory of first contact resolution takes, in bytes, and how many contacts it remembers. */
size_t engine_fcr_bytes(const struct engine *engine, uint64_t *contacts);

/* Reads "queue=Billing,channel=chat" before the first event: names get their numbers now. list_scope_parse() is the one for later. */
bool engine_scope(struct engine *engine, const char *text, struct scope *scope, struct error *err);

/* A hole in a publisher's numbers that may still be filled; walks oldest first, false at the end. */
struct hole {
	struct view src;
	uint64_t boot, from, to;
	uint16_t feed;
	int64_t since; /* engine time */
};
bool engine_hole(const struct engine *engine, int index, struct hole *hole);
/* The number of a publisher's next event; 0: nobody of that name was heard. */
uint64_t engine_expects(const struct engine *engine, struct view src, uint64_t boot);
/* The lowest hole of this boot that begins in [least, seq); false: there is none that may still be filled. */
bool engine_lacks(const struct engine *engine, struct view src, uint64_t boot, uint64_t least, uint64_t seq, struct hole *hole);
/* Would every event of this batch be a duplicate (a heartbeat: does it tell nothing new)? False where it bears no numbers. */
bool engine_has(const struct engine *engine, const struct batch *batch);

#endif
