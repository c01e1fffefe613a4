#include "widgets/pages.h"

const struct list_class *page_list(const struct page_class *class, int index)
{
	if (class->sections)
		return class->sections[index].list;
	return class->lists_shown ? class->lists_shown[index] : NULL;
}

bool page_place(const struct page_class *class, const struct snapshot *snapshot, const struct list_states *states, int row, struct page_place *place)
{
	*place = (struct page_place){.list = NULL};
	for (int i = 0; page_list(class, i); i++) {
		const struct list_class *list = page_list(class, i);
		const int count = list_count(list, snapshot, states);
		if (row >= 0 && row < place->begin + count) {
			place->list = list;
			place->index = i;
			place->row = list_row(list, snapshot, states, row - place->begin);
			return place->row >= 0;
		}
		place->begin += count;
		place->before += list->count(snapshot);
	}
	return false;
}

int page_rows(const struct page_class *class, const struct snapshot *snapshot, const struct list_states *states)
{
	int rows = 0;
	if (!page_list(class, 0))
		return class->rows ? class->rows(snapshot) : 0;
	for (int i = 0; page_list(class, i); i++)
		rows += list_count(page_list(class, i), snapshot, states);
	return rows;
}

bool page_chooses(const struct page_class *class)
{
	return class->sections || class->evidence;
}

bool page_evidence(const struct page_class *class, const struct snapshot *snapshot, const struct list_states *states, int row,
	struct proof_request *request)
{
	struct page_place place = {.row = row};
	if (page_list(class, 0) && !page_place(class, snapshot, states, row, &place))
		return false;
	if (class->sections)
		return place.list->evidence && place.list->evidence(snapshot, place.row, request);
	return class->evidence && class->evidence(snapshot, place.before + place.row, request);
}

int page_market(const struct page_class *class, const struct snapshot *snapshot, const struct list_states *states, int row)
{
	struct page_place place;
	if (!page_place(class, snapshot, states, row, &place) || !place.list->market)
		return -1;
	return place.list->market(snapshot, place.row);
}

int page_beside(const struct page_class *class, const struct snapshot *snapshot, const struct list_states *states, int row, int by)
{
	struct page_place place;
	int starts[SECTIONS_MOST], count = 0, at = 0, start = 0;
	page_place(class, snapshot, states, row, &place);
	for (int i = 0; page_list(class, i) && count < SECTIONS_MOST; i++) {
		const int rows = list_count(page_list(class, i), snapshot, states);
		if (i == place.index)
			at = count;
		if (rows)
			starts[count++] = start;
		start += rows;
	}
	at += by;
	return at >= 0 && at < count ? starts[at] : -1;
}

void page_draw(const struct page_class *class, const struct snapshot *snapshot, const struct widget_view *view)
{
	if (class->sections)
		sections_draw(class->sections, snapshot, view);
	else
		class->draw(snapshot, view);
}
