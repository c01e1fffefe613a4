/* The widgets that a configuration can name: each at its least, a usual and a huge size, with nothing known, usual figures, stale, critical,
 * and names that attack; what they ask, and what they refuse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "base/text.h"
#include "config/tables.h"
#include "tests/golden.h"
#include "tests/sample_snapshot.h"
#include "tui/dump.h"
#include "widgets/classes.h"

#include <cmocka.h> /* last: it makes a macro of fail */

#define SET_MOST 6

struct chosen {
	const char *name; /* of the picture */
	const struct widget_class *class;
	const char *set[SET_MOST]; /* name, value, ... */
};
static const struct chosen chosen[] = {
	{"gauge", &gauge_class, {"metric", "service_level"}}, {"gauge_wait", &gauge_class, {"metric", "longest_wait", "target", "3m"}},
	{"chart", &chart_class, {"metric", "queue_depth"}}, {"chart_two", &chart_class, {"metric", "queue_depth,service_level", "style", "block"}},
	{"histogram", &histogram_class, {"of", "answered"}}, {"heatmap", &heatmap_class, {"metric", "offered"}},
	{"table", &table_class, {"columns", "queue,waiting,longest,offered", "sort", "waiting"}}, {"table_agents", &table_class, {"list", "agents", "rows", "3"}},
	{"ladder", &ladder_class, {NULL}}, {"countdown", &countdown_class, {NULL}}, {"agents", &agents_class, {NULL}},
	{"text", &text_class, {"text", "Team lead of the day: ask at the front desk, or call 42", "align", "centre"}},
};
#define CHOSEN (sizeof chosen / sizeof *chosen)

static void *make_config(const struct chosen *of)
{
	const struct layout_kind *kind = of->class->kind;
	void *config = memory_new(1, kind->size);
	struct error err = {""};
	setting_fill(kind->table->settings, kind->table->count, config);
	for (int i = 0; i + 1 < SET_MOST && of->set[i]; i += 2) {
		const struct setting *setting = setting_find(kind->table->settings, kind->table->count, of->set[i]);
		assert_non_null(setting);
		if (!setting_assign(setting, config, of->set[i + 1], &err))
			fail_msg("%s", err.text);
	}
	assert_true(!kind->check || kind->check(config, &err));
	return config;
}

/* ---- answers made by hand ---- */

static void answer_waits(struct snapshot_answer *answer)
{
	static const int64_t up_to[] = {5000, 10000, 20000, 30000, 60000, 120000, 300000, 600000, INT64_MAX}, contacts[] = {40, 61, 33, 12, 9, 4, 0, 2, 1};
	answer->waits.count = (int)(sizeof up_to / sizeof *up_to);
	answer->waits.target = 20000;
	memcpy(answer->waits.up_to, up_to, sizeof up_to);
	memcpy(answer->waits.contacts, contacts, sizeof contacts);
}

static void answer_week(struct snapshot_answer *answer)
{
	for (int cell = 0; cell < ASK_WEEK_HOURS; cell++) {
		const int hour = cell % 24, day = cell / 24, peak = hour < 7 || hour > 20 ? 0 : 14 - (hour > 13 ? hour - 13 : 13 - hour);
		answer->week.value[cell] = day == 6 && hour > 14 ? INT64_MIN : (int64_t)peak * (day < 5 ? 3 : 1) * 1000;
		answer->week.weeks[cell] = 5;
	}
}

static void answer_one(const struct snapshot *snapshot, struct snapshot_answer *answer)
{
	answer->known = true;
	if (answer->ask.kind == ASK_FIGURE)
		answer->figure = snapshot->figures[answer->ask.metric];
	else if (answer->ask.kind == ASK_WEEK)
		answer_week(answer);
	else if (answer->ask.kind != ASK_SPARK)
		answer_waits(answer);
	if (answer->ask.kind != ASK_SPARK)
		return;
	answer->course.span = spark_span(answer->ask.window);
	for (int i = 0; i < SPARK_MOST; i++)
		answer->course.spark.points[i] = i < 6 ? INT64_MIN : (int64_t)((i * 7 % 23) + i / 4) * (metrics[answer->ask.metric].unit == UNIT_RATIO ? 25 : 1000);
}

/* ---- pictures ---- */

struct drawing {
	struct sample *sample;
	struct layout_widget widget;
	struct widget_view view;
	struct glyphs glyphs;
	struct snapshot_answer answers[ASKS_MOST];
};

static struct drawing *begin(const struct chosen *of, struct sample *sample, bool answered)
{
	struct drawing *drawing = memory_new(1, sizeof *drawing);
	struct snapshot_ask asks[ASKS_MOST];
	drawing->sample = sample;
	drawing->widget = (struct layout_widget){.kind = of->class->kind, .name = memory_text(of->name), .config = make_config(of), .window = -1, .span = 1};
	drawing->view = (struct widget_view){.glyphs = &drawing->glyphs, .selected = -1, .widget = &drawing->widget, .scope = SCOPE_ALL, .window = WINDOW_30M};
	const int count = of->class->asks ? of->class->asks(&drawing->view, asks, ASKS_MOST) : 0;
	sample->snapshot.answer_count = answered ? count : 0;
	sample->snapshot.answers = drawing->answers;
	for (int i = 0; i < count; i++) {
		drawing->answers[i].ask = asks[i];
		answer_one(&sample->snapshot, &drawing->answers[i]);
	}
	return drawing;
}

static void finish(struct drawing *drawing)
{
	const struct layout_kind *kind = drawing->widget.kind;
	setting_release(kind->table->settings, kind->table->count, drawing->widget.config);
	free(drawing->widget.config);
	free(drawing->widget.name);
	drawing->sample->snapshot.answers = NULL;
	drawing->sample->snapshot.answer_count = 0;
	free(drawing);
}

static void draw_at(const struct chosen *of, struct drawing *drawing, struct canvas *canvas, struct rect rect)
{
	drawing->view.canvas = canvas;
	drawing->view.rect = rect;
	drawing->view.bare = rect.height < 4; /* as the board does */
	of->class->draw(&drawing->sample->snapshot, &drawing->view);
}

/* Its least size and a usual one side by side, a huge one below. */
static void picture(const struct chosen *of, struct sample *sample, const char *kind, bool answered)
{
	struct drawing *drawing = begin(of, sample, answered);
	struct canvas *canvas = canvas_create(132, 46);
	char name[80];
	drawing->glyphs.ascii = canvas->ascii = strcmp(kind, "ascii") == 0;
	draw_at(of, drawing, canvas, (struct rect){0, 0, of->class->min_width, of->class->min_height});
	draw_at(of, drawing, canvas, (struct rect){of->class->min_width + 2, 0, 60, 14});
	draw_at(of, drawing, canvas, (struct rect){0, 15, 132, 31});
	snprintf(name, sizeof name, "kinds_%s_%s", of->name, kind);
	golden_check(canvas, name);
	canvas_destroy(canvas);
	finish(drawing);
}

static void usual_and_ascii(void **state)
{
	(void)state;
	struct sample *sample = sample_create();
	for (size_t i = 0; i < CHOSEN; i++) {
		picture(&chosen[i], sample, "usual", true);
		picture(&chosen[i], sample, "ascii", true);
	}
	sample_destroy(sample);
}

static void nothing_is_known(void **state)
{
	(void)state;
	struct sample *sample = sample_create();
	sample_empty(sample);
	for (size_t i = 0; i < CHOSEN; i++)
		picture(&chosen[i], sample, "empty", false);
	sample_destroy(sample);
}

static void stale_and_critical(void **state)
{
	(void)state;
	struct sample *sample = sample_create();
	sample->snapshot.stale = true;
	sample->snapshot.stale_ms = 130000;
	sample_set(sample->snapshot.figures, "service_level", 210, 500, LEVEL_CRIT);
	sample_set(sample->snapshot.figures, "longest_wait", 1252000, 1, LEVEL_CRIT);
	sample->snapshot.conduct[0].safety = true;
	for (int i = 0; i < sample->snapshot.agent_count; i++) {
		sample->snapshot.agents[i].since = 9 * HOUR_MS;
		sample->snapshot.agents[i].help = i == 0;
	}
	for (size_t i = 0; i < CHOSEN; i++)
		picture(&chosen[i], sample, "critical", true);
	sample_destroy(sample);
}

/* As they come out of the door that makes texts harmless, and still too long, too wide, too high. */
static void attack(char *to, size_t room)
{
	char text[400] = "\u202Eevil\x1b[31m\u8FD4\u54C1\u9000\u6B3E\u0E01\u0E33\u0E49e\u0301\u0301 ";
	for (size_t i = strlen(text); i < 300; i++)
		text[i] = "wide "[i % 5];
	text_harmless(view_of(text), to, room);
}

static void names_that_attack(void **state)
{
	(void)state;
	struct sample *sample = sample_create();
	struct snapshot *snapshot = &sample->snapshot;
	for (int i = 0; i < snapshot->row_count; i++)
		attack(snapshot->rows[i].queue, sizeof snapshot->rows[i].queue);
	for (int i = 0; i < snapshot->conduct_count; i++) {
		attack(snapshot->conduct[i].agent, sizeof snapshot->conduct[i].agent);
		attack(snapshot->conduct[i].queue, sizeof snapshot->conduct[i].queue);
	}
	for (int i = 0; i < snapshot->due_count; i++) {
		attack(snapshot->due[i].case_id, sizeof snapshot->due[i].case_id);
		attack(snapshot->due[i].queue, sizeof snapshot->due[i].queue);
	}
	for (int i = 0; i < snapshot->agent_count; i++) {
		attack(snapshot->agents[i].name, sizeof snapshot->agents[i].name);
		attack(snapshot->agents[i].team, sizeof snapshot->agents[i].team);
	}
	for (size_t i = 0; i < CHOSEN; i++)
		picture(&chosen[i], sample, "attack", true);
	sample_destroy(sample);
}

/* ---- bounds ---- */

static bool is_outside(const struct canvas *canvas, struct rect rect, const char **why)
{
	for (int y = 0; y < canvas->height; y++)
		for (int x = 0; x < canvas->width; x++) {
			const struct cell *cell = &canvas->cells[y * canvas->width + x];
			const bool inside = x >= rect.x && x < rect.x + rect.width && y >= rect.y && y < rect.y + rect.height;
			*why = cell->character == 0 ? "half of a wide character" : "a cell beyond the rectangle";
			if (!inside && cell->character != ' ')
				return true;
		}
	return false;
}

/* Any size, any values: nothing is drawn beside the rectangle. */
static void nothing_leaves_its_rectangle(void **state)
{
	(void)state;
	struct sample *sample = sample_create();
	uint64_t seed = 88172645463325252ull;
	for (int round = 0; round < 300; round++) {
		sample_randomise(sample, &seed);
		const struct chosen *of = &chosen[sample_random(&seed, CHOSEN)];
		struct drawing *drawing = begin(of, sample, sample_random(&seed, 4) > 0);
		struct canvas *canvas = canvas_create(150, 50);
		const struct rect rect = {3, 2, (int)sample_random(&seed, 140), (int)sample_random(&seed, 45)};
		const char *why = "";
		drawing->view.selected = (int)sample_random(&seed, 9) - 1;
		for (int i = 0; i < ASKS_MOST; i++)
			if (drawing->answers[i].ask.kind == ASK_SPARK && drawing->answers[i].known)
				for (int point = 0; point < SPARK_MOST; point++)
					drawing->answers[i].course.spark.points[point] = sample_random(&seed, 5) ? (int64_t)sample_random(&seed, 0) : INT64_MIN;
		draw_at(of, drawing, canvas, rect);
		if (is_outside(canvas, rect, &why))
			fail_msg("%s of %dx%d draws %s", of->name, rect.width, rect.height, why);
		canvas_destroy(canvas);
		finish(drawing);
	}
	sample_destroy(sample);
}

/* ---- questions and settings ---- */

static void what_stands_behind(void **state)
{
	(void)state;
	struct sample *sample = sample_create();
	for (size_t i = 0; i < CHOSEN; i++) {
		struct drawing *drawing = begin(&chosen[i], sample, true);
		struct proof_request request = {.metric = -1};
		drawing->view.scope.queue = 3;
		if (chosen[i].class->rows && chosen[i].class->rows(&sample->snapshot, &drawing->view) > 0)
			drawing->view.selected = 0;
		const bool any = chosen[i].class->evidence && chosen[i].class->evidence(&sample->snapshot, &drawing->view, &request);
		assert_int_equal(any, chosen[i].class != &text_class && chosen[i].class != &heatmap_class);
		assert_true(!any || request.metric >= 0 || *request.subject);
		if (any && chosen[i].class == &gauge_class)
			assert_int_equal(request.scope.queue, 3);
		finish(drawing);
	}
	sample_destroy(sample);
}

static bool is_taken(const struct chosen *of)
{
	const struct layout_kind *kind = of->class->kind;
	void *config = memory_new(1, kind->size);
	struct error err = {""};
	setting_fill(kind->table->settings, kind->table->count, config);
	for (int i = 0; i + 1 < SET_MOST && of->set[i]; i += 2)
		assert_true(setting_assign(setting_find(kind->table->settings, kind->table->count, of->set[i]), config, of->set[i + 1], &err));
	const bool good = kind->check(config, &err);
	assert_true(good || *err.text);
	setting_release(kind->table->settings, kind->table->count, config);
	free(config);
	return good;
}

static void mistakes_are_refused(void **state)
{
	(void)state;
	assert_false(is_taken(&(struct chosen){"", &gauge_class, {"metric", "no_such"}}));
	assert_false(is_taken(&(struct chosen){"", &chart_class, {"metric", "aht,no_such"}}));
	assert_false(is_taken(&(struct chosen){"", &table_class, {"list", "agents", "columns", "agent,offered"}})); /* no figures there */
	assert_true(is_taken(&(struct chosen){"", &table_class, {"list", "markets", "columns", "market,offered,abandon_rate"}}));
	assert_false(is_taken(&(struct chosen){"", &table_class, {"columns", "queue", "sort", "waiting"}})); /* not shown */
	assert_true(is_taken(&(struct chosen){"", &table_class, {"columns", "queue,waiting", "sort", "-waiting"}}));
	assert_true(is_taken(&(struct chosen){"", &table_class, {"list", "due", "columns", "case,open_time_left"}}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(usual_and_ascii), cmocka_unit_test(nothing_is_known), cmocka_unit_test(stale_and_critical), cmocka_unit_test(names_that_attack),
		cmocka_unit_test(nothing_leaves_its_rectangle), cmocka_unit_test(what_stands_behind), cmocka_unit_test(mistakes_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
