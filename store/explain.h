/* What stands behind a row that no event of a journal tells of: a feed's faults and holes, the past weeks that make a forecast. */
#ifndef STORE_EXPLAIN_H
#define STORE_EXPLAIN_H

#include "metrics/engine.h"
#include "store/proof.h"

/* The lines into `life`, whose events the caller frees. Scope: of the forecast. */
void explain(const struct engine *engine, const struct proof_request *request, struct scope scope, struct life *life);

#endif
