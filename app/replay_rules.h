/* That what the wall showed was counted by other rules than a replay of it. */
#ifndef APP_REPLAY_RULES_H
#define APP_REPLAY_RULES_H

#include "replay/chronicle.h"
#include "replay/player.h"

/* In words, of the moment where the player is; `differs`: its journal was begun with a state of other rules. False: they were the same, or whoever knows them has not read that far. */
bool replay_rules_text(struct chronicle *chronicle, const struct player *player, bool differs, char *to, size_t room);

#endif
