#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "tui/canvas.h"

#define SIDE_MOST 4096 /* cells; no terminal is larger, and width * height stays far from overflow */

const char *const role_names[ROLE_COUNT] = {
#define ROLE(NAME, name, letter) [ROLE_##NAME] = name,
	ROLES(ROLE)
#undef ROLE
};

const char role_letters[ROLE_COUNT] = {
#define ROLE(NAME, name, letter) [ROLE_##NAME] = letter,
	ROLES(ROLE)
#undef ROLE
};

/* What stands for a character on a terminal that knows only ASCII. */
static const struct twin {
	int32_t character;
	const char *text;
} twins[] = {
	{0x00A0, " "}, {0x00B1, "+-"}, {0x00B7, "-"}, {0x00D7, "x"}, {0x2013, "-"}, {0x2014, "-"}, {0x2018, "'"}, {0x2019, "'"},
	{0x201C, "\""}, {0x201D, "\""}, {0x2026, "~"}, {0x2190, "<-"}, {0x2191, "^"}, {0x2192, "->"}, {0x2193, "v"}, {0x2212, "-"},
	{0x2264, "<="}, {0x2265, ">="}, {0x25B2, "!"}, {0x25B8, ">"}, {0x25CB, "o"}, {0x25CF, "*"}, {0x2713, "+"}, {0x2716, "X"},
};

static int limited(int side)
{
	return side < 1 ? 1 : side > SIDE_MOST ? SIDE_MOST : side;
}

struct canvas *canvas_create(int width, int height)
{
	struct canvas *canvas = memory_new(1, sizeof *canvas);
	canvas->width = limited(width);
	canvas->height = limited(height);
	canvas->cells = memory_new((size_t)canvas->width * (size_t)canvas->height, sizeof *canvas->cells);
	canvas_clear(canvas, ROLE_TEXT);
	return canvas;
}

void canvas_destroy(struct canvas *canvas)
{
	if (!canvas)
		return;
	free(canvas->cells);
	free(canvas);
}

void canvas_clear(struct canvas *canvas, enum role role)
{
	const size_t count = (size_t)canvas->width * (size_t)canvas->height;
	for (size_t i = 0; i < count; i++)
		canvas->cells[i] = (struct cell){.character = ' ', .role = (uint8_t)role};
}

struct cell *canvas_cell(struct canvas *canvas, int x, int y)
{
	if (x < 0 || y < 0 || x >= canvas->width || y >= canvas->height)
		return NULL;
	return &canvas->cells[(size_t)y * (size_t)canvas->width + (size_t)x];
}

/* Nobody may leave half of a wide character behind: what it overlapped becomes a space. */
static void put(struct canvas *canvas, int x, int y, enum role role, int32_t character)
{
	struct cell *cell = canvas_cell(canvas, x, y);
	if (!cell)
		return;
	struct cell *left = canvas_cell(canvas, x - 1, y), *right = canvas_cell(canvas, x + 1, y);
	if (cell->character == 0 && character != 0 && left)
		*left = (struct cell){.character = ' ', .role = left->role};
	if (right && right->character == 0 && cell->character != 0)
		right->character = ' ';
	*cell = (struct cell){.character = character, .role = (uint8_t)role};
}

/* A wide character needs both cells inside. */
static void put_wide(struct canvas *canvas, int x, int y, enum role role, int32_t character)
{
	if (x < 0 || x + 1 >= canvas->width) {
		put(canvas, x, y, role, ' ');
		put(canvas, x + 1, y, role, ' ');
		return;
	}
	put(canvas, x, y, role, ' ');
	put(canvas, x + 1, y, role, ' ');
	struct cell *cell = canvas_cell(canvas, x, y);
	if (!cell)
		return;
	cell[0].character = character;
	cell[1].character = 0;
}

static const char *twin_of(int32_t character)
{
	for (size_t i = 0; i < sizeof twins / sizeof *twins; i++)
		if (twins[i].character == character)
			return twins[i].text;
	return "?";
}

/* ASCII of a text, for canvas->ascii. */
static void reduce(const char *text, char *to, size_t room)
{
	size_t used = 0;
	for (int width, bytes; used + 1 < room; text += bytes) {
		const int32_t character = text_next(text, &width, &bytes);
		if (!character)
			break;
		if (width == 0)
			continue;
		if (character < 0x80) {
			to[used++] = (char)character;
			continue;
		}
		const char *twin = twin_of(character);
		for (size_t i = 0; twin[i] && used + 1 < room; i++)
			to[used++] = twin[i];
	}
	to[used] = 0;
}

static void add_mark(struct canvas *canvas, int x, int y, int32_t mark)
{
	struct cell *cell = canvas_cell(canvas, x, y);
	if (cell && cell->character == 0)
		cell = canvas_cell(canvas, x - 1, y);
	for (int i = 0; cell && cell->character && i < CELL_MARKS; i++)
		if (!cell->marks[i]) {
			cell->marks[i] = mark;
			return;
		}
}

/* Hebrew, Arabic and their neighbours; the blocks that Unicode keeps for such scripts. */
static bool is_right_to_left(int32_t character)
{
	return (character >= 0x590 && character <= 0x8FF) || (character >= 0xFB1D && character <= 0xFDFF) || (character >= 0xFE70 && character <= 0xFEFC) ||
	       (character >= 0x10800 && character <= 0x10FFF) || (character >= 0x1E800 && character <= 0x1EFFF);
}

static int write_text(struct canvas *canvas, int x, int y, int room, enum role role, const char *text)
{
	const int total = text_width(text), limit = total > room ? room - 1 : room;
	int used = 0, last_to_left = -1;
	for (int width, bytes;; text += bytes) {
		const int32_t character = text_next(text, &width, &bytes);
		if (!character)
			break;
		if (width == 0) {
			if (used > 0)
				add_mark(canvas, x + used - 1, y, character);
			continue;
		}
		if (used + width > limit)
			break;
		if (width == 2)
			put_wide(canvas, x + used, y, role, character);
		else
			put(canvas, x + used, y, role, character);
		last_to_left = is_right_to_left(character) ? used : last_to_left;
		used += width;
	}
	if (last_to_left >= 0)
		add_mark(canvas, x + last_to_left, y, CELL_LEFT_TO_RIGHT);
	if (total > room)
		put(canvas, x + used++, y, role, canvas->ascii ? '~' : 0x2026);
	return used;
}

int canvas_text(struct canvas *canvas, int x, int y, int room, enum role role, const char *text)
{
	if (room <= 0 || !text)
		return 0;
	if (!canvas->ascii)
		return write_text(canvas, x, y, room, role, text);
	char reduced[1024];
	reduce(text, reduced, sizeof reduced);
	return write_text(canvas, x, y, room, role, reduced);
}

int canvas_format(struct canvas *canvas, int x, int y, int room, enum role role, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	char text[1024];
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	return canvas_text(canvas, x, y, room, role, text);
}

int canvas_measure(const struct canvas *canvas, const char *text)
{
	if (!canvas->ascii)
		return text_width(text);
	char reduced[1024];
	reduce(text, reduced, sizeof reduced);
	return text_width(reduced);
}

int canvas_right(struct canvas *canvas, int x, int y, int room, enum role role, const char *text)
{
	const int width = canvas_measure(canvas, text);
	return canvas_text(canvas, width < room ? x + room - width : x, y, room, role, text);
}

static struct rect clipped(const struct canvas *canvas, struct rect rect)
{
	const int64_t right = (int64_t)rect.x + rect.width, bottom = (int64_t)rect.y + rect.height;
	const int x = rect.x < 0 ? 0 : rect.x, y = rect.y < 0 ? 0 : rect.y;
	const int64_t width = (right > canvas->width ? canvas->width : right) - x;
	const int64_t height = (bottom > canvas->height ? canvas->height : bottom) - y;
	return (struct rect){x, y, width < 0 ? 0 : (int)width, height < 0 ? 0 : (int)height};
}

void canvas_fill(struct canvas *canvas, struct rect rect, enum role role, int32_t character)
{
	rect = clipped(canvas, rect);
	for (int y = rect.y; y < rect.y + rect.height; y++)
		for (int x = rect.x; x < rect.x + rect.width; x++)
			put(canvas, x, y, role, character);
}

void canvas_paint(struct canvas *canvas, struct rect rect, enum role role)
{
	rect = clipped(canvas, rect);
	for (int y = rect.y; y < rect.y + rect.height; y++)
		for (int x = rect.x; x < rect.x + rect.width; x++)
			canvas_cell(canvas, x, y)->role = (uint8_t)role;
}
