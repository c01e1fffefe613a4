/* A list of sites, markets, queues, channels and teams to choose the board's scope from; typing narrows it. */
#ifndef WIDGETS_FILTER_H
#define WIDGETS_FILTER_H

#include "widgets/widget.h"

struct filter_choice {
	char name[64];
	struct scope scope;
	int site; /* of a board over several sites, counted from 1; 0: all of them, or the one that is shown */
};

struct filter {
	char typed[64];
	int selected; /* among those that match */
	struct scope present; /* what was chosen when the list was opened, and the site */
	int site;
	struct filter_choice *choices; /* everything first, then sites, markets, channels, queues, teams */
	size_t count, room;
};

void filter_finish(struct filter *filter);
/* Learns what can be chosen: a queue's number is known only from a row, and a filtered snapshot has not all of them. */
void filter_learn(struct filter *filter, const struct snapshot *snapshot);
/* Nothing typed, the present scope selected. */
void filter_begin(struct filter *filter, struct scope present, int site);
void filter_draw(const struct filter *filter, const struct widget_view *view);
/* What is under the cursor; NULL: nothing matches. */
const struct filter_choice *filter_selected(const struct filter *filter);
/* "queue Billing" */
void filter_title(const struct filter_choice *choice, char *to, size_t room);
void filter_move(struct filter *filter, int by);
/* True: the character was taken. */
bool filter_type(struct filter *filter, int character);
bool filter_rub_out(struct filter *filter); /* false: nothing was typed */

/* `part` stands somewhere in the text, in whatever case. */
bool filter_finds(const char *text, const char *part);

#endif
