#include "tui/flow.h"

#define SHARE 0.5	     /* of what the terminal takes: keys and what others send over the line want some too */
#define WEIGHT 0.3	     /* of the newest sample in an average */
#define FRUGAL_INTERVAL 2000 /* ms: figures that change each second go together */
#define FRUGAL_BURST 700     /* bytes saved up at most */
#define FRUGAL_DEBT 2000     /* bytes: a whole picture does not make the board stand still for longer than some 8 s */

static int64_t clamp(int64_t value, int64_t least, int64_t most)
{
	return value < least ? least : value > most ? most : value;
}

static void average(double *of, double sample)
{
	*of = *of > 0 ? *of + WEIGHT * (sample - *of) : sample;
}

void flow_init(struct flow *flow, double frames, bool frugal, int64_t now)
{
	const int64_t fastest = clamp((int64_t)(1000 / frames), 1, FLOW_SLOWEST);
	*flow = (struct flow){.fastest = frugal && fastest < FRUGAL_INTERVAL ? FRUGAL_INTERVAL : fastest, .frugal = frugal, .next = now,
		.credit = FRUGAL_BURST, .credited = now};
	flow->interval = flow->fastest;
}

static void charge(struct flow *flow, size_t bytes, int64_t now)
{
	flow->credit += (double)(now - flow->credited) * FLOW_FRUGAL_RATE / 1000;
	flow->credited = now;
	if (flow->credit > FRUGAL_BURST)
		flow->credit = FRUGAL_BURST;
	flow->credit -= (double)bytes;
	if (flow->credit < -FRUGAL_DEBT)
		flow->credit = -FRUGAL_DEBT;
}

void flow_sent(struct flow *flow, size_t bytes, size_t waiting, int64_t now)
{
	average(&flow->frame, (double)bytes);
	charge(flow, bytes, now);
	flow->waiting_since = waiting ? now : 0;
	flow->waiting = waiting;
	if (!waiting) {
		flow->interval = clamp(flow->interval - flow->interval / 10, flow->fastest, FLOW_SLOWEST);
		if (flow->interval == flow->fastest)
			flow->rate = 0;
	}
	flow->next = now + flow->interval;
}

void flow_drained(struct flow *flow, int64_t now)
{
	if (!flow->waiting_since)
		return;
	const int64_t took = now > flow->waiting_since ? now - flow->waiting_since : 1;
	average(&flow->rate, (double)flow->waiting * 1000 / (double)took);
	const double wanted = flow->frame * 1000 / (flow->rate * SHARE);
	const int64_t needed = wanted > FLOW_SLOWEST ? FLOW_SLOWEST : (int64_t)wanted;
	flow->interval = clamp(needed > flow->interval ? needed : flow->interval, flow->fastest, FLOW_SLOWEST);
	const int64_t then = flow->waiting_since + flow->interval;
	flow->next = then > now ? then : now;
	flow->waiting_since = 0;
	flow->waiting = 0;
}

void flow_dropped(struct flow *flow, int64_t now)
{
	flow->interval = clamp(2 * flow->interval, flow->fastest, FLOW_SLOWEST);
	flow->next = now + flow->interval;
}

int64_t flow_due(const struct flow *flow, int64_t now)
{
	if (!flow->frugal)
		return flow->next;
	const double credit = flow->credit + (double)(now - flow->credited) * FLOW_FRUGAL_RATE / 1000;
	const int64_t paid = credit >= 0 ? now : now + 1 + (int64_t)(-credit * 1000 / FLOW_FRUGAL_RATE);
	return paid > flow->next ? paid : flow->next;
}
