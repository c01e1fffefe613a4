/* Log lines for a person or journald: standard error, or a file while curses owns the terminal. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

#include "base/error.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

void log_set_level(enum log_level level);
/* From now on to this file (appended, mode 0600, O_CLOEXEC, no symlinks followed); NULL: standard error again.
 * Standard error itself is pointed there too, for libzmq's assertions would wreck the picture. */
bool log_open(const char *path, struct error *err);
/* One line; whatever is in it is made harmless. Thread-safe. */
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
