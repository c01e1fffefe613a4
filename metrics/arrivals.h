/* What past weeks let expect: arrivals of each quarter hour of the week that begins with today. For the files of metrics/ and their tests.
 *
 * A helpdesk's week repeats itself, its level drifts, and one quarter hour of one week is mostly chance. So, for a quarter hour to come:
 *  1. the same quarter hour by the clock, 1 to 4 weeks before, as far as kept; a day on which nothing came although something came on that
 *     weekday in another week (a holiday, a hole) is no example;
 *  2. each of those weeks is brought to the level of the last one (the sums of both over the quarter hours known of both);
 *  3. their mean, the newer the heavier: weights 4, 3, 2, 1 (3, 2, 1 of three);
 *  4. smoothed over the neighbours within half an hour (1 2 3 2 1), which share what chance moved between them;
 *  5. times the root of (last week / week before): half of the drift goes on, for half of it is chance as a rule. At most 2, at least 1/2.
 * Slots whose queue (else market) has a calendar count in the quarter hours in which it will be open; where everybody is closed, holidays
 * included, nothing is expected, and a quarter hour in which everybody was closed is no example.
 * None of these numbers was fitted to any log. */
#ifndef METRICS_ARRIVALS_H
#define METRICS_ARRIVALS_H

#include "metrics/state.h"

#define ARRIVALS_WEEKS 4
#define ARRIVALS_QUARTERS 672 /* of a week */

/* An answer holds while these stay. */
struct arrivals_stamp {
	uint64_t closed; /* LSN of the record that closed a bucket last */
	size_t slots, buckets;
	int64_t from; /* what began before is not there */
	uint64_t calendars; /* how often one was told */
};

struct arrivals {
	struct scope scope;
	int64_t day;	   /* instant the week begins */
	int64_t next_day;  /* where its first day ends */
	int weeks;	   /* that were looked at; 0: nothing is known */
	double expected[ARRIVALS_QUARTERS]; /* of the quarter hour day + i * QUARTER_MS; NAN: no past week has it */
	double last[ARRIVALS_QUARTERS];	    /* as it was a week before; NAN: not known */
	bool closed[ARRIVALS_QUARTERS]; /* everybody is, by the calendars of queues and markets */
	/* Of the 7 days before `day`, by outcome: */
	int64_t waited, gave_up; /* ms of all who were answered or gave up; how many gave up */
	int64_t handled, legs;	 /* ms, and legs (of an asynchronous channel: what was worked) */
	struct arrivals_stamp stamp;
	bool open; /* minutes before `day` are open yet: it holds for no other question */
};

struct arrivals_stamp arrivals_stamp(const struct engine *engine, struct scope scope);
bool arrivals_stamps_equal(const struct arrivals_stamp *a, const struct arrivals_stamp *b);
/* Does the slot's work wait for people in this scope? As with the longest wait: what is asynchronous only where it is asked for by name. */
bool arrivals_take(const struct engine *engine, const struct slot *slot, struct scope scope);
/* `day`: where a day begins. */
void arrivals_expect(struct arrivals *arrivals, const struct engine *engine, struct scope scope, int64_t day);
/* Would it come out the same now? */
bool arrivals_hold(const struct arrivals *arrivals, const struct engine *engine, struct scope scope, int64_t day);
/* Expected in [from, to), parts of quarter hours in proportion; NAN: some of it is not known. */
double arrivals_between(const struct arrivals *arrivals, int64_t from, int64_t to);

#endif
