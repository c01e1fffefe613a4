#include "app/replay_rules.h"

#include "base/words.h"

#include <stdio.h>

bool replay_rules_text(struct chronicle *chronicle, const struct player *player, bool differs, char *to, size_t room)
{
	const uint64_t lsn = player_lsn(player);
	const struct chronicle_look look = chronicle_enter(chronicle);
	const struct chronicle_rules *rules = chronicle_rules_at(&look, lsn);
	/* Of a journal whose beginning is gone only its states tell that the rules were others. */
	const bool has_read = look.done || (look.engine && engine_lsn(look.engine) >= lsn);
	*to = 0;
	if (rules && *rules->differs)
		snprintf(to, room, _("other rules then: %s; figures are by those of now"), rules->differs);
	else if (!rules && has_read && (differs || player_differs(player)))
		snprintf(to, room, _("other rules then, which this journal no longer tells; figures are by those of now"));
	chronicle_leave(chronicle);
	return *to;
}
