/* How a report is put on paper: the same sections in another script. All texts are plain: the pen makes them harmless in its own. */
#ifndef REPORT_PEN_H
#define REPORT_PEN_H

#include "report/report.h"

struct pen {
	void (*begin)(FILE *to, const char *title, const char *about);
	void (*heading)(FILE *to, const char *text);
	void (*paragraph)(FILE *to, const char *text);
	void (*table)(FILE *to, const char *const *columns, int count); /* the first column is text, the others are numbers */
	void (*row)(FILE *to, const char *const *cells, int count);
	void (*table_end)(FILE *to);
	void (*list)(FILE *to);
	void (*item)(FILE *to, const char *time, const char *text);
	void (*list_end)(FILE *to);
	void (*charts)(FILE *to, const struct report *report); /* NULL: it cannot draw */
	void (*end)(FILE *to);
};

/* document.c: every section in its order. */
void document_write(const struct report *report, const struct pen *pen, FILE *to);

#endif
