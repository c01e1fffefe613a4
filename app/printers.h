/* What `tablo --WORD` prints from the tables, without a command. */
#ifndef APP_PRINTERS_H
#define APP_PRINTERS_H

#include <stdbool.h>

#include "base/error.h"

struct printer {
	const char *name; /* "--list-metrics" */
	const char *help; /* NULL: for the build, not told to people */
	void (*print)(void);
	/* In its place where a word may follow, or NULL. False: there is no such thing. */
	bool (*print_of)(const char *of, struct error *err);
};

extern const struct printer printers[]; /* ends with name NULL */
/* NULL: the word is none of them. */
const struct printer *printer_find(const char *word);

#endif
