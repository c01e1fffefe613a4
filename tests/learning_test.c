/* What can be learned: topics, praise, call-backs, false flags by publisher, scores that rest on few answers; and how alerts' commands are
 * held back. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/alert_exec.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"
#include "metrics/lists_learning.h"
#include "metrics/lists_service.h"
#include "metrics/past.h"
#include "tests/sample_snapshot.h"
#include "tests/teller.h"
#include "widgets/pages.h"

#include <cmocka.h> /* last: it makes a macro of fail */

/* ---- topics ---- */

/* A resolved contact of this customer and topic. */
static void call(struct teller *t, int64_t at, int number, int customer, const char *topic)
{
	char keys[160];
	snprintf(keys, sizeof keys, "contact=t%d queue=Billing channel=phone customer=k%d topic=%s", number, customer, topic);
	tell(t, at, "contact.queued", keys);
	snprintf(keys, sizeof keys, "contact=t%d agent=ana", number);
	tell(t, at + S, "contact.answered", keys);
	snprintf(keys, sizeof keys, "contact=t%d agent=ana by=customer wrap_ms=0", number);
	tell(t, at + 2 * S, "contact.released", keys);
}

static struct period whole_time(const struct teller *t)
{
	return (struct period){T0 - D, engine_now(t->engine), T0 - 2 * D, T0 - D};
}

/* What comes after the first five hundred is counted all the same, together. */
static void topics_without_end(void **state)
{
	(void)state;
	struct teller t;
	struct list_topic *items = memory_new(600, sizeof *items), total;
	teller_open(&t, NULL);
	for (int i = 0; i < 700; i++) {
		char topic[20];
		snprintf(topic, sizeof topic, "topic-%d", i);
		call(&t, T0 + i * 10 * S, 2 * i, i, topic);
		if (i >= 600)
			call(&t, T0 + i * 10 * S + 3 * S, 2 * i + 1, i, topic);
	}
	const struct period period = whole_time(&t);
	const int count = list_topics(t.engine, &period, items, 600, &total);
	assert_int_equal(count, 501);
	assert_string_equal(items[0].name, "other");
	assert_int_equal(items[0].recontacts, 100);
	assert_int_equal(items[0].contacts, 300);
	assert_int_equal(total.contacts, 800);
	assert_int_equal(list_topics(t.engine, &period, items, 3, &total), 3);
	assert_int_equal(total.contacts, 800);
	assert_int_equal(count_of(&t, "recontacts"), 100);
	teller_close(&t);
	free(items);
}

/* Told late, it counts on the day of the contact that did not suffice. */
static void a_late_one_counts_on_its_day(void **state)
{
	(void)state;
	struct teller t;
	struct list_topic item;
	teller_open(&t, NULL);
	const int64_t day = T0 - T0 % D + D; /* midnight */
	call(&t, day - 2 * H, 1, 1, "sim");
	pass(&t, day + 5 * H);
	const struct period yesterday = {day - D - 1, day - 1, 0, 0}, today = {day - 1, day + 20 * H, day - D - 1, day - 1};
	assert_int_equal(list_topics(t.engine, &yesterday, &item, 1, NULL), 1);
	assert_int_equal(item.recontacts, 0);
	tell_late(&t, day + 6 * H, day - H, "contact.queued", "contact=late queue=Billing channel=phone customer=k1 topic=sim");
	assert_int_equal(list_topics(t.engine, &yesterday, &item, 1, NULL), 1);
	assert_int_equal(item.recontacts, 1);
	assert_int_equal(item.contacts, 1);
	assert_int_equal(list_topics(t.engine, &today, &item, 1, NULL), 1);
	assert_int_equal(item.recontacts, 0);
	assert_int_equal(item.before, 1);
	teller_close(&t);
}

struct reading {
	struct past_reading *past;
	bool first;
	int topics, wrong;
};

static void read_piece(void *context, const struct past_piece *piece)
{
	struct reading *reading = context;
	if (past_is_first(piece->kind) != reading->first)
		return;
	reading->topics += piece->name.size > 6 && memcmp(piece->name.data, "topic=", 6) == 0;
	reading->wrong += !past_read(reading->past, piece);
}

static void expect_same_topics(const struct teller *t, const struct engine *other)
{
	const struct period period = whole_time(t);
	struct list_topic ours[8], theirs[8];
	const int count = list_topics(t->engine, &period, ours, 8, NULL);
	assert_int_equal(count, 3);
	assert_int_equal(ours[0].recontacts, 12);
	assert_int_equal(list_topics(other, &period, theirs, 8, NULL), count);
	assert_memory_equal(ours, theirs, sizeof *ours * (size_t)count);
}

/* Without a state and its first records, too: from what a history has. */
static void topics_survive(void **state)
{
	(void)state;
	static const char *const names[] = {"sim", "bill", "parcel,late"};
	struct teller t;
	struct error err;
	teller_open(&t, NULL);
	for (int i = 0; i < 60; i++)
		call(&t, T0 + i * 7 * M, i, i % (i % 3 ? 60 : 8), names[i % 3]);
	struct engine *back = engine_create(t.settings, &err);
	struct reading reading = {.past = past_read_begin(back, engine_lsn(t.engine)), .first = true};
	for (int pass_number = 0; pass_number < 2; pass_number++) {
		struct past_since since = {0};
		reading.first = pass_number == 0;
		past_write(t.engine, &since, read_piece, &reading);
	}
	past_read_end(reading.past);
	assert_int_equal(reading.wrong, 0);
	assert_true(reading.topics > 3);
	expect_same_topics(&t, back);
	engine_destroy(back);
	size_t size;
	bool differs;
	uint8_t *bytes = engine_pack(t.engine, INT64_MIN, &size);
	back = engine_unpack(t.settings, bytes, size, &differs, &err);
	assert_non_null(back);
	expect_same_topics(&t, back);
	engine_destroy(back);
	free(bytes);
	teller_close(&t);
}

/* A piece of a topic that no name was told for is passed over. */
static void a_piece_without_its_topic(void **state)
{
	(void)state;
	static const char *const owners[] = {"topic=2/arrival", "topic=0/arrival", "topic=99999999999999999999/arrival", "topic=/arrival", "topic=-1/arrival"};
	struct teller t;
	teller_open(&t, NULL);
	struct past_reading *reading = past_read_begin(t.engine, 1);
	const uint8_t bytes[] = {0};
	for (size_t i = 0; i < sizeof owners / sizeof *owners; i++)
		assert_false(past_read(reading, &(struct past_piece){view_of(owners[i]), PAST_QUARTERS, T0 - T0 % (15 * M), {(const char *)bytes, 1}}));
	past_read_end(reading);
	teller_close(&t);
}

/* ---- praise ---- */

static void newest_praise_first(void **state)
{
	(void)state;
	struct teller t;
	struct list_praise items[20];
	teller_open(&t, NULL);
	assert_int_equal(list_newest_praises(t.engine, items, 20), 0);
	tell(&t, T0, "agent.state", "agent=Anna-Kern state=available team=Berlin");
	for (int i = 0; i < 30; i++)
		tell(&t, T0 + (i + 1) * M, "praise.received", i % 2 ? "by=customer agent=Anna-Kern" : "by=colleague agent=Bo");
	tell_late(&t, T0 + 40 * M, T0 + 29 * M + 30 * S, "praise.received", "by=customer");
	assert_int_equal(list_newest_praises(t.engine, items, 20), 20);
	assert_true(items[0].at == T0 + 30 * M && items[1].at == T0 + 29 * M + 30 * S && items[19].at == T0 + 12 * M);
	assert_string_equal(items[0].by, "customer");
	assert_string_equal(items[0].team, "Berlin");
	assert_string_equal(items[0].agent, "Anna-Kern");
	assert_string_equal(items[1].agent, "");
	assert_string_equal(items[2].by, "colleague");
	assert_string_equal(items[2].team, "");
	assert_int_equal(list_newest_praises(t.engine, items, 2), 2);
	assert_true(settings_set(t.settings, "display", "public", NULL));
	list_newest_praises(t.engine, items, 1);
	assert_null(strstr(items[0].agent, "Kern"));
	assert_string_equal(items[0].team, "Berlin");
	teller_close(&t);
}

/* ---- call-backs ---- */

static void three_attempts(struct settings *settings)
{
	settings->followup_attempts = 3;
}

static void unhappy(struct teller *t, int64_t at, int number)
{
	char keys[120];
	snprintf(keys, sizeof keys, "survey=u%d kind=nps score=2000 min=0 max=10000 customer=k%d", number, number);
	tell(t, at, "survey.answered", keys);
}

static void attempts_and_declined(void **state)
{
	(void)state;
	struct teller t;
	struct list_followup item;
	teller_open(&t, three_attempts);
	unhappy(&t, T0, 1);
	unhappy(&t, T0 + S, 2);
	unhappy(&t, T0 + 2 * S, 3);
	for (int i = 0; i < 2; i++)
		tell(&t, T0 + M + i * S, "followup.done", "customer=k1 agent=ana result=unreached");
	assert_int_equal(gauge(&t, "followup_open"), 3);
	assert_int_equal(list_followups(t.engine, SCOPE_ALL, engine_now(t.engine), &item, 1), 1);
	assert_int_equal(item.attempts, 2);
	assert_false(figure_of(&t, "followup_reached_rate", WINDOW_24H).known);
	tell(&t, T0 + 2 * M, "followup.done", "customer=k1 agent=ana result=unreached");
	tell(&t, T0 + 3 * M, "followup.done", "customer=k2 agent=ana result=declined");
	tell(&t, T0 + 4 * M, "followup.done", "customer=k3 agent=ana result=unreached");
	tell(&t, T0 + 5 * M, "followup.done", "customer=k3 agent=ana result=reached");
	assert_int_equal(gauge(&t, "followup_open"), 0);
	assert_int_equal(count_of(&t, "followup_tried"), 4);
	assert_int_equal(count_of(&t, "followup_declined"), 1);
	const struct figure rate = figure_of(&t, "followup_reached_rate", WINDOW_24H);
	assert_int_equal(rate.numerator, 1);
	assert_int_equal(rate.n, 2);
	teller_close(&t);
}

static void a_full_list_says_so(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	for (int i = 0; i < 10003; i++)
		unhappy(&t, T0 + i, i);
	assert_int_equal(gauge(&t, "followup_open"), 10000);
	assert_int_equal(fault_total(&t, FAULT_FOLLOWUP_LOST), 3);
	tell(&t, T0 + M, "followup.done", "customer=k77 agent=ana result=reached");
	unhappy(&t, T0 + 2 * M, 20000);
	assert_int_equal(fault_total(&t, FAULT_FOLLOWUP_LOST), 3);
	assert_int_equal(gauge(&t, "followup_open"), 10000);
	teller_close(&t);
}

/* ---- scores ---- */

static void alert_on_scores(struct settings *settings)
{
	static const char text[] = "alert \"low\" { metric = \"csat_low\" enter = 50 leave = 40 severity = \"critical\" window = \"60m\" }\n"
		"alert \"calm\" { metric = \"csat_calm\" enter = 50 leave = 60 severity = \"critical\" window = \"60m\" }\n"
		"level \"csat_calm\" { warn = 70 crit = 50 }\n";
	struct error err;
	if (!settings_read(settings, view_of(text), "text", &(struct settings_names){.metrics = metric_names()}, &err))
		fail_msg("%s", err.text);
}

/* Nine who are angry are no alarm, ten are. */
static void alerts_wait_for_ten_answers(void **state)
{
	(void)state;
	static const char *const scores[] = {"csat", "csat_low", "csat_calm"};
	struct teller t;
	struct list_alert items[8];
	teller_open(&t, alert_on_scores);
	for (int n = 0; n < 10; n++) {
		char keys[100];
		pass(&t, T0 + n * 2 * M);
		assert_int_equal(list_alerts(t.engine, engine_now(t.engine), items, 8), 0);
		for (size_t i = 0; i < sizeof scores / sizeof *scores; i++)
			assert_int_equal(figure_of(&t, scores[i], WINDOW_24H).level, LEVEL_NONE);
		snprintf(keys, sizeof keys, "survey=s%d kind=csat score=1000 min=1000 max=5000", n);
		tell(&t, T0 + n * 2 * M + S, "survey.answered", keys);
	}
	pass(&t, T0 + 30 * M);
	assert_int_equal(figure_of(&t, "csat_calm", WINDOW_24H).level, LEVEL_CRIT);
	int standing = 0;
	const int count = list_alerts(t.engine, engine_now(t.engine), items, 8);
	for (int i = 0; i < count; i++)
		standing += items[i].rule >= 0 && items[i].state != LIST_ALERT_CLEARED;
	assert_int_equal(standing, 2);
	teller_close(&t);
}

/* ---- false flags ---- */

static void false_flags_by_publisher(void **state)
{
	(void)state;
	struct teller t;
	struct list_false_flags item;
	char keys[100];
	teller_open(&t, NULL);
	assert_int_equal(list_false_flags(t.engine, &item, 1), 0);
	for (int i = 0; i < 5; i++) {
		call(&t, T0 + i * M, i, i, "sim");
		snprintf(keys, sizeof keys, "contact=t%d queue=Billing channel=phone customer=x%d", 100 + i, i);
		tell(&t, T0 + i * M + 10 * S, "contact.queued", keys);
		snprintf(keys, sizeof keys, "contact=t%d agent=ana", 100 + i);
		tell(&t, T0 + i * M + 11 * S, "contact.answered", keys);
		snprintf(keys, sizeof keys, "contact=t%d kind=insult aim=agent by=engine", 100 + i);
		tell(&t, T0 + i * M + 12 * S, "conduct.signalled", keys);
		tell(&t, T0 + i * M + 13 * S, "conduct.signalled", keys); /* once more is no other flag */
		snprintf(keys, sizeof keys, "contact=t%d agent=lead", 100 + i);
		if (i < 2)
			tell(&t, T0 + i * M + 14 * S, "conduct.withdrawn", keys);
	}
	assert_int_equal(list_false_flags(t.engine, &item, 1), 1);
	assert_int_equal(item.raised, 5);
	assert_int_equal(item.withdrawn, 2);
	assert_true(*item.src);
	teller_close(&t);
}

/* ---- the page ---- */

static int row_of(const struct snapshot *snapshot, const char *metric, const char *name, struct proof_request *request)
{
	for (int row = 0; row < page_rows(&page_learning_class, snapshot, NULL); row++) {
		*request = (struct proof_request){.number = 1};
		if (page_evidence(&page_learning_class, snapshot, NULL, row, request) && request->metric == metric_find(metric) && strcmp(request->name, name) == 0)
			return row;
	}
	return -1;
}

/* Each row asks for its own: whatever part of the board is shown, for the lists are of everything. */
static void rows_ask_for_their_own(void **state)
{
	(void)state;
	struct sample *sample = sample_create();
	struct snapshot *snapshot = &sample->snapshot;
	struct proof_request request;
	sample->settings.show_mistakes = true;
	snapshot->mistakes[0].scope = SCOPE_ALL;
	snapshot->mistakes[0].scope.agent = 7;
	assert_true(row_of(snapshot, "recontacts", "SIM swap", &request) >= 0);
	assert_true(request.is_scoped && request.by_day && request.scope.queue == SCOPE_ANY);
	assert_true(row_of(snapshot, "refusals", "refund after 14 days", &request) >= 0);
	assert_true(request.is_scoped && request.by_day && request.scope.queue == SCOPE_ANY);
	assert_true(row_of(snapshot, "mistakes", "Ilya P.", &request) >= 0);
	assert_string_equal(request.site, "");
	struct snapshot_site sites[2] = {{.name = "tokyo"}, {.name = "berlin"}};
	snapshot->sites = sites;
	snapshot->site_count = 2;
	snprintf(snapshot->mistakes[0].name, sizeof snapshot->mistakes[0].name, "berlin/Ilya P.");
	assert_true(row_of(snapshot, "mistakes", "Ilya P.", &request) >= 0);
	assert_string_equal(request.site, "berlin");
	snapshot->sites = NULL;
	snapshot->site_count = 0;
	sample_destroy(sample);
}

/* ---- commands of alerts ---- */

struct bench {
	struct teller teller;
	struct alert_exec *exec;
	char folder[64], script[96], said[96];
};

#define RULES 6

static void set_up(struct bench *bench, const char *script, struct alert_exec_bounds bounds)
{
	struct error err;
	char text[2000] = "";
	size_t used = 0;
	snprintf(bench->folder, sizeof bench->folder, "/tmp/tablo-exec-XXXXXX");
	assert_non_null(mkdtemp(bench->folder));
	snprintf(bench->script, sizeof bench->script, "%s/page", bench->folder);
	snprintf(bench->said, sizeof bench->said, "%s/said", bench->folder);
	FILE *to = fopen(bench->script, "w");
	fprintf(to, "#!/bin/sh\necho $$ >>%s\n%s\n", bench->said, script);
	assert_int_equal(fclose(to), 0);
	assert_int_equal(chmod(bench->script, 0700), 0);
	for (int i = 0; i < RULES; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "alert \"r%d\" { metric = \"queue_depth\" enter = 0 leave = 0 exec = \"%s\" }\n", i,
			bench->script);
	teller_open(&bench->teller, NULL);
	if (!settings_read(bench->teller.settings, view_of(text), "text", &(struct settings_names){.metrics = metric_names()}, &err))
		fail_msg("%s", err.text);
	engine_destroy(bench->teller.engine);
	bench->teller.engine = engine_create(bench->teller.settings, &err);
	bench->exec = alert_exec_create(bench->teller.settings);
	assert_non_null(bench->exec);
	alert_exec_bound(bench->exec, bounds);
	pass(&bench->teller, T0);
	alert_exec_turn(bench->exec, bench->teller.engine, true);
	tell(&bench->teller, T0 + S, "contact.queued", "contact=c queue=Billing channel=phone");
	pass(&bench->teller, T0 + 5 * S);
}

static void tear_down(struct bench *bench)
{
	char words[120];
	alert_exec_destroy(bench->exec);
	teller_close(&bench->teller);
	snprintf(words, sizeof words, "rm -rf %s", bench->folder);
	assert_int_equal(system(words), 0);
}

/* The numbers of the processes that began so far. */
static int begun(const struct bench *bench, long *pids)
{
	FILE *from = fopen(bench->said, "r");
	int count = 0;
	while (from && count < RULES && fscanf(from, "%ld", &pids[count]) == 1)
		count++;
	if (from)
		fclose(from);
	return count;
}

static int turn_until(struct bench *bench, int wanted, long *pids)
{
	const int64_t end = clock_monotonic() + 20 * S;
	int count = 0;
	while (count < wanted && clock_monotonic() < end) {
		alert_exec_turn(bench->exec, bench->teller.engine, true);
		count = begun(bench, pids);
	}
	return count;
}

/* One that hangs is ended with all it began. */
static void a_command_that_hangs_is_ended(void **state)
{
	(void)state;
	struct bench bench;
	long pids[RULES];
	set_up(&bench, "sleep 1000 &\necho $! >>$0.child\nwait", (struct alert_exec_bounds){.patience = 300, .period = 60 * S, .starts = 1});
	assert_int_equal(turn_until(&bench, 1, pids), 1);
	const int64_t end = clock_monotonic() + 20 * S;
	while (kill((pid_t)pids[0], 0) == 0 && clock_monotonic() < end)
		alert_exec_turn(bench.exec, bench.teller.engine, true);
	assert_int_equal(kill((pid_t)pids[0], 0), -1);
	assert_int_equal(errno, ESRCH);
	tear_down(&bench);
}

/* So many in a period; the others wait for the next one, none is lost. */
static void no_more_commands_than_allowed(void **state)
{
	(void)state;
	struct bench bench;
	long pids[RULES];
	const struct alert_exec_bounds held = {.patience = 30 * S, .period = 3600 * S, .starts = 4};
	set_up(&bench, "exit 0", held);
	assert_int_equal(turn_until(&bench, held.starts, pids), held.starts);
	for (int i = 0; i < 2000; i++)
		alert_exec_turn(bench.exec, bench.teller.engine, true);
	assert_int_equal(begun(&bench, pids), held.starts);
	alert_exec_bound(bench.exec, (struct alert_exec_bounds){.patience = 30 * S, .period = 1, .starts = 4});
	assert_int_equal(turn_until(&bench, RULES, pids), RULES);
	tear_down(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(topics_without_end), cmocka_unit_test(a_late_one_counts_on_its_day),
		cmocka_unit_test(topics_survive), cmocka_unit_test(a_piece_without_its_topic), cmocka_unit_test(newest_praise_first),
		cmocka_unit_test(attempts_and_declined), cmocka_unit_test(a_full_list_says_so), cmocka_unit_test(alerts_wait_for_ten_answers),
		cmocka_unit_test(false_flags_by_publisher), cmocka_unit_test(rows_ask_for_their_own), cmocka_unit_test(a_command_that_hangs_is_ended),
		cmocka_unit_test(no_more_commands_than_allowed)};
	return cmocka_run_group_tests_name("learning", tests, NULL, NULL);
}
