#include <stdio.h>
#include <string.h>

#include "widgets/parts.h"
#include "widgets/wall_parts.h"

#define LINE_ROOM 512

int wall_words(const struct widget_view *view, struct rect rect, int most_scale, enum role role, const char *text)
{
	struct big_size size = big_fit_words(view->glyphs, text, rect.width, rect.height);
	size.scale = size.scale > most_scale ? most_scale : size.scale;
	if (size.scale > 0)
		return big_draw_words(view->glyphs, view->canvas, rect, size, role, text);
	return rect.height > 0 ? text_wrapped(view, rect, rect.y, role, text) - rect.y : 0;
}

void wall_line(const struct widget_view *view, struct rect rect, struct big_size size, enum role role, const char *text)
{
	if (big_can(size, text) && big_width(size, text) <= rect.width)
		big_draw(view->glyphs, view->canvas, rect.x, rect.y, rect.width, size, role, text);
	else
		canvas_text(view->canvas, rect.x, rect.y + (size.scale ? big_height(view->glyphs, size) / 2 : 0), rect.width, role, text);
}

static int line_bytes(const struct widget_view *view, int width, struct big_size size, const char *text)
{
	char line[LINE_ROOM];
	int fits = (int)strcspn(text, " ");
	if (size.scale) {
		const int big = big_line(size, width, text);
		return big ? big : fits;
	}
	for (int bytes = 1; bytes < LINE_ROOM && text[bytes - 1]; bytes++) {
		if (text[bytes] && text[bytes] != ' ')
			continue;
		snprintf(line, sizeof line, "%.*s", bytes, text);
		if (canvas_measure(view->canvas, line) > width)
			break;
		fits = bytes;
	}
	return fits;
}

/* Back to the blank before a number whose "%" would begin the next line. */
static int with_unit(const char *text, int bytes)
{
	int shorter = bytes;
	if (strncmp(text + bytes, " %", 2) == 0)
		while (shorter > 0 && text[shorter - 1] != ' ')
			shorter--;
	return shorter > 1 ? shorter - (shorter < bytes) : bytes;
}

static int parts_of(const struct widget_view *view, int width, struct big_size size, const char *text, int wanted, char *to, size_t room)
{
	int count = 0;
	for (const char *from = text; *from; count++) {
		const int bytes = with_unit(from, line_bytes(view, width, size, from));
		if (bytes <= 0)
			break;
		if (count == wanted)
			snprintf(to, room, "%.*s", bytes, from);
		for (from += bytes; *from == ' ';)
			from++;
	}
	return count;
}

int wall_parts(const struct widget_view *view, int width, struct big_size size, const char *text, int wanted, char *to, size_t room)
{
	const int count = parts_of(view, width, size, text, -1, NULL, 0);
	int narrow = 0, wide = width;
	/* The least width that needs no more lines. */
	while (count > 1 && wide - narrow > 1) {
		const int middle = (narrow + wide) / 2;
		if (parts_of(view, middle, size, text, -1, NULL, 0) > count)
			narrow = middle;
		else
			wide = middle;
	}
	return parts_of(view, wide, size, text, wanted, to, room);
}

int wall_mark(const struct widget_view *view, int x, int y, struct big_size size, enum level level)
{
	const char *mark = level == LEVEL_CRIT ? "\u2716" : level == LEVEL_WARN ? "\u25B2" : "";
	if (!*mark)
		return 0;
	if (size.scale > 0)
		return big_draw(view->glyphs, view->canvas, x, y, view->canvas->width, size, level_role(level), mark) + 2 * size.scale;
	return canvas_text(view->canvas, x, y, 2, level_role(level), level_mark(view->glyphs, level)) + 1;
}

void wall_figure_text(const char *metric, const struct figure *figure, bool narrow, char *to, size_t room)
{
	figure_text(metric, figure, narrow, to, room);
	char *space = strstr(to, " %");
	if (space)
		memmove(space, space + 1, strlen(space));
}

static void fill_frame(const struct widget_view *view, struct rect rect, enum role role, const int32_t inks[4])
{
	canvas_fill(view->canvas, (struct rect){rect.x, rect.y, 1, rect.height}, role, inks[2]);
	canvas_fill(view->canvas, (struct rect){rect.x + rect.width - 1, rect.y, 1, rect.height}, role, inks[3]);
	canvas_fill(view->canvas, (struct rect){rect.x, rect.y, rect.width, 1}, role, inks[0]);
	canvas_fill(view->canvas, (struct rect){rect.x, rect.y + rect.height - 1, rect.width, 1}, role, inks[1]);
}

void wall_frame(const struct widget_view *view, struct rect rect, enum level level)
{
	static const int32_t solid[4] = {0x2588, 0x2588, 0x2588, 0x2588}, half[4] = {0x2580, 0x2584, 0x258C, 0x2590};
	static const int32_t sharp[4] = {'#', '#', '#', '#'}, starred[4] = {'*', '*', '*', '*'};
	if (level == LEVEL_CRIT)
		fill_frame(view, rect, ROLE_BORDER_CRIT, view->glyphs->ascii ? sharp : solid);
	else if (level == LEVEL_WARN)
		fill_frame(view, rect, ROLE_BORDER_WARN, view->glyphs->ascii ? starred : half);
	else
		glyphs_box(view->glyphs, view->canvas, rect, ROLE_BORDER, "", ROLE_TEXT, "");
}
