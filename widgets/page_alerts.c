/* The alerts: what stands, then what was, with how long it lasted and what somebody did about it. */
#include <stdio.h>
#include <string.h>

#include "base/words.h"
#include "tui/format.h"
#include "widgets/list.h"
#include "widgets/pages.h"

/* enum alert_answer, as the page says it. */
static const char *const answers[] = {"", N_("acknowledged"), N_("muted"), N_("taken back")};
#define ANSWERS (int)(sizeof answers / sizeof *answers)

static int count(const struct snapshot *snapshot)
{
	return snapshot->history_count;
}

static const struct list_alert *alert_at(const struct snapshot *snapshot, int row)
{
	return &snapshot->history[row];
}

/* What is over steps back. */
static enum role role_of(const struct snapshot *snapshot, int row, enum role otherwise)
{
	return alert_at(snapshot, row)->state == LIST_ALERT_CLEARED ? ROLE_FAINT : otherwise;
}

static enum level level_at(const struct snapshot *snapshot, int row)
{
	const struct list_alert *alert = alert_at(snapshot, row);
	if (alert->state != LIST_ALERT_RAISED)
		return LEVEL_NONE;
	return alert->severity == SEVERITY_CRITICAL ? LEVEL_CRIT : LEVEL_WARN;
}

static void write_raised(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	list_put_clock(cell, role_of(snapshot, row, ROLE_DIM), snapshot, alert_at(snapshot, row)->raised, true);
}

static void write_state(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	const struct list_alert *alert = alert_at(snapshot, row);
	const enum level level = level_at(snapshot, row);
	static const char *const words[] = {[LIST_ALERT_RAISED] = N_("raised"), [LIST_ALERT_ACKNOWLEDGED] = N_("ack"), [LIST_ALERT_CLEARED] = N_("cleared")};
	list_put(cell, level ? level_role(level) : role_of(snapshot, row, ROLE_DIM), "%s", alert->muted ? _("muted") : _(words[alert->state]));
}

static void write_text(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	const struct list_alert *alert = alert_at(snapshot, row);
	list_put(cell, role_of(snapshot, row, alert->state == LIST_ALERT_RAISED ? ROLE_STRONG : ROLE_TEXT), "%s", alert->text);
}

static void write_lasted(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	const struct list_alert *alert = alert_at(snapshot, row);
	const int64_t until = alert->cleared ? alert->cleared : snapshot->at;
	list_put_duration(cell, until > alert->raised ? until - alert->raised : 0);
	cell->role = role_of(snapshot, row, ROLE_TEXT);
}

static void write_cleared(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	list_put_clock(cell, role_of(snapshot, row, ROLE_DIM), snapshot, alert_at(snapshot, row)->cleared, true);
}

/* "acknowledged Mia 14:03 until 15:00" */
static void write_answer(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	const struct list_alert *alert = alert_at(snapshot, row);
	char at[16], until[16] = "";
	if (!alert->answered || alert->answer <= 0 || alert->answer >= ANSWERS)
		return;
	clock_text(alert->answered, snapshot->zone, false, at, sizeof at);
	if (alert->until && alert->until != alert->answered)
		clock_text(alert->until, snapshot->zone, false, until, sizeof until);
	list_put(cell, role_of(snapshot, row, ROLE_DIM), "%s %s%s%s%s%s", _(answers[alert->answer]), alert->by, *alert->by ? " " : "", at, *until ? _(" until ") : "", until);
}

static const struct list_column columns[] = {
	{.header = NC_("column", "raised"), .width = 8, .write = write_raised},
	{.header = NC_("column", "state"), .width = 7, .write = write_state},
	{.header = NC_("column", "what"), .width = 40, .narrow_width = 28, .grows = true, .write = write_text},
	{.header = NC_("column", "for"), .width = 8, .narrow_width = 7, .right = true, .write = write_lasted},
	{.header = NC_("column", "cleared"), .width = 8, .rank = 3, .write = write_cleared},
	{.header = NC_("column", "answered"), .width = 36, .narrow_width = 18, .rank = 2, .write = write_answer},
	{.header = NULL},
};

static const struct list_class list = {.columns = columns, .count = count, .level = level_at, .empty = N_("nothing has been raised yet")};

static void draw(const struct snapshot *snapshot, const struct widget_view *view)
{
	char note[PART_TEXT];
	int states[3] = {0}, muted = 0;
	for (int i = 0; i < snapshot->history_count; i++) {
		const struct list_alert *alert = alert_at(snapshot, i);
		muted += alert->muted;
		states[alert->state] += !alert->muted;
	}
	snprintf(note, sizeof note, _("%d raised \u00B7 %d acknowledged \u00B7 %d muted \u00B7 %d cleared"), states[LIST_ALERT_RAISED],
		states[LIST_ALERT_ACKNOWLEDGED], muted, states[LIST_ALERT_CLEARED]);
	list_draw(&list, snapshot, view, panel_open(view, LEVEL_NONE, _("ALERTS"), note));
}

/* The life of the case or contact it is about, else the rows of its figure in its scope. */
static bool evidence(const struct snapshot *snapshot, int row, struct proof_request *request)
{
	const struct list_alert *alert = alert_at(snapshot, row);
	if (*alert->about) {
		memcpy(request->subject, alert->about, sizeof request->subject);
		request->around = alert->raised;
		return true;
	}
	request->metric = alert->metric;
	request->is_scoped = true;
	request->scope = alert->scope;
	return alert->metric >= 0;
}

static const struct list_class *const shown[] = {&list, NULL};

const struct page_class page_alerts_class = {.lists_shown = shown, .lists = 1u << SNAPSHOT_ALERTS, .draw = draw, .evidence = evidence};
