#include "base/clock.h"
#include "store/redis_store_build.h"

#define CLAIM_EVERY 100

enum redis_claim redis_store_claim(struct redis_store *store, uint64_t lsn, uint64_t epoch, bool wanted, int64_t now)
{
	redis_worker_poll(store->worker);
	if (store->lease.epoch)
		return CLAIM_TAKEN;
	if (!wanted || redis_worker_status(store->worker).state != REDIS_READY)
		return CLAIM_WAITING;
	store->claiming = true;
	store->lease.most = lsn ? lsn : 1;
	store->lease.known = epoch;
	store_keep_lease(store, now, CLAIM_EVERY);
	switch (store->fault.trouble) {
	case TROUBLE_HELD:
		return CLAIM_HELD;
	case TROUBLE_AHEAD:
		return CLAIM_AHEAD;
	case TROUBLE_FOREIGN:
	case TROUBLE_SCHEMA:
	case TROUBLE_WRONGKEY:
		return CLAIM_REFUSED;
	default:
		return CLAIM_WAITING;
	}
}

/* An answer that was under way before says nothing of now, and a call whose connection has just died says nothing at all. */
bool redis_store_confirm(struct redis_store *store, int64_t until)
{
	bool asked = false;
	uint64_t renewed = 0;
	while (store->lease.epoch && clock_monotonic() < until) {
		redis_worker_poll(store->worker);
		if (store->phase == PHASE_STOPPED || (asked && !store->calling && store->renewed > renewed))
			break;
		if (!store->calling) {
			renewed = store->renewed;
			store->next_lease = 0;
			store_keep_lease(store, clock_monotonic(), CLAIM_EVERY);
			asked = store->calling;
		}
		clock_sleep(1);
	}
	return store->phase != PHASE_STOPPED;
}

void redis_store_release(struct redis_store *store, uint64_t safe)
{
	store->safe = safe;
}
