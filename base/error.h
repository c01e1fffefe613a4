/* How a function that can fail for the user says so: it returns false or NULL and leaves one sentence here. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>

struct error {
	char text[600];
};

/* Writes the message (naming file, line, thing and remedy) and returns false, so that a failing function ends
 * `return fail(err, ...)`. `err` may be NULL: then nobody wants to know. */
bool fail(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
