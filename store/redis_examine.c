#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "store/redis_examine.h"
#include "store/redis_link.h"

#define PINGS 20
#define SLOW_MS 5 /* in the median: a commit has several times as much to do */

static void say_fault(const struct findings *findings, const char *what, const struct redis_fault *fault)
{
	finding_say(findings, FINDING_BAD, NULL, "%s: %s", what, fault->error.text); /* its remedy is in the text */
}

static void say_server(const struct findings *findings, const struct redis_about *about)
{
	finding_say(findings, FINDING_OK, NULL, "Redis %s at %s", about->version, about->where);
	if (about->warning[0])
		finding_say(findings, FINDING_WARN, NULL, "%s", about->warning);
	else
		finding_say(findings, FINDING_OK, NULL, "maxmemory-policy %s", about->policy);
	if (about->persistent)
		finding_say(findings, FINDING_OK, NULL, "it keeps what it holds on its disk");
	else
		finding_say(findings, FINDING_WARN, "switch on appendonly, or accept that the collector writes everything anew",
			"after its restart it holds nothing");
}

/* What a commit does, tried on one key of the site that vanishes by itself. */
static bool try_rights(struct redis_link *link, const char *site, const struct findings *findings)
{
	char *key = memory_format("{%s}:doctor", site);
	struct redis_commands commands = {0};
	struct redis_replies replies = {0};
	struct redis_fault fault;
	redis_commands_add(&commands, "EVAL", "redis.call('HSET', KEYS[1], 'tried', '1') redis.call('EXPIRE', KEYS[1], 10) return 'OK'", "1", key, NULL);
	redis_commands_add(&commands, "HGETALL", key, NULL);
	redis_commands_add(&commands, "DEL", key, NULL);
	bool good = redis_link_run(link, &commands, &replies, &fault);
	for (size_t i = 0; good && i < replies.count; i++)
		if (replies.list[i]->kind == REPLY_ERROR)
			good = redis_fail_reply(&fault, redis_reply_text(replies.list[i]));
	if (good)
		finding_say(findings, FINDING_OK, NULL, "scripts, hashes and expiry are allowed on {%s}:*", site);
	else
		say_fault(findings, "what a commit does", &fault);
	redis_replies_finish(&replies);
	redis_commands_finish(&commands);
	free(key);
	return good;
}

static int compare(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
	return a < b ? -1 : a > b;
}

static void measure(struct redis_link *link, const struct findings *findings)
{
	int64_t spent[PINGS];
	struct redis_commands commands = {0};
	struct redis_fault fault;
	redis_commands_add(&commands, "PING", NULL);
	for (int i = 0; i < PINGS; i++) {
		struct redis_replies replies = {0};
		int64_t began = clock_monotonic_ns();
		bool good = redis_link_run(link, &commands, &replies, &fault);
		spent[i] = clock_monotonic_ns() - began;
		redis_replies_finish(&replies);
		if (good)
			continue;
		say_fault(findings, "PING", &fault);
		redis_commands_finish(&commands);
		return;
	}
	redis_commands_finish(&commands);
	qsort(spent, PINGS, sizeof *spent, compare);
	double median = (double)spent[PINGS / 2] / 1e6, worst = (double)spent[PINGS - 1] / 1e6;
	if (median <= SLOW_MS)
		finding_say(findings, FINDING_OK, NULL, "it answers in %.2f ms (median), %.2f ms at worst", median, worst);
	else
		finding_say(findings, FINDING_WARN, "put the collector nearer to it, or give it less to do", "it answers in %.1f ms (median), %.1f ms at worst",
			median, worst);
}

void redis_examine(const char *url, const char *site, const struct findings *findings)
{
	struct redis_link_options options = {.name = "tablo-doctor", .stop = -1};
	struct error err;
	if (!redis_url_parse(url, &options.url, &err)) {
		finding_say(findings, FINDING_BAD, NULL, "%s", err.text);
		return;
	}
	struct redis_link *link = redis_link_create(&options);
	struct redis_fault fault;
	if (!redis_link_connect(link, &fault)) {
		say_fault(findings, options.url.shown, &fault);
	} else {
		say_server(findings, redis_link_about(link));
		if (try_rights(link, site, findings))
			measure(link, findings);
	}
	redis_link_destroy(link);
}
