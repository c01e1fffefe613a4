/* Small files of keys, opened so that nobody else can have a hand in what they hold. Part of curve_keys.c. */
#ifndef FEED_CURVE_FILE_H
#define FEED_CURVE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define CURVE_FILE_MAX (512 * 1024) /* bytes: an allow-list of 4096 keys with long names */

enum curve_file_kind {
	CURVE_FILE_SECRET, /* nobody else may read or write it */
	CURVE_FILE_PUBLIC, /* nobody else may write it */
};

/* The whole file, terminated; the caller frees it with curve_file_forget. NULL: err says why. */
char *curve_file_read(const char *path, enum curve_file_kind kind, size_t *size, struct error *err);
/* Overwrites and frees. */
void curve_file_forget(char *text, size_t size);
/* A new file of this mode; false where one is there already. */
bool curve_file_write(const char *path, unsigned int mode, const char *text, size_t size, struct error *err);

#endif
