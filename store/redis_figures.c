/* The figures of now and of today, as people read them: durations in seconds, ratios from 0 to 1, counts. What moves by itself is cut
 * to what a reader can tell apart (whole seconds, beyond an hour whole minutes), so that it is not written at every commit. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/instant.h"
#include "base/memory.h"
#include "metrics/lists.h"
#include "metrics/series.h"
#include "store/redis_sink.h"
#include "store/snapshot.h"

#define SCOPES_MOST 2000

/* A scope's sums of the day, kept while nothing is counted in it. */
struct summed {
	struct scope scope;
	uint64_t counted; /* LSN of the last count in it */
	int64_t after;	  /* the day's beginning */
	struct query *query;
};

struct redis_figures {
	struct summed *scopes;
	size_t count, room;
	struct query whole; /* of everything, with its percentiles */
};

struct redis_figures *redis_figures_create(void)
{
	return memory_new(1, sizeof(struct redis_figures));
}

void redis_figures_destroy(struct redis_figures *figures)
{
	if (!figures)
		return;
	for (size_t i = 0; i < figures->count; i++)
		free(figures->scopes[i].query);
	free(figures->scopes);
	free(figures);
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

/* ---- scopes ---- */

static struct query *sum_of(struct redis_figures *figures, size_t place, const struct engine *engine, const struct settings *settings, struct scope scope)
{
	if (place >= figures->count) {
		figures->scopes = memory_grow(figures->scopes, &figures->room, place + 1, sizeof *figures->scopes);
		for (; figures->count <= place; figures->count++)
			figures->scopes[figures->count] = (struct summed){.query = memory_new(1, sizeof(struct query))};
	}
	struct summed *summed = &figures->scopes[place];
	struct query *query = summed->query;
	const uint64_t counted = series_counted(engine, scope);
	const char *queue = list_scope_name(engine, scope, "queue");
	const enum sl_formula formula = snapshot_formula(settings, queue);
	if (summed->counted && counted == summed->counted && memcmp(&summed->scope, &scope, sizeof scope) == 0 &&
		query_again(query, engine, formula) && query->after == summed->after)
		return query;
	query_run(query, engine, scope, WINDOW_TODAY, (enum attribution)settings->by, formula, false);
	/* The time of agents goes on by itself: occupancy and load are figures of everything only. */
	for (int key = COUNT_BUSY_MS; key <= COUNT_SLOTS_MS; key++)
		query->tally.value[key] = 0;
	*summed = (struct summed){scope, counted, query->after, query};
	return query;
}

static void put_scope(struct redis_figures *figures, size_t place, const struct engine *engine, const struct settings *settings,
	const struct series_names *names, struct scope scope, const struct redis_sink *sink)
{
	char name[SERIES_NAME_ROOM], now[REDIS_KEY_ROOM], today[REDIS_KEY_ROOM], title[120], key[REDIS_KEY_ROOM];
	series_scope_name(engine, names, scope, name);
	redis_schema_key(now, sink->site, STORED_NOW_SCOPE, name);
	redis_schema_key(today, sink->site, STORED_TODAY_SCOPE, name);
	struct query *query = sum_of(figures, place, engine, settings, scope);
	put_figures(sink, query, now, today);
	redis_schema_key(key, sink->site, STORED_SCOPES, NULL);
	lists_scope_text(engine, scope, title, sizeof title);
	redis_sink_put(sink, key, view_of(name), view_of(title));
}

void redis_figures_write(struct redis_figures *figures, const struct engine *engine, const struct settings *settings, const struct redis_sink *sink)
{
	char now[REDIS_KEY_ROOM], today[REDIS_KEY_ROOM];
	struct series_names names;
	if (engine_now(engine) == INT64_MIN)
		return;
	series_names(engine, &names);
	redis_schema_key(now, sink->site, STORED_NOW, NULL);
	redis_schema_key(today, sink->site, STORED_TODAY, NULL);
	query_run(&figures->whole, engine, SCOPE_ALL, WINDOW_TODAY, (enum attribution)settings->by, snapshot_formula(settings, NULL), true);
	put_figures(sink, &figures->whole, now, today);
	struct scope *rows = memory_new(SCOPES_MOST, sizeof *rows);
	const int count = list_rows(engine, SCOPE_ALL, rows, SCOPES_MOST);
	size_t place = 0;
	for (int i = 0; i < count; i++) {
		struct scope queue = SCOPE_ALL;
		queue.queue = rows[i].queue;
		if (!i || rows[i].queue != rows[i - 1].queue)
			put_scope(figures, place++, engine, settings, &names, queue, sink);
		put_scope(figures, place++, engine, settings, &names, rows[i], sink);
	}
	free(rows);
	series_names_finish(&names);
}
