#include "widgets/placing.h"

#include <stdlib.h>

#define AXIS_MOST 12 /* rows of a page, widgets of a row */
_Static_assert(LAYOUT_ROWS_MOST <= AXIS_MOST && LAYOUT_WIDGETS_MOST <= AXIS_MOST, "all fit");

/* One row's height, or one widget's width. */
struct piece_of {
	int shares; /* 0: exactly `least` */
	int least;
	int size;
};

/* Who gets less than he needs by his shares gets that, and the others share the rest; what cannot be divided goes to the first ones. */
static void share_out(struct piece_of *pieces, int count, int room)
{
	bool is_set[AXIS_MOST] = {false}, again = true;
	for (int i = 0; i < count; i++) {
		is_set[i] = pieces[i].shares == 0;
		pieces[i].size = pieces[i].least;
	}
	while (again) {
		int rest = room, shares = 0, given = 0;
		again = false;
		for (int i = 0; i < count; i++) {
			rest -= is_set[i] ? pieces[i].size : 0;
			shares += is_set[i] ? 0 : pieces[i].shares;
		}
		for (int i = 0; i < count && shares; i++) {
			if (is_set[i])
				continue;
			pieces[i].size = rest * pieces[i].shares / shares;
			given += pieces[i].size;
			if (pieces[i].size < pieces[i].least) {
				pieces[i].size = pieces[i].least;
				is_set[i] = again = true;
				break;
			}
		}
		for (int i = 0; i < count && shares && !again && given < rest; i++) {
			pieces[i].size += !is_set[i];
			given += !is_set[i];
		}
	}
}

/* How many of them fit, from the first on. */
static int fitting(const struct piece_of *pieces, int count, int room)
{
	int fits = 0;
	for (int used = 0; fits < count && used + pieces[fits].least <= room; fits++)
		used += pieces[fits].least;
	return fits;
}

static int least_width(const struct layout_widget *widget)
{
	const struct widget_class *class = widget_of_kind(widget->kind);
	return widget->min_width ? widget->min_width : class ? class->min_width : 1;
}

static int least_height(const struct layout_widget *widget)
{
	const struct widget_class *class = widget_of_kind(widget->kind);
	return widget->min_height ? widget->min_height : class ? class->min_height : 1;
}

static struct piece_of row_needs(const struct layout_row *row)
{
	struct piece_of piece = {.shares = row->lines ? 0 : row->height, .least = row->lines};
	for (int i = 0; i < row->widget_count && !row->lines; i++) {
		const int needs = least_height(&row->widgets[i]);
		piece.least = needs > piece.least ? needs : piece.least;
	}
	return piece;
}

static void place_row(struct placing *placing, const struct layout_row *row, int first, struct rect rect, bool is_first)
{
	struct piece_of pieces[AXIS_MOST];
	int count = 0;
	for (; count < row->widget_count; count++)
		pieces[count] = (struct piece_of){.shares = row->widgets[count].span, .least = least_width(&row->widgets[count])};
	int fits = fitting(pieces, count, rect.width);
	if (fits == 0 && is_first && rect.width > 0) { /* something is better than nothing */
		pieces[0].least = rect.width;
		fits = 1;
	}
	share_out(pieces, fits, rect.width);
	for (int i = 0, x = rect.x; i < fits; x += pieces[i++].size) {
		if (!is_first && row->lines && least_height(&row->widgets[i]) > rect.height)
			continue;
		placing->rects[first + i] = (struct rect){x, rect.y, pieces[i].size, rect.height};
	}
}

struct placing placing_make(const struct layout_page *page, struct rect body)
{
	struct placing placing = {.count = 0};
	struct piece_of rows[AXIS_MOST];
	for (int i = 0; i < page->row_count; i++)
		rows[i] = row_needs(&page->rows[i]);
	int fits = fitting(rows, page->row_count, body.height);
	if (fits == 0 && body.height > 0 && page->row_count > 0) {
		rows[0].least = body.height;
		fits = 1;
	}
	share_out(rows, fits, body.height);
	for (int i = 0, y = body.y; i < page->row_count; i++) {
		if (i < fits) {
			place_row(&placing, &page->rows[i], placing.count, (struct rect){body.x, y, body.width, rows[i].size}, i == 0);
			y += rows[i].size;
		}
		placing.count += page->rows[i].widget_count;
	}
	for (int i = 0; i < placing.count; i++)
		placing.left_out += placing.rects[i].width == 0;
	return placing;
}

const struct layout_widget *placing_widget(const struct layout_page *page, int number)
{
	for (int i = 0; number >= 0 && i < page->row_count; number -= page->rows[i++].widget_count)
		if (number < page->rows[i].widget_count)
			return &page->rows[i].widgets[number];
	return NULL;
}

int placing_next(const struct placing *placing, int number, int by)
{
	int next = number < 0 && by < 0 ? placing->count - 1 : number + by;
	while (next >= 0 && next < placing->count && placing->rects[next].width == 0)
		next += by;
	return next >= 0 && next < placing->count ? next : -1;
}

/* How far `to` is, going that way: a line counts as eight cells: they are higher than wide, and rows belong together. */
static int distance(struct rect from, struct rect to, int x, int y)
{
	const int across = to.x + to.width / 2 - from.x - from.width / 2, down = to.y + to.height / 2 - from.y - from.height / 2;
	const bool is_that_way = x ? (x > 0 ? to.x >= from.x + from.width : to.x + to.width <= from.x)
				   : (y > 0 ? to.y >= from.y + from.height : to.y + to.height <= from.y);
	return is_that_way ? (x ? abs(across) + 8 * abs(down) : 8 * abs(down) + abs(across)) : -1;
}

int placing_beside(const struct placing *placing, int number, int x, int y)
{
	int best = -1, least = 0;
	if (number < 0 || number >= placing->count)
		return -1;
	for (int i = 0; i < placing->count; i++) {
		const int far = placing->rects[i].width ? distance(placing->rects[number], placing->rects[i], x, y) : -1;
		if (far < 0 || (best >= 0 && far >= least))
			continue;
		best = i;
		least = far;
	}
	return best;
}
