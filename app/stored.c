#include <stdio.h>
#include <stdlib.h>

#include "app/stored.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/log.h"
#include "base/memory.h"
#include "store/redis_board.h"

#define LOOK_MS SECOND_MS
#define HOURS_FIRST 24	 /* read before the first picture; the rest after it */
#define MOVES_WITHIN (10 * SECOND_MS) /* a collector that lives writes its state that often */

struct stored {
	const struct settings *settings;
	struct redis_board *board;
	struct engine *engine; /* read, and not yet taken */
	int64_t due, moved;    /* monotonic; moved 0: nothing was read yet */
	bool older;	       /* the rest of the history was read too */
	bool told;	       /* that it is counted by other rules */
	char why[600];
};

static void note(struct stored *stored, const struct error *err)
{
	if (err->text[0] && strcmp(stored->why, err->text) != 0)
		log_line(LOG_LEVEL_WARNING, "Redis: %s", err->text);
	snprintf(stored->why, sizeof stored->why, "%s", err->text);
}

/* The first look reads one day, the second everything, whether or not the collector wrote meanwhile. */
static struct engine *read_engine(struct stored *stored, bool *moved, struct error *err)
{
	*moved = !stored->moved;
	if (!stored->moved)
		return redis_board_load(stored->board, HOURS_FIRST, err);
	if (stored->older)
		return redis_board_poll(stored->board, 0, moved, err);
	const uint64_t before = redis_board_lsn(stored->board);
	struct engine *engine = redis_board_load(stored->board, 0, err);
	stored->older = engine != NULL;
	*moved = engine && redis_board_lsn(stored->board) != before;
	return engine;
}

static void look(struct stored *stored)
{
	struct error err = {0};
	bool moved;
	struct engine *engine = read_engine(stored, &moved, &err);
	const bool hurries = engine && !stored->older;
	stored->due = clock_monotonic() + (hurries ? 0 : LOOK_MS);
	if (engine) {
		engine_destroy(stored->engine);
		stored->engine = engine;
		if (redis_board_differs(stored->board) && !stored->told)
			log_line(LOG_LEVEL_WARNING, "what Redis holds was counted by other rules than this board's configuration says: give both the same");
		stored->told = redis_board_differs(stored->board);
	}
	if (engine && moved)
		stored->moved = clock_monotonic();
	note(stored, &err);
}

struct stored *stored_open(const char *url, const struct settings *settings, struct error *err)
{
	struct redis_board *board = redis_board_open(url, settings, err);
	if (!board)
		return NULL;
	struct stored *stored = memory_new(1, sizeof *stored);
	stored->settings = settings;
	stored->board = board;
	look(stored);
	return stored;
}

void stored_close(struct stored *stored)
{
	if (!stored)
		return;
	engine_destroy(stored->engine);
	redis_board_close(stored->board);
	free(stored);
}

struct engine *stored_take(struct stored *stored)
{
	if (clock_monotonic() >= stored->due)
		look(stored);
	struct engine *engine = stored->engine;
	stored->engine = NULL;
	return engine;
}

int64_t stored_due(const struct stored *stored)
{
	return stored->engine ? 0 : stored->due;
}

bool stored_is_mistaken(const struct stored *stored)
{
	return !stored->moved && redis_board_is_mistaken(stored->board);
}

enum link_state stored_link(const struct stored *stored, int64_t *silent, const char **why)
{
	int64_t age = stored->moved ? clock_monotonic() - stored->moved : 0;
	*silent = age;
	*why = stored->why;
	if (!stored->moved)
		return LINK_CONNECTING;
	return stored->why[0] || age > MOVES_WITHIN ? LINK_STALE : LINK_LIVE;
}
