#include "config/layout.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "config/layout_read.h"
#include "config/suggest.h"
#include "config/tables.h"

#define TITLE_MOST 80 /* bytes */
#define LINES_MOST 100
#define SHARES_MOST 100

/* ---- what can be set ---- */

/* "2": shares; "5 lines": cells. */
static bool read_height(const char *value, int *shares, int *lines)
{
	char *end;
	const long number = *value >= '0' && *value <= '9' ? strtol(value, &end, 10) : 0;
	if (number < 1 || number > SHARES_MOST)
		return false;
	*shares = *lines = 0;
	if (*end == 0)
		*shares = (int)number;
	else if (strcmp(end, " lines") == 0 || strcmp(end, " line") == 0)
		*lines = (int)number;
	return *shares || *lines;
}

static bool is_height(const char *value, struct error *err)
{
	int shares, lines;
	return read_height(value, &shares, &lines) || fail(err, "a number of shares such as 2, or of lines such as \"5 lines\", at most %d", LINES_MOST);
}

static bool is_name(const char *value, struct error *err)
{
	return *value || fail(err, "a name, or left out");
}

static const char *const digits[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};

#define WORDS(list, number) .words = list, .word_count = number
#define PLACES(struct_name, what)                                                                                                                   \
	{"queue", .type = SETTING_KEY, .offset = offsetof(struct struct_name, queue), .check = is_name, .help = "Figures of this queue, " what},         \
	{"channel", .type = SETTING_CHOICE, .offset = offsetof(struct struct_name, channel), WORDS(channel_names, CHANNEL_COUNT),                        \
		.help = "Figures of this channel, " what},                                                                                               \
	{"market", .type = SETTING_KEY, .offset = offsetof(struct struct_name, market), .check = is_name, .help = "Figures of this market, " what},      \
	{"team", .type = SETTING_KEY, .offset = offsetof(struct struct_name, team), .check = is_name, .help = "Figures of this team, " what}

#define AT(member) .offset = offsetof(struct layout_page, member)
static const struct setting page_settings[] = {
	{"title", .type = SETTING_TEXT, AT(title), .help = "What stands at its top; the title of the section where this is left out."},
	{"key", .type = SETTING_WORD, AT(key), WORDS(digits, 10), .help = "The digit that leads to it, in place of the built-in page of that digit."},
	{"wall", .type = SETTING_FLAG, AT(wall), .fallback = "true", .help = "Is it one of the pages that turn by themselves on a wall?"},
	{"seconds", .type = SETTING_DURATION, AT(seconds), .least = 1000, .most = 3600000, .help = "How long it stands there before the next one."},
	{"window", .type = SETTING_WORD, AT(window), WORDS(window_names, WINDOW_COUNT), .help = "The window of its figures; the board's where this is left out."},
	PLACES(layout_page, "whatever is chosen at the board."),
};
const struct setting_table page_table = {"page", "queues-now",
	"A page of the board's own: rows of widgets. Where there is none, the built-in pages stand.", page_settings,
	sizeof page_settings / sizeof *page_settings};
#undef AT

struct row_draft {
	struct layout_row row;
	char *height; /* as it is written */
};
static const struct setting row_settings[] = {
	{"height", .type = SETTING_KEY, .offset = offsetof(struct row_draft, height), .fallback = "1", .check = is_height,
		.help = "Its shares of the page's height, or a number of lines: 2, \"5 lines\"."},
};
const struct setting_table row_table = {"row", NULL, "Inside a page: a row of widgets, which stand in it from the left to the right.", row_settings,
	sizeof row_settings / sizeof *row_settings};

#define AT(member) .offset = offsetof(struct layout_widget, member)
static const struct setting widget_settings[] = {
	{"title", .type = SETTING_TEXT, AT(title), .help = "What stands above it; what it shows where this is left out."},
	{"span", .type = SETTING_NUMBER, AT(span), .fallback = "1", .least = 1, .most = SHARES_MOST, .help = "Its shares of the row's width."},
	{"window", .type = SETTING_WORD, AT(window), WORDS(window_names, WINDOW_COUNT), .help = "The window of its figures; the page's where this is left out."},
	PLACES(layout_widget, "whatever the page is of and is chosen at the board."),
	{"min_width", .type = SETTING_NUMBER, AT(min_width), .fallback = "0", .least = 0, .most = 400,
		.help = "Cells below which it is left out and counted; 0: as many as its kind needs."},
	{"min_height", .type = SETTING_NUMBER, AT(min_height), .fallback = "0", .least = 0, .most = 200, .help = "The same in lines."},
};
const struct setting_table widget_table = {"KIND", "a name of its own",
	"Inside a row: a widget; KIND is one of those below. What can be set of every kind:", widget_settings,
	sizeof widget_settings / sizeof *widget_settings};
#undef AT

/* ---- those there are ---- */

static void release_widget(struct layout_widget *widget)
{
	setting_release(widget_table.settings, widget_table.count, widget);
	if (widget->kind)
		setting_release(widget->kind->table->settings, widget->kind->table->count, widget->config);
	free(widget->config);
	free(widget->name);
	*widget = (struct layout_widget){0};
}

static void release_row(struct layout_row *row)
{
	for (int i = 0; i < row->widget_count; i++)
		release_widget(&row->widgets[i]);
	free(row->widgets);
	*row = (struct layout_row){0};
}

static void release_page(struct layout_page *page)
{
	for (int i = 0; i < page->row_count; i++)
		release_row(&page->rows[i]);
	free(page->rows);
	setting_release(page_table.settings, page_table.count, page);
	free(page->name);
	*page = (struct layout_page){0};
}

void layout_release(struct layout_pages *layout)
{
	for (int i = 0; i < layout->count; i++)
		release_page(&layout->pages[i]);
	free(layout->pages);
	*layout = (struct layout_pages){0};
}

static void *copy_of(const void *shared, int count, size_t size)
{
	void *copy = count ? memory_new((size_t)count, size) : NULL;
	if (count)
		memcpy(copy, shared, (size_t)count * size);
	return copy;
}

static void duplicate_widget(struct layout_widget *widget)
{
	setting_duplicate(widget_table.settings, widget_table.count, widget);
	widget->name = memory_text(widget->name);
	widget->config = copy_of(widget->config, 1, widget->kind->size);
	setting_duplicate(widget->kind->table->settings, widget->kind->table->count, widget->config);
}

static void duplicate_page(struct layout_page *page)
{
	setting_duplicate(page_table.settings, page_table.count, page);
	page->name = memory_text(page->name);
	page->rows = copy_of(page->rows, page->row_count, sizeof *page->rows);
	for (int i = 0; i < page->row_count; i++) {
		struct layout_row *row = &page->rows[i];
		row->widgets = copy_of(row->widgets, row->widget_count, sizeof *row->widgets);
		for (int k = 0; k < row->widget_count; k++)
			duplicate_widget(&row->widgets[k]);
	}
}

void layout_duplicate(struct layout_pages *layout)
{
	layout->pages = copy_of(layout->pages, layout->count, sizeof *layout->pages);
	for (int i = 0; i < layout->count; i++)
		duplicate_page(&layout->pages[i]);
}

int layout_find(const struct layout_pages *layout, const char *name)
{
	for (int i = 0; i < layout->count; i++)
		if (strcmp(layout->pages[i].name, name) == 0)
			return i;
	return -1;
}

/* ---- while a file is read ---- */

struct layout_reading {
	struct layout_page page;
	struct row_draft row;
	struct layout_widget widget; /* kind NULL: nothing of it has been read */
};

static void begin_page(struct layout_reading *reading)
{
	reading->page = (struct layout_page){0};
	setting_fill(page_table.settings, page_table.count, &reading->page);
}

static void begin_row(struct layout_reading *reading)
{
	reading->row = (struct row_draft){0};
	setting_fill(row_table.settings, row_table.count, &reading->row);
}

static void begin_widget(struct layout_reading *reading, const struct layout_kind *kind)
{
	struct layout_widget *widget = &reading->widget;
	if (widget->kind == kind)
		return;
	*widget = (struct layout_widget){.kind = kind, .config = memory_new(1, kind->size)};
	setting_fill(widget_table.settings, widget_table.count, widget);
	setting_fill(kind->table->settings, kind->table->count, widget->config);
}

struct layout_reading *layout_read_begin(void)
{
	struct layout_reading *reading = memory_new(1, sizeof *reading);
	begin_page(reading);
	begin_row(reading);
	return reading;
}

void layout_read_end(struct layout_reading *reading)
{
	release_widget(&reading->widget);
	free(reading->row.height);
	release_row(&reading->row.row);
	release_page(&reading->page);
	free(reading);
}

const struct setting *layout_read_setting(struct layout_reading *reading, enum layout_level level, const struct layout_kind *kind, const char *name,
	void **base)
{
	const struct setting_table *table = level == LAYOUT_PAGE ? &page_table : level == LAYOUT_ROW ? &row_table : &widget_table;
	*base = level == LAYOUT_PAGE ? (void *)&reading->page : level == LAYOUT_ROW ? (void *)&reading->row : (void *)&reading->widget;
	if (level == LAYOUT_WIDGET)
		begin_widget(reading, kind);
	const struct setting *setting = setting_find(table->settings, table->count, name);
	if (setting || level != LAYOUT_WIDGET)
		return setting;
	*base = reading->widget.config;
	return setting_find(kind->table->settings, kind->table->count, name);
}

/* Titles are names here: what is under the cursor is found again by them after a reload. */
static bool check_title(const char *section, const char *title, struct error *err)
{
	if (!title || !*title)
		return fail(err, "the title of this '%s' is empty; write %s \"TITLE\" { ... }", section, section);
	return (strlen(title) <= TITLE_MOST && text_valid(view_of(title))) ||
	       fail(err, "the title of this '%s' is longer than %d bytes, or not valid UTF-8", section, TITLE_MOST);
}

/* Nobody belongs to a queue, and no queue to a team. */
static bool check_place(const char *section, const char *title, const char *team, const char *queue, const char *channel, const char *market,
	struct error *err)
{
	return !team || (!queue && !channel && !market) ||
	       fail(err, "the %s '%s' is of a team, and of a queue, channel or market; write one or the other", section, title);
}

static bool is_new_widget(const struct layout_reading *reading, const char *title, struct error *err)
{
	for (int i = 0; i <= reading->page.row_count; i++) {
		const struct layout_row *row = i < reading->page.row_count ? &reading->page.rows[i] : &reading->row.row;
		for (int k = 0; k < row->widget_count; k++)
			if (strcmp(row->widgets[k].name, title) == 0)
				return fail(err, "a widget of this page is called '%s' in line %d already; give each its own title", title,
					row->widgets[k].line);
	}
	return true;
}

bool layout_take_widget(struct layout_reading *reading, const struct layout_kind *kind, const char *title, int line, struct error *err)
{
	struct layout_row *row = &reading->row.row;
	const char *section = kind->table->name;
	if (!check_title(section, title, err) || !is_new_widget(reading, title, err))
		return false;
	if (row->widget_count == LAYOUT_WIDGETS_MOST)
		return fail(err, "a row has more than %d widgets; begin another row", LAYOUT_WIDGETS_MOST);
	begin_widget(reading, kind);
	struct layout_widget *widget = &reading->widget;
	struct error why;
	if (!check_place(section, title, widget->team, widget->queue, widget->channel, widget->market, err))
		return false;
	if (kind->of_page && (widget->queue || widget->channel || widget->market || widget->team || widget->window >= 0))
		return fail(err, "%s \"%s\" lists what its page is of; set 'queue', 'channel', 'market', 'team' or 'window' of the page", section, title);
	if (kind->check && !kind->check(widget->config, &why))
		return fail(err, "%s \"%s\": %.400s", section, title, why.text);
	widget->name = memory_text(title);
	widget->line = line;
	row->widgets = memory_resize(row->widgets, (size_t)row->widget_count + 1, sizeof *row->widgets);
	row->widgets[row->widget_count++] = *widget;
	*widget = (struct layout_widget){0};
	return true;
}

bool layout_take_row(struct layout_reading *reading, int line, struct error *err)
{
	struct layout_page *page = &reading->page;
	struct layout_row *row = &reading->row.row;
	if (row->widget_count == 0)
		return fail(err, "this row is empty; write a widget into it, such as tile \"waiting\" { metric = \"queue_depth\" }");
	if (page->row_count == LAYOUT_ROWS_MOST)
		return fail(err, "a page has more than %d rows; begin another page", LAYOUT_ROWS_MOST);
	read_height(reading->row.height, &row->height, &row->lines);
	free(reading->row.height);
	row->line = line;
	page->rows = memory_resize(page->rows, (size_t)page->row_count + 1, sizeof *page->rows);
	page->rows[page->row_count++] = *row;
	begin_row(reading);
	return true;
}

static bool is_new_page(const struct layout_reading *reading, const struct layout_pages *layout, const char *title, struct error *err)
{
	for (int i = 0; i < layout->count; i++) {
		const struct layout_page *other = &layout->pages[i];
		if (strcmp(other->name, title) == 0)
			return fail(err, "the page '%s' was set in line %d already; give each its own title", title, other->line);
		if (reading->page.key >= 0 && other->key == reading->page.key)
			return fail(err, "the page '%s' stands on %d in line %d already; give each its own key", other->name, other->key, other->line);
	}
	return true;
}

bool layout_take_page(struct layout_reading *reading, struct layout_pages *layout, const char *title, int line, struct error *err)
{
	struct layout_page *page = &reading->page;
	if (!check_title("page", title, err) || !is_new_page(reading, layout, title, err))
		return false;
	if (page->row_count == 0)
		return fail(err, "the page '%s' is empty; write a row into it: row { tile \"waiting\" { metric = \"queue_depth\" } }", title);
	if (layout->count == LAYOUT_PAGES_MOST)
		return fail(err, "there are more than %d pages; no board can show them", LAYOUT_PAGES_MOST);
	if (!check_place("page", title, page->team, page->queue, page->channel, page->market, err))
		return false;
	page->name = memory_text(title);
	page->line = line;
	layout->pages = memory_resize(layout->pages, (size_t)layout->count + 1, sizeof *layout->pages);
	layout->pages[layout->count++] = *page;
	begin_page(reading);
	return true;
}
