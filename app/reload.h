/* The configuration of a running board, read again when its file changes: an editor writes it, or puts another in its place. */
#ifndef APP_RELOAD_H
#define APP_RELOAD_H

#include "app/command.h"
#include "base/error.h"
#include "config/settings.h"

struct reload;

/* Watches the folders of --config and of the file of boards. NULL: there is no --config, or nothing can be watched; then reload_* do nothing. */
struct reload *reload_open(const struct settings *settings, const struct arguments *arguments);
void reload_close(struct reload *reload);
int reload_descriptor(const struct reload *reload); /* readable where something happened in those folders; -1: none */
/* ms until what happened has settled and is to be read; -1: nothing has happened. */
int reload_wait(const struct reload *reload, int64_t now);
/* After the descriptor was readable. */
void reload_hear(struct reload *reload, int64_t now);
/* Reads it at once, whatever happened: SIGHUP. */
void reload_wish(struct reload *reload, int64_t now);

enum reload_result { RELOAD_NOTHING, RELOAD_DONE, RELOAD_WRONG };
/* What is due is read. DONE: *settings is what is in force from now on, the caller's to hold and destroy; `words` (200 bytes) names what
 * waits for the next start, or is "". WRONG: `words` says where and what; what was in force stays. */
enum reload_result reload_take(struct reload *reload, int64_t now, struct settings **settings, char *words, size_t room);

#endif
