#include "widgets/today.h"

#include <stdio.h>
#include <string.h>

#include "base/calendar.h"
#include "base/instant.h"
#include "base/words.h"
#include "config/markets.h"
#include "tui/format.h"

static const char *const weekdays[7] = {N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun")};

static const char *const headings[CUSTOM_COUNT] = {[CUSTOM_ADDRESS] = N_("How to address customers"),
	[CUSTOM_LAUGH] = N_("How they laugh in writing"), [CUSTOM_NO] = N_("A polite no"), [CUSTOM_MORE] = N_("What else to know")};

/* ---- the day ---- */

static void reading_text(int64_t reading, bool with_day, char *to, size_t room)
{
	const struct civil civil = instant_civil(reading, NULL);
	const char *day = _(weekdays[(civil.weekday + 6) % 7]);
	snprintf(to, room, "%s%s%02d:%02d", with_day ? day : "", with_day ? " " : "", civil.hour, civil.minute);
}

void today_clock(const struct list_market *market, char *to, size_t room)
{
	*to = 0;
	if (market->settings >= 0)
		reading_text(market->day.reading, true, to, room);
}

static int64_t day_of(int64_t reading)
{
	return reading / DAY_MS - (reading % DAY_MS < 0);
}

/* "18:00" of today, "24:00" of its end, "Mon 09:00" within a week, else with the date. */
static void change_text(const struct market_day *day, char *to, size_t room)
{
	const int64_t days = day_of(day->change) - day_of(day->reading);
	if (days == 1 && day->change % DAY_MS == 0) {
		snprintf(to, room, "24:00");
		return;
	}
	char time[32];
	reading_text(day->change, days != 0 && days < 7, time, sizeof time);
	const struct date date = calendar_date(day_of(day->change));
	if (days < 7)
		snprintf(to, room, "%s", time);
	else {
		char text[20];
		format_date((int)date.year, date.month, date.day, text, sizeof text);
		snprintf(to, room, "%s %s", text, time);
	}
}

void today_text(const struct list_market *market, char *to, size_t room)
{
	const struct market_day *day = &market->day;
	char change[64];
	*to = 0;
	if (market->settings < 0 || day->state == DAY_UNKNOWN)
		return;
	const bool for_good = day->change == INT64_MAX;
	if (!for_good)
		change_text(day, change, sizeof change);
	if (for_good)
		snprintf(to, room, "%s", day->state == DAY_OPEN ? _("open") : day->state == DAY_HOLIDAY ? _("holiday") : _("closed"));
	else if (day->state == DAY_OPEN)
		snprintf(to, room, _("open until %s"), change);
	else
		snprintf(to, room, day->state == DAY_HOLIDAY ? _("holiday, opens %s") : _("closed, opens %s"), change);
}

/* ---- the card ---- */

struct page {
	const struct widget_view *view;
	struct rect inner;
	int y;
};

static void say(struct page *page, const char *heading, const char *text)
{
	if (page->y > page->inner.y && page->y < page->inner.y + page->inner.height)
		page->y++;
	page->y = text_wrapped(page->view, page->inner, page->y, ROLE_DIM, heading);
	struct rect below = page->inner;
	below.x += 2;
	below.width -= 2;
	page->y = text_wrapped(page->view, below, page->y, ROLE_TEXT, text);
}

/* "20 s phone · 4 h 00 email" of what the market sets itself. */
static void targets_text(const struct market_settings *market, char *to, size_t room)
{
	size_t used = 0;
	*to = 0;
	for (int channel = 0; channel < CHANNEL_COUNT; channel++) {
		char duration[40];
		if (market->target[channel] < 0 || used >= room)
			continue;
		format_duration(market->target[channel], duration, sizeof duration);
		const int more = snprintf(to + used, room - used, "%s%s %s", used ? " \u00B7 " : "", duration, words_of("channel", word_text(WORDS_CHANNEL, channel)));
		used += more > 0 ? (size_t)more : 0;
	}
}

static const struct list_market *find(const struct snapshot *snapshot, int market)
{
	for (int i = 0; i < snapshot->market_count; i++)
		if (snapshot->markets[i].of.settings == market)
			return &snapshot->markets[i].of;
	return NULL;
}

void custom_draw(const struct snapshot *snapshot, int number, const struct widget_view *view)
{
	const struct settings *settings = snapshot->settings;
	const struct list_market *shown = find(snapshot, number);
	char note[PART_TEXT] = "", clock[40], today[80], targets[PART_TEXT];
	if (number < 0 || number >= settings->market_count)
		return;
	const struct market_settings *market = &settings->markets[number];
	if (shown) {
		today_clock(shown, clock, sizeof clock);
		today_text(shown, today, sizeof today);
		snprintf(note, sizeof note, "%s%s%s", clock, *today ? " \u00B7 " : "", today);
	}
	struct page page = {.view = view, .inner = panel_open(view, LEVEL_NONE, market_title(market), note)};
	page.inner.x += 1;
	page.inner.width -= 2;
	page.y = page.inner.y;
	for (int i = 0; i < CUSTOM_COUNT; i++)
		if (market_custom(market, (enum custom)i))
			say(&page, _(headings[i]), market_custom(market, (enum custom)i));
	if (page.y == page.inner.y)
		say(&page, _("The settings say nothing of local custom."), "");
	if (market->locale)
		say(&page, _("Language"), market->locale);
	targets_text(market, targets, sizeof targets);
	if (*targets)
		say(&page, _("Answered within"), targets);
	if (market->identifiers_stay)
		say(&page, _("Ids of this market never leave its site."), "");
}
