#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/redis_secret.h"
#include "store/redis_tls.h"
#include "store/redis_url.h"

#include <cmocka.h> /* last: it makes a macro of fail */

static struct redis_url good(const char *text)
{
	struct redis_url url;
	struct error err = {""};
	if (!redis_url_parse(text, &url, &err))
		fail_msg("%s: %s", text, err.text);
	return url;
}

static void test_server(void **state)
{
	(void)state;
	struct redis_url url = good("redis://db1");
	assert_int_equal(url.way, REDIS_BY_HOST);
	assert_string_equal(url.hosts[0].host, "db1");
	assert_int_equal(url.hosts[0].port, 6379);
	assert_string_equal(url.shown, "redis://db1:6379");
	url = good("redis://tablo:/etc/tablo/redis%40home@db1.example:7000/3");
	assert_string_equal(url.user, "tablo");
	assert_string_equal(url.pass_file, "/etc/tablo/redis@home");
	assert_int_equal(url.hosts[0].port, 7000);
	assert_int_equal(url.database, 3);
	assert_string_equal(url.shown, "redis://db1.example:7000/3");
	url = good("redis://:/run/secret@[fe80::1]:6380");
	assert_string_equal(url.user, "");
	assert_string_equal(url.hosts[0].host, "fe80::1");
	assert_int_equal(url.hosts[0].port, 6380);
	assert_string_equal(url.shown, "redis://[fe80::1]:6380");
	assert_string_equal(good("redis://[::1]").hosts[0].host, "::1");
}

static void test_unix(void **state)
{
	(void)state;
	struct redis_url url = good("unix:///run/redis/redis.sock");
	assert_int_equal(url.way, REDIS_BY_UNIX);
	assert_string_equal(url.hosts[0].host, "/run/redis/redis.sock");
	assert_int_equal(url.hosts[0].port, 0);
	url = good("unix:///run/a%20b?db=2&user=tablo&pass-file=/etc/p");
	assert_string_equal(url.hosts[0].host, "/run/a b");
	assert_int_equal(url.database, 2);
	assert_string_equal(url.user, "tablo");
	assert_string_equal(url.pass_file, "/etc/p");
	assert_string_equal(url.shown, "unix:///run/a b?db=2");
}

static void test_sentinel_and_cluster(void **state)
{
	(void)state;
	struct redis_url url = good("redis+sentinel://u:/p@s1,s2:26380,[::1]:5/mymaster/4?sentinel-pass-file=/q");
	assert_int_equal(url.way, REDIS_BY_SENTINEL);
	assert_int_equal(url.host_count, 3);
	assert_int_equal(url.hosts[0].port, 26379);
	assert_int_equal(url.hosts[1].port, 26380);
	assert_int_equal(url.hosts[2].port, 5);
	assert_string_equal(url.master, "mymaster");
	assert_string_equal(url.sentinel_pass_file, "/q");
	assert_int_equal(url.database, 4);
	assert_string_equal(url.shown, "redis+sentinel://s1:26379,s2:26380,[::1]:5/mymaster/4");
	url = good("redis+cluster://n1:7001,n2:7002");
	assert_int_equal(url.way, REDIS_BY_CLUSTER);
	assert_int_equal(url.host_count, 2);
	assert_int_equal(url.hosts[1].port, 7002);
}

static void test_refused(void **state)
{
	(void)state;
	static const char *const bad[][2] = {
		{"http://x", "redis://HOST:PORT"},
		{"redis://", "host is missing"},
		{"redis://:6379", "host is missing"},
		{"redis://h:0", "port"},
		{"redis://h:65536", "port"},
		{"redis://h:x", "port"},
		{"redis://h:99999999999999999999", "port"},
		{"redis://h/abc", "database number"},
		{"redis://h/-1", "database number"},
		{"redis://h/1/2", "database number"},
		{"redis://a,b", "redis+sentinel"},
		{"redis://[::1", "brackets"},
		{"redis://[::1]x", "brackets"},
		{"redis://user@h", "USER:PASS-FILE"},
		{"redis://user:@h", "USER:PASS-FILE"},
		{"redis://u:%zz@h", "not well-formed"},
		{"redis://u:%00@h", "not well-formed"},
		{"redis://h?db=1", "no option"},
		{"redis+cluster://a,b/1", "database 0"},
		{"redis+sentinel://a,b", "master's name"},
		{"redis+sentinel://a,,b/m", "host is missing"},
		{"unix://relative", "absolute"},
		{"unix:///a?colour=1", "no option"},
		{"redis://a\nb", "host"},
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct redis_url url = {.database = 77};
		struct error err = {""};
		assert_false(redis_url_parse(bad[i][0], &url, &err));
		if (!strstr(err.text, bad[i][1]))
			fail_msg("%s: %s", bad[i][0], err.text);
		assert_int_equal(url.database, 77);
	}
}

static void test_too_long(void **state)
{
	(void)state;
	char text[2000] = "unix:///";
	struct redis_url url;
	memset(text + 8, 'a', 150);
	assert_false(redis_url_parse(text, &url, NULL));
	memset(text, 0, sizeof text);
	strcpy(text, "redis://");
	memset(text + 8, 'h', 1500);
	assert_false(redis_url_parse(text, &url, NULL));
	strcpy(text, "redis+cluster://a");
	for (int i = 0; i < REDIS_HOSTS_MOST; i++)
		strcat(text, ",b");
	assert_false(redis_url_parse(text, &url, NULL));
}

/* Whatever stands before '@' may be a password that does not belong there. */
static void test_a_password_is_not_repeated(void **state)
{
	(void)state;
	static const char *const bad[] = {"redis://u:hunter2@h:0", "redis://hunter2@h", "redis://u:hunter2@", "redis://u:hunter2@h/x",
		"redis://u:hunter2%@h", "redis+cluster://u:hunter2@h/9", "rediss://u:hunter2@h:0"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct redis_url url;
		struct error err = {""};
		assert_false(redis_url_parse(bad[i], &url, &err));
		assert_null(strstr(err.text, "hunter2"));
	}
	assert_null(strstr(good("redis://u:hunter2@h").shown, "hunter2"));
	struct redis_secret secret;
	struct error err = {""};
	unsetenv("CREDENTIALS_DIRECTORY");
	assert_false(redis_secret_read("hunter2", &secret, &err));
	assert_null(strstr(err.text, "hunter2"));
	assert_non_null(strstr(err.text, "0600"));
	setenv("CREDENTIALS_DIRECTORY", "/nonexistent", 1);
	assert_false(redis_secret_read("hunter2", &secret, &err));
	assert_null(strstr(err.text, "hunter2"));
	unsetenv("CREDENTIALS_DIRECTORY");
}

static void test_tls_where_there_is_none(void **state)
{
	(void)state;
	struct redis_url url;
	struct error err = {""};
	if (redis_tls_available()) {
		assert_true(good("rediss://h?ca-file=/ca.pem").tls);
		return;
	}
	assert_false(redis_url_parse("rediss://h", &url, &err));
	assert_non_null(strstr(err.text, redis_tls_hiredis()));
	assert_non_null(strstr(err.text, "stunnel"));
	assert_non_null(strstr(err.text, "unix://"));
}

/* ---- the password file ---- */

static char folder[] = "/tmp/tablo-secret-XXXXXX";

static const char *file_of(const char *name, const char *text, mode_t mode)
{
	static char path[200];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	unlink(path);
	const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(file >= 0);
	assert_int_equal(write(file, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(file, mode), 0);
	close(file);
	return path;
}

static void refused(const char *path, const char *why)
{
	struct redis_secret secret = {.size = 99};
	struct error err = {""};
	assert_false(redis_secret_read(path, &secret, &err));
	if (!strstr(err.text, why))
		fail_msg("%s", err.text);
	assert_int_equal(secret.size, 99);
}

static void test_password_file(void **state)
{
	(void)state;
	struct redis_secret secret;
	struct error err = {""};
	char long_text[600];
	assert_true(redis_secret_read(file_of("a", "open sesame\r\n", 0600), &secret, &err));
	assert_string_equal(secret.text, "open sesame");
	assert_int_equal(secret.size, 11);
	redis_secret_erase(&secret);
	assert_int_equal(secret.text[0], 0);
	assert_true(redis_secret_read(file_of("a", "x", 0400), &secret, &err));
	refused(file_of("b", "x\n", 0640), "chmod 600");
	refused(file_of("b", "x\n", 0604), "chmod 600");
	refused(file_of("b", "x\ny\n", 0600), "several lines");
	refused(file_of("b", "\n", 0600), "is empty");
	memset(long_text, 'p', sizeof long_text - 1);
	long_text[sizeof long_text - 1] = 0;
	refused(file_of("b", long_text, 0600), "longer");
	refused("/nonexistent/password", "/nonexistent/password");
	refused(folder, "no regular file");
	char path[200];
	snprintf(path, sizeof path, "%s/fifo", folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	refused(path, "no regular file"); /* and it does not hang */
	if (geteuid() == 0) {
		const char *theirs = file_of("c", "x\n", 0600);
		assert_int_equal(chown(theirs, 12345, 12345), 0);
		refused(theirs, "chown");
	}
}

static void test_credential(void **state)
{
	(void)state;
	struct redis_secret secret;
	struct error err = {""};
	file_of("redis", "swordfish\n", 0440); /* what systemd makes */
	setenv("CREDENTIALS_DIRECTORY", folder, 1);
	assert_true(redis_secret_read("redis", &secret, &err));
	assert_string_equal(secret.text, "swordfish");
	refused("../redis", "neither");
	refused(".", "neither");
	file_of("redis", "swordfish\n", 0444);
	refused("redis", "others may read");
	unsetenv("CREDENTIALS_DIRECTORY");
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	char command[100];
	snprintf(command, sizeof command, "rm -rf %s", folder);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_server),
		cmocka_unit_test(test_unix),
		cmocka_unit_test(test_sentinel_and_cluster),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_a_password_is_not_repeated),
		cmocka_unit_test(test_tls_where_there_is_none),
		cmocka_unit_test(test_password_file),
		cmocka_unit_test(test_credential),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
