#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/text.h"
#include "base/words.h"
#include "config/tables.h"
#include "tui/big.h"
#include "widgets/classes.h"
#include "widgets/clocks.h"
#include "widgets/parts.h"
#include "widgets/wall_parts.h"

#define ZONES_MOST 6
#define SAMPLE "00:00"
#define NAME_BIG 12 /* rows of a face from which its name is big too */

void clocks_name(const char *zone, char *to, size_t room)
{
	const char *slash = strrchr(zone, '/');
	text_harmless(view_of(slash ? slash + 1 : zone), to, room);
	for (char *at = to; *at; at++)
		*at = *at == '_' ? ' ' : *at;
}

/* Rows that its digits would have. */
static int digits_of(const struct widget_view *view, int width, int height)
{
	const struct big_size size = big_fit(view->glyphs, SAMPLE, width - 2, height - 2);
	return size.scale ? big_height(view->glyphs, size) : 0;
}

static int choose_columns(const struct widget_view *view, int count)
{
	int best = count, highest = -1;
	for (int columns = 1; columns <= count; columns++) {
		const int rows = (count + columns - 1) / columns, height = digits_of(view, view->rect.width / columns, view->rect.height / rows);
		if (height > highest) {
			highest = height;
			best = columns;
		}
	}
	return best;
}

/* Days from the date at the site to the one there: -1, 0 or 1. */
static int days_ahead(int64_t at, const struct zone *here, const struct zone *there)
{
	const int64_t apart = (int64_t)(zone_offset(there, at) - zone_offset(here, at)) * SECOND_MS;
	const int64_t of_day = (at + (int64_t)zone_offset(here, at) * SECOND_MS) % DAY_MS;
	return of_day + apart >= DAY_MS ? 1 : of_day + apart < 0 ? -1 : 0;
}

static void draw_face(const struct snapshot *snapshot, const struct widget_view *view, struct rect place, const struct clock_face *face, int ahead)
{
	char text[16], name[96];
	clock_text(snapshot->at, face->zone, false, text, sizeof text);
	snprintf(name, sizeof name, "%s%s%s", face->name, ahead ? " \u00B7 " : "", ahead > 0 ? _("tomorrow") : ahead < 0 ? _("yesterday") : "");
	if (place.height < 2 || place.width < 8) {
		int x = place.x;
		piece(view, &x, place.y, place.x + place.width, ROLE_TEXT, "%s %s", text, name);
		return;
	}
	const int named = wall_words(view, (struct rect){place.x, place.y, place.width, place.height >= NAME_BIG ? place.height / 3 : 1}, 2, ROLE_DIM, name);
	struct rect rest = {place.x, place.y + named + (place.height >= NAME_BIG ? 1 : 0), place.width, place.height};
	rest.height = place.y + place.height - rest.y;
	const struct big_size size = big_fit(view->glyphs, text, rest.width, rest.height);
	if (size.scale)
		big_draw(view->glyphs, view->canvas, rest.x, rest.y, rest.width, size, ROLE_STRONG, text);
	else
		canvas_text(view->canvas, rest.x, rest.y, rest.width, ROLE_STRONG, text);
}

void clocks_draw(const struct snapshot *snapshot, const struct widget_view *view, const struct clock_face *faces, int count)
{
	if (count == 0 || view->rect.height < 1)
		return;
	const int columns = choose_columns(view, count), rows = (count + columns - 1) / columns;
	for (int i = 0; i < count; i++) {
		const struct rect rect = view->rect;
		const int left = rect.width * (i % columns) / columns, right = rect.width * (i % columns + 1) / columns;
		const int top = rect.height * (i / columns) / rows, bottom = rect.height * (i / columns + 1) / rows;
		const struct rect place = {rect.x + left + 1, rect.y + top, right - left - 2, bottom - top - (bottom - top > 4 ? 1 : 0)};
		const int ahead = snapshot->at == INSTANT_NONE ? 0 : days_ahead(snapshot->at, faces[0].zone, faces[i].zone);
		if (place.width > 0 && place.height > 0)
			draw_face(snapshot, view, place, &faces[i], ahead);
	}
}

/* ---- as a widget of a configuration ---- */
struct clocks_config {
	char **zones;
	int zone_count;
};

static const struct setting clocks_settings[] = {
	{"zones", .type = SETTING_LIST, .offset = offsetof(struct clocks_config, zones), .count_offset = offsetof(struct clocks_config, zone_count),
		.most = ZONES_MOST, .check = setting_is_zone,
		.help = "The zones whose time is shown beside the site's: { \"Asia/Tokyo\", \"America/Lima\" }. Empty: those of the header (clocks)."},
};
static const struct setting_table clocks_table = {"clocks", "offices", "What time it is elsewhere, in digits as large as fit.", clocks_settings, 1};
static const struct layout_kind clocks_kind = {.table = &clocks_table, .size = sizeof(struct clocks_config)};

static void draw(const struct snapshot *snapshot, const struct widget_view *view)
{
	const struct clocks_config *config = view->widget ? view->widget->config : NULL;
	const struct settings *settings = snapshot->settings;
	char *const *names = config && config->zone_count ? config->zones : settings->clocks;
	const int count = config && config->zone_count ? config->zone_count : settings->clock_count;
	struct zone *zones[ZONES_MOST];
	char titles[ZONES_MOST + 1][64];
	struct clock_face faces[ZONES_MOST + 1];
	int shown = 0;
	clocks_name(zone_name(snapshot->zone), titles[0], sizeof titles[0]);
	faces[0] = (struct clock_face){titles[0], snapshot->zone};
	for (int i = 0; i < count && shown < ZONES_MOST; i++) {
		zones[shown] = zone_open(names[i], NULL);
		if (!zones[shown])
			continue;
		shown++;
		clocks_name(names[i], titles[shown], sizeof titles[0]);
		faces[shown] = (struct clock_face){titles[shown], zones[shown - 1]};
	}
	struct widget_view inside = *view;
	inside.rect = panel_open(view, LEVEL_NONE, view->widget && view->widget->title ? view->widget->title : _("CLOCKS"), "");
	clocks_draw(snapshot, &inside, faces, shown + 1);
	for (int i = 0; i < shown; i++)
		zone_close(zones[i]);
}

const struct widget_class clocks_class = {
	.name = "clocks",
	.help = "what time it is in several zones",
	.min_width = 12,
	.min_height = 2,
	.draw = draw,
	.kind = &clocks_kind,
};
