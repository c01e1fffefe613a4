/* Markets: their section, the scope, their calendars and targets, and what day it is there. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/memory.h"
#include "config/markets.h"
#include "metrics/arrivals.h"
#include "metrics/forecast.h"
#include "metrics/markets.h"
#include "metrics/spark.h"
#include "store/markets_json.h"
#include "store/redis_sink.h"
#include "store/snapshot.h"
#include "tests/calendar_events.h"
#include "tui/dump.h"
#include "tui/keys.h"
#include "widgets/board.h"
#include "widgets/today.h"

#include <cmocka.h> /* last: it makes a macro of fail */

static int64_t at(const char *text)
{
	int64_t instant = 0;
	if (!instant_parse(view_of(text), NULL, 0, &instant, NULL))
		fail_msg("no time: %s", text);
	return instant;
}

static void add_rules(struct settings *settings, const char *text)
{
	struct error err = {""};
	if (!settings_read(settings, view_of(text), "wall.conf", NULL, &err))
		fail_msg("%s", err.text);
}

/* ---- the section ---- */

static void sections_say_what_a_market_is(void **state)
{
	(void)state;
	struct settings *settings = settings_create();
	add_rules(settings, "zone = \"Europe/Berlin\"\ncalendar \"jp\" { zone = \"Asia/Tokyo\" monday = { \"09:00-18:00\" } }\n"
			    "market \"JP\" { title = \"Japan\" calendar = \"jp\" target_phone = \"10s\" locale = \"ja-JP\" no = \"...\" identifiers = \"stay\" }\n"
			    "market \"DE\" { zone = \"Europe/Vienna\" }\nmarket \"FR\" { }\n");
	assert_int_equal(settings->market_count, 3);
	const struct market_settings *japan = market_find(settings, "JP");
	assert_non_null(japan);
	assert_int_equal(japan->line, 3);
	assert_true(japan->identifiers_stay);
	assert_int_equal(japan->target[CHANNEL_PHONE], 10 * S);
	assert_int_equal(japan->target[CHANNEL_CHAT], -1);
	assert_string_equal(market_title(japan), "Japan");
	assert_string_equal(market_zone(settings, japan), "Asia/Tokyo");
	assert_string_equal(market_zone(settings, market_find(settings, "DE")), "Europe/Vienna");
	assert_string_equal(market_zone(settings, market_find(settings, "FR")), "Europe/Berlin");
	assert_string_equal(market_title(market_find(settings, "FR")), "FR");
	assert_false(market_find(settings, "FR")->identifiers_stay);
	assert_null(market_custom(japan, CUSTOM_LAUGH));
	assert_null(market_find(settings, "jp"));
	struct settings *copy = settings_copy(settings);
	assert_true(copy->markets != settings->markets && copy->markets[0].title != settings->markets[0].title);
	assert_int_equal(settings_fingerprint(copy), settings_fingerprint(settings));
	settings_destroy(settings);
	assert_string_equal(market_title(market_find(copy, "JP")), "Japan");
	settings_destroy(copy);
}

static void refuses(const char *text, const char *message)
{
	struct settings *settings = settings_create();
	struct error err = {""};
	assert_false(settings_read(settings, view_of(text), "wall.conf", NULL, &err));
	if (strncmp(err.text, message, strlen(message)) != 0)
		fail_msg("said: %s", err.text);
	settings_destroy(settings);
}

static void mistakes_are_named_with_their_line(void **state)
{
	(void)state;
	char *text = NULL;
	size_t size = 0;
	refuses("market \"JP\" {\n\tzone = \"Asia/Tokio\"\n}\n", "wall.conf:2: 'zone' must be a time zone such as \"Europe/Berlin\"");
	refuses("market \"JP\" { }\n\nmarket \"JP\" { }\n", "wall.conf:3: the market 'JP' was set in line 1 already; put both together");
	refuses("market \"JP\" { identifiers = \"home\" }\n", "wall.conf:1: 'identifiers' must be");
	refuses("market \"JP\" {\n\n locale = \"ja JP\" }\n", "wall.conf:3: 'locale' must be a language and country such as \"ja-JP\"");
	refuses("market \"JP\" {\n target_phone = \"0s\" }\n", "wall.conf:2: 'target_phone'");
	refuses("market \"JP\" {\n laughs = \"w\" }\n", "wall.conf:2: no setting of market is called 'laughs'; did you mean 'laugh'?");
	refuses("market \"\" { }\n", "wall.conf:1: the title of this 'market' is empty");
	refuses("level \"queue_depth\" { market = \"JP\" warn = 1 }\nlevel \"queue_depth\" { market = \"JP\" warn = 2 }\n",
		"wall.conf:2: the level of 'queue_depth' was set in line 1 already, for the same queue, channel, market and window");
	struct settings *settings = settings_create();
	add_rules(settings, "market \"FR\" { }\nmarket \"JP\" { calendar = \"nihon\" }\n");
	FILE *to = open_memstream(&text, &size);
	assert_int_equal(settings_remarks(settings, to), 1);
	fclose(to);
	assert_string_equal(text, "line 2: the 'calendar' of market \"JP\" is \"nihon\", and no section calendar \"nihon\" is here: a feed must define it\n");
	free(text);
	settings_destroy(settings);
}

static void examples_are_sound(void **state)
{
	(void)state;
	static const char *const names[] = {"de", "ru", "jp", "br", "in", "sa"};
	const char *source = getenv("TABLO_SOURCE");
	struct settings *together = settings_create();
	assert_non_null(source);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char path[400];
		struct error err = {""};
		snprintf(path, sizeof path, "%s/data/markets/%s.conf", source, names[i]);
		if (!settings_load(together, path, NULL, &err))
			fail_msg("%s", err.text);
		assert_int_equal(together->market_count, i + 1);
		const struct market_settings *market = &together->markets[i];
		const struct calendar_settings *calendar = market_calendar(together, market);
		assert_non_null(calendar);
		assert_string_equal(calendar->zone, market->zone);
		assert_true(calendar->holiday_count >= 4 && market->title && market->locale);
		for (int custom = 0; custom < CUSTOM_COUNT; custom++)
			assert_non_null(market_custom(market, (enum custom)custom));
		const bool weekend_on_friday = strcmp(names[i], "sa") == 0;
		assert_int_equal(calendar->day_counts[4] == 0, weekend_on_friday);
		assert_int_equal(calendar->day_counts[5], 0);
		assert_int_equal(calendar->day_counts[6] == 0, !weekend_on_friday);
		for (int day = 1; day < calendar->holiday_count; day++)
			assert_true(strcmp(calendar->holidays[day - 1], calendar->holidays[day]) < 0);
	}
	assert_int_equal(settings_remarks(together, stderr), 0);
	settings_destroy(together);
}

/* ---- today is ---- */

static const char week[] = "calendar \"berlin\" { zone = \"Europe/Berlin\" monday = { \"09:00-18:00\" } tuesday = { \"09:00-12:30\", \"13:30-18:00\" }\n"
			   " friday = { \"09:00-24:00\" } sunday = { \"01:30-04:00\" } holidays = { \"2026-05-25\" } }\n"
			   "calendar \"riyadh\" { zone = \"Asia/Riyadh\" thursday = { \"09:00-17:00\" } sunday = { \"09:00-17:00\" } }\n"
			   "calendar \"never\" { zone = \"UTC\" }\n"
			   "market \"DE\" { calendar = \"berlin\" }\nmarket \"SA\" { calendar = \"riyadh\" }\nmarket \"XX\" { zone = \"UTC\" }\n"
			   "market \"NO\" { zone = \"UTC\" calendar = \"never\" }\n";

static void weeks(struct settings *settings)
{
	add_rules(settings, week);
}

static void today_is(const struct teller *t, int market, const char *when, const char *clock, const char *today)
{
	struct list_market items[8];
	char text[80];
	assert_true(list_markets(t->engine, at(when), items, 8) > market);
	assert_int_equal(items[market].settings, market);
	today_clock(t->settings, &items[market], text, sizeof text);
	assert_string_equal(text, clock);
	today_text(t->settings, &items[market], text, sizeof text);
	assert_string_equal(text, today);
}

static void today_is_told(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, weeks);
	/* A working day, its break, its end, midnight. */
	today_is(&t, 0, "2026-03-02T07:59:59Z", "Mon 08:59", "closed, opens 09:00");
	today_is(&t, 0, "2026-03-02T08:00:00Z", "Mon 09:00", "open until 18:00");
	today_is(&t, 0, "2026-03-02T16:59:59.999Z", "Mon 17:59", "open until 18:00");
	today_is(&t, 0, "2026-03-02T17:00:00Z", "Mon 18:00", "closed, opens Tue 09:00");
	today_is(&t, 0, "2026-03-02T22:59:59Z", "Mon 23:59", "closed, opens Tue 09:00");
	today_is(&t, 0, "2026-03-02T23:00:00Z", "Tue 00:00", "closed, opens 09:00");
	today_is(&t, 0, "2026-03-03T12:00:00Z", "Tue 13:00", "closed, opens 13:30");
	today_is(&t, 0, "2026-03-06T12:00:00Z", "Fri 13:00", "open until 24:00");
	/* The clock goes forward on 2026-03-29 from 02:00 to 03:00, and back on 2026-10-25 from 03:00 to 02:00. */
	today_is(&t, 0, "2026-03-29T00:45:00Z", "Sun 01:45", "open until 04:00");
	today_is(&t, 0, "2026-03-29T01:00:00Z", "Sun 03:00", "open until 04:00");
	today_is(&t, 0, "2026-03-29T02:00:00Z", "Sun 04:00", "closed, opens Mon 09:00");
	today_is(&t, 0, "2026-10-25T00:59:00Z", "Sun 02:59", "open until 04:00");
	today_is(&t, 0, "2026-10-25T01:00:00Z", "Sun 02:00", "open until 04:00");
	today_is(&t, 0, "2026-10-25T03:00:00Z", "Sun 04:00", "closed, opens Mon 09:00");
	/* A holiday on a Monday, by the clocks there. */
	today_is(&t, 0, "2026-05-24T21:59:59Z", "Sun 23:59", "closed, opens Tue 09:00");
	today_is(&t, 0, "2026-05-24T22:00:00Z", "Mon 00:00", "holiday, opens Tue 09:00");
	today_is(&t, 0, "2026-05-25T10:00:00Z", "Mon 12:00", "holiday, opens Tue 09:00");
	/* The weekend is Friday and Saturday. */
	today_is(&t, 1, "2026-03-05T13:59:00Z", "Thu 16:59", "open until 17:00");
	today_is(&t, 1, "2026-03-06T09:00:00Z", "Fri 12:00", "closed, opens Sun 09:00");
	today_is(&t, 1, "2026-03-07T09:00:00Z", "Sat 12:00", "closed, opens Sun 09:00");
	today_is(&t, 1, "2026-03-08T06:00:00Z", "Sun 09:00", "open until 17:00");
	today_is(&t, 2, "2026-03-08T06:00:00Z", "Sun 06:00", "");
	today_is(&t, 3, "2026-03-08T06:00:00Z", "Sun 06:00", "closed");
	teller_close(&t);
}

static void in_russian(struct settings *settings)
{
	add_rules(settings, week);
	add_rules(settings, "card_language = \"ru\"\n");
}

static void today_is_told_in_russian(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, in_russian);
	today_is(&t, 0, "2026-03-02T08:00:00Z", "пн 09:00", "открыто до 18:00");
	today_is(&t, 0, "2026-05-25T10:00:00Z", "пн 12:00", "праздник, откроется вт 09:00");
	teller_close(&t);
}

/* ---- which calendar a clock has ---- */

static struct list_due due_of(const struct teller *t)
{
	struct list_due due[4] = {0};
	assert_int_equal(list_due(t->engine, SCOPE_ALL, engine_now(t->engine), due, 4), 1);
	return due[0];
}

static void has_calendar(struct teller *t, const char *queue, const char *market, const char *named, const char *wanted)
{
	const int64_t now = engine_now(t->engine);
	char text[200];
	const unsigned long long number = (unsigned long long)t->lsn;
	snprintf(text, sizeof text, "case=%llu queue=%s channel=email%s%s", number, queue, *market ? " market=" : "", market);
	tell(t, now, "case.opened", text);
	snprintf(text, sizeof text, "case=%llu clock=resolve target_ms=7200000%s%s", number, *named ? " calendar=" : "", named);
	tell(t, now, "sla.started", text);
	assert_string_equal(due_of(t).calendar, wanted);
	assert_false(due_of(t).calendar_unknown);
	snprintf(text, sizeof text, "case=%llu clock=resolve", number);
	tell(t, now, "sla.cancelled", text);
}

static void all_steps(struct settings *settings)
{
	add_rules(settings, "sla_calendar = \"general\"\nqueue \"Set\" { calendar = \"section\" }\nqueue \"Placed\" { market = \"JP\" }\n"
			    "calendar \"general\" { zone = \"UTC\" monday = { \"09:00-18:00\" } }\n"
			    "calendar \"section\" { zone = \"UTC\" monday = { \"09:00-18:00\" } }\n"
			    "calendar \"japan\" { zone = \"Asia/Tokyo\" monday = { \"09:00-18:00\" } }\n"
			    "calendar \"told\" { zone = \"UTC\" monday = { \"09:00-18:00\" } }\n"
			    "calendar \"named\" { zone = \"UTC\" monday = { \"09:00-18:00\" } }\n"
			    "market \"JP\" { calendar = \"japan\" }\nmarket \"DE\" { }\n");
}

static void one_step(struct settings *settings)
{
	add_rules(settings, "market \"JP\" { calendar = \"nobody's\" }\nmarket \"DE\" { calendar = \"by_feed\" }\n");
}

static void calendars_in_their_order(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, all_steps);
	pass(&t, T0);
	tell(&t, T0, "queue.defined", "queue=Told calendar=told market=JP");
	tell(&t, T0, "queue.defined", "queue=Set calendar=told");
	tell(&t, T0, "queue.defined", "queue=Abroad market=JP");
	has_calendar(&t, "Set", "JP", "named", "named");
	has_calendar(&t, "Set", "JP", "", "section"); /* the queue's: the section wins over what a feed says */
	has_calendar(&t, "Told", "JP", "", "told");
	has_calendar(&t, "Plain", "JP", "", "japan");
	has_calendar(&t, "Plain", "DE", "", "general"); /* a market without one */
	has_calendar(&t, "Plain", "FR", "", "general"); /* a market without a section */
	has_calendar(&t, "Plain", "", "", "general");
	has_calendar(&t, "Placed", "", "", "japan"); /* the market of its queue, by the settings */
	has_calendar(&t, "Abroad", "", "", "japan"); /* and by a feed */
	has_calendar(&t, "Abroad", "DE", "", "general"); /* what the case says comes first */
	teller_close(&t);
	teller_open(&t, one_step);
	pass(&t, T0);
	has_calendar(&t, "Plain", "FR", "", ""); /* always open */
	tell_calendar(&t, T0, "by_feed", "UTC", (const struct open_block[]){{0, 540, 1080}}, 1, NULL, 0);
	has_calendar(&t, "Plain", "DE", "", "by_feed");
	tell(&t, engine_now(t.engine), "case.opened", "case=2 queue=Plain channel=email market=JP");
	tell(&t, engine_now(t.engine), "sla.started", "case=2 clock=resolve target_ms=1000");
	assert_true(due_of(&t).calendar_unknown);
	teller_close(&t);
}

/* ---- targets, levels, the market of a queue ---- */

static void two_markets(struct settings *settings)
{
	add_rules(settings, "market \"JP\" { title = \"Japan\" target_phone = \"10s\" }\nqueue \"Own\" { target = \"5s\" }\n"
			    "queue \"Placed\" { market = \"JP\" }\nlevel \"queue_depth\" { market = \"JP\" warn = 1 crit = 2 hysteresis = 0 }\n"
			    "alert \"many\" { metric = \"queue_depth\" each = \"market\" enter = 3 }\n");
}

static struct scope scope_of(const struct teller *t, const char *text)
{
	struct scope scope;
	struct error err = {""};
	if (!list_scope_parse(t->engine, text, &scope, &err))
		fail_msg("%s", err.text);
	return scope;
}

static void answered_after(struct teller *t, int64_t from, const char *contact, const char *keys, int64_t wait)
{
	char text[200];
	snprintf(text, sizeof text, "contact=%s channel=phone %s", contact, keys);
	tell(t, from, "contact.queued", text);
	snprintf(text, sizeof text, "contact=%s agent=Ana", contact);
	tell(t, from + wait, "contact.answered", text);
	snprintf(text, sizeof text, "contact=%s agent=Ana by=customer wrap_ms=0", contact);
	tell(t, from + wait + S, "contact.released", text);
}

static void targets_of_markets(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, two_markets);
	pass(&t, T0);
	tell(&t, T0, "queue.defined", "queue=Told sl_ms=30000");
	answered_after(&t, T0 + M, "a", "queue=Q market=JP", 12 * S);	    /* late: 10 s */
	answered_after(&t, T0 + 2 * M, "b", "queue=Q market=DE", 12 * S);   /* in time: 20 s, in general */
	answered_after(&t, T0 + 3 * M, "c", "queue=Own market=JP", 8 * S);  /* late: the queue says 5 s */
	answered_after(&t, T0 + 4 * M, "d", "queue=Told market=JP", 25 * S); /* in time: a feed says 30 s of the queue */
	answered_after(&t, T0 + 5 * M, "e", "queue=Placed", 12 * S);	    /* late: the queue is Japan's */
	const struct figure japan = figure_in(&t, "service_level", WINDOW_60M, BY_OUTCOME, scope_of(&t, "market=JP"));
	assert_int_equal(japan.numerator, 1);
	assert_int_equal(japan.denominator, 4);
	const struct figure germany = figure_in(&t, "service_level", WINDOW_60M, BY_OUTCOME, scope_of(&t, "market=DE"));
	assert_int_equal(germany.numerator, 1);
	assert_int_equal(germany.denominator, 1);
	struct scope rows[8];
	assert_int_equal(list_rows(t.engine, SCOPE_ALL, rows, 8), 4);
	assert_int_equal(list_rows(t.engine, scope_of(&t, "market=DE"), rows, 8), 1);
	assert_int_equal(list_target(t.engine, rows[0]), 20 * S);
	assert_int_equal(list_rows(t.engine, scope_of(&t, "market=JP"), rows, 8), 4);
	assert_int_equal(list_rows(t.engine, scope_of(&t, "market=JP,queue=Placed"), rows, 8), 1);
	assert_int_equal(list_target(t.engine, rows[0]), 10 * S);
	teller_close(&t);
}

static int alerts_standing(const struct teller *t, char *about, size_t room)
{
	struct list_alert items[20];
	const int count = list_alerts(t->engine, engine_now(t->engine), items, 20);
	int standing = 0;
	*about = 0;
	for (int i = 0; i < count; i++)
		if (!items[i].cleared) {
			standing++;
			snprintf(about, room, "%s", items[i].text);
		}
	return standing;
}

static void levels_of_markets(void **state)
{
	(void)state;
	struct teller t;
	struct figure figure;
	struct query query;
	char about[200];
	teller_open(&t, two_markets);
	pass(&t, T0);
	const char *const queued[] = {"contact=a queue=Q channel=phone market=JP", "contact=b queue=R channel=chat market=JP"};
	for (int i = 0; i < 2; i++)
		tell(&t, T0 + S, "contact.queued", queued[i]);
	for (int i = 0; i < 9; i++) {
		char text[80];
		snprintf(text, sizeof text, "contact=d%d queue=Q channel=phone market=DE", i);
		tell(&t, T0 + S, "contact.queued", text);
	}
	pass(&t, T0 + 3 * S);
	query_run(&query, t.engine, scope_of(&t, "market=JP"), WINDOW_30M, BY_OUTCOME, SL_FORMULA_SL2SV, false);
	query_figure(&query, metric_find("queue_depth"), &figure);
	assert_int_equal(figure.numerator, 2);
	assert_int_equal(figure.level, LEVEL_WARN);
	assert_int_equal(alerts_standing(&t, about, sizeof about), 1); /* nine wait in Germany: the rule of each market */
	assert_non_null(strstr(about, "DE"));
	tell(&t, T0 + 4 * S, "contact.queued", "contact=e queue=S channel=phone market=JP");
	pass(&t, T0 + 6 * S);
	query_run(&query, t.engine, scope_of(&t, "market=JP"), WINDOW_30M, BY_OUTCOME, SL_FORMULA_SL2SV, false);
	query_figure(&query, metric_find("queue_depth"), &figure);
	assert_int_equal(figure.level, LEVEL_CRIT);
	assert_int_equal(alerts_standing(&t, about, sizeof about), 2);
	assert_int_equal(query.gauges.depth_peak, 3);
	teller_close(&t);
}

/* ---- the scope, against engines that were told of one market alone ---- */

#define MARKETS 4
#define CONTACTS 1500

struct twins {
	struct teller all, alone[MARKETS];
};
static const char *const markets[MARKETS] = {"DE", "JP", "BR", "IN"};

static uint64_t next_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 33;
}

static void tell_both(struct twins *twins, int market, int64_t when, const char *type, const char *keys)
{
	tell(&twins->all, when, type, keys);
	for (int i = 0; i < MARKETS; i++)
		if (i == market)
			tell(&twins->alone[i], when, type, keys);
		else
			pass(&twins->alone[i], when);
}

/* What a contact will do, sorted by time with a heap of all: ten minutes of them are in flight at once. */
struct step {
	int64_t when;
	int contact, market;
	char type[24], keys[120];
};

static int by_time(const void *left, const void *right)
{
	const struct step *a = left, *b = right;
	if (a->when != b->when)
		return a->when < b->when ? -1 : 1;
	return a->contact - b->contact;
}

static size_t plan_contact(struct step *steps, int contact, uint64_t *seed)
{
	static const char *const queues[] = {"Billing", "Delivery", "VIP"}, *const channels[] = {"phone", "chat"};
	const int market = (int)(next_random(seed) % MARKETS);
	const int64_t begin = T0 + (int64_t)(next_random(seed) % (uint64_t)(20 * H)), wait = (int64_t)(next_random(seed) % 90) * S;
	steps[0] = (struct step){.when = begin, .contact = contact, .market = market, .type = "contact.queued"};
	snprintf(steps[0].keys, sizeof steps[0].keys, "contact=c%d queue=%s channel=%s market=%s", contact, queues[next_random(seed) % 3],
		channels[next_random(seed) % 2], markets[market]);
	steps[1] = (struct step){.when = begin + wait, .contact = contact, .market = market, .type = "contact.left"};
	if (next_random(seed) % 8 == 0) {
		snprintf(steps[1].keys, sizeof steps[1].keys, "contact=c%d why=abandoned", contact);
		return 2;
	}
	snprintf(steps[1].type, sizeof steps[1].type, "contact.answered");
	snprintf(steps[1].keys, sizeof steps[1].keys, "contact=c%d agent=a%d", contact, contact % 40);
	steps[2] = (struct step){.when = begin + wait + (int64_t)(next_random(seed) % 400) * S, .contact = contact, .market = market, .type = "contact.released"};
	snprintf(steps[2].keys, sizeof steps[2].keys, "contact=c%d agent=a%d by=agent wrap_ms=%d", contact, contact % 40, (int)(next_random(seed) % 30000));
	return 3;
}

/* Agents' time belongs to no market, so only what contacts give is held against each other. */
static const char *const compared[] = {"offered", "answered", "abandoned", "short_abandoned", "service_level", "asa", "abandon_rate", "aht", "talk_mean",
	"wrap_mean", "worst_wait", "queue_depth", "longest_wait", "busy", "queue_depth_peak", "busy_peak", "aht_contact"};

static void same_figures(const struct twins *twins, const char *more, enum window window)
{
	for (int i = 0; i < MARKETS; i++) {
		char text[80];
		snprintf(text, sizeof text, "market=%s%s", markets[i], more);
		const struct scope scope = scope_of(&twins->all, text), own = *more ? scope_of(&twins->alone[i], more + 1) : SCOPE_ALL;
		for (size_t j = 0; j < sizeof compared / sizeof *compared; j++)
			for (int by = BY_OUTCOME; by <= BY_ARRIVAL; by++) {
				const struct figure ours = figure_in(&twins->all, compared[j], window, (enum attribution)by, scope);
				const struct figure theirs = figure_in(&twins->alone[i], compared[j], window, (enum attribution)by, own);
				if (ours.known != theirs.known || (ours.known && (ours.numerator != theirs.numerator || ours.denominator != theirs.denominator)))
					fail_msg("%s of %s: %lld/%lld, alone %lld/%lld", compared[j], text, (long long)ours.numerator,
						(long long)ours.denominator, (long long)theirs.numerator, (long long)theirs.denominator);
			}
	}
}

static void same_sparks(const struct twins *twins, enum window window)
{
	const int16_t depth = (int16_t)metric_find("queue_depth"), longest = (int16_t)metric_find("longest_wait");
	for (int i = 0; i < MARKETS; i++) {
		struct spark ours[2] = {{.metric = depth}, {.metric = longest}}, theirs[2] = {{.metric = depth}, {.metric = longest}};
		const struct spark_span *span = spark_span(window);
		char text[40];
		bool any = false;
		snprintf(text, sizeof text, "market=%s", markets[i]);
		spark_run(twins->all.engine, scope_of(&twins->all, text), SL_FORMULA_SL2SV, span, ours, 2);
		spark_run(twins->alone[i].engine, SCOPE_ALL, SL_FORMULA_SL2SV, span, theirs, 2);
		for (int j = 0; j < 2; j++)
			for (int point = 0; point < span->count; point++) {
				/* Before its first contact a market alone knows of nothing, and neither does one among others. */
				const int64_t a = ours[j].points[point] == INT64_MIN ? 0 : ours[j].points[point];
				const int64_t b = theirs[j].points[point] == INT64_MIN ? 0 : theirs[j].points[point];
				assert_int_equal(a, b);
				any = any || a > 0;
			}
		assert_true(any);
	}
}

static void a_market_is_what_it_would_be_alone(void **state)
{
	(void)state;
	struct twins twins;
	struct step *steps = memory_new(3 * CONTACTS, sizeof *steps);
	uint64_t seed = 42;
	size_t count = 0;
	teller_open(&twins.all, NULL);
	for (int i = 0; i < MARKETS; i++)
		teller_open(&twins.alone[i], NULL);
	for (int i = 0; i < CONTACTS; i++)
		count += plan_contact(&steps[count], i, &seed);
	qsort(steps, count, sizeof *steps, by_time);
	for (size_t i = 0; i < count; i++) {
		tell_both(&twins, steps[i].market, steps[i].when, steps[i].type, steps[i].keys);
		if (i % (count / 6) != count / 6 - 1)
			continue;
		same_figures(&twins, "", WINDOW_30M);
		same_figures(&twins, "", WINDOW_TODAY);
		same_figures(&twins, ",queue=Billing", WINDOW_60M);
		same_figures(&twins, ",channel=chat", WINDOW_24H);
		same_figures(&twins, ",queue=VIP,channel=phone", WINDOW_TODAY);
	}
	same_sparks(&twins, WINDOW_60M);
	same_sparks(&twins, WINDOW_24H);
	free(steps);
	teller_close(&twins.all);
	for (int i = 0; i < MARKETS; i++)
		teller_close(&twins.alone[i]);
}

/* A state has what is watched of markets, and the market of a queue. */
static void states_keep_markets(void **state)
{
	(void)state;
	struct teller t;
	struct figure before, after;
	size_t size;
	bool differs = true;
	teller_open(&t, two_markets);
	pass(&t, T0);
	tell(&t, T0, "queue.defined", "queue=Abroad market=BR");
	tell(&t, T0 + S, "contact.queued", "contact=a queue=Abroad channel=phone");
	tell(&t, T0 + S, "contact.queued", "contact=b queue=Placed channel=phone");
	tell(&t, T0 + 9 * S, "contact.left", "contact=a why=abandoned");
	pass(&t, T0 + M);
	before = figure_in(&t, "queue_depth_peak", WINDOW_TODAY, BY_OUTCOME, scope_of(&t, "queue=Abroad,market=BR"));
	assert_int_equal(before.numerator, 1);
	uint8_t *bytes = engine_pack(t.engine, INT64_MIN, &size);
	struct engine *copy = engine_unpack(t.settings, bytes, size, &differs, NULL);
	assert_true(copy && !differs);
	engine_destroy(t.engine);
	free(bytes);
	t.engine = copy;
	after = figure_in(&t, "queue_depth_peak", WINDOW_TODAY, BY_OUTCOME, scope_of(&t, "queue=Abroad,market=BR"));
	assert_int_equal(after.numerator, 1);
	tell(&t, T0 + 2 * M, "contact.queued", "contact=c queue=Abroad channel=phone");
	tell(&t, T0 + 2 * M, "contact.queued", "contact=d queue=Placed channel=phone");
	assert_int_equal(figure_in(&t, "offered", WINDOW_30M, BY_OUTCOME, scope_of(&t, "market=BR")).numerator, 2);
	assert_int_equal(figure_in(&t, "queue_depth", WINDOW_30M, BY_OUTCOME, scope_of(&t, "market=JP")).numerator, 2);
	teller_close(&t);
}

/* More queues of markets than are watched one by one: totals are the same, and what is not watched has no peak of its own. */
static void many_markets_stay_bounded(void **state)
{
	(void)state;
	struct teller t;
	size_t size;
	teller_open(&t, NULL);
	for (int i = 0; i < 200 * 8; i++) {
		char text[120];
		snprintf(text, sizeof text, "contact=c%d queue=q%d channel=phone market=m%d", i, i / 8, i % 8);
		tell(&t, T0 + i * 10, "contact.queued", text);
	}
	pass(&t, T0 + 5 * M);
	for (int i = 0; i < 8; i++) {
		char text[40];
		snprintf(text, sizeof text, "market=m%d", i);
		assert_int_equal(figure_in(&t, "queue_depth", WINDOW_NOW, BY_OUTCOME, scope_of(&t, text)).numerator, 200);
		assert_int_equal(figure_in(&t, "queue_depth_peak", WINDOW_TODAY, BY_OUTCOME, scope_of(&t, text)).numerator, 200);
	}
	free(engine_pack(t.engine, INT64_MIN, &size));
	print_message("# 200 queues in 8 markets: a state of %zu KiB\n", size / 1024);
	assert_int_equal(figure_in(&t, "queue_depth", WINDOW_NOW, BY_OUTCOME, scope_of(&t, "queue=q199,market=m7")).numerator, 1);
	teller_close(&t);
}

/* ---- what is to come ---- */

static void office_hours(struct settings *settings)
{
	long_history(settings);
	add_rules(settings, "calendar \"office\" { zone = \"UTC\" monday = { \"09:00-17:00\" } tuesday = { \"09:00-17:00\" } wednesday = { \"09:00-17:00\" }\n"
			    " thursday = { \"09:00-17:00\" } friday = { \"09:00-17:00\" } holidays = { \"2026-11-18\" } }\n"
			    "market \"DE\" { calendar = \"office\" }\nqueue \"Always\" { market = \"JP\" }\nqueue \"Placed\" { calendar = \"office\" }\n");
}

/* Every hour of four weeks a contact, day and night, whatever the calendars say. */
static void four_weeks(struct teller *t, int64_t from, int64_t to)
{
	int number = 0;
	for (int64_t when = from; when < to; when += H) {
		static const char *const places[] = {"queue=German channel=phone market=DE", "queue=Placed channel=phone", "queue=Always channel=phone"};
		for (int i = 0; i < 3; i++) {
			char text[120];
			snprintf(text, sizeof text, "contact=x%d %s", number, places[i]);
			tell(t, when, "contact.queued", text);
			snprintf(text, sizeof text, "contact=x%d why=abandoned", number++);
			tell(t, when + M, "contact.left", text);
		}
	}
	pass(t, to);
}

static double expected_at(const struct teller *t, const char *scope, const char *when)
{
	struct arrivals *arrivals = memory_new(1, sizeof *arrivals);
	const int64_t day = at("2026-11-16T00:00:00Z");
	arrivals_expect(arrivals, t->engine, *scope ? scope_of(t, scope) : SCOPE_ALL, day);
	const double expected = arrivals_between(arrivals, at(when), at(when) + H);
	free(arrivals);
	return expected;
}

static void nothing_is_expected_while_closed(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, office_hours);
	pass(&t, at("2026-10-18T23:00:00Z"));
	four_weeks(&t, at("2026-10-19T00:00:00Z"), at("2026-11-16T00:00:01Z"));
	static const char *const closed[] = {"market=DE", "queue=Placed", "queue=German"};
	for (size_t i = 0; i < sizeof closed / sizeof *closed; i++) {
		assert_true(fabs(expected_at(&t, closed[i], "2026-11-16T10:00:00Z") - 1) < 0.6); /* Monday */
		assert_true(expected_at(&t, closed[i], "2026-11-16T10:00:00Z") > 0.4);
		assert_true(expected_at(&t, closed[i], "2026-11-16T08:00:00Z") == 0);
		assert_true(expected_at(&t, closed[i], "2026-11-16T17:00:00Z") == 0);
		assert_true(expected_at(&t, closed[i], "2026-11-18T10:00:00Z") == 0); /* a holiday */
		assert_true(expected_at(&t, closed[i], "2026-11-21T10:00:00Z") == 0); /* Saturday */
	}
	assert_true(expected_at(&t, "market=JP", "2026-11-16T03:00:00Z") > 0.4);
	assert_true(expected_at(&t, "market=JP", "2026-11-18T10:00:00Z") > 0.4);
	/* Of all together only those who are open count. */
	const double open = expected_at(&t, "", "2026-11-17T10:00:00Z"), night = expected_at(&t, "", "2026-11-17T03:00:00Z");
	assert_true(open > 2.2 && open < 3.8);
	assert_true(night > 0.4 && night < 1.6);
	teller_close(&t);
}

/* What a feed says of a queue's calendar counts from then on. */
static void a_calendar_told_later_counts(void **state)
{
	(void)state;
	struct teller t;
	struct forecast forecast;
	teller_open(&t, long_history);
	pass(&t, at("2026-10-18T23:00:00Z"));
	four_weeks(&t, at("2026-10-19T00:00:00Z"), at("2026-11-16T03:00:01Z"));
	forecast_run(&forecast, t.engine, scope_of(&t, "queue=German"), -1);
	assert_true(forecast.known && forecast.next_60m > 0.4);
	tell_calendar(&t, engine_now(t.engine), "office", "UTC", (const struct open_block[]){{0, 540, 1080}}, 1, NULL, 0);
	tell(&t, engine_now(t.engine), "queue.defined", "queue=German calendar=office");
	forecast_run(&forecast, t.engine, scope_of(&t, "queue=German"), -1);
	assert_true(forecast.known && forecast.next_60m == 0);
	teller_close(&t);
}

/* ---- for readers of Redis and of JSON ---- */

struct found {
	char waiting[32], offered[32], title[32];
	int markets; /* keys of markets */
};

static void take_field(void *context, const char *key, struct view field, struct view value)
{
	struct found *found = context;
	found->markets += strstr(key, ":market=") != NULL && view_is(field, "queue_depth");
	if (strcmp(key, "{acme}:now:market=JP") == 0 && view_is(field, "queue_depth"))
		view_copy(value, found->waiting, sizeof found->waiting);
	if (strcmp(key, "{acme}:today:market=JP") == 0 && view_is(field, "offered"))
		view_copy(value, found->offered, sizeof found->offered);
	if (strcmp(key, "{acme}:scopes") == 0 && view_is(field, "market=JP"))
		view_copy(value, found->title, sizeof found->title);
}

static void redis_has_figures_of_markets(void **state)
{
	(void)state;
	struct teller t;
	struct found found = {.markets = 0};
	const struct redis_sink sink = {take_field, &found, "acme"};
	teller_open(&t, two_markets);
	pass(&t, T0);
	answered_after(&t, T0 + M, "a", "queue=Q market=JP", 12 * S);
	tell(&t, T0 + 2 * M, "contact.queued", "contact=b queue=Q channel=phone market=JP");
	tell(&t, T0 + 2 * M, "contact.queued", "contact=c queue=Placed channel=chat");
	tell(&t, T0 + 2 * M, "contact.queued", "contact=d queue=Q channel=phone market=DE");
	struct redis_figures *figures = redis_figures_create();
	struct redis_picture *picture = redis_figures_take(figures, t.engine, t.settings);
	redis_picture_write(picture, &sink);
	assert_string_equal(found.waiting, "2");
	assert_string_equal(found.offered, "3");
	assert_string_equal(found.title, "Japan");
	assert_int_equal(found.markets, 2);
	redis_picture_destroy(picture);
	redis_figures_destroy(figures);
	teller_close(&t);
}

static void json_tells(const struct snapshot *snapshot, const char *wanted)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	markets_json(to, snapshot);
	fclose(to);
	if (!strstr(text, wanted))
		fail_msg("no %s in %s", wanted, text);
	free(text);
}

/* ---- on the board ---- */

static bool shows(const struct canvas *canvas, const char *wanted)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	dump_text(canvas, to);
	fclose(to);
	const bool found = strstr(text, wanted) != NULL;
	free(text);
	return found;
}

struct seen {
	struct teller t;
	struct zone *zone;
	struct board *board;
	struct snapshot *snapshot;
	struct canvas *canvas;
};

static void look(struct seen *seen)
{
	snapshot_destroy(seen->snapshot);
	seen->snapshot = snapshot_create(seen->t.engine, seen->t.settings, seen->zone, board_request(seen->board));
	canvas_destroy(seen->canvas);
	seen->canvas = canvas_create(140, 40);
	board_draw(seen->board, seen->snapshot, &(struct glyphs){.ascii = false}, seen->canvas);
}

static enum board_action key(struct seen *seen, int code)
{
	const enum board_action action = board_key(seen->board, seen->snapshot, code);
	look(seen);
	return action;
}

static void wall(struct settings *settings)
{
	add_rules(settings, week);
	add_rules(settings, "market \"JP\" { title = \"Japan\" zone = \"Asia/Tokyo\" laugh = \"www\" no = \"kento\" target_phone = \"10s\" identifiers = \"stay\" }\n");
}

static void the_board_has_markets(void **state)
{
	(void)state;
	struct seen seen = {.zone = zone_open("UTC", NULL)};
	teller_open(&seen.t, wall);
	const int64_t now = at("2026-03-02T08:00:00Z");
	pass(&seen.t, now);
	tell(&seen.t, now, "contact.queued", "contact=a queue=Q channel=phone market=JP");
	tell(&seen.t, now, "contact.queued", "contact=b queue=R channel=phone market=DE");
	pass(&seen.t, now + M);
	const struct snapshot_request request = {.scope = SCOPE_ALL, .window = WINDOW_30M, .formula = -1};
	seen.board = board_create(seen.t.settings, &request);
	look(&seen);
	assert_true(shows(seen.canvas, "Japan 17:01")); /* among the clocks of the header */
	key(&seen, '6');
	assert_true(shows(seen.canvas, "MARKETS"));
	assert_true(shows(seen.canvas, "open until 18:00"));
	json_tells(seen.snapshot, "{\"market\": \"DE\", \"title\": \"DE\", \"time\": \"2026-03-02T09:01:00\", \"weekday\": \"monday\", "
				  "\"today\": \"open\", \"closes\": \"2026-03-02T18:00:00\", \"identifiers\": \"travel\", \"queue_depth\": 1");
	json_tells(seen.snapshot, "{\"market\": \"JP\", \"title\": \"Japan\", \"time\": \"2026-03-02T17:01:00\", \"weekday\": \"monday\", "
				  "\"laugh\": \"www\", \"no\": \"kento\", \"identifiers\": \"stay\", \"queue_depth\": 1");
	key(&seen, SCREEN_KEY_RIGHT);
	if (!seen.snapshot->followup_count) /* to the list of markets, over the empty one of call-backs */
		for (int i = 0; i < 4; i++)
			key(&seen, SCREEN_KEY_DOWN);
	assert_int_equal(key(&seen, SCREEN_KEY_ENTER), BOARD_REDRAW);
	assert_true(shows(seen.canvas, "A polite no"));
	assert_true(shows(seen.canvas, "kento"));
	assert_true(shows(seen.canvas, "www"));
	assert_true(shows(seen.canvas, "never leave its site"));
	assert_int_equal(key(&seen, SCREEN_KEY_ENTER), BOARD_REQUEST); /* its answers */
	assert_true(board_request(seen.board)->evidence.is_scoped);
	key(&seen, SCREEN_KEY_ESCAPE);
	assert_true(shows(seen.canvas, "A polite no"));
	key(&seen, SCREEN_KEY_ESCAPE);
	assert_true(shows(seen.canvas, "MARKETS"));
	/* The filter: one market, whose rows and markets alone are left. */
	key(&seen, 'f');
	assert_true(shows(seen.canvas, "market   Japan"));
	for (const char *each = "japan"; *each; each++)
		key(&seen, *each);
	assert_int_equal(key(&seen, SCREEN_KEY_ENTER), BOARD_REQUEST);
	assert_int_equal(board_request(seen.board)->scope.market, scope_of(&seen.t, "market=JP").market);
	assert_int_equal(seen.snapshot->row_count, 1);
	assert_int_equal(seen.snapshot->market_count, 1);
	assert_string_equal(seen.snapshot->markets[0].of.name, "Japan");
	snapshot_destroy(seen.snapshot);
	canvas_destroy(seen.canvas);
	board_destroy(seen.board);
	zone_close(seen.zone);
	teller_close(&seen.t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sections_say_what_a_market_is), cmocka_unit_test(mistakes_are_named_with_their_line), cmocka_unit_test(examples_are_sound),
		cmocka_unit_test(today_is_told), cmocka_unit_test(today_is_told_in_russian), cmocka_unit_test(calendars_in_their_order),
		cmocka_unit_test(targets_of_markets), cmocka_unit_test(levels_of_markets), cmocka_unit_test(a_market_is_what_it_would_be_alone),
		cmocka_unit_test(states_keep_markets), cmocka_unit_test(many_markets_stay_bounded), cmocka_unit_test(nothing_is_expected_while_closed),
		cmocka_unit_test(a_calendar_told_later_counts), cmocka_unit_test(redis_has_figures_of_markets), cmocka_unit_test(the_board_has_markets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
