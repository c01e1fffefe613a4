/* What a wall showed is what a replay shows: the board of the engine of then and that of the player are the same cell for cell, letters
 * and roles, whichever way the player came. Header, footer and timeline say other things. */
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
#include "replay/player.h"
#include "tests/redis_day.h"
#include "widgets/board.h"

#include <cmocka.h> /* last: it makes a macro of fail */

#define MOMENTS_MOST 200
#define MOMENTS 40 /* of an ordinary run; as many times more by TABLO_ROUNDS */
#define WIDTH 140
#define HEIGHT 40
#define TIMELINE_TOP 31 /* the first row that is not the board's own in a replay of this size */

struct moment {
	uint64_t lsn;
	int64_t at;
	bool shared; /* a later record was received in the same ms: only its number names it */
	struct canvas *canvas;
};

struct wall {
	struct settings *settings;
	struct zone *zone;
	struct journal *journal;
	struct engine *engine;
	struct redis_day day;
	char directory[80];
	struct moment moments[MOMENTS_MOST];
	int count, wanted;
};

static struct canvas *draw(const struct wall *wall, const struct engine *engine, bool timeline)
{
	const struct snapshot_request request = {.scope = SCOPE_ALL, .window = WINDOW_30M, .by = BY_OUTCOME, .formula = -1};
	struct board *board = board_create(wall->settings, &request);
	struct snapshot *snapshot = snapshot_create(engine, wall->settings, wall->zone, board_request(board));
	struct canvas *canvas = canvas_create(WIDTH, HEIGHT);
	if (timeline)
		snapshot->timeline = memory_new(1, sizeof *snapshot->timeline);
	board_draw(board, snapshot, &(struct glyphs){.ascii = false}, canvas);
	snapshot_destroy(snapshot);
	board_destroy(board);
	return canvas;
}

static void told(void *context, const struct record *record, struct view payload)
{
	struct wall *wall = context;
	struct wire_buffer room = {0};
	struct frame frame = record_frame(record, payload, &room);
	assert_int_equal(journal_append(wall->journal, &frame), JOURNAL_OK);
	wire_buffer_finish(&room);
	if (wall->count && wall->moments[wall->count - 1].at == record->recv)
		wall->moments[wall->count - 1].shared = true;
}

static void save_state(struct wall *wall, const struct moment *moment)
{
	struct error err;
	size_t size;
	uint8_t *bytes = engine_pack(wall->engine, INT64_MIN, &size);
	struct state_file state = {.lsn = moment->lsn, .recv = moment->at, .bytes = {(const char *)bytes, size}};
	memcpy(state.id, journal_id(wall->journal), sizeof state.id);
	assert_true(state_file_save(NULL, wall->directory, &state, &err));
	free(bytes);
}

/* The demo's day, seed 7: some hours of it, or more the longer the run. */
static int watch_the_wall(void **context)
{
	struct wall *wall = memory_new(1, sizeof *wall);
	struct error err;
	const char *rounds = getenv("TABLO_ROUNDS");
	const int wanted = MOMENTS * (rounds ? atoi(rounds) : 1);
	snprintf(wall->directory, sizeof wall->directory, "/tmp/tablo-replay-board-XXXXXX");
	assert_non_null(mkdtemp(wall->directory));
	const struct journal_options options = journal_options();
	wall->wanted = wanted < 1 ? MOMENTS : wanted < MOMENTS_MOST ? wanted : MOMENTS_MOST;
	wall->settings = redis_day_settings();
	wall->zone = zone_open(wall->settings->zone, &err);
	wall->journal = journal_open(wall->directory, &options, &err);
	assert_true(wall->journal && wall->zone);
	wall->engine = redis_day_engine(wall->settings);
	redis_day_start(&wall->day, 7);
	wall->day.told = told;
	wall->day.punctual = true;
	wall->day.recv = DAY_START - 2 * HOUR_MS;
	wall->day.context = wall;
	while (wall->count < wall->wanted) {
		redis_day_play(&wall->day, wall->engine, 40 + (int)redis_day_random(&wall->day, 300));
		if (redis_day_random(&wall->day, 2))
			redis_day_wait(&wall->day, wall->engine, 1 + redis_day_random(&wall->day, 3000));
		struct moment *moment = &wall->moments[wall->count++];
		*moment = (struct moment){.lsn = engine_lsn(wall->engine), .at = engine_now(wall->engine), .canvas = draw(wall, wall->engine, false)};
		if (wall->count == wall->wanted / 3 || wall->count == wall->wanted * 2 / 3)
			save_state(wall, moment);
	}
	assert_true(journal_close(wall->journal, &err));
	*context = wall;
	return 0;
}

static int clear(void **context)
{
	struct wall *wall = *context;
	char words[120];
	snprintf(words, sizeof words, "rm -rf %s", wall->directory);
	assert_int_equal(system(words), 0);
	for (int i = 0; i < wall->count; i++)
		canvas_destroy(wall->moments[i].canvas);
	redis_day_finish(&wall->day);
	engine_destroy(wall->engine);
	zone_close(wall->zone);
	settings_destroy(wall->settings);
	free(wall);
	return 0;
}

static void expect_rows(const struct canvas *then, const struct canvas *now, int from, int to, int moment)
{
	for (int y = from; y < to; y++)
		for (int x = 0; x < WIDTH; x++) {
			const struct cell *a = &then->cells[y * WIDTH + x], *b = &now->cells[y * WIDTH + x];
			if (a->character != b->character || memcmp(a->marks, b->marks, sizeof a->marks) != 0 || a->role != b->role)
				fail_msg("moment %d, row %d, column %d: U+%04X %s was shown, and is U+%04X %s", moment, y, x, (unsigned)a->character,
					role_names[a->role], (unsigned)b->character, role_names[b->role]);
		}
}

static void expect_moment(const struct wall *wall, const struct player *player, int number)
{
	const struct moment *moment = &wall->moments[number];
	assert_int_equal(player_lsn(player), moment->lsn);
	struct canvas *same = draw(wall, player_engine(player), false), *replay = draw(wall, player_engine(player), true);
	expect_rows(moment->canvas, same, 1, HEIGHT - 1, number);
	expect_rows(moment->canvas, replay, 1, TIMELINE_TOP, number);
	canvas_destroy(same);
	canvas_destroy(replay);
}

static struct player *open_player(const struct wall *wall)
{
	struct error err;
	struct player *player = player_open(wall->directory, wall->settings, &err);
	if (!player)
		fail_msg("%s", err.text);
	return player;
}

static void seek(const struct wall *wall, struct player *player, int number)
{
	struct error err;
	const struct moment *moment = &wall->moments[number];
	assert_true(moment->shared ? player_seek_record(player, moment->lsn, &err) : player_seek(player, moment->at, &err));
	assert_true(player_arrive(player, &err));
	expect_moment(wall, player, number);
}

static void test_played(void **context)
{
	const struct wall *wall = *context;
	struct error err;
	struct player *player = open_player(wall);
	for (int i = 0; i < wall->count; i++) {
		const struct moment *moment = &wall->moments[i];
		/* As the screen's frames do it: on and on by the clock. */
		for (int64_t at = (i ? wall->moments[i - 1].at : wall->moments[0].at - HOUR_MS) + 777; at < moment->at; at += 6777)
			assert_true(player_play(player, at, &err) && player_arrive(player, &err));
		if (moment->shared) {
			assert_true(player_seek_record(player, moment->lsn, &err) && player_arrive(player, &err));
		} else {
			assert_true(player_play(player, moment->at, &err) && player_arrive(player, &err));
		}
		expect_moment(wall, player, i);
	}
	player_close(player);
}

static void test_sought_at_random(void **context)
{
	struct wall *wall = *context;
	struct player *player = open_player(wall);
	for (int i = 0; i < wall->count; i++)
		seek(wall, player, (int)redis_day_random(&wall->day, (uint32_t)wall->count));
	player_close(player);
}

static void test_backwards(void **context)
{
	const struct wall *wall = *context;
	struct player *player = open_player(wall);
	for (int i = wall->count - 1; i >= 0; i -= wall->count / 10)
		seek(wall, player, i);
	player_close(player);
}

/* Forwards and at random with all states gone, and all of it in a second run. */
static void test_without_states(void **context)
{
	const struct wall *wall = *context;
	char words[160];
	snprintf(words, sizeof words, "rm %s/S-*.wbs", wall->directory);
	assert_int_equal(system(words), 0);
	for (int run = 0; run < 2; run++) {
		struct player *player = open_player(wall);
		for (int i = 0; i < wall->count; i++)
			seek(wall, player, i);
		for (int i = 0; i < 5; i++)
			seek(wall, player, i * 17 % wall->count);
		player_close(player);
	}
}

/* A look at an instant between two records changes nothing of what comes after it. */
static void test_looks_between_records(void **context)
{
	const struct wall *wall = *context;
	struct error err;
	struct player *player = open_player(wall);
	for (int i = 1; i < wall->count; i++) {
		const int64_t before = wall->moments[i - 1].at, at = before + (wall->moments[i].at - before) / 2;
		assert_true(player_play(player, at, &err) && player_arrive(player, &err));
		player_pass(player, at);
		assert_true(engine_now(player_engine(player)) == at);
		seek(wall, player, i);
	}
	player_close(player);
}

/* A little back and there again, as people look at an incident. */
static void test_to_and_fro(void **context)
{
	struct wall *wall = *context;
	struct error err;
	struct player *player = open_player(wall);
	for (int i = 0; i < 12; i++) {
		const int number = 1 + (int)redis_day_random(&wall->day, (uint32_t)wall->count - 1);
		seek(wall, player, number);
		for (int back = 1; back < 5; back++) {
			assert_true(player_seek(player, wall->moments[number].at - back * 10000, &err) && player_arrive(player, &err));
			assert_true(engine_now(player_engine(player)) <= wall->moments[number].at - back * 10000);
		}
		seek(wall, player, number);
		seek(wall, player, number - 1);
		seek(wall, player, number);
	}
	player_close(player);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_played), cmocka_unit_test(test_sought_at_random), cmocka_unit_test(test_backwards), cmocka_unit_test(test_to_and_fro),
		cmocka_unit_test(test_without_states), cmocka_unit_test(test_looks_between_records),
	};
	return cmocka_run_group_tests(tests, watch_the_wall, clear);
}
