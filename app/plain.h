/* The board as a voice: a summary in words, then a sentence for each change. For screen readers, for terminals that cannot move the cursor
 * and for logs. */
#ifndef APP_PLAIN_H
#define APP_PLAIN_H

#include "app/setup.h"

struct plain;

/* signals: a signalfd that does not block. */
struct plain *plain_open(const struct setup *setup, int signals);
void plain_close(struct plain *plain);
/* Readable as soon as there is something to look at: a signal, or a line from standard input. */
int plain_wakes(const struct plain *plain);
/* When the next look at the figures is due, monotonic ms. */
int64_t plain_due(const struct plain *plain);
/* Hears what woke it. False: it is time to leave. */
bool plain_hear(struct plain *plain);
/* Tells what is new in it; the snapshot goes. */
void plain_take(struct plain *plain, struct snapshot *snapshot);

/* All of that for a desk. */
int plain_run(struct setup *setup, struct desk *desk, int signals);

#endif
