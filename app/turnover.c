#include "app/turnover.h"

#include <stdlib.h>

#include "base/log.h"
#include "journal/aside.h"
#include "journal/fork.h"

static bool set_aside(const char *directory, uint64_t from, struct error *err)
{
	struct fork fork;
	if (!fork_set_aside(NULL, directory, from, &fork, err))
		return false;
	if (fork.records)
		log_line(LOG_LEVEL_WARNING, "%s: %llu records, %llu to %llu, which the primary does not have, are set aside in %s/%s (%d files)", directory,
			(unsigned long long)fork.records, (unsigned long long)from, (unsigned long long)fork.last, directory, ASIDE_DIRECTORY, fork.pieces);
	return true;
}

/* In this order: a start that finds it half done finds nothing that it could take for a whole. */
static bool begin_anew(const struct turnover *turnover, const char *directory, struct error *err)
{
	struct state_file state = {.lsn = turnover->lsn, .recv = turnover->recv, .bytes = {(const char *)turnover->state, turnover->state_size}};
	memcpy(state.id, turnover->epochs.id, JOURNAL_ID_SIZE);
	if (!set_aside(directory, 1, err) || !epochs_save(NULL, directory, &turnover->epochs, err) || !state_file_save(NULL, directory, &state, err))
		return false;
	log_line(LOG_LEVEL_INFO, "%s: begins anew with the primary's state after record %llu", directory, (unsigned long long)turnover->lsn);
	return true;
}

bool turnover_apply(const struct turnover *turnover, const char *directory, struct error *err)
{
	switch (turnover->what) {
	case TURNOVER_CUT:
		return set_aside(directory, turnover->from, err);
	case TURNOVER_ANEW:
		return begin_anew(turnover, directory, err);
	default:
		return true;
	}
}

void turnover_finish(struct turnover *turnover)
{
	free(turnover->state);
	*turnover = (struct turnover){.what = TURNOVER_NONE};
}
