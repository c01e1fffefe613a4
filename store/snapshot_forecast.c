#include "store/snapshot_forecast.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "metrics/engine.h"
#include "metrics/query.h"
#include "store/snapshot_parts.h"

/* The file plans for queues, and for all: what concerns one channel or market alone it does not tell. */
static int planned(const struct snapshot *snapshot, const char *queue, struct scope scope, int64_t from, int64_t to)
{
	const struct shifts *shifts = snapshot->request.shifts;
	if (!shifts || scope.channel != SCOPE_ANY || scope.market != SCOPE_ANY)
		return -1;
	return shifts_planned(shifts, scope.queue == SCOPE_ANY ? NULL : queue, from, to, snapshot->zone);
}

static bool changes(const struct what_if *what_if)
{
	return what_if->agents || what_if->arrivals_percent || what_if->handle_percent;
}

/* What is over is told by what came; what is to come by its staffing. */
static void fill_half(const struct snapshot *snapshot, struct snapshot_forecast *page, struct snapshot_half *half, const char *queue, int on_shift)
{
	const int64_t from = half->half.from, to = from + FORECAST_STEP;
	const int agents = planned(snapshot, queue, snapshot->request.scope, from, to);
	half->staffing = (struct staffing){.needed = -1, .agents = agents, .service_level = NAN, .abandons = NAN, .occupancy = NAN, .wait = NAN};
	half->planned = agents >= 0;
	page->any_plan = page->any_plan || half->planned;
	if (to <= snapshot->at)
		return;
	forecast_staff(&page->forecast, snapshot->settings, half->half.expected, FORECAST_STEP, half->planned ? agents : on_shift,
		&snapshot->request.what_if, &half->staffing);
}

static void fill_needs(const struct snapshot *snapshot, const struct engine *engine, struct snapshot_forecast *page)
{
	struct query *query = memory_new(1, sizeof *query);
	for (int i = 0; i < snapshot->row_count && page->need_count < FORECAST_QUEUES_MOST; i++) {
		const struct snapshot_row *row = &snapshot->rows[i];
		struct snapshot_need *need = &page->needs[page->need_count++];
		struct forecast forecast;
		query_run(query, engine, row->scope, WINDOW_NOW, snapshot->request.by, SL_FORMULA_SL2SV, false);
		forecast_of(&forecast, query);
		need->scope = row->scope;
		memcpy(need->queue, row->queue, sizeof need->queue);
		memcpy(need->channel, row->channel, sizeof need->channel);
		need->known = forecast.known;
		forecast_staff(&forecast, snapshot->settings, forecast.next_30m, FORECAST_STEP, forecast.staffing.agents, &snapshot->request.what_if,
			&need->staffing);
	}
	free(query);
}

void snapshot_fill_forecast(struct snapshot *snapshot, const struct engine *engine)
{
	const struct snapshot_request *request = &snapshot->request;
	if (!(request->lists & 1u << SNAPSHOT_FORECAST) || scope_of_people(request->scope))
		return;
	struct snapshot_forecast *page = snapshot->forecast = memory_new(1, sizeof *page);
	struct query *query = memory_new(1, sizeof *query);
	struct forecast_half halves[FORECAST_HALVES_MOST];
	query_run(query, engine, request->scope, WINDOW_NOW, request->by, SL_FORMULA_SL2SV, false);
	forecast_of(&page->forecast, query);
	free(query);
	page->what_if = changes(&request->what_if);
	page->as_it_is = page->forecast.staffing;
	forecast_staff(&page->forecast, snapshot->settings, page->forecast.next_30m, FORECAST_STEP, page->as_it_is.agents, &request->what_if,
		&page->changed);
	page->half_count = forecast_day(engine, request->scope, &page->forecast, halves);
	const char *queue = list_scope_name(engine, request->scope, "queue");
	for (int i = 0; i < page->half_count; i++) {
		page->halves[i].half = halves[i];
		fill_half(snapshot, page, &page->halves[i], queue, page->as_it_is.agents);
	}
	fill_needs(snapshot, engine, page);
}
