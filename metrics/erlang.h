/* How a queue with so many agents fares: Erlang B, Erlang C and Erlang A. Arrivals by Poisson, handling times and patience exponential,
 * first come first served. Numbers in, numbers out: nothing here knows an engine. Times in seconds. */
#ifndef METRICS_ERLANG_H
#define METRICS_ERLANG_H

/* Beyond so many agents nothing is worked out: no helpdesk has them, and the work grows with their number. */
#define ERLANG_AGENTS_MOST 100000

struct erlang_queue {
	double arrivals; /* a second */
	double handle;	 /* mean time that one takes an agent */
	double patience; /* mean time until one who waits gives up; 0: nobody does (Erlang C), else Erlang A */
	double target;	 /* answered in time within so long */
};

struct erlang_answer {
	double waits;	      /* share of arrivals that find nobody free */
	double service_level; /* share of arrivals that are answered within the target: whoever gives up is none of them */
	double wait;	      /* mean over all arrivals, those who give up included; INFINITY: the queue grows for ever */
	double abandons;      /* share of arrivals that give up */
	double occupancy;     /* share of the agents' time; 1 at most */
};

/* Share of arrivals that find all agents at work where nobody waits. */
double erlang_b(double load, int agents);
/* Share of arrivals that wait where nobody gives up; 1 where the load is more than the agents can take. */
double erlang_c(double load, int agents);
struct erlang_answer erlang_answer(const struct erlang_queue *queue, int agents);
/* The least number of agents with a service level of at least `goal` (0..1); -1: not with ERLANG_AGENTS_MOST. */
int erlang_agents_needed(const struct erlang_queue *queue, double goal);
/* Mean patience of those who waited `waited` seconds in all, of whom `gave_up` gave up: the maximum likelihood where patience is exponential,
 * for those who were answered tell only that theirs was longer. 0: nobody gave up. */
double erlang_patience(double waited, double gave_up);

#endif
