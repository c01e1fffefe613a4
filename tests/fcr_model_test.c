/* First contact resolution against a model that knows nothing of buckets, chains and timers: thousands of lives of contacts, late, transferred, with
 * cases that are reopened or thrown away, under each rule; and written down and read back in between. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "metrics/lists_learning.h"
#include "teller.h"

#include <cmocka.h> /* last: its macro fail() would hide ours */

#define CONTACTS 500
#define DAYS 12
#define ACTIONS_MOST (CONTACTS * 10)

enum what { CASE_OPENS, QUEUED, ANSWERED, LEFT, TRANSFERRED, RELEASED_AT_LAST, CASE_STATE };

struct action {
	int64_t recv, ts;
	int order, contact; /* order: of telling, among those received at once */
	enum what what;
	const char *state; /* of the case */
};

struct life { /* what the model knows of a contact, from what was told so far */
	int customer, topic, queue;
	bool has_case, is_known, is_released, is_resolved, is_solved, is_excluded;
	int64_t queued, released, resolved, reopened[4];
	int reopens;
};

struct world {
	struct teller teller;
	struct life lives[CONTACTS];
	struct action actions[ACTIONS_MOST];
	int count;
	uint64_t random;
	int64_t spans[3]; /* 24 h, 72 h, fcr_within */
};

static const struct { const char *metric; int span; } metrics_of[] = {{"fcr_24h", 0}, {"fcr_72h", 1}, {"fcr", 2}};
static const char *const topics[] = {"", " topic=bill", " topic=sim", " topic=wrong"};
#define TOPIC_EXCLUDED 3

static int64_t any(struct world *w, int64_t below)
{
	w->random = w->random * 6364136223846793005u + 1442695040888963407u;
	return (int64_t)((w->random >> 20) % (uint64_t)below);
}

static void act(struct world *w, int contact, enum what what, int64_t ts, int64_t late, const char *state)
{
	assert_true(w->count < ACTIONS_MOST);
	w->actions[w->count] = (struct action){ts + late, ts, w->count, contact, what, state};
	w->count++;
}

/* ---- lives ---- */

/* What is thrown away is thrown away while it is remembered: 72 h and a day at least. */
static void plan_case(struct world *w, int contact, int64_t queued)
{
	static const char *const ends[] = {"solved", "closed", "open", "solved reason=spam", "deleted", "merged"};
	act(w, contact, CASE_OPENS, T0, 0, NULL);
	int64_t at = queued + any(w, 5 * D);
	act(w, contact, CASE_STATE, at, 0, ends[any(w, at < queued + 90 * H ? 6 : 3)]);
	if (any(w, 2))
		return;
	at += 1 + any(w, 4 * D);
	act(w, contact, CASE_STATE, at, 0, "open");
	at += 1 + any(w, 2 * D);
	act(w, contact, CASE_STATE, at, 0, any(w, 8) || at > queued + 90 * H ? "solved" : "merged");
}

static void plan(struct world *w, int contact)
{
	struct life *life = &w->lives[contact];
	const int64_t queued = T0 + 1 + any(w, DAYS * D), late = any(w, 4) ? 0 : any(w, 23 * H);
	*life = (struct life){.customer = (int)(any(w, 3) ? any(w, 40) : any(w, 3)), .topic = (int)any(w, 12), .queue = (int)any(w, 2), .queued = queued};
	life->topic = life->topic == 11 ? TOPIC_EXCLUDED : life->topic % 3;
	life->has_case = !late && !any(w, 4);
	if (life->has_case)
		plan_case(w, contact, queued);
	act(w, contact, QUEUED, queued, late, NULL);
	int64_t at = queued + 1 + any(w, H);
	if (!any(w, 5)) {
		act(w, contact, LEFT, at, late, NULL);
		return;
	}
	act(w, contact, ANSWERED, at, late, NULL);
	const bool stays = !any(w, 8);
	if (!any(w, 8)) {
		at += 1 + any(w, H);
		act(w, contact, TRANSFERRED, at, late, NULL);
	}
	act(w, contact, RELEASED_AT_LAST, at + 1 + any(w, stays ? 4 * D : H), late, NULL);
}

static int by_time(const void *left, const void *right)
{
	const struct action *a = left, *b = right;
	return a->recv != b->recv ? (a->recv < b->recv ? -1 : 1) : a->order - b->order;
}

/* ---- telling it, to the engine and to the model ---- */

static void tell_queued(struct world *w, const struct action *action)
{
	const struct life *life = &w->lives[action->contact];
	char keys[200], item[40] = "";
	if (life->has_case)
		snprintf(item, sizeof item, " case=k%d", action->contact);
	snprintf(keys, sizeof keys, "contact=c%d channel=email queue=%c customer=p%d%s%s", action->contact, 'A' + life->queue, life->customer,
		topics[life->topic], item);
	tell_late(&w->teller, action->recv, action->ts, "contact.queued", keys);
}

static void tell_contact(struct world *w, const struct action *action, const char *type, const char *more)
{
	char keys[100];
	snprintf(keys, sizeof keys, "contact=c%d %s", action->contact, more);
	tell_late(&w->teller, action->recv, action->ts, type, keys);
}

static void tell_case(struct world *w, const struct action *action)
{
	char keys[100];
	snprintf(keys, sizeof keys, action->what == CASE_OPENS ? "case=k%d queue=A channel=email" : "case=k%d to=%s", action->contact, action->state);
	tell_late(&w->teller, action->recv, action->ts, action->what == CASE_OPENS ? "case.opened" : "case.state", keys);
}

static void tell_action(struct world *w, const struct action *action)
{
	switch (action->what) {
	case CASE_OPENS:
	case CASE_STATE:
		tell_case(w, action);
		break;
	case QUEUED:
		tell_queued(w, action);
		break;
	case ANSWERED:
		tell_contact(w, action, "contact.answered", "agent=ana");
		break;
	case LEFT:
		tell_contact(w, action, "contact.left", "why=abandoned");
		break;
	case TRANSFERRED:
		tell_contact(w, action, "contact.released", "agent=ana by=transfer wrap_ms=0");
		tell_contact(w, action, "contact.queued", "channel=email queue=B");
		tell_contact(w, action, "contact.answered", "agent=bob");
		break;
	case RELEASED_AT_LAST:
		tell_contact(w, action, "contact.released", "agent=bob by=customer wrap_ms=0");
		break;
	}
}

static void resolve(struct life *life, int64_t at)
{
	if (life->is_released && !life->is_resolved && !life->is_excluded && (!life->has_case || life->is_solved)) {
		life->is_resolved = true;
		life->resolved = at;
	}
}

static void note_state(struct life *life, const struct action *action)
{
	const bool solved = strncmp(action->state, "solved", 6) == 0 || strcmp(action->state, "closed") == 0;
	if (life->is_solved && strcmp(action->state, "open") == 0)
		life->reopened[life->reopens++] = action->ts;
	life->is_solved = solved;
	if (life->is_known)
		life->is_excluded |= strstr(action->state, "spam") || (!solved && strcmp(action->state, "open") != 0);
	resolve(life, action->ts);
}

static void note(struct world *w, const struct action *action)
{
	struct life *life = &w->lives[action->contact];
	if (action->what == QUEUED)
		life->is_known = true;
	if (action->what == CASE_STATE)
		note_state(life, action);
	if (action->what != RELEASED_AT_LAST)
		return;
	life->is_released = true;
	life->released = action->ts;
	resolve(life, action->ts);
}

/* ---- what must be so ---- */

static bool same_matter(const struct world *w, const struct life *a, const struct life *b)
{
	switch (w->teller.settings->fcr_match) {
	case FCR_MATCH_CUSTOMER:
		return true;
	case FCR_MATCH_QUEUE:
		return a->queue == b->queue;
	default:
		return !a->topic || !b->topic || a->topic == b->topic;
	}
}

static bool within(int64_t at, int64_t from, int64_t span)
{
	return at > from && at <= from + span;
}

static bool has_further(const struct world *w, const struct life *life, int64_t from, int64_t span)
{
	for (int i = 0; i < life->reopens; i++)
		if (within(life->reopened[i], from, span))
			return true;
	for (int i = 0; i < CONTACTS; i++) {
		const struct life *other = &w->lives[i];
		if (other->is_known && other->customer == life->customer && other->topic != TOPIC_EXCLUDED && within(other->queued, from, span) &&
			same_matter(w, life, other))
			return true;
	}
	return false;
}

static void expect(const struct world *w, int64_t now, int metric)
{
	int64_t settled = 0, kept = 0, open = 0, open_kept = 0;
	const int64_t span = w->spans[metrics_of[metric].span];
	for (int i = 0; i < CONTACTS; i++) {
		const struct life *life = &w->lives[i];
		if (!life->is_resolved || life->is_excluded || life->topic == TOPIC_EXCLUDED)
			continue;
		const int64_t from = w->teller.settings->fcr_from == FCR_FROM_QUEUED ? life->queued : life->released;
		const bool further = has_further(w, life, from, span), over = from + span < now;
		settled += over;
		kept += over && !further;
		open += !over;
		open_kept += !over && !further;
	}
	const struct figure outcome = figure_in(&w->teller, metrics_of[metric].metric, WINDOW_35D, BY_OUTCOME, SCOPE_ALL);
	const struct figure arrival = figure_in(&w->teller, metrics_of[metric].metric, WINDOW_35D, BY_ARRIVAL, SCOPE_ALL);
	if (outcome.n != settled || outcome.numerator != kept || arrival.n != settled || arrival.numerator != kept)
		fail_msg("%s after %lld h: %lld of %lld, by arrival %lld of %lld; it must be %lld of %lld", metrics_of[metric].metric,
			(long long)((now - T0) / H), (long long)outcome.numerator, (long long)outcome.n, (long long)arrival.numerator,
			(long long)arrival.n, (long long)kept, (long long)settled);
	if (settled)
		assert_int_equal(outcome.high, (kept + open_kept) * 1000000 / (settled + open));
	if (metric == 2)
		assert_int_equal(gauge(&w->teller, "fcr_open"), open);
}

static bool begins_in(int64_t at, int64_t from, int64_t to)
{
	const int64_t quarter = at - at % QUARTER_MS;
	return quarter > from && quarter <= to;
}

static void weigh_topic(const struct world *w, int topic, const struct period *period, int64_t now, struct list_topic *item)
{
	*item = (struct list_topic){.contacts = 0};
	for (int i = 0; i < CONTACTS; i++) {
		const struct life *life = &w->lives[i];
		if (!life->is_resolved || life->is_excluded || life->topic != topic)
			continue;
		const int64_t from = w->teller.settings->fcr_from == FCR_FROM_QUEUED ? life->queued : life->released;
		const bool further = has_further(w, life, from, w->spans[2]), over = from + w->spans[2] < now;
		item->before += further && begins_in(life->queued, period->before_from, period->before_to);
		if (!begins_in(life->queued, period->from, period->to))
			continue;
		item->contacts++;
		item->recontacts += further;
		item->settled += over;
		item->kept += over && !further;
	}
}

/* Each topic's own, and all together, of the whole time and of two parts of it. */
static void expect_topics(const struct world *w, int64_t now, int64_t middle)
{
	const struct period period = {middle, now, T0 - D, middle};
	struct list_topic items[4], sum, all = {.contacts = 0};
	const int count = list_topics(w->teller.engine, &period, items, 4, &sum);
	for (int topic = 1; topic < TOPIC_EXCLUDED; topic++) {
		struct list_topic wanted, found = {.contacts = 0};
		weigh_topic(w, topic, &period, now, &wanted);
		for (int i = 0; i < count; i++)
			if (strcmp(items[i].name, strchr(topics[topic], '=') + 1) == 0)
				found = items[i];
		if (found.contacts != wanted.contacts || found.recontacts != wanted.recontacts || found.before != wanted.before ||
			found.settled != wanted.settled || found.kept != wanted.kept)
			fail_msg("%s: %lld contacts, %lld and before %lld re-contacts, %lld settled, %lld kept; not %lld, %lld, %lld, %lld, %lld", topics[topic],
				(long long)found.contacts, (long long)found.recontacts, (long long)found.before, (long long)found.settled,
				(long long)found.kept, (long long)wanted.contacts, (long long)wanted.recontacts, (long long)wanted.before,
				(long long)wanted.settled, (long long)wanted.kept);
		all.contacts += wanted.contacts;
		all.recontacts += wanted.recontacts;
	}
	assert_int_equal(sum.contacts, all.contacts);
	assert_int_equal(sum.recontacts, all.recontacts);
	for (int i = 1; i < count; i++)
		assert_true(items[i - 1].recontacts >= items[i].recontacts);
}

/* The figure has those without a topic too. */
static void expect_recontacts(const struct world *w)
{
	const struct period whole = {T0 - D, T0 + 60 * D, 0, 0};
	int64_t wanted = 0;
	for (int topic = 0; topic < TOPIC_EXCLUDED; topic++) {
		struct list_topic item;
		weigh_topic(w, topic, &whole, T0, &item);
		wanted += item.recontacts;
	}
	assert_int_equal(figure_in(&w->teller, "recontacts", WINDOW_35D, BY_OUTCOME, SCOPE_ALL).numerator, wanted);
	assert_int_equal(figure_in(&w->teller, "recontacts", WINDOW_35D, BY_ARRIVAL, SCOPE_ALL).numerator, wanted);
}

static void expect_excluded(const struct world *w)
{
	int64_t excluded = 0;
	for (int i = 0; i < CONTACTS; i++)
		excluded += w->lives[i].is_released && (w->lives[i].is_excluded || w->lives[i].topic == TOPIC_EXCLUDED);
	assert_int_equal(figure_in(&w->teller, "fcr_excluded", WINDOW_35D, BY_OUTCOME, SCOPE_ALL).numerator, excluded);
}

/* What is read back is what was written, and goes on in its place. */
static void read_back(struct teller *t)
{
	size_t size, again;
	bool differs;
	uint8_t *bytes = engine_pack(t->engine, INT64_MIN, &size);
	struct error err = {0};
	struct engine *copy = engine_unpack(t->settings, bytes, size, &differs, &err);
	if (!copy)
		fail_msg("%s", err.text);
	uint8_t *second = engine_pack(copy, INT64_MIN, &again);
	assert_int_equal(size, again);
	assert_memory_equal(bytes, second, size);
	free(bytes);
	free(second);
	engine_destroy(t->engine);
	t->engine = copy;
}

static void check(struct world *w, int64_t now)
{
	pass(&w->teller, now);
	for (int metric = 0; metric < 3; metric++)
		expect(w, now, metric);
	expect_excluded(w);
	expect_recontacts(w);
	read_back(&w->teller);
	expect(w, now, 2);
	expect_topics(w, now, T0 - D);
	expect_topics(w, now, T0 + any(w, now - T0 + 1));
}

static void play(struct world *w)
{
	int64_t look = T0;
	for (int i = 0; i < w->count; i++) {
		const struct action *action = &w->actions[i];
		for (; look < action->recv; look += 1 + any(w, 3 * D))
			check(w, look);
		tell_action(w, action);
		note(w, action);
	}
	check(w, T0 + (DAYS + 12) * D);
	check(w, T0 + (DAYS + 12) * D + w->spans[2] + 2 * D);
}

static void rules(struct settings *settings)
{
	long_history(settings);
	assert_true(settings_set(settings, "lost_after", "30d", NULL));
	assert_true(settings_set(settings, "fcr_exclude_topics", "spam,Wrong", NULL));
	assert_true(settings_set(settings, "fcr_exclude_reasons", "spam", NULL));
}

static void live(uint64_t seed, int match, int from, const char *within_text)
{
	struct world *w = memory_new(1, sizeof *w);
	w->random = seed;
	teller_open(&w->teller, rules);
	assert_true(settings_set(w->teller.settings, "fcr_within", within_text, NULL));
	w->teller.settings->fcr_match = match;
	w->teller.settings->fcr_from = from;
	engine_destroy(w->teller.engine); /* of the rules as they are now */
	w->teller.engine = engine_create(w->teller.settings, NULL);
	w->spans[0] = D;
	w->spans[1] = 3 * D;
	w->spans[2] = w->teller.settings->fcr_within;
	for (int i = 0; i < CONTACTS; i++)
		plan(w, i);
	qsort(w->actions, (size_t)w->count, sizeof *w->actions, by_time);
	play(w);
	teller_close(&w->teller);
	free(w);
}

static void lives_under_each_rule(void **state)
{
	(void)state;
	const char *rounds = getenv("TABLO_ROUNDS");
	for (uint64_t seed = 1; seed <= (rounds ? strtoull(rounds, NULL, 10) : 1); seed++)
		for (int match = FCR_MATCH_TOPIC; match <= FCR_MATCH_CUSTOMER; match++)
			for (int from = FCR_FROM_QUEUED; from <= FCR_FROM_RELEASED; from++)
				live(seed * 31 + (uint64_t)(match * 2 + from), match, from, match == FCR_MATCH_TOPIC ? "7d" : from ? "30h" : "1d");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(lives_under_each_rule)};
	return cmocka_run_group_tests_name("fcr_model", tests, NULL, NULL);
}
