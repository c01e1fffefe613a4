/* What of the present is in Redis already, so that a commit holds only what changed: a hash of every field. One round for each commit:
 * every field of the present is told, and what was not told is removed. */
#ifndef STORE_REDIS_SHADOW_H
#define STORE_REDIS_SHADOW_H

#include "store/redis_commit.h"
#include "store/redis_sink.h"

struct redis_shadow;

struct redis_shadow *redis_shadow_create(void);
void redis_shadow_destroy(struct redis_shadow *shadow);
/* Nothing is known any more: each key is removed before it is written. */
void redis_shadow_forget(struct redis_shadow *shadow);
/* `expire`: say the expiry of every key again, not only of new ones. */
void redis_shadow_begin(struct redis_shadow *shadow, struct redis_commit *commit, const char *site, bool expire);
/* For struct redis_sink; context: the shadow. */
void redis_shadow_field(void *shadow, const char *key, struct view field, struct view value);
void redis_shadow_end(struct redis_shadow *shadow);
bool redis_shadow_has(const struct redis_shadow *shadow, const char *key);
size_t redis_shadow_fields(const struct redis_shadow *shadow);

#endif
