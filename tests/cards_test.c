/* The cards: every step has a text in both languages; what is configured comes first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "config/cards.h"

#include <cmocka.h>

static void every_card_in_both_languages(void **state)
{
	(void)state;
	static const char *const languages[] = {"en", "ru"};
	assert_int_equal(CARD_ENDED - CARD_REQUEST, STEP_ENDED - STEP_REQUEST);
	for (int card = 0; card < CARD_COUNT; card++) {
		assert_int_equal(card_find(card_names[card]), card);
		for (size_t i = 0; i < 2; i++) {
			const char *text = card_text_own(languages[i], (enum card)card);
			assert_non_null(text);
			assert_in_range(text_width(text), 20, 130);
			for (int other = 0; other < card; other++)
				assert_string_not_equal(text, card_text_own(languages[i], (enum card)other));
		}
		assert_string_not_equal(card_text_own("en", (enum card)card), card_text_own("ru", (enum card)card));
	}
	assert_null(card_text_own("de", CARD_REQUEST));
	for (int step = STEP_REQUEST; step <= STEP_ENDED; step++)
		assert_string_equal(card_names[CARD_REQUEST + step - STEP_REQUEST], word_text(WORDS_CONDUCT_STEP, step));
}

static struct settings *load(const char *text, struct error *err)
{
	char path[] = "/tmp/cards-XXXXXX";
	int file = mkstemp(path);
	assert_true(file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text));
	close(file);
	struct settings *settings = settings_create();
	bool good = settings_load(settings, path, NULL, err);
	unlink(path);
	if (good)
		return settings;
	settings_destroy(settings);
	return NULL;
}

static void what_is_configured_comes_first(void **state)
{
	(void)state;
	struct error err = {""};
	struct settings *settings = load("card_language = \"de\"\n"
		"card \"request\" { language = \"de\" text = \"Bitte sprechen Sie sachlich mit mir.\" }\n"
		"card \"warning\" { text = \"English of the house.\" }\n", &err);
	if (!settings)
		fail_msg("%s", err.text);
	assert_string_equal(card_text(settings, CARD_REQUEST), "Bitte sprechen Sie sachlich mit mir.");
	assert_string_equal(card_text(settings, CARD_WARNING), "English of the house."); /* German has none: English, theirs first */
	assert_string_equal(card_text(settings, CARD_HEAR), card_text_own("en", CARD_HEAR));
	assert_true(settings_set(settings, "card_language", "RU", &err));
	assert_string_equal(card_text(settings, CARD_REQUEST), card_text_own("ru", CARD_REQUEST));
	assert_true(settings_set(settings, "glyphs", "ascii", &err));
	assert_string_equal(card_text(settings, CARD_WARNING), "English of the house.");
	assert_true(settings_set(settings, "glyphs", "auto", &err));
	settings_destroy(settings);
}

static void what_is_no_card_is_refused(void **state)
{
	(void)state;
	const struct { const char *text, *says; } cases[] = {
		{"card \"shout\" { text = \"x\" }\n", "there is no card 'shout'"},
		{"card \"request\" { language = \"en\" }\n", "has no 'text'"},
		{"card \"request\" { text = \"a\" }\ncard \"request\" { language = \"EN\" text = \"b\" }\n", "was set in line 1 already"},
		{"card \"request\" { language = \"\" text = \"a\" }\n", "a language such as"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct error err = {""};
		assert_null(load(cases[i].text, &err));
		if (!strstr(err.text, cases[i].says))
			fail_msg("\"%s\" does not say \"%s\"", err.text, cases[i].says);
	}
}

/* Texts are shown: what would move the cursor is made harmless; and they are no rules. */
static void texts_are_harmless_and_no_rules(void **state)
{
	(void)state;
	struct error err = {""};
	struct settings *plain = settings_create(), *settings = load("card \"hear\" { text = \"a\\x1b[2Jb\" }\n", &err);
	if (!settings)
		fail_msg("%s", err.text);
	assert_null(strchr(card_text(settings, CARD_HEAR), 0x1b));
	assert_true(settings_fingerprint(plain) == settings_fingerprint(settings));
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	settings_write(settings, to);
	fclose(to);
	assert_non_null(strstr(text, "card \"hear\" {"));
	struct settings *again = load(text, &err);
	if (!again)
		fail_msg("%s", err.text);
	assert_string_equal(card_text(again, CARD_HEAR), card_text(settings, CARD_HEAR));
	free(text);
	settings_destroy(again);
	settings_destroy(settings);
	settings_destroy(plain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_card_in_both_languages), cmocka_unit_test(what_is_configured_comes_first),
		cmocka_unit_test(what_is_no_card_is_refused), cmocka_unit_test(texts_are_harmless_and_no_rules),
	};
	return cmocka_run_group_tests_name("cards", tests, NULL, NULL);
}
