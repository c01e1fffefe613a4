/* Flags, customers who were flagged before, steps out of turn and agents' care as JSON. */
#include "config/cards.h"
#include "store/json_text.h"
#include "store/snapshot_parts.h"

static void put_place(FILE *to, const char *queue, const char *channel, const char *agent)
{
	put_pair(to, "queue", queue);
	fputs(", ", to);
	put_pair(to, "channel", channel);
	fputs(", ", to);
	put_pair(to, "agent", agent);
}

static void put_seconds(FILE *to, const char *key, int64_t ms)
{
	if (ms >= 0)
		fprintf(to, ", \"%s\": %.3f", key, (double)ms / 1000);
}

/* The card of a step; nothing where there is none. */
static void put_step(FILE *to, const char *key, int step)
{
	if (step < STEP_REQUEST || step > STEP_ENDED)
		return;
	fputs(", ", to);
	put_pair(to, key, card_names[CARD_REQUEST + step - STEP_REQUEST]);
}

static void put_flag(FILE *to, const struct list_conduct *flag)
{
	put_place(to, flag->queue, flag->channel, flag->agent);
	fprintf(to, ", \"step\": %d, \"fault_step\": %d, \"since\": %.3f, \"open\": %s, \"safety\": %s", flag->step, flag->fault_step,
		(double)flag->since / 1000, flag->open ? "true" : "false", flag->safety ? "true" : "false");
	put_seconds(to, "flagged", flag->flagged_ms);
	put_step(to, "next", flag->next);
	if (*flag->fault && flag->fault_step) {
		fputs(", ", to);
		put_pair(to, "fault", flag->fault);
	}
	if (flag->unclear)
		fputs(", \"unclear\": true", to);
	if (!flag->open && flag->ended_how) {
		fputs(", ", to);
		put_pair(to, "end", list_conduct_ends[flag->ended_how]);
	}
	if (flag->prior_ms >= 0)
		fprintf(to, ", \"flagged_before\": {\"ago\": %.3f, \"step\": %d}", (double)flag->prior_ms / 1000, flag->prior_step);
}

static void put_flags(FILE *to, const char *key, const struct list_conduct *flags, int count)
{
	fprintf(to, ", \"%s\": [", key);
	for (int i = 0; i < count; i++) {
		fputs(i ? ",\n  {" : "\n  {", to);
		put_flag(to, &flags[i]);
		fputs("}", to);
	}
	fputs("]", to);
}

static void put_faults(FILE *to, const struct snapshot *snapshot)
{
	fputs(", \"protocol_faults\": [", to);
	for (int i = 0; i < snapshot->protocol_fault_count; i++) {
		const struct list_fault *fault = &snapshot->protocol_faults[i];
		fputs(i ? ",\n  {" : "\n  {", to);
		put_place(to, fault->queue, fault->channel, fault->agent);
		put_step(to, "step", fault->tried);
		fprintf(to, ", \"reached\": %d, \"ago\": %.3f, ", fault->reached, (double)fault->ago / 1000);
		put_pair(to, "fault", fault->what);
		fputs("}", to);
	}
	fputs("]", to);
}

static void put_loads(FILE *to, const struct snapshot *snapshot)
{
	fputs(", \"care\": [", to);
	for (int i = 0; i < snapshot->load_count; i++) {
		const struct list_care *care = &snapshot->loads[i];
		fputs(i ? ",\n  {" : "\n  {", to);
		put_pair(to, "agent", care->agent);
		fprintf(to, ", \"rude\": %d, \"since_break\": %d, \"hour\": %d", care->rude, care->since_break, care->hour);
		put_seconds(to, "break_due", care->since);
		put_seconds(to, "resting", care->resting);
		put_seconds(to, "rested", care->rested);
		fputs("}", to);
	}
	fputs("]", to);
}

static void put_false_flags(FILE *to, const struct snapshot *snapshot)
{
	fputs(", \"false_flags\": [", to);
	for (int i = 0; i < snapshot->false_flag_count; i++) {
		const struct list_false_flags *item = &snapshot->false_flags[i];
		fputs(i ? ",\n  {" : "\n  {", to);
		put_pair(to, "src", item->src);
		fprintf(to, ", \"raised\": %lld, \"withdrawn\": %lld}", (long long)item->raised, (long long)item->withdrawn);
	}
	fputs("]", to);
}

void figures_json_conduct(FILE *to, const struct snapshot *snapshot)
{
	put_flags(to, "conduct", snapshot->conduct, snapshot->conduct_count);
	put_flags(to, "flagged_before", snapshot->flagged_before, snapshot->flagged_before_count);
	put_faults(to, snapshot);
	put_loads(to, snapshot);
	put_false_flags(to, snapshot);
}
