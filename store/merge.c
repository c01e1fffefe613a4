#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/words.h"
#include "store/merge.h"
#include "store/snapshot_parts.h"

#define NAMES_JOINED 1000 /* of each site, before they are added and cut */
#define FEED_ELSEWHERE INT16_MAX /* no feed of the board's own settings */

void merge_set(struct merge *merge, struct engine *names, const struct merge_site *sites, int count)
{
	if (count > merge->count)
		merge->parts = memory_resize(merge->parts, (size_t)count, sizeof *merge->parts);
	for (int i = 0; i < count; i++)
		merge->parts[i] = sites[i].engine;
	merge->sites = sites;
	merge->count = count;
	merge->joined = (struct joined){.names = names, .parts = merge->parts, .count = count, .now = joined_latest(merge->parts, count)};
}

void merge_finish(struct merge *merge)
{
	free(merge->parts);
	*merge = (struct merge){0};
}

/* ---- each site's own snapshot ---- */

static bool is_shown(const struct snapshot_request *request, int site)
{
	return request->site == 0 || request->site == site + 1;
}

/* NULL: nothing is known of the site, or nothing in the scope. */
static struct snapshot *look_at_site(const struct merge *merge, int site, const struct snapshot_request *request)
{
	const struct merge_site *of = &merge->sites[site];
	struct snapshot_request own = *request;
	if (!is_shown(request, site) || !joined_scope_in(&merge->joined, site, request->scope, &own.scope))
		return NULL;
	own.site = 0;
	own.spark_count = own.ask_count = 0; /* of the sums only */
	struct snapshot *snapshot = snapshot_create(of->engine, of->settings, of->zone, &own);
	snapshot_attached(snapshot, of->link, of->silent, of->from_store, of->why);
	return snapshot;
}

static void tell_site(const struct merge *merge, int site, const struct snapshot *part, struct snapshot *snapshot)
{
	const struct merge_site *of = &merge->sites[site];
	struct snapshot_site *told = &snapshot->sites[site];
	const int64_t now = of->engine ? engine_now(of->engine) : INSTANT_NONE;
	*told = (struct snapshot_site){.link = of->link, .known = now != INSTANT_NONE, .stale = of->link != LINK_LIVE, .from_store = of->from_store,
		.shown = is_shown(&snapshot->request, site), .silent = of->silent};
	told->behind = told->known ? merge->joined.now - now : 0;
	text_harmless(view_of(of->name), told->name, sizeof told->name);
	text_harmless(view_of(of->why), told->why, sizeof told->why);
	if (part)
		memcpy(told->figures, part->figures, sizeof told->figures);
	if (!told->shown)
		return;
	snapshot->sites_stale += told->stale || !told->known;
	snapshot->zones_differ = snapshot->zones_differ || strcmp(of->settings->zone, snapshot->settings->zone) != 0;
}

/* ---- figures ---- */

static void join_compared(const struct joined *joined, struct snapshot *snapshot, enum sl_formula formula)
{
	const struct snapshot_request *request = &snapshot->request;
	for (int c = 0; c < COMPARISON_COUNT; c++) {
		struct compared *compared = &snapshot->compared[c];
		joined_compare(joined, snapshot_scope(request, request->scope), request->window, (enum comparison)c, request->by, formula, compared->then, compared->now);
		snapshot_fill_gauges(snapshot, (enum comparison)c);
	}
}

static void join_figures(const struct joined *joined, struct snapshot *snapshot)
{
	const struct snapshot_request *request = &snapshot->request;
	const struct snapshot_asked asked = {.joined = joined, .scope = snapshot_scope(request, request->scope), .by = request->by, .with_bins = true,
		.formula = snapshot_formula_asked(snapshot->settings, request, NULL)};
	snapshot_gather(request, &asked, snapshot->figures, snapshot->today);
	snapshot->spark_count = request->spark_count;
	for (int i = 0; i < request->spark_count; i++)
		snapshot->sparks[i].metric = request->sparks[i];
	joined_sparks(joined, asked.scope, asked.formula, snapshot->span, snapshot->sparks, snapshot->spark_count);
	join_compared(joined, snapshot, asked.formula);
}

static void take_longest(struct snapshot *snapshot, const struct snapshot *part, const char *site, int64_t *longest)
{
	const struct figure *wait = snapshot_figure(part, "longest_wait");
	if (!wait->known || wait->numerator <= *longest || !*part->longest_where)
		return;
	*longest = wait->numerator;
	view_copy(view_of(part->longest_contact), snapshot->longest_contact, sizeof snapshot->longest_contact);
	char where[300];
	snprintf(where, sizeof where, "%s%s%s", site, *site ? " \u00B7 " : "", part->longest_where);
	text_harmless(view_of(where), snapshot->longest_where, sizeof snapshot->longest_where);
}

/* "berlin/Billing"; of one site alone the name as it is. Too long a name is cut at a whole character. */
static void put_before(const char *site, const char *between, char *name, size_t room)
{
	char text[300];
	if (!*site || !*name)
		return;
	snprintf(text, sizeof text, "%s%s%.255s", site, between, name);
	text_harmless(view_of(text), name, room);
}

static void put_site(const char *site, char *name, size_t room)
{
	put_before(site, "/", name, room);
}

/* Appends a part's items to a growing array. */
#define APPEND(items, item_count, part_items, part_count)                                                              \
	do {                                                                                                           \
		(items) = memory_resize((items), (size_t)((item_count) + (part_count)) + 1, sizeof *(items));          \
		if ((part_count) > 0)                                                                                  \
			memcpy((items) + (item_count), (part_items), (size_t)(part_count) * sizeof *(items));          \
		(item_count) += (part_count);                                                                          \
	} while (0)

static void append_rows(struct snapshot *snapshot, const struct snapshot *part, const struct joined *all, int site, const char *name)
{
	const int begin = snapshot->row_count;
	APPEND(snapshot->rows, snapshot->row_count, part->rows, part->row_count);
	for (int i = begin; i < snapshot->row_count; i++) {
		snapshot->rows[i].scope = joined_scope_from(all, site, snapshot->rows[i].scope);
		text_harmless(view_of(name), snapshot->rows[i].site, sizeof snapshot->rows[i].site);
	}
}

static void own_flags(struct list_conduct *items, int from, int count, const struct joined *all, int site, const char *name)
{
	for (int i = from; i < count; i++) {
		items[i].scope = joined_scope_from(all, site, items[i].scope);
		put_site(name, items[i].queue, sizeof items[i].queue);
	}
}

static void own_agents(struct list_care *items, int from, int count, const struct joined *all, int site, const char *name)
{
	for (int i = from; i < count; i++) {
		items[i].scope = joined_scope_from(all, site, items[i].scope);
		put_site(name, items[i].agent, sizeof items[i].agent);
	}
}

static void append_people(struct snapshot *snapshot, const struct snapshot *part, const struct joined *all, int site, const char *name)
{
	const int flags = snapshot->conduct_count, before = snapshot->flagged_before_count, faults = snapshot->protocol_fault_count;
	const int cares = snapshot->care_count, loads = snapshot->load_count;
	APPEND(snapshot->conduct, snapshot->conduct_count, part->conduct, part->conduct_count);
	APPEND(snapshot->flagged_before, snapshot->flagged_before_count, part->flagged_before, part->flagged_before_count);
	APPEND(snapshot->protocol_faults, snapshot->protocol_fault_count, part->protocol_faults, part->protocol_fault_count);
	APPEND(snapshot->care, snapshot->care_count, part->care, part->care_count);
	APPEND(snapshot->loads, snapshot->load_count, part->loads, part->load_count);
	own_flags(snapshot->conduct, flags, snapshot->conduct_count, all, site, name);
	own_flags(snapshot->flagged_before, before, snapshot->flagged_before_count, all, site, name);
	own_agents(snapshot->care, cares, snapshot->care_count, all, site, name);
	own_agents(snapshot->loads, loads, snapshot->load_count, all, site, name);
	for (int i = faults; i < snapshot->protocol_fault_count; i++)
		put_site(name, snapshot->protocol_faults[i].queue, sizeof snapshot->protocol_faults[i].queue);
}

static void append_work(struct snapshot *snapshot, const struct snapshot *part, const struct joined *all, int site, const char *name)
{
	const int alerts = snapshot->alert_count, dues = snapshot->due_count;
	APPEND(snapshot->alerts, snapshot->alert_count, part->alerts, part->alert_count);
	APPEND(snapshot->due, snapshot->due_count, part->due, part->due_count);
	snapshot->due_10m += part->due_10m;
	for (int i = alerts; i < snapshot->alert_count; i++) {
		snapshot->alerts[i].site = site + 1;
		snapshot->alerts[i].scope = joined_scope_from(all, site, snapshot->alerts[i].scope);
		put_before(name, ": ", snapshot->alerts[i].text, sizeof snapshot->alerts[i].text);
	}
	for (int i = dues; i < snapshot->due_count; i++)
		put_site(name, snapshot->due[i].queue, sizeof snapshot->due[i].queue);
}

static void add_clocks(struct list_clocks *items, int *count, const struct list_clocks *part, int part_count, int most)
{
	for (int i = 0; i < part_count; i++) {
		int place = 0;
		while (place < *count && strcmp(items[place].name, part[i].name) != 0)
			place++;
		if (place == most)
			continue;
		if (place == *count)
			items[(*count)++] = (struct list_clocks){0};
		memcpy(items[place].name, part[i].name, sizeof items->name);
		items[place].running += part[i].running;
		items[place].due_soon += part[i].due_soon;
		items[place].paused += part[i].paused;
		items[place].breached += part[i].breached;
	}
}

/* Clocks are added; call-backs and markets are each site's own. */
static void append_service(struct snapshot *snapshot, const struct snapshot *part, const struct joined *all, int site, const char *name)
{
	const int followups = snapshot->followup_count, markets = snapshot->market_count;
	add_clocks(snapshot->clock_kinds, &snapshot->clock_kind_count, part->clock_kinds, part->clock_kind_count, SLA_CLOCK_COUNT);
	add_clocks(snapshot->priorities, &snapshot->priority_count, part->priorities, part->priority_count, PRIORITIES_MOST);
	APPEND(snapshot->followups, snapshot->followup_count, part->followups, part->followup_count);
	APPEND(snapshot->markets, snapshot->market_count, part->markets, part->market_count);
	for (int i = followups; i < snapshot->followup_count; i++)
		put_site(name, snapshot->followups[i].queue, sizeof snapshot->followups[i].queue);
	for (int i = markets; i < snapshot->market_count; i++) {
		snapshot->markets[i].of.scope = joined_scope_from(all, site, snapshot->markets[i].of.scope);
		put_site(name, snapshot->markets[i].of.name, sizeof snapshot->markets[i].of.name);
	}
}

/* Ids are told apart by the site: the same can befall two of them in the same second. */
static void append_history(struct snapshot *snapshot, const struct snapshot *part, const struct joined *all, int site, const char *name)
{
	const int begin = snapshot->history_count;
	APPEND(snapshot->history, snapshot->history_count, part->history, part->history_count);
	for (int i = begin; i < snapshot->history_count; i++) {
		snapshot->history[i].site = site + 1;
		snapshot->history[i].scope = joined_scope_from(all, site, snapshot->history[i].scope);
		put_before(name, ": ", snapshot->history[i].text, sizeof snapshot->history[i].text);
	}
}

static void append_asked(struct snapshot *snapshot, const struct snapshot *part, const struct joined *all, int site, const char *name)
{
	const int agents = snapshot->agent_count;
	APPEND(snapshot->agents, snapshot->agent_count, part->agents, part->agent_count);
	for (int i = agents; i < snapshot->agent_count; i++) {
		snapshot->agents[i].scope = joined_scope_from(all, site, snapshot->agents[i].scope);
		snapshot->agents[i].team_scope = joined_scope_from(all, site, snapshot->agents[i].team_scope);
		put_site(name, snapshot->agents[i].name, sizeof snapshot->agents[i].name);
	}
	append_service(snapshot, part, all, site, name);
	snapshot_join_learning(snapshot, part, name);
	snapshot_join_conduct(snapshot, part, name);
}

static void append_feeds(struct snapshot *snapshot, const struct snapshot *part, const char *name)
{
	const int begin = snapshot->feed_count;
	APPEND(snapshot->feeds, snapshot->feed_count, part->feeds, part->feed_count);
	for (int i = begin; i < snapshot->feed_count; i++) {
		snapshot->feeds[i].feed = FEED_ELSEWHERE;
		put_site(name, snapshot->feeds[i].src, sizeof snapshot->feeds[i].src);
	}
	for (int fault = 0; fault < FAULT_COUNT; fault++)
		snapshot->faults[fault] += part->faults[fault];
	snapshot->nothing = snapshot->nothing && part->nothing;
}

static int cut(void *items, int count, size_t size, int (*order)(const void *, const void *), int most)
{
	if (count)
		qsort(items, (size_t)count, size, order);
	return count < most ? count : most;
}

static int by_queue(const void *left, const void *right)
{
	const struct snapshot_row *a = *(const struct snapshot_row *const *)left, *b = *(const struct snapshot_row *const *)right;
	return strcmp(a->queue, b->queue);
}

/* Which names say nothing without their site? */
static void find_shared(struct snapshot *snapshot)
{
	struct snapshot_row **rows = memory_new((size_t)snapshot->row_count + 1, sizeof *rows);
	for (int i = 0; i < snapshot->row_count; i++)
		rows[i] = &snapshot->rows[i];
	qsort(rows, (size_t)snapshot->row_count, sizeof *rows, by_queue);
	for (int begin = 0, end; begin < snapshot->row_count; begin = end) {
		bool shared = false;
		for (end = begin; end < snapshot->row_count && strcmp(rows[end]->queue, rows[begin]->queue) == 0; end++)
			shared = shared || strcmp(rows[end]->site, rows[begin]->site) != 0;
		for (int i = begin; i < end; i++)
			rows[i]->shared = shared;
	}
	free(rows);
}

static void sort_lists(struct snapshot *snapshot)
{
	find_shared(snapshot);
	snapshot_sort_learning(snapshot);
	snapshot->row_count = cut(snapshot->rows, snapshot->row_count, sizeof *snapshot->rows, snapshot_compare_rows, ROWS_MOST);
	snapshot->conduct_count = cut(snapshot->conduct, snapshot->conduct_count, sizeof *snapshot->conduct, list_conduct_order, ITEMS_MOST);
	snapshot->care_count = cut(snapshot->care, snapshot->care_count, sizeof *snapshot->care, list_care_order, NAMED_MOST);
	snapshot->load_count = cut(snapshot->loads, snapshot->load_count, sizeof *snapshot->loads, list_care_order, ITEMS_MOST);
	snapshot->flagged_before_count = cut(snapshot->flagged_before, snapshot->flagged_before_count, sizeof *snapshot->flagged_before,
		list_flagged_order, ITEMS_MOST);
	snapshot->protocol_fault_count = cut(snapshot->protocol_faults, snapshot->protocol_fault_count, sizeof *snapshot->protocol_faults,
		list_fault_order, ITEMS_MOST);
	snapshot->alert_count = cut(snapshot->alerts, snapshot->alert_count, sizeof *snapshot->alerts, list_alert_order, ITEMS_MOST);
	snapshot->history_count = cut(snapshot->history, snapshot->history_count, sizeof *snapshot->history, list_alert_order, ITEMS_MOST);
	snapshot->due_count = cut(snapshot->due, snapshot->due_count, sizeof *snapshot->due, list_due_order, ITEMS_MOST);
	snapshot->agent_count = cut(snapshot->agents, snapshot->agent_count, sizeof *snapshot->agents, list_agent_order, AGENTS_MOST);
	snapshot->followup_count = cut(snapshot->followups, snapshot->followup_count, sizeof *snapshot->followups, list_followup_order, FOLLOWUPS_SHOWN);
}

/* ---- by name ---- */

struct named_join {
	struct list_named *items;
	int count;
	int64_t total;
};

static void add_named(struct named_join *join, const struct list_named *items, int count)
{
	for (int i = 0; i < count; i++) {
		int place = 0;
		while (place < join->count && (strcmp(join->items[place].name, items[i].name) != 0 || join->items[place].scope.agent != items[i].scope.agent))
			place++;
		if (place == join->count) {
			APPEND(join->items, join->count, &items[i], 1);
			continue;
		}
		join->items[place].count += items[i].count;
		join->items[place].before += items[i].before;
	}
}

typedef int named_list(const struct engine *engine, const struct period *period, struct list_named *items, int room, int64_t *total);

/* All names of all sites, each in its own day; people belong to their site, everything else is added by its name. */
static struct named_join join_named(const struct merge *merge, const struct snapshot *snapshot, named_list *list, bool people)
{
	struct named_join join = {0};
	struct list_named *items = memory_new(NAMES_JOINED, sizeof *items);
	for (int i = 0; i < merge->count; i++) {
		const struct engine *engine = merge->parts[i];
		int64_t total = 0;
		if (!is_shown(&snapshot->request, i) || !engine || engine_now(engine) == INSTANT_NONE)
			continue;
		const struct period period = period_of(snapshot->request.window, merge->joined.now, merge->sites[i].zone, snapshot->settings->day_start);
		const int count = list(engine, &period, items, NAMES_JOINED, &total);
		for (int n = 0; n < count; n++) {
			items[n].scope = joined_scope_from(&merge->joined, i, items[n].scope);
			if (people && snapshot->request.site == 0)
				put_site(merge->sites[i].name, items[n].name, sizeof items[n].name);
		}
		add_named(&join, items, count);
		join.total += total;
	}
	free(items);
	join.count = cut(join.items, join.count, sizeof *join.items, list_named_order, NAMED_MOST);
	return join;
}

static void join_names(const struct merge *merge, struct snapshot *snapshot)
{
	const struct named_join refusals = join_named(merge, snapshot, list_refusals, false);
	const struct named_join mistakes = join_named(merge, snapshot, list_mistakes, true);
	const struct named_join praises = join_named(merge, snapshot, list_praises, false);
	snapshot->refusals = refusals.items;
	snapshot->refusal_count = refusals.count;
	snapshot->refusals_total = refusals.total;
	snapshot->mistakes = mistakes.items;
	snapshot->mistake_count = mistakes.count;
	snapshot->mistakes_total = mistakes.total;
	snapshot->praises = praises.items;
	snapshot->praise_count = praises.count;
	snapshot->praises_total = praises.total;
}

static void join_notes(const struct merge *merge, struct snapshot *snapshot)
{
	struct list_note found[NOTES_SHOWN];
	for (int i = 0; i < merge->count; i++) {
		const int count = is_shown(&snapshot->request, i) && merge->parts[i] ? list_notes(merge->parts[i], merge->joined.now, found, NOTES_SHOWN) : 0;
		for (struct list_note *note = found; note < found + count && !snapshot->request.site; note++)
			put_before(merge->sites[i].name, ": ", note->text, sizeof note->text);
		APPEND(snapshot->notes, snapshot->note_count, found, count);
	}
	snapshot->note_count = cut(snapshot->notes, snapshot->note_count, sizeof *snapshot->notes, list_note_order, NOTES_SHOWN);
	snapshot->note = snapshot->note_count ? memory_text(snapshot->notes[0].text) : NULL;
}

/* The names of the rows, each once. */
static void join_queues(struct snapshot *snapshot)
{
	snapshot->queues = memory_new((size_t)snapshot->row_count + 1, sizeof *snapshot->queues);
	for (int i = 0; i < snapshot->row_count; i++) {
		int known = 0;
		while (known < snapshot->queue_count && strcmp(snapshot->queues[known], snapshot->rows[i].queue) != 0)
			known++;
		if (known == snapshot->queue_count)
			snapshot->queues[snapshot->queue_count++] = memory_text(snapshot->rows[i].queue);
	}
}

static struct snapshot *begin(const struct merge *merge, const struct settings *settings, const struct zone *zone,
	const struct snapshot_request *request)
{
	struct snapshot *snapshot = memory_new(1, sizeof *snapshot);
	snapshot->settings = settings;
	snapshot->zone = zone;
	snapshot->zone_name = zone_name(zone);
	snapshot->request = *request;
	snapshot->progress = -1;
	snapshot->at = merge->joined.now;
	snapshot->nothing = true;
	snapshot->site_count = merge->count;
	snapshot->sites = memory_new((size_t)merge->count, sizeof *snapshot->sites);
	view_copy(view_of(settings->title), snapshot->title, sizeof snapshot->title);
	snapshot->span = spark_span(request->window);
	snapshot->named_window = period_window(request->window);
	char where[sizeof snapshot->scope_text], text[300];
	lists_scope_text(merge->joined.names, request->scope, where, sizeof where);
	snapshot_name_scope(snapshot, merge->joined.names);
	if (request->site)
		snprintf(text, sizeof text, "%s \u00B7 %s", merge->sites[request->site - 1].name, where);
	else
		snprintf(text, sizeof text, _("%d sites \u00B7 %s"), merge->count, where);
	text_harmless(view_of(text), snapshot->scope_text, sizeof snapshot->scope_text);
	return snapshot;
}

static void append_types(struct list_named **items, int *count, const struct list_named *part, int part_count)
{
	struct named_join join = {.items = *items, .count = *count};
	add_named(&join, part, part_count);
	*items = join.items;
	*count = join.count;
}

static void add_site(const struct merge *merge, int site, struct snapshot *snapshot, int64_t *longest)
{
	struct snapshot *part = look_at_site(merge, site, &snapshot->request);
	const char *name = snapshot->request.site ? "" : merge->sites[site].name;
	tell_site(merge, site, part, snapshot);
	if (!part)
		return;
	take_longest(snapshot, part, name, longest);
	append_rows(snapshot, part, &merge->joined, site, name);
	append_people(snapshot, part, &merge->joined, site, name);
	append_work(snapshot, part, &merge->joined, site, name);
	append_asked(snapshot, part, &merge->joined, site, name);
	append_history(snapshot, part, &merge->joined, site, name);
	append_feeds(snapshot, part, name);
	if (snapshot->request.site) { /* a day by half hours is one site's own */
		snapshot->forecast = part->forecast;
		part->forecast = NULL;
	}
	append_types(&snapshot->unknown, &snapshot->unknown_count, part->unknown, part->unknown_count);
	append_types(&snapshot->impossible, &snapshot->impossible_count, part->impossible, part->impossible_count);
	snapshot_destroy(part);
}

/* Only where nobody shown is followed is the whole picture stale; else the sites that are not are named. */
static void tell_links(struct snapshot *snapshot)
{
	bool from_store = true;
	int shown = 0;
	for (int i = 0; i < snapshot->site_count; i++) {
		const struct snapshot_site *site = &snapshot->sites[i];
		if (!site->shown)
			continue;
		shown++;
		from_store = from_store && site->from_store;
		snapshot->stale_ms = site->stale && site->silent > snapshot->stale_ms ? site->silent : snapshot->stale_ms;
	}
	snapshot->stale = shown == snapshot->sites_stale;
	snapshot->source = from_store ? _("Redis, every second") : words_plural("collector", "collectors", shown);
}

struct snapshot *snapshot_merge(const struct merge *merge, const struct settings *settings, const struct zone *zone,
	const struct snapshot_request *request)
{
	struct snapshot_request valid = *request;
	valid.site = request->site >= 0 && request->site <= merge->count ? request->site : 0;
	struct snapshot *snapshot = begin(merge, settings, zone, &valid);
	int64_t longest = -1;
	for (int i = 0; i < merge->count; i++)
		add_site(merge, i, snapshot, &longest);
	tell_links(snapshot);
	const struct joined alone = valid.site ? joined_alone(&merge->joined, valid.site - 1) : merge->joined;
	if (snapshot->at != INSTANT_NONE)
		join_figures(&alone, snapshot);
	snapshot_fill_answers(snapshot, NULL, &alone);
	if (snapshot->at == INSTANT_NONE)
		return snapshot;
	sort_lists(snapshot);
	snapshot->unknown_count = cut(snapshot->unknown, snapshot->unknown_count, sizeof *snapshot->unknown, list_named_order, NAMED_MOST);
	join_names(merge, snapshot);
	join_notes(merge, snapshot);
	join_queues(snapshot);
	return snapshot;
}
