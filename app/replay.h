/* A board on a journal: `tablo replay`, and what `r` opens on a live board. */
#ifndef APP_REPLAY_H
#define APP_REPLAY_H

#include "app/view.h"

/* The end of the journal that the settings name; Esc leads back. False: there is none on this machine. */
bool replay_look_back(const struct setup *setup, struct view_source *back, struct error *err);

#endif
