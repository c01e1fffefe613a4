#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>


#include "tui/canvas.h"
#include "tui/dump.h"
#include "tui/glyphs.h"
#include "tui/theme.h"

#include <cmocka.h> /* last: it makes a macro of fail */

static char *written(const struct canvas *canvas, void (*dump)(const struct canvas *, FILE *))
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	dump(canvas, to);
	fclose(to);
	return text;
}

static void expect(const struct canvas *canvas, const char *wanted)
{
	char *text = written(canvas, dump_text);
	assert_string_equal(text, wanted);
	free(text);
}

static void text_is_cut_with_a_sign(void **state)
{
	(void)state;
	struct canvas *canvas = canvas_create(10, 2);
	assert_int_equal(canvas_text(canvas, 0, 0, 5, ROLE_TEXT, "Billing"), 5);
	assert_int_equal(canvas_text(canvas, 6, 0, 4, ROLE_TEXT, "chat"), 4);
	assert_int_equal(canvas_text(canvas, 0, 1, 0, ROLE_TEXT, "nothing"), 0);
	assert_int_equal(canvas_right(canvas, 0, 1, 10, ROLE_TEXT, "04:12"), 5);
	expect(canvas, "Bill\u2026 chat\n     04:12\n");
	canvas_destroy(canvas);
}

static void wide_characters_are_never_halved(void **state)
{
	(void)state;
	struct canvas *canvas = canvas_create(6, 3);
	assert_int_equal(canvas_text(canvas, 0, 0, 6, ROLE_TEXT, "\u8FD4\u54C1\u9000"), 6);
	canvas_text(canvas, 1, 0, 1, ROLE_TEXT, "x"); /* over the right half */
	canvas_text(canvas, 4, 0, 1, ROLE_TEXT, "y"); /* over the left half */
	assert_int_equal(canvas_text(canvas, 0, 1, 4, ROLE_TEXT, "\u8FD4\u54C1\u9000"), 3);
	canvas_text(canvas, 5, 2, 4, ROLE_TEXT, "\u8FD4"); /* half outside */
	expect(canvas, " x\u54C1y\n\u8FD4\u2026\n\n");
	canvas_destroy(canvas);
}

static void combining_marks_join_their_cell(void **state)
{
	(void)state;
	struct canvas *canvas = canvas_create(4, 1);
	assert_int_equal(canvas_text(canvas, 0, 0, 4, ROLE_TEXT, "e\u0301a"), 2);
	assert_int_equal(canvas->cells[0].marks[0], 0x301);
	expect(canvas, "e\u0301a\n");
	canvas_text(canvas, 0, 0, 1, ROLE_TEXT, "e");
	assert_int_equal(canvas->cells[0].marks[0], 0);
	canvas_destroy(canvas);
}

static void ascii_has_twins(void **state)
{
	(void)state;
	struct canvas *canvas = canvas_create(24, 1);
	canvas->ascii = true;
	assert_int_equal(canvas_measure(canvas, "\u2264 15 \u00B7 \u221204:12"), 14);
	canvas_text(canvas, 0, 0, 24, ROLE_TEXT, "\u2264 15 \u00B7 \u221204:12 Portugu\u00EAs");
	expect(canvas, "<= 15 - -04:12 Portugu?s\n");
	canvas_text(canvas, 0, 0, 4, ROLE_TEXT, "Billing");
	assert_int_equal(canvas->cells[3].character, '~');
	canvas_destroy(canvas);
}

static void nothing_is_written_outside(void **state)
{
	(void)state;
	struct canvas *canvas = canvas_create(3, 2);
	const struct glyphs glyphs = {0};
	const int64_t points[] = {1, 2, INT64_MIN, 3};
	const int extremes[] = {-1000000, -3, -1, 0, 1, 2, 5, 1000000};
	const size_t count = sizeof extremes / sizeof *extremes;
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < count; j++) {
			const struct rect rect = {extremes[i], extremes[j], 4, 3};
			canvas_text(canvas, rect.x, rect.y, 40, ROLE_TEXT, "a\u8FD4e\u0301");
			canvas_fill(canvas, rect, ROLE_OK, '#');
			canvas_paint(canvas, rect, ROLE_WARN);
			glyphs_box(&glyphs, canvas, rect, ROLE_BORDER, "title", ROLE_TITLE, "note");
			glyphs_spark(&glyphs, canvas, rect.x, rect.y, 4, points, 4, 1, ROLE_SPARK, ROLE_OK);
			glyphs_bar(&glyphs, canvas, rect.x, rect.y, 5, 5000, ROLE_OK);
			glyphs_big(&glyphs, canvas, rect.x, rect.y, 9, ROLE_OK, "86%");
			assert_null(canvas_cell(canvas, 3, extremes[i]));
		}
	canvas_destroy(canvas);
}

static void big_digits_are_three_rows(void **state)
{
	(void)state;
	const struct glyphs glyphs = {0};
	struct canvas *canvas = canvas_create(24, 3);
	assert_int_equal(glyphs_big(&glyphs, NULL, 0, 0, 0, ROLE_TEXT, "04:12"), 23);
	assert_int_equal(glyphs_big(&glyphs, canvas, 0, 0, 24, ROLE_TEXT, "04:12"), 23);
	expect(canvas, "\u2588\u2580\u2580\u2588 \u2588  \u2588      \u2584\u2588  \u2580\u2580\u2580\u2588\n"
		       "\u2588  \u2588 \u2580\u2580\u2580\u2588  \u25AA    \u2588  \u2588\u2580\u2580\u2580\n"
		       "\u2588\u2584\u2584\u2588    \u2588  \u25AA   \u2584\u2588\u2584 \u2588\u2584\u2584\u2584\n");
	canvas_destroy(canvas);
}

static void big_digits_in_ascii_are_five_rows(void **state)
{
	(void)state;
	const struct glyphs glyphs = {.ascii = true};
	struct canvas *canvas = canvas_create(9, 5);
	assert_int_equal(glyphs_big_height(&glyphs), 5);
	glyphs_big(&glyphs, canvas, 0, 0, 9, ROLE_TEXT, "25");
	expect(canvas, "#### ####\n   # #\n#### ####\n#       #\n#### ####\n");
	canvas_destroy(canvas);
}

static void sparks_are_right_aligned(void **state)
{
	(void)state;
	const struct glyphs glyphs = {0};
	const int64_t points[] = {9, 0, 4, INT64_MIN, 8}, same[] = {5, 5}, zeros[] = {0, 0};
	struct canvas *canvas = canvas_create(6, 3);
	glyphs_spark(&glyphs, canvas, 0, 0, 4, points, 5, 2, ROLE_SPARK, ROLE_CRIT);
	glyphs_spark(&glyphs, canvas, 0, 1, 6, same, 2, 0, ROLE_SPARK, ROLE_CRIT);
	glyphs_spark(&glyphs, canvas, 0, 2, 6, zeros, 2, 0, ROLE_SPARK, ROLE_CRIT);
	expect(canvas, "\u2581\u2585 \u2588\n    \u2584\u2584\n    \u2581\u2581\n");
	assert_int_equal(canvas->cells[3].role, ROLE_CRIT);
	assert_int_equal(canvas->cells[1].role, ROLE_SPARK);
	canvas_destroy(canvas);
}

static void boxes_have_title_and_note(void **state)
{
	(void)state;
	const struct glyphs glyphs = {.ascii = true};
	struct canvas *canvas = canvas_create(20, 3);
	glyphs_box(&glyphs, canvas, (struct rect){0, 0, 20, 3}, ROLE_BORDER, "AHT", ROLE_TITLE, "7:00");
	expect(canvas, "+- AHT ------ 7:00 +\n|                  |\n+------------------+\n");
	canvas_destroy(canvas);
}

static void a_note_without_room_is_left_out(void **state)
{
	(void)state;
	const struct glyphs glyphs = {.ascii = true};
	struct canvas *canvas = canvas_create(10, 2);
	glyphs_box(&glyphs, canvas, (struct rect){0, 0, 10, 2}, ROLE_BORDER, "AHT", ROLE_TITLE, "7:00");
	expect(canvas, "+- AHT --+\n+--------+\n");
	canvas_destroy(canvas);
}

static void dumps_carry_colours_and_roles(void **state)
{
	(void)state;
	struct canvas *canvas = canvas_create(3, 1);
	canvas_text(canvas, 0, 0, 1, ROLE_CRIT_STRONG, "X");
	canvas_text(canvas, 1, 0, 1, ROLE_HEADER, "h");
	char *ansi = written(canvas, dump_ansi), *roles = written(canvas, dump_roles);
	assert_string_equal(ansi, "\033[0;38;5;203;1mX\033[0;38;5;250;48;5;236mh\033[0;38;5;252m \033[0m\n");
	assert_string_equal(roles, "Rh.\n");
	free(ansi);
	free(roles);
	canvas_destroy(canvas);
}

static bool same_style(struct style a, struct style b)
{
	return a.foreground == b.foreground && a.background == b.background && a.bold == b.bold && a.dim == b.dim && a.reverse == b.reverse &&
	       a.underline == b.underline;
}

static void states_differ_without_colours(void **state)
{
	(void)state;
	static const enum role told_apart[] = {ROLE_TEXT, ROLE_WARN, ROLE_CRIT, ROLE_STALE};
	static const int colours[] = {256, 16, 8, 0};
	for (size_t c = 0; c < 4; c++)
		for (size_t i = 0; i < 4; i++)
			for (size_t j = i + 1; j < 4; j++)
				assert_false(same_style(theme_style(NULL, told_apart[i], colours[c]), theme_style(NULL, told_apart[j], colours[c])));
	for (int role = 0; role < ROLE_COUNT; role++) {
		const struct style style = theme_style(NULL, (enum role)role, 0);
		assert_true(style.foreground == -1 && style.background == -1);
		assert_true(theme_style(NULL, (enum role)role, 8).foreground < 8);
		assert_true(theme_style(NULL, (enum role)role, 16).foreground < 16);
	}
}

static void big_blanks_carry_no_role(void **state)
{
	(void)state;
	struct canvas *canvas = canvas_create(4, 3);
	glyphs_big(&(struct glyphs){0}, canvas, 0, 0, 4, ROLE_CRIT_STRONG, "0");
	assert_int_equal(canvas_cell(canvas, 0, 1)->role, ROLE_CRIT_STRONG);
	assert_int_equal(canvas_cell(canvas, 1, 1)->role, ROLE_TEXT);
	assert_true(theme_is_ink(canvas_cell(canvas, 0, 1)->character));
	assert_false(theme_is_ink('0'));
	assert_false(theme_is_ink(0x25CF)); /* a dot on the header's ground */
	canvas_destroy(canvas);
}

static void roles_have_letters_of_their_own(void **state)
{
	(void)state;
	for (int i = 0; i < ROLE_COUNT; i++) {
		assert_non_null(role_names[i]);
		for (int j = 0; j < i; j++)
			assert_int_not_equal(role_letters[i], role_letters[j]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_cut_with_a_sign), cmocka_unit_test(wide_characters_are_never_halved),
		cmocka_unit_test(combining_marks_join_their_cell), cmocka_unit_test(ascii_has_twins), cmocka_unit_test(nothing_is_written_outside),
		cmocka_unit_test(big_digits_are_three_rows), cmocka_unit_test(big_digits_in_ascii_are_five_rows),
		cmocka_unit_test(sparks_are_right_aligned), cmocka_unit_test(boxes_have_title_and_note),
		cmocka_unit_test(a_note_without_room_is_left_out), cmocka_unit_test(dumps_carry_colours_and_roles),
		cmocka_unit_test(states_differ_without_colours), cmocka_unit_test(big_blanks_carry_no_role), cmocka_unit_test(roles_have_letters_of_their_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
