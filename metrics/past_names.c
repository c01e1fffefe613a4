#include "metrics/past_names.h"

#include <stddef.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "metrics/past.h"

static const struct {
	const char *title;
	size_t place;
} lists[PAST_NAME_LISTS] = {
	{"queues", offsetof(struct engine, queues)},	   {"agents", offsetof(struct engine, agents_names)},
	{"teams", offsetof(struct engine, teams)},	   {"markets", offsetof(struct engine, markets)},
	{"policies", offsetof(struct engine, policies)},   {"kinds", offsetof(struct engine, kinds)},
	{"topics", offsetof(struct engine, topics)},
}, said[PAST_SAID_LISTS] = {
	{"refusals", offsetof(struct engine, refusals)},
	{"mistakes", offsetof(struct engine, mistakes)},
	{"praises", offsetof(struct engine, praises)},
};

struct names *past_names_list(struct engine *engine, int number)
{
	return (struct names *)(void *)((char *)engine + lists[number].place);
}

const char *past_names_title(int number)
{
	return lists[number].title;
}

struct occurrences *past_said_list(struct engine *engine, int number)
{
	return (struct occurrences *)(void *)((char *)engine + said[number].place);
}

const char *past_said_title(int number)
{
	return said[number].title;
}

void past_walk_said(struct archive *archive, struct named_count *one, int64_t quarter)
{
	int64_t after = one->at - quarter;
	archive_signed(archive, &after, 0, QUARTER_MS - 1);
	one->at = quarter + after;
	KEEP(archive, one->name);
	KEEP(archive, one->agent);
	KEEP_BELOW(archive, one->by, PRAISE_BYS);
}

void past_walk_gauges(struct archive *archive, struct sample *sample, int64_t *known)
{
	uint64_t gauges = GAUGE_COUNT;
	KEEP(archive, gauges);
	KEEP(archive, *known);
	if (archive->reading && gauges != GAUGE_COUNT)
		archive_wrong(archive, "other gauges");
	for (int gauge = 0; gauge < GAUGE_COUNT; gauge++) {
		KEEP(archive, sample->last[gauge]);
		KEEP(archive, sample->most[gauge]);
		KEEP(archive, sample->most_at[gauge]);
	}
}

char *past_counters(void)
{
	return memory_format(
#define NAME(counter) #counter " "
		COUNTERS(NAME) "%d %d %d",
#undef NAME
		KEY_WAIT_BINS, KEY_HANDLE_BINS, TALLY_KEYS);
}

int64_t past_quarter(int64_t at)
{
	const int64_t into = at % QUARTER_MS;
	return at - into - (into < 0 ? QUARTER_MS : 0);
}
