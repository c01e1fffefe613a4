#include "metrics/erlang.h"

#include <math.h>
#include <stdbool.h>

#define TINY 1e-15	  /* share of the sum below which further terms of a falling series do not show */
#define LARGE 1e200	  /* terms are scaled down from here */
#define QUEUE_LONG 100000 /* people in a queue from which on it behaves like a stream: its chance moves no longer show */

/* 1 / B by the recursion 1/B(k) = 1 + k / a * 1/B(k - 1): all terms positive, so nothing cancels; INFINITY: B is too small to tell from 0. */
static double inverse_b(double load, int agents)
{
	double inverse = 1;
	for (int k = 1; k <= agents && !isinf(inverse); k++)
		inverse = 1 + inverse * k / load;
	return inverse;
}

double erlang_b(double load, int agents)
{
	return load > 0 ? 1 / inverse_b(load, agents) : agents > 0 ? 0 : 1;
}

double erlang_c(double load, int agents)
{
	if (load >= agents)
		return 1;
	const double blocked = erlang_b(load, agents);
	return agents * blocked / (agents - load * (1 - blocked));
}

/* ---- Erlang C ---- */

static struct erlang_answer answer_patient(const struct erlang_queue *queue, double load, int agents)
{
	if (load >= agents)
		return (struct erlang_answer){.waits = 1, .wait = INFINITY, .occupancy = 1};
	const double waits = erlang_c(load, agents), spare = (agents - load) / queue->handle;
	return (struct erlang_answer){.waits = waits, .service_level = 1 - waits * exp(-spare * queue->target), .wait = waits / spare,
		.occupancy = load / agents};
}

/* ---- Erlang A ---- */

/* Who arrives as the one after k others in the queue is served within the target with the chance
 *   m / (m + k + 1) * P(N > k),  N negative binomial with m + 1 and exp(-target / patience),  m = agents * patience / handle.
 * For until he is the next one, someone leaves the queue or an agent k + 1 times, at the rates (m + k), ..., m per patience; his own patience
 * as a further way out moves each rate up by one and leaves the factor m / (m + k + 1). A sum of such times is a pure birth process. */
struct in_time {
	double shape;	    /* m + 1 */
	double log_share;   /* log P(N = k) */
	double log_failure; /* log(1 - exp(-target / patience)) */
	double below;	    /* P(N <= k) */
};

static struct in_time in_time_begin(double shape, double target_in_patience)
{
	struct in_time chance = {.shape = shape, .log_share = -shape * target_in_patience, .log_failure = log(-expm1(-target_in_patience))};
	chance.below = exp(chance.log_share);
	return chance;
}

static void in_time_next(struct in_time *chance, double k)
{
	chance->log_share += log((chance->shape + k - 1) / k) + chance->log_failure;
	chance->below += exp(chance->log_share);
}

static double in_time_of(const struct in_time *chance, double k)
{
	const double above = chance->below < 1 ? 1 - chance->below : 0;
	return (chance->shape - 1) / (chance->shape + k) * above;
}

/* A queue so long that it flows like water: whoever waits w gives up at the rate w / patience, until arrivals and agents are even. */
static struct erlang_answer answer_stream(const struct erlang_queue *queue, double load, int agents)
{
	const double served = agents / load, offered_wait = queue->patience * log(load / agents);
	return (struct erlang_answer){.waits = 1, .service_level = offered_wait <= queue->target ? served : 0, .abandons = 1 - served,
		.wait = queue->patience * (1 - served), .occupancy = 1};
}

/* Sums over the states with k in the queue, relative to the state where all agents are at work and nobody waits. */
struct sums {
	double free;	/* states with an agent free */
	double waiting; /* all states in which an arrival waits */
	double queue;	/* the same, times k */
	double in_time; /* the same, times the chance to be served in time */
};

static void scale(struct sums *sums, double *share)
{
	*share /= LARGE;
	sums->free /= LARGE;
	sums->waiting /= LARGE;
	sums->queue /= LARGE;
	sums->in_time /= LARGE;
}

static struct sums add_states(const struct erlang_queue *queue, double load, int agents)
{
	const double relative = agents * queue->patience / queue->handle, pressure = queue->arrivals * queue->patience;
	struct sums sums = {.free = inverse_b(load, agents) - 1};
	struct in_time chance = in_time_begin(relative + 1, queue->target / queue->patience);
	double share = 1;
	for (double k = 0;; k++) {
		if (share > LARGE)
			scale(&sums, &share);
		sums.waiting += share;
		sums.queue += share * k;
		sums.in_time += share * in_time_of(&chance, k);
		const double factor = pressure / (relative + k + 1);
		/* Below one the factors go on falling: what is still to come is less than a geometric series. */
		if (factor < 1 && share * factor / (1 - factor) < TINY * (sums.free + sums.waiting))
			return sums;
		share *= factor;
		in_time_next(&chance, k + 1);
	}
}

static struct erlang_answer answer_impatient(const struct erlang_queue *queue, double load, int agents)
{
	const double excess = queue->arrivals - agents / queue->handle;
	if (excess * queue->patience > QUEUE_LONG)
		return answer_stream(queue, load, agents);
	const struct sums sums = add_states(queue, load, agents);
	if (isinf(sums.free))
		return (struct erlang_answer){.service_level = 1, .occupancy = load / agents};
	const double all = sums.free + sums.waiting, length = sums.queue / all;
	struct erlang_answer answer = {.waits = sums.waiting / all, .service_level = (sums.free + sums.in_time) / all};
	answer.wait = length / queue->arrivals;
	answer.abandons = answer.wait / queue->patience;
	answer.occupancy = load * (1 - answer.abandons) / agents;
	return answer;
}

/* ---- questions ---- */

struct erlang_answer erlang_answer(const struct erlang_queue *queue, int agents)
{
	const double load = queue->arrivals * queue->handle;
	if (!(load > 0))
		return (struct erlang_answer){.service_level = 1};
	if (agents <= 0)
		return (struct erlang_answer){.waits = 1, .wait = queue->patience > 0 ? queue->patience : INFINITY,
			.abandons = queue->patience > 0 ? 1 : 0, .occupancy = 1};
	return queue->patience > 0 ? answer_impatient(queue, load, agents) : answer_patient(queue, load, agents);
}

static bool suffices(const struct erlang_queue *queue, int agents, double goal)
{
	return erlang_answer(queue, agents).service_level >= goal;
}

int erlang_agents_needed(const struct erlang_queue *queue, double goal)
{
	if (suffices(queue, 0, goal))
		return 0;
	int too_few = 0, enough = 1;
	while (enough < ERLANG_AGENTS_MOST && !suffices(queue, enough, goal)) {
		too_few = enough;
		enough = enough * 2 < ERLANG_AGENTS_MOST ? enough * 2 : ERLANG_AGENTS_MOST;
	}
	if (enough == ERLANG_AGENTS_MOST && !suffices(queue, enough, goal))
		return -1;
	while (enough - too_few > 1) {
		const int middle = too_few + (enough - too_few) / 2;
		if (suffices(queue, middle, goal))
			enough = middle;
		else
			too_few = middle;
	}
	return enough;
}

double erlang_patience(double waited, double gave_up)
{
	return gave_up > 0 && waited > 0 ? waited / gave_up : 0;
}
