/* Where the cursor goes: from page to page, among tiles and panels, through lists. For board_keys.c only. */
#ifndef WIDGETS_BOARD_MOVE_H
#define WIDGETS_BOARD_MOVE_H

#include "widgets/board_state.h"

/* Another list may have to be gathered for the page. */
enum board_action move_to(struct board *board, enum board_page page);
/* Of the page in lines, for a list as high as it. */
int move_page_length(const struct board *board);

/* Of the table of keys. */
enum board_action move_next_focus(struct board *board, const struct snapshot *snapshot, int key);
enum board_action move_previous_focus(struct board *board, const struct snapshot *snapshot, int key);
/* Among the tiles up and down go by a row of them; in a list they scroll. */
enum board_action move_arrow(struct board *board, const struct snapshot *snapshot, int key);
enum board_action move_sideways(struct board *board, const struct snapshot *snapshot, int key);
enum board_action move_page(struct board *board, const struct snapshot *snapshot, int key);
enum board_action move_jump(struct board *board, const struct snapshot *snapshot, int key);
enum board_action move_wheel(struct board *board, const struct snapshot *snapshot, int key);

#endif
