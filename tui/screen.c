#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "tui/colour.h"
#include "tui/crash_guard.h"
#include "tui/screen_state.h"
#include "tui/theme.h"

#define ESCAPE_DELAY 25	    /* ms that ESC waits for the rest of a key */
#define STALL_MS 2000	    /* after such a stall nobody knows what the terminal shows: all of it is sent again */
#define FRAMES 10	    /* a second, where nobody says */
#define SPARKS_MS 60000	    /* a frugal screen's sparks stand still for so long */
#define FINISH_MS 500	    /* ms the last bytes may take */
#define SYNC_BEGIN "\033[?2026h"
#define SYNC_END "\033[?2026l"
#define MOUSE_OFF "\033[?1006;1000l"

static void arm_guard(const struct screen *screen)
{
	static const char *const resets[] = {"rmkx", "sgr0", "op", "cnorm", "rmcup"};
	crash_guard_prepare(screen->terminal.output, &screen->terminal.found);
	if (screen->synchronised)
		crash_guard_add(SYNC_END);
	if (screen->titles)
		crash_guard_add(SIGNAL_TITLE_RESTORE);
	if (screen_capability("kmous"))
		crash_guard_add(MOUSE_OFF);
	for (size_t i = 0; i < sizeof resets / sizeof *resets; i++)
		crash_guard_add(screen_capability(resets[i]));
	crash_guard_arm();
}

/* ---- colours and characters ---- */
static attr_t attributes_of(struct style style)
{
	return (style.bold ? A_BOLD : A_NORMAL) | (style.dim ? A_DIM : A_NORMAL) | (style.reverse ? A_REVERSE : A_NORMAL) |
	       (style.underline ? A_UNDERLINE : A_NORMAL);
}

/* What curses takes for a colour of a style. */
static int number_of(struct screen *screen, int32_t colour, bool direct)
{
	if (colour < TRUECOLOR_FIRST || !direct)
		return colour;
	const int32_t rgb = colour & THEME_DIRECT ? colour & ~THEME_DIRECT : colour_of_palette(colour);
	if (screen->rewrites) {
		const int number = truecolor_number(&screen->truecolor, rgb);
		return number >= 0 ? number : colour_nearest(rgb, 256, -1);
	}
	return rgb < 8 ? 8 : rgb; /* the first 8 are the palette's there */
}

static void set_roles(struct screen *screen, const struct theme *theme)
{
	bool direct = screen->colours >= THEME_DIRECT && !screen->rewrites;
	screen->truecolor.count = 0;
	for (int role = 0; role < ROLE_COUNT && !direct && screen->rewrites; role++) {
		const struct style style = theme_style(theme, (enum role)role, screen->colours);
		direct = (style.foreground >= 0 && style.foreground & THEME_DIRECT) || (style.background >= 0 && style.background & THEME_DIRECT);
	}
	for (int role = 0; role < ROLE_COUNT; role++) {
		const struct style style = theme_style(theme, (enum role)role, screen->colours);
		screen->attributes[role] = attributes_of(style);
		if (screen->colours)
			init_extended_pair(role + 1, number_of(screen, style.foreground, direct), number_of(screen, style.background, direct));
	}
}

static void prepare_roles(struct screen *screen, const struct theme *theme)
{
	if (screen->colours) {
		start_color();
		use_default_colors();
	}
	set_roles(screen, theme);
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
	screen_prepare_keys();
	nodelay(screen->keys, TRUE);
}

static void add_bell(struct screen *screen)
{
	const char *ring = screen->rings ? screen_capability("bel") : NULL;
	if (ring)
		pump_add(&screen->pump, ring, strlen(ring));
	screen->rings = false;
}

static void add_bytes(struct screen *screen, const char *bytes, size_t size)
{
	if (screen->truecolor.count) {
		char *expanded = memory_new(truecolor_room(size), 1);
		sgr_thin(&screen->sgr, expanded, truecolor_expand(&screen->truecolor, bytes, size, expanded));
		free(expanded);
	} else {
		sgr_thin(&screen->sgr, bytes, size);
	}
	pump_add(&screen->pump, screen->sgr.bytes, screen->sgr.used);
}

static void add_aside(struct screen *screen, const char *bytes, size_t size)
{
	if (screen->aside_size + size > sizeof screen->aside)
		return; /* more than one title and one note in a frame: the last ones are as good as lost to whoever looks on */
	memcpy(screen->aside + screen->aside_size, bytes, size);
	screen->aside_size += size;
}

/* What curses has written since, and what goes beside it, as one piece for the pump. */
void screen_collect(struct screen *screen)
{
	const int descriptor = fileno(screen->memory);
	fflush(screen->memory);
	const off_t size = lseek(descriptor, 0, SEEK_END);
	if (size <= 0 && !screen->aside_size)
		return;
	char *bytes = memory_new((size_t)size + 1, 1);
	const ssize_t got = pread(descriptor, bytes, (size_t)size, 0);
	if (screen->synchronised)
		pump_add(&screen->pump, SYNC_BEGIN, strlen(SYNC_BEGIN));
	if (got > 0)
		add_bytes(screen, bytes, (size_t)got);
	pump_add(&screen->pump, screen->aside, screen->aside_size);
	screen->aside_size = 0;
	add_bell(screen);
	if (screen->synchronised)
		pump_add(&screen->pump, SYNC_END, strlen(SYNC_END));
	free(bytes);
	if (ftruncate(descriptor, 0) == 0)
		lseek(descriptor, 0, SEEK_SET);
}

/* Curses cannot ask a memory file for its size: it began with 24 lines, and set the scrolling margins to those. They go
 * first in the next frame, for they move the cursor. */
static void open_margins(struct screen *screen)
{
	const char *template = screen_capability("csr"), *margins = template ? tiparm(template, 0, screen->height - 1) : NULL;
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
	screen->all = screen->hurries = true;
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

static void save_title(struct screen *screen)
{
	screen->title[0] = 0;
	if (screen->titles)
		add_aside(screen, SIGNAL_TITLE_SAVE, strlen(SIGNAL_TITLE_SAVE));
}

struct screen *screen_open(const struct screen_options *options, struct error *err)
{
	struct screen *screen = memory_new(1, sizeof *screen);
	const bool utf8 = terminal_utf8(options->glyphs);
	const char *term = terminal_open(&screen->terminal, err) ? screen_choose_terminal(err) : NULL;
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
	sgr_init(&screen->sgr, tigetflag("xenl") > 0);
	screen->colours = terminal_colours(options->colours, tigetnum("colors"), tigetflag("RGB") > 0 || terminal_truecolor());
	screen->rewrites = screen->colours >= THEME_DIRECT && tigetflag("RGB") <= 0;
	screen->frugal = options->frugal;
	screen->titles = options->titles && signal_knows_titles(getenv("TERM"));
	screen->notes = options->notes < 0 ? 0 : options->notes ? options->notes : signal_notes(getenv("TERM"));
	flow_init(&screen->flow, options->frames > 0 ? options->frames : FRAMES, options->frugal, clock_monotonic());
	prepare_roles(screen, options->theme);
	arm_guard(screen);
	terminal_take(&screen->terminal);
	save_title(screen);
	fit(screen);
	return screen;
}

static void leave_screen(struct screen *screen)
{
	endwin(); /* shows the cursor too, and hides it again when drawing goes on: inside the page, which saves whether it is shown */
	if (screen->titles)
		add_aside(screen, SIGNAL_TITLE_RESTORE, strlen(SIGNAL_TITLE_RESTORE));
	screen_collect(screen);
	sgr_settle(&screen->sgr);
	pump_add(&screen->pump, screen->sgr.bytes, screen->sgr.used);
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
	sgr_release(&screen->sgr);
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
	return a->character == b->character && memcmp(a->marks, b->marks, sizeof a->marks) == 0 && a->role == b->role;
}

/* The C library may give a character other cells than we do; then the row would shift, so a question mark stands for it. */
static wchar_t printable(int32_t character, int width)
{
	return wcwidth((wchar_t)character) == width ? (wchar_t)character : L'?';
}

static void hand_over(const struct screen *screen, int x, int y, const struct cell *cell, bool wide)
{
	const int role = cell->role < ROLE_COUNT ? cell->role : ROLE_TEXT;
	wchar_t text[1 + CELL_MARKS + 1] = {printable(cell->character, wide ? 2 : 1)};
	for (int i = 0, length = 1; i < CELL_MARKS && cell->marks[i]; i++)
		if (wcwidth((wchar_t)cell->marks[i]) == 0)
			text[length++] = (wchar_t)cell->marks[i];
	const attr_t attributes = screen->attributes[role], spoiling = theme_is_ink(cell->character) ? A_REVERSE | A_UNDERLINE : 0;
	cchar_t character;
	setcchar(&character, text, attributes & ~spoiling, screen->colours ? (short)(role + 1) : 0, NULL);
	mvwadd_wch(stdscr, y, x, &character);
	if (wide && text[0] == L'?')
		mvwadd_wch(stdscr, y, x + 1, &character);
}

static bool hand_over_row(struct screen *screen, const struct canvas *canvas, int y, bool holds_sparks)
{
	const int width = canvas->width < screen->width ? canvas->width : screen->width;
	const struct cell *row = &canvas->cells[(size_t)y * (size_t)canvas->width];
	struct cell *shown = &screen->shown[(size_t)y * (size_t)screen->width];
	bool changed = false;
	for (int x = 0; x < width; x++) {
		const bool wide = x + 1 < width && row[x + 1].character == 0;
		if (holds_sparks && row[x].role == ROLE_SPARK && shown[x].role == ROLE_SPARK && row[x].character && shown[x].character)
			continue;
		if (!screen->all && same(&row[x], &shown[x]) && (!wide || same(&row[x + 1], &shown[x + 1])))
			continue;
		changed = true;
		if (row[x].character)
			hand_over(screen, x, y, &row[x], wide);
		shown[x] = row[x];
		if (wide)
			shown[x + 1] = row[x + 1];
	}
	return changed;
}

static bool hand_over_changes(struct screen *screen, const struct canvas *canvas)
{
	const int height = canvas->height < screen->height ? canvas->height : screen->height;
	const int64_t now = clock_monotonic();
	const bool holds_sparks = screen->frugal && !screen->all && !screen->hurries && now - screen->sparks_sent < SPARKS_MS;
	bool changed = screen->all;
	for (int y = 0; y < height; y++)
		changed = hand_over_row(screen, canvas, y, holds_sparks) || changed;
	if (!holds_sparks)
		screen->sparks_sent = now;
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
	if (!screen_pump(screen))
		return false;
	const int64_t now = clock_monotonic();
	if (pump_pending(&screen->pump)) {
		if (!screen->dropped_since)
			screen->dropped_since = now;
		flow_dropped(&screen->flow, now);
		return true;
	}
	make_up_for_drops(screen);
	const bool changed = hand_over_changes(screen, canvas) || screen->aside_size;
	screen->hurries = false;
	if (!changed)
		return true;
	wnoutrefresh(stdscr);
	doupdate();
	screen_collect(screen);
	const size_t bytes = pump_waiting(&screen->pump);
	const bool good = pump_send(&screen->pump);
	flow_sent(&screen->flow, bytes, pump_waiting(&screen->pump), now);
	return good;
}

void screen_theme(struct screen *screen, const struct theme *theme)
{
	set_roles(screen, theme);
	screen->all = screen->hurries = true;
	clearok(curscr, TRUE);
}

int64_t screen_due(const struct screen *screen)
{
	const int64_t now = clock_monotonic();
	return screen->hurries && !pump_pending(&screen->pump) ? now : flow_due(&screen->flow, now);
}

int64_t screen_interval(const struct screen *screen)
{
	return screen->flow.interval;
}

void screen_hurry(struct screen *screen)
{
	screen->hurries = true;
}

bool screen_owes(const struct screen *screen)
{
	return screen->dropped_since != 0;
}

void screen_title(struct screen *screen, const char *text)
{
	char bytes[SIGNAL_ROOM];
	const size_t size = signal_title(text, bytes);
	if (!screen->titles || screen->suspended || strcmp(bytes, screen->title) == 0)
		return;
	memcpy(screen->title, bytes, size + 1);
	add_aside(screen, bytes, size);
}

void screen_note(struct screen *screen, const char *title, const char *text)
{
	char bytes[SIGNAL_ROOM];
	if (!screen->notes || screen->suspended)
		return;
	add_aside(screen, bytes, signal_note(screen->notes, title, text, bytes));
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
	const bool pending = pump_pending(&screen->pump), good = pump_send(&screen->pump);
	if (pending && !pump_pending(&screen->pump))
		flow_drained(&screen->flow, clock_monotonic());
	return good;
}

int screen_input(const struct screen *screen)
{
	return screen->terminal.input;
}

int screen_output(const struct screen *screen)
{
	return screen->terminal.output;
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
	save_title(screen);
	fit(screen);
}
