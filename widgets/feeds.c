#include <inttypes.h>
#include <stdio.h>

#include "base/words.h"
#include "tui/format.h"
#include "widgets/classes.h"
#include "widgets/feeds.h"
#include "widgets/link.h"
#include "widgets/parts.h"

#define FAULT_COLUMN 24

/* Lines are numbered from the top of the page; only those in view are drawn. */
struct page {
	const struct widget_view *view;
	struct rect inner;
	int line; /* the next one to write */
};

/* Where the next line stands, or -1: out of view. view NULL: lines are only counted. */
static int next_row(struct page *page)
{
	const int line = page->line++;
	if (!page->view || line < page->view->scroll || line - page->view->scroll >= page->inner.height)
		return -1;
	return page->inner.y + line - page->view->scroll;
}

static void write_feed(const struct snapshot *snapshot, struct page *page, int index)
{
	const struct list_feed *feed = &snapshot->feeds[index];
	const bool live = feed->link == LINK_LIVE || feed->link == LINK_QUIET || feed->link == LINK_ENDED;
	char silent[32];
	int y = next_row(page), x = page->inner.x;
	const int end = page->inner.x + page->inner.width;
	if (y >= 0) {
		piece(page->view, &x, y, end, live ? ROLE_OK : ROLE_CRIT, "%s ", glyphs_mark(page->view->glyphs, live ? MARK_DOT : MARK_RING));
		piece(page->view, &x, y, end, ROLE_STRONG, "%s", link_endpoint(snapshot, feed->feed));
		piece(page->view, &x, y, end, live ? ROLE_TEXT : ROLE_CRIT, "  %s", link_word(feed->link));
		format_duration(feed->silent, silent, sizeof silent);
		if (feed->silent > 0)
			piece(page->view, &x, y, end, ROLE_WARN, _("  silent %s"), silent);
		if (*feed->src)
			piece(page->view, &x, y, end, ROLE_DIM, _("  from %s"), feed->src);
	}
	if (feed->refusal && (y = next_row(page)) >= 0)
		canvas_text(page->view->canvas, page->inner.x + 2, y, page->inner.width - 2, ROLE_CRIT, _(feed->refusal));
	y = next_row(page);
	x = page->inner.x + 2;
	if (y < 0)
		return;
	piece(page->view, &x, y, end, ROLE_TEXT, _("%" PRIu64 " events received"), feed->received);
	piece(page->view, &x, y, end, feed->lost ? ROLE_CRIT : ROLE_TEXT, _(" \u00B7 %" PRIu64 " lost"), feed->lost);
	piece(page->view, &x, y, end, feed->missing ? ROLE_WARN : ROLE_TEXT, _(" \u00B7 %" PRIu64 " missing"), feed->missing);
	piece(page->view, &x, y, end, ROLE_TEXT, _(" \u00B7 %" PRIu64 " twice"), feed->duplicate);
	if (feed->lag >= 0)
		piece(page->view, &x, y, end, ROLE_DIM, _(" \u00B7 %" PRId64 " ms on the way"), feed->lag);
}

static void write_faults(struct page *page, const uint64_t faults[FAULT_COUNT])
{
	for (int fault = FAULT_NONE + 1; fault < FAULT_COUNT; fault++) {
		if (!faults[fault])
			continue;
		const int y = next_row(page);
		int x = page->inner.x + 2;
		if (y < 0)
			continue;
		piece(page->view, &x, y, page->inner.x + FAULT_COLUMN, ROLE_DIM, "%s", words_of("fault", feed_fault_names[fault]));
		x = page->inner.x + FAULT_COLUMN;
		piece(page->view, &x, y, page->inner.x + page->inner.width, ROLE_TEXT, "%-7" PRIu64 " ", faults[fault]);
		piece(page->view, &x, y, page->inner.x + page->inner.width, ROLE_DIM, "%s", _(feed_fault_helps[fault]));
	}
}

/* Event types with how often, under a heading of their own. */
static void write_types(struct page *page, const char *heading, const struct list_named *types, int count)
{
	if (count == 0)
		return;
	next_row(page);
	int y = next_row(page);
	if (y >= 0)
		canvas_text(page->view->canvas, page->inner.x, y, page->inner.width, ROLE_WARN, heading);
	for (int i = 0; i < count; i++) {
		y = next_row(page);
		if (y < 0)
			continue;
		canvas_text(page->view->canvas, page->inner.x + 2, y, FAULT_COLUMN - 3, ROLE_DIM, types[i].name);
		canvas_format(page->view->canvas, page->inner.x + FAULT_COLUMN, y, page->inner.width - FAULT_COLUMN, ROLE_TEXT, "%" PRId64,
			types[i].count);
	}
}

static int write_all(const struct snapshot *snapshot, struct page page)
{
	for (int i = 0; i < snapshot->feed_count; i++) {
		write_feed(snapshot, &page, i);
		write_faults(&page, snapshot->feeds[i].faults);
	}
	write_types(&page, _("events that could not follow what went before, by type"), snapshot->impossible, snapshot->impossible_count);
	write_types(&page, _("event types this program does not know"), snapshot->unknown, snapshot->unknown_count);
	return page.line;
}

int feeds_feed_at(const struct snapshot *snapshot, int line)
{
	struct page page = {0};
	for (int i = 0; i < snapshot->feed_count; i++) {
		write_feed(snapshot, &page, i);
		write_faults(&page, snapshot->feeds[i].faults);
		if (line < page.line)
			return i;
	}
	return -1;
}

/* The cursor stands in the margin: its line keeps its roles. */
static void mark_line(const struct widget_view *view, struct rect inner)
{
	const int y = view->selected - view->scroll;
	if (view->selected >= 0 && y >= 0 && y < inner.height)
		canvas_text(view->canvas, inner.x - 1, inner.y + y, 1, ROLE_FOCUS, glyphs_mark(view->glyphs, MARK_ARROW));
}

static void draw(const struct snapshot *snapshot, const struct widget_view *view)
{
	char note[32];
	snprintf(note, sizeof note, "%d %s", snapshot->feed_count, words_plural("feed", "feeds", snapshot->feed_count));
	const struct page page = {.view = view, .inner = panel_open(view, LEVEL_NONE, _("FEEDS"), note)};
	write_all(snapshot, page);
	mark_line(view, page.inner);
	if (snapshot->feed_count == 0 && page.inner.height > 0)
		canvas_text(view->canvas, page.inner.x, page.inner.y, page.inner.width, ROLE_DIM, _("nothing has come from any feed yet"));
}

static int lines(const struct snapshot *snapshot)
{
	return write_all(snapshot, (struct page){0});
}

#define HELP "each feed: its link, what came, what was lost or wrong"
static const struct layout_kind kind = PLAIN_KIND("feeds", HELP);

const struct widget_class feeds_class = {
	.name = "feeds",
	.help = HELP,
	.kind = &kind,
	.min_width = 30,
	.min_height = 3,
	.draw = draw,
	.lines = lines,
};
