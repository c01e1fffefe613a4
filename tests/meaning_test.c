/* Rules are held against each other by what they mean: what is spelled otherwise is the same, what is another is named, and what a journal tells
 * may be anything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/zone.h"
#include "config/meaning.h"

#include <cmocka.h> /* last: its macro fail() would hide ours */

static struct settings *read_settings(const char *text)
{
	struct error err;
	struct settings *settings = settings_create();
	if (!settings_read(settings, view_of(text), "test", NULL, &err))
		fail_msg("%s: %s", text, err.text);
	return settings;
}

static void equal_rules_are_equal(void **state)
{
	(void)state;
	static const char *const pairs[][2] = {
		{"fcr_within = \"7d\"", "fcr_within = \"168h\""},
		{"", "fcr_within = \"7d\"\ntarget_phone = \"20s\""},
		{"zone = \"local\"", "zone = \"UTC\""},
		{"title = \"a\"\nframes = 2", "display = \"desk\"\ndisplay_case = \"drop\""},
		{"queue \"Billing\" { title = \"Money\" }", ""},
		{"queue \"Billing\" { short_abandon = \"5s\" formula = \"SL2sv\" hidden = no }", ""},
		{"level \"longest_wait\" { warn = \"60s\" crit = \"2m\" }", "level \"longest_wait\" { warn = 60 crit = 120.0 hold = \"0s\" window = \"30m\" }"},
		{"alert \"x\" { metric = \"abandon_rate\" enter = \"5 %\" }", "alert \"x\" { metric = \"abandon_rate\" enter = 5 leave = 5 severity = \"warning\" }"},
		{"queue \"A\" { target = \"30s\" }\nqueue \"B\" { target = \"40s\" }", "queue \"B\" { target = \"40s\" }\nqueue \"A\" { target = \"30s\" }"},
	};
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		char first[MEANING_TEXT];
		struct settings *then = read_settings(pairs[i][0]), *now = read_settings(pairs[i][1]);
		if (meaning_differences(then, now, first, sizeof first) || *first)
			fail_msg("%s / %s: %s", pairs[i][0], pairs[i][1], first);
		assert_true(meaning_hash(then) == meaning_hash(now));
		settings_destroy(then);
		settings_destroy(now);
	}
}

static void other_rules_are_named(void **state)
{
	(void)state;
	static const struct {
		const char *then, *now, *first;
		int count;
	} cases[] = {
		{"fcr_within = \"3d\"", "", "fcr_within (then \"3d\", now \"7d\")", 1},
		{"", "queue \"Billing\" { target = \"30s\" }", "queue \"Billing\" target (then not set, now \"30s\")", 1},
		{"queue \"Billing\" { target = \"30s\" hidden = yes }", "", "queue \"Billing\" target (then \"30s\", now not set)", 2},
		{"formula = \"SL3\"\nshort_abandon = \"6s\"", "day_start = \"05:30\"", "day_start (then \"00:00\", now \"05:30\")", 3},
		{"level \"longest_wait\" { warn = 60 }", "level \"longest_wait\" { warn = 61 }", "level \"longest_wait\" warn (then 60, now 61)", 1},
		{"level \"asa\" { warn = 1 }\nlevel \"aht\" { warn = 1 }", "level \"aht\" { warn = 1 }\nlevel \"asa\" { warn = 1 }",
			"the order of levels (then level \"asa\", level \"aht\", now level \"aht\", level \"asa\")", 1},
		{"alert \"x\" { metric = \"asa\" enter = 5 }", "alert \"x\" { metric = \"asa\" enter = 5 leave = 4 }", "alert \"x\" leave (then not set, now 4)", 1},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char first[MEANING_TEXT];
		struct settings *then = read_settings(cases[i].then), *now = read_settings(cases[i].now);
		assert_int_equal(meaning_differences(then, now, first, sizeof first), cases[i].count);
		assert_string_equal(first, cases[i].first);
		assert_true(meaning_hash(then) != meaning_hash(now));
		settings_destroy(then);
		settings_destroy(now);
	}
}

static uint64_t hash_of(const char *name)
{
	struct zone *zone = zone_open(name, NULL);
	assert_non_null(zone);
	const uint64_t hash = zone_hash(zone);
	zone_close(zone);
	return hash;
}

/* What a collector with these settings writes down. */
static struct record_config written(const struct settings *settings, char **text)
{
	size_t size = 0;
	FILE *to = open_memstream(text, &size);
	settings_write(settings, to);
	fclose(to);
	return (struct record_config){.settings = {*text, size}, .settings_hash = settings_fingerprint(settings), .zone_hash = hash_of(settings->zone)};
}

static void a_journal_is_held_against_ours(void **state)
{
	(void)state;
	static const struct {
		const char *then, *now, *text;
		int count;
	} cases[] = {
		{"zone = \"UTC\"", "zone = \"UTC\"", "", 0},
		{"zone = \"Etc/UTC\"", "zone = \"UTC\"", "", 0},
		{"zone = \"UTC\"\nqueue \"B\" { title = \"x\" }", "zone = \"Etc/UTC\"", "", 0},
		{"zone = \"Europe/Berlin\"", "zone = \"Asia/Tokyo\"", "zone (then \"Europe/Berlin\", now \"Asia/Tokyo\")", 1},
		{"zone = \"Europe/Berlin\"\nfcr_within = \"3d\"", "zone = \"Asia/Tokyo\"", "zone (then \"Europe/Berlin\", now \"Asia/Tokyo\") and 1 more", 2},
		{"zone = \"UTC\"\nfcr_within = \"3d\"\ncare_hour = 9", "zone = \"UTC\"", "fcr_within (then \"3d\", now \"7d\") and 1 more", 2},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *text = NULL, told[MEANING_TEXT];
		struct settings *then = read_settings(cases[i].then), *now = read_settings(cases[i].now);
		const struct record_config config = written(then, &text);
		struct meaning meaning;
		meaning_init(&meaning, now);
		const int count = meaning_compare(&meaning, &config, told);
		assert_string_equal(told, cases[i].text);
		assert_int_equal(count, cases[i].count);
		settings_destroy(then);
		settings_destroy(now);
		free(text);
	}
}

static void zone_data_that_changed_are_told(void **state)
{
	(void)state;
	char *text = NULL, told[MEANING_TEXT];
	struct settings *settings = read_settings("zone = \"Europe/Berlin\"");
	struct record_config config = written(settings, &text);
	struct meaning meaning;
	meaning_init(&meaning, settings);
	config.zone_hash++;
	assert_int_equal(meaning_compare(&meaning, &config, told), 1);
	assert_string_equal(told, "zone data of \"Europe/Berlin\" differ");
	free(text);
	settings_destroy(settings);
}

static void what_is_no_text_of_ours_is_told(void **state)
{
	(void)state;
	static const char *const texts[] = {"nonsense {{{", "a_rule_of_2040 = 1\n", "fcr_within = \"never\"\n", "\x1b[2J = \"\x07\"", "queue \"x\" {"};
	struct settings *settings = settings_create();
	struct meaning meaning;
	char told[MEANING_TEXT];
	meaning_init(&meaning, settings);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		const struct record_config config = {.settings = view_of(texts[i]), .settings_hash = 1, .zone_hash = meaning.zone};
		assert_int_equal(meaning_compare(&meaning, &config, told), 1);
		assert_string_equal(told, "rules that this program does not know");
	}
	const struct record_config none = {.settings_hash = 1, .zone_hash = 7}, same = {.settings_hash = meaning.fingerprint, .zone_hash = 7};
	assert_int_equal(meaning_compare(&meaning, &none, told), 1);
	assert_string_equal(told, "rules that were not written down");
	assert_int_equal(meaning_compare(&meaning, &same, told), 0);
	const char evil[] = "queue \"a\x1b[31mb\" { target = \"30s\" }\n";
	const struct record_config hostile = {.settings = view_of(evil), .settings_hash = 1, .zone_hash = meaning.zone};
	assert_int_not_equal(meaning_compare(&meaning, &hostile, told), 0);
	assert_null(strchr(told, '\x1b'));
	settings_destroy(settings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_rules_are_equal),
		cmocka_unit_test(other_rules_are_named),
		cmocka_unit_test(a_journal_is_held_against_ours),
		cmocka_unit_test(zone_data_that_changed_are_told),
		cmocka_unit_test(what_is_no_text_of_ours_is_told),
	};
	return cmocka_run_group_tests_name("meaning", tests, NULL, NULL);
}
