#include <stdio.h>

#include "base/instant.h"
#include "base/words.h"
#include "config/tables.h"
#include "tui/big.h"
#include "widgets/classes.h"
#include "widgets/parts.h"
#include "widgets/ticker.h"
#include "widgets/wall_parts.h"

#define PREFIX "\u25CF " /* before the first line of each */
#define LINE_ROOM 512

/* The line of that number, counted through all of them; returns how many there are. */
static int find_line(const struct snapshot *snapshot, const struct widget_view *view, struct big_size size, int wanted, char *to, size_t room)
{
	char text[LINE_ROOM];
	int count = 0;
	for (int i = 0; i < snapshot->note_count; i++) {
		snprintf(text, sizeof text, "%s%s", PREFIX, snapshot->notes[i].text);
		count += wall_parts(view, view->rect.width, size, text, wanted < 0 ? -1 : wanted - count, to, room);
	}
	return count;
}

static struct big_size size_for(const struct snapshot *snapshot, const struct widget_view *view)
{
	if (view->rect.height < big_height(view->glyphs, big_words_least))
		return (struct big_size){0};
	for (int i = 0; i < snapshot->note_count; i++)
		if (!big_can(big_words_least, snapshot->notes[i].text))
			return (struct big_size){0};
	return big_words_least;
}

bool ticker_draw(const struct snapshot *snapshot, const struct widget_view *view, int64_t stay, enum role role)
{
	char line[LINE_ROOM] = "";
	const struct big_size size = size_for(snapshot, view);
	const int count = find_line(snapshot, view, size, -1, line, sizeof line);
	if (count == 0 || view->rect.width < 4 || view->rect.height < 1)
		return false;
	const int64_t turn = snapshot->at == INSTANT_NONE || snapshot->at < 0 ? 0 : snapshot->at / (stay > 0 ? stay : 1);
	find_line(snapshot, view, size, (int)(turn % count), line, sizeof line);
	wall_line(view, view->rect, size, role, line);
	return true;
}

/* ---- as a widget of a configuration ---- */
struct ticker_config {
	int64_t stay;
};

static const struct setting ticker_settings[] = {
	{"stay", .type = SETTING_DURATION, .offset = offsetof(struct ticker_config, stay), .fallback = "6s", .least = SECOND_MS, .most = HOUR_MS,
		.help = "So long each line of an announcement stands."},
};
static const struct setting_table ticker_table = {"ticker", "news", "Announcements that hold, line by line.", ticker_settings, 1};
static const struct layout_kind ticker_kind = {.table = &ticker_table, .size = sizeof(struct ticker_config)};

static void draw(const struct snapshot *snapshot, const struct widget_view *view)
{
	const struct ticker_config *config = view->widget ? view->widget->config : NULL;
	struct widget_view inside = *view;
	if (view->rect.height >= 3)
		inside.rect = panel_open(view, LEVEL_NONE, view->widget && view->widget->title ? view->widget->title : _("ANNOUNCEMENTS"), "");
	if (!ticker_draw(snapshot, &inside, config ? config->stay : TICKER_STAY_MS, ROLE_TEXT))
		canvas_text(view->canvas, inside.rect.x, inside.rect.y, inside.rect.width, ROLE_DIM, _("no announcement"));
}

const struct widget_class ticker_class = {
	.name = "ticker",
	.help = "announcements, line by line",
	.min_width = 12,
	.min_height = 1,
	.draw = draw,
	.kind = &ticker_kind,
};
