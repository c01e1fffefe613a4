/* Levels with hysteresis, and alerts: for the files of metrics/ only. levels.c, alerts.c; limits in figure.c. */
#ifndef METRICS_ALERTS_H
#define METRICS_ALERTS_H

#include "metrics/engine.h"
#include "metrics/metric.h"
#include "metrics/query.h"

struct level_state { uint16_t rule; struct scope scope; uint8_t level, candidate; int64_t since, candidate_since; };
enum alert_kind { ALERT_LEVEL, ALERT_RULE, ALERT_SLA, ALERT_CONDUCT, ALERT_SAFETY, ALERT_FEED, ALERT_FOLLOWUP, ALERT_CARE, ALERT_ANGER };
enum alert_answer { ANSWER_NONE, ANSWER_ACKNOWLEDGED, ANSWER_MUTED, ANSWER_TAKEN_BACK, ANSWER_COUNT }; /* what somebody did about it last */
#define ALERTS_KEPT 256
struct alert {
	uint64_t id; /* xxh3 of (rule, scope, raised) */
	uint8_t kind, severity;
	int16_t metric; /* or -1 */
	uint16_t rule;
	struct scope scope;
	uint32_t item;	  /* sla, conduct, ... by kind */
	int64_t raised, cleared; /* instants; cleared 0: stands */
	uint8_t answer;		 /* enum alert_answer */
	uint16_t answered_by;	 /* of engine->people */
	int64_t answered, answered_until; /* instants; until INT64_MAX: as long as it stands */
	int64_t value, limit; /* what was over what, when raised: ms, thousandths or counts by the metric's unit (value * 1000 for counts) */
	char about[ID_MAX + 1]; /* the case, contact, feed it is about */
};

#define LEVEL_BUILT_IN 0x8000u /* numbers of levels that nobody configured: this + metric */
#define ALERT_RULES 0x4000u /* numbers of alert rules: this + index in the settings */

#define ALERT_SECONDS 0x6000u /* the second conditions of rules: this + index */
#define RULE_SCOPES_MOST 500  /* that one rule is held against */
/* rule_scopes.c: where a rule holds; false, none: nobody has named it yet. `scopes`: room for RULE_SCOPES_MOST. */
bool rule_scope(const struct engine *engine, const struct alert_settings *rule, struct scope *scope);
size_t rule_scopes(const struct engine *engine, const struct alert_settings *rule, struct scope *scopes);
bool rule_is_of_watches(const struct alert_settings *rule); /* its gauges are sampled each second */

/* Something that wants an alert at the end of this second, if it still holds then. */
struct wanted_alert { uint8_t kind; uint32_t item, version; };

/* The limits that hold for a metric in a scope. */
struct limits { double warn, crit, hysteresis; int64_t hold; int rule; /* index of settings->levels, or -1 */ };
struct limits limits_find(const struct engine *engine, int metric, struct scope scope, int64_t window_ms);
double figure_limit_value(const struct metric *metric, const struct figure *figure); /* as people write limits: %, s, counts */
void alerts_want(struct engine *engine, uint8_t kind, uint32_t item, uint32_t version);
void alerts_evaluate(struct engine *engine); /* raises what is wanted, clears what ended; by levels_evaluate() */
struct alert *alert_standing(struct engine *engine, uint8_t kind, uint16_t rule, uint32_t item, int16_t metric, struct scope scope);
void engine_wake(struct engine *engine, int64_t at); /* the second of this instant is looked at, though nothing happens */
/* levels.c: one step of hysteresis and holding time; `value` as people write limits. True: the level
 * that shows has changed. `wake`: when a waiting worse level would show, or INT64_MAX. */
bool level_step(struct level_state *state, enum worse worse, double value, const struct limits *limits, int64_t second, int64_t *wake);
bool scopes_equal(struct scope a, struct scope b);
/* At whole seconds. */
void levels_evaluate(struct engine *engine);
uint32_t alert_raise(struct engine *engine, struct alert alert); /* its number from 1 */
void alert_end(struct engine *engine, struct alert *alert, int64_t at); /* of one that stands */
const char *alert_rule_name(const struct settings *settings, const struct alert *alert); /* the title of its rule; NULL: it is of none */
/* alert_answers.c: what people did about an alert holds until it is over, or taken back. */
bool alert_is_acknowledged(const struct alert *alert, int64_t at); /* or muted */
bool alert_is_muted(const struct alert *alert, int64_t at);
bool alert_answer(struct engine *engine, const struct event *event); /* alert.acknowledged, alert.muted; false: no such alert */
void alert_stay_muted(const struct engine *engine, struct alert *alert); /* a new one of what was muted is as quiet as the one before */
void alert_answers_wake(struct engine *engine, const struct alert *alert); /* the second in which the answer ends is looked at */
void alert_tell(const struct engine *engine, const struct alert *alert, int64_t at, char *to, size_t room); /* as a sentence */
/* "#48211 ", or where which one it is may not be told "a case's ". */
void alert_case_text(const struct engine *engine, const char *id, char *to, size_t room);

#endif
