/* The packed engine as fields of one hash. */
#include <inttypes.h>
#include <stdio.h>

#include "base/instant.h"
#include "store/redis_sink.h"

int64_t redis_state_since(const struct engine *engine)
{
	const int64_t now = engine_now(engine);
	if (now == INT64_MIN)
		return INT64_MIN;
	const int64_t since = now - 2 * HOUR_MS, past = since % QUARTER_MS;
	return since - past - (past < 0 ? QUARTER_MS : 0);
}

static void put_number(const struct redis_sink *sink, const char *key, const char *field, uint64_t number, const char *format)
{
	char text[24];
	snprintf(text, sizeof text, format, number);
	redis_sink_put(sink, key, view_of(field), view_of(text));
}

void redis_state_write(const void *bytes, size_t size, uint64_t lsn, const struct redis_sink *sink)
{
	char key[REDIS_KEY_ROOM], field[24];
	size_t chunks = 0;
	redis_schema_key(key, sink->site, STORED_STATE, NULL);
	for (size_t at = 0; at < size; at += REDIS_STATE_CHUNK) {
		const size_t left = size - at;
		snprintf(field, sizeof field, "%zu", chunks++);
		redis_sink_put(sink, key, view_of(field), (struct view){(const char *)bytes + at, left < REDIS_STATE_CHUNK ? left : REDIS_STATE_CHUNK});
	}
	put_number(sink, key, "chunks", chunks, "%" PRIu64);
	put_number(sink, key, "size", size, "%" PRIu64);
	put_number(sink, key, "lsn", lsn, "%020" PRIu64);
}
