/* What a board remembers of its user: $XDG_STATE_HOME/tablo/board.state, or ~/.local/state/tablo/board.state, for him alone. */
#ifndef APP_BOARD_MEMORY_H
#define APP_BOARD_MEMORY_H

#include <stdbool.h>

/* True once for each user: nobody has seen the hints yet, and now it is written down that somebody has. False where it cannot be written: better
 * no hints than the same ones at every start. */
bool board_memory_first(void);

#endif
