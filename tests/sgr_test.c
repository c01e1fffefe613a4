/* Fewer bytes, the same picture: sequences by hand, and random ones played on two terminals. TABLO_ROUNDS multiplies the rounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vterm.h>

#include "tui/sgr.h"

#include <cmocka.h>

#define COUNT(list) (sizeof(list) / sizeof *(list))
#define WIDTH 20
#define HEIGHT 8
#define FRAMES 12

static void expect(struct sgr *sgr, const char *from, const char *to)
{
	sgr_thin(sgr, from, strlen(from));
	if (sgr->used != strlen(to) || memcmp(sgr->bytes, to, sgr->used) != 0)
		print_error("%s\nbecame %.*s\n", from + 1, (int)sgr->used, sgr->bytes);
	assert_int_equal(sgr->used, strlen(to));
	assert_memory_equal(sgr->bytes, to, sgr->used);
}

static void only_what_shows_is_told(void **state)
{
	(void)state;
	static const struct {
		const char *from, *to; /* after a terminal that has its own colours, in row 5 */
	} cases[] = {
		{"a\033[m", "a"},
		{"\033(B\033[0;1m\033[38;5;255m\033[48;5;236m1", "\033[1;38;5;255;48;5;236m1"},
		{"a\033[39m\033(B\033[mb", "ab"},
		{"\033[31mx\033[32my\033[31mz", "\033[31mx\033[32my\033[31mz"},
		{"\033[31m\033[2;3H\033[32mx", "\033[2;3H\033[32mx"},
		{"\033[38;5;203ma\033[0;1;38;5;203mb\033[0;38;5;203mc\033[m", "\033[38;5;203ma\033[1mb\033[22mc"},
		{"\033[1ma\033[0;2mb", "\033[1ma\033[0;2mb"},		    /* it may know nothing but "all off" */
		{"\033[1;2;38;5;9ma\033[0;2;38;5;9mb", "\033[1;2;38;5;9ma\033[22;2mb"},
		{"\033[1;31ma\033[0;31m \033[1;31mb", "\033[1;31ma b"},	    /* a blank has no colour of its own */
		{"\033[41ma\033[m \033[41mb", "\033[41ma\033[m \033[41mb"}, /* but a ground */
		{"\033[7ma\033[m b", "\033[7ma\033[m b"}, {"a\033[4m b", "a\033[4m b"},
		{"\033[31m\033[K\033[3X\033[1mx", "\033[K\033[3X\033[1;31mx"},
		{"\033[42m\033[K", "\033[42m\033[K"},
		{"\033[38;2;1;2;3ma", "\033[38;2;1;2;3ma"}, {"\033[93;104ma", "\033[93;104ma"},
		{"\033[38;7;1ma", "\033[38;7;1m\033[ma"}, {"\033[53ma", "\033[53m\033[ma"}, /* not known: as it is, and then all anew */
		{"\033[6d\b7", "\n\b7"}, {"\r\033[8dx", "\r\n\n\nx"}, {"\033[9dx", "\033[9dx"}, {"\033[4dx", "\033[4dx"}, {"\033[5dx", "\033[5dx"},
		{"\033[2;7Hx\033[3d\by", "\033[2;7Hx\n\by"}, {"\033[A\033[6d", "\033[A\033[6d"}, {"\033[2S\033[6d", "\033[2S\033[6d"},
		{"\033[H\033[2d", "\033[H\n"}, {"\033[?25l\033[1mx", "\033[?25l\033[1mx"}, {"\033[1m\033[?25h", "\033[1m\033[?25h"},
		{"\033[1m\033[2Jx", "\033[0;1m\033[2Jx"}, {"\033", "\033"}, {"\033[31", "\033[31"}, {"", ""},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sgr sgr;
		sgr_init(&sgr, true);
		expect(&sgr, "\033[5;1H.", "\033[5;1H\033[m.");
		expect(&sgr, cases[i].from, cases[i].to);
		sgr_release(&sgr);
	}
}

static void who_comes_after_finds_it_as_curses_left_it(void **state)
{
	(void)state;
	struct sgr sgr;
	sgr_init(&sgr, false);
	expect(&sgr, "\033[5;1H\033[1ma\033[m\033[6dx", "\033[5;1H\033[0;1ma\033[6d\033[mx"); /* line feeds are not for this one */
	expect(&sgr, "\033[31mb\033[m", "\033[31mb");
	sgr_settle(&sgr);
	assert_int_equal(sgr.used, 3);
	assert_memory_equal(sgr.bytes, "\033[m", 3);
	expect(&sgr, "c", "\033[mc"); /* whatever the other one left */
	expect(&sgr, "\033(0q\033(B", "\033(0q\033(B");
	expect(&sgr, "c", "\033[mc");
	sgr_release(&sgr);
}

/* ---- on two terminals ---- */

struct script {
	char bytes[4000];
	size_t size;
	uint32_t chance;
	bool full; /* the row is: curses goes by row and column then */
};

static unsigned draw(struct script *script, unsigned below)
{
	script->chance = script->chance * 1664525 + 1013904223;
	return (script->chance >> 16) % below;
}

static void say(struct script *script, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(struct script *script, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	script->size += (size_t)vsnprintf(script->bytes + script->size, sizeof script->bytes - script->size, format, arguments);
	va_end(arguments);
}

static void say_look(struct script *script)
{
	static const char *const looks[] = {"0;1;38;5;203", "0;38;5;252", "39;49", "", "1", "7", "27", "4", "24", "2", "22", "41", "48;5;236",
		"38;5;244", "0;38;2;1;2;3", "93", "31", "38;5;203", "0;38;5;203"};
	say(script, "\033[%sm", looks[draw(script, COUNT(looks))]);
}

static void say_place(struct script *script, int *x)
{
	if (script->full || draw(script, 3) == 0) {
		*x = (int)draw(script, WIDTH);
		say(script, "\033[%u;%dH", 1 + draw(script, HEIGHT), *x + 1);
	} else {
		say(script, draw(script, 4) ? "\033[%ud" : "\r\033[%ud", 1 + draw(script, HEIGHT));
		if (script->bytes[script->size - 1] == 'd' && strrchr(script->bytes + (script->size > 8 ? script->size - 8 : 0), '\r'))
			*x = 0;
	}
	script->full = false;
}

static void say_text(struct script *script, int *x)
{
	static const char *const letters[] = {" ", "7", "a", "\xe2\x96\x88", "\xc3\xa9"};
	for (unsigned i = draw(script, 6); i > 0 && *x < WIDTH; i--, ++*x)
		say(script, "%s", letters[draw(script, COUNT(letters))]);
	script->full = *x == WIDTH;
}

static void make_frame(struct script *script)
{
	static const char *const others[] = {"\033[K", "\033[3X", "\033[1K", "\033[2P", "\033[2@", "\033[?25l", "\033[J"};
	int x = WIDTH;
	script->size = 0;
	script->full = true;
	script->bytes[0] = 0;
	for (int i = 0; i < 30; i++) {
		say_place(script, &x);
		for (unsigned looks = draw(script, 3); looks > 0; looks--)
			say_look(script);
		say_text(script, &x);
		if (!script->full && draw(script, 8) == 0)
			say(script, "%s", others[draw(script, COUNT(others))]);
	}
	say(script, "\033[m");
}

static VTerm *open_terminal(void)
{
	VTerm *terminal = vterm_new(HEIGHT, WIDTH);
	vterm_set_utf8(terminal, 1);
	vterm_screen_reset(vterm_obtain_screen(terminal), 1);
	return terminal;
}

static bool is_blank(const VTermScreenCell *cell)
{
	return !cell->chars[0] || cell->chars[0] == ' ';
}

static bool same_cell(const VTermScreenCell *a, const VTermScreenCell *b)
{
	if (is_blank(a) != is_blank(b) || !vterm_color_is_equal(&a->bg, &b->bg) || a->attrs.reverse != b->attrs.reverse ||
		a->attrs.underline != b->attrs.underline)
		return false;
	if (is_blank(a) && !a->attrs.reverse && !a->attrs.underline)
		return true;
	return memcmp(a->chars, b->chars, sizeof a->chars) == 0 && vterm_color_is_equal(&a->fg, &b->fg) && a->attrs.bold == b->attrs.bold;
}

static void expect_same(VTerm *plain, VTerm *thin, const struct script *script)
{
	for (int y = 0; y < HEIGHT; y++)
		for (int x = 0; x < WIDTH; x++) {
			VTermScreenCell a = {0}, b = {0}; /* only as many letters are filled in as there are */
			vterm_screen_get_cell(vterm_obtain_screen(plain), (VTermPos){y, x}, &a);
			vterm_screen_get_cell(vterm_obtain_screen(thin), (VTermPos){y, x}, &b);
			if (!same_cell(&a, &b))
				print_error("row %d, column %d is another after %s\n", y, x, script->bytes);
			assert_true(same_cell(&a, &b));
		}
}

static void two_terminals_show_the_same(void **state)
{
	(void)state;
	const char *times = getenv("TABLO_ROUNDS");
	size_t before = 0, after = 0;
	for (int round = 0; round < 300 * (times && atoi(times) > 0 ? atoi(times) : 1); round++) {
		VTerm *plain = open_terminal(), *thin = open_terminal();
		struct script script = {.chance = (uint32_t)round * 2654435761u};
		struct sgr sgr;
		sgr_init(&sgr, true);
		for (int frame = 0; frame < FRAMES; frame++) {
			make_frame(&script);
			sgr_thin(&sgr, script.bytes, script.size);
			vterm_input_write(plain, script.bytes, script.size);
			vterm_input_write(thin, sgr.bytes, sgr.used);
			expect_same(plain, thin, &script);
			before += script.size;
			after += sgr.used;
		}
		sgr_release(&sgr);
		vterm_free(plain);
		vterm_free(thin);
	}
	assert_true(after < before * 9 / 10);
}

/* Whatever the bytes are: text stays. */
static void text_stays(void **state)
{
	(void)state;
	static const char letters[] = "\033[0;15mdHJ(Bx?";
	uint32_t chance = 4711;
	struct sgr sgr;
	sgr_init(&sgr, true);
	for (int round = 0; round < 20000; round++) {
		char bytes[160];
		size_t size = 0, before = 0, after = 0;
		for (; size < sizeof bytes - 1 && (size < 20 || chance >> 28); size++) {
			chance = chance * 1664525 + 1013904223;
			bytes[size] = letters[chance >> 16 & 0xFFFF ? (chance >> 20) % (sizeof letters - 1) : 0];
			before += bytes[size] == 'x';
		}
		sgr_thin(&sgr, bytes, size);
		for (size_t i = 0; i < sgr.used; i++)
			after += sgr.bytes[i] == 'x';
		assert_int_equal(before, after);
	}
	sgr_release(&sgr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_shows_is_told),
		cmocka_unit_test(who_comes_after_finds_it_as_curses_left_it),
		cmocka_unit_test(two_terminals_show_the_same),
		cmocka_unit_test(text_stays),
	};
	return cmocka_run_group_tests_name("sgr", tests, NULL, NULL);
}
