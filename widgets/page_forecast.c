/* What is to come: how the next half hour goes with who is on shift, and what if; the day by half hours; what each queue needs. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/words.h"
#include "store/snapshot_forecast.h"
#include "tui/format.h"
#include "widgets/forecast_line.h"
#include "widgets/list.h"
#include "widgets/pages.h"

#define LOOK_BACK (2 * HOUR_MS) /* half hours that are over, above those to come */
#define TOP_HEIGHT 8
#define QUEUES_WIDTH 58
#define HALVES_WIDTH 70

/* ---- numbers ---- */

/* Of things; a tenth where there are few. */
static void put_number(struct list_cell *cell, enum role role, double value)
{
	cell->role = role;
	if (isnan(value))
		list_put(cell, ROLE_DIM, "\u2013");
	else
		format_decimal(value, fabs(value) < 9.95 && value != floor(value) ? 1 : 0, cell->text, sizeof cell->text);
}

static void put_share(struct list_cell *cell, enum role role, double share)
{
	if (isnan(share))
		list_put(cell, ROLE_DIM, "\u2013");
	else
		list_put(cell, role, "%.0f %%", 100 * share);
}

static void put_wait(struct list_cell *cell, const struct staffing *staffing)
{
	if (isnan(staffing->wait) || staffing->agents < 0)
		list_put(cell, ROLE_DIM, "\u2013");
	else if (staffing->wait > (double)DAY_MS)
		list_put(cell, ROLE_CRIT, _("grows"));
	else
		list_put_duration(cell, (int64_t)staffing->wait);
}

static void put_agents(struct list_cell *cell, int agents)
{
	if (agents < 0)
		list_put(cell, ROLE_DIM, "\u2013");
	else
		list_put(cell, ROLE_TEXT, "%d", agents);
}

static bool has_gap(const struct staffing *staffing)
{
	return staffing->needed >= 0 && staffing->agents >= 0;
}

/* The limits are those of the figure staffing_gap. */
static enum level gap_level(const struct staffing *staffing)
{
	const int metric = metric_find("staffing_gap");
	if (!has_gap(staffing) || metric < 0)
		return LEVEL_NONE;
	const double gap = (double)staffing->agents - staffing->needed;
	return gap < metrics[metric].crit ? LEVEL_CRIT : gap < metrics[metric].warn ? LEVEL_WARN : LEVEL_OK;
}

static void put_gap(struct list_cell *cell, const struct staffing *staffing)
{
	cell->role = level_role(gap_level(staffing));
	if (!has_gap(staffing))
		list_put(cell, ROLE_DIM, "\u2013");
	else
		forecast_gap_text((int64_t)staffing->agents - staffing->needed, cell->text, sizeof cell->text);
}

static void put_level(struct list_cell *cell, const struct staffing *staffing)
{
	put_share(cell, ROLE_TEXT, staffing->agents < 0 ? NAN : staffing->service_level);
}

/* ---- the next half hour ---- */

static const struct staffing *scene_at(const struct snapshot *snapshot, int row)
{
	return row ? &snapshot->forecast->changed : &snapshot->forecast->as_it_is;
}

static int scene_count(const struct snapshot *snapshot)
{
	return snapshot->forecast->what_if ? 2 : 1;
}

static void scene_name(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	const struct what_if *change = &snapshot->request.what_if;
	if (row)
		list_put(cell, ROLE_STRONG, _("what if: agents %+d, arrivals %+d %%, AHT %+d %%"), change->agents, change->arrivals_percent, change->handle_percent);
	else
		list_put(cell, ROLE_TEXT, _("as it stands"));
}

#define SCENE_COLUMN(name, ...)                                                                                         \
	static void scene_##name(const struct snapshot *snapshot, int row, struct list_cell *cell)                      \
	{                                                                                                               \
		const struct staffing *staffing = scene_at(snapshot, row);                                              \
		__VA_ARGS__;                                                                                            \
	}
SCENE_COLUMN(arrivals, put_number(cell, ROLE_TEXT, staffing->arrivals))
SCENE_COLUMN(needed, put_agents(cell, staffing->needed))
SCENE_COLUMN(agents, put_agents(cell, staffing->agents))
SCENE_COLUMN(gap, put_gap(cell, staffing))
SCENE_COLUMN(level, put_level(cell, staffing))
SCENE_COLUMN(wait, put_wait(cell, staffing))
SCENE_COLUMN(abandons, put_share(cell, ROLE_TEXT, staffing->abandons))
SCENE_COLUMN(occupancy, put_share(cell, ROLE_TEXT, staffing->occupancy))
#undef SCENE_COLUMN

static const struct list_column scene_columns[] = {
	{.header = NC_("column", "next 30 min"), .narrow_header = NC_("column", "next 30"), .width = 46, .narrow_width = 14, .grows = true, .write = scene_name},
	{.header = NC_("column", "arrivals"), .narrow_header = NC_("column", "arr."), .width = 8, .narrow_width = 5, .right = true, .write = scene_arrivals},
	{.header = NC_("column", "needed"), .narrow_header = NC_("column", "need"), .width = 6, .narrow_width = 5, .right = true, .write = scene_needed},
	{.header = NC_("column", "on shift"), .narrow_header = NC_("column", "on"), .width = 8, .narrow_width = 4, .right = true, .write = scene_agents},
	{.header = NC_("column", "gap"), .width = 5, .right = true, .write = scene_gap},
	{.header = NC_("column", "SL"), .width = 5, .right = true, .rank = 2, .write = scene_level},
	{.header = NC_("column", "wait"), .width = 6, .right = true, .rank = 3, .write = scene_wait},
	{.header = NC_("column", "give up"), .width = 7, .right = true, .rank = 4, .write = scene_abandons},
	{.header = NC_("column", "occupied"), .narrow_header = NC_("column", "occ."), .width = 8, .narrow_width = 5, .right = true, .rank = 5, .write = scene_occupancy},
	{.header = NULL},
};
static const struct list_class scenes = {.columns = scene_columns, .count = scene_count, .empty = ""};

/* ---- the day ---- */

static int first_half(const struct snapshot *snapshot)
{
	const struct snapshot_forecast *page = snapshot->forecast;
	int first = 0;
	while (first < page->half_count && page->halves[first].half.from + FORECAST_STEP <= snapshot->at - LOOK_BACK)
		first++;
	return first;
}

static int half_count(const struct snapshot *snapshot)
{
	return snapshot->forecast && snapshot->forecast->forecast.weeks ? snapshot->forecast->half_count - first_half(snapshot) : 0;
}

static const struct snapshot_half *half_at(const struct snapshot *snapshot, int row)
{
	return &snapshot->forecast->halves[first_half(snapshot) + row];
}

static bool is_over(const struct snapshot *snapshot, int row)
{
	return half_at(snapshot, row)->half.from + FORECAST_STEP <= snapshot->at;
}

static void half_time(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	const int64_t from = half_at(snapshot, row)->half.from;
	const bool now = from <= snapshot->at && !is_over(snapshot, row);
	list_put_clock(cell, now ? ROLE_STRONG : is_over(snapshot, row) ? ROLE_DIM : ROLE_TEXT, snapshot, from, false);
}

static void half_came(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	const int64_t came = half_at(snapshot, row)->half.came;
	if (came < 0)
		list_put(cell, ROLE_DIM, "\u00B7");
	else
		list_put(cell, ROLE_TEXT, "%" PRId64, came);
}

static void half_agents(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	const struct snapshot_half *half = half_at(snapshot, row);
	put_agents(cell, half->staffing.agents);
	if (!half->planned)
		cell->role = ROLE_DIM; /* nobody planned it: as many as now */
}

#define HALF_COLUMN(name, ...)                                                                                          \
	static void half_##name(const struct snapshot *snapshot, int row, struct list_cell *cell)                       \
	{                                                                                                               \
		const struct snapshot_half *half = half_at(snapshot, row);                                              \
		__VA_ARGS__;                                                                                            \
	}
HALF_COLUMN(last, put_number(cell, ROLE_DIM, half->half.last))
HALF_COLUMN(expected, put_number(cell, ROLE_TEXT, half->half.expected))
HALF_COLUMN(needed, put_agents(cell, half->staffing.needed))
HALF_COLUMN(gap, put_gap(cell, &half->staffing))
HALF_COLUMN(level, put_level(cell, &half->staffing))
HALF_COLUMN(wait, put_wait(cell, &half->staffing))
#undef HALF_COLUMN

static enum level half_mark(const struct snapshot *snapshot, int row)
{
	const enum level level = is_over(snapshot, row) ? LEVEL_NONE : gap_level(&half_at(snapshot, row)->staffing);
	return level == LEVEL_OK ? LEVEL_NONE : level;
}

static const struct list_column half_columns[] = {
	{.header = NC_("column", "from"), .width = 5, .write = half_time},
	{.header = NC_("column", "last week"), .narrow_header = NC_("column", "last"), .width = 9, .narrow_width = 5, .right = true, .rank = 3, .write = half_last},
	{.header = NC_("column", "expected"), .narrow_header = NC_("column", "exp."), .width = 8, .narrow_width = 5, .right = true, .write = half_expected},
	{.header = NC_("column", "came"), .width = 5, .right = true, .rank = 2, .write = half_came},
	{.header = NC_("column", "needed"), .narrow_header = NC_("column", "need"), .width = 6, .narrow_width = 5, .right = true, .write = half_needed},
	{.header = NC_("column", "agents"), .narrow_header = NC_("column", "on"), .width = 6, .narrow_width = 4, .right = true, .write = half_agents},
	{.header = NC_("column", "gap"), .width = 5, .right = true, .write = half_gap},
	{.header = NC_("column", "SL"), .width = 5, .right = true, .rank = 1, .write = half_level},
	{.header = NC_("column", "wait"), .width = 6, .right = true, .rank = 4, .write = half_wait},
	{.header = NULL},
};
static const struct list_class halves = {.columns = half_columns, .count = half_count, .level = half_mark,
	.empty = N_("nothing to tell yet: the same half hours of a past week must be known (history_days)")};

/* ---- queues ---- */

static int need_count(const struct snapshot *snapshot)
{
	return snapshot->forecast ? snapshot->forecast->need_count : 0;
}

static const struct snapshot_need *need_at(const struct snapshot *snapshot, int row)
{
	return &snapshot->forecast->needs[row];
}

static enum level need_mark(const struct snapshot *snapshot, int row)
{
	const enum level level = gap_level(&need_at(snapshot, row)->staffing);
	return level == LEVEL_OK ? LEVEL_NONE : level;
}

static void need_queue(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	where_text(need_at(snapshot, row)->queue, need_at(snapshot, row)->channel, cell->text, sizeof cell->text);
}

#define NEED_COLUMN(name, ...)                                                                                          \
	static void need_##name(const struct snapshot *snapshot, int row, struct list_cell *cell)                       \
	{                                                                                                               \
		const struct snapshot_need *need = need_at(snapshot, row);                                              \
		__VA_ARGS__;                                                                                            \
	}
NEED_COLUMN(arrivals, put_number(cell, ROLE_TEXT, need->known ? need->staffing.arrivals : NAN))
NEED_COLUMN(needed, put_agents(cell, need->staffing.needed))
NEED_COLUMN(agents, put_agents(cell, need->staffing.agents))
NEED_COLUMN(gap, put_gap(cell, &need->staffing))
NEED_COLUMN(level, put_level(cell, &need->staffing))
#undef NEED_COLUMN

static const struct list_column need_columns[] = {
	{.header = NC_("column", "queue"), .width = 14, .narrow_width = 10, .grows = true, .write = need_queue},
	{.header = NC_("column", "30 min"), .width = 6, .right = true, .write = need_arrivals},
	{.header = NC_("column", "needed"), .narrow_header = NC_("column", "need"), .width = 6, .narrow_width = 5, .right = true, .write = need_needed},
	{.header = NC_("column", "on"), .width = 4, .right = true, .write = need_agents},
	{.header = NC_("column", "gap"), .width = 5, .right = true, .write = need_gap},
	{.header = NC_("column", "SL"), .width = 5, .right = true, .rank = 1, .write = need_level},
	{.header = NULL},
};
static const struct list_class needs = {.columns = need_columns, .count = need_count, .level = need_mark, .empty = N_("no contact yet")};

/* ---- the page ---- */

static void write_day(const struct widget_view *view, const struct forecast *forecast, struct rect line)
{
	int x = line.x;
	const int end = line.x + line.width;
	struct list_cell cell = {.glyphs = view->glyphs};
	static const char *const names[] = {N_("next 15 min"), N_("30 min"), N_("60 min")};
	const double next[] = {forecast->next_15m, forecast->next_30m, forecast->next_60m};
	for (int i = 0; i < 3; i++) {
		put_number(&cell, ROLE_STRONG, next[i]);
		piece(view, &x, line.y, end, ROLE_TEXT, "%s%s ", i ? " \u00B7 " : "", _(names[i]));
		piece(view, &x, line.y, end, cell.role, "%s", cell.text);
	}
	if (isnan(forecast->expected_so_far))
		return;
	piece(view, &x, line.y, end, ROLE_TEXT, _(" \u00B7 today %.0f came of %.0f expected so far"), forecast->so_far, forecast->expected_so_far);
	char times[32];
	format_decimal(forecast->today, 2, times, sizeof times);
	piece(view, &x, line.y, end, ROLE_DIM, _(", the rest is taken times %s"), times);
}

static void write_basis(const struct snapshot *snapshot, const struct widget_view *view, struct rect line)
{
	const struct forecast *forecast = &snapshot->forecast->forecast;
	char handle[48], patience[48], target[48];
	format_duration(forecast->handle, handle, sizeof handle);
	format_duration(forecast->patience, patience, sizeof patience);
	format_span(forecast->target, target, sizeof target);
	int x = line.x;
	const int end = line.x + line.width;
	piece(view, &x, line.y, end, ROLE_DIM, _("AHT %s"), forecast->handle > 0 ? handle : _("not known"));
	piece(view, &x, line.y, end, ROLE_DIM, _(" \u00B7 %d %% within %s"), snapshot->settings->staffing_goal, target);
	if (forecast->patience > 0)
		piece(view, &x, line.y, end, ROLE_DIM, _(" \u00B7 Erlang A, patience %s"), patience);
	else
		piece(view, &x, line.y, end, ROLE_DIM, _(" \u00B7 Erlang C, nobody gives up"));
	piece(view, &x, line.y, end, ROLE_DIM, " \u00B7 %s", snapshot->forecast->any_plan ? _("agents as planned") : _("no shifts planned: agents as now"));
}

static void draw_top(const struct snapshot *snapshot, struct widget_view view)
{
	const struct forecast *forecast = &snapshot->forecast->forecast;
	char note[PART_TEXT];
	snprintf(note, sizeof note, words_plural("from %d past week", "from %d past weeks", forecast->weeks), forecast->weeks);
	const enum level level = gap_level(snapshot->forecast->what_if ? &snapshot->forecast->changed : &snapshot->forecast->as_it_is);
	struct rect inner = panel_open(&view, level == LEVEL_OK ? LEVEL_NONE : level, _("FORECAST"), note);
	if (inner.height > 0)
		write_day(&view, forecast, (struct rect){inner.x + 3, inner.y, inner.width - 3, 1});
	if (inner.height > 1)
		write_basis(snapshot, &view, (struct rect){inner.x + 3, inner.y + 1, inner.width - 3, 1});
	inner.y += inner.height > 5 ? 3 : 2;
	inner.height -= inner.height > 5 ? 3 : 2;
	view.selected = -1;
	list_draw(&scenes, snapshot, &view, inner);
}

static void draw_list(const struct list_class *list, const struct snapshot *snapshot, struct widget_view view, struct rect rect, const char *title,
	const char *note)
{
	view.rect = rect;
	if (rect.width > 0 && rect.height > 0)
		list_draw(list, snapshot, &view, panel_open(&view, LEVEL_NONE, title, note));
}

static void draw(const struct snapshot *snapshot, const struct widget_view *view)
{
	struct widget_view part = *view;
	if (!snapshot->forecast) {
		const struct rect inner = panel_open(view, LEVEL_NONE, _("FORECAST"), "");
		canvas_text(view->canvas, inner.x, inner.y, inner.width, ROLE_DIM,
			snapshot->site_count > 1 && !snapshot->request.site ? _("each site has a day of its own: choose one with o") : _("nothing to tell yet"));
		return;
	}
	const int top = view->rect.height < TOP_HEIGHT + 4 ? view->rect.height / 2 : TOP_HEIGHT - !snapshot->forecast->what_if;
	part.rect.height = top;
	draw_top(snapshot, part);
	const int left = view->rect.width >= HALVES_WIDTH + QUEUES_WIDTH ? view->rect.width - QUEUES_WIDTH : view->rect.width;
	const struct rect below = {view->rect.x, view->rect.y + top, left, view->rect.height - top};
	const struct rect beside = {view->rect.x + left, below.y, view->rect.width - left, below.height};
	const int half_rows = list_count(&halves, snapshot, view->states);
	const bool of_queue = view->selected >= half_rows && list_count(&needs, snapshot, view->states) > 0;
	struct widget_view half_view = *view;
	half_view.selected = of_queue ? -1 : view->selected;
	part.selected = of_queue ? view->selected - half_rows : -1;
	if (beside.width > 0 || !of_queue)
		draw_list(&halves, snapshot, half_view, below, _("BY HALF HOURS"), _("today, as expected and as it came"));
	draw_list(&needs, snapshot, part, beside.width > 0 || !of_queue ? beside : below, _("QUEUES"), _("next 30 min"));
}

/* Why so many are expected: in the half hour, or of a queue in the half hour that runs. */
static bool evidence(const struct snapshot *snapshot, int row, struct proof_request *request)
{
	const int count = half_count(snapshot);
	request->about = PROOF_FORECAST;
	if (row < count) {
		request->around = half_at(snapshot, row)->half.from;
		clock_text(request->around, snapshot->zone, false, request->subject, sizeof request->subject);
		return true;
	}
	const struct snapshot_forecast *page = snapshot->forecast;
	const struct snapshot_need *need = need_at(snapshot, row - count);
	if (!page->half_count)
		return false;
	request->around = page->halves[0].half.from + (snapshot->at - page->halves[0].half.from) / FORECAST_STEP * FORECAST_STEP;
	request->is_scoped = true;
	request->scope = need->scope;
	where_text(need->queue, need->channel, request->subject, sizeof request->subject);
	return true;
}

static const struct list_class *const shown[] = {&halves, &needs, NULL};

const struct page_class page_forecast_class = {.lists_shown = shown, .lists = 1u << SNAPSHOT_FORECAST, .draw = draw, .evidence = evidence};
