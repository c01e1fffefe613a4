#include "app/progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/instant.h"
#include "replay/player.h"

#define BAR_EVERY 100		       /* ms */
#define LINE_FIRST (5 * SECOND_MS)     /* what is over before needs no word */
#define LINE_EVERY (10 * SECOND_MS)
#define RECORDS_AT_ONCE 4096

/* Of the task that is under way: there is one at a time, and every command shows its own here. */
static struct progress_pace pace;

bool progress_is_due(struct progress_pace *at, int64_t now)
{
	if (!at->begun)
		at->begun = now ? now : 1;
	if (now - at->begun < LINE_FIRST || (at->told && now - at->told < LINE_EVERY))
		return false;
	at->told = now;
	return true;
}

void progress_text(const char *what, const char *unit, int permille, uint64_t count, char *to, size_t room)
{
	if (permille < 0)
		snprintf(to, room, "%s: %llu %s so far", what, (unsigned long long)count, unit);
	else
		snprintf(to, room, "%s: %d %%, %llu %s", what, permille > 1000 ? 100 : permille / 10, (unsigned long long)count, unit);
}

static void show_bar(const char *what, int permille, uint64_t count)
{
	char bar[41] = "                                        ";
	for (int i = 0; i < 40 && i * 25 < permille; i++)
		bar[i] = '#';
	if (permille < 0)
		fprintf(stderr, "\r%s: %llu", what, (unsigned long long)count);
	else
		fprintf(stderr, "\r%s: [%s] %d %%  %llu", what, bar, permille / 10, (unsigned long long)count);
	fputs("\033[K", stderr);
}

void progress_show(const char *what, const char *unit, int permille, uint64_t count)
{
	const int64_t now = clock_monotonic();
	char text[200];
	if (isatty(STDERR_FILENO)) {
		if (now - pace.told < BAR_EVERY)
			return;
		pace.told = now;
		show_bar(what, permille, count);
	} else if (progress_is_due(&pace, now)) {
		progress_text(what, unit, permille, count, text, sizeof text);
		fprintf(stderr, "tablo: %s\n", text);
	}
}

void progress_done(void)
{
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
	pace = (struct progress_pace){0};
}

int progress_share(int64_t from, int64_t now, int64_t to)
{
	return now <= from || to <= from ? 0 : now >= to ? 1000 : (int)(((double)now - (double)from) / ((double)to - (double)from) * 1000);
}

bool progress_arrive(struct player *player, int64_t at, struct error *err)
{
	struct player_span span;
	if (!player_span(player, &span, err))
		return false;
	const int64_t to = at < span.to ? at : span.to;
	const uint64_t before = player_events(player);
	int64_t from = INSTANT_NONE;
	enum player_state state;
	while ((state = player_turn(player, RECORDS_AT_ONCE, err)) == PLAYER_UNDERWAY) {
		const int64_t now = engine_now(player_engine(player));
		from = from == INSTANT_NONE ? now : from;
		progress_show("reading the journal", "events", from == INSTANT_NONE ? -1 : progress_share(from, now, to), player_events(player) - before);
	}
	progress_done();
	return state != PLAYER_FAILED;
}
