#include <stdio.h>
#include <string.h>

#include "base/words.h"
#include "widgets/changes.h"
#include "widgets/link.h"
#include "widgets/spoken.h"

struct telling {
	struct changes *changes;
	const struct snapshot *snapshot;
	void (*tell)(void *context, const char *sentence);
	void *context;
	bool any;
};

static void say(struct telling *telling, const char *sentence)
{
	telling->any = true;
	if (telling->tell)
		telling->tell(telling->context, sentence);
}

static bool is_level(enum level level)
{
	return level == LEVEL_OK || level == LEVEL_WARN || level == LEVEL_CRIT;
}

static void tell_levels(struct telling *telling, bool aloud)
{
	for (int i = 0; i < TILE_COUNT; i++) {
		const struct figure *figure = snapshot_figure(telling->snapshot, tile_infos[i].metric);
		const enum level before = telling->changes->levels[i], now = figure->level;
		const int index = metric_find(tile_infos[i].metric);
		char value[SPOKEN_TEXT], sentence[SPOKEN_TEXT];
		telling->changes->levels[i] = now;
		if (before == now || !aloud || index < 0)
			continue;
		/* From no level to a good one is no news, nor is one that nobody can tell any more. */
		if (!is_level(now) || (now == LEVEL_OK && before != LEVEL_WARN && before != LEVEL_CRIT)) {
			telling->any = true;
			continue;
		}
		spoken_figure(tile_infos[i].metric, figure, value, sizeof value);
		snprintf(sentence, sizeof sentence, now == LEVEL_OK ? _("%s is good again: %s.") : now == LEVEL_CRIT ? _("%s is critical: %s.")
			: _("%s is a warning: %s."),
			_(metrics[index].title), value);
		say(telling, sentence);
	}
}

static int find_told(const struct changes *changes, const struct list_alert *alert)
{
	for (int i = 0; i < changes->alert_count; i++)
		if (changes->alerts[i].id == alert->id && changes->alerts[i].site == alert->site)
			return i;
	return -1;
}

static bool stands(const struct list_alert *alert)
{
	return alert->state != LIST_ALERT_CLEARED && !alert->muted;
}

static const struct list_alert *find_alert(const struct snapshot *snapshot, const struct told_alert *told)
{
	for (int i = 0; i < snapshot->alert_count; i++)
		if (snapshot->alerts[i].id == told->id && snapshot->alerts[i].site == told->site)
			return &snapshot->alerts[i];
	return NULL;
}

static void tell_cleared(struct telling *telling)
{
	struct changes *changes = telling->changes;
	for (int i = changes->alert_count - 1; i >= 0; i--) {
		const struct list_alert *alert = find_alert(telling->snapshot, &changes->alerts[i]);
		if (alert && stands(alert))
			continue;
		char text[SPOKEN_TEXT], sentence[SPOKEN_TEXT + 40];
		spoken_text(changes->alerts[i].text, text, sizeof text);
		/* One that is muted is not shown any more, but it is not over. */
		snprintf(sentence, sizeof sentence, alert && alert->state == LIST_ALERT_CLEARED ? _("Over: %s.") : _("Off the list: %s."), text);
		say(telling, sentence);
		changes->alerts[i] = changes->alerts[--changes->alert_count];
	}
}

static void tell_raised(struct telling *telling, bool aloud)
{
	struct changes *changes = telling->changes;
	for (int i = telling->snapshot->alert_count - 1; i >= 0; i--) { /* the newest comes first there */
		const struct list_alert *alert = &telling->snapshot->alerts[i];
		if (!stands(alert) || changes->alert_count == CHANGES_ALERTS || find_told(changes, alert) >= 0)
			continue;
		struct told_alert *told = &changes->alerts[changes->alert_count++];
		*told = (struct told_alert){.id = alert->id, .site = alert->site};
		snprintf(told->text, sizeof told->text, "%s", alert->text);
		char text[SPOKEN_TEXT], sentence[SPOKEN_TEXT + 40];
		spoken_text(alert->text, text, sizeof text);
		snprintf(sentence, sizeof sentence, alert->severity == SEVERITY_CRITICAL ? _("Critical alert: %s.") : _("Alert: %s."), text);
		if (aloud)
			say(telling, sentence);
	}
}

static bool is_silent(enum link_state link)
{
	return link == LINK_STALE || link == LINK_REFUSED;
}

static void tell_feeds(struct telling *telling, bool aloud)
{
	struct changes *changes = telling->changes;
	const struct snapshot *snapshot = telling->snapshot;
	const int count = snapshot->feed_count < CHANGES_FEEDS ? snapshot->feed_count : CHANGES_FEEDS;
	for (int i = 0; i < count; i++) {
		const struct list_feed *feed = &snapshot->feeds[i];
		const enum link_state before = i < changes->link_count ? changes->links[i] : LINK_CONNECTING;
		char sentence[SPOKEN_TEXT];
		changes->links[i] = feed->link;
		if (!aloud || is_silent(before) == is_silent(feed->link))
			continue;
		const char *name = *feed->src ? feed->src : link_endpoint(snapshot, feed->feed);
		snprintf(sentence, sizeof sentence, feed->link == LINK_REFUSED ? _("The feed %s is refused.") : is_silent(feed->link) ?
			_("The feed %s has gone silent: its figures stand as they were.") : _("The feed %s is back."), name);
		say(telling, sentence);
	}
	changes->link_count = count;
}

/* A board at a collector has no feeds of its own to name. */
static void tell_stale(struct telling *telling, bool aloud)
{
	const bool was = telling->changes->stale, is = telling->snapshot->stale;
	telling->changes->stale = is;
	if (!aloud || was == is)
		return;
	telling->any = true;
	if (!telling->snapshot->feed_count)
		say(telling, is ? _("The figures have gone stale: nothing new comes.") : _("The figures are fresh again."));
}

static uint64_t sum_rows(const struct snapshot *snapshot)
{
	uint64_t sum = 0;
	for (int i = 0; i < snapshot->row_count; i++) {
		const struct snapshot_row *row = &snapshot->rows[i];
		const uint64_t which = (uint64_t)row->scope.queue << 16 | row->scope.channel;
		sum += (which + 1) * UINT64_C(0x9E3779B97F4A7C15) * (uint64_t)(row->worst * 2 + row->stale + 1);
	}
	return sum;
}

bool changes_tell(struct changes *changes, const struct snapshot *snapshot, void (*tell)(void *context, const char *sentence), void *context)
{
	struct telling telling = {.changes = changes, .snapshot = snapshot, .tell = tell, .context = context};
	const uint64_t rows = sum_rows(snapshot);
	telling.any = snapshot->nothing != changes->nothing || rows != changes->rows || !changes->begun;
	changes->nothing = snapshot->nothing;
	changes->rows = rows;
	if (snapshot->nothing)
		return telling.any;
	const bool aloud = changes->begun;
	changes->begun = true;
	tell_feeds(&telling, aloud);
	tell_stale(&telling, aloud);
	if (aloud)
		tell_cleared(&telling);
	tell_raised(&telling, aloud);
	tell_levels(&telling, aloud);
	return telling.any;
}
