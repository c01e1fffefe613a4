#include "app/read_through.h"

#include "app/progress.h"

bool read_through(struct chronicle *chronicle, const struct player_span *span, struct error *err)
{
	for (;;) {
		const struct chronicle_look look = chronicle_enter(chronicle);
		const int64_t passed = look.now == INT64_MIN ? 0 : look.now - span->from, length = span->to - span->from;
		const bool done = look.done;
		const uint64_t events = look.events;
		chronicle_leave(chronicle);
		progress_show("reading the journal", "events", length > 0 ? (int)(passed * 1000 / length) : -1, events);
		if (done)
			break;
		chronicle_pause(chronicle, 100);
	}
	progress_done();
	return chronicle_wait(chronicle, err);
}
