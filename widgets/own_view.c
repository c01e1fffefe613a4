/* What a widget of the configuration's pages is of: names are looked up among what the feeds have told. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/words.h"
#include "config/tables.h"
#include "widgets/board_own.h"
#include "widgets/board_state.h"

#define STATES_MOST 400 /* of widgets that once were: then the memory of them begins anew */

struct wanted {
	const char *queue, *channel, *market, *team;
};

void own_finish(struct own *own)
{
	free(own->states);
	*own = (struct own){.page = -1, .focus = -1};
}

bool own_any(const struct board *board)
{
	return board->settings->layout.count > 0;
}

const struct layout_page *own_page(const struct board *board)
{
	const struct layout_pages *layout = &board->settings->layout;
	return board->own.page >= 0 && board->own.page < layout->count ? &layout->pages[board->own.page] : NULL;
}

static bool find_part(const struct filter *filter, enum scope_part part, const char *name, struct scope *scope)
{
	for (size_t i = 0; i < filter->count; i++) {
		const struct filter_choice *choice = &filter->choices[i];
		struct scope of = choice->scope;
		const uint16_t number = *snapshot_scope_part(&of, part);
		if (number == SCOPE_ANY || strcmp(choice->name, name) != 0)
			continue;
		*snapshot_scope_part(scope, part) = number;
		return true;
	}
	return false;
}

static bool find_channel(const char *name, struct scope *scope)
{
	for (int i = 0; i < CHANNEL_COUNT; i++)
		if (strcmp(channel_names[i], name) == 0)
			scope->channel = (uint16_t)i;
	return scope->channel != SCOPE_ANY;
}

/* Figures of people are not known by queue: what cannot stand together makes room for what is wanted here. */
static const char *overlay(const struct filter *filter, const struct wanted *wanted, struct scope *scope)
{
	const uint16_t calm = scope->calm;
	const bool of_queues = wanted->queue || wanted->channel || wanted->market;
	if (wanted->team || (of_queues && scope_of_people(*scope)))
		*scope = SCOPE_ALL;
	scope->calm = calm;
	if (wanted->channel && !find_channel(wanted->channel, scope))
		return wanted->channel;
	if (wanted->queue && !find_part(filter, SCOPE_QUEUE, wanted->queue, scope))
		return wanted->queue;
	if (wanted->market && !find_part(filter, SCOPE_MARKET, wanted->market, scope))
		return wanted->market;
	return wanted->team && !find_part(filter, SCOPE_TEAM, wanted->team, scope) ? wanted->team : NULL;
}

static const char *overlay_page(const struct board *board, const struct layout_page *page, struct scope *scope)
{
	return overlay(&board->filter, &(struct wanted){page->queue, page->channel, page->market, page->team}, scope);
}

bool own_view(struct board *board, const struct layout_widget *widget, struct widget_view *view, char *words, size_t room)
{
	const struct layout_page *page = own_page(board);
	view->widget = widget;
	view->scope = board->request.scope;
	view->window = widget->window >= 0 ? (enum window)widget->window : page->window >= 0 ? (enum window)page->window : board->request.window;
	const char *unknown = overlay_page(board, page, &view->scope);
	if (!unknown)
		unknown = overlay(&board->filter, &(struct wanted){widget->queue, widget->channel, widget->market, widget->team}, &view->scope);
	if (!unknown)
		return true;
	snprintf(words, room, _("nothing has been heard of \u201C%s\u201D yet"), unknown);
	view->unknown = words;
	return false;
}

static bool is_asked(const struct snapshot_request *request, const struct snapshot_ask *ask)
{
	for (int i = 0; i < request->ask_count; i++)
		if (snapshot_ask_equal(&request->asks[i], ask))
			return true;
	return false;
}

static void ask_for(struct board *board, const struct layout_widget *widget, struct snapshot_request *request)
{
	const struct widget_class *class = widget_of_kind(widget->kind);
	struct widget_view view = {.selected = -1};
	struct snapshot_ask asks[ASKS_MOST];
	char words[200];
	if (!class)
		return;
	request->lists |= class->lists ? class->lists(widget->config) : 0;
	if (widget->team)
		request->lists |= 1u << SNAPSHOT_AGENTS; /* teams are known from them */
	if (!class->asks || !own_view(board, widget, &view, words, sizeof words))
		return;
	const int count = class->asks(&view, asks, ASKS_MOST);
	for (int i = 0; i < count && request->ask_count < ASKS_MOST; i++)
		if (!is_asked(request, &asks[i]))
			request->asks[request->ask_count++] = asks[i];
}

void own_request(struct board *board, struct snapshot_request *request)
{
	const struct layout_page *page = own_page(board);
	const struct layout_widget *widget;
	*request = board->request;
	request->ask_count = 0;
	if (!page || board->home != BOARD_OWN)
		return;
	overlay_page(board, page, &request->scope);
	if (page->window >= 0)
		request->window = (enum window)page->window;
	if (page->team)
		request->lists |= 1u << SNAPSHOT_AGENTS;
	for (int i = 0; (widget = placing_widget(page, i)); i++)
		ask_for(board, widget, request);
}

struct own_state *own_state(struct board *board, const struct layout_widget *widget)
{
	struct own *own = &board->own;
	const struct layout_page *page = own_page(board);
	for (size_t i = 0; i < own->count; i++)
		if (strcmp(own->states[i].page, page->name) == 0 && strcmp(own->states[i].widget, widget->name) == 0)
			return &own->states[i];
	own->count = own->count == STATES_MOST ? 0 : own->count;
	own->states = memory_grow(own->states, &own->room, own->count + 1, sizeof *own->states);
	struct own_state *state = &own->states[own->count++];
	*state = (struct own_state){.scroll = 0};
	snprintf(state->page, sizeof state->page, "%s", page->name);
	snprintf(state->widget, sizeof state->widget, "%s", widget->name);
	return state;
}
