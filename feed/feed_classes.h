/* The feed classes that feed.c lists; one file each. */
#ifndef FEED_FEED_CLASSES_H
#define FEED_FEED_CLASSES_H

#include "feed/feed.h"

extern const struct feed_class tcp_feed_class, ipc_feed_class, inproc_feed_class; /* zmq_feed.c */
extern const struct feed_class file_feed_class;
extern const struct feed_class sim_feed_class;

#endif
