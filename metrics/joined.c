#include "metrics/joined.h"

#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "metrics/state.h"

int64_t joined_latest(const struct engine *const *parts, int count)
{
	int64_t latest = INSTANT_NONE;
	for (int i = 0; i < count; i++)
		if (parts[i] && parts[i]->now > latest)
			latest = parts[i]->now;
	return latest;
}

static void widen(struct names *names, int parts)
{
	const uint64_t cap = (uint64_t)names->cap * (uint64_t)(parts > 0 ? parts : 1);
	names->cap = cap < SCOPE_ANY ? (uint32_t)cap : SCOPE_ANY - 1; /* scopes hold 16 bits */
}

void joined_make_room(struct engine *names, int parts)
{
	widen(&names->queues, parts);
	widen(&names->markets, parts);
	widen(&names->agents_names, parts);
	widen(&names->teams, parts);
}

struct joined joined_alone(const struct joined *joined, int part)
{
	return (struct joined){.names = joined->names, .parts = joined->parts + part, .count = 1, .now = joined->now};
}

bool joined_scope_in(const struct joined *joined, int part, struct scope scope, struct scope *own)
{
	const struct engine *engine = joined->parts[part];
	return engine && engine->now != INSTANT_NONE && scope_carry(joined->names, scope, engine, NULL, own);
}

struct scope joined_scope_from(const struct joined *joined, int part, struct scope own)
{
	struct scope scope = SCOPE_ALL;
	scope_carry(joined->parts[part], own, joined->names, joined->names, &scope);
	return scope;
}

/* ---- sums ---- */

void joined_add(struct tally *tally, const struct tally *part, int keys)
{
	for (int key = 0; key < keys; key++)
		count_into(&tally->value[key], (uint16_t)key, part->value[key]);
}

/* X(field): what is added, and what is as bad as at the worst part. Peaks and percentiles are neither. */
#define ADDED_GAUGES(X)                                                                                                 \
	X(waiting) X(over_target) X(busy) X(running) X(running_ms) X(callbacks_due) X(callbacks_scheduled) X(agents)    \
	X(agents_free) X(agents_on) X(agents_away) X(agents_help) X(agents_wrap) X(sla_running) X(sla_paused)           \
	X(sla_breached_open) X(sla_due_soon) X(cases_open) X(rude_now) X(rude_unclear) X(care_open) X(followup_open)    \
	X(customers)
#define WORST_GAUGES(X) X(longest_wait) X(longest_wait_total) X(longest_wait_async) X(case_oldest) X(rude_oldest_step) X(followup_oldest)

static void add_gauges(struct gauges *gauges, const struct gauges *part)
{
#define ADD(field) gauges->field += part->field;
#define WORST(field) gauges->field = part->field > gauges->field ? part->field : gauges->field;
	ADDED_GAUGES(ADD)
	WORST_GAUGES(WORST)
#undef ADD
#undef WORST
	for (int i = 0; i < AGE_BANDS; i++)
		gauges->case_ages[i] += part->case_ages[i];
	for (int i = 0; i < FCR_WINDOWS; i++) {
		gauges->fcr_open[i] += part->fcr_open[i];
		gauges->fcr_open_kept[i] += part->fcr_open_kept[i];
	}
	for (size_t i = 0; i < sizeof gauges->rude_by_step / sizeof *gauges->rude_by_step; i++)
		gauges->rude_by_step[i] += part->rude_by_step[i];
}

/* ---- peaks ---- */

/* What all parts had together when each bucket ended: the only instants of the past at which every part's gauge is known. */
struct ends {
	int64_t first, length;
	int64_t *sum;
	size_t count;
};

static void add_ends(struct ends *ends, const struct samples *samples, enum gauge gauge)
{
	for (size_t i = samples->first; i < samples->count; i++) {
		const int64_t start = samples_start(samples, i), place = start < ends->first ? -1 : (start - ends->first) / ends->length;
		if (place >= 0 && place < (int64_t)ends->count)
			ends->sum[place] += samples_get(samples, i).last[gauge];
	}
}

static void raise_to(int64_t *peak, int64_t *peak_at, int64_t value, int64_t at)
{
	if (value <= *peak)
		return;
	*peak = value;
	*peak_at = at;
}

static const struct samples *samples_of(const struct joined *joined, int part, const struct query *query)
{
	struct scope own;
	const struct watch *watch = joined_scope_in(joined, part, query->scope, &own) ? watch_find(joined->parts[part], own) : NULL;
	if (!watch)
		return NULL;
	return query->window >= WINDOW_TODAY ? &watch->quarters : &watch->minutes;
}

static void join_ends(const struct joined *joined, const struct query *query, enum gauge gauge, int64_t *peak, int64_t *peak_at)
{
	struct ends ends = {.length = query->window >= WINDOW_TODAY ? QUARTER_MS : MINUTE_MS};
	ends.first = (query->after / ends.length + 1) * ends.length;
	ends.count = query->at > ends.first ? (size_t)((query->at - ends.first) / ends.length + 1) : 0;
	ends.sum = memory_new(ends.count + 1, sizeof *ends.sum);
	for (int i = 0; i < joined->count; i++) {
		const struct samples *samples = samples_of(joined, i, query);
		if (samples)
			add_ends(&ends, samples, gauge);
	}
	for (size_t i = 0; i < ends.count; i++) {
		int64_t end = ends.first + (int64_t)(i + 1) * ends.length - SECOND_MS;
		raise_to(peak, peak_at, ends.sum[i], end < query->at ? end : query->at - query->at % SECOND_MS);
	}
	free(ends.sum);
}

/* Each part's own peak first; what they had together is told by the ends of buckets and by now. */
static void join_peaks(const struct joined *joined, struct query *query)
{
	struct gauges *gauges = &query->gauges;
	if (gauges->peak_parts < 2)
		return;
	join_ends(joined, query, GAUGE_WAITING, &gauges->depth_peak, &gauges->depth_peak_at);
	join_ends(joined, query, GAUGE_BUSY, &gauges->busy_peak, &gauges->busy_peak_at);
	int64_t second = query->at - query->at % SECOND_MS;
	raise_to(&gauges->depth_peak, &gauges->depth_peak_at, gauges->waiting, second);
	raise_to(&gauges->busy_peak, &gauges->busy_peak_at, gauges->busy, second);
}

static void take_peaks(struct gauges *gauges, const struct gauges *part)
{
	raise_to(&gauges->depth_peak, &gauges->depth_peak_at, part->depth_peak, part->depth_peak_at);
	raise_to(&gauges->busy_peak, &gauges->busy_peak_at, part->busy_peak, part->busy_peak_at);
	gauges->peak_parts += part->depth_peak >= 0 || part->busy_peak >= 0;
}

/* ---- questions ---- */

/* The names' engine never heard of a record: asked, it clears everything. */
static void begin(struct query *query, const struct joined *joined, struct scope scope, enum window window, enum attribution by,
	enum sl_formula formula)
{
	query_run(query, joined->names, scope, window, by, formula, false);
	query->joined = joined;
	query->at = query->after = joined->now;
}

void joined_query(struct query *query, const struct joined *joined, struct scope scope, enum window window, enum attribution by,
	enum sl_formula formula, bool with_bins)
{
	begin(query, joined, scope, window, by, formula);
	struct query *part = memory_new(1, sizeof *part);
	int64_t ages[SKETCH_BINS] = {0};
	for (int i = 0; i < joined->count; i++) {
		struct scope own;
		if (!joined_scope_in(joined, i, scope, &own))
			continue;
		query_reach(part, joined->parts[i], own, window, by, formula, with_bins, joined->now);
		query->after = part->after < query->after ? part->after : query->after;
		joined_add(&query->tally, &part->tally, with_bins ? TALLY_KEYS : KEY_WAIT_BINS);
		add_gauges(&query->gauges, &part->gauges);
		take_peaks(&query->gauges, &part->gauges);
		cases_ages(joined->parts[i], own, part->at, ages);
	}
	free(part);
	query->gauges.case_age_p50 = sketch_percentile(ages, 500);
	query->gauges.case_age_p90 = sketch_percentile(ages, 900);
	join_peaks(joined, query);
}
