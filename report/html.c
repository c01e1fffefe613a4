/* One page that needs nothing else: no script, no font, no picture from elsewhere. Readable on paper and without colours. */
#include "base/words.h"
#include "report/chart.h"
#include "report/formats.h"
#include "report/pen.h"

static const char style[] =
	"body{font:15px/1.45 system-ui,sans-serif;color:#1b1b1f;background:#fff;max-width:70em;margin:2em auto;padding:0 1em}"
	"h1{font-size:1.6em;margin:0 0 .2em}h2{font-size:1.15em;margin:1.8em 0 .5em;border-bottom:1px solid #bbb}"
	"table{border-collapse:collapse;font-variant-numeric:tabular-nums}th,td{padding:.15em .7em;text-align:right;border-bottom:1px solid #e3e3e8}"
	"th:first-child,td:first-child{text-align:left}th{border-bottom:2px solid #888;font-weight:600}"
	"ul{padding-left:1.2em;margin:0}time{font-variant-numeric:tabular-nums;font-weight:600;margin-right:.5em}"
	"svg{display:block;width:100%;height:auto;margin:.4em 0 1em}figcaption{font-weight:600}figure{margin:0}"
	"@media print{body{margin:0;max-width:none;font-size:10pt}h2{break-after:avoid}tr,li,figure{break-inside:avoid}thead{display:table-header-group}}";

void html_text(const char *text, FILE *to)
{
	for (; *text; text++)
		switch (*text) {
		case '<':
			fputs("&lt;", to);
			break;
		case '>':
			fputs("&gt;", to);
			break;
		case '&':
			fputs("&amp;", to);
			break;
		case '"':
			fputs("&quot;", to);
			break;
		default:
			fputc(*text, to);
		}
}

static void put(FILE *to, const char *before, const char *text, const char *after)
{
	fputs(before, to);
	html_text(text, to);
	fputs(after, to);
}

static void begin(FILE *to, const char *title, const char *about)
{
	fprintf(to, "<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\n",
		words_language());
	fputs("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n", to);
	put(to, "<title>", title, "</title>\n");
	fprintf(to, "<style>%s</style></head><body>\n", style);
	put(to, "<h1>", title, "</h1>\n");
	put(to, "<p>", about, "</p>\n");
}

static void put_heading(FILE *to, const char *text)
{
	put(to, "<h2>", text, "</h2>\n");
}

static void put_paragraph(FILE *to, const char *text)
{
	put(to, "<p>", text, "</p>\n");
}

static void begin_table(FILE *to, const char *const *columns, int count)
{
	fputs("<table><thead><tr>", to);
	for (int i = 0; i < count; i++)
		put(to, "<th scope=\"col\">", columns[i], "</th>");
	fputs("</tr></thead><tbody>\n", to);
}

static void put_row(FILE *to, const char *const *cells, int count)
{
	fputs("<tr>", to);
	for (int i = 0; i < count; i++)
		put(to, "<td>", cells[i], "</td>");
	fputs("</tr>\n", to);
}

static void end_table(FILE *to)
{
	fputs("</tbody></table>\n", to);
}

static void begin_list(FILE *to)
{
	fputs("<ul>\n", to);
}

static void put_item(FILE *to, const char *time, const char *text)
{
	put(to, "<li><time>", time, "</time> ");
	put(to, "", text, "</li>\n");
}

static void end_list(FILE *to)
{
	fputs("</ul>\n", to);
}

static void end(FILE *to)
{
	fputs("</body></html>\n", to);
}

void html_write(const struct report *report, FILE *to)
{
	static const struct pen pen = {.begin = begin, .heading = put_heading, .paragraph = put_paragraph, .table = begin_table, .row = put_row,
		.table_end = end_table, .list = begin_list, .item = put_item, .list_end = end_list, .charts = charts_write, .end = end};
	document_write(report, &pen, to);
}
