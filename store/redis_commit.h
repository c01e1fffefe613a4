/* What one commit writes: absolute values under the keys of a site, the watermark they stand for and who writes. Later values replace
 * earlier ones, so that a commit never holds more than there are keys and fields. */
#ifndef STORE_REDIS_COMMIT_H
#define STORE_REDIS_COMMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "store/redis_script.h"

#define REDIS_FIELD_MOST 1020 /* bytes of a field's name */

struct redis_commit;

struct redis_commit_head {
	char meta[128];	   /* key of the site's meta hash: "{acme}:meta" */
	char journal[65];  /* id of the journal that the watermark counts in */
	char writer[65];   /* the owner of the lease */
	uint64_t epoch;	   /* of the lease */
	uint64_t schema;   /* of what is stored */
	uint64_t previous; /* every change since this watermark is in the commit; 0: everything is (a rewrite) */
	uint64_t watermark;
};

struct redis_commit *redis_commit_create(const struct redis_commit_head *head);
void redis_commit_destroy(struct redis_commit *commit);
const struct redis_commit_head *redis_commit_head(const struct redis_commit *commit);
/* Of all keys, in bytes as they will be sent, nearly. */
size_t redis_commit_size(const struct redis_commit *commit);

/* Keys carry the site's tag: "{acme}:now:Billing". A key is a hash or a string, not both. */
void redis_commit_field(struct redis_commit *commit, struct view key, struct view field, struct view value);
void redis_commit_drop_field(struct redis_commit *commit, struct view key, struct view field);
void redis_commit_value(struct redis_commit *commit, struct view key, struct view value);
void redis_commit_expire(struct redis_commit *commit, struct view key, uint32_t seconds); /* 1 or more */
/* The key is removed before what is put into it after this call. */
void redis_commit_remove(struct redis_commit *commit, struct view key);

/* Nothing is written (BEHIND) unless this field holds one of the two: what was there before the commit, or after it (it was sent twice).
 * At most one in a commit. */
void redis_commit_expect(struct redis_commit *commit, struct view key, struct view field, struct view before, struct view after);

/* What is still to be put into it, by whoever sends it and in his thread: work that the maker need not wait for. Once; `forget` ends the
 * context, whether it was put or not. */
struct redis_commit_rest {
	void (*put)(void *context, struct redis_commit *commit);
	void (*forget)(void *context);
	void *context;
};
void redis_commit_defer(struct redis_commit *commit, const struct redis_commit_rest *rest);
/* Puts the rest, where there is one: before it is encoded or absorbed. */
void redis_commit_complete(struct redis_commit *commit);

/* `older` stands for both from now on: its base, the newer one's watermark and values. `newer` stays as it is. False, and nothing is
 * changed, where they do not follow each other (another writer, another epoch, a hole between them) or one is not complete. */
bool redis_commit_absorb(struct redis_commit *older, const struct redis_commit *newer);
/* The call of the script; `call` is empty before. */
void redis_commit_encode(const struct redis_commit *commit, struct redis_call *call);

#endif
