#include "widgets/evidence.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/words.h"
#include "tui/format.h"
#include "widgets/evidence_table.h"
#include "widgets/filter.h"
#include "widgets/parts.h"
#include "widgets/timeline.h"

#define CLOCK_WIDTH 8  /* "12:50:07" */
#define WHEN_WIDTH 14  /* "08-01 12:50:07" */
#define STATE_WIDTH 10
#define VALUE_WIDTH 9
#define HEAD_SUBJECT 15 /* "contact, case" and the gap */
#define HEAD_SHORT 7	 /* "queue", "agent" */
#define MEASURED_MOST 1000 /* rows */
#define WIDE 100 /* cells from which the title says the scope too */

/* ---- which rows, and in which order ---- */

void evidence_list_finish(struct evidence_list *list)
{
	free(list->order);
	*list = (struct evidence_list){.order = NULL};
}

void evidence_list_begin(struct evidence_list *list)
{
	evidence_list_finish(list);
}

static bool is_wanted(const struct evidence_row *row, const char *typed)
{
	const char *const texts[] = {row->subject, row->site, row->queue, row->channel, row->agent, row->state};
	bool wanted = !*typed;
	for (size_t i = 0; i < sizeof texts / sizeof *texts && !wanted; i++)
		wanted = filter_finds(texts[i], typed);
	return wanted;
}

static double value_of(const struct evidence_row *row)
{
	const struct figure *figure = &row->figure;
	return figure->known && figure->denominator ? (double)figure->numerator / (double)figure->denominator : -1e18;
}

struct ordering {
	const struct evidence_row *rows;
	enum evidence_sort sort;
	bool lowest_first; /* the worst first, by the metric */
};

/* Rows come in the order of time: where all else is equal that stays. */
static int compare(const void *left, const void *right, void *context)
{
	const struct ordering *ordering = context;
	const uint32_t first = *(const uint32_t *)left, second = *(const uint32_t *)right;
	const struct evidence_row *a = &ordering->rows[first], *b = &ordering->rows[second];
	int order = 0;
	if (ordering->sort == EVIDENCE_BY_VALUE)
		order = ((value_of(a) < value_of(b)) - (value_of(a) > value_of(b))) * (ordering->lowest_first ? -1 : 1);
	if (ordering->sort == EVIDENCE_BY_QUEUE) {
		order = strcmp(a->site, b->site);
		order = order ? order : strcmp(a->queue, b->queue);
		order = order ? order : strcmp(a->channel, b->channel);
	}
	return order ? order : (first > second) - (first < second);
}

static void turn(uint32_t *order, size_t count)
{
	for (size_t i = 0; i < count / 2; i++) {
		const uint32_t row = order[i];
		order[i] = order[count - 1 - i];
		order[count - 1 - i] = row;
	}
}

void evidence_list_update(struct evidence_list *list, const struct proof *proof)
{
	const int number = proof ? proof->request.number : 0;
	if (list->made_of == number && list->made_by == list->sort && list->made_turned == list->turned && strcmp(list->made_for, list->typed) == 0)
		return;
	list->made_of = number;
	list->made_by = list->sort;
	list->made_turned = list->turned;
	memcpy(list->made_for, list->typed, sizeof list->made_for);
	list->count = 0;
	const size_t all = proof ? proof->evidence.count : 0;
	list->order = memory_grow(list->order, &list->room, all, sizeof *list->order);
	for (size_t i = 0; i < all; i++)
		if (is_wanted(&proof->evidence.rows[i], list->typed))
			list->order[list->count++] = (uint32_t)i;
	struct ordering ordering = {.rows = all ? proof->evidence.rows : NULL, .sort = list->sort,
		.lowest_first = all && proof->evidence.kind == EVIDENCE_COUNTED && metrics[proof->request.metric].worse == WORSE_LOWER};
	if (list->count && list->sort != EVIDENCE_BY_TIME)
		qsort_r(list->order, list->count, sizeof *list->order, compare, &ordering);
	if (list->turned)
		turn(list->order, list->count);
	const int last = (int)list->count - 1;
	list->selected = list->selected > last ? last : list->selected;
	list->selected = list->selected < 0 ? 0 : list->selected;
}

const struct evidence_row *evidence_list_selected(const struct evidence_list *list, const struct proof *proof)
{
	if (!proof || list->made_of != proof->request.number || list->selected < 0 || (size_t)list->selected >= list->count)
		return NULL;
	return &proof->evidence.rows[list->order[list->selected]];
}

/* ---- the picture ---- */

int64_t evidence_day(const struct snapshot *snapshot)
{
	return snapshot->timeline ? snapshot->timeline->cursor : snapshot->at;
}

struct table {
	const struct snapshot *snapshot;
	const struct proof *proof;
	const struct widget_view *view;
	struct rect inner;
	int subject, where, agent, when, state; /* widths with the gap after them */
};

static bool is_of_day(const struct table *table, int64_t at)
{
	char when[32];
	timeline_when(table->snapshot, at, evidence_day(table->snapshot), true, when, sizeof when);
	return strlen(when) <= CLOCK_WIDTH;
}

/* The widest text of each column of texts, with the gap after it; where all do not fit the widest gives way. */
static void share_out(struct table *table, const struct evidence_list *list, int rest)
{
	const struct canvas *canvas = table->view->canvas;
	int *const columns[] = {&table->subject, &table->where, &table->agent};
	char where[96];
	for (size_t i = 0; i < list->count && i < MEASURED_MOST; i++) {
		const struct evidence_row *row = &table->proof->evidence.rows[list->order[i]];
		where_text(row->queue, row->channel, where, sizeof where);
		const char *const texts[] = {row->subject, where, row->agent};
		for (int column = 0; column < 3; column++) {
			const int measured = canvas_measure(canvas, texts[column]) + 2;
			const int width = !*texts[column] ? 0 : measured < HEAD_SHORT ? HEAD_SHORT : measured;
			*columns[column] = width > *columns[column] ? width : *columns[column];
		}
	}
	for (int over = table->subject + table->where + table->agent - rest; over > 0; over--) {
		int widest = 0;
		for (int column = 1; column < 3; column++)
			widest = *columns[column] > *columns[widest] ? column : widest;
		--*columns[widest];
	}
}

/* Columns that hold nothing leave their room to the others; what is left over parts them. */
static void plan(struct table *table, const struct evidence_list *list)
{
	const struct evidence *evidence = &table->proof->evidence;
	/* Rows are in the order of time. */
	table->when = (is_of_day(table, evidence->rows[0].at) && is_of_day(table, evidence->rows[evidence->count - 1].at) ? CLOCK_WIDTH : WHEN_WIDTH) + 2;
	table->state = evidence->kind == EVIDENCE_PRESENT ? STATE_WIDTH + 2 : 0;
	int rest = table->inner.width - 2 - table->when - table->state - VALUE_WIDTH;
	rest = rest < 0 ? 0 : rest;
	table->subject = HEAD_SUBJECT;
	table->where = HEAD_SHORT;
	share_out(table, list, rest);
	const int left = rest - table->subject - table->where - table->agent, parts = table->agent ? 3 : 2;
	table->subject += left / parts;
	table->where += table->agent ? left / parts : left - left / parts;
	table->agent = rest - table->subject - table->where;
}

static void put(const struct table *table, int *x, int y, int width, enum role role, const char *text)
{
	if (width > 2)
		canvas_text(table->view->canvas, *x, y, width - 2, role, text);
	*x += width;
}

static void own_text(const struct table *table, const struct evidence_row *row, char *to, size_t room)
{
	struct figure figure = row->figure;
	if (table->proof->evidence.kind == EVIDENCE_PRESENT && !figure.known) {
		snprintf(to, room, "\u2013");
		return;
	}
	if (table->proof->evidence.kind == EVIDENCE_PRESENT) {
		format_duration(figure.numerator, to, room);
		return;
	}
	/* A contact that was queued twice counts twice. */
	if (metrics[table->proof->request.metric].unit == UNIT_RATIO && figure.known && figure.denominator > 1) {
		snprintf(to, room, _("%" PRId64 " of %" PRId64), figure.numerator, figure.denominator);
		return;
	}
	/* It counts above the line alone: an answer to what was sent before, a customer lost of a base. */
	if (metrics[table->proof->request.metric].unit == UNIT_RATIO && !figure.known && row->delta) {
		snprintf(to, room, "+%" PRId64, row->delta);
		return;
	}
	figure.n = -1; /* that it is one alone everybody sees */
	figure_text(metrics[table->proof->request.metric].name, &figure, false, to, room);
}

static void draw_heads(const struct table *table)
{
	const bool present = table->proof->evidence.kind == EVIDENCE_PRESENT;
	const struct rect inner = table->inner;
	int x = inner.x + 2;
	put(table, &x, inner.y, table->subject, ROLE_DIM, _("contact, case"));
	put(table, &x, inner.y, table->where, ROLE_DIM, _("queue"));
	put(table, &x, inner.y, table->agent, ROLE_DIM, _("agent"));
	put(table, &x, inner.y, table->state, ROLE_DIM, _("state"));
	put(table, &x, inner.y, table->when, ROLE_DIM, present ? _("since") : _("counted"));
	canvas_right(table->view->canvas, x, inner.y, inner.x + inner.width - x, ROLE_DIM, present ? _("for") : _("its own"));
}

static void draw_row(const struct table *table, const struct evidence_row *row, int y, bool chosen)
{
	char where[160], when[32], own[48];
	const struct rect inner = table->inner;
	const enum role role = chosen ? ROLE_FOCUS : ROLE_TEXT;
	int x = inner.x;
	canvas_text(table->view->canvas, x, y, 1, role, chosen ? glyphs_mark(table->view->glyphs, MARK_ARROW) : " ");
	x += 2;
	const int used = *row->site ? snprintf(where, sizeof where, "%s \u00B7 ", row->site) : 0;
	where_text(row->queue, row->channel, where + used, sizeof where - (size_t)used);
	timeline_when(table->snapshot, row->at, evidence_day(table->snapshot), true, when, sizeof when);
	if (table->proof->evidence.kind == EVIDENCE_PRESENT && !row->figure.known)
		snprintf(when, sizeof when, "\u2013"); /* since when is not kept */
	own_text(table, row, own, sizeof own);
	put(table, &x, y, table->subject, role, *row->subject ? row->subject : "\u2013");
	put(table, &x, y, table->where, role, where);
	put(table, &x, y, table->agent, chosen ? role : ROLE_DIM, row->agent);
	put(table, &x, y, table->state, role, row->state);
	put(table, &x, y, table->when, chosen ? role : ROLE_DIM, when);
	canvas_right(table->view->canvas, x, y, inner.x + inner.width - x, chosen ? role : ROLE_STRONG, own);
}

/* "2 of 3 rows · last 30 min to 12:50:07 · all queues · by value" */
static void write_note(const struct snapshot *snapshot, const struct proof *proof, const struct evidence_list *list, bool is_short, char *to,
	size_t room)
{
	static const char *const sorts[EVIDENCE_SORTS] = {N_("by time"), N_("by value"), N_("by queue")};
	char count[48], span[64] = "", window[32], until[32];
	const struct evidence *evidence = &proof->evidence;
	if (list->count == evidence->count)
		snprintf(count, sizeof count, "%zu %s", evidence->count, words_plural("row", "rows", evidence->count));
	else
		snprintf(count, sizeof count, _("%zu of %zu rows"), list->count, evidence->count);
	timeline_when(snapshot, proof->moment, evidence_day(snapshot), true, until, sizeof until);
	if (evidence->kind == EVIDENCE_COUNTED) {
		window_text(proof->window, is_short, window, sizeof window);
		snprintf(span, sizeof span, _("%s to "), window);
	}
	snprintf(to, room, "%s \u00B7 %s%s%s%s \u00B7 %s%s", count, span, until, is_short ? "" : " \u00B7 ", is_short ? "" : proof->scope_text,
		_(sorts[list->sort]), list->turned ? _(", turned") : "");
}

static void draw_rows(const struct table *table, const struct evidence_list *list)
{
	const struct evidence *evidence = &table->proof->evidence;
	const struct rect inner = table->inner;
	const int height = inner.height - 2; /* heads, foot */
	const int first = list->selected >= height ? list->selected - height + 1 : 0;
	char text[PART_TEXT * 2] = "";
	draw_heads(table);
	for (int i = 0; i < height && (size_t)(first + i) < list->count; i++)
		draw_row(table, &evidence->rows[list->order[first + i]], inner.y + 1 + i, first + i == list->selected);
	const int left = (int)list->count - first, more = left - height;
	if (table->view->seen && table->view->seen->count < LISTS_SEEN_MOST)
		table->view->seen->items[table->view->seen->count++] = (struct list_seen){.list = &evidence_table,
			.rows = {inner.x, inner.y + 1, inner.width, more > 0 ? height : left}, .first = first, .count = (int)list->count};
	if (more > 0)
		snprintf(text, sizeof text, _("+%d more"), more);
	if (evidence->is_cut)
		snprintf(text + strlen(text), sizeof text - strlen(text), _("%sonly the first %d are told"), *text ? ", " : "", EVIDENCE_MOST);
	int x = inner.x + 2;
	piece(table->view, &x, inner.y + inner.height - 1, inner.x + inner.width, ROLE_DIM, "%s%s", text, *text && *evidence->why ? "; " : "");
	piece(table->view, &x, inner.y + inner.height - 1, inner.x + inner.width, ROLE_WARN, "%s", evidence->why);
}

/* Nothing to list: why. */
static void draw_words(const struct widget_view *view, struct rect inner, enum role role, const char *text)
{
	canvas_text(view->canvas, inner.x + 2, inner.y + (inner.height > 2 ? 1 : 0), inner.width - 2, role, text);
}

void evidence_draw(const struct snapshot *snapshot, const struct proof *proof, const struct evidence_list *list, const struct widget_view *view)
{
	char title[160], note[240] = "";
	const struct proof_request *asked = proof ? &proof->request : &snapshot->request.evidence;
	char name[64];
	words_text(asked->name, name, sizeof name);
	snprintf(title, sizeof title, _("EVIDENCE \u00B7 %s%s%s"), _(metrics[asked->metric].title), *name ? " \u00B7 " : "", name);
	if (proof && !*proof->wrong)
		write_note(snapshot, proof, list, view->rect.width < WIDE, note, sizeof note);
	const struct rect inner = panel_open(view, LEVEL_NONE, title, note);
	if (inner.height < 3)
		return;
	struct table table = {.snapshot = snapshot, .proof = proof, .view = view, .inner = inner};
	if (!proof) {
		draw_words(view, inner, ROLE_DIM, *snapshot->under_way ? snapshot->under_way : _("reading \u2026"));
	} else if (*proof->wrong) {
		draw_words(view, inner, ROLE_CRIT, proof->wrong);
	} else if (proof->evidence.count == 0) {
		draw_words(view, inner, ROLE_DIM, *proof->evidence.why ? proof->evidence.why : _("there is none"));
	} else {
		plan(&table, list);
		draw_rows(&table, list);
	}
}
