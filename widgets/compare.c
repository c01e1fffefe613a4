#include "widgets/compare.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/words.h"
#include "tui/format.h"
#include "widgets/parts.h"

static void difference_text(const struct metric *metric, double difference, char *to, size_t room)
{
	const double size = fabs(difference);
	const bool is_ratio = metric->unit == UNIT_RATIO;
	char text[32];
	if (metric->unit == UNIT_DURATION)
		format_duration((int64_t)llround(size * 1000), text, sizeof text);
	else if (metric->unit == UNIT_SCORE)
		format_decimal(size, 1, text, sizeof text);
	else
		format_count(llround(is_ratio ? size * 100 : size), text, sizeof text);
	/* What rounds to nothing has no direction. */
	const double least = is_ratio ? 0.005 : metric->unit == UNIT_SCORE ? 0.05 : 0.5;
	snprintf(to, room, "%s%s%s", size < least ? "\u00B1" : difference < 0 ? "\u2212" : "+", text, is_ratio ? _(" pt") : "");
}

void compare_text(const struct snapshot *snapshot, const char *metric, bool is_brief, char *to, size_t room)
{
	const int index = metric_find(metric);
	char difference[48], then[48];
	*to = 0;
	if (!snapshot->other || index < 0)
		return;
	const struct figure *now = &snapshot->figures[index], *other = &snapshot->other->figures[index];
	figure_text(metric, other, true, then, sizeof then);
	if (!now->known || !other->known) {
		snprintf(to, room, _("%s then"), then);
		return;
	}
	difference_text(&metrics[index], figure_value(&metrics[index], now) - figure_value(&metrics[index], other), difference, sizeof difference);
	snprintf(to, room, "%s \u00B7 %s%s", difference, then, is_brief ? "" : _(" then"));
}
