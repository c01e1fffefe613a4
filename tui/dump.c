#include "tui/dump.h"
#include "tui/theme.h"

static void write_character(int32_t character, FILE *to)
{
	const uint32_t code = (uint32_t)character;
	if (code < 0x80) {
		putc((int)code, to);
		return;
	}
	/* How many six-bit groups follow the first byte, and the bits that say so. */
	const int groups = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
	const uint32_t lead = groups == 1 ? 0xC0 : groups == 2 ? 0xE0 : 0xF0;
	putc((int)(lead | code >> (6 * groups)), to);
	for (int group = groups - 1; group >= 0; group--)
		putc((int)(0x80 | (code >> (6 * group) & 0x3F)), to);
}

static void write_cell(const struct cell *cell, FILE *to)
{
	if (!cell->character)
		return;
	write_character(cell->character, to);
	/* A text's reader orders lines as a whole: only a terminal's cells need the mark of direction. */
	for (int i = 0; i < CELL_MARKS && cell->marks[i]; i++)
		if (cell->marks[i] != CELL_LEFT_TO_RIGHT)
			write_character(cell->marks[i], to);
}

static const struct cell *row_of(const struct canvas *canvas, int y)
{
	return &canvas->cells[(size_t)y * (size_t)canvas->width];
}

void dump_text(const struct canvas *canvas, FILE *to)
{
	for (int y = 0; y < canvas->height; y++) {
		const struct cell *row = row_of(canvas, y);
		int end = canvas->width;
		while (end > 0 && row[end - 1].character == ' ')
			end--;
		for (int x = 0; x < end; x++)
			write_cell(&row[x], to);
		putc('\n', to);
	}
}

static void write_style(enum role role, FILE *to)
{
	const struct style style = theme_style(NULL, role, 256);
	fputs("\033[0", to);
	if (style.foreground >= 0)
		fprintf(to, ";38;5;%d", style.foreground);
	if (style.background >= 0)
		fprintf(to, ";48;5;%d", style.background);
	fputs(style.bold ? ";1m" : "m", to);
}

void dump_ansi(const struct canvas *canvas, FILE *to)
{
	for (int y = 0; y < canvas->height; y++) {
		const struct cell *row = row_of(canvas, y);
		int role = -1;
		for (int x = 0; x < canvas->width; x++) {
			if (row[x].role != role)
				write_style((enum role)row[x].role, to);
			role = row[x].role;
			write_cell(&row[x], to);
		}
		fputs("\033[0m\n", to);
	}
}

void dump_roles(const struct canvas *canvas, FILE *to)
{
	for (int y = 0; y < canvas->height; y++) {
		const struct cell *row = row_of(canvas, y);
		for (int x = 0; x < canvas->width; x++)
			putc(role_letters[row[x].role < ROLE_COUNT ? row[x].role : ROLE_TEXT], to);
		putc('\n', to);
	}
}
