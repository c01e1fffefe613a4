#include "widgets/pages.h"

int page_rows(const struct page_class *class, const struct snapshot *snapshot)
{
	if (class->sections)
		return sections_rows(class->sections, snapshot);
	return class->rows ? class->rows(snapshot) : 0;
}

bool page_chooses(const struct page_class *class)
{
	return class->sections || class->evidence;
}

bool page_evidence(const struct page_class *class, const struct snapshot *snapshot, int row, struct proof_request *request)
{
	if (class->sections)
		return sections_evidence(class->sections, snapshot, row, request);
	return class->evidence && class->evidence(snapshot, row, request);
}

void page_draw(const struct page_class *class, const struct snapshot *snapshot, const struct widget_view *view)
{
	if (class->sections)
		sections_draw(class->sections, snapshot, view);
	else
		class->draw(snapshot, view);
}
