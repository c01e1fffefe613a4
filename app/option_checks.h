/* What the values of options must look like: held against them before a command begins, so that the same mistake is told in the same way,
 * with the same exit status, wherever it is made. Whether the thing is there (a file, a server, a name in what came) is not asked. */
#ifndef APP_OPTION_CHECKS_H
#define APP_OPTION_CHECKS_H

#include <stdbool.h>

#include "base/error.h"

bool option_is_instant(const char *value, struct error *err);
bool option_is_duration(const char *value, struct error *err);
bool option_is_quarters(const char *value, struct error *err); /* a duration of whole quarter hours, at least one */
bool option_is_zone(const char *value, struct error *err);
bool option_is_setting(const char *value, struct error *err); /* NAME=VALUE */
bool option_is_display(const char *value, struct error *err);
bool option_is_language(const char *value, struct error *err);
bool option_is_feed(const char *value, struct error *err);
bool option_is_address(const char *value, struct error *err); /* tcp://, ipc:// */
bool option_is_listen(const char *value, struct error *err);  /* HOST:PORT, unix:/PATH: of an HTTP server */
bool option_is_attach(const char *value, struct error *err);  /* several with commas, each perhaps of a site: SITE=tcp:// */
bool option_is_store(const char *value, struct error *err);
bool option_is_scope(const char *value, struct error *err);
bool option_is_journal(const char *value, struct error *err); /* a path, no URL */
bool option_is_folder(const char *value, struct error *err);  /* the same */
bool option_is_compare(const char *value, struct error *err);
bool option_is_form(const char *value, struct error *err); /* of a report */

#endif
