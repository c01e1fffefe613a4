/* Everybody on shift as a grid: a mark and a word for what he does, and for how long; teams stand together, and who is past a limit is marked. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/words.h"
#include "tui/format.h"
#include "widgets/agent_state.h"
#include "widgets/classes.h"
#include "widgets/kinds.h"

#define LEAST_WIDTH 30
#define LEAST_HEIGHT 5
#define CELL_LEAST 26
#define CELL_MOST 36
#define WORD 8
#define TIMER 9

enum agents_show { SHOW_SHIFT, SHOW_ALL };
static const char *const shows[] = {"shift", "all"};

struct agents_config {
	int show;
};

static const struct setting agents_settings[] = {
	{"show", .type = SETTING_WORD, .offset = offsetof(struct agents_config, show), .fallback = "shift", .words = shows, .word_count = 2,
		.help = "shift: who is not offline; all: everybody who is known."},
};
static const struct setting_table agents_table = {"agents", "floor", "Who does what, for how long.", agents_settings, 1};
static const struct layout_kind agents_kind = {.table = &agents_table, .size = sizeof(struct agents_config), .of_page = true};

/* What somebody does, as the list has it; a mark of its own shape for each. */
static const struct doing {
	const char *name, *word;
	enum mark mark;
	enum role role;
} doings[] = {
	{"help", N_("HELP"), MARK_CROSS, ROLE_CRIT_STRONG}, {"ring", N_("rings"), MARK_ARROW, ROLE_STRONG}, {"talk", N_("talks"), MARK_DOT, ROLE_OK},
	{"hold", N_("holds"), MARK_BLOCK, ROLE_TEXT}, {"wrap", N_("wraps up"), MARK_CHECK, ROLE_TEXT}, {"away", N_("away"), MARK_RING, ROLE_DIM},
	{"idle", N_("free"), MARK_MIDDOT, ROLE_TEXT}, {"offline", N_("offline"), MARK_DASH, ROLE_FAINT},
};

static const struct doing *doing_of(const struct list_agent *agent)
{
	for (size_t i = 0; i < sizeof doings / sizeof *doings; i++)
		if (strcmp(doings[i].name, agent->help ? "help" : agent->summary) == 0)
			return &doings[i];
	return &doings[sizeof doings / sizeof *doings - 1];
}

static enum level level_of(const struct snapshot *snapshot, const struct list_agent *agent)
{
	const enum level since = agent_since_level(snapshot->settings, agent);
	if (agent->help || since == LEVEL_CRIT)
		return LEVEL_CRIT;
	return agent->care_since >= 0 ? LEVEL_WARN : since;
}

static bool is_shown(const struct widget_view *view, const struct list_agent *agent)
{
	const struct agents_config *config = view->widget->config;
	return config->show == SHOW_ALL || strcmp(agent->summary, "offline") != 0;
}

static int by_team(const void *left, const void *right)
{
	const struct list_agent *a = *(const struct list_agent *const *)left, *b = *(const struct list_agent *const *)right;
	const int teams = strcmp(a->team, b->team);
	if (teams)
		return !*a->team ? 1 : !*b->team ? -1 : teams; /* those without one stand last */
	return a < b ? -1 : a > b; /* as the list has them: help first, then by name */
}

/* Those shown, by team; the caller frees them. */
static const struct list_agent **order_of(const struct snapshot *snapshot, const struct widget_view *view, int *count)
{
	const struct list_agent **order = memory_new((size_t)snapshot->agent_count + 1, sizeof *order);
	*count = 0;
	for (int i = 0; i < snapshot->agent_count; i++)
		if (is_shown(view, &snapshot->agents[i]))
			order[(*count)++] = &snapshot->agents[i];
	qsort(order, (size_t)*count, sizeof *order, by_team);
	return order;
}

static int rows(const struct snapshot *snapshot, const struct widget_view *view)
{
	int count = 0;
	for (int i = 0; i < snapshot->agent_count; i++)
		count += is_shown(view, &snapshot->agents[i]);
	return count;
}

static void draw_cell(const struct snapshot *snapshot, const struct widget_view *view, struct rect cell, const struct list_agent *agent, bool chosen)
{
	const struct doing *doing = doing_of(agent);
	const enum level level = level_of(snapshot, agent);
	const int name = cell.width - WORD - TIMER - 5;
	char since[32];
	int x = cell.x;
	format_duration_narrow(agent->since, since, sizeof since);
	canvas_text(view->canvas, x, cell.y, 1, chosen ? ROLE_FOCUS : doing->role, chosen ? glyphs_mark(view->glyphs, MARK_ARROW) : glyphs_mark(view->glyphs, doing->mark));
	canvas_text(view->canvas, x + 2, cell.y, name, chosen ? ROLE_FOCUS : level >= LEVEL_WARN ? ROLE_STRONG : ROLE_TEXT, agent->name);
	x += 3 + name;
	canvas_text(view->canvas, x, cell.y, WORD, doing->role, _(doing->word));
	x += WORD;
	canvas_right(view->canvas, x, cell.y, TIMER - 1, level == LEVEL_WARN || level == LEVEL_CRIT ? level_strong(level) : ROLE_DIM, since);
	canvas_text(view->canvas, x + TIMER - 1, cell.y, 1, level_role(level), level_mark(view->glyphs, level));
}

/* "Berlin   12, 3 free" */
static void draw_team(const struct widget_view *view, struct rect line, const struct list_agent *const *team, int count)
{
	int idle = 0, x = line.x;
	const int end = line.x + line.width;
	for (int i = 0; i < count; i++)
		idle += strcmp(team[i]->summary, "idle") == 0 && !team[i]->help;
	piece(view, &x, line.y, end, ROLE_TITLE, "%s  ", *team[0]->team ? team[0]->team : _("no team"));
	piece(view, &x, line.y, end, ROLE_DIM, words_plural("%d of %d free", "%d of %d free", count), idle, count);
}

struct grid {
	struct rect inner;
	int columns, width; /* of a cell */
	int y, left_out, bad;
};

static int team_size(const struct list_agent *const *order, int first, int count)
{
	int size = 1;
	while (first + size < count && strcmp(order[first]->team, order[first + size]->team) == 0)
		size++;
	return size;
}

static void draw_members(const struct snapshot *snapshot, const struct widget_view *view, struct grid *grid, const struct list_agent *const *team, int size,
	int first)
{
	const int bottom = grid->inner.y + grid->inner.height;
	const bool headed = grid->y < bottom - 1;
	if (headed)
		draw_team(view, (struct rect){grid->inner.x, grid->y, grid->inner.width, 1}, team, size);
	for (int i = 0; i < size; i++) {
		const int y = grid->y + 1 + i / grid->columns;
		const enum level level = level_of(snapshot, team[i]);
		if (y >= bottom) {
			grid->left_out++;
			grid->bad += level == LEVEL_WARN || level == LEVEL_CRIT;
			continue;
		}
		draw_cell(snapshot, view, (struct rect){grid->inner.x + i % grid->columns * grid->width, y, grid->width, 1}, team[i], first + i == view->selected);
	}
	grid->y += 1 + (size + grid->columns - 1) / grid->columns;
}

static int height_of(const struct list_agent *const *order, int count, int columns)
{
	int height = 0;
	for (int first = 0, size; first < count; first += size) {
		size = team_size(order, first, count);
		height += 1 + (size + columns - 1) / columns;
	}
	return height;
}

static void draw_grid(const struct snapshot *snapshot, const struct widget_view *view, struct rect inner, const struct list_agent *const *order, int count)
{
	const int most = inner.width / CELL_LEAST;
	struct grid grid = {.inner = inner, .columns = 1, .y = inner.y};
	while (grid.columns < most && height_of(order, count, grid.columns) > inner.height) /* as few as hold all: names have room then */
		grid.columns++;
	grid.width = inner.width / grid.columns > CELL_MOST ? CELL_MOST : inner.width / grid.columns;
	const bool cut = height_of(order, count, grid.columns) > inner.height;
	grid.inner.height -= cut;
	for (int first = 0, size; first < count; first += size) {
		size = team_size(order, first, count);
		draw_members(snapshot, view, &grid, order + first, size, first);
	}
	int x = inner.x;
	if (!cut)
		return;
	const int y = inner.y + inner.height - 1, end = inner.x + inner.width;
	piece(view, &x, y, end, grid.bad ? ROLE_WARN : ROLE_DIM, words_plural("%d more", "%d more", grid.left_out), grid.left_out);
	if (grid.bad)
		piece(view, &x, y, end, ROLE_WARN, words_plural(", %d of them not well", ", %d of them not well", grid.bad), grid.bad);
}

static void draw(const struct snapshot *snapshot, const struct widget_view *view)
{
	int count = 0, idle = 0;
	char note[64];
	const char *title = kind_title(view, _("AGENTS")), *why = kind_why(snapshot, view);
	const struct list_agent **order = order_of(snapshot, view, &count);
	enum level worst = LEVEL_NONE;
	for (int i = 0; i < count; i++) {
		const enum level level = level_of(snapshot, order[i]);
		idle += strcmp(order[i]->summary, "idle") == 0;
		worst = level > worst && level != LEVEL_UNSURE ? level : worst;
	}
	snprintf(note, sizeof note, "%d/%d", idle, count);
	if (!kind_small(view, LEAST_WIDTH, LEAST_HEIGHT, title, worst, why ? "\u2013" : note)) {
		snprintf(note, sizeof note, words_plural("%d of %d free", "%d of %d free", count), idle, count);
		const struct rect inner = kind_open(snapshot, view, worst == LEVEL_CRIT ? LEVEL_CRIT : LEVEL_NONE, title, why ? "" : note);
		if (why || !count)
			kind_say(view, inner, why ? why : _("nobody is on shift"));
		else
			draw_grid(snapshot, view, inner, order, count);
	}
	free(order);
}

static unsigned lists(const void *config)
{
	(void)config;
	return 1u << SNAPSHOT_AGENTS;
}

/* What he handled in the window. */
static bool evidence(const struct snapshot *snapshot, const struct widget_view *view, struct proof_request *request)
{
	int count = 0;
	const struct list_agent **order = order_of(snapshot, view, &count);
	const bool any = view->selected >= 0 && view->selected < count && order[view->selected]->scope.agent != SCOPE_ANY;
	if (any) {
		request->metric = metric_find("aht");
		request->is_scoped = true;
		request->scope = order[view->selected]->scope;
	}
	free(order);
	return any;
}

const struct widget_class agents_class = {
	.name = "agents",
	.help = "everybody on shift by team: what he does, for how long, and who is past a limit",
	.min_width = LEAST_WIDTH,
	.min_height = 1,
	.draw = draw,
	.kind = &agents_kind,
	.lists = lists,
	.rows = rows,
	.evidence = evidence,
};
