#include <stdio.h>

#include "base/words.h"
#include "widgets/link.h"
#include "widgets/signals.h"
#include "widgets/spoken.h"

/* The newest that stands of this severity; NULL: none does. */
static const struct list_alert *newest_of(const struct snapshot *snapshot, int severity, int *count)
{
	const struct list_alert *newest = NULL;
	*count = 0;
	for (int i = 0; i < snapshot->alert_count; i++) {
		const struct list_alert *alert = &snapshot->alerts[i];
		if (alert->state != LIST_ALERT_RAISED || alert->muted || alert->severity != severity)
			continue;
		newest = newest ? newest : alert;
		++*count;
	}
	return newest;
}

void signals_title(const struct snapshot *snapshot, char *to, size_t room)
{
	char text[SPOKEN_TEXT];
	int count;
	if (snapshot->timeline) {
		snprintf(to, room, "%s", _("tablo: replay"));
		return;
	}
	if (snapshot->nothing) {
		snprintf(to, room, "%s", _("tablo: waiting for figures"));
		return;
	}
	const struct list_alert *alert = newest_of(snapshot, SEVERITY_CRITICAL, &count);
	if (alert) {
		spoken_text(alert->text, text, sizeof text);
		snprintf(to, room, words_plural("tablo: %d critical - %s", "tablo: %d critical - %s", count), count, text);
		return;
	}
	if (snapshot->stale) {
		snprintf(to, room, "%s", _("tablo: the figures are stale"));
		return;
	}
	alert = newest_of(snapshot, SEVERITY_WARNING, &count);
	if (!alert) {
		snprintf(to, room, "%s", _("tablo: all is well"));
		return;
	}
	spoken_text(alert->text, text, sizeof text);
	snprintf(to, room, words_plural("tablo: %d warning - %s", "tablo: %d warnings - %s", count), count, text);
}
