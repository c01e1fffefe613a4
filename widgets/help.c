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

static bool is_shown(const struct board_key_info *key, enum board_mode mode)
{
	return !key->modes || key->modes & mode;
}

static int key_count(enum board_mode mode)
{
	int count = 0;
	for (const struct board_key_info *key = board_keys; key->keys; key++)
		count += is_shown(key, mode);
	return count;
}

/* The one that is shown in this line. */
static const struct board_key_info *key_at(enum board_mode mode, int line)
{
	const struct board_key_info *key = board_keys;
	while (!is_shown(key, mode) || line-- > 0)
		key++;
	return key;
}

int help_lines(enum board_mode mode)
{
	return key_count(mode) + 1 + MARK_COUNT;
}

static void draw_line(const struct widget_view *view, enum board_mode mode, struct rect inner, int y, int line)
{
	const int keys = key_count(mode);
	int x = inner.x + 1;
	const int room = inner.width - 1 - KEYS_WIDTH;
	if (line < keys) {
		const struct board_key_info *key = key_at(mode, line);
		canvas_text(view->canvas, x, y, KEYS_WIDTH - 1, ROLE_STRONG, key->keys);
		canvas_text(view->canvas, x + KEYS_WIDTH, y, room, ROLE_TEXT, key->help);
	} else if (line > keys && line - keys - 1 < MARK_COUNT) {
		const int mark = line - keys - 1;
		canvas_text(view->canvas, x, y, KEYS_WIDTH - 1, marks[mark].role, glyphs_mark(view->glyphs, marks[mark].mark));
		canvas_text(view->canvas, x + KEYS_WIDTH, y, room, ROLE_TEXT, marks[mark].meaning);
	}
}

void help_draw(const struct widget_view *view, enum board_mode mode)
{
	const struct rect inner = panel_open(view, LEVEL_NONE, "HELP", "keys and marks");
	for (int i = 0; i < inner.height && view->scroll + i < help_lines(mode); i++)
		draw_line(view, mode, inner, inner.y + i, view->scroll + i);
}
