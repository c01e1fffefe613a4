/* The line of commands: what a board can do, from the tables of pages, keys, windows, formulas and what can be filtered by. For board.c and the
 * files of its keys only. */
#ifndef WIDGETS_BOARD_PALETTE_H
#define WIDGETS_BOARD_PALETTE_H

#include "widgets/board_state.h"

enum board_action palette_open(struct board *board, const struct snapshot *snapshot, int key);
/* While that line is open every key is the line's. */
enum board_action palette_entry_key(struct board *board, const struct snapshot *snapshot, int key);

#endif
