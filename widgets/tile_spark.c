#include "widgets/tile_spark.h"

#include "widgets/parts.h"

int tile_spark_fit(const int64_t *points, int count, int room, int64_t *fitted)
{
	const int cells = count < room ? count : room;
	for (int cell = 0; cell < cells; cell++) {
		const int first = cell * count / cells, end = (cell + 1) * count / cells;
		int64_t sum = 0, known = 0;
		for (int i = first; i < end; i++) {
			if (points[i] == INT64_MIN)
				continue;
			if (__builtin_add_overflow(sum, points[i], &sum)) /* whatever is told, it is only drawn */
				sum = points[i] < 0 ? INT64_MIN : INT64_MAX;
			known++;
		}
		fitted[cell] = known ? sum / known : INT64_MIN;
	}
	return cells > 0 ? cells : 0;
}

void tile_spark_points(const struct widget_view *view, const int64_t *points, int count, struct rect rect, int recent, enum role recent_role)
{
	int64_t fitted[SPARK_MOST];
	if (rect.width <= 0 || rect.height <= 0)
		return;
	count = tile_spark_fit(points, count, rect.width, fitted);
	glyphs_chart(view->glyphs, view->canvas, rect, fitted, count, recent, ROLE_SPARK, recent_role);
}

void tile_spark_draw(const struct snapshot *snapshot, const struct widget_view *view, const char *metric, struct rect rect, int recent, enum role recent_role)
{
	const int64_t *points = figure_is_told(snapshot, metric) ? snapshot_spark(snapshot, metric) : NULL;
	if (points && rect.width > 0)
		tile_spark_points(view, points, snapshot->span->count, rect, recent, recent_role);
}
