/* One function for each form of a report; report_formats names them. */
#ifndef REPORT_FORMATS_H
#define REPORT_FORMATS_H

#include "report/report.h"

void markdown_write(const struct report *report, FILE *to);
void html_write(const struct report *report, FILE *to);
void csv_write(const struct report *report, FILE *to);
void json_write(const struct report *report, FILE *to);

#endif
