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
/* The same as a number, as people write it (s, %, counts); NAN: none. And written: "3:00", "80 %". */
double tile_limit(const struct snapshot *snapshot, int metric);
void tile_limit_text(const struct metric *metric, double limit, char *to, size_t room);
/* The short title with what belongs to it: "SL2sv 20s", "CSAT n187". */
void tile_label(const struct snapshot *snapshot, const struct tile_info *tile, char *to, size_t room);
/* The widest writing of the figure that fits into the rectangle; returns the rows used. */
int tile_figure(const struct widget_view *view, struct rect rect, const char *metric, const struct figure *figure);
/* A mark at the end of the top border says what the border's colour says. */
void tile_mark(const struct widget_view *view, enum level level);
/* The full page of one figure: what it means and what it rests on. */
void tile_detail(const struct snapshot *snapshot, const struct widget_view *view);


#endif
