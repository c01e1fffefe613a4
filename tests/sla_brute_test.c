/* SLA clocks against a reference that only walks from minute to minute: random calendars in many zones, some of them defined anew on the
 * way, and random lives: pauses by source and by state, new targets, given dues, cases solved and opened again, late replies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/memory.h"
#include "calendar_events.h"

#include <cmocka.h>

#define LIVES 100		/* at a time, in one engine: each with a calendar and a case of its own */
#define LIFE (2 * 1440)		/* minutes */
#define HORIZON (LIFE + 4 * 1440)
#define EVENTS_MOST 30
#define NEVER INT32_MAX

static const char *const zones[] = {"UTC", "Europe/Berlin", "Europe/London", "America/New_York", "America/Sao_Paulo", "Asia/Tokyo",
	"Asia/Kathmandu", "Australia/Sydney", "Australia/Lord_Howe", "Africa/Casablanca", "America/St_Johns", "Pacific/Chatham"};
#define ZONES ((int)(sizeof zones / sizeof *zones))
static const char *const clocks[] = {"resolve", "update", "next_reply"};
static const char rules[] = "sla \"resolve\" { pause_in = { \"pending\", \"held\" } stop_in = { \"solved\" } }\n"
			    "sla \"update\" { pause_in = { \"held\" } stop_in = { \"solved\" } reopen = \"go_on\" }\n";

enum phase { IDLE, LIVE, ENDED };
enum how { HOW_NONE, HOW_MET, HOW_LATE, HOW_CANCELLED };

struct life {
	int number, zone, clock, events;
	uint8_t open[HORIZON]; /* by minute, as the calendar says now */
	/* the clock */
	enum phase phase;
	enum how how;
	int state; /* of the case: 0 open, 1 pending, 2 held, 3 solved */
	bool by_source, by_state, by_stop, breached, counted;
	int target, elapsed, breached_at, fixed /* NEVER: reckoned */, ended_at, changed;
};

struct group {
	struct teller teller;
	struct zone *zones[ZONES];
	struct life lives[LIVES];
	int64_t base;
	uint64_t random;
	int breached[LIFE], met[LIFE], withdrawn;
};

static int below(struct group *group, int limit)
{
	group->random = group->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int)((uint32_t)(group->random >> 33) % (uint32_t)limit);
}

static int64_t instant(const struct group *group, int minute)
{
	return group->base + minute * MINUTE_MS;
}

/* ---- calendars ---- */

/* Every minute by the definition: what the clock reads there, whether a block has it, whether the date is a holiday. */
static void open_minutes(struct group *group, struct life *life, int from, const struct open_block *blocks, int count, const int32_t *holidays,
	int holiday_count)
{
	static bool week[7 * 1440];
	memset(week, 0, sizeof week);
	for (int i = 0; i < count; i++)
		for (int minute = blocks[i].from; minute < blocks[i].to; minute++)
			week[blocks[i].weekday * 1440 + minute] = true;
	const struct zone *zone = group->zones[life->zone];
	int64_t offset = 0;
	for (int i = from; i < HORIZON; i++) {
		if (i == from || instant(group, i) % QUARTER_MS == 0) /* the clocks of no zone change within a quarter of an hour */
			offset = zone_offset(zone, instant(group, i)) * SECOND_MS;
		const int64_t reading = instant(group, i) + offset, day = reading / DAY_MS;
		bool open = week[(calendar_weekday(day) + 6) % 7 * 1440 + reading % DAY_MS / MINUTE_MS];
		for (int j = 0; j < holiday_count; j++)
			open = open && holidays[j] != day;
		life->open[i] = open;
	}
}

static void define_calendar(struct group *group, struct life *life, int now)
{
	struct open_block blocks[30];
	int32_t holidays[3];
	char name[16];
	const int count = 4 + below(group, 26), holiday_count = below(group, 4);
	for (int i = 0; i < count; i++) {
		const int from = below(group, 1439), to = from + 1 + below(group, 500);
		blocks[i] = (struct open_block){(uint8_t)below(group, 7), (uint16_t)from, (uint16_t)(to < 1440 ? to : 1440)};
	}
	for (int i = 0; i < holiday_count; i++)
		holidays[i] = (int32_t)(group->base / DAY_MS) + below(group, 6) - 1;
	snprintf(name, sizeof name, "c%d", life->number);
	tell_calendar(&group->teller, instant(group, now), name, zones[life->zone], blocks, (size_t)count, holidays, (size_t)holiday_count);
	open_minutes(group, life, now, blocks, count, holidays, holiday_count);
	life->fixed = NEVER;
}

/* ---- the reference ---- */

static bool paused(const struct life *life)
{
	return life->by_source || life->by_state;
}

static bool runs(const struct life *life)
{
	return life->phase == LIVE && !life->breached && !paused(life);
}

static int due_of(const struct life *life, int now)
{
	if (life->fixed != NEVER)
		return life->fixed;
	int elapsed = life->elapsed;
	for (int minute = now; minute < HORIZON; minute++) {
		if (elapsed >= life->target)
			return minute;
		elapsed += life->open[minute];
	}
	return NEVER;
}

static void check_breach(struct group *group, struct life *life, int now)
{
	const bool over = life->fixed != NEVER ? now >= life->fixed : life->elapsed >= life->target;
	if (!runs(life) || !over)
		return;
	life->breached = true;
	life->breached_at = now;
	group->breached[now] += !life->counted;
	life->counted = true;
}

/* What happened at or before our breach disproves it. */
static void take_back(struct group *group, struct life *life, int at)
{
	if (!life->breached || at > life->breached_at)
		return;
	if (life->counted) {
		group->breached[life->breached_at]--;
		group->withdrawn++;
	}
	life->breached = life->counted = false;
}

static void set_pauses(struct group *group, struct life *life, bool by_source, bool by_state, int now)
{
	if (!paused(life) && (by_source || by_state)) {
		take_back(group, life, now);
		life->fixed = NEVER;
	} else if (paused(life) && !by_source && !by_state) {
		life->fixed = NEVER;
	}
	life->by_source = by_source;
	life->by_state = by_state;
}

static void end(struct group *group, struct life *life, bool met, int at)
{
	take_back(group, life, at);
	life->how = !met ? HOW_CANCELLED : life->breached || life->counted ? HOW_LATE : HOW_MET;
	if (life->how == HOW_MET)
		group->met[at]++;
	life->phase = ENDED;
	life->ended_at = at;
	life->by_source = life->by_state = life->breached = false;
}

static void begin(struct life *life)
{
	life->phase = LIVE;
	life->by_source = life->by_state = life->by_stop = life->breached = life->counted = false;
	life->elapsed = 0;
	life->fixed = NEVER;
}

static bool state_pauses(const struct life *life)
{
	return (life->clock == 0 && (life->state == 1 || life->state == 2)) || (life->clock == 1 && life->state == 2);
}

static void case_state(struct group *group, struct life *life, int now)
{
	const bool stops = life->state == 3 && life->clock < 2;
	if (life->phase == ENDED && life->by_stop && !stops) {
		if (life->clock == 0) {
			begin(life);
		} else {
			group->met[life->ended_at] -= life->how == HOW_MET;
			life->phase = LIVE;
			life->breached = life->counted;
			life->by_stop = false;
			life->fixed = NEVER;
		}
	}
	if (life->phase == LIVE && stops) {
		end(group, life, true, now);
		life->by_stop = true;
	} else if (life->phase == LIVE) {
		set_pauses(group, life, life->by_source, state_pauses(life), now);
	}
}

/* ---- random events, told to both ---- */

static void say(struct group *group, const struct life *life, int now, int at, const char *type, const char *keys)
{
	char text[200];
	snprintf(text, sizeof text, "case=k%d %s", life->number, keys);
	tell_late(&group->teller, instant(group, now), instant(group, at), type, text);
}

static void say_clock(struct group *group, const struct life *life, int now, int at, const char *type)
{
	char keys[60];
	snprintf(keys, sizeof keys, "clock=%s", clocks[life->clock]);
	say(group, life, now, at, type, keys);
}

static void start(struct group *group, struct life *life, int now)
{
	char keys[160], due[40] = "";
	const bool fresh = life->phase != LIVE;
	const int target = 5 * (1 + below(group, 120)), fixed = below(group, 4) ? NEVER : now + below(group, 1500);
	if (fixed != NEVER)
		snprintf(due, sizeof due, " due=%lld", (long long)instant(group, fixed));
	snprintf(keys, sizeof keys, "clock=%s target_ms=%lld calendar=c%d%s", clocks[life->clock], (long long)(target * MINUTE_MS), life->number, due);
	say(group, life, now, now, "sla.started", keys);
	if (fresh)
		begin(life);
	life->target = target;
	life->fixed = fixed;
	if (fixed != NEVER) {
		life->elapsed = target;
		for (int minute = now; minute < fixed; minute++)
			life->elapsed -= life->open[minute];
	}
	if (life->breached && life->elapsed < life->target)
		life->breached = false;
	if (fresh && state_pauses(life))
		set_pauses(group, life, false, true, now);
}

static void pause_or_resume(struct group *group, struct life *life, int now)
{
	say_clock(group, life, now, now, life->by_source ? "sla.resumed" : "sla.paused");
	set_pauses(group, life, !life->by_source, life->by_state, now);
}

/* Now, or some minutes ago, but after whatever changed last. */
static void meet(struct group *group, struct life *life, int now)
{
	const int at = below(group, 2) ? now : now - below(group, now - life->changed + 1);
	say_clock(group, life, now, at, "sla.met");
	end(group, life, true, at);
}

static void change_state(struct group *group, struct life *life, int now)
{
	static const char *const names[] = {"to=open", "to=pending", "to=held", "to=solved"};
	life->state = below(group, 4);
	say(group, life, now, now, "case.state", names[life->state]);
	case_state(group, life, now);
}

static void live_on(struct group *group, struct life *life, int now)
{
	const int chance = below(group, 20);
	life->events++;
	if (life->phase != LIVE && life->state != 3 && chance < 12)
		start(group, life, now);
	else if (chance < 6)
		change_state(group, life, now);
	else if (chance < 7)
		define_calendar(group, life, now);
	else if (life->phase != LIVE)
		return;
	else if (chance < 12)
		pause_or_resume(group, life, now);
	else if (chance < 15)
		start(group, life, now);
	else if (chance < 18)
		meet(group, life, now);
	else if (chance < 19) {
		say_clock(group, life, now, now, "sla.cancelled");
		end(group, life, false, now);
	} else
		return;
	life->changed = now;
}

/* ---- comparing ---- */

static bool is_soon(const struct life *life)
{
	const int share = life->target / 5, span = share < 15 ? share : 15;
	return runs(life) && life->target - life->elapsed <= span;
}

static const struct list_due *find(const struct list_due *items, int count, const struct life *life)
{
	char name[16];
	snprintf(name, sizeof name, "k%d", life->number);
	for (int i = 0; i < count; i++)
		if (strcmp(items[i].case_id, name) == 0)
			return &items[i];
	return NULL;
}

static void compare_life(const struct group *group, const struct life *life, const struct list_due *item, int now)
{
	if ((life->phase == LIVE) != (item != NULL))
		fail_msg("life %d at minute %d: %s", life->number, now, item ? "it goes on" : "it is over");
	if (!item)
		return;
	if (item->left != (life->target - life->elapsed) * MINUTE_MS || item->breached != life->breached || item->paused != paused(life))
		fail_msg("life %d at minute %d in %s: %lld min left, not %d", life->number, now, zones[life->zone], (long long)(item->left / MINUTE_MS),
			life->target - life->elapsed);
	if (!runs(life))
		return;
	const int due = due_of(life, now);
	if (due == NEVER)
		assert_true(!item->due || item->due > instant(group, HORIZON - 1));
	else
		assert_int_equal(item->due, instant(group, due));
}

static void compare(struct group *group, int now)
{
	struct list_due items[LIVES];
	int running = 0, held = 0, open = 0, soon = 0, breached = 0, met = 0;
	const int count = list_due(group->teller.engine, SCOPE_ALL, instant(group, now), items, LIVES);
	for (int i = 0; i < LIVES; i++) {
		const struct life *life = &group->lives[i];
		compare_life(group, life, find(items, count, life), now);
		running += runs(life);
		held += life->phase == LIVE && paused(life);
		open += life->phase == LIVE && life->breached;
		soon += is_soon(life);
	}
	assert_int_equal(gauge(&group->teller, "sla_running"), running);
	assert_int_equal(gauge(&group->teller, "sla_paused"), held);
	assert_int_equal(gauge(&group->teller, "sla_breached_open"), open);
	assert_int_equal(gauge(&group->teller, "sla_due_soon"), soon);
	for (int minute = now; minute > now - 15 && minute >= 0; minute--) {
		breached += group->breached[minute];
		met += group->met[minute];
	}
	assert_int_equal(figure_of(&group->teller, "sla_breached", WINDOW_15M).numerator, breached);
	const struct figure rate = figure_of(&group->teller, "sla_met_rate", WINDOW_15M);
	assert_int_equal(rate.known ? rate.n : 0, met + breached);
}

/* Written down and read back in the middle of it all. */
static void read_back(struct group *group)
{
	size_t size;
	bool differs;
	struct error err = {""};
	uint8_t *bytes = engine_pack(group->teller.engine, INT64_MIN, &size);
	struct engine *copy = engine_unpack(group->teller.settings, bytes, size, &differs, &err);
	if (!copy)
		fail_msg("%s", err.text);
	free(bytes);
	engine_destroy(group->teller.engine);
	group->teller.engine = copy;
}

/* ---- groups of lives ---- */

static void set_rules(struct settings *settings)
{
	char path[] = "/tmp/sla_brute_XXXXXX";
	FILE *file = fdopen(mkstemp(path), "w");
	struct error err = {""};
	fputs(rules, file);
	fclose(file);
	const bool good = settings_load(settings, path, NULL, &err);
	remove(path);
	if (!good)
		fail_msg("%s", err.text);
}

static void begin_group(struct group *group, uint64_t seed)
{
	static const char *const days[] = {"2026-03-27", "2026-03-07", "2026-10-23", "2026-10-30", "2026-04-03", "2026-10-02", "2026-02-13", "2040-03-23"};
	group->random = seed;
	assert_true(instant_parse(view_of(days[below(group, 8)]), group->zones[0], 0, &group->base, NULL));
	group->base += below(group, 1440) * MINUTE_MS;
	memset(group->breached, 0, sizeof group->breached);
	memset(group->met, 0, sizeof group->met);
	group->withdrawn = 0;
	teller_open(&group->teller, set_rules);
	pass(&group->teller, group->base);
	for (int i = 0; i < LIVES; i++) {
		struct life *life = &group->lives[i];
		*life = (struct life){.number = i, .zone = below(group, ZONES), .clock = below(group, 3), .fixed = NEVER};
		define_calendar(group, life, 0);
		say(group, life, 0, 0, "case.opened", "queue=Billing channel=email");
	}
}

static void step(struct group *group, struct life *life, int now)
{
	check_breach(group, life, now);
	if (life->events < EVENTS_MOST && below(group, LIFE / EVENTS_MOST / 2) == 0) {
		live_on(group, life, now);
		check_breach(group, life, now);
	}
	life->elapsed += life->phase == LIVE && !paused(life) && life->open[now];
}

static void run_group(struct group *group, uint64_t seed)
{
	begin_group(group, seed);
	for (int now = 1; now < LIFE; now++) {
		const bool look = now % 240 == 239;
		if (look) {
			pass(&group->teller, instant(group, now));
			for (int i = 0; i < LIVES; i++)
				check_breach(group, &group->lives[i], now);
			compare(group, now);
		}
		if (now == LIFE / 2)
			read_back(group);
		for (int i = 0; i < LIVES; i++)
			step(group, &group->lives[i], now);
	}
	assert_int_equal(figure_of(&group->teller, "sla_withdrawn", WINDOW_7D).numerator, group->withdrawn);
	assert_int_equal(fault_total(&group->teller, FAULT_IMPOSSIBLE), 0);
	teller_close(&group->teller);
}

static void minute_by_minute(void **state)
{
	(void)state;
	const char *often = getenv("TABLO_ROUNDS"), *seed = getenv("TABLO_SEED");
	const int groups = 10 * (often ? atoi(often) : 1);
	struct group *group = memory_new(1, sizeof *group);
	for (int i = 0; i < ZONES; i++)
		assert_non_null(group->zones[i] = zone_open(zones[i], NULL));
	for (int i = 0; i < groups; i++)
		run_group(group, (seed ? (uint64_t)atoll(seed) : 5) + (uint64_t)i);
	for (int i = 0; i < ZONES; i++)
		zone_close(group->zones[i]);
	free(group);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(minute_by_minute)};
	return cmocka_run_group_tests_name("sla_brute", tests, NULL, NULL);
}
