/* The sums of the day so far, kept from question to question: for whoever asks for all scopes several times a second. What closed more
 * than an hour ago is summed once, what was not counted in since the last question is not summed again. The same figures as those of
 * query_run(). */
#ifndef METRICS_DAY_SUMS_H
#define METRICS_DAY_SUMS_H

#include "metrics/query.h"

struct day_sums;

struct day_sums *day_sums_create(void);
void day_sums_destroy(struct day_sums *sums);

/* First of all: brings everything up to the engine's present. The engine stays the same one from call to call, or is told apart by its
 * address. False: it has no time yet. */
bool day_sums_renew(struct day_sums *sums, const struct engine *engine, enum attribution by);
/* As query_run() for today, without bins; the time of agents (BUSY_MS to SLOTS_MS) is that counted in the queues alone. The counters
 * by arrival come along. For scopes of contacts. */
void day_sums_query(const struct day_sums *sums, struct query *query, struct scope scope, enum sl_formula formula);
/* Of everything, with bins and with the time of agents. */
void day_sums_whole(struct day_sums *sums, struct query *query, enum sl_formula formula);

#endif
