/* How far something long is, told in one place: a bar on standard error where that is a terminal, else a plain line now and then, so that
 * nobody takes a command for dead that folds weeks of a journal. */
#ifndef APP_PROGRESS_H
#define APP_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct player;

/* To be called often; permille -1: only the count is known. `what`: "reading the journal", `unit`: "events". */
void progress_show(const char *what, const char *unit, int permille, uint64_t count);
/* How much of the way from `from` to `to` is behind `now`, in thousandths. */
int progress_share(int64_t from, int64_t now, int64_t to);
/* It is over, or something else is to be printed: the bar goes. */
void progress_done(void);

/* The seek that was begun, to its end, and how far it is meanwhile; `at`: where it leads, INT64_MAX: to the journal's end. */
bool progress_arrive(struct player *player, int64_t at, struct error *err);

/* When lines are due that stand in a log: zeroed at the beginning of each task. */
struct progress_pace {
	int64_t begun, told; /* monotonic ms; 0: not yet */
};
bool progress_is_due(struct progress_pace *pace, int64_t now);
/* "reading the journal: 37 %, 1200000 events" */
void progress_text(const char *what, const char *unit, int permille, uint64_t count, char *to, size_t room);

#endif
