/* The first frame of a message, for routing only: "<site>/<queue>/". */
#ifndef FEED_TOPIC_H
#define FEED_TOPIC_H

#include <stdbool.h>

#include "base/view.h"

#define TOPIC_MAX 200 /* bytes: libzmq before 4.3.5 mangles longer ones */
#define TOPIC_ROOM (TOPIC_MAX + 1)

/* The queue percent-encoded; one that would not fit is left out, as if the batch had several. False: the site holds a '/' or
 * leaves no room. */
bool topic_write(char to[TOPIC_ROOM], const char *site, struct view queue);

#endif
