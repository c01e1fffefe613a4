/* The eight figures of the overview. One table says which, what stands beside each, and in which order. */
#ifndef WIDGETS_TILE_H
#define WIDGETS_TILE_H

#include "widgets/widget.h"

#define TILE_COUNT 8

struct tile_info {
	const char *metric;
	const char *title, *short_title; /* short: at most 10 cells */
	/* The line under the figure; leaves "" where there is nothing to say. */
	void (*sub)(const struct snapshot *snapshot, char *to, size_t room);
};

extern const struct tile_info tile_infos[TILE_COUNT];
const struct tile_info *tile_find(const char *metric); /* or NULL */
/* "≤ 15", "≤ 3:00", "80 % in 20 s"; "" where there is no target. */
void tile_target(const struct snapshot *snapshot, const char *metric, char *to, size_t room);
/* The short title with what belongs to it: "SL2sv 20s", "CSAT n187". */
void tile_label(const struct snapshot *snapshot, const struct tile_info *tile, char *to, size_t room);
/* The full page of one figure: what it means and what it rests on. */
void tile_detail(const struct snapshot *snapshot, const struct widget_view *view);


#endif
