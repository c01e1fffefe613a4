/* Who does what: availability against activity in counts, then everybody with the time in his state, what he has in hand, and care. */
#include <stdio.h>
#include <string.h>

#include "base/words.h"
#include "tui/format.h"
#include "widgets/agent_state.h"
#include "widgets/list.h"
#include "widgets/pages.h"

/* By precedence: what somebody does is the first of these that is true. */
static const char *const doings[] = {NC_("agent", "help"), NC_("agent", "ring"), NC_("agent", "talk"), NC_("agent", "hold"), NC_("agent", "wrap"), NC_("agent", "away"), NC_("agent", "idle"), NC_("agent", "offline")};
#define DOINGS (int)(sizeof doings / sizeof *doings)
static const char *const availabilities[] = {[AGENT_AVAILABLE] = NC_("agent", "available"), [AGENT_AWAY] = NC_("agent", "away"), [AGENT_OFFLINE] = NC_("agent", "offline")};
#define AVAILABILITIES (int)(sizeof availabilities / sizeof *availabilities)
#define MATRIX_LEFT 12 /* cells of an availability's name */
#define MATRIX_CELL 9
#define MATRIX_HEIGHT (AVAILABILITIES + 2) /* heads, and a blank line below */

static int number_of(const char *doing)
{
	for (int i = 0; i < DOINGS; i++)
		if (strcmp(doings[i], doing) == 0)
			return i;
	return -1;
}

static int count(const struct snapshot *snapshot)
{
	return snapshot->agent_count;
}

static const struct list_agent *agent_at(const struct snapshot *snapshot, int row)
{
	return &snapshot->agents[row];
}

/* How long somebody may be in a state, ms; 0: as long as he likes. */
static int64_t limit_of(const struct settings *settings, const char *doing)
{
	const int64_t limits[] = {settings->limit_help, settings->limit_ring, settings->limit_talk, settings->limit_hold, settings->limit_wrap,
		settings->limit_away, settings->limit_idle, 0 /* offline */};
	_Static_assert(sizeof limits / sizeof *limits == DOINGS, "a limit for each state");
	const int number = number_of(doing);
	return number < 0 ? 0 : limits[number];
}

enum level agent_since_level(const struct settings *settings, const struct list_agent *agent)
{
	const int64_t limit = limit_of(settings, agent->summary);
	if (limit <= 0 || agent->since < limit)
		return LEVEL_NONE;
	return agent->since / 2 >= limit ? LEVEL_CRIT : LEVEL_WARN;
}

static enum level level_at(const struct snapshot *snapshot, int row)
{
	const struct list_agent *agent = agent_at(snapshot, row);
	const enum level since = agent_since_level(snapshot->settings, agent_at(snapshot, row));
	if (agent->help || since == LEVEL_CRIT)
		return LEVEL_CRIT;
	return agent->care_since >= 0 ? LEVEL_WARN : since;
}

static void write_name(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	list_put(cell, level_at(snapshot, row) ? ROLE_STRONG : ROLE_TEXT, "%s", agent_at(snapshot, row)->name);
}

static void write_team(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	list_put(cell, ROLE_DIM, "%s", agent_at(snapshot, row)->team);
}

static void write_doing(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	const struct list_agent *agent = agent_at(snapshot, row);
	const bool at_rest = strcmp(agent->summary, "away") == 0 || strcmp(agent->summary, "offline") == 0;
	list_put(cell, agent->help ? ROLE_CRIT_STRONG : at_rest ? ROLE_DIM : ROLE_TEXT, "%s", agent->help ? _("HELP") : words_of("agent", agent->summary));
}

static void write_since(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	list_put_duration(cell, agent_at(snapshot, row)->since);
	cell->role = level_role(agent_since_level(snapshot->settings, agent_at(snapshot, row)));
}

static void write_declared(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	const struct list_agent *agent = agent_at(snapshot, row);
	const char *word = agent->availability >= 0 && agent->availability < AVAILABILITIES ? words_of("agent", availabilities[agent->availability]) : "";
	list_put(cell, ROLE_DIM, "%s%s%s", word, *agent->reason ? " \u00B7 " : "", agent->reason);
}

static void write_contacts(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	const struct list_agent *agent = agent_at(snapshot, row);
	if (agent->slots > 0)
		list_put(cell, ROLE_TEXT, _("%d of %d"), agent->contacts, agent->slots);
	else
		list_put(cell, agent->contacts ? ROLE_TEXT : ROLE_DIM, "%d", agent->contacts);
}

static void write_load(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	const struct list_agent *agent = agent_at(snapshot, row);
	if (agent->slots > 0)
		list_put(cell, ROLE_TEXT, "%d %%", agent->contacts * 100 / agent->slots);
	else
		list_put(cell, ROLE_DIM, "\u2013");
}

/* "3 rude, no break 12:40" */
static void write_care(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	const struct list_agent *agent = agent_at(snapshot, row);
	char since[32];
	if (agent->rude <= 0)
		return;
	format_duration(agent->care_since, since, sizeof since);
	if (agent->care_since >= 0 && cell->narrow)
		list_put(cell, ROLE_WARN, _("no break %s"), since);
	else if (agent->care_since >= 0)
		list_put(cell, ROLE_WARN, _("%d rude, no break %s"), agent->rude, since);
	else
		list_put(cell, ROLE_TEXT, _("%d rude"), agent->rude);
}

static const struct list_column columns[] = {
	{.header = NC_("column", "agent"), .width = 16, .narrow_width = 12, .grows = true, .write = write_name},
	{.header = NC_("column", "team"), .width = 12, .narrow_width = 8, .rank = 6, .grows = true, .write = write_team},
	{.header = NC_("column", "does"), .width = 7, .write = write_doing},
	{.header = NC_("column", "for"), .width = 8, .narrow_width = 7, .right = true, .write = write_since},
	{.header = NC_("column", "declared"), .width = 18, .narrow_width = 14, .rank = 3, .grows = true, .write = write_declared},
	{.header = NC_("column", "contacts"), .narrow_header = NC_("column", "has"), .width = 8, .narrow_width = 7, .right = true, .write = write_contacts},
	{.header = NC_("column", "load"), .width = 5, .rank = 5, .right = true, .write = write_load},
	{.header = NC_("column", "care"), .width = 22, .narrow_width = 14, .rank = 4, .write = write_care},
	{.header = NULL},
};

static const struct list_class list = {.columns = columns, .count = count, .level = level_at, .empty = N_("no agent has been told of yet")};

static void draw_matrix(const struct snapshot *snapshot, const struct widget_view *view, struct rect rect)
{
	int counts[AVAILABILITIES][DOINGS] = {{0}};
	for (int i = 0; i < snapshot->agent_count; i++) {
		const struct list_agent *agent = &snapshot->agents[i];
		const int doing = number_of(agent->summary);
		if (doing >= 0 && agent->availability >= 0 && agent->availability < AVAILABILITIES)
			counts[agent->availability][doing]++;
	}
	for (int doing = 0; doing < DOINGS && MATRIX_LEFT + (doing + 1) * MATRIX_CELL <= rect.width; doing++)
		canvas_right(view->canvas, rect.x + MATRIX_LEFT + doing * MATRIX_CELL, rect.y, MATRIX_CELL, ROLE_DIM, words_of("agent", doings[doing]));
	for (int row = 0; row < AVAILABILITIES; row++) {
		const int y = rect.y + 1 + row;
		canvas_text(view->canvas, rect.x, y, MATRIX_LEFT - 1, ROLE_DIM, words_of("agent", availabilities[row]));
		for (int doing = 0; doing < DOINGS && MATRIX_LEFT + (doing + 1) * MATRIX_CELL <= rect.width; doing++) {
			char text[16];
			snprintf(text, sizeof text, counts[row][doing] ? "%d" : "\u00B7", counts[row][doing]);
			canvas_right(view->canvas, rect.x + MATRIX_LEFT + doing * MATRIX_CELL, y, MATRIX_CELL,
				!counts[row][doing] ? ROLE_FAINT : doing == 0 ? ROLE_CRIT : ROLE_TEXT, text);
		}
	}
}

static void draw(const struct snapshot *snapshot, const struct widget_view *view)
{
	char note[PART_TEXT];
	int on = 0;
	for (int i = 0; i < snapshot->agent_count; i++)
		on += strcmp(snapshot->agents[i].summary, "offline") != 0;
	snprintf(note, sizeof note, _("%d known \u00B7 %d on shift"), snapshot->agent_count, on);
	struct rect inner = panel_open(view, LEVEL_NONE, _("AGENTS"), note);
	if (snapshot->agent_count && inner.height >= MATRIX_HEIGHT + 5 && inner.width >= MATRIX_LEFT + DOINGS * MATRIX_CELL) {
		draw_matrix(snapshot, view, (struct rect){inner.x + 3, inner.y, inner.width - 3, MATRIX_HEIGHT});
		inner.y += MATRIX_HEIGHT;
		inner.height -= MATRIX_HEIGHT;
	}
	list_draw(&list, snapshot, view, inner);
}

/* What he handled in the window. */
static bool evidence(const struct snapshot *snapshot, int row, struct proof_request *request)
{
	const struct list_agent *agent = agent_at(snapshot, row);
	request->metric = metric_find("aht");
	request->is_scoped = true;
	request->scope = agent->scope;
	return agent->scope.agent != SCOPE_ANY;
}

static const struct list_class *const shown[] = {&list, NULL};

const struct page_class page_agents_class = {.lists_shown = shown, .lists = 1u << SNAPSHOT_AGENTS, .draw = draw, .evidence = evidence};
