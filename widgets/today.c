#include "widgets/today.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/calendar.h"
#include "base/instant.h"
#include "config/markets.h"

struct words {
	const char *language;
	const char *weekdays[7];
	const char *open, *until, *closed, *holiday, *opens;
	const char *headings[CUSTOM_COUNT];
	const char *locale, *targets, *stay, *nothing;
};

/* The first language is everybody's who has no other. */
static const struct words languages[] = {
	{"en", {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}, "open", "until", "closed", "holiday", "opens",
		{[CUSTOM_ADDRESS] = "How to address customers", [CUSTOM_LAUGH] = "How they laugh in writing", [CUSTOM_NO] = "A polite no",
			[CUSTOM_MORE] = "What else to know"},
		"Language", "Answered within", "Ids of this market never leave its site.", "The settings say nothing of local custom."},
	{"ru", {"пн", "вт", "ср", "чт", "пт", "сб", "вс"}, "открыто", "до", "закрыто", "праздник", "откр.",
		{[CUSTOM_ADDRESS] = "Как обращаться к клиентам", [CUSTOM_LAUGH] = "Как они смеются на письме", [CUSTOM_NO] = "Вежливый отказ",
			[CUSTOM_MORE] = "Что ещё нужно знать"},
		"Язык", "Ответ в срок", "Идентификаторы этого рынка не покидают его площадку.", "О местных обычаях в настройках ничего не сказано."},
};

/* English where only ASCII is drawn: everything else would be question marks. */
static const struct words *words_of(const struct settings *settings)
{
	if (settings->glyphs && strcmp(settings->glyphs, "ascii") == 0)
		return &languages[0];
	const char *wanted = settings->card_language ? settings->card_language : "";
	for (size_t i = 0; i < sizeof languages / sizeof *languages; i++)
		if (strncasecmp(languages[i].language, wanted, strlen(languages[i].language)) == 0)
			return &languages[i];
	return &languages[0];
}

/* ---- the day ---- */

static void reading_text(const struct words *words, int64_t reading, bool with_day, char *to, size_t room)
{
	const struct civil civil = instant_civil(reading, NULL);
	const char *day = words->weekdays[(civil.weekday + 6) % 7];
	snprintf(to, room, "%s%s%02d:%02d", with_day ? day : "", with_day ? " " : "", civil.hour, civil.minute);
}

void today_clock(const struct settings *settings, const struct list_market *market, char *to, size_t room)
{
	*to = 0;
	if (market->settings >= 0)
		reading_text(words_of(settings), market->day.reading, true, to, room);
}

static int64_t day_of(int64_t reading)
{
	return reading / DAY_MS - (reading % DAY_MS < 0);
}

/* "18:00" of today, "24:00" of its end, "Mon 09:00" within a week, else with the date. */
static void change_text(const struct words *words, const struct market_day *day, char *to, size_t room)
{
	const int64_t days = day_of(day->change) - day_of(day->reading);
	if (days == 1 && day->change % DAY_MS == 0) {
		snprintf(to, room, "24:00");
		return;
	}
	char time[32];
	reading_text(words, day->change, days != 0 && days < 7, time, sizeof time);
	const struct date date = calendar_date(day_of(day->change));
	if (days < 7)
		snprintf(to, room, "%s", time);
	else
		snprintf(to, room, "%04d-%02d-%02d %s", (int)date.year, date.month, date.day, time);
}

void today_text(const struct settings *settings, const struct list_market *market, char *to, size_t room)
{
	const struct words *words = words_of(settings);
	const struct market_day *day = &market->day;
	char change[64];
	*to = 0;
	if (market->settings < 0 || day->state == DAY_UNKNOWN)
		return;
	const char *state = day->state == DAY_OPEN ? words->open : day->state == DAY_HOLIDAY ? words->holiday : words->closed;
	if (day->change == INT64_MAX) {
		snprintf(to, room, "%s", state);
		return;
	}
	change_text(words, day, change, sizeof change);
	snprintf(to, room, day->state == DAY_OPEN ? "%s %s %s" : "%s, %s %s", state, day->state == DAY_OPEN ? words->until : words->opens, change);
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
		lists_duration(market->target[channel], duration, sizeof duration);
		const int more = snprintf(to + used, room - used, "%s%s %s", used ? " \u00B7 " : "", duration, word_text(WORDS_CHANNEL, channel));
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
	const struct words *words = words_of(settings);
	const struct list_market *shown = find(snapshot, number);
	char note[PART_TEXT] = "", clock[40], today[80], targets[PART_TEXT];
	if (number < 0 || number >= settings->market_count)
		return;
	const struct market_settings *market = &settings->markets[number];
	if (shown) {
		today_clock(settings, shown, clock, sizeof clock);
		today_text(settings, shown, today, sizeof today);
		snprintf(note, sizeof note, "%s%s%s", clock, *today ? " \u00B7 " : "", today);
	}
	struct page page = {.view = view, .inner = panel_open(view, LEVEL_NONE, market_title(market), note)};
	page.inner.x += 1;
	page.inner.width -= 2;
	page.y = page.inner.y;
	for (int i = 0; i < CUSTOM_COUNT; i++)
		if (market_custom(market, (enum custom)i))
			say(&page, words->headings[i], market_custom(market, (enum custom)i));
	if (page.y == page.inner.y)
		say(&page, words->nothing, "");
	if (market->locale)
		say(&page, words->locale, market->locale);
	targets_text(market, targets, sizeof targets);
	if (*targets)
		say(&page, words->targets, targets);
	if (market->identifiers_stay)
		say(&page, words->stay, "");
}
