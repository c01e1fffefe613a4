/* How the feeds are: the sites first, where there are several, in at most half of the page. */
#include <stdio.h>

#include "base/words.h"
#include "widgets/classes.h"
#include "widgets/feeds.h"
#include "widgets/link.h"
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
	const int inside = below.rect.height - 2; /* the frame */
	below.scroll = view->selected >= inside ? view->selected - inside + 1 : 0;
	feeds_class.draw(snapshot, &below);
}

static int rows(const struct snapshot *snapshot)
{
	return feeds_class.lines(snapshot);
}

/* Behind any line of a feed: its faults with an example of each, and what is missing. */
static bool evidence(const struct snapshot *snapshot, int row, struct proof_request *request)
{
	const int index = feeds_feed_at(snapshot, row);
	if (index < 0 || snapshot->site_count > 0)
		return false;
	request->about = PROOF_FEED;
	request->feed = snapshot->feeds[index].feed;
	const char *endpoint = link_endpoint(snapshot, snapshot->feeds[index].feed);
	snprintf(request->subject, sizeof request->subject, "%s", *endpoint ? endpoint : _("feed"));
	return true;
}

const struct page_class page_feeds_class = {.of_links = true, .draw = draw, .rows = rows, .evidence = evidence};
