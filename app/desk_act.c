/* The ways of what people do at a board. */
#include "app/desk_state.h"
#include "base/instant.h"
#include "base/words.h"
#include "store/redis_inbox.h"
#include "store/redis_sink.h"

/* A connection of its own, for it is rare: two seconds at most. */
static enum desk_route push(const struct desk *desk, const char *site, struct view payload, struct error *err)
{
	struct redis_link_options options = {.name = "tablo-board", .stop = -1};
	if (!redis_url_parse(desk->options.store, &options.url, err))
		return DESK_NOWHERE;
	struct redis_link *link = redis_link_create(&options);
	const bool good = redis_inbox_push(link, site, payload, err);
	redis_link_destroy(link);
	return good ? DESK_INBOX : DESK_NOWHERE;
}

/* By the stream while it is followed, for there an answer comes. */
static enum desk_route hand_over(struct desk *desk, struct attached *attached, const char *site, struct view payload, struct error *err)
{
	const bool follows = attached && attached_link(attached).state == LINK_LIVE;
	if (follows)
		return attached_act(attached, payload, err) ? DESK_STREAM : DESK_NOWHERE;
	if (desk->options.store)
		return push(desk, site, payload, err);
	fail(err, _("the collector does not answer: nothing was sent"));
	return DESK_NOWHERE;
}

enum desk_route desk_act(struct desk *desk, int site, struct view payload, struct error *err)
{
	if (desk->sites && (site < 1 || site > sites_count(desk->sites))) {
		fail(err, _("of which site? choose one with o"));
		return DESK_NOWHERE;
	}
	if (desk->sites)
		return hand_over(desk, sites_attached(desk->sites, site), sites_name(desk->sites, site), payload, err);
	if (desk->attached || desk->stored)
		return hand_over(desk, desk->attached, redis_site(desk->options.settings), payload, err);
	return desk_take(desk, payload, err) ? DESK_HERE : DESK_NOWHERE;
}

bool desk_answered(struct desk *desk, struct attached_answer *answer)
{
	if (desk->attached)
		return attached_answered(desk->attached, answer);
	for (int site = 1; desk->sites && site <= sites_count(desk->sites); site++) {
		struct attached *attached = sites_attached(desk->sites, site);
		if (attached && attached_answered(attached, answer))
			return true;
	}
	return false;
}

int64_t desk_time(const struct desk *desk, int site)
{
	if (!desk->sites)
		return engine_now(desk_engine(desk));
	return site >= 1 && site <= sites_count(desk->sites) ? sites_time(desk->sites, site) : INSTANT_NONE;
}

/* Of several sites what may be done at one of them at least. */
unsigned desk_may(const struct desk *desk)
{
	if (desk->attached)
		return attached_permit(desk->attached).may;
	unsigned may = 0;
	bool any = false;
	for (int site = 1; desk->sites && site <= sites_count(desk->sites); site++) {
		const struct attached *attached = sites_attached(desk->sites, site);
		any = any || attached;
		may |= attached ? attached_permit(attached).may : 0;
	}
	return any ? may : RIGHTS_ALL;
}
