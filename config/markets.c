#include "config/markets.h"

#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "config/tables.h"

const struct market_settings *market_find(const struct settings *settings, const char *name)
{
	for (int i = 0; i < settings->market_count; i++)
		if (strcmp(settings->markets[i].name, name) == 0)
			return &settings->markets[i];
	return NULL;
}

const struct calendar_settings *market_calendar(const struct settings *settings, const struct market_settings *market)
{
	for (int i = 0; market->calendar && i < settings->calendar_count; i++)
		if (strcmp(settings->calendars[i].name, market->calendar) == 0)
			return &settings->calendars[i];
	return NULL;
}

const char *market_zone(const struct settings *settings, const struct market_settings *market)
{
	const struct calendar_settings *calendar = market_calendar(settings, market);
	if (market->zone)
		return market->zone;
	return calendar && calendar->zone ? calendar->zone : settings->zone;
}

const char *market_title(const struct market_settings *market)
{
	return market->title ? market->title : market->name;
}

const char *market_custom(const struct market_settings *market, enum custom custom)
{
	const char *const texts[CUSTOM_COUNT] = {[CUSTOM_ADDRESS] = market->address, [CUSTOM_LAUGH] = market->laugh, [CUSTOM_NO] = market->no,
		[CUSTOM_MORE] = market->custom};
	return texts[custom] && *texts[custom] ? texts[custom] : NULL;
}

/* ---- the section ---- */

#define LOCALE_MOST 32 /* bytes: "zh-Hant-TW", "sr_RS@latin" */

static bool is_locale(const char *value, struct error *err)
{
	const size_t length = strlen(value);
	const bool shaped = length >= 2 && length <= LOCALE_MOST &&
			    strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_@.") == length;
	return shaped || fail(err, "a language and country such as \"ja-JP\" or \"pt-BR\"");
}

static const char *const journeys[] = {"travel", "stay"};

#define AT(member) .offset = offsetof(struct market_settings, member)
#define TARGET(channel) .type = SETTING_DURATION, .counts = true, AT(target[channel]), .least = SECOND_MS, .most = 30 * DAY_MS
static const struct setting market_settings[] = {
	{"title", .type = SETTING_TEXT, AT(title), .help = "What the board calls it; otherwise by its name in the feed."},
	{"zone", .type = SETTING_KEY, AT(zone), .check = setting_is_zone, .help = "By whose clocks its day goes; otherwise its calendar's, or the board's."},
	{"calendar", .type = SETTING_KEY, .counts = true, AT(calendar),
		.help = "The calendar with its open days, weekend and holidays: for \"today is\", and for SLA clocks where neither they nor their queue name one."},
	{"target_phone", TARGET(CHANNEL_PHONE), .help = "Answered in time within so long, by phone, where the queue says nothing else."},
	{"target_chat", TARGET(CHANNEL_CHAT), .help = "As above, by chat."},
	{"target_email", TARGET(CHANNEL_EMAIL), .help = "As above, by e-mail."},
	{"target_messenger", TARGET(CHANNEL_MESSENGER), .help = "As above, by messenger."},
	{"target_social", TARGET(CHANNEL_SOCIAL), .help = "As above, by social media."},
	{"target_other", TARGET(CHANNEL_OTHER), .help = "As above, by anything else."},
	{"locale", .type = SETTING_KEY, AT(locale), .check = is_locale, .help = "The language and country of its customers: \"ja-JP\"."},
	{"address", .type = SETTING_TEXT, AT(address), .help = "How customers are addressed there."},
	{"laugh", .type = SETTING_TEXT, AT(laugh), .help = "How they laugh in writing."},
	{"no", .type = SETTING_TEXT, AT(no), .help = "What a polite \"no\" sounds like."},
	{"custom", .type = SETTING_TEXT, AT(custom), .help = "What else whoever answers there should know."},
	{"identifiers", .type = SETTING_WORD, AT(identifiers_stay), .fallback = "travel", .words = journeys, .word_count = 2,
		.help = "\"stay\": ids of contacts, cases, customers and agents of this market never leave its site."},
};
const struct setting_table market_table = {"market", "JP",
	"What is otherwise where customers live; its title is the market's name in events. Examples come with the program (docs/MARKETS.md).",
	market_settings, sizeof market_settings / sizeof *market_settings};
