/* An action as the journal gets it: by whom is what the collector knows, not what a board says; and not more of them than people make. */
#ifndef APP_AUTHORED_H
#define APP_AUTHORED_H

#include "app/permits.h"
#include "feed/wire.h"

/* Reused from action to action. */
struct authored {
	struct batch batch;
	struct wire_buffer event, payload;
};
void authored_finish(struct authored *authored);

/* What is in such a payload, and which right it takes (bits: any of them will do). NULL: it is an action of a person; else the word for
 * why it is none. */
const char *authored_read(struct authored *authored, struct view payload, unsigned *needs);
/* Written anew after that: `author` in the place of who it says it is by; "" as it says, or, where `doubted`, with a question mark. Its
 * number is made such that no lost or sent-twice one leaves a hole or counts again. A view of the room. */
struct view authored_write(struct authored *authored, const char *author, bool doubted);

/* It was taken at this instant: a mark is kept beside the journal, too, where replays look for it. */
void authored_taken(const struct authored *authored, const char *author, bool doubted, const char *journal, int64_t at);

/* How many somebody may do: 40 at once, 4 a second for long. */
#define ALLOWANCES 64 /* of those heard last */
struct allowance {
	uint64_t who;
	int64_t at, tokens; /* monotonic ms; thousandths */
};
struct allowances {
	struct allowance list[ALLOWANCES];
	int count;
};
bool allowances_spend(struct allowances *allowances, const char *author, int64_t now);

#endif
