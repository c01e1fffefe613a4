/* Every metric of the catalogue, opened at moments of a simulated helpdesk's journal: its rows make its figure, or one line says why there
 * are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "journal/journal.h"
#include "journal/record.h"
#include "metrics/lists.h"
#include "replay/evidence.h"
#include "replay/player.h"
#include "tests/redis_day.h"

#include <cmocka.h> /* last: it makes a macro of fail */

#define EVENTS 4500 /* an hour and a half */

struct helpdesk {
	struct settings *settings;
	struct journal *journal;
	char directory[80];
	int64_t from, to;
};

static void told(void *context, const struct record *record, struct view payload)
{
	struct helpdesk *helpdesk = context;
	struct wire_buffer room = {0};
	struct frame frame = record_frame(record, payload, &room);
	assert_int_equal(journal_append(helpdesk->journal, &frame), JOURNAL_OK);
	wire_buffer_finish(&room);
}

static int write_journal(void **context)
{
	struct helpdesk *helpdesk = memory_new(1, sizeof *helpdesk);
	struct error err;
	struct redis_day day;
	const struct journal_options options = journal_options();
	snprintf(helpdesk->directory, sizeof helpdesk->directory, "/tmp/tablo-evidence-XXXXXX");
	assert_non_null(mkdtemp(helpdesk->directory));
	helpdesk->settings = redis_day_settings();
	helpdesk->journal = journal_open(helpdesk->directory, &options, &err);
	assert_non_null(helpdesk->journal);
	struct engine *engine = redis_day_engine(helpdesk->settings);
	redis_day_start(&day, 11);
	day.told = told;
	day.punctual = true;
	day.recv = helpdesk->from = DAY_START - 2 * HOUR_MS;
	day.context = helpdesk;
	redis_day_play(&day, engine, EVENTS);
	helpdesk->to = engine_now(engine);
	assert_true(journal_close(helpdesk->journal, &err));
	redis_day_finish(&day);
	engine_destroy(engine);
	*context = helpdesk;
	return 0;
}

static int remove_journal(void **context)
{
	struct helpdesk *helpdesk = *context;
	char words[120];
	snprintf(words, sizeof words, "rm -rf %s", helpdesk->directory);
	assert_int_equal(system(words), 0);
	settings_destroy(helpdesk->settings);
	free(helpdesk);
	return 0;
}

/* What the rows of one answer come to. */
struct sums {
	int64_t numerator, denominator, most, delta;
	size_t known;
};

static struct sums add_up(const struct evidence *evidence)
{
	struct sums sums = {0};
	for (size_t i = 0; i < evidence->count; i++) {
		const struct figure *figure = &evidence->rows[i].figure;
		sums.delta += evidence->rows[i].delta;
		if (!figure->known)
			continue;
		sums.known++;
		sums.numerator += figure->numerator;
		sums.denominator += figure->denominator;
		sums.most = figure->numerator > sums.most ? figure->numerator : sums.most;
	}
	return sums;
}

static int ascending(const void *left, const void *right)
{
	const double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

/* The share of the rows' own values that is at most so much; a row that counted several times has their mean. */
static bool is_percentile(const struct evidence *evidence, double share, double value)
{
	double *own = memory_new(evidence->count + 1, sizeof *own);
	size_t count = 0;
	for (size_t i = 0; i < evidence->count; i++)
		if (evidence->rows[i].figure.known)
			own[count++] = (double)evidence->rows[i].figure.numerator / (double)evidence->rows[i].figure.denominator;
	qsort(own, count, sizeof *own, ascending);
	/* Two ranks to either side, and the sketch's 2 %. */
	const double rank = share * (double)count;
	const size_t low = rank > 4 ? (size_t)rank - 4 : 0, high = (size_t)rank + 4 < count ? (size_t)rank + 4 : count - 1;
	const bool good = count && value >= own[low] * 0.98 - 1 && value <= own[high] * 1.02 + 1;
	free(own);
	return good;
}

/* How a figure is made of its rows. */
enum made { MADE_AS_USUAL, MADE_LONGEST, MADE_PERCENTILE, MADE_OF_PARTS /* `why` says what is missing */, MADE_DELTA /* of a base that is no row */,
	MADE_NOT /* `why` says why there is no row */ };

static const struct {
	const char *metric;
	enum made made;
	double share;
} makings[] = {
	{"longest_wait", MADE_LONGEST, 0}, {"longest_wait_total", MADE_LONGEST, 0}, {"longest_wait_async", MADE_LONGEST, 0}, {"worst_wait", MADE_LONGEST, 0},
	{"backlog_oldest", MADE_LONGEST, 0}, {"followup_oldest", MADE_LONGEST, 0}, {"rude_oldest_step", MADE_LONGEST, 0}, {"backlog_p50", MADE_PERCENTILE, 0.5},
	{"backlog_p90", MADE_PERCENTILE, 0.9}, {"asa_p50", MADE_PERCENTILE, 0.5}, {"asa_p90", MADE_PERCENTILE, 0.9}, {"asa_p95", MADE_PERCENTILE, 0.95},
	{"aht_p90", MADE_PERCENTILE, 0.9}, {"aht_running", MADE_OF_PARTS, 0}, {"csat_quality_gap", MADE_OF_PARTS, 0}, {"csat_response", MADE_DELTA, 0},
	{"churn_rate", MADE_DELTA, 0}, {"queue_depth_peak", MADE_NOT, 0}, {"busy_peak", MADE_NOT, 0}, {"fcr_open", MADE_NOT, 0},
};

static bool is_made(int metric, const struct figure *figure, const struct evidence *evidence, enum sl_formula formula)
{
	const struct sums sums = add_up(evidence);
	const bool is_gauge = metrics[metric].kind == KIND_GAUGE;
	for (size_t i = 0; i < sizeof makings / sizeof *makings; i++) {
		if (strcmp(makings[i].metric, metrics[metric].name) != 0)
			continue;
		switch (makings[i].made) {
		case MADE_LONGEST:
			return sums.most == (figure->known ? figure->numerator : 0);
		case MADE_PERCENTILE:
			return !figure->known || is_percentile(evidence, makings[i].share, (double)figure->numerator / (double)figure->denominator);
		case MADE_OF_PARTS:
			return !figure->known || *evidence->why;
		case MADE_DELTA:
			return !figure->known || sums.delta >= figure->numerator;
		case MADE_NOT:
			return evidence->count == 0 && *evidence->why;
		case MADE_AS_USUAL:
			break;
		}
	}
	if (!figure->known)
		return evidence->count == 0 || sums.known == 0;
	if (strcmp(metrics[metric].name, "service_level") == 0 && formula == SL_FORMULA_SL2SV)
		return sums.numerator == figure->numerator && (sums.denominator == figure->denominator || *evidence->why);
	if (is_gauge)
		return (int64_t)evidence->count == figure->numerator;
	return sums.numerator == figure->numerator && (metrics[metric].unit == UNIT_COUNT || sums.denominator == figure->denominator);
}

struct visit {
	const struct helpdesk *helpdesk;
	const struct engine *engine;
	struct query *query;
	struct scope scope;
	enum attribution by;
	enum sl_formula formula;
	size_t rows, wrong;
	bool told[METRICS_MOST]; /* rows were seen of it, or the words why not */
};

static void look(struct visit *visit, int metric, enum window window)
{
	struct error err;
	struct evidence evidence;
	struct figure figure = {.denominator = 1, .n = -1, .low = -1, .high = -1};
	query_run(visit->query, visit->engine, visit->scope, window, visit->by, visit->formula, true);
	query_figure(visit->query, metric, &figure);
	const struct evidence_request request = {.journal = visit->helpdesk->directory, .settings = visit->helpdesk->settings, .engine = visit->engine,
		.metric = metric, .scope = visit->scope, .window = window, .by = visit->by, .formula = visit->formula};
	assert_true(evidence_gather(&request, &evidence, &err));
	visit->rows += evidence.count;
	visit->told[metric] = visit->told[metric] || evidence.count || *evidence.why;
	if (!is_made(metric, &figure, &evidence, visit->formula)) {
		const struct sums sums = add_up(&evidence);
		print_error("%s, %s, queue %d channel %d agent %d, by %d: %zu rows with %lld/%lld, most %lld, "
			"but the figure is %lld/%lld (known %d) and says \"%s\"\n",
			metrics[metric].name, window_names[window], visit->scope.queue, visit->scope.channel, visit->scope.agent, visit->by, evidence.count,
			(long long)sums.numerator, (long long)sums.denominator, (long long)sums.most, (long long)figure.numerator, (long long)figure.denominator,
			figure.known, evidence.why);
		visit->wrong++;
	}
	for (size_t i = 1; i < evidence.count; i++)
		assert_true(evidence.rows[i].at >= evidence.rows[i - 1].at);
	evidence_finish(&evidence);
}

static void look_at_all(struct visit *visit, enum window window)
{
	for (int metric = 0; metric < metric_count; metric++)
		if (!scope_of_people(visit->scope) || metrics[metric].people)
			look(visit, metric, metrics[metric].kind == KIND_DAY && window < WINDOW_TODAY ? WINDOW_TODAY : window);
}

/* Stands between two records, as a replay that was sought there does. */
static struct player *stand(const struct helpdesk *helpdesk, int part, int parts)
{
	struct error err;
	struct player *player = player_open(helpdesk->directory, helpdesk->settings, &err);
	const int64_t at = helpdesk->from + (helpdesk->to - helpdesk->from) / parts * part - 333;
	assert_non_null(player);
	assert_true(player_seek(player, at, &err) && player_arrive(player, &err));
	player_pass(player, at);
	return player;
}

static void every_metric_has_its_rows(void **context)
{
	struct visit visit = {.helpdesk = *context, .scope = SCOPE_ALL, .by = BY_OUTCOME, .formula = SL_FORMULA_SL2SV,
		.query = memory_new(1, sizeof(struct query))};
	for (int part = 1; part <= 2; part++) {
		struct player *player = stand(visit.helpdesk, part, 2);
		visit.engine = player_engine(player);
		look_at_all(&visit, part == 1 ? WINDOW_30M : WINDOW_TODAY);
		player_close(player);
	}
	free(visit.query);
	assert_int_equal(visit.wrong, 0);
	assert_true(visit.rows > 5000);
	int told = 0;
	for (int metric = 0; metric < metric_count; metric++)
		told += visit.told[metric];
	assert_in_range(told, metric_count - 46, metric_count); /* of some this helpdesk has had none */
}

static void so_it_is_of_a_part(void **context)
{
	static const char *const scopes[] = {"queue=Billing", "channel=email", "queue=Delivery,channel=phone"};
	struct visit visit = {.helpdesk = *context, .by = BY_OUTCOME, .formula = SL_FORMULA_SL2S, .query = memory_new(1, sizeof(struct query))};
	struct player *player = stand(visit.helpdesk, 1, 2);
	struct error err;
	visit.engine = player_engine(player);
	for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++) {
		assert_true(list_scope_parse(visit.engine, scopes[i], &visit.scope, &err));
		look_at_all(&visit, WINDOW_15M);
	}
	visit.scope = SCOPE_ALL;
	visit.scope.agent = 3;
	look_at_all(&visit, WINDOW_60M);
	player_close(player);
	free(visit.query);
	assert_int_equal(visit.wrong, 0);
	assert_true(visit.rows > 1000);
}

static void so_it_is_by_arrival_and_by_each_formula(void **context)
{
	struct visit visit = {.helpdesk = *context, .scope = SCOPE_ALL, .query = memory_new(1, sizeof(struct query))};
	struct player *player = stand(visit.helpdesk, 1, 2);
	const int level = metric_find("service_level");
	visit.engine = player_engine(player);
	for (int formula = 0; formula < SL_FORMULA_COUNT; formula++)
		for (int by = 0; by < 2; by++) {
			visit.formula = (enum sl_formula)formula;
			visit.by = by ? BY_ARRIVAL : BY_OUTCOME;
			const size_t before = visit.rows;
			look(&visit, level, WINDOW_30M);
			assert_true(visit.rows > before);
		}
	visit.by = BY_ARRIVAL;
	look(&visit, metric_find("answered"), WINDOW_30M);
	look(&visit, metric_find("aht"), WINDOW_30M);
	player_close(player);
	free(visit.query);
	assert_int_equal(visit.wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_metric_has_its_rows), cmocka_unit_test(so_it_is_of_a_part),
		cmocka_unit_test(so_it_is_by_arrival_and_by_each_formula)};
	return cmocka_run_group_tests(tests, write_journal, remove_journal);
}
