#include <stddef.h>

#include "widgets/classes.h"

const struct widget_class *const widget_classes[] = {
	&tile_class, &queues_class, &conduct_class, &alerts_class, &due_class, &learning_class, &feeds_class, &timeline_class,
	&ticker_class, &clocks_class,
	&gauge_class, &chart_class, &histogram_class, &heatmap_class, &table_class, &ladder_class, &countdown_class, &agents_class, &text_class, NULL,
};

const struct layout_kind *widget_kind(int index)
{
	for (const struct widget_class *const *class = widget_classes; *class; class++)
		if ((*class)->kind && index-- == 0)
			return (*class)->kind;
	return NULL;
}

const struct widget_class *widget_of_kind(const struct layout_kind *kind)
{
	for (const struct widget_class *const *class = widget_classes; *class; class++)
		if ((*class)->kind == kind)
			return *class;
	return NULL;
}
