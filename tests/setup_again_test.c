/* The configuration read again while a board runs says what it said at the start: a wall stays one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/setup.h"
#include "base/memory.h"
#include "config/renew.h"

#include <cmocka.h> /* last: it makes a macro of fail */

static char file[] = "/tmp/tablo-again-XXXXXX";

static int set_up(void **state)
{
	(void)state;
	const int descriptor = mkstemp(file);
	return descriptor < 0 ? -1 : close(descriptor);
}

static int tear_down(void **state)
{
	(void)state;
	return unlink(file);
}

static void write_file(const char *text)
{
	FILE *to = fopen(file, "w");
	assert_non_null(to);
	fputs(text, to);
	assert_int_equal(fclose(to), 0);
}

static const struct option wall_option = {.name = "--wall"}, config_option = {.name = "--config", .argument = "FILE"};

static void a_wall_stays_one(void **state)
{
	(void)state;
	struct arguments arguments = {.command = &board_command, .given_count = 2};
	struct setup setup;
	struct error err = {.text = ""};
	bool usage;
	char waits[200];
	arguments.given = memory_new(2, sizeof *arguments.given);
	arguments.given[0].option = &wall_option;
	arguments.given[0].value = "";
	arguments.given[1].option = &config_option;
	arguments.given[1].value = file;
	write_file("title = \"Before\"\n");
	assert_true(setup_open(&setup, &arguments, &usage, &err));
	struct settings *first = setup_again(&arguments, &err);
	write_file("title = \"After\"\n");
	struct settings *fresh = setup_again(&arguments, &err);
	assert_non_null(first);
	assert_non_null(fresh);
	struct settings *renewed = settings_renew(setup.settings, first, fresh, waits, sizeof waits);
	assert_string_equal(renewed->title, "After");
	assert_string_equal(waits, "");
	assert_true(renewed->wall);
	assert_int_equal(renewed->bell, setup.settings->bell);
	assert_int_equal(renewed->notify, setup.settings->notify);
	assert_int_equal(renewed->display, setup.settings->display);
	settings_destroy(renewed);
	settings_destroy(fresh);
	settings_destroy(first);
	setup_close(&setup);
	free(arguments.given);
}

static void a_page_that_is_none_is_told_as_at_the_start(void **state)
{
	(void)state;
	struct arguments arguments = {.command = &board_command, .given_count = 1};
	struct error err = {.text = ""};
	arguments.given = memory_new(1, sizeof *arguments.given);
	arguments.given[0].option = &config_option;
	arguments.given[0].value = file;
	write_file("wall_pages = { \"figures\", \"gone\" }\n");
	assert_null(setup_again(&arguments, &err));
	assert_non_null(strstr(err.text, "there is no page \"gone\""));
	free(arguments.given);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wall_stays_one),
		cmocka_unit_test(a_page_that_is_none_is_told_as_at_the_start),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
