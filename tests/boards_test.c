/* The boards of data/boards/ at four sizes and in ASCII, over a simulated morning. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/zone.h"
#include "config/display.h"
#include "config/tables.h"
#include "store/snapshot.h"
#include "tests/golden.h"
#include "tests/redis_day.h"
#include "widgets/board.h"
#include "widgets/placing.h"

#include <cmocka.h>

static const char *const boards[] = {"call-centre", "chat-team", "helpdesk-sla", "on-call", "executive", "one-huge-tile"};
#define BOARDS (sizeof boards / sizeof *boards)
static const struct { int width, height; bool ascii; } sizes[] = {{200, 60, false}, {140, 40, false}, {80, 24, false}, {60, 20, false}, {80, 24, true}};

struct morning {
	struct settings *rules;
	struct zone *zone;
	struct engine *engine;
	struct redis_day day;
};

static int play(void **state)
{
	struct morning *morning = memory_new(1, sizeof *morning);
	morning->rules = settings_create();
	settings_set(morning->rules, "zone", "UTC", NULL);
	display_prepare(morning->rules, NULL);
	morning->zone = zone_open("UTC", NULL);
	morning->engine = engine_create(morning->rules, NULL);
	redis_day_start(&morning->day, 5);
	morning->day.punctual = morning->day.whole = true;
	morning->day.recv = simulator_due(morning->day.simulator);
	while (simulator_due(morning->day.simulator) < DAY_START)
		redis_day_play(&morning->day, morning->engine, 1);
	redis_day_wait(&morning->day, morning->engine, 1000);
	*state = morning;
	return 0;
}

static int forget(void **state)
{
	struct morning *morning = *state;
	redis_day_finish(&morning->day);
	engine_destroy(morning->engine);
	zone_close(morning->zone);
	settings_destroy(morning->rules);
	free(morning);
	return 0;
}

static struct settings *load(const char *name)
{
	const char *root = getenv("TABLO_SOURCE");
	struct error err = {""};
	struct settings *settings = settings_create();
	char *path = memory_format("%s/data/boards/%s.conf", root ? root : ".", name);
	settings_set(settings, "zone", "UTC", NULL);
	if (!settings_load(settings, path, &(struct settings_names){.metrics = metric_names(), .kind = widget_kind}, &err))
		fail_msg("%s", err.text);
	display_prepare(settings, NULL);
	free(path);
	return settings;
}

/* What the board asks for may hang on what the first snapshot tells. */
static struct snapshot *ask(const struct morning *morning, const struct settings *settings, struct board *board)
{
	struct snapshot *snapshot = snapshot_create(morning->engine, settings, morning->zone, board_request(board));
	if (!board_learn(board, snapshot))
		return snapshot;
	snapshot_destroy(snapshot);
	return snapshot_create(morning->engine, settings, morning->zone, board_request(board));
}

static void show(const struct morning *morning, const struct settings *settings, const char *name, size_t size)
{
	const struct snapshot_request request = {.scope = SCOPE_ALL, .window = WINDOW_30M, .by = BY_OUTCOME, .formula = -1};
	struct board *board = board_create(settings, &request);
	struct snapshot *snapshot = ask(morning, settings, board);
	struct canvas *canvas = canvas_create(sizes[size].width, sizes[size].height);
	char *picture = memory_format("boards_%s%s_%dx%d", name, sizes[size].ascii ? "_ascii" : "", sizes[size].width, sizes[size].height);
	board_draw(board, snapshot, &(struct glyphs){.ascii = sizes[size].ascii}, canvas);
	golden_check(canvas, picture);
	free(picture);
	canvas_destroy(canvas);
	snapshot_destroy(snapshot);
	board_destroy(board);
}

static void every_board_has_its_pictures(void **state)
{
	for (size_t i = 0; i < BOARDS; i++) {
		struct settings *settings = load(boards[i]);
		for (size_t size = 0; size < sizeof sizes / sizeof *sizes; size++)
			show(*state, settings, boards[i], size);
		settings_destroy(settings);
	}
}

static bool overlap(struct rect a, struct rect b)
{
	return a.width > 0 && b.width > 0 && a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

static void check_placing(const struct placing *placing, struct rect body)
{
	for (int i = 0; i < placing->count; i++) {
		const struct rect rect = placing->rects[i];
		if (rect.width == 0)
			continue;
		assert_true(rect.x >= body.x && rect.y >= body.y && rect.width > 0 && rect.height > 0);
		assert_true(rect.x + rect.width <= body.x + body.width && rect.y + rect.height <= body.y + body.height);
		for (int k = 0; k < i; k++)
			assert_false(overlap(rect, placing->rects[k]));
	}
}

static unsigned next(unsigned *seed, unsigned below)
{
	*seed = *seed * 1103515245u + 12345u;
	return (*seed >> 16) % below;
}

static char *random_page(unsigned *seed)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	int number = 0;
	fputs("page \"p\" {\n", to);
	for (unsigned rows = 1 + next(seed, LAYOUT_ROWS_MOST); rows; rows--) {
		fprintf(to, next(seed, 3) ? "row { height = %u\n" : "row { height = \"%u lines\"\n", 1 + next(seed, 9));
		for (unsigned widgets = 1 + next(seed, LAYOUT_WIDGETS_MOST); widgets; widgets--) {
			const struct layout_kind *kinds[] = {widget_kind(0), widget_kind(1), widget_kind(3), widget_kind(4)};
			const size_t kind = next(seed, 4);
			fprintf(to, "%s \"w%d\" { span = %u min_width = %u %s }\n", kinds[kind]->table->name, number++, 1 + next(seed, 9), next(seed, 30),
				kind == 0 ? "metric = \"service_level\"" : "");
		}
		fputs("}\n", to);
	}
	fputs("}\n", to);
	fclose(to);
	return text;
}

/* At any size, nothing stands outside of its place or on another. */
static void any_layout_stays_in_its_place(void **state)
{
	const char *rounds = getenv("TABLO_ROUNDS");
	unsigned seed = 11;
	for (int i = 0; i < 100 * (rounds ? atoi(rounds) : 1); i++) {
		struct error err = {""};
		struct settings *settings = settings_create();
		char *text = random_page(&seed);
		if (!settings_read(settings, view_of(text), "random", &(struct settings_names){.metrics = metric_names(), .kind = widget_kind}, &err))
			fail_msg("%s\n%s", err.text, text);
		for (int k = 0; k < 10; k++) {
			const struct rect body = {0, 1, (int)next(&seed, 220), (int)next(&seed, 70)};
			const struct placing placing = placing_make(&settings->layout.pages[0], body);
			check_placing(&placing, body);
		}
		if (i % 10 == 0) {
			struct morning *morning = *state;
			struct board *board = board_create(settings, &(struct snapshot_request){.scope = SCOPE_ALL, .window = WINDOW_30M, .formula = -1});
			struct snapshot *snapshot = ask(morning, settings, board);
			struct canvas *canvas = canvas_create(1 + (int)next(&seed, 220), 1 + (int)next(&seed, 70));
			board_draw(board, snapshot, &(struct glyphs){.ascii = false}, canvas);
			canvas_destroy(canvas);
			snapshot_destroy(snapshot);
			board_destroy(board);
		}
		free(text);
		settings_destroy(settings);
	}
}

static void messages_name_the_line_at_each_depth(void **state)
{
	static const struct { const char *text, *message; } wrong[] = {
		{"page \"a\" {\n titel = \"x\"\n}", "wall.conf:2: no setting of page is called 'titel'; did you mean 'title'?"},
		{"page \"a\" {\n row {\n  hight = 2\n } }", "wall.conf:3: no kind of widget is called 'hight'; did you mean 'height'?"},
		{"page \"a\" {\n row {\n  tiel \"x\" { }\n } }", "wall.conf:3: no kind of widget is called 'tiel'; did you mean 'tile'?"},
		{"page \"a\" {\n row {\n  tile \"x\" {\n   metrik = 1\n } } }", "wall.conf:4: no setting of tile is called 'metrik'; did you mean 'metric'?"},
		{"page \"a\" {\n row {\n  tile \"x\" {\n   metric = \"queue_dept\"\n } } }", "wall.conf:3: tile \"x\": no metric is called 'queue_dept'; did you mean 'queue_depth'?"},
		{"page \"a\" {\n row {\n\n } }", "wall.conf:2: this row is empty"},
		{"page \"a\" { }", "wall.conf:1: the page 'a' is empty"},
		{"page \"a\" { row {\n queues \"x\" { }\n alerts \"x\" { } } }", "wall.conf:3: a widget of this page is called 'x' in line 2 already"},
		{"page \"a\" { row { queues \"x\" { } } }\npage \"a\" { row { queues \"x\" { } } }", "wall.conf:2: the page 'a' was set in line 1 already"},
		{"page \"a\" { key = 2 row { queues \"x\" { } } }\npage \"b\" { key = 2 row { queues \"x\" { } } }", "wall.conf:2: the page 'a' stands on 2 in line 1 already"},
		{"page \"a\" { row { height = \"no\" queues \"x\" { } } }", "wall.conf:1: 'height' must be a number of shares"},
		{"page \"a\" { row {\n queues \"x\" { queue = \"Billing\" } } }", "wall.conf:2: queues \"x\" lists what its page is of"},
		{"page \"a\" { row {\n tile \"x\" { metric = \"offered\" team = \"Blue\" queue = \"Billing\" } } }", "wall.conf:2: the tile 'x' is of a team, and of a queue"},
		{"page \"a\" { row { queues \"x\" { }\n", "wall.conf:1: the '{' of this line has no '}'"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct error err = {""};
		struct settings *settings = settings_create();
		assert_false(settings_read(settings, view_of(wrong[i].text), "wall.conf", &(struct settings_names){.metrics = metric_names(), .kind = widget_kind}, &err));
		if (strncmp(err.text, wrong[i].message, strlen(wrong[i].message)) != 0)
			fail_msg("\"%s\" does not begin with \"%s\"", err.text, wrong[i].message);
		assert_int_equal(settings->layout.count, 0);
		settings_destroy(settings);
	}
}

/* Every kind and every setting of pages stands in docs/BOARDS.md. */
static void everything_is_written_down(void **state)
{
	const char *root = getenv("TABLO_SOURCE");
	char *path = memory_format("%s/docs/BOARDS.md", root ? root : "."), *text = memory_new(1 << 18, 1);
	FILE *from = fopen(path, "r");
	(void)state;
	assert_non_null(from);
	assert_true(fread(text, 1, (1 << 18) - 1, from) > 0);
	fclose(from);
	const struct layout_kind *kind;
	for (int i = -3; i < 0 || (kind = widget_kind(i)); i++) {
		const struct setting_table *table = i == -3 ? &page_table : i == -2 ? &row_table : i == -1 ? &widget_table : kind->table;
		char *head = memory_format(i < 0 ? "%s" : "### %s\n", table->name), *at = strstr(text, head);
		if (!at && i != -1)
			fail_msg("docs/BOARDS.md has no \"%s\"", head);
		for (size_t k = 0; k < table->count; k++) {
			char *name = memory_format("| `%s` |", table->settings[k].name);
			if (!strstr(i < 0 ? text : at, name))
				fail_msg("docs/BOARDS.md does not tell of '%s' of %s", table->settings[k].name, table->name);
			free(name);
		}
		free(head);
	}
	free(text);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_name_the_line_at_each_depth),
		cmocka_unit_test(any_layout_stays_in_its_place),
		cmocka_unit_test(every_board_has_its_pictures),
		cmocka_unit_test(everything_is_written_down),
	};
	return cmocka_run_group_tests(tests, play, forget);
}
