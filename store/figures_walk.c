#include "store/figures_walk.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "store/snapshot_parts.h"

const char *const figures_scope_keys[] = {"queue", "channel", "market", "agent", "team", NULL};

bool figures_wanted(const struct figures_request *request, struct scope scope, int metric, bool gauges)
{
	if ((metrics[metric].kind == KIND_GAUGE) != gauges || (scope_of_people(scope) && !metrics[metric].people))
		return false;
	return !request->wanted || request->wanted[metric];
}

enum sl_formula figures_formula(const struct figures_walk *walk, struct scope scope)
{
	return walk->request->formula >= 0 ? (enum sl_formula)walk->request->formula
					   : snapshot_formula(walk->snapshot->settings, list_scope_name(walk->engine, scope, "queue"));
}

struct figure figures_figure(const struct figures_walk *walk, int metric)
{
	struct figure figure = {.n = -1, .low = -1, .high = -1, .denominator = 1};
	query_figure(walk->query, metric, &figure);
	return figure;
}

double figures_limit(const struct metric *metric)
{
	const double limit = isnan(metric->target) ? metric->warn : metric->target;
	return metric->unit == UNIT_RATIO ? limit / 100 : limit;
}

int64_t figures_within(const struct figures_walk *walk, struct scope scope)
{
	const struct engine *engine = walk->engine;
	if (scope.channel == SCOPE_ANY && scope.queue == SCOPE_ANY)
		return -1;
	if (walk->joined.count) {
		if (walk->joined.count > 1 || !joined_scope_in(&walk->joined, 0, scope, &scope))
			return -1;
		engine = walk->joined.parts[0];
	}
	return list_target(engine, scope);
}

static void choose_site(struct figures_walk *walk, int scope)
{
	const struct figures_request *request = walk->request;
	walk->scope = request->scopes[scope];
	if (!request->joined)
		return;
	walk->site = request->sites[scope];
	walk->joined = walk->site ? joined_alone(request->joined, walk->site - 1) : *request->joined;
}

static void ask(struct figures_walk *walk, enum window window)
{
	const struct scope scope = snapshot_scope(&walk->snapshot->request, walk->scope);
	const enum sl_formula formula = figures_formula(walk, walk->scope);
	const enum attribution by = walk->request->by;
	walk->window = window;
	walk->gauges = window == WINDOW_NOW;
	if (walk->joined.count)
		joined_query(walk->query, &walk->joined, scope, window, by, formula, true);
	else
		query_run(walk->query, walk->engine, scope, window, by, formula, true);
}

void figures_walk(struct figures_walk *walk, void (*take)(void *context, struct figures_walk *walk), void *context)
{
	const struct figures_request *request = walk->request;
	walk->query = memory_new(1, sizeof *walk->query);
	for (int i = 0; i < request->scope_count; i++) {
		choose_site(walk, i);
		ask(walk, WINDOW_NOW);
		take(context, walk);
		for (int w = 0; w < request->window_count; w++) {
			if (request->windows[w] == WINDOW_NOW)
				continue;
			ask(walk, request->windows[w]);
			take(context, walk);
		}
	}
	free(walk->query);
	walk->query = NULL;
	walk->site = 0;
	walk->joined.count = 0;
}
