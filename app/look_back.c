#include "app/look_back.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/replay.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"
#include "base/words.h"

struct look_back {
	const struct setup *setup;
	const char *journal; /* NULL: none on this machine */
	struct distant *distant;
	int site;	     /* that is being fetched */
	struct fetch *fetch; /* NULL: none */
};

/* What an open source holds. */
struct held {
	struct fetch *fetch;
	struct zone *zone;
	char name[64];
};

struct look_back *look_back_create(const struct setup *setup, struct error *err)
{
	struct look_back *back = memory_new(1, sizeof *back);
	const char *journal = setup->settings->journal;
	back->setup = setup;
	back->journal = *journal && !setup->several && access(journal, R_OK | X_OK) == 0 ? journal : NULL;
	err->text[0] = 0;
	if (!back->journal)
		back->distant = distant_open(setup->settings, setup->attach, setup->several, err);
	if (!err->text[0])
		return back;
	look_back_destroy(back);
	return NULL;
}

void look_back_destroy(struct look_back *back)
{
	if (!back)
		return;
	fetch_release(back->fetch);
	distant_close(back->distant);
	free(back);
}

const char *look_back_journal(const struct look_back *back)
{
	return back->journal;
}

struct distant *look_back_distant(const struct look_back *back)
{
	return back->distant;
}

/* ---- one that was fetched ---- */

static void let_go(void *context)
{
	struct held *held = context;
	fetch_release(held->fetch);
	zone_close(held->zone);
	free(held);
}

/* While one looks, what is there stays there; that nothing comes any more has to be said. */
static void tell_trouble(void *context, char *to, size_t room)
{
	const struct held *held = context;
	const struct fetch_look look = fetch_look(held->fetch);
	*to = 0;
	if (look.phase >= FETCH_ENDED)
		snprintf(to, room, "%s", look.why);
	else if (!look.linked)
		snprintf(to, room, _("the link to the collector is lost: what comes is added when it is back"));
	else if (look.is_cut)
		snprintf(to, room, _("there was no room for more of the past (look_back_size)"));
}

static enum view_back open_fetched(struct look_back *back, const struct fetch_look *look, struct view_source *source, struct error *err)
{
	struct held *held = memory_new(1, sizeof *held);
	const struct settings *settings = distant_settings(back->distant, back->site);
	held->fetch = back->fetch;
	held->zone = zone_open(settings->zone, err);
	back->fetch = NULL;
	snprintf(held->name, sizeof held->name, "%s", *settings->site ? settings->site : _("collector"));
	const struct replayer_options options = {.journal = look->directory, .settings = settings, .zone = held->zone, .name = held->name,
		.differs = look->differs, .trouble = tell_trouble, .context = held};
	if (held->zone && replay_look_back(&options, source, err)) {
		source->held = held;
		source->let_go = let_go;
		return VIEW_BACK_OPEN;
	}
	let_go(held);
	return VIEW_BACK_NONE;
}

static enum view_back give_up(struct look_back *back)
{
	fetch_release(back->fetch);
	back->fetch = NULL;
	if (back->distant)
		distant_tidy(back->distant);
	return VIEW_BACK_NONE;
}

static enum view_back look_at_fetch(struct look_back *back, struct view_source *source, struct error *err)
{
	char text[300];
	const struct fetch_look look = fetch_look(back->fetch);
	if (look.phase == FETCH_FAILED) {
		fail(err, "%s", look.why);
		return give_up(back);
	}
	if (look.phase >= FETCH_READY && look.to == INSTANT_NONE) {
		fail(err, _("the collector recorded nothing in that time yet"));
		return give_up(back);
	}
	if (look.phase >= FETCH_READY)
		return open_fetched(back, &look, source, err);
	fetch_text(&look, text, sizeof text);
	fail(err, _("%s (r: stop)"), text);
	return VIEW_BACK_LATER;
}

/* The site in view. */
static bool choose_site(struct look_back *back, const struct snapshot_request *request, struct error *err)
{
	char names[200] = "";
	size_t used = 0;
	const int count = distant_count(back->distant);
	back->site = request->site > 0 ? request->site - 1 : 0;
	if (count == 1 || request->site > 0)
		return true;
	for (int i = 0; i < count && used < sizeof names; i++)
		used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", i ? ", " : "", distant_name(back->distant, i));
	return fail(err, _("one looks back into one site (%s): choose it with o, then r"), names);
}

enum view_back look_back_open(struct look_back *back, const struct view_wanted *wanted, struct view_source *source, struct error *err)
{
	const struct settings *settings = back->setup->settings;
	const struct replayer_options options = {.journal = back->journal, .settings = settings, .zone = back->setup->zone};
	if (!wanted)
		return give_up(back);
	if (back->journal)
		return replay_look_back(&options, source, err) ? VIEW_BACK_OPEN : VIEW_BACK_NONE;
	if (!back->distant) {
		fail(err, _("no journal to look back into: give its directory with --journal DIR, or its collector with --attach"));
		return VIEW_BACK_NONE;
	}
	if (!back->fetch && !choose_site(back, wanted->request, err))
		return VIEW_BACK_NONE;
	if (!back->fetch)
		back->fetch = distant_fetch(back->distant, back->site, (wanted->at == INSTANT_NONE ? clock_wall() : wanted->at) - settings->look_back, err);
	return back->fetch ? look_at_fetch(back, source, err) : VIEW_BACK_NONE;
}
