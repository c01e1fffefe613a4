/* --scope queue=Billing,channel=chat: read once the engine stands, for it numbers the names. */
#ifndef APP_SCOPES_H
#define APP_SCOPES_H

#include "app/command.h"
#include "metrics/engine.h"
#include "metrics/scope.h"

/* The first --scope, or everything. */
bool scopes_read(const struct arguments *arguments, const struct engine *engine, struct scope *scope, struct error *err);
/* The `index`-th --scope. False without a message in err where there is none. */
bool scopes_nth(const struct arguments *arguments, const struct engine *engine, int index, struct scope *scope, struct error *err);

#endif
