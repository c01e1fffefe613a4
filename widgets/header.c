#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/text.h"
#include "base/words.h"
#include "config/markets.h"
#include "tui/format.h"
#include "widgets/alarm.h"
#include "widgets/clocks.h"
#include "widgets/header.h"
#include "widgets/link.h"
#include "widgets/parts.h"

#define HEALTH_PARTS 7 /* as many as fill_parts() can fill */
#define WIDE 96		 /* cells from which the title and the feeds' figures are shown */
#define CLOCKS_WIDTH 120 /* and other clocks */

static bool has_clock(const struct header_clocks *clocks, const char *name)
{
	for (int i = 0; i < clocks->count; i++)
		if (strcmp(zone_name(clocks->zones[i]), name) == 0)
			return true;
	return false;
}

static void add_clock(struct header_clocks *clocks, const char *zone_of_clock, const char *title)
{
	struct zone *zone = clocks->count < HEADER_CLOCKS ? zone_open(zone_of_clock, NULL) : NULL;
	if (!zone)
		return;
	text_harmless(view_of(title), clocks->names[clocks->count], sizeof clocks->names[0]);
	clocks->zones[clocks->count++] = zone;
}

/* Those that were asked for; then of markets whose clocks show another time than all these, as far as names tell. */
void header_clocks_open(struct header_clocks *clocks, const struct settings *settings)
{
	char name[32];
	*clocks = (struct header_clocks){0};
	for (int i = 0; i < settings->clock_count; i++) {
		clocks_name(settings->clocks[i], name, sizeof name);
		add_clock(clocks, settings->clocks[i], name);
	}
	for (int i = 0; i < settings->market_count; i++) {
		const char *zone = market_zone(settings, &settings->markets[i]);
		if (strcmp(zone, settings->zone) != 0 && !has_clock(clocks, zone))
			add_clock(clocks, zone, market_title(&settings->markets[i]));
	}
}

void header_clocks_close(struct header_clocks *clocks)
{
	for (int i = 0; i < clocks->count; i++)
		zone_close(clocks->zones[i]);
	clocks->count = 0;
}

/* The right end, from the right; returns the cell where it begins. */
static int draw_clocks(const struct snapshot *snapshot, const struct widget_view *view, const struct header_clocks *clocks)
{
	const struct rect rect = view->rect;
	char text[PART_TEXT], at[16];
	const int digits = view->glyphs->calm ? 5 : 8;
	int x = rect.x + rect.width - digits - 1;
	if (rect.width < 30)
		return rect.x + rect.width;
	clock_text(snapshot->at, snapshot->zone, !view->glyphs->calm, at, sizeof at);
	canvas_text(view->canvas, x, rect.y, digits, ROLE_HEADER_STRONG, at);
	x--;
	if (rect.width < CLOCKS_WIDTH || clocks->count == 0 || snapshot->at == INSTANT_NONE)
		return x;
	for (int i = clocks->count - 1; i >= 0; i--) {
		clock_text(snapshot->at, clocks->zones[i], false, at, sizeof at);
		snprintf(text, sizeof text, "%s %s", clocks->names[i], at);
		const int width = canvas_measure(view->canvas, text);
		if (x - width < rect.x + rect.width / 2)
			break;
		x -= width;
		canvas_text(view->canvas, x, rect.y, width, ROLE_HEADER_DIM, text);
		x -= 2;
	}
	return x;
}

static void rate_text(double rate, char *to, size_t room)
{
	char text[48];
	format_decimal(rate, rate < 10 ? 1 : 0, text, sizeof text);
	snprintf(to, room, _("%s ev/s"), text);
}

/* What the feeds' part says, as pieces that can be measured first and drawn after. */
struct part {
	enum role role;
	char text[80];
};

static int fill_parts(const struct snapshot *snapshot, const struct widget_view *view, bool wide, struct part parts[HEALTH_PARTS])
{
	const struct link_summary summary = link_summarise(snapshot);
	const bool calm = summary.role == ROLE_HEADER_OK;
	char rate[32];
	int count = 0;
	parts[count].role = summary.role;
	snprintf(parts[count++].text, sizeof parts->text, "%s ", glyphs_mark(view->glyphs, summary.mark));
	parts[count].role = calm ? ROLE_HEADER : summary.role;
	snprintf(parts[count++].text, sizeof parts->text, "%s", summary.text);
	if (summary.lost + summary.missing) {
		parts[count].role = ROLE_HEADER_CRIT;
		snprintf(parts[count++].text, sizeof parts->text, _("  %" PRIu64 " lost"), summary.lost + summary.missing);
	}
	if (summary.faults) {
		parts[count].role = ROLE_HEADER_WARN;
		snprintf(parts[count++].text, sizeof parts->text, "  %" PRIu64 " %s", summary.faults, words_plural("fault", "faults", summary.faults));
	}
	if (snapshot->progress >= 0 && snapshot->progress < 1000) {
		parts[count].role = ROLE_HEADER;
		snprintf(parts[count++].text, sizeof parts->text, "  %d %%", snapshot->progress / 10);
	}
	if (wide && snapshot->source) {
		parts[count].role = ROLE_HEADER;
		snprintf(parts[count++].text, sizeof parts->text, "  %s", snapshot->source);
	}
	if (wide && snapshot->feed_count) {
		rate_text(snapshot->events_per_second, rate, sizeof rate);
		parts[count].role = ROLE_HEADER;
		snprintf(parts[count++].text, sizeof parts->text, "  %d %s  %s", snapshot->feed_count, words_plural("feed", "feeds", snapshot->feed_count), rate);
	}
	return count;
}

/* Between what is shown and the clocks: at the right on a wide page, in the middle of a small one. Returns where it begins. */
static int draw_health(const struct snapshot *snapshot, const struct widget_view *view, bool wide, int right)
{
	struct part parts[HEALTH_PARTS];
	const int count = fill_parts(snapshot, view, wide, parts);
	int width = 0;
	for (int i = 0; i < count; i++)
		width += canvas_measure(view->canvas, parts[i].text);
	int x = right - width - 1;
	if (!wide && x > view->rect.x + view->rect.width / 2)
		x = view->rect.x + view->rect.width / 2;
	if (x < view->rect.x + 1)
		x = view->rect.x + 1;
	const int begin = x;
	for (int i = 0; i < count; i++)
		piece(view, &x, view->rect.y, right, parts[i].role, "%s", parts[i].text);
	return begin;
}

void header_draw(const struct snapshot *snapshot, const struct widget_view *view, const struct header_clocks *clocks)
{
	const struct rect rect = view->rect;
	const bool wide = rect.width >= WIDE;
	char window[32];
	canvas_fill(view->canvas, rect, ROLE_HEADER, ' ');
	const int right = draw_clocks(snapshot, view, clocks);
	if (alarm_draw(snapshot, view, rect.x, rect.y, right - 1))
		return;
	const int end = draw_health(snapshot, view, wide, right) - 1;
	int x = rect.x + 1;
	piece(view, &x, rect.y, end, view->focused ? ROLE_FOCUS : ROLE_HEADER_STRONG, "TABLO");
	if (end - x < 8)
		return;
	window_text(snapshot->request.window, !wide, window, sizeof window);
	x += 2;
	if (wide && *snapshot->title)
		piece(view, &x, rect.y, end, ROLE_HEADER, "%s \u00B7 ", snapshot->title);
	piece(view, &x, rect.y, end, ROLE_HEADER, "%s \u00B7 %s", snapshot->scope_text, window);
	if (snapshot->zones_differ && snapshot->request.window == WINDOW_TODAY)
		piece(view, &x, rect.y, end, ROLE_HEADER, _(" (each site's own)"));
	if (snapshot->request.by == BY_ARRIVAL)
		piece(view, &x, rect.y, end, ROLE_HEADER, _(" by arrival"));
	if (snapshot->request.conduct == CONDUCT_WITHOUT)
		piece(view, &x, rect.y, end, ROLE_HEADER_WARN, _(" without flagged"));
}
