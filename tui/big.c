#include <stdio.h>
#include <string.h>

#include <utf8proc.h>

#include "base/text.h"
#include "tui/big.h"
#include "tui/big_font.h"

#define SCALES 16    /* 56 rows */
#define LINE_MOST 400 /* bytes of a text that is broken into lines */
#define PARTS_MOST 8  /* of a letter with its accents */

const struct big_size big_words_least = {.font = 0, .scale = 1};

static const struct big_letter *look_up(const struct big_font *font, int32_t character)
{
	for (const struct big_letter *letter = font->letters; letter->character; letter++)
		if (letter->character == character)
			return letter;
	return NULL;
}

/* The capital, or what is left of it without accents. Small letters are units: they stand after a digit, as in "3h". */
static const struct big_letter *letter_of(const struct big_font *font, int32_t character, bool is_unit)
{
	utf8proc_int32_t parts[PARTS_MOST];
	int boundary = 0;
	const int32_t capital = utf8proc_toupper(character);
	const struct big_letter *letter = is_unit ? look_up(font, character) : NULL;
	letter = letter ? letter : look_up(font, capital);
	if (letter || utf8proc_decompose_char(capital, parts, PARTS_MOST, UTF8PROC_DECOMPOSE, &boundary) < 1)
		return letter;
	return look_up(font, parts[0]);
}

struct walk {
	const char *text;
	bool after_digit;
};

/* A letter of no width of its own (an accent) is left out. */
static bool next_letter(struct big_size size, struct walk *walk, const struct big_letter **letter)
{
	int width, bytes;
	int32_t character;
	while ((character = text_next(walk->text, &width, &bytes))) {
		walk->text += bytes;
		if (width == 0)
			continue;
		*letter = letter_of(&big_fonts[size.font], character, walk->after_digit);
		walk->after_digit = character >= '0' && character <= '9';
		return true;
	}
	return false;
}

bool big_can(struct big_size size, const char *text)
{
	struct walk walk = {.text = text};
	const struct big_letter *letter;
	while (next_letter(size, &walk, &letter))
		if (!letter)
			return false;
	return size.scale > 0;
}

/* Half rows that a dot is high. */
static int dot_height(const struct glyphs *glyphs, struct big_size size)
{
	const int halves = size.scale + size.stretch;
	return glyphs->ascii ? (halves + 1) / 2 * 2 : halves;
}

int big_height(const struct glyphs *glyphs, struct big_size size)
{
	return (big_fonts[size.font].rows * dot_height(glyphs, size) + 1) / 2;
}

int big_width(struct big_size size, const char *text)
{
	struct walk walk = {.text = text};
	const struct big_letter *letter;
	int columns = 0;
	while (next_letter(size, &walk, &letter))
		columns += (letter ? letter->width : BIG_COLUMNS) + 1;
	return columns ? (columns - 1) * size.scale : 0;
}

struct big_size big_fit(const struct glyphs *glyphs, const char *text, int width, int height)
{
	struct big_size best = {0};
	int highest = 0;
	for (int font = 0; font < BIG_FONTS; font++)
		for (int scale = 1; scale <= SCALES; scale++) {
			const struct big_size size = {.font = font, .scale = scale};
			const int rows = big_height(glyphs, size);
			if (rows > height || big_width(size, text) > width || !big_can(size, text))
				break;
			if (rows >= highest)
				best = size;
			highest = rows > highest ? rows : highest;
		}
	for (int stretch = 1; stretch <= best.scale / 2; stretch++)
		if (big_height(glyphs, (struct big_size){best.font, best.scale, stretch}) <= height)
			best.stretch = stretch;
	return best;
}

static bool inked(const struct big_letter *letter, int rows, int column, int dot)
{
	return dot < rows && letter->columns[column] >> dot & 1;
}

static int32_t ink_of(bool upper, bool lower, bool ascii)
{
	if (ascii)
		return upper ? '#' : ' ';
	return upper && lower ? 0x2588 : upper ? 0x2580 : lower ? 0x2584 : ' ';
}

static void draw_letter(const struct glyphs *glyphs, struct canvas *canvas, struct rect place, struct big_size size, enum role role,
	const struct big_letter *letter)
{
	const int rows = big_fonts[size.font].rows, dot = dot_height(glyphs, size);
	for (int y = 0; y < place.height; y++)
		for (int x = 0; x < place.width; x++) {
			const int column = x / size.scale;
			const bool upper = inked(letter, rows, column, 2 * y / dot), lower = inked(letter, rows, column, (2 * y + 1) / dot);
			/* Blanks carry no role: where a role means reversed, they would be ink. */
			if (upper || lower)
				canvas_fill(canvas, (struct rect){place.x + x, place.y + y, 1, 1}, role, ink_of(upper, lower, glyphs->ascii));
		}
}

int big_draw(const struct glyphs *glyphs, struct canvas *canvas, int x, int y, int room, struct big_size size, enum role role, const char *text)
{
	struct walk walk = {.text = text};
	const struct big_letter *letter;
	int used = 0;
	while (size.scale > 0 && next_letter(size, &walk, &letter)) {
		const int start = used ? used + size.scale : 0, width = (letter ? letter->width : BIG_COLUMNS) * size.scale;
		if (start + width > room)
			break;
		if (letter)
			draw_letter(glyphs, canvas, (struct rect){x + start, y, width, big_height(glyphs, size)}, size, role, letter);
		used = start + width;
	}
	return used;
}

/* ---- words ---- */
int big_line(struct big_size size, int width, const char *text)
{
	char line[LINE_MOST];
	int fits = 0;
	for (int bytes = 1; bytes < LINE_MOST; bytes++) {
		if (text[bytes - 1] == 0)
			break;
		if (text[bytes] && text[bytes] != ' ')
			continue;
		snprintf(line, sizeof line, "%.*s", bytes, text);
		if (big_width(size, line) > width)
			break;
		fits = bytes;
	}
	return fits;
}

/* How many lines; 0: a word is too long for one. */
static int lines_of(struct big_size size, int width, const char *text)
{
	int lines = 0;
	for (; *text; lines++) {
		const int bytes = big_line(size, width, text);
		if (bytes == 0)
			return 0;
		for (text += bytes; *text == ' ';)
			text++;
	}
	return lines;
}

struct big_size big_fit_words(const struct glyphs *glyphs, const char *text, int width, int height)
{
	struct big_size best = {0};
	if (!big_can(big_words_least, text))
		return best;
	for (int scale = 1; scale <= SCALES; scale++) {
		const struct big_size size = {.font = big_words_least.font, .scale = scale};
		const int lines = lines_of(size, width, text);
		if (lines == 0 || lines * (big_height(glyphs, size) + 1) - 1 > height)
			break;
		best = size;
	}
	return best;
}

int big_draw_words(const struct glyphs *glyphs, struct canvas *canvas, struct rect rect, struct big_size size, enum role role, const char *text)
{
	char line[LINE_MOST];
	const int height = size.scale ? big_height(glyphs, size) : 0;
	int y = rect.y;
	while (*text && height && y + height <= rect.y + rect.height) {
		const int bytes = big_line(size, rect.width, text);
		if (bytes == 0)
			break;
		snprintf(line, sizeof line, "%.*s", bytes, text);
		big_draw(glyphs, canvas, rect.x, y, rect.width, size, role, line);
		y += height + 1;
		for (text += bytes; *text == ' ';)
			text++;
	}
	return y > rect.y ? y - rect.y - 1 : 0;
}
