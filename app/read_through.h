/* A progress bar while a whole journal is read. */
#ifndef APP_READ_THROUGH_H
#define APP_READ_THROUGH_H

#include "replay/chronicle.h"
#include "replay/player.h"

/* Waits until the chronicle has read to the end of the span. */
bool read_through(struct chronicle *chronicle, const struct player_span *span, struct error *err);

#endif
