#include "store/forecast_json.h"

#include <inttypes.h>
#include <math.h>

#include "base/instant.h"
#include "store/snapshot_forecast.h"

/* By hand: printf() writes a comma where the locale does. Nothing for what is not known or has no end. */
static void put_number(FILE *to, const char *key, double value, int64_t parts)
{
	const double scaled = fabs(value) * (double)parts;
	if (!(scaled < 1e15))
		return;
	const int64_t whole = llround(scaled);
	const int digits = parts == 10 ? 1 : parts == 1000 ? 3 : 6;
	fprintf(to, ", \"%s\": %s%" PRId64 ".%0*" PRId64, key, value < 0 && whole ? "-" : "", whole / parts, digits, whole % parts);
}

static void put_count(FILE *to, const char *key, int64_t count)
{
	if (count >= 0)
		fprintf(to, ", \"%s\": %" PRId64, key, count);
}

static void put_half(FILE *to, const struct snapshot *snapshot, const struct snapshot_half *half)
{
	char from[40];
	const struct staffing *staffing = &half->staffing;
	instant_format(half->half.from, snapshot->zone, from, sizeof from);
	fprintf(to, "{\"from\": \"%s\"", from);
	put_number(to, "expected", half->half.expected, 10);
	put_number(to, "last_week", half->half.last, 10);
	put_count(to, "came", half->half.came);
	put_count(to, half->planned ? "planned" : "agents", staffing->agents);
	put_count(to, "needed", staffing->needed);
	if (staffing->needed >= 0 && staffing->agents >= 0) {
		fprintf(to, ", \"gap\": %d", staffing->agents - staffing->needed);
		put_number(to, "service_level", staffing->service_level, 1000000);
		put_number(to, "wait", staffing->wait / 1000, 1000);
		put_number(to, "abandon_rate", staffing->abandons, 1000000);
	}
	fputs("}", to);
}

void forecast_json(FILE *to, const struct snapshot *snapshot)
{
	const struct snapshot_forecast *page = snapshot->forecast;
	if (!page || page->forecast.weeks == 0)
		return;
	fprintf(to, ", \"forecast\": {\"weeks\": %d", page->forecast.weeks);
	put_number(to, "today_factor", page->forecast.today, 1000);
	if (page->forecast.handle > 0)
		put_number(to, "aht", (double)page->forecast.handle / 1000, 1000);
	if (page->forecast.patience > 0)
		put_number(to, "patience", (double)page->forecast.patience / 1000, 1000);
	put_number(to, "target", (double)page->forecast.target / 1000, 1000);
	fputs(", \"half_hours\": [", to);
	for (int i = 0; i < page->half_count; i++) {
		fputs(i ? ",\n  " : "\n  ", to);
		put_half(to, snapshot, &page->halves[i]);
	}
	fputs("]}", to);
}
