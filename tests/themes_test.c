/* Themes: what people with other eyes see of them, what can be read, what is told of a file that is wrong. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tui/colour.h"
#include "tui/theme.h"
#include "tui/truecolor.h"

#include <cmocka.h>

#define COUNT(array) (sizeof array / sizeof *array)
#define APART 15.0 /* CIEDE2000 between levels: what a glance tells apart */

/* Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB. */
static const double deuteranopia[3][3] = {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}};
static const double protanopia[3][3] = {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}};

struct lab { double l, a, b; };

static double bend(double t)
{
	return t > 0.008856 ? cbrt(t) : 7.787 * t + 16.0 / 116;
}

static struct lab seen(int32_t rgb, const double eye[3][3])
{
	double from[3], c[3];
	for (int i = 0; i < 3; i++) {
		const double value = (double)(rgb >> (16 - 8 * i) & 0xFF) / 255;
		from[i] = value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
	}
	for (int i = 0; i < 3; i++) {
		c[i] = eye ? eye[i][0] * from[0] + eye[i][1] * from[1] + eye[i][2] * from[2] : from[i];
		c[i] = c[i] < 0 ? 0 : c[i] > 1 ? 1 : c[i];
	}
	const double x = bend((0.4124 * c[0] + 0.3576 * c[1] + 0.1805 * c[2]) / 0.95047);
	const double y = bend(0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2]);
	const double z = bend((0.0193 * c[0] + 0.1192 * c[1] + 0.9505 * c[2]) / 1.08883);
	return (struct lab){116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

static double degrees(double b, double a)
{
	const double angle = atan2(b, a) * 180 / M_PI;
	return angle < 0 ? angle + 360 : angle;
}

static double cosine(double angle)
{
	return cos(angle * M_PI / 180);
}

/* CIEDE2000 as Sharma, Wu and Dalal write it. */
static double difference(struct lab p, struct lab q)
{
	const double mean = (hypot(p.a, p.b) + hypot(q.a, q.b)) / 2, seventh = pow(mean, 7);
	const double stretch = 1.5 - 0.5 * sqrt(seventh / (seventh + pow(25, 7)));
	const double a1 = p.a * stretch, a2 = q.a * stretch, c1 = hypot(a1, p.b), c2 = hypot(a2, q.b), c = (c1 + c2) / 2;
	const double h1 = degrees(p.b, a1), h2 = degrees(q.b, a2);
	double turn = h2 - h1, h = (h1 + h2) / 2;
	if (fabs(turn) > 180) {
		h = h < 180 ? h + 180 : h - 180;
		turn += turn > 0 ? -360 : 360;
	}
	const double hue = 2 * sqrt(c1 * c2) * sin(turn / 2 * M_PI / 180), l = (p.l + q.l) / 2 - 50;
	const double t = 1 - 0.17 * cosine(h - 30) + 0.24 * cosine(2 * h) + 0.32 * cosine(3 * h + 6) - 0.2 * cosine(4 * h - 63);
	const double sl = 1 + 0.015 * l * l / sqrt(20 + l * l), sc = 1 + 0.045 * c, sh = 1 + 0.015 * c * t;
	const double seven = pow(c, 7), rt = -2 * sqrt(seven / (seven + pow(25, 7))) * sin(60 * exp(-pow((h - 275) / 25, 2)) * M_PI / 180);
	const double dl = (q.l - p.l) / sl, dc = (c2 - c1) / sc, dh = hue / sh;
	return sqrt(dl * dl + dc * dc + dh * dh + rt * dc * dh);
}

static struct theme named(const char *name)
{
	struct theme theme;
	assert_true(theme_find(name, &theme));
	return theme;
}

static int32_t shade(const struct theme *theme, const struct theme_colour *colour, int32_t fallback)
{
	(void)theme;
	return colour->rgb >= 0 ? colour->rgb : fallback;
}

static void the_formula_is_the_published_one(void **state)
{
	(void)state;
	/* The first and the twentieth pair of Sharma's table. */
	assert_true(fabs(difference((struct lab){50, 2.6772, -79.7751}, (struct lab){50, 0, -82.7485}) - 2.0425) < 0.0001);
	assert_true(fabs(difference((struct lab){50, 2.5, 0}, (struct lab){58, 24, 15}) - 19.4535) < 0.001);
	assert_true(fabs(colour_contrast(0x000000, 0xFFFFFF) - 21) < 0.001);
	assert_true(fabs(colour_contrast(0x777777, 0xFFFFFF) - 4.478) < 0.01);
}

static void expect_levels_apart(const char *name, const double eye[3][3])
{
	static const enum role levels[] = {ROLE_OK, ROLE_WARN, ROLE_CRIT};
	const struct theme theme = named(name);
	for (size_t i = 0; i < COUNT(levels); i++)
		for (size_t j = 0; j < i; j++) {
			const double apart = difference(seen(theme.entries[levels[i]].foreground.rgb, eye), seen(theme.entries[levels[j]].foreground.rgb, eye));
			if (apart < APART)
				print_error("%s: %s and %s are %.1f apart\n", name, role_names[levels[i]], role_names[levels[j]], apart);
			assert_true(apart >= APART);
		}
}

static void levels_are_told_apart_by_everybody(void **state)
{
	(void)state;
	for (int i = 0; theme_names[i]; i++)
		if (strcmp(theme_names[i], "mono") != 0)
			expect_levels_apart(theme_names[i], NULL);
	expect_levels_apart("deuteranopia", deuteranopia);
	expect_levels_apart("protanopia", protanopia);
	expect_levels_apart("deuteranopia", NULL);
}

/* Frames and the course of an hour are no text: what they tell stands beside them in figures. */
static bool is_text(enum role role)
{
	return role != ROLE_BORDER && role != ROLE_SPARK && role != ROLE_TIMELINE;
}

static double wanted_contrast(const char *name, enum role role)
{
	/* The dark theme leaves these quiet on purpose. */
	if (strcmp(name, "dark") == 0 && (role == ROLE_FAINT || role == ROLE_STALE))
		return 2.9;
	if (strcmp(name, "dark") == 0 && role == ROLE_HEADER_CRIT)
		return 4.3;
	if (strcmp(name, "dark") == 0 && (role == ROLE_HEADER_DIM || role == ROLE_KEY_TEXT))
		return 3.8;
	return strcmp(name, "high-contrast") == 0 ? 7 : 4.5;
}

static void text_can_be_read(void **state)
{
	(void)state;
	for (int i = 0; theme_names[i]; i++) {
		const struct theme theme = named(theme_names[i]);
		for (int role = 0; role < ROLE_COUNT && !theme.mono; role++) {
			const struct theme_entry *entry = &theme.entries[role];
			const double contrast = colour_contrast(shade(&theme, &entry->foreground, 0xFFFFFF), shade(&theme, &entry->background, theme.ground));
			if (!is_text((enum role)role))
				continue;
			if (contrast < wanted_contrast(theme.name, (enum role)role))
				print_error("%s: %s has a contrast of %.2f\n", theme.name, role_names[role], contrast);
			assert_true(contrast >= wanted_contrast(theme.name, (enum role)role));
		}
	}
}

/* On every palette a foreground is another number than its background, and levels are told apart by number or attribute. */
static void small_palettes_stay_readable(void **state)
{
	(void)state;
	static const int palettes[] = {256, 16, 8};
	for (int i = 0; theme_names[i]; i++) {
		const struct theme theme = named(theme_names[i]);
		for (size_t p = 0; p < COUNT(palettes) && !theme.mono; p++) {
			for (int role = 0; role < ROLE_COUNT; role++) {
				const struct style style = theme_style(&theme, (enum role)role, palettes[p]);
				assert_in_range(style.foreground + 1, 0, palettes[p]);
				assert_in_range(style.background + 1, 0, palettes[p]);
				assert_true(style.foreground != style.background || style.foreground < 0);
			}
			const int32_t ok = theme_style(&theme, ROLE_OK, palettes[p]).foreground, warn = theme_style(&theme, ROLE_WARN, palettes[p]).foreground;
			const int32_t crit = theme_style(&theme, ROLE_CRIT, palettes[p]).foreground;
			if (ok == warn || warn == crit || ok == crit)
				print_error("%s with %d colours: %d %d %d\n", theme.name, palettes[p], ok, warn, crit);
			assert_true(ok != crit && warn != crit);
		}
	}
}

static void mono_has_no_colour(void **state)
{
	(void)state;
	const struct theme mono = named("mono");
	for (int role = 0; role < ROLE_COUNT; role++) {
		const struct style style = theme_style(&mono, (enum role)role, THEME_DIRECT), none = theme_style(NULL, (enum role)role, 0);
		assert_int_equal(style.foreground, THEME_OWN);
		assert_int_equal(style.background, THEME_OWN);
		assert_true(style.bold == none.bold && style.reverse == none.reverse && style.underline == none.underline && style.dim == none.dim);
	}
}

/* The dark theme is that of a terminal's own ground, in numbers of its palette, whatever the terminal could do. */
static void dark_stays_as_it_was(void **state)
{
	(void)state;
	const struct theme dark = named("dark");
	assert_int_equal(theme_style(&dark, ROLE_CRIT, THEME_DIRECT).foreground, 203);
	assert_int_equal(theme_style(&dark, ROLE_CRIT, 256).foreground, 203);
	assert_int_equal(theme_style(&dark, ROLE_CRIT, 16).foreground, 9);
	assert_int_equal(theme_style(&dark, ROLE_CRIT, 88).foreground, 9);
	assert_int_equal(theme_style(&dark, ROLE_CRIT, 8).foreground, 1);
	assert_int_equal(theme_style(&dark, ROLE_TEXT, 256).background, THEME_OWN);
	assert_int_equal(theme_style(&dark, ROLE_HEADER, 256).background, 236);
}

/* ---- files ---- */
static char *write_file(const char *text)
{
	static char path[64];
	snprintf(path, sizeof path, "/tmp/tablo-theme-XXXXXX");
	const int file = mkstemp(path);
	assert_true(file >= 0);
	assert_int_equal(write(file, text, strlen(text)), (ssize_t)strlen(text));
	close(file);
	return path;
}

static void a_file_changes_what_it_names(void **state)
{
	(void)state;
	struct theme theme;
	struct error err;
	const char *path = write_file("# mine\nbase = \"light\"\nrole \"crit\" { fg = \"#aa0011\" fg16 = 5 fg8 = 5 bold = true }\n"
		"role \"ok\" { bg = \"none\" underline = true }\n");
	if (!theme_open(path, &theme, &err))
		print_error("%s\n", err.text);
	assert_true(theme_open(path, &theme, &err));
	unlink(path);
	assert_int_equal(theme_style(&theme, ROLE_CRIT, THEME_DIRECT).foreground, THEME_DIRECT | 0xAA0011);
	assert_int_equal(theme_style(&theme, ROLE_CRIT, 16).foreground, 5);
	assert_int_equal(theme_style(&theme, ROLE_CRIT, 8).foreground, 5);
	assert_true(theme_style(&theme, ROLE_CRIT, 256).bold);
	assert_int_equal(theme_style(&theme, ROLE_OK, 256).background, THEME_OWN);
	assert_true(theme_style(&theme, ROLE_OK, 256).underline);
	const struct theme light = named("light");
	assert_int_equal(theme_style(&theme, ROLE_WARN, 256).foreground, theme_style(&light, ROLE_WARN, 256).foreground);
}

static void a_wrong_file_is_told_by_line(void **state)
{
	(void)state;
	static const struct {
		const char *text, *line, *told;
	} wrong[] = {
		{"role \"crit\" { fg = \"red\" }", ":1: ", "#ff5f5f"},
		{"\n\nrole \"crit\" {\n fg8 = 9\n}", ":3: ", "0 to 7"},
		{"role \"nothing\" { }", ":1: ", "no role is called"},
		{"base = \"sepia\"", ":1: ", "built-in"},
		{"ground = \"black\"", ":1: ", "ground"},
		{"role \"ok\" { fg = \"#000000\"", ":1: ", "'{'"},
		{"\ncolour = 5", ":2: ", "no such option"},
		{"role \"ok\" { bold = perhaps }", ":1: ", "bold"},
		{"role \"ok\" { fg = \"#\x01\" }", ":1: ", "control character"},
	};
	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct theme theme = {.name = "before"};
		struct error err = {.text = ""};
		const char *path = write_file(wrong[i].text);
		const bool opened = theme_open(path, &theme, &err);
		unlink(path);
		if (opened || !strstr(err.text, wrong[i].line) || !strstr(err.text, wrong[i].told))
			print_error("%s\n -> %s\n", wrong[i].text, opened ? "taken" : err.text);
		assert_false(opened);
		assert_non_null(strstr(err.text, path));
		assert_non_null(strstr(err.text, wrong[i].line));
		assert_non_null(strstr(err.text, wrong[i].told));
		assert_string_equal(theme.name, "before");
	}
}

static void a_name_that_is_none_is_told(void **state)
{
	(void)state;
	struct theme theme;
	struct error err;
	assert_false(theme_open("sepia", &theme, &err));
	assert_non_null(strstr(err.text, "high-contrast"));
	assert_false(theme_open("/nowhere/at/all.conf", &theme, &err));
	assert_non_null(strstr(err.text, "/nowhere/at/all.conf"));
}

static void the_examples_are_right(void **state)
{
	(void)state;
	static const char *const names[] = {"solarized.conf", "paper.conf"};
	for (size_t i = 0; i < COUNT(names); i++) {
		char path[500];
		struct theme theme;
		struct error err;
		snprintf(path, sizeof path, "%s/data/themes/%s", getenv("TABLO_SOURCE") ? getenv("TABLO_SOURCE") : "..", names[i]);
		if (!theme_open(path, &theme, &err))
			print_error("%s\n", err.text);
		assert_true(theme_open(path, &theme, &err));
		assert_string_equal(theme.name, names[i]);
	}
}

static void a_pipe_holds_up_nobody_for_long(void **state)
{
	(void)state;
	struct theme theme;
	struct error err = {.text = ""};
	char path[] = "/tmp/tablo-theme-XXXXXX", pipe[sizeof path + 2];
	assert_non_null(mkdtemp(path));
	snprintf(pipe, sizeof pipe, "%s/p", path);
	assert_int_equal(mkfifo(pipe, 0600), 0);
	assert_false(theme_open(pipe, &theme, &err));
	assert_non_null(strstr(err.text, "nothing more comes out of it"));
	unlink(pipe);
	assert_false(theme_open(path, &theme, &err));
	assert_non_null(strstr(err.text, "directory"));
	rmdir(path);
}

/* ---- numbers and bytes ---- */
static void the_nearest_is_found(void **state)
{
	(void)state;
	for (int i = 16; i < 256; i++)
		assert_int_equal(colour_of_palette(colour_nearest(colour_of_palette(i), 256, -1)), colour_of_palette(i));
	assert_int_equal(colour_nearest(0xFF0000, 16, -1), 9);
	assert_int_equal(colour_nearest(0x101010, 8, 0), colour_nearest(0x101010, 8, 0));
	for (int ground = 0; ground < 8; ground++)
		for (int32_t grey = 0; grey < 256; grey += 15)
			assert_true(colour_contrast(colour_of_palette(colour_nearest(grey * 0x010101, 8, ground)), colour_of_palette(ground)) >= 3 || ground == 5);
}

static void numbers_become_colours(void **state)
{
	(void)state;
	struct truecolor colours = {.count = 0};
	assert_int_equal(truecolor_number(&colours, 0xFF8000), 16);
	assert_int_equal(truecolor_number(&colours, 0x000102), 17);
	assert_int_equal(truecolor_number(&colours, 0xFF8000), 16);
	static const struct {
		const char *from, *to;
	} cases[] = {{"\033[38;5;16mA\033[48;5;17mB", "\033[38;2;255;128;0mA\033[48;2;0;1;2mB"}, {"38;5;16m", "38;5;16m"}, {"\033[38;5;18m",
		"\033[38;5;18m"},
		{"\033[38;5;16", "\033[38;5;16"}, {"\033[31m\033[38;5;9m", "\033[31m\033[38;5;9m"}, {"\033[38;5;m", "\033[38;5;m"}, {"\033", "\033"}};
	for (size_t i = 0; i < COUNT(cases); i++) {
		char to[200];
		const size_t size = strlen(cases[i].from), used = truecolor_expand(&colours, cases[i].from, size, to);
		assert_true(used <= truecolor_room(size));
		assert_int_equal(used, strlen(cases[i].to));
		assert_memory_equal(to, cases[i].to, used);
	}
	for (int32_t i = 0; i < TRUECOLOR_MOST - 2; i++)
		assert_true(truecolor_number(&colours, 0x800000 + i) > 0);
	assert_int_equal(truecolor_number(&colours, 0x123456), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_formula_is_the_published_one), cmocka_unit_test(levels_are_told_apart_by_everybody),
		cmocka_unit_test(text_can_be_read), cmocka_unit_test(small_palettes_stay_readable), cmocka_unit_test(mono_has_no_colour),
		cmocka_unit_test(dark_stays_as_it_was), cmocka_unit_test(a_file_changes_what_it_names), cmocka_unit_test(a_wrong_file_is_told_by_line),
		cmocka_unit_test(a_name_that_is_none_is_told), cmocka_unit_test(a_pipe_holds_up_nobody_for_long), cmocka_unit_test(the_examples_are_right), cmocka_unit_test(the_nearest_is_found),
		cmocka_unit_test(numbers_become_colours)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
