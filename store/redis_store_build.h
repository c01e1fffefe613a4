/* For redis_store*.c only: the store from inside, and what builds its commits. */
#ifndef STORE_REDIS_STORE_BUILD_H
#define STORE_REDIS_STORE_BUILD_H

#include "metrics/series.h"
#include "store/redis_inbox.h"
#include "store/redis_lease.h"
#include "store/redis_meta.h"
#include "store/redis_series.h"
#include "store/redis_shadow.h"
#include "store/redis_store.h"

enum store_phase { PHASE_LEASE, PHASE_READ /* what is stored */, PHASE_DECIDE, PHASE_REWRITE, PHASE_STEADY, PHASE_STOPPED };

/* Where a rewrite of the series is. */
struct rewrite {
	enum series_kind kind;
	size_t number;
	uint64_t part, base; /* parts that are written; the watermark they carry */
	char nonce[20];
};

struct redis_store {
	struct redis_store_options options;
	char site[256], journal[65];
	struct redis_worker *worker;
	struct redis_lease lease;
	struct redis_figures *figures;
	struct redis_shadow *shadow; /* the worker's while a commit is under way */
	enum store_phase phase;
	struct redis_meta meta;
	struct redis_fault fault;
	char **scopes; /* that were stored before us; those that are not ours any more go */
	size_t scope_count;
	struct rewrite rewrite;
	struct redis_since since; /* what of the series is in Redis, once what is under way is stored */
	uint64_t handed;	  /* watermark of the last commit handed over */
	uint64_t stored;	  /* ... that is known to be stored */
	bool under_way, asking, calling, fresh, hurry, first;
	int64_t next_commit, next_state, next_lease, next_try, next_expiry; /* monotonic */
	struct redis_commit *parked; /* built, and beyond what is safe; NULL: none */
	uint64_t safe;		  /* LSN: no commit beyond is handed over */
	uint64_t renewed;	  /* how often the lease was given */
	bool claiming;		  /* the lease is asked for by redis_store_claim(): a refusal is no end */
	uint64_t lease_stored;	  /* `stored` when the renewal under way was asked for */
	/* the inbox */
	bool inbox_asking;
	char *inbox_last;
	size_t inbox_last_size, inbox_count;
	uint64_t inbox_lsn;
	/* for the status */
	enum redis_store_state state;
	int64_t state_since;
	char note[200];
	uint64_t commits, rewrites;
	size_t newest_size, fields;
};

/* What changed since store->since, the present, and the packed state where it is time. */
struct redis_commit *store_build(struct redis_store *store, const struct engine *engine, uint64_t lsn, bool with_state, bool expire);
/* The next part of a rewrite; NULL: all series are written, store_build() ends it. */
struct redis_commit *store_build_part(struct redis_store *store, const struct engine *engine, uint64_t lsn);
void store_begin_rewrite(struct redis_store *store, const struct engine *engine, uint64_t lsn);
void store_forget_scopes(struct redis_store *store);
/* Takes or renews the lease, if it is time; then again after `every` ms. */
void store_keep_lease(struct redis_store *store, int64_t now, int64_t every);

#endif
