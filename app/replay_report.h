/* The report of the span that a replay shows, into a file. */
#ifndef APP_REPLAY_REPORT_H
#define APP_REPLAY_REPORT_H

#include "app/replay_span.h"
#include "replay/chronicle.h"

struct replay_source {
	const char *journal, *name; /* the directory, and what it is called */
	const struct settings *settings;
	const struct zone *zone;
	struct chronicle *chronicle; /* of the whole journal */
};
/* One page of HTML. `path` is relative to where the program was started, and no file is written over. False: why not. */
bool replay_report_write(const struct replay_source *source, const struct replay_span *span, const char *path, struct error *err);

#endif
