#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/words.h"
#include "widgets/board_alerts.h"
#include "widgets/board_evidence.h"
#include "widgets/board_export.h"
#include "widgets/board_move.h"
#include "widgets/board_state.h"
#include "widgets/board_wall.h"
#include "widgets/chips.h"
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
#include "widgets/tour.h"

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
	own_finish(&board->own);
	if (own_any(board))
		own_go(board, 0);
	own_request(board, &board->asked_for);
	board->wall = settings->wall ? board_wall_create(settings) : NULL;
	return board;
}

void board_destroy(struct board *board)
{
	if (!board)
		return;
	header_clocks_close(&board->clocks);
	board_wall_destroy(board->wall);
	filter_finish(&board->filter);
	palette_finish(&board->palette);
	export_finish(board);
	evidence_list_finish(&board->list);
	own_finish(&board->own);
	free(board);
}

const struct snapshot_request *board_request(const struct board *board)
{
	return &board->asked_for;
}

const struct wish *board_wish(const struct board *board)
{
	return &board->wish;
}

const char *board_language(const struct board *board)
{
	return board->language;
}

const char *board_theme(const struct board *board)
{
	return board->theme;
}

int board_columns(const struct board *board)
{
	return timeline_columns(board->layout.timeline, board->layout.bare);
}

void board_tour(struct board *board)
{
	board->tour = TOUR_BEGIN;
}

void board_say(struct board *board, const char *text)
{
	snprintf(board->said, sizeof board->said, "%s", text);
	board->said_undo = false;
}

void board_hear(struct board *board, const struct snapshot *snapshot)
{
	alerts_hear(board, snapshot);
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

void board_draw_waiting(const struct snapshot *snapshot, const struct widget_view *view)
{
	char text[3 * PART_TEXT];
	if (snapshot->timeline)
		snprintf(text, sizeof text, _("before the first event of the journal"));
	else if (snapshot->site_count)
		sites_waiting_text(snapshot, text, sizeof text);
	else
		link_waiting_text(snapshot, text, sizeof text);
	draw_words(view, view->rect, text);
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
	const int count = class ? page_rows(class, snapshot, &board->states) : 0;
	return board->row < count ? board->row : count - 1;
}

static void draw_keyed(const struct board *board, const struct snapshot *snapshot, struct widget_view view)
{
	const struct page_class *class = board_page_classes[board->page];
	view.selected = page_chooses(class) && !board_wall_stands(board) ? board_row(board, snapshot) : -1;
	view.scroll = board->row;
	if (class->lists & ~snapshot->request.lists) { /* its list comes with the next snapshot */
		canvas_text(view.canvas, view.rect.x + 2, view.rect.y + 1, view.rect.width - 2, ROLE_DIM, _("reading \u2026"));
		return;
	}
	page_draw(class, snapshot, &view);
}

/* What the widget under the cursor is, where help was asked for on the overview. */
struct help_of board_help(const struct board *board, const struct snapshot *snapshot)
{
	struct help_of of = {.page = board->helped, .mode = mode_of(snapshot)};
	if (of.page != BOARD_OVERVIEW || board->focus == FOCUS_NONE)
		return of;
	if (board->focus < FOCUS_PANELS)
		of.about = tile_class.help;
	else if (board->focus < FOCUS_HEADER)
		of.about = board_panels[board->focus - FOCUS_PANELS]->help;
	return of;
}

static void draw_help(const struct board *board, const struct snapshot *snapshot, const struct widget_view *view)
{
	const struct help_of of = board_help(board, snapshot);
	help_draw(view, &of);
}

void board_draw_page(struct board *board, const struct snapshot *snapshot, struct widget_view view)
{
	view.rect = board->layout.body;
	view.scroll = board->page_scroll;
	switch (board->page) {
	case BOARD_OVERVIEW:
		draw_tiles(board, snapshot, view);
		draw_panels(board, snapshot, view);
		break;
	case BOARD_OWN:
		own_draw(board, snapshot, view);
		break;
	case BOARD_WIDGET:
		own_draw_whole(board, snapshot, view);
		break;
	case BOARD_TILE:
	case BOARD_PANEL:
		draw_panel_page(board, snapshot, view);
		break;
	case BOARD_HELP:
		draw_help(board, snapshot, &view);
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
	return board->page == BOARD_OVERVIEW || board->page == BOARD_OWN || board->page == BOARD_WIDGET || board->page == BOARD_TILE || board->page == BOARD_PANEL || (class && !class->of_links);
}

/* The way back is never what falls off the edge. */
static void draw_said(const struct board *board, const struct widget_view *view)
{
	const struct rect rect = view->rect;
	const char *said = *board->said ? board->said : board->warned, *undo = *board->said && board->said_undo ? _("u: undo") : "";
	const int width = *undo ? canvas_measure(view->canvas, undo) + 2 : 0, used = rect.width - 1 - width;
	const int end = canvas_text(view->canvas, rect.x + 1, rect.y, used, ROLE_HEADER_WARN, said);
	canvas_text(view->canvas, rect.x + 1 + end + 2, rect.y, width, ROLE_KEY, undo);
}

/* Keys, or a line that is typed, or what there is to say. */
static void draw_footer(struct board *board, const struct snapshot *snapshot, const struct widget_view *view)
{
	board->footer.count = 0;
	if (board->entry.kind == ENTRY_COMMAND)
		palette_draw(&board->palette, board->entry.typed, view, view->rect.y);
	if (board->entry.kind != ENTRY_NONE) {
		entry_draw(&board->entry, view);
	} else if (*board->said || *board->warned) {
		canvas_fill(view->canvas, view->rect, ROLE_KEY_TEXT, ' ');
		draw_said(board, view);
	} else {
		footer_draw(view, 1u << board->page, mode_of(snapshot), snapshot->denied, &board->footer);
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

void board_arrange(struct board *board, const struct snapshot *snapshot, int width, int height)
{
	board->layout = layout_make(width, height, open_flags(snapshot), snapshot->due_count > 0,
		snapshot->timeline && (board->page == BOARD_OVERVIEW || board->page == BOARD_OWN), shows_figures(board) && chips_any(board->home == BOARD_OWN ? &board->request : &snapshot->request));
}

void board_draw(struct board *board, const struct snapshot *snapshot, const struct glyphs *glyphs, struct canvas *canvas)
{
	struct widget_view view = {.canvas = canvas, .glyphs = glyphs, .selected = -1, .states = &board->states, .seen = &board->seen};
	board->seen.count = 0;
	canvas->ascii = glyphs->ascii;
	canvas_clear(canvas, ROLE_TEXT);
	filter_learn(&board->filter, snapshot);
	board_arrange(board, snapshot, canvas->width, canvas->height);
	const struct layout *layout = &board->layout;
	if (layout->line) {
		view.rect = (struct rect){0, 0, canvas->width, 1};
		line_draw(snapshot, &view);
		return;
	}
	const bool wall = board_wall_stands(board);
	view.rect = layout->body;
	if (wall)
		board_wall_draw(board, snapshot, view);
	else if (snapshot->nothing && shows_figures(board))
		board_draw_waiting(snapshot, &view);
	else
		board_draw_page(board, snapshot, view);
	if (snapshot->stale && shows_figures(board) && !wall)
		canvas_paint(canvas, layout->body, ROLE_STALE);
	view.rect = layout->header;
	view.focused = board->focus == FOCUS_HEADER && board->page == BOARD_OVERVIEW;
	draw_header(board, snapshot, &view);
	view.focused = false;
	view.rect = layout->chips;
	chips_draw(snapshot, &view, &board->chips);
	draw_timeline(board, snapshot, view);
	view.rect = layout->footer;
	if (layout->footer.height > 0 && !wall)
		draw_footer(board, snapshot, &view);
	view.rect.y--;
	if (layout->footer.height > 0 && board->entry.kind == ENTRY_NONE)
		tour_draw(board->tour, &view);
}
