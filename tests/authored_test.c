/* Rights and authors: who may do what by key and by user, what becomes of an action's author, source and number, and floods. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/authored.h"
#include "base/log.h"
#include "base/user.h"

#include <cmocka.h> /* last: it makes a macro of fail */

#define LEAD "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
#define WALL "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
#define ROUNDS 20000 /* of damaged actions; TABLO_ROUNDS: so many times as many */

static struct settings *settings_of(const char *text)
{
	struct settings *settings = settings_create();
	struct error err;
	if (!settings_read(settings, view_of(text), "rights.conf", NULL, &err))
		fail_msg("%s", err.text);
	return settings;
}

static void expect_wrong(const char *text, const char *wanted)
{
	struct settings *settings = settings_create();
	struct error err = {""};
	assert_false(settings_read(settings, view_of(text), "rights.conf", NULL, &err));
	if (!strstr(err.text, wanted))
		fail_msg("%s", err.text);
	settings_destroy(settings);
}

static unsigned may(const struct permits *permits, const char *key, int64_t uid)
{
	return permits_of(permits, &(struct stream_person){.key = key, .uid = uid});
}

static void sections_say_who_may_do_what(void **state)
{
	(void)state;
	char text[600], me[USER_ROOM], whose[40];
	struct error err;
	user_name(getuid(), me);
	snprintf(text, sizeof text, "right \"lead\" {\n keys = { \"%s\" }\n may = { \"acknowledge\", \"names\" }\n}\n"
		"right \"me\" {\n users = { \"%s\", \"no such user\" }\n may = { \"mute\" }\n}\n", LEAD, me);
	struct settings *settings = settings_of(text);
	log_set_level(LOG_LEVEL_ERROR);
	struct permits *permits = permits_open(settings, &err);
	log_set_level(LOG_LEVEL_INFO);
	assert_non_null(permits);
	assert_true(permits_ruled(permits));
	assert_int_equal(may(permits, LEAD, -1), RIGHT_BIT(RIGHT_ACKNOWLEDGE) | RIGHT_BIT(RIGHT_NAMES));
	assert_int_equal(may(permits, WALL, -1), RIGHT_BIT(RIGHT_NAMES));
	assert_int_equal(may(permits, NULL, getuid()), RIGHT_BIT(RIGHT_MUTE)); /* a section of one's own counts, not the default */
	assert_int_equal(may(permits, LEAD, getuid()), RIGHT_BIT(RIGHT_ACKNOWLEDGE) | RIGHT_BIT(RIGHT_NAMES) | RIGHT_BIT(RIGHT_MUTE));
	assert_int_equal(may(permits, NULL, -1), RIGHT_BIT(RIGHT_NAMES));
	permits_whose(permits, RIGHT_MUTE, whose, sizeof whose);
	assert_string_equal(whose, "me");
	permits_whose(permits, RIGHT_NOTE, whose, sizeof whose);
	assert_string_equal(whose, "");
	assert_false(permits_inbox(permits));
	assert_false(permits_narrow(permits).is_narrow);
	permits_close(permits);
	settings_destroy(settings);
}

static void without_a_section_everybody_may(void **state)
{
	(void)state;
	struct error err;
	char author[AUTHOR_ROOM];
	struct settings *settings = settings_of("rights_default = { }\n");
	struct permits *permits = permits_open(settings, &err);
	assert_int_equal(may(permits, NULL, -1), RIGHTS_ALL);
	assert_true(permits_inbox(permits));
	assert_false(permits_narrow(permits).is_narrow);
	assert_false(permits_author(permits, &(struct stream_person){.uid = -1}, author));
	assert_true(permits_author(permits, &(struct stream_person){.key = WALL, .uid = -1}, author));
	assert_string_equal(author, "key Yne@$w-v");
	permits_close(permits);
	settings_destroy(settings);
}

static void mistakes_are_told_with_their_line(void **state)
{
	(void)state;
	struct error err;
	expect_wrong("\nright \"x\" { may = { \"mute\" } }\n", "rights.conf:2: the right 'x' is nobody's");
	expect_wrong("right \"x\" {\n users = { \"a\" }\n may = { \"fly\" }\n}\n", "rights.conf:3: ");
	expect_wrong("right \"x\" { users = { \"a\" } }\nright \"x\" { users = { \"b\" } }\n", "rights.conf:2: the right 'x' was set in line 1");
	expect_wrong("rights_default = { \"everything\" }\n", "of these words: acknowledge mute mark note agents names");
	struct settings *settings = settings_of("right \"x\" { keys = { \"too short\" } }\n");
	assert_null(permits_open(settings, &err));
	assert_non_null(strstr(err.text, "rights.conf:1: right \"x\""));
	settings_destroy(settings);
}

static void words_there_and_back(void **state)
{
	(void)state;
	char text[RIGHTS_TEXT], small[8];
	for (unsigned bits = 0; bits <= RIGHTS_ALL; bits++) {
		rights_write(bits, text, sizeof text);
		assert_int_equal(rights_read(text), bits);
	}
	rights_write(RIGHTS_ALL, small, sizeof small);
	assert_true(strlen(small) < sizeof small);
	assert_int_equal(rights_read("mute  fly acknowledgement"), RIGHT_BIT(RIGHT_MUTE));
}

/* ---- actions ---- */

static struct view payload_of(struct wire_buffer *to, const char *src, uint64_t seq, enum event_type type, int64_t until)
{
	struct event event = {.type = type, .ts = 1700000000000};
	struct wire_buffer body = {0};
	event.present = KEY_BIT(KEY_BY) | KEY_BIT(KEY_ALERT) | KEY_BIT(KEY_TEXT) | (until ? KEY_BIT(KEY_UNTIL) : 0);
	event.text[KEY_BY] = view_of("boss\033[31m");
	event.text[KEY_ALERT] = view_of("1");
	event.text[KEY_TEXT] = view_of("words");
	event.number[KEY_UNTIL - KEY_TEXT_COUNT] = until;
	wire_encode_event(&body, &event);
	const struct wire_header header = {.src = view_of(src), .boot = 7, .seq = seq, .sent = INT64_MIN};
	wire_encode_batch(to, &header, 1, body.data, body.size);
	wire_buffer_finish(&body);
	return (struct view){(const char *)to->data, to->size};
}

/* As it is written under that author, read again. */
static void expect_written(struct authored *authored, const char *author, bool doubted, const char *by, const char *src)
{
	struct batch batch = {0};
	struct error err;
	const struct view written = authored_write(authored, author, doubted);
	assert_int_equal(wire_decode(written.data, written.size, &batch, &err), FAULT_NONE);
	assert_int_equal(batch.count, 1);
	assert_int_equal(batch.events[0].fault, FAULT_NONE);
	assert_true(view_is(batch.src, src));
	assert_true(view_is(event_text(&batch.events[0], KEY_BY), by));
	assert_true(batch.seq == 1);
	batch_finish(&batch);
}

static void the_author_is_who_is_known(void **state)
{
	(void)state;
	struct authored authored = {.batch = {.count = 0}};
	struct wire_buffer room = {0};
	unsigned needs;
	assert_null(authored_read(&authored, payload_of(&room, "board:boss@hq", 1, EVENT_ALERT_MUTED, 0), &needs));
	assert_int_equal(needs, RIGHT_BIT(RIGHT_MUTE));
	expect_written(&authored, "anna", true, "anna", "board:anna");
	expect_written(&authored, "", true, "boss\uFFFD[31m?", "board:boss@hq?");
	expect_written(&authored, "", false, "boss\uFFFD[31m", "board:boss@hq");
	assert_null(authored_read(&authored, payload_of(&room, "board:x", 1, EVENT_ALERT_ACKNOWLEDGED, 1), &needs));
	assert_int_equal(needs, RIGHT_BIT(RIGHT_MUTE) | RIGHT_BIT(RIGHT_ACKNOWLEDGE)); /* it is taken back */
	assert_null(authored_read(&authored, payload_of(&room, "board:x", 1, EVENT_ALERT_ACKNOWLEDGED, INT64_C(1700000000001)), &needs));
	assert_int_equal(needs, RIGHT_BIT(RIGHT_ACKNOWLEDGE));
	assert_string_equal(authored_read(&authored, payload_of(&room, "board:", 1, EVENT_NOTE_POSTED, 0), &needs), "bad_src");
	assert_string_equal(authored_read(&authored, payload_of(&room, "pbx", 1, EVENT_NOTE_POSTED, 0), &needs), "bad_src");
	assert_string_equal(authored_read(&authored, payload_of(&room, "board:x", 1, EVENT_CUSTOMER_JOINED, 0), &needs), "not_an_action");
	assert_string_equal(authored_read(&authored, view_of("\xc1"), &needs), "malformed");
	wire_buffer_finish(&room);
	authored_finish(&authored);
}

static uint64_t boot_of(struct authored *authored)
{
	struct batch batch = {0};
	struct error err;
	const struct view written = authored_write(authored, "anna", true);
	assert_int_equal(wire_decode(written.data, written.size, &batch, &err), FAULT_NONE);
	const uint64_t boot = batch.boot;
	batch_finish(&batch);
	return boot;
}

/* The same twice counts once; another number is another action, and no hole. */
static void numbers_make_no_holes(void **state)
{
	(void)state;
	struct authored authored = {.batch = {.count = 0}};
	struct wire_buffer room = {0};
	unsigned needs;
	uint64_t boots[4];
	const uint64_t numbers[4] = {1, 2, UINT64_C(1) << 40, 2};
	for (int i = 0; i < 4; i++) {
		assert_null(authored_read(&authored, payload_of(&room, "board:x", numbers[i], EVENT_ALERT_MUTED, 0), &needs));
		boots[i] = boot_of(&authored);
	}
	assert_true(boots[0] == 7 && boots[1] != 7 && boots[2] != boots[1] && boots[3] == boots[1]);
	wire_buffer_finish(&room);
	authored_finish(&authored);
}

static void what_is_damaged_is_no_action_or_a_whole_one(void **state)
{
	(void)state;
	const char *more = getenv("TABLO_ROUNDS");
	const int rounds = ROUNDS * (more && atoi(more) > 0 ? atoi(more) : 1);
	struct authored authored = {.batch = {.count = 0}};
	struct wire_buffer room = {0};
	const struct view whole = payload_of(&room, "board:boss@hq", 1, EVENT_NOTE_POSTED, 5);
	char bytes[300];
	unsigned needs, seed = 4711, taken = 0;
	assert_true(whole.size < sizeof bytes);
	for (int round = 0; round < rounds; round++) {
		memcpy(bytes, whole.data, whole.size);
		for (int i = 0; i < 1 + round % 3; i++)
			bytes[(size_t)rand_r(&seed) % whole.size] = (char)rand_r(&seed);
		const size_t size = round % 5 ? whole.size : (size_t)rand_r(&seed) % whole.size;
		if (authored_read(&authored, (struct view){bytes, size}, &needs))
			continue;
		taken++;
		const struct view written = authored_write(&authored, "anna", true);
		struct batch batch = {0};
		struct error err;
		assert_int_equal(wire_decode(written.data, written.size, &batch, &err), FAULT_NONE);
		assert_true(view_is(batch.src, "board:anna") && view_is(event_text(&batch.events[0], KEY_BY), "anna"));
		batch_finish(&batch);
	}
	assert_true(taken > 0);
	wire_buffer_finish(&room);
	authored_finish(&authored);
}

static void a_flood_is_cut_short(void **state)
{
	(void)state;
	struct allowances allowances = {.count = 0};
	int taken = 0;
	for (int i = 0; i < 1000; i++)
		taken += allowances_spend(&allowances, "anna", 1000000 + i);
	assert_in_range(taken, 40, 45);
	assert_true(allowances_spend(&allowances, "ben", 1001000)); /* whose share it is not */
	assert_true(allowances_spend(&allowances, "anna", 1002000));
	for (int i = 0; i < 3 * ALLOWANCES; i++) {
		char name[20];
		snprintf(name, sizeof name, "n%d", i);
		assert_true(allowances_spend(&allowances, name, 1003000 + i));
	}
	assert_int_equal(allowances.count, ALLOWANCES);
}

static void an_address_tells_its_user(void **state)
{
	(void)state;
	assert_int_equal(stream_uid_of("localhost:1000:100:4711"), 1000);
	assert_int_equal(stream_uid_of("wall:0:0:1"), 0);
	static const char *const none[] = {"", "localhost", "127.0.0.1", "1:2", "a:b:c:d", "localhost:-1:0:1", "localhost:99999999999:0:1", ":::"};
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		assert_int_equal(stream_uid_of(none[i]), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(sections_say_who_may_do_what), cmocka_unit_test(without_a_section_everybody_may),
		cmocka_unit_test(mistakes_are_told_with_their_line), cmocka_unit_test(words_there_and_back), cmocka_unit_test(the_author_is_who_is_known),
		cmocka_unit_test(numbers_make_no_holes), cmocka_unit_test(what_is_damaged_is_no_action_or_a_whole_one),
		cmocka_unit_test(a_flood_is_cut_short), cmocka_unit_test(an_address_tells_its_user)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
