/* Every queue and channel with all the figures there is room for, the worst first. */
#include <inttypes.h>
#include <stdio.h>

#include "base/words.h"
#include "widgets/list.h"
#include "widgets/pages.h"

/* A queue's figures are not a team's. */
static int count(const struct snapshot *snapshot)
{
	return scope_of_people(snapshot->request.scope) ? 0 : snapshot->row_count;
}

static const char *why_empty(const struct snapshot *snapshot)
{
	return scope_of_people(snapshot->request.scope) ? _("queues are not told by team: Backspace takes the team off") : _("no contact yet");
}

static enum level level_at(const struct snapshot *snapshot, int row)
{
	return snapshot->rows[row].worst;
}

static bool is_old(const struct snapshot *snapshot, int row)
{
	return snapshot->rows[row].stale;
}

static const struct figure *figures_at(const struct snapshot *snapshot, int row)
{
	return snapshot->rows[row].figures;
}

static void write_queue(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	const struct snapshot_row *of = &snapshot->rows[row];
	list_put(cell, of->worst == LEVEL_WARN || of->worst == LEVEL_CRIT ? ROLE_STRONG : ROLE_TEXT, "%s%s%s", of->site, *of->site ? "/" : "", of->queue);
}

static void write_channel(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	list_put(cell, ROLE_DIM, "%s", words_of("channel", snapshot->rows[row].channel));
}

static void write_free(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	const struct figure *figures = snapshot->rows[row].figures;
	const struct figure *on = &figures[metric_find("agents_on")], *idle = &figures[metric_find("agents_free")];
	if (on->known && idle->known)
		list_put(cell, ROLE_TEXT, "%" PRId64 "/%" PRId64, idle->numerator, on->numerator);
	else
		list_put(cell, ROLE_DIM, "\u2013");
}

static const struct list_column columns[] = {
	{.header = NC_("column", "queue"), .width = 16, .narrow_width = 14, .grows = true, .write = write_queue},
	{.header = NC_("column", "channel"), .narrow_header = NC_("column", "ch"), .width = 7, .narrow_width = 5, .rank = 7, .write = write_channel},
	{.header = NC_("column", "waiting"), .narrow_header = NC_("column", "wait"), .width = 7, .narrow_width = 5, .right = true, .metric = "queue_depth"},
	{.header = NC_("column", "longest"), .width = 8, .narrow_width = 7, .right = true, .metric = "longest_wait"},
	{.header = NC_("column", "SL"), .width = 6, .narrow_width = 5, .rank = 2, .right = true, .metric = "service_level"},
	{.header = NC_("column", "ASA"), .width = 7, .narrow_width = 6, .rank = 6, .right = true, .metric = "asa"},
	{.header = NC_("column", "AHT"), .width = 7, .narrow_width = 6, .rank = 3, .right = true, .metric = "aht"},
	{.header = NC_("column", "free/on"), .narrow_header = NC_("column", "free"), .width = 7, .narrow_width = 6, .rank = 4, .right = true, .write = write_free},
	{.header = NC_("column", "offered"), .narrow_header = NC_("column", "offer"), .width = 7, .narrow_width = 6, .rank = 7, .right = true, .metric = "offered"},
	{.header = NC_("column", "abandoned"), .narrow_header = NC_("column", "aband"), .width = 9, .narrow_width = 5, .rank = 5, .right = true, .metric = "abandon_rate"},
	{.header = NC_("column", "breached"), .narrow_header = NC_("column", "SLA"), .width = 8, .narrow_width = 4, .rank = 3, .right = true, .metric = "sla_breached"},
	{.header = NC_("column", "open"), .width = 5, .rank = 8, .right = true, .metric = "backlog"},
	{.header = NC_("column", "FCR"), .width = 6, .rank = 9, .right = true, .metric = "fcr"},
	{.header = NC_("column", "CSAT"), .width = 6, .rank = 9, .right = true, .metric = "csat"},
	{.header = NULL},
};

static const struct list_class list = {
	.columns = columns, .count = count, .level = level_at, .is_old = is_old, .figures = figures_at, .why_empty = why_empty};

static void draw(const struct snapshot *snapshot, const struct widget_view *view)
{
	char window[32], note[PART_TEXT];
	window_text(snapshot->request.window, false, window, sizeof window);
	const struct list_state *state = list_state_find(view->states, &list);
	snprintf(note, sizeof note, _("%d %s \u00B7 %s \u00B7 sorted by %s"), count(snapshot), words_plural("row", "rows", count(snapshot)), window,
		state && state->column ? words_of("column", columns[state->column - 1].header) : state && state->turned ? _("best") : _("worst"));
	list_draw(&list, snapshot, view, panel_open(view, LEVEL_NONE, _("QUEUES"), note));
}

/* What makes the row bad; where nothing does, who waits. */
static bool evidence(const struct snapshot *snapshot, int row, struct proof_request *request)
{
	static const char *const shown[] = {"queue_depth", "longest_wait", "service_level", "aht", "sla_breached_open"};
	const struct snapshot_row *of = &snapshot->rows[row];
	request->metric = metric_find(shown[0]);
	for (size_t i = 0; i < sizeof shown / sizeof *shown && of->worst >= LEVEL_WARN; i++)
		if (of->figures[metric_find(shown[i])].level == of->worst) {
			request->metric = metric_find(shown[i]);
			break;
		}
	request->is_scoped = true;
	request->scope = of->scope;
	return true;
}

static const struct list_class *const shown[] = {&list, NULL};

const struct page_class page_queues_class = {.lists_shown = shown, .draw = draw, .evidence = evidence};
