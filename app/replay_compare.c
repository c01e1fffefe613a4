#include "app/replay_compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"
#include "base/text.h"
#include "config/suggest.h"
#include "metrics/lists.h"

#define WEEK_MS (7 * DAY_MS)
#define RECORDS_AT_ONCE 64
#define TURN_MS 10

struct replay_compare {
	const struct settings *settings;
	const struct zone *zone;
	char *journal;
	char name[64]; /* of another journal; "" */
	struct player *player; /* NULL until it is needed */
	struct chronicle *chronicle;
	struct player_span span;
	int64_t local_shift; /* by the clock on the wall: over a change of it the same time of day is another distance; < 0: later */
	bool chosen;	     /* that was asked for: a week is not turned round where the journal lacks it */
	int64_t shift, goal;
	bool busy, failed;
};

static int64_t local_of(const struct replay_compare *compare, int64_t at)
{
	return at + (int64_t)zone_offset(compare->zone, at) * SECOND_MS;
}

static int64_t local_day(const struct replay_compare *compare, int64_t at)
{
	const int64_t local = local_of(compare, at);
	return local - (local % DAY_MS + DAY_MS) % DAY_MS;
}

static bool open_player(struct replay_compare *compare, struct error *err)
{
	compare->player = player_open(compare->journal, compare->settings, err);
	return compare->player && player_span(compare->player, &compare->span, err);
}

static bool open_other(struct replay_compare *compare, const char *with, int64_t first, struct error *err)
{
	const char *slash = strrchr(with, '/');
	compare->journal = memory_text(with);
	text_harmless(view_of(slash && slash[1] ? slash + 1 : with), compare->name, sizeof compare->name);
	const struct chronicle_options options = {.journal = with, .settings = compare->settings, .scope = SCOPE_ALL, .from = INT64_MIN, .to = INT64_MAX};
	if (!open_player(compare, err))
		return false;
	compare->chronicle = chronicle_open(&options, err);
	compare->local_shift = local_day(compare, first) - local_day(compare, compare->span.from);
	return compare->chronicle != NULL;
}

static const struct {
	const char *word;
	int64_t before;
} words[] = {{"yesterday", DAY_MS}, {"last week", WEEK_MS}};
#define WORDS (sizeof words / sizeof *words)

/* How long before; negative: after; 0: it is no time. */
static int64_t time_before(const char *with)
{
	int64_t length;
	for (size_t i = 0; i < WORDS; i++)
		if (strcasecmp(with, words[i].word) == 0)
			return words[i].before;
	if ((*with != '-' && *with != '+') || !duration_parse(view_of(with + 1), &length, NULL) || length <= 0)
		return 0;
	return *with == '-' ? length : -length;
}

bool replay_compare_check(const char *with, struct error *err)
{
	const char *names[WORDS + 1] = {NULL};
	for (size_t i = 0; i < WORDS; i++)
		names[i] = words[i].word;
	/* What looks like a path is one: whether it is there is seen when it is opened. */
	if (time_before(with) || (*with != '-' && *with != '+' && (strchr(with, '/') || access(with, F_OK) == 0)))
		return true;
	const char *meant = suggest(with, names);
	return fail(err, "\"%.200s\" is no other time and no journal%s%s%s; it is so long before or after (-7d, +24h), yesterday, \"last week\", "
		"or the directory of another journal",
		with, meant ? ": did you mean \"" : "", meant ? meant : "", meant ? "\"?" : "");
}

static bool set_up(struct replay_compare *compare, const char *with, const char *journal, int64_t first, struct error *err)
{
	const int64_t before = with ? time_before(with) : WEEK_MS;
	compare->chosen = with;
	if (!before)
		return open_other(compare, with, first, err);
	compare->journal = memory_text(journal);
	compare->local_shift = before;
	return true;
}

struct replay_compare *replay_compare_open(const char *with, const char *journal, const struct player_span *span, int64_t first,
	const struct settings *settings, const struct zone *zone, struct error *err)
{
	struct replay_compare *compare = memory_new(1, sizeof *compare);
	compare->span = *span;
	compare->settings = settings;
	compare->zone = zone;
	compare->goal = INSTANT_NONE;
	if (set_up(compare, with, journal, first, err)) {
		compare->shift = compare->local_shift;
		return compare;
	}
	replay_compare_close(compare);
	return NULL;
}

void replay_compare_close(struct replay_compare *compare)
{
	if (!compare)
		return;
	chronicle_close(compare->chronicle);
	player_close(compare->player);
	free(compare->journal);
	free(compare);
}

static bool is_held(const struct replay_compare *compare, int64_t at)
{
	return !compare->failed && at >= compare->span.from && at <= compare->span.to;
}

/* Where the journal does not reach back a week, the same time a week later is a better measure than none. */
static int64_t beside(const struct replay_compare *compare, int64_t cursor)
{
	const int64_t local = local_of(compare, cursor), at = zone_instant(compare->zone, local - compare->local_shift);
	if (compare->chosen || is_held(compare, at))
		return at;
	const int64_t later = zone_instant(compare->zone, local + compare->local_shift);
	return is_held(compare, later) ? later : at;
}

bool replay_compare_turn(struct replay_compare *compare, int64_t cursor)
{
	struct error err;
	const int64_t goal = beside(compare, cursor), until = clock_monotonic() + TURN_MS;
	compare->failed = compare->failed || (!compare->player && !open_player(compare, &err));
	compare->shift = cursor - goal;
	if (!is_held(compare, goal)) {
		compare->busy = false;
		compare->goal = INSTANT_NONE;
		return true;
	}
	if (goal != compare->goal) {
		compare->failed = !player_play(compare->player, goal, &err);
		compare->goal = goal;
		compare->busy = !compare->failed;
	}
	while (compare->busy && clock_monotonic() < until) {
		const enum player_state state = player_turn(compare->player, RECORDS_AT_ONCE, &err);
		compare->busy = state == PLAYER_UNDERWAY;
		compare->failed = state == PLAYER_FAILED;
		if (!compare->busy && !compare->failed)
			player_pass(compare->player, goal);
	}
	return !compare->busy;
}

bool replay_compare_busy(const struct replay_compare *compare)
{
	return compare->busy;
}

int64_t replay_compare_shift(const struct replay_compare *compare)
{
	return compare->shift;
}

struct chronicle *replay_compare_chronicle(const struct replay_compare *compare)
{
	return compare->chronicle;
}

bool replay_compare_text(struct replay_compare *compare, int64_t cursor, char *to, size_t room)
{
	const int64_t at = beside(compare, cursor);
	const struct civil civil = instant_civil(at, compare->zone);
	char time[16] = "";
	const bool held = is_held(compare, at);
	if (compare->local_shift % DAY_MS)
		snprintf(time, sizeof time, " %02d:%02d", civil.hour, civil.minute);
	const char *missing = held ? "" : compare->failed ? ": it cannot be read" : at < compare->span.from ? ": before its beginning" : ": after its end";
	snprintf(to, room, "%s%s%04d-%02d-%02d%s%s", compare->name, *compare->name ? " " : "", civil.year, civil.month, civil.day, time, missing);
	return held;
}

/* Names have other numbers in another journal, and in an earlier engine perhaps none yet. */
static bool same_scope(const struct engine *from, const struct engine *to, struct scope *scope)
{
	static const char *const keys[] = {"queue", "channel", "market", "team", "agent"};
	char text[512] = "";
	size_t used = 0;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		const char *name = list_scope_name(from, *scope, keys[i]);
		if (name && used < sizeof text)
			used += (size_t)snprintf(text + used, sizeof text - used, "%s%s=%s", used ? "," : "", keys[i], name);
	}
	return !used || (used < sizeof text && list_scope_parse(to, text, scope, NULL));
}

struct snapshot *replay_compare_snapshot(const struct replay_compare *compare, const struct engine *engine, const struct snapshot_request *request)
{
	struct snapshot_request same = *request;
	same.ask_count = 0; /* only the board's own figures are compared */
	const struct engine *other = compare->player ? player_engine(compare->player) : NULL;
	if (!other || compare->busy || compare->goal == INSTANT_NONE || !is_held(compare, compare->goal) || engine_now(other) == INSTANT_NONE)
		return NULL;
	return same_scope(engine, other, &same.scope) ? snapshot_create(other, compare->settings, compare->zone, &same) : NULL;
}
