/* The sections of service hours and SLA clocks. */
#include <string.h>

#include "base/instant.h"
#include "config/opening.h"
#include "config/sla_targets.h"
#include "config/tables.h"

static const char *const sla_clocks[] = {"first_reply", "next_reply", "update", "resolve"};
static const char *const case_states[] = {"open", "pending", "held", "solved", "closed", "deleted", "merged"};
static const char *const reopenings[] = {"new", "go_on"};

static bool is_block(const char *value, struct error *err)
{
	struct open_block block;
	return opening_block(value, &block, err);
}

static bool is_holiday(const char *value, struct error *err)
{
	int32_t day;
	return opening_holiday(value, &day, err);
}

static bool is_state(const char *value, struct error *err)
{
	for (size_t i = 0; i < sizeof case_states / sizeof *case_states; i++)
		if (strcmp(case_states[i], value) == 0)
			return true;
	return fail(err, "a state of a case: \"open\", \"pending\", \"held\", \"solved\", \"closed\", \"deleted\" or \"merged\"");
}

static bool is_target(const char *value, struct error *err)
{
	int priority;
	int64_t target;
	return sla_target_read(value, &priority, &target, err);
}

bool sla_clock_known(const char *name, struct error *err)
{
	for (size_t i = 0; i < sizeof sla_clocks / sizeof *sla_clocks; i++)
		if (strcmp(sla_clocks[i], name) == 0)
			return true;
	return fail(err, "there is no such SLA clock; the title can be \"first_reply\", \"next_reply\", \"update\" or \"resolve\"");
}

#define HOLIDAYS_MOST 16384
#define AT(member) .offset = offsetof(struct calendar_settings, member)
#define DAY(number) AT(days[number]), .count_offset = offsetof(struct calendar_settings, day_counts[number])
#define HOURS .type = SETTING_LIST, .counts = true, .check = is_block, .most = 48
static const struct setting calendar_settings[] = {
	{"zone", .type = SETTING_KEY, .counts = true, AT(zone), .check = setting_is_zone, .help = "By whose clocks; otherwise the board's zone."},
	{"monday", HOURS, DAY(0), .help = "When it is open: { \"09:00-12:30\", \"13:30-18:00\" }. Nothing: closed."},
	{"tuesday", HOURS, DAY(1), .help = "As above."},
	{"wednesday", HOURS, DAY(2), .help = "As above."},
	{"thursday", HOURS, DAY(3), .help = "As above."},
	{"friday", HOURS, DAY(4), .help = "As above."},
	{"saturday", HOURS, DAY(5), .help = "As above."},
	{"sunday", HOURS, DAY(6), .help = "As above."},
	{"holidays", .type = SETTING_LIST, .counts = true, AT(holidays), .count_offset = offsetof(struct calendar_settings, holiday_count),
		.check = is_holiday, .most = HOLIDAYS_MOST, .help = "Dates on which it is closed: { \"2026-12-25\", \"2026-12-26\" }."},
};

#undef AT
#define AT(member) .offset = offsetof(struct sla_settings, member)
#define LIST(member, counter) AT(member), .count_offset = offsetof(struct sla_settings, counter)
static const struct setting sla_settings[] = {
	{"pause_in", .type = SETTING_LIST, .counts = true, LIST(pause_in, pause_count), .check = is_state, .most = 7,
		.help = "It stands still while its case is in one of these states: { \"pending\", \"held\" }."},
	{"stop_in", .type = SETTING_LIST, .counts = true, LIST(stop_in, stop_count), .check = is_state, .most = 7,
		.help = "It is met when its case gets into one of these states: { \"solved\", \"closed\" }. Nothing: the source says when."},
	{"reopen", .type = SETTING_WORD, .counts = true, AT(reopen), .fallback = "new", .words = reopenings, .word_count = 2,
		.help = "When a case that stopped it is opened again: \"new\" starts another one, \"go_on\" takes back that it was met."},
	{"start", .type = SETTING_FLAG, .counts = true, AT(start), .fallback = "false",
		.help = "The board starts and ends it, for sources that tell nothing of SLA clocks: from case.opened, or a customer's unanswered message on."},
	{"targets", .type = SETTING_LIST, .counts = true, LIST(targets, target_count), .check = is_target, .most = 6,
		.help = "What it is given then, by the priority of its case: { \"1: 4h\", \"2: 8h\", \"*: 24h\" }. None: not started."},
};

#define TABLE(list) list, sizeof list / sizeof *list
const struct setting_table calendar_table = {"calendar", "support",
	"When a team is at work, for SLA clocks; its title is what clocks and queues call it. It wins over a calendar of that name from a feed.",
	TABLE(calendar_settings)};
const struct setting_table sla_table = {"sla", "resolve", "What the state of a case does to an SLA clock; its title is the clock.",
	TABLE(sla_settings)};
