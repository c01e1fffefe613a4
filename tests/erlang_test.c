/* The formulas for queues against published values, against each other, and against a queue that is played contact by contact. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "metrics/erlang.h"
#include "queue_simulation.h"

#include <cmocka.h>

#define SETTINGS 50
#define ARRIVALS 400000 /* TABLO_ROUNDS: so many times as many */
/* Student's t with 39 degrees of freedom at 99 % for all comparisons of all settings together (each at 1 - 0.01 / 250, two-sided). */
#define ERRORS 4.65

static void assert_near(double value, double expected, double tolerance)
{
	if (!(fabs(value - expected) <= tolerance))
		fail_msg("%.17g is not %.17g +- %g", value, expected, tolerance);
}

static void assert_digits(double value, double expected, int digits, const char *what)
{
	if (fabs(round(value * pow(10, digits)) / pow(10, digits) - expected) > 1e-9)
		fail_msg("%s: %.6f is not %.*f", what, value, digits, expected);
}

static double level_of(double arrivals, double handle, double target, int agents)
{
	const struct erlang_queue queue = {arrivals, handle, 0, target};
	return erlang_answer(&queue, agents).service_level;
}

/* As published in the tests of three other programs; two more that are in circulation do not follow from the formulas. */
static void published_values(void **state)
{
	(void)state;
	assert_digits(erlang_c(100. * 3 / 30, 14), 0.174, 3, "waits at 10 for 14");
	assert_digits(level_of(100. / 30, 3, 0.33, 14), 0.888, 3, "service level at 10 for 14");
	assert_digits(erlang_answer(&(struct erlang_queue){100. / 30, 3, 0, 0.33}, 14).occupancy, 0.714, 3, "occupancy at 10 for 14");
	assert_digits(erlang_c(123, 132), 0.3211, 4, "waits at 123 for 132");
	assert_digits(erlang_c(12345, 12421), 0.3812, 4, "waits at 12345 for 12421");
	assert_digits(erlang_c(123, 130), 0.4244, 4, "waits at 123 for 130");
	assert_digits(level_of(123. / 300, 300, 20, 130), 0.7339, 4, "service level at 123 for 130");
	assert_digits(level_of(35. / 900, 752, 20, 37), 0.9042, 4, "service level at 29.2 for 37");
}

static void small_queues_by_hand(void **state)
{
	(void)state;
	assert_near(erlang_b(1, 1), 0.5, 1e-15);
	assert_near(erlang_b(2, 2), 0.4, 1e-15);
	assert_near(erlang_c(0.5, 1), 0.5, 1e-15);
	assert_near(erlang_c(1, 2), 1. / 3, 1e-15);
	/* One agent, patience as long as the handling: states 1, a, a * a / 2, ... are those of e^a. */
	const struct erlang_queue queue = {0.5, 2, 2, 0};
	const struct erlang_answer answer = erlang_answer(&queue, 1);
	assert_near(answer.waits, 1 - exp(-1), 1e-12);
	assert_near(answer.occupancy, 1 - exp(-1), 1e-12);
	assert_near(answer.abandons, exp(-1), 1e-12);
	assert_near(answer.service_level, exp(-1), 1e-12); /* target 0: only who need not wait */
}

static void the_edges(void **state)
{
	(void)state;
	const struct erlang_queue nobody = {0, 300, 120, 20}, calls = {0.1, 300, 0, 20}, impatient = {0.1, 300, 120, 20};
	assert_near(erlang_answer(&nobody, 0).service_level, 1, 0);
	assert_int_equal(erlang_agents_needed(&nobody, 0.8), 0);
	assert_true(isinf(erlang_answer(&calls, 30).wait));
	assert_near(erlang_answer(&calls, 30).service_level, 0, 0);
	assert_near(erlang_answer(&impatient, 0).abandons, 1, 0);
	assert_near(erlang_answer(&impatient, 5000).service_level, 1, 1e-12);
	assert_near(erlang_patience(600, 5), 120, 0);
	assert_near(erlang_patience(600, 0), 0, 0);
	const struct erlang_queue hopeless = {1e6, 1e6, 0, 20};
	assert_int_equal(erlang_agents_needed(&hopeless, 0.8), -1);
}

/* Long patience is no patience's limit; a goal is met by the number that is told and by no smaller one. */
static void they_agree(void **state)
{
	(void)state;
	for (int i = 1; i <= 60; i++) {
		struct erlang_queue queue = {i * 0.013, 120 + i * 7, 1e7, 15 + i};
		const int agents = (int)(queue.arrivals * queue.handle * 1.1) + 1;
		const struct erlang_answer a = erlang_answer(&queue, agents);
		queue.patience = 0;
		const struct erlang_answer c = erlang_answer(&queue, agents);
		assert_near(a.waits, c.waits, 2e-3);
		assert_near(a.service_level, c.service_level, 2e-3);
		for (queue.patience = 0; queue.patience < 400; queue.patience += 180) {
			const int needed = erlang_agents_needed(&queue, 0.8);
			assert_true(erlang_answer(&queue, needed).service_level >= 0.8);
			assert_true(erlang_answer(&queue, needed - 1).service_level < 0.8);
		}
	}
}

/* More agents are never worse, and no figure leaves its range: from hardly any load to ten times too much. */
static void always_in_range(void **state)
{
	(void)state;
	const double patience[] = {0, 1, 60, 3600, 86400};
	for (size_t p = 0; p < sizeof patience / sizeof *patience; p++)
		for (double load = 0.01; load < 2000; load *= 3.7) {
			const struct erlang_queue queue = {load / 240, 240, patience[p], 20};
			double before = 0;
			for (int agents = 0; agents < 300; agents += 7) {
				const struct erlang_answer answer = erlang_answer(&queue, agents);
				assert_true(answer.service_level >= before - 1e-9 && answer.service_level <= 1 + 1e-9);
				assert_true(answer.waits >= 0 && answer.waits <= 1 && answer.abandons >= 0 && answer.abandons <= 1);
				assert_true(answer.wait >= 0 && answer.occupancy >= 0 && answer.occupancy <= 1 + 1e-9);
				before = answer.service_level;
			}
		}
}

/* Where the queue is long enough the stream takes over: it must go on where the sum over states ended. */
static void a_long_queue_flows(void **state)
{
	(void)state;
	const struct erlang_queue shorter = {200, 300, 990, 900}, longer = {200, 300, 1010, 900};
	const struct erlang_answer before = erlang_answer(&shorter, 29700), after = erlang_answer(&longer, 29700);
	assert_near(before.abandons, after.abandons, 1e-6);
	assert_near(before.wait / shorter.patience, after.wait / longer.patience, 1e-6);
	assert_near(before.service_level, after.service_level, 1e-3);
}

/* ---- against a queue that is played ---- */

static double between(uint64_t *state, double low, double high)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return low + (high - low) * (double)(*state >> 11) * 0x1p-53;
}

static void compare(const struct erlang_queue *queue, int agents, int setting, uint64_t seed, int effort)
{
	struct simulation simulation;
	simulate_queue(queue, agents, ARRIVALS * effort, seed, &simulation);
	const struct erlang_answer answer = erlang_answer(queue, agents);
	const double expected[SIMULATED_COUNT] = {answer.waits, answer.service_level, answer.wait, answer.abandons, answer.occupancy};
	for (int i = 0; i < SIMULATED_COUNT; i++) {
		const double scale = i == SIMULATED_WAIT ? queue->handle : 1;
		/* What happens to a handful of so many may not have happened at all: then the batches tell no error. */
		const double rare = 10. / (ARRIVALS * effort) * scale;
		if (fabs(expected[i] - simulation.mean[i]) > ERRORS * simulation.error[i] + rare)
			fail_msg("setting %d (%.4f/s, %.0f s, patience %.0f s, target %.0f s, %d agents): %s %.6f, played %.6f +- %.6f", setting,
				queue->arrivals, queue->handle, queue->patience, queue->target, agents, simulated_names[i], expected[i],
				simulation.mean[i], ERRORS * simulation.error[i]);
		/* An interval so wide that anything is in it would tell nothing. */
		assert_true(ERRORS * simulation.error[i] < 0.15 * (scale + fabs(expected[i])));
	}
}

static void played_queues(void **state)
{
	(void)state;
	const char *times = getenv("TABLO_ROUNDS");
	const int effort = times ? atoi(times) : 1;
	uint64_t random = 20261122;
	for (int i = 0; i < SETTINGS; i++) {
		struct erlang_queue queue = {.handle = between(&random, 60, 900), .target = between(&random, 5, 120)};
		const int agents = (int)exp(between(&random, 0, log(120)));
		const bool patient = i % 2 == 0;
		const double use = patient ? between(&random, 0.5, 0.92) : between(&random, 0.6, 1.6);
		queue.patience = patient ? 0 : between(&random, 20, 900);
		queue.arrivals = use * agents / queue.handle;
		compare(&queue, agents, i, random, effort);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_values), cmocka_unit_test(small_queues_by_hand), cmocka_unit_test(the_edges), cmocka_unit_test(they_agree),
		cmocka_unit_test(always_in_range), cmocka_unit_test(a_long_queue_flows), cmocka_unit_test(played_queues),
	};
	return cmocka_run_group_tests_name("erlang", tests, NULL, NULL);
}
