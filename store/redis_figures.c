/* The figures of now and of today, as people read them: durations in seconds, ratios from 0 to 1, counts. What moves by itself is cut
 * to what a reader can tell apart (whole seconds, beyond an hour whole minutes), so that it is not written at every commit. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/instant.h"
#include "base/memory.h"
#include "metrics/day_sums.h"
#include "metrics/forecast.h"
#include "metrics/lists_service.h"
#include "metrics/series.h"
#include "store/redis_sink.h"
#include "store/snapshot.h"

#define SCOPES_MOST 2000

struct redis_figures {
	struct day_sums *sums;
	struct query query; /* of a scope, without bins */
	struct query whole; /* of everything, with its percentiles */
};

/* What the figures of a scope are made of. */
struct pictured {
	char *name, *title;
	enum sl_formula formula;
	int64_t arrival_offered, arrival_in_time;
	int64_t counters[COUNTER_COUNT];
	struct gauges gauges;
};

struct redis_picture {
	struct query whole;
	struct forecast forecast; /* of everything */
	struct pictured *scopes;
	size_t count, room;
};

struct redis_figures *redis_figures_create(void)
{
	struct redis_figures *figures = memory_new(1, sizeof *figures);
	figures->sums = day_sums_create();
	return figures;
}

void redis_figures_destroy(struct redis_figures *figures)
{
	if (!figures)
		return;
	day_sums_destroy(figures->sums);
	free(figures);
}

void redis_picture_destroy(struct redis_picture *picture)
{
	if (!picture)
		return;
	for (size_t i = 0; i < picture->count; i++) {
		free(picture->scopes[i].name);
		free(picture->scopes[i].title);
	}
	free(picture->scopes);
	free(picture);
}

/* ---- numbers ---- */

static size_t write_decimal(char to[32], int64_t thousandths)
{
	const uint64_t size = thousandths < 0 ? 0 - (uint64_t)thousandths : (uint64_t)thousandths;
	int length = snprintf(to, 32, "%s%llu.%03llu", thousandths < 0 ? "-" : "", (unsigned long long)size / 1000, (unsigned long long)size % 1000);
	while (to[length - 1] == '0')
		length--;
	return (size_t)(to[length - 1] == '.' ? length - 1 : length);
}

/* Rounded half up, in integers: the same everywhere. */
static int64_t rounded(int64_t numerator, int64_t denominator)
{
	if (denominator < 0) {
		numerator = -numerator;
		denominator = -denominator;
	}
	const int64_t whole = numerator / denominator - (numerator % denominator < 0);
	const int64_t rest = numerator - whole * denominator;
	return whole + (rest >= denominator - rest);
}

static int64_t cut(int64_t ms)
{
	return ms - ms % (ms < HOUR_MS ? SECOND_MS : MINUTE_MS);
}

static bool fits(int64_t numerator)
{
	return numerator > -(INT64_MAX / 1000) && numerator < INT64_MAX / 1000;
}

static size_t write_figure(const struct metric *metric, const struct figure *figure, char to[32])
{
	const int64_t numerator = figure->numerator, denominator = figure->denominator;
	if (metric->unit == UNIT_DURATION && metric->kind == KIND_GAUGE)
		return write_decimal(to, cut(rounded(numerator, denominator)));
	if (metric->unit == UNIT_DURATION)
		return write_decimal(to, rounded(numerator, denominator) / 100 * 100);
	if (metric->unit == UNIT_SCORE)
		return write_decimal(to, rounded(numerator, denominator));
	if (denominator == 1 || !fits(numerator))
		return (size_t)snprintf(to, 32, "%lld", (long long)rounded(numerator, denominator));
	return write_decimal(to, rounded(numerator * 1000, denominator));
}

static void put_figures(const struct redis_sink *sink, const struct query *query, const char *now, const char *today)
{
	for (int i = 0; i < metric_count; i++) {
		struct figure figure = {.denominator = 1, .n = -1, .low = -1, .high = -1};
		char text[32];
		metrics[i].value(query, &figure);
		if (!figure.known || !figure.denominator)
			continue;
		const size_t size = write_figure(&metrics[i], &figure, text);
		redis_sink_put(sink, metrics[i].kind == KIND_GAUGE ? now : today, view_of(metrics[i].name), (struct view){text, size});
	}
}

/* ---- taking ---- */

static void take_scope(struct redis_figures *figures, struct redis_picture *picture, const struct engine *engine, const struct settings *settings,
	const struct series_names *names, struct scope scope)
{
	char name[SERIES_NAME_ROOM], title[120];
	struct query *query = &figures->query;
	day_sums_query(figures->sums, query, scope, snapshot_formula(settings, list_scope_name(engine, scope, "queue")));
	/* The time of agents goes on by itself: occupancy and load are figures of everything only. */
	for (int key = COUNT_BUSY_MS; key <= COUNT_SLOTS_MS; key++)
		query->tally.value[key] = 0;
	series_scope_name(engine, names, scope, name);
	lists_scope_text(engine, scope, title, sizeof title);
	picture->scopes = memory_grow(picture->scopes, &picture->room, picture->count + 1, sizeof *picture->scopes);
	struct pictured *pictured = &picture->scopes[picture->count++];
	*pictured = (struct pictured){.name = memory_text(name), .title = memory_text(title), .formula = query->formula,
		.arrival_offered = query->arrival_offered, .arrival_in_time = query->arrival_in_time, .gauges = query->gauges};
	memcpy(pictured->counters, query->tally.value, sizeof pictured->counters);
}

static void take_markets(struct redis_figures *figures, struct redis_picture *picture, const struct engine *engine, const struct settings *settings,
	const struct series_names *names)
{
	struct list_market *markets = memory_new(MARKETS_MOST, sizeof *markets);
	const int count = list_markets(engine, INSTANT_NONE, markets, MARKETS_MOST);
	for (int i = 0; i < count; i++)
		if (markets[i].told)
			take_scope(figures, picture, engine, settings, names, markets[i].scope);
	free(markets);
}

struct redis_picture *redis_figures_take(struct redis_figures *figures, const struct engine *engine, const struct settings *settings)
{
	struct series_names names;
	if (!day_sums_renew(figures->sums, engine, (enum attribution)settings->by))
		return NULL;
	struct redis_picture *picture = memory_new(1, sizeof *picture);
	struct scope *rows = memory_new(SCOPES_MOST, sizeof *rows);
	const int count = list_rows(engine, SCOPE_ALL, rows, SCOPES_MOST);
	series_names(engine, &names);
	day_sums_whole(figures->sums, &picture->whole, snapshot_formula(settings, NULL));
	forecast_of(&picture->forecast, &picture->whole);
	picture->whole.told = &picture->forecast;
	picture->whole.engine = NULL; /* it goes on; the picture does not */
	for (int i = 0; i < count; i++) {
		struct scope queue = SCOPE_ALL;
		queue.queue = rows[i].queue;
		if (!i || rows[i].queue != rows[i - 1].queue)
			take_scope(figures, picture, engine, settings, &names, queue);
		take_scope(figures, picture, engine, settings, &names, rows[i]);
	}
	free(rows);
	take_markets(figures, picture, engine, settings, &names);
	series_names_finish(&names);
	return picture;
}

/* ---- writing ---- */

static void write_scope(struct query *query, const struct pictured *pictured, const struct redis_sink *sink)
{
	char now[REDIS_KEY_ROOM], today[REDIS_KEY_ROOM], key[REDIS_KEY_ROOM];
	query->formula = pictured->formula;
	query->arrival_offered = pictured->arrival_offered;
	query->arrival_in_time = pictured->arrival_in_time;
	query->gauges = pictured->gauges;
	memcpy(query->tally.value, pictured->counters, sizeof pictured->counters);
	redis_schema_key(now, sink->site, STORED_NOW_SCOPE, pictured->name);
	redis_schema_key(today, sink->site, STORED_TODAY_SCOPE, pictured->name);
	put_figures(sink, query, now, today);
	redis_schema_key(key, sink->site, STORED_SCOPES, NULL);
	redis_sink_put(sink, key, view_of(pictured->name), view_of(pictured->title));
}

void redis_picture_write(const struct redis_picture *picture, const struct redis_sink *sink)
{
	char now[REDIS_KEY_ROOM], today[REDIS_KEY_ROOM];
	if (!picture)
		return;
	redis_schema_key(now, sink->site, STORED_NOW, NULL);
	redis_schema_key(today, sink->site, STORED_TODAY, NULL);
	put_figures(sink, &picture->whole, now, today);
	struct query *query = memory_new(1, sizeof *query);
	query->has_arrival = true;
	query->window = picture->whole.window;
	query->by = picture->whole.by;
	query->at = picture->whole.at;
	query->after = picture->whole.after;
	for (size_t i = 0; i < picture->count; i++)
		write_scope(query, &picture->scopes[i], sink);
	free(query);
}
