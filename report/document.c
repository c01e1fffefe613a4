#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/words.h"
#include "report/pen.h"
#include "report/words.h"

#define COLUMNS_MOST 24
#define CELL 48

struct writing {
	const struct report *report;
	const struct pen *pen;
	FILE *to;
};

static void write_summary(const struct writing *writing)
{
	struct words_fact facts[WORDS_FACTS_MOST];
	const int count = words_facts(writing->report, facts);
	writing->pen->table(writing->to, (const char *const[]){"", _("in all")}, 2);
	for (int i = 0; i < count; i++)
		writing->pen->row(writing->to, (const char *const[]){facts[i].name, facts[i].text}, 2);
	writing->pen->table_end(writing->to);
}

/* In the order in which they left it. */
static void write_onsets(const struct writing *writing, const struct report_trouble *trouble)
{
	writing->pen->table(writing->to, (const char *const[]){_("left its normal band"), _("figure"), _("came to"), _("normally")}, 4);
	for (int i = 0; i < trouble->onset_count; i++) {
		const struct onset *onset = &trouble->onsets[i];
		struct onset_words words;
		char time[40], at[56];
		words_time(writing->report, onset->at, time, sizeof time);
		snprintf(at, sizeof at, onset->before ? _("before %s") : "%s", time);
		onset_words(onset, &words);
		writing->pen->row(writing->to, (const char *const[]){at, words.figure, words.worst, words.normal}, 4);
	}
	writing->pen->table_end(writing->to);
}

static void write_trouble(const struct writing *writing, const struct report_trouble *trouble)
{
	char line[1200], from[40], until[40], stayed[800];
	words_date(writing->report, trouble->stretch.from, from, sizeof from);
	words_date(writing->report, trouble->stretch.to, until, sizeof until);
	snprintf(line, sizeof line, trouble->onset_count ? "%s – %s:" : _("%s – %s: no figure left its normal band."), from, until);
	writing->pen->paragraph(writing->to, line);
	if (trouble->onset_count)
		write_onsets(writing, trouble);
	words_stayed(writing->report, trouble, stayed, sizeof stayed);
	const char *basis = _(onset_bases[trouble->basis]);
	if (*stayed && trouble->onset_count)
		snprintf(line, sizeof line, _("Normal is: %s. Within it all the time: %s."), basis, stayed);
	else
		snprintf(line, sizeof line, _("Normal is: %s."), basis);
	writing->pen->paragraph(writing->to, line);
}

/* That the wall showed other figures at the time. */
static void write_rules(const struct writing *writing)
{
	size_t more;
	const struct chronicle_rules *rules = report_rules(writing->report, &more);
	char text[MEANING_TEXT + 300], times[60] = "";
	if (!rules)
		return;
	if (more)
		snprintf(times, sizeof times, words_plural(" (and %zu start later under others)", " (and %zu starts later under others)", more), more);
	snprintf(text, sizeof text, _("The journal was written by other rules than those of this report, from record %llu on%s: %s. "
		"Figures here are by those of this report."),
		(unsigned long long)rules->lsn, times, rules->differs);
	writing->pen->paragraph(writing->to, text);
}

static void write_order(const struct writing *writing)
{
	const struct report *report = writing->report;
	writing->pen->heading(writing->to, _("What came first"));
	for (int i = 0; i < report->trouble_count; i++)
		write_trouble(writing, &report->troubles[i]);
	if (!report->trouble_count)
		writing->pen->paragraph(writing->to, _("No critical alert was raised."));
}

static void begin_figures(const struct writing *writing, const char *first)
{
	const char *columns[COLUMNS_MOST] = {first};
	int count = 1;
	for (int i = 0; report_columns[i] && count < COLUMNS_MOST; i++)
		columns[count++] = words_of("column", metrics[metric_find(report_columns[i])].short_title);
	writing->pen->table(writing->to, columns, count);
}

static void write_figures(const struct writing *writing, const char *first, struct scope scope, int64_t from, int64_t until)
{
	struct figure figures[METRICS_MOST];
	char texts[COLUMNS_MOST][CELL];
	const char *cells[COLUMNS_MOST] = {first};
	int count = 1;
	report_figures(writing->report, scope, from, until, figures);
	for (int i = 0; report_columns[i] && count < COLUMNS_MOST; i++) {
		const int metric = metric_find(report_columns[i]);
		words_figure(&metrics[metric], &figures[metric], texts[count], CELL);
		cells[count] = texts[count];
		count++;
	}
	writing->pen->row(writing->to, cells, count);
}

static void write_intervals(const struct writing *writing)
{
	const struct report_options *options = &writing->report->options;
	writing->pen->heading(writing->to, _("By interval"));
	begin_figures(writing, _("from"));
	for (int64_t from = options->from; from < options->to; from = report_interval_end(writing->report, from)) {
		char time[48];
		words_interval(writing->report, from, time, sizeof time);
		write_figures(writing, time, SCOPE_ALL, from, report_interval_end(writing->report, from));
	}
	writing->pen->table_end(writing->to);
}

/* A queue of one channel has its figures in the queue's row. */
static bool is_said(const struct report *report, const struct report_scope *scope)
{
	int channels = 0;
	for (int i = 0; *scope->channel && i < report->scope_count; i++)
		channels += *report->scopes[i].channel && strcmp(report->scopes[i].queue, scope->queue) == 0;
	return channels == 1;
}

static void write_scopes(const struct writing *writing)
{
	const struct report *report = writing->report;
	writing->pen->heading(writing->to, _("By queue and channel"));
	begin_figures(writing, C_("column", "queue"));
	for (int i = 0; i < report->scope_count; i++) {
		char text[120];
		if (is_said(report, &report->scopes[i]))
			continue;
		words_scope(&report->scopes[i], text, sizeof text);
		write_figures(writing, text, report->scopes[i].scope, report->options.from, report->options.to);
	}
	writing->pen->table_end(writing->to);
}

/* Where an answer is missing that would have spared customers a second contact. */
static void write_topics(const struct writing *writing)
{
	const char *const columns[] = {C_("column", "topic"), C_("column", "came again"), C_("column", "before"), C_("column", "contacts"),
		C_("column", "FCR"), C_("column", "open")};
	const struct report *report = writing->report;
	if (!report->topic_count)
		return;
	writing->pen->heading(writing->to, _("Topics, by customers who came again"));
	writing->pen->table(writing->to, columns, 6);
	for (int i = 0; i < report->topic_count; i++) {
		const struct list_topic *topic = &report->topics[i];
		char texts[5][24] = {"", "", "", "–", ""};
		snprintf(texts[0], sizeof texts[0], "%" PRId64, topic->recontacts);
		snprintf(texts[1], sizeof texts[1], "%" PRId64, topic->before);
		snprintf(texts[2], sizeof texts[2], "%" PRId64, topic->contacts);
		if (topic->settled)
			words_percent((double)topic->kept * 100 / (double)topic->settled, texts[3], sizeof texts[3]);
		snprintf(texts[4], sizeof texts[4], "%" PRId64, topic->contacts - topic->settled);
		writing->pen->row(writing->to, (const char *const[]){topic->name, texts[0], texts[1], texts[2], texts[3], texts[4]}, 6);
	}
	writing->pen->table_end(writing->to);
}

static void add_fate(const struct report *report, const struct incident *incident, char *text, size_t room)
{
	const struct report_alert fate = report_alert_fate(report, incident);
	size_t used = strlen(text);
	char time[40];
	if (fate.acknowledged) {
		words_time(report, fate.acknowledged, time, sizeof time);
		snprintf(text + used, room - used, *fate.by ? _(", acknowledged %s by %s") : _(", acknowledged %s"), time, fate.by);
		used = strlen(text);
	}
	if (!fate.cleared) {
		snprintf(text + used, room - used, _(", still standing at the end"));
		return;
	}
	words_time(report, fate.cleared, time, sizeof time);
	snprintf(text + used, room - used, _(", over at %s"), time);
}

static void write_kinds(const struct writing *writing, const char *title, unsigned kinds)
{
	const struct report *report = writing->report;
	const struct incident *incident;
	bool begun = false;
	for (size_t place = 0; (incident = report_incident(report, &place));) {
		char time[40], text[400];
		if (!(kinds & 1u << incident->kind))
			continue;
		if (!begun) {
			writing->pen->heading(writing->to, _(title));
			writing->pen->list(writing->to);
		}
		begun = true;
		words_time(report, incident->at, time, sizeof time);
		words_incident(report, incident, text, sizeof text);
		if (incident->kind == INCIDENT_ALERT)
			add_fate(report, incident, text, sizeof text);
		writing->pen->item(writing->to, time, text);
	}
	if (begun)
		writing->pen->list_end(writing->to);
}

static void write_marks(const struct writing *writing)
{
	const struct report *report = writing->report;
	if (!report->options.mark_count)
		return;
	writing->pen->heading(writing->to, _("Marks"));
	writing->pen->list(writing->to);
	for (int i = 0; i < report->options.mark_count; i++) {
		char time[40];
		words_time(report, report->options.marks[i].at, time, sizeof time);
		writing->pen->item(writing->to, time, report->options.marks[i].text);
	}
	writing->pen->list_end(writing->to);
}

/* In the order of the report. */
static const struct {
	const char *title;
	unsigned kinds; /* bits (1 << enum incident_kind) */
} lists[] = {
	{N_("SLA breaches"), 1u << INCIDENT_BREACH}, {N_("Conduct"), 1u << INCIDENT_STEP | 1u << INCIDENT_FAULT}, {N_("Alerts"), 1u << INCIDENT_ALERT},
	{N_("Notes"), 1u << INCIDENT_NOTE}, {N_("Gaps and feeds"), 1u << INCIDENT_GAP | 1u << INCIDENT_LINK},
};

void document_write(const struct report *report, const struct pen *pen, FILE *to)
{
	const struct writing writing = {report, pen, to};
	char from[40], until[40], about[300];
	words_date(report, report->options.from, from, sizeof from);
	words_date(report, report->options.to, until, sizeof until);
	snprintf(about, sizeof about, report->options.attribution == BY_ARRIVAL ?
		_("%s – %s, %s; service level %s, counted by arrival; %llu events lost") :
		_("%s – %s, %s; service level %s, counted by outcome; %llu events lost"), from, until, zone_name(report->options.zone),
		sl_formula_codes[report->options.formula], (unsigned long long)report->events_lost);
	pen->begin(to, report->options.name, about);
	write_rules(&writing);
	write_summary(&writing);
	write_order(&writing);
	if (pen->charts)
		pen->charts(to, report);
	write_intervals(&writing);
	write_scopes(&writing);
	write_topics(&writing);
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		write_kinds(&writing, lists[i].title, lists[i].kinds);
	write_marks(&writing);
	pen->end(to);
}
