/* The page of one contact's or case's life: every event about it, one below the other. */
#ifndef WIDGETS_LIFE_H
#define WIDGETS_LIFE_H

#include "widgets/widget.h"

/* Events to scroll through. proof: NULL while it is gathered. */
int life_lines(const struct proof *proof);
/* subject: whose; view->scroll: the first event shown. */
void life_draw(const struct snapshot *snapshot, const struct proof *proof, const char *subject, const struct widget_view *view);

#endif
