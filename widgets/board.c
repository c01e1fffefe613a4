#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "widgets/board_evidence.h"
#include "widgets/board_state.h"
#include "widgets/classes.h"
#include "widgets/footer.h"
#include "widgets/help.h"
#include "widgets/life.h"
#include "widgets/line.h"
#include "widgets/link.h"
#include "widgets/marks.h"
#include "widgets/parts.h"
#include "widgets/replay_header.h"
#include "widgets/sites.h"
#include "widgets/timeline.h"
#include "widgets/today.h"

const struct widget_class *const board_panels[PANEL_COUNT] = {
	[PANEL_QUEUES] = &queues_class, [PANEL_CONDUCT] = &conduct_class, [PANEL_ALERTS] = &alerts_class, [PANEL_DUE] = &due_class,
	[PANEL_LEARNING] = &learning_class,
};

const struct page_class *const board_page_classes[BOARD_PAGES] = {
#define PAGE_CLASS(word, name, digit, help) [BOARD_##word] = &page_##name##_class,
	KEYED_PAGES(PAGE_CLASS)
#undef PAGE_CLASS
};

struct board *board_create(const struct settings *settings, const struct snapshot_request *request)
{
	struct board *board = memory_new(1, sizeof *board);
	board->settings = settings;
	board->request = *request;
	board->focus = FOCUS_NONE;
	board->request.spark_count = 0;
	board->request.lists = 0;
	for (int i = 0; i < TILE_COUNT; i++) {
		const int metric = metric_find(tile_infos[i].metric);
		if (metric >= 0)
			board->request.sparks[board->request.spark_count++] = (int16_t)metric;
	}
	header_clocks_open(&board->clocks, settings);
	return board;
}

void board_destroy(struct board *board)
{
	if (!board)
		return;
	header_clocks_close(&board->clocks);
	filter_finish(&board->filter);
	evidence_list_finish(&board->list);
	free(board);
}

const struct snapshot_request *board_request(const struct board *board)
{
	return &board->request;
}

const struct wish *board_wish(const struct board *board)
{
	return &board->wish;
}

int board_columns(const struct board *board)
{
	return timeline_columns(board->layout.timeline, board->layout.bare);
}

void board_say(struct board *board, const char *text)
{
	snprintf(board->said, sizeof board->said, "%s", text);
}

static enum board_mode mode_of(const struct snapshot *snapshot)
{
	return snapshot->timeline ? BOARD_REPLAY : BOARD_LIVE;
}

static int open_flags(const struct snapshot *snapshot)
{
	int open = 0;
	for (int i = 0; i < snapshot->conduct_count; i++)
		open += snapshot->conduct[i].open;
	return open;
}

static void draw_tiles(struct board *board, const struct snapshot *snapshot, struct widget_view view)
{
	view.bare = board->layout.bare_tiles;
	for (int i = 0; i < TILE_COUNT; i++) {
		view.rect = board->layout.tiles[i];
		view.setting = tile_infos[i].metric;
		view.focused = board->focus == i;
		if (view.rect.width > 0)
			tile_class.draw(snapshot, &view);
	}
}

static void draw_panels(struct board *board, const struct snapshot *snapshot, struct widget_view view)
{
	view.bare = board->layout.bare;
	for (int i = 0; i < board->layout.rule_count; i++) {
		const bool focused = board->focus == FOCUS_PANELS + (i == 0 ? PANEL_QUEUES : PANEL_ALERTS);
		glyphs_rule(view.glyphs, view.canvas, 0, board->layout.rules[i], view.canvas->width, focused ? ROLE_FOCUS : ROLE_BORDER);
	}
	for (int i = 0; i < PANEL_COUNT; i++) {
		view.rect = board->layout.panels[i];
		view.focused = board->focus == FOCUS_PANELS + i;
		view.scroll = board->scroll[FOCUS_PANELS + i];
		if (view.rect.width > 0 && view.rect.height > 0)
			board_panels[i]->draw(snapshot, &view);
	}
}

/* How many bytes of the text fit, up to the end of a word where one ends there. */
static int fitting(const struct canvas *canvas, const char *text, int width)
{
	char line[3 * PART_TEXT];
	int fits = 0;
	for (int size = 1;; size++) {
		if (text[size] && text[size] != ' ')
			continue;
		snprintf(line, sizeof line, "%.*s", size, text);
		if (fits && canvas_measure(canvas, line) > width)
			return fits;
		fits = size;
		if (!text[size])
			return fits;
	}
}

/* In the middle, on as many lines as it needs. */
static void draw_words(const struct widget_view *view, struct rect body, const char *text)
{
	char line[3 * PART_TEXT];
	int rows = 0;
	for (const char *at = text; *at; rows++)
		for (at += fitting(view->canvas, at, body.width); *at == ' ';)
			at++;
	int y = body.y + (body.height - rows) / 2;
	for (y = y < body.y ? body.y : y; *text && y < body.y + body.height; y++) {
		snprintf(line, sizeof line, "%.*s", fitting(view->canvas, text, body.width), text);
		const int width = canvas_measure(view->canvas, line);
		canvas_text(view->canvas, width < body.width ? body.x + (body.width - width) / 2 : body.x, y, body.width, ROLE_DIM, line);
		for (text += strlen(line); *text == ' ';)
			text++;
	}
}

static void draw_waiting(const struct snapshot *snapshot, const struct widget_view *view, struct rect body)
{
	char text[3 * PART_TEXT];
	if (snapshot->timeline)
		snprintf(text, sizeof text, "before the first event of the journal");
	else if (snapshot->site_count)
		sites_waiting_text(snapshot, text, sizeof text);
	else
		link_waiting_text(snapshot, text, sizeof text);
	draw_words(view, body, text);
}

static void draw_panel_page(struct board *board, const struct snapshot *snapshot, struct widget_view view)
{
	view.scroll = board->scroll[board->focus];
	if (board->focus < FOCUS_PANELS) {
		view.setting = tile_infos[board->focus].metric;
		tile_detail(snapshot, &view);
	} else {
		board_panels[board->focus - FOCUS_PANELS]->draw(snapshot, &view);
	}
}

int board_row(const struct board *board, const struct snapshot *snapshot)
{
	const struct page_class *class = board_page_classes[board->page];
	const int count = class ? page_rows(class, snapshot) : 0;
	return board->row < count ? board->row : count - 1;
}

static void draw_keyed(const struct board *board, const struct snapshot *snapshot, struct widget_view view)
{
	const struct page_class *class = board_page_classes[board->page];
	view.selected = page_chooses(class) ? board_row(board, snapshot) : -1;
	view.scroll = board->row;
	if (class->lists & ~snapshot->request.lists) { /* its list comes with the next snapshot */
		canvas_text(view.canvas, view.rect.x + 2, view.rect.y + 1, view.rect.width - 2, ROLE_DIM, "reading \u2026");
		return;
	}
	page_draw(class, snapshot, &view);
}

static void draw_page(struct board *board, const struct snapshot *snapshot, struct widget_view view)
{
	view.rect = board->layout.body;
	view.scroll = board->page_scroll;
	switch (board->page) {
	case BOARD_OVERVIEW:
		draw_tiles(board, snapshot, view);
		draw_panels(board, snapshot, view);
		break;
	case BOARD_TILE:
	case BOARD_PANEL:
		draw_panel_page(board, snapshot, view);
		break;
	case BOARD_HELP:
		help_draw(&view, mode_of(snapshot));
		break;
	case BOARD_FILTER:
		filter_draw(&board->filter, &view);
		break;
	case BOARD_MARKS:
		view.selected = board->mark;
		if (snapshot->timeline)
			marks_draw(snapshot, &view);
		break;
	case BOARD_CUSTOM:
		custom_draw(snapshot, board->market, &view);
		break;
	case BOARD_EVIDENCE:
		evidence_list_update(&board->list, evidence_proof(board, snapshot));
		evidence_draw(snapshot, evidence_proof(board, snapshot), &board->list, &view);
		break;
	case BOARD_LIFE:
		life_draw(snapshot, evidence_life(board, snapshot), board->request.life.subject, &view);
		break;
	default:
		draw_keyed(board, snapshot, view);
		break;
	}
}

static bool shows_figures(const struct board *board)
{
	const struct page_class *class = board_page_classes[board->page];
	return board->page == BOARD_OVERVIEW || board->page == BOARD_TILE || board->page == BOARD_PANEL || (class && !class->of_links);
}

/* Keys, or a line that is typed, or what there is to say. */
static void draw_footer(const struct board *board, const struct snapshot *snapshot, const struct widget_view *view)
{
	if (board->entry.kind != ENTRY_NONE) {
		entry_draw(&board->entry, view);
	} else if (*board->said) {
		canvas_fill(view->canvas, view->rect, ROLE_KEY_TEXT, ' ');
		canvas_text(view->canvas, view->rect.x + 1, view->rect.y, view->rect.width - 1, ROLE_HEADER_WARN, board->said);
	} else {
		footer_draw(view, 1u << board->page, mode_of(snapshot));
	}
}

static void draw_header(const struct board *board, const struct snapshot *snapshot, const struct widget_view *view)
{
	if (snapshot->timeline)
		replay_header_draw(snapshot, view);
	else
		header_draw(snapshot, view, &board->clocks);
}

static void draw_timeline(const struct board *board, const struct snapshot *snapshot, struct widget_view view)
{
	view.rect = board->layout.timeline;
	view.bare = board->layout.bare;
	if (snapshot->timeline && view.rect.height > 0 && shows_figures(board))
		timeline_class.draw(snapshot, &view);
}

void board_draw(struct board *board, const struct snapshot *snapshot, const struct glyphs *glyphs, struct canvas *canvas)
{
	struct widget_view view = {.canvas = canvas, .glyphs = glyphs, .selected = -1};
	canvas->ascii = glyphs->ascii;
	canvas_clear(canvas, ROLE_TEXT);
	filter_learn(&board->filter, snapshot);
	board->layout = layout_make(canvas->width, canvas->height, open_flags(snapshot), snapshot->due_count > 0,
		snapshot->timeline && board->page == BOARD_OVERVIEW);
	const struct layout *layout = &board->layout;
	if (layout->line) {
		view.rect = (struct rect){0, 0, canvas->width, 1};
		line_draw(snapshot, &view);
		return;
	}
	if (snapshot->nothing && shows_figures(board))
		draw_waiting(snapshot, &view, layout->body);
	else
		draw_page(board, snapshot, view);
	if (snapshot->stale && shows_figures(board))
		canvas_paint(canvas, layout->body, ROLE_STALE);
	view.rect = layout->header;
	view.focused = board->focus == FOCUS_HEADER && board->page == BOARD_OVERVIEW;
	draw_header(board, snapshot, &view);
	view.focused = false;
	draw_timeline(board, snapshot, view);
	view.rect = layout->footer;
	if (layout->footer.height > 0)
		draw_footer(board, snapshot, &view);
}
