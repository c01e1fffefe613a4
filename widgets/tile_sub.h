/* The line under each figure of the overview: see tile_infos[]. */
#ifndef WIDGETS_TILE_SUB_H
#define WIDGETS_TILE_SUB_H

#include "store/snapshot.h"

/* "+9 vs last Sun", "−2 pt vs yesterday"; false and "": it cannot be compared. */
bool compared_text(const struct snapshot *snapshot, const char *metric, enum comparison comparison, char *to, size_t room);

void sub_depth(const struct snapshot *snapshot, char *to, size_t room);
void sub_longest(const struct snapshot *snapshot, char *to, size_t room);
void sub_service_level(const struct snapshot *snapshot, char *to, size_t room);
void sub_breached(const struct snapshot *snapshot, char *to, size_t room);
void sub_aht(const struct snapshot *snapshot, char *to, size_t room);
void sub_fcr(const struct snapshot *snapshot, char *to, size_t room);
void sub_csat(const struct snapshot *snapshot, char *to, size_t room);
void sub_rude(const struct snapshot *snapshot, char *to, size_t room);

#endif
