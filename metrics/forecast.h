/* What is to come, and how many agents it takes: arrivals as past weeks and today let expect them (metrics/arrivals.h), handling times of
 * the last hour, Erlang C or A (metrics/erlang.h). A question, not a part of the engine's state: floating point stays in here. */
#ifndef METRICS_FORECAST_H
#define METRICS_FORECAST_H

#include "metrics/joined.h"
#include "metrics/query.h"

#define FORECAST_WEEKS 4 /* that are looked at, at most */
#define FORECAST_STEP (30 * INT64_C(60000))

/* What if there were so many agents more, so much more to do? */
struct what_if {
	int agents;		       /* more, or less */
	int arrivals_percent, handle_percent; /* more, or less: 0 is as expected */
};

/* How a stretch of time would go with so many agents. */
struct staffing {
	double arrivals;     /* in it */
	int needed;	     /* least number that meets the goal; -1: not known */
	int agents;	     /* it was worked out for; -1: nobody knows how many there are */
	double service_level, abandons, occupancy; /* 0..1; NAN: not known */
	double wait;	     /* ms, mean; INFINITY: grows for ever; NAN: not known */
};

struct forecast {
	bool known;	    /* past weeks tell something of the next hour */
	int weeks;	    /* so many past weeks were looked at */
	int64_t at, day, next_day;
	double next_15m, next_30m, next_60m; /* arrivals */
	double so_far, expected_so_far;	     /* today */
	double today;			     /* factor on what is still to come of today */
	int64_t handle;			     /* mean, ms; 0: not known, then nor is the staffing */
	int64_t patience;		     /* mean, ms; 0: nobody gives up as far as is known: Erlang C */
	int64_t target;			     /* ms */
	struct staffing staffing;	     /* of the next 30 minutes, with who is on shift */
};

/* One scope of one engine now; agents: on shift, -1: not known. */
void forecast_run(struct forecast *forecast, const struct engine *engine, struct scope scope, int agents);
/* What an asked query says: of one engine, or of several together: arrivals and needs are added, shares weighed by arrivals. */
void forecast_of(struct forecast *forecast, const struct query *query);
/* Another stretch of `arrivals` in `length` ms, under the forecast's handling time, patience and target, with a change. */
void forecast_staff(const struct forecast *forecast, const struct settings *settings, double arrivals, int64_t length, int agents,
	const struct what_if *change, struct staffing *staffing);

/* The way to what is expected in [from, to), whole quarter hours of the week that begins with `day`. */
struct forecast_reason {
	int weeks; /* that were looked at */
	bool closed; /* everybody is, by the calendars of queues and markets: nothing is expected */
	struct forecast_week {
		int64_t from;
		double came; /* NAN: no example */
		double level; /* times so much it is of the last week's level */
		int weight;
	} past[FORECAST_WEEKS];
	double mean, smoothed, drift, expected; /* NAN: not known */
};
void forecast_explain(struct forecast_reason *reason, const struct engine *engine, struct scope scope, int64_t day, int64_t from, int64_t to);

/* Half hours of today, and of tomorrow as far as they are less than 12 h ahead: what came, what was expected of it, what is to come. */
struct forecast_half {
	int64_t from;
	double expected; /* what past weeks let expect; of what is to come with today's factor; NAN: not known */
	double last;	 /* a week before; NAN: not known */
	int64_t came;	 /* so far; -1: it is yet to come */
};
/* Returns how many: a day has 46 to 50. */
#define FORECAST_HALVES_MOST 76
#define FORECAST_AHEAD (12 * INT64_C(3600000))
int forecast_day(const struct engine *engine, struct scope scope, const struct forecast *forecast, struct forecast_half halves[FORECAST_HALVES_MOST]);

/* What an engine remembers of the answers it gave: no part of its state. */
struct forecast_memory;
struct forecast_memory *forecast_memory_create(void);
void forecast_memory_destroy(struct forecast_memory *memory);

#endif
