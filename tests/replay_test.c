/* A journal played back: the engine at any instant is byte for byte the one that was there then, whichever way one came; the chronicle
 * holds what a witness of the time saw. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "journal/journal.h"
#include "journal/record.h"
#include "journal/state_file.h"
#include "metrics/lists.h"
#include "metrics/lists_learning.h"
#include "metrics/lists_service.h"
#include "replay/chronicle.h"
#include "replay/evidence.h"
#include "replay/life.h"
#include "replay/player.h"
#include "tests/redis_day.h"

#include <cmocka.h> /* last: it makes a macro of fail */

#define MOMENTS 24
#define EVENTS 400 /* between two moments */

struct moment {
	uint64_t lsn;
	int64_t at;
	uint8_t *bytes;
	size_t size;
	bool shared; /* a later record was received in the same ms: only its number names it */
};

struct live {
	struct settings *settings;
	struct journal *journal;
	struct engine *engine;
	struct redis_day day;
	char directory[80];
	uint8_t id[JOURNAL_ID_SIZE];
	struct moment moments[MOMENTS];
	int moment; /* the next one */
	size_t incidents[INCIDENT_KINDS];
};

static void told(void *context, const struct record *record, struct view payload)
{
	struct live *live = context;
	struct wire_buffer room = {0};
	struct frame frame = record_frame(record, payload, &room);
	assert_int_equal(journal_append(live->journal, &frame), JOURNAL_OK);
	assert_int_equal(frame.lsn, record->lsn);
	wire_buffer_finish(&room);
	if (live->moment && live->moments[live->moment - 1].at == record->recv)
		live->moments[live->moment - 1].shared = true;
}

static void saw(void *context, const struct engine *engine, const struct incident *incident)
{
	struct live *live = context;
	assert_ptr_equal(engine, live->engine);
	live->incidents[incident->kind]++;
}

static void save_state(struct live *live, const struct moment *moment)
{
	struct error err;
	struct state_file state = {.lsn = moment->lsn, .recv = moment->at, .bytes = {(const char *)moment->bytes, moment->size}};
	memcpy(state.id, live->id, sizeof state.id);
	assert_true(state_file_save(NULL, live->directory, &state, &err));
}

/* A few simulated hours into a journal; what the engine was is remembered at moments. */
static int write_journal(void **context)
{
	struct live *live = memory_new(1, sizeof *live);
	struct error err;
	snprintf(live->directory, sizeof live->directory, "/tmp/tablo-replay-XXXXXX");
	assert_non_null(mkdtemp(live->directory));
	const struct journal_options options = journal_options();
	live->settings = redis_day_settings();
	live->journal = journal_open(live->directory, &options, &err);
	assert_non_null(live->journal);
	live->engine = redis_day_engine(live->settings);
	engine_watch(live->engine, (struct witness){.context = live, .saw = saw});
	redis_day_start(&live->day, 7);
	live->day.told = told;
	live->day.punctual = true;
	live->day.recv = DAY_START - 2 * HOUR_MS; /* where the simulator begins */
	live->day.context = live;
	for (; live->moment < MOMENTS; live->moment++) {
		redis_day_play(&live->day, live->engine, EVENTS);
		redis_day_wait(&live->day, live->engine, SECOND_MS);
		struct moment *moment = &live->moments[live->moment];
		*moment = (struct moment){.lsn = engine_lsn(live->engine), .at = engine_now(live->engine)};
		moment->bytes = engine_pack(live->engine, INT64_MIN, &moment->size);
	}
	memcpy(live->id, journal_id(live->journal), sizeof live->id);
	assert_true(journal_close(live->journal, &err));
	*context = live;
	return 0;
}

static int remove_journal(void **context)
{
	struct live *live = *context;
	char words[120];
	snprintf(words, sizeof words, "rm -rf %s", live->directory);
	assert_int_equal(system(words), 0);
	for (int i = 0; i < MOMENTS; i++)
		free(live->moments[i].bytes);
	redis_day_finish(&live->day);
	engine_destroy(live->engine);
	settings_destroy(live->settings);
	free(live);
	return 0;
}

static void expect_moment(struct player *player, const struct moment *moment)
{
	size_t size;
	assert_int_equal(player_lsn(player), moment->lsn);
	uint8_t *bytes = engine_pack(player_engine(player), INT64_MIN, &size);
	assert_int_equal(size, moment->size);
	assert_memory_equal(bytes, moment->bytes, size);
	free(bytes);
}

static struct player *open_player(const struct live *live)
{
	struct error err;
	struct player *player = player_open(live->directory, live->settings, &err);
	if (!player)
		fail_msg("%s", err.text);
	return player;
}

static void seek(struct player *player, const struct moment *moment, bool by_record)
{
	struct error err;
	assert_true(by_record || moment->shared ? player_seek_record(player, moment->lsn, &err) : player_seek(player, moment->at, &err));
	assert_true(player_arrive(player, &err));
	expect_moment(player, moment);
}

static void test_playing_forwards_is_what_was(void **context)
{
	const struct live *live = *context;
	struct player *player = open_player(live);
	for (int i = 0; i < MOMENTS; i++)
		seek(player, &live->moments[i], i % 2);
	player_close(player);
}

static void test_seeking_anywhere_is_what_was(void **context)
{
	struct live *live = *context;
	/* Without any state; then with some, as a collector leaves them. */
	for (int round = 0; round < 2; round++) {
		struct player *player = open_player(live);
		for (int i = 0; i < MOMENTS; i++)
			seek(player, &live->moments[i * 37 % MOMENTS], i % 2);
		player_close(player);
		save_state(live, &live->moments[MOMENTS / 3]);
		save_state(live, &live->moments[MOMENTS / 2]);
	}
}

static void test_backwards_is_what_was(void **context)
{
	const struct live *live = *context;
	struct player *player = open_player(live);
	for (int i = MOMENTS; i-- > 0;)
		seek(player, &live->moments[i], i % 2);
	player_close(player);
}

/* Event by event there and back again. */
static void test_steps_lead_there_and_back(void **context)
{
	const struct live *live = *context;
	struct player *player = open_player(live);
	struct error err;
	uint64_t trail[40];
	seek(player, &live->moments[MOMENTS / 2], false);
	for (int i = 0; i < 40; i++) {
		assert_true(player_step(player, 1, &err) && player_arrive(player, &err));
		trail[i] = player_lsn(player);
		assert_true(i == 0 || trail[i] > trail[i - 1]);
	}
	for (int i = 39; i-- > 0;) {
		assert_true(player_step(player, -1, &err) && player_arrive(player, &err));
		assert_int_equal(player_lsn(player), trail[i]);
	}
	/* Further back than what was folded since. */
	assert_true(player_step(player, -1, &err) && player_arrive(player, &err));
	assert_true(player_lsn(player) < trail[0]);
	player_close(player);
}

/* Far back from a seek that left no trail: in turns, none of which folds more than it may, and other keys count meanwhile. */
static void test_a_step_back_goes_in_turns(void **context)
{
	const struct live *live = *context;
	struct player *player = open_player(live);
	struct error err;
	uint64_t back[4];
	const uint64_t here = live->moments[MOMENTS / 2].lsn;
	assert_true(player_seek_record(player, here, &err) && player_arrive(player, &err));
	for (int i = 0; i < 4; i++) {
		assert_true(player_step(player, -1, &err) && player_arrive(player, &err));
		back[i] = player_lsn(player);
		assert_true(back[i] < (i ? back[i - 1] : here));
	}
	player_close(player);
	player = open_player(live);
	assert_true(player_seek(player, live->moments[MOMENTS / 2].at, &err) && player_arrive(player, &err));
	/* Its trail is gone with the seek that begins at a state. */
	assert_true(player_seek_record(player, back[0], &err) && player_arrive(player, &err));
	assert_true(player_step(player, -1, &err));
	enum player_state state;
	int turns = 0;
	uint64_t before = player_lsn(player);
	while ((state = player_turn(player, 20, &err)) == PLAYER_UNDERWAY) {
		assert_true(player_lsn(player) <= before + 20);
		before = player_lsn(player);
		if (turns++ == 1)
			assert_true(player_step(player, -1, &err) && player_step(player, -1, &err) && player_step(player, 1, &err));
	}
	assert_int_equal(state, PLAYER_THERE);
	assert_int_equal(player_lsn(player), back[2]);
	assert_true(turns > 5);
	player_close(player);
}

static void test_the_span_is_first_and_last(void **context)
{
	const struct live *live = *context;
	struct player *player = open_player(live);
	struct player_span span;
	struct error err;
	assert_true(player_span(player, &span, &err));
	assert_int_equal(span.first, 1);
	assert_int_equal(span.last, live->moments[MOMENTS - 1].lsn);
	assert_int_equal(span.to, live->moments[MOMENTS - 1].at);
	/* Beyond either end one stands at it. */
	assert_true(player_seek(player, span.to + DAY_MS, &err) && player_arrive(player, &err));
	expect_moment(player, &live->moments[MOMENTS - 1]);
	assert_true(player_seek(player, span.from - DAY_MS, &err) && player_arrive(player, &err));
	assert_int_equal(player_lsn(player), 0);
	player_close(player);
}

static void test_the_chronicle_holds_what_happened(void **context)
{
	const struct live *live = *context;
	struct error err;
	size_t found[INCIDENT_KINDS] = {0};
	const struct chronicle_options options = {.journal = live->directory, .settings = live->settings, .scope = SCOPE_ALL, .from = INT64_MIN, .to = INT64_MAX};
	struct chronicle *chronicle = chronicle_open(&options, &err);
	assert_non_null(chronicle);
	assert_true(chronicle_wait(chronicle, &err));
	const struct chronicle_look look = chronicle_enter(chronicle);
	for (size_t i = 0; i < look.incident_count; i++)
		found[look.incidents[i].kind]++;
	assert_memory_equal(found, live->incidents, sizeof found);
	assert_true(found[INCIDENT_ALERT] > 0 && found[INCIDENT_STEP] > 0 && found[INCIDENT_BREACH] > 0);
	int64_t offered = 0;
	for (size_t i = 0; i < look.minute_count; i++) {
		assert_true(i == 0 || look.minutes[i].start == look.minutes[i - 1].start + MINUTE_MS);
		const int64_t value = look.minutes[i].value[chronicle_metric("offered")];
		offered += value > 0 ? value / 1000 : 0;
	}
	assert_true(look.done && look.minute_count > 10 && offered > 100);
	chronicle_leave(chronicle);
	chronicle_close(chronicle);
}

/* What is behind a figure adds up to it. */
static void test_evidence_adds_up(void **context)
{
	const struct live *live = *context;
	static const char *const added[] = {"offered", "answered", "abandoned", "asa", "aht", "service_level", "csat", "rude_count", "refusals", "missed"};
	static const enum window windows[] = {WINDOW_5M, WINDOW_60M, WINDOW_TODAY};
	struct player *player = open_player(live);
	struct query *query = memory_new(1, sizeof *query);
	struct evidence evidence;
	struct error err;
	int64_t rows = 0;
	for (int moment = MOMENTS / 4; moment < MOMENTS; moment += MOMENTS / 4)
		for (size_t window = 0; window < 3; window++) {
			seek(player, &live->moments[moment], true);
			const struct engine *engine = player_engine(player);
			query_run(query, engine, SCOPE_ALL, windows[window], BY_OUTCOME, SL_FORMULA_SL2S, true);
			for (size_t i = 0; i < sizeof added / sizeof *added; i++) {
				struct figure figure;
				int64_t numerator = 0, denominator = 0;
				const struct evidence_request request = {.journal = live->directory, .settings = live->settings, .engine = engine,
					.metric = metric_find(added[i]), .scope = SCOPE_ALL, .window = windows[window], .formula = SL_FORMULA_SL2S};
				assert_true(request.metric >= 0);
				query_figure(query, request.metric, &figure);
				assert_true(evidence_gather(&request, &evidence, &err));
				assert_int_equal(evidence.kind, EVIDENCE_COUNTED);
				for (size_t row = 0; row < evidence.count; row++) {
					numerator += evidence.rows[row].figure.known ? evidence.rows[row].figure.numerator : 0;
					denominator += evidence.rows[row].figure.known ? evidence.rows[row].figure.denominator : 0;
				}
				rows += (int64_t)evidence.count;
				if (figure.known && metrics[request.metric].unit != UNIT_COUNT)
					assert_int_equal(denominator, figure.denominator);
				if (figure.known)
					assert_int_equal(numerator, figure.numerator);
				evidence_finish(&evidence);
			}
		}
	assert_true(rows > 1000);
	free(query);
	player_close(player);
}

static bool same_rows(const struct evidence *a, const struct evidence *b)
{
	bool same = a->count == b->count && a->from == b->from && a->to == b->to;
	for (size_t i = 0; same && i < a->count; i++)
		same = strcmp(a->rows[i].subject, b->rows[i].subject) == 0 && a->rows[i].at == b->rows[i].at && a->rows[i].delta == b->rows[i].delta;
	return same;
}

/* Without the engine of the moment, which would have to be folded first: by the record, or by the time and names as a live board has them. */
static void test_evidence_needs_one_fold(void **context)
{
	const struct live *live = *context;
	struct player *player = open_player(live);
	struct evidence with, by_record, by_names;
	struct scope scope;
	struct error err;
	seek(player, &live->moments[MOMENTS - 1], true);
	const struct engine *engine = player_engine(player);
	char names[100];
	struct scope rows[1];
	assert_int_equal(list_rows(engine, SCOPE_ALL, rows, 1), 1);
	snprintf(names, sizeof names, "queue=%s", list_scope_name(engine, rows[0], "queue"));
	assert_true(list_scope_parse(engine, names, &scope, &err));
	struct evidence_request request = {.journal = live->directory, .settings = live->settings, .engine = engine, .metric = metric_find("offered"),
		.scope = scope, .window = WINDOW_TODAY, .formula = SL_FORMULA_SL2S};
	assert_true(evidence_gather(&request, &with, &err) && with.count > 5);
	request.engine = NULL;
	request.moment = engine_now(engine);
	request.lsn = engine_lsn(engine);
	assert_true(evidence_gather(&request, &by_record, &err));
	assert_true(same_rows(&with, &by_record));
	request.lsn = 0;
	request.scope = (struct scope){.queue = 60000, .channel = 200, .market = 60000, .agent = 60000, .team = 60000}; /* another engine's numbers */
	request.names = names;
	assert_true(evidence_gather(&request, &by_names, &err));
	assert_true(same_rows(&with, &by_names));
	evidence_finish(&by_names);
	request.names = "queue=Nobody";
	assert_false(evidence_gather(&request, &by_names, &err));
	assert_non_null(strstr(err.text, "Nobody"));
	evidence_finish(&with);
	evidence_finish(&by_record);
	player_close(player);
}

/* Whoever waits is told one by one; a scope tells its own only. */
static void test_evidence_of_the_present(void **context)
{
	const struct live *live = *context;
	static const char *const counted[] = {"queue_depth", "busy", "rude_now", "backlog", "sla_breached_open", "agents_free", "agents_on"};
	struct player *player = open_player(live);
	struct query *query = memory_new(1, sizeof *query);
	struct evidence evidence;
	struct error err;
	seek(player, &live->moments[MOMENTS - 1], true);
	query_run(query, player_engine(player), SCOPE_ALL, WINDOW_NOW, BY_OUTCOME, SL_FORMULA_SL2SV, false);
	for (size_t i = 0; i < sizeof counted / sizeof *counted; i++) {
		struct figure figure;
		const struct evidence_request request = {.settings = live->settings, .engine = player_engine(player), .metric = metric_find(counted[i]),
			.scope = SCOPE_ALL, .window = WINDOW_NOW};
		query_figure(query, request.metric, &figure);
		assert_true(evidence_gather(&request, &evidence, &err));
		if (evidence.kind != EVIDENCE_PRESENT || (int64_t)evidence.count != (figure.known ? figure.numerator : 0))
			fail_msg("%s: %zu rows, the figure is %lld", counted[i], evidence.count, (long long)figure.numerator);
		evidence_finish(&evidence);
	}
	free(query);
	player_close(player);
}

typedef int named_list(const struct engine *engine, const struct period *period, struct list_named *items, int room, int64_t *total);

static int64_t sum_of_name(const struct live *live, const struct engine *engine, const char *metric, const struct list_named *named)
{
	struct evidence evidence;
	struct error err;
	int64_t sum = 0;
	const struct evidence_request request = {.journal = live->directory, .settings = live->settings, .engine = engine,
		.metric = metric_find(metric), .name = named->name, .scope = named->scope, .window = WINDOW_TODAY};
	assert_true(evidence_gather(&request, &evidence, &err));
	for (size_t row = 0; row < evidence.count; row++)
		sum += evidence.rows[row].figure.numerator;
	evidence_finish(&evidence);
	return sum;
}

/* A policy's, an agent's and a team's rows are as many as the list by name says; a clock's and a priority's likewise. */
static void test_evidence_of_one_name(void **context)
{
	static const struct {
		const char *metric;
		named_list *list;
	} lists[] = {{"refusals", list_refusals}, {"mistakes", list_mistakes}, {"praises", list_praises}};
	const struct live *live = *context;
	struct player *player = open_player(live);
	struct zone *zone = zone_open(live->settings->zone, NULL);
	seek(player, &live->moments[MOMENTS - 1], true);
	const struct engine *engine = player_engine(player);
	const struct period period = period_of(WINDOW_TODAY, engine_now(engine), zone, live->settings->day_start);
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		struct list_named items[5];
		const int count = lists[i].list(engine, &period, items, 5, NULL);
		assert_true(count > 1);
		for (int item = 0; item < count; item++)
			assert_int_equal(sum_of_name(live, engine, lists[i].metric, &items[item]), items[item].count);
		const struct list_named nobody = {.name = "no such name", .scope = SCOPE_ALL};
		assert_int_equal(sum_of_name(live, engine, lists[i].metric, &nobody), 0);
	}
	zone_close(zone);
	player_close(player);
}

/* A topic's rows come to its re-contacts: those by which it became known that a contact did not suffice. */
static void test_evidence_of_one_topic(void **context)
{
	const struct live *live = *context;
	struct player *player = open_player(live);
	struct zone *zone = zone_open(live->settings->zone, NULL);
	seek(player, &live->moments[MOMENTS - 1], true);
	const struct engine *engine = player_engine(player);
	const struct period period = period_of(WINDOW_TODAY, engine_now(engine), zone, live->settings->day_start);
	struct list_topic items[40];
	const int count = list_topics(engine, &period, items, 40, NULL);
	assert_true(count > 1 && items[0].recontacts > 0);
	struct list_named named = {.scope = SCOPE_ALL};
	for (int item = 0; item < count; item++) {
		memcpy(named.name, items[item].name, sizeof named.name);
		assert_int_equal(sum_of_name(live, engine, "recontacts", &named), items[item].recontacts);
	}
	snprintf(named.name, sizeof named.name, "no such topic");
	assert_int_equal(sum_of_name(live, engine, "recontacts", &named), 0);
	zone_close(zone);
	player_close(player);
}

static size_t clocks_of_name(const struct live *live, const struct engine *engine, const char *metric, const char *name)
{
	struct evidence evidence;
	struct error err;
	const struct evidence_request request = {.settings = live->settings, .engine = engine, .metric = metric_find(metric), .name = name,
		.scope = SCOPE_ALL, .window = WINDOW_NOW};
	assert_true(evidence_gather(&request, &evidence, &err));
	const size_t count = evidence.count;
	evidence_finish(&evidence);
	return count;
}

static void test_evidence_of_one_clock(void **context)
{
	const struct live *live = *context;
	struct player *player = open_player(live);
	struct list_clocks kinds[SLA_CLOCK_COUNT], priorities[PRIORITIES_MOST];
	int priority_count;
	size_t all = 0;
	seek(player, &live->moments[MOMENTS - 1], true);
	const struct engine *engine = player_engine(player);
	list_live_clocks(engine, SCOPE_ALL, kinds, priorities, &priority_count);
	for (int by_priority = 0; by_priority < 2; by_priority++) {
		const int count = by_priority ? priority_count : SLA_CLOCK_COUNT;
		const struct list_clocks *items = by_priority ? priorities : kinds;
		assert_true(count > 0);
		for (int i = 0; i < count; i++) {
			assert_int_equal(clocks_of_name(live, engine, "sla_running", items[i].name), items[i].running);
			assert_int_equal(clocks_of_name(live, engine, "sla_due_soon", items[i].name), items[i].due_soon);
			assert_int_equal(clocks_of_name(live, engine, "sla_breached_open", items[i].name), items[i].breached);
			assert_int_equal(clocks_of_name(live, engine, "sla_paused", items[i].name), items[i].paused);
			all += (size_t)items[i].running;
		}
	}
	assert_int_equal(all, 2 * clocks_of_name(live, engine, "sla_running", ""));
	assert_true(all > 0);
	player_close(player);
}

/* A contact's life begins in its queue and ends, told in the order of time; customers are not named. */
static void test_a_life_is_told_whole(void **context)
{
	const struct live *live = *context;
	struct player *player = open_player(live);
	struct evidence evidence;
	struct life life;
	struct error err;
	seek(player, &live->moments[MOMENTS - 1], true);
	const struct evidence_request request = {.journal = live->directory, .settings = live->settings, .engine = player_engine(player),
		.metric = metric_find("aht"), .scope = SCOPE_ALL, .window = WINDOW_60M};
	assert_true(evidence_gather(&request, &evidence, &err) && evidence.count > 20);
	for (size_t i = 0; i < 20; i++) {
		const struct life_request wanted = {.journal = live->directory, .settings = live->settings, .subject = evidence.rows[i].subject,
			.from = INT64_MIN, .to = INT64_MAX};
		bool queued = false, answered = false, released = false;
		assert_true(life_gather(&wanted, &life, &err));
		for (size_t j = 0; j < life.count; j++) {
			queued = queued || strcmp(life.events[j].what, "contact.queued") == 0;
			answered = answered || strcmp(life.events[j].what, "contact.answered") == 0;
			released = released || strcmp(life.events[j].what, "contact.released") == 0;
			assert_true(j == 0 || life.events[j].recv >= life.events[j - 1].recv);
			assert_null(strstr(life.events[j].detail, "customer "));
		}
		if (!queued && !answered && !released)
			fail_msg("%s: %zu events", wanted.subject, life.count);
		assert_non_null(strstr(life.events[0].detail, "queue "));
		life_finish(&life);
	}
	evidence_finish(&evidence);
	player_close(player);
}

static void test_what_is_no_journal_is_said(void **context)
{
	const struct live *live = *context;
	struct error err;
	assert_null(player_open("/nonexistent", live->settings, &err));
	assert_non_null(strstr(err.text, "/nonexistent"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_playing_forwards_is_what_was), cmocka_unit_test(test_backwards_is_what_was),
		cmocka_unit_test(test_seeking_anywhere_is_what_was), cmocka_unit_test(test_steps_lead_there_and_back),
		cmocka_unit_test(test_a_step_back_goes_in_turns), cmocka_unit_test(test_evidence_needs_one_fold),
		cmocka_unit_test(test_the_span_is_first_and_last), cmocka_unit_test(test_the_chronicle_holds_what_happened),
		cmocka_unit_test(test_evidence_adds_up), cmocka_unit_test(test_evidence_of_the_present), cmocka_unit_test(test_evidence_of_one_name),
		cmocka_unit_test(test_evidence_of_one_topic),
		cmocka_unit_test(test_evidence_of_one_clock), cmocka_unit_test(test_a_life_is_told_whole),
		cmocka_unit_test(test_what_is_no_journal_is_said),
	};
	return cmocka_run_group_tests(tests, write_journal, remove_journal);
}
