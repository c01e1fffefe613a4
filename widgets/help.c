#include "base/words.h"
#include "widgets/board.h"
#include "widgets/help.h"

#include <stdio.h>

#include "base/words.h"
#include "widgets/board.h"
#include "widgets/parts.h"

#define KEYS_WIDTH 16

static const struct {
	enum mark mark;
	enum role role;
	const char *meaning;
} marks[] = {
	{MARK_CROSS, ROLE_CRIT, N_("past the red limit")},
	{MARK_TRIANGLE, ROLE_WARN, N_("past the amber limit")},
	{MARK_CHECK, ROLE_FAINT, N_("an alert that has cleared")},
	{MARK_DOT, ROLE_OK, N_("the feeds are live")},
	{MARK_RING, ROLE_CRIT, N_("a feed is silent: the figures are old, and drawn faint")},
	{MARK_DASH, ROLE_DIM, N_("not known: nothing to divide by, or never told")},
	{MARK_AT_LEAST, ROLE_TEXT, N_("before a figure: at least that much")},
	{MARK_DOWN, ROLE_STRONG, N_("the list is sorted by this column, the largest first")},
	{MARK_UP, ROLE_STRONG, N_("the same, the smallest or A first")},
};
#define MARK_COUNT (int)(sizeof marks / sizeof *marks)

/* By enum board_page: what one sees there, and how it goes on. */
static const char *const pages[BOARD_PAGES] = {
	[BOARD_OVERVIEW] = N_("the overview: a tile for each figure, the queues, what is wrong and what is due"),
	[BOARD_TILE] = N_("one figure: how it went, what it is made of, what it should be; Enter: the contacts and cases behind it"),
	[BOARD_PANEL] = N_("one panel of the overview on the whole page"),
	[BOARD_HELP] = N_("the keys and marks"),
	[BOARD_FILTER] = N_("the filter: what is chosen is added to what is chosen already; typing narrows the list"),
	[BOARD_MARKS] = N_("the marks of a journal: Enter goes there"),
	[BOARD_CUSTOM] = N_("the card of a market: what is customary there; Enter: what its customers answered"),
	[BOARD_EVIDENCE] = N_("the contacts and cases a figure is made of; Enter: the life of one"),
	[BOARD_LIFE] = N_("the life of one contact or case: all that was told about it, in order"),
#define PAGE_HELP(word, name, digit, help) [BOARD_##word] = help,
	KEYED_PAGES(PAGE_HELP)
#undef PAGE_HELP
};

static bool is_shown(const struct board_key_info *key, enum board_mode mode)
{
	return !key->modes || key->modes & mode;
}

static bool is_of_page(const struct board_key_info *key, const struct help_of *of)
{
	return key->pages & 1u << of->page;
}

/* The n-th key of the page, or of the others; NULL: there are not so many. */
static const struct board_key_info *key_at(const struct help_of *of, bool of_page, int line)
{
	for (const struct board_key_info *key = board_keys; key->keys; key++)
		if (is_shown(key, of->mode) && is_of_page(key, of) == of_page && line-- == 0)
			return key;
	return NULL;
}

static int key_count(const struct help_of *of, bool of_page)
{
	int count = 0;
	while (key_at(of, of_page, count))
		count++;
	return count;
}

/* What it is, a blank, its keys, a blank, the other keys, a blank, the marks. */
enum { ABOUT_LINES = 2 };

int help_lines(const struct help_of *of)
{
	return ABOUT_LINES + 1 + key_count(of, true) + 1 + key_count(of, false) + 1 + MARK_COUNT;
}

static void draw_about(const struct widget_view *view, const struct help_of *of, struct rect inner, int y, int line)
{
	const char *second = of->about ? of->about : N_("Esc leads back, Backspace takes a filter off, : finds every command by its name");
	canvas_text(view->canvas, inner.x + 1, y, inner.width - 1, line ? ROLE_DIM : ROLE_STRONG, line ? _(second) : _(pages[of->page]));
}

static void draw_line(const struct widget_view *view, const struct help_of *of, struct rect inner, int y, int line)
{
	const int x = inner.x + 1, room = inner.width - 1 - KEYS_WIDTH;
	if (line < ABOUT_LINES) {
		draw_about(view, of, inner, y, line);
		return;
	}
	line -= ABOUT_LINES + 1;
	for (int of_page = 1; of_page >= 0; of_page--) {
		const struct board_key_info *key = line >= 0 ? key_at(of, of_page, line) : NULL;
		if (key) {
			canvas_text(view->canvas, x, y, KEYS_WIDTH - 1, of_page ? ROLE_STRONG : ROLE_TEXT, words_of("key", key->keys));
			canvas_text(view->canvas, x + KEYS_WIDTH, y, room, of_page ? ROLE_TEXT : ROLE_DIM, _(key->help));
			return;
		}
		line -= key_count(of, of_page) + 1;
	}
	if (line >= 0 && line < MARK_COUNT) {
		canvas_text(view->canvas, x, y, KEYS_WIDTH - 1, marks[line].role, glyphs_mark(view->glyphs, marks[line].mark));
		canvas_text(view->canvas, x + KEYS_WIDTH, y, room, ROLE_TEXT, _(marks[line].meaning));
	}
}

void help_draw(const struct widget_view *view, const struct help_of *of)
{
	const struct rect inner = panel_open(view, LEVEL_NONE, _("HELP"), _("keys and marks"));
	for (int i = 0; i < inner.height && view->scroll + i < help_lines(of); i++)
		draw_line(view, of, inner, inner.y + i, view->scroll + i);
}
