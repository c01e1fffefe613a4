/* Rude customers: who is at which step since when, which step comes next and what to say then; how to calm an angry one; the day, what agents
 * went through, and steps out of turn. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/words.h"
#include "config/cards.h"
#include "tui/format.h"
#include "widgets/list.h"
#include "widgets/pages.h"

#define WIDE 116	/* cells from which the day stands beside the cards */
#define SIDE 54		/* ... and how wide that column is */
#define LADDER_LEAST 4	/* lines: heads and three flags */
#define LABEL 11	/* cells of what a card is called */

static const char *const step_words[] = {N_("no step yet"), N_("request"), N_("demand"), N_("WARNING"), N_("ENDED")};
#define STEPS (int)(sizeof step_words / sizeof *step_words)

/* ---- the ladder ---- */

static int rows(const struct snapshot *snapshot)
{
	return snapshot->conduct_count + snapshot->flagged_before_count;
}

static const struct list_conduct *flag_at(const struct snapshot *snapshot, int row)
{
	return row < snapshot->conduct_count ? &snapshot->conduct[row] : &snapshot->flagged_before[row - snapshot->conduct_count];
}

static bool is_before(const struct snapshot *snapshot, int row)
{
	return row >= snapshot->conduct_count;
}

static enum level level_at(const struct snapshot *snapshot, int row)
{
	const struct list_conduct *flag = flag_at(snapshot, row);
	if (!flag->open)
		return LEVEL_NONE;
	return flag->safety || flag->step >= STEP_WARNING ? LEVEL_CRIT : LEVEL_WARN;
}

static bool is_old(const struct snapshot *snapshot, int row)
{
	return !is_before(snapshot, row) && !flag_at(snapshot, row)->open;
}

static void write_agent(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	const struct list_conduct *flag = flag_at(snapshot, row);
	list_put(cell, level_at(snapshot, row) ? ROLE_STRONG : ROLE_TEXT, "%s", *flag->agent ? flag->agent : "\u2013");
}

static void write_where(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	const struct list_conduct *flag = flag_at(snapshot, row);
	char text[PART_TEXT];
	where_text(flag->queue, flag->channel, text, sizeof text);
	list_put(cell, ROLE_DIM, "%s", text);
}

static int step_of(const struct list_conduct *flag)
{
	return flag->step < 0 || flag->step >= STEPS ? 0 : flag->step;
}

/* "request ▸ demand ▸ WARNING"; where the room is short the last of them. */
static void write_ladder(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	const struct list_conduct *flag = flag_at(snapshot, row);
	const int step = step_of(flag);
	char path[PART_TEXT] = "";
	if (is_before(snapshot, row)) {
		list_put(cell, ROLE_DIM, _("not flagged now"));
		return;
	}
	size_t used = 0;
	for (int i = 1; i < step && !cell->narrow; i++)
		used += (size_t)snprintf(path + used, sizeof path - used, "%s %s ", i == 3 ? _("warning") : _(step_words[i]), glyphs_mark(cell->glyphs, MARK_ARROW));
	const enum role role = !flag->open ? ROLE_DIM : step >= STEP_WARNING || flag->safety ? ROLE_CRIT : step == STEP_DEMAND ? ROLE_WARN : ROLE_TEXT;
	list_put(cell, role, "%s%s%s", flag->safety ? _("SAFETY ") : "", path, flag->unclear ? _("aim unclear") : _(step_words[step]));
}

static void write_since(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	list_put_duration(cell, flag_at(snapshot, row)->since);
}

static void write_next(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	const struct list_conduct *flag = flag_at(snapshot, row);
	if (flag->safety && flag->open)
		list_put(cell, ROLE_CRIT, _("may end now"));
	else if (flag->unclear)
		list_put(cell, ROLE_WARN, _("ask at whom"));
	else if (flag->next > 0 && flag->next < STEPS)
		list_put(cell, ROLE_STRONG, "%s", words_of("conduct", card_names[CARD_REQUEST + flag->next - STEP_REQUEST]));
	else if (!flag->open && !is_before(snapshot, row))
		list_put(cell, ROLE_DIM, "%s", words_of("conduct", list_conduct_ends[flag->ended_how]));
}

static void write_fault(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	const struct list_conduct *flag = flag_at(snapshot, row);
	if (flag->fault_step > 0 && flag->fault_step < STEPS && flag->fault)
		list_put(cell, ROLE_WARN, "%s %s", words_of("conduct", card_names[CARD_REQUEST + flag->fault_step - STEP_REQUEST]),
			words_of("conduct", flag->fault));
}

/* "2 d ago, step 3" */
static void write_before(const struct snapshot *snapshot, int row, struct list_cell *cell)
{
	const struct list_conduct *flag = flag_at(snapshot, row);
	char prior[32];
	if (flag->prior_ms < 0)
		return;
	format_span(flag->prior_ms < HOUR_MS ? flag->prior_ms / MINUTE_MS * MINUTE_MS : flag->prior_ms < DAY_MS ? flag->prior_ms / HOUR_MS * HOUR_MS :
		flag->prior_ms / DAY_MS * DAY_MS, prior, sizeof prior);
	list_put(cell, is_before(snapshot, row) ? ROLE_WARN : ROLE_DIM, _("%s ago, step %d"), prior, flag->prior_step);
}

static const struct list_column columns[] = {
	{.header = NC_("column", "agent"), .width = 11, .narrow_width = 10, .grows = true, .write = write_agent},
	{.header = NC_("column", "where"), .width = 16, .narrow_width = 12, .rank = 5, .grows = true, .write = write_where},
	{.header = NC_("column", "step"), .width = 37, .narrow_width = 15, .write = write_ladder},
	{.header = NC_("column", "since"), .width = 7, .narrow_width = 6, .right = true, .write = write_since},
	{.header = NC_("column", "next"), .width = 11, .write = write_next},
	{.header = NC_("column", "out of turn"), .width = 21, .narrow_width = 17, .rank = 6, .write = write_fault},
	{.header = NC_("column", "flagged before"), .width = 16, .rank = 4, .write = write_before},
	{.header = NULL},
};

static const struct list_class list = {.columns = columns, .count = rows, .level = level_at, .is_old = is_old, .empty = N_("nobody is rude now")};

/* ---- what stands around it: lines one below another, as far as there is room ---- */

struct column {
	const struct snapshot *snapshot;
	const struct widget_view *view;
	int x, y, end, bottom;
};

__attribute__((format(printf, 3, 4))) static void say(struct column *column, enum role role, const char *format, ...)
{
	char text[PART_TEXT];
	va_list values;
	va_start(values, format);
	vsnprintf(text, sizeof text, format, values);
	va_end(values);
	if (column->y < column->bottom)
		canvas_text(column->view->canvas, column->x, column->y++, column->end - column->x, role, text);
}

/* A blank line above; false: no room for that, the title and a line of what follows. */
static bool begin(struct column *column, const char *title)
{
	if (column->y + 3 > column->bottom)
		return false;
	column->y++;
	say(column, ROLE_TITLE, "%s", title);
	return true;
}

static void say_card(struct column *column, const char *label, enum card card)
{
	const int end = column->end, y = column->y;
	if (y >= column->bottom)
		return;
	canvas_text(column->view->canvas, column->x, y, LABEL - 1, ROLE_STRONG, label);
	const struct rect rect = {column->x + LABEL, y, end - column->x - LABEL, column->bottom - y};
	column->y = text_wrapped(column->view, rect, y, ROLE_TEXT, card_text(column->snapshot->settings, card));
}

/* For the flag under the cursor. */
static void tell_next(struct column *column)
{
	const struct snapshot *snapshot = column->snapshot;
	const int chosen = list_row(&list, snapshot, column->view->states, column->view->selected < 0 ? 0 : column->view->selected);
	if (chosen < 0 || chosen >= snapshot->conduct_count)
		return;
	const struct list_conduct *flag = &snapshot->conduct[chosen];
	if (!flag->open || !(flag->safety || flag->unclear || flag->next > 0))
		return;
	if (!begin(column, _("WHAT TO SAY NOW")))
		return;
	if (flag->safety)
		say_card(column, "safety", CARD_SAFETY);
	if (flag->next > 0 && flag->next < STEPS)
		say_card(column, words_of("conduct", card_names[CARD_REQUEST + flag->next - STEP_REQUEST]), (enum card)(CARD_REQUEST + flag->next - STEP_REQUEST));
	if (flag->unclear)
		say(column, ROLE_WARN, _("Ask the agent: was it aimed at you, or at us? Anger at the company is no rudeness."));
}

static void tell_calm(struct column *column)
{
	if (!begin(column, _("AN ANGRY CUSTOMER")))
		return;
	for (int card = CARD_HEAR; card <= CARD_DIAGNOSE; card++)
		say_card(column, words_of("conduct", card_names[card]), (enum card)card);
}

static void put_today(const struct snapshot *snapshot, const char *metric, char *to, size_t room)
{
	const int index = metric_find(metric);
	if (index >= 0)
		figure_text(metric, &snapshot->today[index], true, to, room);
}

/* Whose flags were withdrawn most, since each is known; nothing where one alone flags. */
static void tell_publishers(struct column *column)
{
	const struct snapshot *snapshot = column->snapshot;
	char text[PART_TEXT] = "";
	size_t used = 0;
	for (int i = 0; snapshot->false_flag_count > 1 && i < snapshot->false_flag_count && i < 3; i++) {
		const struct list_false_flags *item = &snapshot->false_flags[i];
		const int more = snprintf(text + used, sizeof text - used, _("%s%s %" PRId64 " of %" PRId64), i ? ", " : "", item->src, item->withdrawn,
			item->raised);
		used = more > 0 && (size_t)more < sizeof text - used ? used + (size_t)more : sizeof text - 1;
	}
	if (*text)
		say(column, ROLE_DIM, _("false by publisher: %s"), text);
}

static void tell_today(struct column *column)
{
	const struct snapshot *snapshot = column->snapshot;
	char a[32] = "", b[32] = "", c[32] = "", d[32] = "";
	if (!begin(column, _("TODAY")))
		return;
	say(column, ROLE_TEXT, _("rude %" PRId64 " \u00B7 ended at step 4: %" PRId64 " \u00B7 unresolved %" PRId64),
		snapshot_count_today(snapshot, "rude_count"), snapshot_count_today(snapshot, "rude_ended"), snapshot_count_today(snapshot, "rude_unresolved"));
	const int64_t faults = snapshot_count_today(snapshot, "rude_faults");
	say(column, faults ? ROLE_WARN : ROLE_TEXT, _("protocol faults %" PRId64 " \u00B7 anger at the company %" PRId64), faults,
		snapshot_count_today(snapshot, "anger_at_company"));
	put_today(snapshot, "rude_false_rate", a, sizeof a);
	put_today(snapshot, "rude_false_agent", b, sizeof b);
	put_today(snapshot, "rude_false_lead", c, sizeof c);
	put_today(snapshot, "rude_false_engine", d, sizeof d);
	say(column, ROLE_TEXT, _("false flags %s: agents %s, leads %s, engine %s"), a, b, c, d);
	tell_publishers(column);
	put_today(snapshot, "aht", a, sizeof a);
	put_today(snapshot, "aht_calm", b, sizeof b);
	put_today(snapshot, "csat", c, sizeof c);
	put_today(snapshot, "csat_calm", d, sizeof d);
	say(column, ROLE_TEXT, _("AHT %s, without flagged ones %s"), a, b);
	say(column, ROLE_TEXT, _("CSAT %s, without flagged ones %s"), c, d);
	put_today(snapshot, "fcr", a, sizeof a);
	put_today(snapshot, "fcr_calm", b, sizeof b);
	say(column, ROLE_TEXT, _("FCR %s, without flagged ones %s"), a, b);
}

static void tell_load(struct column *column)
{
	const struct snapshot *snapshot = column->snapshot;
	char title[PART_TEXT], since[32];
	snprintf(title, sizeof title, _("AGENTS' LOAD (a break at %d a shift, %d an hour)"), snapshot->settings->care_shift, snapshot->settings->care_hour);
	if (!begin(column, title))
		return;
	say(column, ROLE_TEXT, _("breaks suggested %" PRId64 " \u00B7 taken %" PRId64 " \u00B7 missed %" PRId64),
		snapshot_count_today(snapshot, "care_suggested"), snapshot_count_today(snapshot, "care_taken"), snapshot_count_today(snapshot, "care_missed"));
	for (int i = 0; i < snapshot->load_count; i++) {
		const struct list_care *care = &snapshot->loads[i];
		format_duration(care->since, since, sizeof since);
		if (care->since >= 0)
			say(column, ROLE_WARN, _("%s: %d, in the last hour %d \u00B7 %s %s"), care->agent, care->rude, care->hour,
				care->resting >= 0 ? _("on a break, asked for") : _("no break yet"), since);
		else
			say(column, ROLE_TEXT, _("%s: %d, in the last hour %d%s"), care->agent, care->rude, care->hour, care->rested >= 0 ? _(" \u00B7 had a break") : "");
	}
}

static void tell_faults(struct column *column)
{
	const struct snapshot *snapshot = column->snapshot;
	char at[16];
	if (snapshot->protocol_fault_count == 0 || !begin(column, _("STEPS OUT OF TURN")))
		return;
	for (int i = 0; i < snapshot->protocol_fault_count; i++) {
		const struct list_fault *fault = &snapshot->protocol_faults[i];
		const int tried = fault->tried >= STEP_REQUEST && fault->tried <= STEP_ENDED ? fault->tried : STEP_REQUEST;
		clock_text(snapshot->at - fault->ago, snapshot->zone, false, at, sizeof at);
		say(column, ROLE_TEXT, "%s %s, %s: %s %s", at, *fault->agent ? fault->agent : "\u2013", words_of("channel", fault->channel),
			words_of("conduct", card_names[CARD_REQUEST + tried - STEP_REQUEST]), words_of("conduct", fault->what));
	}
}

/* ---- the page ---- */

static int ladder_height(const struct snapshot *snapshot, int height)
{
	const int wanted = rows(snapshot) + 1, most = height / 3 > LADDER_LEAST ? height / 3 : LADDER_LEAST;
	return wanted < 2 ? 2 : wanted < most ? wanted : most;
}

static void draw(const struct snapshot *snapshot, const struct widget_view *view)
{
	char note[PART_TEXT];
	int open = 0;
	for (int i = 0; i < snapshot->conduct_count; i++)
		open += snapshot->conduct[i].open;
	snprintf(note, sizeof note, _("%d live \u00B7 %d flagged before"), open, snapshot->flagged_before_count);
	const struct rect inner = panel_open(view, snapshot_figure(snapshot, "rude_now")->level, _("CONDUCT"), note);
	const bool wide = inner.width >= WIDE;
	const int left = wide ? inner.width - SIDE - 2 : inner.width, bottom = inner.y + inner.height;
	int height = ladder_height(snapshot, inner.height);
	height = height < inner.height ? height : inner.height;
	list_draw(&list, snapshot, view, (struct rect){inner.x, inner.y, inner.width, height});
	struct column main = {snapshot, view, inner.x + 2, inner.y + height, inner.x + left, bottom};
	tell_next(&main);
	struct column side = {snapshot, view, inner.x + left + 2, inner.y + height, inner.x + inner.width, bottom};
	if (wide)
		tell_calm(&main);
	tell_today(wide ? &side : &main);
	tell_load(wide ? &side : &main);
	tell_faults(wide ? &side : &main);
	if (!wide)
		tell_calm(&main);
}

/* The life of the contact, about when the last step was taken. */
static bool evidence(const struct snapshot *snapshot, int row, struct proof_request *request)
{
	const struct list_conduct *flag = flag_at(snapshot, row);
	request->metric = metric_find("rude_count");
	snprintf(request->subject, sizeof request->subject, "%s", flag->contact);
	request->around = snapshot->at - flag->since;
	return *flag->contact;
}

static const struct list_class *const shown[] = {&list, NULL};

const struct page_class page_conduct_class = {.lists_shown = shown, .lists = 1u << SNAPSHOT_CONDUCT, .draw = draw, .evidence = evidence};
