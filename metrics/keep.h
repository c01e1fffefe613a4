/* The engine's state, walked part by part to be written down or read back (archive.h): for the files of metrics/ only. What can be
 * derived (maps, lists, places, free places) is not kept but made again, so that nothing read can contradict itself. */
#ifndef METRICS_KEEP_H
#define METRICS_KEEP_H

#include "metrics/archive.h"
#include "metrics/state.h"

/* How many there are of all that others refer to: the first thing kept, so that every index can be checked. */
void keep_pools(struct archive *archive, struct engine *engine);
typedef void keep_name(struct archive *archive, struct view *name);
void keep_names(struct archive *archive, struct names *names, keep_name *keep);
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

/* keep_veiled.c: what names somebody, which writing for elsewhere changes into what the fold of redacted events has (feed/veiled.h): an
 * id in an array, a text of any length, a text that people wrote, a customer's hash. */
void keep_id(struct archive *archive, char *id, size_t room);
void keep_naming(struct archive *archive, struct view *text);
void keep_reason(struct archive *archive, struct view *text); /* also kinds of mistakes: one list of names */
void keep_note(struct archive *archive, char *text, size_t room);
void keep_pseudonym(struct archive *archive, uint64_t *customer);
uint64_t keep_veiled_customer(const struct archive *archive, uint64_t customer);
/* A key's text of an event that waits. */
void keep_event_text(struct archive *archive, const struct event *event, enum event_key key, struct view *text);
/* The names of publishers: those of people at boards among them. */
void keep_source_name(struct archive *archive, struct view *name);

#endif
