#include "widgets/board.h"
#include "widgets/help.h"
#include "widgets/parts.h"

#define KEYS_WIDTH 16

static const struct {
	enum mark mark;
	enum role role;
	const char *meaning;
} marks[] = {
	{MARK_CROSS, ROLE_CRIT, "past the red limit"},
	{MARK_TRIANGLE, ROLE_WARN, "past the amber limit"},
	{MARK_CHECK, ROLE_FAINT, "an alert that has cleared"},
	{MARK_DOT, ROLE_OK, "the feeds are live"},
	{MARK_RING, ROLE_CRIT, "a feed is silent: the figures are old, and drawn faint"},
	{MARK_DASH, ROLE_DIM, "not known: nothing to divide by, or never told"},
	{MARK_AT_LEAST, ROLE_TEXT, "before a figure: at least that much"},
};
#define MARK_COUNT (int)(sizeof marks / sizeof *marks)

static int key_count(void)
{
	int count = 0;
	while (board_keys[count].keys)
		count++;
	return count;
}

int help_lines(void)
{
	return key_count() + 1 + MARK_COUNT;
}

static void draw_line(const struct widget_view *view, struct rect inner, int y, int line)
{
	const int keys = key_count();
	int x = inner.x + 1;
	const int room = inner.width - 1 - KEYS_WIDTH;
	if (line < keys) {
		canvas_text(view->canvas, x, y, KEYS_WIDTH - 1, ROLE_STRONG, board_keys[line].keys);
		canvas_text(view->canvas, x + KEYS_WIDTH, y, room, ROLE_TEXT, board_keys[line].help);
	} else if (line > keys && line - keys - 1 < MARK_COUNT) {
		const int mark = line - keys - 1;
		canvas_text(view->canvas, x, y, KEYS_WIDTH - 1, marks[mark].role, glyphs_mark(view->glyphs, marks[mark].mark));
		canvas_text(view->canvas, x + KEYS_WIDTH, y, room, ROLE_TEXT, marks[mark].meaning);
	}
}

void help_draw(const struct widget_view *view)
{
	const struct rect inner = panel_open(view, LEVEL_NONE, "HELP", "keys and marks");
	for (int i = 0; i < inner.height && view->scroll + i < help_lines(); i++)
		draw_line(view, inner, inner.y + i, view->scroll + i);
}
