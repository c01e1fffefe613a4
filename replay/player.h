/* A journal as it was: the engine after any record or instant of it, reached by playing on or by seeking. Seeking takes the nearest
 * state that is kept and folds what follows; the result is the same whichever way one came. Reads only; single-threaded. */
#ifndef REPLAY_PLAYER_H
#define REPLAY_PLAYER_H

#include "config/settings.h"
#include "journal/segment.h"
#include "metrics/engine.h"
#include "metrics/witness.h"

struct player;

/* `settings` (rules, zone) outlive the player. False texts of `err`: there is no journal, or no record in it. */
struct player *player_open(const char *journal, const struct settings *settings, struct error *err);
void player_close(struct player *player);

struct player_span {
	int64_t from, to;     /* recv of the first and of the last record, ms */
	uint64_t first, last; /* their LSNs */
};
/* Looks again how far the journal goes. */
bool player_span(struct player *player, struct player_span *span, struct error *err);

/* Where it is to go: on to `at` if that lies ahead, record by record and without a look at kept states; else as player_seek(). */
bool player_play(struct player *player, int64_t at, struct error *err);
/* Lets the time of the engine go on to `at` where no record lies between, as a desk does that looks at an instant. */
void player_pass(struct player *player, int64_t at);
/* Where it is to go: after the last record that was received at `at` or earlier; at the end of record `lsn`; on to the next batch with
 * an event, or back to the one before. Nothing is folded yet. */
bool player_seek(struct player *player, int64_t at, struct error *err);
bool player_seek_record(struct player *player, uint64_t lsn, struct error *err);
bool player_step(struct player *player, int by /* 1 or -1 */, struct error *err);

/* On from here to the end of record `lsn`, record by record, however far it is. */
void player_on(struct player *player, uint64_t lsn);
/* Of this engine and of every one that a seek begins with. */
void player_watch(struct player *player, struct witness witness);

enum player_state {
	PLAYER_UNDERWAY, /* more calls are needed */
	PLAYER_THERE,
	PLAYER_END,	 /* the journal ends before: what follows comes when it has grown */
	PLAYER_FAILED
};
/* Folds at most `most` records towards where it is to go. */
enum player_state player_turn(struct player *player, int most, struct error *err);
/* Until it is there. */
bool player_arrive(struct player *player, struct error *err);

/* NULL while nothing was reached yet, or everything before was given up for an earlier state. Owned by the player. */
const struct engine *player_engine(const struct player *player);
uint64_t player_lsn(const struct player *player);    /* of the record folded last, 0: none */
uint64_t player_events(const struct player *player); /* folded so far in all */
/* Damage that was met on the way to here, the newest: the engine lacks what was there. False: none since the state that it began with. */
bool player_damage(const struct player *player, struct damage *damage);
/* JOURNAL_ID_SIZE bytes. */
const uint8_t *player_id(const struct player *player);
/* The state that the last seek began with was counted by other rules (settings, zone) than these. What rules a collector wrote down is the
 * chronicle's. */
bool player_differs(const struct player *player);

#endif
