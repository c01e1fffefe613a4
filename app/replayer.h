/* The side of a replay that has the journal: plays and seeks by what the user wishes, and makes the snapshots. It never works for long
 * at a stretch, so that a wish is heard while a seek is under way. Single-threaded; the chronicle has a thread of its own. */
#ifndef APP_REPLAYER_H
#define APP_REPLAYER_H

#include "config/settings.h"
#include "store/snapshot.h"
#include "widgets/wish.h"

struct replayer;

struct replayer_options {
	const char *journal;		 /* the directory */
	const struct settings *settings; /* rules and zone; outlive it */
	const struct zone *zone;
	int64_t from, to; /* only this part, ms; INSTANT_NONE, INT64_MAX: all of it */
	int64_t at;	  /* where to begin; INSTANT_NONE: at the beginning */
	double speed;	  /* times real time; 0: as fast as it goes */
	const char *compare; /* "-7d", "+7d", or another journal; NULL: a week before or after, when it is wished */
	bool paused, can_return;
	/* Of a past that was fetched; else NULL, false. */
	const char *name; /* whose it is, in place of the directory's name; no marks are kept with it */
	bool differs;	  /* it was counted by other rules than the settings */
	void (*trouble)(void *context, char *to, size_t room); /* what is wrong with it now, or "" */
	void *context;
};
/* False texts name what is wrong with the journal, the times or what is to be compared. */
struct replayer *replayer_open(const struct replayer_options *options, struct error *err);
void replayer_close(struct replayer *replayer);

void replayer_wish(struct replayer *replayer, const struct wish *wish);
/* Works for some ms at most; true: there is something new to show. */
bool replayer_turn(struct replayer *replayer);
/* When there is something to do without a wish, monotonic ms. */
int64_t replayer_due(const struct replayer *replayer);
struct snapshot *replayer_snapshot(struct replayer *replayer, const struct snapshot_request *request);
/* The engine where the replay stands, for reading the user's scope. */
const struct engine *replayer_engine(const struct replayer *replayer);
const struct replayer_options *replayer_options(const struct replayer *replayer);
/* It is on its way to another time: what is shown is not what was asked for yet. */
bool replayer_seeking(const struct replayer *replayer);

#endif
