/* What `tablo bridge test` prints: each event of the source, what is made of it, and from which of its fields. */
#ifndef APP_BRIDGE_TRIAL_H
#define APP_BRIDGE_TRIAL_H

#include "feed/bridges/bridge.h"

struct bridge_trial_run;

/* `json`: one object a line, for programs. */
struct bridge_trial_run *bridge_trial_open(bool json);
struct bridge_trial bridge_trial_of(struct bridge_trial_run *run);
/* Prints what is left and the sums. True: nothing was damaged. */
bool bridge_trial_close(struct bridge_trial_run *run);

#endif
