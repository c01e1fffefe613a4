#include "store/redis_meta.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/instant.h"

void redis_meta_ask(const char *site, struct redis_commands *commands)
{
	char key[REDIS_KEY_ROOM];
	redis_schema_key(key, site, STORED_META, NULL);
	redis_commands_add(commands, "HMGET", key, "watermark", "written", "epoch", "schema", "journal", "now", "rules", "rewriting", NULL);
}

/* Absent: 0. */
static bool read_decimal(const struct redis_reply *reply, size_t index, uint64_t *number)
{
	const struct redis_reply *at = redis_reply_at(reply, index);
	*number = 0;
	return at && (at->kind == REPLY_NIL || redis_decimal_read(redis_reply_text(at), number));
}

static void read_text(const struct redis_reply *reply, size_t index, char *to, size_t room)
{
	const struct redis_reply *at = redis_reply_at(reply, index);
	view_copy(at && at->kind == REPLY_TEXT ? redis_reply_text(at) : (struct view){"", 0}, to, room);
}

bool redis_meta_read(const struct redis_reply *reply, struct redis_meta *meta, struct redis_fault *fault)
{
	char now[32], rules[32];
	*meta = (struct redis_meta){.now = INT64_MIN};
	if (reply->kind == REPLY_ERROR)
		return redis_fail_reply(fault, redis_reply_text(reply));
	if (!read_decimal(reply, 0, &meta->watermark) || !read_decimal(reply, 1, &meta->written) || !read_decimal(reply, 2, &meta->epoch) ||
		!read_decimal(reply, 3, &meta->schema))
		return redis_fail(fault, TROUBLE_WRONGKEY, "%s (the meta hash holds what is no number); to do: %s",
			redis_troubles[TROUBLE_WRONGKEY].means, redis_troubles[TROUBLE_WRONGKEY].remedy);
	read_text(reply, 4, meta->journal, sizeof meta->journal);
	read_text(reply, 5, now, sizeof now);
	read_text(reply, 6, rules, sizeof rules);
	read_text(reply, 7, meta->rewriting, sizeof meta->rewriting);
	meta->there = meta->watermark > 0;
	meta->now = *now ? strtoll(now, NULL, 10) : INT64_MIN;
	if (meta->now < INT64_MIN / 4 || meta->now > INT64_MAX / 4)
		meta->now = INT64_MIN;
	meta->rules = strtoull(rules, NULL, 16);
	meta->whole = meta->there && meta->now != INT64_MIN && strncmp(meta->rewriting, "done.", 5) == 0;
	return true;
}

void redis_meta_write(const struct engine *engine, const struct settings *settings, const struct redis_sink *sink)
{
	char key[REDIS_KEY_ROOM], now[24], rules[24], day_start[24];
	redis_schema_key(key, sink->site, STORED_META, NULL);
	snprintf(now, sizeof now, "%" PRId64, engine_now(engine));
	snprintf(rules, sizeof rules, "%016" PRIx64, settings_fingerprint(settings));
	snprintf(day_start, sizeof day_start, "%" PRId64, settings->day_start / SECOND_MS);
	redis_sink_put(sink, key, view_of("now"), view_of(now));
	redis_sink_put(sink, key, view_of("rules"), view_of(rules));
	redis_sink_put(sink, key, view_of("zone"), view_of(settings->zone));
	redis_sink_put(sink, key, view_of("day_start"), view_of(day_start));
}

void redis_journal_text(const uint8_t *id, char to[65])
{
	for (int i = 0; i < JOURNAL_ID_SIZE; i++)
		snprintf(to + 2 * i, 3, "%02x", id[i]);
}
