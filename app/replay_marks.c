#include "app/replay_marks.h"

#include <string.h>
#include <unistd.h>

#include "journal/marks.h"

void replay_marks_read(struct replay_marks *marks, const char *journal, const struct settings *settings)
{
	struct mark_list list;
	*marks = (struct replay_marks){.writable = access(journal, W_OK) == 0};
	if (marks_list_shown(journal, settings, &list, NULL)) {
		const size_t skipped = list.count > TIMELINE_MARKS_MOST ? list.count - TIMELINE_MARKS_MOST : 0;
		for (size_t i = skipped; i < list.count; i++) {
			struct timeline_mark *mark = &marks->marks[marks->count++];
			mark->at = list.marks[i].at;
			mark_line(&list.marks[i], mark->text);
		}
	}
	marks_finish(&list);
}

bool replay_marks_add(struct replay_marks *marks, const char *journal, const struct settings *settings, int64_t at, const char *text,
	struct error *err)
{
	char by[USER_ROOM];
	user_name(getuid(), by);
	if (!mark_add(journal, at, text, by, err))
		return false;
	replay_marks_read(marks, journal, settings);
	return true;
}
