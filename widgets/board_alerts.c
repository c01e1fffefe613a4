#include "widgets/board_alerts.h"

#include <stdio.h>

#include "base/instant.h"
#include "tui/keys.h"

#define MUTED_FOR HOUR_MS

/* About the alert under the cursor; false: there is none that stands. */
static bool begin(struct board *board, const struct snapshot *snapshot, enum wish_kind kind, struct wish *wish)
{
	const int row = board_row(board, snapshot);
	const bool is_here = row >= 0 && row < snapshot->history_count;
	if (!is_here || snapshot->history[row].state == LIST_ALERT_CLEARED) {
		board_say(board, is_here ? "this alert has cleared: there is nothing to answer" : "there is no alert to answer");
		return false;
	}
	const struct list_alert *alert = &snapshot->history[row];
	if (kind == WISH_TAKE_BACK && alert->state != LIST_ALERT_ACKNOWLEDGED) {
		board_say(board, "nobody has answered this alert: there is nothing to take back");
		return false;
	}
	*wish = (struct wish){.kind = kind, .alert = alert->id, .site = alert->site};
	return true;
}

enum board_action alerts_answer(struct board *board, const struct snapshot *snapshot, int key)
{
	if (!begin(board, snapshot, key == 'a' ? WISH_ACKNOWLEDGE : key == 'm' ? WISH_MUTE : WISH_TAKE_BACK, &board->wish))
		return BOARD_REDRAW;
	if (key == 'm')
		board->wish.value = snapshot->at + MUTED_FOR;
	return BOARD_WISH;
}

enum board_action alerts_answer_until(struct board *board, const struct snapshot *snapshot, int key)
{
	if (begin(board, snapshot, key == 'A' ? WISH_ACKNOWLEDGE : WISH_MUTE, &board->answer))
		entry_begin(&board->entry, key == 'A' ? ENTRY_ACKNOWLEDGE : ENTRY_MUTE);
	return BOARD_REDRAW;
}

/* "+1h" is from now on; a clock time that has passed is tomorrow's. */
static bool read_until(const struct snapshot *snapshot, const char *text, int64_t *until, struct error *err)
{
	int64_t by;
	if (*text == '+') {
		if (!duration_parse(view_of(text + 1), &by, err))
			return false;
		*until = snapshot->at + by;
		return true;
	}
	if (!instant_parse(view_of(text), snapshot->zone, snapshot->at, until, err))
		return false;
	if (*until <= snapshot->at && *until > snapshot->at - DAY_MS && *text != '-')
		*until += DAY_MS;
	return *until > snapshot->at || fail(err, "that has passed: say a time that is to come");
}

enum board_action alerts_entry_key(struct board *board, const struct snapshot *snapshot, int key)
{
	struct entry *entry = &board->entry;
	struct error err;
	if (key != SCREEN_KEY_ENTER && key != SCREEN_KEY_ESCAPE)
		return entry_key(entry, key) ? BOARD_REDRAW : BOARD_NOTHING;
	if (key == SCREEN_KEY_ESCAPE || !*entry->typed) {
		entry_begin(entry, ENTRY_NONE);
		return BOARD_REDRAW;
	}
	board->wish = board->answer;
	if (!read_until(snapshot, entry->typed, &board->wish.value, &err)) {
		snprintf(entry->wrong, sizeof entry->wrong, "%.150s", err.text);
		return BOARD_REDRAW;
	}
	entry_begin(entry, ENTRY_NONE);
	return BOARD_WISH;
}
