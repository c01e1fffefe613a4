#include "widgets/board_replay.h"

#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/words.h"
#include "tui/keys.h"
#include "widgets/timeline.h"

static enum board_action wish(struct board *board, enum wish_kind kind, int64_t value)
{
	board->wish = (struct wish){.kind = kind, .value = value};
	return BOARD_WISH;
}

enum board_action replay_pause(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)snapshot;
	(void)key;
	return wish(board, WISH_PAUSE, 0);
}

enum board_action replay_move(struct board *board, const struct snapshot *snapshot, int key)
{
	static const struct {
		int key;
		int64_t by;
	} moves[] = {
		{SCREEN_KEY_LEFT, -10 * SECOND_MS}, {SCREEN_KEY_RIGHT, 10 * SECOND_MS}, {SCREEN_KEY_UP, -MINUTE_MS}, {SCREEN_KEY_DOWN, MINUTE_MS},
		{SCREEN_KEY_SHIFT_LEFT, -10 * MINUTE_MS}, {SCREEN_KEY_SHIFT_RIGHT, 10 * MINUTE_MS}, {SCREEN_KEY_SHIFT_UP, -10 * MINUTE_MS},
		{SCREEN_KEY_SHIFT_DOWN, 10 * MINUTE_MS},
	};
	(void)snapshot;
	for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
		if (moves[i].key == key)
			return wish(board, WISH_MOVE, moves[i].by);
	return BOARD_NOTHING;
}

enum board_action replay_step(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)snapshot;
	return wish(board, WISH_STEP, key == '.' ? 1 : -1);
}

enum board_action replay_speed(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)snapshot;
	return wish(board, WISH_SPEED, key == ']' ? 1 : -1);
}

enum board_action replay_incident(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)snapshot;
	return wish(board, WISH_INCIDENT, key == 'n' ? 1 : -1);
}

enum board_action replay_end(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)snapshot;
	return wish(board, WISH_END, key == SCREEN_KEY_END ? 1 : -1);
}

enum board_action replay_zoom(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)snapshot;
	return wish(board, WISH_ZOOM, key == 'z' ? 0 : key == '-' ? -1 : 1);
}

enum board_action replay_compare(struct board *board, const struct snapshot *snapshot, int key)
{
	(void)snapshot;
	(void)key;
	return wish(board, WISH_COMPARE, 0);
}

/* ---- the line to type in ---- */

/* "report-incident-1999-08-01.html" */
static void propose_name(const struct snapshot *snapshot, char *to, size_t room)
{
	const struct civil civil = instant_civil(snapshot->timeline->cursor, snapshot->zone);
	snprintf(to, room, "report-%s-%04d-%02d-%02d.html", snapshot->timeline->journal, civil.year, civil.month, civil.day);
}

enum board_action replay_type(struct board *board, const struct snapshot *snapshot, int key)
{
	if (key == 'm' && !snapshot->timeline->can_mark) {
		board_say(board, _("no mark can be set here: the journal's directory cannot be written to"));
		return BOARD_REDRAW;
	}
	entry_begin(&board->entry, key == 'm' ? ENTRY_MARK : key == 'e' ? ENTRY_REPORT : ENTRY_TIME);
	if (key == 'e')
		propose_name(snapshot, board->entry.typed, sizeof board->entry.typed);
	return BOARD_REDRAW;
}

/* Besides what instants may look like everywhere, "+1h" is counted from the cursor. */
static bool read_time(const struct snapshot *snapshot, const char *text, int64_t *at, struct error *err)
{
	int64_t by;
	if (*text != '+')
		return instant_parse(view_of(text), snapshot->zone, snapshot->timeline->cursor, at, err);
	if (!duration_parse(view_of(text + 1), &by, err))
		return false;
	*at = snapshot->timeline->cursor + by;
	return true;
}

static enum board_action finish_entry(struct board *board, const struct snapshot *snapshot)
{
	struct entry *entry = &board->entry;
	struct error err;
	int64_t at;
	if (!*entry->typed) {
		entry_begin(entry, ENTRY_NONE);
		return BOARD_REDRAW;
	}
	if (entry->kind == ENTRY_TIME && !read_time(snapshot, entry->typed, &at, &err)) {
		snprintf(entry->wrong, sizeof entry->wrong, "%.150s", err.text);
		return BOARD_REDRAW;
	}
	if (entry->kind == ENTRY_TIME)
		wish(board, WISH_GO, at);
	else
		wish(board, entry->kind == ENTRY_MARK ? WISH_MARK : WISH_REPORT, 0);
	if (entry->kind != ENTRY_TIME)
		snprintf(board->wish.text, sizeof board->wish.text, "%s", entry->typed);
	entry_begin(entry, ENTRY_NONE);
	return BOARD_WISH;
}

enum board_action replay_entry_key(struct board *board, const struct snapshot *snapshot, int key)
{
	if (key == SCREEN_KEY_ENTER)
		return finish_entry(board, snapshot);
	if (key == SCREEN_KEY_ESCAPE) {
		entry_begin(&board->entry, ENTRY_NONE);
		return BOARD_REDRAW;
	}
	return entry_key(&board->entry, key) ? BOARD_REDRAW : BOARD_NOTHING;
}

/* ---- marks ---- */

enum board_action replay_marks(struct board *board, const struct snapshot *snapshot, int key)
{
	const struct timeline *timeline = snapshot->timeline;
	(void)key;
	if (timeline->mark_count == 0) {
		board_say(board, _("there is no mark in this journal: m sets one"));
		return BOARD_REDRAW;
	}
	if (timeline->mark_count == 1)
		return wish(board, WISH_GO, timeline->marks[0].at);
	/* The first one after the cursor is the likeliest. */
	board->mark = 0;
	while (board->mark + 1 < timeline->mark_count && timeline->marks[board->mark].at <= timeline->cursor)
		board->mark++;
	board->page = BOARD_MARKS;
	return BOARD_REDRAW;
}

enum board_action replay_mark_key(struct board *board, const struct snapshot *snapshot, int key)
{
	const int last = snapshot->timeline->mark_count - 1;
	if (key == SCREEN_KEY_ENTER && board->mark <= last) {
		board->page = board->home;
		return wish(board, WISH_GO, snapshot->timeline->marks[board->mark].at);
	}
	board->mark += key == SCREEN_KEY_UP ? -1 : key == SCREEN_KEY_DOWN ? 1 : 0;
	board->mark = board->mark > last ? last : board->mark;
	board->mark = board->mark < 0 ? 0 : board->mark;
	return BOARD_REDRAW;
}

/* ---- the mouse ---- */

enum board_action replay_click(struct board *board, const struct snapshot *snapshot, int x, int y)
{
	int64_t at;
	if (!snapshot->timeline || board->page != BOARD_OVERVIEW || board->layout.line)
		return BOARD_NOTHING;
	if (!timeline_instant(snapshot->timeline, board->layout.timeline, board->layout.bare, x, y, &at))
		return BOARD_NOTHING;
	return wish(board, WISH_GO, at);
}
