#include "store/explain.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/instant.h"
#include "base/memory.h"
#include "base/words.h"
#include "metrics/forecast.h"
#include "metrics/lists_feeds.h"
#include "metrics/query.h"

#define HOLES_MOST 200

struct telling {
	struct life *life;
	size_t room;
	int64_t now;
};

/* at 0: of no instant. */
static void tell(struct telling *telling, int64_t at, const char *what, const char *format, ...) __attribute__((format(printf, 4, 5)));
static void tell(struct telling *telling, int64_t at, const char *what, const char *format, ...)
{
	struct life *life = telling->life;
	life->events = memory_grow(life->events, &telling->room, life->count + 1, sizeof *life->events);
	struct life_event *event = &life->events[life->count++];
	*event = (struct life_event){.at = at, .recv = telling->now};
	snprintf(event->what, sizeof event->what, "%s", what);
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(event->detail, sizeof event->detail, format, arguments);
	va_end(arguments);
}

/* ---- a feed ---- */

static void explain_feed(struct telling *telling, const struct engine *engine, int feed)
{
	struct list_feed_fault faults[FAULT_COUNT];
	struct list_hole *holes = memory_new(HOLES_MOST, sizeof *holes);
	const int count = list_feed_faults(engine, feed, faults, FAULT_COUNT), hole_count = list_feed_holes(engine, feed, holes, HOLES_MOST);
	for (int i = 0; i < count; i++) {
		const struct list_feed_fault *fault = &faults[i];
		const char *last = fault->at ? _("; the last: ") : "", *gap = *fault->type && *fault->about ? ", " : "";
		tell(telling, fault->at, words_of("fault", feed_fault_names[fault->fault]), "%" PRIu64 " \u00D7 %s%s%s%s%s", fault->count,
			_(feed_fault_helps[fault->fault]), last, fault->type, gap, fault->about);
	}
	for (int i = 0; i < hole_count; i++)
		tell(telling, holes[i].since == INSTANT_NONE ? 0 : holes[i].since, _("hole"),
			_("%" PRIu64 " to %" PRIu64 " of %s are missing (%" PRIu64 " events)"), holes[i].from, holes[i].to, holes[i].src, holes[i].to - holes[i].from + 1);
	free(holes);
	if (!count && !hole_count)
		tell(telling, 0, _("nothing wrong"), _("no fault was counted and nothing is missing"));
}

/* ---- a forecast ---- */

static void explain_week(struct telling *telling, const struct forecast_reason *reason, int week)
{
	const struct forecast_week *past = &reason->past[week];
	char what[32];
	snprintf(what, sizeof what, week ? _("%d weeks before") : _("%d week before"), week + 1);
	if (isnan(past->came))
		tell(telling, past->from, what, _("no example: not known, or a day on which nothing came although something did in another week"));
	else
		tell(telling, past->from, what, _("%.0f came, times %.2f to the level of the last week is %.1f, weight %d"), past->came, past->level,
			past->came * past->level, past->weight);
}

static void explain_forecast(struct telling *telling, const struct engine *engine, struct scope scope, int64_t from)
{
	struct query *query = memory_new(1, sizeof *query);
	struct forecast_reason reason;
	struct forecast forecast;
	query_run(query, engine, scope, WINDOW_NOW, BY_OUTCOME, SL_FORMULA_SL2SV, false);
	forecast_of(&forecast, query);
	free(query);
	forecast_explain(&reason, engine, scope, query_day_after(engine) + 1, from, from + FORECAST_STEP);
	if (reason.closed) {
		tell(telling, from, _("closed"), _("by the calendars of queues and markets nobody is at work then: nothing is expected"));
		return;
	}
	for (int week = 0; week < reason.weeks; week++)
		explain_week(telling, &reason, week);
	if (!reason.weeks || isnan(reason.expected)) {
		tell(telling, from, _("no forecast"), _("the same half hour of a past week is not known"));
		return;
	}
	const bool today = from + FORECAST_STEP > engine_now(engine) && from < forecast.next_day;
	tell(telling, 0, _("mean"), _("%.1f, by these weights"), reason.mean);
	tell(telling, 0, _("smoothed"), _("%.1f, with the quarter hours within half an hour around (1 2 3 2 1)"), reason.smoothed);
	tell(telling, 0, _("drift"), _("times %.2f, the root of (last week / week before)"), reason.drift);
	if (today)
		tell(telling, 0, _("today"), _("times %.2f: (%.0f came + 100) / (%.0f expected so far + 100)"), forecast.today, forecast.so_far,
			forecast.expected_so_far);
	tell(telling, from, _("expected"), "%.1f", reason.expected * (today ? forecast.today : 1));
	if (today && forecast.handle > 0)
		tell(telling, 0, _("agents"), _("mean handling %.0f s, target %.0f s, %s"), (double)forecast.handle / 1000, (double)forecast.target / 1000,
			forecast.patience > 0 ? _("Erlang A") : _("Erlang C"));
}

void explain(const struct engine *engine, const struct proof_request *request, struct scope scope, struct life *life)
{
	struct telling telling = {.life = life, .now = engine_now(engine)};
	if (engine_now(engine) == INSTANT_NONE)
		return;
	if (request->about == PROOF_FEED)
		explain_feed(&telling, engine, request->feed);
	else
		explain_forecast(&telling, engine, scope, request->around);
}
