/* What a board that has only Redis reads: an engine with everything it needs. Read at once and in pipelines; waits. */
#ifndef STORE_REDIS_BOARD_H
#define STORE_REDIS_BOARD_H

#include "config/settings.h"
#include "metrics/engine.h"
#include "store/redis_link.h"

struct redis_board;

/* NULL: the URL is wrong. Connects with the first load. */
struct redis_board *redis_board_open(const char *url, const struct settings *settings, struct error *err);
void redis_board_close(struct redis_board *board);

/* The engine as it is stored, with the quarter hours of the last `hours` (0: all that settings keep). NULL: nothing is stored, it is
 * just being written anew, or it cannot be read: err says which. */
struct engine *redis_board_load(struct redis_board *board, int hours, struct error *err);
/* A fresh engine where the packed state has moved since the last load, with the history of the one before; else NULL with *moved false.
 * *moved true and NULL: it could not be read, err says why. To be asked once a second. */
struct engine *redis_board_poll(struct redis_board *board, int hours, bool *moved, struct error *err);
/* LSN of the state that was loaded last. */
uint64_t redis_board_lsn(const struct redis_board *board);
/* Did the last load find other sites, and not this one? Its name is probably mistyped. */
bool redis_board_is_mistaken(const struct redis_board *board);
/* Was what the last load read counted by other rules than ours? */
bool redis_board_differs(const struct redis_board *board);

/* All in one: open, load everything, close. */
struct engine *redis_store_load(const char *url, const struct settings *settings, struct error *err);

#endif
