#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/notify.h"

#include <cmocka.h> /* last: it makes a macro of fail */

/* The service manager's end: a datagram socket at the path, or at the abstract name behind '@'. */
static int manager(const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	memcpy(address.sun_path, name, strlen(name));
	if (*name == '@')
		address.sun_path[0] = 0;
	int file = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));
	assert_int_equal(bind(file, (const struct sockaddr *)&address, size), 0);
	setenv("NOTIFY_SOCKET", name, 1);
	return file;
}

static void expect(int file, const char *text)
{
	char got[1024] = "";
	ssize_t size = recv(file, got, sizeof got - 1, 0);
	assert_int_equal(size, strlen(text));
	assert_string_equal(got, text);
}

static int forget(void **state)
{
	(void)state;
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	return 0;
}

static void test_every_word_arrives_as_one_datagram(void **state)
{
	(void)state;
	struct error err;
	char folder[] = "/tmp/tablo-notify-XXXXXX", path[64];
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/socket", folder);
	int file = manager(path);
	assert_true(notify_ready(&err));
	expect(file, "READY=1");
	assert_true(notify_watchdog(&err));
	expect(file, "WATCHDOG=1");
	assert_true(notify_stopping(&err));
	expect(file, "STOPPING=1");
	assert_true(notify_status(&err, "%d feeds live", 3));
	expect(file, "STATUS=3 feeds live");
	close(file);
	unlink(path);
	rmdir(folder);
}

static void test_an_abstract_name_is_reached(void **state)
{
	(void)state;
	struct error err;
	char name[64];
	snprintf(name, sizeof name, "@tablo-notify-%d", (int)getpid());
	int file = manager(name);
	assert_true(notify_ready(&err));
	expect(file, "READY=1");
	close(file);
}

/* Names from feeds come into it: a newline would be another assignment, such as READY or MAINPID. */
static void test_a_status_is_one_line(void **state)
{
	(void)state;
	struct error err;
	char name[64], large[4000];
	snprintf(name, sizeof name, "@tablo-status-%d", (int)getpid());
	int file = manager(name);
	assert_true(notify_status(&err, "%s", "bad\nMAINPID=1\x1b"));
	expect(file, "STATUS=bad MAINPID=1 ");
	memset(large, 'x', sizeof large - 1);
	large[sizeof large - 1] = 0;
	assert_true(notify_status(&err, "%s", large));
	char got[4096];
	ssize_t size = recv(file, got, sizeof got, 0);
	assert_int_equal(size, 511);
	close(file);
}

static void test_without_a_manager_nothing_happens(void **state)
{
	(void)state;
	struct error err = {"untouched"};
	assert_true(notify_ready(&err));
	setenv("NOTIFY_SOCKET", "", 1);
	assert_true(notify_watchdog(&err));
	assert_string_equal(err.text, "untouched");
}

static void test_what_cannot_be_reached_is_told(void **state)
{
	(void)state;
	struct error err;
	char large[300];
	memset(large, '/', sizeof large - 1);
	large[sizeof large - 1] = 0;
	const char *const names[] = {"relative", "/", "@", large, "/no/such/socket"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		setenv("NOTIFY_SOCKET", names[i], 1);
		err.text[0] = 0;
		assert_false(notify_ready(&err));
		assert_true(strlen(err.text) > 10);
	}
}

static void test_the_interval_is_half_of_the_patience(void **state)
{
	(void)state;
	assert_int_equal(notify_interval(), 0);
	setenv("WATCHDOG_USEC", "30000000", 1);
	assert_int_equal(notify_interval(), 0); /* nobody to tell */
	setenv("NOTIFY_SOCKET", "/x", 1);
	assert_int_equal(notify_interval(), 15000);
	setenv("WATCHDOG_PID", "1", 1);
	assert_int_equal(notify_interval(), 0); /* meant for another */
	char own[32];
	snprintf(own, sizeof own, "%d", (int)getpid());
	setenv("WATCHDOG_PID", own, 1);
	assert_int_equal(notify_interval(), 15000);
	static const char *const wrong[] = {"", "0", "-5", "abc", "10s", "99999999999999999999"};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		setenv("WATCHDOG_USEC", wrong[i], 1);
		assert_int_equal(notify_interval(), 0);
	}
	setenv("WATCHDOG_USEC", "1", 1);
	assert_int_equal(notify_interval(), 1);
}

static void test_beats_keep_their_interval(void **state)
{
	(void)state;
	char name[64], text[64];
	struct notify_beats beats = {0};
	snprintf(name, sizeof name, "@tablo-beats-%d", (int)getpid());
	int file = manager(name);
	setenv("WATCHDOG_USEC", "2000000", 1);
	int count = 0;
	for (int64_t now = 5000; now < 15000; now += 250) {
		notify_beat(&beats, now);
		while (recv(file, text, sizeof text, 0) > 0)
			count++;
	}
	assert_int_equal(count, 10);
	close(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_every_word_arrives_as_one_datagram, forget),
		cmocka_unit_test_teardown(test_an_abstract_name_is_reached, forget),
		cmocka_unit_test_teardown(test_a_status_is_one_line, forget),
		cmocka_unit_test_teardown(test_without_a_manager_nothing_happens, forget),
		cmocka_unit_test_teardown(test_what_cannot_be_reached_is_told, forget),
		cmocka_unit_test_teardown(test_the_interval_is_half_of_the_patience, forget),
		cmocka_unit_test_teardown(test_beats_keep_their_interval, forget),
	};
	forget(NULL);
	return cmocka_run_group_tests_name("notify", tests, NULL, NULL);
}
