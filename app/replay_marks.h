/* The marks of a journal, as a replay shows them. */
#ifndef APP_REPLAY_MARKS_H
#define APP_REPLAY_MARKS_H

#include "base/error.h"
#include "config/settings.h"
#include "store/timeline.h"

struct replay_marks {
	bool writable; /* the journal's directory can be written to */
	int count;
	struct timeline_mark marks[TIMELINE_MARKS_MOST]; /* ascending; the newest where there are more */
};

/* A journal whose marks cannot be read has none. */
void replay_marks_read(struct replay_marks *marks, const char *journal, const struct settings *settings);
bool replay_marks_add(struct replay_marks *marks, const char *journal, const struct settings *settings, int64_t at, const char *text,
	struct error *err);

#endif
