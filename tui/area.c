#include "tui/area.h"

#define DOT_ROWS 4
#define BRAILLE 0x2800

static bool is_fine(const struct glyphs *glyphs, enum area_style style)
{
	return !glyphs->ascii && style == AREA_BRAILLE;
}

int area_columns(const struct glyphs *glyphs, enum area_style style, int width)
{
	return width <= 0 ? 0 : is_fine(glyphs, style) ? width * 2 : width;
}

int area_steps(const struct glyphs *glyphs, enum area_style style, int height)
{
	return height <= 0 ? 0 : height * (is_fine(glyphs, style) ? DOT_ROWS : 8);
}

/* The dots of one column of a cell from the bottom up. */
static int32_t dots_of(int steps, bool right)
{
	static const uint8_t dots[2][DOT_ROWS] = {{0x40, 0x04, 0x02, 0x01}, {0x80, 0x20, 0x10, 0x08}};
	int32_t all = 0;
	for (int i = 0; i < steps && i < DOT_ROWS; i++)
		all |= dots[right][i];
	return all;
}

static void draw_fine(struct canvas *canvas, struct rect rect, const struct area_column *columns)
{
	for (int x = 0; x < rect.width; x++) {
		const struct area_column *left = &columns[2 * x], *right = &columns[2 * x + 1];
		for (int row = 0; row < rect.height; row++) {
			const int32_t dots = dots_of(left->steps - row * DOT_ROWS, false) | dots_of(right->steps - row * DOT_ROWS, true);
			const struct area_column *tall = right->steps >= left->steps ? right : left;
			if (dots)
				canvas_fill(canvas, (struct rect){rect.x + x, rect.y + rect.height - 1 - row, 1, 1}, (enum role)tall->role, BRAILLE + dots);
		}
	}
}

void area_draw(const struct glyphs *glyphs, enum area_style style, struct canvas *canvas, struct rect rect, const struct area_column *columns)
{
	if (is_fine(glyphs, style)) {
		draw_fine(canvas, rect, columns);
		return;
	}
	for (int x = 0; x < rect.width; x++)
		if (columns[x].steps >= 0)
			glyphs_column(glyphs, canvas, (struct rect){rect.x + x, rect.y, 1, rect.height}, columns[x].steps, (enum role)columns[x].role);
}

void area_line(const struct glyphs *glyphs, enum area_style style, struct canvas *canvas, struct rect rect, int steps, enum role role)
{
	const int per_cell = is_fine(glyphs, style) ? DOT_ROWS : 8, most = area_steps(glyphs, style, rect.height);
	if (steps < 0 || steps > most || rect.height <= 0)
		return;
	const int row = steps >= most ? rect.height - 1 : steps / per_cell;
	for (int x = rect.x; x < rect.x + rect.width; x++) {
		const struct cell *cell = canvas_cell(canvas, x, rect.y + rect.height - 1 - row);
		if (cell && cell->character != ' ')
			canvas_paint(canvas, (struct rect){x, rect.y + rect.height - 1 - row, 1, 1}, ROLE_TEXT);
		else
			canvas_fill(canvas, (struct rect){x, rect.y + rect.height - 1 - row, 1, 1}, role, glyphs->ascii ? '-' : 0x2504);
	}
}
