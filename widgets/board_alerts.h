/* What the keys of the page of alerts do: what somebody does about the one under the cursor. For board_keys.c only. */
#ifndef WIDGETS_BOARD_ALERTS_H
#define WIDGETS_BOARD_ALERTS_H

#include "widgets/board_state.h"

enum board_action alerts_answer(struct board *board, const struct snapshot *snapshot, int key);
enum board_action alerts_answer_until(struct board *board, const struct snapshot *snapshot, int key); /* opens the line for a time */
/* While that line is open every key is the line's. */
enum board_action alerts_entry_key(struct board *board, const struct snapshot *snapshot, int key);

#endif
