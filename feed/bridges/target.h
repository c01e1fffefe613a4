/* HOST, HOST:PORT, [ADDRESS] or [ADDRESS]:PORT: where a bridge connects to. */
#ifndef FEED_BRIDGES_TARGET_H
#define FEED_BRIDGES_TARGET_H

#include "base/error.h"

struct target {
	char host[256], port[16];
};

/* `port`: where none is given. */
bool target_read(struct target *target, const char *text, const char *port, struct error *err);

#endif
