/* SLA clocks: how many there are by clock and by the priority of their cases, how old the backlog is, and which run out next. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/words.h"
#include "widgets/evidence.h"
#include "widgets/pages.h"
#include "widgets/timeline.h"

/* ---- clocks by kind and by priority ---- */

static int kind_count(const struct snapshot *snapshot)
{
	return snapshot->clock_kind_count;
}

static int priority_count(const struct snapshot *snapshot)
{
	return snapshot->priority_count;
}

static enum level level_of(const struct list_clocks *clocks)
{
	return clocks->breached ? LEVEL_CRIT : clocks->due_soon ? LEVEL_WARN : LEVEL_NONE;
}

static enum level kind_level(const struct snapshot *snapshot, int row)
{
	return level_of(&snapshot->clock_kinds[row]);
}

static enum level priority_level(const struct snapshot *snapshot, int row)
{
	return level_of(&snapshot->priorities[row]);
}

static void put_count(struct list_cell *cell, int64_t count, enum role role)
{
	list_put(cell, count ? role : ROLE_DIM, "%" PRId64, count);
}

/* The same columns over two arrays. */
#define CLOCK_COLUMNS(kind, items)                                                                                     \
	static void kind##_running(const struct snapshot *snapshot, int row, struct list_cell *cell)                    \
	{                                                                                                               \
		put_count(cell, snapshot->items[row].running, ROLE_TEXT);                                               \
	}                                                                                                               \
	static void kind##_soon(const struct snapshot *snapshot, int row, struct list_cell *cell)                       \
	{                                                                                                               \
		put_count(cell, snapshot->items[row].due_soon, ROLE_WARN);                                              \
	}                                                                                                               \
	static void kind##_paused(const struct snapshot *snapshot, int row, struct list_cell *cell)                     \
	{                                                                                                               \
		put_count(cell, snapshot->items[row].paused, ROLE_TEXT);                                                \
	}                                                                                                               \
	static void kind##_breached(const struct snapshot *snapshot, int row, struct list_cell *cell)                   \
	{                                                                                                               \
		put_count(cell, snapshot->items[row].breached, ROLE_CRIT);                                              \
	}
CLOCK_COLUMNS(kind, clock_kinds)
CLOCK_COLUMNS(priority, priorities)
#undef CLOCK_COLUMNS

static void kind_name(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	words_text(snapshot->clock_kinds[row].name, cell->text, sizeof cell->text);
}

static void priority_name(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	list_put(cell, ROLE_TEXT, "%s", words_of("priority", snapshot->priorities[row].name));
}

/* The share of one clock, or of one priority, is a metric of its own: "sla_met_first_reply", "sla_met_p1". */
static void put_met(const struct snapshot *snapshot, const char *of, struct list_cell *cell)
{
	char name[64];
	snprintf(name, sizeof name, "sla_met_%s", of);
	for (char *at = name; *at; at++)
		*at = (char)tolower((unsigned char)*at);
	list_put_figure(cell, name, snapshot_figure(snapshot, name));
}

static void kind_met(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	put_met(snapshot, snapshot->clock_kinds[row].name, cell);
}

static void priority_met(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	put_met(snapshot, snapshot->priorities[row].name, cell);
}

static const struct list_column kind_columns[] = {
	{.header = NC_("column", "clock"), .width = 12, .narrow_width = 11, .grows = true, .write = kind_name},
	{.header = NC_("column", "running"), .narrow_header = NC_("column", "run"), .width = 7, .narrow_width = 5, .right = true, .write = kind_running},
	{.header = NC_("column", "soon"), .width = 5, .narrow_width = 4, .rank = 2, .right = true, .write = kind_soon},
	{.header = NC_("column", "paused"), .narrow_header = NC_("column", "pause"), .width = 6, .narrow_width = 5, .right = true, .write = kind_paused},
	{.header = NC_("column", "breached"), .narrow_header = NC_("column", "over"), .width = 8, .narrow_width = 5, .right = true, .write = kind_breached},
	{.header = NC_("column", "met"), .width = 6, .rank = 1, .right = true, .write = kind_met},
	{.header = NULL},
};

static const struct list_column priority_columns[] = {
	{.header = NC_("column", "priority"), .width = 8, .write = priority_name},
	{.header = NC_("column", "running"), .narrow_header = NC_("column", "run"), .width = 7, .narrow_width = 5, .right = true, .write = priority_running},
	{.header = NC_("column", "soon"), .width = 5, .narrow_width = 4, .rank = 2, .right = true, .write = priority_soon},
	{.header = NC_("column", "paused"), .narrow_header = NC_("column", "pause"), .width = 6, .narrow_width = 5, .right = true, .write = priority_paused},
	{.header = NC_("column", "breached"), .narrow_header = NC_("column", "over"), .width = 8, .narrow_width = 5, .right = true, .write = priority_breached},
	{.header = NC_("column", "met"), .width = 6, .rank = 1, .right = true, .write = priority_met},
	{.header = NULL},
};

static bool ask_clocks(const struct list_clocks *clocks, struct proof_request *request)
{
	request->metric = metric_find(clocks->breached ? "sla_breached_open" : clocks->running || !clocks->paused ? "sla_running" : "sla_paused");
	snprintf(request->name, sizeof request->name, "%s", clocks->name);
	return true;
}

static bool kind_evidence(const struct snapshot *snapshot, int row, struct proof_request *request)
{
	return ask_clocks(&snapshot->clock_kinds[row], request);
}

static bool priority_evidence(const struct snapshot *snapshot, int row, struct proof_request *request)
{
	return ask_clocks(&snapshot->priorities[row], request);
}

static const struct list_class kinds = {.columns = kind_columns, .count = kind_count, .level = kind_level, .empty = N_("no clock is running"),
	.evidence = kind_evidence};
static const struct list_class priorities = {.columns = priority_columns, .count = priority_count, .level = priority_level,
	.empty = N_("no clock is running"), .evidence = priority_evidence};

static void kinds_note(const struct snapshot *snapshot, char *to, size_t room)
{
	char met[48], window[32];
	const struct figure *figure = snapshot_figure(snapshot, "sla_met_rate");
	figure_text("sla_met_rate", figure, false, met, sizeof met);
	window_text(snapshot->request.window, true, window, sizeof window);
	if (figure->known)
		snprintf(to, room, _("met %s of %" PRId64 " \u00B7 %s"), met, figure->denominator, window);
}

/* ---- the backlog ---- */

static const struct {
	const char *metric, *title;
} bands[] = {
	{"backlog_under_1d", N_("under a day")}, {"backlog_1d", N_("1 to 3 d")}, {"backlog_3d", N_("3 to 7 d")}, {"backlog_7d", N_("7 to 30 d")},
	{"backlog_30d", N_("over 30 d")}, {"backlog_p50", N_("median")},
	/* xgettext:no-c-format */
	{"backlog_p90", N_("90 % under")}, {"backlog_oldest", N_("oldest")},
};

/* Where no case is open there is nothing to go through. */
static int band_count(const struct snapshot *snapshot)
{
	const struct figure *backlog = snapshot_figure(snapshot, "backlog");
	return backlog->known && backlog->numerator > 0 ? (int)(sizeof bands / sizeof *bands) : 0;
}

static enum level band_level(const struct snapshot *snapshot, int row)
{
	const struct figure *figure = snapshot_figure(snapshot, bands[row].metric);
	return figure->known ? figure->level : LEVEL_NONE;
}

static void band_name(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	(void)snapshot;
	list_put(cell, ROLE_TEXT, "%s", _(bands[row].title));
}

static void band_figure(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	list_put_figure(cell, bands[row].metric, snapshot_figure(snapshot, bands[row].metric));
}

static bool band_evidence(const struct snapshot *snapshot, int row, struct proof_request *request)
{
	(void)snapshot;
	request->metric = metric_find(bands[row].metric);
	return true;
}

static const struct list_column band_columns[] = {
	{.header = NC_("column", "age"), .width = 11, .grows = true, .write = band_name},
	{.header = NC_("column", "cases"), .width = 9, .right = true, .write = band_figure},
	{.header = NULL},
};
static const struct list_class backlog = {.columns = band_columns, .count = band_count, .level = band_level, .empty = N_("no case is open"),
	.evidence = band_evidence};

static void backlog_note(const struct snapshot *snapshot, char *to, size_t room)
{
	const struct figure *figure = snapshot_figure(snapshot, "backlog");
	if (figure->known)
		snprintf(to, room, _("%" PRId64 " open"), figure->numerator);
}

/* ---- what is due next ---- */

static int due_count(const struct snapshot *snapshot)
{
	return snapshot->due_count;
}

static enum level due_level(const struct snapshot *snapshot, int row)
{
	return snapshot->due[row].breached ? LEVEL_CRIT : snapshot->due[row].level;
}

static void due_case(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	case_text(snapshot->due[row].case_id, cell->text, sizeof cell->text);
}

static void due_clock(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	words_text(snapshot->due[row].clock, cell->text, sizeof cell->text);
}

static void due_where(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	where_text(snapshot->due[row].queue, snapshot->due[row].channel, cell->text, sizeof cell->text);
}

static void due_priority(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	if (snapshot->due[row].priority > 0)
		list_put(cell, ROLE_DIM, "%s", words_of("priority", list_priority_name(snapshot->due[row].priority)));
}

/* Paused stands beside breached: a clock that is both is told as both. */
static void due_state(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	const struct list_due *due = &snapshot->due[row];
	if (due->breached)
		list_put(cell, ROLE_CRIT, due->paused ? _("breached, paused") : _("breached"));
	else if (due->paused)
		list_put(cell, ROLE_DIM, _("paused"));
	else
		list_put(cell, due->level == LEVEL_WARN ? ROLE_WARN : ROLE_DIM, due->level == LEVEL_WARN ? _("due soon") : _("running"));
}

static void due_left(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	const struct list_due *due = &snapshot->due[row];
	list_put_duration(cell, due->left);
	cell->role = due->paused ? ROLE_DIM : level_role(due_level(snapshot, row));
}

static void due_target(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	list_put_duration(cell, snapshot->due[row].target);
	cell->role = ROLE_DIM;
}

static void due_instant(const struct snapshot *snapshot, int64_t due, struct list_cell *cell)
{
	timeline_when(snapshot, due, evidence_day(snapshot), false, cell->text, sizeof cell->text);
	cell->raw = LIST_INSTANT;
	cell->number = (double)due;
}

static void due_at(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	if (snapshot->due[row].due > 0)
		due_instant(snapshot, snapshot->due[row].due, cell);
	else
		list_put(cell, ROLE_DIM, "\u2013");
	cell->role = ROLE_DIM;
}

static bool due_evidence(const struct snapshot *snapshot, int row, struct proof_request *request)
{
	const struct list_due *due = &snapshot->due[row];
	snprintf(request->subject, sizeof request->subject, "%s", due->case_id);
	request->around = snapshot->at;
	return *due->case_id;
}

static const struct list_column due_columns[] = {
	{.header = NC_("column", "case"), .width = 14, .narrow_width = 9, .grows = true, .write = due_case},
	{.header = NC_("column", "clock"), .width = 11, .rank = 1, .write = due_clock},
	{.header = NC_("column", "queue"), .width = 20, .narrow_width = 16, .rank = 1, .grows = true, .write = due_where},
	{.header = NC_("column", "prio"), .width = 4, .rank = 4, .write = due_priority},
	{.header = NC_("column", "state"), .width = 16, .narrow_width = 9, .rank = 2, .write = due_state},
	{.header = NC_("column", "open time left"), .narrow_header = NC_("column", "left"), .width = 14, .narrow_width = 8, .right = true, .write = due_left},
	{.header = NC_("column", "of"), .width = 8, .narrow_width = 7, .rank = 3, .right = true, .write = due_target},
	{.header = NC_("column", "due"), .width = 11, .rank = 5, .right = true, .write = due_at},
	{.header = NULL},
};
static const struct list_class due = {.columns = due_columns, .count = due_count, .level = due_level, .empty = N_("no clock is running"),
	.evidence = due_evidence};

static void due_note(const struct snapshot *snapshot, char *to, size_t room)
{
	const struct figure *running = snapshot_figure(snapshot, "sla_running"), *paused = snapshot_figure(snapshot, "sla_paused");
	const struct figure *breached = snapshot_figure(snapshot, "sla_breached_open");
	snprintf(to, room, _("%" PRId64 " breached and open \u00B7 %" PRId64 " running \u00B7 %" PRId64 " paused"),
		breached->known ? breached->numerator : 0, running->known ? running->numerator : 0, paused->known ? paused->numerator : 0);
}

static const struct section sections[] = {
	{.title = N_("CLOCKS"), .list = &kinds, .note = kinds_note, .line = 0, .share = 5, .least = 44, .rank = 0},
	{.title = N_("PRIORITIES"), .list = &priorities, .line = 0, .share = 5, .least = 42, .rank = 2},
	{.title = N_("BACKLOG"), .list = &backlog, .note = backlog_note, .line = 0, .share = 3, .least = 30, .rank = 1},
	{.title = N_("DUE NEXT"), .list = &due, .note = due_note, .line = 1, .share = 1, .least = 20},
	{.list = NULL},
};

const struct page_class page_sla_class = {.lists = 1u << SNAPSHOT_CLOCKS, .sections = sections};
