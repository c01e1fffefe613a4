/* Rows as they are gathered: for evidence.c and evidence_present.c only. */
#ifndef REPLAY_EVIDENCE_ROWS_H
#define REPLAY_EVIDENCE_ROWS_H

#include "replay/evidence.h"

/* An empty row; NULL: there are as many as a list may have, and `is_cut` says so. */
struct evidence_row *evidence_add(struct evidence *evidence, size_t *room);
/* His name as the settings let it be told; "": nobody. */
void evidence_agent(const struct evidence_request *request, const struct engine *engine, uint16_t number, char *to, size_t room);
/* What stands now, or why nothing single stands behind the gauge. */
void evidence_present(const struct evidence_request *request, struct evidence *evidence);
/* An agent a row with the metric of him alone: of shares of time, which the engine keeps for each. */
void evidence_people(const struct evidence_request *request, struct evidence *evidence);

#endif
