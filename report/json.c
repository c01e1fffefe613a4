#include <jansson.h>
#include <math.h>

#include "base/instant.h"
#include "report/formats.h"
#include "report/words.h"

static void set_text(json_t *object, const char *key, const char *text)
{
	json_object_set_new(object, key, json_string(text));
}

static void set_instant(const struct report *report, json_t *object, const char *key, int64_t at)
{
	char text[40];
	instant_format(at, report->options.zone, text, sizeof text);
	set_text(object, key, text);
}

static json_t *scope_json(const struct report_scope *scope)
{
	json_t *object = json_object();
	if (*scope->queue)
		set_text(object, "queue", scope->queue);
	if (*scope->channel)
		set_text(object, "channel", scope->channel);
	return object;
}

/* {"offered": 12, ...}: those that are known. */
static json_t *figures_json_of(const struct report *report, struct scope scope, int64_t from, int64_t to)
{
	struct figure figures[METRICS_MOST];
	json_t *object = json_object();
	report_figures(report, scope, from, to, figures);
	for (int i = 0; i < metric_count; i++) {
		if (!figures[i].known || !figures[i].denominator)
			continue;
		const double value = figure_value(&metrics[i], &figures[i]);
		json_object_set_new(object, metrics[i].name, value == floor(value) ? json_integer((json_int_t)value) : json_real(value));
	}
	return object;
}

static json_t *stretch_json(const struct report *report, int64_t from, int64_t to)
{
	json_t *object = json_object(), *scopes = json_array();
	set_instant(report, object, "from", from);
	set_instant(report, object, "to", to);
	for (int i = 0; i < report->scope_count; i++) {
		json_t *of = json_object();
		json_object_set_new(of, "scope", scope_json(&report->scopes[i]));
		json_object_set_new(of, "figures", figures_json_of(report, report->scopes[i].scope, from, to));
		json_array_append_new(scopes, of);
	}
	json_object_set_new(object, "scopes", scopes);
	return object;
}

static json_t *intervals_json(const struct report *report)
{
	json_t *array = json_array();
	for (int64_t from = report->options.from; from < report->options.to; from = report_interval_end(report, from))
		json_array_append_new(array, stretch_json(report, from, report_interval_end(report, from)));
	return array;
}

static json_t *onset_json(const struct report *report, const struct onset *onset)
{
	json_t *object = json_object();
	char text[160];
	onset_text(onset, text, sizeof text);
	set_instant(report, object, "at", onset->at);
	set_text(object, "metric", chronicle_metrics[onset->metric]);
	set_text(object, "text", text);
	json_object_set_new(object, "worst", json_real((double)onset->worst / 1000));
	json_object_set_new(object, "normal", json_real((double)onset->normal / 1000));
	json_object_set_new(object, "before", json_boolean(onset->before));
	return object;
}

static json_t *troubles_json(const struct report *report)
{
	json_t *array = json_array();
	for (int i = 0; i < report->trouble_count; i++) {
		const struct report_trouble *trouble = &report->troubles[i];
		json_t *object = json_object(), *onsets = json_array();
		set_instant(report, object, "from", trouble->stretch.from);
		set_instant(report, object, "to", trouble->stretch.to);
		set_text(object, "normal_is", onset_bases[trouble->basis]);
		for (int j = 0; j < trouble->onset_count; j++)
			json_array_append_new(onsets, onset_json(report, &trouble->onsets[j]));
		json_object_set_new(object, "order", onsets);
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *incidents_json(const struct report *report)
{
	json_t *array = json_array();
	const struct incident *incident;
	for (size_t place = 0; (incident = report_incident(report, &place));) {
		char text[300];
		if (incident->kind == INCIDENT_CLEARED || incident->kind == INCIDENT_ACKNOWLEDGED)
			continue;
		json_t *object = json_object();
		words_incident(report, incident, text, sizeof text);
		set_instant(report, object, "at", incident->at);
		set_text(object, "kind", incident_kinds[incident->kind]);
		set_text(object, "text", text);
		if (incident->kind == INCIDENT_ALERT) {
			const struct report_alert fate = report_alert_fate(report, incident);
			set_text(object, "severity", incident->severity == SEVERITY_CRITICAL ? "critical" : "warning");
			if (fate.acknowledged)
				set_instant(report, object, "acknowledged", fate.acknowledged);
			if (*fate.by)
				set_text(object, "by", fate.by);
			if (fate.cleared)
				set_instant(report, object, "cleared", fate.cleared);
		}
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *topics_json(const struct report *report)
{
	json_t *array = json_array();
	for (int i = 0; i < report->topic_count; i++) {
		const struct list_topic *topic = &report->topics[i];
		json_t *object = json_object();
		set_text(object, "name", topic->name);
		json_object_set_new(object, "recontacts", json_integer(topic->recontacts));
		json_object_set_new(object, "before", json_integer(topic->before));
		json_object_set_new(object, "contacts", json_integer(topic->contacts));
		json_object_set_new(object, "settled", json_integer(topic->settled));
		json_object_set_new(object, "kept", json_integer(topic->kept));
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *marks_json(const struct report *report)
{
	json_t *array = json_array();
	for (int i = 0; i < report->options.mark_count; i++) {
		json_t *object = json_object();
		set_instant(report, object, "at", report->options.marks[i].at);
		set_text(object, "text", report->options.marks[i].text);
		json_array_append_new(array, object);
	}
	return array;
}

static void set_rules(const struct report *report, json_t *object)
{
	size_t more;
	const struct chronicle_rules *rules = report_rules(report, &more);
	if (!rules)
		return;
	json_t *told = json_object();
	json_object_set_new(told, "record", json_integer((json_int_t)rules->lsn));
	set_text(told, "differs", rules->differs);
	json_object_set_new(told, "later", json_integer((json_int_t)more));
	json_object_set_new(object, "other_rules", told);
}

void json_write(const struct report *report, FILE *to)
{
	json_t *object = json_object();
	set_text(object, "journal", report->options.name);
	set_text(object, "zone", zone_name(report->options.zone));
	set_text(object, "by", report->options.attribution == BY_ARRIVAL ? "arrival" : "outcome");
	set_text(object, "formula", sl_formula_codes[report->options.formula]);
	set_rules(report, object);
	json_object_set_new(object, "summary", stretch_json(report, report->options.from, report->options.to));
	json_object_set_new(object, "what_came_first", troubles_json(report));
	json_object_set_new(object, "intervals", intervals_json(report));
	json_object_set_new(object, "topics", topics_json(report));
	json_object_set_new(object, "incidents", incidents_json(report));
	json_object_set_new(object, "marks", marks_json(report));
	json_object_set_new(object, "events_lost", json_integer((json_int_t)report->events_lost));
	json_dumpf(object, to, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
	fputc('\n', to);
	json_decref(object);
}
