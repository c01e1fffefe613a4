#include "report/chart.h"

#include "base/instant.h"
#include "base/words.h"
#include "report/words.h"

#define WIDTH 1000
#define HEIGHT 170
#define LEFT 56
#define RIGHT 12
#define TOP 10
#define BOTTOM 24
#define POINTS 470 /* more would be thinner than a line */
#define TICKS_MOST 9

struct chart {
	const char *metric, *title, *colour;
	bool lowest; /* the lowest value of several minutes counts, not the highest */
	bool marks;  /* alerts, steps and gaps are drawn above it */
};

static const struct chart charts[] = {
	{"queue_depth", N_("Waiting"), "#2f6f8f", false, true}, {"longest_wait", N_("Longest wait"), "#8f5a2f", false, false},
	{"service_level", N_("Service level, by the minute"), "#3f7f3f", true, false}, {"agents_free", N_("Free agents"), "#6a4f9f", true, false},
	{"offered", N_("Offered, by the minute"), "#555", false, false},
};

struct plot {
	const struct report *report;
	int place; /* of the metric */
	const struct metric *metric;
	int64_t values[POINTS]; /* INT64_MIN: none */
	int count;
	int64_t most; /* top of the axis */
};

static double x_of(const struct plot *plot, int64_t at)
{
	const struct report_options *options = &plot->report->options;
	return LEFT + (double)(at - options->from) / (double)(options->to - options->from) * (WIDTH - LEFT - RIGHT);
}

static double y_of(const struct plot *plot, int64_t value)
{
	return TOP + (HEIGHT - TOP - BOTTOM) * (1 - (double)value / (double)plot->most);
}

/* The top of the axis: not below `most`, and a figure of which half is one too. */
static int64_t round_up(const struct metric *metric, int64_t most)
{
	static const int64_t durations[] = {10, 20, 60, 120, 240, 480, 600, 960, 1200, 1800, 3600, 7200, 14400, 28800, 86400};
	static const int64_t counts[] = {2000, 4000, 6000, 8000, 10000, 20000, 30000, 40000, 60000, 80000};
	const size_t last = sizeof counts / sizeof *counts - 1;
	if (metric->unit == UNIT_RATIO)
		return 1000;
	if (metric->unit == UNIT_DURATION) {
		for (size_t i = 0; i < sizeof durations / sizeof *durations; i++)
			if (durations[i] * SECOND_MS >= most)
				return durations[i] * SECOND_MS;
		return (most + 2 * DAY_MS - 1) / (2 * DAY_MS) * (2 * DAY_MS);
	}
	int64_t unit = 1;
	while (counts[last] * unit < most)
		unit *= 10;
	size_t i = 0;
	while (counts[i] * unit < most)
		i++;
	return counts[i] * unit;
}

static void gather(struct plot *plot, const struct chart *chart)
{
	const struct report_options *options = &plot->report->options;
	const struct chronicle_look *look = plot->report->look;
	const int64_t minutes = (options->to - options->from) / MINUTE_MS;
	plot->count = minutes < POINTS ? (int)minutes : POINTS;
	for (int i = 0; i < plot->count; i++)
		plot->values[i] = INT64_MIN;
	for (size_t i = 0; i < look->minute_count; i++) {
		const struct chronicle_minute *minute = &look->minutes[i];
		const int64_t value = minute->value[plot->place];
		if (minute->start < options->from || minute->start >= options->to || value == INT64_MIN)
			continue;
		int64_t *point = &plot->values[(minute->start - options->from) / MINUTE_MS * plot->count / minutes];
		if (*point == INT64_MIN || (chart->lowest ? value < *point : value > *point))
			*point = value;
		plot->most = value > plot->most ? value : plot->most;
	}
	plot->most = round_up(plot->metric, plot->most);
}

/* The ticks of the time axis stand at whole hours, or parts of one, by the clock of the zone. */
static int64_t tick_length(int64_t length)
{
	static const int64_t minutes[] = {5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7200, 10080};
	const size_t last = sizeof minutes / sizeof *minutes - 1;
	size_t i = 0;
	while (i < last && length / (minutes[i] * MINUTE_MS) > TICKS_MOST)
		i++;
	int64_t tick = minutes[i] * MINUTE_MS;
	while (length / tick > TICKS_MOST)
		tick *= 2;
	return tick;
}

static void put_ticks(const struct plot *plot, FILE *to)
{
	const struct report_options *options = &plot->report->options;
	const int64_t length = tick_length(options->to - options->from), offset = (int64_t)zone_offset(options->zone, options->from) * SECOND_MS;
	const int64_t over = ((options->from + offset) % length + length) % length;
	char text[40];
	for (int64_t at = options->from + (over ? length - over : 0); at <= options->to; at += length) {
		const double x = x_of(plot, at);
		words_time(plot->report, at, text, sizeof text);
		fprintf(to, "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"#ccc\"/>", x, x, HEIGHT - BOTTOM, HEIGHT - BOTTOM + 4);
		fprintf(to, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%s</text>\n", x, HEIGHT - 6,
			at == options->from ? "start" : at == options->to ? "end" : "middle", text);
	}
}

static void put_axes(const struct plot *plot, FILE *to)
{
	char text[40];
	for (int i = 0; i <= 2; i++) {
		const double y = y_of(plot, plot->most * i / 2);
		words_value(plot->metric, plot->most * i / 2, text, sizeof text);
		fprintf(to, "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ccc\" stroke-width=\"%s\"/>", LEFT, WIDTH - RIGHT, y, y, i ? "0.6" : "1.2");
		fprintf(to, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n", LEFT - 6, y + 4, text);
	}
	put_ticks(plot, to);
}

static void put_steps(const struct plot *plot, const struct chart *chart, FILE *to)
{
	const struct report_options *options = &plot->report->options;
	const int64_t length = (options->to - options->from) / plot->count;
	fputs("<path fill=\"none\" stroke-width=\"1.6\" stroke=\"", to);
	fprintf(to, "%s\" d=\"", chart->colour);
	bool down = false;
	for (int i = 0; i < plot->count; i++) {
		if (plot->values[i] == INT64_MIN) {
			down = false;
			continue;
		}
		const double y = y_of(plot, plot->values[i]);
		fprintf(to, "%s%.1f %.1fH%.1f", down ? "L" : "M", x_of(plot, options->from + i * length), y, x_of(plot, options->from + (i + 1) * length));
		down = true;
	}
	fputs("\"/>\n", to);
}

/* What happened: its mark, and its words where one rests on it. */
static const struct {
	enum incident_kind kind;
	const char *glyph, *colour;
} glyphs[] = {{INCIDENT_ALERT, "▲", "#c02020"}, {INCIDENT_STEP, "●", "#a06000"}, {INCIDENT_GAP, "✕", "#202020"}, {INCIDENT_NOTE, "✎", "#205080"}};

static void put_marks(const struct plot *plot, FILE *to)
{
	const struct incident *incident;
	for (size_t place = 0; (incident = report_incident(plot->report, &place));)
		for (size_t i = 0; i < sizeof glyphs / sizeof *glyphs; i++) {
			char time[40], text[300];
			if (glyphs[i].kind != incident->kind)
				continue;
			words_time(plot->report, incident->at, time, sizeof time);
			words_incident(plot->report, incident, text, sizeof text);
			fprintf(to, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" fill=\"%s\">%s<title>%s ", x_of(plot, incident->at), TOP, glyphs[i].colour,
				glyphs[i].glyph, time);
			html_text(text, to);
			fputs("</title></text>\n", to);
		}
}

static void put_chart(const struct report *report, const struct chart *chart, FILE *to)
{
	struct plot plot = {.report = report, .place = chronicle_metric(chart->metric), .metric = &metrics[metric_find(chart->metric)]};
	gather(&plot, chart);
	fputs("<figure><figcaption>", to);
	html_text(_(chart->title), to);
	fprintf(to, "</figcaption>\n<svg viewBox=\"0 0 %d %d\" role=\"img\" font-size=\"11\" font-family=\"system-ui,sans-serif\" fill=\"#444\">\n", WIDTH, HEIGHT);
	put_axes(&plot, to);
	put_steps(&plot, chart, to);
	if (chart->marks)
		put_marks(&plot, to);
	fputs("</svg></figure>\n", to);
}

void charts_write(FILE *to, const struct report *report)
{
	fprintf(to, "<h2>%s</h2>\n<p>%s</p>\n", _("The course"), _("▲ alert, ● conduct step, ✕ gap, ✎ note"));
	for (size_t i = 0; i < sizeof charts / sizeof *charts; i++)
		put_chart(report, &charts[i], to);
}
