#include "widgets/board_alerts.h"

#include <stdio.h>

#include "base/instant.h"
#include "base/text.h"
#include "base/words.h"
#include "tui/keys.h"

#define MUTED_FOR HOUR_MS

static bool stands(const struct list_alert *alert)
{
	return alert->state != LIST_ALERT_CLEARED;
}

/* The newest that nobody has answered; NULL: there is none. */
static const struct list_alert *newest(const struct snapshot *snapshot)
{
	for (int i = 0; i < snapshot->alert_count; i++)
		if (snapshot->alerts[i].state == LIST_ALERT_RAISED)
			return &snapshot->alerts[i];
	return NULL;
}

/* The one under the cursor of its page or of the panel; elsewhere the newest that nobody has answered. */
static const struct list_alert *alert_here(const struct board *board, const struct snapshot *snapshot)
{
	struct page_place place;
	if (board->page == BOARD_ALERTS)
		return page_place(&page_alerts_class, snapshot, &board->states, board_row(board, snapshot), &place) && place.row < snapshot->history_count ?
			&snapshot->history[place.row] : NULL;
	if (board->page != BOARD_OVERVIEW || board->focus != FOCUS_PANELS + PANEL_ALERTS)
		return newest(snapshot);
	const int row = board->scroll[board->focus];
	return row < snapshot->alert_count ? &snapshot->alerts[row] : NULL;
}

/* About the alert here; false: there is none that stands. */
static bool begin(struct board *board, const struct snapshot *snapshot, enum wish_kind kind, struct wish *wish)
{
	const struct list_alert *alert = alert_here(board, snapshot);
	if (!alert || !stands(alert)) {
		board_say(board, alert ? _("this alert has cleared: there is nothing to answer") : _("there is no alert to answer"));
		return false;
	}
	*wish = (struct wish){.kind = kind, .alert = alert->id, .site = alert->site};
	text_harmless(view_of(alert->text), board->answering, sizeof board->answering); /* as much as there is room for, in whole letters */
	return true;
}

/* Said at once; what became of it follows from the desk. */
static enum board_action answered(struct board *board)
{
	char text[sizeof board->said];
	board->answered = board->wish;
	snprintf(text, sizeof text, board->wish.kind == WISH_MUTE ? _("muted: %.120s") : _("acknowledged: %.120s"), board->answering);
	board_say(board, text);
	board->said_undo = true;
	return BOARD_WISH;
}

enum board_action alerts_answer(struct board *board, const struct snapshot *snapshot, int key)
{
	if (!begin(board, snapshot, key == 'a' ? WISH_ACKNOWLEDGE : WISH_MUTE, &board->wish))
		return BOARD_REDRAW;
	if (key == 'm')
		board->wish.value = snapshot->at + MUTED_FOR;
	return answered(board);
}

/* What was answered under the cursor; else what this board answered last. */
enum board_action alerts_undo(struct board *board, const struct snapshot *snapshot, int key)
{
	const bool is_chosen = board->page == BOARD_ALERTS || board->focus == FOCUS_PANELS + PANEL_ALERTS;
	const struct list_alert *alert = is_chosen ? alert_here(board, snapshot) : NULL;
	(void)key;
	if (alert && (alert->state == LIST_ALERT_ACKNOWLEDGED || alert->muted)) {
		board->wish = (struct wish){.alert = alert->id, .site = alert->site};
	} else if (board->answered.alert) {
		board->wish = (struct wish){.alert = board->answered.alert, .site = board->answered.site};
	} else {
		board_say(board, _("nobody has answered this alert: there is nothing to take back"));
		return BOARD_REDRAW;
	}
	board->wish.kind = WISH_TAKE_BACK;
	board->answered = (struct wish){.alert = 0};
	return BOARD_WISH;
}

enum board_action alerts_answer_until(struct board *board, const struct snapshot *snapshot, int key)
{
	if (begin(board, snapshot, key == 'A' ? WISH_ACKNOWLEDGE : WISH_MUTE, &board->answer))
		entry_begin(&board->entry, key == 'A' ? ENTRY_ACKNOWLEDGE : ENTRY_MUTE);
	return BOARD_REDRAW;
}

void alerts_hear(struct board *board, const struct snapshot *snapshot)
{
	char text[sizeof board->said], words[91], about[71];
	text_harmless(view_of(snapshot->words), words, sizeof words);
	text_harmless(view_of(board->answering), about, sizeof about);
	if (snapshot->refused)
		board->answered = (struct wish){.alert = 0};
	if (board->answered.alert)
		snprintf(text, sizeof text, "%s: %s", words, about);
	board_say(board, board->answered.alert ? text : snapshot->words);
	board->said_undo = board->answered.alert != 0;
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
	return *until > snapshot->at || fail(err, _("that has passed: say a time that is to come"));
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
	return answered(board);
}
