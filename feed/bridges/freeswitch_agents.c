/* Agents as FreeSWITCH's mod_callcenter tells them: a status, which people set, and a state, which follows from calls but for Idle. There
 * is no event for the end of a wrap-up, and the state is Waiting the moment a call ends, while wrap_up_time still keeps calls from the
 * agent. So a wrap-up ends by the clock, and is told as nominal. Of those who are "Available (On Demand)" it is known: they are Idle
 * after a call until somebody sets them to Waiting. */
#include <stdlib.h>

#include "feed/bridges/freeswitch_events.h"

#define WRAP_LONGEST (9 * MINUTE_MS) /* a board closes a wrap-up by itself after ten */

/* ---- wrap-up ---- */

static void end_wrap(struct freeswitch *freeswitch, struct worker *worker, int64_t at, bool is_nominal)
{
	if (!*worker->wrapping)
		return;
	if (at < worker->wrap_from)
		at = worker->wrap_from;
	struct event event = import_event(EVENT_CONTACT_WRAPPED, at);
	import_text(&event, KEY_CONTACT, view_of(worker->wrapping));
	import_text(&event, KEY_AGENT, view_of(worker->name));
	import_number(&event, KEY_WRAP_MS, at - worker->wrap_from);
	if (is_nominal)
		import_number(&event, KEY_NOMINAL, 1);
	freeswitch_emit(freeswitch, &event, "");
	worker->wrapping[0] = 0;
	worker_put(freeswitch, worker);
}

void freeswitch_end_wrap(struct freeswitch *freeswitch, const char *agent, int64_t ts)
{
	struct worker worker;
	if (worker_find(freeswitch, view_of(agent), &worker))
		end_wrap(freeswitch, &worker, ts < worker.wrap_due ? ts : worker.wrap_due, !worker.is_seen);
}

/* One who is still Idle then is no longer busy with that call. */
static void end_due_wrap(struct freeswitch *freeswitch, struct worker *worker)
{
	const int64_t due = worker->wrap_due;
	end_wrap(freeswitch, worker, due, true);
	if (!worker->is_idle)
		return;
	const struct event event = freeswitch_agent_event(due, worker);
	freeswitch_emit(freeswitch, &event, "");
}

void freeswitch_wraps(struct freeswitch *freeswitch)
{
	size_t count;
	struct worker *workers = workers_all(freeswitch, &count);
	freeswitch->wrap_next = FREESWITCH_NEVER;
	for (size_t i = 0; i < count; i++) {
		struct worker *worker = &workers[i];
		if (*worker->wrapping && worker->wrap_due <= freeswitch->now)
			end_due_wrap(freeswitch, worker);
		else if (*worker->wrapping && worker->wrap_due < freeswitch->wrap_next)
			freeswitch->wrap_next = worker->wrap_due;
	}
	free(workers);
}

bool freeswitch_begin_wrap(struct freeswitch *freeswitch, const struct visit *visit, int64_t ts)
{
	struct worker worker;
	if (!worker_find(freeswitch, view_of(visit->agent), &worker))
		return false;
	const bool is_seen = worker.status == WORKER_ON_DEMAND;
	if (!is_seen && (worker.wrap_ms <= 0 || worker.wrap_ms > WRAP_LONGEST))
		return false;
	end_wrap(freeswitch, &worker, ts, !worker.is_seen);
	view_copy(view_of(visit->contact), worker.wrapping, sizeof worker.wrapping);
	worker.is_seen = is_seen;
	worker.wrap_from = ts;
	worker.wrap_due = ts + (is_seen ? WRAP_LONGEST : worker.wrap_ms);
	worker_put(freeswitch, &worker);
	return true;
}

/* ---- status and state ---- */

static const struct {
	const char *text, *state;
} statuses[] = {
	[WORKER_OUT] = {"Logged Out", "offline"},
	[WORKER_READY] = {"Available", "available"},
	[WORKER_ON_DEMAND] = {"Available (On Demand)", "available"},
	[WORKER_BREAK] = {"On Break", "away"},
};

enum worker_status freeswitch_status(struct view text, bool *known)
{
	*known = false;
	for (int i = WORKER_OUT; i <= WORKER_BREAK; i++)
		if (view_is(text, statuses[i].text))
			return *known = true, (enum worker_status)i;
	return WORKER_OUT;
}

/* Idle keeps calls away from an agent who is at his place. */
struct event freeswitch_agent_event(int64_t ts, const struct worker *worker)
{
	struct event event = import_event(EVENT_AGENT_STATE, ts);
	const bool is_kept = worker->is_idle && (worker->status == WORKER_READY || worker->status == WORKER_ON_DEMAND);
	import_text(&event, KEY_AGENT, view_of(worker->name));
	import_text(&event, KEY_STATE, view_of(is_kept ? "away" : statuses[worker->status].state));
	import_text(&event, KEY_REASON, view_of(is_kept ? "Idle" : ""));
	return event;
}

static void tell(struct freeswitch *freeswitch, struct worker *worker, int64_t ts)
{
	const struct event event = freeswitch_agent_event(ts, worker);
	worker_put(freeswitch, worker);
	freeswitch_emit(freeswitch, &event, "");
}

/* New ones are logged out. */
enum trial_outcome take_agent_add(struct freeswitch *freeswitch, const struct said *said, const char **why)
{
	struct worker worker;
	(void)why;
	worker_get(freeswitch, view_of(said->agent), &worker);
	worker.status = WORKER_OUT;
	tell(freeswitch, &worker, said->ts);
	return TRIAL_MAPPED;
}

enum trial_outcome take_status(struct freeswitch *freeswitch, const struct said *said, const char **why)
{
	struct worker worker;
	char text[ESL_VALUE_MOST];
	bool known;
	const enum worker_status status = freeswitch_status(esl_value(said->block, "CC-Agent-Status", text, sizeof text), &known);
	if (!known)
		return *why = "a status this program does not know", TRIAL_UNKNOWN;
	worker_get(freeswitch, view_of(said->agent), &worker);
	worker.status = status;
	if (status == WORKER_OUT)
		end_wrap(freeswitch, &worker, said->ts, false);
	tell(freeswitch, &worker, said->ts);
	return TRIAL_MAPPED;
}

static enum trial_outcome become_waiting(struct freeswitch *freeswitch, struct worker *worker, int64_t ts, const char **why)
{
	const bool was_idle = worker->is_idle, was_wrapping = *worker->wrapping && worker->is_seen;
	if (!was_idle && !was_wrapping)
		return *why = "what an agent does follows from the calls", TRIAL_IGNORED;
	worker->is_idle = false;
	if (was_wrapping)
		end_wrap(freeswitch, worker, ts < worker->wrap_due ? ts : worker->wrap_due, false);
	else
		tell(freeswitch, worker, ts);
	return TRIAL_MAPPED;
}

static enum trial_outcome become_idle(struct freeswitch *freeswitch, struct worker *worker, int64_t ts, const char **why)
{
	worker->is_idle = true;
	if (!*worker->wrapping) {
		tell(freeswitch, worker, ts);
		return TRIAL_MAPPED;
	}
	worker_put(freeswitch, worker);
	return *why = "the wrap-up goes on until the state is Waiting", TRIAL_IGNORED;
}

enum trial_outcome take_state(struct freeswitch *freeswitch, const struct said *said, const char **why)
{
	struct worker worker;
	char text[ESL_VALUE_MOST];
	const struct view state = esl_value(said->block, "CC-Agent-State", text, sizeof text);
	worker_get(freeswitch, view_of(said->agent), &worker);
	if (view_is(state, "Waiting"))
		return become_waiting(freeswitch, &worker, said->ts, why);
	if (view_is(state, "Idle"))
		return become_idle(freeswitch, &worker, said->ts, why);
	if (view_is(state, "Receiving") || view_is(state, "In a queue call") || view_is(state, "Reserved"))
		return *why = "what an agent does follows from the calls", TRIAL_IGNORED;
	return *why = "a state this program does not know", TRIAL_UNKNOWN;
}
