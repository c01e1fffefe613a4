#include "replay/chronicle.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"
#include "base/text.h"
#include "journal/reader.h"
#include "journal/record.h"
#include "metrics/spark.h"
#include "replay/keeper.h"

#define RECORDS_AT_ONCE 2000 /* under the lock: a few ms */
#define INCIDENTS_MOST 1000000
#define MINUTES_MOST (400 * 24 * 60)
#define MINUTES_AT_ONCE 59 /* as a spark of an hour has them, beside the running one */
#define RULES_MOST 10000 /* starts of collectors */
#define FOLLOW_MS 250

const char *const chronicle_metrics[] = {"queue_depth", "longest_wait", "service_level", "offered", "answered", "abandoned", "agents_free",
	"agents_on", "aht", "asa", "rude_now", "rude_count", "anger_at_company", "sla_breached_open", "occupancy", "csat", NULL};

int chronicle_metric(const char *name)
{
	for (int i = 0; chronicle_metrics[i]; i++)
		if (strcmp(chronicle_metrics[i], name) == 0)
			return i;
	return -1;
}

struct chronicle {
	struct chronicle_options options;
	pthread_t thread;
	pthread_mutex_t door, lock; /* of everything below */
	pthread_cond_t changed;
	bool stop, done, started;
	struct reader *reader;
	struct record_room room;
	struct keeper keeper; /* begun with the first record, where states are kept */
	bool keeps;
	struct engine *engine;
	struct chronicle_minute *minutes;
	size_t minute_count, minute_room;
	struct incident *incidents;
	size_t incident_count, incident_room;
	struct meaning meaning;
	struct chronicle_rules *rules;
	size_t rules_count, rules_room;
	int64_t sampled; /* the last minute that is in, its start; INT64_MIN: none */
	uint64_t events;
	struct error err;
};

/* ---- taking in ---- */

static void add_incident(struct chronicle *chronicle, const struct incident *incident)
{
	if (chronicle->incident_count >= INCIDENTS_MOST || incident->at < chronicle->options.from)
		return;
	chronicle->incidents = memory_grow(chronicle->incidents, &chronicle->incident_room, chronicle->incident_count + 1, sizeof *incident);
	chronicle->incidents[chronicle->incident_count++] = *incident;
}

static void saw(void *context, const struct engine *engine, const struct incident *incident)
{
	(void)engine;
	add_incident(context, incident);
}

static void take_damage(struct chronicle *chronicle, const struct damage *damage)
{
	struct incident incident = {.kind = INCIDENT_GAP, .at = chronicle->engine ? engine_now(chronicle->engine) : INT64_MIN, .severity = -1,
		.alert_kind = -1, .metric = -1, .scope = SCOPE_ALL, .count = damage->to >= damage->from ? damage->to - damage->from + 1 : 0};
	char text[400];
	/* What retention took before the first record is no gap of what is there. */
	if (incident.at == INT64_MIN)
		return;
	damage_describe(damage, text, sizeof text);
	text_harmless(view_of(text), incident.text, sizeof incident.text);
	add_incident(chronicle, &incident);
}

/* Gauges that are not sampled, as they are now. */
static void fill_present(struct chronicle *chronicle, struct chronicle_minute *minutes, int count)
{
	const enum sl_formula formula = (enum sl_formula)chronicle->options.settings->formula;
	struct query query;
	query_run(&query, chronicle->engine, chronicle->options.scope, WINDOW_NOW, BY_OUTCOME, formula, false);
	for (int metric = 0; chronicle_metrics[metric]; metric++) {
		const int number = metric_find(chronicle_metrics[metric]);
		struct figure figure;
		if (metrics[number].kind != KIND_GAUGE || metrics[number].gauge)
			continue;
		query_figure(&query, number, &figure);
		for (int i = 0; i < count && figure.known && figure.denominator; i++)
			minutes[i].value[metric] = figure.numerator * (metrics[number].unit == UNIT_DURATION ? 1 : 1000) / figure.denominator;
	}
}

/* The minutes before the running one, as they are known now. */
static void fill(const struct chronicle *chronicle, struct chronicle_minute *minutes, int count, bool gauges)
{
	const struct spark_span *span = spark_span(WINDOW_60M);
	struct spark sparks[CHRONICLE_METRICS];
	int kept = 0;
	for (; chronicle_metrics[kept]; kept++)
		sparks[kept].metric = metric_find(chronicle_metrics[kept]);
	spark_run(chronicle->engine, chronicle->options.scope, (enum sl_formula)chronicle->options.settings->formula, span, sparks, kept);
	for (int metric = 0; metric < kept; metric++)
		for (int i = 0; i < count && (gauges || metrics[sparks[metric].metric].kind != KIND_GAUGE); i++)
			minutes[i].value[metric] = sparks[metric].points[span->count - 1 - count + i];
}

/* As a board shows it: over its window, not over the minute, in which a single contact would be all or nothing. */
static void fill_shown(struct chronicle *chronicle, struct chronicle_minute *minutes, int count)
{
	const struct settings *settings = chronicle->options.settings;
	const int level = metric_find("service_level"), depth = metric_find("queue_depth"), place = chronicle_metric("queue_depth");
	struct query query;
	struct figure figure;
	query_run(&query, chronicle->engine, chronicle->options.scope, (enum window)settings->window, (enum attribution)settings->by,
		(enum sl_formula)settings->formula, false);
	query_figure(&query, level, &figure);
	for (int i = 0; i < count; i++) {
		minutes[i].service_level = figure.known && figure.denominator ? figure.numerator * 1000 / figure.denominator : INT64_MIN;
		minutes[i].service_level_level = (uint8_t)figure.level;
		minutes[i].waiting_level = (uint8_t)query_level(&query, depth, minutes[i].value[place]);
	}
}

static void add_minutes(struct chronicle *chronicle, int64_t first, int count)
{
	chronicle->minutes = memory_grow(chronicle->minutes, &chronicle->minute_room, chronicle->minute_count + (size_t)count, sizeof *chronicle->minutes);
	struct chronicle_minute *minutes = chronicle->minutes + chronicle->minute_count;
	for (int i = 0; i < count; i++)
		minutes[i].start = first + i * MINUTE_MS;
	fill(chronicle, minutes, count, true);
	fill_present(chronicle, minutes, count);
	fill_shown(chronicle, minutes, count);
	chronicle->minute_count += (size_t)count;
}

/* Events that came late were counted in minutes that are in already. */
static void correct(struct chronicle *chronicle)
{
	const int64_t running = engine_now(chronicle->engine) - engine_now(chronicle->engine) % MINUTE_MS;
	const size_t count = chronicle->minute_count < MINUTES_AT_ONCE ? chronicle->minute_count : MINUTES_AT_ONCE;
	struct chronicle_minute *minutes = chronicle->minutes + chronicle->minute_count - count;
	if (!count || minutes[count - 1].start != running - MINUTE_MS)
		return;
	fill(chronicle, minutes, (int)count, false);
}

/* The minutes that are over since the last look. What is older than the engine shows by the minute is left empty. */
static void sample(struct chronicle *chronicle)
{
	const int64_t now = engine_now(chronicle->engine), running = now - now % MINUTE_MS;
	if (chronicle->sampled == INT64_MIN || chronicle->sampled < chronicle->options.from)
		chronicle->sampled = running - MINUTE_MS;
	int64_t over = (running - chronicle->sampled) / MINUTE_MS - 1;
	if (over <= 0 || chronicle->minute_count + (size_t)over > MINUTES_MOST)
		return;
	for (; over > MINUTES_AT_ONCE; over--) {
		struct chronicle_minute empty = {.start = chronicle->sampled += MINUTE_MS, .service_level = INT64_MIN};
		for (int i = 0; i < CHRONICLE_METRICS; i++)
			empty.value[i] = INT64_MIN;
		chronicle->minutes = memory_grow(chronicle->minutes, &chronicle->minute_room, chronicle->minute_count + 1, sizeof empty);
		chronicle->minutes[chronicle->minute_count++] = empty;
	}
	add_minutes(chronicle, chronicle->sampled + MINUTE_MS, (int)over);
	if (chronicle->sampled / HOUR_MS != (running - MINUTE_MS) / HOUR_MS)
		correct(chronicle);
	chronicle->sampled = running - MINUTE_MS;
}

/* That a state cannot be written costs time later, and nothing else. */
static void keep_state(struct chronicle *chronicle, const struct frame *frame, const struct record *record)
{
	if (!chronicle->options.keep_states)
		return;
	if (!chronicle->keeps)
		keeper_begin(&chronicle->keeper, reader_directory(chronicle->reader), reader_id(chronicle->reader), chronicle->options.settings);
	chronicle->keeps = true;
	keeper_take(&chronicle->keeper, chronicle->engine, frame, record, NULL);
}

static void take_rules(struct chronicle *chronicle, const struct record *record)
{
	if (chronicle->rules_count == RULES_MOST)
		return;
	chronicle->rules = memory_grow(chronicle->rules, &chronicle->rules_room, chronicle->rules_count + 1, sizeof *chronicle->rules);
	struct chronicle_rules *rules = &chronicle->rules[chronicle->rules_count++];
	*rules = (struct chronicle_rules){.lsn = record->lsn, .at = record->recv};
	meaning_compare(&chronicle->meaning, record->config, rules->differs);
}

static void take_record(struct chronicle *chronicle, const struct frame *frame)
{
	struct record record;
	struct error why;
	if (!record_read(frame, &record, &chronicle->room, &why))
		return;
	record.lsn = frame->lsn;
	engine_apply(chronicle->engine, &record);
	if (record.config)
		take_rules(chronicle, &record);
	keep_state(chronicle, frame, &record);
	chronicle->events += record.batch ? record.batch->count : 0;
	if (engine_now(chronicle->engine) == INT64_MIN) /* nobody has told the time yet */
		return;
	if (chronicle->sampled == INT64_MIN || engine_now(chronicle->engine) - chronicle->sampled >= 2 * MINUTE_MS)
		sample(chronicle);
}

/* False: there is no more, for now or for good. */
static bool take_some(struct chronicle *chronicle)
{
	for (int i = 0; i < RECORDS_AT_ONCE; i++) {
		struct frame frame;
		struct damage damage;
		switch (reader_next(chronicle->reader, &frame, &damage, &chronicle->err)) {
		case READER_RECORD:
			if (frame.recv > chronicle->options.to)
				return false;
			take_record(chronicle, &frame);
			break;
		case READER_DAMAGE:
			take_damage(chronicle, &damage);
			break;
		case READER_END:
			return false;
		case READER_FAILED:
			chronicle->stop = true;
			return false;
		}
	}
	return true;
}

/* ---- the thread ---- */

static void wait_for(struct chronicle *chronicle, int64_t ms)
{
	const int64_t at = clock_wall() + ms;
	const struct timespec until = {at / SECOND_MS, at % SECOND_MS * 1000000};
	pthread_cond_timedwait(&chronicle->changed, &chronicle->lock, &until);
}

/* Through the door one comes in turn: the thread, which always wants in again, cannot keep others out. */
static void enter(struct chronicle *chronicle)
{
	pthread_mutex_lock(&chronicle->door);
	pthread_mutex_lock(&chronicle->lock);
	pthread_mutex_unlock(&chronicle->door);
}

static void *run(void *argument)
{
	struct chronicle *chronicle = argument;
	enter(chronicle);
	while (!chronicle->stop) {
		const bool more = take_some(chronicle);
		if (!more) {
			if (chronicle->minute_count)
				correct(chronicle);
			chronicle->done = true;
			pthread_cond_broadcast(&chronicle->changed);
			if (!chronicle->options.follow)
				break;
			wait_for(chronicle, FOLLOW_MS); /* nobody tells when the journal has grown */
		}
		pthread_mutex_unlock(&chronicle->lock);
		enter(chronicle);
	}
	chronicle->done = true;
	pthread_cond_broadcast(&chronicle->changed);
	pthread_mutex_unlock(&chronicle->lock);
	return NULL;
}

/* ---- from outside ---- */

/* Where the journal lost its first records and has the state before those that are left, the fold begins with that. NULL: there is none. */
static struct engine *engine_before(struct reader *reader, const struct settings *settings, uint64_t *lsn)
{
	struct state_file state = {.lsn = 0};
	struct segment_head head;
	struct error why;
	int skipped;
	bool differs;
	const struct segment_list files = reader_files(reader);
	const char *directory = reader_directory(reader);
	*lsn = files.count ? files.segments[0].first - 1 : 0;
	if (*lsn == 0 || !segment_head_load(&disk_real, directory, &files.segments[0], SEGMENT_JOURNAL, &head) ||
		!state_file_load(NULL, directory, head.id, *lsn, INT64_MAX, &state, &skipped, &why))
		return NULL;
	struct engine *engine = state.lsn == *lsn ? engine_unpack(settings, state.bytes.data, state.bytes.size, &differs, &why) : NULL;
	free((void *)(uintptr_t)state.bytes.data);
	return engine;
}

static bool begin(struct chronicle *chronicle, struct error *err)
{
	const struct chronicle_options *options = &chronicle->options;
	uint64_t lsn;
	chronicle->reader = reader_open(NULL, options->journal, SEGMENT_JOURNAL, err);
	if (!chronicle->reader)
		return false;
	chronicle->engine = engine_before(chronicle->reader, options->settings, &lsn);
	if (chronicle->engine && !reader_seek(chronicle->reader, lsn + 1, err))
		return false;
	if (!chronicle->engine)
		chronicle->engine = engine_create(options->settings, err);
	if (!chronicle->engine)
		return false;
	engine_keep_long(chronicle->engine);
	engine_watch(chronicle->engine, (struct witness){.context = chronicle, .saw = saw});
	const int failed = pthread_create(&chronicle->thread, NULL, run, chronicle);
	if (failed)
		return fail(err, "no thread for the timeline: %s", strerror(failed));
	chronicle->started = true;
	return true;
}

struct chronicle *chronicle_open(const struct chronicle_options *options, struct error *err)
{
	struct chronicle *chronicle = memory_new(1, sizeof *chronicle);
	chronicle->options = *options;
	chronicle->options.journal = memory_text(options->journal);
	chronicle->sampled = INT64_MIN;
	meaning_init(&chronicle->meaning, options->rules ? options->rules : options->settings);
	pthread_mutex_init(&chronicle->door, NULL);
	pthread_mutex_init(&chronicle->lock, NULL);
	pthread_cond_init(&chronicle->changed, NULL);
	if (begin(chronicle, err))
		return chronicle;
	chronicle_close(chronicle);
	return NULL;
}

void chronicle_close(struct chronicle *chronicle)
{
	if (!chronicle)
		return;
	if (chronicle->started) {
		enter(chronicle);
		chronicle->stop = true;
		pthread_cond_broadcast(&chronicle->changed);
		pthread_mutex_unlock(&chronicle->lock);
		pthread_join(chronicle->thread, NULL);
	}
	pthread_cond_destroy(&chronicle->changed);
	pthread_mutex_destroy(&chronicle->lock);
	pthread_mutex_destroy(&chronicle->door);
	if (chronicle->keeps)
		keeper_finish(&chronicle->keeper);
	reader_close(chronicle->reader);
	engine_destroy(chronicle->engine);
	record_room_finish(&chronicle->room);
	free((char *)(uintptr_t)chronicle->options.journal);
	free(chronicle->minutes);
	free(chronicle->incidents);
	free(chronicle->rules);
	free(chronicle);
}

bool chronicle_wait(struct chronicle *chronicle, struct error *err)
{
	enter(chronicle);
	while (!chronicle->done)
		pthread_cond_wait(&chronicle->changed, &chronicle->lock);
	const bool good = !chronicle->err.text[0];
	if (!good)
		*err = chronicle->err;
	pthread_mutex_unlock(&chronicle->lock);
	return good;
}

void chronicle_pause(struct chronicle *chronicle, int64_t ms)
{
	enter(chronicle);
	if (!chronicle->done)
		wait_for(chronicle, ms);
	pthread_mutex_unlock(&chronicle->lock);
}

const struct chronicle_rules *chronicle_rules_at(const struct chronicle_look *look, uint64_t lsn)
{
	size_t count = look->rules_count;
	while (count && look->rules[count - 1].lsn > lsn)
		count--;
	return count ? &look->rules[count - 1] : NULL;
}

struct chronicle_look chronicle_enter(struct chronicle *chronicle)
{
	enter(chronicle);
	const int64_t now = engine_now(chronicle->engine);
	return (struct chronicle_look){.minutes = chronicle->minutes, .minute_count = chronicle->minute_count, .incidents = chronicle->incidents,
		.incident_count = chronicle->incident_count, .rules = chronicle->rules,
		.rules_count = chronicle->rules_count, .engine = now == INT64_MIN ? NULL : chronicle->engine, .now = now,
		.events = chronicle->events, .done = chronicle->done, .wrong = chronicle->err.text[0] ? chronicle->err.text : NULL};
}

void chronicle_leave(struct chronicle *chronicle)
{
	pthread_mutex_unlock(&chronicle->lock);
}
