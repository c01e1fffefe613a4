#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <wchar.h>

#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <term.h>

#include "base/clock.h"
#include "base/memory.h"
#include "tui/crash_guard.h"
#include "tui/pump.h"
#include "tui/screen.h"
#include "tui/terminal.h"
#include "tui/theme.h"

#define ESCAPE_DELAY 25	    /* ms that ESC waits for the rest of a key */
#define STALL_MS 2000	    /* after such a stall nobody knows what the terminal shows: all of it is sent again */
#define FINISH_MS 500	    /* ms the last bytes may take */
#define SYNC_BEGIN "\033[?2026h"
#define SYNC_END "\033[?2026l"
#define MOUSE_OFF "\033[?1006;1000l"

struct screen {
	struct terminal terminal;
	struct pump pump;
	FILE *memory, *input; /* curses writes into memory and reads from the terminal */
	SCREEN *curses;
	WINDOW *keys;	      /* a pad: reading a key from a window would draw it */
	int width, height, colours;
	int click_x, click_y;
	bool utf8, synchronised, all /* cells are to be handed over */, suspended, rings /* with the next frame */;
	int64_t dropped_since; /* monotonic ms of the first frame dropped; 0: none is owed */
	struct cell *shown;    /* what curses was given last */
	attr_t attributes[ROLE_COUNT];
};

static const char *capability(const char *name)
{
	const char *text = tigetstr(name);
	return text == (const char *)-1 ? NULL : text;
}

static void arm_guard(const struct screen *screen)
{
	static const char *const resets[] = {"rmkx", "sgr0", "op", "cnorm", "rmcup"};
	crash_guard_prepare(screen->terminal.output, &screen->terminal.found);
	if (screen->synchronised)
		crash_guard_add(SYNC_END);
	if (capability("kmous"))
		crash_guard_add(MOUSE_OFF);
	for (size_t i = 0; i < sizeof resets / sizeof *resets; i++)
		crash_guard_add(capability(resets[i]));
	crash_guard_arm();
}

/* ---- which terminal it is ---- */
enum usable { UNKNOWN_TERMINAL, CANNOT_MOVE, USABLE };

static enum usable try_terminal(const char *term)
{
	int result = 0;
	if (setupterm(term, STDOUT_FILENO, &result) != OK)
		return UNKNOWN_TERMINAL;
	const enum usable usable = capability("cup") ? USABLE : CANNOT_MOVE;
	del_curterm(cur_term);
	return usable;
}

bool screen_knows(const char *term, int *colours)
{
	int result;
	if (setupterm(term, STDOUT_FILENO, &result) != OK)
		return false;
	const int most = tigetnum("colors");
	*colours = most > 0 ? most : 0;
	del_curterm(cur_term);
	return true;
}

/* $TERM, or the nearest relative that this machine's terminfo knows. */
static const char *choose_terminal(struct error *err)
{
	static const char *const chain[] = {"xterm-256color", "xterm", "vt100"};
	const char *term = getenv("TERM");
	if (!term || !*term) {
		fail(err, "TERM is not set: set it (TERM=xterm-256color), or use --plain or `tablo snapshot --text`");
		return NULL;
	}
	enum usable usable = try_terminal(term);
	for (size_t i = 0; usable == UNKNOWN_TERMINAL && i < sizeof chain / sizeof *chain; i++)
		usable = try_terminal(term = chain[i]);
	if (usable == USABLE)
		return term;
	fail(err, "the terminal '%s' cannot place the cursor: use --plain or `tablo snapshot --text`, or set TERM to what it is", getenv("TERM"));
	return NULL;
}

/* ---- colours and characters ---- */
static attr_t attributes_of(struct style style)
{
	return (style.bold ? A_BOLD : A_NORMAL) | (style.dim ? A_DIM : A_NORMAL) | (style.reverse ? A_REVERSE : A_NORMAL) |
	       (style.underline ? A_UNDERLINE : A_NORMAL);
}

static void prepare_roles(struct screen *screen)
{
	if (screen->colours) {
		start_color();
		use_default_colors();
	}
	for (int role = 0; role < ROLE_COUNT; role++) {
		const struct style style = theme_style((enum role)role, screen->colours);
		screen->attributes[role] = attributes_of(style);
		if (screen->colours)
			init_pair((short)(role + 1), style.foreground, style.background);
	}
}

/* ---- opening and closing ---- */
/* newterm() wants SIGINT, SIGTERM, SIGTSTP and SIGWINCH for itself; they belong to the loop. */
static SCREEN *start_curses(const char *term, FILE *output, FILE *input)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
	struct sigaction kept[4];
	for (size_t i = 0; i < 4; i++)
		sigaction(numbers[i], NULL, &kept[i]);
	SCREEN *curses = newterm(term, output, input);
	for (size_t i = 0; i < 4; i++)
		sigaction(numbers[i], &kept[i], NULL);
	return curses;
}

static bool open_files(struct screen *screen, struct error *err)
{
	const int memory = memfd_create("frame", MFD_CLOEXEC);
	screen->memory = memory < 0 ? NULL : fdopen(memory, "w");
	if (!screen->memory) {
		if (memory >= 0)
			close(memory);
		return fail(err, "no memory file for frames (memfd_create): %m: use --plain");
	}
	const int input = dup(screen->terminal.input);
	screen->input = input < 0 ? NULL : fdopen(input, "r");
	if (screen->input)
		return true;
	if (input >= 0)
		close(input);
	return fail(err, "the terminal cannot be read: %m: use --plain");
}

static void prepare_curses(struct screen *screen)
{
	set_escdelay(ESCAPE_DELAY);
	nonl();
	noecho();
	typeahead(-1);
	curs_set(0);
	leaveok(stdscr, TRUE);
	screen->keys = newpad(1, 1);
	keypad(screen->keys, TRUE);
	nodelay(screen->keys, TRUE);
}

static void add_bell(struct screen *screen)
{
	const char *ring = screen->rings ? capability("bel") : NULL;
	if (ring)
		pump_add(&screen->pump, ring, strlen(ring));
	screen->rings = false;
}

/* What curses has written since, as one piece for the pump. */
static void collect(struct screen *screen)
{
	const int descriptor = fileno(screen->memory);
	fflush(screen->memory);
	const off_t size = lseek(descriptor, 0, SEEK_END);
	if (size <= 0)
		return;
	char *bytes = memory_new((size_t)size, 1);
	const ssize_t got = pread(descriptor, bytes, (size_t)size, 0);
	if (got > 0) {
		if (screen->synchronised)
			pump_add(&screen->pump, SYNC_BEGIN, strlen(SYNC_BEGIN));
		pump_add(&screen->pump, bytes, (size_t)got);
		add_bell(screen);
		if (screen->synchronised)
			pump_add(&screen->pump, SYNC_END, strlen(SYNC_END));
	}
	free(bytes);
	if (ftruncate(descriptor, 0) == 0)
		lseek(descriptor, 0, SEEK_SET);
}

/* Curses cannot ask a memory file for its size: it began with 24 lines, and set the scrolling margins to those. They go
 * first in the next frame, for they move the cursor. */
static void open_margins(struct screen *screen)
{
	const char *template = capability("csr"), *margins = template ? tiparm(template, 0, screen->height - 1) : NULL;
	if (margins)
		fputs(margins, screen->memory);
	fflush(screen->memory); /* curses writes past the stream */
}

static void fit(struct screen *screen)
{
	int width, height;
	terminal_size(&screen->terminal, &width, &height);
	resizeterm(height, width);
	getmaxyx(stdscr, screen->height, screen->width);
	free(screen->shown);
	screen->shown = memory_new((size_t)screen->width * (size_t)screen->height, sizeof *screen->shown);
	screen->all = true;
	open_margins(screen);
	clearok(curscr, TRUE); /* the cursor is elsewhere now, too */
}

static void close_files(struct screen *screen)
{
	if (screen->memory)
		fclose(screen->memory);
	if (screen->input)
		fclose(screen->input);
	terminal_close(&screen->terminal);
	free(screen);
}

struct screen *screen_open(const struct screen_options *options, struct error *err)
{
	struct screen *screen = memory_new(1, sizeof *screen);
	const bool utf8 = terminal_utf8(options->glyphs);
	const char *term = terminal_open(&screen->terminal, err) ? choose_terminal(err) : NULL;
	if (!term || !open_files(screen, err)) {
		close_files(screen);
		return NULL;
	}
	screen->curses = start_curses(term, screen->memory, screen->input);
	if (!screen->curses) {
		fail(err, "curses cannot use the terminal '%s': use --plain or `tablo snapshot --text`", term);
		close_files(screen);
		return NULL;
	}
	screen->utf8 = utf8;
	screen->synchronised = terminal_synchronises(getenv("TERM"));
	pump_init(&screen->pump, screen->terminal.output, !screen->terminal.own_output);
	prepare_curses(screen);
	screen->colours = terminal_colours(options->colours, tigetnum("colors"));
	prepare_roles(screen);
	arm_guard(screen);
	terminal_take(&screen->terminal);
	fit(screen);
	return screen;
}

static void leave_screen(struct screen *screen)
{
	endwin(); /* shows the cursor too, and hides it again when drawing goes on: inside the page, which saves whether it is shown */
	collect(screen);
	pump_finish(&screen->pump, FINISH_MS);
	terminal_give_back(&screen->terminal);
}

void screen_close(struct screen *screen)
{
	if (!screen)
		return;
	if (!screen->suspended)
		leave_screen(screen);
	crash_guard_disarm();
	delwin(screen->keys);
	delscreen(screen->curses);
	pump_release(&screen->pump);
	free(screen->shown);
	close_files(screen);
}

void screen_size(const struct screen *screen, int *width, int *height)
{
	*width = screen->width;
	*height = screen->height;
}

bool screen_utf8(const struct screen *screen)
{
	return screen->utf8;
}

int screen_colours(const struct screen *screen)
{
	return screen->colours;
}

/* ---- drawing ---- */
static bool same(const struct cell *a, const struct cell *b)
{
	return a->character == b->character && a->mark == b->mark && a->role == b->role;
}

/* The C library may give a character other cells than we do; then the row would shift, so a question mark stands for it. */
static wchar_t printable(int32_t character, int width)
{
	return wcwidth((wchar_t)character) == width ? (wchar_t)character : L'?';
}

static void hand_over(const struct screen *screen, int x, int y, const struct cell *cell, bool wide)
{
	const int role = cell->role < ROLE_COUNT ? cell->role : ROLE_TEXT;
	wchar_t text[3] = {printable(cell->character, wide ? 2 : 1), 0, 0};
	if (cell->mark && wcwidth((wchar_t)cell->mark) == 0)
		text[1] = (wchar_t)cell->mark;
	const attr_t attributes = screen->attributes[role], spoiling = theme_is_ink(cell->character) ? A_REVERSE | A_UNDERLINE : 0;
	cchar_t character;
	setcchar(&character, text, attributes & ~spoiling, screen->colours ? (short)(role + 1) : 0, NULL);
	mvwadd_wch(stdscr, y, x, &character);
	if (wide && text[0] == L'?')
		mvwadd_wch(stdscr, y, x + 1, &character);
}

static bool hand_over_row(struct screen *screen, const struct canvas *canvas, int y)
{
	const int width = canvas->width < screen->width ? canvas->width : screen->width;
	const struct cell *row = &canvas->cells[(size_t)y * (size_t)canvas->width];
	struct cell *shown = &screen->shown[(size_t)y * (size_t)screen->width];
	bool changed = false;
	for (int x = 0; x < width; x++) {
		const bool wide = x + 1 < width && row[x + 1].character == 0;
		if (!screen->all && same(&row[x], &shown[x]) && (!wide || same(&row[x + 1], &shown[x + 1])))
			continue;
		changed = true;
		if (row[x].character)
			hand_over(screen, x, y, &row[x], wide);
	}
	memcpy(shown, row, (size_t)width * sizeof *row);
	return changed;
}

static bool hand_over_changes(struct screen *screen, const struct canvas *canvas)
{
	const int height = canvas->height < screen->height ? canvas->height : screen->height;
	bool changed = screen->all;
	for (int y = 0; y < height; y++)
		changed = hand_over_row(screen, canvas, y) || changed;
	screen->all = false;
	return changed;
}

/* After a long stall what was sent may have been thrown away by whatever stood still. */
static void make_up_for_drops(struct screen *screen)
{
	if (!screen->dropped_since)
		return;
	if (clock_monotonic() - screen->dropped_since > STALL_MS)
		clearok(curscr, TRUE);
	screen->dropped_since = 0;
	screen->all = true;
}

bool screen_draw(struct screen *screen, const struct canvas *canvas)
{
	if (screen->suspended)
		return true;
	if (!pump_send(&screen->pump))
		return false;
	if (pump_pending(&screen->pump)) {
		if (!screen->dropped_since)
			screen->dropped_since = clock_monotonic();
		return true;
	}
	make_up_for_drops(screen);
	if (!hand_over_changes(screen, canvas))
		return true;
	wnoutrefresh(stdscr);
	doupdate();
	collect(screen);
	return pump_send(&screen->pump);
}

void screen_bell(struct screen *screen)
{
	screen->rings = true;
}

bool screen_pending(const struct screen *screen)
{
	return pump_pending(&screen->pump);
}

bool screen_pump(struct screen *screen)
{
	return pump_send(&screen->pump);
}

int screen_input(const struct screen *screen)
{
	return screen->terminal.input;
}

int screen_output(const struct screen *screen)
{
	return screen->terminal.output;
}

/* ---- keys ---- */
static const struct {
	int curses, key;
	bool function; /* a curses code, not a character */
} key_table[] = {
	{KEY_UP, SCREEN_KEY_UP, true}, {KEY_DOWN, SCREEN_KEY_DOWN, true}, {KEY_LEFT, SCREEN_KEY_LEFT, true},
	{KEY_RIGHT, SCREEN_KEY_RIGHT, true}, {KEY_ENTER, SCREEN_KEY_ENTER, true}, {KEY_BTAB, SCREEN_KEY_BACKTAB, true},
	{KEY_BACKSPACE, SCREEN_KEY_BACKSPACE, true}, {KEY_PPAGE, SCREEN_KEY_PAGE_UP, true}, {KEY_NPAGE, SCREEN_KEY_PAGE_DOWN, true},
	{KEY_HOME, SCREEN_KEY_HOME, true}, {KEY_END, SCREEN_KEY_END, true}, {KEY_F(1), SCREEN_KEY_F1, true},
	{KEY_SR, SCREEN_KEY_SHIFT_UP, true}, {KEY_SF, SCREEN_KEY_SHIFT_DOWN, true}, {KEY_SLEFT, SCREEN_KEY_SHIFT_LEFT, true},
	{KEY_SRIGHT, SCREEN_KEY_SHIFT_RIGHT, true}, {KEY_MOUSE, SCREEN_KEY_CLICK, true},
	{'\r', SCREEN_KEY_ENTER, false}, {'\n', SCREEN_KEY_ENTER, false}, {'\t', SCREEN_KEY_TAB, false},
	{27, SCREEN_KEY_ESCAPE, false}, {127, SCREEN_KEY_BACKSPACE, false}, {8, SCREEN_KEY_BACKSPACE, false},
};

static int translate(wint_t code, bool function)
{
	for (size_t i = 0; i < sizeof key_table / sizeof *key_table; i++)
		if (key_table[i].function == function && key_table[i].curses == (int)code)
			return key_table[i].key;
	return function ? SCREEN_KEY_NONE : (int)code;
}

/* False: it was no click. */
static bool take_click(struct screen *screen)
{
	MEVENT event;
	if (getmouse(&event) != OK || !(event.bstate & (BUTTON1_PRESSED | BUTTON1_CLICKED)))
		return false;
	screen->click_x = event.x;
	screen->click_y = event.y;
	return true;
}

void screen_click(const struct screen *screen, int *x, int *y)
{
	*x = screen->click_x;
	*y = screen->click_y;
}

bool screen_mouse(struct screen *screen, bool on)
{
	mouseinterval(0); /* a press is a click: nobody waits for the second of two */
	const mmask_t taken = mousemask(on ? BUTTON1_PRESSED | BUTTON1_CLICKED : 0, NULL);
	collect(screen);
	pump_send(&screen->pump);
	return taken != 0;
}

int screen_key(struct screen *screen)
{
	for (;;) {
		wint_t code = 0;
		const int result = wget_wch(screen->keys, &code);
		if (result == ERR)
			return terminal_gone(&screen->terminal) ? SCREEN_KEY_GONE : SCREEN_KEY_NONE;
		const int key = translate(code, result == KEY_CODE_YES);
		if (key == SCREEN_KEY_CLICK && !take_click(screen))
			continue;
		if (key != SCREEN_KEY_NONE)
			return key;
	}
}

/* ---- other events ---- */
void screen_resize(struct screen *screen)
{
	fit(screen);
}

void screen_suspend(struct screen *screen)
{
	if (screen->suspended)
		return;
	leave_screen(screen);
	screen->suspended = true;
}

void screen_resume(struct screen *screen)
{
	if (!screen->suspended)
		return;
	screen->suspended = false;
	terminal_take(&screen->terminal);
	fit(screen);
}
