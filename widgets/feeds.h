/* The page of feeds, by lines: for the files of widgets/ only. */
#ifndef WIDGETS_FEEDS_H
#define WIDGETS_FEEDS_H

#include "store/snapshot.h"

/* The place in snapshot->feeds of the feed that a line is about; -1: of none. */
int feeds_feed_at(const struct snapshot *snapshot, int line);

#endif
