/* What the period teaches: which rule makes us say no, whom customers thank, and, where that is allowed, who errs how often. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "widgets/pages.h"

static enum role role_of_more(const struct list_named *named)
{
	return named->before > 0 && named->count > named->before ? ROLE_WARN : ROLE_DIM;
}

static void put_change(const struct list_named *named, struct list_cell *cell)
{
	const int64_t change = named->count - named->before;
	if (named->before == 0) /* or nobody knows what was before */
		list_put(cell, ROLE_DIM, "\u2013");
	else if (change)
		list_put(cell, role_of_more(named), "%s%" PRId64, change > 0 ? "+" : "\u2212", change > 0 ? change : -change);
	else
		list_put(cell, ROLE_DIM, "\u00B10");
}

/* Of somebody who is a row: he may be shown as another one is, so it is his number that is asked for. */
static void ask_for(const struct snapshot *snapshot, const struct list_named *named, struct proof_request *request)
{
	const char *name = named->name, *slash = strchr(name, '/');
	request->is_scoped = named->scope.agent && named->scope.agent != SCOPE_ANY;
	if (request->is_scoped)
		request->scope = named->scope;
	if (request->is_scoped && snapshot->site_count && !snapshot->request.site && slash)
		name = slash + 1; /* his site stands before it */
	snprintf(request->name, sizeof request->name, "%s", name);
}

/* Columns over one of the lists by name. */
#define NAMED_LIST(kind, items, item_count, metric_name)                                                               \
	static int kind##_count(const struct snapshot *snapshot)                                                        \
	{                                                                                                               \
		return snapshot->item_count;                                                                            \
	}                                                                                                               \
	static void kind##_name(const struct snapshot *snapshot, int row, struct list_cell *cell)                       \
	{                                                                                                               \
		list_put(cell, ROLE_TEXT, "%s", *snapshot->items[row].name ? snapshot->items[row].name : "\u2013");     \
	}                                                                                                               \
	static void kind##_times(const struct snapshot *snapshot, int row, struct list_cell *cell)                      \
	{                                                                                                               \
		list_put(cell, ROLE_TEXT, "%" PRId64, snapshot->items[row].count);                                      \
	}                                                                                                               \
	static void kind##_before(const struct snapshot *snapshot, int row, struct list_cell *cell)                     \
	{                                                                                                               \
		list_put(cell, ROLE_DIM, "%" PRId64, snapshot->items[row].before);                                      \
	}                                                                                                               \
	static void kind##_change(const struct snapshot *snapshot, int row, struct list_cell *cell)                     \
	{                                                                                                               \
		put_change(&snapshot->items[row], cell);                                                                \
	}                                                                                                               \
	static bool kind##_evidence(const struct snapshot *snapshot, int row, struct proof_request *request)            \
	{                                                                                                               \
		request->metric = metric_find(metric_name);                                                             \
		request->by_day = true; /* as the lists */                                                              \
		ask_for(snapshot, &snapshot->items[row], request);                                                      \
		return true;                                                                                            \
	}                                                                                                               \
	static const struct list_column kind##_columns[] = {                                                            \
		{.header = #kind, .width = 20, .narrow_width = 12, .grows = true, .write = kind##_name},                \
		{.header = "times", .width = 6, .narrow_width = 5, .right = true, .write = kind##_times},               \
		{.header = "before", .width = 6, .rank = 2, .right = true, .write = kind##_before},                     \
		{.header = "change", .width = 6, .rank = 1, .right = true, .write = kind##_change},                     \
		{.header = NULL},                                                                                       \
	}

NAMED_LIST(policy, refusals, refusal_count, "refusals");
NAMED_LIST(agent, mistakes, mistake_count, "mistakes");
NAMED_LIST(team, praises, praise_count, "praises");
#undef NAMED_LIST

/* Past the limit that the settings have for one agent. */
static enum level mistake_level(const struct snapshot *snapshot, int row)
{
	const int limit = snapshot->settings->mistakes_limit;
	return limit > 0 && snapshot->mistakes[row].count >= limit ? LEVEL_WARN : LEVEL_NONE;
}

/* Who errs is not for everybody's eyes. */
static int mistakes_shown(const struct snapshot *snapshot)
{
	return snapshot->settings->show_mistakes ? agent_count(snapshot) : 0;
}

static const char *why_no_mistakes(const struct snapshot *snapshot)
{
	return snapshot->settings->show_mistakes ? "nobody erred" : "by agent only with show_mistakes";
}

static void note(const struct snapshot *snapshot, int64_t total, char *to, size_t room)
{
	char window[32];
	window_text(snapshot->named_window, true, window, sizeof window);
	snprintf(to, room, "%" PRId64 " \u00B7 %s", total, window);
}

static void refusals_note(const struct snapshot *snapshot, char *to, size_t room)
{
	note(snapshot, snapshot->refusals_total, to, room);
}

static void praises_note(const struct snapshot *snapshot, char *to, size_t room)
{
	note(snapshot, snapshot->praises_total, to, room);
}

static void mistakes_note(const struct snapshot *snapshot, char *to, size_t room)
{
	if (snapshot->settings->show_mistakes)
		snprintf(to, room, "%" PRId64 " \u00B7 limit %d", snapshot->mistakes_total, snapshot->settings->mistakes_limit);
	else
		snprintf(to, room, "%" PRId64, snapshot->mistakes_total);
}

static const struct list_class refusals = {.columns = policy_columns, .count = policy_count, .empty = "nobody was told no",
	.evidence = policy_evidence};
static const struct list_class praises = {.columns = team_columns, .count = team_count, .empty = "nobody was thanked", .evidence = team_evidence};
static const struct list_class mistakes = {.columns = agent_columns, .count = mistakes_shown, .level = mistake_level,
	.why_empty = why_no_mistakes, .evidence = agent_evidence};

static const struct section sections[] = {
	{.title = "\u201CNO\u201D, BY THE RULE THAT SAYS IT", .list = &refusals, .note = refusals_note, .line = 0, .share = 1, .least = 40},
	{.title = "THANKS", .list = &praises, .note = praises_note, .line = 1, .share = 1, .least = 30},
	{.title = "MISTAKES", .list = &mistakes, .note = mistakes_note, .line = 1, .share = 1, .least = 30, .rank = 1},
	{.list = NULL},
};

const struct page_class page_learning_class = {.sections = sections};
