/* When entries are settled and forgotten. Two or more timers for each would cost more than the entry itself: so entries stand in buckets by the
 * minute in which R begins, and each bucket is looked at four times: shortly before each window is over for it, when the entries whose time
 * comes get a timer, to the millisecond; and when no event can concern them any more. None of this is kept in a state: it follows from the entries. */
#include "base/instant.h"
#include "base/memory.h"
#include "metrics/state.h"

#define FORGET FCR_WINDOWS /* the stage after the windows */
#define NEVER INT64_MAX
#define TIME_BOUND (INT64_C(1) << 52) /* beyond it there is nothing but what a damaged state says; minutes and spans of it do not overflow */

static int64_t whole(int64_t at, int64_t length)
{
	int64_t past = at % length;
	return (at - past) / length - (past < 0);
}

int64_t fcr_span(const struct engine *engine, int window)
{
	const int64_t spans[FCR_WINDOWS] = {[FCR_24H] = DAY_MS, [FCR_72H] = 3 * DAY_MS, [FCR_WITHIN] = engine->settings->fcr_within};
	return spans[window];
}

static int64_t longest(const struct engine *engine)
{
	int64_t within = fcr_span(engine, FCR_WITHIN);
	return within > 3 * DAY_MS ? within : 3 * DAY_MS;
}

/* After a bucket's minute its look comes lead + 1 minutes and a second later: with that minute's look at the board, so that nobody
 * is woken for it. Entries are settled up to a minute after it, and forgotten before it. */
void fcr_due_init(struct engine *engine)
{
	struct fcr_memory *memory = &engine->fcr;
	for (int window = 0; window < FCR_WINDOWS; window++)
		memory->lead[window] = fcr_span(engine, window) / MINUTE_MS - 1;
	memory->lead[FORGET] = (longest(engine) + engine->settings->late_limit + MINUTE_MS) / MINUTE_MS + 1;
	memory->minutes = memory->lead[FORGET] + 4;
	memory->buckets = memory_new((size_t)memory->minutes, sizeof *memory->buckets);
	for (int stage = 0; stage <= FORGET; stage++)
		memory->next[stage] = NEVER;
	memory->armed = NEVER;
}

static int64_t look_at(const struct fcr_memory *memory, int stage, int64_t minute)
{
	return (minute + memory->lead[stage]) * MINUTE_MS + SECOND_MS;
}

static int64_t present(const struct engine *engine)
{
	return engine->now < -TIME_BOUND ? -TIME_BOUND : engine->now > TIME_BOUND ? TIME_BOUND : engine->now;
}

/* The last minute whose look is over. */
static int64_t looked_at(const struct engine *engine, int stage)
{
	return whole(present(engine) - SECOND_MS, MINUTE_MS) - engine->fcr.lead[stage];
}

void fcr_minutes(const struct engine *engine, int64_t *after, int64_t *until)
{
	*after = looked_at(engine, FORGET);
	*until = whole(present(engine), MINUTE_MS);
}

uint32_t *fcr_bucket(struct engine *engine, int64_t minute)
{
	int64_t place = minute % engine->fcr.minutes;
	return &engine->fcr.buckets[place < 0 ? place + engine->fcr.minutes : place];
}

/* ---- what becomes due ---- */

bool fcr_begins(const struct engine *engine, const struct fcr_entry *entry)
{
	return engine->settings->fcr_from == FCR_FROM_QUEUED || fcr_has(entry, FCR_RELEASED);
}

int64_t fcr_from_at(const struct fcr_entry *entry)
{
	return fcr_queued_at(entry) + entry->from;
}

int64_t fcr_due_at(const struct engine *engine, const struct fcr_entry *entry, int window)
{
	int64_t over = fcr_from_at(entry) + fcr_span(engine, window) + 1;
	int64_t resolved = (whole(fcr_queued_at(entry), SECOND_MS) + entry->resolved) * SECOND_MS;
	return entry->resolved && resolved > over ? resolved : over;
}

void fcr_note_resolved(const struct engine *engine, struct fcr_entry *entry)
{
	const int64_t within = fcr_span(engine, FCR_WITHIN), first = fcr_from_at(entry) + (within < DAY_MS ? within : DAY_MS);
	const int64_t seconds = whole(engine->ts, SECOND_MS) - whole(fcr_queued_at(entry), SECOND_MS);
	if (engine->ts > first)
		entry->resolved = seconds > UINT32_MAX ? UINT32_MAX : (uint32_t)seconds;
}

/* Among those of the same instant the customer makes the order: places may be others where a state was read. */
static void add_timer(struct engine *engine, uint32_t number, int window)
{
	const struct fcr_entry *entry = fcr_at(&engine->fcr, number);
	timers_add(engine, (struct timer){fcr_due_at(engine, entry, window), TIMER_FCR, number, 0, entry->customer});
}

static bool waits(const struct fcr_entry *entry, int window)
{
	return fcr_has(entry, FCR_RESOLVED) && !fcr_has(entry, FCR_SETTLED << window);
}

void fcr_await(struct engine *engine, uint32_t number)
{
	const struct fcr_entry *entry = fcr_at(&engine->fcr, number);
	const int64_t minute = whole(fcr_from_at(entry), MINUTE_MS);
	for (int window = 0; window < FCR_WINDOWS; window++)
		if (waits(entry, window) && (fcr_has(entry, FCR_ASIDE) || minute <= looked_at(engine, window)))
			add_timer(engine, number, window);
}

/* ---- buckets ---- */

static void arm(struct engine *engine)
{
	struct fcr_memory *memory = &engine->fcr;
	int64_t due = NEVER;
	for (int stage = 0; stage <= FORGET; stage++)
		if (memory->next[stage] != NEVER && look_at(memory, stage, memory->next[stage]) < due)
			due = look_at(memory, stage, memory->next[stage]);
	if (due >= memory->armed)
		return;
	memory->armed = due;
	timers_add(engine, (struct timer){.due = due, .kind = TIMER_FCR});
}

void fcr_age(struct engine *engine, uint32_t number, int64_t at)
{
	struct fcr_memory *memory = &engine->fcr;
	struct fcr_entry *entry = fcr_at(memory, number);
	int64_t after, until, minute = whole(at, MINUTE_MS);
	fcr_minutes(engine, &after, &until);
	minute = minute > until ? until : minute;
	minute = minute <= after ? after + 1 : minute;
	uint32_t *first = fcr_bucket(engine, minute);
	entry->next = *first;
	*first = number;
	fcr_set(entry, FCR_AGES);
	bool sooner = false;
	for (int stage = 0; stage <= FORGET; stage++) {
		if (minute >= memory->next[stage] || minute <= looked_at(engine, stage))
			continue;
		memory->next[stage] = minute;
		sooner = true;
	}
	if (sooner)
		arm(engine);
}

static void settle_soon(struct engine *engine, int window, int64_t minute)
{
	for (uint32_t i = *fcr_bucket(engine, minute); i; i = fcr_at(&engine->fcr, i)->next) {
		const struct fcr_entry *entry = fcr_at(&engine->fcr, i);
		if (waits(entry, window) && !fcr_has(entry, FCR_ASIDE))
			add_timer(engine, i, window);
	}
}

static void retire_all(struct engine *engine, int64_t minute)
{
	uint32_t *first = fcr_bucket(engine, minute), number = *first;
	*first = 0;
	while (number) {
		uint32_t next = fcr_at(&engine->fcr, number)->next;
		fcr_retire(engine, number, minute);
		number = next;
	}
}

static int64_t next_filled(struct engine *engine, int64_t minute)
{
	int64_t after, until;
	fcr_minutes(engine, &after, &until);
	for (minute = minute <= after ? after + 1 : minute; minute <= until; minute++)
		if (*fcr_bucket(engine, minute))
			return minute;
	return NEVER;
}

static void look(struct engine *engine)
{
	struct fcr_memory *memory = &engine->fcr;
	memory->armed = NEVER;
	for (int stage = 0; stage <= FORGET; stage++) {
		while (memory->next[stage] != NEVER && look_at(memory, stage, memory->next[stage]) <= engine->now) {
			int64_t minute = memory->next[stage];
			memory->next[stage] = NEVER;
			if (stage == FORGET)
				retire_all(engine, minute);
			else
				settle_soon(engine, stage, minute);
			int64_t filled = next_filled(engine, minute + 1);
			if (filled < memory->next[stage])
				memory->next[stage] = filled;
		}
	}
	arm(engine);
}

void fcr_timer(struct engine *engine, const struct timer *timer)
{
	if (timer->item)
		fcr_settle(engine, timer->item, timer->due);
	else if (timer->due == engine->fcr.armed) /* else an earlier one was armed since */
		look(engine);
}
