/* Keys that open a page, and the one that leads back. For board_keys.c only. */
#ifndef WIDGETS_BOARD_PAGES_H
#define WIDGETS_BOARD_PAGES_H

#include "widgets/board_state.h"

enum board_action pages_open(struct board *board, const struct snapshot *snapshot, int key);
enum board_action pages_back(struct board *board, const struct snapshot *snapshot, int key);
enum board_action pages_help(struct board *board, const struct snapshot *snapshot, int key);
enum board_action pages_feeds(struct board *board, const struct snapshot *snapshot, int key);
enum board_action pages_overview(struct board *board, const struct snapshot *snapshot, int key);
enum board_action pages_show(struct board *board, const struct snapshot *snapshot, int key);
enum board_action pages_filter(struct board *board, const struct snapshot *snapshot, int key);

#endif
