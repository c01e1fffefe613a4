/* Markets: their section, the scope, their calendars and targets, and what day it is there. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/words.h"
#include "config/markets.h"
#include "store/markets_json.h"
#include "store/snapshot.h"
#include "tests/calendar_events.h"
#include "tui/dump.h"
#include "tui/keys.h"
#include "widgets/board.h"
#include "widgets/today.h"

#include <cmocka.h> /* last: it makes a macro of fail */

/* ---- the section ---- */

static void sections_say_what_a_market_is(void **state)
{
	(void)state;
	struct settings *settings = settings_create();
	teller_rules(settings, "zone = \"Europe/Berlin\"\ncalendar \"jp\" { zone = \"Asia/Tokyo\" monday = { \"09:00-18:00\" } }\n"
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
	teller_rules(settings, "market \"FR\" { }\nmarket \"JP\" { calendar = \"nihon\" }\n");
	FILE *to = open_memstream(&text, &size);
	assert_int_equal(settings_remarks(settings, to), 1);
	fclose(to);
	assert_string_equal(text, "line 2: the 'calendar' of market \"JP\" is \"nihon\", and no section calendar \"nihon\" is here: a feed must define it\n");
	free(text);
	settings_destroy(settings);
}

static void slips_are_remarked(void **state)
{
	(void)state;
	char *text = NULL;
	size_t size = 0;
	struct settings *settings = settings_create();
	teller_rules(settings, "market \"JP\" { }\nlevel \"queue_depth\" { market = \"jp\" warn = 1 }\nqueue \"Q\" { market = \"ID\" }\n");
	settings_set(settings, "publish_outside", "tcp://*:5590", NULL);
	FILE *to = open_memstream(&text, &size);
	assert_int_equal(settings_remarks(settings, to), 2);
	fclose(to);
	assert_string_equal(text, "line 2: the 'market' of a level is \"jp\", and line 1 has market \"JP\": capitals matter\n"
				  "'publish_outside' without 'identifiers_key_file': that end will not open; make a key with tablo keygen --identifiers\n");
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
	teller_rules(settings, week);
}

static void today_is(const struct teller *t, int market, const char *when, const char *clock, const char *today)
{
	struct list_market items[8];
	char text[80];
	assert_true(list_markets(t->engine, teller_instant(when), items, 8) > market);
	assert_int_equal(items[market].settings, market);
	today_clock(&items[market], text, sizeof text);
	assert_string_equal(text, clock);
	today_text(&items[market], text, sizeof text);
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
	setlocale(LC_ALL, "C.UTF-8");
	words_open("ru");
	today_is(&t, 0, "2026-03-02T08:00:00Z", "пн 09:00", "открыто до 18:00");
	today_is(&t, 0, "2026-05-25T10:00:00Z", "пн 12:00", "праздник, откр. вт 09:00");
	words_open("en");
	today_is(&t, 0, "2026-05-25T10:00:00Z", "Mon 12:00", "holiday, opens Tue 09:00");
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
	teller_rules(settings, "sla_calendar = \"general\"\nqueue \"Set\" { calendar = \"section\" }\nqueue \"Placed\" { market = \"JP\" }\n"
			    "calendar \"general\" { zone = \"UTC\" monday = { \"09:00-18:00\" } }\n"
			    "calendar \"section\" { zone = \"UTC\" monday = { \"09:00-18:00\" } }\n"
			    "calendar \"japan\" { zone = \"Asia/Tokyo\" monday = { \"09:00-18:00\" } }\n"
			    "calendar \"told\" { zone = \"UTC\" monday = { \"09:00-18:00\" } }\n"
			    "calendar \"named\" { zone = \"UTC\" monday = { \"09:00-18:00\" } }\n"
			    "market \"JP\" { calendar = \"japan\" }\nmarket \"DE\" { }\n");
}

static void one_step(struct settings *settings)
{
	teller_rules(settings, "market \"JP\" { calendar = \"nobody's\" }\nmarket \"DE\" { calendar = \"by_feed\" }\n");
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
	teller_rules(settings, "market \"JP\" { title = \"Japan\" target_phone = \"10s\" }\nqueue \"Own\" { target = \"5s\" }\n"
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
	teller_rules(settings, week);
	teller_rules(settings, "market \"JP\" { title = \"Japan\" zone = \"Asia/Tokyo\" laugh = \"www\" no = \"kento\" target_phone = \"10s\" identifiers = \"stay\" }\n");
}

static void the_board_has_markets(void **state)
{
	(void)state;
	struct seen seen = {.zone = zone_open("UTC", NULL)};
	teller_open(&seen.t, wall);
	const int64_t now = teller_instant("2026-03-02T08:00:00Z");
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
		cmocka_unit_test(sections_say_what_a_market_is), cmocka_unit_test(mistakes_are_named_with_their_line), cmocka_unit_test(slips_are_remarked),
		cmocka_unit_test(examples_are_sound),
		cmocka_unit_test(today_is_told), cmocka_unit_test(calendars_in_their_order),
		cmocka_unit_test(targets_of_markets), cmocka_unit_test(levels_of_markets), cmocka_unit_test(the_board_has_markets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
