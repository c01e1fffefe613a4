/* Figures with and without flagged contacts: random lives of contacts against sums of the test's own; a withdrawn flag leaves no trace. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "teller.h"

#include <cmocka.h>

#define CONTACTS 40
#define AGENTS 5

static uint64_t random_state;

static int below(int limit)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (int)((random_state >> 33) % (uint64_t)limit);
}

/* What a contact's life adds up to, and which events it has; those of conduct can be left out. */
struct life {
	bool flagged, surveyed, answered;
	int64_t handled, queued;
	int legs, score, customer;
};

struct told { int64_t at; const char *type; char keys[120]; bool conduct; };
struct story {
	struct told *events;
	size_t count, room;
	struct life lives[CONTACTS];
};

__attribute__((format(printf, 4, 5))) static void add(struct story *story, int64_t at, const char *type, const char *format, ...)
{
	if (story->count == story->room) {
		story->room = story->room ? story->room * 2 : 256;
		story->events = realloc(story->events, story->room * sizeof *story->events);
	}
	struct told *told = &story->events[story->count++];
	*told = (struct told){.at = at, .type = type, .conduct = strncmp(type, "conduct.", 8) == 0};
	va_list values;
	va_start(values, format);
	vsnprintf(told->keys, sizeof told->keys, format, values);
	va_end(values);
}

static int64_t later(int64_t *at)
{
	return *at += (5 + below(50)) * S;
}

/* Signals, steps in any order, second thoughts. */
static void be_rude(struct story *story, int contact, int agent, int64_t *at)
{
	static const char *const by[] = {"agent", "lead", "engine"}, *const steps[] = {"request", "demand", "warning"};
	struct life *life = &story->lives[contact];
	for (int i = below(4); i > 0; i--)
		switch (below(4)) {
		case 0:
			add(story, later(at), "conduct.signalled", "contact=c%d kind=insult aim=agent by=%s", contact, by[below(3)]);
			life->flagged = true;
			break;
		case 1:
			add(story, later(at), "conduct.step", "contact=c%d agent=a%d step=%s", contact, agent, steps[below(3)]);
			life->flagged = true;
			break;
		case 2:
			add(story, later(at), "conduct.withdrawn", "contact=c%d agent=a%d", contact, agent);
			life->flagged = false;
			break;
		default:
			add(story, later(at), "conduct.calmed", "contact=c%d agent=a%d", contact, agent);
		}
}

static void answer_survey(struct story *story, int contact, int64_t *at)
{
	struct life *life = &story->lives[contact];
	life->answered = true;
	life->score = 1 + below(5);
	add(story, later(at), "survey.answered", "survey=s%d contact=c%d kind=csat score=%d min=1000 max=5000", contact, contact, life->score * 1000);
}

static void talk(struct story *story, int contact, int agent, int64_t *at, bool last)
{
	struct life *life = &story->lives[contact];
	const int64_t begin = later(at);
	add(story, begin, "contact.answered", "contact=c%d agent=a%d%s", contact, agent, life->legs ? " direct=1" : "");
	be_rude(story, contact, agent, at);
	if (last && below(3) == 0) {
		life->surveyed = true;
		add(story, later(at), "survey.sent", "survey=s%d contact=c%d kind=csat", contact, contact);
		if (below(2))
			answer_survey(story, contact, at);
	}
	const int64_t end = later(at);
	const bool waits = below(2);
	int64_t wrap = (1 + below(60)) * S;
	if (waits) {
		add(story, end, "contact.released", "contact=c%d agent=a%d by=%s", contact, agent, last ? "customer" : "transfer");
		be_rude(story, contact, agent, at);
		wrap = later(at) - end;
		add(story, *at, "contact.wrapped", "contact=c%d agent=a%d", contact, agent);
	} else {
		add(story, end, "contact.released", "contact=c%d agent=a%d by=%s wrap_ms=%lld", contact, agent, last ? "customer" : "transfer", (long long)wrap);
	}
	life->handled += end - begin + wrap;
	life->legs++;
}

static void live(struct story *story, int contact, int64_t at)
{
	static const char *const queues[] = {"Billing", "Orders"};
	struct life *life = &story->lives[contact];
	life->customer = below(8);
	life->queued = at;
	add(story, at, "contact.queued", "contact=c%d queue=%s channel=chat customer=k%d", contact, queues[below(2)], life->customer);
	for (int legs = below(3); legs > 0; legs--)
		talk(story, contact, below(AGENTS), &at, false);
	talk(story, contact, below(AGENTS), &at, true);
	if (below(3) == 0) { /* long after */
		at += below(3) * H;
		add(story, later(&at), "conduct.withdrawn", "contact=c%d agent=lead", contact);
		life->flagged = false;
	}
	if (!life->surveyed && below(2)) {
		life->surveyed = true;
		add(story, later(&at), "survey.sent", "survey=s%d contact=c%d kind=csat", contact, contact);
	}
	if (life->surveyed && below(2)) /* once more, or for the first time */
		answer_survey(story, contact, &at);
}

static int by_time(const void *left, const void *right)
{
	const struct told *a = left, *b = right;
	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return (a > b) - (a < b);
}

static struct story tell_story(uint64_t seed)
{
	struct story story = {0};
	random_state = seed;
	for (int i = 0; i < CONTACTS; i++)
		live(&story, i, T0 + i * 3 * M + below(100)); /* no two at one instant, as good as */
	qsort(story.events, story.count, sizeof *story.events, by_time);
	return story;
}

/* Packed and read back at event `cut`, from where it goes on. */
static void renew(struct teller *t)
{
	size_t size;
	bool differs;
	struct error err = {""};
	uint8_t *bytes = engine_pack(t->engine, INT64_MIN, &size);
	struct engine *read = engine_unpack(t->settings, bytes, size, &differs, &err);
	if (!read)
		fail_msg("%s", err.text);
	engine_destroy(t->engine);
	t->engine = read;
	free(bytes);
}

enum telling { WHOLE, WITHOUT_CONDUCT, WITHDRAWN_AT_LAST };

static void play(struct teller *t, const struct story *story, enum telling telling, size_t cut)
{
	char keys[80];
	for (size_t i = 0; i < story->count; i++) {
		if (i == cut)
			renew(t);
		if (!story->events[i].conduct || telling != WITHOUT_CONDUCT)
			tell(t, story->events[i].at, story->events[i].type, story->events[i].keys);
	}
	const int64_t end = story->events[story->count - 1].at + 10 * S;
	pass(t, end);
	for (int i = 0; telling == WITHDRAWN_AT_LAST && i < CONTACTS; i++) {
		snprintf(keys, sizeof keys, "contact=c%d agent=lead", i);
		tell(t, end + S, "conduct.withdrawn", keys);
	}
	pass(t, end + 10 * S);
}

static struct figure in_scope(const struct teller *t, const char *metric, bool calm)
{
	struct scope scope = SCOPE_ALL;
	scope.calm = calm;
	return figure_in(t, metric, WINDOW_24H, BY_OUTCOME, scope);
}

/* ---- against sums of our own ---- */

struct sums { int64_t handled, legs, top, low, n, sent, settled, kept; };
#define WITHIN H

static bool came_again(const struct story *story, const struct life *life)
{
	for (int i = 0; i < CONTACTS; i++) {
		const struct life *other = &story->lives[i];
		if (other->customer == life->customer && other->queued > life->queued && other->queued <= life->queued + WITHIN)
			return true;
	}
	return false;
}

static struct sums sum_lives(const struct story *story, bool calm, int64_t now)
{
	struct sums sums = {0};
	for (int i = 0; i < CONTACTS; i++) {
		const struct life *life = &story->lives[i];
		if (calm && life->flagged)
			continue;
		sums.handled += life->handled;
		sums.legs += life->legs;
		sums.sent += life->surveyed;
		sums.n += life->answered;
		sums.top += life->answered && life->score >= 4;
		sums.low += life->answered && life->score <= 2;
		const bool settled = life->queued + WITHIN < now;
		sums.settled += settled;
		sums.kept += settled && !came_again(story, life);
	}
	return sums;
}

static void expect_ratio(const struct figure *figure, int64_t numerator, int64_t denominator, const char *what, uint64_t seed)
{
	if (figure->known != (denominator > 0) || (figure->known && (figure->numerator != numerator || figure->n != denominator)))
		fail_msg("seed %llu: %s is %lld of %lld, not %lld of %lld", (unsigned long long)seed, what, (long long)figure->numerator,
			(long long)figure->n, (long long)numerator, (long long)denominator);
}

static void compare_sums(const struct teller *t, const struct story *story, uint64_t seed)
{
	for (int calm = 0; calm < 2; calm++) {
		const struct sums sums = sum_lives(story, calm, engine_now(t->engine));
		struct figure aht = in_scope(t, "aht", calm), csat = in_scope(t, "csat", calm), response = in_scope(t, "csat_response", calm);
		expect_ratio(&aht, sums.handled, sums.legs, calm ? "calm aht" : "aht", seed);
		expect_ratio(&csat, sums.top, sums.n, calm ? "calm csat" : "csat", seed);
		struct figure fcr = in_scope(t, "fcr", calm);
		struct figure low = in_scope(t, "csat_low", calm);
		expect_ratio(&low, sums.low, sums.n, calm ? "calm csat_low" : "csat_low", seed);
		expect_ratio(&fcr, sums.kept, sums.settled, calm ? "calm fcr" : "fcr", seed);
		expect_ratio(&response, sums.n, sums.sent, calm ? "calm response" : "response", seed);
		if (!calm)
			continue;
		for (int aside = 0; aside < 2; aside++) {
			aht = in_scope(t, "aht_calm", aside);
			csat = in_scope(t, "csat_calm", aside);
			expect_ratio(&aht, sums.handled, sums.legs, "aht_calm", seed);
			expect_ratio(&csat, sums.top, sums.n, "csat_calm", seed);
			fcr = in_scope(t, "fcr_calm", aside);
			expect_ratio(&fcr, sums.kept, sums.settled, "fcr_calm", seed);
		}
		int flagged = 0, legs = 0;
		for (int i = 0; i < CONTACTS; i++) {
			flagged += story->lives[i].flagged;
			legs += story->lives[i].flagged ? story->lives[i].legs : 0;
		}
		assert_int_equal(count_of(t, "rude_count"), flagged);
		assert_int_equal(count_of(t, "rude_legs"), legs);
	}
}

static int rounds(int ordinary)
{
	const char *factor = getenv("TABLO_ROUNDS");
	return ordinary * (factor ? atoi(factor) : 1);
}

static void settle_soon(struct settings *settings)
{
	settings->fcr_within = WITHIN;
}

static void sums_with_and_without(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= (uint64_t)rounds(60); seed++) {
		struct story story = tell_story(seed);
		struct teller t;
		teller_open(&t, settle_soon);
		play(&t, &story, WHOLE, seed % 2 ? story.count / 2 + seed % 7 : SIZE_MAX);
		compare_sums(&t, &story, seed);
		teller_close(&t);
		free(story.events);
	}
}

/* ---- withdrawn ---- */

static bool tells_of_withdrawals(const char *metric)
{
	return strncmp(metric, "rude_false", 10) == 0;
}

static bool same_figure(const struct figure *a, const struct figure *b)
{
	return a->known == b->known && a->numerator == b->numerator && a->denominator == b->denominator && a->n == b->n && a->low == b->low &&
		a->high == b->high && a->level == b->level && a->reached == b->reached && a->at_least == b->at_least && a->nominal == b->nominal;
}

static void compare_scope(const struct teller *a, const struct teller *b, struct scope scope, uint64_t seed)
{
	for (int window = WINDOW_5M; window <= WINDOW_24H; window++)
		for (int by = 0; by < 2; by++)
			for (int i = 0; i < metric_count; i++) {
				if (tells_of_withdrawals(metrics[i].name))
					continue;
				struct figure x = figure_in(a, metrics[i].name, (enum window)window, (enum attribution)by, scope);
				struct figure y = figure_in(b, metrics[i].name, (enum window)window, (enum attribution)by, scope);
				if (x.numerator == 0 && y.numerator == 0 && strstr(metrics[i].name, "_peak"))
					continue; /* a peak of nothing is known where somebody looked */
				if (!same_figure(&x, &y))
					fail_msg("seed %llu: %s over %s differs: %lld/%lld, %lld/%lld", (unsigned long long)seed, metrics[i].name,
						window_names[window], (long long)x.numerator, (long long)x.denominator, (long long)y.numerator,
						(long long)y.denominator);
			}
}

static void a_withdrawn_flag_leaves_no_trace(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= (uint64_t)rounds(4); seed++) {
		struct story story = tell_story(seed * 77);
		struct teller with, without;
		teller_open(&with, settle_soon);
		teller_open(&without, settle_soon);
		play(&with, &story, WITHDRAWN_AT_LAST, SIZE_MAX);
		play(&without, &story, WITHOUT_CONDUCT, SIZE_MAX);
		pass(&without, engine_now(with.engine));
		compare_scope(&with, &without, SCOPE_ALL, seed);
		struct scope calm = SCOPE_ALL;
		calm.calm = 1;
		compare_scope(&with, &without, calm, seed);
		for (int i = 0; i < AGENTS; i++) {
			char text[20];
			struct scope ours, theirs;
			snprintf(text, sizeof text, "agent=a%d", i);
			if (!list_scope_parse(with.engine, text, &ours, NULL) || !list_scope_parse(without.engine, text, &theirs, NULL))
				continue;
			assert_int_equal(ours.agent, theirs.agent);
			compare_scope(&with, &without, ours, seed);
		}
		teller_close(&with);
		teller_close(&without);
		free(story.events);
	}
}

/* ---- single rules ---- */

static void begin(struct teller *t, int64_t at, const char *contact)
{
	char keys[100];
	snprintf(keys, sizeof keys, "contact=%s queue=Billing channel=phone customer=k", contact);
	tell(t, at, "contact.queued", keys);
	snprintf(keys, sizeof keys, "contact=%s agent=ana", contact);
	tell(t, at, "contact.answered", keys);
}

static void false_flags_by_source(void **state)
{
	(void)state;
	static const char *const by[] = {"agent", "lead", "engine"};
	struct teller t;
	teller_open(&t, NULL);
	for (int i = 0; i < 12; i++) {
		char contact[8], keys[100];
		snprintf(contact, sizeof contact, "c%d", i);
		begin(&t, T0 + i * M, contact);
		snprintf(keys, sizeof keys, "contact=c%d kind=insult aim=agent by=%s", i, by[i % 3]);
		tell(&t, T0 + i * M + S, "conduct.signalled", keys);
		snprintf(keys, sizeof keys, "contact=c%d agent=ana", i);
		if (i % 3 == 2 || i == 0) /* all of the engine's, one of the agents', none of the leads' */
			tell(&t, T0 + i * M + 2 * S, "conduct.withdrawn", keys);
	}
	const struct { const char *metric; int64_t withdrawn; } rates[] = {{"rude_false_agent", 1}, {"rude_false_lead", 0}, {"rude_false_engine", 4}};
	for (size_t i = 0; i < 3; i++) {
		struct figure figure = figure_of(&t, rates[i].metric, WINDOW_24H);
		assert_int_equal(figure.numerator, rates[i].withdrawn);
		assert_int_equal(figure.n, 4);
	}
	struct figure all = figure_of(&t, "rude_false_rate", WINDOW_24H);
	assert_int_equal(all.numerator, 5);
	assert_int_equal(all.n, 12);
	teller_close(&t);
}

/* After two thousand others its contact is forgotten; its flag can still be withdrawn. */
static void withdrawn_when_the_contact_is_gone(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	begin(&t, T0, "x");
	tell(&t, T0 + S, "conduct.step", "contact=x agent=ana step=request");
	tell(&t, T0 + M, "contact.released", "contact=x agent=ana by=customer wrap_ms=1000");
	assert_int_equal(count_of(&t, "rude_legs"), 1);
	for (int i = 0; i < 2100; i++) {
		char keys[60];
		snprintf(keys, sizeof keys, "contact=n%d queue=Billing channel=phone", i);
		tell(&t, T0 + 2 * M + i * 100, "contact.queued", keys);
		snprintf(keys, sizeof keys, "contact=n%d why=abandoned", i);
		tell(&t, T0 + 2 * M + i * 100 + 50, "contact.left", keys);
	}
	tell(&t, T0 + H, "survey.answered", "survey=s contact=x kind=csat score=1000 min=1000 max=5000");
	assert_int_equal(figure_of(&t, "csat", WINDOW_24H).n, 1);
	assert_false(figure_of(&t, "csat_calm", WINDOW_24H).known);
	tell(&t, T0 + 2 * H, "conduct.withdrawn", "contact=x agent=lead");
	pass(&t, T0 + 2 * H + 5 * S);
	assert_int_equal(fault_total(&t, FAULT_IMPOSSIBLE), 0);
	assert_int_equal(count_of(&t, "rude_count"), 0);
	assert_int_equal(count_of(&t, "rude_legs"), 0);
	assert_int_equal(count_of(&t, "rude_unresolved"), 0);
	assert_int_equal(figure_of(&t, "csat_calm", WINDOW_24H).n, 1);
	assert_int_equal(figure_in(&t, "rude_count", WINDOW_24H, BY_ARRIVAL, SCOPE_ALL).numerator, 0);
	teller_close(&t);
}

/* However often the wrong step is tried, withdrawing takes all faults back. */
static void many_faults_are_taken_back(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	begin(&t, T0, "x");
	for (int i = 0; i < 40; i++)
		tell(&t, T0 + (i + 1) * S, "conduct.step", "contact=x agent=ana step=warning");
	assert_in_range(count_of(&t, "rude_faults"), 8, 40);
	tell(&t, T0 + M, "conduct.withdrawn", "contact=x agent=lead");
	assert_int_equal(count_of(&t, "rude_faults"), 0);
	teller_close(&t);
}

/* Who told of it a day late told nothing that is counted, so there is nothing to take back. */
static void what_was_not_counted_is_not_taken_back(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	begin(&t, T0, "x");
	pass(&t, T0 + 23 * H);
	tell(&t, T0 + 23 * H, "contact.held", "contact=x agent=ana");
	tell_late(&t, T0 + 25 * H, T0 + S, "conduct.signalled", "contact=x kind=insult aim=agent by=agent");
	assert_int_equal(gauge(&t, "rude_now"), 1);
	tell(&t, T0 + 25 * H + S, "conduct.withdrawn", "contact=x agent=lead");
	assert_int_equal(gauge(&t, "rude_now"), 0);
	assert_int_equal(figure_of(&t, "rude_count", WINDOW_7D).numerator, 0);
	assert_false(figure_of(&t, "rude_false_rate", WINDOW_7D).known);
	teller_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_with_and_without), cmocka_unit_test(a_withdrawn_flag_leaves_no_trace),
		cmocka_unit_test(false_flags_by_source), cmocka_unit_test(withdrawn_when_the_contact_is_gone),
		cmocka_unit_test(many_faults_are_taken_back), cmocka_unit_test(what_was_not_counted_is_not_taken_back),
	};
	return cmocka_run_group_tests_name("conduct_calm", tests, NULL, NULL);
}
