/* The pages that stand on a digit. Each has a file of its own, page_NAME.c, which fills in a struct page_class. */
#ifndef WIDGETS_PAGES_H
#define WIDGETS_PAGES_H

#include "widgets/sections.h"

/* PAGE(WORD, name, digit, help): BOARD_WORD of enum board_page, page_NAME_class, the key, what the help page says. The enum, the table of
 * classes and the keys are made of this one list; 1 is the overview. */
#define KEYED_PAGES(PAGE)                                                                                              \
	PAGE(QUEUES, queues, 2, "queues: all figures of each; Enter: what makes the row red, or who waits there")      \
	PAGE(SLA, sla, 3, "SLA: clocks by kind and priority, backlog by age, what is due; Enter: which")               \
	PAGE(CONDUCT, conduct, 4, "rude customers: the ladder, the next step and what to say; Enter: the contact") \
	PAGE(AGENTS, agents, 5, "agents: what each declared and does, for how long; Enter: what one handled")          \
	PAGE(VOICE, voice, 6, "the customers' voice: scores, call-backs, markets; Enter: the answers, a card")           \
	PAGE(LEARNING, learning, 7, "learning: rules that say no, thanks, mistakes; Enter: the contacts and cases")    \
	PAGE(FORECAST, forecast, 8, "forecast: arrivals by half hours, agents needed, each queue's gap; what if; Enter: why") \
	PAGE(FEEDS, feeds, 9, "feeds: what each sent, lost and got wrong; Enter: an example of each fault")   \
	PAGE(ALERTS, alerts, 0, "alerts: what stands and what was, who answered; a A m M u answer; Enter: which")

struct page_class {
	unsigned lists; /* bits (1u << enum snapshot_list): what a snapshot gathers only where it is asked for */
	bool of_links;	/* worth looking at where nothing has come, and never dimmed with the figures */
	const struct section *sections; /* what the page is made of; NULL: it draws itself, by the functions below */
	/* view->selected: the row under the cursor; view->scroll: the same number, for pages that have no rows to choose. */
	void (*draw)(const struct snapshot *snapshot, const struct widget_view *view);
	int (*rows)(const struct snapshot *snapshot); /* how many there are to go through */
	/* What Enter asks for: `metric` with a scope or a name of the row, or a subject (and the instant `around`) whose life is told. False:
	 * nothing stands behind this row. NULL: rows cannot be chosen. */
	bool (*evidence)(const struct snapshot *snapshot, int row, struct proof_request *request);
};

int page_rows(const struct page_class *class, const struct snapshot *snapshot);
bool page_chooses(const struct page_class *class); /* has rows for a cursor */
bool page_evidence(const struct page_class *class, const struct snapshot *snapshot, int row, struct proof_request *request);
void page_draw(const struct page_class *class, const struct snapshot *snapshot, const struct widget_view *view);

#define PAGE_DECLARE(word, name, digit, help) extern const struct page_class page_##name##_class;
KEYED_PAGES(PAGE_DECLARE)
#undef PAGE_DECLARE

#endif
