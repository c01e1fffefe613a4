/* From a key to what the table says it does. For the files of the board's keys only. */
#ifndef WIDGETS_BOARD_PRESS_H
#define WIDGETS_BOARD_PRESS_H

#include "widgets/board_state.h"

/* Keys of a mode are for its own pages; elsewhere the same key may mean what it always does. */
bool press_is_meant(const struct board *board, const struct snapshot *snapshot, const struct board_key_info *entry);

#endif
