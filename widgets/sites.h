/* How the sites of a board over several are, in few words: for the header, and as a table on the page of feeds. */
#ifndef WIDGETS_SITES_H
#define WIDGETS_SITES_H

#include "widgets/link.h"
#include "widgets/widget.h"

/* Fills role, mark and text; false: the board shows one site. */
bool sites_summarise(const struct snapshot *snapshot, struct link_summary *summary);
/* " · 2 of 3 sites" where some are missing in the figures; else "". */
void sites_share_text(const struct snapshot *snapshot, char *to, size_t room);
/* Which sites are waited for, and what one of them wants somebody to do. */
void sites_waiting_text(const struct snapshot *snapshot, char *to, size_t room);
/* Lines the table wants, its frame included; 0: one site. */
int sites_height(const struct snapshot *snapshot);
void sites_draw(const struct snapshot *snapshot, const struct widget_view *view);

#endif
