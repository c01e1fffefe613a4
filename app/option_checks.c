#include "app/option_checks.h"

#include <stdio.h>
#include <string.h>

#include "app/journal_feed.h"
#include "app/replay_compare.h"
#include "app/report_file.h"
#include "app/setup.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/text.h"
#include "feed/feed.h"
#include "metrics/lists.h"
#include "store/redis_url.h"

bool option_is_instant(const char *value, struct error *err)
{
	int64_t at;
	struct zone *zone = zone_open("UTC", err); /* what a time looks like is the same in every zone */
	const bool good = zone && instant_parse(view_of(value), zone, clock_wall(), &at, err);
	zone_close(zone);
	return good;
}

bool option_is_duration(const char *value, struct error *err)
{
	int64_t length;
	return duration_parse(view_of(value), &length, err);
}

bool option_is_quarters(const char *value, struct error *err)
{
	int64_t length;
	if (!duration_parse(view_of(value), &length, err))
		return false;
	return (length > 0 && length % QUARTER_MS == 0) || fail(err, "it must be whole quarter hours (\"30m\"), not \"%.100s\"", value);
}

bool option_is_zone(const char *value, struct error *err)
{
	struct zone *zone = zone_open(value, err);
	zone_close(zone);
	return zone != NULL;
}

bool option_is_setting(const char *value, struct error *err)
{
	struct settings *settings = settings_create();
	const bool good = setup_set_pair(settings, value, err);
	settings_destroy(settings);
	return good;
}

static bool is_value_of(const char *setting, const char *value, struct error *err)
{
	struct settings *settings = settings_create();
	const bool good = settings_set(settings, setting, value, err);
	settings_destroy(settings);
	return good;
}

bool option_is_display(const char *value, struct error *err)
{
	return is_value_of("display", value, err);
}

bool option_is_language(const char *value, struct error *err)
{
	return is_value_of("language", value, err);
}

bool option_is_feed(const char *value, struct error *err)
{
	return feed_find_class(value, journal_feeds, err) != NULL;
}

static bool is_address(struct view text)
{
	return (text.size > 6 && memcmp(text.data, "tcp://", 6) == 0) || (text.size > 6 && memcmp(text.data, "ipc://", 6) == 0);
}

bool option_is_address(const char *value, struct error *err)
{
	return is_address(view_of(value)) || fail(err, "an address is tcp://HOST:PORT or ipc://PATH, not \"%.200s\"", value);
}

bool option_is_listen(const char *value, struct error *err)
{
	const char *colon = strrchr(value, ':');
	const bool unix_path = strncmp(value, "unix:/", 6) == 0;
	const bool port = colon && colon > value && colon[1] && strspn(colon + 1, "0123456789") == strlen(colon + 1) && strlen(colon + 1) <= 5;
	return unix_path || port || fail(err, "where to listen is HOST:PORT, [IPV6]:PORT or unix:/PATH, not \"%.200s\"", value);
}

bool option_is_attach(const char *value, struct error *err)
{
	for (const char *at = value;;) {
		struct view part = {at, strcspn(at, ",")};
		const char *equals = memchr(part.data, '=', part.size), *scheme = memmem(part.data, part.size, "://", 3);
		if (equals && (!scheme || equals < scheme))
			part = (struct view){equals + 1, part.size - (size_t)(equals + 1 - part.data)};
		if (!is_address(part))
			return fail(err, "an address is tcp://HOST:PORT or ipc://PATH, or SITE=ADDRESS; several have a comma between; not \"%.200s\"", value);
		at = part.data + part.size;
		if (!*at++)
			return true;
	}
}

bool option_is_store(const char *value, struct error *err)
{
	struct redis_url url;
	return strcmp(value, "memory") == 0 || redis_url_parse(value, &url, err);
}

bool option_is_scope(const char *value, struct error *err)
{
	char rest[1000] = "";
	/* The site is no name of an engine: it says which one. */
	for (const char *at = value; *at;) {
		const size_t size = strcspn(at, ","), used = strlen(rest);
		if (used + size + 2 > sizeof rest)
			return fail(err, "too long");
		if (size <= 5 || memcmp(at, "site=", 5) != 0)
			snprintf(rest + used, sizeof rest - used, "%s%.*s", used ? "," : "", (int)size, at);
		at += size + (at[size] == ',');
	}
	return list_scope_check(rest, err);
}

bool option_is_journal(const char *value, struct error *err)
{
	return !strstr(value, "://") ||
		fail(err, "%.200s: only a journal has the records, and it is no server: give its directory (the collector's setting `journal`)",
		value);
}

bool option_is_folder(const char *value, struct error *err)
{
	return !strstr(value, "://") || fail(err, "%.200s: it is a folder of this machine, no server", value);
}

bool option_is_compare(const char *value, struct error *err)
{
	return replay_compare_check(value, err);
}

bool option_is_form(const char *value, struct error *err)
{
	return report_file_format(value, err) != NULL;
}
