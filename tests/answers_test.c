/* What widgets ask a snapshot beside the board's scope and window, held against plain counts over the events themselves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "store/answer_memory.h"
#include "store/merge.h"
#include "tests/teller.h"

#include <cmocka.h> /* last: it makes a macro of fail */

#define ZONE "Europe/Berlin" /* its clocks went back on 2026-10-25 */
#define CONTACTS 1600
#define WAITING 60

struct contact {
	int64_t queued, wait; /* ms; wait -1: still waits */
	int queue, channel;
};

static const char *const queues[] = {"Billing", "VIP", "Returns"};
static const char *const channels[] = {"phone", "chat"};
static const enum window windows[] = {WINDOW_5M, WINDOW_15M, WINDOW_30M, WINDOW_60M, WINDOW_TODAY, WINDOW_24H, WINDOW_7D, WINDOW_35D};

struct past {
	struct teller teller;
	struct zone *zone;
	struct contact contacts[CONTACTS + WAITING];
	int count;
	int64_t now;
};

static uint64_t random_below(uint64_t *seed, uint64_t below)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (*seed >> 33) % below;
}

static void rules(struct settings *settings)
{
	teller_rules(settings, "zone = \"" ZONE "\"\nhistory_days = 36\n");
}

/* Waits keep away from the ends of bands, where a bin may lie on either side. */
static int64_t random_wait(uint64_t *seed)
{
	static const int64_t waits[] = {3 * S, 7 * S, 15 * S, 25 * S, 45 * S, 90 * S, 180 * S, 420 * S, 1000 * S, 2400 * S};
	return waits[random_below(seed, sizeof waits / sizeof *waits)] + (int64_t)random_below(seed, 400);
}

struct told { int64_t at; int contact; bool is_answer; };

static int by_time(const void *left, const void *right)
{
	const struct told *a = left, *b = right;
	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return a->is_answer - b->is_answer;
}

static void tell_all(struct past *past)
{
	struct told *order = memory_new((size_t)past->count * 2, sizeof *order);
	size_t n = 0;
	for (int i = 0; i < past->count; i++) {
		order[n++] = (struct told){past->contacts[i].queued, i, false};
		if (past->contacts[i].wait >= 0)
			order[n++] = (struct told){past->contacts[i].queued + past->contacts[i].wait, i, true};
	}
	qsort(order, n, sizeof *order, by_time);
	for (size_t i = 0; i < n; i++) {
		const struct contact *of = &past->contacts[order[i].contact];
		char *keys = order[i].is_answer ? memory_format("contact=c%d agent=ana", order[i].contact)
						: memory_format("contact=c%d queue=%s channel=%s", order[i].contact, queues[of->queue], channels[of->channel]);
		tell(&past->teller, order[i].at, order[i].is_answer ? "contact.answered" : "contact.queued", keys);
		free(keys);
	}
	free(order);
}

static struct past *past_create(uint64_t seed)
{
	struct past *past = memory_new(1, sizeof *past);
	teller_open(&past->teller, rules);
	past->zone = zone_open(ZONE, NULL);
	const int64_t begin = teller_instant("2026-10-12T05:20:00Z");
	past->now = teller_instant("2026-10-31T13:37:20Z");
	for (; past->count < CONTACTS + WAITING; past->count++) {
		struct contact *contact = &past->contacts[past->count];
		const bool waits = past->count >= CONTACTS, recent = past->count % 4 == 0;
		const int64_t span = waits ? 2 * H : recent ? 2 * H : past->now - begin - 2 * H;
		*contact = (struct contact){.wait = waits ? -1 : random_wait(&seed), .queue = (int)random_below(&seed, 3), .channel = (int)random_below(&seed, 2)};
		contact->queued = (waits || recent ? past->now - span : begin) + (int64_t)random_below(&seed, (uint64_t)span);
		if (!waits && contact->queued + contact->wait > past->now)
			contact->queued = past->now - contact->wait;
	}
	past->contacts[0].queued = begin; /* before it, nobody listened */
	tell_all(past);
	pass(&past->teller, past->now);
	return past;
}

static void past_destroy(struct past *past)
{
	teller_close(&past->teller);
	zone_close(past->zone);
	free(past);
}

/* queue, channel: -1: any */
static struct scope scope_named(const struct past *past, int queue, int channel)
{
	struct scope scope = SCOPE_ALL;
	char text[80];
	snprintf(text, sizeof text, "%s%s%s%s%s", queue < 0 ? "" : "queue=", queue < 0 ? "" : queues[queue], queue >= 0 && channel >= 0 ? "," : "",
		channel < 0 ? "" : "channel=", channel < 0 ? "" : channels[channel]);
	assert_true(!*text || list_scope_parse(past->teller.engine, text, &scope, NULL));
	return scope;
}

static bool is_in(const struct contact *contact, int queue, int channel)
{
	return (queue < 0 || contact->queue == queue) && (channel < 0 || contact->channel == channel);
}

/* Windows up to an hour are of whole minutes, longer ones of whole quarter hours: what begins in (after, now]. */
static bool in_window(const struct past *past, int64_t at, enum window window)
{
	static const int64_t lengths[WINDOW_COUNT] = {[WINDOW_5M] = 5 * M, [WINDOW_15M] = 15 * M, [WINDOW_30M] = 30 * M, [WINDOW_60M] = H,
		[WINDOW_24H] = D, [WINDOW_7D] = 7 * D, [WINDOW_35D] = 35 * D};
	const int64_t grain = window >= WINDOW_TODAY ? 15 * M : M, start = at - at % grain;
	const int64_t after = window == WINDOW_TODAY ? instant_day_begin(past->now, past->zone, 0) - 1 : past->now - lengths[window];
	return start > after && start <= past->now;
}

static struct snapshot *look(const struct past *past, struct snapshot_request *request)
{
	request->formula = -1;
	return snapshot_create(past->teller.engine, past->teller.settings, past->zone, request);
}

/* ---- figures ---- */

static void expect_figures(const struct past *past, const struct snapshot *snapshot, int queue, int channel, enum window window)
{
	int64_t offered = 0, answered = 0, waits = 0;
	for (int i = 0; i < past->count; i++) {
		const struct contact *of = &past->contacts[i];
		if (!is_in(of, queue, channel))
			continue;
		offered += in_window(past, of->queued, window);
		if (of->wait < 0 || !in_window(past, of->queued + of->wait, window))
			continue;
		answered++;
		waits += of->wait;
	}
	const struct snapshot_ask asks[] = {{ASK_FIGURE, scope_named(past, queue, channel), window, (int16_t)metric_find("offered")},
		{ASK_FIGURE, scope_named(past, queue, channel), window, (int16_t)metric_find("asa")}};
	const struct snapshot_answer *of_offered = snapshot_answer(snapshot, &asks[0]), *of_wait = snapshot_answer(snapshot, &asks[1]);
	assert_true(of_offered && of_offered->known && of_wait && of_wait->known);
	assert_int_equal(of_offered->figure.numerator, offered);
	assert_int_equal(of_wait->figure.known, answered > 0);
	if (answered)
		assert_true(of_wait->figure.numerator * answered == waits * of_wait->figure.denominator);
}

static void figures_of_any_scope_and_window(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 2; seed++) {
		struct past *past = past_create(seed);
		for (int queue = -1; queue < 3; queue++) {
			struct snapshot_request request = {.scope = scope_named(past, 0, 0), .window = WINDOW_30M};
			for (int channel = -1; channel < 2; channel++)
				for (size_t w = 0; w < sizeof windows / sizeof *windows; w++) {
					const struct scope scope = scope_named(past, queue, channel);
					request.asks[request.ask_count++] = (struct snapshot_ask){ASK_FIGURE, scope, windows[w], (int16_t)metric_find("offered")};
					request.asks[request.ask_count++] = (struct snapshot_ask){ASK_FIGURE, scope, windows[w], (int16_t)metric_find("asa")};
				}
			struct snapshot *snapshot = look(past, &request);
			for (int channel = -1; channel < 2; channel++)
				for (size_t w = 0; w < sizeof windows / sizeof *windows; w++)
					expect_figures(past, snapshot, queue, channel, windows[w]);
			snapshot_destroy(snapshot);
		}
		past_destroy(past);
	}
}

/* ---- waits ---- */

static void expect_bands(const struct past *past, const struct snapshot_answer *answer, int queue, int channel, bool present)
{
	int64_t contacts[ASK_BANDS] = {0};
	assert_true(answer && answer->known);
	for (int i = 0; i < past->count; i++) {
		const struct contact *of = &past->contacts[i];
		if (!is_in(of, queue, channel) || present != (of->wait < 0) || (!present && !in_window(past, of->queued + of->wait, answer->ask.window)))
			continue;
		const int64_t wait = present ? past->now - of->queued : of->wait;
		int band = 0;
		while (wait > answer->waits.up_to[band])
			band++;
		contacts[band]++;
	}
	for (int band = 0; band < answer->waits.count; band++)
		assert_int_equal(answer->waits.contacts[band], contacts[band]);
}

static void waits_by_bands(void **state)
{
	(void)state;
	struct past *past = past_create(7);
	for (int queue = -1; queue < 3; queue++) {
		const struct scope scope = scope_named(past, queue, -1);
		struct snapshot_request request = {.scope = SCOPE_ALL, .window = WINDOW_30M, .ask_count = 3, .asks = {{ASK_WAITS, scope, WINDOW_60M, -1},
			{ASK_WAITS, scope, WINDOW_7D, -1}, {ASK_WAITING, scope, WINDOW_NOW, -1}}};
		struct snapshot *snapshot = look(past, &request);
		expect_bands(past, snapshot_answer(snapshot, &request.asks[0]), queue, -1, false);
		expect_bands(past, snapshot_answer(snapshot, &request.asks[1]), queue, -1, false);
		expect_bands(past, snapshot_answer(snapshot, &request.asks[2]), queue, -1, true);
		snapshot_destroy(snapshot);
	}
	past_destroy(past);
}

static void own_target(struct settings *settings)
{
	teller_rules(settings, "queue \"VIP\" { target = 8s }\n");
}

/* What is just in time and what is too late are never in the same band. */
static void a_band_ends_at_the_target(void **state)
{
	(void)state;
	struct teller teller;
	struct zone *zone = zone_open("UTC", NULL);
	teller_open(&teller, own_target);
	tell(&teller, T0, "contact.queued", "contact=a queue=VIP channel=phone");
	tell(&teller, T0 + 1, "contact.queued", "contact=b queue=VIP channel=phone");
	tell(&teller, T0 + 2, "contact.queued", "contact=c queue=Billing channel=phone");
	pass(&teller, T0 + 8 * S);
	struct scope vip = SCOPE_ALL;
	assert_true(list_scope_parse(teller.engine, "queue=VIP", &vip, NULL));
	struct snapshot_request request = {.scope = SCOPE_ALL, .formula = -1, .ask_count = 2,
		.asks = {{ASK_WAITING, vip, WINDOW_NOW, -1}, {ASK_WAITING, SCOPE_ALL, WINDOW_NOW, -1}}};
	struct snapshot *snapshot = snapshot_create(teller.engine, teller.settings, zone, &request);
	const struct snapshot_answer *answer = snapshot_answer(snapshot, &request.asks[0]);
	assert_int_equal(answer->waits.target, 8 * S);
	assert_int_equal(answer->waits.up_to[0], 5 * S);
	assert_int_equal(answer->waits.up_to[1], 8 * S);
	assert_int_equal(answer->waits.up_to[2], 10 * S);
	assert_int_equal(answer->waits.contacts[1], 2); /* a has waited exactly so long */
	assert_int_equal(answer->waits.contacts[2], 0);
	assert_int_equal(snapshot_answer(snapshot, &request.asks[1])->waits.target, 0); /* of two targets none */
	snapshot_destroy(snapshot);
	pass(&teller, T0 + 8 * S + 1);
	snapshot = snapshot_create(teller.engine, teller.settings, zone, &request);
	assert_int_equal(snapshot_answer(snapshot, &request.asks[0])->waits.contacts[2], 1);
	snapshot_destroy(snapshot);
	teller_close(&teller);
	zone_close(zone);
}

/* ---- the week ---- */

static int64_t hour_number(const struct past *past, int64_t at)
{
	const struct civil civil = instant_civil(at, past->zone);
	return ((civil.month * 100 + civil.day) * 100) + civil.hour;
}

static int cell_at(const struct past *past, int64_t at)
{
	const struct civil civil = instant_civil(at, past->zone);
	return (civil.weekday + 6) % 7 * 24 + civil.hour;
}

static bool is_whole(const struct past *past, int64_t at)
{
	const int64_t hour = hour_number(past, at);
	return hour != hour_number(past, past->contacts[0].queued) && hour != hour_number(past, past->now);
}

static void expect_week(const struct past *past, int queue, const int64_t *offered_told, const int64_t *wait_told, const int32_t *hours_told)
{
	int64_t offered[ASK_WEEK_HOURS] = {0}, answered[ASK_WEEK_HOURS] = {0}, waits[ASK_WEEK_HOURS] = {0}, hours[ASK_WEEK_HOURS] = {0}, last = -1;
	for (int64_t at = past->contacts[0].queued; at < past->now; at += M) {
		if (is_whole(past, at) && hour_number(past, at) != last)
			hours[cell_at(past, at)]++;
		last = hour_number(past, at);
	}
	for (int i = 0; i < past->count; i++) {
		const struct contact *of = &past->contacts[i];
		const int64_t end = of->queued + of->wait;
		if (!is_in(of, queue, -1))
			continue;
		offered[cell_at(past, of->queued)] += is_whole(past, of->queued);
		if (of->wait < 0 || !is_whole(past, end))
			continue;
		answered[cell_at(past, end)]++;
		waits[cell_at(past, end)] += of->wait;
	}
	for (int cell = 0; cell < ASK_WEEK_HOURS; cell++) {
		assert_int_equal(hours_told[cell], hours[cell]);
		assert_true(offered_told[cell] == (hours[cell] ? offered[cell] * 1000 / hours[cell] : INT64_MIN));
		assert_true(wait_told[cell] == (answered[cell] ? waits[cell] / answered[cell] : INT64_MIN));
	}
}

static void weekdays_and_hours_by_the_zone(void **state)
{
	(void)state;
	struct past *past = past_create(11);
	struct answer_memory *memory = answer_memory_create();
	for (int queue = -1; queue < 3; queue++) {
		const struct scope scope = scope_named(past, queue, -1);
		struct snapshot_request request = {.scope = SCOPE_ALL, .window = WINDOW_30M, .memory = memory, .ask_count = 2,
			.asks = {{ASK_WEEK, scope, WINDOW_35D, (int16_t)metric_find("offered")}, {ASK_WEEK, scope, WINDOW_35D, (int16_t)metric_find("asa")}}};
		for (int again = 0; again < 2; again++) { /* the second time it is remembered */
			struct snapshot *snapshot = look(past, &request);
			const struct snapshot_answer *offered = &snapshot->answers[0], *wait = &snapshot->answers[1];
			assert_true(offered->known && wait->known);
			expect_week(past, queue, offered->week.value, wait->week.value, offered->week.weeks);
			snapshot_destroy(snapshot);
		}
	}
	answer_memory_destroy(memory);
	past_destroy(past);
}

/* ---- sites, and what cannot be told ---- */

/* Two sites with the same past: counts are doubled, means stay. */
static void sites_are_joined(void **state)
{
	(void)state;
	struct past *past = past_create(3), *other = past_create(3);
	struct engine *names = engine_create(past->teller.settings, NULL);
	const struct merge_site sites[] = {{.name = "a", .engine = past->teller.engine, .settings = past->teller.settings, .zone = past->zone, .link = LINK_LIVE, .why = ""},
		{.name = "b", .engine = other->teller.engine, .settings = other->teller.settings, .zone = other->zone, .link = LINK_LIVE, .why = ""}};
	struct merge merge = {0};
	joined_make_room(names, 2);
	merge_set(&merge, names, sites, 2);
	const int16_t offered = (int16_t)metric_find("offered"), asa = (int16_t)metric_find("asa");
	struct snapshot_request request = {.scope = SCOPE_ALL, .window = WINDOW_30M, .formula = -1, .ask_count = 6, .asks = {{ASK_FIGURE, SCOPE_ALL, WINDOW_7D, offered},
		{ASK_WAITS, SCOPE_ALL, WINDOW_7D, -1}, {ASK_WAITING, SCOPE_ALL, WINDOW_NOW, -1}, {ASK_WEEK, SCOPE_ALL, WINDOW_35D, offered},
		{ASK_WEEK, SCOPE_ALL, WINDOW_35D, asa}, {ASK_SPARK, SCOPE_ALL, WINDOW_24H, offered}}};
	struct snapshot *alone = look(past, &request), *both = snapshot_merge(&merge, past->teller.settings, past->zone, &request);
	for (int i = 0; i < request.ask_count; i++)
		assert_true(alone->answers[i].known && both->answers[i].known);
	assert_int_equal(both->answers[0].figure.numerator, 2 * alone->answers[0].figure.numerator);
	for (int band = 0; band < alone->answers[1].waits.count; band++) {
		assert_int_equal(both->answers[1].waits.contacts[band], 2 * alone->answers[1].waits.contacts[band]);
		assert_int_equal(both->answers[2].waits.contacts[band], 2 * alone->answers[2].waits.contacts[band]);
	}
	for (int cell = 0; cell < ASK_WEEK_HOURS; cell++) {
		const int hours = alone->answers[3].week.weeks[cell];
		assert_int_equal(both->answers[3].week.weeks[cell], hours);
		assert_true(both->answers[4].week.value[cell] == alone->answers[4].week.value[cell]);
		if (hours) /* each is cut to thousandths */
			assert_in_range(both->answers[3].week.value[cell] - 2 * alone->answers[3].week.value[cell], 0, 1);
	}
	for (int point = 0; point < both->answers[5].course.span->count; point++)
		assert_true(both->answers[5].course.spark.points[point] == 2 * alone->answers[5].course.spark.points[point]);
	snapshot_destroy(alone);
	snapshot_destroy(both);
	merge_finish(&merge);
	engine_destroy(names);
	past_destroy(past);
	past_destroy(other);
}

static void what_is_not_known_says_why(void **state)
{
	(void)state;
	struct teller teller;
	struct zone *zone = zone_open("UTC", NULL);
	teller_open(&teller, NULL);
	struct scope ana = SCOPE_ALL;
	struct snapshot_request request = {.scope = SCOPE_ALL, .formula = -1, .ask_count = 1, .asks = {{ASK_WAITS, SCOPE_ALL, WINDOW_30M, -1}}};
	struct snapshot *snapshot = snapshot_create(teller.engine, teller.settings, zone, &request);
	assert_false(snapshot->answers[0].known);
	assert_string_equal(snapshot->answers[0].why, "nothing has come yet");
	snapshot_destroy(snapshot);
	tell(&teller, T0, "agent.state", "agent=ana state=available");
	assert_true(list_scope_parse(teller.engine, "agent=ana", &ana, NULL));
	request.ask_count = 4;
	request.asks[0].scope = ana;
	request.asks[1] = (struct snapshot_ask){ASK_FIGURE, ana, WINDOW_30M, (int16_t)metric_find("queue_depth")};
	request.asks[2] = (struct snapshot_ask){ASK_SPARK, SCOPE_ALL, WINDOW_30M, (int16_t)metric_find("agents_free")};
	request.asks[3] = (struct snapshot_ask){ASK_FIGURE, SCOPE_ALL, WINDOW_30M, METRICS_MOST};
	snapshot = snapshot_create(teller.engine, teller.settings, zone, &request);
	for (int i = 0; i < request.ask_count; i++) {
		assert_false(snapshot->answers[i].known);
		assert_non_null(snapshot->answers[i].why);
	}
	snapshot_destroy(snapshot);
	teller_close(&teller);
	zone_close(zone);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_of_any_scope_and_window), cmocka_unit_test(waits_by_bands), cmocka_unit_test(a_band_ends_at_the_target),
		cmocka_unit_test(weekdays_and_hours_by_the_zone), cmocka_unit_test(sites_are_joined), cmocka_unit_test(what_is_not_known_says_why),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
