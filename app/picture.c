#include <string.h>

#include "app/picture.h"
#include "tui/console.h"
#include "widgets/wall.h"

#define LEAST_WIDTH 40 /* below, a cell counts more than what may burn in */
#define LEAST_HEIGHT 12

static void fit(struct canvas **canvas, int width, int height)
{
	if (*canvas && (*canvas)->width == width && (*canvas)->height == height)
		return;
	canvas_destroy(*canvas);
	*canvas = canvas_create(width, height);
}

struct canvas *picture_canvas(struct picture *picture, int width, int height)
{
	const bool shifts = picture->wall && width >= LEAST_WIDTH && height >= LEAST_HEIGHT;
	fit(&picture->drawn, width - (shifts ? 1 : 0), height - (shifts ? 1 : 0));
	if (shifts) {
		fit(&picture->hung, width, height);
	} else {
		canvas_destroy(picture->hung);
		picture->hung = NULL;
	}
	return picture->drawn;
}

const struct canvas *picture_hang(struct picture *picture, int64_t now)
{
	if (picture->console)
		console_fold(picture->drawn);
	if (!picture->hung)
		return picture->drawn;
	wall_shift(now, &picture->x, &picture->y);
	canvas_clear(picture->hung, ROLE_TEXT);
	for (int y = 0; y < picture->drawn->height; y++)
		memcpy(canvas_cell(picture->hung, picture->x, picture->y + y), canvas_cell(picture->drawn, 0, y),
			(size_t)picture->drawn->width * sizeof *picture->drawn->cells);
	return picture->hung;
}

void picture_release(struct picture *picture)
{
	canvas_destroy(picture->drawn);
	canvas_destroy(picture->hung);
	picture->drawn = picture->hung = NULL;
}
