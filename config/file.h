/* A file that somebody wrote for tablo: the configuration, boards, a theme. */
#ifndef CONFIG_FILE_H
#define CONFIG_FILE_H

#include <stddef.h>

#include "base/error.h"

#define CONFIG_FILE_MOST (1024 * 1024)

/* Its bytes, at most one more than CONFIG_FILE_MOST: the caller's to free. NULL and a message about `what` ("the theme") if it cannot be read,
 * or is a pipe out of which not all comes in time: who reads again while a board runs must not wait for ever. */
char *config_file_read(const char *path, const char *what, size_t *size, struct error *err);

#endif
