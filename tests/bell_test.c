/* The bell: once for each critical alert that nobody has answered; and what holds pages that turn by themselves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/sample_snapshot.h"
#include "widgets/bell.h"

#include <cmocka.h> /* last: it makes a macro of fail */

static struct sample *sample_of_alerts(void)
{
	struct sample *sample = sample_create();
	for (int i = 0; i < sample->snapshot.alert_count; i++)
		sample->snapshot.alerts[i].id = (uint64_t)i + 1;
	return sample;
}

static void what_stood_before_is_quiet(void **state)
{
	(void)state;
	struct sample *sample = sample_of_alerts();
	struct bell bell = {.count = 0};
	assert_false(bell_rings(&bell, &sample->snapshot));
	assert_false(bell_rings(&bell, &sample->snapshot));
	sample_destroy(sample);
}

/* Nothing has come yet: that picture is no first one. */
static void the_first_picture_is_one_with_figures(void **state)
{
	(void)state;
	struct sample *sample = sample_of_alerts();
	struct bell bell = {.count = 0};
	const int count = sample->snapshot.alert_count;
	sample->snapshot.alert_count = 0;
	sample->snapshot.nothing = true;
	assert_false(bell_rings(&bell, &sample->snapshot));
	sample->snapshot.alert_count = count;
	sample->snapshot.nothing = false;
	assert_false(bell_rings(&bell, &sample->snapshot));
	sample_destroy(sample);
}

static void each_rings_once(void **state)
{
	(void)state;
	struct sample *sample = sample_of_alerts();
	struct bell bell = {.count = 0};
	struct list_alert *alert = &sample->snapshot.alerts[0];
	bell_rings(&bell, &sample->snapshot);
	alert->id = 100;
	assert_true(bell_rings(&bell, &sample->snapshot));
	assert_false(bell_rings(&bell, &sample->snapshot));
	alert->id = 101;
	alert->severity = SEVERITY_WARNING;
	assert_false(bell_rings(&bell, &sample->snapshot));
	alert->id = 102;
	alert->severity = SEVERITY_CRITICAL;
	alert->state = LIST_ALERT_ACKNOWLEDGED;
	assert_false(bell_rings(&bell, &sample->snapshot));
	alert->state = LIST_ALERT_RAISED; /* it was only held back, and is raised again */
	assert_true(bell_rings(&bell, &sample->snapshot));
	alert->site = 2; /* the same, at another site */
	assert_true(bell_rings(&bell, &sample->snapshot));
	sample_destroy(sample);
}

static void pages_stay_while_nobody_answers(void **state)
{
	(void)state;
	struct sample *sample = sample_of_alerts();
	assert_ptr_equal(snapshot_alarm(&sample->snapshot), &sample->snapshot.alerts[0]);
	sample->snapshot.alerts[0].state = LIST_ALERT_ACKNOWLEDGED;
	assert_ptr_equal(snapshot_alarm(&sample->snapshot), &sample->snapshot.alerts[1]);
	sample->snapshot.alerts[1].muted = true;
	assert_null(snapshot_alarm(&sample->snapshot));
	sample_destroy(sample);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_stood_before_is_quiet), cmocka_unit_test(the_first_picture_is_one_with_figures),
		cmocka_unit_test(each_rings_once), cmocka_unit_test(pages_stay_while_nobody_answers),
	};
	return cmocka_run_group_tests_name("bell", tests, NULL, NULL);
}
