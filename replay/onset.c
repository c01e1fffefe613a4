#include "replay/onset.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

#include "base/instant.h"
#include "base/memory.h"
#include "base/words.h"
#include "metrics/lists.h"

#define SMOOTH 5     /* minutes that are put together */
#define AROUND 15    /* minutes before and after the same time that count as the same time */
#define SAMPLES_LEAST 7
#define SAMPLES_MOST 2000
#define AHEAD 5	     /* of so many minutes */
#define OUTSIDE 3    /* so many must be outside */
#define WORST_WITHIN 10
#define WEEK_MS (7 * DAY_MS)
#define QUIET (30 * MINUTE_MS)

const char *const onset_bases[] = {N_("the same hours of earlier weeks"), N_("the same hours of later weeks"), N_("the same hours of other days"),
	N_("the two hours before"), N_("nothing to compare with")};

struct series_of {
	const struct chronicle_minute *minutes;
	size_t count;
	int metric;
};

struct band {
	int64_t median, low, high;
	bool known;
};

/* Which way leads to trouble, where the catalogue has no limit for it; WORSE_NEITHER: such a figure is nobody's first sign. */
static enum worse worse_of(int place)
{
	static const struct {
		const char *metric;
		enum worse worse;
	} signs[] = {{"offered", WORSE_HIGHER}, {"occupancy", WORSE_HIGHER}, {"agents_free", WORSE_LOWER}, {"agents_on", WORSE_LOWER},
		{"rude_count", WORSE_HIGHER}, {"anger_at_company", WORSE_HIGHER}};
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (strcmp(signs[i].metric, chronicle_metrics[place]) == 0)
			return signs[i].worse;
	return metrics[metric_find(chronicle_metrics[place])].worse;
}

/* What was counted is summed, what stands is taken at its highest, ratios and durations of windows on the average. */
static int64_t smooth(const struct series_of *series, int64_t place)
{
	const struct metric *metric = &metrics[metric_find(chronicle_metrics[series->metric])];
	int64_t sum = 0, most = INT64_MIN, known = 0;
	for (int64_t i = place - SMOOTH + 1; i <= place; i++) {
		const int64_t value = i >= 0 && i < (int64_t)series->count ? series->minutes[i].value[series->metric] : INT64_MIN;
		if (value == INT64_MIN)
			continue;
		known++;
		sum += value;
		most = value > most ? value : most;
	}
	if (!known)
		return INT64_MIN;
	if (metric->kind == KIND_GAUGE)
		return worse_of(series->metric) == WORSE_HIGHER ? most : sum / known;
	return metric->unit == UNIT_COUNT ? sum : sum / known;
}

static int64_t place_of(const struct series_of *series, int64_t at)
{
	return series->count ? (at - series->minutes[0].start) / MINUTE_MS : -1;
}

/* ---- what is normal ---- */

static int ascending(const void *left, const void *right)
{
	const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
	return (a > b) - (a < b);
}

static int64_t median_of(int64_t *values, size_t count)
{
	qsort(values, count, sizeof *values, ascending);
	return values[count / 2];
}

static size_t add_around(const struct series_of *series, int64_t at, int64_t *samples, size_t count)
{
	for (int64_t minute = -AROUND; minute <= AROUND && count < SAMPLES_MOST; minute += SMOOTH) {
		const int64_t value = smooth(series, place_of(series, at) + minute);
		if (value != INT64_MIN)
			samples[count++] = value;
	}
	return count;
}

/* Every `step` from `at` on as far as there is something; step < 0: backwards. */
static size_t add_steps(const struct series_of *series, int64_t at, int64_t step, int64_t *samples, size_t count)
{
	const int64_t first = series->minutes[0].start, last = series->minutes[series->count - 1].start;
	for (int64_t other = at + step; other >= first && other <= last && count < SAMPLES_MOST; other += step)
		count = add_around(series, other, samples, count);
	return count;
}

/* `begin`: of the stretch that is looked at, so that it is not its own measure. */
static size_t gather(const struct series_of *series, enum onset_basis basis, int64_t at, int64_t begin, int64_t *samples)
{
	size_t count = 0;
	switch (basis) {
	case ONSET_EARLIER_WEEKS:
		return add_steps(series, at, -WEEK_MS, samples, 0);
	case ONSET_OTHER_WEEKS:
		return add_steps(series, at, WEEK_MS, samples, 0);
	case ONSET_OTHER_DAYS:
		count = add_steps(series, at, -DAY_MS, samples, 0);
		return add_steps(series, at, DAY_MS, samples, count);
	case ONSET_BEFORE:
		for (int64_t other = begin - 2 * HOUR_MS; other < begin && count < SAMPLES_MOST; other += SMOOTH * MINUTE_MS) {
			const int64_t value = other < series->minutes[0].start ? INT64_MIN : smooth(series, place_of(series, other));
			if (value != INT64_MIN)
				samples[count++] = value;
		}
		return count;
	case ONSET_NOTHING:
		break;
	}
	return 0;
}

/* Below which a difference is nobody's trouble, whatever the spread: values are thousandths, or ms. */
static int64_t floor_of(const struct metric *metric, int64_t median)
{
	const int64_t size = median < 0 ? -median : median;
	switch (metric->unit) {
	case UNIT_DURATION:
		return size / 2 > 30 * SECOND_MS ? size / 2 : 30 * SECOND_MS;
	case UNIT_RATIO:
		return 100;
	default:
		return size / 4 > 2000 ? size / 4 : 2000;
	}
}

static struct band band_at(const struct series_of *series, enum onset_basis basis, int64_t at, int64_t begin, int64_t *samples)
{
	const size_t count = gather(series, basis, at, begin, samples);
	if (count < SAMPLES_LEAST)
		return (struct band){.known = false};
	const struct metric *metric = &metrics[metric_find(chronicle_metrics[series->metric])];
	const int64_t median = median_of(samples, count);
	for (size_t i = 0; i < count; i++)
		samples[i] = samples[i] > median ? samples[i] - median : median - samples[i];
	/* 1.4826: of a normal distribution the standard deviation in median absolute deviations. */
	const int64_t spread = 4 * median_of(samples, count) * 14826 / 10000, least = floor_of(metric, median);
	int64_t width = spread > least ? spread : least;
	/* Nobody free is trouble wherever usually somebody is. */
	if (worse_of(series->metric) == WORSE_LOWER && metric->unit == UNIT_COUNT && metric->kind == KIND_GAUGE && width >= median)
		width = median > 1000 ? median - 1000 : median;
	return (struct band){.median = median, .low = median - width, .high = median + width, .known = true};
}

/* ---- leaving it ---- */

static bool is_outside(enum worse worse, const struct band *band, int64_t value)
{
	if (!band->known || value == INT64_MIN)
		return false;
	return worse == WORSE_HIGHER ? value > band->high : value < band->low;
}

static bool is_outside_at(const struct series_of *series, enum onset_basis basis, int64_t at, int64_t begin, int64_t *samples, struct band *band)
{
	*band = band_at(series, basis, at, begin, samples);
	return is_outside(worse_of(series->metric), band, smooth(series, place_of(series, at)));
}

static int64_t distance(int64_t value, int64_t from)
{
	return value > from ? value - from : from - value;
}

static int64_t worst_from(const struct series_of *series, int64_t at, int64_t median)
{
	int64_t worst = smooth(series, place_of(series, at));
	for (int64_t minute = 1; minute <= WORST_WITHIN; minute++) {
		const int64_t value = smooth(series, place_of(series, at) + minute);
		if (value != INT64_MIN && distance(value, median) > distance(worst, median))
			worst = value;
	}
	return worst;
}

static bool find_one(const struct series_of *series, enum onset_basis basis, int64_t from, int64_t to, struct onset *onset)
{
	int64_t *samples = memory_new(SAMPLES_MOST, sizeof *samples);
	bool found = false;
	for (int64_t at = from; at < to && !found; at += MINUTE_MS) {
		struct band band, later;
		if (!is_outside_at(series, basis, at, from, samples, &band))
			continue;
		int outside = 1;
		for (int64_t minute = 1; minute < AHEAD; minute++)
			outside += is_outside_at(series, basis, at + minute * MINUTE_MS, from, samples, &later);
		found = outside >= OUTSIDE;
		if (found)
			*onset = (struct onset){.metric = series->metric, .at = at, .normal = band.median,
				.worst = worst_from(series, at, band.median), .before = at == from};
	}
	free(samples);
	return found;
}

/* The best measure there is for this stretch. */
static enum onset_basis choose_basis(const struct series_of *series, int64_t from)
{
	int64_t *samples = memory_new(SAMPLES_MOST, sizeof *samples);
	enum onset_basis basis = ONSET_EARLIER_WEEKS;
	while (basis < ONSET_NOTHING && gather(series, basis, from, from, samples) < SAMPLES_LEAST)
		basis++;
	free(samples);
	return basis;
}

static int earlier(const void *left, const void *right)
{
	const struct onset *a = left, *b = right;
	return a->at != b->at ? (a->at > b->at) - (a->at < b->at) : a->metric - b->metric;
}

int onsets_find(const struct chronicle_minute *minutes, size_t count, int64_t from, int64_t to, struct onset onsets[ONSETS_MOST],
	enum onset_basis *basis)
{
	struct series_of series = {minutes, count, chronicle_metric("queue_depth")};
	int found = 0;
	*basis = ONSET_NOTHING;
	from -= from % MINUTE_MS;
	if (!count)
		return 0;
	*basis = choose_basis(&series, from);
	for (series.metric = 0; *basis != ONSET_NOTHING && chronicle_metrics[series.metric]; series.metric++)
		found += worse_of(series.metric) != WORSE_NEITHER && find_one(&series, *basis, from, to, &onsets[found]);
	qsort(onsets, (size_t)found, sizeof *onsets, earlier);
	return found;
}

/* ---- in words ---- */

static void put_value(const struct metric *metric, int64_t value, char *to, size_t room)
{
	if (metric->unit == UNIT_DURATION)
		lists_duration(value, to, room);
	else if (metric->unit == UNIT_RATIO)
		snprintf(to, room, "%lld %%", (long long)(value + 5) / 10);
	else
		snprintf(to, room, "%lld", (long long)value / 1000);
}

void onset_figure(int place, char *to, size_t room)
{
	const char *title = _(metrics[metric_find(chronicle_metrics[place])].title);
	wchar_t first = 0, second = 0;
	const int length = mbtowc(&first, title, strlen(title));
	char small[MB_LEN_MAX + 1] = "";
	/* Not of an abbreviation. */
	if (length > 0 && mbtowc(&second, title + length, strlen(title + length)) > 0 && iswlower((wint_t)second))
		small[wctomb(small, (wchar_t)towlower((wint_t)first)) > 0 ? length : 0] = 0;
	snprintf(to, room, "%s%s", small, *small ? title + length : title);
}

void onset_words(const struct onset *onset, struct onset_words *words)
{
	const struct metric *metric = &metrics[metric_find(chronicle_metrics[onset->metric])];
	onset_figure(onset->metric, words->figure, sizeof words->figure);
	put_value(metric, onset->worst, words->worst, sizeof words->worst);
	put_value(metric, onset->normal, words->normal, sizeof words->normal);
	const size_t used = strlen(words->worst);
	if (metric->kind == KIND_WINDOW && metric->unit == UNIT_COUNT)
		snprintf(words->worst + used, sizeof words->worst - used, _(" in %d min"), SMOOTH);
}

void onset_text(const struct onset *onset, char *to, size_t room)
{
	struct onset_words words;
	onset_words(onset, &words);
	snprintf(to, room, _("%s %s (normally %s)"), words.figure, words.worst, words.normal);
}

static bool is_told(const struct chronicle_minute *minutes, size_t count, int64_t from, int64_t to, int place)
{
	for (size_t i = 0; i < count; i++)
		if (minutes[i].start >= from && minutes[i].start < to && minutes[i].value[place] != INT64_MIN && minutes[i].value[place])
			return true;
	return false;
}

int onsets_missing(const struct chronicle_minute *minutes, size_t count, int64_t from, int64_t to, const struct onset *onsets, int onset_count,
	int stayed[ONSETS_MOST])
{
	int found = 0;
	for (int place = 0; chronicle_metrics[place]; place++) {
		bool left = worse_of(place) == WORSE_NEITHER;
		for (int i = 0; i < onset_count; i++)
			left = left || onsets[i].metric == place;
		if (!left && is_told(minutes, count, from, to, place))
			stayed[found++] = place;
	}
	return found;
}

/* ---- where to look ---- */

static int most_alerts(const void *left, const void *right)
{
	const struct trouble_stretch *a = left, *b = right;
	return a->alerts != b->alerts ? b->alerts - a->alerts : (a->from > b->from) - (a->from < b->from);
}

int onset_stretches(const struct chronicle_look *look, int64_t from, int64_t to, struct trouble_stretch *stretches, int room)
{
	int count = 0;
	for (size_t i = 0; i < look->incident_count; i++) {
		const struct incident *incident = &look->incidents[i];
		if (incident->kind != INCIDENT_ALERT || incident->severity != SEVERITY_CRITICAL || incident->at < from || incident->at >= to)
			continue;
		struct trouble_stretch *last = count ? &stretches[count - 1] : NULL;
		if (last && incident->at - last->to <= QUIET) {
			last->to = incident->at > last->to ? incident->at : last->to;
			last->alerts++;
		} else if (count < room) {
			const int64_t begin = last && last->to > incident->at - HOUR_MS ? last->to : incident->at - HOUR_MS;
			stretches[count++] = (struct trouble_stretch){begin, incident->at + MINUTE_MS, 1};
		}
	}
	qsort(stretches, (size_t)count, sizeof *stretches, most_alerts);
	return count;
}
