/* Every widget that can stand on a page; widget_classes[] lists them. */
#ifndef WIDGETS_CLASSES_H
#define WIDGETS_CLASSES_H

#include "config/tables.h"
#include "widgets/widget.h"

extern const struct widget_class tile_class, queues_class, conduct_class, alerts_class, due_class, learning_class, feeds_class, timeline_class;
extern const struct widget_class ticker_class, clocks_class;
extern const struct widget_class gauge_class, chart_class, histogram_class, heatmap_class, table_class, ladder_class, countdown_class, agents_class, text_class;

/* A kind of which nothing can be set but what can be set of each; it lists what the page is of. */
#define PLAIN_KIND(name, help) {.table = &(const struct setting_table){name, "a name of its own", help, NULL, 0}, .size = sizeof(int), .of_page = true}

#endif
