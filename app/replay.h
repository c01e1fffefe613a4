/* A board on a journal: `tablo replay`, and what `r` opens on a live board. */
#ifndef APP_REPLAY_H
#define APP_REPLAY_H

#include "app/replayer.h"
#include "app/view.h"

/* The end of a journal, for a live board; Esc leads back. The options say which, of whom and by which rules. */
bool replay_look_back(const struct replayer_options *options, struct view_source *back, struct error *err);

#endif
