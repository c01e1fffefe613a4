#include <stdlib.h>

#include "base/memory.h"
#include "feed/simulator_state.h"

#define ALARM_AFTER (45 * MINUTE_MS)

/* ---- the script of the day ---- */

static void act(struct simulator *simulator, const struct activity *activity)
{
	const struct subject *subject = &activity->subject;
	simulator->now = activity->ts;
	if (activity->act == ACT_OPENING)
		people_opening(simulator, subject);
	else if (activity->act == ACT_STAFFING)
		people_staff(simulator, subject);
	else if (activity->act == ACT_AGENT)
		people_turn(simulator, subject);
	else if (activity->act == ACT_HELP)
		people_help(simulator, subject);
	else if (activity->act <= ACT_AGAIN)
		arrivals_act(simulator, activity->act, subject);
	else if (activity->act <= ACT_TRANSFER)
		talk_act(simulator, activity->act, subject);
	else if (activity->act <= ACT_WRAPPED)
		handling_act(simulator, activity->act, subject);
	else if (activity->act <= ACT_WITHDRAWN)
		mood_act(simulator, activity->act, subject);
	else if (activity->act <= ACT_CASE_REOPEN)
		ticket_act(simulator, activity->act, subject);
	else
		echoes_act(simulator, activity->act, subject);
}

/* Goes on until there is something to say. Arrivals never end, so there always will be. */
static void go_on(struct simulator *simulator)
{
	struct activity activity;
	if (simulator->queue_first < simulator->queue_count)
		return;
	simulator->queue_first = simulator->queue_count = 0;
	while (simulator->queue_count == 0 && agenda_take(simulator, &activity))
		act(simulator, &activity);
}

struct simulator *simulator_create(uint64_t seed, int64_t start, int64_t zone_offset)
{
	struct simulator *simulator = memory_new(1, sizeof *simulator);
	simulator->start = start;
	simulator->begin = simulator->now = start - HISTORY_MS;
	simulator->zone_offset = zone_offset;
	simulator->contact_unused = simulator->ticket_unused = NONE;
	simulator->contact_serial = 480000;
	simulator->ticket_serial = 47900;
	for (int i = 0; i < LINES; i++)
		simulator->first_waiting[i] = simulator->last_waiting[i] = NONE;
	simulator->alarm = start + ALARM_AFTER;
	chance_start(&simulator->chance, seed);
	people_open(simulator);
	arrivals_open(simulator);
	echoes_open(simulator);
	go_on(simulator);
	return simulator;
}

void simulator_destroy(struct simulator *simulator)
{
	if (!simulator)
		return;
	free(simulator->agenda);
	free(simulator->queue);
	free(simulator->contacts);
	free(simulator->tickets);
	free(simulator);
}

int64_t simulator_due(const struct simulator *simulator)
{
	return simulator->queue[simulator->queue_first].ts;
}

void simulator_next(struct simulator *simulator, struct event *event)
{
	simulator->current = simulator->queue[simulator->queue_first++];
	utterance_event(&simulator->current, event);
	go_on(simulator);
}
