#include "widgets/board_forecast.h"

#include "widgets/board_state.h"

#define PERCENT_STEP 5
#define PERCENT_LEAST (-95) /* nothing at all is no question of staffing */
#define PERCENT_MOST 400
#define AGENTS_MOST 999

static void move(int *value, int by, int least, int most)
{
	const int moved = *value + by;
	*value = moved < least ? least : moved > most ? most : moved;
}

enum board_action forecast_key(struct board *board, const struct snapshot *snapshot, int key)
{
	struct what_if *change = &board->request.what_if;
	(void)snapshot;
	switch (key) {
	case '+':
	case '-':
		move(&change->agents, key == '+' ? 1 : -1, -AGENTS_MOST, AGENTS_MOST);
		break;
	case '<':
	case '>':
		move(&change->arrivals_percent, key == '>' ? PERCENT_STEP : -PERCENT_STEP, PERCENT_LEAST, PERCENT_MOST);
		break;
	case '(':
	case ')':
		move(&change->handle_percent, key == ')' ? PERCENT_STEP : -PERCENT_STEP, PERCENT_LEAST, PERCENT_MOST);
		break;
	default:
		*change = (struct what_if){0};
	}
	return BOARD_REQUEST;
}
