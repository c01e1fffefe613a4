/* Clocks of several zones, as large as fit. For the files of widgets/ only. */
#ifndef WIDGETS_CLOCKS_H
#define WIDGETS_CLOCKS_H

#include "widgets/widget.h"

struct clock_face {
	const char *name;
	const struct zone *zone;
};

/* The first one is that of the site: of others it is said where it is another day already, or still. */
void clocks_draw(const struct snapshot *snapshot, const struct widget_view *view, const struct clock_face *faces, int count);
/* "America/Sao_Paulo" -> "Sao Paulo" */
void clocks_name(const char *zone, char *to, size_t room);

#endif
