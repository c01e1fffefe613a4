/* A report into a file, with the marks of its journal: for `tablo report` and for the replay's key. */
#ifndef APP_REPORT_FILE_H
#define APP_REPORT_FILE_H

#include "report/report.h"

/* NULL: there is no such form, err lists them. */
const struct report_format *report_file_format(const char *name, struct error *err);

struct report_file {
	const char *path; /* NULL: standard output */
	const struct report_format *format;
	const char *journal; /* the directory, for its marks */
	bool only_new;	     /* a file that is there already is not written over */
};
/* Of `options` the marks are filled in here: those between from and to. A journal whose marks cannot be read has none. */
bool report_file_write(const struct report_file *file, const struct report_options *options, const struct chronicle_look *look, struct error *err);

#endif
