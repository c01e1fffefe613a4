#include "widgets/sections.h"

#include "base/words.h"

#define LINES_MOST SECTIONS_MOST
#define LINE_LEAST 4 /* a frame, heads, a row */
#define FRAME 2

/* The section of a row, and which of its rows that is; -1: there is no such row. */
static int section_of(const struct section *sections, const struct snapshot *snapshot, const struct list_states *states, int row, int *within)
{
	for (int i = 0; sections[i].list && row >= 0; i++) {
		const int count = list_count(sections[i].list, snapshot, states);
		if (row < count) {
			*within = row;
			return i;
		}
		row -= count;
	}
	return -1;
}

struct plan {
	const struct section *sections;
	int count, chosen; /* chosen: the section with the cursor, or -1 */
	bool shown[SECTIONS_MOST];
	int needs[LINES_MOST], heights[LINES_MOST], lines; /* need 0: nothing of the line is shown */
};

static bool holds_cursor(const struct plan *plan, int line)
{
	return plan->chosen >= 0 && plan->sections[plan->chosen].line == line;
}

/* Who of a line has to go; -1: nobody can. Beside the one with the cursor everybody can. */
static int least_wanted(const struct plan *plan, int line)
{
	int last = -1;
	for (int i = 0; i < plan->count; i++)
		if (plan->shown[i] && plan->sections[i].line == line && i != plan->chosen && (plan->sections[i].rank || holds_cursor(plan, line)) &&
			(last < 0 || plan->sections[i].rank > plan->sections[last].rank))
			last = i;
	return last;
}

static void choose(struct plan *plan, int line, int width)
{
	for (;;) {
		int needed = 0;
		for (int i = 0; i < plan->count; i++)
			needed += plan->shown[i] && plan->sections[i].line == line ? plan->sections[i].least : 0;
		const int last = needed > width ? least_wanted(plan, line) : -1;
		if (last < 0)
			return;
		plan->shown[last] = false;
	}
}

/* Each its least, then one by one until all have what they need; what is left is the last one's. */
static void share_height(struct plan *plan, int height)
{
	int rest = height, given = 0, last = 0;
	for (int line = plan->lines - 1; line >= 0; line--) {
		int needed = 0;
		for (int other = 0; other < plan->lines; other++)
			needed += plan->needs[other] ? LINE_LEAST : 0;
		if (needed > height && !holds_cursor(plan, line) && (line > 0 || plan->chosen > 0))
			plan->needs[line] = 0;
	}
	for (int line = 0; line < plan->lines; line++) {
		plan->heights[line] = !plan->needs[line] ? 0 : rest < LINE_LEAST ? rest : LINE_LEAST;
		rest -= plan->heights[line];
		last = plan->needs[line] ? line : last;
	}
	do {
		given = 0;
		for (int line = 0; line < plan->lines && rest > 0; line++)
			if (plan->heights[line] && plan->heights[line] < plan->needs[line]) {
				plan->heights[line]++;
				rest--;
				given++;
			}
	} while (given);
	plan->heights[last] += rest;
}

static struct plan make_plan(const struct section *sections, const struct snapshot *snapshot, const struct widget_view *view)
{
	struct plan plan = {.sections = sections};
	int within = 0;
	plan.chosen = section_of(sections, snapshot, view->states, view->selected, &within);
	for (; sections[plan.count].list && plan.count < SECTIONS_MOST; plan.count++) {
		plan.shown[plan.count] = true;
		if (sections[plan.count].line >= plan.lines)
			plan.lines = sections[plan.count].line + 1;
	}
	for (int line = 0; line < plan.lines; line++)
		choose(&plan, line, view->rect.width);
	for (int i = 0; i < plan.count; i++) {
		const struct list_state *state = list_state_find(view->states, sections[i].list);
		const int rows = list_count(sections[i].list, snapshot, view->states), need = FRAME + 1 + (rows ? rows : 1) + (state && *state->typed);
		int *of = &plan.needs[sections[i].line];
		*of = plan.shown[i] && need > *of ? need : *of;
	}
	share_height(&plan, view->rect.height);
	return plan;
}

static void draw_section(const struct section *section, const struct snapshot *snapshot, const struct widget_view *view, struct rect rect,
	int selected)
{
	struct widget_view own = *view;
	char note[PART_TEXT] = "";
	own.rect = rect;
	own.selected = selected;
	if (section->note)
		section->note(snapshot, note, sizeof note);
	list_draw(section->list, snapshot, &own, panel_open(&own, LEVEL_NONE, _(section->title), note));
}

void sections_draw(const struct section *sections, const struct snapshot *snapshot, const struct widget_view *view)
{
	const struct plan plan = make_plan(sections, snapshot, view);
	int within = 0, y = view->rect.y;
	section_of(sections, snapshot, view->states, view->selected, &within);
	for (int line = 0; line < plan.lines; line++) {
		int x = view->rect.x, room = view->rect.width, shares = 0;
		for (int i = 0; i < plan.count; i++)
			shares += plan.shown[i] && sections[i].line == line ? sections[i].share : 0;
		for (int i = 0; i < plan.count && shares > 0; i++) {
			if (!plan.shown[i] || sections[i].line != line)
				continue;
			const int width = room * sections[i].share / shares;
			draw_section(&sections[i], snapshot, view, (struct rect){x, y, width, plan.heights[line]}, i == plan.chosen ? within : -1);
			x += width;
			room -= width;
			shares -= sections[i].share;
		}
		y += plan.heights[line];
	}
}
