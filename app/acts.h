/* What people do at this board: makes an event of it, hands it to the desk, and says what became of it. Of the desk's own thread. */
#ifndef APP_ACTS_H
#define APP_ACTS_H

#include "app/desk.h"
#include "widgets/wish.h"

struct acts;

struct acts *acts_create(void);
void acts_destroy(struct acts *acts);
/* Both: true where there is something new to say. */
bool acts_carry_out(struct acts *acts, struct desk *desk, const struct wish *wish);
bool acts_answered(struct acts *acts, struct desk *desk);
/* What was said last, into the snapshot. */
void acts_tell(const struct acts *acts, struct snapshot *snapshot);

/* The payload of a batch of one event, as FEED.md has it: who did it is `board:USER@HOST`. `boot` is another one each time, so that an action
 * that was lost leaves no hole in anybody's numbers, and one that comes twice counts once. */
struct wire_buffer;
struct act {
	const struct wish *wish;
	const char *user, *host;
	uint64_t boot;
	int64_t at; /* by the clock of whoever takes it */
};
/* Nothing for a wish that is none of them. */
void act_encode(const struct act *act, struct wire_buffer *to);

#endif
