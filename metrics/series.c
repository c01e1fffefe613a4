#include "metrics/series.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/instant.h"
#include "base/memory.h"
#include "metrics/state.h"

/* ---- owners and their names ---- */

size_t series_count(const struct engine *engine, enum series_kind kind)
{
	switch (kind) {
	case SERIES_SLOT:
		return engine->slot_count;
	case SERIES_AGENT:
		return engine->agent_count;
	case SERIES_WATCH:
		return engine->watch_count;
	case SERIES_TOPIC:
		return engine->topic_count;
	case SERIES_KINDS:
		break;
	}
	return 0;
}

void series_names(const struct engine *engine, struct series_names *names)
{
	*names = (struct series_names){names_keys(&engine->queues), names_keys(&engine->markets), engine->queues.count, engine->markets.count};
}

void series_names_finish(struct series_names *names)
{
	free(names->queues);
	free(names->markets);
	*names = (struct series_names){NULL};
}

static bool is_plain(unsigned char byte, bool utf8)
{
	return byte >= 0x80 ? utf8 : byte >= ' ' && byte != 0x7f && !strchr("%,=:/{}", byte);
}

static char *put(char *to, const char *end, const char *text)
{
	while (*text && to < end)
		*to++ = *text++;
	*to = 0;
	return to;
}

/* The name as it came, so that two never look alike; letters beyond ASCII stay readable where nothing in them is hidden. */
static char *put_name(char *to, const char *end, struct view key, const char *harmless)
{
	static const char digits[] = "0123456789ABCDEF";
	const bool utf8 = view_equals(key, view_of(harmless));
	for (size_t i = 0; i < key.size && to + 3 < end; i++) {
		const unsigned char byte = (unsigned char)key.data[i];
		if (is_plain(byte, utf8)) {
			*to++ = key.data[i];
			continue;
		}
		*to++ = '%';
		*to++ = digits[byte >> 4];
		*to++ = digits[byte & 15];
	}
	*to = 0;
	return to;
}

static struct view key_at(const struct view *keys, size_t count, uint16_t number)
{
	if (number == NAME_OTHER)
		return view_of("other");
	return number > NAME_OTHER && number < count ? keys[number] : (struct view){"", 0};
}

static void write_scope(const struct engine *engine, const struct series_names *names, uint16_t queue, uint16_t channel, uint16_t market, char *to)
{
	const char *end = to + SERIES_NAME_ROOM - 1, *begin = to;
	*to = 0;
	if (queue != SCOPE_ANY) {
		to = put(to, end, "queue=");
		to = put_name(to, end, key_at(names->queues, names->queue_count, queue), names_text(&engine->queues, queue));
	}
	if (channel != SCOPE_ANY) {
		to = put(to, end, to > begin ? ",channel=" : "channel=");
		to = put(to, end, word_text(WORDS_CHANNEL, channel));
	}
	if (market != SCOPE_ANY && market != NAME_NONE) {
		to = put(to, end, to > begin ? ",market=" : "market=");
		to = put_name(to, end, key_at(names->markets, names->market_count, market), names_text(&engine->markets, market));
	}
	if (to == begin)
		put(to, end, "everything");
}

void series_name(const struct engine *engine, const struct series_names *names, enum series_kind kind, size_t number, char to[SERIES_NAME_ROOM])
{
	if (kind == SERIES_AGENT || kind == SERIES_TOPIC) {
		snprintf(to, SERIES_NAME_ROOM, "%s=%zu", kind == SERIES_AGENT ? "agent" : "topic", number);
	} else if (kind == SERIES_WATCH) {
		series_scope_name(engine, names, engine->watches[number].scope, to);
	} else if (!number) {
		snprintf(to, SERIES_NAME_ROOM, "nowhere"); /* what concerns no queue */
	} else {
		const struct slot *slot = &engine->slots[number];
		write_scope(engine, names, slot->queue, slot->channel, slot->market, to);
	}
}

void series_scope_name(const struct engine *engine, const struct series_names *names, struct scope scope, char to[SERIES_NAME_ROOM])
{
	write_scope(engine, names, scope.queue, scope.channel, scope.market, to);
}

/* ---- ledgers ---- */

static struct ledger *ledger_of(struct engine *engine, enum series_kind kind, size_t number)
{
	if (number >= series_count(engine, kind) || kind == SERIES_WATCH)
		return NULL;
	if (kind == SERIES_TOPIC)
		return &engine->topic_ledgers[number];
	return kind == SERIES_SLOT ? &engine->slots[number].ledger : &engine->agents[number].ledger;
}

const struct ledger *series_ledger(const struct engine *engine, enum series_kind kind, size_t number)
{
	return ledger_of((struct engine *)(uintptr_t)engine, kind, number); /* looked at only */
}

const struct series *series_of(const struct ledger *ledger, int way, enum grain grain)
{
	return grain == GRAIN_MINUTES ? &ledger->minutes[way] : grain == GRAIN_QUARTERS ? &ledger->quarters[way] : &ledger->days[way];
}

int64_t series_kept(const struct engine *engine, enum grain grain)
{
	const struct ledger_rules *keeping = &engine->keeping;
	if (engine->now == INT64_MIN) /* nobody has told the time: everything is to come */
		return INT64_MIN;
	return engine->now - (grain == GRAIN_MINUTES ? keeping->minutes : grain == GRAIN_QUARTERS ? keeping->quarters : keeping->days);
}

static int64_t whole(int64_t at, int64_t length)
{
	const int64_t past = at % length;
	return at - past - (past < 0 ? length : 0);
}

int64_t series_settled_at(int64_t now)
{
	/* Minutes close five minutes after their end, at the end of a minute's first second. */
	return now == INT64_MIN ? INT64_MIN : whole(now, MINUTE_MS) - 7 * MINUTE_MS;
}

int64_t series_settled(const struct engine *engine)
{
	return series_settled_at(engine->now);
}

uint64_t series_stamped(const struct engine *engine)
{
	return engine->stamped;
}

bool series_restore_bucket(struct engine *engine, enum series_kind kind, size_t number, int way, enum grain grain, int64_t start, struct view bytes)
{
	struct ledger *ledger = ledger_of(engine, kind, number);
	return ledger && series_restore((struct series *)(uintptr_t)series_of(ledger, way, grain), start, bytes);
}

uint64_t series_counted(const struct engine *engine, struct scope scope)
{
	uint64_t counted = 0;
	for (size_t i = 0; i < engine->slot_count; i++)
		if (engine->slots[i].ledger.counted > counted && slot_in_scope(engine, &engine->slots[i], scope))
			counted = engine->slots[i].ledger.counted;
	return counted;
}

/* ---- stretches ---- */

static int64_t month_begin(const struct engine *engine, int year, int month)
{
	const struct civil noon = {.year = month > 12 ? year + 1 : year, .month = month > 12 ? 1 : month, .day = 1, .hour = 12};
	return instant_day_begin(instant_of(&noon, engine->zone) + engine->settings->day_start, engine->zone, engine->settings->day_start);
}

struct stretch_of_time series_stretch(const struct engine *engine, enum grain grain, int64_t start)
{
	struct stretch_of_time stretch = {.grain = grain};
	if (grain == GRAIN_DAYS) {
		/* Noon of that day is far from any jump of the clock. */
		const struct civil day = instant_civil(start - engine->settings->day_start + 12 * HOUR_MS, engine->zone);
		stretch.from = month_begin(engine, day.year, day.month);
		stretch.to = month_begin(engine, day.year, day.month + 1);
		snprintf(stretch.name, sizeof stretch.name, "%04u-%02u", (unsigned)day.year % 10000, (unsigned)day.month % 100);
		return stretch;
	}
	const int64_t length = grain == GRAIN_MINUTES ? HOUR_MS : DAY_MS;
	stretch.from = whole(start, length);
	stretch.to = stretch.from + length;
	char text[40];
	instant_format(stretch.from, NULL, text, sizeof text);
	view_copy((struct view){text, grain == GRAIN_MINUTES ? 13 : 10}, stretch.name, sizeof stretch.name);
	return stretch;
}

int64_t series_end(const struct engine *engine, enum grain grain, int64_t start)
{
	if (grain != GRAIN_DAYS)
		return start + (grain == GRAIN_MINUTES ? MINUTE_MS : QUARTER_MS);
	return instant_day_begin(start + 30 * HOUR_MS, engine->zone, engine->settings->day_start);
}

unsigned series_index(const struct engine *engine, const struct stretch_of_time *stretch, int64_t start)
{
	if (stretch->grain == GRAIN_DAYS)
		return (unsigned)instant_civil(start - engine->settings->day_start + 12 * HOUR_MS, engine->zone).day;
	return (unsigned)((start - stretch->from) / (stretch->grain == GRAIN_MINUTES ? MINUTE_MS : QUARTER_MS));
}

bool series_start(const struct engine *engine, const struct stretch_of_time *stretch, uint64_t index, int64_t *start)
{
	if (index > 100)
		return false;
	if (stretch->grain == GRAIN_DAYS) {
		const int64_t noon = stretch->from + ((int64_t)index - 1) * DAY_MS + 12 * HOUR_MS; /* give or take an hour */
		*start = instant_day_begin(noon, engine->zone, engine->settings->day_start);
	} else {
		*start = stretch->from + (int64_t)index * (stretch->grain == GRAIN_MINUTES ? MINUTE_MS : QUARTER_MS);
	}
	return *start >= stretch->from && *start < stretch->to;
}
