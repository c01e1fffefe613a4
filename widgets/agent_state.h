/* How long somebody may be in a state. For the files of widgets/ only. */
#ifndef WIDGETS_AGENT_STATE_H
#define WIDGETS_AGENT_STATE_H

#include "store/snapshot.h"

/* Past the limit that the settings have for this state: a warning, past twice of it critical. */
enum level agent_since_level(const struct settings *settings, const struct list_agent *agent);

#endif
