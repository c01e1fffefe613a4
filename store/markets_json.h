/* Markets and what day it is there as JSON, a part of `tablo snapshot --json`. */
#ifndef STORE_MARKETS_JSON_H
#define STORE_MARKETS_JSON_H

#include <stdio.h>

#include "store/snapshot.h"

/* ', "markets": [...]' of the snapshot's: clock readings without a zone, as the clocks there show them; figures as elsewhere. */
void markets_json(FILE *to, const struct snapshot *snapshot);

#endif
