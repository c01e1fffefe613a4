/* The commits of a collector: the ordinary one with what changed, and the parts of a rewrite. */
#include "store/redis_store_build.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/instant.h"
#include "base/memory.h"
#include "base/random.h"
#include "store/redis_tape.h"

#define PART_MOST (1024 * 1024) /* bytes of one part, nearly: Redis serves nobody else meanwhile */
#define OWNERS_A_TURN 4

/* Where redis_series_write() and redis_state_write() put things: straight into a commit, with the key's expiry. */
static struct redis_commit *new_commit(const struct redis_store *store, uint64_t previous, uint64_t watermark)
{
	struct redis_commit_head head = {.epoch = store->lease.epoch, .schema = REDIS_SCHEMA, .previous = previous, .watermark = watermark};
	view_copy(view_of(store->lease.meta), head.meta, sizeof head.meta);
	view_copy(view_of(store->journal), head.journal, sizeof head.journal);
	view_copy(view_of(store->lease.owner), head.writer, sizeof head.writer);
	return redis_commit_create(&head);
}

/* ---- straight into a commit ---- */

static void put_plain(void *context, const char *key, struct view field, struct view value)
{
	redis_commit_field(context, view_of(key), field, value);
}

struct series_sink {
	struct redis_commit *commit;
	const struct engine *engine;
	const char *site;
	char key[REDIS_KEY_ROOM]; /* the last one, whose expiry is said */
};

static void put_series(void *context, const char *key, struct view field, struct view value)
{
	struct series_sink *sink = context;
	redis_commit_field(sink->commit, view_of(key), field, value);
	if (strcmp(sink->key, key) == 0)
		return;
	view_copy(view_of(key), sink->key, sizeof sink->key);
	struct view rest;
	struct stretch_of_time stretch;
	const int entry = redis_schema_find(sink->site, view_of(key), &rest);
	for (int grain = 0; grain < GRAIN_COUNT; grain++)
		if (entry == (int)redis_series_key((enum grain)grain) && redis_series_stretch(sink->engine, (enum grain)grain, rest, &stretch))
			redis_commit_expire(sink->commit, view_of(key), redis_series_expiry(sink->engine, &stretch));
}

/* ---- parts ---- */

static void write_series(const struct redis_store *store, const struct engine *engine, struct redis_commit *commit)
{
	struct series_sink to = {.commit = commit, .engine = engine, .site = store->site};
	const struct redis_sink sink = {put_series, &to, store->site};
	struct series_names names;
	series_names(engine, &names);
	for (int kind = 0; kind < SERIES_KINDS; kind++)
		redis_series_write(engine, store->since, (enum series_kind)kind, 0, SIZE_MAX, &names, &sink);
	series_names_finish(&names);
}

static void write_state(const struct redis_store *store, const struct engine *engine, uint64_t lsn, struct redis_commit *commit)
{
	const struct redis_sink sink = {put_plain, commit, store->site};
	char key[REDIS_KEY_ROOM];
	size_t size;
	redis_schema_key(key, store->site, STORED_STATE, NULL);
	redis_commit_remove(commit, view_of(key));
	if (store->options.settings->store_state == STORE_STATE_NONE)
		return;
	uint8_t *bytes = engine_pack(engine, redis_state_since(engine), &size);
	redis_state_write(bytes, size, lsn, &sink);
	redis_commit_expire(commit, view_of(key), (uint32_t)redis_schema[STORED_STATE].expires);
	free(bytes);
}

/* ---- the present ---- */

/* What is taken from the engine, to be compared with what is stored and put into the commit by the worker's thread. */
struct present {
	struct redis_shadow *shadow; /* the store's: no commit is made while another one is under way */
	struct redis_picture *picture;
	struct redis_tape lists;
	char **scopes;
	size_t scope_count;
	bool fresh, expire;
	char site[256];
};

static void forget_scopes(char **scopes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(scopes[i]);
	free(scopes);
}

void store_forget_scopes(struct redis_store *store)
{
	forget_scopes(store->scopes, store->scope_count);
	store->scopes = NULL;
	store->scope_count = 0;
}

static void forget_present(void *context)
{
	struct present *present = context;
	redis_picture_destroy(present->picture);
	redis_tape_finish(&present->lists);
	forget_scopes(present->scopes, present->scope_count);
	free(present);
}

/* Nothing is known of what is stored of the present: each key is written anew, and those of scopes that are no more are removed. */
static void remove_strangers(const struct present *present, struct redis_commit *commit)
{
	static const enum redis_key scoped[] = {STORED_NOW_SCOPE, STORED_TODAY_SCOPE};
	char key[REDIS_KEY_ROOM];
	for (size_t i = 0; i < present->scope_count; i++)
		for (size_t k = 0; k < 2; k++) {
			redis_schema_key(key, present->site, scoped[k], present->scopes[i]);
			if (!redis_shadow_has(present->shadow, key))
				redis_commit_remove(commit, view_of(key));
		}
	for (int i = 0; i < REDIS_KEYS; i++) {
		redis_schema_key(key, present->site, (enum redis_key)i, NULL);
		if (redis_schema[i].part == PART_PRESENT && i != STORED_NOW_SCOPE && i != STORED_TODAY_SCOPE && !redis_shadow_has(present->shadow, key))
			redis_commit_remove(commit, view_of(key));
	}
}

static void put_present(void *context, struct redis_commit *commit)
{
	struct present *present = context;
	const struct redis_sink sink = {redis_shadow_field, present->shadow, present->site};
	if (present->fresh)
		redis_shadow_forget(present->shadow);
	redis_shadow_begin(present->shadow, commit, present->site, present->expire);
	redis_picture_write(present->picture, &sink);
	redis_tape_play(&present->lists, &sink);
	redis_shadow_end(present->shadow);
	if (present->fresh)
		remove_strangers(present, commit);
}

static void take_present(struct redis_store *store, const struct engine *engine, struct redis_commit *commit, bool expire)
{
	struct present *present = memory_new(1, sizeof *present);
	const struct redis_sink sink = {redis_tape_field, &present->lists, store->site};
	*present = (struct present){.shadow = store->shadow, .fresh = store->fresh, .expire = expire, .scopes = store->scopes,
		.scope_count = store->scope_count};
	view_copy(view_of(store->site), present->site, sizeof present->site);
	store->scopes = NULL;
	store->scope_count = 0;
	present->picture = redis_figures_take(store->figures, engine, store->options.settings);
	redis_present_write(engine, store->options.settings, &sink);
	redis_commit_defer(commit, &(struct redis_commit_rest){.put = put_present, .forget = forget_present, .context = present});
}

static void write_meta(struct redis_store *store, const struct engine *engine, struct redis_commit *commit, bool expire)
{
	const struct redis_sink sink = {put_plain, commit, store->site};
	redis_meta_write(engine, store->options.settings, &sink);
	if (expire || store->fresh)
		redis_commit_expire(commit, view_of(store->lease.meta), (uint32_t)redis_schema[STORED_META].expires);
}

static void mark(const struct rewrite *rewrite, uint64_t part, char to[48])
{
	snprintf(to, 48, "%s.%" PRIu64, rewrite->nonce, part);
}

static void put_mark(struct redis_store *store, struct redis_commit *commit, const char *after)
{
	char before[48];
	mark(&store->rewrite, store->rewrite.part, before);
	if (store->rewrite.part)
		redis_commit_expect(commit, view_of(store->lease.meta), view_of("rewriting"), view_of(before), view_of(after));
	redis_commit_field(commit, view_of(store->lease.meta), view_of("rewriting"), view_of(after));
}

struct redis_commit *store_build(struct redis_store *store, const struct engine *engine, uint64_t lsn, bool with_state, bool expire)
{
	struct redis_commit *commit = new_commit(store, store->handed, lsn);
	char after[48];
	write_series(store, engine, commit);
	take_present(store, engine, commit, expire);
	write_meta(store, engine, commit, expire);
	if (store->fresh || (with_state && store->options.settings->store_state == STORE_STATE_FULL))
		write_state(store, engine, lsn, commit);
	if (store->phase == PHASE_REWRITE) {
		snprintf(after, sizeof after, "done.%s", store->rewrite.nonce);
		put_mark(store, commit, after);
	}
	store->since = (struct redis_since){lsn, series_settled(engine)};
	store->fresh = false;
	return commit;
}

/* ---- a rewrite ---- */

void store_begin_rewrite(struct redis_store *store, const struct engine *engine, uint64_t lsn)
{
	uint32_t random[2];
	random_bytes(random, sizeof random);
	const bool beyond = store->meta.watermark > lsn;
	store->rewrite = (struct rewrite){.base = store->meta.watermark && !beyond ? store->meta.watermark : 1};
	snprintf(store->rewrite.nonce, sizeof store->rewrite.nonce, "%08x%08x", random[0], random[1]);
	store->since = (struct redis_since){lsn, series_settled(engine)};
	store->handed = 0;
	store->fresh = true;
	store->rewrites++;
}

static void remove_series(const struct redis_store *store, const struct engine *engine, struct redis_commit *commit)
{
	char key[REDIS_KEY_ROOM];
	struct stretch_of_time stretch;
	for (int grain = 0; grain < GRAIN_COUNT; grain++)
		for (size_t at = 0; redis_series_next(engine, (enum grain)grain, &at, &stretch);) {
			redis_schema_key(key, store->site, redis_series_key((enum grain)grain), stretch.name);
			redis_commit_remove(commit, view_of(key));
		}
}

struct redis_commit *store_build_part(struct redis_store *store, const struct engine *engine, uint64_t lsn)
{
	struct rewrite *rewrite = &store->rewrite;
	if (rewrite->part && rewrite->kind == SERIES_KINDS)
		return NULL;
	(void)lsn;
	struct redis_commit *commit = new_commit(store, rewrite->part ? rewrite->base : 0, rewrite->base);
	struct series_sink to = {.commit = commit, .engine = engine, .site = store->site};
	const struct redis_sink sink = {put_series, &to, store->site};
	const struct redis_since everything = {0, INT64_MIN};
	char after[48];
	struct series_names names;
	if (!rewrite->part)
		remove_series(store, engine, commit);
	series_names(engine, &names);
	while (rewrite->kind < SERIES_KINDS && redis_commit_size(commit) < PART_MOST) {
		redis_series_write(engine, everything, rewrite->kind, rewrite->number, OWNERS_A_TURN, &names, &sink);
		rewrite->number += OWNERS_A_TURN;
		if (rewrite->number >= series_count(engine, rewrite->kind)) {
			rewrite->kind++;
			rewrite->number = 0;
		}
	}
	series_names_finish(&names);
	mark(rewrite, rewrite->part + 1, after);
	put_mark(store, commit, after);
	rewrite->part++;
	store->handed = rewrite->base;
	return commit;
}
