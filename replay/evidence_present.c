/* What stands now, read from the engine. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/words.h"
#include "metrics/lists.h"
#include "metrics/lists_service.h"
#include "metrics/open_items.h"
#include "replay/evidence_rows.h"

#define LISTED_MOST EVIDENCE_MOST

struct listing {
	const struct evidence_request *request;
	struct evidence *evidence;
	size_t room;
	int64_t now;
	int detail; /* of the table below */
};

static bool is_in_scope(const struct listing *listing, uint16_t slot, uint16_t agent)
{
	return open_in_scope(listing->request->engine, listing->request->scope, slot, agent);
}

/* What stands since then has stood for so long. */
static void stands_since(const struct listing *listing, struct evidence_row *row, int64_t at)
{
	row->at = at;
	row->figure.known = true;
	row->figure.numerator = listing->now - at;
}

/* `subject`: as the lists have it, shown or not. */
static struct evidence_row *add_shown(struct listing *listing, const char *subject, const char *queue, const char *channel, const char *state)
{
	struct evidence_row *row = evidence_add(listing->evidence, &listing->room);
	if (!row)
		return NULL;
	snprintf(row->subject, sizeof row->subject, "%s", subject);
	snprintf(row->queue, sizeof row->queue, "%s", queue);
	snprintf(row->channel, sizeof row->channel, "%s", channel);
	snprintf(row->state, sizeof row->state, "%s", state);
	return row;
}

static struct evidence_row *add_named(struct listing *listing, enum display_field field, const char *id, const char *queue, const char *channel,
	const char *state)
{
	char subject[ID_MAX + 1];
	display_show(listing->request->settings, field, id, subject, sizeof subject);
	return add_shown(listing, subject, queue, channel, state);
}

static void put_agent(const struct listing *listing, uint16_t number, struct evidence_row *row)
{
	evidence_agent(listing->request, listing->request->engine, number, row->agent, sizeof row->agent);
}

/* ---- contacts ---- */

static struct evidence_row *add_contact(struct listing *listing, const struct open_contact *item, int64_t since)
{
	struct evidence_row *row = add_named(listing, DISPLAY_CONTACT, item->id, item->queue, item->channel, item->phase);
	if (!row)
		return NULL;
	put_agent(listing, item->agent, row);
	stands_since(listing, row, since);
	return row;
}

static int list_open(const struct listing *listing, struct open_contact **items)
{
	*items = memory_new(LISTED_MOST, sizeof **items);
	return open_contacts(listing->request->engine, *items, LISTED_MOST);
}

static bool is_waiting(const struct listing *listing, const struct open_contact *item)
{
	return strcmp(item->phase, "waiting") == 0 && is_in_scope(listing, item->slot, 0);
}

enum { WAITS_ALL, WAITS_LIVE, WAITS_IN_ALL, WAITS_UNANSWERED };

static void list_waiting(struct listing *listing)
{
	struct open_contact *items;
	const int count = list_open(listing, &items), which = listing->detail;
	const bool is_channel_asked = listing->request->scope.channel != SCOPE_ANY;
	for (int i = 0; i < count; i++) {
		const struct open_contact *item = &items[i];
		if (!is_waiting(listing, item) || (which == WAITS_LIVE && item->asynchronous && !is_channel_asked) ||
			(which == WAITS_UNANSWERED && !item->asynchronous))
			continue;
		add_contact(listing, item, which == WAITS_IN_ALL || which == WAITS_UNANSWERED ? item->first_queued : item->queued);
	}
	free(items);
}

static void list_busy(struct listing *listing)
{
	struct open_contact *items;
	const int count = list_open(listing, &items);
	for (int i = 0; i < count; i++) {
		const bool talks = strcmp(items[i].phase, "talking") == 0 || strcmp(items[i].phase, "held") == 0;
		if (talks && is_in_scope(listing, items[i].slot, items[i].agent))
			add_contact(listing, &items[i], items[i].since);
	}
	free(items);
}

static void list_callbacks(struct listing *listing)
{
	struct open_callback *items = memory_new(LISTED_MOST, sizeof *items);
	const int count = open_callbacks(listing->request->engine, items, LISTED_MOST);
	for (int i = 0; i < count; i++) {
		struct evidence_row *row = items[i].due == listing->detail && is_in_scope(listing, items[i].slot, 0)
			? add_named(listing, DISPLAY_CALLBACK, items[i].id, items[i].queue, items[i].channel, items[i].due ? "due" : "scheduled") : NULL;
		if (row)
			row->at = listing->now; /* since when is not kept: the figure stays unknown */
	}
	free(items);
}

/* ---- cases ---- */

#define ANY_AGE (-1)

static void list_backlog(struct listing *listing)
{
	struct open_case *items = memory_new(LISTED_MOST, sizeof *items);
	const int count = open_cases(listing->request->engine, items, LISTED_MOST);
	for (int i = 0; i < count; i++) {
		const bool is_wanted = (listing->detail == ANY_AGE || listing->detail == items[i].band) && is_in_scope(listing, items[i].slot, items[i].agent);
		struct evidence_row *row = is_wanted ? add_named(listing, DISPLAY_CASE, items[i].id, items[i].queue, items[i].channel, items[i].state) : NULL;
		if (!row)
			continue;
		put_agent(listing, items[i].agent, row);
		stands_since(listing, row, items[i].opened);
	}
	free(items);
}

/* Contacts that wait, and cases in which the customer wrote last. */
static void list_unanswered(struct listing *listing)
{
	struct open_case *items = memory_new(LISTED_MOST, sizeof *items);
	const int count = open_cases(listing->request->engine, items, LISTED_MOST);
	list_waiting(listing);
	for (int i = 0; i < count; i++) {
		struct evidence_row *row = items[i].unanswered && is_in_scope(listing, items[i].slot, items[i].agent)
			? add_named(listing, DISPLAY_CASE, items[i].id, items[i].queue, items[i].channel, "unanswered") : NULL;
		if (!row)
			continue;
		put_agent(listing, items[i].agent, row);
		stands_since(listing, row, items[i].unanswered);
	}
	free(items);
}

enum { CLOCKS_RUNNING, CLOCKS_PAUSED, CLOCKS_BREACHED, CLOCKS_SOON };

static bool is_clock_wanted(const struct list_due *item, int which)
{
	switch (which) {
	case CLOCKS_PAUSED:
		return item->paused;
	case CLOCKS_BREACHED:
		return item->breached;
	default:
		return !item->paused && !item->breached && (which == CLOCKS_RUNNING || item->level == LEVEL_WARN);
	}
}

/* A clock by its name, or those of cases of a priority. */
static bool is_of_name(const struct evidence_request *request, const struct list_due *item)
{
	const char *name = request->name;
	return !name || !*name || strcmp(name, item->clock) == 0 || strcmp(name, list_priority_name(item->priority)) == 0;
}

static void list_clocks(struct listing *listing)
{
	struct list_due *items = memory_new(LISTED_MOST, sizeof *items);
	const int count = list_due(listing->request->engine, listing->request->scope, listing->now, items, LISTED_MOST);
	for (int i = 0; i < count; i++) {
		const struct list_due *item = &items[i];
		char state[64];
		snprintf(state, sizeof state, "%s%s", item->clock, item->breached ? _(" breached") : item->paused ? _(" paused") : "");
		const bool is_wanted = is_clock_wanted(item, listing->detail) && is_of_name(listing->request, item);
		struct evidence_row *row = is_wanted ? add_shown(listing, item->case_id, item->queue, item->channel, state) : NULL;
		if (!row)
			continue;
		row->at = item->due ? item->due : listing->now;
		row->figure.known = true;
		row->figure.numerator = item->left;
	}
	free(items);
}

/* ---- people ---- */

/* detail of flags: those at one step (enum conduct_step), or one of these */
enum { FLAGS_ALL = 10, FLAGS_UNCLEAR };

static bool is_meant(const struct list_conduct *flag, int detail)
{
	if (!flag->open || flag->unclear != (detail == FLAGS_UNCLEAR))
		return false;
	return detail >= FLAGS_ALL || flag->step == detail;
}

static void list_flags(struct listing *listing)
{
	struct list_conduct *items = memory_new(LISTED_MOST, sizeof *items);
	static const char *const steps[] = {N_("no step"), N_("request"), N_("demand"), N_("warning"), N_("ended")};
	const int count = list_conduct(listing->request->engine, listing->request->scope, listing->now, items, LISTED_MOST);
	for (int i = 0; i < count; i++) {
		struct evidence_row *row = is_meant(&items[i], listing->detail)
			? add_shown(listing, items[i].contact, items[i].queue, items[i].channel, _(steps[items[i].step % 5])) : NULL;
		if (!row)
			continue;
		snprintf(row->agent, sizeof row->agent, "%s", items[i].agent);
		stands_since(listing, row, listing->now - items[i].since);
	}
	free(items);
}

/* To whom a break is suggested that is not taken. */
static void list_breaks(struct listing *listing)
{
	const struct engine *engine = listing->request->engine;
	struct list_care *items = memory_new(LISTED_MOST, sizeof *items);
	const int count = list_care(engine, listing->now, items, LISTED_MOST);
	for (int i = 0; i < count; i++) {
		char state[32];
		snprintf(state, sizeof state, _("%d rude"), items[i].rude);
		struct evidence_row *row = add_shown(listing, "", "", "", state);
		if (!row)
			break;
		put_agent(listing, items[i].scope.agent, row);
		memcpy(row->subject, row->agent, sizeof row->subject);
		stands_since(listing, row, listing->now - items[i].since);
	}
	free(items);
}

static void list_people(struct listing *listing)
{
	const struct engine *engine = listing->request->engine;
	uint16_t *numbers = memory_new(LISTED_MOST, sizeof *numbers);
	const int count = present_agents(engine, listing->request->scope, (enum agent_gauge)listing->detail, numbers, LISTED_MOST);
	for (int i = 0; i < count; i++) {
		struct present_agent agent;
		struct evidence_row *row = present_agent(engine, numbers[i], &agent) ? add_shown(listing, "", "", "", agent.doing) : NULL;
		if (!row)
			continue;
		put_agent(listing, numbers[i], row);
		memcpy(row->subject, row->agent, sizeof row->subject);
		stands_since(listing, row, agent.since);
	}
	free(numbers);
}

static void list_callers_back(struct listing *listing)
{
	struct list_followup *items = memory_new(LISTED_MOST, sizeof *items);
	const int count = list_followups(listing->request->engine, SCOPE_ALL, listing->now, items, LISTED_MOST);
	for (int i = 0; i < count; i++) {
		const struct list_followup *item = &items[i];
		struct evidence_row *row = is_in_scope(listing, item->slot, 0)
			? add_shown(listing, *item->case_id ? item->case_id : item->contact, item->queue, "", "") : NULL;
		if (!row)
			continue;
		snprintf(row->agent, sizeof row->agent, "%s", item->agent);
		stands_since(listing, row, listing->now - items[i].since);
	}
	free(items);
}

/* Gauges and who stands behind them. */
static const struct {
	const char *metric;
	void (*list)(struct listing *listing);
	int detail;
	const char *why; /* there is no list */
} presents[] = {
	{"queue_depth", list_waiting, WAITS_ALL, NULL}, {"longest_wait", list_waiting, WAITS_LIVE, NULL},
	{"longest_wait_total", list_waiting, WAITS_IN_ALL, NULL}, {"longest_wait_async", list_unanswered, WAITS_UNANSWERED, NULL},
	{"busy", list_busy, 0, NULL},
	{"callbacks_due", list_callbacks, true, NULL}, {"callbacks_scheduled", list_callbacks, false, NULL},
	{"agents_free", list_people, AGENT_GAUGE_FREE, NULL}, {"agents_on", list_people, AGENT_GAUGE_ON, NULL},
	{"agents_away", list_people, AGENT_GAUGE_AWAY, NULL}, {"agents_help", list_people, AGENT_GAUGE_HELP, NULL},
	{"agents_wrap", list_people, AGENT_GAUGE_WRAP, NULL},
	{"sla_running", list_clocks, CLOCKS_RUNNING, NULL}, {"sla_paused", list_clocks, CLOCKS_PAUSED, NULL},
	{"sla_breached_open", list_clocks, CLOCKS_BREACHED, NULL}, {"sla_due_soon", list_clocks, CLOCKS_SOON, NULL},
	{"backlog", list_backlog, ANY_AGE, NULL}, {"backlog_oldest", list_backlog, ANY_AGE, NULL}, {"backlog_p50", list_backlog, ANY_AGE, NULL},
	{"backlog_p90", list_backlog, ANY_AGE, NULL}, {"backlog_under_1d", list_backlog, 0, NULL}, {"backlog_1d", list_backlog, 1, NULL},
	{"backlog_3d", list_backlog, 2, NULL}, {"backlog_7d", list_backlog, 3, NULL}, {"backlog_30d", list_backlog, 4, NULL},
	{"rude_now", list_flags, FLAGS_ALL, NULL}, {"rude_oldest_step", list_flags, FLAGS_ALL, NULL}, {"rude_unclear", list_flags, FLAGS_UNCLEAR, NULL},
	{"rude_signalled", list_flags, STEP_NONE, NULL}, {"rude_request", list_flags, STEP_REQUEST, NULL},
	{"rude_demand", list_flags, STEP_DEMAND, NULL}, {"rude_warning", list_flags, STEP_WARNING, NULL}, {"care_open", list_breaks, 0, NULL},
	{"followup_open", list_callers_back, 0, NULL}, {"followup_oldest", list_callers_back, 0, NULL},
	{"fcr_open", NULL, 0, N_("they are kept by customer, not by contact: once settled they are rows of First contact resolution")},
};

void evidence_present(const struct evidence_request *request, struct evidence *evidence)
{
	struct listing listing = {.request = request, .evidence = evidence, .now = engine_now(request->engine)};
	evidence->kind = EVIDENCE_NONE;
	evidence->from = evidence->to = listing.now;
	snprintf(evidence->why, sizeof evidence->why, _("%s is kept as a sum, nothing single stands behind it"), _(metrics[request->metric].title));
	for (size_t i = 0; i < sizeof presents / sizeof *presents; i++) {
		if (strcmp(presents[i].metric, metrics[request->metric].name) != 0)
			continue;
		snprintf(evidence->why, sizeof evidence->why, "%s", presents[i].list ? "" : presents[i].why);
		evidence->kind = presents[i].list ? EVIDENCE_PRESENT : EVIDENCE_NONE;
		listing.detail = presents[i].detail;
		if (presents[i].list)
			presents[i].list(&listing);
	}
}

void evidence_people(const struct evidence_request *request, struct evidence *evidence)
{
	const struct engine *engine = request->engine;
	struct query *query = memory_new(1, sizeof *query);
	uint16_t *numbers = memory_new(LISTED_MOST, sizeof *numbers);
	const int count = present_timed(engine, request->scope, numbers, LISTED_MOST);
	size_t room = 0;
	for (int i = 0; i < count; i++) {
		struct scope scope = SCOPE_ALL;
		struct figure figure = {.known = false, .denominator = 1, .n = -1, .low = -1, .high = -1};
		scope.agent = numbers[i];
		query_run(query, engine, scope, request->window, request->by, request->formula, false);
		query_figure(query, request->metric, &figure);
		struct evidence_row *row = figure.known ? evidence_add(evidence, &room) : NULL;
		if (!row)
			continue;
		evidence_agent(request, engine, numbers[i], row->agent, sizeof row->agent);
		memcpy(row->subject, row->agent, sizeof row->subject);
		row->at = engine_now(engine);
		row->figure = figure;
	}
	if (!count)
		snprintf(evidence->why, sizeof evidence->why, _("agents' time belongs to queues and people, not to a channel or market"));
	free(numbers);
	free(query);
}
