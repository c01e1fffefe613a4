/* What the board is narrowed down to, as chips in a bar under the header: "queue Billing x  channel chat x". */
#ifndef WIDGETS_CHIPS_H
#define WIDGETS_CHIPS_H

#include "widgets/widget.h"

#define CHIP_SITE SCOPE_PARTS /* after what a scope can name */
#define CHIP_COUNT (SCOPE_PARTS + 1)
#define CHIP_LAST (-1)

/* Where they stood in the last picture. */
struct chips {
	int count, chip[CHIP_COUNT];
	struct rect rects[CHIP_COUNT];
};

bool chips_any(const struct snapshot_request *request);
/* Takes one off, or the one at the right; false: there was none. */
bool chips_take_off(struct snapshot_request *request, int chip);
/* Into view->rect, and where each stands; nothing where that has no height. */
void chips_draw(const struct snapshot *snapshot, const struct widget_view *view, struct chips *seen);
/* The chip at this place of the last picture; CHIP_LAST: there is none. */
int chips_at(const struct chips *seen, int x, int y);

#endif
