/* A picture on its way from the board to the screen: on a wall it moves by a cell now and then, so that nothing burns in, and on the console
 * of Linux its signs become those the font has. */
#ifndef APP_PICTURE_H
#define APP_PICTURE_H

#include "tui/canvas.h"

struct picture {
	bool wall, console; /* set by the caller, the rest is the picture's */
	struct canvas *drawn, *hung; /* hung: of the screen's size; NULL where drawn is */
	int x, y; /* where it hung last */
};

/* The canvas to draw on, for a screen of this size: on a wall a cell smaller each way, so that the layout never changes with the shift. */
struct canvas *picture_canvas(struct picture *picture, int width, int height);
/* What the screen shows of it; the picture's own. now: monotonic ms. */
const struct canvas *picture_hang(struct picture *picture, int64_t now);
void picture_release(struct picture *picture);

#endif
