/* --scope queue=Billing,channel=chat: read once the engine stands, for it numbers the names. */
#ifndef APP_SCOPES_H
#define APP_SCOPES_H

#include "app/command.h"
#include "app/desk.h"
#include "metrics/engine.h"
#include "metrics/scope.h"

#define ROWS_OF_SITE 1000 /* lines of one site that are asked for without being named */

/* The first --scope, or everything. */
bool scopes_read(const struct arguments *arguments, const struct engine *engine, struct scope *scope, struct error *err);
/* The `index`-th --scope. False without a message in err where there is none. */
bool scopes_nth(const struct arguments *arguments, const struct engine *engine, int index, struct scope *scope, struct error *err);
/* The first --scope of a board that opens, before any event: names that nobody has brought yet are learned. */
bool scopes_begin(const struct arguments *arguments, struct desk *desk, struct snapshot_request *request, struct error *err);
/* The first --scope on a board over several sites: "site=berlin,queue=Billing". */
bool scopes_read_sites(const struct arguments *arguments, const struct desk *desk, struct snapshot_request *request, struct error *err);
/* Everything, each queue, and each (queue, channel) that has a line on the board; how many. */
int scopes_default(const struct engine *engine, struct scope *scopes, int most);
/* What is asked for, with the site of each; else everything, each site, each queue of all sites together and of each, and each line of the
 * board.
 * -1: a --scope is wrong. */
int scopes_of_sites(const struct arguments *arguments, const struct desk *desk, struct scope *scopes, int *sites, int most, struct error *err);

#endif
