#include <stdlib.h>
#include <string.h>

#include "app/roff.h"
#include "app/version.h"

/* A dash is one that can be copied into a shell, and so are quotes and the like, which groff makes prettier otherwise. */
static void put(FILE *to, char sign)
{
	static const struct {
		char sign;
		const char *roff;
	} escapes[] = {{'-', "\\-"}, {'\\', "\\e"}, {'\'', "\\(aq"}, {'"', "\\(dq"}, {'^', "\\(ha"}, {'~', "\\(ti"}, {'`', "\\(ga"}};
	for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++)
		if (escapes[i].sign == sign) {
			fputs(escapes[i].roff, to);
			return;
		}
	fputc(sign, to);
}

/* One line of the source: what would be a macro at its beginning is none. */
static void put_line(FILE *to, const char *text, size_t length)
{
	if (length && (*text == '.' || *text == '\''))
		fputs("\\&", to);
	for (size_t i = 0; i < length; i++)
		put(to, text[i] == '\n' ? ' ' : text[i]);
}

/* A word of a macro's line, in quotes. */
static void put_word(FILE *to, const char *text)
{
	fputs(" \"", to);
	for (; *text; text++)
		put(to, *text);
	fputc('"', to);
}

void roff_begin(FILE *to, const char *page, int section, const char *summary)
{
	static const char *const manuals[] = {[1] = "User Commands", [5] = "File Formats", [7] = "Miscellanea"};
	char capitals[80];
	size_t length = 0;
	for (; page[length] && length + 1 < sizeof capitals; length++)
		capitals[length] = page[length] >= 'a' && page[length] <= 'z' ? (char)(page[length] - 'a' + 'A') : page[length];
	capitals[length] = '\0';
	fputs(".TH", to);
	put_word(to, capitals);
	fprintf(to, " %d \"\" \"tablo %s\" \"%s\"\n.nh\n.ad l\n", section, TABLO_VERSION, manuals[section]);
	roff_heading(to, "NAME");
	roff_text(to, page);
	fputs("\\- ", to);
	roff_text(to, summary);
}

void roff_heading(FILE *to, const char *heading)
{
	fputs(".SH", to);
	put_word(to, heading);
	fputc('\n', to);
}

void roff_subheading(FILE *to, const char *heading)
{
	fputs(".SS", to);
	put_word(to, heading);
	fputc('\n', to);
}

void roff_text(FILE *to, const char *text)
{
	text += strspn(text, " ");
	put_line(to, text, strlen(text));
	fputc('\n', to);
}

void roff_paragraph(FILE *to, const char *text)
{
	fputs(".PP\n", to);
	roff_text(to, text);
}

void roff_lines(FILE *to, const char *text)
{
	bool example = false;
	while (*text) {
		const size_t length = strcspn(text, "\n");
		const bool indented = length > 2 && text[0] == ' ' && text[1] == ' ';
		if (indented != example)
			fputs(indented ? ".RS 4\n.EX\n" : ".EE\n.RE\n", to);
		example = indented;
		if (length)
			put_line(to, text + (indented ? 2 : 0), length - (indented ? 2 : 0));
		else if (!example)
			fputs(".PP", to);
		fputc('\n', to);
		text += length + (text[length] == '\n');
	}
	if (example)
		fputs(".EE\n.RE\n", to);
}

void roff_printed(FILE *to, void (*print)(FILE *to, const void *of), const void *of)
{
	char *text = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&text, &size);
	if (memory) {
		print(memory, of);
		fclose(memory);
	}
	if (text && *text)
		roff_lines(to, text);
	free(text);
}

void roff_tag(FILE *to, const char *bold, const char *italic)
{
	fputs(".TP\n.BI", to);
	put_word(to, bold);
	if (italic && *italic) {
		fputs(" \" \"", to);
		put_word(to, italic);
	}
	fputc('\n', to);
}

void roff_item(FILE *to, const char *bold, const char *italic, const char *text)
{
	roff_tag(to, bold, italic);
	roff_text(to, text);
}

void roff_reference(FILE *to, const char *page, int section, bool last)
{
	fputs(".BR", to);
	put_word(to, page);
	fprintf(to, " (%d)%s\n", section, last ? "" : ",");
}
