/* How the feeds are: the sites first, where there are several, in at most half of the page. */
#include "widgets/classes.h"
#include "widgets/pages.h"
#include "widgets/sites.h"

static void draw(const struct snapshot *snapshot, const struct widget_view *view)
{
	struct widget_view top = *view, below = *view;
	const int wanted = sites_height(snapshot), most = view->rect.height / 2;
	top.rect.height = wanted < most ? wanted : most;
	if (top.rect.height > 0)
		sites_draw(snapshot, &top);
	below.rect.y += top.rect.height;
	below.rect.height -= top.rect.height;
	feeds_class.draw(snapshot, &below);
}

static int rows(const struct snapshot *snapshot)
{
	return feeds_class.lines(snapshot);
}

const struct page_class page_feeds_class = {.of_links = true, .draw = draw, .rows = rows};
