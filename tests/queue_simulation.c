#include "queue_simulation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

const char *const simulated_names[SIMULATED_COUNT] = {"waits", "service level", "wait", "abandons", "occupancy"};

/* splitmix64: the same everywhere. */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static double exponential(uint64_t *state, double mean)
{
	return -mean * log(((double)(next_random(state) >> 11) + 0.5) * 0x1p-53);
}

/* When each agent is free again: a heap, the first one at the top. */
static void take_first(double *free_at, int agents, double until)
{
	int place = 0;
	for (int child = 1; child < agents; child = 2 * place + 1) {
		child += child + 1 < agents && free_at[child + 1] < free_at[child];
		if (free_at[child] >= until)
			break;
		free_at[place] = free_at[child];
		place = child;
	}
	free_at[place] = until;
}

struct run {
	const struct erlang_queue *queue;
	int agents;
	double *free_at, now;
	uint64_t random;
};

/* He is served by the agent who is free first, unless he gives up before: agents never wait for one who gave up, and nobody overtakes. */
static void arrive(struct run *run, double *sums)
{
	run->now += exponential(&run->random, 1 / run->queue->arrivals);
	const double wait = run->free_at[0] > run->now ? run->free_at[0] - run->now : 0;
	const double patience = run->queue->patience > 0 ? exponential(&run->random, run->queue->patience) : INFINITY;
	const double handle = exponential(&run->random, run->queue->handle);
	sums[SIMULATED_WAITS] += wait > 0;
	sums[SIMULATED_WAIT] += wait < patience ? wait : patience;
	if (wait >= patience) {
		sums[SIMULATED_ABANDONS] += 1;
		return;
	}
	sums[SIMULATED_SERVICE_LEVEL] += wait <= run->queue->target;
	sums[SIMULATED_OCCUPANCY] += handle;
	take_first(run->free_at, run->agents, run->now + wait + handle);
}

/* The work that came in a batch is held against the time that it lasted. */
static void finish_batch(const struct run *run, double began, int size, double *sums)
{
	sums[SIMULATED_OCCUPANCY] *= size / ((run->now - began) * run->agents);
	for (int i = 0; i < SIMULATED_COUNT; i++)
		sums[i] /= size;
}

void simulate_queue(const struct erlang_queue *queue, int agents, int arrivals, uint64_t seed, struct simulation *simulation)
{
	struct run run = {.queue = queue, .agents = agents, .free_at = memory_new((size_t)agents, sizeof(double)), .random = seed};
	const int size = arrivals / SIMULATION_BATCHES;
	double sums[SIMULATED_COUNT], mean[SIMULATED_COUNT] = {0}, square[SIMULATED_COUNT] = {0};
	for (int i = 0; i < arrivals / 5; i++) /* until the empty queue it begins with is forgotten */
		arrive(&run, sums);
	for (int batch = 0; batch < SIMULATION_BATCHES; batch++) {
		const double began = run.now;
		memset(sums, 0, sizeof sums);
		for (int i = 0; i < size; i++)
			arrive(&run, sums);
		finish_batch(&run, began, size, sums);
		for (int i = 0; i < SIMULATED_COUNT; i++) {
			mean[i] += sums[i] / SIMULATION_BATCHES;
			square[i] += sums[i] * sums[i] / SIMULATION_BATCHES;
		}
	}
	for (int i = 0; i < SIMULATED_COUNT; i++) {
		const double variance = square[i] - mean[i] * mean[i];
		simulation->mean[i] = mean[i];
		simulation->error[i] = sqrt((variance > 0 ? variance : 0) / (SIMULATION_BATCHES - 1));
	}
	free(run.free_at);
}
