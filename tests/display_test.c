/* What is shown of names and ids: initials, hashes, presets, the key of hashes. */
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

#include <utf8proc.h>

#include "base/redact.h"
#include "base/text.h"
#include "config/settings.h"
#include "tests/teller.h"

#include <cmocka.h>

static void people_become_initials(void **state)
{
	(void)state;
	static const struct { const char *name, *shown; } people[] = {
		{"Mia Keller", "M. K."}, {"mia keller", "M. K."}, {"Юлия Кузнецова", "Ю. К."}, {"Ana Maria dos Santos", "A. S."}, {"agent-17", "A."},
		{"mia.keller@example.com", "M. K."}, {"17", REDACT_NOTHING}, {"A", REDACT_NOTHING}, {"Al", "A."}, {"M K", "M."}, {"M. K.", "M."},
		{"", ""}, {"王小明", "王."}, {"محمد علي", "م. ع."}, {"Zoë", "Z."}, {"Jean-Pierre Dupont", "J. D."}, {"7of9 Hansen", "O. H."},
		{"\u2026", REDACT_NOTHING}, {"agent 17", "A."}, {"@home", "H."}, {"e\u0301mile zola", "E. Z."},
	};
	for (size_t i = 0; i < sizeof people / sizeof *people; i++) {
		char shown[40];
		redact_person(people[i].name, shown, sizeof shown);
		assert_string_equal(shown, people[i].shown);
	}
}

/* Numbers that are the same in every run. */
static uint32_t next_number(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*seed >> 33);
}

/* Scripts, marks, digits, signs and blanks, as they come. */
static int32_t any_code(uint64_t *seed)
{
	static const struct { int32_t first, count; } blocks[] = {{0x20, 0x5f}, {0xa0, 0x160}, {0x300, 0x70}, {0x370, 0x190}, {0x5d0, 0x80}, {0x900, 0x80},
		{0xe00, 0x60}, {0x1100, 0x100}, {0x3040, 0xc0}, {0x4e00, 0x500}, {0xac00, 0x200}, {0x1d400, 0x100}, {0x1f600, 0x40}, {' ', 1}, {'-', 2}, {'0', 10}};
	const size_t block = next_number(seed) % (sizeof blocks / sizeof *blocks);
	return blocks[block].first + (int32_t)(next_number(seed) % (uint32_t)blocks[block].count);
}

static int count_telling(const char *text, bool digits)
{
	int count = 0;
	for (int width, bytes; *text; text += bytes) {
		const utf8proc_category_t category = utf8proc_category(text_next(text, &width, &bytes));
		count += (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
			(digits && category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO);
	}
	return count;
}

static void no_name_tells_more_than_two_letters(void **state)
{
	(void)state;
	const char *times = getenv("TABLO_ROUNDS");
	const int rounds = 20000 * (times ? atoi(times) : 1);
	uint64_t seed = 20261122;
	for (int round = 0; round < rounds; round++) {
		char bytes[200], name[200], shown[40];
		size_t size = 0;
		for (uint32_t left = next_number(&seed) % 24; left > 0; left--)
			size += (size_t)utf8proc_encode_char(any_code(&seed), (utf8proc_uint8_t *)bytes + size);
		text_harmless((struct view){bytes, size}, name, sizeof name);
		redact_person(name, shown, sizeof shown);
		assert_in_range(count_telling(shown, true), 0, 2);
		const int all = count_telling(name, true);
		assert_true(all == 0 || count_telling(shown, true) < all);
		assert_int_equal(*shown == 0, *name == 0);
		assert_true(text_valid(view_of(shown)));
	}
}

/* The last of the reference's 15 bytes of 00 to 0e, under its key of 00 to 0f. */
static void the_hash_is_siphash(void **state)
{
	(void)state;
	uint8_t key[REDACT_KEY_SIZE];
	char text[15] = "", shown[40];
	for (uint8_t i = 0; i < sizeof key; i++)
		key[i] = i;
	for (char i = 1; i < 15; i++)
		text[i - 1] = i;
	redact_hash(key, "", text, shown, sizeof shown);
	assert_string_equal(shown, "a129ca6149");
}

static void a_hash_hangs_on_key_field_and_text(void **state)
{
	(void)state;
	struct settings *first = settings_create(), *other = settings_create(), *copy;
	char one[40], two[40];
	first->display = DISPLAY_FOR_DESK;
	other->display = DISPLAY_FOR_DESK;
	for (int field = 0; field < DISPLAY_FIELD_COUNT; field++)
		first->shown_as[field] = other->shown_as[field] = DISPLAY_HASH;
	copy = settings_copy(first);
	display_show(first, DISPLAY_CASE, "48211", one, sizeof one);
	assert_int_equal(strlen(one), REDACT_HASH_DIGITS);
	display_show(copy, DISPLAY_CASE, "48211", two, sizeof two);
	assert_string_equal(one, two);
	display_show(other, DISPLAY_CASE, "48211", two, sizeof two);
	assert_string_not_equal(one, two);
	display_show(first, DISPLAY_CONTACT, "48211", two, sizeof two);
	assert_string_not_equal(one, two);
	display_show(first, DISPLAY_CASE, "48212", two, sizeof two);
	assert_string_not_equal(one, two);
	display_take(other, first);
	display_show(other, DISPLAY_CASE, "48211", two, sizeof two);
	assert_string_equal(one, two);
	settings_destroy(first);
	settings_destroy(other);
	settings_destroy(copy);
}

static void presets_and_fields(void **state)
{
	(void)state;
	struct settings *settings = settings_create();
	char shown[80];
	static const struct { const char *display; const char *shown[5]; } presets[] = {
		{"public", {"M. K.", REDACT_NOTHING, REDACT_NOTHING, REDACT_NOTHING, "Berlin"}},
		{"team", {"M. K.", "c1", "48211", REDACT_NOTHING, "Berlin"}},
		{"desk", {"Mia Keller", "c1", "48211", NULL, "Berlin"}},
	};
	static const enum display_field fields[5] = {DISPLAY_AGENT, DISPLAY_CONTACT, DISPLAY_CASE, DISPLAY_CUSTOMER, DISPLAY_TEAM};
	static const char *const texts[5] = {"Mia Keller", "c1", "48211", "Customer of ours", "Berlin"};
	assert_int_equal(settings->display, DISPLAY_FOR_TEAM);
	for (size_t i = 0; i < sizeof presets / sizeof *presets; i++) {
		assert_true(settings_set(settings, "display", presets[i].display, NULL));
		for (int f = 0; f < 5; f++) {
			display_show(settings, fields[f], texts[f], shown, sizeof shown);
			if (presets[i].shown[f])
				assert_string_equal(shown, presets[i].shown[f]);
			else
				assert_null(strstr(shown, "Customer"));
			assert_int_equal(display_tells(settings, fields[f]), !display_hides(shown) && strcmp(shown, "M. K.") != 0);
		}
	}
	/* A field that is set wins over the preset, whichever comes first. */
	assert_true(settings_set(settings, "display_case", "mask", NULL));
	assert_true(settings_set(settings, "display_team", "drop", NULL));
	display_show(settings, DISPLAY_CASE, "48211", shown, sizeof shown);
	assert_string_equal(shown, REDACT_ANYTHING);
	display_show(settings, DISPLAY_TEAM, "Berlin", shown, sizeof shown);
	assert_string_equal(shown, REDACT_NOTHING);
	assert_true(settings_set(settings, "display", "public", NULL) && settings_set(settings, "display_case", "show", NULL));
	display_show(settings, DISPLAY_CASE, "48211", shown, sizeof shown);
	assert_string_equal(shown, "48211");
	display_show(settings, DISPLAY_SOURCE, "board:mia.keller@desk-9", shown, sizeof shown);
	assert_string_equal(shown, "board:M. K.");
	display_show(settings, DISPLAY_SOURCE, "pbx", shown, sizeof shown);
	assert_string_equal(shown, "pbx");
	struct error err;
	assert_false(settings_set(settings, "display_case", "blur", &err));
	assert_non_null(strstr(err.text, "\"preset\", \"show\", \"mask\", \"hash\", \"drop\""));
	settings_destroy(settings);
}

static void write_key(const char *path, const char *bytes, size_t size, mode_t mode)
{
	const int file = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, mode);
	assert_true(file >= 0 && fchmod(file, mode) == 0);
	assert_int_equal(write(file, bytes, size), (ssize_t)size);
	close(file);
}

static void hash_with(const char *path, char shown[40])
{
	struct settings *settings = settings_create();
	assert_true(settings_set(settings, "display_key_file", path, NULL) && settings_set(settings, "display_agent", "hash", NULL));
	assert_true(display_prepare(settings, NULL));
	display_show(settings, DISPLAY_AGENT, "Mia Keller", shown, 40);
	settings_destroy(settings);
}

static void keys_come_from_files(void **state)
{
	(void)state;
	char folder[] = "/tmp/tablo-key-XXXXXX", path[60], other[60], one[40], two[40];
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/key", folder);
	write_key(path, "0123456789abcdef", 16, 0600);
	hash_with(path, one);
	hash_with(path, two);
	assert_string_equal(one, two);
	write_key(path, "0123456789abcdeg", 16, 0600);
	hash_with(path, two);
	assert_string_not_equal(one, two);
	static const struct { size_t size; mode_t mode; const char *why; } bad[] = {{15, 0600, "too few"}, {5000, 0600, "too many"},
		{32, 0640, "chmod 600"}};
	char bytes[5000];
	memset(bytes, 'x', sizeof bytes);
	struct settings *settings = settings_create();
	struct error err;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		write_key(path, bytes, bad[i].size, bad[i].mode);
		assert_true(settings_set(settings, "display_key_file", path, NULL));
		assert_false(display_prepare(settings, &err));
		assert_non_null(strstr(err.text, bad[i].why));
	}
	unlink(path);
	assert_false(display_prepare(settings, &err));
	assert_true(mkfifo(path, 0600) == 0);
	assert_false(display_prepare(settings, &err));
	unlink(path);
	snprintf(other, sizeof other, "%s/other", folder);
	write_key(other, bytes, 32, 0600);
	assert_true(symlink(other, path) == 0);
	assert_false(display_prepare(settings, &err));
	unlink(path);
	unlink(other);
	rmdir(folder);
	settings_destroy(settings);
}

static void to_the_public(struct settings *settings)
{
	settings->display = DISPLAY_FOR_PUBLIC;
}

/* Whoever is shown alike stays who he is. */
static void alike_are_not_one(void **state)
{
	(void)state;
	struct teller t;
	struct list_agent agents[4];
	struct list_named mistakes[4];
	teller_open(&t, to_the_public);
	tell(&t, T0, "agent.state", "agent=Mia\u00a0Keller state=available");
	tell(&t, T0, "agent.state", "agent=Max\u00a0Kunze state=away");
	for (int i = 0; i < 3; i++)
		tell(&t, T0 + S, "agent.mistake", i ? "agent=Mia\u00a0Keller by=lead kind=form" : "agent=Max\u00a0Kunze by=lead kind=form");
	assert_int_equal(list_agents(t.engine, SCOPE_ALL, T0 + S, agents, 4), 2);
	assert_string_equal(agents[0].name, "M. K.");
	assert_string_equal(agents[1].name, "M. K.");
	assert_int_not_equal(agents[0].scope.agent, agents[1].scope.agent);
	const struct period period = {.from = T0 - H, .to = T0 + H};
	assert_int_equal(list_mistakes(t.engine, &period, mistakes, 4, NULL), 2);
	assert_int_equal(mistakes[0].count, 2);
	assert_int_equal(mistakes[1].count, 1);
	assert_int_not_equal(mistakes[0].scope.agent, mistakes[1].scope.agent);
	teller_close(&t);
}

/* A sentence without what may not be told is still one. */
static void alerts_keep_their_sense(void **state)
{
	(void)state;
	for (int public = 0; public < 2; public++) {
		struct teller t;
		struct list_alert alerts[8];
		teller_open(&t, public ? to_the_public : NULL);
		tell(&t, T0, "case.opened", "case=48211 queue=Billing channel=email");
		tell(&t, T0, "sla.started", "case=48211 clock=first_reply target_ms=1000");
		pass(&t, T0 + M);
		assert_int_equal(list_alerts(t.engine, T0 + M, alerts, 8), 1);
		assert_string_equal(alerts[0].text, public ? "a case's first reply breached by 00:59" : "#48211 first reply breached by 00:59");
		assert_string_equal(alerts[0].about, public ? "" : "48211");
		teller_close(&t);
	}
}

/* A slip of the pen tells no names to whom they are not shown. */
static void unknown_scopes_name_nobody(void **state)
{
	(void)state;
	for (int public = 0; public < 2; public++) {
		struct teller t;
		struct scope scope;
		struct error err;
		teller_open(&t, public ? to_the_public : NULL);
		tell(&t, T0, "agent.state", "agent=Mia state=available");
		assert_false(list_scope_parse(t.engine, "agent=Max", &scope, &err));
		assert_int_equal(strstr(err.text, "Mia") != NULL, !public);
		assert_true(list_scope_parse(t.engine, "agent=Mia", &scope, &err));
		teller_close(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(people_become_initials), cmocka_unit_test(no_name_tells_more_than_two_letters), cmocka_unit_test(the_hash_is_siphash),
		cmocka_unit_test(a_hash_hangs_on_key_field_and_text), cmocka_unit_test(presets_and_fields), cmocka_unit_test(keys_come_from_files),
		cmocka_unit_test(alike_are_not_one), cmocka_unit_test(alerts_keep_their_sense), cmocka_unit_test(unknown_scopes_name_nobody),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
