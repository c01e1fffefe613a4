/* The engine's state, walked part by part to be written down or read back (archive.h): for the files of metrics/ only. What can be
 * derived (maps, lists, places, free places) is not kept but made again, so that nothing read can contradict itself. */
#ifndef METRICS_KEEP_H
#define METRICS_KEEP_H

#include "metrics/archive.h"
#include "metrics/state.h"

/* How many there are of all that others refer to: the first thing kept, so that every index can be checked. */
void keep_pools(struct archive *archive, struct engine *engine);
void keep_names(struct archive *archive, struct names *names);
/* keep_counts.c: slots, watches, agents with what was counted; quarter hours that begin before `since` are left out */
void keep_slots(struct archive *archive, struct engine *engine, int64_t since);
void keep_agents(struct archive *archive, struct engine *engine, int64_t since);
void keep_topics(struct archive *archive, struct engine *engine, int64_t since);
/* keep_contacts.c */
void keep_contacts(struct archive *archive, struct engine *engine);
void keep_held(struct archive *archive, struct engine *engine);
/* keep_conduct.c; keep_conduct() after the surveys, whose chains it makes again */
void keep_conduct(struct archive *archive, struct engine *engine);
void keep_care(struct archive *archive, struct care *care);
void keep_rude_legs(struct archive *archive, struct engine *engine, uint32_t *first);
void keep_survey_conduct(struct archive *archive, struct engine *engine, struct survey *survey);
/* keep_cases.c */
void keep_cases(struct archive *archive, struct engine *engine);
/* keep_fcr.c: after cases and contacts; not whole: only what is open, for whoever shows it and folds nothing more */
void keep_fcr(struct archive *archive, struct engine *engine, bool whole);
/* keep_quality.c */
void keep_quality(struct archive *archive, struct engine *engine);
/* keep_calendars.c: calendars, and then the timers of the clocks that run by them */
void keep_calendars(struct archive *archive, struct engine *engine);
void keep_alerts(struct archive *archive, struct engine *engine);
/* keep_sources.c */
void keep_sources(struct archive *archive, struct engine *engine);
void keep_timers(struct archive *archive, struct engine *engine);

/* Below which an index must lie: place 0 stands for none, even where there is nothing yet. */
static inline size_t keep_limit(size_t count)
{
	return count ? count : 1;
}

/* Places in the order of (at, serial). */
struct keep_order {
	int64_t at;
	uint64_t serial;
	uint32_t number;
};
void keep_order_sort(struct keep_order *order, size_t count);

/* The entries of a map in the order of their keys, so that equal states are equal bytes; in an array the caller frees. */
const struct map_entry **keep_map_entries(const struct map *map);

/* The free places of a pool, in the order in which they will be taken. Reading: each free place was marked with KEEP_FREE in its link,
 * and is in the list once. */
#define KEEP_FREE UINT32_MAX
void keep_free(struct archive *archive, struct engine *engine, size_t count, uint32_t *first, uint32_t *(*link)(struct engine *engine, uint32_t number));

void keep_scope(struct archive *archive, struct scope *scope);
/* An array that is all there is to it: room for what is said to follow, zeroed; returns how many. */
size_t keep_array(struct archive *archive, void **items, size_t *count, size_t *room, size_t size);
/* Text that is shown as it stands: harmless, whoever wrote it. */
void keep_shown_text(struct archive *archive, char *text, size_t room);

#endif
