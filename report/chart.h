/* Inline SVG: the course of a stretch, with what happened marked. */
#ifndef REPORT_CHART_H
#define REPORT_CHART_H

#include "report/report.h"

void charts_write(FILE *to, const struct report *report);
/* html.c: a text as it stands in a page. */
void html_text(const char *text, FILE *to);

#endif
