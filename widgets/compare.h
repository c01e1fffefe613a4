/* A figure beside what it was at the time a replay compares with. */
#ifndef WIDGETS_COMPARE_H
#define WIDGETS_COMPARE_H

#include "store/snapshot.h"

/* "+9 · 14 then", "−2 pt · 88 % then", in brief "+9 · 14"; "" where nothing is compared. */
void compare_text(const struct snapshot *snapshot, const char *metric, bool is_brief, char *to, size_t room);

#endif
