/* Events as lines that are easy to compare: "type ts key=value ...", in the order of the protocol's table. A pseudonym is told as "*". */
#ifndef TESTS_OUTBOX_LINES_H
#define TESTS_OUTBOX_LINES_H

#include "feed/outbox/outbox.h"

/* To be freed with free(). */
char *event_line(const struct event *event);
/* Every event from *from on, each on a line; *from becomes the number of the next one. To be freed with free(). */
char *outbox_lines(struct outbox *outbox, uint64_t *from);

#endif
