#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/words.h"
#include "config/layout.h"
#include "config/tables.h"
#include "tui/big.h"
#include "widgets/board_move.h"
#include "widgets/board_own.h"
#include "widgets/board_state.h"
#include "widgets/board_wall.h"
#include "widgets/classes.h"
#include "widgets/wall_band.h"
#include "widgets/wall_parts.h"

static void draw_clocks(const struct snapshot *snapshot, const struct widget_view *view)
{
	struct widget_view bare = *view;
	bare.bare = true;
	clocks_class.draw(snapshot, &bare);
}

/* What can stand on a wall: pages made for one, then those of the desk. `page`: where a key finds itself. */
static const struct face {
	const char *name, *title;
	enum board_page page;
	unsigned shows;
	void (*draw)(const struct snapshot *snapshot, const struct widget_view *view); /* NULL: as at the desk */
} faces[] = {
	{"figures", N_("Figures"), BOARD_OVERVIEW, WALL_SHOWS_TOTALS, wall_figures_draw},
	{"queues", N_("Queues"), BOARD_QUEUES, WALL_SHOWS_QUEUES, wall_queues_draw},
	{"alerts", N_("Alerts"), BOARD_ALERTS, WALL_SHOWS_ALERTS, wall_alerts_draw},
	{"clocks", N_("Clocks"), BOARD_OVERVIEW, 0, draw_clocks},
	{"overview", N_("Overview"), BOARD_OVERVIEW, WALL_SHOWS_TOTALS | WALL_SHOWS_QUEUES | WALL_SHOWS_ALERTS, NULL},
#define FACE(word, name, digit, help) {#name, #name, BOARD_##word, 0, NULL},
	KEYED_PAGES(FACE)
#undef FACE
};
#define FACES (int)(sizeof faces / sizeof *faces)
#define FACE_ALERTS 2

#define OWN (-1) /* in place of a face: a page of the configuration, by its name */

struct board_wall {
	struct wall wall;
	int faces[WALL_PAGES_MOST + 1]; /* by the pages of the wall */
	int page;    /* that stands */
	bool stands; /* since the last turn */
};

static int face_find(const char *name)
{
	for (int i = 0; i < FACES; i++)
		if (strcasecmp(faces[i].name, name) == 0)
			return i;
	return -1;
}

bool board_wall_check(const struct settings *settings, struct error *err)
{
	char known[400] = "";
	for (int i = 0; i < FACES; i++) {
		const size_t used = strlen(known);
		if (face_find(faces[i].name) == i)
			snprintf(known + used, sizeof known - used, "%s%s", used ? ", " : "", faces[i].name);
	}
	for (int i = 0; i < settings->wall_page_count; i++)
		if (face_find(settings->wall_pages[i]) < 0 && layout_find(&settings->layout, settings->wall_pages[i]) < 0)
			return fail(err, "wall_pages: there is no page \"%.60s\": there are %s, and the pages of the configuration", settings->wall_pages[i], known);
	return true;
}

static struct wall_page *add(struct board_wall *wall, int face, const char *name, int64_t stay)
{
	struct wall_page *page = &wall->wall.pages[wall->wall.page_count];
	*page = (struct wall_page){.stay = stay, .turns = true};
	snprintf(page->name, sizeof page->name, "%s", name);
	wall->faces[wall->wall.page_count++] = face;
	return page;
}

static struct wall_page *add_face(struct board_wall *wall, const struct settings *settings, int face)
{
	struct wall_page *page = add(wall, face, faces[face].name, settings->wall_seconds);
	page->shows = faces[face].shows;
	return page;
}

/* What an alert may be about, as far as the kinds of its widgets tell. */
static unsigned shows_of(const struct layout_page *page)
{
	static const struct { const char *kind; unsigned shows; } kinds[] = {{"queues", WALL_SHOWS_QUEUES}, {"table", WALL_SHOWS_QUEUES},
		{"alerts", WALL_SHOWS_ALERTS}};
	unsigned shows = 0;
	for (int row = 0; row < page->row_count; row++)
		for (int i = 0; i < page->rows[row].widget_count; i++)
			for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++)
				if (strcmp(page->rows[row].widgets[i].kind->table->name, kinds[kind].kind) == 0)
					shows |= kinds[kind].shows;
	return shows;
}

static void add_own(struct board_wall *wall, const struct settings *settings, int number)
{
	const struct layout_page *page = &settings->layout.pages[number];
	add(wall, OWN, page->name, page->seconds >= 0 ? page->seconds : settings->wall_seconds)->shows = shows_of(page);
}

/* Those of the configuration that are meant for a wall; else built-in ones. */
static void add_usual(struct board_wall *wall, const struct settings *settings)
{
	static const char *const usual[] = {"figures", "queues", "overview", "alerts"};
	for (int i = 0; i < settings->layout.count && wall->wall.page_count < WALL_PAGES_MOST; i++)
		if (settings->layout.pages[i].wall)
			add_own(wall, settings, i);
	if (wall->wall.page_count)
		return;
	for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
		add_face(wall, settings, face_find(usual[i]));
	if (settings->clock_count)
		add_face(wall, settings, face_find("clocks"));
}

static void add_named(struct board_wall *wall, const struct settings *settings, const char *name)
{
	const int own = layout_find(&settings->layout, name), face = face_find(name);
	if (own >= 0)
		add_own(wall, settings, own);
	else if (face >= 0)
		add_face(wall, settings, face);
}

struct board_wall *board_wall_create(const struct settings *settings)
{
	struct board_wall *wall = memory_new(1, sizeof *wall);
	wall->wall.alarm_stay = settings->wall_seconds;
	for (int i = 0; i < settings->wall_page_count && wall->wall.page_count < WALL_PAGES_MOST; i++)
		add_named(wall, settings, settings->wall_pages[i]);
	if (wall->wall.page_count == 0)
		add_usual(wall, settings);
	/* An alert that no page shows is told in words. */
	bool has_alerts = false;
	for (int i = 0; i < wall->wall.page_count; i++)
		has_alerts = has_alerts || wall->faces[i] == FACE_ALERTS;
	if (!has_alerts)
		add_face(wall, settings, FACE_ALERTS)->turns = false;
	return wall;
}

/* The round begins anew, on the page that stood, if it is still there. */
void board_wall_reload(struct board *board)
{
	struct board_wall *before = board->wall;
	if (!before)
		return;
	board->wall = board_wall_create(board->settings);
	for (int i = 0; i < board->wall->wall.page_count; i++)
		if (strcmp(board->wall->wall.pages[i].name, before->wall.pages[before->wall.turning].name) == 0 && board->wall->wall.pages[i].turns)
			board->wall->wall.turning = i;
	board->wall->wall.paused_until = before->wall.paused_until;
	board_wall_destroy(before);
}

void board_wall_destroy(struct board_wall *wall)
{
	free(wall);
}

bool board_wall_stands(const struct board *board)
{
	return board->wall && board->wall->stands;
}

/* The desk is where the wall is: what a page asks for is asked for, and the next key finds itself there. */
static void show(struct board *board)
{
	const int face = board->wall->faces[board->wall->page];
	if (face == OWN) {
		board_turn(board, board->wall->wall.pages[board->wall->page].name);
		return;
	}
	move_to(board, faces[face].page);
	own_request(board, &board->asked_for);
}

static const char *title_of(const struct board *board)
{
	const int face = board->wall->faces[board->wall->page];
	const struct layout_page *own = own_page(board);
	return face != OWN ? _(faces[face].title) : !own ? "" : own->title ? own->title : own->name;
}

/* Whoever looked back and went away is brought back; else the page of the wall, and that of the desk for the next key. */
enum board_action board_wall_turn(struct board *board, const struct snapshot *snapshot, int64_t now)
{
	struct board_wall *wall = board->wall;
	if (!wall)
		return BOARD_NOTHING;
	const bool stood = wall->stands;
	const int page = wall_turn(&wall->wall, snapshot, now), before = wall->page;
	wall->stands = !wall_paused(&wall->wall, now);
	if (!wall->stands)
		return stood ? BOARD_REDRAW : BOARD_NOTHING;
	if (snapshot->timeline)
		return snapshot->timeline->can_return ? BOARD_RETURN : BOARD_NOTHING;
	wall->page = page;
	if (stood && page == before)
		return BOARD_NOTHING;
	board->entry.kind = ENTRY_NONE;
	*board->said = 0;
	board->focus = FOCUS_NONE;
	show(board);
	return BOARD_REQUEST;
}

void board_wall_touched(struct board *board, int64_t now)
{
	if (board->wall)
		wall_touch(&board->wall->wall, now);
}

void board_wall_draw(struct board *board, const struct snapshot *snapshot, struct widget_view view)
{
	const struct board_wall *wall = board->wall;
	const struct face *face = wall->faces[wall->page] == OWN ? NULL : &faces[wall->faces[wall->page]];
	struct wall_band band = {.title = title_of(board), .held = wall_held(&wall->wall, snapshot), .held_count = wall->wall.alarm_count};
	if (!wall_place(&wall->wall, wall->page, &band.number, &band.count))
		band.count = 0;
	struct canvas *canvas = view.canvas;
	const int foot = wall_band_height(snapshot, canvas->width, canvas->height);
	/* The desk's layout with the band for a footer. */
	board_arrange(board, snapshot, canvas->width, canvas->height - foot + 1);
	view.rect = board->layout.body;
	if (snapshot->nothing)
		board_draw_waiting(snapshot, &view);
	else if (face && face->draw)
		face->draw(snapshot, &view);
	else
		board_draw_page(board, snapshot, view);
	if (snapshot->stale)
		canvas_paint(canvas, board->layout.body, ROLE_STALE);
	view.rect = (struct rect){0, canvas->height - foot, canvas->width, foot};
	wall_band_draw(snapshot, &view, &band);
}
