#include "widgets/board_layout.h"

#define LEAST_WIDTH 20
#define LEAST_HEIGHT 5
#define FULL_WIDTH 120
#define FULL_HEIGHT 36
#define MEDIUM_WIDTH 96
#define MEDIUM_HEIGHT 28
#define TILES_A_ROW 4
#define TIMELINE_WIDTH 40 /* cells from which a small page has one */
#define TIMELINE_HEIGHT 14
#define CHIPS_HEIGHT 12 /* below, the header alone says the filter */

/* Share `whole` in proportion part / of, rounded. */
static int share(int whole, int part, int of)
{
	return (whole * part + of / 2) / of;
}

/* Two rows of four; what cannot be divided goes to the first ones. */
static void place_tiles(struct layout *layout, int y, int height, int columns, int rows)
{
	for (int i = 0; i < TILE_COUNT && i < columns * rows; i++) {
		const int column = i % columns, left = layout->body.width * column / columns;
		const int right = layout->body.width * (column + 1) / columns;
		layout->tiles[i] = (struct rect){left, y + i / columns * height, right - left, height};
	}
}

/* QUEUES over DUE NEXT at the left, CONDUCT, ALERTS and LEARNING at the right, as 86 to 54 of 140 cells. */
static void place_panels(struct layout *layout, int y, int height)
{
	const int right = share(layout->body.width, 54, 140), left = layout->body.width - right;
	const int bottom = share(height, 8, 22), top = height - bottom, conduct = top < 12 ? 5 : 6 + (top - 14) / 4;
	layout->panels[PANEL_QUEUES] = (struct rect){0, y, left, top};
	layout->panels[PANEL_CONDUCT] = (struct rect){left, y, right, conduct};
	layout->panels[PANEL_ALERTS] = (struct rect){left, y + conduct, right, top - conduct};
	layout->panels[PANEL_DUE] = (struct rect){0, y + top, left, bottom};
	layout->panels[PANEL_LEARNING] = (struct rect){left, y + top, right, bottom};
}

static void make_full(struct layout *layout)
{
	const int height = layout->body.height, grow = (height - 38) / 8;
	const int tile = 8 + (grow < 0 ? 0 : grow > 4 ? 4 : grow);
	place_tiles(layout, layout->body.y, tile, TILES_A_ROW, 2);
	place_panels(layout, layout->body.y + 2 * tile, height - 2 * tile);
}

static void make_medium(struct layout *layout)
{
	const int height = layout->body.height, tile = height >= 30 ? 4 : 3;
	layout->bare_tiles = true;
	place_tiles(layout, layout->body.y, tile, TILES_A_ROW, 2);
	place_panels(layout, layout->body.y + 2 * tile, height - 2 * tile);
}

/* Flags and alerts below the table, and the clocks in one line below those. */
static void make_news(struct layout *layout, int y, int height, int flags, bool clocks)
{
	const int width = layout->body.width, clock_lines = clocks && height > 1 ? 1 : 0;
	int lines = height - clock_lines;
	flags = flags > lines ? lines : flags > 2 ? 2 : flags;
	layout->panels[PANEL_CONDUCT] = (struct rect){0, y, width, flags};
	layout->panels[PANEL_ALERTS] = (struct rect){0, y + flags, width, lines - flags};
	layout->panels[PANEL_DUE] = (struct rect){0, y + lines, width, clock_lines};
}

static int columns_of(int width)
{
	return width >= 76 ? 4 : width >= 40 ? 2 : 1;
}

static void make_small(struct layout *layout, int flags, bool clocks)
{
	const struct rect body = layout->body;
	const int columns = columns_of(body.width), rows = TILE_COUNT / columns;
	/* Figures first; a spark and a blank under each only where the table still has eight lines. */
	int tile = 3;
	while (tile > 1 && rows * tile + 9 > body.height)
		tile--;
	const int shown = rows * tile > body.height ? body.height / tile : rows;
	layout->bare_tiles = layout->bare = true;
	place_tiles(layout, body.y, tile, columns, shown);
	int y = body.y + shown * tile;
	const int rest = body.height - shown * tile;
	if (rest < 4)
		return;
	const int news = rest >= 9 ? (rest - 1) / 2 : 0, table = rest - 1 - (news ? news + 1 : 0);
	layout->rules[layout->rule_count++] = y++;
	layout->panels[PANEL_QUEUES] = (struct rect){0, y, body.width, table};
	y += table;
	if (!news)
		return;
	layout->rules[layout->rule_count++] = y++;
	make_news(layout, y, news, flags, clocks);
}

/* Right across, in place of the lowest panels. */
static void place_timeline(struct layout *layout)
{
	const struct rect left = layout->panels[PANEL_DUE];
	layout->timeline = (struct rect){left.x, left.y, layout->body.width, left.height};
	layout->panels[PANEL_DUE] = layout->panels[PANEL_LEARNING] = (struct rect){0};
}

struct layout layout_make(int width, int height, int flags, bool clocks, bool timeline, bool chips)
{
	struct layout layout = {.line = width < LEAST_WIDTH || height < LEAST_HEIGHT};
	const int footer = height >= 8 ? 1 : 0;
	layout.header = (struct rect){0, 0, width, 1};
	layout.footer = (struct rect){0, height - footer, width, footer};
	layout.body = (struct rect){0, 1, width, height - 1 - footer};
	if (layout.line)
		return layout;
	if (chips && height >= CHIPS_HEIGHT) {
		layout.chips = (struct rect){0, 1, width, 1};
		layout.body.y++;
		layout.body.height--;
	}
	const bool full = width >= FULL_WIDTH && height >= FULL_HEIGHT, medium = width >= MEDIUM_WIDTH && height >= MEDIUM_HEIGHT;
	if (timeline && !medium && height >= TIMELINE_HEIGHT && width >= TIMELINE_WIDTH) {
		layout.body.height -= 2;
		layout.timeline = (struct rect){0, layout.body.y + layout.body.height, width, 2};
	}
	if (full)
		make_full(&layout);
	else if (medium)
		make_medium(&layout);
	else
		make_small(&layout, flags, clocks);
	if (timeline && medium)
		place_timeline(&layout);
	return layout;
}
