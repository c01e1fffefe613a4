/* "Today is ..." of a market as text, in the language of the board. */
#ifndef WIDGETS_TODAY_H
#define WIDGETS_TODAY_H

#include "widgets/parts.h"

/* "Mon 18:04", by the clocks there; "" where nothing is known of it. */
void today_clock(const struct list_market *market, char *to, size_t room);
/* "open until 18:00", "closed, opens Mon 09:00", "holiday, opens Tue 09:00"; "" without a calendar. */
void today_text(const struct list_market *market, char *to, size_t room);

/* The card of local custom: what whoever answers customers of this market should know. */
void custom_draw(const struct snapshot *snapshot, int market /* of the settings */, const struct widget_view *view);

#endif
