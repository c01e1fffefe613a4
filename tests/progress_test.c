/* When somebody who cannot see a bar is told that a command still works: after a while, not too often, for each task anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "app/progress.h"

#include <cmocka.h>

static void lines_are_due_after_a_while(void **state)
{
	(void)state;
	static const struct {
		int64_t now;
		bool due;
	} looks[] = {{0, false}, {4999, false}, {5000, true}, {5001, false}, {14999, false}, {15000, true}, {15100, false}, {60000, true}, {60001, false}};
	struct progress_pace pace = {0};
	for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
		assert_int_equal(progress_is_due(&pace, 1000 + looks[i].now), looks[i].due);
	pace = (struct progress_pace){0};
	assert_false(progress_is_due(&pace, 70000));
	assert_true(progress_is_due(&pace, 75000));
}

static void text_says_what_and_how_far(void **state)
{
	(void)state;
	char text[200];
	progress_text("reading the journal", "events", 374, 1200000, text, sizeof text);
	assert_string_equal(text, "reading the journal: 37 %, 1200000 events");
	progress_text("sorting", "lines", -1, 7, text, sizeof text);
	assert_string_equal(text, "sorting: 7 lines so far");
	progress_text("reading", "events", 1001, 7, text, sizeof text);
	assert_string_equal(text, "reading: 100 %, 7 events");
}

static void shares_stay_within_the_way(void **state)
{
	(void)state;
	assert_int_equal(progress_share(100, 50, 200), 0);
	assert_int_equal(progress_share(100, 150, 200), 500);
	assert_int_equal(progress_share(100, 250, 200), 1000);
	assert_int_equal(progress_share(100, 150, 100), 0);
	assert_int_equal(progress_share(INT64_MIN / 2, 0, INT64_MAX / 2), 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_due_after_a_while),
		cmocka_unit_test(text_says_what_and_how_far),
		cmocka_unit_test(shares_stay_within_the_way),
	};
	return cmocka_run_group_tests_name("progress", tests, NULL, NULL);
}
