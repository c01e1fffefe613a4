#include "app/alert_trial.h"

#include <stdlib.h>

#include "app/read_through.h"
#include "base/instant.h"
#include "base/memory.h"
#include "journal/reader.h"
#include "journal/record.h"
#include "metrics/lists.h"

struct list {
	struct trial_alert *alerts;
	size_t count, room;
};

static void take_raised(struct list *list, const struct engine *engine, const struct incident *incident)
{
	list->alerts = memory_grow(list->alerts, &list->room, list->count + 1, sizeof *list->alerts);
	struct trial_alert *alert = &list->alerts[list->count++];
	*alert = (struct trial_alert){.raised = *incident};
	lists_scope_text(engine, incident->scope, alert->where, sizeof alert->where);
}

/* Those that stand are mostly among the last. */
static void take_cleared(struct list *list, const struct incident *incident)
{
	for (size_t i = list->count; i-- > 0;)
		if (list->alerts[i].raised.id == incident->id) {
			list->alerts[i].cleared = incident->at;
			return;
		}
}

static bool fold(const char *journal, const struct settings *settings, int64_t from, int64_t to, struct list *list, int64_t *now, struct error *err)
{
	const struct chronicle_options options = {.journal = journal, .settings = settings, .scope = SCOPE_ALL, .from = from, .to = to};
	struct player *player = player_open(journal, settings, err);
	struct player_span span;
	const bool is_there = player && player_span(player, &span, err);
	player_close(player);
	struct chronicle *chronicle = is_there ? chronicle_open(&options, err) : NULL;
	const bool good = chronicle && read_through(chronicle, &span, err);
	if (good) {
		const struct chronicle_look look = chronicle_enter(chronicle);
		for (size_t i = 0; i < look.incident_count; i++) {
			if (look.incidents[i].kind == INCIDENT_ALERT)
				take_raised(list, look.engine, &look.incidents[i]);
			else if (look.incidents[i].kind == INCIDENT_CLEARED)
				take_cleared(list, &look.incidents[i]);
		}
		*now = look.now;
		chronicle_leave(chronicle);
	}
	chronicle_close(chronicle);
	return good;
}

/* The rules a collector noted last, up to `to`; NULL: it noted none that can be read. What is shown is up to whoever looks now. */
static struct settings *rules_then(const char *journal, const struct settings *now, int64_t to)
{
	struct error err;
	struct reader *reader = reader_open(NULL, journal, SEGMENT_JOURNAL, &err);
	struct record_room room = {0};
	struct settings *then = NULL;
	enum reader_result result = reader ? READER_RECORD : READER_FAILED;
	while (result == READER_RECORD || result == READER_DAMAGE) {
		struct frame frame;
		struct damage damage;
		struct record record;
		result = reader_next(reader, &frame, &damage, &err);
		if (result != READER_RECORD || frame.type != FRAME_CONFIG || frame.recv > to || !record_read(&frame, &record, &room, NULL))
			continue;
		struct settings *read = settings_create();
		if (settings_read(read, record.config->settings, "the journal's rules", NULL, &err)) {
			settings_destroy(then);
			then = read;
		} else {
			settings_destroy(read);
		}
	}
	record_room_finish(&room);
	reader_close(reader);
	if (then)
		display_take(then, now);
	return then;
}

static int by_id(const void *left, const void *right)
{
	const uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
	return (a > b) - (a < b);
}

static uint64_t *ids_of(const struct trial_alert *alerts, size_t count)
{
	uint64_t *ids = memory_new(count + 1, sizeof *ids);
	for (size_t i = 0; i < count; i++)
		ids[i] = alerts[i].raised.id;
	qsort(ids, count, sizeof *ids, by_id);
	return ids;
}

static void hold_against(struct trial *trial, const struct list *then)
{
	uint64_t *ours = ids_of(trial->alerts, trial->count), *theirs = ids_of(then->alerts, then->count);
	for (size_t i = 0; i < trial->count; i++)
		trial->alerts[i].is_shared = bsearch(&trial->alerts[i].raised.id, theirs, then->count, sizeof *theirs, by_id) != NULL;
	for (size_t i = 0; i < then->count; i++) {
		if (bsearch(&then->alerts[i].raised.id, ours, trial->count, sizeof *ours, by_id))
			continue;
		trial->gone = memory_grow(trial->gone, &trial->gone_room, trial->gone_count + 1, sizeof *trial->gone);
		trial->gone[trial->gone_count++] = then->alerts[i];
	}
	free(ours);
	free(theirs);
}

bool trial_run(struct trial *trial, const char *journal, const struct settings *settings, int64_t from, int64_t to, struct error *err)
{
	struct list now = {0}, before = {0};
	int64_t end;
	*trial = (struct trial){.now = INSTANT_NONE};
	bool good = fold(journal, settings, from, to, &now, &trial->now, err);
	trial->alerts = now.alerts;
	trial->count = now.count;
	struct settings *then = good ? rules_then(journal, settings, to) : NULL;
	if (then) {
		good = fold(journal, then, from, to, &before, &end, err);
		trial->is_held = good;
		hold_against(trial, &before);
	}
	free(before.alerts);
	settings_destroy(then);
	return good;
}

void trial_finish(struct trial *trial)
{
	free(trial->alerts);
	free(trial->gone);
	*trial = (struct trial){0};
}
