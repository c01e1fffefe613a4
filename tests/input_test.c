#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zlib.h>

#include "base/input.h"
#include "base/memory.h"

#include <cmocka.h> /* last: it makes a macro of fail */

/* A small generator of our own, so that a failure can be repeated anywhere. */
static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

struct file {
	char path[64];
};

static void *write_file(struct file *file, const void *bytes, size_t size)
{
	strcpy(file->path, "/tmp/tablo-base-test-XXXXXX");
	const int descriptor = mkstemp(file->path);
	assert_true(descriptor >= 0);
	assert_int_equal(write(descriptor, bytes, size), (ssize_t)size);
	close(descriptor);
	return file;
}

static unsigned char *pack(const void *bytes, size_t size, size_t *packed)
{
	z_stream stream = {0};
	assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	const size_t room = deflateBound(&stream, size) + 64;
	unsigned char *to = memory_new(room, 1);
	stream.next_in = (unsigned char *)(uintptr_t)bytes;
	stream.avail_in = (uInt)size;
	stream.next_out = to;
	stream.avail_out = (uInt)room;
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	*packed = stream.total_out;
	deflateEnd(&stream);
	return to;
}

static struct input *open_input(const struct file *file)
{
	struct error err = {""};
	struct input *input = input_open(file->path, &err);
	if (!input)
		fail_msg("%s", err.text);
	return input;
}

static void expect_line(struct input *input, const char *expected, size_t size)
{
	struct view line;
	struct error err = {""};
	assert_int_equal(input_next(input, &line, &err), INPUT_LINE);
	assert_int_equal(line.size, size);
	assert_memory_equal(line.data, expected, size);
}
#define EXPECT_LINE(input, literal) expect_line(input, literal, sizeof(literal) - 1)

static void expect_end(struct input *input, enum input_state expected, const char *message)
{
	struct view line;
	struct error err = {""};
	assert_int_equal(input_next(input, &line, &err), expected);
	if (message && !strstr(err.text, message))
		fail_msg("'%s' does not say '%s'", err.text, message);
}

static void test_input_plain(void **state)
{
	(void)state;
	static const char text[] = "\xEF\xBB\xBFone\r\n\ntwo\0zwei\n\xff\nlast";
	struct file file;
	write_file(&file, text, sizeof text - 1);
	struct input *input = open_input(&file);
	assert_int_equal(input_size(input), sizeof text - 1);
	EXPECT_LINE(input, "one");
	EXPECT_LINE(input, "");
	EXPECT_LINE(input, "two\0zwei");
	assert_int_equal(input_line(input), 3);
	EXPECT_LINE(input, "\xff");
	EXPECT_LINE(input, "last");
	expect_end(input, INPUT_END, NULL);
	expect_end(input, INPUT_END, NULL);
	assert_int_equal(input_line(input), 5);
	assert_int_equal(input_position(input), sizeof text - 1);
	input_close(input);
	unlink(file.path);
	write_file(&file, "", 0);
	input = open_input(&file);
	expect_end(input, INPUT_END, NULL);
	input_close(input);
	unlink(file.path);
	struct error err = {""};
	assert_null(input_open(file.path, &err));
	assert_non_null(strstr(err.text, "No such file"));
	assert_null(input_open("/tmp", &err));
	assert_non_null(strstr(err.text, "is a directory"));
	input_close(NULL);
}

static void test_input_long(void **state)
{
	(void)state;
	const size_t sizes[] = {INPUT_LINE_MAX, INPUT_LINE_MAX + 1, 3 * INPUT_LINE_MAX + 12345};
	const size_t total = sizes[0] + sizes[1] + sizes[2] + 3 + 5;
	char *text = memory_new(total, 1), *at = text;
	for (size_t i = 0; i < 3; i++) {
		memset(at, 'a' + (int)i, sizes[i]);
		at[sizes[i]] = '\n';
		at += sizes[i] + 1;
	}
	memcpy(at, "after", 5);
	size_t packed_size;
	unsigned char *packed = pack(text, total, &packed_size);
	for (int as_gzip = 0; as_gzip < 2; as_gzip++) {
		struct file file;
		write_file(&file, as_gzip ? (void *)packed : text, as_gzip ? packed_size : total);
		struct input *input = open_input(&file);
		expect_line(input, text, sizes[0]);
		expect_end(input, INPUT_TOO_LONG, NULL);
		assert_int_equal(input_line(input), 2);
		expect_end(input, INPUT_TOO_LONG, NULL);
		EXPECT_LINE(input, "after");
		assert_int_equal(input_line(input), 4);
		expect_end(input, INPUT_END, NULL);
		input_close(input);
		unlink(file.path);
	}
	free(packed);
	free(text);
}

static char *make_lines(int count, size_t *size)
{
	char *text = memory_new((size_t)count, 32);
	*size = 0;
	uint64_t random = 5;
	for (int i = 1; i <= count; i++)
		*size += (size_t)sprintf(
			text + *size, "%d %llx\n", i, (unsigned long long)next_random(&random));
	return text;
}

/* How many lines came before what ended it. */
static int count_lines(const struct file *file, enum input_state *state, struct error *err)
{
	struct input *input = open_input(file);
	struct view line;
	int count = 0;
	while ((*state = input_next(input, &line, err)) == INPUT_LINE)
		assert_int_equal(strtol(line.data, NULL, 10), ++count);
	struct error again = {""};
	if (*state == INPUT_FAILED) /* and it stays so */
		assert_int_equal(input_next(input, &line, &again), INPUT_FAILED);
	input_close(input);
	return count;
}

static void test_input_gzip(void **state)
{
	(void)state;
	size_t size, packed_size;
	char *text = make_lines(20000, &size);
	unsigned char *packed = pack(text, size, &packed_size);
	struct file file;
	struct error err = {""};
	enum input_state end;

	write_file(&file, packed, packed_size);
	assert_int_equal(count_lines(&file, &end, &err), 20000);
	assert_int_equal(end, INPUT_END);
	unlink(file.path);

	write_file(&file, packed, packed_size / 2); /* cut short */
	const int half = count_lines(&file, &end, &err);
	assert_in_range(half, 8000, 12000);
	assert_int_equal(end, INPUT_FAILED);
	char expected[40];
	snprintf(expected, sizeof expected, "damaged after line %d:", half);
	assert_non_null(strstr(err.text, expected));
	assert_non_null(strstr(err.text, file.path));
	assert_non_null(strstr(err.text, "ends too early"));
	unlink(file.path);

	write_file(&file, packed, packed_size - 1); /* all lines, but not the whole checksum */
	assert_int_equal(count_lines(&file, &end, &err), 20000);
	assert_int_equal(end, INPUT_FAILED);
	unlink(file.path);

	packed[packed_size - 6] ^= 1; /* a wrong checksum */
	write_file(&file, packed, packed_size);
	assert_int_equal(count_lines(&file, &end, &err), 20000);
	assert_int_equal(end, INPUT_FAILED);
	assert_non_null(strstr(err.text, "damaged"));
	packed[packed_size - 6] ^= 1;
	unlink(file.path);

	memset(packed + packed_size / 2, 0xFF,
		64); /* rot in the middle: what follows it may be garbage until zlib notices */
	write_file(&file, packed, packed_size);
	struct input *input = open_input(&file);
	struct view line;
	while ((end = input_next(input, &line, &err)) == INPUT_LINE)
		;
	assert_int_equal(end, INPUT_FAILED);
	assert_in_range(input_line(input), 8000, 25000);
	input_close(input);
	unlink(file.path);
	free(packed);
	free(text);
}

static void test_input_members(void **state)
{
	(void)state;
	size_t one_size, two_size;
	unsigned char *one = pack("one\ntw", 6, &one_size), *two = pack("o\nthree\n", 8, &two_size);
	unsigned char both[512] = {0};
	memcpy(both, one, one_size);
	memcpy(both + one_size, two, two_size);
	struct file file;
	for (size_t padding = 0; padding <= 100; padding += 100) { /* zeros behind are padding */
		write_file(&file, both, one_size + two_size + padding);
		struct input *input = open_input(&file);
		EXPECT_LINE(input, "one");
		EXPECT_LINE(input, "two");
		EXPECT_LINE(input, "three");
		expect_end(input, INPUT_END, NULL);
		input_close(input);
		unlink(file.path);
	}
	memcpy(both + one_size + two_size, "garbage", 7);
	write_file(&file, both, one_size + two_size + 7);
	struct input *input = open_input(&file);
	EXPECT_LINE(input, "one");
	EXPECT_LINE(input, "two");
	EXPECT_LINE(input, "three");
	expect_end(input, INPUT_FAILED, "damaged");
	input_close(input);
	unlink(file.path);
	free(one);
	free(two);
}

static void test_input_pipe(void **state)
{
	(void)state;
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	const int kept = dup(STDIN_FILENO);
	dup2(ends[0], STDIN_FILENO);
	close(ends[0]);
	struct error err = {""};
	struct input *input = input_open("-", &err);
	assert_non_null(input);
	assert_string_equal(input_name(input), "standard input");
	assert_int_equal(input_size(input), 0);
	assert_true(input_set_nonblocking(input, &err));
	expect_end(input, INPUT_WAIT, NULL);
	assert_int_equal(write(ends[1], "a", 1), 1);
	expect_end(input, INPUT_WAIT, NULL);
	assert_int_equal(write(ends[1], "b\nc", 3), 3);
	EXPECT_LINE(input, "ab");
	expect_end(input, INPUT_WAIT, NULL);
	close(ends[1]);
	EXPECT_LINE(input, "c");
	expect_end(input, INPUT_END, NULL);
	assert_int_equal(input_descriptor(input), STDIN_FILENO);
	input_close(input);
	assert_false(fcntl(STDIN_FILENO, F_GETFL) & O_NONBLOCK);
	dup2(kept, STDIN_FILENO);
	close(kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_input_plain),
		cmocka_unit_test(test_input_long),
		cmocka_unit_test(test_input_gzip),
		cmocka_unit_test(test_input_members),
		cmocka_unit_test(test_input_pipe),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
