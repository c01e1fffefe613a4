/* Rude customers by the step they stand at: how many, and who stands there longest. */
#include <stdio.h>

#include "base/words.h"
#include "tui/format.h"
#include "widgets/classes.h"
#include "widgets/kinds.h"

#define LEAST_WIDTH 24
#define LEAST_HEIGHT 6
#define RUNGS 5 /* flagged without a step, then the four steps */
#define NAME 13
#define COUNT 4

/* The steps in the words of the page of conduct: enum conduct_step. */
static const char *const rungs[RUNGS] = {N_("no step yet"), N_("1 request"), N_("2 demand"), N_("3 WARNING"), N_("4 ENDED")};

struct ladder_config {
	int unused;
};
static const struct setting_table ladder_table = {"ladder", "rude", "Rude customers by the four steps.", NULL, 0};
static const struct layout_kind ladder_kind = {.table = &ladder_table, .size = sizeof(struct ladder_config), .of_page = true};

struct rung {
	int count;
	bool safety;
	const struct list_conduct *oldest;
};

/* Those that ended stand at the last one for as long as they are shown. */
static int rung_of(const struct list_conduct *flag)
{
	return flag->step < 0 || flag->step >= RUNGS ? 0 : flag->step;
}

static int count_rungs(const struct snapshot *snapshot, struct rung *to)
{
	int open = 0;
	for (int i = 0; i < snapshot->conduct_count; i++) {
		const struct list_conduct *flag = &snapshot->conduct[i];
		struct rung *rung = &to[rung_of(flag)];
		if (!flag->open && rung != &to[RUNGS - 1])
			continue;
		rung->count++;
		rung->safety = rung->safety || flag->safety;
		if (!rung->oldest || flag->since > rung->oldest->since)
			rung->oldest = flag;
		open += flag->open;
	}
	return open;
}

static enum level level_of(int number, const struct rung *rung)
{
	if (!rung->count || number == RUNGS - 1)
		return LEVEL_NONE;
	return rung->safety || number >= STEP_WARNING ? LEVEL_CRIT : LEVEL_WARN;
}

static void draw_rung(const struct widget_view *view, struct rect inner, int y, int number, const struct rung *rung)
{
	const enum level level = level_of(number, rung);
	const enum role role = rung->count ? level_role(level) : ROLE_FAINT;
	const int end = inner.x + inner.width;
	char count[16], since[32], where[PART_TEXT];
	int x = inner.x + NAME + COUNT + 2;
	snprintf(count, sizeof count, "%d", rung->count);
	canvas_text(view->canvas, inner.x, y, NAME - 1, role, _(rungs[number]));
	canvas_right(view->canvas, inner.x + NAME, y, COUNT, rung->count ? level_strong(level) : ROLE_FAINT, count);
	if (!rung->oldest)
		return;
	format_duration(rung->oldest->since, since, sizeof since);
	where_text(rung->oldest->queue, rung->oldest->channel, where, sizeof where);
	piece(view, &x, y, end, role, "%s  ", since);
	if (rung->safety)
		piece(view, &x, y, end, ROLE_CRIT_STRONG, "%s  ", _("SAFETY"));
	if (*rung->oldest->agent)
		piece(view, &x, y, end, ROLE_TEXT, "%s  ", rung->oldest->agent);
	piece(view, &x, y, end, ROLE_DIM, "%s", where);
}

static void draw(const struct snapshot *snapshot, const struct widget_view *view)
{
	struct rung to[RUNGS] = {{0}};
	const int open = count_rungs(snapshot, to);
	enum level worst = LEVEL_NONE;
	char count[32];
	for (int i = 0; i < RUNGS; i++)
		worst = level_of(i, &to[i]) > worst ? level_of(i, &to[i]) : worst;
	const char *title = kind_title(view, _("RUDE CUSTOMERS")), *why = kind_why(snapshot, view);
	snprintf(count, sizeof count, "%d", open);
	if (kind_small(view, LEAST_WIDTH, LEAST_HEIGHT, title, worst, why ? "\u2013" : count))
		return;
	snprintf(count, sizeof count, words_plural("%d open", "%d open", open), open);
	const struct rect inner = kind_open(snapshot, view, worst, title, why ? "" : count);
	if (why || (!open && !to[RUNGS - 1].count)) {
		kind_say(view, inner, why ? why : _("nobody is rude now"));
		return;
	}
	/* The highest first, where not all have room. */
	const int gap = inner.height >= 2 * RUNGS - 1 ? 2 : 1;
	for (int i = 0; i < RUNGS && i * gap < inner.height; i++)
		draw_rung(view, inner, inner.y + i * gap, RUNGS - 1 - i, &to[RUNGS - 1 - i]);
}

static bool evidence(const struct snapshot *snapshot, const struct widget_view *view, struct proof_request *request)
{
	(void)snapshot;
	return kind_evidence(view, metric_find("rude_now"), request);
}

const struct widget_class ladder_class = {
	.name = "ladder",
	.help = "rude customers by the four steps, with who stands at each the longest",
	.min_width = LEAST_WIDTH,
	.min_height = 1,
	.draw = draw,
	.kind = &ladder_kind,
	.evidence = evidence,
};
