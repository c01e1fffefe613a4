/* What is counted, minute by minute. A bucket is a sparse list of (key, value): counters and the bins of two sketches alike;
 * a tally is the dense sum of buckets over a window. All integers. */
#ifndef METRICS_TALLY_H
#define METRICS_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "metrics/sketch.h"

/* X(ENUM): sums, but for those from WORST_WAIT on, which are maxima. *_MS are sums of ms, scores are sums of thousandths. */
#define COUNTERS(X)                                                                                                     \
	X(OFFERED) X(ANSWERED) X(ANSWERED_IN_TIME) X(ABANDONED) X(ABANDONED_SHORT) X(ABANDONED_IN_TIME) X(FLOWED_OUT)   \
	X(LOST) X(MOVED) X(MISSED) X(WAIT_ANSWERED_MS) X(WAIT_ABANDONED_MS)                                             \
	X(LEGS) X(LEGS_NOMINAL) X(TALK_MS) X(HOLD_MS) X(WRAP_MS)                                                        \
	X(CONTACTS) X(CONTACT_LEGS) X(CONTACT_HANDLE_MS) /* whole contacts: released other than by transfer, wrap done */ \
	X(CHATS) X(CHAT_SESSION_MS) X(CHAT_WORK_MS) /* Σ session; union of an agent's sessions */                       \
	X(WORKED) X(WORK_MS)			    /* contact.worked */                                                \
	X(BUSY_MS) X(IDLE_MS) X(SLOTS_USED_MS) X(SLOTS_MS) /* occupancy and load */                                     \
	X(CALLBACKS_DONE) X(CALLBACKS_DROPPED)                                                                          \
	X(CSAT_SENT) X(CSAT_N) X(CSAT_TOP) X(CSAT_BOTTOM) X(CSAT_SUM) X(CSAT_SUM_N) \
	X(NPS_SENT) X(NPS_N) X(NPS_PROMOTERS) X(NPS_DETRACTORS) X(CES_SENT) X(CES_N) X(CES_SUM) X(IQS_N) X(IQS_SUM)     \
	X(FCR_SETTLED) X(FCR_KEPT) X(FCR_NO_CUSTOMER)                                                                   \
	X(CASES_OPENED) X(CASES_SOLVED) X(CASES_REOPENED)                                                               \
	X(SLA_MET) X(SLA_BREACHED) X(SLA_WITHDRAWN) X(SLA_DISAGREED)                                                    \
	X(REFUSALS) X(PRAISES) X(MISTAKES) X(FOLLOWUPS_REACHED) X(FOLLOWUPS_UNREACHED)                                  \
	X(RUDE) X(RUDE_ENDED) X(RUDE_FAULTS) X(RUDE_WITHDRAWN) X(RUDE_UNRESOLVED) X(ANGER_AT_COMPANY) X(SAFETY)         \
	X(CUSTOMERS_JOINED) X(CUSTOMERS_CHURNED)                                                                        \
	X(WORST_WAIT)
enum counter {
#define COUNTER(NAME) COUNT_##NAME,
	COUNTERS(COUNTER) COUNTER_COUNT,
#undef COUNTER
	COUNT_FIRST_MAXIMUM = COUNT_WORST_WAIT
};
#define KEY_WAIT_BINS 128				/* waits of answered contacts */
#define KEY_HANDLE_BINS (KEY_WAIT_BINS + SKETCH_BINS)	/* handling times of legs */
#define TALLY_KEYS (KEY_HANDLE_BINS + SKETCH_BINS)
_Static_assert(COUNTER_COUNT <= KEY_WAIT_BINS, "counters come before the bins");

struct tally {
	int64_t value[TALLY_KEYS];
};

/* One stretch of time of one scope. */
struct bucket {
	int64_t start; /* ms */
	uint32_t packed; /* bytes of a packed one; 0: open */
	uint16_t used, room;
	void *data;	 /* open: room values, then room keys, ascending; packed: (key step, value) as varints */
};

struct count {
	uint16_t key;
	int64_t delta;
};

/* Buckets of one length in time order: minutes of the last 61, quarter hours of the last `keep`. */
struct series {
	int64_t length; /* ms: MINUTE_MS or QUARTER_MS */
	int64_t keep;	/* ms */
	struct bucket *buckets; /* ascending start, sparse in time */
	size_t count, room, first; /* first: index of the oldest one kept */
};

void series_init(struct series *series, int64_t length, int64_t keep);
void series_finish(struct series *series);
/* Adds (or takes the maximum) into the bucket of the instant `at`; `now` decides what is dropped as too old. */
void series_add(struct series *series, int64_t at, int64_t now, uint16_t key, int64_t delta);
/* The same for several keys of the same instant, ascending. */
void series_add_all(struct series *series, int64_t at, int64_t now, const struct count *counts, size_t n);
/* Adds every bucket that begins in (after, until] into the tally; with_bins: the sketches too. */
void series_sum(const struct series *series, int64_t after, int64_t until, bool with_bins, struct tally *tally);
/* One counter of the bucket that holds `at`; 0 where there is none. */
int64_t series_value(const struct series *series, int64_t at, uint16_t key);

#endif
