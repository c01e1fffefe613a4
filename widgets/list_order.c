#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

#include "base/memory.h"
#include "base/text.h"
#include "widgets/filter.h"
#include "widgets/list.h"

/* ---- what was chosen ---- */

const struct list_state *list_state_find(const struct list_states *states, const struct list_class *list)
{
	for (int i = 0; states && i < states->count; i++)
		if (states->items[i].list == list)
			return &states->items[i];
	return NULL;
}

struct list_state *list_state_of(struct list_states *states, const struct list_class *list)
{
	for (int i = 0; i < states->count; i++)
		if (states->items[i].list == list)
			return &states->items[i];
	if (states->count == LIST_STATES_MOST)
		states->count--; /* more lists than a board has: the last one chosen makes room */
	states->items[states->count] = (struct list_state){.list = list};
	return &states->items[states->count++];
}

/* ---- cells ---- */

/* "12", "+3", "86 %", "−4", "5.8": what a column wrote as a number is one. */
static void read_number(struct list_cell *cell)
{
	char text[PART_TEXT + 1], *end;
	const char *at = cell->text;
	const bool is_minus = strncmp(at, "\u2212", strlen("\u2212")) == 0;
	snprintf(text, sizeof text, "%s%s", is_minus ? "-" : "", is_minus ? at + strlen("\u2212") : at);
	if (!isdigit((unsigned char)text[text[0] == '-' || text[0] == '+']))
		return;
	const double number = strtod(text, &end);
	if (*end && strcmp(end, " %") != 0)
		return;
	cell->raw = LIST_NUMBER;
	cell->number = number;
	cell->unit = *end ? "%" : NULL;
}

void list_write(const struct list_class *list, const struct snapshot *snapshot, const struct list_column *column, int row, struct list_cell *cell)
{
	const int index = column->metric ? metric_find(column->metric) : -1;
	if (column->metric && index >= 0)
		list_put_figure(cell, column->metric, &list->figures(snapshot, row)[index]);
	else if (!column->metric)
		column->write(snapshot, row, cell);
	if (cell->raw == LIST_TEXT && column->right) /* what is aligned as words is words: a queue may be called 7 */
		read_number(cell);
}

static struct list_cell cell_of(const struct list_class *list, const struct snapshot *snapshot, const struct list_column *column, int row)
{
	static const struct glyphs glyphs = {.ascii = false};
	struct list_cell cell = {.role = ROLE_TEXT, .glyphs = &glyphs};
	list_write(list, snapshot, column, row, &cell);
	return cell;
}

/* ---- which rows, in which order ---- */

static bool is_wanted(const struct list_class *list, const struct snapshot *snapshot, int row, const char *typed)
{
	for (const struct list_column *column = list->columns; column->header; column++) {
		const struct list_cell cell = cell_of(list, snapshot, column, row);
		if (filter_finds(cell.text, typed))
			return true;
	}
	return false;
}

int list_count(const struct list_class *list, const struct snapshot *snapshot, const struct list_states *states)
{
	const struct list_state *state = list_state_find(states, list);
	const int all = list->count(snapshot);
	int count = 0;
	if (!state || !*state->typed)
		return all;
	for (int row = 0; row < all; row++)
		count += is_wanted(list, snapshot, row, state->typed);
	return count;
}

struct key {
	int row;
	struct list_cell cell;
};

struct ordering {
	bool downwards;
};

/* Letter by letter in whatever case; what stands for nothing comes last. */
static int compare_texts(const char *left, const char *right)
{
	for (int width, left_bytes, right_bytes;; left += left_bytes, right += right_bytes) {
		const wint_t a = towlower((wint_t)text_next(left, &width, &left_bytes)), b = towlower((wint_t)text_next(right, &width, &right_bytes));
		if (a != b || !a)
			return (a > b) - (a < b);
	}
}

static bool says_nothing(const struct list_cell *cell)
{
	return !*cell->text || strcmp(cell->text, "\u2013") == 0;
}

/* Numbers before words, nothing after both whichever way round; where all else is equal rows stay as they came. */
static int compare(const void *left, const void *right, void *context)
{
	const struct ordering *ordering = context;
	const struct key *a = left, *b = right;
	int order = says_nothing(&a->cell) - says_nothing(&b->cell);
	if (!order)
		order = (a->cell.raw == LIST_TEXT) - (b->cell.raw == LIST_TEXT);
	if (!order) {
		const double first = a->cell.number, second = b->cell.number;
		order = a->cell.raw == LIST_TEXT ? compare_texts(a->cell.text, b->cell.text) : (first > second) - (first < second);
		order = ordering->downwards ? -order : order;
	}
	return order ? order : (a->row > b->row) - (a->row < b->row);
}

static void sort(const struct list_class *list, const struct snapshot *snapshot, const struct list_state *state, int *rows, int count)
{
	const struct list_column *column = &list->columns[state->column - 1];
	const struct ordering ordering = {.downwards = column->right != state->turned};
	struct key *keys = memory_new((size_t)count, sizeof *keys);
	for (int i = 0; i < count; i++)
		keys[i] = (struct key){rows[i], cell_of(list, snapshot, column, rows[i])};
	qsort_r(keys, (size_t)count, sizeof *keys, compare, (void *)(uintptr_t)&ordering);
	for (int i = 0; i < count; i++)
		rows[i] = keys[i].row;
	free(keys);
}

static void turn(int *rows, int count)
{
	for (int i = 0; i < count / 2; i++) {
		const int row = rows[i];
		rows[i] = rows[count - 1 - i];
		rows[count - 1 - i] = row;
	}
}

int *list_order(const struct list_class *list, const struct snapshot *snapshot, const struct list_states *states, int *count)
{
	const struct list_state *state = list_state_find(states, list);
	const int all = list->count(snapshot);
	int *rows = memory_new((size_t)all + 1, sizeof *rows);
	*count = 0;
	for (int row = 0; row < all; row++)
		if (!state || !*state->typed || is_wanted(list, snapshot, row, state->typed))
			rows[(*count)++] = row;
	if (state && state->column)
		sort(list, snapshot, state, rows, *count);
	else if (state && state->turned)
		turn(rows, *count);
	return rows;
}

int list_row(const struct list_class *list, const struct snapshot *snapshot, const struct list_states *states, int shown)
{
	int count;
	int *rows = list_order(list, snapshot, states, &count);
	const int row = shown >= 0 && shown < count ? rows[shown] : -1;
	free(rows);
	return row;
}
