/* What the period teaches: which rule makes us say no, whom customers thank, and, where that is allowed, who errs how often. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/words.h"
#include "widgets/pages.h"

static enum role role_of_more(int64_t count, int64_t before)
{
	return before > 0 && count > before ? ROLE_WARN : ROLE_DIM;
}

static void put_change(int64_t count, int64_t before, struct list_cell *cell)
{
	const int64_t change = count - before;
	if (before == 0) /* or nobody knows what was before */
		list_put(cell, ROLE_DIM, "\u2013");
	else if (change)
		list_put(cell, role_of_more(count, before), "%s%" PRId64, change > 0 ? "+" : "\u2212", change > 0 ? change : -change);
	else
		list_put(cell, ROLE_DIM, "\u00B10");
}

/* Of somebody who is a row: he may be shown as another one is, so it is his number that is asked for. The lists are of everything, whatever
 * part the board shows. */
static void ask_for(const struct snapshot *snapshot, const struct list_named *named, struct proof_request *request)
{
	const char *name = named->name;
	const bool is_person = named->scope.agent && named->scope.agent != SCOPE_ANY;
	request->is_scoped = true;
	request->scope = is_person ? named->scope : SCOPE_ALL;
	for (int i = 0; is_person && !snapshot->request.site && i < snapshot->site_count; i++) {
		const char *site = snapshot->sites[i].name;
		const size_t size = strlen(site);
		if (strncmp(named->name, site, size) != 0 || named->name[size] != '/')
			continue;
		snprintf(request->site, sizeof request->site, "%s", site);
		name = named->name + size + 1; /* his site stands before it */
	}
	snprintf(request->name, sizeof request->name, "%s", name);
}

/* Columns over one of the lists by name. */
#define NAMED_LIST(kind, head, items, item_count, metric_name)                                                               \
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
		put_change(snapshot->items[row].count, snapshot->items[row].before, cell);                              \
	}                                                                                                               \
	static bool kind##_evidence(const struct snapshot *snapshot, int row, struct proof_request *request)            \
	{                                                                                                               \
		request->metric = metric_find(metric_name);                                                             \
		request->by_day = true; /* as the lists */                                                              \
		ask_for(snapshot, &snapshot->items[row], request);                                                      \
		return true;                                                                                            \
	}                                                                                                               \
	static const struct list_column kind##_columns[] = {                                                            \
		{.header = head, .width = 20, .narrow_width = 12, .grows = true, .write = kind##_name},                \
		{.header = NC_("column", "times"), .width = 6, .narrow_width = 5, .right = true, .write = kind##_times},               \
		{.header = NC_("column", "before"), .width = 6, .rank = 2, .right = true, .write = kind##_before},                     \
		{.header = NC_("column", "change"), .width = 6, .rank = 1, .right = true, .write = kind##_change},                     \
		{.header = NULL},                                                                                       \
	}

NAMED_LIST(policy, NC_("column", "policy"), refusals, refusal_count, "refusals");
NAMED_LIST(agent, NC_("column", "agent"), mistakes, mistake_count, "mistakes");
NAMED_LIST(team, NC_("column", "team"), praises, praise_count, "praises");
#undef NAMED_LIST

/* ---- topics ---- */

static int topic_count(const struct snapshot *snapshot)
{
	return snapshot->topic_count;
}

static void topic_name(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	list_put(cell, ROLE_TEXT, "%s", snapshot->topics[row].name);
}

static void topic_recontacts(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	list_put(cell, ROLE_TEXT, "%" PRId64, snapshot->topics[row].recontacts);
}

static void topic_before(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	list_put(cell, ROLE_DIM, "%" PRId64, snapshot->topics[row].before);
}

static void topic_change(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	put_change(snapshot->topics[row].recontacts, snapshot->topics[row].before, cell);
}

static void topic_contacts(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	list_put(cell, ROLE_TEXT, "%" PRId64, snapshot->topics[row].contacts);
}

static void topic_fcr(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	const struct list_topic *topic = &snapshot->topics[row];
	if (topic->settled > 0)
		list_put(cell, ROLE_TEXT, "%" PRId64 " %%", (topic->kept * 200 + topic->settled) / (topic->settled * 2));
	else
		list_put(cell, ROLE_DIM, "\u2013");
}

static void topic_open(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	list_put(cell, ROLE_DIM, "%" PRId64, snapshot->topics[row].contacts - snapshot->topics[row].settled);
}

static bool topic_evidence(const struct snapshot *snapshot, int row, struct proof_request *request)
{
	request->metric = metric_find("recontacts");
	request->by_day = true;
	request->is_scoped = true;
	request->scope = SCOPE_ALL;
	snprintf(request->name, sizeof request->name, "%s", snapshot->topics[row].name);
	return true;
}

static const struct list_column topic_columns[] = {
	{.header = NC_("column", "topic"), .width = 20, .narrow_width = 12, .grows = true, .write = topic_name},
	{.header = NC_("column", "came again"), .narrow_header = NC_("column", "again"), .width = 10, .narrow_width = 5, .right = true, .write = topic_recontacts},
	{.header = NC_("column", "before"), .width = 6, .rank = 3, .right = true, .write = topic_before},
	{.header = NC_("column", "change"), .width = 6, .rank = 1, .right = true, .write = topic_change},
	{.header = NC_("column", "contacts"), .width = 8, .rank = 2, .right = true, .write = topic_contacts},
	{.header = NC_("column", "FCR"), .width = 5, .right = true, .write = topic_fcr},
	{.header = NC_("column", "open"), .width = 6, .rank = 4, .right = true, .write = topic_open},
	{.header = NULL},
};

/* ---- the newest praise ---- */

static int praise_count(const struct snapshot *snapshot)
{
	return snapshot->newest_praise_count;
}

static void praise_team(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	const struct list_praise *praise = &snapshot->newest_praises[row];
	list_put(cell, ROLE_TEXT, "%s%s%s", praise->site, *praise->site && *praise->team ? "/" : "", *praise->team ? praise->team : *praise->site ? "" : "\u2013");
}

static void praise_agent(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	list_put(cell, ROLE_DIM, "%s", snapshot->newest_praises[row].agent);
}

static void praise_by(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	list_put(cell, ROLE_DIM, "%s", words_of("praise by", snapshot->newest_praises[row].by));
}

static void praise_ago(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	const int64_t ago = snapshot->at - snapshot->newest_praises[row].at;
	list_put_duration(cell, ago > 0 ? ago : 0);
}

static const struct list_column praise_columns[] = {
	{.header = NC_("column", "team"), .width = 12, .narrow_width = 8, .grows = true, .write = praise_team},
	{.header = NC_("column", "agent"), .width = 9, .rank = 2, .write = praise_agent},
	{.header = NC_("column", "by"), .width = 9, .rank = 1, .write = praise_by},
	{.header = NC_("column", "ago"), .width = 9, .narrow_width = 8, .right = true, .write = praise_ago},
	{.header = NULL},
};

/* ---- mistakes ---- */

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
	return snapshot->settings->show_mistakes ? _("nobody erred") : _("by agent only with show_mistakes");
}

static void note(const struct snapshot *snapshot, int64_t total, char *to, size_t room)
{
	char window[32];
	window_text(snapshot->named_window, true, window, sizeof window);
	snprintf(to, room, "%" PRId64 " \u00B7 %s", total, window);
}

static void topics_note(const struct snapshot *snapshot, char *to, size_t room)
{
	note(snapshot, snapshot->topics_total.recontacts, to, room);
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
		snprintf(to, room, _("%" PRId64 " \u00B7 limit %d"), snapshot->mistakes_total, snapshot->settings->mistakes_limit);
	else
		snprintf(to, room, "%" PRId64, snapshot->mistakes_total);
}

static const struct list_class refusals = {.columns = policy_columns, .count = policy_count, .empty = N_("nobody was told no"),
	.evidence = policy_evidence};
static const struct list_class praises = {.columns = team_columns, .count = team_count, .empty = N_("nobody was thanked"), .evidence = team_evidence};
static const struct list_class mistakes = {.columns = agent_columns, .count = mistakes_shown, .level = mistake_level,
	.why_empty = why_no_mistakes, .evidence = agent_evidence};

static const struct list_class topics = {.columns = topic_columns, .count = topic_count, .empty = N_("no contact of a known customer had a topic"),
	.evidence = topic_evidence};
static const struct list_class newest = {.columns = praise_columns, .count = praise_count, .empty = N_("nobody was thanked")};

static const struct section sections[] = {
	{.title = N_("TOPICS, BY CUSTOMERS WHO CAME AGAIN"), .list = &topics, .note = topics_note, .line = 0, .share = 1, .least = 40},
	{.title = N_("\u201CNO\u201D, BY THE RULE THAT SAYS IT"), .list = &refusals, .note = refusals_note, .line = 1, .share = 1, .least = 40},
	{.title = N_("MISTAKES"), .list = &mistakes, .note = mistakes_note, .line = 1, .share = 1, .least = 30, .rank = 1},
	{.title = N_("THANKS"), .list = &praises, .note = praises_note, .line = 2, .share = 1, .least = 30},
	{.title = N_("NEWEST THANKS"), .list = &newest, .line = 2, .share = 1, .least = 36, .rank = 1},
	{.list = NULL},
};

const struct page_class page_learning_class = {.lists = 1u << SNAPSHOT_LEARNING, .sections = sections};
