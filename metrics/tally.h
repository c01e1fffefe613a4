/* What is counted: counters and the bins of two sketches, each under a key. A tally is the dense sum of what was counted in a
 * window. All integers. */
#ifndef METRICS_TALLY_H
#define METRICS_TALLY_H

#include <stdbool.h>
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
	X(FCR_SETTLED_24H) X(FCR_KEPT_24H) X(FCR_SETTLED_72H) X(FCR_KEPT_72H) X(FCR_EXCLUDED)                           \
	X(CASES_CLOSED) X(SLA_DUE_APART) /* the next ones in the order of enum sla_clock, and of priorities */          \
	X(SLA_MET_FIRST_REPLY) X(SLA_MET_NEXT_REPLY) X(SLA_MET_UPDATE) X(SLA_MET_RESOLVE)                               \
	X(SLA_BREACHED_FIRST_REPLY) X(SLA_BREACHED_NEXT_REPLY) X(SLA_BREACHED_UPDATE) X(SLA_BREACHED_RESOLVE)           \
	X(SLA_MET_P1) X(SLA_MET_P2) X(SLA_MET_P3) X(SLA_MET_P4) X(SLA_MET_P5)                                           \
	X(SLA_BREACHED_P1) X(SLA_BREACHED_P2) X(SLA_BREACHED_P3) X(SLA_BREACHED_P4) X(SLA_BREACHED_P5)                  \
	X(RUDE_LEGS) X(RUDE_LEGS_NOMINAL) X(RUDE_TALK_MS) X(RUDE_HOLD_MS) X(RUDE_WRAP_MS) /* of flagged contacts */      \
	X(RUDE_CSAT_SENT) X(RUDE_CSAT_N) X(RUDE_CSAT_TOP) X(RUDE_CSAT_BOTTOM) X(RUDE_CSAT_SUM) X(RUDE_CSAT_SUM_N)                           \
	X(RUDE_FCR_SETTLED_24H) X(RUDE_FCR_SETTLED_72H) X(RUDE_FCR_SETTLED)                                             \
	X(RUDE_FCR_KEPT_24H) X(RUDE_FCR_KEPT_72H) X(RUDE_FCR_KEPT)                                                      \
	X(RUDE_BY_LEAD) X(RUDE_BY_ENGINE) X(WITHDRAWN_BY_LEAD) X(WITHDRAWN_BY_ENGINE) /* by whom it was raised */         \
	X(CARE_SUGGESTED) X(CARE_TAKEN) X(CARE_MISSED)                                                                  \
	X(SLA_CONFIRMED) X(OFFERED_CLOSED) /* while the queue's calendar is closed */                                   \
	X(FCR_RESOLVED) /* of topics alone */ X(RECONTACTS) X(FOLLOWUPS_DECLINED) X(FOLLOWUPS_TRIED)                    \
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

struct count {
	uint16_t key;
	int64_t delta; /* to be added; of a maximum: what it was at least */
};

static inline bool count_is_maximum(uint16_t key)
{
	return key >= COUNT_FIRST_MAXIMUM && key < COUNTER_COUNT;
}

static inline void count_into(int64_t *value, uint16_t key, int64_t delta)
{
	if (!count_is_maximum(key))
		*value += delta;
	else if (delta > *value)
		*value = delta;
}

#endif
