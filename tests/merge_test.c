/* One snapshot of several sites: lists joined and in order, queues with their site, sites that are stale or missing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "store/merge.h"
#include "tests/teller.h"

#include <cmocka.h>

#define SITES 3

struct stage {
	struct teller tellers[SITES];
	struct settings *settings;
	struct zone *zone;
	struct engine *names;
	struct merge_site sites[SITES];
	struct merge merge;
	struct snapshot *snapshot;
};

static const char *const site_names[SITES] = {"tokyo", "berlin", "лима"};

static void open_stage(struct stage *stage)
{
	*stage = (struct stage){.settings = settings_create()};
	assert_true(settings_set(stage->settings, "zone", "UTC", NULL));
	stage->zone = zone_open("UTC", NULL);
	stage->names = engine_create(stage->settings, NULL);
	for (int i = 0; i < SITES; i++) {
		teller_open(&stage->tellers[i], NULL);
		stage->sites[i] = (struct merge_site){.name = site_names[i], .engine = stage->tellers[i].engine, .settings = stage->tellers[i].settings,
			.zone = stage->zone, .link = LINK_LIVE, .why = ""};
	}
}

static void close_stage(struct stage *stage)
{
	snapshot_destroy(stage->snapshot);
	merge_finish(&stage->merge);
	for (int i = 0; i < SITES; i++)
		teller_close(&stage->tellers[i]);
	engine_destroy(stage->names);
	zone_close(stage->zone);
	settings_destroy(stage->settings);
}

static const struct snapshot *look(struct stage *stage, int site)
{
	const struct snapshot_request request = {.scope = SCOPE_ALL, .window = WINDOW_30M, .formula = -1, .site = site, .lists = ~0u};
	snapshot_destroy(stage->snapshot);
	merge_set(&stage->merge, stage->names, stage->sites, SITES);
	stage->snapshot = snapshot_merge(&stage->merge, stage->settings, stage->zone, &request);
	return stage->snapshot;
}

static int64_t value_of(const struct snapshot *snapshot, const char *metric)
{
	return snapshot_figure(snapshot, metric)->numerator;
}

/* Billing waits at all three, the longest in berlin; VIP is tokyo's alone. */
static void tell_waits(struct stage *stage)
{
	tell(&stage->tellers[0], T0 + 30000, "contact.queued", "contact=a queue=Billing channel=phone");
	tell(&stage->tellers[0], T0 + 40000, "contact.queued", "contact=b queue=VIP channel=phone");
	tell(&stage->tellers[1], T0, "contact.queued", "contact=a queue=Billing channel=phone");
	tell(&stage->tellers[2], T0 + 50000, "contact.queued", "contact=a queue=Billing channel=phone");
	for (int i = 0; i < SITES; i++)
		pass(&stage->tellers[i], T0 + 60000);
}

static void totals_are_sums_and_the_longest_has_its_site(void **state)
{
	(void)state;
	struct stage stage;
	open_stage(&stage);
	tell_waits(&stage);
	const struct snapshot *snapshot = look(&stage, 0);
	assert_int_equal(snapshot->at, T0 + 60000);
	assert_int_equal(value_of(snapshot, "queue_depth"), 4);
	assert_int_equal(value_of(snapshot, "offered"), 4);
	assert_int_equal(value_of(snapshot, "longest_wait"), 60000);
	assert_string_equal(snapshot->longest_where, "berlin \u00B7 Billing \u00B7 phone");
	assert_string_equal(snapshot->scope_text, "3 sites \u00B7 all queues");
	assert_false(snapshot->stale);
	assert_int_equal(snapshot->sites_stale, 0);
	close_stage(&stage);
}

/* Clocks are added; agents, call-backs and markets keep their site. */
static void what_pages_ask_for_is_joined(void **state)
{
	(void)state;
	struct stage stage;
	open_stage(&stage);
	for (int i = 0; i < SITES; i++) {
		tell(&stage.tellers[i], T0, "agent.state", i == 1 ? "agent=ana state=away" : "agent=zoe state=available");
		tell(&stage.tellers[i], T0, "case.opened", "case=c1 queue=Billing channel=chat priority=2 market=DE");
		tell(&stage.tellers[i], T0, "sla.started", "case=c1 clock=resolve target_ms=600000");
		tell(&stage.tellers[i], T0 + i * 1000, "survey.answered", "survey=s1 kind=nps score=3000 min=0 max=10000 case=c1");
		tell(&stage.tellers[i], T0, "contact.left", "contact=nobody why=abandoned");
		pass(&stage.tellers[i], T0 + 60000);
	}
	const struct snapshot *snapshot = look(&stage, 0);
	assert_int_equal(snapshot->agent_count, 3);
	assert_string_equal(snapshot->agents[0].name, "berlin/ana");
	assert_string_equal(list_scope_name(stage.names, snapshot->agents[0].scope, "agent"), "ana");
	assert_int_equal(snapshot->clock_kind_count, SLA_CLOCK_COUNT);
	assert_int_equal(snapshot->clock_kinds[SLA_RESOLVE].running, 3);
	assert_int_equal(snapshot->priority_count, 1);
	assert_string_equal(snapshot->priorities[0].name, "P2");
	assert_int_equal(snapshot->priorities[0].running, 3);
	assert_int_equal(snapshot->followup_count, 3);
	assert_string_equal(snapshot->followups[0].queue, "tokyo/Billing"); /* waits longest */
	assert_int_equal(snapshot->market_count, 3);
	assert_string_equal(snapshot->markets[1].of.name, "berlin/DE");
	assert_int_equal(snapshot->impossible_count, 1);
	assert_int_equal(snapshot->impossible[0].count, 3);
	snapshot = look(&stage, 2);
	assert_int_equal(snapshot->agent_count, 1);
	assert_string_equal(snapshot->agents[0].name, "ana");
	close_stage(&stage);
}

static void rows_keep_their_site(void **state)
{
	(void)state;
	struct stage stage;
	open_stage(&stage);
	tell_waits(&stage);
	const struct snapshot *snapshot = look(&stage, 0);
	assert_int_equal(snapshot->row_count, 4);
	for (int i = 0; i < snapshot->row_count; i++) {
		const struct snapshot_row *row = &snapshot->rows[i];
		assert_true(*row->site);
		assert_int_equal(row->shared, strcmp(row->queue, "Billing") == 0);
		assert_int_equal(row->figures[metric_find("queue_depth")].numerator, 1);
		assert_string_equal(list_scope_name(stage.names, row->scope, "queue"), row->queue);
	}
	assert_string_equal(snapshot->rows[0].site, "berlin"); /* the longest wait first */
	assert_string_equal(snapshot->rows[3].site, "лима");
	assert_int_equal(snapshot->queue_count, 2);
	close_stage(&stage);
}

static void one_site_alone_is_as_its_own_board(void **state)
{
	(void)state;
	struct stage stage;
	open_stage(&stage);
	tell_waits(&stage);
	const struct snapshot *snapshot = look(&stage, 2); /* counted from 1 */
	assert_int_equal(value_of(snapshot, "queue_depth"), 1);
	assert_int_equal(snapshot->row_count, 1);
	assert_string_equal(snapshot->rows[0].site, "");
	assert_string_equal(snapshot->scope_text, "berlin \u00B7 all queues");
	assert_string_equal(snapshot->longest_where, "Billing \u00B7 phone");
	assert_int_equal(snapshot->site_count, SITES);
	assert_true(snapshot->sites[1].shown);
	assert_false(snapshot->sites[0].shown);
	assert_int_equal(look(&stage, SITES + 5)->request.site, 0);
	close_stage(&stage);
}

static void a_stale_site_is_told_apart(void **state)
{
	(void)state;
	struct stage stage;
	open_stage(&stage);
	tell_waits(&stage);
	stage.sites[1].link = LINK_STALE;
	stage.sites[1].silent = 42000;
	stage.sites[1].why = "start it";
	const struct snapshot *snapshot = look(&stage, 0);
	assert_false(snapshot->stale);
	assert_int_equal(snapshot->sites_stale, 1);
	assert_true(snapshot->sites[1].stale);
	assert_int_equal(snapshot->sites[1].silent, 42000);
	assert_string_equal(snapshot->sites[1].why, "start it");
	for (int i = 0; i < snapshot->row_count; i++)
		assert_int_equal(snapshot->rows[i].stale, strcmp(snapshot->rows[i].site, "berlin") == 0);
	assert_true(look(&stage, 1 + 1)->stale); /* of that one alone all is stale */
	stage.sites[0].link = stage.sites[2].link = LINK_STALE;
	assert_true(look(&stage, 0)->stale);
	close_stage(&stage);
}

static void a_site_of_which_nothing_is_known_is_missing(void **state)
{
	(void)state;
	struct stage stage;
	open_stage(&stage);
	tell_waits(&stage);
	stage.sites[0].engine = NULL;
	stage.sites[0].link = LINK_CONNECTING;
	const struct snapshot *snapshot = look(&stage, 0);
	assert_int_equal(value_of(snapshot, "queue_depth"), 2);
	assert_int_equal(snapshot->sites_stale, 1);
	assert_false(snapshot->sites[0].known);
	for (int i = 0; i < SITES; i++)
		stage.sites[i].engine = NULL;
	snapshot = look(&stage, 0);
	assert_true(snapshot->nothing);
	assert_int_equal(snapshot->at, INT64_MIN);
	close_stage(&stage);
}

static void lists_are_joined_in_order(void **state)
{
	(void)state;
	struct stage stage;
	open_stage(&stage);
	static const char *const targets[SITES] = {"900000", "300000", "600000"};
	for (int i = 0; i < SITES; i++) {
		char keys[100];
		tell(&stage.tellers[i], T0, "case.opened", "case=k queue=Billing channel=email");
		snprintf(keys, sizeof keys, "case=k clock=first_reply target_ms=%s", targets[i]);
		tell(&stage.tellers[i], T0, "sla.started", keys);
		tell(&stage.tellers[i], T0 + 1000 * i, "contact.queued", "contact=c queue=Billing channel=phone");
		tell(&stage.tellers[i], T0 + 1000 * i + 1, "contact.answered", "contact=c agent=Eva");
		tell(&stage.tellers[i], T0 + 1000 * i + 2, "conduct.step", i == 2 ? "contact=c step=request agent=Eva" : "contact=c step=request agent=Ann");
		pass(&stage.tellers[i], T0 + 20000);
	}
	const struct snapshot *snapshot = look(&stage, 0);
	assert_int_equal(snapshot->due_count, 3);
	assert_string_equal(snapshot->due[0].queue, "berlin/Billing");
	assert_string_equal(snapshot->due[1].queue, "лима/Billing");
	assert_string_equal(snapshot->due[2].queue, "tokyo/Billing");
	assert_int_equal(snapshot->due_10m, 2);
	assert_int_equal(snapshot->conduct_count, 3);
	assert_string_equal(snapshot->conduct[0].queue, "tokyo/Billing"); /* the oldest step first */
	assert_string_equal(snapshot->conduct[2].queue, "лима/Billing");
	assert_int_equal(value_of(snapshot, "rude_now"), 3);
	close_stage(&stage);
}

/* Each site had one rude contact, a step out of turn, and the customer is back on the line. */
static void conduct_is_joined(void **state)
{
	(void)state;
	struct stage stage;
	open_stage(&stage);
	for (int i = 0; i < SITES; i++) {
		struct teller *t = &stage.tellers[i];
		tell(t, T0, "contact.queued", "contact=c queue=Billing channel=phone customer=k");
		tell(t, T0 + S, "contact.answered", "contact=c agent=Eva");
		tell(t, T0 + 2 * S, "conduct.step", i == 1 ? "contact=c step=request agent=Eva" : "contact=c step=demand agent=Eva");
		tell(t, T0 + (10 + i) * S, "contact.released", "contact=c agent=Eva by=customer wrap_ms=0");
		tell(t, T0 + 20 * S, "contact.queued", "contact=d queue=Billing channel=phone customer=k");
		pass(t, T0 + 30 * S);
	}
	const struct snapshot *snapshot = look(&stage, 0);
	assert_int_equal(snapshot->flagged_before_count, 3);
	assert_int_equal(snapshot->flagged_before[0].prior_step, STEP_REQUEST); /* the furthest step first */
	assert_int_equal(snapshot->flagged_before[1].prior_step, STEP_NONE);
	assert_int_equal(snapshot->load_count, 3);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(snapshot->loads[i].rude, 1);
		assert_non_null(strstr(snapshot->loads[i].agent, "/Eva"));
		assert_non_null(strstr(snapshot->flagged_before[i].queue, "/Billing"));
	}
	assert_int_equal(snapshot->protocol_fault_count, 2);
	assert_string_equal(snapshot->protocol_faults[0].what, "skipped");
	assert_int_equal(value_of(snapshot, "rude_legs"), 3);
	assert_false(snapshot_figure(snapshot, "aht_calm")->known);
	look(&stage, 2);
	assert_int_equal(stage.snapshot->load_count, 1);
	close_stage(&stage);
}

static void names_are_added_and_people_kept_apart(void **state)
{
	(void)state;
	struct stage stage;
	open_stage(&stage);
	for (int i = 0; i < SITES; i++) {
		for (int n = 0; n <= i; n++)
			tell(&stage.tellers[i], T0 + n, "refusal.said", n == 0 ? "policy=invoice agent=Eva" : "policy=refund agent=Eva");
		tell(&stage.tellers[i], T0 + 10, "agent.mistake", "agent=Eva kind=typo by=lead");
		tell(&stage.tellers[i], T0 + 11, "note.posted", i == 1 ? "text=newest by=lead" : "text=older by=lead");
		pass(&stage.tellers[i], T0 + 20000);
	}
	tell(&stage.tellers[1], T0 + 21000, "note.posted", "text=newest by=lead");
	const struct snapshot *snapshot = look(&stage, 0);
	assert_int_equal(snapshot->refusal_count, 2);
	assert_int_equal(snapshot->refusals_total, 6);
	assert_string_equal(snapshot->refusals[0].name, "invoice");
	assert_int_equal(snapshot->refusals[0].count, 3);
	assert_int_equal(snapshot->refusals[1].count, 3);
	assert_int_equal(snapshot->mistake_count, 3);
	assert_string_equal(snapshot->mistakes[0].name, "berlin/Eva");
	assert_string_equal(snapshot->note, "berlin: newest");
	close_stage(&stage);
}

static void sites_in_other_zones_have_their_own_day(void **state)
{
	(void)state;
	struct stage stage;
	open_stage(&stage);
	/* T0 is 22:13 in UTC, 07:13 of the next day in Tokyo: what happened there an hour before its midnight is yesterday's. */
	const int64_t before = T0 - 8 * HOUR_MS - 13 * MINUTE_MS;
	teller_close(&stage.tellers[0]);
	struct settings *settings = settings_create();
	assert_true(settings_set(settings, "zone", "Asia/Tokyo", NULL));
	stage.tellers[0] = (struct teller){.settings = settings, .seq = 1, .engine = engine_create(settings, NULL)};
	stage.sites[0].engine = stage.tellers[0].engine;
	stage.sites[0].settings = settings;
	struct zone *tokyo = zone_open("Asia/Tokyo", NULL);
	stage.sites[0].zone = tokyo;
	for (int i = 0; i < SITES; i++) {
		tell(&stage.tellers[i], before, "contact.queued", "contact=c queue=Billing channel=phone");
		pass(&stage.tellers[i], T0);
	}
	const struct snapshot *snapshot = look(&stage, 0);
	assert_true(snapshot->zones_differ);
	assert_int_equal(snapshot_count_today(snapshot, "offered"), 2);
	assert_false(look(&stage, 2)->zones_differ);
	close_stage(&stage);
	zone_close(tokyo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(totals_are_sums_and_the_longest_has_its_site), cmocka_unit_test(rows_keep_their_site), cmocka_unit_test(what_pages_ask_for_is_joined),
		cmocka_unit_test(one_site_alone_is_as_its_own_board), cmocka_unit_test(a_stale_site_is_told_apart),
		cmocka_unit_test(a_site_of_which_nothing_is_known_is_missing), cmocka_unit_test(lists_are_joined_in_order), cmocka_unit_test(conduct_is_joined),
		cmocka_unit_test(names_are_added_and_people_kept_apart), cmocka_unit_test(sites_in_other_zones_have_their_own_day),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
