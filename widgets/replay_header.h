/* The first line of a replay: in another colour, so that nobody takes it for the present. */
#ifndef WIDGETS_REPLAY_HEADER_H
#define WIDGETS_REPLAY_HEADER_H

#include "widgets/widget.h"

void replay_header_draw(const struct snapshot *snapshot, const struct widget_view *view);
/* "REPLAY 1999-08-01 11:00:00 paused" for pages of one line; the state in words. */
void replay_words(const struct snapshot *snapshot, char *to, size_t room);

#endif
