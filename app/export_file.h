/* What a board exports, into a file that only its user can read. */
#ifndef APP_EXPORT_FILE_H
#define APP_EXPORT_FILE_H

#include "base/error.h"

enum export_result { EXPORT_WRITTEN, EXPORT_EXISTS, EXPORT_FAILED /* err says why */ };

/* over: in place of the file that is there; else such a file is left alone. Nobody ever sees half of it. */
enum export_result export_file_write(const char *path, const char *text, bool over, struct error *err);

#endif
