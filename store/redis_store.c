#include "store/redis_store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"
#include "base/random.h"
#include "store/redis_store_build.h"

#define STATE_INTERVAL 2000
#define LEASE_EVERY 500
#define TRY_AGAIN 500	    /* after a call that failed */
#define MEND_AGAIN 2500	    /* after what somebody must mend */
#define EXPIRE_EVERY (6 * HOUR_MS)
#define SCOPES_MOST 4096

const char *const redis_store_states[] = {"waiting", "rewriting", "steady", "stopped"};

/* ---- what it says of itself ---- */

static void say(struct redis_store *store, enum redis_store_state state)
{
	if (store->state == state)
		return;
	store->state = state;
	store->state_since = clock_wall();
}

static void stop(struct redis_store *store, const struct redis_fault *fault)
{
	store->phase = PHASE_STOPPED;
	store->fault = *fault;
	say(store, STORE_STOPPED);
}

/* What must be looked at again before anything is written. */
static void doubt(struct redis_store *store)
{
	store->phase = PHASE_READ;
	store->fresh = true;
	store->asking = false;
}

static bool is_final(enum redis_trouble trouble)
{
	return trouble == TROUBLE_FENCED || trouble == TROUBLE_FOREIGN || trouble == TROUBLE_AHEAD || trouble == TROUBLE_SCHEMA ||
	       trouble == TROUBLE_CROSSSLOT || trouble == TROUBLE_BADCALL;
}

/* ---- the lease ---- */

static void leased(void *context, const struct redis_result *result)
{
	struct redis_store *store = context;
	const bool renewal = store->lease.epoch > 0;
	struct redis_fault fault = result->fault;
	store->calling = false;
	if (store->phase == PHASE_STOPPED)
		return;
	if (!result->good || !redis_lease_learn(&store->lease, renewal ? LEASE_RENEW : LEASE_TAKE, result->replies->list[0], &fault)) {
		if (store->claiming && !renewal)
			store->fault = fault;
		else if (is_final(fault.trouble) || (renewal && fault.trouble == TROUBLE_HELD))
			stop(store, &fault);
		else
			store->fault = fault;
		return;
	}
	store->claiming = false;
	store->renewed++;
	if (store->fault.trouble == TROUBLE_HELD || store->phase == PHASE_LEASE)
		store->fault = (struct redis_fault){.trouble = TROUBLE_NONE};
	if (store->phase == PHASE_LEASE)
		doubt(store);
	else if (store->phase == PHASE_STEADY && store->lease.watermark < store->lease_stored && !store->under_way)
		doubt(store); /* Redis lost something of ours */
}

void store_keep_lease(struct redis_store *store, int64_t now, int64_t every)
{
	if (store->calling || now < store->next_lease)
		return;
	struct redis_call call = {.script = NULL};
	const enum redis_lease_step step = store->lease.epoch ? LEASE_RENEW : store->options.force ? LEASE_TAKE_BY_FORCE : LEASE_TAKE;
	redis_lease_encode(&store->lease, step, &call);
	store->lease_stored = store->stored;
	store->calling = redis_worker_call(store->worker, &call, leased, store);
	redis_call_finish(&call);
	store->next_lease = now + every;
}

/* ---- what is stored ---- */

static void keep_scopes(struct redis_store *store, const struct redis_reply *reply)
{
	store_forget_scopes(store);
	if (reply->kind != REPLY_ARRAY)
		return;
	const size_t count = reply->count / 2 < SCOPES_MOST ? reply->count / 2 : SCOPES_MOST;
	store->scopes = memory_new(count + 1, sizeof *store->scopes);
	for (size_t i = 0; i < count; i++) {
		const struct view name = redis_reply_text(reply->elements[2 * i]);
		char *copy = memory_new(name.size + 1, 1);
		if (name.size)
			memcpy(copy, name.data, name.size);
		store->scopes[store->scope_count++] = copy;
	}
}

static void looked(void *context, const struct redis_result *result)
{
	struct redis_store *store = context;
	struct redis_fault fault = result->fault;
	store->asking = false;
	if (store->phase != PHASE_READ)
		return;
	if (!result->good || !redis_meta_read(result->replies->list[0], &store->meta, &fault)) {
		store->fault = fault;
		return;
	}
	keep_scopes(store, result->replies->list[1]);
	store->phase = PHASE_DECIDE;
}

static void look(struct redis_store *store, int64_t now)
{
	if (store->asking || now < store->next_try)
		return;
	struct redis_commands commands = {.bytes = NULL};
	char key[REDIS_KEY_ROOM];
	redis_meta_ask(store->site, &commands);
	redis_schema_key(key, store->site, STORED_SCOPES, NULL);
	redis_commands_add(&commands, "HGETALL", key, NULL);
	store->asking = redis_worker_read(store->worker, &commands, looked, store);
	redis_commands_finish(&commands);
	store->next_try = now + TRY_AGAIN;
}

/* NULL: what is stored can be gone on from; else why not. */
static const char *why_rewrite(const struct redis_store *store, const struct engine *engine, uint64_t lsn)
{
	const struct redis_meta *meta = &store->meta;
	const bool ours = meta->written == store->lease.epoch;
	if (!meta->there)
		return "Redis is empty";
	if (!meta->whole)
		return "an earlier rewrite was not finished";
	if (store->first && store->options.rewrite)
		return "taken over from another writer";
	if (meta->watermark > lsn || (!ours && meta->watermark > store->options.journal_end))
		return "Redis has records that the journal lost";
	if (meta->rules != settings_fingerprint(store->options.settings))
		return "it was counted by other rules (settings)";
	if (meta->schema != REDIS_SCHEMA)
		return "it is of another schema";
	if (meta->watermark < series_stamped(engine))
		return "Redis is far behind";
	return NULL;
}

static void decide(struct redis_store *store, const struct engine *engine, uint64_t lsn)
{
	const char *why = why_rewrite(store, engine, lsn);
	if (why) {
		snprintf(store->note, sizeof store->note, "%s: everything is written anew", why);
		store_begin_rewrite(store, engine, lsn);
		store->phase = PHASE_REWRITE;
		say(store, STORE_REWRITING);
	} else {
		store->since = (struct redis_since){store->meta.watermark, series_settled_at(store->meta.now)};
		store->handed = store->stored = store->meta.watermark;
		store->fresh = true;
		store->phase = PHASE_STEADY;
		say(store, STORE_STEADY);
	}
	store->first = false;
	store->next_commit = 0;
}

/* ---- commits ---- */

static void committed(void *context, const struct redis_result *result)
{
	struct redis_store *store = context;
	store->under_way = false;
	store->newest_size = result->size;
	store->fields = redis_shadow_fields(store->shadow); /* the worker has done with it */
	if (result->good) {
		store->stored = result->commit->watermark;
		store->commits++;
		store->fault = (struct redis_fault){.trouble = TROUBLE_NONE};
		return;
	}
	if (result->fault.trouble == TROUBLE_STOPPED || store->phase == PHASE_STOPPED)
		return;
	if (is_final(result->fault.trouble)) {
		stop(store, &result->fault);
		return;
	}
	doubt(store);
	if (result->fault.trouble == TROUBLE_BEHIND)
		return;
	store->fault = result->fault;
	store->next_try = clock_monotonic() + MEND_AGAIN;
}

/* What is parked goes once it is safe. */
static void hand_over(struct redis_store *store)
{
	struct redis_commit *commit = store->parked;
	if (!commit || redis_commit_head(commit)->watermark > store->safe)
		return;
	store->parked = NULL;
	store->under_way = redis_worker_commit(store->worker, commit);
	if (store->under_way)
		return;
	redis_commit_destroy(commit); /* cannot be: nothing else waits */
	doubt(store);
}

static void commit_now(struct redis_store *store, const struct engine *engine, uint64_t lsn, int64_t now)
{
	const bool with_state = store->hurry || now >= store->next_state;
	const bool expire = now >= store->next_expiry;
	struct redis_commit *commit = store->phase == PHASE_REWRITE ? store_build_part(store, engine, lsn) : NULL;
	if (!commit) {
		if (lsn == store->handed && !store->fresh && !with_state && store->phase == PHASE_STEADY)
			return;
		commit = store_build(store, engine, lsn, with_state, expire);
		store->handed = lsn;
		store->phase = PHASE_STEADY;
		say(store, STORE_STEADY);
		store->next_commit = now + (store->options.interval ? store->options.interval : store->options.settings->store_interval);
		store->next_state = with_state ? now + (store->options.state_interval ? store->options.state_interval : STATE_INTERVAL) : store->next_state;
		store->next_expiry = expire ? now + EXPIRE_EVERY : store->next_expiry;
		store->hurry = false;
	}
	store->parked = commit;
	store->under_way = true;
	hand_over(store);
}

/* ---- the inbox ---- */

static void taken(void *context, const struct redis_result *result)
{
	(void)result; /* what was not taken away comes again */
	struct redis_store *store = context;
	store->inbox_asking = false;
}

static void forget_inbox(struct redis_store *store)
{
	free(store->inbox_last);
	store->inbox_last = NULL;
	store->inbox_count = 0;
}

static void opened(void *context, const struct redis_result *result)
{
	struct redis_store *store = context;
	store->inbox_asking = false;
	const struct redis_reply *list = result->good ? result->replies->list[0] : NULL;
	if (!list || list->kind != REPLY_ARRAY || store->phase != PHASE_STEADY)
		return;
	forget_inbox(store);
	for (size_t i = 0; i < list->count; i++) {
		const struct view payload = redis_reply_text(list->elements[i]);
		if (!store->options.inbox(store->options.context, payload))
			return;
		free(store->inbox_last);
		store->inbox_last = memory_new(payload.size + 1, 1);
		if (payload.size)
			memcpy(store->inbox_last, payload.data, payload.size);
		store->inbox_last_size = payload.size;
		store->inbox_count = i + 1;
		store->inbox_lsn = 0;
	}
}

/* Taken away only after a commit that holds what came of it. */
static void drain_inbox(struct redis_store *store, uint64_t lsn)
{
	if (!store->options.inbox || store->inbox_asking || store->phase != PHASE_STEADY)
		return;
	if (store->inbox_count && !store->inbox_lsn)
		store->inbox_lsn = lsn ? lsn : 1;
	if (store->inbox_count && store->stored < store->inbox_lsn)
		return;
	if (store->inbox_count) {
		struct redis_call call = {.script = NULL};
		redis_inbox_take(store->site, store->lease.epoch, store->lease.owner, store->inbox_count,
			(struct view){store->inbox_last, store->inbox_last_size}, &call);
		store->inbox_asking = redis_worker_call(store->worker, &call, taken, store);
		redis_call_finish(&call);
		forget_inbox(store);
		return;
	}
	struct redis_commands commands = {.bytes = NULL};
	char key[REDIS_KEY_ROOM], last[16];
	redis_schema_key(key, store->site, STORED_INBOX, NULL);
	snprintf(last, sizeof last, "%d", REDIS_INBOX_TURN - 1);
	redis_commands_add(&commands, "LRANGE", key, "0", last, NULL);
	store->inbox_asking = redis_worker_read(store->worker, &commands, opened, store);
	redis_commands_finish(&commands);
}

/* ---- the owner's side ---- */

void redis_store_commit(struct redis_store *store, const struct engine *engine, uint64_t lsn, int64_t now)
{
	redis_worker_poll(store->worker);
	if (store->phase == PHASE_STOPPED)
		return;
	store_keep_lease(store, now, LEASE_EVERY);
	hand_over(store);
	if (store->under_way || !lsn)
		return;
	if (store->phase == PHASE_READ)
		look(store, now);
	if (store->phase == PHASE_DECIDE)
		decide(store, engine, lsn);
	if (store->phase != PHASE_REWRITE && store->phase != PHASE_STEADY)
		return;
	if (store->phase == PHASE_STEADY && now < store->next_commit && !store->hurry)
		return;
	drain_inbox(store, lsn);
	commit_now(store, engine, lsn, now);
}

void redis_store_hurry(struct redis_store *store)
{
	store->hurry = true;
	store->next_commit = 0;
}

bool redis_store_settled(const struct redis_store *store, uint64_t lsn)
{
	return store->phase == PHASE_STEADY && !store->under_way && !store->hurry && store->stored == lsn;
}

struct redis_store_status redis_store_status(struct redis_store *store)
{
	struct redis_store_status status = {.state = store->state, .since = store->state_since, .fault = store->fault,
		.watermark = store->stored, .epoch = store->lease.epoch, .commits = store->commits, .rewrites = store->rewrites,
		.fields = store->fields, .newest_size = store->newest_size, .link = redis_worker_status(store->worker)};
	memcpy(status.note, store->note, sizeof status.note);
	if (store->phase != PHASE_STOPPED && status.link.state != REDIS_READY) {
		status.state = STORE_WAITING;
		status.since = status.link.since;
		status.fault = status.link.why;
	}
	status.remedy = status.fault.trouble == TROUBLE_NONE ? "" : redis_troubles[status.fault.trouble].remedy;
	return status;
}

int redis_store_descriptor(const struct redis_store *store)
{
	return redis_worker_descriptor(store->worker);
}

static void name_owner(char to[65])
{
	char host[32] = "";
	uint32_t random;
	gethostname(host, sizeof host - 1);
	random_bytes(&random, sizeof random);
	snprintf(to, 65, "%s:%ld:%08x", host, (long)getpid(), random);
}

struct redis_store *redis_store_open(const struct redis_store_options *options, struct error *err)
{
	struct redis_worker_options worker = {.link.name = "tablo-store", .link.stop = -1, .committed = committed};
	if (!redis_url_parse(options->url, &worker.link.url, err))
		return NULL;
	struct redis_store *store = memory_new(1, sizeof *store);
	store->options = *options;
	store->first = store->fresh = true;
	store->state_since = clock_wall();
	view_copy(view_of(redis_site(options->settings)), store->site, sizeof store->site);
	view_copy(view_of(options->journal), store->journal, sizeof store->journal);
	view_copy(view_of(store->journal), store->lease.journal, sizeof store->lease.journal);
	char key[REDIS_KEY_ROOM];
	redis_schema_key(key, store->site, STORED_META, NULL);
	view_copy(view_of(key), store->lease.meta, sizeof store->lease.meta);
	redis_schema_key(key, store->site, STORED_LEASE, NULL);
	view_copy(view_of(key), store->lease.key, sizeof store->lease.key);
	store->lease.schema = REDIS_SCHEMA;
	store->safe = UINT64_MAX;
	name_owner(store->lease.owner);
	store->figures = redis_figures_create();
	store->shadow = redis_shadow_create();
	worker.context = store;
	random_bytes(&worker.seed, sizeof worker.seed);
	store->worker = redis_worker_start(&worker, err);
	if (store->worker)
		return store;
	redis_store_close(store);
	return NULL;
}

/* So that the next one need not wait for the lease to run out. */
static void give_back(struct redis_store *store)
{
	struct redis_call call = {.script = NULL};
	if (!store->lease.epoch || store->phase == PHASE_STOPPED || redis_worker_status(store->worker).state != REDIS_READY)
		return;
	redis_lease_encode(&store->lease, LEASE_RELEASE, &call);
	const int64_t until = clock_monotonic() + 300;
	if (redis_worker_call(store->worker, &call, NULL, NULL))
		while (!redis_worker_idle(store->worker) && clock_monotonic() < until) {
			redis_worker_poll(store->worker);
			clock_sleep(1);
		}
	redis_call_finish(&call);
}

void redis_store_close(struct redis_store *store)
{
	if (!store)
		return;
	if (store->worker) {
		give_back(store);
		store->phase = PHASE_STOPPED; /* what is called back now changes nothing */
		redis_worker_stop(store->worker);
	}
	redis_shadow_destroy(store->shadow);
	redis_figures_destroy(store->figures);
	store_forget_scopes(store);
	redis_commit_destroy(store->parked);
	free(store->inbox_last);
	free(store);
}
