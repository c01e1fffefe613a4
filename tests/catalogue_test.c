/* Every metric is complete, found by its name, and unknown, not zero or a hundred per cent, where there is nothing to divide. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "teller.h"

#include <cmocka.h>

static void names_are_unique(void **state)
{
	(void)state;
	for (int i = 0; i < metric_count; i++) {
		assert_int_equal(metric_find(metrics[i].name), i);
		assert_string_equal(metric_names()[i], metrics[i].name);
		for (int j = 0; j < i; j++) {
			assert_string_not_equal(metrics[i].title, metrics[j].title);
			assert_string_not_equal(metrics[i].short_title, metrics[j].short_title);
		}
	}
	assert_null(metric_names()[metric_count]);
	assert_int_equal(metric_find("no_such_metric"), -1);
	assert_int_equal(metric_find(NULL), -1);
}

static void entries_are_complete(void **state)
{
	(void)state;
	for (int i = 0; i < metric_count; i++) {
		const struct metric *metric = &metrics[i];
		assert_true(metric->name && *metric->name && metric->title && *metric->title);
		assert_in_range(text_width(metric->short_title), 1, 10);
		assert_true(metric->formula && *metric->formula && metric->source && *metric->source && metric->note);
		assert_non_null(metric->value);
		assert_true(metric->unit <= UNIT_NAME && metric->worse <= WORSE_LOWER && metric->kind <= KIND_DAY);
		bool limited = !isnan(metric->warn) || !isnan(metric->crit);
		assert_true(!limited || metric->worse != WORSE_NEITHER);
		if (!isnan(metric->warn) && !isnan(metric->crit))
			assert_true(metric->worse == WORSE_HIGHER ? metric->warn <= metric->crit : metric->warn >= metric->crit);
		assert_true(metric->gauge == 0 || metric->kind == KIND_GAUGE);
	}
}

/* What the picture of the board promises. */
static void default_limits(void **state)
{
	(void)state;
	const struct { const char *name; double warn; } limits[] = {{"queue_depth", 15}, {"longest_wait", 180}, {"service_level", 80},
		{"sla_breached", 2}, {"aht", 420}, {"fcr", 70}, {"csat", 90}, {"rude_now", 0}};
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
		const struct metric *metric = &metrics[metric_find(limits[i].name)];
		assert_true(metric->warn == limits[i].warn);
		assert_true(metric->target == limits[i].warn);
	}
}

/* An engine that has seen nothing: counts and gauges are 0, everything divided is unknown. */
static void nothing_is_unknown(void **state)
{
	(void)state;
	struct teller teller;
	teller_open(&teller, NULL);
	pass(&teller, T0);
	for (int i = 0; i < metric_count; i++) {
		struct figure figure = figure_of(&teller, metrics[i].name, WINDOW_TODAY);
		assert_true(figure.denominator > 0);
		if (figure.known)
			assert_true(metrics[i].unit == UNIT_COUNT && figure.numerator == 0);
		else
			assert_true(isnan(figure_value(&metrics[i], &figure)));
		assert_true(figure.level == LEVEL_NONE || figure.known);
		if (isnan(metrics[i].warn) && isnan(metrics[i].crit))
			assert_int_equal(figure.level, LEVEL_NONE);
		if (metrics[i].unit == UNIT_RATIO || metrics[i].unit == UNIT_POINTS || metrics[i].unit == UNIT_SCORE)
			assert_false(figure.known);
	}
	teller_close(&teller);
}

/* A hundred offered: 70 answered in time, 10 later, 20 abandoned of whom 5 at once and 12 within the target. */
static void a_worked_day(void **state)
{
	(void)state;
	struct query *query = calloc(1, sizeof *query);
	const struct { enum counter counter; int64_t value; } day[] = {{COUNT_OFFERED, 100}, {COUNT_ANSWERED, 80},
		{COUNT_ANSWERED_IN_TIME, 60}, {COUNT_ABANDONED, 20}, {COUNT_ABANDONED_SHORT, 5}, {COUNT_ABANDONED_IN_TIME, 12}};
	for (size_t i = 0; i < sizeof day / sizeof *day; i++)
		query->tally.value[day[i].counter] = day[i].value;
	query->gauges.over_target = 2;
	const struct { enum sl_formula formula; int64_t numerator, denominator; } expect[] = {
		{SL_FORMULA_SL2SV, 60, 97}, {SL_FORMULA_SL1, 60, 80}, {SL_FORMULA_SL2, 60, 100}, {SL_FORMULA_SL2S, 60, 95},
		{SL_FORMULA_SL3, 72, 100}, {SL_FORMULA_SL4, 60, 88}, {SL_FORMULA_SLO, 60, 100}};
	assert_int_equal(sizeof expect / sizeof *expect, SL_FORMULA_COUNT);
	for (size_t i = 0; i < sizeof expect / sizeof *expect; i++) {
		struct figure figure = {.denominator = 1, .low = -1, .high = -1};
		query->formula = expect[i].formula;
		metrics[metric_find("service_level")].value(query, &figure);
		assert_int_equal(figure.numerator, expect[i].numerator);
		assert_int_equal(figure.denominator, expect[i].denominator);
	}
	struct figure rate = {.denominator = 1};
	metrics[metric_find("abandon_rate")].value(query, &rate);
	assert_int_equal(rate.numerator, 15);
	assert_int_equal(rate.denominator, 95);
	free(query);
}

static void values_are_in_peoples_units(void **state)
{
	(void)state;
	struct figure figure = {.known = true, .numerator = 1001000, .denominator = 3};
	assert_true(figure_value(&metrics[metric_find("asa")], &figure) == 1001.0 / 3);
	figure = (struct figure){.known = true, .numerator = 81, .denominator = 608};
	assert_true(figure_value(&metrics[metric_find("service_level")], &figure) == 81.0 / 608);
	figure = (struct figure){.known = true, .numerator = 4100, .denominator = 100};
	assert_true(figure_value(&metrics[metric_find("nps")], &figure) == 41);
	figure = (struct figure){.known = true, .numerator = 29000, .denominator = 5};
	assert_true(figure_value(&metrics[metric_find("ces")], &figure) == 5.8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_unique),
		cmocka_unit_test(entries_are_complete),
		cmocka_unit_test(default_limits),
		cmocka_unit_test(nothing_is_unknown),
		cmocka_unit_test(a_worked_day),
		cmocka_unit_test(values_are_in_peoples_units),
	};
	return cmocka_run_group_tests_name("catalogue", tests, NULL, NULL);
}
