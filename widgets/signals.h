/* What a terminal may show outside its screen: its title, and a note on the desktop. */
#ifndef WIDGETS_SIGNALS_H
#define WIDGETS_SIGNALS_H

#include "store/snapshot.h"

/* "tablo: 2 critical - longest wait 04:12 in Billing, chat": the worst that stands. Changes with states, not with figures. */
void signals_title(const struct snapshot *snapshot, char *to, size_t room);

#endif
