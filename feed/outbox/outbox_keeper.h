/* What mappings remember of earlier rows, kept in an outbox. */
#ifndef FEED_OUTBOX_OUTBOX_KEEPER_H
#define FEED_OUTBOX_OUTBOX_KEEPER_H

#include "feed/mapping/recall.h"
#include "feed/outbox/outbox.h"

/* `hour` as in struct recall_keeper; both outlive it. */
struct recall_keeper outbox_keeper(struct outbox *outbox, const int64_t *hour);

#endif
