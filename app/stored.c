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

static void look(struct stored *stored)
{
	struct error err = {0};
	bool moved = false;
	struct engine *engine = stored->moved ? redis_board_poll(stored->board, stored->older ? 0 : HOURS_FIRST, &moved, &err)
					      : redis_board_load(stored->board, HOURS_FIRST, &err);
	stored->due = clock_monotonic() + LOOK_MS;
	if (engine && stored->moved && !stored->older)
		stored->older = redis_board_load_older(stored->board, engine, 0, &err);
	if (engine) {
		engine_destroy(stored->engine);
		stored->engine = engine;
		stored->moved = clock_monotonic();
		if (redis_board_differs(stored->board) && !stored->told)
			log_line(LOG_LEVEL_WARNING, "what Redis holds was counted by other rules than this board's configuration says: give both the same");
		stored->told = redis_board_differs(stored->board);
	}
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

enum link_state stored_link(const struct stored *stored, int64_t *silent, const char **why)
{
	int64_t age = stored->moved ? clock_monotonic() - stored->moved : 0;
	*silent = age;
	*why = stored->why;
	if (!stored->moved)
		return LINK_CONNECTING;
	return stored->why[0] || age > MOVES_WITHIN ? LINK_STALE : LINK_LIVE;
}
