#include <math.h>

#include "app/manual.h"
#include "app/roff.h"
#include "metrics/metric.h"

static void print_limits(FILE *to, const struct metric *metric)
{
	char text[100];
	if (isnan(metric->warn))
		return;
	snprintf(text, sizeof text, "Amber from %g, red from %g.", metric->warn, metric->crit);
	fputs(".br\n", to);
	roff_text(to, text);
}

static void print_metric(FILE *to, const struct metric *metric)
{
	char unit[80];
	snprintf(unit, sizeof unit, "(%s)", unit_names[metric->unit]);
	roff_tag(to, metric->name, unit);
	roff_text(to, metric->title);
	fputs(".br\n", to);
	roff_text(to, metric->formula);
	if (metric->note && *metric->note) {
		fputs(".br\n", to);
		roff_text(to, metric->note);
	}
	fputs(".br\nFrom\n", to);
	roff_text(to, metric->source);
	print_limits(to, metric);
}

void manual_metrics(FILE *to)
{
	roff_heading(to, "DESCRIPTION");
	roff_text(to, "The names stand in level and alert sections of the configuration, in widgets, and in snapshot --json. Limits are those by default.");
	roff_heading(to, "METRICS");
	for (int i = 0; i < metric_count; i++)
		print_metric(to, &metrics[i]);
}
