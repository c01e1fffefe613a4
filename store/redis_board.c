#include "store/redis_board.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"
#include "metrics/series.h"
#include "store/redis_meta.h"
#include "store/redis_series.h"
#include "store/redis_sites.h"

#define STATE_MOST (256 * 1024 * 1024) /* bytes of a packed engine that are believed */
#define ASK_AGAIN (10 * SECOND_MS)
#define REPLY_MOST (64u * 1024 * 1024) /* a stretch of every owner at once */

struct redis_board {
	const struct settings *settings;
	struct redis_link *link;
	char site[256];
	struct redis_meta meta;
	uint64_t lsn;
	bool differs;
	char sites[400]; /* which others are there, while ours is not */
	int others;
	int64_t asked; /* monotonic: when they were last looked for; 0: never */
	struct redis_commands commands;
	struct redis_replies replies;
};

struct redis_board *redis_board_open(const char *url, const struct settings *settings, struct error *err)
{
	struct redis_link_options options = {.name = "tablo-board", .stop = -1,
		.limits = {.reply_most = REPLY_MOST, .exchange_most = 2 * (size_t)STATE_MOST, .elements_most = 4u << 20}};
	if (!redis_url_parse(url, &options.url, err))
		return NULL;
	struct redis_board *board = memory_new(1, sizeof *board);
	board->settings = settings;
	board->link = redis_link_create(&options);
	view_copy(view_of(redis_site(settings)), board->site, sizeof board->site);
	return board;
}

void redis_board_close(struct redis_board *board)
{
	if (!board)
		return;
	redis_commands_finish(&board->commands);
	redis_replies_finish(&board->replies);
	redis_link_destroy(board->link);
	free(board);
}

static const char *key_of(const struct redis_board *board, enum redis_key key, const char *rest)
{
	static _Thread_local char text[REDIS_KEY_ROOM];
	redis_schema_key(text, board->site, key, rest);
	return text;
}

/* Asks what is in board->commands, and empties it. */
static bool ask(struct redis_board *board, struct error *err)
{
	struct redis_fault fault;
	redis_replies_finish(&board->replies);
	const bool there = redis_link_connected(board->link) || redis_link_connect(board->link, &fault);
	const bool good = there && redis_link_run(board->link, &board->commands, &board->replies, &fault);
	redis_commands_clear(&board->commands);
	if (!good)
		return fail(err, "%.590s", fault.error.text);
	for (size_t i = 0; i < board->replies.count; i++)
		if (board->replies.list[i]->kind == REPLY_ERROR && !redis_fail_reply(&fault, redis_reply_text(board->replies.list[i])))
			return fail(err, "%.590s", fault.error.text);
	return true;
}

/* ---- the packed state ---- */

static bool read_number(struct view text, uint64_t most, uint64_t *number)
{
	*number = 0;
	if (!text.size || text.size > 20)
		return false;
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] < '0' || text.data[i] > '9' || *number > UINT64_MAX / 10 - 1)
			return false;
		*number = *number * 10 + (uint64_t)(text.data[i] - '0');
	}
	return *number <= most;
}

static bool join(const struct redis_reply *hash, uint8_t **bytes, uint64_t *size)
{
	uint64_t chunks, at = 0;
	if (!read_number(redis_reply_field(hash, "chunks"), STATE_MOST / REDIS_STATE_CHUNK + 1, &chunks) ||
		!read_number(redis_reply_field(hash, "size"), STATE_MOST, size))
		return false;
	*bytes = memory_new(*size + 1, 1);
	for (uint64_t i = 0; i < chunks; i++) {
		char field[24];
		snprintf(field, sizeof field, "%llu", (unsigned long long)i);
		const struct view chunk = redis_reply_field(hash, field);
		if (!chunk.data || chunk.size > *size - at)
			return false;
		memcpy(*bytes + at, chunk.data, chunk.size);
		at += chunk.size;
	}
	return at == *size;
}

/* Who is there is asked now and then: the site may come, and somebody else's keys may be many. */
static bool tell_missing(struct redis_board *board, struct error *err)
{
	const int64_t now = clock_monotonic();
	if (!board->asked || now - board->asked > ASK_AGAIN)
		board->others = redis_sites_text(board->link, board->sites, sizeof board->sites);
	board->asked = board->asked && now - board->asked <= ASK_AGAIN ? board->asked : now;
	return fail(err, "nothing is stored for the site %s yet%s%s", board->site, board->others ? "; " : "",
		board->others ? board->sites : ": is its collector running?");
}

/* One HGETALL is one instant of Redis: the state and its LSN belong together. */
static bool read_state(struct redis_board *board, uint8_t **bytes, uint64_t *size, struct error *err)
{
	redis_meta_ask(board->site, &board->commands);
	redis_commands_add(&board->commands, "HGETALL", key_of(board, STORED_STATE, NULL), NULL);
	if (!ask(board, err))
		return false;
	struct redis_fault fault;
	if (!redis_meta_read(board->replies.list[0], &board->meta, &fault))
		return fail(err, "%.590s", fault.error.text);
	if (!board->meta.there)
		return tell_missing(board, err);
	board->others = 0;
	if (board->meta.schema > REDIS_SCHEMA)
		return fail(err, "a newer tablo writes the site %s (schema %llu, this one knows %d): update this one", board->site,
			(unsigned long long)board->meta.schema, REDIS_SCHEMA);
	if (!board->meta.whole)
		return fail(err, "the site %s is just being written anew: it takes some seconds", board->site);
	const struct redis_reply *hash = board->replies.list[1];
	if (hash->kind == REPLY_ARRAY && hash->count == 0)
		return fail(err, "the collector of the site %s keeps no packed state in Redis (store_state): attach to the collector itself", board->site);
	if (!join(hash, bytes, size) || !redis_decimal_read(redis_reply_field(hash, "lsn"), &board->lsn))
		return fail(err, "the packed state of the site %s is not whole: its collector writes it anew in some seconds", board->site);
	return true;
}

/* ---- the series ---- */

struct wanted {
	struct stretch_of_time stretch;
	int64_t before; /* buckets from here on are in the state */
};

static size_t choose(const struct engine *engine, int64_t from, int64_t before, struct wanted *wanted, size_t room)
{
	size_t count = 0;
	/* Where the settings want more than Redis keeps, the newest that there is room for. */
	const int64_t kept = series_kept(engine, GRAIN_QUARTERS), reach = before - ((int64_t)room - 1) * DAY_MS;
	const int64_t oldest = kept > reach ? kept : reach;
	for (int64_t day = from > oldest ? from : oldest; count < room;) {
		wanted[count] = (struct wanted){series_stretch(engine, GRAIN_QUARTERS, day), before};
		day = wanted[count].stretch.to;
		if (wanted[count++].stretch.to > before || day > engine_now(engine))
			break;
	}
	return count;
}

static bool take_stretch(struct engine *engine, const struct redis_owners *owners, const struct wanted *wanted, const struct redis_reply *hash,
	struct error *err)
{
	for (size_t i = 0; i + 1 < hash->count; i += 2)
		if (!redis_series_read(engine, owners, &wanted->stretch, wanted->before, redis_reply_text(hash->elements[i]),
			    redis_reply_text(hash->elements[i + 1]), err))
			return false;
	return true;
}

#define STRETCHES_MOST 64

static bool read_series(struct redis_board *board, struct engine *engine, int64_t from, int64_t before, struct error *err)
{
	struct wanted wanted[STRETCHES_MOST];
	const size_t count = choose(engine, from, before, wanted, STRETCHES_MOST);
	for (size_t i = 0; i < count; i++)
		redis_commands_add(&board->commands, "HGETALL", key_of(board, STORED_QUARTERS, wanted[i].stretch.name), NULL);
	if (!count || !ask(board, err))
		return !count;
	struct redis_owners *owners = redis_owners_create(engine);
	bool good = true;
	for (size_t i = 0; good && i < count; i++)
		good = take_stretch(engine, owners, &wanted[i], board->replies.list[i], err);
	redis_owners_destroy(owners);
	redis_replies_finish(&board->replies);
	return good;
}

/* ---- the whole ---- */

struct engine *redis_board_load(struct redis_board *board, int hours, struct error *err)
{
	uint8_t *bytes = NULL;
	uint64_t size;
	struct engine *engine = NULL;
	if (read_state(board, &bytes, &size, err))
		engine = engine_unpack(board->settings, bytes, size, &board->differs, err);
	free(bytes);
	redis_replies_finish(&board->replies);
	if (!engine)
		return NULL;
	const int64_t now = engine_now(engine);
	series_gauges_cut(engine, redis_state_since(engine));
	engine_keep_past(engine, hours && now != INT64_MIN ? now - hours * HOUR_MS : INT64_MIN);
	if (now == INT64_MIN || read_series(board, engine, hours ? now - hours * HOUR_MS : INT64_MIN, redis_state_since(engine), err))
		return engine;
	engine_destroy(engine);
	return NULL;
}

struct engine *redis_board_poll(struct redis_board *board, int hours, bool *moved, struct error *err)
{
	uint64_t lsn;
	redis_commands_add(&board->commands, "HGET", key_of(board, STORED_STATE, NULL), "lsn", NULL);
	*moved = true;
	if (!ask(board, err))
		return NULL;
	*moved = redis_decimal_read(redis_reply_text(board->replies.list[0]), &lsn) && lsn != board->lsn;
	return *moved ? redis_board_load(board, hours, err) : NULL;
}

uint64_t redis_board_lsn(const struct redis_board *board)
{
	return board->lsn;
}

bool redis_board_is_mistaken(const struct redis_board *board)
{
	return board->others > 0;
}

bool redis_board_differs(const struct redis_board *board)
{
	return board->differs;
}

struct engine *redis_store_load(const char *url, const struct settings *settings, struct error *err)
{
	struct redis_board *board = redis_board_open(url, settings, err);
	struct engine *engine = board ? redis_board_load(board, 0, err) : NULL;
	redis_board_close(board);
	return engine;
}
