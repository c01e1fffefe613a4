#include "metrics/values.h"

static int64_t handled(const struct query *query)
{
	return counted(query, COUNT_TALK_MS) + counted(query, COUNT_HOLD_MS) + counted(query, COUNT_WRAP_MS);
}

void value_aht(const struct query *query, struct figure *figure)
{
	figure_ratio(figure, handled(query), counted(query, COUNT_LEGS));
	figure->nominal = counted(query, COUNT_LEGS_NOMINAL) > 0;
}

void value_aht_p90(const struct query *query, struct figure *figure)
{
	figure_duration(figure, query->has_bins ? sketch_percentile(query->tally.value + KEY_HANDLE_BINS, 900) : -1);
	figure->n = counted(query, COUNT_LEGS);
	figure->nominal = counted(query, COUNT_LEGS_NOMINAL) > 0;
}

void value_talk_mean(const struct query *query, struct figure *figure)
{
	figure_ratio(figure, counted(query, COUNT_TALK_MS), counted(query, COUNT_LEGS));
}

void value_hold_mean(const struct query *query, struct figure *figure)
{
	figure_ratio(figure, counted(query, COUNT_HOLD_MS), counted(query, COUNT_LEGS));
}

void value_wrap_mean(const struct query *query, struct figure *figure)
{
	figure_ratio(figure, counted(query, COUNT_WRAP_MS), counted(query, COUNT_LEGS));
	figure->nominal = counted(query, COUNT_LEGS_NOMINAL) > 0;
}

void value_legs(const struct query *query, struct figure *figure)
{
	figure_count(figure, counted(query, COUNT_LEGS));
}

void value_aht_contact(const struct query *query, struct figure *figure)
{
	figure_ratio(figure, counted(query, COUNT_CONTACT_HANDLE_MS), counted(query, COUNT_CONTACTS));
}

void value_legs_per_contact(const struct query *query, struct figure *figure)
{
	figure_ratio(figure, counted(query, COUNT_CONTACT_LEGS) * 1000, counted(query, COUNT_CONTACTS));
}

void value_aht_running(const struct query *query, struct figure *figure)
{
	figure_ratio(figure, handled(query) + query->gauges.running_ms, counted(query, COUNT_LEGS) + query->gauges.running);
	figure->at_least = query->gauges.running > 0;
}

void value_chat_aht(const struct query *query, struct figure *figure)
{
	figure_ratio(figure, counted(query, COUNT_CHAT_SESSION_MS), counted(query, COUNT_CHATS));
}

void value_chat_work_aht(const struct query *query, struct figure *figure)
{
	figure_ratio(figure, counted(query, COUNT_CHAT_WORK_MS), counted(query, COUNT_CHATS));
}

void value_email_aht(const struct query *query, struct figure *figure)
{
	figure_ratio(figure, counted(query, COUNT_WORK_MS), counted(query, COUNT_WORKED));
}

/* The denominator is time, not a number of things: no n. */
static void time_share(struct figure *figure, int64_t part, int64_t whole)
{
	figure_ratio(figure, part, whole);
	figure->n = -1;
}

void value_occupancy(const struct query *query, struct figure *figure)
{
	int64_t busy = counted(query, COUNT_BUSY_MS);
	time_share(figure, busy, busy + counted(query, COUNT_IDLE_MS));
}

void value_load(const struct query *query, struct figure *figure)
{
	time_share(figure, counted(query, COUNT_SLOTS_USED_MS), counted(query, COUNT_SLOTS_MS));
}

/* Agents of whom nobody ever told are not "0 free": unknown. */
static void agents(const struct query *query, int64_t count, struct figure *figure)
{
	if (query->gauges.agents <= 0)
		return;
	figure_count(figure, count);
	figure->n = query->gauges.agents_on;
}

void value_agents_free(const struct query *query, struct figure *figure)
{
	agents(query, query->gauges.agents_free, figure);
}

void value_agents_on(const struct query *query, struct figure *figure)
{
	agents(query, query->gauges.agents_on, figure);
}

void value_agents_away(const struct query *query, struct figure *figure)
{
	agents(query, query->gauges.agents_away, figure);
}

void value_agents_wrap(const struct query *query, struct figure *figure)
{
	agents(query, query->gauges.agents_wrap, figure);
}

void value_agents_help(const struct query *query, struct figure *figure)
{
	agents(query, query->gauges.agents_help, figure);
}
