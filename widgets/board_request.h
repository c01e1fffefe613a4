/* Keys that ask for other figures: another window, another way to count. For board_keys.c only. */
#ifndef WIDGETS_BOARD_REQUEST_H
#define WIDGETS_BOARD_REQUEST_H

#include "widgets/board_state.h"

enum board_action request_window(struct board *board, const struct snapshot *snapshot, int key);
enum board_action request_site(struct board *board, const struct snapshot *snapshot, int key);
enum board_action request_attribution(struct board *board, const struct snapshot *snapshot, int key);
enum board_action request_conduct(struct board *board, const struct snapshot *snapshot, int key);
enum board_action request_formula(struct board *board, const struct snapshot *snapshot, int key);
enum board_action request_widen(struct board *board, const struct snapshot *snapshot, int key); /* the last chip goes */
/* What was chosen in the filter is added to what is chosen already. */
enum board_action request_narrow(struct board *board, const struct filter_choice *choice);
/* Lists begin at their first line again. */
enum board_action request_scope_changed(struct board *board);

#endif
