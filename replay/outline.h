/* A journal in outline: what a chronicle holds, put into the columns of a timeline; and the next thing that happened. */
#ifndef REPLAY_OUTLINE_H
#define REPLAY_OUTLINE_H

#include "journal/segment.h"
#include "replay/chronicle.h"
#include "store/timeline.h"

/* Fills the columns, of which there are timeline->column_count, over timeline->from to ->to, and the note at the cursor. `other`: of the
 * time compared with, `shift` ms before; NULL: none. */
void outline_fill(struct timeline *timeline, const struct chronicle_look *look, const struct chronicle_look *other, int64_t shift);
/* An alert raised, a breach, a step of conduct or one out of turn, a gap: the nearest that a board shows only after `at` (by 1), or
 * that it showed earlier (by -1); NULL: none. */
const struct incident *outline_incident(const struct chronicle_look *look, int64_t at, int by);
/* The instant at which a board shows it: the end of its second, for alerts come then. */
int64_t outline_shown(const struct incident *incident);
/* How many events the feeds lost, as far as the journal was read. */
void outline_lost(struct timeline *timeline, const struct chronicle_look *look);
/* The engine that is shown was folded over this damage: then it is not what the wall showed, and that is said. */
void outline_damage(struct timeline *timeline, const struct damage *damage);
/* In a few words. */
void outline_text(const struct incident *incident, char *to, size_t room);

#endif
