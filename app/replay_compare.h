/* The other time a replay is compared with: the same clock some days before or after, or in another journal. */
#ifndef APP_REPLAY_COMPARE_H
#define APP_REPLAY_COMPARE_H

#include "base/zone.h"
#include "replay/chronicle.h"
#include "replay/player.h"
#include "store/snapshot.h"

struct replay_compare;

/* Is it "-7d", "+7d", "yesterday", "last week", or what may be a directory? What is mistyped is told with the forms there are. */
bool replay_compare_check(const char *with, struct error *err);

/* with: one of those forms; a directory: that of another journal, whose first day is laid beside the day of `first`; NULL: a week before, or
 * after where the journal, of which `span` tells how far it reaches, holds no week before. Nothing is folded until a turn. */
struct replay_compare *replay_compare_open(const char *with, const char *journal, const struct player_span *span, int64_t first,
	const struct settings *settings, const struct zone *zone, struct error *err);
void replay_compare_close(struct replay_compare *compare);
/* Goes towards the time beside `cursor`, for some ms at most; true: it is there, or will never be. */
bool replay_compare_turn(struct replay_compare *compare, int64_t cursor);
bool replay_compare_busy(const struct replay_compare *compare);
/* How much before the cursor that time is, ms; negative: after it. */
int64_t replay_compare_shift(const struct replay_compare *compare);
/* Of the other journal; NULL: it is the same one. */
struct chronicle *replay_compare_chronicle(const struct replay_compare *compare);
/* "1999-07-25"; false, and said there: that journal does not hold it. */
bool replay_compare_text(struct replay_compare *compare, int64_t cursor, char *to, size_t room);
/* NULL: there is nothing at that time, or not that scope. `engine`: whose numbers the request's scope has. */
struct snapshot *replay_compare_snapshot(const struct replay_compare *compare, const struct engine *engine, const struct snapshot_request *request);

#endif
