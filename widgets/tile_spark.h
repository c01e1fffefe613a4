/* How a tile's figure went over the span that belongs to the board's window. */
#ifndef WIDGETS_TILE_SPARK_H
#define WIDGETS_TILE_SPARK_H

#include "widgets/widget.h"

/* All points in at most `room` cells, a cell being the mean of what falls into it; returns how many. */
int tile_spark_fit(const int64_t *points, int count, int room, int64_t *fitted);
void tile_spark_points(const struct widget_view *view, const int64_t *points, int count, struct rect rect, int recent, enum role recent_role);
/* Fills the rectangle; nothing where nothing is known. */
void tile_spark_draw(const struct snapshot *snapshot, const struct widget_view *view, const char *metric, struct rect rect, int recent, enum role recent_role);

#endif
