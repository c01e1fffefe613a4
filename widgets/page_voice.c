/* What customers say: scores with what they rest on, whom somebody has to call back, and how each market fares. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/words.h"
#include "widgets/pages.h"
#include "widgets/tile_sub.h"
#include "widgets/today.h"

/* ---- scores ---- */

static const char *const scores[] = {"csat", "csat_low", "csat_mean", "nps", "ces", "iqs", "csat_quality_gap", "csat_response", "detractors",
	"reopen_rate", "followup_reached_rate", "churn_rate"};

static int score_count(const struct snapshot *snapshot)
{
	(void)snapshot;
	return (int)(sizeof scores / sizeof *scores);
}

static const struct figure *score_at(const struct snapshot *snapshot, int row)
{
	const int metric = metric_find(scores[row]);
	const bool of_day = metric >= 0 && snapshot->request.window < WINDOW_TODAY;
	return of_day ? &snapshot->today[metric] : snapshot_figure(snapshot, scores[row]);
}

static enum level score_level(const struct snapshot *snapshot, int row)
{
	const struct figure *figure = score_at(snapshot, row);
	return figure->known ? figure->level : LEVEL_NONE;
}

static void score_title(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	(void)snapshot;
	const int metric = metric_find(scores[row]);
	list_put(cell, ROLE_TEXT, "%s", metric >= 0 ? _(metrics[metric].title) : scores[row]);
}

static void score_figure(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	list_put_figure(cell, scores[row], score_at(snapshot, row));
}

/* A ratio's own denominator is what it rests on where it has no n. */
static void score_n(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	const struct figure *figure = score_at(snapshot, row);
	const int64_t n = figure->n >= 0 ? figure->n : figure->known && figure->denominator != 1 ? figure->denominator : -1;
	if (n >= 0)
		list_put(cell, n < SURVEY_LEAST ? ROLE_DIM : ROLE_TEXT, "%" PRId64, n);
	else
		list_put(cell, ROLE_DIM, "\u2013");
}

/* "78 to 82 %", and whether that is on one side of the limit. */
static void put_interval(const struct figure *figure, struct list_cell *cell)
{
	if (!figure->known || figure->low < 0 || figure->high < 0 || figure->n < SURVEY_LEAST)
		return;
	list_put(cell, figure->level == LEVEL_UNSURE ? ROLE_UNSURE : ROLE_DIM, _("%" PRId64 " to %" PRId64 " %%%s"), (figure->low + 5000) / 10000,
		(figure->high + 5000) / 10000, figure->level == LEVEL_UNSURE ? _(", not sure yet") : "");
}

static void score_interval(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	put_interval(score_at(snapshot, row), cell);
}

static void score_change(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	cell->role = ROLE_DIM;
	if (!compared_text(snapshot, scores[row], COMPARE_LAST_WEEK, cell->text, sizeof cell->text))
		compared_text(snapshot, scores[row], COMPARE_YESTERDAY, cell->text, sizeof cell->text);
}

static bool score_evidence(const struct snapshot *snapshot, int row, struct proof_request *request)
{
	(void)snapshot;
	request->by_day = true;
	request->metric = metric_find(scores[row]);
	return request->metric >= 0;
}

static const struct list_column score_columns[] = {
	{.header = NC_("column", "score"), .width = 20, .narrow_width = 14, .grows = true, .write = score_title},
	{.header = NC_("column", "value"), .width = 8, .narrow_width = 7, .right = true, .write = score_figure},
	{.header = NC_("column", "n"), .width = 7, .narrow_width = 5, .right = true, .write = score_n},
	/* xgettext:no-c-format */
	{.header = NC_("column", "95 % interval"), .width = 27, .narrow_width = 23, .rank = 1, .write = score_interval},
	{.header = NC_("column", "change"), .width = 18, .rank = LIST_SPARE, .write = score_change},
	{.header = NULL},
};
static const struct list_class score_list = {.columns = score_columns, .count = score_count, .level = score_level, .empty = "",
	.evidence = score_evidence};

static void score_note(const struct snapshot *snapshot, char *to, size_t room)
{
	char window[32];
	window_text(snapshot->request.window < WINDOW_TODAY ? WINDOW_TODAY : snapshot->request.window, true, window, sizeof window);
	snprintf(to, room, "%s", window);
}

/* ---- call-backs ---- */

static int followup_count(const struct snapshot *snapshot)
{
	return snapshot->followup_count;
}

static void followup_case(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	const struct list_followup *followup = &snapshot->followups[row];
	if (*followup->case_id)
		case_text(followup->case_id, cell->text, sizeof cell->text);
	else
		list_put(cell, ROLE_TEXT, "%s", *followup->contact ? followup->contact : "\u2013");
}

static void followup_queue(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	list_put(cell, ROLE_DIM, "%s", snapshot->followups[row].queue);
}

/* "NPS 3" */
static void followup_score(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	const struct list_followup *followup = &snapshot->followups[row];
	char kind[16];
	snprintf(kind, sizeof kind, "%s", followup->survey ? followup->survey : "");
	for (char *at = kind; *at; at++)
		*at = (char)toupper((unsigned char)*at);
	list_put(cell, ROLE_TEXT, "%s %g", kind, (double)followup->score / 1000);
}

static void followup_agent(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	list_put(cell, ROLE_DIM, "%s", snapshot->followups[row].agent);
}

static void followup_since(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	list_put_duration(cell, snapshot->followups[row].since);
}

static void followup_tried(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	const int attempts = snapshot->followups[row].attempts;
	if (attempts)
		list_put(cell, ROLE_DIM, "%d\u00D7", attempts);
}

static bool followup_evidence(const struct snapshot *snapshot, int row, struct proof_request *request)
{
	const struct list_followup *followup = &snapshot->followups[row];
	request->metric = metric_find("followup_open");
	snprintf(request->subject, sizeof request->subject, "%s", *followup->case_id ? followup->case_id : followup->contact);
	request->around = snapshot->at;
	return true;
}

static const struct list_column followup_columns[] = {
	{.header = NC_("column", "case, contact"), .narrow_header = NC_("column", "case"), .width = 13, .narrow_width = 9, .grows = true, .write = followup_case},
	{.header = NC_("column", "queue"), .width = 14, .narrow_width = 10, .rank = 1, .grows = true, .write = followup_queue},
	{.header = NC_("column", "said"), .width = 7, .rank = 2, .write = followup_score},
	{.header = NC_("column", "agent"), .width = 9, .rank = LIST_SPARE, .write = followup_agent},
	{.header = NC_("column", "tried"), .width = 5, .rank = LIST_SPARE + 1, .right = true, .write = followup_tried},
	{.header = NC_("column", "waits"), .width = 9, .narrow_width = 8, .right = true, .write = followup_since},
	{.header = NULL},
};
static const struct list_class followup_list = {.columns = followup_columns, .count = followup_count, .empty = N_("nobody waits for a call"),
	.evidence = followup_evidence};

static void followup_note(const struct snapshot *snapshot, char *to, size_t room)
{
	const struct figure *open = snapshot_figure(snapshot, "followup_open");
	char reached[48], declined[40] = "";
	figure_text("followup_reached_rate", snapshot_figure(snapshot, "followup_reached_rate"), false, reached, sizeof reached);
	const int64_t count = snapshot_count_today(snapshot, "followup_declined");
	if (count > 0)
		snprintf(declined, sizeof declined, _(" \u00B7 %" PRId64 " declined"), count);
	snprintf(to, room, _("%" PRId64 " open \u00B7 %s reached%s"), open->known ? open->numerator : 0, reached, declined);
}

/* ---- markets ---- */

static int market_count(const struct snapshot *snapshot)
{
	return snapshot->market_count;
}

static const struct figure *market_figures(const struct snapshot *snapshot, int row)
{
	return snapshot->markets[row].figures;
}

static void market_name(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	list_put(cell, ROLE_TEXT, "%s", snapshot->markets[row].of.name);
}

static void market_clock(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	cell->role = ROLE_TEXT;
	today_clock(&snapshot->markets[row].of, cell->text, sizeof cell->text);
}

static void market_today(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	cell->role = snapshot->markets[row].of.day.state == DAY_OPEN ? ROLE_TEXT : ROLE_DIM;
	today_text(&snapshot->markets[row].of, cell->text, sizeof cell->text);
}

static void market_interval(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	const int metric = metric_find("csat");
	if (metric >= 0)
		put_interval(&snapshot->markets[row].figures[metric], cell);
}

static int market_settings_of(const struct snapshot *snapshot, int row)
{
	return snapshot->markets[row].of.settings;
}

static bool market_evidence(const struct snapshot *snapshot, int row, struct proof_request *request)
{
	request->metric = metric_find("csat");
	request->is_scoped = true;
	request->scope = snapshot->markets[row].of.scope;
	return snapshot->markets[row].of.told;
}

static const struct list_column market_columns[] = {
	{.header = NC_("column", "market"), .width = 10, .narrow_width = 8, .grows = true, .write = market_name},
	{.header = NC_("column", "there"), .width = 9, .narrow_width = 9, .rank = 3, .write = market_clock},
	{.header = NC_("column", "today"), .width = 26, .narrow_width = 24, .rank = 2, .write = market_today},
	{.header = NC_("column", "waiting"), .narrow_header = NC_("column", "wait"), .width = 7, .narrow_width = 5, .right = true, .rank = 4, .metric = "queue_depth"},
	{.header = NC_("column", "in time"), .narrow_header = NC_("column", "SL"), .width = 7, .narrow_width = 6, .right = true, .rank = 1, .metric = "service_level"},
	{.header = NC_("column", "CSAT"), .width = 7, .narrow_width = 6, .right = true, .metric = "csat"},
	{.header = "95 %", .width = 27, .narrow_width = 10, .rank = LIST_SPARE, .write = market_interval},
	{.header = NC_("column", "NPS"), .width = 7, .narrow_width = 6, .right = true, .rank = 5, .metric = "nps"},
	{.header = NC_("column", "churn"), .width = 7, .narrow_width = 6, .right = true, .metric = "churn_rate"},
	{.header = NC_("column", "offered"), .width = 7, .rank = LIST_SPARE + 1, .right = true, .metric = "offered"},
	{.header = NULL},
};
static const struct list_class market_list = {.columns = market_columns, .count = market_count, .figures = market_figures,
	.empty = N_("no market was told of"), .evidence = market_evidence, .market = market_settings_of};

static const struct section sections[] = {
	{.title = N_("VOICE OF THE CUSTOMER"), .list = &score_list, .note = score_note, .line = 0, .share = 1, .least = 40},
	{.title = N_("CALL BACK"), .list = &followup_list, .note = followup_note, .line = 1, .share = 1, .least = 30},
	{.title = N_("MARKETS"), .list = &market_list, .line = 2, .share = 1, .least = 36},
	{.list = NULL},
};

const struct page_class page_voice_class = {.lists = 1u << SNAPSHOT_VOICE, .sections = sections};
