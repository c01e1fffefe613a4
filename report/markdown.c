#include <string.h>

#include "report/formats.h"
#include "report/pen.h"

/* What Markdown, or the HTML that it may become, would take for more than text. */
static void put_text(const char *text, FILE *to)
{
	for (; *text; text++) {
		if (strchr("\\`*_{}[]<>#|~!&", *text))
			fputc('\\', to);
		fputc(*text, to);
	}
}

static void put_heading(FILE *to, const char *text)
{
	fputs("\n## ", to);
	put_text(text, to);
	fputs("\n\n", to);
}

static void put_paragraph(FILE *to, const char *text)
{
	put_text(text, to);
	fputs("\n\n", to);
}

static void begin(FILE *to, const char *title, const char *about)
{
	fputs("# ", to);
	put_text(title, to);
	fputs("\n\n", to);
	put_paragraph(to, about);
}

static void put_row(FILE *to, const char *const *cells, int count)
{
	fputs("|", to);
	for (int i = 0; i < count; i++) {
		fputc(' ', to);
		put_text(cells[i], to);
		fputs(" |", to);
	}
	fputc('\n', to);
}

static void begin_table(FILE *to, const char *const *columns, int count)
{
	put_row(to, columns, count);
	fputs("|---|", to);
	for (int i = 1; i < count; i++)
		fputs("---:|", to);
	fputc('\n', to);
}

static void put_item(FILE *to, const char *time, const char *text)
{
	fprintf(to, "- %s ", time);
	put_text(text, to);
	fputc('\n', to);
}

static void put_nothing(FILE *to)
{
	(void)to;
}

static void end_table(FILE *to)
{
	fputc('\n', to);
}

void markdown_write(const struct report *report, FILE *to)
{
	static const struct pen pen = {.begin = begin, .heading = put_heading, .paragraph = put_paragraph, .table = begin_table, .row = put_row,
		.table_end = end_table, .list = put_nothing, .item = put_item, .list_end = put_nothing, .end = put_nothing};
	document_write(report, &pen, to);
}
