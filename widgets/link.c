#include <stdio.h>

#include "base/words.h"
#include "tui/format.h"
#include "widgets/link.h"
#include "widgets/sites.h"

const char *link_word(enum link_state link)
{
	static const char *const words[] = {[LINK_CONNECTING] = N_("connecting"), [LINK_LIVE] = N_("live"), [LINK_QUIET] = N_("no heartbeat"),
		[LINK_STALE] = N_("STALE"), [LINK_REFUSED] = N_("refused"), [LINK_ENDED] = N_("ended")};
	return _(words[link]);
}

/* Late or unsequenced events are said on the page of feeds; here only what may make a figure wrong. */
static uint64_t count_faults(const struct snapshot *snapshot)
{
	static const enum feed_fault wrong[] = {FAULT_FRAMES, FAULT_SITE, FAULT_TOO_LARGE, FAULT_MALFORMED, FAULT_VERSION, FAULT_BAD_EVENT,
		FAULT_UNKNOWN_EVENT, FAULT_IMPOSSIBLE, FAULT_SECOND_PUBLISHER, FAULT_SCORE, FAULT_DUE_FAR, FAULT_STEP_AFTER_END};
	uint64_t total = 0;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		total += snapshot->faults[wrong[i]];
	return total;
}

static void word_state(const struct snapshot *snapshot, int live, int ended, struct link_summary *summary)
{
	char silent[32];
	const int count = snapshot->feed_count;
	if (snapshot->nothing && *snapshot->why) {
		*summary = (struct link_summary){.role = ROLE_HEADER_WARN, .mark = MARK_RING};
		snprintf(summary->text, sizeof summary->text, _("waiting"));
	} else if (snapshot->stale) {
		*summary = (struct link_summary){.role = ROLE_HEADER_CRIT, .mark = MARK_RING};
		if (snapshot->stale_ms < 60000)
			snprintf(silent, sizeof silent, _("%ds"), (int)(snapshot->stale_ms / 1000));
		else
			format_duration_narrow(snapshot->stale_ms, silent, sizeof silent);
		snprintf(summary->text, sizeof summary->text, _("STALE %s"), silent);
	} else if (count == 0) {
		/* The engine hears of a feed with its first record. */
		*summary = (struct link_summary){.role = ROLE_HEADER_WARN, .mark = MARK_RING};
		snprintf(summary->text, sizeof summary->text, "%s", snapshot->settings->feed_count ? link_word(LINK_CONNECTING) : _("no feed"));
	} else if (live + ended == count) {
		*summary = (struct link_summary){.role = ROLE_HEADER_OK, .mark = MARK_DOT};
		snprintf(summary->text, sizeof summary->text, "%s", live ? _("live") : _("ended"));
	} else if (live) {
		*summary = (struct link_summary){.role = ROLE_HEADER_WARN, .mark = MARK_RING};
		snprintf(summary->text, sizeof summary->text, _("%d of %d live"), live, count);
	} else {
		*summary = (struct link_summary){.role = ROLE_HEADER_WARN, .mark = MARK_RING};
		snprintf(summary->text, sizeof summary->text, "%s", link_word(snapshot->feeds[0].link));
	}
}

struct link_summary link_summarise(const struct snapshot *snapshot)
{
	struct link_summary summary;
	uint64_t lost = 0, missing = 0;
	int live = 0, ended = 0;
	for (int i = 0; i < snapshot->feed_count; i++) {
		const enum link_state link = snapshot->feeds[i].link;
		live += link == LINK_LIVE || link == LINK_QUIET;
		ended += link == LINK_ENDED;
		lost += snapshot->feeds[i].lost;
		missing += snapshot->feeds[i].missing;
	}
	if (!sites_summarise(snapshot, &summary))
		word_state(snapshot, live, ended, &summary);
	summary.lost = lost;
	summary.missing = missing;
	summary.faults = count_faults(snapshot);
	return summary;
}

void link_waiting_text(const struct snapshot *snapshot, char *to, size_t room)
{
	const int feeds = snapshot->settings->feed_count;
	if (snapshot->source && *snapshot->why)
		snprintf(to, room, _("waiting: %s"), snapshot->why);
	else if (snapshot->source)
		snprintf(to, room, _("waiting for %s"), snapshot->source);
	else if (feeds > 1)
		snprintf(to, room, _("waiting for the first batch from %s and %d more"), link_endpoint(snapshot, 0), feeds - 1);
	else if (feeds)
		snprintf(to, room, _("waiting for the first batch from %s"), link_endpoint(snapshot, 0));
	else
		snprintf(to, room, _("no event was received yet"));
}

const char *link_endpoint(const struct snapshot *snapshot, int index)
{
	const struct settings *settings = snapshot->settings;
	if (index < 0 || index >= settings->feed_count || !settings->feeds[index])
		return "";
	return settings->feeds[index];
}
