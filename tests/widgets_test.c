#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "config/tables.h"
#include "tests/sample_snapshot.h"
#include "tui/dump.h"
#include "widgets/parts.h"
#include "widgets/tile.h"
#include "widgets/tile_sub.h"

#include <cmocka.h> /* last: its fail() is a macro, and base/error.h has another */

static char *drawn_as(const struct widget_class *class, const struct snapshot *snapshot, int width, int height, const char *setting,
	const struct layout_widget *widget)
{
	struct canvas *canvas = canvas_create(width, height);
	const struct glyphs glyphs = {0};
	const struct widget_view view = {.canvas = canvas, .glyphs = &glyphs, .rect = {0, 0, width, height}, .selected = -1, .setting = setting, .widget = widget, .scope = SCOPE_ALL};
	class->draw(snapshot, &view);
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	dump_text(canvas, to);
	fclose(to);
	canvas_destroy(canvas);
	return text;
}

static char *drawn(const struct widget_class *class, const struct snapshot *snapshot, int width, int height, const char *setting)
{
	return drawn_as(class, snapshot, width, height, setting, NULL);
}

/* As a configuration that sets nothing has it; false: something must be set. */
static bool widget_of(const struct widget_class *class, struct layout_widget *widget)
{
	const struct layout_kind *kind = class->kind;
	if (!kind)
		return false;
	*widget = (struct layout_widget){.kind = kind, .name = (char *)(uintptr_t) "it", .window = -1, .span = 1, .config = calloc(1, kind->size)};
	setting_fill(kind->table->settings, kind->table->count, widget->config);
	return !kind->check || kind->check(widget->config, &(struct error){""});
}

static const struct widget_class *class_of(const char *name)
{
	for (size_t i = 0; widget_classes[i]; i++)
		if (strcmp(widget_classes[i]->name, name) == 0)
			return widget_classes[i];
	fail_msg("there is no widget %s", name);
	return NULL;
}

static void expect_in(const char *widget, const struct sample *sample, int width, int height, const char *wanted)
{
	char *text = drawn(class_of(widget), &sample->snapshot, width, height, "queue_depth");
	if (!strstr(text, wanted))
		fail_msg("%s does not say \"%s\":\n%s", widget, wanted, text);
	free(text);
}

static void targets_are_printed(void **state)
{
	(void)state;
	static const struct {
		const char *metric, *text;
	} targets[] = {{"queue_depth", "\u2264 15"}, {"longest_wait", "\u2264 3:00"}, {"service_level", "80 % in 20 s"}, {"aht", "\u2264 7:00"},
		{"fcr", "\u2265 70 %"}, {"csat", "\u2265 90 %"}, {"rude_now", "0"}, {"offered", ""}, {"no_such_metric", ""}};
	struct sample *sample = sample_create();
	for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
		char text[64];
		tile_target(&sample->snapshot, targets[i].metric, text, sizeof text);
		assert_string_equal(text, targets[i].text);
	}
	sample_destroy(sample);
}

static void a_configured_limit_is_the_target(void **state)
{
	(void)state;
	struct sample *sample = sample_create();
	struct level_settings levels[] = {{.metric = "queue_depth", .window = -1, .warn = 8, .crit = 12},
		{.metric = "sla_breached", .window = WINDOW_60M, .warn = 2, .crit = 4}, {.metric = "queue_depth", .queue = "VIP", .window = -1, .warn = 1, .crit = 2},
		{.metric = "queue_depth", .market = "JP", .window = -1, .warn = 3, .crit = 4}};
	sample->settings.levels = levels;
	sample->settings.level_count = 4;
	char text[64];
	tile_target(&sample->snapshot, "queue_depth", text, sizeof text);
	assert_string_equal(text, "\u2264 8");
	tile_target(&sample->snapshot, "sla_breached", text, sizeof text);
	assert_string_equal(text, "\u2264 2 / h");
	sample_destroy(sample);
}

static void differing_targets_are_a_range(void **state)
{
	(void)state;
	struct sample *sample = sample_create();
	sample->settings.target[CHANNEL_EMAIL] = 4 * HOUR_MS;
	char text[64];
	tile_target(&sample->snapshot, "service_level", text, sizeof text);
	assert_string_equal(text, "80 % in 20 s\u20134 h");
	for (int i = 0; i < sample->snapshot.row_count; i++)
		sample->snapshot.rows[i].target = 10 * SECOND_MS; /* a market's */
	tile_target(&sample->snapshot, "service_level", text, sizeof text);
	assert_string_equal(text, "80 % in 10 s");
	sample_destroy(sample);
}

static void lines_under_the_figures(void **state)
{
	(void)state;
	static const char *const lines[TILE_COUNT] = {"+9 vs last Sun", "Billing \u00B7 chat", "SL2sv \u00B7 +2 pt vs last Sun", "5 more due in 10 min",
		"p90 14:20", "412 settled \u00B7 96 open, \u2264 78 %", "\u00B14, not sure yet \u00B7 187 of 610", "step 3 \u00B7 Ana K. \u00B7 02:40"};
	struct sample *sample = sample_create();
	for (int i = 0; i < TILE_COUNT; i++) {
		char text[PART_TEXT] = "";
		tile_infos[i].sub(&sample->snapshot, text, sizeof text);
		assert_string_equal(text, lines[i]);
	}
	sample_destroy(sample);
}

static void the_chosen_formula_is_printed(void **state)
{
	(void)state;
	struct sample *sample = sample_create();
	char text[PART_TEXT];
	sample->snapshot.request.formula = SL_FORMULA_SLO;
	sub_service_level(&sample->snapshot, text, sizeof text);
	assert_int_equal(strncmp(text, "SLO ", 4), 0);
	struct queue_settings queue = {.name = "VIP", .formula = SL_FORMULA_SL1, .target = -1};
	sample->settings.queues = &queue;
	sample->settings.queue_count = 1;
	sample->snapshot.request.formula = -1;
	assert_string_equal(formula_text(&sample->snapshot), "by queue");
	sample_destroy(sample);
}

static void unknown_is_a_dash_and_few_answers_are_said(void **state)
{
	(void)state;
	char text[48];
	struct figure figure = {.denominator = 1, .n = -1, .low = -1, .high = -1};
	figure_text("service_level", &figure, false, text, sizeof text);
	assert_string_equal(text, "\u2013");
	figure = (struct figure){.known = true, .numerator = 6, .denominator = 7, .n = 7, .low = -1, .high = -1};
	figure_text("csat", &figure, false, text, sizeof text);
	assert_string_equal(text, "n = 7");
	figure_text("service_level", &figure, false, text, sizeof text);
	assert_string_equal(text, "86 %");
}

static void almost_all_is_not_all(void **state)
{
	(void)state;
	char text[48];
	struct figure figure = {.known = true, .numerator = 9999, .denominator = 10000, .n = 10000, .low = -1, .high = -1};
	figure_text("service_level", &figure, false, text, sizeof text);
	assert_string_equal(text, "99 %");
	figure.numerator = 10000;
	figure_text("service_level", &figure, false, text, sizeof text);
	assert_string_equal(text, "100 %");
	figure.numerator = 4;
	figure_text("churn_rate", &figure, false, text, sizeof text);
	assert_string_equal(text, "0.0 %");
	figure.at_least = true;
	figure.numerator = 401000;
	figure.denominator = 1;
	figure_text("aht", &figure, false, text, sizeof text);
	assert_string_equal(text, "\u2265 06:41");
}

static void what_is_hidden_is_counted(void **state)
{
	(void)state;
	struct sample *sample = sample_create();
	expect_in("queues", sample, 86, 8, "4 more, all fine");
	sample->snapshot.rows[6].worst = LEVEL_WARN;
	expect_in("queues", sample, 86, 8, "4 more, 1 of them not well");
	sample_destroy(sample);
}

static void a_note_stands_below_the_table(void **state)
{
	(void)state;
	struct sample *sample = sample_create();
	sample->snapshot.note = strdup("IVR deploy");
	expect_in("queues", sample, 86, 14, "note \u201CIVR deploy\u201D");
	sample_destroy(sample);
}

static void faults_of_the_protocol_are_named(void **state)
{
	(void)state;
	struct sample *sample = sample_create();
	expect_in("conduct", sample, 54, 6, "request \u25B8 demand \u25B8 WARNING 02:40");
	expect_in("conduct", sample, 54, 6, "request \u25B8 step 2 skipped");
	expect_in("conduct", sample, 38, 6, "Ana K.  chat  WARNING 02:40");
	sample->snapshot.conduct[1].fault_step = 1;
	expect_in("conduct", sample, 54, 6, "step 1 repeated");
	sample->snapshot.conduct[1].step = 3;
	expect_in("conduct", sample, 80, 6, "step 1 out of turn");
	sample->snapshot.conduct[0].safety = true;
	expect_in("conduct", sample, 60, 6, "\u2716 SAFETY Ana K.");
	sample_destroy(sample);
}

static void empty_panels_say_so(void **state)
{
	(void)state;
	struct sample *sample = sample_create();
	sample->snapshot.feeds[1].link = LINK_REFUSED;
	sample->snapshot.feeds[1].refusal = feed_fault_helps[FAULT_KEY_REFUSED];
	expect_in("feeds", sample, 60, 12, "the publisher does not take our key");
	sample_empty(sample);
	expect_in("queues", sample, 60, 8, "no contact yet");
	expect_in("conduct", sample, 60, 8, "nobody is rude now");
	expect_in("alerts", sample, 60, 8, "nothing to look at");
	expect_in("due", sample, 60, 8, "no clock is running");
	expect_in("feeds", sample, 60, 8, "nothing has come from any feed yet");
	expect_in("tile", sample, 35, 8, "IN QUEUE");
	sample_destroy(sample);
}

static void paused_clocks_are_said(void **state)
{
	(void)state;
	struct sample *sample = sample_create();
	sample->snapshot.due[3].paused = true;
	expect_in("due", sample, 86, 8, "08:02   paused");
	snprintf(sample->snapshot.due[0].case_id, sizeof sample->snapshot.due[0].case_id, "INC-7");
	expect_in("due", sample, 86, 8, "  INC-7 ");
	sample_destroy(sample);
}

static void scores_carry_their_n(void **state)
{
	(void)state;
	struct sample *sample = sample_create();
	expect_in("learning", sample, 80, 8, "NPS +41 n100 \u00B7 CES 5.8 n40");
	sample->snapshot.figures[metric_find("nps")].n = 7;
	expect_in("learning", sample, 80, 8, "NPS n = 7");
	sample_destroy(sample);
}

static void classes_are_complete(void **state)
{
	(void)state;
	struct sample *sample = sample_create();
	for (size_t i = 0; widget_classes[i]; i++) {
		struct layout_widget widget = {.config = NULL};
		const bool is_own = widget_of(widget_classes[i], &widget);
		assert_non_null(widget_classes[i]->help);
		for (int width = 0; width < 30; width++)
			for (int height = 0; height < 9; height++) {
				char *text = drawn_as(widget_classes[i], &sample->snapshot, width, height, "aht", is_own ? &widget : NULL);
				free(text);
			}
		if (widget.config)
			setting_release(widget.kind->table->settings, widget.kind->table->count, widget.config);
		free(widget.config);
	}
	sample_destroy(sample);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(targets_are_printed), cmocka_unit_test(a_configured_limit_is_the_target), cmocka_unit_test(differing_targets_are_a_range),
		cmocka_unit_test(lines_under_the_figures), cmocka_unit_test(the_chosen_formula_is_printed),
		cmocka_unit_test(unknown_is_a_dash_and_few_answers_are_said), cmocka_unit_test(almost_all_is_not_all),
		cmocka_unit_test(what_is_hidden_is_counted), cmocka_unit_test(a_note_stands_below_the_table),
		cmocka_unit_test(faults_of_the_protocol_are_named), cmocka_unit_test(empty_panels_say_so), cmocka_unit_test(paused_clocks_are_said),
		cmocka_unit_test(scores_carry_their_n), cmocka_unit_test(classes_are_complete),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
