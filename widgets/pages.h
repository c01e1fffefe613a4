/* The pages that stand on a digit. Each has a file of its own, page_NAME.c, which fills in a struct page_class. */
#ifndef WIDGETS_PAGES_H
#define WIDGETS_PAGES_H

#include "base/words.h"
#include "widgets/sections.h"

/* PAGE(WORD, name, digit, help): BOARD_WORD of enum board_page, page_NAME_class, the key, what the help page says. The enum, the table of
 * classes and the keys are made of this one list; 1 is the overview. */
#define KEYED_PAGES(PAGE)                                                                                              \
	PAGE(QUEUES, queues, 2, N_("queues: all figures of each; Enter: what makes the row red, or who waits there"))      \
	PAGE(SLA, sla, 3, N_("SLA: clocks by kind and priority, backlog by age, what is due; Enter: which"))               \
	PAGE(CONDUCT, conduct, 4, N_("rude customers: the ladder, the next step and what to say; Enter: the contact")) \
	PAGE(AGENTS, agents, 5, N_("agents: what each declared and does, for how long; Enter: what one handled"))          \
	PAGE(VOICE, voice, 6, N_("the customers' voice: scores, call-backs, markets; Enter: the answers, a card"))           \
	PAGE(LEARNING, learning, 7, N_("learning: rules that say no, thanks, mistakes; Enter: the contacts and cases"))    \
	PAGE(FORECAST, forecast, 8, N_("forecast: arrivals by half hours, agents needed, each queue's gap; what if; Enter: why")) \
	PAGE(FEEDS, feeds, 9, N_("feeds: what each sent, lost and got wrong; Enter: an example of each fault"))   \
	PAGE(ALERTS, alerts, 0, N_("alerts: what stands and what was, who answered; a A m t u answer; Enter: which"))

struct page_class {
	unsigned lists; /* bits (1u << enum snapshot_list): what a snapshot gathers only where it is asked for */
	bool of_links;	/* worth looking at where nothing has come, and never dimmed with the figures */
	const struct section *sections; /* what the page is made of; NULL: it draws itself, by the functions below */
	/* The lists of a page that draws itself, as the cursor goes through them; ends with NULL. NULL: none. */
	const struct list_class *const *lists_shown;
	/* view->selected: the row under the cursor; view->scroll: the same number, for pages that have no rows to choose. */
	void (*draw)(const struct snapshot *snapshot, const struct widget_view *view);
	int (*rows)(const struct snapshot *snapshot); /* how many there are to go through, where no list says so */
	/* What Enter asks for: `metric` with a scope or a name of the row, or a subject (and the instant `around`) whose life is told. False:
	 * nothing stands behind this row, which is counted over all lists as they come. NULL: rows cannot be chosen. */
	bool (*evidence)(const struct snapshot *snapshot, int row, struct proof_request *request);
};

/* Where a row under the cursor belongs. */
struct page_place {
	const struct list_class *list;
	int index;  /* of the list on the page */
	int begin;  /* the page's row with which the list begins */
	int before; /* rows of the lists before it, those not shown included */
	int row;    /* of the snapshot's list */
};

const struct list_class *page_list(const struct page_class *class, int index); /* NULL after the last */
bool page_place(const struct page_class *class, const struct snapshot *snapshot, const struct list_states *states, int row, struct page_place *place);
int page_rows(const struct page_class *class, const struct snapshot *snapshot, const struct list_states *states);
bool page_chooses(const struct page_class *class); /* has rows for a cursor */
bool page_evidence(const struct page_class *class, const struct snapshot *snapshot, const struct list_states *states, int row,
	struct proof_request *request);
/* Whose card Enter opens, or -1. */
int page_market(const struct page_class *class, const struct snapshot *snapshot, const struct list_states *states, int row);
/* The first row of the list before (by -1) or after the one of `row`, empty ones passed over; -1: there is none. */
int page_beside(const struct page_class *class, const struct snapshot *snapshot, const struct list_states *states, int row, int by);
void page_draw(const struct page_class *class, const struct snapshot *snapshot, const struct widget_view *view);

#define PAGE_DECLARE(word, name, digit, help) extern const struct page_class page_##name##_class;
KEYED_PAGES(PAGE_DECLARE)
#undef PAGE_DECLARE

#endif
