/* Where a board over several sites finds them: the list of sites and the collector sections. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/settings.h"
#include "config/tables.h"

#include <cmocka.h>

static bool load(struct settings *settings, const char *text, struct error *err)
{
	char path[] = "/tmp/tablo-sites-XXXXXX";
	const int file = mkstemp(path);
	assert_true(file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text));
	close(file);
	const bool good = settings_load(settings, path, NULL, err);
	unlink(path);
	return good;
}

static void sections_say_where_sites_are(void **state)
{
	(void)state;
	struct settings *settings = settings_create();
	struct error err = {""};
	assert_true(load(settings, "site = here\nsites = { tokyo, \"лима\" }\n"
				   "collector tokyo { attach = \"tcp://10.0.1.5:5580\" zone = \"Asia/Tokyo\" }\n"
				   "collector \"лима\" { }\n", &err));
	assert_string_equal(settings->site, "here");
	assert_int_equal(settings->shown_count, 2);
	assert_string_equal(settings->sites[1], "лима");
	assert_int_equal(settings->place_count, 2);
	assert_string_equal(settings->places[0].name, "tokyo");
	assert_string_equal(settings->places[0].attach, "tcp://10.0.1.5:5580");
	assert_string_equal(settings->places[0].zone, "Asia/Tokyo");
	assert_null(settings->places[1].attach);
	assert_int_equal(settings->places[1].line, 4);
	struct settings *copy = settings_copy(settings);
	settings_destroy(settings);
	assert_string_equal(copy->places[0].attach, "tcp://10.0.1.5:5580");
	assert_string_equal(copy->sites[0], "tokyo");
	settings_destroy(copy);
}

static void mistakes_are_named(void **state)
{
	(void)state;
	static const struct { const char *text, *why; } cases[] = {
		{"collector a { }\ncollector a { }\n", "set in line 1 already"},
		{"collector a { zone = \"Mars/Base\" }\n", "time zone"},
		{"collector a { attache = x }\n", "did you mean 'attach'"},
		{"sites = { \"a/b\" }\n", "without '/'"},
		{"collector \"\" { }\n", "empty"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct settings *settings = settings_create();
		struct error err = {""};
		assert_false(load(settings, cases[i].text, &err));
		if (!strstr(err.text, cases[i].why))
			fail_msg("%s: %s", cases[i].text, err.text);
		settings_destroy(settings);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(sections_say_where_sites_are), cmocka_unit_test(mistakes_are_named)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
