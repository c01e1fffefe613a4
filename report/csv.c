/* A line for each interval and scope in which anything was counted: times with zone, durations in seconds with three decimals, ratios
 * from 0 to 1 with six; what is not known is empty. */
#include "base/instant.h"
#include "metrics/tally.h"
#include "report/formats.h"

/* As RFC 4180 has it; a text that a spreadsheet would take for a formula gets a quote before it. */
static void put_text(const char *text, FILE *to)
{
	fputc('"', to);
	if (*text == '=' || *text == '+' || *text == '-' || *text == '@')
		fputc('\'', to);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', to);
		fputc(*text, to);
	}
	fputc('"', to);
}

static void put_figure(const struct metric *metric, const struct figure *figure, FILE *to)
{
	if (!figure->known || !figure->denominator)
		return;
	const double value = figure_value(metric, figure);
	if (metric->unit == UNIT_DURATION || metric->unit == UNIT_SCORE)
		fprintf(to, "%.3f", value);
	else
		fprintf(to, metric->unit == UNIT_RATIO ? "%.6f" : metric->unit == UNIT_COUNT ? "%.0f" : "%.3f", value);
}

static bool has_anything(const struct figure *figures)
{
	for (int i = 0; i < metric_count; i++)
		if (metrics[i].unit == UNIT_COUNT && figures[i].known && figures[i].numerator)
			return true;
	return false;
}

static void put_row(const struct report *report, const struct report_scope *scope, int64_t from, FILE *to)
{
	struct figure figures[METRICS_MOST];
	char time[40];
	const int64_t ends[] = {from, report_interval_end(report, from)};
	report_figures(report, scope->scope, from, ends[1], figures);
	if (!has_anything(figures))
		return;
	for (int end = 0; end < 2; end++) {
		instant_format(ends[end], report->options.zone, time, sizeof time);
		fprintf(to, "%s,", time);
	}
	put_text(scope->queue, to);
	fputc(',', to);
	put_text(scope->channel, to);
	for (int i = 0; i < metric_count; i++)
		if (metrics[i].kind != KIND_GAUGE) {
			fputc(',', to);
			put_figure(&metrics[i], &figures[i], to);
		}
	fputs("\r\n", to);
}

void csv_write(const struct report *report, FILE *to)
{
	fputs("from,to,queue,channel", to);
	for (int i = 0; i < metric_count; i++)
		if (metrics[i].kind != KIND_GAUGE)
			fprintf(to, ",%s", metrics[i].name);
	fputs("\r\n", to);
	for (int64_t from = report->options.from; from < report->options.to; from = report_interval_end(report, from))
		for (int i = 0; i < report->scope_count; i++)
			put_row(report, &report->scopes[i], from, to);
}
