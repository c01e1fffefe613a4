/* The page of the rows behind a figure: which of them, in which order, which one is under the cursor. */
#ifndef WIDGETS_EVIDENCE_H
#define WIDGETS_EVIDENCE_H

#include "widgets/widget.h"

enum evidence_sort { EVIDENCE_BY_TIME, EVIDENCE_BY_VALUE, EVIDENCE_BY_QUEUE, EVIDENCE_SORTS };

struct evidence_list {
	enum evidence_sort sort;
	bool turned;	 /* the other way round */
	char typed[120]; /* only rows with this in them; "" : all */
	int selected;	 /* among those shown */
	uint32_t *order; /* indexes of the rows shown */
	size_t count, room;
	/* What the order was made of. */
	int made_of;
	enum evidence_sort made_by;
	bool made_turned;
	char made_for[120];
};

void evidence_list_finish(struct evidence_list *list);
/* Nothing chosen, nothing typed. */
void evidence_list_begin(struct evidence_list *list);
/* Puts the rows in order where anything has changed. proof: NULL while they are gathered. */
void evidence_list_update(struct evidence_list *list, const struct proof *proof);
/* The row under the cursor, or NULL. */
const struct evidence_row *evidence_list_selected(const struct evidence_list *list, const struct proof *proof);
/* An instant of the day that the header shows: others are told with their date. */
int64_t evidence_day(const struct snapshot *snapshot);
void evidence_draw(const struct snapshot *snapshot, const struct proof *proof, const struct evidence_list *list, const struct widget_view *view);

#endif
