#include "widgets/tile_spark.h"

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

void tile_spark_draw(const struct snapshot *snapshot, const struct widget_view *view, const char *metric, struct rect rect, int recent, enum role recent_role)
{
	const int64_t *points = snapshot_spark(snapshot, metric);
	int64_t fitted[SPARK_MOST];
	if (!points || rect.width <= 0)
		return;
	const int count = tile_spark_fit(points, snapshot->span->count, rect.width, fitted);
	glyphs_chart(view->glyphs, view->canvas, rect, fitted, count, recent, ROLE_SPARK, recent_role);
}
