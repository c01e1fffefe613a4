#include "report/chart.h"

#include "base/instant.h"
#include "report/words.h"

#define WIDTH 1000
#define HEIGHT 170
#define LEFT 56
#define RIGHT 12
#define TOP 10
#define BOTTOM 24
#define POINTS 470 /* more would be thinner than a line */
#define TICKS 8

struct chart {
	const char *metric, *title, *colour;
	bool lowest; /* the lowest value of several minutes counts, not the highest */
	bool marks;  /* alerts, steps and gaps are drawn above it */
};

static const struct chart charts[] = {
	{"queue_depth", "Waiting", "#2f6f8f", false, true}, {"longest_wait", "Longest wait", "#8f5a2f", false, false},
	{"service_level", "Service level, by the minute", "#3f7f3f", true, false}, {"agents_free", "Free agents", "#6a4f9f", true, false},
	{"offered", "Offered, by the minute", "#555", false, false},
};

struct plot {
	const struct report *report;
	int place; /* of the metric */
	const struct metric *metric;
	int64_t values[POINTS]; /* INT64_MIN: none */
	int count;
	int64_t most;
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

static void gather(struct plot *plot, const struct chart *chart)
{
	const struct report_options *options = &plot->report->options;
	const struct chronicle_look *look = plot->report->look;
	const int64_t minutes = (options->to - options->from) / MINUTE_MS;
	plot->count = minutes < POINTS ? (int)minutes : POINTS;
	plot->most = plot->metric->unit == UNIT_RATIO ? 1000 : 1000;
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
}

static void put_axes(const struct plot *plot, FILE *to)
{
	const struct report_options *options = &plot->report->options;
	char text[40];
	for (int i = 0; i <= 2; i++) {
		const double y = y_of(plot, plot->most * i / 2);
		words_value(plot->metric, plot->most * i / 2, text, sizeof text);
		fprintf(to, "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ccc\" stroke-width=\"%s\"/>", LEFT, WIDTH - RIGHT, y, y, i ? "0.6" : "1.2");
		fprintf(to, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n", LEFT - 6, y + 4, text);
	}
	for (int i = 0; i <= TICKS; i++) {
		const int64_t at = options->from + (options->to - options->from) * i / TICKS;
		words_time(plot->report, at, text, sizeof text);
		fprintf(to, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%s</text>\n", x_of(plot, at), HEIGHT - 6, i == 0 ? "start" : i == TICKS ? "end" : "middle", text);
	}
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
	html_text(chart->title, to);
	fprintf(to, "</figcaption>\n<svg viewBox=\"0 0 %d %d\" role=\"img\" font-size=\"11\" font-family=\"system-ui,sans-serif\" fill=\"#444\">\n", WIDTH, HEIGHT);
	put_axes(&plot, to);
	put_steps(&plot, chart, to);
	if (chart->marks)
		put_marks(&plot, to);
	fputs("</svg></figure>\n", to);
}

void charts_write(FILE *to, const struct report *report)
{
	fputs("<h2>The course</h2>\n<p>▲ alert, ● conduct step, ✕ gap, ✎ note</p>\n", to);
	for (size_t i = 0; i < sizeof charts / sizeof *charts; i++)
		put_chart(report, &charts[i], to);
}
