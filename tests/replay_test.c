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
#include "replay/chronicle.h"
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
	memcpy(state.id, journal_id(live->journal), sizeof state.id);
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
		cmocka_unit_test(test_the_span_is_first_and_last), cmocka_unit_test(test_the_chronicle_holds_what_happened),
		cmocka_unit_test(test_what_is_no_journal_is_said),
	};
	return cmocka_run_group_tests(tests, write_journal, remove_journal);
}
