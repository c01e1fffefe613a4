#include <errno.h>
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

#include <zmq.h>

#include "feed/curve_keys.h"
#include "feed/endpoint.h"
#include "feed/handshake.h"

#include <cmocka.h> /* last: it makes a macro of fail */

struct place {
	char folder[64], path[96];
};

static int open_place(void **state)
{
	static struct place place;
	place = (struct place){.folder = "/tmp/tablo-keys-XXXXXX"};
	if (!mkdtemp(place.folder))
		return -1;
	snprintf(place.path, sizeof place.path, "%s/key", place.folder);
	umask(022);
	*state = &place;
	return 0;
}

static int close_place(void **state)
{
	struct place *place = *state;
	char command[128];
	snprintf(command, sizeof command, "rm -r '%s'", place->folder);
	return system(command);
}

static void write_file(const char *path, const char *text, mode_t mode)
{
	unlink(path);
	int file = open(path, O_WRONLY | O_CREAT | O_EXCL, mode);
	assert_true(file >= 0);
	assert_int_equal(fchmod(file, mode), 0);
	assert_int_equal(write(file, text, strlen(text)), (ssize_t)strlen(text));
	close(file);
}

static mode_t mode_of(const char *path)
{
	struct stat about;
	assert_int_equal(lstat(path, &about), 0);
	return about.st_mode & 07777;
}

static void test_a_pair_is_written_and_read(void **state)
{
	struct place *place = *state;
	struct curve_pair made, read = {0};
	struct error err;
	char beside[128], public[CURVE_KEY_ROOM];
	assert_true(curve_pair_create(&made, &err));
	assert_true(curve_pair_write(place->path, &made, &err));
	assert_int_equal(mode_of(place->path), 0600);
	snprintf(beside, sizeof beside, "%s.pub", place->path);
	assert_int_equal(mode_of(beside), 0644);
	assert_true(curve_pair_read(place->path, &read, &err));
	assert_memory_equal(&made, &read, sizeof made);
	assert_true(curve_public_read(beside, public, &err));
	assert_string_equal(public, made.public);
	assert_true(curve_public_read(made.public, public, &err));
	assert_string_equal(public, made.public);
	curve_pair_forget(&made);
	const struct curve_pair nothing = {0};
	assert_memory_equal(&made, &nothing, sizeof made);
}

static void test_a_key_is_never_overwritten(void **state)
{
	struct place *place = *state;
	struct curve_pair first, second, read;
	struct error err;
	char beside[128];
	assert_true(curve_pair_create(&first, &err) && curve_pair_create(&second, &err));
	assert_string_not_equal(first.public, second.public);
	assert_true(curve_pair_write(place->path, &first, &err));
	assert_false(curve_pair_write(place->path, &second, &err));
	assert_non_null(strstr(err.text, "never overwritten"));
	/* The secret file alone is in the way: its public half must not be changed either. */
	snprintf(beside, sizeof beside, "%s.pub", place->path);
	assert_int_equal(unlink(beside), 0);
	assert_false(curve_pair_write(place->path, &second, &err));
	assert_int_equal(access(beside, F_OK), -1);
	assert_true(curve_pair_read(place->path, &read, &err));
	assert_string_equal(read.public, first.public);
}

/* The public half of our own keys can stand in a configuration as it is. */
static void test_a_public_key_needs_no_quoting(void **state)
{
	(void)state;
	for (int i = 0; i < 300; i++) {
		struct curve_pair pair;
		struct error err;
		assert_true(curve_pair_create(&pair, &err));
		assert_null(strchr("/.#", *pair.public));
		assert_null(strstr(pair.public, "${"));
		assert_null(strpbrk(pair.public, "\"'\\ "));
	}
}

static void expect_refused(const char *path, const char *words)
{
	struct curve_pair pair;
	struct error err = {""};
	memset(&pair, 'x', sizeof pair);
	const struct curve_pair before = pair;
	assert_false(curve_pair_read(path, &pair, &err));
	if (!strstr(err.text, words))
		print_error("\"%s\" is not in \"%s\"\n", words, err.text);
	assert_non_null(strstr(err.text, words));
	assert_non_null(strstr(err.text, path));
	assert_memory_equal(&pair, &before, sizeof pair);
}

static void test_a_secret_that_others_can_get_at_is_refused(void **state)
{
	struct place *place = *state;
	struct curve_pair pair;
	struct error err;
	char text[200];
	assert_true(curve_pair_create(&pair, &err));
	snprintf(text, sizeof text, "secret %s\n", pair.secret);
	static const mode_t bad[] = {0640, 0604, 0660, 0606, 0610, 0601, 0644, 0666, 0777};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		write_file(place->path, text, bad[i]);
		expect_refused(place->path, "chmod 600");
	}
	static const mode_t good[] = {0600, 0400};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		write_file(place->path, text, good[i]);
		assert_true(curve_pair_read(place->path, &pair, &err));
	}
}

static void test_a_secret_of_somebody_else_is_refused(void **state)
{
	struct place *place = *state;
	write_file(place->path, "secret x\n", 0600);
	if (chown(place->path, 12345, (gid_t)-1) != 0) {
		assert_int_equal(errno, EPERM);
		skip();
	}
	expect_refused(place->path, "12345");
}

static void test_only_a_regular_file_is_read(void **state)
{
	struct place *place = *state;
	struct curve_pair pair;
	struct error err;
	char link[128];
	expect_refused(place->path, "No such file");
	assert_true(curve_pair_create(&pair, &err) && curve_pair_write(place->path, &pair, &err));
	snprintf(link, sizeof link, "%s/link", place->folder);
	assert_int_equal(symlink(place->path, link), 0);
	expect_refused(link, "symbolic link");
	expect_refused(place->folder, "no regular file");
	unlink(link);
	assert_int_equal(mkfifo(link, 0600), 0);
	expect_refused(link, "no regular file"); /* and does not wait for a writer */
	assert_false(curve_pair_write(link, &pair, &err));
}

static void test_what_is_no_pair_is_refused_with_its_line(void **state)
{
	struct place *place = *state;
	struct curve_pair one, two;
	struct error err;
	char text[600];
	assert_true(curve_pair_create(&one, &err) && curve_pair_create(&two, &err));
	write_file(place->path, "", 0600);
	expect_refused(place->path, "no \"secret KEY\"");
	snprintf(text, sizeof text, "public %s\n", one.public);
	write_file(place->path, text, 0600);
	expect_refused(place->path, "no \"secret KEY\"");
	snprintf(text, sizeof text, "public %s\nsecret %s\n", two.public, one.secret);
	write_file(place->path, text, 0600);
	expect_refused(place->path, "do not belong together");
	snprintf(text, sizeof text, "secret %s\nsecret %s\n", one.secret, one.secret);
	write_file(place->path, text, 0600);
	expect_refused(place->path, ":2: ");
	write_file(place->path, "# comment\n\npassword hunter2\n", 0600);
	expect_refused(place->path, ":3: ");
	static const char *const lines[] = {"secret\n", "secret short\n", "secret \\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\n",
		"secret ########################################\n", "secret 00000000000000000000000000000000000000000\n"};
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		write_file(place->path, lines[i], 0600);
		expect_refused(place->path, ":1: ");
	}
	/* What was read is never in a message: it might be half of a secret. */
	write_file(place->path, "secret Sup3rS3cretSup3rS3cret\n", 0600);
	assert_false(curve_pair_read(place->path, &one, &err));
	assert_null(strstr(err.text, "Sup3r"));
}

static void test_a_large_file_is_refused(void **state)
{
	struct place *place = *state;
	write_file(place->path, "", 0600);
	assert_int_equal(truncate(place->path, INT64_C(1) << 40), 0);
	expect_refused(place->path, "too many");
}

static void test_a_credential_is_found_where_systemd_puts_it(void **state)
{
	struct place *place = *state;
	struct curve_pair pair, read;
	struct error err;
	unsetenv("CREDENTIALS_DIRECTORY");
	expect_refused("credential:key", "LoadCredential=key");
	assert_true(curve_pair_create(&pair, &err) && curve_pair_write(place->path, &pair, &err));
	setenv("CREDENTIALS_DIRECTORY", place->folder, 1);
	assert_true(curve_pair_read("credential:key", &read, &err));
	assert_string_equal(read.public, pair.public);
	assert_int_equal(chmod(place->path, 0440), 0); /* so it shows an access list for a dynamic user */
	assert_true(curve_pair_read("credential:key", &read, &err));
	assert_int_equal(chmod(place->path, 0444), 0);
	expect_refused("credential:key", "chmod 600");
	expect_refused("credential:../key", "no '/'");
	expect_refused("credential:", "no '/'");
	unsetenv("CREDENTIALS_DIRECTORY");
}

static void test_an_allow_list_is_read(void **state)
{
	struct place *place = *state;
	struct curve_pair one, two;
	struct error err;
	char text[600];
	size_t count;
	assert_true(curve_pair_create(&one, &err) && curve_pair_create(&two, &err));
	snprintf(text, sizeof text, "# boards\n#\n\n%s wall in the hall\r\n\t %s\n#comment", one.public, two.public);
	write_file(place->path, text, 0644);
	char (*keys)[CURVE_KEY_ROOM] = curve_allowed_read(place->path, &count, &err);
	assert_non_null(keys);
	assert_int_equal(count, 2);
	assert_string_equal(keys[0], one.public);
	assert_string_equal(keys[1], two.public);
	free(keys);
	write_file(place->path, "# nobody\n", 0644);
	keys = curve_allowed_read(place->path, &count, &err);
	assert_non_null(keys);
	assert_int_equal(count, 0);
	free(keys);
}

static void test_a_bad_allow_list_is_refused(void **state)
{
	struct place *place = *state;
	struct error err;
	char text[200], public[CURVE_KEY_ROOM];
	size_t count;
	struct curve_pair pair;
	assert_true(curve_pair_create(&pair, &err));
	snprintf(text, sizeof text, "%s\nwall %s\n", pair.public, pair.public);
	write_file(place->path, text, 0644);
	assert_null(curve_allowed_read(place->path, &count, &err));
	assert_non_null(strstr(err.text, "key:2: "));
	assert_false(curve_public_read(place->path, public, &err));
	snprintf(text, sizeof text, "%s\n%s\n", pair.public, pair.public);
	write_file(place->path, text, 0644);
	assert_false(curve_public_read(place->path, public, &err));
	assert_non_null(strstr(err.text, "not 2"));
	static const mode_t bad[] = {0664, 0646, 0666};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		write_file(place->path, text, bad[i]);
		assert_null(curve_allowed_read(place->path, &count, &err));
		assert_non_null(strstr(err.text, "chmod 644"));
	}
	static const char *const none[] = {"", "abc", "relative/path", "0000000000000000000000000000000000000000x"};
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		assert_false(curve_public_read(none[i], public, &err));
}

static void test_an_allow_list_has_an_end(void **state)
{
	struct place *place = *state;
	struct curve_pair pair;
	struct error err;
	size_t count;
	assert_true(curve_pair_create(&pair, &err));
	FILE *file = fopen(place->path, "w");
	for (int i = 0; i <= CURVE_ALLOWED_MAX; i++)
		fprintf(file, "%s\n", pair.public);
	fclose(file);
	assert_null(curve_allowed_read(place->path, &count, &err));
	assert_non_null(strstr(err.text, ":4097: more than 4096 keys"));
}

static void test_what_is_on_this_machine(void **state)
{
	(void)state;
	static const char *const local[] = {"ipc:///run/feed", "inproc://x", "tcp://127.0.0.1:5560", "tcp://127.1.2.3:1", "tcp://localhost:5560",
		"tcp://LOCALHOST:5560", "tcp://[::1]:5560", "tcp://[::ffff:127.0.0.1]:5560", "tcp://127.0.0.1:*", "tcp://10.0.0.1:0;127.0.0.1:5560"};
	static const char *const elsewhere[] = {"tcp://pbx:5560", "tcp://10.0.0.1:5560", "tcp://*:5560", "tcp://0.0.0.0:5560", "tcp://[::]:5560",
		"tcp://127.0.0.1.example.org:5560", "tcp://127.example.org:1", "tcp://localhost.example.org:1", "tcp://[::1%eth0]:5",
		"tcp://[::ffff:10.0.0.1]:5560", "tcp://127.0.0.1", "tcp://", "tcp://:5560", "tcp://[]:5", "tcp://[::1:5", "tcp://127.0.0.1:0;pbx:5560",
		"tcp://127.0.0.1;pbx:5560", "tcp://2130706433:1", "tcp://127.1:5560", "tcp://lo:5560", "pgm://127.0.0.1:5", "tipc://{1,2}", "", "127.0.0.1:1"};
	for (size_t i = 0; i < sizeof local / sizeof *local; i++)
		if (!endpoint_local(local[i]))
			fail_msg("%s is local", local[i]);
	for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++)
		if (endpoint_local(elsewhere[i]))
			fail_msg("%s is not local", elsewhere[i]);
	assert_true(endpoint_meets_itself("tcp://127.0.0.1:40000"));
	assert_true(endpoint_meets_itself("tcp://localhost:32768"));
	assert_false(endpoint_meets_itself("tcp://127.0.0.1:32767"));
	assert_false(endpoint_meets_itself("tcp://127.0.0.1:*"));
	assert_false(endpoint_meets_itself("tcp://pbx:40000"));
	assert_false(endpoint_meets_itself("ipc:///x"));
}

static void test_handshakes_are_judged(void **state)
{
	(void)state;
	struct handshake handshake = {0};
	assert_int_equal(handshake_judge(&handshake, ZMQ_EVENT_HANDSHAKE_FAILED_AUTH, 400, true), FAULT_KEY_REFUSED);
	assert_int_equal(
		handshake_judge(&handshake, ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL, ZMQ_PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH, true),
		FAULT_SECURITY);
	assert_int_equal(
		handshake_judge(&handshake, ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL, ZMQ_PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH, false),
		FAULT_SECURITY);
	assert_int_equal(handshake_judge(&handshake, ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL, ZMQ_PROTOCOL_ERROR_ZMTP_UNSPECIFIED, false),
		FAULT_NONE);
	/* Twice may be a publisher that dies; a handshake that succeeds begins the count anew. */
	for (int round = 0; round < 2; round++) {
		assert_int_equal(handshake_judge(&handshake, ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL, EPIPE, true), FAULT_NONE);
		assert_int_equal(handshake_judge(&handshake, ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL, EPIPE, true), FAULT_NONE);
		assert_int_equal(handshake_judge(&handshake, ZMQ_EVENT_HANDSHAKE_SUCCEEDED, 0, true), FAULT_NONE);
	}
	for (int i = 0; i < 10; i++)
		assert_int_equal(handshake_judge(&handshake, ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL, EPIPE, false), FAULT_NONE);
	handshake_judge(&handshake, ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL, EPIPE, true);
	handshake_judge(&handshake, ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL, EPIPE, true);
	assert_int_equal(handshake_judge(&handshake, ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL, EPIPE, true), FAULT_SERVER_KEY);
}

#define PLACE(test) cmocka_unit_test_setup_teardown(test, open_place, close_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLACE(test_a_pair_is_written_and_read),
		PLACE(test_a_key_is_never_overwritten),
		cmocka_unit_test(test_a_public_key_needs_no_quoting),
		PLACE(test_a_secret_that_others_can_get_at_is_refused),
		PLACE(test_a_secret_of_somebody_else_is_refused),
		PLACE(test_only_a_regular_file_is_read),
		PLACE(test_what_is_no_pair_is_refused_with_its_line),
		PLACE(test_a_large_file_is_refused),
		PLACE(test_a_credential_is_found_where_systemd_puts_it),
		PLACE(test_an_allow_list_is_read),
		PLACE(test_a_bad_allow_list_is_refused),
		PLACE(test_an_allow_list_has_an_end),
		cmocka_unit_test(test_what_is_on_this_machine),
		cmocka_unit_test(test_handshakes_are_judged),
	};
	if (!zmq_has("curve"))
		return 77; /* meson: skipped */
	return cmocka_run_group_tests_name("curve_keys", tests, NULL, NULL);
}
