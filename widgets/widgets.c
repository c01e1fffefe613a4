#include <stddef.h>

#include "widgets/classes.h"

const struct widget_class *const widget_classes[] = {
	&tile_class, &queues_class, &conduct_class, &alerts_class, &due_class, &learning_class, &feeds_class, &timeline_class, NULL,
};
