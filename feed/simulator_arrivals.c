/* The queue lines, and who turns up in them when. */
#include "feed/simulator_state.h"

#define BACKLOG 30 /* e-mails that were there before */
#define LETTERS_MOST 80 /* waiting; more are taken by an overflow desk that is not shown */
#define OUTAGE_BEFORE (12 * MINUTE_MS) /* it began so long before `start` */
#define OUTAGE_MS (50 * MINUTE_MS)
#define CUSTOMERS 30000

enum { DE, RU, BR, ID };

const struct line lines[LINES] = {
	{.queue = "Billing", .title = "Billing chat", .channel = CHANNEL_CHAT, .hourly = 123, .talk_s = 255, .wrap_s = 25, .patience_s = 330,
		.agents = 5, .slots = 3, .markets = {DE, RU}, .cases = 16, .first_reply_min = 8, .team = "Billing",
		.topics = {"outage", "invoice", "payment failed", "refund", "SIM swap", "tariff change"}},
	{.queue = "Billing", .title = "Billing phone", .channel = CHANNEL_PHONE, .hourly = 93, .talk_s = 207, .wrap_s = 35, .patience_s = 200,
		.agents = 8, .slots = 1, .markets = {DE, RU}, .cases = 15, .first_reply_min = 30, .team = "Billing",
		.topics = {"outage", "invoice", "payment failed", "refund", "direct debit", "tariff change"}},
	{.queue = "Delivery", .title = "Delivery phone", .channel = CHANNEL_PHONE, .hourly = 84, .talk_s = 211, .wrap_s = 35, .patience_s = 190,
		.agents = 8, .slots = 1, .markets = {DE, RU}, .cases = 15, .first_reply_min = 30, .team = "Delivery",
		.topics = {"outage", "parcel late", "parcel lost", "address change", "damaged", "customs"}},
	{.queue = "Delivery", .title = "Delivery email", .channel = CHANNEL_EMAIL, .hourly = 55, .talk_s = 238, .wrap_s = 0, .patience_s = 0,
		.agents = 5, .slots = 1, .markets = {DE, RU}, .cases = 100, .first_reply_min = 120, .team = "Delivery",
		.topics = {"outage", "parcel late", "parcel lost", "address change", "damaged", "customs"}},
	{.queue = "Returns", .title = "Returns chat", .channel = CHANNEL_CHAT, .hourly = 119, .talk_s = 229, .wrap_s = 25, .patience_s = 300,
		.agents = 5, .slots = 3, .markets = {DE, RU}, .cases = 16, .first_reply_min = 8, .team = "Returns",
		.topics = {"outage", "label missing", "refund", "exchange", "pick-up", "damaged"}},
	{.queue = "VIP", .title = "VIP phone", .channel = CHANNEL_PHONE, .hourly = 18, .talk_s = 194, .wrap_s = 30, .patience_s = 240,
		.agents = 3, .slots = 1, .markets = {DE, DE}, .cases = 45, .first_reply_min = 30, .team = "VIP",
		.topics = {"outage", "invoice", "parcel late", "contract", "refund", "compliment"}},
	{.queue = "Português", .title = "Português chat", .channel = CHANNEL_CHAT, .hourly = 66, .talk_s = 238, .wrap_s = 25, .patience_s = 330,
		.agents = 3, .slots = 3, .markets = {BR, BR}, .cases = 16, .first_reply_min = 8, .team = "São Paulo",
		.topics = {"outage", "invoice", "parcel late", "refund", "address change", "exchange"}},
	{.queue = "Bahasa", .title = "Bahasa chat", .channel = CHANNEL_CHAT, .hourly = 62, .talk_s = 233, .wrap_s = 25, .patience_s = 330,
		.agents = 3, .slots = 3, .markets = {ID, ID}, .cases = 16, .first_reply_min = 8, .team = "Jakarta",
		.topics = {"outage", "invoice", "parcel late", "refund", "address change", "exchange"}},
};

/* Percent of the usual rate by the hour of the day: a quiet night and morning, two rushes. */
static const uint8_t by_hour[24] = {80, 78, 78, 78, 78, 80, 80, 82, 86, 92, 100, 106, 108, 104, 104, 106, 106, 104, 104, 108, 106, 98, 88, 78};

static int64_t remainder_of(int64_t value, int64_t by)
{
	int64_t rest = value % by;
	return rest < 0 ? rest + by : rest;
}

/* The first outage is the one that hangs on `start`; then the same every day. */
static bool has_outage(const struct simulator *simulator, int line)
{
	if (line != 0 && line != 2)
		return false;
	return remainder_of(simulator->now - (simulator->start - OUTAGE_BEFORE), DAY_MS) < OUTAGE_MS;
}

static int64_t pause_between(struct simulator *simulator, int line)
{
	int64_t hour = remainder_of(simulator->now + simulator->zone_offset, DAY_MS) / HOUR_MS;
	int64_t rate = (int64_t)lines[line].hourly * by_hour[hour] * (has_outage(simulator, line) ? 3 : 1);
	return HOUR_MS * 100 / rate;
}

static void plan_next(struct simulator *simulator, int line)
{
	int64_t wait = chance_wait(simulator, pause_between(simulator, line));
	agenda_put(simulator, simulator->now + wait, ACT_ARRIVAL, &(struct subject){.line = (uint8_t)line});
}

void arrivals_open(struct simulator *simulator)
{
	for (int line = 0; line < LINES; line++)
		plan_next(simulator, line);
	for (int i = 0; i < BACKLOG; i++)
		agenda_put(simulator, simulator->begin + i * 200, ACT_BACKLOG, &(struct subject){.line = 3});
}

static void arrive(struct simulator *simulator, int line)
{
	uint32_t customer = chance_below(simulator, CUSTOMERS);
	bool outage = has_outage(simulator, line) && chance_percent(simulator, 70);
	int topic = outage ? OUTAGE : 1 + (int)chance_below(simulator, TOPICS - 1);
	if (lines[line].channel == CHANNEL_EMAIL && simulator->waiting[line] >= LETTERS_MOST)
		return;
	talk_queue(simulator, line, customer, topic, NULL);
}

void arrivals_act(struct simulator *simulator, enum act act, const struct subject *subject)
{
	if (act == ACT_AGAIN) {
		talk_queue(simulator, subject->line, subject->customer, subject->topic, subject);
		return;
	}
	arrive(simulator, subject->line);
	if (act == ACT_ARRIVAL)
		plan_next(simulator, subject->line);
}
