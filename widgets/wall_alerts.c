/* The alerts on a wall, in words: what stands and nobody has answered, then what somebody takes care of. */
#include <stdio.h>

#include "base/words.h"
#include "widgets/parts.h"
#include "widgets/wall_parts.h"

#define BIG_WIDTH 90 /* cells from which an alert can be told in big words */
#define BIG_HEIGHT 16
#define LINES 2	/* of big words, at most, for one alert */

static enum level level_of(const struct list_alert *alert)
{
	return alert->severity == SEVERITY_CRITICAL ? LEVEL_CRIT : LEVEL_WARN;
}

static bool is_big(const struct widget_view *view)
{
	return view->rect.width >= BIG_WIDTH && view->rect.height >= BIG_HEIGHT;
}

/* Returns the rows used; 0: it does not fit. */
static int draw_alert(const struct widget_view *view, const struct list_alert *alert, struct rect place)
{
	const struct big_size size = is_big(view) ? big_words_least : (struct big_size){0};
	const int least = size.scale ? big_height(view->glyphs, size) : 1, most = size.scale ? LINES * (least + 1) - 1 : LINES;
	const bool answered = alert->state == LIST_ALERT_ACKNOWLEDGED;
	if (place.height < least)
		return 0;
	const int mark = answered ? (size.scale ? 7 : 2) : wall_mark(view, place.x, place.y, size, level_of(alert));
	const struct rect text = {place.x + mark, place.y, place.width - mark, place.height < most ? place.height : most};
	const int used = wall_words(view, text, 1, answered ? ROLE_DIM : level_role(level_of(alert)), alert->text);
	return used < least ? least : used;
}

static void draw_calm(const struct widget_view *view)
{
	const char *text = _("All is well");
	struct big_size size = big_fit(view->glyphs, text, view->rect.width - 4, view->rect.height / 3);
	const int height = size.scale ? big_height(view->glyphs, size) : 1, width = size.scale ? big_width(size, text) : canvas_measure(view->canvas, text);
	const struct rect middle = {view->rect.x + (view->rect.width - width) / 2, view->rect.y + (view->rect.height - height) / 2, width, height};
	if (middle.x >= view->rect.x)
		wall_line(view, middle, size, ROLE_OK_STRONG, text);
}

static int standing(const struct snapshot *snapshot)
{
	int count = 0;
	while (count < snapshot->alert_count && snapshot->alerts[count].state != LIST_ALERT_CLEARED)
		count++;
	return count;
}

/* Those that nobody has answered, the critical ones first; then the others. */
static int rank_of(const struct list_alert *alert)
{
	return alert->state == LIST_ALERT_ACKNOWLEDGED ? 2 : alert->severity == SEVERITY_CRITICAL ? 0 : 1;
}

void wall_alerts_draw(const struct snapshot *snapshot, const struct widget_view *view)
{
	const int count = standing(snapshot), bottom = view->rect.y + view->rect.height, rest = is_big(view) ? big_height(view->glyphs, big_words_least) + 2 : 2;
	int y = view->rect.y + (is_big(view) ? 1 : 0), shown = 0;
	char text[PART_TEXT];
	if (count == 0) {
		draw_calm(view);
		return;
	}
	for (int rank = 0; rank < 3; rank++)
		for (int i = 0; i < count; i++) {
			const struct rect place = {view->rect.x + 1, y, view->rect.width - 2, bottom - y - (shown + 1 < count ? rest : 0)};
			const int used = rank_of(&snapshot->alerts[i]) == rank && place.height > 0 ? draw_alert(view, &snapshot->alerts[i], place) : 0;
			shown += used > 0;
			y += used ? used + (is_big(view) ? 2 : 1) : 0;
		}
	if (shown == count || y >= bottom)
		return;
	snprintf(text, sizeof text, words_plural("%d more alert", "%d more alerts", count - shown), count - shown);
	wall_line(view, (struct rect){view->rect.x + 1, y, view->rect.width - 2, bottom - y}, is_big(view) ? big_words_least : (struct big_size){0}, ROLE_WARN, text);
}
