/* Alerts as lines of JSON: those that stand at the beginning, then what happens to each. */
#include <stdlib.h>

#include "app/export.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/words.h"
#include "metrics/alerts.h"
#include "store/figures_json.h"

#define LOOK_EVERY 250 /* ms */

struct told { /* of an alert, when it was looked at last */
	uint64_t id;
	bool cleared;
	int answer;
	int64_t answered;
	bool seen; /* in this look */
};

struct alerts_told {
	struct told *list;
	size_t count, room;
};

static struct told *find(struct alerts_told *told, uint64_t id)
{
	for (size_t i = 0; i < told->count; i++)
		if (told->list[i].id == id)
			return &told->list[i];
	return NULL;
}

static const char *answer_word(int answer)
{
	switch (answer) {
	case ANSWER_ACKNOWLEDGED:
		return "acknowledged";
	case ANSWER_MUTED:
		return "muted";
	default:
		return "taken_back";
	}
}

/* One line for each change since the last look. */
static void tell(struct alerts_told *told, const struct engine *engine, const struct snapshot *snapshot, const struct list_alert *alert)
{
	struct told *before = find(told, alert->id);
	if (!before) {
		if (told->count == told->room)
			told->list = memory_grow(told->list, &told->room, told->count + 1, sizeof *told->list);
		before = &told->list[told->count++];
		*before = (struct told){.id = alert->id};
		alert_json(stdout, engine, snapshot, alert, "raised");
	}
	if (alert->answered != before->answered || alert->answer != before->answer)
		alert_json(stdout, engine, snapshot, alert, answer_word(alert->answer));
	if (alert->cleared && !before->cleared)
		alert_json(stdout, engine, snapshot, alert, "cleared");
	*before = (struct told){.id = alert->id, .cleared = alert->cleared != 0, .answer = alert->answer, .answered = alert->answered, .seen = true};
}

/* What left the list long ago is not looked for any more. */
static void forget(struct alerts_told *told)
{
	size_t kept = 0;
	for (size_t i = 0; i < told->count; i++) {
		if (!told->list[i].seen)
			continue;
		told->list[kept] = told->list[i];
		told->list[kept++].seen = false;
	}
	told->count = kept;
}

/* What was over before it began is no news. */
static void look(struct export *export, struct alerts_told *told, bool first)
{
	struct snapshot_request request = export->setup->request;
	request.lists |= 1u << SNAPSHOT_ALERTS;
	struct snapshot *snapshot = desk_snapshot(export->desk, export->setup->zone, &request);
	for (int i = snapshot->history_count - 1; i >= 0; i--)
		if (!first || !snapshot->history[i].cleared || find(told, snapshot->history[i].id))
			tell(told, desk_engine(export->desk), snapshot, &snapshot->history[i]);
	forget(told);
	snapshot_destroy(snapshot);
}

static bool run(struct export *export, struct error *err)
{
	struct alerts_told told = {0};
	bool first = true;
	int64_t due = clock_monotonic();
	while (!export_stopped(export) && !ferror(stdout)) {
		desk_turn(export->desk, export->stop, due);
		if (clock_monotonic() < due && !desk_ended(export->desk))
			continue;
		due = clock_monotonic() + LOOK_EVERY;
		if (!desk_heard(export->desk) && !desk_changed(export->desk))
			continue;
		look(export, &told, first);
		first = first && !desk_heard(export->desk);
		fflush(stdout);
		if (desk_ended(export->desk))
			break;
	}
	free(told.list);
	return !ferror(stdout) || fail(err, "standard output cannot be written");
}

static const char *const options[] = {NULL};

const struct export_kind export_alerts = {
	.name = "alerts",
	.help = N_("alerts as lines of JSON on standard output: those that stand, then each that is raised, acknowledged, muted or cleared"),
	.options = options,
	.run = run,
};
