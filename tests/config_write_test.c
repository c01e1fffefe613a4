/* Settings in force as text: read again they are the same, nothing that may be a secret is in it, and what counts is told apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/settings.h"

#include <cmocka.h> /* last: its macro fail() would hide ours */

static const char *const sample =
	"site = 'a \"b\" \\\\ c'\n"
	"zone = \"Europe/Berlin\"\n"
	"day_start = \"05:30\"\n"
	"feeds = { \"tcp://pbx:5556\", 'ipc:///run/${x}' }\n"
	"fcr_within = \"1d2h\"\n"
	"frames = 2.5\n"
	"formula = \"SL3\"\n"
	"key_file = '/etc/it\\'s'\n"
	"store = \"redis://user:hunter2@redis/0\"\n"
	"feed \"tcp://pbx:5556\" { server_key = \"/etc/tablo/pbx.pub\" }\n"
	"queue \"Billing {'x'}\" { title = \"Money\" target = \"30s\" hidden = yes }\n"
	"level \"longest_wait\" { queue = \"Billing {'x'}\" warn = \"30s\" crit = 60.25 hold = \"10s\" }\n"
	"alert \"phones stalled\" { metric = \"abandon_rate\" channel = \"phone\" enter = \"5 %\" leave = 4.000001 severity = \"critical\" "
	"exec = \"curl -H hunter2\" }\n";

static struct settings *load(const char *text)
{
	char path[] = "/tmp/tablo-write-XXXXXX";
	int file = mkstemp(path);
	struct error err = {""};
	struct settings *settings = settings_create();
	assert_int_equal(write(file, text, strlen(text)), strlen(text));
	close(file);
	if (!settings_load(settings, path, NULL, &err))
		fail_msg("%s\n%s", err.text, text);
	unlink(path);
	return settings;
}

static char *written(const struct settings *settings)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	settings_write(settings, to);
	fclose(to);
	return text;
}

static void what_is_written_is_read_again(void **state)
{
	(void)state;
	struct settings *settings = load(sample);
	char *first = written(settings);
	struct settings *again = load(first);
	char *second = written(again);
	assert_string_equal(first, second);
	assert_string_equal(again->site, "a \"b\" \\ c");
	assert_string_equal(again->feeds[1], "ipc:///run/${x}");
	assert_string_equal(again->key_file, "/etc/it's");
	assert_string_equal(again->queues[0].name, "Billing {'x'}");
	assert_true(again->levels[0].crit == 60.25 && again->alerts[0].leave == 4.000001 && again->frames == 2.5);
	assert_true(settings_fingerprint(again) == settings_fingerprint(settings));
	settings_destroy(settings);
	settings_destroy(again);
	settings = settings_create();
	free(second);
	second = written(settings);
	again = load(second);
	assert_true(settings_fingerprint(again) == settings_fingerprint(settings));
	settings_destroy(settings);
	settings_destroy(again);
	free(first);
	free(second);
}

static void no_secret_is_written(void **state)
{
	(void)state;
	struct settings *settings = load(sample);
	char *shown = written(settings);
	assert_non_null(strstr(settings->store, "hunter2"));
	assert_non_null(strstr(settings->alerts[0].exec, "hunter2"));
	assert_null(strstr(shown, "hunter2"));
	assert_non_null(strstr(shown, "/etc/tablo/pbx.pub"));
	settings_destroy(settings);
	free(shown);
}

/* Each line alone: what counts changes the fingerprint, what does not leaves it. */
static void what_counts_is_told_apart(void **state)
{
	(void)state;
	static const struct {
		const char *name, *value;
		bool counts;
	} changes[] = {{"zone", "UTC", true}, {"fcr_within", "3d", true}, {"target_email", "1h", true}, {"history_days", "9", true},
		{"title", "x", false}, {"frames", "2", false}, {"journal", "/j", false}, {"key_file", "/k", false}, {"store", "unix:///x", false}};
	struct settings *plain = settings_create();
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		struct settings *settings = settings_create();
		assert_true(settings_set(settings, changes[i].name, changes[i].value, NULL));
		assert_int_equal(settings_fingerprint(settings) != settings_fingerprint(plain), changes[i].counts);
		settings_destroy(settings);
	}
	settings_destroy(plain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(no_secret_is_written),
		cmocka_unit_test(what_counts_is_told_apart),
	};
	return cmocka_run_group_tests_name("config_write", tests, NULL, NULL);
}
