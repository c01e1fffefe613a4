/* What stands below every page of a wall: the alert that is held, that the figures are old, announcements or the page's title; what time it
 * is, and which page of how many. For the files of widgets/ only. */
#ifndef WIDGETS_WALL_BAND_H
#define WIDGETS_WALL_BAND_H

#include "widgets/widget.h"

struct wall_band {
	const char *title;
	const struct list_alert *held; /* NULL: none */
	int held_count;
	int number, count; /* of pages; count 0: not said */
};

int wall_band_height(const struct snapshot *snapshot, int width, int height);
void wall_band_draw(const struct snapshot *snapshot, const struct widget_view *view, const struct wall_band *band);

#endif
