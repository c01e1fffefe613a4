/* What the keys of a replay do: wishes for the player, a line to type in, the list of marks. For board.c and board_keys.c only. */
#ifndef WIDGETS_BOARD_REPLAY_H
#define WIDGETS_BOARD_REPLAY_H

#include "widgets/board_state.h"

enum board_action replay_pause(struct board *board, const struct snapshot *snapshot, int key);
enum board_action replay_move(struct board *board, const struct snapshot *snapshot, int key);
enum board_action replay_step(struct board *board, const struct snapshot *snapshot, int key);
enum board_action replay_speed(struct board *board, const struct snapshot *snapshot, int key);
enum board_action replay_incident(struct board *board, const struct snapshot *snapshot, int key);
enum board_action replay_end(struct board *board, const struct snapshot *snapshot, int key);
enum board_action replay_zoom(struct board *board, const struct snapshot *snapshot, int key);
enum board_action replay_compare(struct board *board, const struct snapshot *snapshot, int key);
enum board_action replay_type(struct board *board, const struct snapshot *snapshot, int key); /* opens the line for a time, a mark, a report's file */
enum board_action replay_marks(struct board *board, const struct snapshot *snapshot, int key);
/* On the list of marks: up and down, Enter. */
enum board_action replay_mark_key(struct board *board, const struct snapshot *snapshot, int key);
/* While the line is open every key is the line's. */
enum board_action replay_entry_key(struct board *board, const struct snapshot *snapshot, int key);
/* A click on the timeline goes there. */
enum board_action replay_click(struct board *board, const struct snapshot *snapshot, int x, int y);

#endif
