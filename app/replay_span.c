#include "app/replay_span.h"

#include <string.h>

#include "base/instant.h"
#include "base/text.h"

static const int64_t zooms[REPLAY_ZOOMS] = {15 * MINUTE_MS, HOUR_MS, [REPLAY_ZOOM_LAST_HOURS] = 3 * HOUR_MS, 6 * HOUR_MS, 12 * HOUR_MS,
	[REPLAY_ZOOM_DAY] = DAY_MS, 7 * DAY_MS, [REPLAY_ZOOM_WHOLE] = INT64_MAX};

/* It stands still while the cursor goes through its middle: a day begins at midnight, others move on by halves. */
void replay_span_choose(struct replay_span *span, int zoom, int64_t cursor, const struct zone *zone)
{
	const int64_t wanted = zooms[zoom], whole = span->last - span->first;
	span->from = span->first;
	span->to = whole > MINUTE_MS ? span->last : span->first + MINUTE_MS;
	if (wanted >= whole)
		return;
	if (wanted == DAY_MS) {
		span->from = instant_day_begin(cursor + 1, zone, 0);
		span->to = instant_day_begin(span->from + 26 * HOUR_MS, zone, 0);
		return;
	}
	const int64_t half = wanted / 2, local = cursor + (int64_t)zone_offset(zone, cursor) * SECOND_MS;
	const int64_t into = (local % half + half) % half;
	span->from = cursor - into - half / 2;
	span->to = span->from + wanted;
}

int replay_span_zoom(int zoom, int by, int64_t whole)
{
	int next = zoom;
	/* Spans longer than the journal show what the whole shows. */
	do
		next = by ? next - by : (next + 1) % REPLAY_ZOOMS;
	while (next >= 0 && next < REPLAY_ZOOM_WHOLE && zooms[next] >= whole);
	return next < 0 ? zoom : next > REPLAY_ZOOM_WHOLE ? REPLAY_ZOOM_WHOLE : next;
}

void replay_name(const char *journal, const char *given, char *to, size_t room)
{
	size_t length = strlen(journal), begin;
	while (length > 1 && journal[length - 1] == '/')
		length--;
	for (begin = length; begin > 0 && journal[begin - 1] != '/';)
		begin--;
	text_harmless(given ? view_of(given) : (struct view){journal + begin, length - begin}, to, room);
}
