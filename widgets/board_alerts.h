/* What somebody does about an alert: the one under the cursor of its page or of the panel; elsewhere the newest that nobody has answered. For
 * board.c and the files of its keys only. */
#ifndef WIDGETS_BOARD_ALERTS_H
#define WIDGETS_BOARD_ALERTS_H

#include "widgets/board_state.h"

enum board_action alerts_answer(struct board *board, const struct snapshot *snapshot, int key);
enum board_action alerts_undo(struct board *board, const struct snapshot *snapshot, int key);
enum board_action alerts_answer_until(struct board *board, const struct snapshot *snapshot, int key); /* opens the line for a time */
/* While that line is open every key is the line's. */
enum board_action alerts_entry_key(struct board *board, const struct snapshot *snapshot, int key);
/* What became of it. */
void alerts_hear(struct board *board, const struct snapshot *snapshot);

#endif
