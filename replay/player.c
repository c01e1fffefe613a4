#include "replay/player.h"

#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "journal/reader.h"
#include "journal/record.h"
#include "journal/state_file.h"

#define ARRIVE_RECORDS 100000
#define NEARER 20000 /* records: a state is loaded rather than so many folded */
#define TRAIL 1024
#define NEAR_BEFORE (2 * MINUTE_MS) /* of where a seek leads an engine is kept in memory: people go to and fro */
#define NEAR_REACH (15 * MINUTE_MS)

struct goal {
	int64_t at;
	uint64_t lsn;
	bool event; /* the first batch with an event is far enough */
	bool jumps; /* over damage, to a state behind it; not where each record is wanted */
};

/* One batch back, where the trail of the last seek is too short. */
struct search {
	bool on;
	uint64_t here; /* the batch before this LSN is looked for */
	int64_t from;  /* engine time at which that began */
	size_t stage;  /* how often it went back so far */
	int more;      /* further batches back, asked for meanwhile */
};

struct player {
	const struct settings *settings;
	char *path, *directory; /* the journal as it was given; where its files are */
	struct reader *reader;
	struct record_room room;
	struct engine *engine;
	uint8_t id[JOURNAL_ID_SIZE];
	struct player_span span;
	struct goal goal;
	struct search search;
	struct frame ahead; /* read and not folded */
	bool has_ahead, differs, damaged;
	uint64_t lsn, events;
	uint64_t trail[TRAIL]; /* LSNs of the batches with events folded since the last seek, a ring */
	uint64_t trail_count;
	struct damage damage;
	struct state_file near; /* packed in memory; bytes.data NULL: none */
	bool near_damaged;	/* it was folded over damage */
	int64_t near_due;	/* when folding comes by this, it is to be packed; INT64_MAX: it is not */
	struct witness witness;
};

/* ---- opening ---- */

/* The first record from where the reader stands; damage is passed over. */
static enum reader_result first_record(struct reader *reader, struct frame *frame, struct error *err)
{
	struct damage damage;
	enum reader_result result;
	while ((result = reader_next(reader, frame, &damage, err)) == READER_DAMAGE)
		continue;
	return result;
}

static bool find_first(struct player *player, struct error *err)
{
	struct frame frame = {.lsn = 0};
	enum reader_result result = first_record(player->reader, &frame, err);
	const uint64_t first = frame.lsn;
	/* What a collector writes before anybody has told the time bears none. */
	while (result == READER_RECORD && frame.recv == INSTANT_NONE)
		result = first_record(player->reader, &frame, err);
	if (result == READER_END)
		return fail(err, "%s: no record that bears a time is in this journal", player->directory);
	if (result != READER_RECORD)
		return false;
	player->span = (struct player_span){frame.recv, frame.recv, first, frame.lsn};
	memcpy(player->id, reader_id(player->reader), sizeof player->id);
	return true;
}

struct player *player_open(const char *journal, const struct settings *settings, struct error *err)
{
	struct player *player = memory_new(1, sizeof *player);
	player->settings = settings;
	player->goal = (struct goal){.at = INSTANT_NONE};
	player->near_due = INT64_MAX;
	player->path = memory_text(journal);
	player->reader = reader_open(NULL, journal, SEGMENT_JOURNAL, err);
	player->directory = memory_text(player->reader ? reader_directory(player->reader) : journal);
	if (player->reader && find_first(player, err) && player_span(player, &player->span, err) && player_seek(player, player->span.from, err))
		return player;
	player_close(player);
	return NULL;
}

void player_close(struct player *player)
{
	if (!player)
		return;
	reader_close(player->reader);
	engine_destroy(player->engine);
	record_room_finish(&player->room);
	free((void *)(uintptr_t)player->near.bytes.data);
	free(player->path);
	free(player->directory);
	free(player);
}

bool player_span(struct player *player, struct player_span *span, struct error *err)
{
	struct reader *reader = reader_open(NULL, player->path, SEGMENT_JOURNAL, err);
	struct frame frame;
	bool good = reader != NULL;
	/* From the end backwards: a file may hold no record yet. */
	for (size_t left = good ? reader_files(reader).count : 0; good && left > 0; left--) {
		bool found = false;
		good = reader_seek_last(reader, left - 1, err);
		while (good && first_record(reader, &frame, err) == READER_RECORD) {
			player->span.last = frame.lsn;
			player->span.to = frame.recv;
			found = true;
		}
		if (found)
			break;
	}
	reader_close(reader);
	*span = player->span;
	return good;
}

/* ---- seeking ---- */

static bool load_state(struct player *player, const struct goal *goal, struct state_file *state)
{
	struct error err;
	int skipped;
	const uint64_t before = player->span.first - 1;
	if (state_file_load(NULL, player->directory, player->id, goal->lsn, goal->at, state, &skipped, &err))
		return true;
	/* Of a journal that lost its first records: the state those left begin with. It is as far back as one can go. */
	if (before == 0 || !state_file_load(NULL, player->directory, player->id, before, INT64_MAX, state, &skipped, &err))
		return false;
	if (state->lsn == before)
		return true;
	free((void *)(uintptr_t)state->bytes.data);
	*state = (struct state_file){.lsn = 0};
	return false;
}

static void let_go(struct player *player)
{
	engine_destroy(player->engine);
	player->engine = NULL;
	player->lsn = 0;
	player->trail_count = 0;
	player->has_ahead = player->damaged = false;
}

/* From a state, or from the beginning of what is kept. */
static bool begin_at(struct player *player, const struct state_file *state, struct error *err)
{
	struct error why;
	let_go(player);
	player->differs = false;
	if (state->bytes.data)
		player->engine = engine_unpack(player->settings, state->bytes.data, state->bytes.size, &player->differs, &why);
	if (player->engine)
		player->lsn = state->lsn;
	else
		player->engine = engine_create(player->settings, err);
	if (!player->engine)
		return false;
	engine_keep_long(player->engine);
	engine_watch(player->engine, player->witness);
	return reader_seek(player->reader, player->lsn ? player->lsn + 1 : 0, err);
}

static bool is_behind(const struct player *player, const struct goal *goal)
{
	return player->engine && player->lsn <= goal->lsn && (player->lsn == 0 || engine_now(player->engine) <= goal->at);
}

/* Is there a state between here and the goal that saves much folding, or of what damage took? Looked up in the heads alone. */
static bool has_nearer(const struct player *player, const struct goal *goal)
{
	struct state_list list = {.entries = NULL};
	const uint64_t least = player->lsn + (player->damaged ? 1 : NEARER);
	bool is_nearer = false;
	if (state_files_list(&list, NULL, player->directory, NULL))
		for (size_t i = 0; i < list.count; i++)
			is_nearer |= !list.entries[i].is_damaged && list.entries[i].lsn >= least && list.entries[i].lsn <= goal->lsn
				&& list.entries[i].recv <= goal->at;
	state_files_finish(&list);
	return is_nearer;
}

/* Whatever was looked for before is given up. */
static void set_goal(struct player *player, struct goal goal)
{
	player->goal = goal;
	player->search.on = false;
}

static bool go(struct player *player, struct goal goal, struct error *err)
{
	struct state_file state = {.lsn = 0};
	set_goal(player, goal);
	player->goal.jumps = true;
	if (is_behind(player, &goal) && !has_nearer(player, &goal))
		return true;
	const bool found = load_state(player, &goal, &state);
	const bool good = begin_at(player, &state, err);
	if (found)
		free((void *)(uintptr_t)state.bytes.data);
	return good;
}

/* From what is kept in memory, where that lies a little before the goal and the player behind it. */
static bool begin_near(struct player *player, const struct goal *goal, struct error *err)
{
	const struct state_file *near = &player->near;
	const bool differs = player->differs;
	if (!near->bytes.data || near->recv > goal->at || goal->at - near->recv > NEAR_REACH || !begin_at(player, near, err))
		return false;
	player->differs = differs; /* it was packed under the present rules */
	player->damaged = player->near_damaged;
	set_goal(player, *goal);
	player->goal.jumps = true;
	return true;
}

static void keep_near(struct player *player)
{
	size_t size;
	uint8_t *bytes = engine_pack(player->engine, INT64_MIN, &size);
	free((void *)(uintptr_t)player->near.bytes.data);
	player->near = (struct state_file){.lsn = player->lsn, .recv = engine_now(player->engine), .bytes = {(const char *)bytes, size}};
	player->near_damaged = player->damaged;
	player->near_due = INT64_MAX;
}

bool player_seek(struct player *player, int64_t at, struct error *err)
{
	const struct goal goal = {.at = at, .lsn = UINT64_MAX};
	const bool behind = is_behind(player, &goal);
	player->near_due = INT64_MAX;
	if (!behind && begin_near(player, &goal, err))
		return true;
	const bool good = go(player, goal, err);
	if (!good || at == INT64_MAX || at < INT64_MIN + NEAR_REACH)
		return good;
	if (!behind || engine_now(player->engine) < at - NEAR_REACH)
		player->near_due = at - NEAR_BEFORE;
	return good;
}

bool player_play(struct player *player, int64_t at, struct error *err)
{
	const struct goal goal = {.at = at, .lsn = UINT64_MAX};
	if (!is_behind(player, &goal) || player->damaged)
		return go(player, goal, err);
	set_goal(player, goal);
	return true;
}

void player_pass(struct player *player, int64_t at)
{
	if (player->engine && player->lsn && engine_now(player->engine) < at)
		engine_apply(player->engine, &(struct record){.kind = RECORD_CLOCK, .lsn = player->lsn, .recv = at});
}

bool player_seek_record(struct player *player, uint64_t lsn, struct error *err)
{
	return go(player, (struct goal){.at = INT64_MAX, .lsn = lsn}, err);
}

void player_on(struct player *player, uint64_t lsn)
{
	set_goal(player, (struct goal){.at = INT64_MAX, .lsn = lsn});
}

void player_watch(struct player *player, struct witness witness)
{
	player->witness = witness;
	if (player->engine)
		engine_watch(player->engine, witness);
}

/* ---- one batch back ---- */

/* The batch before `here`, in the trail; 0: it does not reach back so far. */
static uint64_t find_before(const struct player *player, uint64_t here)
{
	for (uint64_t back = 1; back <= player->trail_count && back <= TRAIL; back++)
		if (player->trail[(player->trail_count - back) % TRAIL] < here)
			return player->trail[(player->trail_count - back) % TRAIL];
	return 0;
}

/* To the batch, if the trail has it; else on a fold from further back up to where the search began: the turns that lead there make the trail.
 * Each time it goes back further, in the end to the beginning. */
static bool search_on(struct player *player, struct error *err)
{
	static const int64_t spans[] = {MINUTE_MS, HOUR_MS, DAY_MS};
	const size_t count = sizeof spans / sizeof *spans;
	struct search *search = &player->search;
	const uint64_t lsn = find_before(player, search->here);
	if (lsn && search->more) {
		search->more--;
		search->here = lsn;
		return search_on(player, err);
	}
	if (lsn || search->from == INSTANT_NONE || search->stage > count) {
		return go(player, (struct goal){.at = INT64_MAX, .lsn = lsn ? lsn : player->span.first}, err);
	}
	const int64_t from = search->stage < count ? search->from - spans[search->stage] : player->span.from;
	struct state_file state = {.lsn = 0};
	search->stage++;
	const bool found = load_state(player, &(struct goal){.at = from, .lsn = UINT64_MAX}, &state);
	const bool good = begin_at(player, &state, err);
	if (found)
		free((void *)(uintptr_t)state.bytes.data);
	player->goal = (struct goal){.at = INT64_MAX, .lsn = search->here - 1};
	return good;
}

static bool step_back(struct player *player, struct error *err)
{
	const uint64_t last = player->trail_count ? player->trail[(player->trail_count - 1) % TRAIL] : player->lsn + 1;
	const uint64_t wanted = player->goal.lsn;
	const bool under_way = player->goal.at == INT64_MAX && wanted != UINT64_MAX && player->lsn < wanted && wanted > player->span.first;
	if (player->search.on) {
		player->search.more++;
		return true;
	}
	player->search = (struct search){.on = true, .here = under_way ? wanted : last, .from = player->engine ? engine_now(player->engine) : INSTANT_NONE};
	if (!under_way)
		return search_on(player, err);
	/* From the record that it is on its way to: the trail is whole when it has come before that. */
	player->goal.lsn = wanted - 1;
	return true;
}

bool player_step(struct player *player, int by, struct error *err)
{
	if (by < 0)
		return step_back(player, err);
	if (player->search.on && player->search.more) {
		player->search.more--;
		return true;
	}
	if (player->search.on)
		return go(player, (struct goal){.at = INT64_MAX, .lsn = player->search.here}, err);
	set_goal(player, (struct goal){.at = INT64_MAX, .lsn = UINT64_MAX, .event = true});
	return true;
}

/* ---- folding ---- */

/* True: a batch with events. */
static bool fold(struct player *player)
{
	struct record record;
	struct error why;
	player->has_ahead = false;
	player->lsn = player->ahead.lsn;
	if (!record_read(&player->ahead, &record, &player->room, &why))
		return false;
	record.lsn = player->ahead.lsn;
	engine_apply(player->engine, &record);
	if (!record.batch || !record.batch->count)
		return false;
	player->events += record.batch->count;
	player->trail[player->trail_count++ % TRAIL] = player->lsn;
	return true;
}

static bool is_beyond(const struct player *player)
{
	return player->ahead.recv > player->goal.at || player->ahead.lsn > player->goal.lsn;
}

/* Up to `most` records towards the goal. */
static enum player_state advance(struct player *player, int most, struct error *err)
{
	for (int i = 0; i < most; i++) {
		struct damage damage;
		if (player->lsn >= player->goal.lsn)
			return PLAYER_THERE;
		if (!player->has_ahead) {
			const enum reader_result result = reader_next(player->reader, &player->ahead, &damage, err);
			if (result == READER_DAMAGE) {
				player->damaged = true;
				player->damage = damage;
				const struct goal goal = player->goal;
				if (goal.jumps && !go(player, goal, err))
					return PLAYER_FAILED;
				continue;
			}
			if (result != READER_RECORD)
				return result == READER_END ? PLAYER_END : PLAYER_FAILED;
			player->has_ahead = true;
		}
		if (is_beyond(player))
			return PLAYER_THERE;
		const bool event = fold(player);
		if (engine_now(player->engine) >= player->near_due)
			keep_near(player);
		if (event && player->goal.event)
			return PLAYER_THERE;
	}
	return PLAYER_UNDERWAY;
}

enum player_state player_turn(struct player *player, int most, struct error *err)
{
	const enum player_state state = advance(player, most, err);
	if (!player->search.on || (state != PLAYER_THERE && state != PLAYER_END))
		return state;
	return search_on(player, err) ? PLAYER_UNDERWAY : PLAYER_FAILED;
}

bool player_arrive(struct player *player, struct error *err)
{
	enum player_state state;
	while ((state = player_turn(player, ARRIVE_RECORDS, err)) == PLAYER_UNDERWAY)
		continue;
	return state != PLAYER_FAILED;
}

const struct engine *player_engine(const struct player *player)
{
	return player->engine;
}

uint64_t player_lsn(const struct player *player)
{
	return player->lsn;
}

uint64_t player_events(const struct player *player)
{
	return player->events;
}

bool player_damage(const struct player *player, struct damage *damage)
{
	if (player->damaged)
		*damage = player->damage;
	return player->damaged;
}

const uint8_t *player_id(const struct player *player)
{
	return player->id;
}

bool player_differs(const struct player *player)
{
	return player->differs;
}
