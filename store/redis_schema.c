#include "store/redis_schema.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define DAYS(n) ((n) * INT64_C(86400))
#define PRESENT DAYS(36) /* as long as quarter hours: a site that nobody writes any more vanishes as a whole */

const struct redis_schema_entry redis_schema[REDIS_KEYS] = {
	[STORED_META] = {"meta", "hash", PART_OWN, DAYS(762), "who writes, what is stored: see above"},
	[STORED_LEASE] = {"lease", "string", PART_OWN, 0, "the owner who writes, for 2 s at a time"},
	[STORED_NOW] = {"now", "hash", PART_PRESENT, PRESENT, "figures of this moment, everything: metric -> number"},
	[STORED_NOW_SCOPE] = {"now:SCOPE", "hash", PART_PRESENT, PRESENT, "the same of a queue, a queue and channel, or a market"},
	[STORED_TODAY] = {"today", "hash", PART_PRESENT, PRESENT, "figures of the day so far, everything: metric -> number"},
	[STORED_TODAY_SCOPE] = {"today:SCOPE", "hash", PART_PRESENT, PRESENT, "the same of a queue, a queue and channel, or a market"},
	[STORED_SCOPES] = {"scopes", "hash", PART_PRESENT, PRESENT, "every SCOPE that has figures -> its title"},
	[STORED_AGENTS] = {"agents", "hash", PART_PRESENT, PRESENT, "agent's number -> JSON: name (as `display` has it), team, doing, since, contacts"},
	[STORED_ALERTS] = {"alerts", "hash", PART_PRESENT, PRESENT, "alert's id -> JSON: text, severity, state, raised, cleared, by whom acknowledged"},
	[STORED_DUE] = {"due", "hash", PART_PRESENT, PRESENT, "case/clock (where `display` tells cases) -> JSON of an SLA clock that is not met: due or left, target, breached, paused, disagreed, calendar, priority"},
	[STORED_CONDUCT] = {"conduct", "hash", PART_PRESENT, PRESENT, "contact (where `display` tells contacts) -> JSON of an open flag: step, highest, since, where, safety"},
	[STORED_CONTACTS] = {"contacts", "hash", PART_PRESENT, PRESENT, "contact (where `display` tells contacts) -> JSON of an open one: queue, channel, phase, queued, since, agent's number"},
	[STORED_CASES] = {"cases", "hash", PART_PRESENT, PRESENT, "case (where `display` tells cases) -> JSON of an open one: queue, channel, state, opened, since, agent's number"},
	[STORED_FEEDS] = {"feeds", "hash", PART_PRESENT, PRESENT, "src/boot -> JSON: next number, received, lost, holes"},
	[STORED_COUNTERS] = {"counters", "hash", PART_PRESENT, PRESENT, "number in the series -> the counter's name; wait_bins and handle_bins -> their first numbers"},
	[STORED_MINUTES] = {"minutes:HOUR", "hash", PART_SERIES, DAYS(3), "OWNER/outcome, OWNER/arrival -> the hour's minutes, packed"},
	[STORED_QUARTERS] = {"quarters:DAY", "hash", PART_SERIES, DAYS(36), "the same by quarter hours of a day (UTC); OWNER/gauges"},
	[STORED_DAYS] = {"days:MONTH", "hash", PART_SERIES, DAYS(762), "the same by days (in the site's zone) of a month"},
	[STORED_STATE] = {"state", "hash", PART_STATE, PRESENT, "the packed engine in chunks of 512 KiB: 0, 1, ..., chunks, size, lsn"},
	[STORED_INBOX] = {"inbox", "list", PART_OWN, DAYS(1), "actions of people at boards that have only Redis, until the collector takes them, or, where rights are set and `inbox` is not \"trusted\", throws them away"},
};

/* The pattern's fixed beginning: up to its capital word. */
static size_t fixed(const char *pattern)
{
	size_t size = 0;
	while (pattern[size] && !isupper((unsigned char)pattern[size]))
		size++;
	return size;
}

void redis_schema_key(char to[REDIS_KEY_ROOM], const char *site, enum redis_key key, const char *rest)
{
	const char *pattern = redis_schema[key].pattern;
	snprintf(to, REDIS_KEY_ROOM, "{%s}:%.*s%s", site, (int)fixed(pattern), pattern, rest ? rest : "");
}

int redis_schema_find(const char *site, struct view key, struct view *rest)
{
	char tag[300];
	const int tag_size = snprintf(tag, sizeof tag, "{%s}:", site);
	if (tag_size < 0 || (size_t)tag_size >= sizeof tag || key.size < (size_t)tag_size || memcmp(key.data, tag, (size_t)tag_size) != 0)
		return -1;
	const struct view name = {key.data + tag_size, key.size - (size_t)tag_size};
	for (int i = 0; i < REDIS_KEYS; i++) {
		const char *pattern = redis_schema[i].pattern;
		const size_t size = fixed(pattern);
		const bool exact = !pattern[size];
		if (exact ? !view_is(name, pattern) : name.size <= size || memcmp(name.data, pattern, size) != 0)
			continue;
		*rest = (struct view){name.data + size, name.size - size};
		return i;
	}
	return -1;
}
