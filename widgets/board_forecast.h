/* Keys of the page of forecasts. For the files of widgets/ only. */
#ifndef WIDGETS_BOARD_FORECAST_H
#define WIDGETS_BOARD_FORECAST_H

#include "widgets/board.h"

/* What if: one agent, 5 % of arrivals, 5 % of handling time more or less, or nothing changed. */
enum board_action forecast_key(struct board *board, const struct snapshot *snapshot, int key);

#endif
