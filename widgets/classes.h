/* Every widget that can stand on a page; widget_classes[] lists them. */
#ifndef WIDGETS_CLASSES_H
#define WIDGETS_CLASSES_H

#include "widgets/widget.h"

extern const struct widget_class tile_class, queues_class, conduct_class, alerts_class, due_class, learning_class, feeds_class, timeline_class;

#endif
