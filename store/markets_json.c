#include "store/markets_json.h"

#include "base/instant.h"
#include "config/markets.h"
#include "store/json_text.h"

static const char *const told_of_markets[] = {"queue_depth", "service_level", "csat", "nps", "churn_rate"};
static const char *const state_words[] = {[DAY_OPEN] = "open", [DAY_CLOSED] = "closed", [DAY_HOLIDAY] = "holiday"};
static const char *const weekdays[] = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};

/* "2026-11-23T18:00:00": no instant, but what the clocks there show. */
static void put_reading(FILE *to, const char *key, int64_t reading)
{
	char text[40];
	instant_format(reading - reading % SECOND_MS, NULL, text, sizeof text);
	text[19] = 0;
	fprintf(to, ", \"%s\": \"%s\"", key, text);
}

static void put_day(FILE *to, const struct list_market *market)
{
	if (market->settings < 0)
		return;
	put_reading(to, "time", market->day.reading);
	fprintf(to, ", \"weekday\": \"%s\"", weekdays[market->day.weekday]);
	if (market->day.state == DAY_UNKNOWN)
		return;
	fprintf(to, ", \"today\": \"%s\"", state_words[market->day.state]);
	if (market->day.change != INT64_MAX)
		put_reading(to, market->day.state == DAY_OPEN ? "closes" : "opens", market->day.change);
}

static void put_custom(FILE *to, const struct market_settings *market)
{
	const struct { const char *key, *text; } said[] = {{"locale", market->locale}, {"address", market->address}, {"laugh", market->laugh},
		{"no", market->no}, {"custom", market->custom}};
	for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
		if (!said[i].text || !*said[i].text)
			continue;
		fputs(", ", to);
		put_pair(to, said[i].key, said[i].text);
	}
	fprintf(to, ", \"identifiers\": \"%s\"", market->identifiers_stay ? "stay" : "travel");
}

static void put_market(FILE *to, const struct snapshot *snapshot, const struct snapshot_market *market)
{
	fputs("{", to);
	put_pair(to, "market", market->of.settings >= 0 ? snapshot->settings->markets[market->of.settings].name : market->of.name);
	fputs(", ", to);
	put_pair(to, "title", market->of.name);
	put_day(to, &market->of);
	if (market->of.settings >= 0)
		put_custom(to, &snapshot->settings->markets[market->of.settings]);
	for (size_t i = 0; i < sizeof told_of_markets / sizeof *told_of_markets; i++) {
		const int metric = metric_find(told_of_markets[i]);
		const struct figure *figure = metric >= 0 ? &market->figures[metric] : NULL;
		if (!figure || !figure->known || !figure->denominator)
			continue;
		fprintf(to, ", \"%s\": ", told_of_markets[i]);
		put_number(to, metrics[metric].unit, figure_value(&metrics[metric], figure));
		if (figure->low >= 0 && figure->high >= 0) {
			fprintf(to, ", \"%s_n\": %lld, \"%s_low\": ", told_of_markets[i], (long long)figure->n, told_of_markets[i]);
			put_number(to, UNIT_RATIO, (double)figure->low / 1e6);
			fprintf(to, ", \"%s_high\": ", told_of_markets[i]);
			put_number(to, UNIT_RATIO, (double)figure->high / 1e6);
		}
	}
	fputs("}", to);
}

void markets_json(FILE *to, const struct snapshot *snapshot)
{
	fputs(", \"markets\": [", to);
	for (int i = 0; i < snapshot->market_count; i++) {
		fputs(i ? ",\n  " : "\n  ", to);
		put_market(to, snapshot, &snapshot->markets[i]);
	}
	fputs("]", to);
}
