/* The tile of a configuration's page. For the files of widgets/ only. */
#ifndef WIDGETS_TILE_KIND_H
#define WIDGETS_TILE_KIND_H

#include "widgets/widget.h"

#define TILE_HELP "one figure in big digits, with its target, how it went (an hour, a day, a week, by the window) and what it rests on"

extern const struct layout_kind tile_kind;
int tile_asks(const struct widget_view *view, struct snapshot_ask *to, int room);
bool tile_evidence(const struct snapshot *snapshot, const struct widget_view *view, struct proof_request *request);
void tile_draw_own(const struct snapshot *snapshot, const struct widget_view *view);

#endif
