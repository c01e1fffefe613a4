#include <string.h>

#include "base/text.h"
#include "tui/glyphs.h"

#define ASCII_ROWS 5
#define BLOCK_ROWS 3
#define GAP 1 /* cells between two big characters */

/* Drawn in half blocks: '#' both halves, '^' the upper, '_' the lower one, '.' a small square. */
static const struct big {
	int32_t character;
	const char *rows[BLOCK_ROWS];
} bigs[] = {
	{'0', {"#^^#", "#  #", "#__#"}}, {'1', {" _# ", "  # ", " _#_"}}, {'2', {"^^^#", "#^^^", "#___"}},
	{'3', {"^^^#", " ^^#", "___#"}}, {'4', {"#  #", "^^^#", "   #"}}, {'5', {"#^^^", "^^^#", "___#"}},
	{'6', {"#^^^", "#^^#", "#__#"}}, {'7', {"^^^#", "  _^", " #  "}}, {'8', {"#^^#", "#^^#", "#__#"}},
	{'9', {"#^^#", "^^^#", "___#"}}, {'%', {"^ _^", " _^ ", "#  _"}}, {':', {"   ", " . ", " . "}},
	{'.', {"  ", "  ", " ."}},	 {'-', {"    ", "^^^^", "    "}}, {0x2212, {"    ", "^^^^", "    "}},
	{0x2013, {"    ", "^^^^", "    "}}, {'+', {" _ ", "^#^", "   "}}, {'h', {"#   ", "#^^#", "#  #"}},
	{'d', {"   #", "#^^#", "#__#"}}, {'m', {"     ", "#^#^#", "# # #"}}, {'s', {"    ", "#^^ ", "__# "}},
	{'n', {"    ", "#^^#", "#  #"}}, {'=', {"    ", "^^^^", "^^^^"}}, {'k', {"#   ", "# _^", "#^^_"}},
	{'M', {"#__#", "#^^#", "#  #"}}, {'<', {" _^", "#  ", " ^_"}}, {'>', {"^_ ", "  #", "_^ "}},
	{0x2265, {"^_ ", "_^ ", "^^^"}}, {' ', {"  ", "  ", "  "}},
};

static const char *const colon_ascii[ASCII_ROWS] = {"   ", " # ", "   ", " # ", "   "};

static const struct big *find_big(int32_t character)
{
	for (size_t i = 0; i < sizeof bigs / sizeof *bigs; i++)
		if (bigs[i].character == character)
			return &bigs[i];
	return &bigs[sizeof bigs / sizeof *bigs - 1];
}

/* Ink in one of the six half rows. */
static bool inked(const struct big *big, int column, int half)
{
	const char ink = big->rows[half / 2][column];
	return ink == '#' || ink == '.' || ink == (half % 2 ? '_' : '^');
}

static int32_t block_of(char ink)
{
	switch (ink) {
	case '#':
		return 0x2588;
	case '^':
		return 0x2580;
	case '_':
		return 0x2584;
	case '.':
		return 0x25AA;
	default:
		return ' ';
	}
}

static int32_t ink_of(const struct glyphs *glyphs, const struct big *big, int column, int row)
{
	if (!glyphs->ascii)
		return block_of(big->rows[row][column]);
	if (big->character == ':')
		return (unsigned char)colon_ascii[row][column];
	/* Six half rows become five: of the lower stem, which is two long, one is left out. */
	return inked(big, column, row < 4 ? row : 5) ? '#' : ' ';
}

static void draw_big(const struct glyphs *glyphs, struct canvas *canvas, int x, int y, int room, enum role role, const struct big *big)
{
	const int width = (int)strlen(big->rows[0]);
	for (int row = 0; row < glyphs_big_height(glyphs); row++)
		for (int column = 0; column < width && column < room; column++) {
			const int32_t ink = ink_of(glyphs, big, column, row);
			/* Blanks carry no role: where a role means reversed, they would be ink. */
			canvas_fill(canvas, (struct rect){x + column, y + row, 1, 1}, ink == ' ' ? ROLE_TEXT : role, ink);
		}
}

int glyphs_big_height(const struct glyphs *glyphs)
{
	return glyphs->ascii ? ASCII_ROWS : BLOCK_ROWS;
}

int glyphs_big(const struct glyphs *glyphs, struct canvas *canvas, int x, int y, int room, enum role role, const char *text)
{
	int used = 0;
	for (int width, bytes;; text += bytes) {
		const int32_t character = text_next(text, &width, &bytes);
		if (!character)
			return used;
		const struct big *big = find_big(character);
		if (used)
			used += GAP;
		if (canvas)
			draw_big(glyphs, canvas, x + used, y, room - used, role, big);
		used += (int)strlen(big->rows[0]);
	}
}

static int32_t step_of(const struct glyphs *glyphs, int eighths)
{
	static const char ascii[] = "_.-~+=*#";
	if (eighths <= 0)
		return ' ';
	if (eighths > 8)
		eighths = 8;
	return glyphs->ascii ? ascii[eighths - 1] : 0x2580 + eighths;
}

static bool range_of(const int64_t *points, int count, int64_t *low, int64_t *high)
{
	bool any = false;
	for (int i = 0; i < count; i++) {
		if (points[i] == INT64_MIN)
			continue;
		*low = !any || points[i] < *low ? points[i] : *low;
		*high = !any || points[i] > *high ? points[i] : *high;
		any = true;
	}
	return any;
}

/* 1 to `most`, the lowest value 1 and the highest `most`; where all are equal, 1 if that is 0 and the middle otherwise. */
static int eighths_of(int64_t point, int64_t low, int64_t high, int most)
{
	if (low == high)
		return point == 0 ? 1 : (most + 1) / 2;
	const double share = ((double)point - (double)low) / ((double)high - (double)low);
	return 1 + (int)(share * (most - 1) + 0.5);
}

void glyphs_column(const struct glyphs *glyphs, struct canvas *canvas, struct rect column, int eighths, enum role role)
{
	for (int row = 0; row < column.height && eighths > row * 8; row++) {
		const struct rect cell = {column.x, column.y + column.height - 1 - row, 1, 1};
		canvas_fill(canvas, cell, role, step_of(glyphs, eighths - row * 8));
	}
}

void glyphs_chart(const struct glyphs *glyphs, struct canvas *canvas, struct rect rect, const int64_t *points, int count, int recent, enum role role,
	enum role recent_role)
{
	if (rect.width <= 0 || rect.height <= 0 || count <= 0)
		return;
	const int shown = count < rect.width ? count : rect.width;
	int64_t low = 0, high = 0;
	if (!range_of(points + count - shown, shown, &low, &high))
		return;
	for (int i = 0; i < shown; i++) {
		const int64_t point = points[count - shown + i];
		if (point == INT64_MIN)
			continue;
		const struct rect column = {rect.x + rect.width - shown + i, rect.y, 1, rect.height};
		glyphs_column(glyphs, canvas, column, eighths_of(point, low, high, rect.height * 8), shown - i <= recent ? recent_role : role);
	}
}

void glyphs_spark(const struct glyphs *glyphs, struct canvas *canvas, int x, int y, int width, const int64_t *points, int count, int recent,
	enum role role, enum role recent_role)
{
	glyphs_chart(glyphs, canvas, (struct rect){x, y, width, 1}, points, count, recent, role, recent_role);
}

void glyphs_bar(const struct glyphs *glyphs, struct canvas *canvas, int x, int y, int width, int permille, enum role role)
{
	if (width <= 0)
		return;
	permille = permille < 0 ? 0 : permille > 1000 ? 1000 : permille;
	/* Thick and thin, for colour alone would not tell on every terminal. */
	const int filled = (int)((int64_t)width * permille / 1000);
	canvas_fill(canvas, (struct rect){x, y, filled, 1}, role, glyphs->ascii ? '=' : 0x2501);
	canvas_fill(canvas, (struct rect){x + filled, y, width - filled, 1}, ROLE_BORDER, glyphs->ascii ? '-' : 0x2500);
}

void glyphs_rule(const struct glyphs *glyphs, struct canvas *canvas, int x, int y, int width, enum role role)
{
	canvas_fill(canvas, (struct rect){x, y, width, 1}, role, glyphs->ascii ? '-' : 0x2500);
}

static void draw_frame(const struct glyphs *glyphs, struct canvas *canvas, struct rect rect, enum role border)
{
	static const int32_t rounded[] = {0x256D, 0x256E, 0x2570, 0x256F, 0x2502}, ascii[] = {'+', '+', '+', '+', '|'};
	const int32_t *lines = glyphs->ascii ? ascii : rounded;
	const int right = rect.x + rect.width - 1, bottom = rect.y + rect.height - 1;
	glyphs_rule(glyphs, canvas, rect.x, rect.y, rect.width, border);
	glyphs_rule(glyphs, canvas, rect.x, bottom, rect.width, border);
	canvas_fill(canvas, (struct rect){rect.x, rect.y, 1, rect.height}, border, lines[4]);
	canvas_fill(canvas, (struct rect){right, rect.y, 1, rect.height}, border, lines[4]);
	canvas_fill(canvas, (struct rect){rect.x, rect.y, 1, 1}, border, lines[0]);
	canvas_fill(canvas, (struct rect){right, rect.y, 1, 1}, border, lines[1]);
	canvas_fill(canvas, (struct rect){rect.x, bottom, 1, 1}, border, lines[2]);
	canvas_fill(canvas, (struct rect){right, bottom, 1, 1}, border, lines[3]);
}

void glyphs_box(const struct glyphs *glyphs, struct canvas *canvas, struct rect rect, enum role border, const char *title, enum role title_role,
	const char *note)
{
	if (rect.width < 2 || rect.height < 2)
		return;
	draw_frame(glyphs, canvas, rect, border);
	const int room = rect.width - 6; /* corners, a stroke, and a blank on each side of the title */
	int used = 0;
	if (title && *title && room > 0) {
		canvas_fill(canvas, (struct rect){rect.x + 2, rect.y, 1, 1}, title_role, ' ');
		used = canvas_text(canvas, rect.x + 3, rect.y, room, title_role, title);
		canvas_fill(canvas, (struct rect){rect.x + 3 + used, rect.y, 1, 1}, title_role, ' ');
	}
	/* The note comes only where a stroke is left between it and the title. */
	const int width = note && *note ? canvas_measure(canvas, note) : 0;
	if (!width || width + 2 > room - used)
		return;
	const int x = rect.x + rect.width - 1 - width - 2;
	canvas_fill(canvas, (struct rect){x, rect.y, width + 2, 1}, ROLE_DIM, ' ');
	canvas_right(canvas, x, rect.y, width + 1, ROLE_DIM, note);
}

const char *glyphs_mark(const struct glyphs *glyphs, enum mark mark)
{
	static const struct {
		const char *utf8, *ascii;
	} marks[] = {
		[MARK_DOT] = {"\u25CF", "*"}, [MARK_RING] = {"\u25CB", "o"}, [MARK_CROSS] = {"\u2716", "X"},
		[MARK_TRIANGLE] = {"\u25B2", "!"}, [MARK_CHECK] = {"\u2713", "+"}, [MARK_ARROW] = {"\u25B8", ">"},
		[MARK_BLOCK] = {"\u258C", "|"}, [MARK_DASH] = {"\u2013", "-"}, [MARK_ELLIPSIS] = {"\u2026", "~"},
		[MARK_MIDDOT] = {"\u00B7", "-"}, [MARK_AT_LEAST] = {"\u2265", ">="}, [MARK_AT_MOST] = {"\u2264", "<="},
		[MARK_MINUS] = {"\u2212", "-"}, [MARK_TIMES] = {"\u00D7", "x"}, [MARK_PLUS_MINUS] = {"\u00B1", "+-"},
		[MARK_UP] = {"\u25B4", "^"}, [MARK_DOWN] = {"\u25BE", "v"},
	};
	return glyphs->ascii ? marks[mark].ascii : marks[mark].utf8;
}
