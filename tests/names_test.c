/* Names in many scripts on a real terminal: whatever stands before it, the column after a name begins at the same cell. */
#include <locale.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vterm.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "tests/golden.h"
#include "tui/screen.h"

#include <cmocka.h> /* last: it makes a macro of fail */

#define NAMES 200
#define COLUMN 24 /* where what comes after a name begins */
#define WIDTH 40
#define LIMIT 10000 /* ms until a test gives up */

/* Without Burmese: the emulator of this test has a table of widths older than its marks. */
static const char *const given[] = {"محمد", "فاطمة الزهراء", "يوسف", "דוד", "שָׂרָה", "สมชาย", "น้ำผึ้ง", "ก้องเกียรติ", "प्रिया", "राजेश्वरी", "さくら",
	"太郎", "김민준", "王小明", "Łukasz", "Nguyễn", "Nguye\u0302\u0303n", "Ольга", "Ελένη", "გიორგი", "አበበ", "தமிழ்செல்வி", "বীণা", "ខ្មែរ", "ສົມຊາຍ",
	"ਹਰਪ੍ਰੀਤ", "Zoë", "Ａｎａ", "👩‍👩‍👧‍👦", "🇩🇪 Jörg", "Ana\u202Egnab", "Z\u0300\u0301\u0302\u0303\u0304algo", "a\u200Bb\u200Dc", "ﷺ", "نور123"};
static const char *const family[] = {"عبد الرحمن", "כהן", "ศรีสุข", "ทองคำ", "शर्मा", "田中", "이", "O'Brien", "Иванов-Петров", "Παπαδόπουλος", "محمود 42",
	"\u2067אבג\u2069 12", "Müller\u0308", "日本太郎次郎三郎四郎", "ພົມມະ", "42", "(٣)", "👨🏽‍💻", "ไม้เอก", "é"};
#define COUNT(list) (sizeof list / sizeof *list)

static void make_name(int number, char *to, size_t room)
{
	char raw[200];
	snprintf(raw, sizeof raw, "%s %s", given[(size_t)number % COUNT(given)], family[(size_t)(number * 7 + number / 35) % COUNT(family)]);
	text_harmless(view_of(raw), to, room);
}

static void draw_names(struct canvas *canvas)
{
	char name[200];
	for (int i = 0; i < NAMES; i++) {
		make_name(i, name, sizeof name);
		canvas_text(canvas, 0, i, COLUMN - 1, ROLE_TEXT, name);
		canvas_format(canvas, COLUMN, i, WIDTH - COLUMN, ROLE_TEXT, "|%03d|", i);
	}
}

/* ---- on a terminal ---- */

static void run_child(void)
{
	struct error err;
	setenv("TERM", "xterm-256color", 1);
	struct screen *screen = screen_open(&(struct screen_options){.colours = "none", .glyphs = "utf-8"}, &err);
	if (!screen)
		_exit(1);
	struct canvas *canvas = canvas_create(WIDTH, NAMES);
	draw_names(canvas);
	const int64_t end = clock_monotonic() + LIMIT;
	/* Until the other side has seen enough. */
	for (char byte; clock_monotonic() < end;) {
		struct pollfd key = {.fd = STDIN_FILENO, .events = POLLIN};
		screen_draw(screen, canvas);
		if (poll(&key, 1, 20) > 0 && read(STDIN_FILENO, &byte, 1) == 1)
			break;
	}
	_exit(0);
}

static bool is_there(VTermScreen *screen, int row)
{
	char wanted[8];
	snprintf(wanted, sizeof wanted, "|%03d|", row);
	for (int i = 0; wanted[i]; i++) {
		VTermScreenCell cell;
		vterm_screen_get_cell(screen, (VTermPos){.row = row, .col = COLUMN + i}, &cell);
		if (cell.chars[0] != (uint32_t)wanted[i])
			return false;
	}
	return true;
}

static int count_rows(VTermScreen *screen)
{
	int count = 0;
	for (int row = 0; row < NAMES; row++)
		count += is_there(screen, row);
	return count;
}

/* The terminal's picture after everything has come, or when time is up. */
static VTerm *watch(int master, VTermScreen **screen)
{
	VTerm *terminal = vterm_new(NAMES, WIDTH);
	vterm_set_utf8(terminal, 1);
	*screen = vterm_obtain_screen(terminal);
	vterm_screen_enable_altscreen(*screen, 1);
	vterm_screen_reset(*screen, 1);
	const int64_t end = clock_monotonic() + LIMIT;
	char *pending = NULL;
	size_t held = 0, room = 0;
	while (clock_monotonic() < end && count_rows(*screen) < NAMES) {
		if (held + 4096 > room)
			pending = memory_grow(pending, &room, held + 4096, 1);
		struct pollfd output = {.fd = master, .events = POLLIN};
		const bool ready = poll(&output, 1, 100) > 0;
		const ssize_t size = ready ? read(master, pending + held, room - held) : 0;
		if (size < 0)
			break;
		held += (size_t)size;
		if (ready)
			continue;
		/* Whole pictures: libvterm puts no mark on a letter that came in the piece before. */
		vterm_input_write(terminal, pending, held);
		held = 0;
	}
	free(pending);
	return terminal;
}

static void columns_begin_at_the_same_cell(void **state)
{
	(void)state;
	int master;
	struct winsize size = {.ws_row = NAMES, .ws_col = WIDTH};
	const pid_t child = forkpty(&master, NULL, NULL, &size);
	assert_true(child >= 0);
	if (child == 0)
		run_child();
	VTermScreen *screen;
	VTerm *terminal = watch(master, &screen);
	for (int row = 0; row < NAMES; row++)
		if (!is_there(screen, row)) {
			char name[200];
			make_name(row, name, sizeof name);
			print_message("row %d: the column after \"%s\" is elsewhere\n", row, name);
		}
	assert_int_equal(count_rows(screen), NAMES);
	assert_int_equal(write(master, "q", 1), 1);
	vterm_free(terminal);
	close(master);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

/* ---- on the canvas ---- */

static void pictures(void **state)
{
	(void)state;
	struct canvas *canvas = canvas_create(WIDTH, NAMES);
	draw_names(canvas);
	golden_check(canvas, "names_40x200");
	canvas_destroy(canvas);
}

static void a_cell_keeps_two_marks(void **state)
{
	(void)state;
	struct canvas *canvas = canvas_create(10, 1);
	char name[60];
	text_harmless(view_of("ที่"), name, sizeof name); /* a vowel and a tone on one consonant */
	assert_int_equal(canvas_text(canvas, 0, 0, 10, ROLE_TEXT, name), 1);
	assert_int_equal(canvas->cells[0].character, 0xE17);
	assert_int_equal(canvas->cells[0].marks[0], 0xE35);
	assert_int_equal(canvas->cells[0].marks[1], 0xE48);
	assert_int_equal(canvas->cells[0].marks[2], 0);
	canvas_text(canvas, 0, 0, 1, ROLE_TEXT, "x");
	assert_int_equal(canvas->cells[0].marks[0], 0);
	canvas_destroy(canvas);
}

/* Once, behind its last letter; names of other scripts have none. */
static void right_to_left_ends_with_its_mark(void **state)
{
	(void)state;
	struct canvas *canvas = canvas_create(20, 2);
	char name[60];
	text_harmless(view_of("دנ x\u202E1"), name, sizeof name);
	canvas_text(canvas, 0, 0, 20, ROLE_TEXT, name);
	assert_int_equal(canvas->cells[0].marks[0], 0);
	assert_int_equal(canvas->cells[1].marks[0], CELL_LEFT_TO_RIGHT);
	canvas_text(canvas, 0, 1, 20, ROLE_TEXT, "Ana Иванова");
	for (int x = 0; x < 20; x++)
		assert_int_equal(canvas_cell(canvas, x, 1)->marks[0], 0);
	canvas_destroy(canvas);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_begin_at_the_same_cell), cmocka_unit_test(pictures), cmocka_unit_test(a_cell_keeps_two_marks),
		cmocka_unit_test(right_to_left_ends_with_its_mark),
	};
	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
