/* Is in Redis exactly what the engine says? Builds all that a rewrite would hold and compares every key and field, and finds what should
 * not be there. Reads only. */
#ifndef STORE_REDIS_VERIFY_H
#define STORE_REDIS_VERIFY_H

#include "config/settings.h"
#include "metrics/engine.h"
#include "store/redis_link.h"
#include "store/redis_meta.h"

struct redis_difference {
	char key[200], field[200]; /* field "": the key itself */
	char wanted[160], found[160]; /* "": absent; harmless texts */
};

struct redis_verify {
	const struct engine *engine; /* a collector's (engine_keep_long), folded to the watermark */
	const struct settings *settings;
	const struct veil *veil; /* with which it was written; NULL: with none */
	const char *journal; /* its id as text, or NULL: any */
	struct view state;   /* the packed engine at state_lsn, or data NULL: not compared */
	uint64_t state_lsn;
};

/* What meta and the packed state stand for: how far to fold. The link has room for long replies (redis_verify_link). */
bool redis_verify_look(struct redis_link *link, const struct settings *settings, struct redis_meta *meta, uint64_t *state_lsn, struct error *err);
struct redis_link *redis_verify_link(const char *url, struct error *err);

/* How many differences there are; the first `room` of them, in the order of keys. -1: it could not be looked, err says why. */
int redis_store_verify(struct redis_link *link, const struct redis_verify *verify, struct redis_difference *differences, int room,
	uint64_t *compared, struct error *err);
/* "{acme}:now, field offered: wanted 12, found 11" */
void redis_difference_describe(const struct redis_difference *difference, char *to, size_t room);

#endif
