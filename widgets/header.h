/* The first line of every page: what is shown, whether it is live, and what time it is. */
#ifndef WIDGETS_HEADER_H
#define WIDGETS_HEADER_H

#include "widgets/widget.h"

#define HEADER_CLOCKS 4

/* Clocks of other offices, opened once. */
struct header_clocks {
	struct zone *zones[HEADER_CLOCKS];
	char names[HEADER_CLOCKS][32]; /* "São Paulo" */
	int count;
};

/* Zones that do not exist are left out: `check` names them. */
void header_clocks_open(struct header_clocks *clocks, const struct settings *settings);
void header_clocks_close(struct header_clocks *clocks);
void header_draw(const struct snapshot *snapshot, const struct widget_view *view, const struct header_clocks *clocks);

#endif
