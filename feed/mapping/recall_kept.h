/* What is remembered with a keeper: for recall.c alone. */
#ifndef FEED_MAPPING_RECALL_KEPT_H
#define FEED_MAPPING_RECALL_KEPT_H

#include "feed/mapping/recall.h"

bool kept_find(const struct recall *recall, struct view id, struct view *text);
bool kept_fits(const struct recall *recall, struct view id, struct view text);
void kept_put(struct recall *recall, struct view id, struct view text);

#endif
