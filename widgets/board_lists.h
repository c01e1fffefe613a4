/* Keys that put the list under the cursor in order or narrow it down. For board.c and the files of its keys only. */
#ifndef WIDGETS_BOARD_LISTS_H
#define WIDGETS_BOARD_LISTS_H

#include "widgets/board_state.h"

/* The list that holds the cursor of a page on a digit, or its first one where there is no row; NULL: the page has no list. */
const struct list_class *lists_here(const struct board *board, const struct snapshot *snapshot);

/* Of the table of keys. */
enum board_action lists_sort(struct board *board, const struct snapshot *snapshot, int key);
enum board_action lists_turn(struct board *board, const struct snapshot *snapshot, int key);
enum board_action lists_find(struct board *board, const struct snapshot *snapshot, int key); /* opens the line to type in */
/* While that line is open every key is the line's; the list narrows as one types. */
enum board_action lists_entry_key(struct board *board, const struct snapshot *snapshot, int key);
/* True: the list here was narrowed down and is whole again. */
bool lists_widen(struct board *board, const struct snapshot *snapshot);

#endif
