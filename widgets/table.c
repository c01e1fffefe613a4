/* Any list of the pages with columns of one's own choice, sorted as one likes. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "base/words.h"
#include "widgets/classes.h"
#include "widgets/kinds.h"
#include "widgets/pages.h"

#define LEAST_WIDTH 20
#define LEAST_HEIGHT 4
#define METRIC_WIDTH 9 /* of a column that the list itself does not have */

/* X(name, title, page, which of its lists that is) */
#define SOURCES_LISTED(X)                                                                                              \
	X("queues", N_("QUEUES"), queues, 0) X("agents", N_("AGENTS"), agents, 0) X("alerts", N_("ALERTS"), alerts, 0)   \
	X("due", N_("DUE NEXT"), sla, 3) X("clocks", N_("CLOCKS"), sla, 0) X("priorities", N_("PRIORITIES"), sla, 1)     \
	X("backlog", N_("BACKLOG"), sla, 2) X("rude", N_("RUDE CUSTOMERS"), conduct, 0) X("scores", N_("SCORES"), voice, 0) \
	X("followups", N_("CALL BACK"), voice, 1) X("markets", N_("MARKETS"), voice, 2) X("topics", N_("TOPICS"), learning, 0) \
	X("refusals", N_("REFUSALS"), learning, 1) X("mistakes", N_("MISTAKES"), learning, 2) X("thanks", N_("THANKS"), learning, 3)
static const struct source {
	const char *name, *title;
	const struct page_class *page;
	int index;
} sources[] = {
#define SOURCE(name, title, page, index) {name, title, &page_##page##_class, index},
	SOURCES_LISTED(SOURCE)
#undef SOURCE
};
static const char *const source_names[] = {
#define SOURCE(name, title, page, index) name,
	SOURCES_LISTED(SOURCE)
#undef SOURCE
};
#define SOURCES (sizeof sources / sizeof *sources)

struct table_config {
	int list;
	char **columns;
	int column_count;
	char *sort;
	int rows;
};

static const struct setting table_settings[] = {
	{"list", .type = SETTING_WORD, .offset = offsetof(struct table_config, list), .fallback = "queues", .words = source_names, .word_count = (int)SOURCES,
		.help = "Which list of the pages."},
	{"columns", .type = SETTING_LIST, .offset = offsetof(struct table_config, columns), .count_offset = offsetof(struct table_config, column_count),
		.most = LIST_COLUMNS_MOST, .help = "Its columns by their heads, and of queues and markets any metric; otherwise all there is room for."},
	{"sort", .type = SETTING_KEY, .offset = offsetof(struct table_config, sort),
		.help = "The column it is sorted by, the largest or A first; with a '-' before it the other way round. Otherwise the worst or the newest first."},
	{"rows", .type = SETTING_NUMBER, .offset = offsetof(struct table_config, rows), .fallback = "0", .least = 0, .most = 1000,
		.help = "How many at most; 0: as many as fit."},
};
static const struct setting_table table_table = {"table", "queues", "A list of the pages, with columns and an order of your own.", table_settings, 4};

static const struct source *source_of(const struct table_config *config)
{
	return &sources[config->list >= 0 && config->list < (int)SOURCES ? config->list : 0];
}

/* "open_time_left" is "open time left". */
static bool same_word(const char *written, const char *header)
{
	for (; *written && *header; written++, header++) {
		const char pair[2][2] = {{*written == '_' ? ' ' : *written, 0}, {*header, 0}};
		if (strcasecmp(pair[0], pair[1]) != 0)
			return false;
	}
	return !*written && !*header;
}

static const struct list_column *find_column(const struct list_column *columns, const char *name)
{
	for (int i = 0; columns[i].header; i++)
		if (same_word(name, columns[i].header) || (columns[i].metric && strcmp(columns[i].metric, name) == 0))
			return &columns[i];
	return NULL;
}

static bool check_column(const struct list_class *list, const char *list_name, const char *name, struct error *err)
{
	char shown[80], known[400] = "";
	size_t used = 0;
	if (find_column(list->columns, name) || (list->figures && metric_find(name) >= 0))
		return true;
	text_harmless(view_of(name), shown, sizeof shown);
	for (int i = 0; list->columns[i].header && used < sizeof known; i++)
		used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", i ? ", " : "", list->columns[i].header);
	return fail(err, "the list '%s' has no column '%s'; it has %s%s", list_name, shown, known, list->figures ? ", and any metric" : "");
}

/* What is not shown cannot be seen to be sorted. */
static bool check_sort(const struct table_config *table, const struct list_class *list, const char *list_name, const char *sort, struct error *err)
{
	char shown[80];
	for (int i = 0; i < table->column_count; i++)
		if (same_word(table->columns[i], sort))
			return true;
	text_harmless(view_of(sort), shown, sizeof shown);
	if (!table->column_count && find_column(list->columns, sort))
		return true;
	return fail(err, "the list '%s' is sorted by '%s', which is not one of its columns here; name it in 'columns'", list_name, shown);
}

static bool check(const void *config, struct error *err)
{
	const struct table_config *table = config;
	const struct source *source = source_of(table);
	const struct list_class *list = page_list(source->page, source->index);
	for (int i = 0; i < table->column_count; i++)
		if (!check_column(list, source->name, table->columns[i], err))
			return false;
	return !table->sort || check_sort(table, list, source->name, table->sort + (*table->sort == '-'), err);
}

static const struct layout_kind table_kind = {.table = &table_table, .size = sizeof(struct table_config), .of_page = true, .check = check};

/* ---- the list as it is set ---- */

struct shown {
	const struct source *source;
	const struct list_class *whole; /* as the page has it */
	struct list_class list;
	struct list_column columns[LIST_COLUMNS_MOST + 1];
	struct list_states states;
};

static struct list_column column_of(const struct list_class *whole, const char *name)
{
	const struct list_column *column = find_column(whole->columns, name);
	const int metric = metric_find(name);
	if (column)
		return *column;
	if (metric < 0 || !whole->figures)
		return (struct list_column){.header = NULL};
	return (struct list_column){.header = metrics[metric].short_title, .width = METRIC_WIDTH, .rank = 1, .right = true, .metric = metrics[metric].name};
}

/* What was named first goes last where the room is short. */
static void choose_columns(struct shown *shown, const struct table_config *config)
{
	int count = 0;
	for (int i = 0; i < config->column_count && count < LIST_COLUMNS_MOST; i++) {
		struct list_column column = column_of(shown->whole, config->columns[i]);
		if (!column.header)
			continue;
		column.rank = count < LIST_SPARE ? count : LIST_SPARE - 1;
		shown->columns[count++] = column;
	}
	if (!count)
		return;
	shown->columns[count] = (struct list_column){.header = NULL};
	shown->list.columns = shown->columns;
}

/* What somebody chose by keys wins over the file. */
static void choose_order(struct shown *shown, const struct table_config *config, const struct widget_view *view)
{
	const struct list_state *chosen = view->states ? list_state_find(view->states, shown->whole) : NULL;
	struct list_state *state = list_state_of(&shown->states, &shown->list);
	const char *sort = config->sort ? config->sort : "", *name = sort + (*sort == '-');
	if (chosen)
		snprintf(state->typed, sizeof state->typed, "%s", chosen->typed);
	if (chosen && chosen->column > 0) {
		name = shown->whole->columns[chosen->column - 1].header;
		state->turned = chosen->turned;
	} else {
		state->turned = *sort == '-';
	}
	for (int i = 0; *name && shown->list.columns[i].header; i++)
		if (same_word(name, shown->list.columns[i].header) || (shown->list.columns[i].metric && strcmp(shown->list.columns[i].metric, name) == 0))
			state->column = i + 1;
}

static void make(struct shown *shown, const struct widget_view *view)
{
	const struct table_config *config = view->widget->config;
	*shown = (struct shown){.source = source_of(config)};
	shown->whole = page_list(shown->source->page, shown->source->index);
	shown->list = *shown->whole;
	choose_columns(shown, config);
	choose_order(shown, config, view);
}

static int limited(const struct widget_view *view, int count)
{
	const struct table_config *config = view->widget->config;
	return config->rows > 0 && count > config->rows ? config->rows : count;
}

static int rows(const struct snapshot *snapshot, const struct widget_view *view)
{
	struct shown shown;
	make(&shown, view);
	return limited(view, list_count(&shown.list, snapshot, &shown.states));
}

static enum level worst_of(const struct shown *shown, const struct snapshot *snapshot, int count)
{
	enum level worst = LEVEL_NONE;
	for (int row = 0; row < count && shown->list.level; row++) {
		const enum level level = shown->list.level(snapshot, row);
		worst = level != LEVEL_UNSURE && level > worst ? level : worst;
	}
	return worst;
}

static void draw(const struct snapshot *snapshot, const struct widget_view *view)
{
	struct shown shown;
	make(&shown, view);
	const int count = shown.whole->count(snapshot), room = limited(view, count);
	const char *title = kind_title(view, _(shown.source->title)), *why = kind_why(snapshot, view);
	char number[24], note[64];
	const enum level worst = why ? LEVEL_NONE : worst_of(&shown, snapshot, count);
	snprintf(number, sizeof number, "%d", count);
	if (kind_small(view, LEAST_WIDTH, LEAST_HEIGHT, title, worst, why ? "\u2013" : number))
		return;
	snprintf(note, sizeof note, words_plural("%d row", "%d rows", count), count);
	struct rect inner = kind_open(snapshot, view, LEVEL_NONE, title, why ? "" : note);
	if (why) {
		kind_say(view, inner, why);
		return;
	}
	if (room < count && inner.height > room + 2) /* heads, and the line for the rest */
		inner.height = room + 2;
	struct widget_view own = *view;
	own.states = &shown.states;
	own.seen = NULL; /* this list is gone when the picture is made */
	list_draw(&shown.list, snapshot, &own, inner);
}

static unsigned lists(const void *config)
{
	return source_of(config)->page->lists;
}

static bool evidence(const struct snapshot *snapshot, const struct widget_view *view, struct proof_request *request)
{
	struct shown shown;
	make(&shown, view);
	const int row = view->selected < 0 ? -1 : list_row(&shown.list, snapshot, &shown.states, view->selected);
	if (row < 0)
		return false;
	if (shown.whole->evidence)
		return shown.whole->evidence(snapshot, row, request);
	return shown.source->index == 0 && shown.source->page->evidence && shown.source->page->evidence(snapshot, row, request);
}

const struct widget_class table_class = {
	.name = "table",
	.help = "a list of the pages (queues, agents, alerts, what is due, markets, topics ...) with columns and an order of one's own",
	.min_width = LEAST_WIDTH,
	.min_height = 1,
	.draw = draw,
	.kind = &table_kind,
	.lists = lists,
	.rows = rows,
	.evidence = evidence,
};
