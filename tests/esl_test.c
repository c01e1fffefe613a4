/* Frames of FreeSWITCH's event socket: cut anywhere, and hostile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "feed/bridges/esl.h"

#include <cmocka.h>

#define CONVERSATION                                                                                          \
	"Content-Type: auth/request\n\n"                                                                      \
	"Content-Type: command/reply\nReply-Text: +OK accepted\n\n"                                           \
	"Content-Length: 31\nContent-Type: text/event-plain\n\nEvent-Name: HEARTBEAT\nA: b%20c\n"              \
	"\r\nContent-Type: api/response\r\nContent-Length: 4\r\n\r\n+OK\nContent-Type: command/reply\n\n"

static char *frames_of(struct esl *esl)
{
	char *text = NULL;
	size_t size = 0;
	struct esl_frame frame;
	FILE *to = open_memstream(&text, &size);
	while (esl_next(esl, &frame, NULL) == ESL_FRAME) {
		const struct view type = esl_header(frame.head, "content-type");
		fprintf(to, "%.*s[%.*s];", (int)type.size, type.data, (int)frame.content.size, frame.content.size ? frame.content.data : "");
	}
	fclose(to);
	return text;
}

static void give(struct esl *esl, const char *bytes, size_t size)
{
	memcpy(esl_room(esl, size + 1), bytes, size);
	esl_added(esl, size);
}

static void test_cut_anywhere(void **state)
{
	(void)state;
	static const char whole[] = CONVERSATION;
	for (size_t cut = 0; cut < sizeof whole; cut++) {
		struct esl esl = {0};
		give(&esl, whole, cut);
		char *first = frames_of(&esl);
		give(&esl, whole + cut, sizeof whole - 1 - cut);
		char *second = frames_of(&esl), *both = memory_format("%s%s", first, second);
		assert_string_equal(both, "auth/request[];command/reply[];text/event-plain[Event-Name: HEARTBEAT\nA: b%20c\n];api/response[+OK\n"
			"];command/reply[];");
		free(first);
		free(second);
		free(both);
		esl_finish(&esl);
	}
}

static void test_hostile_lengths(void **state)
{
	(void)state;
	static const char *const lengths[] = {"-1", "99999999999999999999", "1e3", "", "16777217", "0x10", "7 7", "18446744073709551616"};
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		struct esl esl = {0};
		struct esl_frame frame;
		struct error err = {""};
		char *text = memory_format("Content-Length: %s\n\nabc", lengths[i]);
		give(&esl, text, strlen(text));
		assert_int_equal(esl_next(&esl, &frame, &err), ESL_BROKEN);
		assert_non_null(strstr(err.text, "Content-Length"));
		free(text);
		esl_finish(&esl);
	}
}

static void test_two_lengths(void **state)
{
	(void)state;
	struct esl esl = {0};
	struct esl_frame frame;
	static const char twice[] = "Content-Length: 2\nContent-Length: 2\n\nab", differ[] = "Content-Length: 2\nContent-Length: 3\n\nabc";
	give(&esl, twice, strlen(twice));
	assert_int_equal(esl_next(&esl, &frame, NULL), ESL_FRAME);
	assert_int_equal(frame.content.size, 2);
	give(&esl, differ, strlen(differ));
	assert_int_equal(esl_next(&esl, &frame, NULL), ESL_BROKEN);
	esl_finish(&esl);
}

static void test_endless_head(void **state)
{
	(void)state;
	struct esl esl = {0};
	struct esl_frame frame;
	enum esl_state got = ESL_MORE;
	size_t given = 0;
	for (; got == ESL_MORE && given < 10 * ESL_HEAD_MOST; given += 16) {
		give(&esl, "Name: of a line\n", 16);
		got = esl_next(&esl, &frame, NULL);
	}
	assert_int_equal(got, ESL_BROKEN);
	assert_in_range(given, ESL_HEAD_MOST, ESL_HEAD_MOST + 32);
	esl_finish(&esl);
}

static void test_values(void **state)
{
	(void)state;
	char text[ESL_VALUE_MOST], small[4];
	const struct view block = view_of("no header\n: none\nA: %41%zz%4\nB:  x%00y\r\nN: 42\nBig: 9223372036854775808\na: second\n");
	assert_string_equal(esl_value(block, "a", text, sizeof text).data, "A%zz%4");
	assert_int_equal(esl_value(block, "B", text, sizeof text).size, 3);
	assert_string_equal(esl_value(block, "A", small, sizeof small).data, "A%z");
	assert_int_equal(esl_value(block, "none of it", text, sizeof text).size, 0);
	assert_int_equal(esl_number(block, "N", 42), 42);
	assert_int_equal(esl_number(block, "N", 41), -1);
	assert_int_equal(text_whole(view_of("7"), 5), -1);
	assert_int_equal(text_whole(view_of("9223372036854775807"), INT64_MAX), INT64_MAX);
	assert_int_equal(esl_number(block, "Big", INT64_MAX), -1);
	assert_int_equal(esl_number(block, "A", 100), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_hostile_lengths),
		cmocka_unit_test(test_two_lengths),
		cmocka_unit_test(test_endless_head),
		cmocka_unit_test(test_values),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
