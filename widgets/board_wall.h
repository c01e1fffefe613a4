/* A board as a wall: its pages turn by themselves. For the files of widgets/ only; others: board_wall_turn() and board_wall_touched() of board.h. */
#ifndef WIDGETS_BOARD_WALL_H
#define WIDGETS_BOARD_WALL_H

#include "widgets/board.h"
#include "widgets/wall.h"

struct board_wall;

struct board_wall *board_wall_create(const struct settings *settings);
void board_wall_destroy(struct board_wall *wall);
/* The board's settings have changed. */
void board_wall_reload(struct board *board);
/* Pages turn: what stands is the wall's; false for a minute after a key, when it is the desk's. */
bool board_wall_stands(const struct board *board);
/* Everything but the header. */
void board_wall_draw(struct board *board, const struct snapshot *snapshot, struct widget_view view);

#endif
