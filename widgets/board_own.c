#include "widgets/board_own.h"

#include <stdio.h>
#include <string.h>

#include "base/words.h"
#include "tui/keys.h"
#include "widgets/board_evidence.h"
#include "widgets/board_move.h"
#include "widgets/board_state.h"
#include "widgets/classes.h"
#include "widgets/parts.h"

#define BOX_LEAST 4	/* lines from which a widget has a box */
#define TITLE_LEAST 12	/* lines of the body from which the page's title has one */

/* ---- drawing ---- */

static void draw_unknown(const struct widget_view *view)
{
	const char *title = view->widget->title ? view->widget->title : view->widget->name;
	const struct rect inner = panel_open(view, LEVEL_NONE, title, "");
	text_wrapped(view, inner, inner.y + (inner.height > 2 ? 1 : 0), ROLE_DIM, view->unknown);
}

static void draw_widget(struct board *board, const struct snapshot *snapshot, const struct layout_widget *widget, struct widget_view view)
{
	const struct widget_class *class = widget_of_kind(widget->kind);
	const struct own_state *state = own_state(board, widget);
	char words[200];
	if (!class)
		return;
	view.bare = view.rect.height < BOX_LEAST;
	view.scroll = state->scroll;
	const bool known = own_view(board, widget, &view, words, sizeof words);
	view.selected = view.focused && class->rows ? state->row : -1;
	if (!known)
		draw_unknown(&view);
	else if (class->lists && (class->lists(widget->config) & ~snapshot->request.lists)) /* its list comes with the next snapshot */
		canvas_text(view.canvas, view.rect.x + 2, view.rect.y + view.rect.height / 2, view.rect.width - 2, ROLE_DIM, _("reading \u2026"));
	else
		class->draw(snapshot, &view);
}

/* The page's name at the left, what has no room at the right. */
static void draw_title(const struct layout_page *page, const struct placing *placing, const struct widget_view *view)
{
	char left_out[80] = "";
	if (placing->left_out)
		snprintf(left_out, sizeof left_out, words_plural("+%d widget does not fit", "+%d widgets do not fit", placing->left_out), placing->left_out);
	const int width = canvas_measure(view->canvas, left_out), room = view->rect.width - 2;
	canvas_text(view->canvas, view->rect.x + 1, view->rect.y, room - width - (width ? 2 : 0), ROLE_STRONG, page->title ? page->title : page->name);
	if (width)
		canvas_right(view->canvas, view->rect.x + 1, view->rect.y, room, ROLE_WARN, left_out);
}

void own_draw(struct board *board, const struct snapshot *snapshot, struct widget_view view)
{
	const struct layout_page *page = own_page(board);
	const struct layout_widget *widget;
	struct rect body = board->layout.body;
	if (!page || body.height < 1)
		return;
	if (board->layout.timeline.height > 0 && board->layout.timeline.y > body.y)
		body.height = board->layout.timeline.y - body.y;
	board->own.placing = placing_make(page, body);
	if (body.height >= TITLE_LEAST || board->own.placing.left_out) {
		const struct rect line = {body.x, body.y, body.width, 1};
		board->own.placing = placing_make(page, (struct rect){body.x, body.y + 1, body.width, body.height - 1});
		view.rect = line;
		draw_title(page, &board->own.placing, &view);
	}
	for (int i = 0; (widget = placing_widget(page, i)); i++) {
		view.rect = board->own.placing.rects[i];
		view.focused = board->own.focus == i;
		if (view.rect.width > 0 && view.rect.height > 0)
			draw_widget(board, snapshot, widget, view);
	}
}

static const struct layout_widget *focused(const struct board *board)
{
	const struct layout_page *page = own_page(board);
	return page && board->own.focus >= 0 ? placing_widget(page, board->own.focus) : NULL;
}

void own_draw_whole(struct board *board, const struct snapshot *snapshot, struct widget_view view)
{
	const struct layout_widget *widget = focused(board);
	view.rect = board->layout.body;
	view.focused = true;
	if (widget)
		draw_widget(board, snapshot, widget, view);
}

/* ---- keys ---- */

enum board_action own_go(struct board *board, int page)
{
	board->own.page = page;
	board->own.focus = -1;
	return move_to(board, BOARD_OWN) == BOARD_REQUEST ? BOARD_REQUEST : BOARD_REDRAW;
}

int own_of_digit(const struct board *board, int digit)
{
	const struct layout_pages *layout = &board->settings->layout;
	for (int i = 0; i < layout->count; i++)
		if (layout->pages[i].key == digit)
			return i;
	return -1;
}

/* Through the widgets of the page, then on to the next page of the configuration. */
enum board_action own_tab(struct board *board, const struct snapshot *snapshot, int by)
{
	(void)snapshot;
	const int next = placing_next(&board->own.placing, board->own.focus, by), count = board->settings->layout.count;
	if (next >= 0 || count < 2) {
		board->own.focus = next;
		return BOARD_REDRAW;
	}
	return own_go(board, (board->own.page + by + count) % count);
}

int *own_scroll(struct board *board, const struct snapshot *snapshot, int *lines)
{
	const struct layout_widget *widget = focused(board);
	const struct widget_class *class = widget ? widget_of_kind(widget->kind) : NULL;
	struct widget_view view = {.selected = -1, .rect = {0, 0, 1, 1}, .states = &board->states};
	char words[200];
	if (!class || (!class->rows && !class->lines))
		return NULL;
	if (class->rows && !own_view(board, widget, &view, words, sizeof words))
		return NULL;
	*lines = class->rows ? class->rows(snapshot, &view) : class->lines(snapshot);
	struct own_state *state = own_state(board, widget);
	return class->rows ? &state->row : &state->scroll;
}

enum board_action own_arrow(struct board *board, const struct snapshot *snapshot, int x, int y)
{
	int lines = 0, *at = y ? own_scroll(board, snapshot, &lines) : NULL;
	if (board->own.focus < 0)
		return own_tab(board, snapshot, x + y);
	if (at && *at + y >= 0 && *at + y < lines) {
		*at += y;
		return BOARD_REDRAW;
	}
	const int to = board->page == BOARD_OWN ? placing_beside(&board->own.placing, board->own.focus, x, y) : -1;
	if (to < 0)
		return BOARD_NOTHING;
	board->own.focus = to;
	return BOARD_REDRAW;
}

/* The built-in page that has all of what a list shows; BOARD_WIDGET: none has. */
static enum board_page whole_of(const struct widget_class *class)
{
	static const struct { const struct widget_class *class; enum board_page page; } pages[] = {{&queues_class, BOARD_QUEUES},
		{&conduct_class, BOARD_CONDUCT}, {&alerts_class, BOARD_ALERTS}, {&due_class, BOARD_SLA}, {&learning_class, BOARD_LEARNING},
		{&feeds_class, BOARD_FEEDS}};
	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
		if (pages[i].class == class)
			return pages[i].page;
	return BOARD_WIDGET;
}

enum board_action own_open(struct board *board, const struct snapshot *snapshot)
{
	const struct layout_widget *widget = focused(board);
	const struct widget_class *class = widget ? widget_of_kind(widget->kind) : NULL;
	struct widget_view view = {.selected = -1, .states = &board->states};
	struct proof_request request = {.metric = -1};
	char words[200];
	if (!class || !own_view(board, widget, &view, words, sizeof words))
		return BOARD_NOTHING;
	view.selected = class->rows ? own_state(board, widget)->row : -1;
	if (class->evidence && class->evidence(snapshot, &view, &request))
		return evidence_ask(board, request);
	const enum board_page whole = whole_of(class);
	if (whole != BOARD_WIDGET)
		return move_to(board, whole);
	board->page = board->page == BOARD_WIDGET ? BOARD_OWN : BOARD_WIDGET;
	return BOARD_REDRAW;
}

/* From a widget alone to its page; then the cursor goes. */
enum board_action own_back(struct board *board)
{
	if (board->page == BOARD_WIDGET) {
		board->page = BOARD_OWN;
		return BOARD_REDRAW;
	}
	if (board->own.focus < 0)
		return BOARD_NOTHING;
	board->own.focus = -1;
	return BOARD_REDRAW;
}

/* ---- another configuration ---- */

static int number_of(const struct layout_page *page, const char *name)
{
	const struct layout_widget *widget;
	for (int i = 0; (widget = placing_widget(page, i)); i++)
		if (strcmp(widget->name, name) == 0)
			return i;
	return -1;
}

void own_reload(struct board *board, const struct settings *before)
{
	const struct layout_page *then = board->own.page >= 0 && board->own.page < before->layout.count ? &before->layout.pages[board->own.page] : NULL;
	const struct layout_widget *widget = then && board->own.focus >= 0 ? placing_widget(then, board->own.focus) : NULL;
	const int page = then ? layout_find(&board->settings->layout, then->name) : -1;
	board->own.page = page >= 0 ? page : own_any(board) ? 0 : -1;
	board->own.focus = page >= 0 && widget ? number_of(own_page(board), widget->name) : -1;
	board->own.placing = (struct placing){.count = 0};
	if (!own_any(board) && board->home == BOARD_OWN)
		move_to(board, BOARD_OVERVIEW);
	else if (own_any(board) && before->layout.count == 0 && board->page == BOARD_OVERVIEW)
		own_go(board, 0);
	else if (board->page == BOARD_WIDGET && board->own.focus < 0)
		board->page = BOARD_OWN;
}
