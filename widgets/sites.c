#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "tui/format.h"
#include "widgets/parts.h"
#include "widgets/sites.h"

#define BEHIND_MOST (2 * 60 * 1000) /* ms: a quiet site's clock is told once a minute */
#define NAME_WIDTH 14
#define COLUMN_WIDTH 10
#define HOW_WIDTH 27

static int count_shown(const struct snapshot *snapshot)
{
	int shown = 0;
	for (int i = 0; i < snapshot->site_count; i++)
		shown += snapshot->sites[i].shown;
	return shown;
}

/* Followed, and yet its time is another: its windows are not those of the others. */
static bool is_behind(const struct snapshot_site *site)
{
	return site->known && !site->stale && site->behind > BEHIND_MOST;
}

/* "STALE 42s", "connecting", "clock 1 h 02 behind" */
static void write_trouble(const struct snapshot_site *site, char *to, size_t room)
{
	char time[32];
	if (is_behind(site)) {
		format_duration_narrow(site->behind, time, sizeof time);
		snprintf(to, room, _("clock %s behind"), time);
	} else if (site->link != LINK_STALE) {
		snprintf(to, room, "%s", link_word(site->link));
	} else if (site->silent < 60000) {
		snprintf(to, room, _("STALE %ds"), (int)(site->silent / 1000));
	} else {
		format_duration_narrow(site->silent, time, sizeof time);
		snprintf(to, room, _("STALE %s"), time);
	}
}

/* Those with trouble, the first of them by name: "2 of 3 sites, lima STALE 42s". */
static void name_trouble(const struct snapshot *snapshot, int shown, struct link_summary *summary)
{
	const struct snapshot_site *first = NULL;
	int troubled = 0;
	for (int i = 0; i < snapshot->site_count; i++) {
		const struct snapshot_site *site = &snapshot->sites[i];
		if (!site->shown || !(site->stale || !site->known || is_behind(site)))
			continue;
		first = first ? first : site;
		troubled++;
	}
	if (!first)
		return;
	char trouble[48], more[24] = "", text[200];
	write_trouble(first, trouble, sizeof trouble);
	if (troubled > 1)
		snprintf(more, sizeof more, " +%d", troubled - 1);
	summary->role = snapshot->sites_stale ? ROLE_HEADER_CRIT : ROLE_HEADER_WARN;
	summary->mark = MARK_RING;
	if (snapshot->sites_stale && shown > 1)
		snprintf(text, sizeof text, _("%d of %d sites, %s %s%s"), shown - snapshot->sites_stale, shown, first->name, trouble, more);
	else
		snprintf(text, sizeof text, "%s %s%s", first->name, trouble, more);
	text_harmless(view_of(text), summary->text, sizeof summary->text);
}

bool sites_summarise(const struct snapshot *snapshot, struct link_summary *summary)
{
	if (snapshot->site_count == 0)
		return false;
	const int shown = count_shown(snapshot);
	*summary = (struct link_summary){.role = ROLE_HEADER_OK, .mark = MARK_DOT};
	snprintf(summary->text, sizeof summary->text, _("%d %s live"), shown, words_plural("site", "sites", shown));
	name_trouble(snapshot, shown, summary);
	return true;
}

void sites_share_text(const struct snapshot *snapshot, char *to, size_t room)
{
	const int shown = count_shown(snapshot);
	*to = 0;
	if (shown > 1 && snapshot->sites_stale)
		snprintf(to, room, _(" \u00B7 %d of %d sites"), shown - snapshot->sites_stale, shown);
}

void sites_waiting_text(const struct snapshot *snapshot, char *to, size_t room)
{
	const char *why = "";
	size_t used = (size_t)snprintf(to, room, _("waiting for "));
	for (int i = 0; i < snapshot->site_count && used < room; i++) {
		const struct snapshot_site *site = &snapshot->sites[i];
		int wrote = snprintf(to + used, room - used, "%s%s", i ? ", " : "", site->name);
		used += wrote > 0 ? (size_t)wrote : 0;
		why = *why ? why : site->why;
	}
	if (*why && used < room)
		snprintf(to + used, room - used, ": %s", why);
}

/* ---- the table ---- */

static const struct { const char *header, *metric; } columns[] = {
	{NC_("column", "waiting"), "queue_depth"}, {NC_("column", "longest"), "longest_wait"}, {NC_("column", "SL"), "service_level"}, {NC_("column", "AHT"), "aht"}, {NC_("column", "SLA"), "sla_breached"}, {NC_("column", "free"), "agents_free"},
	{NC_("column", "offered"), "offered"},
};
#define COLUMNS (int)(sizeof columns / sizeof *columns)

int sites_height(const struct snapshot *snapshot)
{
	return snapshot->site_count ? snapshot->site_count + 3 + snapshot->zones_differ : 0;
}

static void draw_header(const struct widget_view *view, struct rect inner)
{
	int x = inner.x + 2 + NAME_WIDTH + HOW_WIDTH;
	canvas_text(view->canvas, inner.x + 2, inner.y, NAME_WIDTH, ROLE_DIM, _("site"));
	for (int i = 0; i < COLUMNS && x + COLUMN_WIDTH <= inner.x + inner.width; i++, x += COLUMN_WIDTH)
		canvas_right(view->canvas, x, inner.y, COLUMN_WIDTH - 1, ROLE_DIM, words_of("column", columns[i].header));
}

static void draw_figures(const struct widget_view *view, const struct snapshot_site *site, int x, int y, int end)
{
	for (int i = 0; i < COLUMNS && x + COLUMN_WIDTH <= end; i++, x += COLUMN_WIDTH) {
		static const struct figure unknown = {.denominator = 1};
		const int metric = metric_find(columns[i].metric);
		const struct figure *figure = metric < 0 || !site->known ? &unknown : &site->figures[metric];
		char text[48];
		figure_text(columns[i].metric, figure, true, text, sizeof text);
		canvas_right(view->canvas, x, y, COLUMN_WIDTH - 1, site->stale ? ROLE_STALE : level_role(figure->level), text);
	}
}

static void draw_site(const struct widget_view *view, const struct snapshot_site *site, struct rect inner, int y)
{
	const bool well = site->known && !site->stale;
	char how[120], trouble[48];
	int x = inner.x;
	const int end = inner.x + inner.width;
	piece(view, &x, y, end, well ? ROLE_OK : ROLE_CRIT, "%s ", glyphs_mark(view->glyphs, well ? MARK_DOT : MARK_RING));
	canvas_text(view->canvas, x, y, NAME_WIDTH - 1, ROLE_STRONG, site->name);
	x = inner.x + 2 + NAME_WIDTH;
	write_trouble(site, trouble, sizeof trouble);
	snprintf(how, sizeof how, "%s%s%s", trouble, site->from_store ? _(", from Redis") : "", site->known ? "" : _(", nothing known"));
	canvas_text(view->canvas, x, y, HOW_WIDTH - 1, well && !is_behind(site) ? ROLE_TEXT : ROLE_CRIT, how);
	if (*site->why)
		canvas_text(view->canvas, x + HOW_WIDTH, y, end - x - HOW_WIDTH, ROLE_CRIT, site->why);
	else
		draw_figures(view, site, x + HOW_WIDTH, y, end);
}

void sites_draw(const struct snapshot *snapshot, const struct widget_view *view)
{
	char note[PART_TEXT];
	snprintf(note, sizeof note, _("%d sites \u00B7 %d followed"), snapshot->site_count, count_shown(snapshot) - snapshot->sites_stale);
	const struct rect inner = panel_open(view, LEVEL_NONE, _("SITES"), note);
	if (inner.height < 2 || inner.width < NAME_WIDTH)
		return;
	draw_header(view, inner);
	int y = inner.y + 1;
	const int last = inner.y + inner.height - 1;
	for (int i = 0; i < snapshot->site_count && y <= last; i++, y++) {
		if (y == last && i + 1 < snapshot->site_count) {
			canvas_format(view->canvas, inner.x + 2, y, inner.width - 2, ROLE_WARN, _("%d more"), snapshot->site_count - i);
			return;
		}
		draw_site(view, &snapshot->sites[i], inner, y);
	}
	if (snapshot->zones_differ && y <= last)
		canvas_text(view->canvas, inner.x + 2, y, inner.width - 2, ROLE_DIM, _("the zones differ: \u201Ctoday\u201D is each site's own day"));
}
