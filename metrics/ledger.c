#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "config/settings.h"
#include "metrics/ledger.h"

/* Minutes at the end of a series that stay open: outcomes come some minutes after arrivals. */
#define MINUTES_OPEN 5
/* Quarter hours, and days, at the end of a series whose bytes stand alone: what comes late comes to them. */
#define CLOSED_ALONE 4

static int64_t minute_of(int64_t at)
{
	int64_t past = at % MINUTE_MS;
	return at - past - (past < 0 ? MINUTE_MS : 0);
}

static int64_t quarter_of(int64_t at)
{
	int64_t past = at % QUARTER_MS;
	return at - past - (past < 0 ? QUARTER_MS : 0);
}

/* ---- a series ---- */

static void finish_series(struct series *series)
{
	for (size_t i = series->first; i < series->count; i++)
		bucket_finish(&series->buckets[i]);
	free(series->buckets);
	*series = (struct series){0};
}

/* The first bucket that begins at `start` or later; most questions are about the end. */
size_t series_find(const struct series *series, int64_t start)
{
	size_t low = series->first, high = series->count;
	if (low < high && series->buckets[high - 1].start < start)
		return high;
	for (int steps = 0; steps < MINUTES_OPEN && low < high; steps++, high--)
		if (series->buckets[high - 1].start == start)
			return high - 1;
	high = series->count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (series->buckets[middle].start < start)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool holds(const struct series *series, size_t place, int64_t start)
{
	return place < series->count && series->buckets[place].start == start;
}

/* The oldest are gone: what is kept moves to the front. */
static void close_up(struct series *series)
{
	series->count -= series->first;
	memmove(series->buckets, series->buckets + series->first, series->count * sizeof *series->buckets);
	series->first = 0;
}

/* Grown gently: there are many series, and most are as long in an hour as they are now. What was left by the oldest is used first. */
static void make_room(struct series *series)
{
	if (series->count < series->room)
		return;
	if (series->first > series->room / 8) {
		close_up(series);
		return;
	}
	series->room += series->room < 8 ? 4 : series->room / 4;
	series->buckets = memory_resize(series->buckets, series->room, sizeof *series->buckets);
}

static void part(struct series *series, size_t place)
{
	buckets_part(&series->buckets[place], &series->buckets[series->first]);
}

/* Where there is room: places that were found before it was made may be others now. */
static struct bucket *insert_bucket(struct series *series, size_t place, int64_t start)
{
	if (place > series->first && series->buckets[place - 1].shared && !series->buckets[place - 1].owner)
		part(series, place - 1);
	memmove(series->buckets + place + 1, series->buckets + place, (series->count - place) * sizeof *series->buckets);
	series->buckets[place] = (struct bucket){.start = start};
	series->count++;
	return &series->buckets[place];
}

static void forget_first(struct series *series)
{
	bucket_finish(&series->buckets[series->first++]);
	if (series->first < 16 || series->first < series->count / 2)
		return;
	close_up(series);
}

static void stamp_bucket(struct bucket *bucket, uint64_t stamp)
{
	bucket->stamp = stamp & BUCKET_STAMP_MOST;
}

static bool is_old(const struct series *series, int64_t until)
{
	return series->first < series->count && series->buckets[series->first].start <= until;
}

/* Some places from the end, where nothing is added any more but by what comes late. */
static void share(struct series *series, size_t end)
{
	if (end < series->first + BUCKETS_SHARED)
		return;
	struct bucket *buckets = &series->buckets[end - BUCKETS_SHARED];
	for (int i = 0; i < BUCKETS_SHARED; i++)
		if (buckets[i].shared || buckets[i].laid_out)
			return;
	buckets_share(buckets);
}

void series_share(struct series *series)
{
	for (size_t end = series->first + BUCKETS_SHARED; end + CLOSED_ALONE <= series->count; end += BUCKETS_SHARED)
		share(series, end);
}

static void add_to_closed(struct series *series, int64_t start, int64_t old, uint64_t stamp, const struct count *counts, size_t n)
{
	while (is_old(series, old))
		forget_first(series);
	if (start <= old)
		return;
	make_room(series);
	size_t place = series_find(series, start);
	struct bucket *bucket = holds(series, place, start) ? &series->buckets[place] : insert_bucket(series, place, start);
	if (bucket->shared)
		part(series, place);
	if (place + 1 == series->count) { /* where each minute that closes is added to */
		bucket_lay_out(bucket);
		if (place > series->first)
			bucket_pack(bucket - 1);
		if (place > series->first + CLOSED_ALONE)
			share(series, place - CLOSED_ALONE);
	}
	bucket_merge(bucket, counts, n);
	stamp_bucket(bucket, stamp);
}

bool series_restore(struct series *series, int64_t start, struct view bytes)
{
	struct bucket bucket = {.start = start};
	make_room(series);
	size_t place = series_find(series, start);
	if (!bucket_restore(&bucket, bytes.data, bytes.size))
		return false;
	if (holds(series, place, start))
		bucket_finish(&bucket);
	else
		*insert_bucket(series, place, start) = bucket;
	return true;
}

void series_put_back(struct series *series, int64_t start, bool open, const struct count *counts, size_t n)
{
	make_room(series);
	const size_t place = series_find(series, start);
	if (holds(series, place, start))
		return;
	struct bucket *bucket = insert_bucket(series, place, start);
	if (!open) {
		bucket_close(bucket, counts, n);
		return;
	}
	bucket_open(bucket);
	bucket_count(bucket, counts, n);
}

/* ---- quarter hours and days ---- */

/* What quarter hours by arrival that are dropped now say of arrivals stays for a while. */
static void keep_arrivals(struct ledger *ledger, int64_t until, int64_t now)
{
	const struct series *quarters = &ledger->quarters[BY_ARRIVAL];
	struct tally tally; /* only what is below the bound is written */
	for (size_t i = quarters->first; i < quarters->count && quarters->buckets[i].start <= until; i++) {
		tally.value[COUNT_OFFERED] = 0;
		bucket_sum(&quarters->buckets[i], COUNT_OFFERED + 1, &tally);
		old_arrivals_add(&ledger->old, quarters->buckets[i].start, tally.value[COUNT_OFFERED], now);
	}
}

static void add_to_long(struct ledger *ledger, int way, int64_t at, int64_t now, const struct ledger_rules *rules, const struct count *counts,
	size_t n)
{
	ledger->closed = rules->stamp;
	if (way == BY_ARRIVAL)
		keep_arrivals(ledger, now - rules->quarters - QUARTER_MS, now);
	add_to_closed(&ledger->quarters[way], quarter_of(at), now - rules->quarters - QUARTER_MS, rules->stamp, counts, n);
	if (!rules->days)
		return;
	/* The day that begins strictly before the instant after `at`; one may have 25 hours. */
	const int64_t day = instant_day_begin(at + 1, rules->zone, rules->day_start);
	add_to_closed(&ledger->days[way], day, now - rules->days - DAY_MS - HOUR_MS, rules->stamp, counts, n);
}

/* ---- minutes ---- */

static void close_minute(struct ledger *ledger, int way, struct bucket *minute, int64_t now, const struct ledger_rules *rules)
{
	struct count counts[TALLY_KEYS];
	size_t n = bucket_counts(minute, counts);
	add_to_long(ledger, way, minute->start, now, rules, counts, n);
	bucket_close(minute, counts, n);
	stamp_bucket(minute, rules->stamp);
}

static void drop_old_minutes(struct ledger *ledger, int way, int64_t now, const struct ledger_rules *rules)
{
	struct series *minutes = &ledger->minutes[way];
	while (is_old(minutes, now - rules->minutes - MINUTE_MS)) {
		struct bucket *minute = &minutes->buckets[minutes->first];
		if (minute->open)
			close_minute(ledger, way, minute, now, rules);
		forget_first(minutes);
	}
}

/* A minute nobody counted in yet. The last MINUTES_OPEN are open; the one that is pushed out of them closes. */
static size_t begin_minute(struct ledger *ledger, int way, int64_t start, int64_t now, const struct ledger_rules *rules)
{
	struct series *minutes = &ledger->minutes[way];
	drop_old_minutes(ledger, way, now, rules);
	make_room(minutes);
	size_t place = series_find(minutes, start);
	struct bucket *minute = insert_bucket(minutes, place, start);
	const bool followed = place + 1 < minutes->count && !minutes->buckets[place + 1].open;
	if (place + MINUTES_OPEN < minutes->count || followed) /* the open ones are the end of the series */
		return place;
	bucket_open(minute);
	if (minutes->count - minutes->first > MINUTES_OPEN) {
		struct bucket *pushed = &minutes->buckets[minutes->count - 1 - MINUTES_OPEN];
		if (pushed->open)
			close_minute(ledger, way, pushed, now, rules);
	}
	return place;
}

void ledger_close(struct ledger *ledger, int64_t before, int64_t now, const struct ledger_rules *rules)
{
	for (int way = 0; way < LEDGER_WAYS; way++) {
		struct series *minutes = &ledger->minutes[way];
		size_t i = minutes->count;
		while (i > minutes->first && minutes->buckets[i - 1].open)
			i--;
		for (; i < minutes->count && minutes->buckets[i].start < before; i++)
			close_minute(ledger, way, &minutes->buckets[i], now, rules);
	}
}

void ledger_count(struct ledger *ledger, int way, int64_t at, int64_t now, const struct ledger_rules *rules, const struct count *counts, size_t n)
{
	ledger->counted = rules->stamp;
	struct series *minutes = &ledger->minutes[way];
	int64_t start = minute_of(at);
	if (start <= now - rules->minutes - MINUTE_MS) {
		add_to_long(ledger, way, at, now, rules, counts, n);
		return;
	}
	size_t place = series_find(minutes, start);
	if (!holds(minutes, place, start))
		place = begin_minute(ledger, way, start, now, rules);
	struct bucket *minute = &minutes->buckets[place];
	if (minute->open) {
		bucket_count(minute, counts, n);
		return;
	}
	bucket_merge(minute, counts, n);
	stamp_bucket(minute, rules->stamp);
	add_to_long(ledger, way, at, now, rules, counts, n);
}

/* ---- sums ---- */

static uint16_t bound(bool with_bins)
{
	return with_bins ? TALLY_KEYS : KEY_WAIT_BINS;
}

static void sum(const struct series *series, int64_t after, int64_t until, uint16_t below, struct tally *tally)
{
	for (size_t i = series_find(series, after + 1); i < series->count && series->buckets[i].start <= until; i++)
		bucket_sum(&series->buckets[i], below, tally);
}

void ledger_sum_minutes(const struct ledger *ledger, int way, int64_t after, int64_t until, bool with_bins, struct tally *tally)
{
	sum(&ledger->minutes[way], after, until, bound(with_bins), tally);
}

void ledger_sum_state(const struct ledger *ledger, int way, int64_t after, int64_t until, bool open, uint16_t below, struct tally *tally)
{
	const struct series *minutes = &ledger->minutes[way];
	const size_t first = series_find(minutes, after + 1);
	for (size_t i = minutes->count; i > first && (!open || minutes->buckets[i - 1].open); i--) /* the open ones are the end of the series */
		if (minutes->buckets[i - 1].open == open && minutes->buckets[i - 1].start <= until)
			bucket_sum(&minutes->buckets[i - 1], below, tally);
}

void ledger_sum_quarters(const struct ledger *ledger, int way, int64_t after, int64_t until, bool with_bins, struct tally *tally)
{
	ledger_sum_first(ledger, way, after, until, bound(with_bins), tally);
}

void ledger_sum_first(const struct ledger *ledger, int way, int64_t after, int64_t until, uint16_t below, struct tally *tally)
{
	sum(&ledger->quarters[way], after, until, below, tally);
	const struct series *minutes = &ledger->minutes[way];
	for (size_t i = minutes->count; i > minutes->first && minutes->buckets[i - 1].open; i--) {
		int64_t quarter = quarter_of(minutes->buckets[i - 1].start);
		if (quarter > after && quarter <= until)
			bucket_sum(&minutes->buckets[i - 1], below, tally);
	}
}

void ledger_finish(struct ledger *ledger)
{
	for (int way = 0; way < LEDGER_WAYS; way++) {
		finish_series(&ledger->minutes[way]);
		finish_series(&ledger->quarters[way]);
		finish_series(&ledger->days[way]);
	}
	old_arrivals_finish(&ledger->old);
}
